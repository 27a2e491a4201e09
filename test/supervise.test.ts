// `supervise`: an actor that fails lives again behind the same ref.
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  assign,
  createActor,
  createMachine,
  emit,
  fromCallback,
  fromPromise,
  fromTransition,
  raise,
  sendTo,
  setup,
  SimulatedClock,
  toPromise,
  type AnyActorLogic,
  type AnyActorRef,
} from 'xstate';
import { ask, isTroupeError, settled, supervise, watch, type FailureReport, type SuperviseOptions } from 'troupe';
import { collectDeadLetters, rejectionOf } from './support/observing.ts';
import { turns } from './support/nodes.ts';
import { frail } from '../dist/test/fixtures/frail.js';

/** Options with which each wait is 10 ms, and what was told of failures. */
function quiet(options: SuperviseOptions = {}): SuperviseOptions & { readonly reports: FailureReport[] } {
  const reports: FailureReport[] = [];
  return { backoff: 10, onFailure: (report) => reports.push(report), ...options, reports };
}

const boom = (): never => {
  throw new RangeError('boom');
};

/** What a call throws. */
const errorOf = (call: () => unknown): unknown => {
  try {
    return call();
  } catch (error) {
    return error;
  }
};

describe('a supervised actor', () => {
  it('begins again behind the same ref, with the same input', () => {
    const clock = new SimulatedClock();
    const options = quiet();
    const actor = createActor(supervise(frail, options), { clock, input: { from: 5 } }).start();
    const { sessionId } = actor;
    actor.send({ type: 'ADD' });
    actor.send({ type: 'FAIL' });
    expect(actor.getSnapshot()).toMatchObject({ status: 'active', context: { count: 6 } });
    clock.increment(9);
    expect(actor.getSnapshot().context.count).toBe(6);
    clock.increment(1);
    expect(actor.getSnapshot()).toMatchObject({ status: 'active', context: { count: 5 } });
    expect(actor.sessionId).toBe(sessionId);
    expect(options.reports).toMatchObject([
      { actor, life: 1, action: 'restart', delay: 10, error: { message: 'frail' } },
    ]);
    actor.send({ type: 'ADD' });
    expect(actor.getSnapshot().context.count).toBe(6);
  });

  it('has the type of the logic that it is made of, and is a machine if that is one', () => {
    const supervised = supervise(frail);
    expectTypeOf(supervised).toEqualTypeOf(frail);
    expect(supervised.id).toBe('frail');
    expect(supervised.config).toBe(frail.config);
    expect(supervised.root).toBe(frail.root);
  });

  it('is supervised also where something is provided to it', () => {
    const clock = new SimulatedClock();
    const provided = supervise(frail, quiet()).provide({ actions: { add: boom } });
    const actor = createActor(provided, { clock }).start();
    actor.send({ type: 'ADD' });
    clock.increment(10);
    expect(actor.getSnapshot().status).toBe('active');
  });

  it('handles what was sent to it meanwhile in the order sent, after it has begun again, and never again what failed', () => {
    const clock = new SimulatedClock();
    const seen: string[] = [];
    type Event = { readonly type: 'NOTE'; readonly word: string } | { readonly type: 'FAIL' };
    const logic = setup({ types: { events: {} as Event } }).createMachine({
      entry: () => seen.push('begin'),
      on: {
        NOTE: { actions: ({ event }) => seen.push(event.word) },
        FAIL: { actions: [() => seen.push('fail'), boom] },
      },
    });
    const actor = createActor(supervise(logic, quiet()), { clock }).start();
    let updates = 0;
    actor.subscribe(() => (updates += 1));
    actor.send({ type: 'FAIL' });
    for (const word of ['a', 'b']) actor.send({ type: 'NOTE', word });
    actor.send({ type: 'FAIL' });
    for (const word of ['c', 'd']) actor.send({ type: 'NOTE', word });
    expect(seen).toEqual(['begin', 'fail']);
    expect(updates).toBe(0);
    clock.increment(10);
    expect(seen).toEqual(['begin', 'fail', 'begin', 'a', 'b', 'fail']);
    // its new snapshot, and one for each event
    expect(updates).toBe(3);
    actor.send({ type: 'NOTE', word: 'e' });
    clock.increment(10);
    expect(seen.slice(6)).toEqual(['begin', 'c', 'd', 'e']);
    expect(updates).toBe(7);
  });

  it('keeps the order also for what is sent while it takes up what waited', () => {
    const clock = new SimulatedClock();
    const seen: number[] = [];
    type Event = { readonly type: 'NOTE'; readonly number: number } | { readonly type: 'FAIL' };
    const logic = setup({ types: { events: {} as Event } }).createMachine({
      on: {
        NOTE: {
          actions: ({ event, self }) => {
            seen.push(event.number);
            if (event.number === 1) self.send({ type: 'NOTE', number: 4 });
          },
        },
        FAIL: { actions: boom },
      },
    });
    const actor = createActor(supervise(logic, quiet()), { clock }).start();
    actor.subscribe(() => seen.length === 0 && actor.send({ type: 'NOTE', number: 3 }));
    actor.send({ type: 'FAIL' });
    for (const number of [1, 2]) actor.send({ type: 'NOTE', number });
    clock.increment(10);
    expect(seen).toEqual([1, 2, 3, 4]);
  });

  it('drops the effects of the step that failed, and stops what it had begun', () => {
    const clock = new SimulatedClock();
    const heard: string[] = [];
    const stopped: string[] = [];
    const child = fromCallback<{ type: 'X' }, { name: string }>(({ input, receive }) => {
      heard.push(`started ${input.name}`);
      receive((event) => heard.push(event.type));
      return () => stopped.push(input.name);
    });
    const friend = createActor(
      fromTransition((_: null, { type }: { readonly type: string }) => (heard.push(type), null), null),
    );
    friend.start();
    const logic = setup({ actors: { child } }).createMachine({
      invoke: { src: 'child', id: 'kept', systemId: 'kept', input: { name: 'kept' } },
      on: {
        FAIL: {
          actions: [
            emit({ type: 'EMITTED' }),
            sendTo(friend, { type: 'SENT' }),
            raise({ type: 'LATER' }, { delay: 1 }),
            assign(
              ({ spawn }) => void spawn('child', { id: 'spawned', systemId: 'spawned', input: { name: 'spawned' } }),
            ),
            boom,
          ],
        },
        AGAIN: {
          actions: assign(({ spawn }) => void spawn('child', { systemId: 'spawned', input: { name: 'again' } })),
        },
        LATER: { actions: () => heard.push('later') },
      },
    });
    const actor = createActor(supervise(logic, quiet()), { clock }).start();
    actor.on('*', () => heard.push('emitted'));
    const { kept } = actor.getSnapshot().children;
    actor.send({ type: 'FAIL' });
    expect(stopped).toEqual(['kept']);
    expect(kept?.getSnapshot().status).toBe('stopped');
    expect(actor.system.get('kept')).toBeUndefined();
    expect(actor.system.get('spawned')).toBeUndefined();
    clock.increment(10);
    expect(heard).toEqual(['started kept', 'started kept']);
    expect(actor.system.get('kept')).toBe(actor.getSnapshot().children['kept']);
    expect(actor.getSnapshot().children['kept']).not.toBe(kept);
    actor.send({ type: 'AGAIN' });
    expect(heard).toEqual(['started kept', 'started kept', 'started again']);
  });

  it('drops the rest of its first effects when one of them throws', () => {
    const clock = new SimulatedClock();
    const heard: string[] = [];
    const friend = createActor(
      fromTransition((_: null, { type }: { readonly type: string }) => (heard.push(type), null), null),
    );
    friend.start();
    let failures = 0;
    const logic = createMachine({
      entry: [
        () => {
          failures += 1;
          if (failures === 1) boom();
        },
        () => heard.push('entry'),
        sendTo(friend, { type: 'SENT' }),
      ],
    });
    const options = quiet();
    createActor(supervise(logic, options), { clock }).start();
    expect(heard).toEqual([]);
    clock.increment(10);
    expect(heard).toEqual(['entry', 'SENT']);
    expect(options.reports).toHaveLength(1);
  });

  it('does not take what a child of the last life told of itself for what one of the next life tells', () => {
    const clock = new SimulatedClock();
    const child = createMachine({ initial: 'on', states: { on: { on: { FINISH: 'off' } }, off: { type: 'final' } } });
    const logic = setup({ actors: { child } }).createMachine({
      initial: 'working',
      states: {
        working: {
          invoke: { src: 'child', id: 'child', onDone: 'finished' },
          on: { FAIL: { actions: [({ self }) => childOf(self).send({ type: 'FINISH' }), boom] } },
        },
        finished: {},
      },
    });
    const childOf = (ref: AnyActorRef) =>
      (ref.getSnapshot() as { readonly children: Record<string, AnyActorRef> }).children['child'] as AnyActorRef;
    const actor = createActor(supervise(logic, quiet()), { clock }).start();
    actor.send({ type: 'FAIL' });
    clock.increment(10);
    expect(actor.getSnapshot().value).toBe('working');
    childOf(actor).send({ type: 'FINISH' });
    expect(actor.getSnapshot().value).toBe('finished');
  });

  it('cancels the delayed events of the life that is over', () => {
    const clock = new SimulatedClock();
    const logic = setup({ types: { events: {} as { readonly type: 'FAIL' } } }).createMachine({
      initial: 'first',
      states: { first: { after: { 15: 'second' }, on: { FAIL: { actions: boom } } }, second: {} },
    });
    const actor = createActor(supervise(logic, quiet()), { clock }).start();
    clock.increment(4);
    actor.send({ type: 'FAIL' });
    clock.increment(10);
    clock.increment(14);
    expect(actor.getSnapshot().value).toBe('first');
    clock.increment(1);
    expect(actor.getSnapshot().value).toBe('second');
  });

  it.each<[string, AnyActorLogic]>([
    ['an entry action', setup({}).createMachine({ entry: boom })],
    ['a context', setup({ types: { context: {} } }).createMachine({ context: boom })],
    ['the state of a transition function', fromTransition((state: number) => state, boom)],
    ['a callback', fromCallback(boom)],
    ['a promise', fromPromise(async () => boom())],
    [
      'a child',
      setup({ actors: { child: fromPromise(async () => boom()) } }).createMachine({ invoke: { src: 'child' } }),
    ],
  ])('fails with RESTARTS_EXHAUSTED when %s throws at each start', async (_, logic) => {
    const clock = new SimulatedClock();
    const options = quiet({ restart: { atMost: 2, within: 1000 } });
    const actor = createActor(supervise(logic, options), { clock });
    const failed = rejectionOf(toPromise(actor));
    actor.start();
    for (let n = 0; n < 3; n += 1) {
      await turns();
      clock.increment(10);
    }
    const error = await failed;
    expect(error).toMatchObject({
      code: 'RESTARTS_EXHAUSTED',
      cause: { message: 'boom' },
      details: { actor: actor.id, atMost: 2, within: 1000, failures: ['boom', 'boom', 'boom'] },
    });
    expect((error as Error).message).toBe(
      `Cannot restart '${actor.id}' once more: there were 3 failures within 1000 ms, and atMost is 2. The last: boom. Mend what fails, or allow more with restart: { atMost, within }.`,
    );
    expect(options.reports.map(({ action, life }) => [action, life])).toEqual([
      ['restart', 1],
      ['restart', 2],
      ['exhausted', 3],
    ]);
    expect(actor.getSnapshot()).toMatchObject({ status: 'error' });
  });

  it('counts the failures within the window only, and begins its backoff again after a quiet one', () => {
    const clock = new SimulatedClock();
    const attempts: number[] = [];
    const actor = createActor(
      supervise(
        frail,
        quiet({ restart: { atMost: 1, within: 100 }, backoff: (attempt) => attempts.push(attempt) && 10 }),
      ),
      { clock },
    );
    const errors: unknown[] = [];
    actor.subscribe({ error: (error) => errors.push(error) });
    actor.start();
    for (let n = 0; n < 5; n += 1) {
      actor.send({ type: 'FAIL' });
      clock.increment(100);
    }
    expect(attempts).toEqual([0, 0, 0, 0, 0]);
    actor.send({ type: 'FAIL' });
    clock.increment(99);
    expect(errors).toEqual([]);
    actor.send({ type: 'FAIL' });
    expect(errors).toMatchObject([{ code: 'RESTARTS_EXHAUSTED' }]);
  });

  it('is not failed by a promise of a life that is over, nor done by it', async () => {
    const clock = new SimulatedClock();
    const resolvers: ((value: string) => void)[] = [];
    const inner = fromPromise(() => new Promise<string>((resolve) => resolvers.push(resolve)));
    const logic = Object.assign(Object.create(inner) as typeof inner, {
      transition(...[snapshot, event, scope]: Parameters<typeof inner.transition>) {
        if ((event as { readonly type: string }).type === 'FAIL') boom();
        return inner.transition(snapshot, event, scope);
      },
    });
    const actor = createActor(supervise(logic, quiet()), { clock }).start();
    (actor as AnyActorRef).send({ type: 'FAIL' });
    clock.increment(10);
    expect(resolvers).toHaveLength(2);
    resolvers[0]?.('old');
    await new Promise((resolve) => setImmediate(resolve));
    expect(actor.getSnapshot().status).toBe('active');
    resolvers[1]?.('new');
    expect(await toPromise(actor)).toBe('new');
  });

  it('stops while it waits for its next life, and what waited is a dead letter', () => {
    const clock = new SimulatedClock();
    using dead = collectDeadLetters();
    const actor = createActor(supervise(frail, quiet()), { clock }).start();
    let completed = 0;
    actor.subscribe({ complete: () => (completed += 1) });
    actor.send({ type: 'FAIL' });
    actor.send({ type: 'ADD' });
    actor.send({ type: 'ADD' });
    actor.stop();
    clock.increment(1000);
    expect(actor.getSnapshot().status).toBe('stopped');
    expect(completed).toBe(1);
    expect(dead.letters).toMatchObject([{ reason: 'stopped', count: 2 }]);
  });

  it('is restarted again by whoever supervises it a second time', () => {
    const clock = new SimulatedClock();
    const inner = quiet({ restart: { atMost: 1, within: 1000 } });
    const outer = quiet({ restart: { atMost: 1, within: 1000 } });
    const actor = createActor(supervise(supervise(frail, inner), outer), { clock });
    const errors: unknown[] = [];
    actor.subscribe({ error: (error) => errors.push(error) });
    actor.start();
    for (let n = 0; n < 4; n += 1) {
      expect(errors).toEqual([]);
      actor.send({ type: 'ADD' });
      expect(actor.getSnapshot().context.count).toBe(1);
      actor.send({ type: 'FAIL' });
      clock.increment(10);
    }
    expect(errors).toMatchObject([
      { code: 'RESTARTS_EXHAUSTED', cause: { code: 'RESTARTS_EXHAUSTED', cause: { message: 'frail' } } },
    ]);
    expect(inner.reports.map(({ action }) => action)).toEqual(['restart', 'exhausted', 'restart', 'exhausted']);
    expect(outer.reports.map(({ action }) => action)).toEqual(['restart', 'exhausted']);
  });
});

describe('the strategies of a supervisor', () => {
  const parentOf = (child: typeof frail) =>
    setup({ actors: { child } }).createMachine({ id: 'parent', invoke: { src: 'child', id: 'child' } });

  it('stop: its actor stops, and a parent that knows nothing of it goes on', async () => {
    const options = quiet({ strategy: 'stop' });
    const parent = createActor(parentOf(supervise(frail, options))).start();
    const child = parent.getSnapshot().children['child'] as AnyActorRef;
    const down = watch(child);
    child.send({ type: 'FAIL' });
    expect(await down).toMatchObject({ type: 'failed', error: { message: 'frail' } });
    expect(await watch(child)).toEqual({ type: 'stopped' });
    expect(parent.getSnapshot().status).toBe('active');
    expect(child.getSnapshot()).toMatchObject({ status: 'stopped' });
    expect(options.reports).toMatchObject([{ action: 'stop' }]);
  });

  it('escalate: its actor fails at once, with the error itself', () => {
    const options = quiet({ strategy: 'escalate' });
    const parent = createActor(parentOf(supervise(frail, options)));
    const errors: unknown[] = [];
    parent.subscribe({ error: (error) => errors.push(error) });
    (parent.start().getSnapshot().children['child'] as AnyActorRef).send({ type: 'FAIL' });
    expect(errors).toMatchObject([{ name: 'RangeError', message: 'frail' }]);
    expect(options.reports).toMatchObject([{ action: 'escalate' }]);
  });

  it('restart: a parent that knows nothing of it goes on, and fails only with what is exhausted', () => {
    const clock = new SimulatedClock();
    const parent = createActor(parentOf(supervise(frail, quiet({ restart: { atMost: 1 } }))), { clock });
    const errors: unknown[] = [];
    parent.subscribe({ error: (error) => errors.push(error) });
    const child = parent.start().getSnapshot().children['child'] as AnyActorRef;
    child.send({ type: 'FAIL' });
    clock.increment(10);
    expect([parent.getSnapshot(), child.getSnapshot()]).toMatchObject([{ status: 'active' }, { status: 'active' }]);
    child.send({ type: 'FAIL' });
    expect(errors).toMatchObject([{ code: 'RESTARTS_EXHAUSTED', details: { actor: 'child' } }]);
  });

  it('resume: goes on from the state before the failed step, with its delays and its work', () => {
    const clock = new SimulatedClock();
    const started: string[] = [];
    const worker = fromCallback(() => void started.push('work'));
    const logic = setup({
      types: { events: {} as { readonly type: 'GO' | 'ADD' | 'FAIL' }, context: {} as { readonly count: number } },
      actors: { worker },
    }).createMachine({
      context: { count: 0 },
      initial: 'idle',
      on: { ADD: { actions: assign({ count: ({ context }) => context.count + 1 }) } },
      states: {
        idle: { on: { GO: 'busy' } },
        busy: {
          entry: () => started.push('entry'),
          invoke: { src: 'worker' },
          after: { 100: 'done' },
          on: { FAIL: { actions: [assign({ count: 99 }), boom] } },
        },
        done: {},
      },
    });
    const options = quiet({ strategy: 'resume' });
    const actor = createActor(supervise(logic, options), { clock }).start();
    actor.send({ type: 'GO' });
    actor.send({ type: 'ADD' });
    actor.send({ type: 'FAIL' });
    actor.send({ type: 'ADD' });
    clock.increment(10);
    expect(actor.getSnapshot()).toMatchObject({ value: 'busy', context: { count: 2 } });
    expect(started).toEqual(['entry', 'work', 'work']);
    expect(options.reports).toMatchObject([{ action: 'resume' }]);
    clock.increment(100);
    expect(actor.getSnapshot().value).toBe('done');
  });

  it('resume: begins anew what failed before it had any state, and gives up what cannot be persisted', () => {
    const clock = new SimulatedClock();
    let isFirst = true;
    const late = setup({}).createMachine({
      entry: () => {
        if (isFirst) {
          isFirst = false;
          boom();
        }
      },
    });
    const options = quiet({ strategy: 'resume' });
    const actor = createActor(supervise(late, options), { clock }).start();
    clock.increment(10);
    expect(actor.getSnapshot().status).toBe('active');

    const inline = createMachine({
      invoke: { src: fromCallback(() => {}) },
      entry: assign(
        ({ spawn }) =>
          void spawn(
            fromCallback(() => {}),
            { id: 'inline' },
          ),
      ),
      on: { FAIL: { actions: boom } },
    });
    const other = createActor(supervise(inline, options), { clock });
    const errors: unknown[] = [];
    other.subscribe({ error: (error) => errors.push(error) });
    other.start().send({ type: 'FAIL' });
    expect(errors).toMatchObject([
      { code: 'NOT_PERSISTED', details: { failure: 'boom' }, cause: { message: expect.any(String) as string } },
    ]);
    expect(options.reports.map(({ action }) => action)).toEqual(['restart', 'escalate']);
  });
});

describe('an actor that fails at every start', () => {
  it.each([
    ['a machine', () => createMachine({ entry: boom })],
    ['a promise', () => fromPromise(boom)],
  ])('lets all else run, however soon and often it may be restarted: %s', async (_, logicOf) => {
    const options = { restart: { atMost: Infinity }, backoff: 0, onFailure: () => {} };
    const actor = createActor(supervise(logicOf() as AnyActorLogic, options)).start();
    await new Promise((resolve) => setTimeout(resolve, 20));
    actor.stop();
    expect(await watch(actor)).toEqual({ type: 'stopped' });
  });
});

describe('the options of supervise', () => {
  it.each<[string, unknown]>([
    ['strategy', { strategy: 'again' }],
    ['onFailure', { onFailure: 'log' }],
    ['restart', { restart: 3 }],
    ['restart.atMost', { restart: { atMost: -1 } }],
    ['restart.atMost', { restart: { atMost: 1.5 } }],
    ['restart.within', { restart: { within: 0 } }],
    ['restart.within', { restart: { within: Number.NaN } }],
    ['backoff', { backoff: -1 }],
    ['backoff', { backoff: null }],
    ['backoff.first', { backoff: { first: Infinity } }],
    ['backoff.most', { backoff: { most: 'long' } }],
    ['backoff.factor', { backoff: { factor: 0.5 } }],
    ['backoff.jitter', { backoff: { jitter: 2 } }],
  ])('refuses %s where it is %o', (option, options) => {
    expect(errorOf(() => supervise(frail, options as SuperviseOptions))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      details: { option },
    });
  });

  it('refuses what is no actor logic', () => {
    expect(() => supervise({} as never)).toThrow('Cannot supervise what is no actor logic.');
  });

  it('survives an onFailure that throws', () => {
    const clock = new SimulatedClock();
    const actor = createActor(supervise(frail, { backoff: 10, onFailure: boom }), { clock }).start();
    actor.send({ type: 'FAIL' });
    clock.increment(10);
    actor.send({ type: 'ADD' });
    expect(actor.getSnapshot().context.count).toBe(1);
  });
});

describe('asking and watching a supervised actor', () => {
  it('rejects an ask that the old life had not answered, and answers one that was asked meanwhile', async () => {
    const clock = new SimulatedClock();
    const actor = createActor(supervise(frail, quiet()), { clock }).start();
    const unanswered = rejectionOf(ask(actor as AnyActorRef, (replyTo) => ({ type: 'KEEP_SILENT', replyTo }) as never));
    await Promise.resolve();
    actor.send({ type: 'FAIL' });
    expect(await unanswered).toMatchObject({ message: 'frail' });
    const answered = ask(actor, (replyTo) => ({ type: 'ASK', replyTo }));
    actor.send({ type: 'ADD' });
    const all = settled(actor);
    let hasSettled = false;
    void all.then(() => (hasSettled = true));
    await turns();
    expect(hasSettled).toBe(false);
    await Promise.resolve();
    clock.increment(10);
    expect(await answered).toEqual({ type: 'COUNT', count: 0 });
    expect((await all).context.count).toBe(1);
  });

  it('tells each watch of the one life that it began with', async () => {
    const clock = new SimulatedClock();
    const actor = createActor(supervise(frail, quiet()), { clock }).start();
    const first = [watch(actor), watch(actor)];
    actor.send({ type: 'FAIL' });
    const second = watch(actor);
    expect(await Promise.all(first)).toMatchObject([{ type: 'failed' }, { type: 'failed' }]);
    clock.increment(10);
    actor.stop();
    expect(await second).toEqual({ type: 'stopped' });
    expect(isTroupeError(await rejectionOf(watch(null as never)), 'NOT_AN_ACTOR')).toBe(true);
  });
});
