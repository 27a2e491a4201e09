// The arithmetic of restarts, without a clock.
import { describe, expect, it } from 'vitest';
import { count, delayOf, isExhausted, NO_FAILURES, type Tally } from '../dist/src/restarts.js';

const limit = { atMost: 2, within: 100 };

/** What is counted after failures at these times. */
const after = (times: readonly number[], { atMost, within } = limit): Tally =>
  times.reduce<Tally>((tally, at) => count(tally, { at, message: `at ${at}` }, { atMost, within }), NO_FAILURES);

describe('the budget of restarts', () => {
  it.each([
    [[0], false],
    [[0, 1], false],
    [[0, 1, 2], true],
    [[0, 1, 100], false],
    [[0, 1, 99], true],
    [[0, 50, 100, 150, 200], false],
    [[0, 50, 100, 149], true],
  ])('of failures at %j is exhausted: %s', (times, expected) => {
    expect(isExhausted(after(times), limit)).toBe(expected);
  });

  it('has the messages of those that count, the oldest first', () => {
    expect(after([0, 150, 160]).failures.map(({ message }) => message)).toEqual(['at 150', 'at 160']);
  });

  it('may be none, and may be without end, and then remembers no more than it needs', () => {
    expect(isExhausted(after([0], { atMost: 0, within: 100 }), { atMost: 0, within: 100 })).toBe(true);
    const endless = { atMost: Infinity, within: Infinity };
    const tally = after(
      Array.from({ length: 1000 }, (_, at) => at),
      endless,
    );
    expect(isExhausted(tally, endless)).toBe(false);
    expect(tally.failures).toHaveLength(1);
    expect(tally.attempt).toBe(999);
  });
});

describe('the backoff', () => {
  const shape = { first: 100, most: 10_000, factor: 2, jitter: 0 };
  const waits = (times: readonly number[]) =>
    times.map((_, n) => delayOf(after(times.slice(0, n + 1)).attempt, shape, 0));

  it('doubles up to the most', () => {
    expect(Array.from({ length: 9 }, (_, attempt) => delayOf(attempt, shape, 0))).toEqual([
      100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000,
    ]);
    expect(delayOf(5000, shape, 0)).toBe(10_000);
  });

  it('begins again after a quiet window', () => {
    expect(waits([0, 99, 198, 298, 300])).toEqual([100, 200, 400, 100, 200]);
  });

  it('leaves the part that it is told to chance', () => {
    const half = { ...shape, jitter: 0.5 };
    expect([0, 0.5, 1].map((chance) => delayOf(1, half, chance))).toEqual([200, 150, 100]);
  });
});
