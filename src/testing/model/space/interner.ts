// Gives things small numbers by a text that tells them apart, so that a state can be a list of numbers. A number stands for the same thing as long as the interner lives.

/** Things by number, and numbers by text. */
export interface Interner<T> {
  /** How many there are; numbers go from 0. */
  readonly count: number;
  /** The number of what that text stands for, made and kept if it is new. */
  idOf(text: string, make: (id: number) => T): number;
  at(id: number): T;
}

export function createInterner<T>(): Interner<T> {
  const ids = new Map<string, number>();
  const things: T[] = [];
  return {
    get count() {
      return things.length;
    },
    idOf(text, make) {
      const known = ids.get(text);
      if (known !== undefined) return known;
      const id = things.length;
      // before it is kept: `make` may throw
      things.push(make(id));
      ids.set(text, id);
      return id;
    },
    // numbers come from `idOf` alone
    at: (id) => things[id] as T,
  };
}
