// A student, who holds a number and passes it on when the teacher asks: the machine of the three demos.
// It says each line exactly once and in order, and takes up each command in the order it came. Its hand is its context; to put the
// hand elsewhere, into shared memory say, provide the actions `look`, `hold` and `give`.

import { assign, enqueueActions, log, setup, type ActorLogic } from 'xstate';
import type { Recipient } from '../src/recipient.ts';
import { arriving, type ArrivingInput } from './arriving.ts';
import type { Ready } from './barrier.ts';

/** What a teacher may ask of a {@link student}. */
export type Command =
  | { readonly type: 'HOLD_THIS'; readonly number: number }
  | { readonly type: 'WHATS_YOUR_NUMBER' }
  | { readonly type: 'YOU_PASS_TO'; readonly name: string }
  | { readonly type: 'PASS_IT_ON' }
  | { readonly type: 'THANKS_FOR_HELPING' };

/** A line that a {@link student} said to its audience: `[Alice]  A 4? Got it.` */
export interface Said {
  readonly type: 'SAID';
  readonly line: string;
}

/** Who a {@link student} is. */
export interface StudentInput {
  /** The name that each line begins with. */
  readonly name: string;
  /** Who hears what is said.
   * @defaultValue the actor's logger */
  readonly audience?: Recipient<Said>;
  /** Where the students meet before they pass their numbers on, and again after.
   * @defaultValue none: a student then waits for nobody, and may write over a number that was not passed on yet */
  readonly barrier?: Recipient<Ready>;
}

/** What a {@link student} knows. */
export interface StudentContext {
  readonly name: string;
  readonly audience: Recipient<Said> | null;
  readonly barrier: Recipient<Ready> | null;
  /** The number in the hand, as last looked at. */
  readonly held: number | null;
  /** The number taken out of the hand to be passed on in this round. */
  readonly readied: number | null;
  /** Who is passed to. */
  readonly next: string | null;
  /** Commands that came during a round, in their order. */
  readonly kept: readonly Command[];
}

/** A number on its way from one hand into another's. */
export interface Gift {
  readonly to: string;
  readonly number: number;
}

/* eslint-disable typescript/no-explicit-any -- what it shows and takes on its way is its own matter */
/** Whatever is done when all have come: a machine, or a promise. */
type Arrival = ActorLogic<any, any, ArrivingInput, any, any>;
/* eslint-enable typescript/no-explicit-any */

const keep = { actions: 'keep' } as const;

/** A busy student listens later. Each command by name: a `*` would also swallow the error of a broken barrier. */
const keepAll = {
  HOLD_THIS: keep,
  WHATS_YOUR_NUMBER: keep,
  YOU_PASS_TO: keep,
  PASS_IT_ON: keep,
  THANKS_FOR_HELPING: keep,
} as const;

/**
 * A student: takes a {@link StudentInput} and {@link Command}s, and says what it does, to its logger or to its audience.
 *
 * @remarks
 * `idle` and `holding` follow the hand. A round is `ready`, then `passing`, both tagged `busy`: the student empties its hand, arrives at the
 * barrier, puts its number into the next one's hand, arrives again, and looks at what it was given. Commands that come meanwhile are taken
 * up afterwards. A broken barrier fails the student with `BARRIER_BROKEN`. It is done, in `thanked`, after `THANKS_FOR_HELPING`.
 *
 * The hand is `context.held`, which no neighbour can reach, so a number passed on is dropped. Provide these to put it where they can:
 * `look` (an `assign` of `held` from the hand), `hold` (the hand becomes `context.held`, where `null` is empty), `give` (a
 * {@link Gift} into another's hand). Its actor `arrive`, which is {@link arriving}, is done when all have come; a promise may be provided.
 *
 * @example
 * ```ts
 * import { createActor } from 'xstate';
 * import { student } from 'troupe/actors';
 *
 * const alice = createActor(student, { input: { name: 'Alice' } }).start();
 * alice.send({ type: 'HOLD_THIS', number: 4 }); // logs: [Alice]  A 4? Got it.
 * ```
 */
export const student = setup({
  types: {
    context: {} as StudentContext,
    events: {} as Command,
    input: {} as StudentInput,
    tags: {} as 'busy',
  },
  actors: {
    arrive: arriving as Arrival,
  },
  guards: {
    holdsNumber: ({ context }) => context.held !== null,
    holdsNothing: ({ context }) => context.held === null,
    canGive: ({ context: { next, readied } }) => next !== null && readied !== null,
  },
  actions: {
    // Where the hand is: in the context here, so there is nothing to do.
    look: () => {},
    hold: () => {},
    give: (_, _gift: Gift) => {},

    accept: assign({ held: ({ event, context }) => (event.type === 'HOLD_THIS' ? event.number : context.held) }),
    takeOut: assign({ readied: ({ context }) => context.held, held: null }),
    letGo: assign({ readied: null }),
    keep: assign({ kept: ({ context, event }) => [...context.kept, event] }),
  },
})
  .extend({
    actions: {
      say: enqueueActions(({ context: { name, audience }, enqueue }, words: string) => {
        const line = `[${name}]  ${words}`;
        if (audience === null) enqueue(log(line));
        else enqueue.sendTo(audience, { type: 'SAID', line });
      }),
      // What is raised comes before all that waits in the mailbox. If the next round begins on the way, the rest is kept again.
      takeUpKept: enqueueActions(({ context, enqueue }) => {
        enqueue.assign({ kept: [] });
        for (const command of context.kept) enqueue.raise(command);
      }),
    },
  })
  .createMachine({
    id: 'student',
    context: ({ input }) => ({
      name: input.name,
      audience: input.audience ?? null,
      barrier: input.barrier ?? null,
      held: null,
      readied: null,
      next: null,
      kept: [],
    }),

    on: {
      WHATS_YOUR_NUMBER: {
        actions: [
          'look',
          {
            type: 'say',
            params: ({ context: { held } }) => (held === null ? "I'm not holding anything." : `I have a ${held}`),
          },
        ],
      },
      YOU_PASS_TO: {
        actions: [
          assign({ next: ({ event }) => event.name }),
          { type: 'say', params: ({ event }) => `I pass to ${event.name}? Got it.` },
        ],
      },
      PASS_IT_ON: {
        target: '.ready',
        actions: ['look', 'takeOut', 'hold', { type: 'say', params: 'Ready!' }],
      },
      THANKS_FOR_HELPING: {
        target: '.thanked',
        actions: { type: 'say', params: "You're welcome!" },
      },
    },

    initial: 'idle',
    states: {
      idle: {
        always: { guard: 'holdsNumber', target: 'holding' },
        on: {
          HOLD_THIS: {
            target: 'holding',
            actions: [{ type: 'say', params: ({ event }) => `A ${event.number}? Got it.` }, 'accept', 'hold'],
          },
        },
      },

      holding: {
        always: { guard: 'holdsNothing', target: 'idle' },
        on: {
          HOLD_THIS: {
            actions: [
              {
                type: 'say',
                params: ({ context, event }) => `A ${event.number}? I'll just drop this ${context.held}.`,
              },
              'accept',
              'hold',
            ],
          },
        },
      },

      // The hand is empty, and stays so until everyone's is.
      ready: {
        tags: 'busy',
        on: keepAll,
        invoke: {
          id: 'ready',
          src: 'arrive',
          input: ({ context: { barrier } }) => ({ barrier }),
          onDone: [
            {
              guard: 'canGive',
              target: 'passing',
              actions: [
                { type: 'say', params: 'Go!' },
                { type: 'say', params: ({ context }) => `Here, ${context.next}!` },
                // `canGive` has seen that both are there.
                { type: 'give', params: ({ context: { next, readied } }) => ({ to: next, number: readied }) as Gift },
              ],
            },
            {
              target: 'passing',
              actions: [
                { type: 'say', params: 'Go!' },
                { type: 'say', params: '...' },
              ],
            },
          ],
        },
      },

      // The second arrival, unspoken: without it a fast student would begin the next round before its neighbour's number lands.
      passing: {
        tags: 'busy',
        entry: 'letGo',
        on: keepAll,
        invoke: {
          id: 'passing',
          src: 'arrive',
          input: ({ context: { barrier } }) => ({ barrier }),
          onDone: { target: 'idle', actions: ['look', 'takeUpKept'] },
        },
      },

      thanked: { type: 'final' },
    },
  });
