// Students who work, arrive at a barrier and go on together, for the small space: they send with `emit`.
import { assign, emit, setup } from 'xstate';
import type { Space } from '../../dist/src/testing/model/space.js';
import { createSmallSpace, type SmallOptions } from './small-space.ts';

/** Two students and their barrier, three rounds. */
export const lesson = (options: Omit<SmallOptions, 'actors'> = {}): Space =>
  createSmallSpace({
    actors: {
      s0: { logic: pupil, input: { me: 's0', rounds: 3 } },
      s1: { logic: pupil, input: { me: 's1', rounds: 3 } },
      barrier: { logic: hurdle, input: { students: ['s0', 's1'] } },
    },
    ...options,
  });

export const pupil = setup({
  types: {
    context: {} as { me: string; round: number; rounds: number },
    input: {} as { me: string; rounds: number },
    events: {} as { type: 'RELEASE' },
    emitted: {} as { type: 'ARRIVE'; to: string; from: string },
  },
  delays: { WORK: 100 },
}).createMachine({
  id: 'pupil',
  context: ({ input }) => ({ ...input, round: 1 }),
  initial: 'working',
  states: {
    working: { after: { WORK: 'waiting' } },
    waiting: {
      entry: emit(({ context }) => ({ type: 'ARRIVE' as const, to: 'barrier', from: context.me })),
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

export const hurdle = setup({
  types: {
    context: {} as { students: string[]; waiting: string[] },
    input: {} as { students: string[] },
    events: {} as { type: 'ARRIVE'; from: string },
    emitted: {} as { type: 'RELEASE'; to: string[] },
  },
}).createMachine({
  id: 'barrier',
  context: ({ input }) => ({ ...input, waiting: [] }),
  initial: 'filling',
  states: {
    filling: {
      on: { ARRIVE: { actions: assign({ waiting: ({ context, event }) => [...context.waiting, event.from] }) } },
      always: { guard: ({ context }) => context.waiting.length === context.students.length, target: 'releasing' },
    },
    releasing: {
      entry: [emit(({ context }) => ({ type: 'RELEASE' as const, to: context.students })), assign({ waiting: [] })],
      always: 'filling',
    },
    broken: {},
  },
});
