// Who looks at a system of actors: inspectors of the user's own, and the recorder that tells another node of it (`recorder.ts`). Until somebody does, a
// system is left as XState made it. Then each inspection event passes here: it is stamped, what is troupe's own is hidden, and it goes to the
// recorder at once and to the inspectors in causal order (`causal-order.ts`).
import type { AnyActorRef, InspectionEvent } from 'xstate';
import type { Bus } from './bus.ts';
import { inCausalOrder, type Origin, type Seen } from './causal-order.ts';
import { now } from './platform.ts';
import { hasInspectors, interceptInspection, onInspectorsChange, tellInspectors } from './xstate.ts';

/** An inspection event before XState stamps it with the root. */
export type Inspected = {
  readonly type: InspectionEvent['type'];
  readonly actorRef: unknown;
  readonly event?: object;
  readonly snapshot?: unknown;
};

/** Takes what happens in a system. */
export type TakeInspected = (event: Inspected, origin: Origin) => void;

interface Tap {
  record: TakeInspected | undefined;
  readonly watchers: Set<() => void>;
  /** There are inspectors of the user's own. */
  isWatched: boolean;
  isOpen: boolean;
}

const taps = new WeakMap<object, Tap>();
/** Where the events that are injected here happened. */
const origins = new WeakMap<object, Origin>();
/** The events that were shown when they were sent, until they are delivered. */
const shown = new WeakMap<object, Seen>();

let isAnyShown = false;

/** Buses with a system that somebody has looked at. */
const watched = new WeakSet<Bus>();
/** What the last event that came to a node follows from, until something is shown there. */
const causes = new WeakMap<Bus, Seen>();

/** Whether anybody looks at the system of an actor. */
export function isInspected(actor: AnyActorRef): boolean {
  return taps.get(actor.system)?.record !== undefined || hasInspectors(actor.system);
}

/** Tells when somebody begins or ceases to look at the system of an actor, until the returned function is called. */
export function watchInspection(bus: Bus, actor: AnyActorRef, changed: () => void): () => void {
  const tap = tapOf(bus, actor);
  tap.watchers.add(changed);
  return () => tap.watchers.delete(changed);
}

/** Has what happens in the system of an actor recorded, until the returned function is called. */
export function recordSystem(bus: Bus, actor: AnyActorRef, record: TakeInspected): () => void {
  const tap = tapOf(bus, actor);
  tap.record = record;
  tell(bus, actor, tap);
  return () => {
    tap.record = undefined;
    tell(bus, actor, tap);
  };
}

/** Shows in the system of an actor what happened in another. */
export function inject(actor: AnyActorRef, event: Inspected, origin: Origin): void {
  origins.set(event, origin);
  tellInspectors(actor.system, event);
}

/** Where and when an event that is being delivered was shown as sent; undefined if nobody looked. It is told once. */
export function takeShown(event: object): Seen | undefined {
  // asked of each event that leaves, and most programs are never looked at
  if (!isAnyShown) return undefined;
  const seen = shown.get(event);
  if (seen) shown.delete(event);
  return seen;
}

/** Says that what happens on a node from now on may follow from what another node has shown. */
export function follow(bus: Bus, seen: Seen): void {
  if (watched.has(bus)) causes.set(bus, seen);
}

function takeCause(bus: Bus): { readonly after?: Seen } {
  const after = causes.get(bus);
  if (!after) return NONE;
  causes.delete(bus);
  return { after };
}

const NONE = {};

function tapOf(bus: Bus, actor: AnyActorRef): Tap {
  const known = taps.get(actor.system);
  if (known) return known;
  const tap: Tap = {
    record: undefined,
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
  watched.add(bus);
  const { system } = actor;
  const order = inCausalOrder(bus);
  interceptInspection(system, (inspected, show) => {
    const event = inspected as Inspected;
    // one that came before this could know of it leaves without a word
    if (tap.isWatched && !hasInspectors(system)) {
      tap.isWatched = false;
      tell(bus, actor, tap);
    }
    // a step is how an actor elsewhere is told of here; what happened there is told by its own events
    if ((!tap.isWatched && !tap.record) || isStep(event.event)) return;
    const origin = origins.get(event) ?? { node: bus.address, at: now(), ...takeCause(bus) };
    if (event.type === '@xstate.event' && event.event) {
      isAnyShown = true;
      shown.set(event.event, { node: bus.address, at: origin.at });
    }
    tap.record?.(event, origin);
    if (tap.isWatched) order.offer(origin, () => show(inspected));
  });
}

const isStep = (event: object | undefined): boolean => (event as { readonly type?: unknown })?.type === 'troupe.step';
