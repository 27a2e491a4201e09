// A lock in shared memory: two words, and the only ways in which they change.
//
// `state` says who holds it: the number of a thread, or 0; beside it CONTENDED, and, only while nobody holds it, ABANDONED. `turn` counts
// up whenever those who wait should look again.
//   free      -> held       `take`: by one compare-and-swap, so of all who try one succeeds. CONTENDED stays.
//   held      -> contended  `contend`: by one who could not take it, before it sleeps.
//   held      -> free       `free`: by its thread alone; nobody else changes a held state but to add CONTENDED.
//   held      -> abandoned  `freeOfTheDead`: by whoever saw its thread end, which then can no longer be at work in the section.
//   abandoned -> held       `take`, which tells of it. A `take` that finds the holder dead goes straight here.
//
// Two never hold it: each way to "held" is a compare-and-swap from a state that nobody alive holds.
// No wake is lost: who sleeps has read `turn` first, then failed to take, then seen CONTENDED in the state, and sleeps only while `turn` is
// what it read. Whatever ends that state afterwards counts `turn` up and wakes all. All, not one: a single one woken might
// be killed, called off or busy just then, while the others sleep at a free lock. Who sleeps at a free one out of courtesy has a timer.

/** What was taken; `abandoned` if the thread that held it before died in the midst. */
export interface Taken {
  readonly abandoned: boolean;
}

/** What a lock takes, so that no two of them share a line of a processor's cache. */
export const lockBytes = 64;

/** The index of the word to sleep on. */
export const TURN = 1;
const STATE = 0;

const CONTENDED = 1;
const ABANDONED = 2;
const OWNER_SHIFT = 2;

/** The number of the thread that holds it, dead or alive; 0 if none does. */
export function holderOf(words: Int32Array): number {
  return Atomics.load(words, STATE) >>> OWNER_SHIFT;
}

/** Takes it for a thread, unless one that is alive holds it, this one included. */
export function take(words: Int32Array, thread: number, isAlive: (thread: number) => boolean): Taken | undefined {
  for (;;) {
    const before = Atomics.load(words, STATE);
    const holder = before >>> OWNER_SHIFT;
    if (holder !== 0 && isAlive(holder)) return undefined;
    const after = (thread << OWNER_SHIFT) | (before & CONTENDED);
    if (Atomics.compareExchange(words, STATE, before, after) !== before) continue;
    return { abandoned: holder !== 0 || (before & ABANDONED) !== 0 };
  }
}

/** Sees to it that its next freeing wakes those who sleep. False if it is free, which `anyway` is no reason against. */
export function contend(words: Int32Array, anyway: boolean): boolean {
  for (;;) {
    const before = Atomics.load(words, STATE);
    if (before >>> OWNER_SHIFT === 0 && !anyway) return false;
    if ((before & CONTENDED) !== 0) return true;
    if (Atomics.compareExchange(words, STATE, before, before | CONTENDED) === before) return true;
  }
}

/** Frees it, by the thread that holds it; gives how many were woken. */
export function free(words: Int32Array): number {
  return (Atomics.exchange(words, STATE, 0) & CONTENDED) === 0 ? 0 : wakeAll(words);
}

/** Frees it if its thread has died, and wakes all in any case. */
export function freeOfTheDead(buffer: SharedArrayBuffer, isAlive: (thread: number) => boolean): void {
  const words = new Int32Array(buffer);
  for (;;) {
    const before = Atomics.load(words, STATE);
    const holder = before >>> OWNER_SHIFT;
    if (holder === 0 || isAlive(holder)) break;
    // it fails if somebody else took it first, or has just made it contended
    if (Atomics.compareExchange(words, STATE, before, ABANDONED) === before) break;
  }
  wakeAll(words);
}

function wakeAll(words: Int32Array): number {
  Atomics.add(words, TURN, 1);
  return Atomics.notify(words, TURN);
}
