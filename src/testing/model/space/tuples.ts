// Lists of whole numbers, each kept once: pages of numbers, and a table with open addressing that compares what it finds number by number, so that no two are ever taken for
// one. They are numbered in the order in which they came. Growing copies the table alone, never the pages.
// Indices stay within the arrays, so what is read there is a number (`as number`).
import { createColumn } from './column.ts';
import type { Words } from './space.ts';

/** Lists of numbers by number, each once. */
export interface Tuples {
  readonly count: number;
  /** The number of the list in the first `length` of `words`; -1 if there is none. */
  find(words: Words, length: number): number;
  /** Keeps the list for which {@link find} has just been asked in vain, and gives its number. */
  add(words: Words, length: number): number;
  /** Where a list is: `page(id)` holds it from `start(id)` on. */
  page(id: number): Words;
  start(id: number): number;
  length(id: number): number;
  /** How many bytes all of it takes. */
  readonly bytes: number;
}

/** @param bits - A page holds 2 to the power of this many numbers: no list may be longer. */
export function createTuples(bits = 16): Tuples {
  const size = 1 << bits;
  const within = size - 1;
  const pages: Words[] = [];
  /** How much of each page is used: a list is never split over two. */
  const used: number[] = [];
  const starts = createColumn();
  let room = 0;
  let count = 0;

  // Pairs of a hash and a number plus one (0 is a free place).
  let table = new Uint32Array(2 * 1024);
  let mask = 1023;
  let missedHash = 0;
  let missedSlot = 0;

  const length = (id: number): number => {
    const start = starts.get(id);
    const page = start >>> bits;
    const next = id + 1 < count ? starts.get(id + 1) : Infinity;
    const end = next < (page + 1) * size ? next & within : (used[page] as number);
    return end - (start & within);
  };
  const isAt = (id: number, words: Words, wanted: number): boolean => {
    if (length(id) !== wanted) return false;
    const start = starts.get(id);
    const page = pages[start >>> bits] as Words;
    const offset = start & within;
    for (let index = 0; index < wanted; index++) if (page[offset + index] !== words[index]) return false;
    return true;
  };
  const grow = (): void => {
    const old = table;
    mask = mask * 2 + 1;
    table = new Uint32Array(2 * (mask + 1));
    for (let place = 0; place < old.length; place += 2) {
      if (old[place + 1] === 0) continue;
      let slot = (old[place] as number) & mask;
      while (table[slot * 2 + 1] !== 0) slot = (slot + 1) & mask;
      table[slot * 2] = old[place] as number;
      table[slot * 2 + 1] = old[place + 1] as number;
    }
  };

  return {
    get count() {
      return count;
    },
    find(words, wanted) {
      const sought = hash(words, wanted);
      let slot = sought & mask;
      for (;;) {
        const found = table[slot * 2 + 1] as number;
        if (found === 0) break;
        if (table[slot * 2] === sought && isAt(found - 1, words, wanted)) return found - 1;
        slot = (slot + 1) & mask;
      }
      missedHash = sought;
      missedSlot = slot;
      return -1;
    },
    add(words, wanted) {
      if (wanted > size) throw tooLong(wanted, size);
      // an empty one, too, is on a page that is there
      if (wanted > room || room === 0) {
        pages.push(new Uint32Array(size));
        used.push(0);
        room = size;
      }
      const page = pages.length - 1;
      const offset = size - room;
      const into = pages[page] as Words;
      for (let index = 0; index < wanted; index++) into[offset + index] = words[index] as number;
      room -= wanted;
      used[page] = offset + wanted;
      starts.set(count, page * size + offset);
      table[missedSlot * 2] = missedHash;
      table[missedSlot * 2 + 1] = ++count;
      if (count * 4 > mask * 3) grow();
      return count - 1;
    },
    page: (id) => pages[starts.get(id) >>> bits] as Words,
    start: (id) => starts.get(id) & within,
    length,
    get bytes() {
      return pages.length * size * 4 + starts.bytes + table.length * 4;
    },
  };
}

function tooLong(wanted: number, size: number): RangeError {
  return new RangeError(
    `Cannot keep a list of ${wanted} numbers, of which there may be ${size}: so many messages are on their way at once, or so many actors are spoken of. Bound the system by \`within\`.`,
  );
}

/** Multiply and rotate, then mix: every bit of every number moves every bit of it. */
function hash(words: Words, length: number): number {
  let mixed = length;
  for (let index = 0; index < length; index++) {
    mixed = Math.imul(((mixed << 5) | (mixed >>> 27)) ^ (words[index] as number), 0x9e3779b1);
  }
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
