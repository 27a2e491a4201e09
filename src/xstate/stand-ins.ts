// Actors that stand in for others: for a parent that lives elsewhere, and for a root beside it.
import type {
  ActorLogic,
  ActorOptions,
  AnyActor,
  AnyActorLogic,
  AnyActorRef,
  AnyActorScope,
  AnyEventObject,
  Snapshot,
} from 'xstate';
import { forward, interceptMailbox } from './mailbox.ts';
import { createOwnActor } from './own-actors.ts';
import { seams } from './seams.ts';

/**
 * Makes a root in the system of another actor. XState gives each root a system of its own, which nobody could inspect, or name the sessions of, before its
 * first actors are there; so this one is made as a child and loses its parent before its logic looks for one.
 */
export function createRootBeside(
  other: AnyActor,
  logic: AnyActorLogic,
  options: Partial<ActorOptions<AnyActorLogic>>,
): AnyActor {
  const getInitialSnapshot = (scope: AnyActorScope, input: unknown): unknown => {
    orphan(scope);
    return logic.getInitialSnapshot(scope, input);
  };
  const restoreSnapshot = (persisted: Snapshot<unknown>, scope: AnyActorScope): unknown => {
    orphan(scope);
    return logic.restoreSnapshot?.(persisted, scope);
  };
  const orphaning = Object.create(logic, {
    getInitialSnapshot: { value: getInitialSnapshot },
    ...(logic.restoreSnapshot ? { restoreSnapshot: { value: restoreSnapshot } } : {}),
  }) as AnyActorLogic;
  const actor = createOwnActor(orphaning, { ...options, parent: other });
  return Object.assign(actor, { logic, src: logic });
}

function orphan({ self }: AnyActorScope): void {
  seams(self as AnyActorRef)._parent = undefined;
}

/** A stand-in for a parent that lives elsewhere: what is sent to it is handed to `deliver`. Its children share its logger and clock. */
export function createStandIn(
  deliver: (event: AnyEventObject) => void,
  options: Pick<ActorOptions<AnyActorLogic>, 'logger' | 'clock'>,
): AnyActor {
  const standIn = createReceiver(forward, options).start();
  interceptMailbox(standIn, deliver);
  return standIn;
}

/** An actor, not yet started, that hands what it is sent to `receive`. */
export function createReceiver(
  receive: (actor: AnyActorRef, event: AnyEventObject) => void,
  options: ActorOptions<AnyActorLogic> = {},
): AnyActor {
  const logic: ActorLogic<Snapshot<unknown>, AnyEventObject> = {
    getInitialSnapshot: () => ({ status: 'active', output: undefined, error: undefined }),
    transition(snapshot, event, { self }) {
      if (event.type === 'xstate.stop') return { ...snapshot, status: 'stopped' } as Snapshot<unknown>;
      receive(self, event);
      return snapshot;
    },
    getPersistedSnapshot: (snapshot) => snapshot,
  };
  return createOwnActor(logic as AnyActorLogic, options);
}
