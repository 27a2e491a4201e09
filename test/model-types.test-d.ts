// What is said of a model is typed by its actors: a state, a field, a name or an event that is not there does not compile.
import { describe, expect, expectTypeOf, it } from 'vitest';
import 'troupe/testing/vitest';
import { supervise } from 'troupe';
import { assertAlways, assertReachable, model, type Trace } from 'troupe/testing';
import { createMachine, fromPromise, fromTransition, setup, type AnyActorRef, type SnapshotFrom } from 'xstate';

const student = setup({
  types: {
    context: {} as { me: string; round: number },
    input: {} as { me: string; rounds: number },
    events: {} as { type: 'RELEASE' } | { type: 'CLICK'; at: number },
  },
}).createMachine({
  context: ({ input }) => ({ me: input.me, round: 0 }),
  initial: 'working',
  states: { working: { on: { RELEASE: 'done', CLICK: 'done' } }, done: { type: 'final' } },
});
const gate = setup({
  types: { context: {} as { count: number }, input: {} as { students: readonly AnyActorRef[] } },
}).createMachine({ context: { count: 0 }, initial: 'open', states: { open: {}, shut: {} } });
const adding = fromTransition((count: number, _: { readonly type: 'ADD' }) => count + 1, 0);

const actors = {
  s0: { logic: student, input: { me: 's0', rounds: 3 } },
  s1: { logic: student, input: { me: 's1', rounds: 3 } },
  barrier: { logic: gate, input: { students: [] } },
};
const room = model({
  actors: {
    ...actors,
    late: { logic: student, input: ({ actor }) => ({ me: actor('s0').id, rounds: 3 }) },
    counter: adding,
  },
  stimuli: { s0: [{ type: 'CLICK', at: 4 }] },
  symmetric: [['s0', 's1']],
  crash: { max: 1, who: ['s0'] },
  mayFail: ['late'],
  history: { initial: { told: 0 }, received: ({ told }) => ({ told: told + 1 }) },
  forget: { s0: ({ context }) => context.round },
  within: ({ s0 }, { history }) => s0.context.round < history.told,
  mayStopWhen: ({ s0, s1 }) => [s0, s1].every(({ status }) => status === 'done'),
  always: {
    'all is typed': ({ s0, barrier, counter }, { history, inFlight }) =>
      s0.matches('working') && barrier.matches('open') && counter.context > history.told + inFlight.length,
  },
});

describe('the types of a model', () => {
  it('give claims the snapshots of the actors, by name', () => {
    const { last, scene } = room.replay('');
    expectTypeOf(last.s0).toEqualTypeOf<SnapshotFrom<typeof student>>();
    expectTypeOf(last.counter.context).toEqualTypeOf<number>();
    expectTypeOf(scene.history).toEqualTypeOf<{ told: number }>();
    expectTypeOf(model({ actors }).replay('').scene.history).toEqualTypeOf<undefined>();
    // @ts-expect-error -- no such state
    model({ actors, always: { claim: ({ s0 }) => s0.matches('sleeping') } });
    // @ts-expect-error -- no such field
    model({ actors, eventually: { claim: ({ s0 }) => s0.context.age > 4 } });
    // @ts-expect-error -- no such actor
    model({ actors, sometimes: { claim: ({ s9 }) => Boolean(s9) } });
    // @ts-expect-error -- not whether it is so
    model({ actors, always: { claim: ({ s0 }) => s0.context.round } });
    // @ts-expect-error -- no such field of the history
    model({ actors, history: { initial: 0 }, always: { claim: (_, { history }) => Boolean(history.told) } });
    // @ts-expect-error -- no such state
    model({ actors, mayStopWhen: ({ s0 }) => s0.matches('sleeping') });
    // @ts-expect-error -- no such field
    model({ actors, within: ({ s0 }) => s0.context.age < 4 });
  });

  it('are found from the actors alone', () => {
    const ofOne = ({ s0 }: { readonly s0: { readonly status: string } }) => s0.status === 'done';
    const { last } = model({
      actors: { s0: { logic: student, input: ({ actor }) => ({ me: actor('s0').id, rounds: 3 }) } },
      mayStopWhen: ofOne,
      always: { 'one is done': ofOne },
    }).replay('');
    expectTypeOf(last.s0).toEqualTypeOf<SnapshotFrom<typeof student>>();
    // where any input will do, what makes one is typed all the same
    void model({
      actors: {
        any: { logic: createMachine({}), input: ({ actor }) => actor('any') },
        one: { logic: createMachine({}), input: 4 },
      },
    });
  });

  it('know the names of the actors', () => {
    // @ts-expect-error -- no such actor
    model({ actors, stimuli: { s9: [] } });
    // @ts-expect-error -- no such actor, beside one that is there
    model({ actors, stimuli: { s0: [{ type: 'RELEASE' }], s9: [{ type: 'RELEASE' }] } });
    // @ts-expect-error -- no such actor
    model({ actors, crash: { max: 1, who: ['s9'] } });
    // @ts-expect-error -- no such actor
    model({ actors, symmetric: [['s0', 's9']] });
    // @ts-expect-error -- no such actor
    model({ actors, mayFail: ['s9'] });
    // @ts-expect-error -- no such actor
    model({ actors, forget: { s9: () => 0 } });
    // @ts-expect-error -- no such option
    model({ actors, sometime: {} });
    const names = ['Ada', 'Bob'];
    const many = model({
      actors: Object.fromEntries(names.map((me) => [me, { logic: student, input: { me, rounds: 3 } }])),
      symmetric: [names],
      always: { 'names that are made are names': (world) => names.every((name) => world[name]?.matches('working')) },
    });
    expectTypeOf(many.replay('').last['Ada']).toEqualTypeOf<SnapshotFrom<typeof student> | undefined>();
  });

  it('know what the actors take', () => {
    // @ts-expect-error -- no such event
    model({ actors, stimuli: { s0: [{ type: 'CLACK' }] } });
    // @ts-expect-error -- the event holds a number
    model({ actors, stimuli: { s0: [{ type: 'CLICK', at: '4' }] } });
    // @ts-expect-error -- its name is a text
    model({ actors: { s0: { logic: student, input: { me: 4, rounds: 3 } } } });
    // @ts-expect-error -- too much
    model({ actors: { s0: { logic: student, input: { me: 's0', rounds: 3, more: 4 } } } });
    // @ts-expect-error -- too little
    model({ actors: { s0: { logic: student, input: () => ({ me: 's0' }) } } });
    // @ts-expect-error -- it needs an input
    model({ actors: { s0: { logic: student } } });
    // @ts-expect-error -- it needs an input
    model({ actors: { s0: student } });
    // @ts-expect-error -- no such field
    model({ actors, forget: { s0: ({ context }) => Boolean(context.age) } });
    expectTypeOf(room.explore().violations).not.toBeAny();
  });

  it('are those of any logic', () => {
    const { last } = model({
      actors: {
        watched: { logic: supervise(student), input: { me: 'Ada', rounds: 3 } },
        fetched: fromPromise(async () => 4),
        plain: createMachine({}),
      },
    }).replay('');
    expectTypeOf(last.fetched.output).toEqualTypeOf<number | undefined>();
    // @ts-expect-error -- no such state
    last.watched.matches('sleeping');
  });

  it('hold in assertions and matchers', () => {
    expectTypeOf(assertReachable(room, 'it ends', ({ s0 }) => s0.matches('done'))).toEqualTypeOf<typeof trace>();
    const trace = room.replay('');
    expectTypeOf(trace).toExtend<Trace>();
    assertAlways(room, 'it counts', ({ counter }, { history }) => counter.context > history.told, { maxStates: 10 });
    // @ts-expect-error -- no such state
    assertAlways(room, 'it sleeps', ({ s0 }) => s0.matches('sleeping'));
    expect(room).toHold({ seconds: 4 });
    expect(room).toBeDeadlockFree();
    expect(room).not.toHandleEveryEvent();
    expect(room).toAlways('it counts', ({ counter }, { history }) => counter.context > history.told);
    // @ts-expect-error -- no such state
    expect(room).toAlways('it sleeps', ({ s0 }) => s0.matches('sleeping'));
    // @ts-expect-error -- no such actor
    expect(room).toReach('it sleeps', ({ s9 }) => Boolean(s9));
    // @ts-expect-error -- no such field
    expect(room).not.toEventually('it grows', ({ s0 }) => s0.context.age > 4);
    // @ts-expect-error -- no such limit
    expect(room).toHold({ states: 4 });
    // @ts-expect-error -- a number is no model
    expect(4).toReach('it is four', () => true);
  });
});
