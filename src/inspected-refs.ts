// Stand-ins for actors elsewhere in what inspectors are shown: who they are, their latest snapshot as told, and a way to send to them. They are no
// actors of XState: nothing of theirs lives here but what a record says, and they keep nothing alive elsewhere.
import type { AnyActorRef, AnyEventObject, Snapshot, Subscription } from 'xstate';
import type { ActorRecord } from './inspection-records.ts';
import { applyPatch, isEmpty, type Received } from './received.ts';
import type { Patch } from './snapshots.ts';

/** An actor elsewhere, as inspectors here are shown it. */
export interface InspectedRef {
  readonly ref: AnyActorRef;
  /** Takes the change of its snapshot, and gives what it is now. */
  change(patch: Patch): Snapshot<unknown>;
  /** Nothing more comes of it. */
  end(): void;
}

const told = new WeakMap<AnyActorRef, ActorRecord>();

/** What was told of an actor elsewhere. */
export function toldOf(ref: AnyActorRef): ActorRecord | undefined {
  return told.get(ref);
}

/** Notes what was told of an actor elsewhere; what is told later adds to it. */
export function noteTold(ref: AnyActorRef, record: Partial<ActorRecord>): void {
  told.set(ref, { ...told.get(ref), ...record } as ActorRecord);
}

const ends = new WeakMap<AnyActorRef, Set<() => void>>();

/** Tells when nothing more comes of an inspected actor, until the returned function is called. */
export function onGone(ref: AnyActorRef, gone: () => void): () => void {
  const waiting = ends.get(ref);
  waiting?.add(gone);
  if (!waiting) gone();
  return () => void waiting?.delete(gone);
}

export function createInspectedRef(
  record: ActorRecord,
  parent: AnyActorRef | undefined,
  system: AnyActorRef['system'],
  send: (event: AnyEventObject) => void,
): InspectedRef {
  const { actor: sessionId, id, src, systemId, config } = record;
  const gone = new Set<() => void>();
  const listeners = new Set<(snapshot: Snapshot<unknown>) => void>();
  let received: Received = { fields: {}, snapshot: { status: 'active', output: undefined, error: undefined } };
  const shown = {
    id,
    sessionId,
    src: src ?? id,
    systemId,
    system,
    _parent: parent,
    logic: { config: config ?? { id: src ?? id } },
    options: {},
    send,
    getSnapshot: () => received.snapshot,
    subscribe(
      listener: ((snapshot: Snapshot<unknown>) => void) | { next?(snapshot: Snapshot<unknown>): void },
    ): Subscription {
      const next = typeof listener === 'function' ? listener : (each: Snapshot<unknown>) => listener.next?.(each);
      listeners.add(next);
      return { unsubscribe: () => void listeners.delete(next) };
    },
    toJSON: () => ({ xstate$$type: 1, id }),
  };
  const ref = Object.assign(shown, { ref: shown }) as unknown as AnyActorRef;
  ends.set(ref, gone);
  noteTold(ref, record);
  return {
    ref,
    change(patch) {
      if (!isEmpty(patch)) received = applyPatch(received, patch, undefined);
      for (const listener of listeners) listener(received.snapshot);
      return received.snapshot;
    },
    end() {
      ends.delete(ref);
      for (const tell of gone) tell();
    },
  };
}
