// The order in which what happened on several nodes is shown, driven by hand.
import { describe, expect, it } from 'vitest';
import { createCausalOrder, type Origin } from '../dist/src/causal-order.js';

/** An order whose clock stands still until it is told; what it has shown is in `shown`. */
function open(patience = 100) {
  const shown: string[] = [];
  let time = 0;
  let timer: { readonly task: () => void; readonly at: number } | undefined;
  const order = createCausalOrder({
    patience,
    clock: () => time,
    schedule(task, delay) {
      // as with a real timer, some time passes in any case
      const mine = (timer = { task, at: time + Math.max(delay, 0.5) });
      return () => {
        if (timer === mine) timer = undefined;
      };
    },
  });
  return {
    shown,
    get hasTimer() {
      return timer !== undefined;
    },
    offer: (name: string, origin: Origin, then = () => {}) =>
      order.offer(origin, () => {
        shown.push(name);
        then();
      }),
    pass(milliseconds: number) {
      const end = time + milliseconds;
      while (timer && timer.at <= end) {
        time = timer.at;
        const { task } = timer;
        timer = undefined;
        task();
      }
      time = end;
    },
  };
}

const ann = (at: number, after?: Origin): Origin => ({ node: 'ann@1', at, ...(after ? { after } : {}) });
const bob = (at: number, after?: Origin): Origin => ({ node: 'bob@1', at, ...(after ? { after } : {}) });
const cy = (at: number, after?: Origin): Origin => ({ node: 'cy@1', at, ...(after ? { after } : {}) });

describe('causal order', () => {
  it('shows at once what follows from nothing, whatever its time', () => {
    const { offer, shown } = open();
    offer('a', ann(5));
    offer('b', bob(3));
    offer('c', ann(6));
    expect(shown).toEqual(['a', 'b', 'c']);
  });

  it('shows at once what follows from what has been shown', () => {
    const { offer, shown } = open();
    offer('cause', ann(1));
    offer('effect', bob(2, ann(1)));
    expect(shown).toEqual(['cause', 'effect']);
  });

  it('has an effect wait for its cause, and what happened since with it, in the order of time', () => {
    const { offer, shown } = open();
    offer('effect', bob(2, ann(1)));
    offer('later', bob(4));
    offer('between', cy(3));
    expect(shown).toEqual([]);
    offer('cause', ann(1));
    expect(shown).toEqual(['cause', 'effect', 'between', 'later']);
  });

  it('shows at once what happened before that which waits', () => {
    const { offer, shown } = open();
    offer('effect', bob(5, ann(4)));
    offer('earlier', cy(3));
    expect(shown).toEqual(['earlier']);
  });

  it('has a chain of causes wait for the first, whichever comes first', () => {
    const events = [
      ['first', ann(1)],
      ['second', bob(2, ann(1))],
      ['third', cy(3, bob(2))],
      ['fourth', ann(4, cy(3))],
    ] as const;
    for (const order of [
      [2, 1, 0, 3],
      [1, 2, 0, 3],
      [2, 0, 1, 3],
      [0, 2, 3, 1],
    ]) {
      const test = open();
      for (const [name, origin] of order.flatMap((index) => events.slice(index, index + 1))) test.offer(name, origin);
      expect(test.shown).toEqual(['first', 'second', 'third', 'fourth']);
      expect(test.hasTimer).toBe(false);
    }
  });

  it('has no patience without end with a cause that does not come', () => {
    const { offer, shown, pass } = open(100);
    offer('effect', bob(2, ann(1)));
    pass(60);
    offer('later', cy(3));
    pass(39);
    expect(shown).toEqual([]);
    pass(2);
    expect(shown).toEqual(['effect', 'later']);
  });

  it('has as much patience with each of many', () => {
    const test = open(100);
    for (let each = 0; each < 50; each += 1) {
      test.offer(`effect ${each}`, bob(2 + each, cy(each)));
      test.pass(1);
    }
    expect(test.shown).toEqual([]);
    test.pass(51);
    expect(test.shown.length).toBeLessThan(5);
    test.pass(49);
    expect(test.shown).toHaveLength(50);
    expect(test.hasTimer).toBe(false);
  });

  it('loses its patience no later when more and more comes', () => {
    const test = open(100);
    test.offer('effect', bob(2, ann(1)));
    for (let each = 0; each < 1010; each += 1) {
      test.offer(`later ${each}`, cy(3 + each));
      test.pass(0.1);
    }
    expect(test.shown).toHaveLength(1011);
  });

  it('keeps the order when showing one thing makes another happen', () => {
    const { offer, shown } = open();
    offer('effect', bob(2, ann(1)), () => offer('answer', cy(6, bob(2))));
    offer('later', bob(4), () => offer('comment', cy(7)));
    offer('cause', ann(1), () => offer('remark', cy(5)));
    expect(shown).toEqual(['cause', 'effect', 'later', 'remark', 'answer', 'comment']);
  });

  it('shows the rest when an inspector throws at something late', async () => {
    const { offer, shown } = open();
    const uncaught = new Promise((resolve) => {
      const listeners = process.listeners('uncaughtException');
      process.removeAllListeners('uncaughtException');
      process.once('uncaughtException', (error) => {
        for (const listener of listeners) process.on('uncaughtException', listener);
        resolve(error);
      });
    });
    offer('effect', bob(2, ann(1)), () => {
      throw new RangeError('no');
    });
    offer('later', bob(3));
    offer('cause', ann(1));
    expect(shown).toEqual(['cause', 'effect', 'later']);
    expect(await uncaught).toMatchObject({ message: 'no' });
  });
});
