// Supervised actors that are hosted, and hosted actors that are supervised where they run: their lives, as they are told on every path.
import { describe, expect, it, onTestFinished } from 'vitest';
import { createActor, setup, SimulatedClock, toPromise, type AnyActorRef } from 'xstate';
import {
  ask,
  createBus,
  createMemoryHost,
  createThreads,
  currentBus,
  inThread,
  persist,
  settled,
  started,
  supervise,
  watch,
  type FailureReport,
  type SuperviseOptions,
} from 'troupe';
import { localIdOf, type Address } from '../dist/src/address.js';
import { createHosted } from '../dist/src/hosted.js';
import { collectDeadLetters, rejectionOf, until } from './support/observing.ts';
import { collect, openBelow, turns } from './support/nodes.ts';
import { atOnce, fixtures, places, urlOf } from './support/places.ts';
import type * as Frail from '../dist/test/fixtures/frail.js';
import type * as PenPals from '../dist/test/fixtures/pen-pals.js';

function quiet(options: SuperviseOptions = {}): SuperviseOptions & { readonly reports: FailureReport[] } {
  const reports: FailureReport[] = [];
  return { backoff: 0, onFailure: (report) => reports.push(report), ...options, reports };
}

const countOf = (actor: Parameters<typeof ask>[0]) =>
  ask(actor as never, (replyTo) => ({ type: 'ASK', replyTo }) as never) as Promise<{ readonly count: number }>;

/** Has a life of an actor end. */
async function failOnce(actor: AnyActorRef, type: 'FAIL' | 'EXIT'): Promise<void> {
  const down = watch(actor);
  actor.send({ type });
  await down;
}

describe.each([...places, atOnce])('supervise of what is hosted $where', ({ open }) => {
  it('begins another life elsewhere behind the same ref', async () => {
    await using place = open();
    const { frail } = place.load('frail');
    const options = quiet();
    const actor = createActor(supervise(frail, options), { input: { from: 5 } }).start();
    const { sessionId } = actor;
    actor.send({ type: 'ADD' });
    expect(await countOf(actor)).toMatchObject({ count: 6 });
    const down = watch(actor);
    const unanswered = rejectionOf(ask(actor as AnyActorRef, (replyTo) => ({ type: 'KEEP_SILENT', replyTo }) as never));
    await settled(actor);
    actor.send({ type: 'FAIL' });
    expect(await down).toMatchObject({ type: 'failed', error: { name: 'RangeError', message: 'frail' } });
    expect(await unanswered).toMatchObject({ message: 'frail' });
    actor.send({ type: 'ADD' });
    expect(await countOf(actor)).toMatchObject({ count: 6 });
    expect((await settled(actor)).context.count).toBe(6);
    expect(actor.sessionId).toBe(sessionId);
    expect(options.reports).toMatchObject([{ life: 1, action: 'restart' }]);
    actor.stop();
    await settled(actor);
  });

  it('tells observers of the first snapshot of each life once, and of nothing in between', async () => {
    await using place = open();
    const { frail } = place.load('frail');
    const actor = createActor(supervise(frail, quiet()), { input: {} });
    const seen: unknown[] = [];
    actor.subscribe(({ status, context }) => seen.push([status, context.count]));
    await settled(actor.start());
    actor.send({ type: 'ADD' });
    await settled(actor);
    const down = watch(actor);
    actor.send({ type: 'FAIL' });
    await down;
    await settled(actor);
    expect(seen).toEqual([
      ['active', 0],
      ['active', 1],
      ['active', 0],
    ]);
  });

  it('keeps in order what is sent between two lives', async () => {
    await using place = open();
    using dead = collectDeadLetters();
    const { frail } = place.load('frail');
    const clock = new SimulatedClock();
    const options = quiet({ backoff: 10 });
    const actor = createActor(supervise(frail, options), { clock, input: {} }).start();
    actor.send({ type: 'FAIL' });
    await until('it has failed', () => options.reports.length === 1);
    for (let n = 0; n < 3; n += 1) actor.send({ type: 'ADD' });
    const count = countOf(actor);
    actor.send({ type: 'ADD' });
    clock.increment(10);
    expect(await count).toMatchObject({ count: 3 });
    expect((await settled(actor)).context.count).toBe(4);
    expect(dead.letters).toEqual([]);
  });

  it('handles in its next life what was on its way when it failed, before what was sent later', async () => {
    await using place = open();
    using dead = collectDeadLetters();
    const { frail } = place.load('frail');
    const options = quiet();
    const actor = createActor(supervise(frail, options), { input: {} });
    await started(actor.start());
    actor.send({ type: 'FAIL' });
    for (let n = 0; n < 2; n += 1) actor.send({ type: 'ADD' });
    await until('its failure is known', () => options.reports.length === 1);
    actor.send({ type: 'ADD' });
    expect(await countOf(actor)).toMatchObject({ count: 3 });
    expect(dead.letters).toEqual([]);
  });

  it('tells of each event that came too late for its last life', async () => {
    await using place = open();
    using dead = collectDeadLetters();
    const { frail } = place.load('frail');
    const actor = createActor(supervise(frail, quiet({ restart: { atMost: 1 } })), { input: {} });
    actor.subscribe({ error: () => {} });
    await started(actor.start());
    for (let n = 0; n < 2; n += 1) {
      actor.send({ type: 'FAIL' });
      actor.send({ type: 'ADD' });
    }
    await rejectionOf(toPromise(actor));
    await settled(actor).catch(() => {});
    const { address } = currentBus();
    expect(dead.letters).toMatchObject([{ reason: 'stopped', count: 1, sender: address }]);
  });

  it('stops between two lives, and what waited is a dead letter', async () => {
    await using place = open();
    using dead = collectDeadLetters();
    const { frail } = place.load('frail');
    const options = quiet({ backoff: 10_000 });
    const actor = createActor(supervise(frail, options), { input: {} }).start();
    actor.send({ type: 'FAIL' });
    await until('it has failed', () => options.reports.length === 1);
    actor.send({ type: 'ADD' });
    const down = watch(actor);
    actor.stop();
    expect(await down).toEqual({ type: 'stopped' });
    expect(dead.letters).toMatchObject([{ reason: 'stopped', count: 1 }]);
    await settled(actor);
  });

  it('gives up after so many lives, with the chain of causes', async () => {
    await using place = open();
    const { frail } = place.load('frail');
    const actor = createActor(supervise(frail, quiet({ restart: { atMost: 1 } })), { input: {} });
    const failed = rejectionOf(toPromise(actor));
    actor.start();
    await failOnce(actor, 'FAIL');
    actor.send({ type: 'FAIL' });
    expect(await failed).toMatchObject({
      code: 'RESTARTS_EXHAUSTED',
      cause: { message: 'frail' },
      details: { failures: ['frail', 'frail'] },
    });
    expect(await watch(actor)).toMatchObject({ type: 'failed', error: { code: 'RESTARTS_EXHAUSTED' } });
    expect(await rejectionOf(settled(actor))).toMatchObject({ code: 'RESTARTS_EXHAUSTED' });
  });

  it('resumes what was persisted last, and begins anew where nothing was', async () => {
    await using place = open();
    const { frail } = place.load('frail', { persist: 'eager' });
    const options = quiet({ strategy: 'resume' });
    const actor = createActor(supervise(frail, options), { input: {} }).start();
    actor.send({ type: 'ADD' });
    await settled(actor);
    await failOnce(actor, 'FAIL');
    actor.send({ type: 'ADD' });
    expect(await countOf(actor)).toMatchObject({ count: 2 });
    actor.stop();

    const plain = createActor(supervise(place.load('frail', { snapshots: 'none' }).frail, options), {
      input: {},
    }).start();
    plain.send({ type: 'ADD' });
    await failOnce(plain, 'FAIL');
    expect(await countOf(plain)).toMatchObject({ count: 0 });
    plain.send({ type: 'ADD' });
    await persist(plain);
    plain.send({ type: 'ADD' });
    await failOnce(plain, 'FAIL');
    expect(await countOf(plain)).toMatchObject({ count: 1 });
    expect(options.reports.map(({ action }) => action)).toEqual(['resume', 'restart', 'resume']);
  });

  it('has its name found where its next life is', async () => {
    await using place = open();
    const { frail } = place.load('frail');
    const parent = setup({ actors: { frail: supervise(frail, quiet()) } }).createMachine({
      invoke: { src: 'frail', id: 'frail', systemId: 'the frail one', input: {} },
    });
    const actor = createActor(parent).start();
    const child = actor.getSnapshot().children['frail'] as AnyActorRef;
    await failOnce(child, 'FAIL');
    await settled(child);
    expect(actor.system.get('the frail one')).toBe(child);
    actor.stop();
  });
});

describe.each([...places, atOnce])('what is supervised $where', ({ open }) => {
  it('lives again at the same address, and its owner hears of each life', async () => {
    await using place = open();
    const { hardy } = place.load('frail');
    const actor = createActor(hardy, { input: {} });
    const seen: unknown[] = [];
    actor.subscribe(({ status, context }) => seen.push([status, context.count]));
    await started(actor.start());
    actor.send({ type: 'ADD' });
    await settled(actor);
    const down = watch(actor);
    const unanswered = rejectionOf(ask(actor as AnyActorRef, (replyTo) => ({ type: 'KEEP_SILENT', replyTo }) as never));
    await settled(actor);
    actor.send({ type: 'FAIL' });
    actor.send({ type: 'ADD' });
    expect(await down).toMatchObject({
      type: 'failed',
      error: { message: 'frail', stack: expect.stringContaining('in actor') as string },
    });
    expect(await unanswered).toMatchObject({ message: 'frail' });
    expect((await settled(actor)).context.count).toBe(1);
    // one that changes nothing is a snapshot, too
    expect(seen).toEqual([
      ['active', 0],
      ['active', 1],
      ['active', 1],
      ['active', 0],
      ['active', 1],
    ]);
    const next = watch(actor);
    actor.stop();
    expect(await next).toEqual({ type: 'stopped' });
  });

  it('is told of to who watches it from another node', async () => {
    await using place = open();
    await using other = open();
    const { stubborn } = place.load('frail');
    const { keeper } = other.load('pen-pals');
    const actor = createActor(stubborn, { input: {} }).start();
    await started(actor);
    const watcher = createActor(keeper).start();
    watcher.send({ type: 'WATCH', ref: actor });
    await settled(watcher);
    // when its wish to watch has come there, nobody here knows
    while (!watcher.getSnapshot().matches('keeping')) {
      actor.send({ type: 'FAIL' });
      await settled(actor);
      await turns();
    }
    expect(watcher.getSnapshot().context.down).toMatchObject({ type: 'failed', error: { message: 'frail' } });
    expect(await countOf(actor)).toMatchObject({ count: 0 });
  });

  it('fails for its owner when it is restarted too often', async () => {
    await using place = open();
    const { hardy } = place.load('frail');
    const actor = createActor(hardy, { input: {} });
    const failed = rejectionOf(toPromise(actor));
    actor.start();
    for (let n = 0; n < 4; n += 1) {
      actor.send({ type: 'FAIL' });
      await settled(actor).catch(() => {});
    }
    expect(await failed).toMatchObject({ code: 'RESTARTS_EXHAUSTED', cause: { message: 'frail' } });
  });

  it('tells a watcher elsewhere of a supervised actor here, too', async () => {
    await using place = open();
    const { keeper } = place.load('pen-pals');
    const actor = createActor(supervise(fixtures.frail.frail, quiet()), { input: {} }).start();
    const watcher = createActor(keeper).start();
    watcher.send({ type: 'WATCH', ref: actor });
    await settled(watcher);
    actor.send({ type: 'FAIL' });
    const { context } = await settled(watcher, (snapshot) => snapshot.matches('keeping'));
    expect(context.down).toMatchObject({ type: 'failed', error: { message: 'frail' } });
    actor.stop();
  });
});

describe('a supervised actor whose thread dies', () => {
  it.each([
    ['of a host', true],
    ['of its own', false],
  ])('lives again in another one, %s', async (_, isShared) => {
    await using host = createThreads({ size: 1 });
    const from = isShared ? host.import<typeof Frail>(urlOf('frail')) : inThread<typeof Frail>(urlOf('frail'));
    const options = quiet();
    const actor = createActor(supervise(from.frail, options), { input: { from: 2 } });
    actor.subscribe({ error: () => {} });
    actor.start();
    actor.send({ type: 'ADD' });
    expect(await countOf(actor)).toMatchObject({ count: 3 });
    for (let n = 1; n <= 3; n += 1) {
      const down = watch(actor);
      actor.send({ type: 'EXIT' });
      expect(await down).toMatchObject({ type: 'failed', error: { code: 'THREAD_DIED' } });
      actor.send({ type: 'ADD' });
      expect(await countOf(actor)).toMatchObject({ count: 3 });
    }
    expect(options.reports.map(({ action }) => action)).toEqual(['restart', 'restart', 'restart']);
    actor.send({ type: 'EXIT' });
    expect(await watch(actor)).toMatchObject({
      type: 'failed',
      error: { code: 'RESTARTS_EXHAUSTED', cause: { code: 'THREAD_DIED' } },
    });
    expect(await rejectionOf(settled(actor))).toMatchObject({ code: 'RESTARTS_EXHAUSTED' });
  });

  it('is resumed there from what was persisted eagerly', async () => {
    const { frail } = inThread<typeof Frail>(urlOf('frail'), { persist: 'eager' });
    const actor = createActor(supervise(frail, quiet({ strategy: 'resume' })), { input: {} }).start();
    for (let n = 0; n < 3; n += 1) actor.send({ type: 'ADD' });
    await settled(actor);
    await failOnce(actor, 'EXIT');
    expect(await countOf(actor)).toMatchObject({ count: 3 });
    actor.stop();
    await settled(actor);
  });

  it('lets a watcher in another thread know, whose ref of it was of the first life', async () => {
    await using host = createThreads({ size: 1 });
    const { keeper } = host.import<typeof PenPals>(urlOf('pen-pals'));
    const { frail } = inThread<typeof Frail>(urlOf('frail'));
    const actor = createActor(supervise(frail, quiet()), { input: {} }).start();
    await started(actor);
    const watcher = createActor(keeper).start();
    watcher.send({ type: 'WATCH', ref: actor });
    await settled(watcher);
    const down = watch(actor);
    actor.send({ type: 'EXIT' });
    await down;
    const { context } = await settled(watcher, (snapshot) => snapshot.matches('keeping'));
    expect(context.down).toMatchObject({ type: 'failed' });
    expect(await countOf(actor)).toMatchObject({ count: 0 });
    actor.stop();
    await settled(actor);
  });

  it('fails for all who wait when there is no place any more for its next life', async () => {
    const host = createMemoryHost();
    const { frail } = host.import({ frail: fixtures.frail.frail });
    const actor = createActor(supervise(frail, quiet({ backoff: 50 })), { input: {} });
    actor.start();
    actor.subscribe({ error: () => {} });
    await settled(actor);
    const first = watch(actor);
    actor.send({ type: 'FAIL' });
    await first;
    const [down, end] = [watch(actor), rejectionOf(settled(actor))];
    await host.close();
    expect(await down).toMatchObject({ type: 'failed', error: { code: 'HOST_CLOSED' } });
    expect(await end).toMatchObject({ code: 'HOST_CLOSED' });
    expect(await watch(actor)).toMatchObject({ type: 'failed' });
  });

  it.each(['async', 'sync'] as const)(
    'keeps what waits when a next life cannot be started, on a host that is %s',
    async (mode) => {
      await using host = createMemoryHost({ mode });
      using dead = collectDeadLetters();
      const { frail } = fixtures.frail;
      const module: { frail?: typeof frail } = { frail };
      const reports: FailureReport[] = [];
      const onFailure = (report: FailureReport) => {
        reports.push(report);
        if (reports.length === 1) delete module.frail;
        else module.frail = frail;
      };
      const logic = host.import(module as Required<typeof module>).frail;
      const actor = createActor(supervise(logic, { backoff: 0, onFailure }), { input: {} });
      await started(actor.start());
      actor.send({ type: 'FAIL' });
      for (let n = 0; n < 3; n += 1) actor.send({ type: 'ADD' });
      await until('its failure is known', () => reports.length === 1);
      actor.send({ type: 'ADD' });
      await until('there is no place', () => reports.length === 2);
      expect(reports[1]).toMatchObject({ error: { code: 'NO_SUCH_EXPORT' } });
      actor.send({ type: 'ADD' });
      expect(await countOf(actor)).toMatchObject({ count: 5 });
      expect(dead.letters).toEqual([]);
    },
  );

  it('fails at once when its host was closed, for no restart would mend that', async () => {
    const host = createMemoryHost();
    const { frail } = host.import({ frail: fixtures.frail.frail });
    const options = quiet();
    const parent = setup({ actors: { frail: supervise(frail, options) } }).createMachine({
      invoke: { src: 'frail', id: 'frail', input: {} },
    });
    const actor = createActor(parent);
    const failed = rejectionOf(toPromise(actor));
    actor.start();
    await host.close();
    expect(await failed).toMatchObject({ code: 'HOST_CLOSED' });
    expect(options.reports.map(({ action }) => action)).toEqual(['escalate']);
  });
});

describe('a life that is long in saying its last', () => {
  it('is not waited for any longer than 5 s, and what comes back then goes to the next one', async () => {
    const hub = createBus({ name: 'hub' });
    onTestFinished(() => hub.close());
    const below = await openBelow(hub, 'below');
    const starts: { readonly from: Address; readonly session: string }[] = [];
    below.open('$host').subscribe((frame) => void (frame.type === 'start' && starts.push(frame)));
    const tell = (life: number, type: 'step' | 'returned', value: unknown) => {
      const to = localIdOf(starts[life]?.from as Address);
      const body = below.codec.encode(value);
      below.route(hub.address).push(type === 'step' ? { type, to, out: [], body } : { type, to, body });
    };
    const place = () => ({ route: hub.route(below.address), leave: async () => {} });
    const actor = createActor(supervise(createHosted({ bus: hub, source: '', name: 'slow', place }), quiet()));
    actor.start();
    await until('it is to be started', () => starts.length === 1);
    tell(0, 'step', { fields: { status: 'error', error: 'tired' } });
    await until('its next life begins', () => starts.length === 2);
    const heard = collect(below, starts[1]?.session as string);
    tell(0, 'returned', { type: 'LATE' });
    await until('what came back is sent', () => heard.length > 0);
    expect(heard).toEqual([{ type: 'LATE' }]);
    actor.stop();
  }, 20_000);
});
