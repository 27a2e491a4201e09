// Demo 3's student: the same machine, but its hand is a cell, a named number in shared memory, which its neighbours can reach.
import { student as base } from 'troupe/actors';
import { openCell } from 'troupe/shared';
import { assign } from 'xstate';

/** What an empty hand holds: a cell always holds some number. */
export const EMPTY = -1;

export const hand = (name: string) => `${name}'s hand`;

export const student = base.provide({
  actions: {
    look: assign({ held: ({ context }) => numberIn(hand(context.name)) }),
    hold: ({ context }) => openCell(hand(context.name)).set(context.held ?? EMPTY),
    give: (_, { to, number }) => openCell(hand(to)).set(number),
  },
});

function numberIn(name: string): number | null {
  const number = openCell(name).get();
  return number === EMPTY ? null : number;
}
