// Refs of actors that live elsewhere, as an event, an input or a snapshot brings them: genuine XState actors that mirror the real
// one. Nothing travels for a ref that is only held; observing it opens a view of the actor, which ends with the last observer.
import {
  createActor,
  type ActorLogic,
  type AnyActor,
  type AnyActorLogic,
  type AnyEventObject,
  type Snapshot,
} from 'xstate';
import { localIdOf, nodeOf, type Address } from './address.ts';
import type { Bus } from './bus.ts';
import { TroupeError } from './errors.ts';
import { createMirror, mirrorOf } from './mirror.ts';
import { createPlaceholder } from './received.ts';

type RemoteLogic = ActorLogic<Snapshot<unknown>, AnyEventObject>;

/** A ref that mirrors the actor at an address. */
export function createRemote(bus: Bus, address: Address, id: string): AnyActor {
  const actor: AnyActor = createActor(remoteLogic(bus, address) as AnyActorLogic, { id });
  actor.start();
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

function remoteLogic(bus: Bus, address: Address): RemoteLogic {
  return {
    getInitialSnapshot: ({ self }) => {
      createMirror(self as unknown as AnyActor, { bus, owns: false });
      return createPlaceholder(undefined, undefined);
    },
    start: (_, { self }) => {
      mirrorOf(self)?.attach(bus.route(nodeOf(address)), localIdOf(address));
    },
    transition: (snapshot, event, scope) => mirrorOf(scope.self)?.transition(snapshot, event, scope) ?? snapshot,
    getPersistedSnapshot: (snapshot) => snapshot,
  };
}
