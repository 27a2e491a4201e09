// The barrier as a table, purely; then its clock, simulated; then `arrive` and its endings, with real actors in this thread.
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  createActor,
  fromCallback,
  fromPromise,
  initialTransition,
  SimulatedClock,
  transition,
  waitFor,
  type ActorRefFrom,
} from 'xstate';
import { isTroupeError, TroupeError } from 'troupe';
import {
  arrive,
  barrier,
  type BarrierEvent,
  type BarrierInput,
  type Broken,
  type Ready,
  type Released,
} from 'troupe/actors';

type Answer = Released | Broken;

/** Someone who waits, by name. */
const party = (name: string) =>
  createActor(
    fromCallback<Answer>(() => {}),
    { id: name },
  ).start();
const Ann = party('Ann');
const Ben = party('Ben');
const Cyd = party('Cyd');
const Dee = party('Dee');

const ready = (replyTo: typeof Ann, timeout?: number): Ready => ({
  type: 'READY',
  replyTo,
  ...(timeout === undefined ? {} : { timeout }),
});
const ABORT = { type: 'ABORT' } as const;
const RESET = { type: 'RESET' } as const;
/** What the barrier's watch and timer of the n-th to come in a generation say. */
const died = (place: string) => ({ type: 'DOWN', id: `party ${place}`, down: { type: 'stopped' } }) as const;
const late = (place: string) => ({ type: 'TIMED_OUT', party: `party ${place}` }) as const;
// The end of the action; XState's types leave such events out of what may be sent.
const ACTED = { type: 'xstate.done.actor.action', output: undefined, actorId: 'action' } as never;
const FAILED = { type: 'xstate.error.actor.action', error: new Error('no chalk'), actorId: 'action' } as never;

type Event = BarrierEvent | ReturnType<typeof died> | ReturnType<typeof late>;
type Action = { readonly type: string; readonly params: unknown };

const answers = (actions: readonly Action[]) =>
  actions.flatMap(({ type, params }) => {
    if (type !== 'xstate.sendTo') return [];
    const { to, event } = params as { to: { id: string }; event: Answer };
    return [
      event.type === 'RELEASED' ? `${to.id} ${event.index} of ${event.generation}` : `${to.id} BROKEN ${event.reason}`,
    ];
  });
const childrenOf = (actions: readonly Action[], type: string) =>
  actions.filter((action) => action.type === type).map(({ params }) => (params as { id: string }).id);

/** What became of a barrier that heard these in turn, and what it did at the last one. */
function hear(input: BarrierInput, ...events: readonly Event[]) {
  let [snapshot, actions] = initialTransition(barrier, input);
  // its own watches and timers may tell it more than others may send
  for (const event of events) [snapshot, actions] = transition(barrier, snapshot, event as BarrierEvent);
  const { waiting, broken, generation } = snapshot.context;
  return { state: snapshot.value, waiting: waiting.length, broken, generation, answers: answers(actions), actions };
}

describe('barrier', () => {
  const three = { parties: 3 };
  const empty: Event[] = [];
  const two: Event[] = [ready(Ann), ready(Ben)];
  const full: Event[] = [...two, ready(Cyd)];
  const aborted: Event[] = [...two, ABORT];

  const table: [where: string, before: Event[], event: Event, state: string, waiting: number, answers: string[]][] = [
    ['filling, empty', empty, ready(Ann), 'filling', 1, []],
    ['filling, empty', empty, ABORT, 'broken', 0, []],
    ['filling, empty', empty, RESET, 'filling', 0, []],

    ['filling, 2 of 3', two, ready(Cyd), 'releasing', 3, []],
    ['filling, 2 of 3', two, ABORT, 'broken', 0, ['Ann BROKEN abort', 'Ben BROKEN abort']],
    ['filling, 2 of 3', two, RESET, 'filling', 0, ['Ann BROKEN reset', 'Ben BROKEN reset']],
    ['filling, 2 of 3', two, late('0.0'), 'broken', 0, ['Ann BROKEN timeout', 'Ben BROKEN timeout']],
    ['filling, 2 of 3', two, died('0.1'), 'broken', 0, ['Ann BROKEN down']],
    ['filling, 2 of 3', two, died('7.0'), 'filling', 2, []],
    ['filling, 2 of 3', two, late('7.0'), 'filling', 2, []],

    ['releasing', full, ACTED, 'filling', 0, ['Ann 0 of 0', 'Ben 1 of 0', 'Cyd 2 of 0']],
    ['releasing', full, FAILED, 'broken', 0, ['Ann BROKEN action', 'Ben BROKEN action', 'Cyd BROKEN action']],
    ['releasing', full, ABORT, 'broken', 0, ['Ann BROKEN abort', 'Ben BROKEN abort', 'Cyd BROKEN abort']],
    ['releasing', full, RESET, 'filling', 0, ['Ann BROKEN reset', 'Ben BROKEN reset', 'Cyd BROKEN reset']],
    ['releasing', full, died('0.2'), 'broken', 0, ['Ann BROKEN down', 'Ben BROKEN down']],
    ['releasing', full, late('0.0'), 'releasing', 3, []],
    ['releasing', full, ready(Dee), 'releasing', 3, []],
    [
      'releasing, Dee came late',
      [...full, ready(Dee)],
      ACTED,
      'filling',
      1,
      ['Ann 0 of 0', 'Ben 1 of 0', 'Cyd 2 of 0'],
    ],
    [
      'releasing, Dee came late',
      [...full, ready(Dee)],
      RESET,
      'filling',
      1,
      ['Ann BROKEN reset', 'Ben BROKEN reset', 'Cyd BROKEN reset'],
    ],
    [
      'releasing, Dee came late',
      [...full, ready(Dee)],
      ABORT,
      'broken',
      0,
      ['Ann BROKEN abort', 'Ben BROKEN abort', 'Cyd BROKEN abort', 'Dee BROKEN abort'],
    ],

    ['broken', aborted, ready(Cyd), 'broken', 0, ['Cyd BROKEN abort']],
    ['broken', aborted, ABORT, 'broken', 0, []],
    ['broken', aborted, RESET, 'filling', 0, []],
    ['broken', aborted, died('0.0'), 'broken', 0, []],
  ];
  for (const [where, before, event, state, waiting, said] of table) {
    const name = event.type === 'READY' ? `READY from ${event.replyTo.id}` : event.type;
    it(`${where} × ${name} → ${state}, answers ${JSON.stringify(said)}`, () => {
      expect(hear(three, ...before, event)).toMatchObject({
        state,
        waiting,
        broken: state === 'broken',
        answers: said,
      });
    });
  }

  it('takes from others what they may send, and no more', () => {
    const gate = createActor(barrier, { input: three });
    expectTypeOf<Parameters<typeof gate.send>[0]>().toEqualTypeOf<BarrierEvent>();
    // @ts-expect-error: this is for its own watches to tell
    const lie: Parameters<typeof gate.send>[0] = died('0.0');
    expect(lie.type).toBe('DOWN');
  });

  it('is used again and again, each generation with its number', () => {
    const second = hear({ parties: 2 }, ready(Ann), ready(Ben), ACTED, ready(Ben), ready(Ann), ACTED);
    expect(second).toMatchObject({ state: 'filling', generation: 2, answers: ['Ben 0 of 1', 'Ann 1 of 1'] });
  });

  it('is not moved by what a watch or timer of an earlier generation had still to say', () => {
    for (const stale of [died('0.0'), late('0.0')]) {
      expect(hear(three, ...full, ACTED, ready(Ann), stale)).toMatchObject({ state: 'filling', waiting: 1 });
      expect(hear(three, ...two, RESET, ready(Ann), stale)).toMatchObject({ state: 'filling', waiting: 1 });
    }
  });

  it('stays broken for the reason it broke', () => {
    expect(hear(three, ready(Ann), late('0.0'), ABORT, ready(Ben)).answers).toEqual(['Ben BROKEN timeout']);
  });

  it('works again after a reset', () => {
    expect(hear(three, ...aborted, RESET, ...full, ACTED).answers).toEqual(['Ann 0 of 1', 'Ben 1 of 1', 'Cyd 2 of 1']);
  });

  it('lets a single party through', () => {
    expect(hear({ parties: 1 }, ready(Ann), ACTED)).toMatchObject({ state: 'filling', answers: ['Ann 0 of 0'] });
  });

  it('keeps the order of those who came late, however many generations they fill', () => {
    const events = [ready(Ann), ready(Ben), ready(Cyd), ACTED];
    expect(hear({ parties: 1 }, ...events)).toMatchObject({ state: 'releasing', answers: ['Ann 0 of 0'] });
    expect(hear({ parties: 1 }, ...events, ACTED)).toMatchObject({ state: 'releasing', answers: ['Ben 0 of 1'] });
    expect(hear({ parties: 1 }, ...events, ACTED, ACTED)).toMatchObject({ state: 'filling', answers: ['Cyd 0 of 2'] });
  });

  it('counts arrivals, not who arrives', () => {
    expect(hear({ parties: 2 }, ready(Ann), ready(Ann), ACTED).answers).toEqual(['Ann 0 of 0', 'Ann 1 of 0']);
  });

  it('watches each party while it waits, and no longer', () => {
    expect(childrenOf(hear(three, ready(Ann)).actions, 'xstate.spawnChild')).toEqual(['party 0.0']);
    for (const end of [ABORT, RESET, died('0.0'), late('0.0')]) {
      expect(childrenOf(hear(three, ...two, end).actions, 'xstate.stopChild')).toEqual(['party 0.0', 'party 0.1']);
    }
    const released = childrenOf(hear(three, ...full, ACTED).actions, 'xstate.stopChild');
    expect(released).toEqual(expect.arrayContaining(['party 0.0', 'party 0.1', 'party 0.2']));
  });

  it('ends the timers of those who wait no longer', () => {
    const cancelled = (events: Event[]) =>
      (hear({ ...three, timeout: 9 }, ...events).actions as Action[])
        .filter(({ type }) => type === 'xstate.cancel')
        .map(({ params }) => (params as { sendId: string }).sendId);
    expect(cancelled([...two, ABORT])).toEqual(['party 0.0', 'party 0.1']);
    expect(cancelled([...full, ACTED])).toEqual(['party 0.0', 'party 0.1', 'party 0.2']);
  });

  it.each<[string, BarrierInput, Ready, number | undefined]>([
    ['its own timeout', { parties: 2, timeout: 500 }, ready(Ann), 500],
    ["the party's, when it gives one", { parties: 2, timeout: 500 }, ready(Ann, 20), 20],
    ['none, when there is none', { parties: 2 }, ready(Ann), undefined],
    ['none, when the party will wait for ever', { parties: 2, timeout: 500 }, ready(Ann, Infinity), undefined],
    ['none, when it is longer than a timer can count', { parties: 2, timeout: 2 ** 31 }, ready(Ann), undefined],
  ])('times a party by %s', (_, input, event, expected) => {
    const timer = hear(input, event).actions.find(({ type }) => type === 'xstate.raise');
    expect((timer?.params as { delay?: number } | undefined)?.delay).toBe(expected);
  });

  it.each<BarrierInput>([
    { parties: 0 },
    { parties: -1 },
    { parties: 1.5 },
    { parties: NaN },
    { parties: 2, timeout: -1 },
    { parties: 2, timeout: NaN },
  ])('refuses %o', (input) => {
    const actor = createActor(barrier, { input });
    actor.subscribe({ error: () => {} });
    actor.start();
    expect(actor.getSnapshot()).toMatchObject({ status: 'error', error: { code: 'INVALID_ARGUMENT' } });
  });
});

/** A barrier with a simulated clock. */
function timed(input: BarrierInput, logic = barrier) {
  const clock = new SimulatedClock();
  return { clock, gate: createActor(logic, { input, clock, id: 'gate' }).start() };
}

/** How an arrival ended: the index, or the code and reason of its error. */
const endOf = (arrival: Promise<number>) =>
  arrival.catch((error: unknown) => (isTroupeError(error) ? [error.code, error.details['reason']] : error));

const brokenBy = (reason: string) => ['BARRIER_BROKEN', reason];
const waiting = (gate: ActorRefFrom<typeof barrier>, count: number) =>
  waitFor(gate, ({ context }) => context.waiting.length === count);

describe('the clock of a barrier', () => {
  it('breaks it for all when one has waited too long, by its own timeout', async () => {
    const { clock, gate } = timed({ parties: 3, timeout: 100 });
    const first = endOf(arrive(gate));
    clock.increment(60);
    const second = endOf(arrive(gate));
    clock.increment(39);
    expect(gate.getSnapshot().context.broken).toBe(false);
    clock.increment(1);
    expect(await Promise.all([first, second])).toEqual([brokenBy('timeout'), brokenBy('timeout')]);
  });

  it('goes by the shortest of the timeouts that the parties gave', async () => {
    const { clock, gate } = timed({ parties: 3, timeout: 1000 });
    const both = [endOf(arrive(gate)), endOf(arrive(gate, { timeout: 10 }))];
    clock.increment(10);
    expect(await Promise.all(both)).toEqual([brokenBy('timeout'), brokenBy('timeout')]);
  });

  it('stops for those who were released', async () => {
    const { clock, gate } = timed({ parties: 2, timeout: 100 });
    await Promise.all([arrive(gate), arrive(gate)]);
    void endOf(arrive(gate, { timeout: Infinity }));
    clock.increment(1000);
    expect(gate.getSnapshot()).toMatchObject({ value: 'filling', context: { broken: false } });
  });

  it('does not run while the action does', async () => {
    let done = () => {};
    const action = fromPromise(() => new Promise<void>((resolve) => (done = resolve)));
    const { clock, gate } = timed({ parties: 2, timeout: 100 }, barrier.provide({ actors: { action } }));
    const both = [arrive(gate), arrive(gate)];
    clock.increment(1000);
    done();
    expect(await Promise.all(both)).toEqual([0, 1]);
  });
});

describe("a barrier's action", () => {
  it('runs once before each release, while all wait', async () => {
    const seen: number[] = [];
    const action = fromPromise(async () => seen.push(gate.getSnapshot().context.waiting.length));
    const { gate } = timed({ parties: 2 }, barrier.provide({ actors: { action } }));
    await Promise.all([arrive(gate), arrive(gate)]);
    await Promise.all([arrive(gate), arrive(gate)]);
    expect(seen).toEqual([2, 2]);
  });

  it('breaks the barrier when it fails, and its error is the cause', async () => {
    const error = new Error('no chalk');
    const { gate } = timed(
      { parties: 1 },
      barrier.provide({ actors: { action: fromPromise(() => Promise.reject(error)) } }),
    );
    await expect(arrive(gate)).rejects.toMatchObject({
      code: 'BARRIER_BROKEN',
      details: { reason: 'action' },
      cause: error,
    });
  });

  it('is told to end when the barrier is aborted meanwhile', async () => {
    let signal: AbortSignal | undefined;
    const action = fromPromise((given) => ((signal = given.signal), new Promise(() => {})));
    const { gate } = timed({ parties: 1 }, barrier.provide({ actors: { action } }));
    const end = endOf(arrive(gate));
    gate.send(ABORT);
    expect([await end, signal?.aborted]).toEqual([brokenBy('abort'), true]);
  });
});

describe('arrive', () => {
  it('gives each party of a generation another index, in the order they came', async () => {
    const { gate } = timed({ parties: 3 });
    expect(await Promise.all([arrive(gate), arrive(gate), arrive(gate)])).toEqual([0, 1, 2]);
    expect(await Promise.all([arrive(gate), arrive(gate), arrive(gate)])).toEqual([0, 1, 2]);
  });

  it('leaves no watch behind', async () => {
    const { gate } = timed({ parties: 2 });
    await Promise.all([arrive(gate), arrive(gate)]);
    expect(Object.keys(gate.getSnapshot().children)).toEqual([]);
  });

  it('lets no one through before all are there', async () => {
    const { gate } = timed({ parties: 2 });
    const order: string[] = [];
    const first = arrive(gate).then(() => order.push('through'));
    await waiting(gate, 1);
    order.push('last comes');
    await Promise.all([first, arrive(gate)]);
    expect(order).toEqual(['last comes', 'through']);
  });

  it('says which barrier broke, why, and what to do', async () => {
    const { gate } = timed({ parties: 2 });
    const arrival = arrive(gate);
    gate.send(ABORT);
    await expect(arrival).rejects.toThrow(
      "Cannot pass the barrier 'gate': it was aborted. Send it RESET to use it again.",
    );
    await expect(arrive(gate)).rejects.toMatchObject({ code: 'BARRIER_BROKEN', details: { reason: 'abort' } });
  });

  it('is broken by a reset, after which the barrier serves again', async () => {
    const { gate } = timed({ parties: 2 });
    const end = endOf(arrive(gate));
    gate.send(RESET);
    expect(await end).toEqual(brokenBy('reset'));
    expect(await Promise.all([arrive(gate), arrive(gate)])).toEqual([0, 1]);
  });

  it('ends with its signal, and breaks the barrier for the others', async () => {
    const { gate } = timed({ parties: 3 });
    const controller = new AbortController();
    const leaver = endOf(arrive(gate, { signal: controller.signal }));
    const other = endOf(arrive(gate));
    const reason = new Error('off to lunch');
    controller.abort(reason);
    expect(await leaver).toBe(reason);
    expect(await other).toEqual(brokenBy('down'));
  });

  it('ends likewise when its signal was aborted before', async () => {
    const { gate } = timed({ parties: 3 });
    const other = endOf(arrive(gate));
    const reason = new Error('never came');
    await expect(arrive(gate, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(await other).toEqual(brokenBy('down'));
  });

  it('is not touched by an abort after it came through', async () => {
    const { gate } = timed({ parties: 1 });
    const controller = new AbortController();
    await arrive(gate, { signal: controller.signal });
    controller.abort();
    expect(await arrive(gate)).toBe(0);
  });

  it('ends when the barrier is stopped', async () => {
    const { gate } = timed({ parties: 2 });
    const arrival = arrive(gate);
    gate.stop();
    await expect(arrival).rejects.toMatchObject({ code: 'ACTOR_DOWN', details: { actor: 'gate', down: 'stopped' } });
  });

  it('ends when the barrier was stopped before', async () => {
    const { gate } = timed({ parties: 2 });
    gate.stop();
    await expect(arrive(gate)).rejects.toMatchObject({ code: 'ACTOR_DOWN' });
  });

  it("ends with the barrier's error when it fails", async () => {
    const actor = createActor(barrier, { input: { parties: 0 } });
    actor.subscribe({ error: () => {} });
    actor.start();
    await expect(arrive(actor)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it.each([-1, NaN])('refuses a timeout of %o', async (timeout) => {
    const { gate } = timed({ parties: 1 });
    await expect(arrive(gate, { timeout })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      details: { timeout: `${timeout}` },
    });
  });
});

describe('a party that dies', () => {
  it('breaks the barrier at once for those who wait', async () => {
    const { gate } = timed({ parties: 3 });
    const one = createActor(fromCallback<Answer>(() => {})).start();
    gate.send(ready(one));
    const other = endOf(arrive(gate));
    one.stop();
    expect(await other).toEqual(brokenBy('down'));
  });

  it('is told by its error when it failed', async () => {
    const { gate } = timed({ parties: 3 });
    const error = new TroupeError('THREAD_DIED', 'gone');
    let fail = (_: Error) => {};
    const one = createActor(fromPromise(() => new Promise<void>((_, reject) => (fail = reject))));
    one.subscribe({ error: () => {} });
    gate.send(ready(one.start() as never));
    const other = arrive(gate);
    fail(error);
    await expect(other).rejects.toMatchObject({ code: 'BARRIER_BROKEN', details: { reason: 'down' }, cause: error });
  });

  it('breaks nothing once it was released', async () => {
    const { gate } = timed({ parties: 2 });
    const one = createActor(fromCallback<Answer>(() => {})).start();
    gate.send(ready(one));
    await arrive(gate);
    one.stop();
    expect(await Promise.all([arrive(gate), arrive(gate)])).toEqual([0, 1]);
  });
});
