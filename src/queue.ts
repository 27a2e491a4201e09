// A queue that may grow long: to take its first is cheap however many follow, which it is not where an array is shifted.

export interface Queue<T> {
  readonly length: number;
  /** The one that has waited longest. */
  readonly first: T | undefined;
  push(item: T): void;
  /** Takes the one that has waited longest. */
  shift(): T | undefined;
  /** Takes all. */
  clear(): readonly T[];
  [Symbol.iterator](): Iterator<T>;
}

export function createQueue<T>(): Queue<T> {
  let items: (T | undefined)[] = [];
  /** Where those begin that still wait; the others are cut off now and then. */
  let head = 0;
  const rest = () => items.slice(head) as T[];
  return {
    get length() {
      return items.length - head;
    },
    get first() {
      return items[head];
    },
    push: (item) => void items.push(item),
    shift() {
      if (head === items.length) return undefined;
      const item = items[head];
      items[head] = undefined;
      head += 1;
      if (head === items.length || (head >= 1024 && head * 2 >= items.length)) {
        items = rest();
        head = 0;
      }
      return item;
    },
    clear() {
      const all = rest();
      items = [];
      head = 0;
      return all;
    },
    [Symbol.iterator]: () => rest().values(),
  };
}
