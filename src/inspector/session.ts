// One look at a program, from its beginning to its end: what the taps tell becomes records, in batches.
import type { AnyActorRef, AnyEventObject, Snapshot } from 'xstate';
import { nodeOf, type NodeAddress } from '../address.ts';
import type { Bus, DeadLetter } from '../bus.ts';
import { inCausalOrder, type Origin } from '../causal-order.ts';
import { textOfError } from '../failures.ts';
import { familyOf } from '../family.ts';
import { toldLetter, type ToldLetter } from '../gauges.ts';
import { onGone } from '../inspected-refs.ts';
import { lifeOf, onLifeOver } from '../lives.ts';
import { mirrorOf } from '../mirror.ts';
import { runSoon } from '../platform.ts';
import { stampOf, tapSystem, type Inspected } from '../taps.ts';
import { onEnd, statusOf } from '../xstate.ts';
import { createCast, type Entry } from './cast.ts';
import { createCells } from './cells.ts';
import { describeFields } from './describe.ts';
import { openMailboxes } from './mailboxes.ts';
import { openNodes } from './nodes.ts';
import { createMessages } from './messages.ts';
import { createPairing } from './pairing.ts';
import { createLimiter } from './rates.ts';
import type { InspectorRecord, StateValue, TakenTransition } from './records.ts';
import type { Redact } from './redact.ts';

export interface Session {
  /** Tells all that is there, and from then on what happens. */
  begin(roots: readonly AnyActorRef[]): void;
  /** Another root has come. */
  tap(root: AnyActorRef): void;
  refOf(key: string): AnyActorRef | undefined;
  end(): void;
}

export interface SessionOptions {
  readonly bus: Bus;
  /** When the recording began. */
  readonly start: number;
  readonly clock: () => number;
  readonly schedule: (task: () => void, delay: number) => () => void;
  /** Messages are numbered through all sessions. */
  readonly numbering: { next: number };
  readonly redact: Redact;
  take(records: readonly InspectorRecord[]): void;
}

/** How often batches leave, in milliseconds. */
const BATCH_PERIOD = 50;
/** A batch of so many leaves at once. */
const BATCH_SIZE = 5000;
const SNAPSHOT_PERIOD = 100;
const SNAPSHOT_LENGTH = 16_384;

/** A snapshot, and when it was that. */
interface Shown {
  readonly snapshot: Snapshot<unknown>;
  readonly at: number;
}

/** What an inspection event may hold besides. */
interface Details {
  readonly sourceRef?: AnyActorRef;
  readonly event?: AnyEventObject;
  readonly snapshot?: Snapshot<unknown> & { readonly value?: StateValue };
  readonly action?: { readonly type: string };
  readonly _transitions?: readonly ShownTransition[];
  readonly life?: number;
  readonly error?: string;
}

interface ShownTransition {
  readonly eventType?: string;
  readonly source?: { readonly id: string };
  readonly target?: readonly { readonly id: string }[];
}

export function openSession({ bus, start, clock, schedule, numbering, redact, take }: SessionOptions): Session {
  let batch: InspectorRecord[] = [];
  let isOver = false;
  let cancel: (() => void) | undefined;
  const order = inCausalOrder(bus);
  const pairing = createPairing();
  const untap: (() => void)[] = [];
  const tapped = new WeakSet<object>();
  /** The systems of which all is told. */
  const inside = new WeakSet<object>();
  /** Hosted actors that had no place yet when they were told of. */
  const unplaced = new Set<Entry>();
  /** Actors that have ended, while the rest of their last step is told. */
  const ending = new Map<Entry, number>();

  const timeOf = (moment: number) => Math.round((moment - start) * 1000) / 1000;
  const timeNow = () => timeOf(clock());
  const put = (record: InspectorRecord) => {
    if (isOver) return;
    batch.push(record);
    if (batch.length >= BATCH_SIZE) flush();
  };
  const cells = createCells(timeNow, put);
  const cast = createCast({ bus, put, entered });
  const snapshots = createLimiter<Entry, Shown>({ period: SNAPSHOT_PERIOD, clock, tell: tellSnapshot });
  /** What was told of an actor's snapshot last: the same is not told twice. */
  const shownAs = new WeakMap<Entry, string>();
  const mailboxes = openMailboxes({ cast, clock: timeNow, put });
  const nodes = openNodes({ bus, clock, timeOf, put, tellLetter });
  const messages = createMessages({ bus, cast, pairing, numbering, redact, clock: timeNow, timeOf, put });

  return {
    begin(roots) {
      nodes.begin();
      for (const { system } of roots) inside.add(system);
      for (const root of roots) tellFamily(root);
      cells.look(true);
      mailboxes.begin();
      for (const root of roots) tap(root);
      nodes.wish();
      untap.push(bus.heed(heed));
      deliver();
      tick();
    },
    tap(root) {
      // it may be being made right now
      tap(root);
      if (statusOf(root) === 'running') tellFamily(root);
      else guarded(() => enter(root, bus.address, timeNow()));
    },
    refOf: (key) => cast.byKey(key)?.ref,
    end() {
      if (isOver) return;
      snapshots.tick(true);
      flush();
      isOver = true;
      cancel?.();
      for (const each of untap.splice(0)) each();
      for (const entry of cast.living) for (const release of entry.release.splice(0)) release();
      nodes.end();
    },
  };

  // ---- batches

  function tick(): void {
    cancel = schedule(() => {
      flush();
      if (!isOver) tick();
    }, BATCH_PERIOD);
  }

  function flush(): void {
    if (isOver) return;
    guarded(() => {
      endAll();
      placeAll();
      messages.resolve();
      snapshots.tick();
      cells.look(true);
      mailboxes.look();
    });
    deliver();
  }

  function deliver(): void {
    if (batch.length === 0) return;
    const records = batch;
    batch = [];
    guarded(() => take(records));
  }

  // ---- what is there

  function tellFamily(root: AnyActorRef): void {
    for (const ref of familyOf(root)) guarded(() => tellState(ref, bus.address, timeNow()));
  }

  function tellState(ref: AnyActorRef, node: NodeAddress, at: number): void {
    const entry = enter(ref, node, at);
    const life = lifeOf(ref);
    if (life > 1) put({ type: 'life', at, actor: entry.key, life, error: '' });
    const mirror = mirrorOf(ref);
    // of what is elsewhere is told from there
    if (mirror && mirror.received === undefined) return;
    showState(entry, ref.getSnapshot() as NonNullable<Details['snapshot']>, at);
  }

  function showState(entry: Entry, snapshot: NonNullable<Details['snapshot']>, at: number): void {
    const { value } = snapshot;
    const { ref } = entry;
    put({ type: 'step', at, actor: entry.key, event: '', ...(value === undefined ? {} : { value }) });
    snapshots.offer(entry, { snapshot, at });
    if (snapshot.status !== 'active' && isHere(ref)) end(entry, snapshot, at);
  }

  function enter(ref: AnyActorRef, node: NodeAddress, at: number): Entry {
    return cast.enter(ref, node, at);
  }

  function entered(entry: Entry): void {
    const { ref, release } = entry;
    const status = statusOf(ref);
    const mirror = mirrorOf(ref);
    entry.isInside = status === undefined || inside.has(ref.system);
    if (mirror?.owns !== false && status !== undefined && !mirror?.line) unplaced.add(entry);
    if (status === undefined) {
      release.push(onGone(ref, () => gone(entry, ref)));
      return;
    }
    if (mirror && !mirror.owns) return;
    if (status !== 'stopped') release.push(onEnd(ref, () => endSoon(entry)));
    watchLives(entry);
  }

  function watchLives(entry: Entry): void {
    let unwatch: (() => void) | undefined;
    const watchNext = () => {
      unwatch = onLifeOver(entry.ref, (error) => {
        watchNext();
        inOrder(() => lifeOver(entry, lifeOf(entry.ref), textOfError(error), timeNow()));
      });
    };
    watchNext();
    entry.release.push(() => unwatch?.());
  }

  // ---- what happens

  function tap(root: AnyActorRef): void {
    if (tapped.has(root.system)) return;
    tapped.add(root.system);
    inside.add(root.system);
    untap.push(tapSystem(bus, root, (inspected, origin) => guarded(() => show(inspected, origin))));
  }

  /** Puts what is known here in among what the taps tell. */
  function inOrder(task: () => void): void {
    order.offer(stampOf(bus), () => guarded(task));
  }

  function show(inspected: Inspected, origin: Origin): void {
    if (isOver) return;
    const at = timeOf(origin.at);
    nodes.see(origin.node, at);
    if (origin.after) pairing.arrived(origin.after, origin.after.came);
    const ref = inspected.actorRef as AnyActorRef;
    const details = inspected as Details;
    switch (inspected.type) {
      case '@xstate.actor':
        enter(ref, origin.node, at);
        return;
      case '@troupe.known': {
        const entry = enter(ref, origin.node, at);
        cast.refresh(entry, at);
        const { life = 1, snapshot } = details;
        if (!snapshot || entry.isEnded) return;
        if (life > 1 && statusOf(ref) === undefined) put({ type: 'life', at, actor: entry.key, life, error: '' });
        showState(entry, snapshot, at);
        return;
      }
      case '@troupe.life':
        lifeOver(enter(ref, origin.node, at), details.life ?? 2, details.error ?? '', at);
        return;
      case '@xstate.event':
        if (!details.event) return;
        messages.sent(ref, details.event, details.sourceRef, origin, at);
        cells.look(false);
        return;
      case '@xstate.action':
        if (details.action) enter(ref, origin.node, at).actions.push(details.action.type);
        return;
      case '@xstate.microstep':
        took(enter(ref, origin.node, at), details._transitions ?? []);
        return;
      case '@xstate.snapshot':
        if (details.snapshot) stepped(ref, details.event ?? NO_EVENT, details.snapshot, origin, at);
        return;
      default:
    }
  }

  function stepped(
    ref: AnyActorRef,
    event: AnyEventObject,
    snapshot: NonNullable<Details['snapshot']>,
    origin: Origin,
    at: number,
  ): void {
    const entry = enter(ref, origin.node, at);
    const { transitions, actions, inbox } = entry;
    entry.transitions = [];
    entry.actions = [];
    // its owner stops it and tells what was lost, from where the owner is
    if (event.type !== 'xstate.stop' && snapshot.status !== 'error') cast.refresh(entry, at, origin.node);
    const message = pairing.taken(inbox, event, event.type);
    if (message) messages.received(message, entry, at);
    const { value } = snapshot;
    put({
      type: 'step',
      at,
      actor: entry.key,
      event: event.type,
      ...(message ? { message: message.number } : {}),
      ...(value === undefined ? {} : { value }),
      ...(transitions.length > 0 ? { transitions } : {}),
      ...(actions.length > 0 ? { actions } : {}),
    });
    entry.lastDone = at;
    cells.look(false);
    if (entry.isEnded) return;
    snapshots.offer(entry, { snapshot, at });
    if (snapshot.status !== 'active' && isHere(ref)) end(entry, snapshot, at);
  }

  function lifeOver(entry: Entry, life: number, error: string, at: number): void {
    entry.transitions = [];
    entry.actions = [];
    const message = pairing.takenFirst(entry.inbox);
    if (message) messages.received(message, entry, at);
    entry.lastDone = at;
    put({ type: 'life', at, actor: entry.key, life, error });
  }

  // ---- ends

  function endSoon(entry: Entry): void {
    const at = timeNow();
    const endNow = () => {
      if (ending.size === 0) runSoon(() => inOrder(endAll));
      ending.set(entry, at);
    };
    const line = mirrorOf(entry.ref)?.line;
    // what it did last may be told after its end
    if (line) void line.gone.then(endNow);
    else endNow();
  }

  function endAll(): void {
    for (const [entry, at] of ending) {
      ending.delete(entry);
      // a framework may have begun it again
      if (statusOf(entry.ref) === 'stopped') end(entry, entry.ref.getSnapshot() as Snapshot<unknown>, at);
    }
  }

  function end(entry: Entry, { status, error }: Snapshot<unknown>, at: number): void {
    if (status === 'error') endAs(entry, 'failed', at, textOfError(error));
    else endAs(entry, status === 'done' ? 'done' : 'stopped', at);
  }

  function endAs(entry: Entry, how: 'done' | 'stopped' | 'failed', at: number, error?: string): void {
    if (entry.isEnded) return;
    ending.delete(entry);
    unplaced.delete(entry);
    const message = how === 'failed' ? pairing.takenFirst(entry.inbox) : undefined;
    if (message) messages.received(message, entry, at);
    const endedAt = Math.max(at, entry.lastDone);
    if (how === 'failed' && statusOf(entry.ref) === 'stopped')
      snapshots.offer(entry, { snapshot: entry.ref.getSnapshot() as Snapshot<unknown>, at });
    snapshots.release(entry);
    snapshots.forget(entry);
    mailboxes.forget(entry);
    pairing.end(entry.inbox);
    cast.leave(entry);
    put({ type: 'ended', at: endedAt, actor: entry.key, how, ...(error === undefined ? {} : { error }) });
  }

  /** Nothing more comes of a stand-in: its node is gone, or its host has nothing more to tell of it, or begins anew. */
  function gone(entry: Entry, ref: AnyActorRef): void {
    runSoon(() => {
      if (isOver || entry.isEnded || entry.ref !== ref) return;
      inOrder(() => {
        const last = ref.getSnapshot() as Snapshot<unknown>;
        const why = nodes.failureOf(entry.told.node as NodeAddress);
        if (last.status !== 'active') end(entry, last, timeNow());
        else if (why === undefined) endAs(entry, 'stopped', timeNow());
        else endAs(entry, 'failed', timeNow(), why);
      });
    });
  }

  // ---- what is known later

  /** A hosted actor has its place when it starts, and that is after it was told of. */
  function placeAll(): void {
    const at = timeNow();
    for (const entry of unplaced) {
      if (statusOf(entry.ref) === 'not-started') continue;
      unplaced.delete(entry);
      const line = mirrorOf(entry.ref)?.line;
      if (!line) continue;
      const node = nodeOf(line.address);
      if (entry.told.node !== node && batch.includes(entry.told)) entry.told.node = node;
      cast.refresh(entry, at, node);
    }
  }

  // ---- snapshots

  function tellSnapshot(entry: Entry, { snapshot, at }: Shown): void {
    const isTold = (snapshot as { readonly isMachine?: unknown }).isMachine === true;
    const without = isTold ? isNoToldState : isNoState;
    const text = describeFields(snapshot, { redact, labelOf: cast.labelOf, length: SNAPSHOT_LENGTH, without }) ?? '{}';
    if (shownAs.get(entry) === text) return;
    shownAs.set(entry, text);
    put({ type: 'snapshot', at, actor: entry.key, snapshot: text });
  }

  // ---- dead letters

  function heed(letter: DeadLetter): void {
    // within the call that sent it
    const about = messages.last;
    if (!nodes.isOwn(letter.target)) inOrder(() => messages.tellLetter(toldLetter(letter), timeNow(), about));
  }

  function tellLetter(letter: ToldLetter, node: NodeAddress, at: number): void {
    if (nodes.isOwn(letter.target)) return;
    nodes.see(node, at);
    messages.tellLetter(letter, at);
  }
}

/** Nobody whose program is looked at has to do with what goes wrong here. */
function guarded(task: () => void): void {
  try {
    task();
  } catch (error) {
    complain(error);
  }
}

/** Of one elsewhere a life may have failed and another follow; its end is told by itself. */
function isHere(ref: AnyActorRef): boolean {
  return statusOf(ref) !== undefined && !mirrorOf(ref);
}

function took(entry: Entry, transitions: readonly ShownTransition[]): void {
  for (const { eventType, source, target } of transitions) {
    // how a machine begins is no transition of its own
    if (typeof eventType !== 'string') continue;
    const taken: TakenTransition = {
      ...(source ? { source: source.id } : {}),
      event: eventType,
      ...(target && target.length > 0 ? { targets: target.map(({ id }) => id) } : {}),
    };
    entry.transitions.push(taken);
  }
}

const NO_EVENT: AnyEventObject = { type: '' };

/** What a snapshot holds that its machine says already, and what only code can use. */
const isNoState = (key: string): boolean => key.startsWith('_') || NO_STATE.has(key);

const NO_STATE = new Set(['machine', 'tags', 'historyValue', 'matches', 'hasTag', 'can', 'getMeta', 'toJSON']);

/** Of one elsewhere more is told than it has at home. */
const isNoToldState = (key: string): boolean => isNoState(key) || NO_TOLD_STATE.has(key);

const NO_TOLD_STATE = new Set(['isMachine', 'meta', 'version']);

let hasComplained = false;

/** What goes wrong in telling is told once, and goes no further. */
function complain(error: unknown): void {
  if (hasComplained) return;
  hasComplained = true;
  console.warn(`troupe: the inspector could not tell all that happened: ${textOfError(error)}`);
}
