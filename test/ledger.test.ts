import { describe, expect, it } from 'vitest';
import { createLedger } from '../dist/src/ledger.js';

const ann = { address: 'main@1/ann' };
const ben = { address: 'main@1/ben' };

const events = (count: number) => ({ events: count, places: count, bytes: count * 10 });

/** What is added for so many. */
const amount = (count: number) => [count, count, count * 10] as const;

/** A ledger with packets of so many events each, all for one channel. */
function posted(...packets: readonly number[]) {
  const ledger = createLedger();
  for (const [index, count] of packets.entries()) {
    ledger.add('a', ann, ...amount(count));
    ledger.posted(index + 1);
  }
  return ledger;
}

const sum = (entries: readonly { readonly events: number }[]) =>
  entries.reduce((total, each) => total + each.events, 0);

describe('a ledger', () => {
  it('makes one entry of what one sender sends to one channel in a row', () => {
    const ledger = createLedger();
    ledger.add('a', ann, ...amount(1));
    ledger.add('a', ann, ...amount(2));
    ledger.add('a', ben, ...amount(1));
    ledger.add('b', ben, ...amount(1));
    ledger.posted(1);
    expect(ledger.handled(1, undefined)).toEqual([
      { to: 'a', sender: ann, ...events(3) },
      { to: 'a', sender: ben, ...events(1) },
      { to: 'b', sender: ben, ...events(1) },
    ]);
  });

  it('is done with packets as far as they were handled, each once', () => {
    const ledger = posted(1, 2, 3);
    expect(sum(ledger.handled(2, undefined))).toBe(3);
    expect(ledger.handled(2, undefined)).toEqual([]);
    expect(sum(ledger.handled(3, undefined))).toBe(3);
    expect(ledger.end()).toEqual({ posted: [], waiting: [] });
  });

  it('knows what was in a gap, and only there', () => {
    const ledger = posted(1, 2, 4, 8);
    expect(sum(ledger.lost(1, 3))).toBe(6);
    expect(ledger.lost(1, 3)).toEqual([]);
    expect(sum(ledger.handled(4, undefined))).toBe(9);
  });

  it('keeps what waits over there for its channel, the latest of it, until it was handled', () => {
    const ledger = posted(5, 5);
    expect(sum(ledger.handled(1, { a: 5 }))).toBe(0);
    expect(sum(ledger.handled(2, { a: 7 }))).toBe(3);
    ledger.add('b', ann, ...amount(1));
    ledger.posted(3);
    expect(sum(ledger.handled(3, { a: 7 }))).toBe(1);
    expect(sum(ledger.end().posted)).toBe(7);
  });

  it('is done with all that waited when nothing is said to wait any more', () => {
    const ledger = posted(5, 5);
    ledger.handled(2, { a: 10 });
    expect(sum(ledger.handled(2, undefined))).toBe(10);
  });

  it('tells at the end what was posted from what was not', () => {
    const ledger = posted(5);
    ledger.add('a', ann, ...amount(2));
    const { posted: left, waiting } = ledger.end();
    expect([sum(left), sum(waiting)]).toEqual([5, 2]);
  });

  it('keeps its place among very many packets', () => {
    const ledger = createLedger();
    let done = 0;
    for (let next = 1; next <= 10_000; next += 1) {
      ledger.add('a', ann, ...amount(1));
      ledger.posted(next);
      if (next % 7 === 0) done += sum(ledger.handled(next - 3, undefined));
    }
    expect(done + sum(ledger.handled(10_000, undefined))).toBe(10_000);
  });
});
