// A system in which XState's pure parts run and nothing else does: no actor is started, no timer is set, nobody is told. What they ask of it is handed to whoever
// models it, and so are the actors that XState makes on the way: each becomes a ref without a life of its own before it has a snapshot.
import type { AnyActor, AnyActorLogic, AnyActorRef, AnyEventObject, AnyTransitionDefinition, Snapshot } from 'xstate';
import { Actor } from 'xstate';
import type { System } from './seams.ts';

/** What XState asks of a system. */
export interface ModelledSystem {
  /** An actor is made: all that it has is there but its snapshot. */
  made(actor: AnyActor): void;
  relay(source: AnyActorRef | undefined, target: AnyActorRef, event: AnyEventObject): void;
  schedule(source: AnyActorRef, target: AnyActorRef, event: AnyEventObject, delay: number, id?: string): void;
  cancel(source: AnyActorRef, id: string): void;
  /** Throws if another has the name. */
  setName(systemId: string, actor: AnyActorRef): void;
  unsetName(actor: AnyActorRef): void;
  find(systemId: string): AnyActorRef | undefined;
  findAll(): Readonly<Record<string, AnyActorRef>>;
  /** A machine has taken a microstep, by these transitions; by none where the event had none. */
  stepped(actor: AnyActorRef, event: AnyEventObject, transitions: readonly AnyTransitionDefinition[]): void;
}

/** What is asked of a ref. */
export interface ModelledRefs {
  /** Gives an actor that was made its first snapshot, from a persisted one if there is one. */
  begin(actor: AnyActorRef, persisted: Snapshot<unknown> | undefined): void;
  persisted(actor: AnyActorRef): unknown;
  start(actor: AnyActorRef): void;
  stop(actor: AnyActorRef): void;
  /** Puts an event into its mailbox. */
  deliver(actor: AnyActorRef, event: AnyEventObject): void;
  snapshotOf(actor: AnyActorRef): unknown;
  /** Where it is in its life: not started, running, stopped. */
  statusOf(actor: AnyActorRef): 0 | 1 | 2;
}

interface InspectionEvent {
  readonly type: string;
  readonly actorRef: AnyActor;
  readonly event: AnyEventObject;
  readonly _transitions: readonly AnyTransitionDefinition[];
}

/** A system that hands on all that is asked of it. */
export function createModelledSystem(by: ModelledSystem): System {
  const system = {
    _snapshot: { _scheduledEvents: {} },
    _bookId: () => '',
    _register: (sessionId: string) => sessionId,
    _unregister: by.unsetName,
    _set: by.setName,
    get: by.find,
    getAll: by.findAll,
    inspect: () => NO_SUBSCRIPTION,
    _sendInspectionEvent(event: InspectionEvent) {
      if (event.type === '@xstate.microstep') by.stepped(event.actorRef, event.event, event._transitions);
      else if (event.type === '@xstate.actor') by.made(event.actorRef);
    },
    _relay: by.relay,
    scheduler: { schedule: by.schedule, cancel: by.cancel, cancelAll: () => {} },
    getSnapshot: () => ({ _scheduledEvents: {} }),
    start: () => {},
    _clock: { setTimeout: () => undefined, clearTimeout: () => {} },
    _logger: () => {},
  };
  return system as unknown as System;
}

const NO_SUBSCRIPTION = { unsubscribe() {} };

/** What a ref is made of. */
export interface RefOptions {
  readonly id: string;
  readonly sessionId: string;
  readonly parent: AnyActorRef | undefined;
  readonly system: System;
}

/** Makes refs that live by `by` alone. */
export function createRefMaker(by: ModelledRefs): {
  createRef(options: RefOptions): AnyActorRef;
  /** Turns an actor that XState is about to finish into such a ref. */
  adopt(actor: AnyActor, ids: { readonly id: string; readonly sessionId: string }): void;
} {
  const members = createMembers(by);
  return {
    createRef({ id, sessionId, parent, system }) {
      const ref = Object.create(members) as Record<string, unknown>;
      ref['id'] = id;
      ref['sessionId'] = sessionId;
      ref['_parent'] = parent;
      ref['system'] = system;
      ref['ref'] = ref;
      return ref as unknown as AnyActorRef;
    },
    adopt(actor, ids) {
      const it = actor as unknown as Record<string, unknown>;
      delete it['_processingStatus'];
      delete it['_snapshot'];
      Object.setPrototypeOf(Object.assign(actor, ids), members);
    },
  };
}

function createMembers(by: ModelledRefs): object {
  const members = {
    _initState(this: AnyActorRef, persisted: Snapshot<unknown> | undefined) {
      by.begin(this, persisted);
    },
    get _processingStatus(): 0 | 1 | 2 {
      return by.statusOf(this as unknown as AnyActorRef);
    },
    get _snapshot(): unknown {
      return by.snapshotOf(this as unknown as AnyActorRef);
    },
    start(this: AnyActorRef) {
      by.start(this);
      return this;
    },
    _stop(this: AnyActorRef) {
      by.stop(this);
      return this;
    },
    stop(this: AnyActorRef & { readonly _parent?: unknown }) {
      if (this._parent) throw new Error('A non-root actor cannot be stopped directly.');
      by.stop(this);
      return this;
    },
    send(this: AnyActorRef, event: AnyEventObject) {
      (this.system as unknown as { _relay: ModelledSystem['relay'] })._relay(undefined, this, event);
    },
    _send(this: AnyActorRef, event: AnyEventObject) {
      by.deliver(this, event);
    },
    getSnapshot(this: AnyActorRef): unknown {
      const snapshot = by.snapshotOf(this);
      if (snapshot === undefined) throw new Error(`Snapshot can't be read while the actor initializes itself`);
      return snapshot;
    },
    getPersistedSnapshot(this: AnyActorRef): unknown {
      return by.persisted(this);
    },
    subscribe: () => NO_SUBSCRIPTION,
    on: () => NO_SUBSCRIPTION,
    select(this: AnyActorRef, selector: (snapshot: unknown) => unknown) {
      return { subscribe: () => NO_SUBSCRIPTION, get: () => selector(this.getSnapshot()) };
    },
    toJSON(this: AnyActorRef) {
      return { xstate$$type: 1, id: this.id };
    },
  };
  // whoever asks whether it is an Actor is told that it is
  return Object.create(Actor.prototype, Object.getOwnPropertyDescriptors(members)) as object;
}

/** What an actor that is being made was made with. */
export function madeWith(actor: AnyActor): {
  readonly id: string | undefined;
  readonly parent: AnyActorRef | undefined;
  readonly src: string | AnyActorLogic;
  readonly input: unknown;
  readonly systemId: string | undefined;
  readonly syncSnapshot: boolean;
} {
  const { options, src, _parent } = actor as unknown as {
    readonly options: {
      readonly id?: string;
      readonly input?: unknown;
      readonly systemId?: string;
      readonly syncSnapshot?: boolean;
    };
    readonly src: string | AnyActorLogic;
    readonly _parent?: AnyActorRef;
  };
  const { id, input, systemId, syncSnapshot = false } = options;
  return { id, parent: _parent, src, input, systemId, syncSnapshot };
}
