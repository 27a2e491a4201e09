// Numbers that look random and are the same for the same seed, so that what a seed broke can be broken again.

/** Far enough apart that the numbers of two seeds have nothing in common: 2 ** 32 over the golden ratio. */
export const GOLDEN = 0x9e3779b9;

/** Makes a generator of numbers from 0 up to 1, by mulberry32, which Tommy Ettinger gave to the public domain. */
export function createRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
