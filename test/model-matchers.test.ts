// What is expected of a model: that it is so, that it is not, or that it was not explored far enough to say; by matchers, and by assertions for other runners.
import { isTroupeError, type TroupeError } from 'troupe';
import {
  assertAlways,
  assertDeadlockFree,
  assertEventually,
  assertEveryEventHandled,
  assertHolds,
  assertReachable,
  model,
} from 'troupe/testing';
import 'troupe/testing/vitest';
import { describe, expect, it } from 'vitest';
import { assign, createMachine, sendTo, setup, type AnyActorRef } from 'xstate';

interface Served {
  readonly by: AnyActorRef;
}
/** Asks once, and goes home with the answer. */
const guest = setup({ types: { input: {} as Served, context: {} as Served } }).createMachine({
  id: 'guest',
  context: ({ input }) => ({ by: input.by }),
  initial: 'asking',
  states: {
    asking: {
      entry: sendTo(({ context }) => context.by, { type: 'ORDER' }),
      on: { SERVED: 'served' },
    },
    served: { type: 'final' },
  },
});
/** Serves everyone. */
const serving = setup({ types: { context: {} as { readonly served: number } } }).createMachine({
  id: 'waiter',
  context: { served: 0 },
  initial: 'serving',
  states: {
    serving: {
      on: {
        ORDER: {
          actions: [
            assign({ served: ({ context }) => context.served + 1 }),
            sendTo(({ system }) => system.get('Ada') as AnyActorRef, { type: 'SERVED' }),
          ],
        },
      },
    },
  },
});
const actors = {
  waiter: serving,
  Ada: { logic: guest, input: ({ actor }: { actor: (name: string) => AnyActorRef }) => ({ by: actor('waiter') }) },
};
const mayStopWhen = ({ Ada }: { readonly Ada: { readonly status: string } }) => Ada.status === 'done';

/** All is well there. */
const inn = model({ actors, mayStopWhen, sometimes: { 'Ada is served': ({ Ada }) => Ada.matches('served') } });
/** Orders get lost there. */
const lossy = model({ actors, mayStopWhen, network: { drop: 1 } });
/** Orders come twice there. */
const hasty = model({ actors, mayStopWhen, network: { duplicate: 1 } });

const ticking = setup({ types: { context: {} as { readonly count: number } } }).createMachine({
  id: 'counter',
  context: { count: 0 },
  initial: 'ticking',
  states: {
    ticking: {
      after: {
        10: { reenter: true, target: 'ticking', actions: assign({ count: ({ context }) => context.count + 1 }) },
      },
    },
  },
});
/** It has no end. */
const endless = model({ actors: { counter: ticking } });
const few = { maxStates: 50 };

/** What a matcher that fails says. */
function complaint(expectation: () => void): string {
  try {
    expectation();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('It should have failed.');
}

function errorOf(assertion: () => unknown): TroupeError {
  try {
    assertion();
  } catch (error) {
    if (isTroupeError(error)) return error;
    throw error;
  }
  throw new Error('It should have thrown.');
}

describe('a model', () => {
  it('is expected to hold all that it claims', () => {
    expect(inn).toHold();
    expect(lossy).not.toHold();
    expect(complaint(() => expect(inn).not.toHold())).toBe(
      `Nothing that is claimed is violated: it was explored to the end, ${inn.explore().states} states.`,
    );
    expect(complaint(() => expect(lossy).toHold())).toContain('✗ deadlock after 1 step');
    const unreached = model({
      actors,
      mayStopWhen,
      sometimes: { 'Ada is served twice': ({ waiter }) => waiter.context.served === 2 },
    });
    expect(complaint(() => expect(unreached).toHold())).toContain("✗ sometimes 'Ada is served twice': it never holds");
    const unserved = model({
      actors,
      mayStopWhen: () => true,
      network: { drop: 1 },
      eventually: { 'Ada is served': ({ Ada }) => Ada.matches('served') },
    });
    expect(complaint(() => expect(unserved).toHold())).toContain("✗ eventually 'Ada is served'");
    const failing = model({
      actors: {
        Ada: createMachine({
          context: () => {
            throw new Error('worn out');
          },
        }),
      },
    });
    expect(complaint(() => expect(failing).toHold())).toContain('worn out');
  });

  it('is expected to come to rest only where it may', () => {
    expect(inn).toBeDeadlockFree();
    expect(lossy).not.toBeDeadlockFree();
    // what is claimed is not asked here
    expect(model({ actors, mayStopWhen, always: { never: () => false } })).toBeDeadlockFree();
    expect(complaint(() => expect(inn).not.toBeDeadlockFree())).toContain(
      'It comes to rest nowhere but where it may stop: it was explored to the end, ',
    );
  });

  it('is expected to be so at every moment', () => {
    expect(inn).toAlways('one is served', ({ waiter }) => waiter.context.served <= 1);
    expect(hasty).not.toAlways('one is served', ({ waiter }) => waiter.context.served <= 1);
    expect(complaint(() => expect(hasty).toAlways('one is served', ({ waiter }) => waiter.context.served <= 1))).toBe(
      [
        "✗ always 'one is served': it does not hold after 2 steps",
        '   After step 2 waiter is in serving (served: 2); Ada is in asking.',
        '',
        '      at first      waiter serving; Ada asking',
        '                    Ada sends ORDER to waiter',
        '   1. Ada → waiter  ORDER (delivered, and will be again)',
        '                    waiter: serving, served: 1',
        '                    waiter sends SERVED to Ada',
        '   2. Ada → waiter  ORDER',
        '                    waiter: serving, served: 2',
        '                    waiter sends SERVED to Ada',
        '',
        '   schedule: Ada>waiter! Ada>waiter',
        '',
        'As a test, where `system` is the model:',
        '',
        "// found by exploring; it needs `import { expect, it } from 'vitest'`, and the model as `system`",
        'it("\'one is served\' does not hold", () => {',
        "  const trace = system.replay('Ada>waiter! Ada>waiter');",
        "  expect(trace.last.waiter.value).toEqual('serving');",
        '  expect(trace.last.waiter.context.served).toEqual(2);',
        '});',
        '',
      ].join('\n'),
    );
    expect(complaint(() => expect(inn).not.toAlways('it is so', () => true))).toContain(
      "'it is so' always holds: it was explored to the end,",
    );
  });

  it('is expected to come to be so', () => {
    expect(inn).toEventually('Ada is served', ({ Ada }) => Ada.matches('served'));
    expect(lossy).not.toEventually('Ada is served', ({ Ada }) => Ada.matches('served'));
    expect(complaint(() => expect(lossy).toEventually('Ada is served', ({ Ada }) => Ada.matches('served')))).toContain(
      'schedule: Ada>waiter~',
    );
    expect(complaint(() => expect(inn).not.toEventually('it is so', () => true))).toContain(
      "'it is so' comes to hold on every run: it was explored to the end,",
    );
  });

  it('is expected to be able to be so', () => {
    expect(hasty).toReach('two are served', ({ waiter }) => waiter.context.served === 2);
    expect(inn).not.toReach('two are served', ({ waiter }) => waiter.context.served === 2);
    expect(
      complaint(() => expect(inn).toReach('two are served', ({ waiter }) => waiter.context.served === 2)),
    ).toContain("'two are served' holds nowhere: it was explored to the end,");
    expect(
      complaint(() => expect(hasty).not.toReach('two are served', ({ waiter }) => waiter.context.served === 2)),
    ).toContain('2. Ada → waiter  ORDER');
  });

  it('is expected to handle every event', () => {
    expect(inn).toHandleEveryEvent();
    const stray = createMachine({
      id: 'stray',
      initial: 'here',
      states: { here: { entry: sendTo(({ system }) => system.get('waiter') as AnyActorRef, { type: 'ODER' }) } },
    });
    const messy = model({ actors: { waiter: serving, stray } });
    expect(messy).not.toHandleEveryEvent();
    const said = complaint(() => expect(messy).toHandleEveryEvent());
    expect(said).toContain('ODER by waiter in serving (1 step): no state of waiter handles it');
    expect(said).toContain('schedule: stray>waiter');
    expect(complaint(() => expect(inn).not.toHandleEveryEvent())).toContain(
      'Every event is handled where it comes: it was explored to the end, ',
    );
  });

  it('is expected nothing of that was not explored, neither so nor not so', () => {
    const isSo = () => true;
    const isFar = ({ counter }: { readonly counter: { readonly context: { readonly count: number } } }) =>
      counter.context.count === 100;
    for (const expectation of [
      () => expect(endless).toHold(few),
      () => expect(endless).not.toHold(few),
      () => expect(endless).toBeDeadlockFree(few),
      () => expect(endless).not.toBeDeadlockFree(few),
      () => expect(endless).toAlways('it is so', isSo, few),
      () => expect(endless).not.toAlways('it is so', isSo, few),
      () => expect(endless).toEventually('it counts to 100', isFar, few),
      () => expect(endless).not.toEventually('it counts to 100', isFar, few),
      () => expect(endless).toReach('it counts to 100', isFar, few),
      () => expect(endless).not.toReach('it counts to 100', isFar, few),
      () => expect(endless).toHandleEveryEvent(few),
      () => expect(endless).not.toHandleEveryEvent(few),
    ]) {
      const said = complaint(expectation);
      expect(said).toContain('the search was NOT exhaustive, for maxStates was reached after 50 states, at depth 49');
      expect(said).toContain("context.count of 'counter' keeps growing");
      expect(said).toContain('The last argument raises the limits: { maxStates, maxDepth, seconds }.');
    }
  });

  it('is told of what was found before a limit was reached', () => {
    expect(endless).toReach('it counts to 20', ({ counter }) => counter.context.count === 20, few);
    expect(endless).not.toAlways('it is below 20', ({ counter }) => counter.context.count < 20, few);
    expect(
      complaint(() => expect(endless).toAlways('it is below 2', ({ counter }) => counter.context.count < 2)),
    ).toContain('schedule: t:counter t:counter\n');
  });

  it('is told of a claim that throws', () => {
    const throws = () => {
      throw new Error('no such thing');
    };
    for (const expectation of [
      () => expect(inn).toAlways('it is told', throws),
      () => expect(inn).toEventually('it is told', throws),
      () => expect(inn).toReach('it is told', throws),
    ])
      expect(complaint(expectation)).toContain('the claim throws Error: no such thing');
    // what throws is no answer to be glad of
    expect(() => expect(inn).not.toReach('it is told', throws)).not.toThrow();
  });

  it('is explored once by what follows each other, and no further than needed', () => {
    let count = 0;
    const counting = model({
      actors: {
        waiter: serving,
        Ada: { logic: guest, input: ({ actor }) => ({ by: ((count += 1), actor('waiter')) }) },
      },
      mayStopWhen,
    });
    expect(counting).toBeDeadlockFree();
    const once = count;
    expect(counting).toHold();
    expect(counting).toAlways('it is so', () => true);
    expect(counting).toReach('it is so', () => true);
    expect(counting).toHandleEveryEvent();
    expect(count).toBe(once);
    expect(counting).toHold({ maxStates: 100 });
    expect(count).toBe(2 * once);
    // with a billion states to go these would not end
    const billion = { maxStates: 1e9 };
    expect(endless).not.toAlways('it is below 20', ({ counter }) => counter.context.count < 20, billion);
    const growing = model({
      actors: { counter: ticking },
      always: { 'it is below 20': ({ counter }) => counter.context.count < 20 },
    });
    expect(growing).not.toHold(billion);
  });

  it('is not judged by claims that tell apart who may stand for whom', () => {
    const twins = model({
      actors: { left: ticking, right: ticking },
      symmetric: [['left', 'right']],
      within: ({ left, right }) => left.context.count + right.context.count < 4,
    });
    expect(twins).toAlways('they count', ({ left, right }) => left.context.count + right.context.count < 4);
    expect(() =>
      expect(twins).toAlways('the left one leads', ({ left, right }) => left.context.count >= right.context.count),
    ).toThrow(expect.objectContaining({ code: 'NOT_SYMMETRIC' }));
  });

  it.each<[unknown, string]>([
    [4, 'Cannot take 4 for the model: it is none. Give what model() of troupe/testing returned.'],
    [{ actors }, 'Cannot take [object Object] for the model: it is none.'],
  ])('is what is expected something of, and not %o', (value, text) => {
    expect(() => expect(value).toHold()).toThrow(text);
    expect(() => assertHolds(value as never)).toThrow(text);
  });

  it('is not judged by what is no claim, or no limit', () => {
    expect(() => expect(inn).toAlways('it is so', true as never)).toThrow(
      "Cannot take true for 'it is so': it must be a claim",
    );
    expect(() => expect(inn).toReach(4 as never, () => true)).toThrow(
      'Cannot take 4 for the name of a claim: it must be a text.',
    );
    expect(() => expect(inn).toHold({ states: 4 } as never)).toThrow("Cannot take the option 'states'");
  });
});

describe('an assertion', () => {
  it('passes where it is so', () => {
    assertHolds(inn);
    assertDeadlockFree(inn);
    assertAlways(inn, 'one is served', ({ waiter }) => waiter.context.served <= 1);
    assertEventually(inn, 'Ada is served', ({ Ada }) => Ada.matches('served'));
    assertEveryEventHandled(inn);
    const trace = assertReachable(inn, 'Ada is served', ({ Ada }) => Ada.matches('served'));
    expect(trace.schedule).toBe('Ada>waiter waiter>Ada');
  });

  it.each<[string, () => unknown, object]>([
    ['all', () => assertHolds(lossy), { kind: 'deadlock', schedule: 'Ada>waiter~' }],
    ['deadlocks', () => assertDeadlockFree(lossy), { kind: 'deadlock', schedule: 'Ada>waiter~' }],
    [
      'always',
      () => assertAlways(hasty, 'one', ({ waiter }) => waiter.context.served < 2),
      { kind: 'always', claim: 'one', schedule: 'Ada>waiter! Ada>waiter' },
    ],
    [
      'eventually',
      () => assertEventually(lossy, 'one', ({ waiter }) => waiter.context.served > 0),
      { kind: 'eventually', claim: 'one', schedule: 'Ada>waiter~' },
    ],
    [
      'reaching',
      () => assertReachable(inn, 'two', ({ waiter }) => waiter.context.served === 2),
      { kind: 'sometimes', claim: 'two' },
    ],
  ])('throws the way to where it is not so: %s', (_, assertion, details) => {
    const error = errorOf(assertion);
    expect(error).toMatchObject({ code: 'CLAIM_VIOLATED', details });
    expect(error.message).toContain('schedule' in details ? `schedule: ${String(details.schedule)}` : 'holds nowhere');
  });

  it('throws what a claim threw as its cause', () => {
    const cause = new Error('no such thing');
    const error = errorOf(() =>
      assertAlways(inn, 'it is told', () => {
        throw cause;
      }),
    );
    expect(error).toMatchObject({ code: 'CLAIM_VIOLATED', details: { kind: 'always', schedule: '' } });
    expect(error.cause).toBe(cause);
  });

  it('throws that it cannot say', () => {
    const error = errorOf(() => assertHolds(endless, few));
    expect(error).toMatchObject({ code: 'NOT_EXHAUSTIVE' });
    expect(error.message).toContain("Cannot say of 'all that is claimed': the search was NOT exhaustive");
  });
});
