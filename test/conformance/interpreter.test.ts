// The life of one actor, as XState has it: before its start, while it runs, and after its end.
import { afterAll, describe, expect, it } from 'vitest';
import { from, map } from 'rxjs';
import { createActor, waitFor } from 'xstate';
import { inThread, persist, settled, started, watch } from 'troupe';
import * as machines from '../../dist/test/fixtures/conformance/interpreter.js';
import { childOf } from '../support/children.ts';
import { collectDeadLetters, rejectionOf } from '../support/observing.ts';
import { turns } from '../support/nodes.ts';
import { countThreads } from '../support/programs.ts';
import { stages, syncStages, urlOf } from '../support/stages.ts';

const url = urlOf('interpreter');
const SWITCH = { type: 'SWITCH' } as const;
const NOTE = (text: string) => ({ type: 'NOTE', text }) as const;

/** A logger, and what it was given. */
function createLog() {
  const lines: unknown[] = [];
  return { lines, logger: (...args: unknown[]) => void lines.push(...args) };
}

describe.each(stages)('an actor: $name', ({ host, sync, close, name }) => {
  afterAll(close);
  const hosted = host(machines, url);

  it('1 shows the initial state before it is started', () => {
    const { lamp, diary } = host(machines, url, { local: machines });
    const actor = createActor(lamp);
    expect(actor.getSnapshot()).toMatchObject({ status: 'active', value: 'off', context: { switched: 0 } });
    expect(actor.getSnapshot().can(SWITCH)).toBe(true);
    expect(createActor(diary).getSnapshot().context).toEqual({ notes: [] });
  });

  it('2 spawns nothing when its initial state is read', async () => {
    const { lines, logger } = createLog();
    const { nursery } = host(machines, url, { local: machines });
    const actor = createActor(nursery, { logger });
    actor.getSnapshot();
    actor.getSnapshot();
    // whatever that had set going there would have gone before this
    const other = createActor(hosted.diary, { logger: () => {} }).start();
    other.send(NOTE('after'));
    await settled(other);
    expect(lines).toEqual([]);
    actor.start();
    if (!sync) await settled(actor);
    expect(lines).toEqual(['born', 'born', 'opened']);
    actor.stop();
    other.stop();
  });

  it('3 tells who subscribes to it while it runs nothing before its next step', async () => {
    const actor = createActor(hosted.lamp, { logger: () => {} }).start();
    if (!sync) await started(actor);
    const seen: unknown[] = [];
    actor.subscribe(({ value }) => seen.push(value));
    await settled(actor);
    expect(seen).toEqual([]);
    for (let count = 0; count < 3; count += 1) actor.send(SWITCH);
    if (!sync) await settled(actor);
    expect(seen).toEqual(['on', 'off', 'on']);
    actor.stop();
  });

  it('4 handles what was sent to it before its start after it, in order', async () => {
    const { lines, logger } = createLog();
    const actor = createActor(hosted.diary, { logger });
    for (const text of ['one', 'two', 'three']) actor.send(NOTE(text));
    expect(lines).toEqual([]);
    actor.start();
    actor.send(NOTE('four'));
    if (!sync) await settled(actor);
    expect(actor.getSnapshot().context.notes).toEqual(['one', 'two', 'three', 'four']);
    expect(lines).toEqual(['one', 'two', 'three', 'four']);
    actor.stop();
  });

  it('5 drops what is sent to it after it was stopped', async () => {
    const { lines, logger } = createLog();
    using dead = collectDeadLetters();
    const actor = createActor(hosted.diary, { logger }).start();
    actor.send(NOTE('before'));
    if (!sync) await settled(actor);
    actor.stop();
    const last = actor.getSnapshot();
    actor.send(NOTE('after'));
    await settled(actor); // nothing of it is left anywhere
    expect(actor.getSnapshot()).toBe(last);
    expect(last).toMatchObject({ status: 'stopped', context: { notes: ['before'] } });
    expect(lines).toEqual(['before']);
    // the one report; of an actor that lives here only XState knows, and warns
    const letters = dead.letters.map(({ reason, count }) => ({ reason, count }));
    expect(letters).toEqual(name === 'local' ? [] : [{ reason: 'stopped', count: 1 }]);
  });

  it('6 takes an event that could never cross without a throw when it is stopped', async () => {
    const actor = createActor(hosted.diary, { logger: () => {} }).start();
    actor.stop();
    const loop = { ...NOTE('loop'), self: {} };
    loop.self = loop;
    const events = [
      { ...NOTE('function'), call: () => {} },
      { ...NOTE('symbol'), sign: Symbol('sign') },
      { ...NOTE('big'), big: 1n },
      loop,
    ];
    for (const event of events) expect(() => actor.send(event)).not.toThrow();
    await settled(actor);
  });

  it('7 may be stopped without ever having been started', async () => {
    const { lines, logger } = createLog();
    const actor = createActor(hosted.nursery, { logger });
    let completed = 0;
    actor.subscribe({ complete: () => (completed += 1) });
    expect(() => actor.stop()).not.toThrow();
    expect(() => actor.stop()).not.toThrow();
    // whatever that had set going would have gone before this
    const other = createActor(hosted.lamp, { logger: () => {} }).start();
    await settled(other);
    other.stop();
    expect(lines).toEqual([]);
    expect(completed).toBe(0);
  });

  it('8 takes one step for each of the events that are sent at once, in order', async () => {
    const actor = createActor(hosted.diary, { logger: () => {} });
    const seen: (readonly string[])[] = [];
    actor.subscribe(({ context }) => seen.push(context.notes));
    actor.start();
    const texts = Array.from({ length: 50 }, (_, index) => `note ${index}`);
    for (const text of texts) actor.send(NOTE(text));
    if (!sync) await settled(actor);
    expect(seen).toEqual(Array.from({ length: 51 }, (_, count) => texts.slice(0, count)));
    actor.stop();
  });

  it('9 takes back its delayed events when it is stopped', async () => {
    // beside them, so that nothing on the way here can hold back what it hears
    const bell = createActor(hosted.diary, { logger: () => {} }).start();
    const stopped = createActor(hosted.alarm, { input: { bell } }).start();
    stopped.send({ type: 'SET_EARLY' });
    stopped.stop();
    await settled(stopped);
    // on the same clock this one rings later
    const witness = createActor(hosted.alarm, { input: { bell } }).start();
    witness.send({ type: 'SET_LATE' });
    const { context } = await settled(bell, ({ context: { notes } }) => notes.includes('late'));
    expect(context.notes).toEqual(['late']);
    witness.stop();
    bell.stop();
  });

  it('10 sends an event after a delay', async () => {
    const bell = createActor(machines.diary, { logger: () => {} }).start();
    const actor = createActor(hosted.alarm, { input: { bell } }).start();
    actor.send({ type: 'SET_LATE' });
    actor.send({ type: 'SET_EARLY' });
    if (!sync) await settled(actor);
    const { context } = await waitFor(bell, ({ context: { notes } }) => notes.length === 2);
    expect(context.notes).toEqual(['early', 'late']);
    actor.stop();

    const own = createActor(hosted.egg).start();
    const seen: unknown[] = [];
    own.subscribe(({ value }) => seen.push(value));
    const down = watch(own);
    own.send({ type: 'BOIL' });
    expect(await down).toMatchObject({ type: 'done' });
    expect(seen.filter((value) => value !== 'raw')).toEqual(['boiling', 'done']);
  });

  it('11 takes back a delayed event by its id', async () => {
    const bell = createActor(machines.diary, { logger: () => {} }).start();
    const actor = createActor(hosted.alarm, { input: { bell } }).start();
    actor.send({ type: 'SET_EARLY' });
    actor.send({ type: 'SET_LATE' });
    actor.send({ type: 'TAKE_BACK', name: 'early' });
    const { context } = await waitFor(bell, ({ context: { notes } }) => notes.includes('late'));
    expect(context.notes).toEqual(['late']);
    actor.stop();
  });

  it('12 is an observable to RxJS', async () => {
    const actor = createActor(hosted.diary, { logger: () => {} });
    const seen: unknown[] = [];
    const over = new Promise<void>((resolve) => {
      from(actor)
        .pipe(map(({ context, status }) => `${context.notes.length} ${status}`))
        .subscribe({ next: (text) => seen.push(text), complete: resolve });
    });
    actor.start();
    actor.send(NOTE('one'));
    actor.send({ type: 'CLOSE' });
    await over;
    expect(seen).toEqual(['0 active', '1 active', '1 done']);
  });

  it('13 completes when it reaches a final state', async () => {
    const actor = createActor(hosted.diary, { logger: () => {} });
    const seen: unknown[] = [];
    actor.subscribe({ next: ({ status }) => seen.push(status), complete: () => seen.push('complete') });
    actor.start();
    actor.send(NOTE('one'));
    actor.send({ type: 'CLOSE' });
    if (!sync) await settled(actor);
    expect(seen).toEqual(['active', 'active', 'done', 'complete']);
    expect(actor.getSnapshot()).toMatchObject({ status: 'done', value: 'closed', output: 1 });
    actor.subscribe({ next: () => seen.push('too late'), complete: () => seen.push('complete for a late one') });
    expect(seen.slice(4)).toEqual(['complete for a late one']);
  });

  it('14 completes when it is stopped, without a last snapshot', async () => {
    const actor = createActor(hosted.lamp, { logger: () => {} });
    const seen: unknown[] = [];
    actor.subscribe({ next: ({ value }) => seen.push(value), complete: () => seen.push('complete') });
    actor.start();
    if (!sync) await settled(actor);
    actor.stop();
    expect(seen).toEqual(['off', 'complete']);
    expect(actor.getSnapshot()).toMatchObject({ status: 'stopped', value: 'off' });
    await settled(actor);
    expect(seen).toEqual(['off', 'complete']);
  });

  it('15 tells an observer that has unsubscribed nothing more', async () => {
    const actor = createActor(hosted.lamp, { logger: () => {} });
    const seen: unknown[] = [];
    const first = actor.subscribe(({ value }) => seen.push(['first', value]));
    actor.subscribe(({ value }) => seen.push(['second', value]));
    actor.start();
    if (!sync) await settled(actor);
    first.unsubscribe();
    actor.send(SWITCH);
    if (!sync) await settled(actor);
    actor.stop();
    await settled(actor);
    expect(seen).toEqual([
      ['first', 'off'],
      ['second', 'off'],
      ['second', 'on'],
    ]);
  });

  it('16 shows refs of the children that it invokes: a machine, a promise and an observable', async () => {
    const actor = createActor(hosted.household, { logger: () => {} }).start();
    if (!sync) await settled(actor);
    const diary = childOf(actor, 'diary');
    const promise = childOf(actor, 'promise');
    const observable = childOf(actor, 'observable');
    expect([diary.id, promise.id, observable.id]).toEqual(['diary', 'promise', 'observable']);
    const seen: unknown[] = [];
    diary.subscribe(({ context }) => seen.push(context.notes.length));
    diary.send(NOTE('for the child'));
    const [diarySnapshot, promiseSnapshot, observableSnapshot] = await settled([diary, promise, observable]);
    expect(diarySnapshot.context.notes).toEqual(['for the child']);
    expect(diarySnapshot.matches('open')).toBe(true);
    // of a child elsewhere the first that is seen here may be from before
    expect(seen.slice(-1)).toEqual([1]);
    expect(promiseSnapshot.status).toBe('active');
    expect(observableSnapshot).toMatchObject({ status: 'active', context: 3 });
    expect(actor.getSnapshot().children.diary).toBe(diary);
    actor.stop();
  });

  it('17 forgets a spawned child that it has stopped', async () => {
    const actor = createActor(hosted.landlord, { logger: () => {} }).start();
    actor.send({ type: 'LET' });
    if (!sync) await settled(actor);
    const tenant = childOf(actor, 'tenant');
    const down = watch(tenant);
    actor.send({ type: 'EVICT' });
    if (!sync) await settled(actor);
    expect(actor.getSnapshot().children).not.toHaveProperty('tenant');
    expect(await down).toMatchObject({ type: 'stopped' });
    actor.stop();
  });

  it('18 does not repeat the actions of a state that it is restored to', async () => {
    const first = createActor(hosted.walker, { logger: () => {} }).start();
    first.send({ type: 'WALK' });
    await settled(first);
    await persist(first);
    const snapshot = first.getPersistedSnapshot();
    first.stop();
    const { lines, logger } = createLog();
    const actor = createActor(hosted.walker, { logger, snapshot }).start();
    if (!sync) await settled(actor);
    expect(actor.getSnapshot().value).toBe('wood');
    expect(lines).toEqual([]);
    actor.send({ type: 'WALK' });
    if (!sync) await settled(actor);
    expect(lines).toEqual(['walks back', 'at home']);
    actor.stop();
  });

  it('19 handles what it sends itself amid its first actions only after all of them', async () => {
    const { lines, logger } = createLog();
    const actor = createActor(hosted.impatient, { logger }).start();
    if (!sync) await settled(actor);
    expect(lines).toEqual(['entry begins', 'entry ends', 'inner entry', 'now']);
    actor.stop();
  });

  it('20 tells its error to who subscribes after it has failed', async () => {
    const actor = createActor(hosted.fragile);
    const first = new Promise<unknown>((error) => void actor.subscribe({ error }));
    actor.start();
    actor.send({ type: 'PUSH' });
    if (!sync) await first;
    const seen: unknown[] = [];
    actor.subscribe({
      next: () => seen.push('next'),
      error: (error) => seen.push(error),
      complete: () => seen.push('complete'),
    });
    expect(seen).toEqual([expect.objectContaining({ name: 'RangeError', message: 'pushed too far' })]);
    expect(seen[0]).toBe(await first);
    expect(await rejectionOf(settled(actor))).toBe(seen[0]);
  });
});

describe.each(syncStages)('an actor whose steps show on the next line: $name', ({ host, close }) => {
  afterAll(close);

  it('8 has taken its step when a send returns', () => {
    const actor = createActor(host(machines, url).diary, { logger: () => {} }).start();
    for (let count = 1; count <= 50; count += 1) {
      actor.send(NOTE(`note ${count}`));
      expect(actor.getSnapshot().context.notes).toHaveLength(count);
    }
    actor.send({ type: 'CLOSE' });
    expect(actor.getSnapshot()).toMatchObject({ status: 'done', output: 50 });
  });

  it('16 shows what its children show', async () => {
    const actor = createActor(host(machines, url).household, { logger: () => {} }).start();
    const diary = childOf(actor, 'diary');
    expect(diary.getSnapshot()).toMatchObject({ value: 'open', context: { notes: [] } });
    diary.send(NOTE('one'));
    expect(diary.getSnapshot().context.notes).toEqual(['one']);
    const seen: unknown[] = [];
    const subscription = diary.subscribe(({ context }) => seen.push(context.notes.length));
    diary.send(NOTE('two'));
    expect(seen).toEqual([2]);
    subscription.unsubscribe();
    await turns();
    diary.send(NOTE('three'));
    diary.subscribe(({ context }) => seen.push(context.notes.length));
    expect(seen).toEqual([2]);
    diary.send(NOTE('four'));
    expect(seen).toEqual([2, 4]);
    expect(childOf(actor, 'observable').getSnapshot()).toMatchObject({ status: 'active', context: 3 });
    actor.stop();
  });
});

describe('an actor in a thread of its own', () => {
  it('2 starts no thread when it is made and read', async () => {
    using threads = countThreads();
    const { nursery } = inThread<typeof machines>(url, { local: machines });
    const actor = createActor(nursery, { logger: () => {} });
    actor.getSnapshot();
    await turns();
    expect(threads.started).toBe(0);
    actor.start();
    await settled(actor);
    expect(threads.started).toBe(1);
    actor.stop();
    await settled(actor);
    expect(threads.running).toBe(0);
  });

  it('7 starts no thread when it is stopped before its start', async () => {
    using threads = countThreads();
    createActor(inThread<typeof machines>(url).lamp).stop();
    await turns();
    expect(threads.started).toBe(0);
  });
});
