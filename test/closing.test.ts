// Closing: what is sent is handled, nobody waits longer than the least patient wants, and nothing is left, whatever was going on.
import { getEventListeners } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createActor, fromCallback, fromPromise, fromTransition, setup, toPromise, waitFor } from 'xstate';
import {
  ask,
  createBus,
  createMemoryHost,
  createMemoryLink,
  createThreads,
  inThread,
  settled,
  started,
  topic,
  watch,
  type Host,
} from 'troupe';
import { hostEverything } from 'troupe/testing';
import { rejectionOf, until } from './support/observing.ts';
import { places, urlOf } from './support/places.ts';
import { countThreads } from './support/programs.ts';
import { run } from './support/run.ts';

type Residents = typeof import('./fixtures/residents.ts');
type Doomed = typeof import('./fixtures/doomed.ts');
type Labourer = typeof import('./fixtures/programs/labourer.ts');
type NeverLoads = typeof import('./fixtures/programs/never-loads.ts');
type LeavesBus = typeof import('./fixtures/leaves-bus.ts');

/** An actor in an endless loop. */
async function startBlocked(host: Pick<Host, 'import'>) {
  const actor = createActor(host.import<Doomed>(urlOf('doomed')).doomed, { id: 'blocked' });
  actor.subscribe({ error: () => {} });
  await started(actor.start());
  actor.send({ type: 'BLOCK' });
  return actor;
}

/** What ends the wait for an endless loop; without one it would last for ever. */
const impatience: readonly { readonly how: string; end(close: Host['close']): Promise<void> }[] = [
  { how: 'the timeout', end: (close) => close({ timeout: 20 }) },
  { how: 'a timeout of 0', end: (close) => close({ timeout: 0 }) },
  {
    how: 'a signal that is aborted later',
    end(close) {
      const controller = new AbortController();
      const closed = close({ timeout: Infinity, signal: controller.signal });
      expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
      setImmediate(() => controller.abort(new Error('no more patience')));
      return closed.then(() => expect(getEventListeners(controller.signal, 'abort')).toEqual([]));
    },
  },
  {
    how: 'a signal that was aborted before',
    end: (close) => close({ timeout: Infinity, signal: AbortSignal.abort(new Error('no patience')) }),
  },
  {
    how: 'another, who has less patience',
    end(close) {
      const closed = close({ timeout: Infinity });
      expect(close({ timeout: 20 })).toBe(closed);
      expect(close({ timeout: Infinity })).toBe(closed);
      return closed;
    },
  },
];

describe('closing a host of threads', () => {
  it.each(impatience)('ends an endless loop by $how, and resolves when nothing is left', async ({ end }) => {
    using counted = countThreads();
    const threads = createThreads({ size: 2 });
    const actor = await startBlocked(threads);
    await end(threads.close);
    expect(counted.running).toBe(0);
    expect(await watch(actor)).toEqual({ type: 'stopped' });
    expect(await settled(actor)).toMatchObject({ status: 'stopped' });
  });

  it.each(impatience)('ends a module that never loads by $how', async ({ end }) => {
    using counted = countThreads();
    const threads = createThreads({ size: 1 });
    const { never } = threads.import<NeverLoads>(urlOf('programs/never-loads'));
    const actor = createActor(never).start();
    await end(threads.close);
    expect(counted.running).toBe(0);
    expect(await settled(actor)).toMatchObject({ status: 'stopped' });
  });

  it('lets actors handle what was sent before their module was loaded', async () => {
    const lines: unknown[] = [];
    const threads = createThreads({ size: 1, logger: (line: unknown) => lines.push(line) });
    const { talker } = threads.import<Residents>(urlOf('residents'));
    createActor(talker, { input: { name: 'Ada' } })
      .start()
      .send({ type: 'SAY', words: 'still here' });
    await threads.close();
    expect(lines).toEqual(['Ada: still here']);
  });

  it('takes no more work from the moment on when it begins', async () => {
    const threads = createThreads({ size: 1, name: 'workshop' });
    const { resident } = threads.import<Residents>(urlOf('residents'));
    const closed = threads.close();
    expect(() => threads.import(urlOf('counter'))).toThrow(expect.objectContaining({ code: 'HOST_CLOSED' }));
    const late = createActor(resident);
    late.subscribe({ error: () => {} });
    expect(await watch(late.start())).toMatchObject({ type: 'failed', error: { code: 'HOST_CLOSED' } });
    await closed;
  });

  it('does not wait for a thread that dies meanwhile', async () => {
    const workers: Worker[] = [];
    const collect = (worker: Worker) => workers.push(worker);
    process.on('worker', collect);
    onTestFinished(() => void process.off('worker', collect));
    const threads = createThreads({ size: 2 });
    const actor = await startBlocked(threads);
    const waiting = rejectionOf(ask(actor as never, (replyTo) => ({ type: 'NEVER', replyTo }) as never));
    const closed = threads.close({ timeout: Infinity });
    await Promise.all(workers.map((worker) => worker.terminate()));
    await closed;
    expect(await waiting).toMatchObject({ code: 'THREAD_DIED' });
    expect(await watch(actor)).toMatchObject({ type: 'failed', error: { code: 'THREAD_DIED' } });
  });

  it('ends a thread that has left its bus and lives on, also where another has taken its place', async () => {
    using counted = countThreads();
    const threads = createThreads({ size: 1 });
    const { recluse } = threads.import<LeavesBus>(urlOf('leaves-bus'));
    for (let round = 0; round < 2; round += 1) {
      const actor = createActor(recluse);
      actor.subscribe({ error: () => {} });
      await started(actor.start());
      actor.send({ type: 'WITHDRAW' });
      expect(await watch(actor)).toMatchObject({ type: 'failed', error: { code: 'ACTOR_DOWN' } });
    }
    expect(counted.started).toBe(2);
    await threads.close();
    await until('the first one has ended too', () => counted.running === 0);
  });
});

describe.each(places)('closing a host $where', ({ open }) => {
  it('is the same end for all who close it', async () => {
    const { host, load } = open();
    createActor(load('counter').counter).start();
    const closed = host.close();
    expect(host.close()).toBe(closed);
    await closed;
    expect(host.close()).toBe(closed);
  });

  it('shows what its actors made of all that was sent to them', async () => {
    const { host, load } = open();
    const actor = createActor(load('counter').counter).start();
    for (let count = 0; count < 3; count += 1) actor.send({ type: 'ADD', amount: 1 });
    await host.close();
    expect(actor.getSnapshot()).toMatchObject({ status: 'stopped', context: 3 });
  });

  it.each([Number.NaN, -1, '5', null])('refuses a timeout of %s and stays open', async (timeout) => {
    await using place = open();
    expect(await rejectionOf(place.host.close({ timeout: timeout as number }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    expect(() => place.load('counter')).not.toThrow();
  });

  it.each([null, 'stop', {}, new AbortController()])('refuses %s for a signal and stays open', async (signal) => {
    await using place = open();
    expect(await rejectionOf(place.host.close({ signal: signal as AbortSignal }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    expect(() => place.load('counter')).not.toThrow();
  });

  it('may be done in an action of the parent of its actor', async () => {
    const place = open({ name: 'the place' });
    const { counter } = place.load('counter');
    let closed: Promise<void> | undefined;
    const parent = setup({ actors: { counter } }).createMachine({
      invoke: { src: 'counter', id: 'child', onError: '.orphaned' },
      on: { CLOSE: { actions: () => (closed = place.host.close()) } },
      initial: 'waiting',
      states: { waiting: {}, orphaned: {} },
    });
    using actor = run(parent);
    actor.send({ type: 'CLOSE' });
    await waitFor(actor, (snapshot) => snapshot.matches('orphaned'));
    await closed;
    expect(closed).toBe(place.host.close());
  });

  it('and another at once, whose actors talk with each other, ends both', async () => {
    const [one, other] = [open(), open()];
    const [{ player: first }, { player: second }] = [one.load('pen-pals'), other.load('pen-pals')];
    const [Ada, Bob] = [createActor(first).start(), createActor(second).start()];
    Ada.send({ type: 'SERVE', to: Bob, rally: 1e6 });
    await Promise.all([one.host.close(), other.host.close()]);
    expect([Ada.getSnapshot().status, Bob.getSnapshot().status]).toEqual(['stopped', 'stopped']);
  });
});

describe('closing a memory host', () => {
  it.each(['sync', 'async'] as const)('may be done in an action of its own actor, in its %s mode', async (mode) => {
    const host = createMemoryHost({ mode });
    const handled: string[] = [];
    let closed: Promise<void> | undefined;
    const closer = fromCallback<{ readonly type: string }>(({ receive }) =>
      receive(({ type }) => {
        handled.push(type);
        if (type === 'CLOSE') closed = host.close({ timeout: Infinity });
      }),
    );
    const actor = createActor(host.import({ closer }).closer).start();
    for (const type of ['FIRST', 'CLOSE', 'LAST']) actor.send({ type });
    await until('it is closed', () => closed !== undefined);
    await closed;
    expect(handled).toEqual(['FIRST', 'CLOSE', 'LAST']);
    expect(actor.getSnapshot().status).toBe('stopped');
  });

  it('may be awaited in a promise that it hosts', async () => {
    const host = createMemoryHost();
    const closer = fromPromise(() => host.close({ timeout: Infinity }));
    const actor = createActor(host.import({ closer }).closer).start();
    expect(await watch(actor)).toEqual({ type: 'stopped' });
    await host.close();
  });

  it('ends what waits for it, also where nothing is delivered', async () => {
    const host = createMemoryHost({ schedule: () => {} });
    const counter = fromTransition((count: number) => count + 1, 0);
    const actor = createActor(host.import({ counter }).counter).start();
    actor.send({ type: 'ADD' });
    await host.close({ timeout: 10 });
    expect(await settled(actor)).toMatchObject({ status: 'stopped' });
    expect(await watch(actor)).toEqual({ type: 'stopped' });
  });

  it('stops the actors there, also where their stop is not delivered', async () => {
    let stopped = false;
    let deliveries = 0;
    // the start comes, and nothing after it
    const host = createMemoryHost({ schedule: (deliver) => void ((deliveries += 1) <= 4 && queueMicrotask(deliver)) });
    const lasting = fromCallback(() => () => (stopped = true));
    const actor = createActor(host.import({ lasting }).lasting).start();
    await started(actor);
    deliveries = 4;
    await host.close({ timeout: 10 });
    expect(stopped).toBe(true);
  });
});

describe('closing all that is hosted', () => {
  it.each(['sync', 'async', 'thread'] as const)('ends once, for all who close it, in %s mode', async (mode) => {
    const hosting = hostEverything({ mode, children: true, roots: true });
    const counter = fromTransition((count: number, _: { readonly type: 'ADD' }) => count + 1, 0);
    const actor = createActor(setup({ actors: { counter } }).createMachine({ invoke: { src: 'counter' } })).start();
    const closed = hosting.close();
    expect(hosting.close({ signal: AbortSignal.abort() })).toBe(closed);
    await closed;
    expect(actor.getSnapshot().status).toBe('stopped');
    const after = createActor(counter).start();
    after.send({ type: 'ADD' });
    expect(after.getSnapshot().context).toBe(1);
  });

  it('refuses what is no timeout and goes on', async () => {
    await using hosting = hostEverything();
    expect(await rejectionOf(hosting.close({ timeout: -1 }))).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('closing a bus', () => {
  it('lets the actors of its hosts handle what was sent, and stops them in reverse order, the latest host first', async () => {
    using counted = countThreads();
    const bus = createBus();
    const lines: unknown[] = [];
    const ended: string[] = [];
    const logger = (line: unknown) => lines.push(line);
    const talkers = [
      createThreads({ size: 1, bus, logger }).import<Residents>(urlOf('residents')).talker,
      createThreads({ size: 2, bus, logger }).import<Residents>(urlOf('residents')).talker,
    ];
    for (const [index, name] of ['Ada', 'Bob', 'Cyd'].entries()) {
      const actor = createActor(talkers[index] ?? inThread<Residents>(urlOf('residents'), { bus, logger }).talker, {
        input: { name },
      });
      actor.subscribe({ complete: () => ended.push(name) });
      actor.start().send({ type: 'SAY', words: 'done' });
    }
    await bus.close();
    expect(new Set(lines)).toEqual(new Set(['Ada: done', 'Bob: done', 'Cyd: done']));
    expect(ended).toEqual(['Cyd', 'Bob', 'Ada']);
    expect(counted).toMatchObject({ started: 4, running: 0 });
  });

  it.each(impatience)('ends an endless loop by $how, and resolves when its threads have exited', async ({ end }) => {
    using counted = countThreads();
    const bus = createBus();
    const threads = createThreads({ size: 1, bus });
    const actors = [
      await startBlocked(threads),
      await startBlocked({ import: (source) => inThread(source as URL, { bus }) }),
    ];
    await end(bus.close);
    expect(counted.running).toBe(0);
    for (const actor of actors) expect(await watch(actor)).toEqual({ type: 'stopped' });
    await threads.close();
  });

  it('waits for the thread of an actor that has just ended, and for one that has left the bus', async () => {
    using counted = countThreads();
    const bus = createBus();
    const { visitor } = inThread<Residents>(urlOf('residents'), { bus });
    await toPromise(createActor(visitor).start());
    const { recluse } = createThreads({ size: 1, bus }).import<LeavesBus>(urlOf('leaves-bus'));
    const actor = createActor(recluse);
    actor.subscribe({ error: () => {} });
    await started(actor.start());
    actor.send({ type: 'WITHDRAW' });
    await watch(actor);
    expect(counted.running).toBeGreaterThan(0);
    await bus.close();
    expect(counted.running).toBe(0);
  });

  it('ends, and waits for, whatever was joined below and says when it has ended, also if its link is gone', async () => {
    const bus = createBus();
    const [near, far] = createMemoryLink();
    let end = () => {};
    let hasEnded = false;
    const ended = new Promise<void>((resolve) => (end = resolve)).then(() => (hasEnded = true));
    const link = { ...near, close: () => (near.close(), setImmediate(end)) };
    const route = bus.connect(link, { node: 'annex@1', as: 'child', ended });
    far.close();
    await until('its link has ended', () => route.down !== undefined);
    await bus.close();
    expect(hasEnded).toBe(true);
  });

  it('takes no more hosts while what was sent is handled', async () => {
    using counted = countThreads();
    const bus = createBus({ name: 'main' });
    const threads = createThreads({ size: 1, bus });
    const { labourer } = threads.import<Labourer>(urlOf('programs/labourer'));
    const actor = createActor(labourer, { logger: () => {} }).start();
    await started(actor);
    actor.send({ type: 'WORK', milliseconds: 30 });
    const closed = bus.close();
    const refused: unknown = expect.objectContaining({ code: 'BUS_CLOSED' });
    expect(() => createThreads({ size: 1, bus })).toThrow(refused);
    expect(() => createMemoryHost({ bus })).toThrow(refused);
    const late = createActor(inThread<Residents>(urlOf('residents'), { bus }).resident);
    late.subscribe({ error: () => {} });
    expect(await watch(late.start())).toMatchObject({ type: 'failed', error: { code: 'BUS_CLOSED' } });
    await closed;
    await until('what was started in vain has ended', () => counted.running === 0);
  });

  it('fails a child whose parent lives on, and tells why', async () => {
    const bus = createBus({ name: 'the hall' });
    const { resident } = inThread<Residents>(urlOf('residents'), { bus });
    const errors: unknown[] = [];
    const parent = setup({ actors: { resident } }).createMachine({
      invoke: {
        src: 'resident',
        id: 'child',
        onError: { target: '.sorry', actions: ({ event }) => errors.push(event.error) },
      },
      initial: 'fine',
      states: { fine: {}, sorry: {} },
    });
    using actor = run(parent);
    await bus.close();
    expect(actor.getSnapshot().value).toBe('sorry');
    expect(errors).toMatchObject([
      {
        code: 'BUS_CLOSED',
        message:
          "The bus of 'the hall' was closed while 'child' ran in a thread of its own. Stop it before, or handle its onError.",
        details: { bus: 'the hall', actor: 'child' },
      },
    ]);
  });

  it('is the same end for all who close it, also while a host on it is being closed', async () => {
    const bus = createBus();
    const threads = createThreads({ size: 1, bus });
    const hostClosed = threads.close({ timeout: Infinity });
    const closed = bus.close();
    expect(bus.close()).toBe(closed);
    await closed;
    await hostClosed;
  });

  it('ends topics on it, and hears nothing more', async () => {
    const bus = createBus();
    const heard: unknown[] = [];
    const news = topic<string>('news', { bus });
    news.subscribe({ next: (value) => heard.push(value), complete: () => heard.push('over') });
    news.next('one');
    await bus.close();
    news.next('two');
    expect(heard).toEqual(['one', 'over']);
  });

  it.each([Number.NaN, -1, '5', null])('refuses a timeout of %s and stays open', async (timeout) => {
    await using bus = createBus();
    expect(await rejectionOf(bus.close({ timeout: timeout as number }))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(() => createMemoryHost({ bus })).not.toThrow();
  });
});
