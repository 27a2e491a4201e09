// Who dies, in whatever way, holds up nobody at a barrier and leaves nothing behind at a topic.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createActor, fromPromise, waitFor, type ActorRefFrom, type AnyActorLogic, type AnyActorRef } from 'xstate';
import {
  ask,
  createBus,
  createThreads,
  settled,
  started,
  topic,
  watch,
  type DeadLetter,
  type NodeChange,
} from 'troupe';
import { arrive, barrier, type Ready } from 'troupe/actors';
import { rejectionOf } from './support/observing.ts';

type Parties = typeof import('../dist/test/fixtures/parties.js');

// Threads start slowly on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

/** A thread that serves the parties, and can be terminated. */
function openThread(options: Parameters<typeof createThreads>[0] = {}) {
  let worker: Worker | undefined;
  const host = createThreads({ size: 1, ...options });
  const parties = host.import<Parties>(
    () => (worker = new Worker(new URL('../dist/test/fixtures/parties.worker.js', import.meta.url))),
  );
  onTestFinished(() => host.close());
  return { parties, terminate: () => worker?.terminate() };
}

/** Starts an actor whose failure is expected. */
function start<TLogic extends AnyActorLogic>(logic: TLogic, options: object = {}): ActorRefFrom<TLogic> {
  const actor = createActor<AnyActorLogic>(logic, options);
  actor.subscribe({ error: () => {} });
  return actor.start() as unknown as ActorRefFrom<TLogic>; // a started actor is its ref
}

let names = 0;
const newName = (): string => `numbers ${(names += 1)}`;

type Party = ActorRefFrom<Parties['party']>;
type Deadly = ReturnType<typeof openThread>;

const deaths: [string, (thread: Deadly, actor: AnyActorRef) => unknown][] = [
  ['is terminated', (thread) => thread.terminate()],
  ['exits', (_, actor) => actor.send({ type: 'EXIT' })],
  ['throws outside of any actor', (_, actor) => actor.send({ type: 'THROW' })],
];

const passage = (party: Party, gate: AnyActorRef) =>
  ask(party, (replyTo) => ({ type: 'ARRIVE', gate, replyTo }), { timeout: Infinity });
const allWait = (gate: ActorRefFrom<typeof barrier>, count: number) =>
  waitFor(gate, ({ context }) => context.waiting.length === count);
const broken = { code: 'BARRIER_BROKEN', details: { reason: 'down' } };

describe.each(deaths)('a party whose thread %s', (_, die) => {
  it('breaks the barrier for all who wait, wherever they are, and tells why', async () => {
    const [thread, other] = [openThread(), openThread()];
    const [dying, living] = [start(thread.parties.party), start(other.parties.party)];
    const gate = start(barrier, { input: { parties: 4 } });
    const own = rejectionOf(passage(dying, gate));
    const far = passage(living, gate);
    const here = rejectionOf(arrive(gate));
    await allWait(gate, 3);
    await die(thread, dying);
    expect(await here).toMatchObject({ ...broken, cause: { code: 'THREAD_DIED' } });
    expect(await far).toEqual({ type: 'REFUSED', code: 'BARRIER_BROKEN', reason: 'down' });
    expect(await own).toMatchObject({ code: 'THREAD_DIED' });
    expect(gate.getSnapshot().context.waiting).toEqual([]);
  });

  it('breaks it also if it gave itself for the answer, and no asking', async () => {
    const thread = openThread();
    const dying = start(thread.parties.party);
    const gate = start(barrier, { input: { parties: 3 } });
    gate.send({ type: 'READY', replyTo: dying as unknown as Ready['replyTo'] });
    const here = rejectionOf(arrive(gate));
    await die(thread, dying);
    expect(await here).toMatchObject({ ...broken, cause: { code: 'THREAD_DIED' } });
  });

  it('breaks a barrier at which all are there, while its action runs', async () => {
    const thread = openThread();
    const dying = start(thread.parties.party);
    const action = fromPromise(() => new Promise(() => {}));
    const gate = start(barrier.provide({ actors: { action } }), { input: { parties: 2 } });
    passage(dying, gate).catch(() => {});
    const here = rejectionOf(arrive(gate));
    await waitFor(gate, (snapshot) => snapshot.matches('releasing'));
    await die(thread, dying);
    expect(await here).toMatchObject(broken);
  });

  it('breaks nothing between two generations', async () => {
    const thread = openThread();
    const dying = start(thread.parties.party);
    const gate = start(barrier, { input: { parties: 2 } });
    const far = passage(dying, gate);
    const here = await arrive(gate);
    expect(await far).toEqual({ type: 'THROUGH', index: 1 - here });
    await die(thread, dying);
    expect(await watch(dying)).toMatchObject({ type: 'failed', error: { code: 'THREAD_DIED' } });
    expect((await Promise.all([arrive(gate), arrive(gate)])).toSorted()).toEqual([0, 1]);
  });

  it('breaks a barrier in another thread, of which it knows directly', async () => {
    const [thread, other] = [openThread(), openThread()];
    const dying = start(thread.parties.party);
    const gate = start(other.parties.gate, { input: { parties: 3 } });
    await started(gate);
    passage(dying, gate).catch(() => {});
    const here = rejectionOf(arrive(gate as never));
    await waitFor(gate, ({ context }) => context.waiting.length === 2);
    await die(thread, dying);
    // how its thread ended is known to the one that started it; to the gate's own, that it did
    const error = (await here) as Error;
    expect(error).toMatchObject(broken);
    expect(error.cause).toMatchObject({ code: 'ACTOR_DOWN' });
  });
});

describe.each(deaths)('a barrier whose thread %s', (_, die) => {
  it('ends the wait of each party with its error, and refuses who comes later', async () => {
    const [thread, other] = [openThread(), openThread()];
    const killer = start(thread.parties.party);
    const gate = start(thread.parties.gate, { input: { parties: 3 } });
    await started(gate);
    const party = start(other.parties.party);
    const [here, far] = [rejectionOf(arrive(gate as never)), passage(party, gate)];
    await waitFor(gate, ({ context }) => context.waiting.length === 2);
    await die(thread, killer);
    expect(await here).toMatchObject({ code: 'THREAD_DIED' });
    // how its thread ended is known to the one that started it
    expect(await far).toMatchObject({ type: 'REFUSED', code: 'ACTOR_DOWN' });
    expect(await rejectionOf(arrive(gate as never))).toMatchObject({ code: 'THREAD_DIED' });
    expect(await passage(party, gate)).toMatchObject({ type: 'REFUSED' });
  });
});

describe.each(deaths)('a subscriber whose thread %s', (_, die) => {
  it('leaves nothing behind, and the others get each value once, in order', async () => {
    await using bus = createBus({ name: 'main' });
    const name = newName();
    const letters: DeadLetter[] = [];
    const changes: NodeChange[] = [];
    bus.deadLetters.subscribe((letter) => letters.push(letter));
    bus.nodes.subscribe((change) => changes.push(change));
    const [thread, other] = [openThread({ bus }), openThread({ bus })];
    const dying = start(thread.parties.collector, { input: { name } });
    const living = start(other.parties.collector, { input: { name } });
    await Promise.all([started(dying), started(living)]);
    const here: number[] = [];
    const numbers = topic<number>(name, { bus });
    numbers.subscribe((value) => here.push(value));
    let next = 0;
    const publish = (): void => void Array.from({ length: 100 }, () => numbers.next(next++));

    publish();
    await die(thread, dying);
    publish(); // its death may not be known yet
    await watch(dying);
    publish();
    const { values } = await ask(living, (replyTo) => ({ type: 'TELL', replyTo }));
    const all = Array.from({ length: next }, (__, index) => index);
    expect(values).toEqual(all);
    expect(here).toEqual(all);
    // but for the word that ended it, of which nobody can say that it was handled
    expect(letters.filter(({ reason }) => reason !== 'maybe-handled')).toEqual([]);
    expect(changes.filter(({ type }) => type === 'down')).toHaveLength(1);
  });
});

describe('a topic of which a subscriber died', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;

  it('keeps nothing of what is published for it', async () => {
    const name = newName();
    const thread = openThread();
    const dying = start(thread.parties.collector, { input: { name } });
    await started(dying);
    await thread.terminate();
    await watch(dying);
    const texts = topic<string>(name);
    const publish = async () => {
      for (let each = 100; each < 200; each += 1) texts.next(`${each}`.repeat(2 ** 18));
      await new Promise((resolve) => setImmediate(resolve));
      collect();
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    };
    const before = await publish();
    expect((await publish()) - before).toBeLessThan(20 * 2 ** 20); // of 75
  });
});

describe('a subscriber that is stopped, while its thread goes on', () => {
  it.each(['collector', 'observer', 'eventObserver'] as const)('observes no more, as %s', async (kind) => {
    const name = newName();
    const { parties } = openThread();
    const onlooker = start(parties.onlooker);
    const isObserved = async () =>
      (await ask(onlooker, (replyTo) => ({ type: 'IS_OBSERVED', name, replyTo }))).observed;
    expect(await isObserved()).toBe(false);
    const subscriber = start(parties[kind] as AnyActorLogic, { input: { name } });
    await started(subscriber);
    expect(await isObserved()).toBe(true);
    subscriber.stop();
    await settled(subscriber);
    expect(await isObserved()).toBe(false);
  });
});

describe('a publisher that dies in the midst', () => {
  it.each([
    ['of a loop', 1234],
    ['from outside', Infinity],
  ])('%s has been heard to a point, without a gap, by each', async (_, dieAt) => {
    const name = newName();
    const [thread, other] = [openThread(), openThread()];
    const living = start(other.parties.collector, { input: { name } });
    await started(living);
    const here: number[] = [];
    const enough = new Promise<void>((resolve) => {
      topic<number>(name).subscribe((value) => here.push(value) === 500 && resolve());
    });
    const dying = start(thread.parties.publisher, { input: { name, dieAt } });
    await enough;
    if (dieAt === Infinity) await thread.terminate();
    await watch(dying);
    const { values } = await ask(living, (replyTo) => ({ type: 'TELL', replyTo }));
    expect(here).toEqual(here.map((__, index) => index));
    expect(values).toEqual(here);
    expect(here.length).toBeLessThanOrEqual(dieAt);
  });
});

describe('the name of a topic', () => {
  it.each([
    ' ',
    'a b',
    'a/b',
    'a@b',
    '$',
    '$$',
    '*',
    '.',
    'Ünï ☂ 🎭',
    '\0',
    '\ud800',
    '__proto__',
    'constructor',
    'x'.repeat(100_000),
  ])('may be %j', async (name) => {
    const { parties } = openThread();
    const far = start(parties.collector, { input: { name } });
    await started(far);
    const here: unknown[] = [];
    const odd = topic<{ readonly type: 'SAID' }>(name);
    const subscription = odd.subscribe((value) => here.push(value));
    odd.next({ type: 'SAID' });
    odd.ref.send({ type: 'SAID' });
    const { values } = await ask(far, (replyTo) => ({ type: 'TELL', replyTo }));
    subscription.unsubscribe();
    expect([values, here]).toEqual([
      [{ type: 'SAID' }, { type: 'SAID' }],
      [{ type: 'SAID' }, { type: 'SAID' }],
    ]);
  });

  it.each(['', undefined, null, 3, Symbol('news'), {}])('may not be %o', (name) => {
    let error: unknown;
    try {
      topic(name as string);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', details: { option: 'the name of a topic' } });
    expect((error as Error).message).toMatch(
      /^Cannot take .+ for the name of a topic: it must be a string of at least one character\. Name /,
    );
  });
});
