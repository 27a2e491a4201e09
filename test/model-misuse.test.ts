// What people get wrong about a model, where it would be taken for a proof if nobody said so.
import { describe, expect, it } from 'vitest';
import { model, type Claim, type Logics } from 'troupe/testing';
import { supervise } from 'troupe';
import { assign, createMachine, sendTo, setup } from 'xstate';

const lamp = createMachine({ id: 'lamp', initial: 'off', states: { off: { on: { SWITCH: 'on' } }, on: {} } });
const counter = setup({ types: { context: {} as { readonly count: number } } }).createMachine({
  id: 'counter',
  context: { count: 0 },
  on: {
    ADD: { actions: assign({ count: ({ context }) => context.count + 1 }) },
    BREAK: {
      actions: assign(() => {
        throw new Error('It broke.');
      }),
    },
  },
});

const explore = (options: object) => model({ actors: { lamp }, mayStopWhen: () => true, ...options }).explore();
const gives = (answer: unknown): Claim<Logics> => (() => answer) as unknown as Claim<Logics>;

describe('bounds', () => {
  it('that leave out the very beginning are refused, for nothing would be explored', () => {
    expect(() => explore({ within: gives(false) })).toThrow(
      /^Cannot stay `within` the bounds: the very beginning lies/,
    );
    const throws = () => {
      throw new Error('no such thing');
    };
    expect(() => explore({ within: throws })).toThrow(/it throws at the very beginning: Error: no such thing/);
  });
});

describe('a claim', () => {
  it('that gives nothing is not so', () => {
    const kinds = (options: object) => explore(options).violations.map(({ kind }) => kind);
    expect(kinds({ sometimes: { 'it is so': gives(undefined) } })).toEqual(['sometimes']);
    expect(kinds({ always: { 'it is so': gives(undefined) } })).toEqual(['always']);
    expect(kinds({ eventually: { 'it is so': gives(undefined) } })).toEqual(['eventually']);
    expect(explore({ always: { 'it is so': gives(1) }, sometimes: { 'it is so': gives('yes') } }).ok).toBe(true);
  });

  it.each(['always', 'sometimes', 'eventually'] as const)(
    'of %s that is async is told of, for a promise would be so whatever comes of it',
    (kind) => {
      const { violations } = explore({ [kind]: { 'it is so': async () => await Promise.resolve(false) } });
      expect(violations).toMatchObject([{ kind, claim: 'it is so' }]);
      expect(String(violations[0]?.error)).toContain('Let it give true or false');
    },
  );
});

describe('a report', () => {
  it('counts a step once, also one with which an actor starts', () => {
    const talker = createMachine({ id: 'talker', entry: sendTo(({ self }) => self, { type: 'LOST' }) });
    expect(explore({ actors: { talker } }).coverage.unhandled).toMatchObject([{ event: 'LOST', steps: 1 }]);
  });

  it('is a sentence also where nobody has a state and nothing has changed', () => {
    const [violation] = explore({ actors: { counter }, eventually: { 'it has counted': gives(false) } }).violations;
    expect(violation?.why).toBe('At the start nothing more has to happen, and it has not come to hold.');
  });
});

describe('a machine', () => {
  it.each([
    ['reads the clock', () => Date.now()],
    ['makes a date of now', () => new Date().getFullYear()],
    ['looks whether a millisecond is odd', () => Date.now() % 2 === 0],
    ['tosses a coin', () => Math.random() < 0.5],
  ])('that %s is found out, every time', (_, read) => {
    const impure = createMachine({ context: () => ({ read: read() }) });
    expect(() => explore({ actors: { impure } })).toThrow(
      /^Cannot explore actor 'impure': its start was handled twice/,
    );
  });

  it('may make a date of what it is given', () => {
    const dated = createMachine({ context: () => ({ at: new Date(5), is: new Date(5) instanceof Date }) });
    expect(explore({ actors: { dated } }).ok).toBe(true);
    expect(Math.abs(Date.now() - new Date().getTime())).toBeLessThan(1000);
  });
});

describe('users', () => {
  it('click when a supervised actor is there again: it keeps what comes meanwhile, which would never end', () => {
    const report = explore({
      actors: { counter: supervise(counter, { restart: { atMost: 2, within: 1000 }, onFailure: () => {} }) },
      stimuli: { counter: [{ type: 'ADD' }, { type: 'BREAK' }] },
      within: ({ counter: { context } }: { readonly counter: { readonly context: { readonly count: number } } }) =>
        context.count < 3,
      mayFail: true,
    });
    // three lives of three counts, each of which may fail; two failures are followed by another life
    expect(report).toMatchObject({
      ok: true,
      complete: true,
      states: 3 * 3 + 3 * 3,
      generated: 1 + 3 * 2 + 3 * 3 + 2 * 3,
    });
  });
});
