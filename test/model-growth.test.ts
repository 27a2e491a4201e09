// Why an exploration finds no end: what keeps growing is named, and what does not is not.
import { describe, expect, it } from 'vitest';
import { growthOf } from '../dist/src/testing/model/graph/growth.js';
import { exploreSpace } from './support/graph-space.ts';
import { createToySystem, type Toy } from './support/toy-system.ts';

describe('what keeps a space from ending', () => {
  it('is a number in a context', () => {
    const counter: Toy = {
      state: { count: 0, isOdd: false, colour: 'red' },
      ticks: ({ count }: { readonly count: number }) => [
        { state: { count: count + 1, isOdd: count % 2 === 0, colour: ['red', 'green', 'blue'][count % 3] } },
      ],
    };
    expect(growthOfToys({ counter }, 1_203)).toBe(
      "context.count of 'counter' keeps growing: 1,204 different values, up to 1,203. Bound it with `within`, or leave it out with `forget`.",
    );
  });

  it('is a number that falls', () => {
    const account: Toy = {
      state: { balance: 5 },
      ticks: ({ balance }: { readonly balance: number }) => [{ state: { balance: balance - 10 } }],
    };
    expect(growthOfToys({ account }, 49)).toContain(
      "context.balance of 'account' keeps falling: 50 different values, down to -485. ",
    );
  });

  it('is a list that gets longer, or a text, or the number of keys', () => {
    const growing = (grow: (state: never) => unknown, state: unknown): Toy => ({
      state,
      ticks: (before) => [{ state: grow(before) }],
    });
    const list = growing(({ log }: { log: number[] }) => ({ log: [...log, 0] }), { log: [] });
    expect(growthOfToys({ list }, 29)).toContain("context.log of 'list' keeps growing: 30 different sizes, up to 29. ");
    const text = growing(({ a }: { a: { text: string } }) => ({ a: { text: `${a.text}.` } }), { a: { text: '' } });
    expect(growthOfToys({ text }, 29)).toContain("context.a.text of 'text' keeps growing: 30 different sizes");
    const keys = growing((before: object) => ({ ...before, [`key ${Object.keys(before).length}`]: 1 }), {});
    expect(growthOfToys({ keys }, 29)).toContain("context of 'keys' keeps growing: 30 different sizes");
  });

  it('is what is on its way', () => {
    const caller: Toy = {
      state: 0,
      ticks: () => [{ state: 0, sends: [['callee', { type: 'CALL' }]] }],
    };
    expect(growthOfToys({ caller, callee: light }, 400)).toMatch(
      /^The number of 'CALL' from 'caller' to 'callee' on their way keeps growing: up to \d+ at once\. Bound it with `within`, or let who sends them wait for an answer\.$/,
    );
  });

  it('is what a message holds', () => {
    const player: Toy = {
      state: 0,
      receive: (_state, { number, from }) => ({
        state: 0,
        sends: [[from, { type: 'BALL', number: (number as number) + 1 }]],
      }),
    };
    const server: Toy = { ...player, ticks: (state) => (state === 0 ? [] : serve), state: 1 };
    const serve = [{ state: 0, sends: [['player', { type: 'BALL', number: 1 }] as const] }];
    expect(growthOfToys({ player, server }, 100)).toBe(
      "event.number in 'BALL' from 'player' to 'server' keeps growing: 50 different values, up to 100. Bound it with `within`.",
    );
  });

  it('is not told where nothing evidently grows', () => {
    const lights = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`light ${index}`, light]));
    expect(growthOfToys(lights, 500)).toBeUndefined();
  });

  it('is not what rises at first and then stays', () => {
    const filling: Toy = {
      state: { level: 0, lap: 'a' },
      ticks: ({ level, lap }: { readonly level: number; readonly lap: string }) => [
        { state: level < 80 ? { level: level + 1, lap } : { level, lap: nextLap(lap) } },
      ],
    };
    expect(growthOfToys({ filling }, 120)).toBeUndefined();
  });
});

const light: Toy = {
  state: { colour: 'red' },
  ticks: ({ colour }: { readonly colour: string }) => [{ state: { colour: colour === 'red' ? 'green' : 'red' } }],
};

/** Goes through many texts of one length. */
const nextLap = (lap: string): string => String.fromCodePoint((lap.codePointAt(0) as number) + 1);

function growthOfToys(toys: Readonly<Record<string, Toy>>, mostExpanded: number): string | undefined {
  const { space } = createToySystem(toys);
  return growthOf(space, exploreSpace(space, mostExpanded));
}
