// The near half of an actor that lives elsewhere. To everybody here it is a genuine XState actor; what is sent to it travels, and
// each macrostep that arrives runs through XState itself, which does the rest: observers, `onDone`, `onError`, `onSnapshot`.
// `hosted.ts` makes mirrors of actors that it starts, `remote.ts` of actors that an event brought a ref of.
import type { AnyActor, AnyActorLogic, AnyActorRef, AnyActorScope, AnyEventObject, Snapshot } from 'xstate';
import { addressOf, localIdOf, nameOf, type Address } from './address.ts';
import type { Bus, Route } from './bus.ts';
import type { Encoded } from './codec.ts';
import { createDeferred, type Deferred } from './deferred.ts';
import { markRemote, TroupeError } from './errors.ts';
import { outletTo } from './endpoint.ts';
import { refuseEvent } from './refusal.ts';
import { applyPatch, type Received } from './received.ts';
import type { Patch } from './snapshots.ts';
import {
  currentSource,
  emit,
  interceptMailbox,
  isObserved,
  loggerOf,
  onObserversChange,
  parentOf,
  relay,
  setSnapshot,
  statusOf,
  stopActor,
  trackSources,
} from './xstate.ts';
import type { Delivery, Outgoing, Output, StepFrame } from './wire.ts';

export interface MirrorOptions {
  readonly bus: Bus;
  /** The logic at hand, if it is. */
  readonly local?: AnyActorLogic | undefined;
  /** Where `log` goes; the actor's own logger if there is none. */
  readonly logger?: ((...args: unknown[]) => void) | undefined;
  /** Whether this mirror started its actor: then it is told of every step, and stops it. */
  readonly owns: boolean;
}

/** A mirror's connection to one life of the actor elsewhere. */
export interface Session {
  readonly route: Route;
  readonly address: Address;
  /** Resolves with the first snapshot; never if the actor is gone before. */
  readonly first: Promise<void>;
  /** Resolves when the far side is gone, whatever the reason. */
  readonly gone: Promise<void>;
  /** Resolves when the actor has handled what was sent before. */
  settle(): Promise<void>;
}

export interface Mirror {
  readonly actor: AnyActor;
  readonly bus: Bus;
  readonly owns: boolean;
  /** The life that it is connected to, or was last. */
  readonly session: Session | undefined;
  /** Where the actor is, while it runs. */
  readonly address: Address | undefined;
  /** Connects to an actor: frames pushed to `route` before this reach it before the events that waited here. */
  attach(
    route: Route,
    localId: string,
    start?: (session: { readonly from: Address; readonly wish: boolean }) => Outgoing,
  ): Session;
  transition(snapshot: Snapshot<unknown>, event: AnyEventObject, scope: AnyActorScope): Snapshot<unknown>;
  /** Fails the actor here, and stops the one elsewhere. */
  fail(error: TroupeError): void;
}

const mirrors = new WeakMap<object, Mirror>();

/** The mirror behind an actor ref; undefined if the actor lives here. */
export function mirrorOf(actor: AnyActorRef): Mirror | undefined {
  return mirrors.get(actor);
}

interface Line extends Session {
  /** The actor's local id over there. */
  readonly to: string;
  /** The local id here that the far side answers to. */
  readonly from: Address;
  readonly started: Deferred<void>;
  readonly over: Deferred<void>;
  readonly requests: Map<string, Deferred<void>>;
  state: 'running' | 'ending' | 'gone';
  wish: boolean;
  /** Whether the far side sends steps here. */
  listening: boolean;
  unwatch: () => void;
}

const NOTHING: readonly never[] = [];
const STEP = Symbol('step');
const LINE = Symbol('line');

/** A step on its way through the mailbox. Its symbols are known in this file only, so nobody can forge one. */
interface StepEvent {
  readonly type: 'troupe.step';
  readonly [STEP]: StepFrame<unknown>;
  readonly [LINE]: Line;
}

/** Makes an actor, whose logic is a mirror's, the mirror of an actor elsewhere. */
export function createMirror(actor: AnyActor, { bus, local, logger, owns }: MirrorOptions): Mirror {
  const known = mirrors.get(actor);
  if (known) return known;
  const waiting: Encoded[] = [];
  let line: Line | undefined;
  let received: Received | undefined;
  let requests = 0;
  // what `send` has encoded already, for the `_send` that XState calls within it
  let checked: { readonly event: AnyEventObject; readonly encoded: Encoded } | undefined;

  const mirror: Mirror = {
    actor,
    bus,
    owns,
    get session() {
      return line;
    },
    get address() {
      return line?.state === 'running' ? line.address : undefined;
    },
    attach,
    transition,
    fail: (error) => {
      if (line?.state === 'running') enqueueError(line, error);
    },
  };
  mirrors.set(actor, mirror);

  trackSources(actor);
  const enqueue = interceptMailbox(actor, deliver);
  const send = actor.send.bind(actor);
  actor.send = (event: AnyEventObject) => {
    // a stopped actor drops what comes, whatever it is
    if (statusOf(actor) !== 'stopped') checked = { event, encoded: bus.codec.encode(event, 'event') };
    send(event);
  };
  onObserversChange(actor, () => {
    if (line?.state === 'running') tellWish(line);
  });
  return mirror;

  function attach(route: Route, localId: string, start?: Parameters<Mirror['attach']>[2]): Session {
    const started = createDeferred<void>();
    const over = createDeferred<void>();
    const opened: Line = {
      route,
      to: localId,
      address: addressOf(route.node, localId),
      from: addressOf(bus.address, bus.createId()),
      started,
      over,
      first: started.promise,
      gone: over.promise,
      requests: new Map(),
      state: 'running',
      wish: false,
      listening: false,
      unwatch: () => {},
      settle: () => settle(opened),
    };
    line = opened;
    received = undefined;
    if (start) {
      opened.wish = isObserved(actor);
      listen(opened);
      route.push(start(opened));
    }
    for (const encoded of waiting.splice(0)) route.push({ type: 'event', to: localId, body: encoded });
    return opened;
  }

  // ---- what goes out

  function deliver(event: AnyEventObject): void {
    const source = currentSource();
    const status = statusOf(actor);
    const address = line?.address ?? addressOf(bus.address, actor.sessionId);
    // between its end over there and its end here an actor has ended all the same
    if (status === 'stopped' || (status === 'running' && line && line.state !== 'running')) {
      bus.bury({ reason: 'stopped', target: address, count: 1, error: stoppedError(actor, event) });
      return;
    }
    let encoded: Encoded;
    if (checked?.event === event) ({ encoded } = checked);
    else {
      try {
        encoded = bus.codec.encode(event, 'event');
      } catch (error) {
        refuseEvent(bus, source, actor, address, error);
        return;
      }
    }
    checked = undefined;
    if (line?.state !== 'running' || status === 'not-started') {
      waiting.push(encoded);
      return;
    }
    const { to } = line;
    const outlet = source && outletTo(source, line.route.node);
    if (outlet) outlet.put({ type: 'send', to, body: encoded });
    else line.route.push({ type: 'event', to, body: encoded });
  }

  function tellWish(to: Line): void {
    const wish = isObserved(actor);
    if (wish === to.wish) return;
    to.wish = wish;
    if (wish) listen(to);
    if (wish || owns) to.route.push({ type: 'observe', to: to.to, from: to.from, wish });
    else retire(to);
  }

  /** A ref that nobody observes or settles any more needs no frames. */
  function retire(from: Line): void {
    if (owns || from.wish || from.requests.size > 0 || from.state !== 'running') return;
    from.route.push({ type: 'observe', to: from.to, from: from.from, wish: false });
    deafen(from);
  }

  function settle(to: Line): Promise<void> {
    const settled = createDeferred<void>();
    const request = (requests++).toString(36);
    to.requests.set(request, settled);
    listen(to);
    const release = to.route.hold();
    ask(to, request);
    return settled.promise.finally(() => {
      release();
      to.requests.delete(request);
      retire(to);
    });
  }

  function ask(to: Line, request: string): void {
    to.route.push({ type: 'settle', to: to.to, from: to.from, request });
  }

  /** Has the far side's frames delivered here, and this mirror told when the far node is gone. */
  function listen(to: Line): void {
    if (to.listening) return;
    to.listening = true;
    bus.open(localIdOf(to.from)).subscribe((frame) => hear(to, frame));
    to.unwatch = to.route.watch({ down: (error) => lose(to, error), resync: () => sayAgain(to) });
    if (to.route.down) lose(to, to.route.down);
  }

  function deafen(to: Line): void {
    if (!to.listening) return;
    to.listening = false;
    to.unwatch();
    bus.shut(localIdOf(to.from));
  }

  /** After a loss: what the far side must know, once more. All of it may safely be heard twice. */
  function sayAgain(to: Line): void {
    const id = to.to;
    if (to.state === 'ending') to.route.push({ type: 'stop', to: id, from: to.from });
    else to.route.push({ type: 'observe', to: id, from: to.from, wish: to.wish });
    for (const request of to.requests.keys()) ask(to, request);
  }

  // ---- what comes in

  function hear(from: Line, frame: Delivery): void {
    switch (frame.type) {
      case 'step':
        hearStep(from, frame);
        return;
      case 'steps':
        for (const body of frame.steps) hearStep(from, { type: 'step', to: frame.to, out: NOTHING, body });
        return;
      case 'settled':
        from.requests.get(frame.request)?.resolve();
        return;
      case 'ended':
        finish(from);
        return;
      case 'down':
        // the far node does not know this actor: it is gone, or its start was lost
        lose(from, goneError(actor, from));
        return;
      default:
    }
  }

  function hearStep(from: Line, step: StepFrame<unknown>): void {
    if (step.merged) from.route.push({ type: 'acknowledge', to: from.to, from: from.from });
    if (from.state !== 'running' || from !== line || statusOf(actor) !== 'running') {
      // a stopped actor emits nothing and tells its parent nothing, but what it sent to others goes on
      for (const output of step.out) if (output.type === 'send' || output.type === 'log') perform(output);
      return;
    }
    const patch = step.body as Patch | undefined;
    if (patch?.fields?.['status'] === 'stopped') {
      from.state = 'gone';
      finish(from);
      stopActor(actor);
    } else if (patch && (isObserved(actor) || patch.fields?.['status'] !== undefined)) {
      enqueue({ type: 'troupe.step', [STEP]: step, [LINE]: from } satisfies StepEvent);
    } else {
      // nobody hears of the snapshot, so it need not pass the mailbox; who hears of the output reads the new one
      if (patch) setSnapshot(actor, apply(actor.getSnapshot() as Snapshot<unknown>, patch));
      for (const output of step.out) perform(output);
    }
    from.started.resolve();
  }

  function transition(snapshot: Snapshot<unknown>, event: AnyEventObject, scope: AnyActorScope): Snapshot<unknown> {
    if (event.type === 'xstate.stop') {
      if (line) end(line);
      return { ...snapshot, status: 'stopped' } as Snapshot<unknown>;
    }
    const { [STEP]: step, [LINE]: from } = event as Partial<StepEvent>;
    if (!step || !from || from !== line) return snapshot;
    for (const output of step.out) scope.defer(() => perform(output));
    try {
      const next = apply(snapshot, step.body as Patch);
      if (next.status !== 'active') end(line);
      return next;
    } catch (error) {
      end(line);
      throw error;
    }
  }

  function apply(snapshot: Snapshot<unknown>, patch: Patch): Snapshot<unknown> {
    if (patch.fields?.['status'] === 'error' && line) markRemote(patch.fields['error'], actor.id, line.route.node);
    received = applyPatch(received ?? { fields: snapshot, snapshot }, patch, local);
    return received.snapshot;
  }

  function perform(output: Output<unknown>): void {
    switch (output.type) {
      case 'emit':
        emit(actor, output.body as AnyEventObject);
        return;
      case 'parent': {
        const parent = parentOf(actor);
        if (parent) relay(actor, parent, output.body as AnyEventObject);
        return;
      }
      case 'log':
        (logger ?? loggerOf(actor))(...(output.body as unknown[]));
        return;
      case 'send':
        bus.deliver(output.to, output.body);
    }
  }

  // ---- the end

  /** From here the actor is over for everybody on this side; the far side is told, and answers when it is gone. */
  function end(of: Line): void {
    if (of.state !== 'running') return;
    if (!owns) {
      finish(of);
      return;
    }
    of.state = 'ending';
    of.route.push({ type: 'stop', to: of.to, from: of.from });
  }

  function lose(of: Line, error: TroupeError): void {
    const wasRunning = of.state === 'running';
    of.state = 'gone';
    if (wasRunning && of === line && statusOf(actor) === 'running') {
      const lost = new TroupeError(error.code, `Lost '${actor.id}' on '${nameOf(of.route.node)}'. ${error.message}`, {
        details: { ...error.details, actor: actor.id, address: of.address },
        cause: error.cause ?? error,
      });
      enqueueError(of, lost);
    }
    finish(of);
  }

  function enqueueError(of: Line, error: TroupeError): void {
    const step = { type: 'step', to: '', out: [], body: { fields: { status: 'error', error } } } as const;
    enqueue({ type: 'troupe.step', [STEP]: step, [LINE]: of } satisfies StepEvent);
  }

  function finish(of: Line): void {
    of.state = 'gone';
    deafen(of);
    of.over.resolve();
    for (const request of of.requests.values()) request.resolve();
  }
}

function goneError(actor: AnyActor, line: Line): TroupeError {
  return new TroupeError(
    'ACTOR_DOWN',
    'Its node does not know it: it has ended, or the request to start it was lost.',
    {
      details: { actor: actor.id, address: line.address },
    },
  );
}

function stoppedError(actor: AnyActor, event: AnyEventObject): TroupeError {
  return new TroupeError(
    'ACTOR_DOWN',
    `Cannot send '${event.type}' to '${actor.id}': it has stopped. Watch it, and send only while it runs.`,
    { details: { actor: actor.id, event: event.type } },
  );
}
