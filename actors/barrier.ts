// A barrier: it lets nobody through until all parties are there. Python's `threading.Barrier` as a coordinator that may live anywhere.
// Everyone who reports ready is answered once, released or broken. Beyond Python, a party that dies breaks the barrier at once.

import {
  assign,
  enqueueActions,
  fromPromise,
  setup,
  type AnyActorLogic,
  type AnyActorRef,
  type EventObject,
  type MetaObject,
  type NonReducibleUnknown,
  type StateMachine,
} from 'xstate';
import { TroupeError } from '../src/errors.ts';
import type { Recipient } from '../src/recipient.ts';
import { watching, type WatchedDown } from '../src/watching.ts';

/** How a {@link barrier} is made. */
export interface BarrierInput {
  /** How many must be there before all are released, at least 1. */
  readonly parties: number;
  /** How long a party waits, in milliseconds, if its `READY` does not say.
   * @defaultValue Infinity */
  readonly timeout?: number;
}

/** A party is there, and waits to be answered. `timeout`, in milliseconds, overrides the barrier's own. */
export interface Ready {
  readonly type: 'READY';
  readonly replyTo: Recipient<Released | Broken>;
  readonly timeout?: number;
}

/** The answer when all were there: a party's place among them, 0 to `parties - 1`, and how many times the barrier began anew before. */
export interface Released {
  readonly type: 'RELEASED';
  readonly index: number;
  readonly generation: number;
}

/** The answer when the barrier is broken. `cause` is the error of the action, or of a party that failed. */
export interface Broken {
  readonly type: 'BROKEN';
  readonly reason: BrokenReason;
  readonly cause?: unknown;
}

/** Why a barrier broke: a party waited too long, it was aborted, it was reset, its action failed, or a party died. */
export type BrokenReason = 'timeout' | 'abort' | 'reset' | 'action' | 'down';

/** What may be sent to a {@link barrier}. `ABORT` breaks it until `RESET`, which begins anew; both break those who wait. */
export type BarrierEvent = Ready | { readonly type: 'ABORT' } | { readonly type: 'RESET' };

/** One who waits. Its id is that of its watch and of its timer. */
export interface Party {
  readonly id: string;
  readonly replyTo: Recipient<Released | Broken>;
}

/** What a {@link barrier} knows. */
export interface BarrierContext {
  readonly parties: number;
  readonly timeout: number;
  /** Who waits, in the order of arrival. */
  readonly waiting: readonly Party[];
  /** Who came while the action ran: they belong to the next generation. */
  readonly late: readonly Ready[];
  /** Counts the releases and the resets. */
  readonly generation: number;
  readonly broken: boolean;
  /** What those hear who come while the barrier is broken. */
  readonly verdict: Broken | null;
}

/** The type of {@link barrier}: what may be sent to it, what it shows, and the one thing that may be provided, its actor `action`. */
export type BarrierMachine = StateMachine<
  BarrierContext,
  BarrierEvent,
  Record<string, AnyActorRef | undefined>,
  { src: 'action'; logic: AnyActorLogic; id: string | undefined },
  never, // actions, guards and delays are its own
  never,
  never,
  'filling' | 'releasing' | 'broken',
  string,
  BarrierInput,
  NonReducibleUnknown,
  EventObject,
  MetaObject,
  { id: 'barrier'; states: { filling: {}; releasing: {}; broken: {} } }
>;

/** What a barrier hears from its own watches and timers. */
type Lost = WatchedDown | { readonly type: 'TIMED_OUT'; readonly party: string };

const machine = setup({
  types: {
    context: {} as BarrierContext,
    events: {} as BarrierEvent | Lost,
    input: {} as BarrierInput,
  },
  actors: {
    action: fromPromise(async () => {}) as AnyActorLogic, // whatever ends will do
    watching,
  },
  guards: {
    isLast: ({ context: { parties, waiting } }) => waiting.length + 1 === parties,
    stillWaits: ({ context: { waiting } }, party: string) => waiting.some(({ id }) => id === party),
  },
  actions: {
    postpone: assign({
      late: ({ context, event }) => (event.type === 'READY' ? [...context.late, event] : context.late),
    }),
    beginAnew: assign({ generation: ({ context }) => context.generation + 1, broken: false, verdict: null }),
    enter: enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'READY') return;
      const { generation, waiting } = context;
      const party: Party = { id: `party ${generation}.${waiting.length}`, replyTo: event.replyTo };
      enqueue.assign({ waiting: [...waiting, party] });
      enqueue.spawnChild('watching', { id: party.id, input: { actorRef: party.replyTo, id: party.id } });
      const timeout = event.timeout ?? context.timeout;
      if (timeout <= LONGEST) enqueue.raise({ type: 'TIMED_OUT', party: party.id }, { id: party.id, delay: timeout });
    }),
    refuse: enqueueActions(({ context: { verdict }, event, enqueue }) => {
      if (event.type === 'READY' && verdict !== null) enqueue.sendTo(event.replyTo, verdict);
    }),
    // What is raised comes before all that waits in the mailbox. If it fills the next generation, the rest is late again.
    takeUpLate: enqueueActions(({ context: { late }, enqueue }) => {
      enqueue.assign({ late: [] });
      for (const ready of late) enqueue.raise(ready);
    }),
    release: enqueueActions(({ context: { waiting, generation }, enqueue }) => {
      for (const [index, { replyTo }] of waiting.entries()) {
        enqueue.sendTo(replyTo, { type: 'RELEASED', index, generation });
      }
    }),
    break: enqueueActions(({ context: { waiting }, event, enqueue }, why: Omit<Broken, 'type'>) => {
      const verdict: Broken = { type: 'BROKEN', ...why };
      for (const { id, replyTo } of waiting) {
        if (event.type !== 'DOWN' || event.id !== id) enqueue.sendTo(replyTo, verdict); // the dead need no answer
      }
      enqueue.assign({ broken: true, verdict });
    }),
    dismiss: enqueueActions(({ context: { waiting }, enqueue }) => {
      for (const { id } of waiting) {
        enqueue.stopChild(id);
        enqueue.cancel(id);
      }
      enqueue.assign({ waiting: [] });
    }),
  },
}).createMachine({
  id: 'barrier',
  context: ({ input }) => ({
    ...checked(input),
    waiting: [],
    late: [],
    generation: 0,
    broken: false,
    verdict: null,
  }),

  on: {
    ABORT: {
      target: '.broken',
      actions: [{ type: 'break', params: { reason: 'abort' } }, 'dismiss'],
    },
    RESET: {
      target: '.filling',
      actions: [{ type: 'break', params: { reason: 'reset' } }, 'dismiss', 'beginAnew'],
    },
    DOWN: {
      guard: { type: 'stillWaits', params: ({ event }) => event.id },
      target: '.broken',
      actions: [
        {
          type: 'break',
          params: ({ event: { down } }) => ({ reason: 'down', ...(down.type === 'failed' && { cause: down.error }) }),
        },
        'dismiss',
      ],
    },
  },

  initial: 'filling',
  states: {
    filling: {
      on: {
        READY: [{ guard: 'isLast', target: 'releasing', actions: 'enter' }, { actions: 'enter' }],
        TIMED_OUT: {
          guard: { type: 'stillWaits', params: ({ event }) => event.party },
          target: 'broken',
          actions: [{ type: 'break', params: { reason: 'timeout' } }, 'dismiss'],
        },
      },
    },

    // All are there. Nobody's time runs out now; whoever else comes is late.
    releasing: {
      invoke: {
        id: 'action',
        src: 'action',
        onDone: { target: 'filling', actions: ['release', 'dismiss', 'beginAnew'] },
        onError: {
          target: 'broken',
          actions: [{ type: 'break', params: ({ event }) => ({ reason: 'action', cause: event.error }) }, 'dismiss'],
        },
      },
      on: { READY: { actions: 'postpone' } },
      exit: 'takeUpLate',
    },

    broken: {
      on: {
        READY: { actions: 'refuse' },
        ABORT: {}, // it is broken, and stays broken for the reason it has
      },
    },
  },
});

/**
 * A barrier for a fixed number of parties: takes a {@link BarrierInput} and {@link BarrierEvent}s. Most callers use {@link arrive}.
 *
 * @remarks
 * Each `READY` is answered once, with {@link Released} or {@link Broken}. As in
 * {@link https://docs.python.org/3/library/threading.html#barrier-objects | Python}, arrivals are counted, not who arrives; waiting too
 * long breaks the barrier for all; a broken barrier stays so, and answers at once, until `RESET`. The action is its actor `action`: it runs
 * once before each release, while all wait, and if it fails the barrier breaks. Who comes meanwhile waits for the next generation. Time
 * spent in the action counts towards no timeout; `ABORT`, `RESET` and a death end it.
 * A `parties` or `timeout` that is out of range fails the barrier with `INVALID_ARGUMENT` when it is made.
 *
 * @example
 * ```ts
 * import { createActor, fromPromise } from 'xstate';
 * import { arrive, barrier } from 'troupe/actors';
 *
 * const action = fromPromise(async () => console.log('all here'));
 * const gate = createActor(barrier.provide({ actors: { action } }), { input: { parties: 2, timeout: 1000 } }).start();
 * console.log(await Promise.all([arrive(gate), arrive(gate)])); // [0, 1]
 * ```
 */
export const barrier = machine as unknown as BarrierMachine; // what its own watches and timers tell it is nobody else's to send

/** The longest that a timer can count, 24.8 days: a longer one would go off at once. */
const LONGEST = 2 ** 31 - 1;

function checked({ parties, timeout = Infinity }: BarrierInput): Required<BarrierInput> {
  if (!Number.isInteger(parties) || parties < 1) {
    throw new TroupeError(
      'INVALID_ARGUMENT',
      `Cannot make a barrier for ${parties} parties: it takes a whole number, at least 1.`,
      {
        details: { parties },
      },
    );
  }
  if (!(timeout >= 0)) {
    throw new TroupeError(
      'INVALID_ARGUMENT',
      `Cannot make a barrier with a timeout of ${timeout} ms: give 0 or more, or none.`,
      {
        details: { timeout },
      },
    );
  }
  return { parties, timeout };
}
