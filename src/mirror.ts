// The near half of an actor that lives elsewhere. To everybody here it is a genuine XState actor; what is sent to it travels, and
// each macrostep that arrives runs through XState itself, which does the rest: observers, `onDone`, `onError`, `onSnapshot`.
// `hosted.ts` makes mirrors of actors that it starts, `remote.ts` of actors that an event brought a ref of.
import type { AnyActor, AnyActorLogic, AnyActorRef, AnyActorScope, AnyEventObject, Snapshot } from 'xstate';
import { addressOf, nameOf, type Address } from './address.ts';
import type { Persisted } from './blob.ts';
import type { Bus, Route } from './bus.ts';
import type { Encoded } from './codec.ts';
import { createDeferred, type Deferred } from './deferred.ts';
import type { Down } from './down.ts';
import { markRemote, TroupeError } from './errors.ts';
import { createInspectedSystem, type InspectedSystem } from './inspected.ts';
import type { InspectionRecord } from './inspection-records.ts';
import { assertNotReserved, faultOf } from './forged.ts';
import { openLine, type Line, type StartOf } from './line.ts';
import { hearName, type NameChange } from './names.ts';
import { outletTo, sendEarlier } from './outlets.ts';
import { keepPersisted, persistedOf } from './persisted.ts';
import { applyPatch, type Received } from './received.ts';
import { now, runSoon } from './platform.ts';
import { explainRefusal, refuseEvent } from './refusal.ts';
import type { Patch } from './snapshots.ts';
import { inject, isInspected, takeShown, watchInspection } from './taps.ts';
import type { Output, SnapshotMode, StepFrame } from './wire.ts';
import {
  createErrorEvent,
  currentSource,
  emit,
  forward,
  hookUpdates,
  interceptMailbox,
  isInit,
  isObserved,
  loggerOf,
  onEnd,
  onListenersChange,
  onObserversChange,
  parentOf,
  relay,
  setSnapshot,
  statusOf,
  stopActor,
  trackSources,
  undoReset,
} from './xstate.ts';

export interface MirrorOptions {
  readonly bus: Bus;
  /** The same logic in this realm, where the caller gave it. */
  readonly local?: AnyActorLogic | undefined;
  /** Where `log` goes; the actor's own logger if there is none. */
  readonly logger?: ((...args: unknown[]) => void) | undefined;
  /** Whether this mirror started its actor: then it is told of every step, and stops it. */
  readonly owns: boolean;
  /** Which snapshots are told. */
  readonly snapshots?: SnapshotMode;
}

export interface Mirror {
  readonly actor: AnyActor;
  readonly bus: Bus;
  readonly owns: boolean;
  readonly local: AnyActorLogic | undefined;
  readonly snapshots: SnapshotMode;
  /** What was heard last of the life that it mirrors, or mirrored last. */
  readonly received: Received | undefined;
  /** The connection to the life that it mirrors, or mirrored last. */
  readonly line: Line | undefined;
  /** Where the actor is, while it runs. */
  readonly address: Address | undefined;
  /** Connects to an actor. */
  attach(route: Route, localId: string, options?: AttachOptions): Line;
  /** While a stop may still be taken back: whether it is. */
  readonly parting: Promise<boolean> | undefined;
  /** Takes back a stop of this tick: the actor elsewhere never hears of it. Tells whether there was one. */
  resume(): boolean;
  transition(snapshot: Snapshot<unknown>, event: AnyEventObject, scope: AnyActorScope): Snapshot<unknown>;
  /** Fails the actor here, and stops the one elsewhere. */
  fail(error: unknown): void;
}

export interface AttachOptions {
  /** Makes the frame that starts the actor. */
  readonly start?: StartOf;
  /** Runs when the far side has been told to end the actor, or has ended it. */
  ending?(): void;
}

const mirrors = new WeakMap<object, Mirror>();

/** The mirror behind an actor ref; undefined if the actor lives here. */
export function mirrorOf(actor: AnyActorRef): Mirror | undefined {
  return mirrors.get(actor);
}

const STEP = Symbol('step');
const LINE = Symbol('line');
const QUIET = Symbol('quiet');

/** A step on its way through the mailbox. Its symbols are known in this file only, so nobody can forge one. */
interface StepEvent {
  readonly type: 'troupe.step';
  readonly [STEP]: StepFrame<unknown>;
  readonly [LINE]: Line;
  /** No observer hears of it. */
  readonly [QUIET]?: boolean;
}

const isStep = (event: AnyEventObject): event is StepEvent => event.type === 'troupe.step' && STEP in event;

/** Makes an actor, whose logic is a mirror's, the mirror of an actor elsewhere. */
export function createMirror(actor: AnyActor, { bus, local, logger, owns, snapshots = 'all' }: MirrorOptions): Mirror {
  const known = mirrors.get(actor);
  if (known) return known;
  const waiting: Encoded[] = [];
  let line: Line | undefined;
  let received: Received | undefined;
  /** A line whose actor was stopped in this tick, and is told of it when the tick ends. */
  let parting: { readonly line: Line; readonly isTakenBack: Deferred<boolean> } | undefined;
  /** While the actor starts, and while it takes a step, what comes goes through its mailbox and so stays in order. */
  let isBusy = false;
  let unwatch: (() => void) | undefined;
  /** Whether somebody listens to what the actor emits, where that does not come anyway. */
  let isHeard = false;
  // what `send` has encoded already, for the `_send` that XState calls within it
  let checkedEvent: AnyEventObject | undefined;
  let checked: Encoded = '';

  /** What is shown of the system of each life, until it is gone. */
  const inspected = new Map<Line, InspectedSystem>();

  const mirror: Mirror = {
    actor,
    bus,
    owns,
    local,
    snapshots,
    get received() {
      return received;
    },
    get line() {
      return line;
    },
    get address() {
      return line?.state === 'running' ? line.address : undefined;
    },
    get parting() {
      return parting?.isTakenBack.promise;
    },
    attach,
    resume,
    transition,
    fail: (error) => {
      if (line?.state === 'running') enqueueFields(line, { status: 'error', error });
    },
  };
  mirrors.set(actor, mirror);

  trackSources(actor);
  hookUpdates(actor, {
    // the first snapshot is still on its way
    isMuted: (event) => {
      if (isInit(event)) return received === undefined && isActive();
      // what is only forwarded from here changes nothing here
      return isStep(event) ? event[QUIET] === true : event.type !== 'xstate.stop';
    },
    updated: () => void (isBusy = false),
  });
  const enqueue = interceptMailbox(actor, deliver);
  const send = actor.send.bind(actor);
  actor.send = (event: AnyEventObject) => {
    // a stopped actor drops what comes, whatever it is
    if (statusOf(actor) !== 'stopped') {
      checked = encodeEvent(event);
      checkedEvent = event;
    }
    send(event);
  };
  actor.getPersistedSnapshot = () => persistedOf(mirror);
  onObserversChange(actor, tellWishes);
  if (!owns) {
    onListenersChange(actor, (heard) => {
      isHeard = heard;
      tellWishes();
    });
  }
  onEnd(actor, ended);
  return mirror;

  function tellWishes(): void {
    const isLookedAt = owns && isInspected(actor);
    if (!isLookedAt) for (const each of inspected.values()) each.end();
    line?.wish({ observe: isLookedAt || isHeard || isObserved(actor), inspect: isLookedAt });
  }

  function attach(route: Route, localId: string, { start, ending = () => {} }: AttachOptions = {}): Line {
    const opened: Line = openLine({
      bus,
      route,
      to: localId,
      owns,
      observed: isObserved(actor) || (owns && isInspected(actor)),
      inspected: owns && isInspected(actor),
      listener: {
        step: (step) => hearStep(opened, step),
        lost: (error) => lose(opened, error),
        down: (down) => hearDown(opened, down),
        ending,
      },
    });
    if (line) onEnd(actor, ended);
    line = opened;
    received = undefined;
    isBusy = true;
    watchInspectors();
    if (start) opened.start(start);
    for (const encoded of waiting.splice(0)) route.push({ type: 'event', to: localId, body: encoded });
    return opened;
  }

  /** One that is restored from its end never begins. */
  function isActive(): boolean {
    return (actor.getSnapshot() as Snapshot<unknown>).status === 'active';
  }

  function watchInspectors(): void {
    if (owns) unwatch = watchInspection(bus, actor, tellWishes);
  }

  function ended(): void {
    unwatch?.();
    if (waiting.length > 0) bus.bury({ reason: 'stopped', target: target(), count: waiting.splice(0).length });
  }

  /** What restarts a root that was just stopped is a framework that tries its component twice: to the actor it is one life. */
  function part(): void {
    const leaving = line;
    if (!leaving || leaving.route.immediate || isTakenAway(actor)) leaving?.end();
    else {
      const parts = (parting = { line: leaving, isTakenBack: createDeferred<boolean>() });
      runSoon(() => {
        if (parting !== parts) return;
        parting = undefined;
        parts.isTakenBack.resolve(false);
        leaving.end();
      });
    }
  }

  function resume(): boolean {
    const parts = parting;
    parting = undefined;
    const resumed = parts?.line.state === 'running';
    parts?.isTakenBack.resolve(resumed);
    if (resumed) {
      onEnd(actor, ended);
      watchInspectors();
      tellWishes();
      for (const encoded of waiting.splice(0)) line?.route.push({ type: 'event', to: line.to, body: encoded });
    }
    return resumed;
  }

  // ---- what goes out

  function deliver(event: AnyEventObject): void {
    const source = currentSource();
    const status = statusOf(actor);
    // it may have ended over there while its end is still in the mailbox here
    const isOver = status === 'running' && (line ? line.state !== 'running' : !isActive());
    if (status === 'stopped' || isOver) {
      // XState says what it thinks of that
      if (status === 'stopped') enqueue(event);
      bus.bury({ reason: 'stopped', target: target(), count: 1, error: stoppedError(actor, event) });
      return;
    }
    let encoded: Encoded;
    try {
      encoded = checkedEvent === event ? checked : encodeEvent(event);
    } catch (error) {
      refuseEvent(bus, source, actor, target(), error);
      return;
    } finally {
      checkedEvent = undefined;
    }
    if (line?.state !== 'running' || status === 'not-started') {
      waiting.push(encoded);
      return;
    }
    const { to, route } = line;
    const outlet = source && outletTo(source, route.node);
    const seen = takeShown(event);
    if (outlet) outlet.put({ type: 'send', to, body: encoded, seen });
    else {
      sendEarlier(bus, route.node);
      route.push(seen ? { type: 'event', to, body: encoded, seen } : { type: 'event', to, body: encoded });
    }
  }

  function encodeEvent(event: AnyEventObject): Encoded {
    assertNotReserved(event, actor.id);
    try {
      return bus.codec.encode(event, 'event');
    } catch (error) {
      throw explainRefusal(error, `'${event.type}' to '${actor.id}'`);
    }
  }

  function sendTo(sessionId: string, event: AnyEventObject): void {
    if (line?.state !== 'running') bus.bury({ reason: 'stopped', target: target(), count: 1 });
    else line.route.push({ type: 'send-to', to: line.to, actor: sessionId, body: encodeEvent(event) });
  }

  function target(): Address {
    return line?.address ?? addressOf(bus.address, actor.sessionId);
  }

  // ---- what comes in

  function hearStep(from: Line, step: StepFrame<unknown>): void {
    if (from.state !== 'running' || from !== line || statusOf(actor) !== 'running') {
      // a stopped actor emits nothing and tells its parent nothing, but what it sent to others goes on
      for (const output of step.out) if (output.type !== 'emit' && output.type !== 'parent') perform(output, from);
      if (isLast(step)) leaveReset(from);
      return;
    }
    const patch = step.body as Patch | undefined;
    const status = patch?.fields?.['status'];
    if (status === 'stopped') {
      for (const output of step.out) perform(output, from);
      from.end();
      stopActor(actor);
    } else if (patch && (isObserved(actor) || status !== undefined)) {
      enqueue({ type: 'troupe.step', [STEP]: step, [LINE]: from } satisfies StepEvent);
    } else if (isBusy || from.route.immediate) {
      // more may come while this is being handled, and so may an observer
      enqueue({ type: 'troupe.step', [STEP]: step, [LINE]: from, [QUIET]: !patch } satisfies StepEvent);
    } else {
      // nobody observes the snapshot, so it need not pass through the mailbox; it is set first, for those who hear the output may read it
      if (patch) {
        try {
          setSnapshot(actor, apply(actor.getSnapshot() as Snapshot<unknown>, patch));
        } catch (error) {
          // nobody who sent this could catch it; it fails the actor, as it does where XState makes the step
          enqueueFields(from, { status: 'error', error });
          return;
        }
      }
      for (const output of step.out) perform(output, from);
    }
    from.begun();
  }

  /** A ref that React has reset along with the actor that it stopped: when its actor is over there is no more to say than that. */
  function leaveReset(from: Line): void {
    if (owns || statusOf(actor) !== 'not-started') return;
    from.end();
    undoReset(actor);
    stopActor(actor);
  }

  /** How an actor ended whose node knows of it no more than that. */
  function hearDown(from: Line, down: Down): void {
    leaveReset(from);
    if (down.type === 'done') enqueueFields(from, { status: 'done', output: down.output });
    else if (down.type === 'failed') enqueueFields(from, { status: 'error', error: down.error });
    else if (from === line) stopActor(actor);
  }

  function lose(from: Line, error: TroupeError): void {
    leaveReset(from);
    const lost = new TroupeError(error.code, `Lost '${actor.id}' on '${nameOf(from.route.node)}'. ${error.message}`, {
      details: { ...error.details, actor: actor.id, address: from.address },
      cause: error.cause ?? error,
    });
    enqueueFields(from, { status: 'error', error: lost });
  }

  function enqueueFields(from: Line, fields: Readonly<Record<string, unknown>>): void {
    if (from !== line || statusOf(actor) !== 'running') return;
    const step = { type: 'step', to: '', out: [], body: { fields } } as const;
    enqueue({ type: 'troupe.step', [STEP]: step, [LINE]: from } satisfies StepEvent);
    if (!isInspected(actor)) return;
    // the far side cannot tell of it any more
    const snapshot = actor.getSnapshot() as Snapshot<unknown>;
    const event = createErrorEvent(actor.id, snapshot.error);
    inject(actor, { type: '@xstate.snapshot', actorRef: actor, event, snapshot }, { node: bus.address, at: now() });
  }

  function transition(snapshot: Snapshot<unknown>, event: AnyEventObject, scope: AnyActorScope): Snapshot<unknown> {
    if (event.type === 'xstate.stop') {
      part();
      return {
        ...snapshot,
        ...('children' in snapshot ? { children: {} } : {}),
        status: 'stopped',
      } as Snapshot<unknown>;
    }
    if (!isStep(event)) {
      forward(actor, event);
      return snapshot;
    }
    const { [STEP]: step, [LINE]: from } = event;
    if (from !== line) return snapshot;
    isBusy = true;
    for (const output of step.out) scope.defer(() => perform(output, from));
    try {
      const next = step.body ? apply(snapshot, step.body) : snapshot;
      if (next.status !== 'active') line.end();
      return next;
    } catch (error) {
      isBusy = false;
      line.end();
      throw error;
    }
  }

  function apply(snapshot: Snapshot<unknown>, patch: Patch): Snapshot<unknown> {
    if (patch.fields?.['status'] === 'error' && line) markRemote(patch.fields['error'], actor.id, line.route.node);
    received = applyPatch(received ?? { fields: snapshot, snapshot }, patch, local);
    if (patch.persisted !== undefined) keepPersisted(mirror, patch.persisted as Persisted, received.snapshot);
    return received.snapshot;
  }

  /** What comes as an event is one, and not one that XState would believe; else it is buried. */
  function isSound(event: unknown, receiver: AnyActorRef): event is AnyEventObject {
    const reason = faultOf(event);
    if (reason) bus.bury({ reason, target: addressOf(bus.address, receiver.sessionId), count: 1 });
    return !reason;
  }

  function perform(output: Output<unknown>, from: Line): void {
    switch (output.type) {
      case 'emit':
        if (isSound(output.body, actor)) emit(actor, output.body);
        return;
      case 'parent': {
        const parent = parentOf(actor);
        if (parent && isSound(output.body, parent)) relay(actor, parent, output.body);
        return;
      }
      case 'log':
        try {
          (logger ?? loggerOf(actor))(...(output.body as unknown[]));
        } catch (error) {
          // a logger that throws fails an actor that logs at home, too
          mirror.fail(error);
        }
        return;
      case 'name':
        // a life that is over has no names any more
        if (from === line) hearName(actor, output.body as NameChange);
        return;
      case 'send':
        bus.deliver(output.to, output.body, output.seen);
        return;
      case 'inspect':
        inspectedAt(from).take(output.body as readonly InspectionRecord[]);
    }
  }

  function inspectedAt(from: Line): InspectedSystem {
    let system = inspected.get(from);
    if (!system) {
      const opened = createInspectedSystem({ actor, local, node: from.route.node, send: sendTo });
      inspected.set(from, (system = opened));
      void forgetInspected(from, opened);
    }
    return system;
  }

  async function forgetInspected(from: Line, system: InspectedSystem): Promise<void> {
    await from.gone;
    inspected.delete(from);
    system.end();
  }
}

function isLast({ body }: StepFrame<unknown>): boolean {
  const status = (body as Patch | undefined)?.fields?.['status'];
  return status !== undefined && status !== 'active';
}

/** Whether a parent that goes on has stopped its child: what it does next must come after. A parent that was stopped itself does no more. */
function isTakenAway(actor: AnyActor): boolean {
  const parent = parentOf(actor)?.getSnapshot() as Snapshot<unknown> | undefined;
  return parent !== undefined && parent.status !== 'stopped';
}

function stoppedError(actor: AnyActor, event: AnyEventObject): TroupeError {
  return new TroupeError(
    'ACTOR_DOWN',
    `Cannot send '${event.type}' to '${actor.id}': it has stopped. Watch it, and send only while it runs.`,
    { details: { actor: actor.id, event: event.type } },
  );
}
