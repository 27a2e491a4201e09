// Students who work, arrive at a barrier and go on together, with a barrier that counts arrivals and does not ask whose they are.
import { assign, enqueueActions, sendTo, setup, type AnyActorRef } from 'xstate';
import { spaceOf } from './spaces.ts';
import type { ModelOptions } from '../../dist/src/testing/model/options.js';

const pupil = setup({
  types: {
    context: {} as { me: string; round: number; rounds: number },
    input: {} as { me: string; rounds: number },
    events: {} as { type: 'RELEASE' },
  },
  delays: { WORK: 100 },
}).createMachine({
  id: 'pupil',
  context: ({ input }) => ({ ...input, round: 1 }),
  initial: 'working',
  states: {
    working: { after: { WORK: 'waiting' } },
    waiting: {
      entry: sendTo(
        ({ system }) => system.get('barrier') as AnyActorRef,
        ({ context }) => ({ type: 'ARRIVE', from: context.me }),
      ),
      on: {
        RELEASE: [
          { guard: ({ context }) => context.round === context.rounds, target: 'done' },
          { target: 'working', actions: assign({ round: ({ context }) => context.round + 1 }) },
        ],
      },
    },
    done: { type: 'final' },
  },
});

const hurdle = setup({
  types: {
    context: {} as { students: string[]; waiting: string[] },
    input: {} as { students: string[] },
    events: {} as { type: 'ARRIVE'; from: string } | { type: 'BREAK' },
  },
}).createMachine({
  id: 'barrier',
  context: ({ input }) => ({ ...input, waiting: [] }),
  initial: 'filling',
  states: {
    filling: {
      on: {
        ARRIVE: { actions: assign({ waiting: ({ context, event }) => [...context.waiting, event.from].toSorted() }) },
        BREAK: 'broken',
      },
      always: { guard: ({ context }) => context.waiting.length === context.students.length, target: 'releasing' },
    },
    releasing: {
      entry: enqueueActions(({ enqueue, context, system }) => {
        for (const student of context.students)
          enqueue.sendTo(() => system.get(student) as AnyActorRef, { type: 'RELEASE' });
        enqueue.assign({ waiting: [] });
      }),
      always: 'filling',
    },
    broken: {},
  },
});

type Options = Omit<ModelOptions<Record<string, typeof pupil | typeof hurdle>>, 'actors'>;
type Round = { readonly context: { readonly round: number } };

/** Some students and their barrier, for some rounds. */
export const lessonOptions = (students: number, rounds: number, options: Options = {}) => {
  const names = Array.from({ length: students }, (_, index) => `s${index}`);
  return {
    actors: {
      ...Object.fromEntries(names.map((me) => [me, { logic: pupil, input: { me, rounds } }])),
      barrier: { logic: hurdle, input: { students: names } },
    },
    ...options,
  } as unknown as ModelOptions<Record<string, typeof pupil>>;
};

/** Two students, three rounds. */
export const lesson = ({ drop = 0, duplicate = 0, crash = 0 } = {}) =>
  spaceOf(lessonOptions(2, 3, { network: { drop, duplicate }, crash: { max: crash } }));

/** No student is a round ahead of one who is still working. */
export const together = (world: Readonly<Record<string, unknown>>): boolean => {
  const students = Object.entries(world).flatMap(([name, snapshot]) =>
    name === 'barrier' ? [] : [snapshot as Round & { value: string }],
  );
  const front = Math.max(...students.map(({ context }) => context.round));
  return students.every(({ value, context }) => value !== 'working' || context.round === front);
};

/** All students are done: the barrier never is. */
export const allDone = (world: Readonly<Record<string, unknown>>): boolean =>
  Object.entries(world).every(
    ([name, snapshot]) => name === 'barrier' || (snapshot as { status: string }).status === 'done',
  );
