// What a search must not conclude: states that are told apart by something are not one, nothing that may happen is left out, and nobody is said to be the same who is not.
import { describe, expect, it } from 'vitest';
import { assign, createMachine, enqueueActions, fromPromise, raise, sendTo, setup, type AnyActorRef } from 'xstate';
import { isTroupeError } from 'troupe';
import { model } from 'troupe/testing';

const codeOf = (run: () => unknown): unknown => {
  try {
    run();
    return 'nothing thrown';
  } catch (error) {
    return isTroupeError(error) ? error.code : error;
  }
};

describe('delays in the order of time', () => {
  it('have less to go by what passes until another of the same actor ends', () => {
    const slow = createMachine({
      context: { ended: 0 },
      entry: [raise({ type: 'X' }, { delay: 100, id: 'x' }), raise({ type: 'Y' }, { delay: 150, id: 'y' })],
      on: { X: {}, Y: { actions: assign({ ended: 1 }) } },
    });
    const other = createMachine({ initial: 'before', states: { before: { after: { 160: 'after' } }, after: {} } });
    const report = model({
      actors: { slow, other },
      timers: 'by-delay',
      mayStopWhen: () => true,
      always: {
        'Y, at 150, is before 160': ({ slow: { context }, other: it }) => !it.matches('after') || context.ended === 1,
      },
    }).explore();
    expect(report.violations).toEqual([]);
    expect(report.states).toBe(4);
  });
});

describe('a claim', () => {
  const lamp = createMachine({});
  const rests = { actors: { lamp }, mayStopWhen: () => true };

  it('that gives nothing says no, whatever it is asked', () => {
    const nothing = (() => undefined) as unknown as () => boolean;
    const { reached, violations } = model({ ...rests, always: { a: nothing }, sometimes: { s: nothing } }).explore();
    expect(Object.keys(reached)).toEqual([]);
    expect(violations.map(({ claim }) => claim)).toEqual(['a', 's']);
  });

  it('that gives a promise is refused, for it would count as yes', () => {
    const later = (async () => false) as unknown as () => boolean;
    const { reached, violations } = model({
      ...rests,
      always: { a: later },
      eventually: { e: later },
      sometimes: { s: later },
    }).explore();
    expect(Object.keys(reached)).toEqual([]);
    expect(violations.map(({ claim, error }) => [claim, (error as { code?: string }).code])).toEqual([
      ['a', 'INVALID_ARGUMENT'],
      ['s', 'INVALID_ARGUMENT'],
      ['e', 'INVALID_ARGUMENT'],
    ]);
  });
});

describe('symmetric actors', () => {
  const one = createMachine({ initial: 'i', states: { i: { on: { A: 'a', B: 'b', C: 'c' } }, a: {}, b: {}, c: {} } });
  const events = [{ type: 'A' }, { type: 'B' }, { type: 'C' }];
  const orders = ['abc', 'bca', 'cab', 'acb', 'bac', 'cba'] as const;

  it.each(orders)('are told apart by a claim that knows who of three is in which state: %s', (order) => {
    const [first, second, third] = [...order] as ('a' | 'b' | 'c')[];
    const system = model({
      actors: { s0: one, s1: one, s2: one },
      stimuli: { s0: events, s1: events, s2: events },
      symmetric: [['s0', 's1', 's2']],
      mayStopWhen: () => true,
      always: {
        claim: ({ s0, s1, s2 }) => !(s0.matches(first!) && s1.matches(second!) && s2.matches(third!)),
      },
    });
    expect(codeOf(() => system.explore())).toBe('NOT_SYMMETRIC');
  });
});
