// Arriving at a barrier, as a machine to invoke: what `arrive` is to whoever awaits a promise. It always ends: done with the place among those who came, or failed because
// the barrier broke or ended. Nothing in here waits by a clock: how long it lasts is the barrier's matter.
import {
  sendTo,
  setup,
  type AnyActorRef,
  type EventObject,
  type MetaObject,
  type Snapshot,
  type StateMachine,
} from 'xstate';
import { downError } from '../src/ask.ts';
import type { Recipient } from '../src/recipient.ts';
import { watching, type WatchedDown } from '../src/watching.ts';
import { brokenError } from './arrive.ts';
import type { Broken, Ready, Released } from './barrier.ts';

/** Where {@link arriving} arrives. */
export interface ArrivingInput {
  /** With none it waits for nobody. */
  readonly barrier: Recipient<Ready> | null;
  /** How long to wait, in milliseconds by the barrier's clock, before the barrier breaks for all.
   * @defaultValue the barrier's own timeout */
  readonly timeout?: number;
}

/** The type of {@link arriving}. */
export type ArrivingMachine = StateMachine<
  ArrivingInput,
  Released | Broken | WatchedDown,
  Record<string, AnyActorRef | undefined>,
  never, // actors, actions, guards and delays are its own
  never,
  never,
  never,
  'coming' | 'alone' | 'waiting' | 'through',
  string,
  ArrivingInput,
  number,
  EventObject,
  MetaObject,
  { id: 'arriving'; states: { coming: {}; alone: {}; waiting: {}; through: {} } }
>;

const machine = setup({
  types: {
    context: {} as ArrivingInput,
    events: {} as Released | Broken | WatchedDown,
    input: {} as ArrivingInput,
    output: {} as number,
  },
  actors: { watching },
}).createMachine({
  id: 'arriving',
  context: ({ input }) => input,
  output: ({ event }) => event.output as number,

  initial: 'coming',
  states: {
    coming: {
      always: [{ guard: ({ context }) => context.barrier === null, target: 'alone' }, { target: 'waiting' }],
    },

    // Never at once: whoever invokes it may have more to do first.
    alone: {
      after: { 0: 'through' },
    },

    waiting: {
      invoke: {
        id: 'barrier',
        src: 'watching',
        input: ({ context }) => ({ actorRef: barrierOf(context), id: 'barrier' }),
      },
      entry: sendTo(
        ({ context }) => barrierOf(context),
        ({ context: { timeout }, self }) => ({
          type: 'READY',
          replyTo: self,
          ...(timeout !== undefined && { timeout }),
        }),
      ),
      on: {
        RELEASED: 'through',
        BROKEN: {
          actions: sendTo(
            ({ self }) => self,
            ({ context, event }) => failure(brokenError(barrierOf(context).id, event)),
          ),
        },
        DOWN: {
          actions: sendTo(
            ({ self }) => self,
            ({ context, event: { down } }) =>
              failure(down.type === 'failed' ? down.error : downError(barrierOf(context), down.type)),
          ),
        },
      },
    },

    through: { type: 'final', output: ({ event }) => (event.type === 'RELEASED' ? event.index : 0) },
  },
});

const restoreMachine = machine.restoreSnapshot.bind(machine);

/**
 * A machine that arrives at a {@link barrier}: takes an {@link ArrivingInput}, and is done when all parties have come, with this party's index.
 *
 * @remarks
 * It fails with `BARRIER_BROKEN`, whose `details.reason` is a {@link BrokenReason}, or with the barrier's error or `ACTOR_DOWN` when the barrier ends. To stop it is to leave,
 * which breaks the barrier for those who wait. One that is restored arrives anew. In threads and in the model checker it is the same machine; where a promise is wanted, {@link arrive} is one.
 *
 * @example
 * ```ts
 * import { arriving, type Ready } from 'troupe/actors';
 * import type { Recipient } from 'troupe';
 * import { setup } from 'xstate';
 *
 * const runner = setup({
 *   types: { input: {} as { start: Recipient<Ready> }, context: {} as { start: Recipient<Ready> } },
 *   actors: { arriving },
 * }).createMachine({
 *   context: ({ input }) => input,
 *   initial: 'warming up',
 *   states: {
 *     'warming up': {
 *       invoke: { src: 'arriving', input: ({ context }) => ({ barrier: context.start }), onDone: 'running' },
 *     },
 *     running: {},
 *   },
 * });
 * ```
 */
export const arriving: ArrivingMachine = Object.assign(machine as unknown as ArrivingMachine, {
  // Whoever was asked before it was persisted replies to an actor that is no more.
  restoreSnapshot(persisted: Snapshot<unknown>, scope: Parameters<typeof machine.restoreSnapshot>[1]) {
    const restored = restoreMachine(persisted, scope);
    return restored.status === 'active' ? machine.getInitialSnapshot(scope, restored.context) : restored;
  },
}) as ArrivingMachine;

/** An error that nobody handles fails a machine and stops its children; one that an action throws would leave them running. */
function failure(error: unknown): never {
  return { type: 'xstate.error.actor.barrier', error, actorId: 'barrier' } as never; // an event that no machine declares
}

/** Where it waits there is one. */
function barrierOf({ barrier }: ArrivingInput): Recipient<Ready> {
  return barrier as Recipient<Ready>;
}
