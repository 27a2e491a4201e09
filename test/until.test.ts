// `until`: a wait for a condition that nothing tells of.
import { describe, expect, expectTypeOf, it, vi } from 'vitest';
import { until } from 'troupe/testing';
import { rejectionOf } from './support/observing.ts';

describe('until', () => {
  it('resolves with what the condition gives, as soon as that is truthy', async () => {
    let looks = 0;
    const found = await until(() => (++looks === 3 ? 'found' : undefined));
    expect([found, looks]).toEqual(['found', 3]);
    expectTypeOf(found).toEqualTypeOf<string>();
    expectTypeOf(until<boolean>(() => true)).toEqualTypeOf<Promise<true>>();
  });

  it('looks at once, and then once in each turn of the event loop', async () => {
    let looks = 0;
    let turns = 0;
    const waiting = until(() => ++looks === 5);
    expect(looks).toBe(1);
    const count = () => {
      turns += 1;
      if (looks < 5) setImmediate(count);
    };
    setImmediate(count);
    await waiting;
    expect(turns).toBeGreaterThanOrEqual(3);
    expect(turns).toBeLessThanOrEqual(5);
  });

  it('goes on while a test holds the timers', async () => {
    vi.useFakeTimers();
    try {
      let looks = 0;
      expect(await until(() => ++looks > 3)).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });

  it('rejects at the deadline and shows the condition', async () => {
    let looks = 0;
    const error = await rejectionOf(
      until(
        () =>
          // on two lines
          looks++ < 0,
        { timeout: 1 },
      ),
    );
    expect(error).toMatchObject({
      code: 'UNTIL_TIMEOUT',
      message: expect.stringMatching(
        /^Waited in vain until \(\) => .*looks\+\+ < 0: it did not hold within 1 ms\. Wait longer, or see what keeps it from it\.$/,
      ) as string,
      details: { timeout: 1 },
    });
    const before = looks;
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    expect(looks - before).toBeLessThanOrEqual(1);
  });

  it('looks once when the timeout is 0', async () => {
    expect(await until(() => 4, { timeout: 0 })).toBe(4);
    expect(await rejectionOf(until(() => false, { timeout: 0 }))).toMatchObject({ code: 'UNTIL_TIMEOUT' });
  });

  it('shortens a condition that is long', async () => {
    const long = () =>
      'x'.length +
        'a condition that is so long that nobody wants to read it to the end, and it goes on and on and on'.length <
      0;
    const error = (await rejectionOf(until(long, { timeout: 0 }))) as Error;
    expect(error.message).toMatch(/on and on.{0,5} …: it did not hold within 0 ms\./);
  });

  it('rejects with the reason of its signal, also of one that was aborted before', async () => {
    const controller = new AbortController();
    const waiting = rejectionOf(until(() => false, { signal: controller.signal }));
    controller.abort('enough');
    expect(await waiting).toBe('enough');
    let looks = 0;
    expect(await rejectionOf(until(() => ++looks, { signal: controller.signal }))).toBe('enough');
    expect(looks).toBe(0);
  });

  it('rejects with what the condition throws', async () => {
    const error = new RangeError('oh');
    expect(
      await rejectionOf(
        until(() => {
          throw error;
        }),
      ),
    ).toBe(error);
  });

  it.each([
    ['no function', 'yes', "Cannot wait until 'yes': it is no function. Give one that tells whether it holds."],
    ['nothing', undefined, 'Cannot wait until [object Undefined]: it is no function.'],
    [
      'one that gives a promise',
      async () => false,
      'it gives a promise, which always holds. Await the promise, or give a function that looks.',
    ],
    ['one whose promise rejects', () => Promise.reject(new Error('unheard')), 'it gives a promise'],
  ])('refuses a condition that is %s', async (_, condition, text) => {
    expect(await rejectionOf(until(condition as never))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(text) as string,
    });
  });

  it('refuses a timeout that is none', async () => {
    for (const timeout of [Number.NaN, -1])
      expect(await rejectionOf(until(() => true, { timeout }))).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
