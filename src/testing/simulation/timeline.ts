// What is to happen in a simulation, in the order of its time; what is due at the same moment happens in the order in which it was planned. Time moves only
// from one thing that happens to the next.

/** Something that is to happen. */
export interface Planned {
  readonly due: number;
  /** Tells apart what is due at the same moment. */
  readonly number: number;
  readonly task: () => void;
  isOff: boolean;
}

export interface Timeline {
  /** Milliseconds since it began. */
  readonly time: number;
  /** When the next thing happens; `Infinity` if nothing does. */
  readonly next: number;
  plan(due: number, task: () => void): Planned;
  /** Moves on to the next thing, and takes it out. */
  advance(): Planned | undefined;
}

export function createTimeline(): Timeline {
  /** A binary heap, the next at its top. */
  const heap: Planned[] = [];
  let time = 0;
  let plans = 0;

  const isBefore = (one: Planned, other: Planned) =>
    one.due < other.due || (one.due === other.due && one.number < other.number);
  const rise = (planned: Planned): void => {
    let at = heap.length;
    heap.push(planned);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (!parent || !isBefore(planned, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = planned;
  };
  const sink = (planned: Planned): void => {
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const [one, other] = [heap[left], heap[left + 1]];
      const isRight = one && other && isBefore(other, one);
      const below = isRight ? other : one;
      if (!below || !isBefore(below, planned)) break;
      heap[at] = below;
      at = isRight ? left + 1 : left;
    }
    heap[at] = planned;
  };
  const take = (): Planned | undefined => {
    const [first] = heap;
    const last = heap.pop();
    if (last && last !== first) sink(last);
    return first;
  };
  const clear = (): void => {
    while (heap[0]?.isOff) take();
  };

  return {
    get time() {
      return time;
    },
    get next() {
      clear();
      return heap[0]?.due ?? Infinity;
    },
    plan(due, task) {
      const planned = { due: Math.max(due, time), number: (plans += 1), task, isOff: false };
      rise(planned);
      return planned;
    },
    advance() {
      clear();
      const planned = take();
      if (planned) time = planned.due;
      return planned;
    },
  };
}
