// What configurations may do by themselves, in a row: a walk looks at those of every node at every step, so it reads the arrays as they are, without a call for each.
import type { ActionCode } from './space.ts';

/** What configurations may do by themselves, by their numbers: the codes from `firsts` of one up to `firsts` of the next. */
export interface Offers {
  readonly codes: Int32Array;
  readonly firsts: Int32Array;
  /** The places of the first that are no delays. */
  readonly firstOwn: Int32Array;
  /** How many a configuration has at most. */
  readonly most: number;
}

/** Offers that grow. */
export interface GrowingOffers extends Offers {
  /** Adds those of the next configuration. */
  add(timers: readonly ActionCode[], own: readonly ActionCode[]): void;
}

export function createOffers(): GrowingOffers {
  let codes = new Int32Array(256);
  let firsts = new Int32Array(256);
  let firstOwn = new Int32Array(256);
  let count = 0;
  let length = 0;
  let most = 0;
  return {
    get codes() {
      return codes;
    },
    get firsts() {
      return firsts;
    },
    get firstOwn() {
      return firstOwn;
    },
    get most() {
      return most;
    },
    add(timers, own) {
      const end = length + timers.length + own.length;
      // there is a number at the place of the first even where there is none
      while (codes.length <= end) codes = grown(codes);
      codes.set(timers, length);
      codes.set(own, length + timers.length);
      if (firsts.length <= count + 1) {
        firsts = grown(firsts);
        firstOwn = grown(firstOwn);
      }
      firstOwn[count] = length + timers.length;
      firsts[++count] = end;
      most = Math.max(most, end - length);
      length = end;
    },
  };
}

function grown(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
