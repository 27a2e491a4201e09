// What blocks a thread: a module of its own, which the thread is asked to import like any other.
import { fromPromise } from 'xstate';

/** The states of the word in shared memory by which a thread is frozen and thawed. */
export const ASKED = 0;
export const FROZEN = 1;
export const THAWED = 2;

/** Blocks the thread that it is started in, until the first word of its input is `THAWED`. */
export const frozen = fromPromise(async ({ input: word }: { input: Int32Array<SharedArrayBuffer> }) => {
  // it may have been thawed before it came to this
  if (Atomics.compareExchange(word, 0, ASKED, FROZEN) === ASKED) Atomics.wait(word, 0, FROZEN);
});
