// Does something twice, the second time at another time and with other luck: what reads a clock or draws a number is found out every time, not only where a millisecond has passed
// between the two. The clock and the numbers are as before when it returns.

/** Far from now in every unit: other milliseconds, hours, weekdays and years. */
const FAR = 1_234_567_890_123;

export function twice<T>(run: () => T): readonly [T, T] {
  const { random } = Math;
  // the clock stands still meanwhile, or what passes between the two might make up for the difference
  const now = Date.now();
  const drawn: number[] = [];
  const first = withOthers(dateAt(now), () => drawn[drawn.push(random()) - 1] as number, run);
  let draws = 0;
  // half of all numbers away from what was drawn: a coin falls on its other side
  const second = withOthers(dateAt(now + FAR), () => ((drawn[draws++] ?? random()) + 0.5) % 1, run);
  return [first, second];
}

function withOthers<T>(date: DateConstructor, random: () => number, run: () => T): T {
  const before = [Date, Math.random] as const;
  // where they cannot be replaced, they are as they are
  Reflect.set(globalThis, 'Date', date);
  Reflect.set(Math, 'random', random);
  try {
    return run();
  } finally {
    Reflect.set(globalThis, 'Date', before[0]);
    Reflect.set(Math, 'random', before[1]);
  }
}

function dateAt(now: number): DateConstructor {
  return new Proxy(Date, {
    construct: (target, given: unknown[], made) =>
      Reflect.construct(target, given.length === 0 ? [now] : given, made) as object,
    apply: (target) => new target(now).toString(),
    get: (target, key) => (key === 'now' ? () => now : (Reflect.get(target, key) as unknown)),
  });
}
