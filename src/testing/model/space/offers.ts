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
  let count = 0;
  let length = 0;
  // a plain object, for getters cost what is to be saved here
  const offers = {
    codes: new Int32Array(256),
    firsts: new Int32Array(256),
    firstOwn: new Int32Array(256),
    most: 0,
    add(timers: readonly ActionCode[], own: readonly ActionCode[]): void {
      const end = length + timers.length + own.length;
      // there is a number at the place of the first even where there is none
      while (offers.codes.length <= end) offers.codes = grown(offers.codes);
      offers.codes.set(timers, length);
      offers.codes.set(own, length + timers.length);
      if (offers.firsts.length <= count + 1) {
        offers.firsts = grown(offers.firsts);
        offers.firstOwn = grown(offers.firstOwn);
      }
      offers.firstOwn[count] = length + timers.length;
      offers.firsts[++count] = end;
      offers.most = Math.max(offers.most, end - length);
      length = end;
    },
  };
  return offers;
}

function grown(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
