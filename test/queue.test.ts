import { describe, expect, it } from 'vitest';
import { createQueue } from '../dist/src/queue.js';

describe('a queue', () => {
  it('gives back what was put in, in order, however much has gone through it', () => {
    const queue = createQueue<number>();
    const taken: number[] = [];
    for (let number = 0; number < 10_000; number += 1) {
      queue.push(number);
      if (number % 3 > 0) taken.push(queue.shift() ?? -1);
    }
    expect(queue.length).toBe(10_000 - taken.length);
    expect(queue.first).toBe(taken.length);
    taken.push(...queue);
    expect(taken).toEqual(Array.from({ length: 10_000 }, (_, number) => number));
    queue.clear();
    expect(queue.shift()).toBeUndefined();
    expect([...queue]).toEqual([]);
  });
});
