// A list of whole numbers that grows by pages: growing never copies what is there, so it never takes twice the memory.

/** Whole numbers below 2^32 by their place. */
export interface Column {
  get(place: number): number;
  set(place: number, value: number): void;
  /** How many bytes it takes. */
  readonly bytes: number;
}

const bits = 14;
const size = 1 << bits;
const mask = size - 1;

/** Makes one of which each place holds 0; places are set in order. */
export function createColumn(): Column {
  const pages: Uint32Array[] = [];
  return {
    // a place that was set is on a page that is there
    get: (place) => (pages[place >>> bits] as Uint32Array)[place & mask] as number,
    set(place, value) {
      const page = place >>> bits;
      if (page === pages.length) pages.push(new Uint32Array(size));
      (pages[page] as Uint32Array)[place & mask] = value;
    },
    get bytes() {
      return pages.length * size * 4;
    },
  };
}
