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

describe('what cannot be told apart by its content', () => {
  const events = ['a', 'b'].map((name) => ({ type: 'IN', name }));
  const queue = (
    first: (waiting: never) => string | undefined,
    empty: unknown,
    add: (waiting: never, name: string) => unknown,
  ) =>
    createMachine({
      context: { waiting: empty, first: '' },
      on: {
        IN: {
          guard: ({ event, context }) =>
            !JSON.stringify([
              ...Object.keys(context.waiting as object),
              ...((context.waiting as Iterable<string>)[Symbol.iterator] ? (context.waiting as Iterable<string>) : []),
            ]).includes(event['name'] as string),
          actions: assign({ waiting: ({ context, event }) => add(context.waiting as never, event['name'] as string) }),
        },
        OUT: {
          guard: ({ context }) => context.first === '' && first(context.waiting as never) !== undefined,
          actions: assign({ first: ({ context }) => first(context.waiting as never) ?? '' }),
        },
      },
    });

  it.each([
    [
      'a Set',
      queue(
        (all: Set<string>) => [...all][0],
        new Set(),
        (all: Set<string>, name) => new Set([...all, name]),
      ),
    ],
    [
      'an object',
      queue(
        (all: object) => Object.keys(all)[0],
        {},
        (all: object, name) => ({ ...all, [name]: true }),
      ),
    ],
  ])('is refused where a machine goes by the order in %s all the same', (_, logic) => {
    const system = model({
      actors: { logic },
      stimuli: { logic: [...events, { type: 'OUT' }] },
      mayStopWhen: () => true,
    });
    expect(codeOf(() => system.explore())).toBe('IMPURE');
  });

  it('is one where no machine does', () => {
    const logic = queue(
      (all: Set<string>) => [...all].toSorted()[0],
      new Set(),
      (all: Set<string>, name) => new Set([...all, name]),
    );
    const system = model({ actors: { logic }, stimuli: { logic: events }, mayStopWhen: () => true });
    expect(system.explore()).toMatchObject({ states: 4, complete: true });
  });

  it('is refused where it has a part that nobody sees', () => {
    class Sum {
      readonly #sum: number;
      constructor(sum: number) {
        this.#sum = sum;
      }
      get value(): number {
        return this.#sum;
      }
    }
    const logic = createMachine({
      context: { sum: new Sum(0) },
      on: {
        UP: {
          guard: ({ context }) => context.sum.value < 3,
          actions: assign({ sum: ({ context }) => new Sum(context.sum.value + 1) }),
        },
      },
    });
    const system = model({ actors: { logic }, stimuli: { logic: [{ type: 'UP' }] }, mayStopWhen: () => true });
    expect(codeOf(() => system.explore())).toBe('NOT_MODELLED');
  });
});

describe('a new child', () => {
  it('is nobody who is spoken of in the very message that leads to it', () => {
    const kid = createMachine({
      initial: 'there',
      states: { there: { on: { END: 'gone' } }, gone: { type: 'final' } },
    });
    const parent = setup({ actors: { kid } }).createMachine({
      context: { old: undefined as AnyActorRef | undefined },
      initial: 'first',
      states: {
        first: {
          invoke: { src: 'kid', id: 'kid', onDone: 'alone' },
          on: {
            GO: {
              actions: [
                sendTo(
                  ({ system }) => system.get('keeper') as AnyActorRef,
                  ({ self }) => ({ type: 'KEEP', kid: self.getSnapshot().children['kid'] }),
                ),
                sendTo('kid', { type: 'END' }),
              ],
            },
          },
        },
        alone: {
          on: { BACK: { target: 'second', actions: assign({ old: ({ event }) => event['kid'] as AnyActorRef }) } },
        },
        second: { invoke: { src: 'kid', id: 'kid' } },
      },
    });
    const keeper = createMachine({
      on: {
        KEEP: {
          actions: sendTo(
            ({ system }) => system.get('parent') as AnyActorRef,
            ({ event }) => ({ type: 'BACK', kid: event['kid'] as unknown }),
          ),
        },
      },
    });
    const { reached } = model({
      actors: { parent, keeper },
      stimuli: { parent: [{ type: 'GO' }] },
      mayStopWhen: () => true,
      sometimes: {
        second: ({ parent: it }) => it.matches('second'),
        mistaken: ({ parent: it }) => it.context.old !== undefined && it.context.old === it.children['kid'],
      },
    }).explore();
    expect(Object.keys(reached)).toEqual(['second']);
  });
});
