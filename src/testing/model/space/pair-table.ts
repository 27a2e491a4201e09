// A table from two whole numbers to a third, with open addressing in one typed array: what has happened to a configuration is looked up millions of times a second.
// Indices stay within the arrays, so what is read there is a number (`as number`).

/** Numbers by pairs of numbers; all of them below 2^31. */
export interface PairTable {
  /** -1 if there is none. */
  get(first: number, second: number): number;
  set(first: number, second: number, value: number): void;
}

/** What an entry takes: the first number plus one (0 is a free place), the second, the value. */
const width = 3;

export function createPairTable(): PairTable {
  let entries = new Int32Array(width * 256);
  let mask = 255;
  let count = 0;

  const placeOf = (first: number, second: number): number => {
    let slot = hash(first, second) & mask;
    for (;;) {
      const place = slot * width;
      const found = entries[place] as number;
      if (found === 0 || (found === first + 1 && entries[place + 1] === second)) return place;
      slot = (slot + 1) & mask;
    }
  };
  const grow = (): void => {
    const old = entries;
    mask = mask * 2 + 1;
    entries = new Int32Array(width * (mask + 1));
    for (let place = 0; place < old.length; place += width) {
      if (old[place] === 0) continue;
      const target = placeOf((old[place] as number) - 1, old[place + 1] as number);
      entries.set(old.subarray(place, place + width), target);
    }
  };

  return {
    get(first, second) {
      const place = placeOf(first, second);
      return entries[place] === 0 ? -1 : (entries[place + 2] as number);
    },
    set(first, second, value) {
      let place = placeOf(first, second);
      if (entries[place] === 0) {
        if (++count * 2 > mask) {
          grow();
          place = placeOf(first, second);
        }
        entries[place] = first + 1;
        entries[place + 1] = second;
      }
      entries[place + 2] = value;
    },
  };
}

function hash(first: number, second: number): number {
  let mixed = Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  return mixed ^ (mixed >>> 13);
}
