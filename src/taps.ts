// Who looks at a system of actors: inspectors of the user's own, troupe's inspector, and the recorder that tells another node of it (`recorder.ts`). Until
// somebody does, a system is left as XState made it. Then each inspection event passes here: it is stamped, what is troupe's own is hidden, and it goes to the
// recorder at once and to all others in causal order (`causal-order.ts`).
import type { AnyActorRef, InspectionEvent } from 'xstate';
import type { Address, NodeAddress } from './address.ts';
import type { Bus } from './bus.ts';
import { inCausalOrder, type Origin, type Seen } from './causal-order.ts';
import { now } from './surroundings.ts';
import { hasInspectors, interceptInspection, onInspectorsChange, tellInspectors } from './xstate.ts';

/** An inspection event before XState stamps it with the root, or what only troupe's inspector is told. */
export type Inspected = {
  readonly type: InspectionEvent['type'] | OwnType;
  readonly actorRef: unknown;
  readonly event?: object;
  readonly snapshot?: unknown;
};

/** An actor was there before, has an address now, or has begun another life. */
type OwnType = '@troupe.known' | '@troupe.life';

/** Takes what happens in a system. */
export type TakeInspected = (event: Inspected, origin: Origin) => void;

interface Tap {
  record: TakeInspected | undefined;
  readonly takers: Set<TakeInspected>;
  readonly watchers: Set<(newcomer?: TakeInspected) => void>;
  /** There are inspectors of the user's own. */
  isWatched: boolean;
  isOpen: boolean;
}

/** What is known of a bus with a system that somebody has looked at. */
interface Watched {
  /** The last stamp. */
  last: number;
  /** What the last event that came follows from, until something is shown. */
  cause: Seen | undefined;
  /** That event. */
  came: object | undefined;
}

const taps = new WeakMap<object, Tap>();
/** What is being injected, and where it happened. */
let injected: { readonly event: object; readonly origin: Origin } | undefined;
/** The events that were shown when they were sent, until they are delivered. */
const shown = new WeakMap<object, Seen>();
/** Events that came with others before anything was shown here. */
const late = new WeakMap<object, Seen>();
/** Of events that an actor elsewhere has sent, and that are sent here in its name: where and when, or at least by whom. */
const elsewhere = new WeakMap<object, Partial<Origin>>();

let isAnyShown = false;
let isAnyLate = false;
let isAnyElsewhere = false;

const watched = new WeakMap<Bus, Watched>();

/** Nodes whose events bear the time at which they leave. */
const timed = new WeakSet<Bus>();

let isAnyTimed = false;

/** Whether anybody looks at the system of an actor. */
export function isInspected(actor: AnyActorRef): boolean {
  const tap = taps.get(actor.system);
  return (tap !== undefined && (tap.record !== undefined || tap.takers.size > 0)) || hasInspectors(actor.system);
}

/**
 * Tells when somebody begins or ceases to look at the system of an actor, until the returned function is called; of a newcomer who must be told what the
 * others know already.
 */
export function watchInspection(bus: Bus, actor: AnyActorRef, changed: (newcomer?: TakeInspected) => void): () => void {
  const tap = tapOf(bus, actor);
  tap.watchers.add(changed);
  return () => tap.watchers.delete(changed);
}

/** Has what happens in the system of an actor recorded, at once, until the returned function is called. */
export function recordSystem(bus: Bus, actor: AnyActorRef, record: TakeInspected): () => void {
  const tap = tapOf(bus, actor);
  tap.record = record;
  tell(bus, actor, tap);
  return () => {
    tap.record = undefined;
    tell(bus, actor, tap);
  };
}

/** Tells what happens in the system of an actor, here and elsewhere, in causal order; false if it did so already. */
export function tapSystem(bus: Bus, actor: AnyActorRef, take: TakeInspected): boolean {
  const tap = tapOf(bus, actor);
  if (tap.takers.has(take)) return false;
  const isKnown = isInspected(actor);
  tap.takers.add(take);
  tell(bus, actor, tap);
  if (isKnown) for (const changed of tap.watchers) changed(take);
  return true;
}

/** Tells it no more. The system alone is asked for, so that who taps it need not keep its actors. */
export function untapSystem(system: AnyActorRef['system'], take: TakeInspected): void {
  const tap = taps.get(system);
  if (tap?.takers.delete(take)) for (const changed of tap.watchers) changed();
}

/** Shows in the system of an actor what happened in another. */
export function inject(actor: AnyActorRef, event: Inspected, origin: Origin): void {
  const outer = injected;
  injected = { event, origin };
  try {
    tellInspectors(actor.system, event);
  } finally {
    injected = outer;
  }
}

/** Where and when an event that is being delivered was shown as sent; undefined if nobody looked. It is told once. */
export function takeShown(event: object): Seen | undefined {
  // asked of each event that leaves, and most programs are never looked at
  if (!isAnyShown) return undefined;
  const seen = shown.get(event);
  if (seen) shown.delete(event);
  return seen;
}

/** Says that an event that has come, and what happens on a node from now on, may follow from what another node has shown. */
export function follow(bus: Bus, seen: Seen, event: object): void {
  const node = watched.get(bus);
  if (!node) return;
  if (node.cause && node.came) {
    // nothing was shown of it yet, for it waits in a mailbox
    late.set(node.came, node.cause);
    isAnyLate = true;
  }
  node.cause = { node: seen.node, at: seen.at, came: now() };
  node.came = event;
}

/** Says of an event that is about to be sent in the name of an actor elsewhere where and when that was shown, or at least who sent it. */
export function sendAs(
  bus: Bus,
  event: object,
  sent: Seen | { readonly from: Address | NodeAddress; readonly left?: number | undefined },
): void {
  if (!watched.has(bus)) return;
  isAnyElsewhere = true;
  elsewhere.set(event, 'at' in sent ? { node: sent.node, at: sent.at, came: now() } : sent);
}

/** Has what leaves a node bear the time at which it does, also where nobody is shown that it was sent. */
export function timeDepartures(bus: Bus, wanted: boolean): void {
  if (wanted) {
    isAnyTimed = true;
    timed.add(bus);
  } else timed.delete(bus);
}

/** When an event that is about to leave does so, if anybody wants to know. */
export function departureOf(bus: Bus): number | undefined {
  return isAnyTimed && timed.has(bus) ? now() : undefined;
}

/** A moment on a node, later than all others that were stamped there. */
export function stampOf(bus: Bus): Seen {
  const node = watchedOf(bus);
  const at = now();
  // the next number that there is, if the clock has not moved on
  node.last = at > node.last ? at : node.last * (1 + Number.EPSILON);
  return { node: bus.address, at: node.last };
}

function watchedOf(bus: Bus): Watched {
  let node = watched.get(bus);
  if (!node) watched.set(bus, (node = { last: 0, cause: undefined, came: undefined }));
  return node;
}

/** Where and when what is being shown happened, and what it follows from. */
function originOf(bus: Bus, { type, event }: Inspected): Origin {
  const stamp = stampOf(bus);
  const node = watchedOf(bus);
  if (type === '@xstate.event') {
    const sent = isAnyElsewhere && event ? elsewhere.get(event) : undefined;
    // what it follows from is what its own node has told
    if (sent) return { ...stamp, ...sent };
  } else if (isAnyLate && event) {
    const after = late.get(event);
    if (after) {
      late.delete(event);
      return { ...stamp, after };
    }
  }
  const { cause } = node;
  if (!cause) return stamp;
  node.cause = node.came = undefined;
  return { ...stamp, after: cause };
}

function tapOf(bus: Bus, actor: AnyActorRef): Tap {
  const known = taps.get(actor.system);
  if (known) return known;
  const tap: Tap = {
    record: undefined,
    takers: new Set(),
    watchers: new Set(),
    isWatched: hasInspectors(actor.system),
    isOpen: false,
  };
  taps.set(actor.system, tap);
  onInspectorsChange(actor.system, () => {
    tap.isWatched = hasInspectors(actor.system);
    tell(bus, actor, tap);
  });
  if (tap.isWatched) open(bus, actor, tap);
  return tap;
}

function tell(bus: Bus, actor: AnyActorRef, tap: Tap): void {
  if (!tap.isOpen) open(bus, actor, tap);
  for (const changed of tap.watchers) changed();
}

function open(bus: Bus, actor: AnyActorRef, tap: Tap): void {
  tap.isOpen = true;
  watchedOf(bus);
  const { system } = actor;
  const order = inCausalOrder(bus);
  interceptInspection(system, (inspected, show) => {
    const event = inspected as Inspected;
    // one that came before this could know of it leaves without a word
    if (tap.isWatched && !hasInspectors(system)) {
      tap.isWatched = false;
      tell(bus, actor, tap);
    }
    const isTaken = tap.takers.size > 0;
    // a step is how an actor elsewhere is told of here; what happened there is told by its own events
    if ((!tap.isWatched && !isTaken && !tap.record) || isStep(event.event)) return;
    const origin = injected?.event === event ? injected.origin : originOf(bus, event);
    if (event.type === '@xstate.event' && event.event) {
      isAnyShown = true;
      shown.set(event.event, { node: origin.node, at: origin.at });
    }
    tap.record?.(event, origin);
    const isShown = tap.isWatched && !event.type.startsWith('@troupe.');
    if (!isShown && !isTaken) return;
    order.offer(origin, () => {
      for (const take of tap.takers) take(event, origin);
      if (isShown) show(inspected);
    });
  });
}

const isStep = (event: object | undefined): boolean => (event as { readonly type?: unknown })?.type === 'troupe.step';
