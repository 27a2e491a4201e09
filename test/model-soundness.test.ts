// What a search must not conclude: states that are told apart by something are not one, nothing that may happen is left out, and nobody is said to be the same who is not.
import { describe, expect, it } from 'vitest';
import { assign, createMachine, fromPromise, raise, sendTo, setup, type AnyActorRef } from 'xstate';
import { isTroupeError, supervise, watching, type WatchedDown } from 'troupe';
import { model } from 'troupe/testing';
import { createTuples } from '../dist/src/testing/model/space/tuples.js';

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
        'Y, at 150, is before 160': ({ slow: { context }, other: one }) => !one.matches('after') || context.ended === 1,
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
  const orders = [
    ['a', 'b', 'c'],
    ['b', 'c', 'a'],
    ['c', 'a', 'b'],
    ['a', 'c', 'b'],
    ['b', 'a', 'c'],
    ['c', 'b', 'a'],
  ] as const;

  it.each(orders)(
    'are told apart by a claim that knows who of three is in which state: %s, %s, %s',
    (first, second, third) => {
      const system = model({
        actors: { s0: one, s1: one, s2: one },
        stimuli: { s0: events, s1: events, s2: events },
        symmetric: [['s0', 's1', 's2']],
        mayStopWhen: () => true,
        always: {
          'not in this order': ({ s0, s1, s2 }) => !(s0.matches(first) && s1.matches(second) && s2.matches(third)),
        },
      });
      expect(codeOf(() => system.explore())).toBe('NOT_SYMMETRIC');
    },
  );
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
    const parent = setup({
      types: {
        context: {} as { old: AnyActorRef | undefined },
        events: {} as { type: 'GO' } | { type: 'BACK'; kid: AnyActorRef },
      },
      actors: { kid },
    }).createMachine({
      context: { old: undefined },
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
          on: { BACK: { target: 'second', actions: assign({ old: ({ event }) => event.kid }) } },
        },
        second: { invoke: { src: 'kid', id: 'kid' } },
      },
    });
    const keeper = createMachine({
      types: { events: {} as { type: 'KEEP'; kid: unknown } },
      on: {
        KEEP: {
          actions: sendTo(
            ({ system }) => system.get('parent') as AnyActorRef,
            ({ event }) => ({ type: 'BACK', kid: event.kid }),
          ),
        },
      },
    });
    const { reached } = model({
      actors: { parent, keeper },
      stimuli: { parent: [{ type: 'GO' }] },
      mayStopWhen: () => true,
      sometimes: {
        second: ({ parent: one }) => one.matches('second'),
        mistaken: ({ parent: { context, children } }) => context.old !== undefined && context.old === children['kid'],
      },
    }).explore();
    expect(Object.keys(reached)).toEqual(['second']);
  });
});

describe('what must come to hold', () => {
  const to = (name: string, event: { type: string }) => sendTo(({ system }) => system.get(name) as AnyActorRef, event);
  const ticker = (name: string, every: number) =>
    createMachine({
      initial: 'going',
      states: {
        going: { after: { [every]: { target: 'going', reenter: true, actions: to(name, { type: 'AGAIN' }) } } },
      },
    });
  const oneAtATime = {
    mayStopWhen: () => true,
    within: (_: unknown, { inFlight }: { inFlight: readonly unknown[] }) => inFlight.length < 2,
  };

  it('does not by a delay that is begun anew again and again', () => {
    const dog = createMachine({
      initial: 'fed',
      states: { fed: { after: { 500: 'barking' }, on: { AGAIN: { target: 'fed', reenter: true } } }, barking: {} },
    });
    const eventually = {
      barks: ({ dog: one }: { dog: { matches(state: 'barking'): boolean } }) => one.matches('barking'),
    };
    const { violations } = model({ ...oneAtATime, actors: { dog, ticker: ticker('dog', 100) }, eventually }).explore();
    expect(violations.map(({ claim, trace }) => [claim, trace?.schedule])).toEqual([['barks', 't:ticker ticker>dog']]);
    const seldom = {
      ...oneAtATime,
      actors: { dog, ticker: ticker('dog', 900) },
      timers: 'by-delay',
      eventually,
    } as const;
    expect(model(seldom).explore().violations).toEqual([]);
  });

  it('does where a delay is begun anew only now and then, and ends in between', () => {
    const dog = createMachine({
      context: { isFed: false },
      initial: 'waiting',
      states: {
        waiting: {
          after: { 500: 'barking' },
          on: {
            AGAIN: {
              guard: ({ context }) => !context.isFed,
              target: 'waiting',
              reenter: true,
              actions: assign({ isFed: true }),
            },
          },
        },
        barking: {},
      },
    });
    const system = model({
      ...oneAtATime,
      actors: { dog, ticker: ticker('dog', 100) },
      eventually: { barks: ({ dog: one }) => one.matches('barking') },
    });
    expect(system.explore()).toMatchObject({ violations: [], complete: true });
  });

  it('does not by a promise that is begun anew again and again', () => {
    const search = setup({ actors: { find: fromPromise(async () => 'found') } }).createMachine({
      initial: 'looking',
      states: {
        looking: {
          invoke: { src: 'find', id: 'find', onDone: 'found' },
          on: { AGAIN: { target: 'looking', reenter: true } },
        },
        found: {},
      },
    });
    const { violations } = model({
      ...oneAtATime,
      actors: { search, ticker: ticker('search', 100) },
      invoked: { find: [{ done: 'it' }] },
      eventually: { found: ({ search: one }) => one.matches('found') },
    }).explore();
    expect(violations.map(({ claim, trace }) => [claim, trace?.schedule])).toEqual([
      ['found', 't:ticker ticker>search'],
    ]);
  });

  it('does by each of two delays that differ in nothing but to whom they go', () => {
    const sender = createMachine({
      entry: ['one', 'other'].map((name) =>
        sendTo(({ system }) => system.get(name) as AnyActorRef, { type: 'E' }, { delay: 10 }),
      ),
      on: {
        AGAIN: { actions: sendTo(({ system }) => system.get('one') as AnyActorRef, { type: 'E' }, { delay: 10 }) },
      },
    });
    const one = createMachine({ on: { E: { actions: to('sender', { type: 'AGAIN' }) } } });
    const other = createMachine({ initial: 'waiting', states: { waiting: { on: { E: 'told' } }, told: {} } });
    const system = model({
      actors: { sender, one, other },
      mayStopWhen: () => true,
      eventually: { told: (world) => world.other.matches('told') },
    });
    expect(system.explore()).toMatchObject({ violations: [], complete: true });
  });
});

describe('a state', () => {
  it('that is longer than can be kept is refused', () => {
    const tuples = createTuples(4);
    const words = new Uint32Array(17);
    expect(tuples.find(words, 16)).toBe(-1);
    expect(tuples.add(words, 16)).toBe(0);
    expect(tuples.find(words, 17)).toBe(-1);
    expect(() => tuples.add(words, 17)).toThrow(/list of 17 numbers.*16.*within/);
  });
});

describe('a watch', () => {
  it('that begins when a life is over is of the next one, and is not told of the one before', () => {
    const nurse = setup({
      types: {
        context: {} as { patient: AnyActorRef; downs: number },
        input: {} as { patient: AnyActorRef },
        events: {} as WatchedDown,
      },
      actors: { watching },
    }).createMachine({
      context: ({ input }) => ({ ...input, downs: 0 }),
      initial: 'watches',
      states: {
        watches: {
          invoke: {
            src: 'watching',
            id: 'watch',
            input: ({ context }) => ({ actorRef: context.patient, id: 'patient' }),
          },
          on: {
            DOWN: { target: 'watches', reenter: true, actions: assign({ downs: ({ context }) => context.downs + 1 }) },
          },
        },
      },
    });
    const patient = createMachine({
      initial: 'well',
      states: {
        well: {
          on: {
            FALL: {
              actions: assign(() => {
                throw new Error('fell');
              }),
            },
          },
        },
      },
    });
    const { reached, complete } = model({
      actors: {
        nurse: { logic: nurse, input: ({ actor }) => ({ patient: actor('patient') }) },
        patient: supervise(patient, { restart: { atMost: 2 } }),
      },
      stimuli: { patient: [{ type: 'FALL' }] },
      mayFail: true,
      mayStopWhen: () => true,
      within: ({ nurse: { context } }, { inFlight }) => context.downs < 3 && inFlight.length < 2,
      sometimes: {
        'told once after one fall': ({ nurse: { context } }) => context.downs === 1,
        'told twice': ({ nurse: { context } }) => context.downs === 2,
      },
    }).explore({ maxStates: 5000 });
    expect(Object.entries(reached).map(([claim, { schedule }]) => [claim, schedule])).toEqual([
      ['told once after one fall', 'u:patient:FALL d:nurse/watch'],
      ['told twice', expect.stringContaining('v:patient') as string],
    ]);
    expect(complete).toBe(true);
  });
});
