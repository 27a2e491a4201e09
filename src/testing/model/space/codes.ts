// The codes of actions: what it is about, a number of the space's own, and above which kind it is of. A code names the same action in every state of its space.
import type { ActionCode } from './space.ts';

/** The kinds, as the last four bits of a code have them. `again` stays on its way as well; a `free` outcome may come any number of times, or never. */
export const kinds = {
  deliver: 0,
  again: 1,
  drop: 2,
  timer: 3,
  outcome: 4,
  free: 5,
  revive: 6,
  down: 7,
  stimulus: 8,
  crash: 9,
  restart: 10,
} as const;

export type Kind = (typeof kinds)[keyof typeof kinds];

export const codeOf = (kind: Kind, subject: number): ActionCode => subject * 16 + kind;

// the four bits hold nothing else
export const kindOf = (code: ActionCode): Kind => (code & 15) as Kind;

export const subjectOf = (code: ActionCode): number => code >>> 4;
