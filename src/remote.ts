// Refs of actors that live elsewhere, as an event, an input or a snapshot brings them: genuine XState actors that mirror the real
// one. Nothing travels for a ref that is only held; observing it opens a view of the actor, which ends with the last observer.
import type { ActorLogic, AnyActor, AnyActorLogic, AnyActorRef, AnyEventObject, Snapshot, Subscription } from 'xstate';
import { localIdOf, nodeOf, type Address } from './address.ts';
import type { Bus } from './bus.ts';
import { TroupeError } from './errors.ts';
import { createMirror, mirrorOf } from './mirror.ts';
import { createPlaceholder } from './received.ts';
import { createOwnActor, isObserved, undoReset } from './xstate.ts';

type RemoteLogic = ActorLogic<Snapshot<unknown>, AnyEventObject>;

/** A ref that mirrors the actor at an address. */
export function createRemote(bus: Bus, address: Address, id: string): AnyActor {
  const actor = createOwnActor(remoteLogic(bus, address) as AnyActorLogic, { id });
  actor.start();
  catchUpWhenRead(actor);
  actor.stop = () => {
    throw new TroupeError(
      'INVALID_ARGUMENT',
      `Cannot stop '${id}' from here: only who started it may. Send it an event that ends it.`,
      {
        details: { actor: id, address },
      },
    );
  };
  return actor;
}

/** React resets the children of an actor that it stops, and starts none of them again when it starts that actor: those elsewhere never stopped. */
export function resumeRemotes({ children = {} }: { readonly children?: Readonly<Record<string, AnyActorRef>> }): void {
  for (const child of Object.values(children)) {
    const mirror = mirrorOf(child);
    if (!mirror || mirror.owns) continue;
    undoReset(child);
    resumeRemotes(child.getSnapshot() as Parameters<typeof resumeRemotes>[0]);
  }
}

/**
 * Where frames are delivered within the call, a ref shows what its actor shows on the same line, as at home: it is asked whenever somebody
 * reads the ref, and before somebody observes it, so that the present is no news.
 */
function catchUpWhenRead(actor: AnyActor): void {
  const read = actor.getSnapshot.bind(actor);
  const subscribe = actor.subscribe.bind(actor) as (...observers: unknown[]) => Subscription;
  /** Observes it for a moment, and hears what it shows now; an error that is come upon so is no news either. */
  const catchUp = (): Subscription | undefined => {
    const line = mirrorOf(actor)?.line;
    if (line?.state !== 'running' || !line.route.immediate || isObserved(actor)) return undefined;
    return subscribe({ next: () => {}, error: () => {} });
  };
  actor.getSnapshot = () => {
    catchUp()?.unsubscribe();
    return read() as unknown;
  };
  (actor as { subscribe: unknown }).subscribe = (...observers: unknown[]) => {
    const moment = catchUp();
    const subscription = subscribe(...observers);
    moment?.unsubscribe();
    return subscription;
  };
}

function remoteLogic(bus: Bus, address: Address): RemoteLogic {
  return {
    getInitialSnapshot: ({ self }) => {
      createMirror(self as unknown as AnyActor, { bus, owns: false });
      return createPlaceholder(undefined, undefined).active;
    },
    start: (_, { self }) => {
      mirrorOf(self)?.attach(bus.route(nodeOf(address)), localIdOf(address));
    },
    transition: (snapshot, event, scope) => mirrorOf(scope.self)?.transition(snapshot, event, scope) ?? snapshot,
    getPersistedSnapshot: (snapshot) => snapshot,
  };
}
