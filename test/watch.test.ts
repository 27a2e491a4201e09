// `watch`: exactly one answer about the end of an actor, wherever it is and whenever it ended.
import { describe, expect, expectTypeOf, it } from 'vitest';
import { createActor, setup, fromPromise, toPromise, waitFor, type AnyActorRef } from 'xstate';
import { createThreads, isTroupeError, settled, started, watch, type Down } from 'troupe';
import { rejectionOf } from './support/observing.ts';
import { fixtures, places, urlOf } from './support/places.ts';

describe.each(places)('watch $where', ({ open }) => {
  it('tells that an actor was stopped', async () => {
    await using place = open();
    const { counter } = place.load('counter');
    const actor = createActor(counter).start();
    const down = watch(actor);
    actor.stop();
    expect(await down).toEqual({ type: 'stopped' });
    expectTypeOf(down).toEqualTypeOf<Promise<Down>>();
  });

  it('tells that an actor is done, with its output', async () => {
    await using place = open();
    const { doubled } = place.load('counter');
    expect(await watch(createActor(doubled, { input: 21 }).start())).toEqual({ type: 'done', output: 42 });
  });

  it('tells that an actor failed, with its error', async () => {
    await using place = open();
    const { failsInPromise } = place.load('failing');
    const actor = createActor(failsInPromise);
    actor.subscribe({ error: () => {} });
    const down = await watch(actor.start());
    expect(down).toMatchObject({ type: 'failed', error: { name: 'Spill', litres: 3 } });
  });

  it('answers at once about an actor that is gone already, each time the same', async () => {
    await using place = open();
    const { doubled, counter } = place.load('counter');
    const done = createActor(doubled, { input: 21 }).start();
    const first = await watch(done);
    expect([await watch(done), await watch(done)]).toEqual([first, first]);
    const stopped = createActor(counter).start().stop();
    expect(await watch(stopped)).toEqual({ type: 'stopped' });
  });

  it('tells of an actor that was stopped before it was started', async () => {
    await using place = open();
    const { counter } = place.load('counter');
    for (const actor of [createActor(counter), createActor(fixtures.counter.counter)]) {
      const down = watch(actor);
      actor.stop();
      expect([await down, await watch(actor)]).toEqual([{ type: 'stopped' }, { type: 'stopped' }]);
    }
  });

  it("rejects with the signal's reason, and refuses what is no actor", async () => {
    await using place = open();
    const { counter } = place.load('counter');
    const actor = createActor(counter).start();
    const controller = new AbortController();
    const waiting = rejectionOf(watch(actor, { signal: controller.signal }));
    controller.abort(new RangeError('enough'));
    expect(await waiting).toMatchObject({ message: 'enough' });
    expect(await rejectionOf(watch(actor, { signal: controller.signal }))).toMatchObject({ message: 'enough' });
    expect(isTroupeError(await rejectionOf(watch('Bob' as never)), 'NOT_AN_ACTOR')).toBe(true);
  });

  it('is told of nothing more of the actor afterwards', async () => {
    await using place = open({ logger: () => {} });
    const { storyteller } = place.load('teller');
    const actor = createActor(storyteller);
    const heard: string[] = [];
    actor.subscribe(() => heard.push('next'));
    actor.on('EMITTED', () => heard.push('emit'));
    await started(actor.start());
    for (let n = 0; n < 5; n += 1) actor.send({ type: 'TELL', words: 'x' });
    const down = watch(actor);
    actor.stop();
    await down;
    const before = heard.length;
    await settled(actor);
    expect(heard).toHaveLength(before);
  });

  it('watches a ref that an event brought: a local actor, from there', async () => {
    await using place = open();
    const { keeper } = place.load('pen-pals');
    for (const [end, expected] of [
      [(ref: { stop(): unknown }) => ref.stop(), { type: 'stopped' }],
      [(ref: AnyActorRef) => ref.send({ type: 'LEAVE' }) as unknown, { type: 'done', output: { told: 0 } }],
    ] as const) {
      const friend = createActor(fixtures.teller.storyteller, { logger: () => {} }).start();
      const watcher = createActor(keeper).start();
      watcher.send({ type: 'WATCH', ref: friend });
      await settled(watcher);
      end(friend);
      const { context } = await settled(watcher, (snapshot) => snapshot.matches('keeping'));
      expect(context.down).toEqual(expected);
    }
  });

  it('watches a ref that an event brought: a failing local actor, from there', async () => {
    await using place = open();
    const { keeper } = place.load('pen-pals');
    const friend = createActor(fixtures.failing.failsInAction);
    friend.subscribe({ error: () => {} });
    friend.start();
    const watcher = createActor(keeper).start();
    watcher.send({ type: 'WATCH', ref: friend });
    await settled(watcher);
    friend.send({ type: 'PUSH' });
    const { context } = await settled(watcher, (snapshot) => snapshot.matches('keeping'));
    const stack = expect.stringContaining(`in actor '${friend.id}' on main`) as string;
    expect(context.down).toMatchObject({ type: 'failed', error: { name: 'Spill', litres: 3, stack } });
  });

  it('watches a ref that an event brought of an actor that was gone already', async () => {
    await using place = open();
    const { keeper, listener } = place.load('pen-pals');
    const friend = createActor(listener).start();
    const watcher = createActor(keeper).start();
    watcher.send({ type: 'KEEP', things: friend });
    await settled(watcher);
    friend.stop();
    await settled(friend);
    watcher.send({ type: 'WATCH', ref: friend });
    const { context } = await settled(watcher, (snapshot) => snapshot.matches('keeping'));
    expect(context.down).toEqual({ type: 'stopped' });
  });

  it('watches the child of a hosted machine from here', async () => {
    await using place = open({ logger: () => {} });
    const { mother } = place.load('teller');
    const actor = createActor(mother).start();
    const child = (await started(actor)).children['child'] as AnyActorRef;
    const down = watch(child);
    child.send({ type: 'LEAVE' });
    expect(await down).toEqual({ type: 'done', output: { told: 0 } });
    expect(await watch(child)).toEqual({ type: 'done', output: { told: 0 } });
  });

  it('tells that the child of a hosted machine was stopped with its parent', async () => {
    await using place = open({ logger: () => {} });
    const { mother } = place.load('teller');
    const actor = createActor(mother).start();
    const child = (await started(actor)).children['child'] as AnyActorRef;
    const down = watch(child);
    actor.stop();
    expect(await down).toEqual({ type: 'stopped' });
    expect(await watch(child)).toEqual({ type: 'stopped' });
  });

  it('knows how the last 1,024 have ended, and of the others that they are over', async () => {
    await using place = open({ logger: () => {} });
    const { doubled } = place.load('counter');
    const { mother } = place.load('teller');
    const finish = (count: number) =>
      Promise.all(Array.from({ length: count }, () => toPromise(createActor(doubled, { input: 1 }).start())));
    const child = (await started(createActor(mother).start())).children['child'] as AnyActorRef;
    child.send({ type: 'LEAVE' });
    expect(await watch(child)).toMatchObject({ type: 'done' });
    await finish(1000);
    expect(await watch(child)).toMatchObject({ type: 'done' });
    await finish(50);
    expect(await watch(child)).toEqual({ type: 'stopped' });
  });

  it('is a promise that a machine invokes', async () => {
    await using place = open();
    const { counter } = place.load('counter');
    const actor = createActor(counter).start();
    const machine = setup({
      actors: { watching: fromPromise(({ signal }) => watch(actor, { signal })) },
    }).createMachine({
      initial: 'watching',
      states: { watching: { invoke: { src: 'watching', onDone: 'told' } }, told: {} },
    });
    const watcher = createActor(machine).start();
    actor.stop();
    expect((await waitFor(watcher, (snapshot) => snapshot.matches('told'))).status).toBe('active');
  });
});

describe('watch and the end of a thread', () => {
  it('tells that an actor failed when its thread died, to its caller and to who holds its ref', async () => {
    await using threads = createThreads({ size: 2 });
    const { doomed, bystander } = threads.import<typeof import('./fixtures/doomed.ts')>(urlOf('doomed'));
    const { keeper } = threads.import<typeof import('./fixtures/pen-pals.ts')>(urlOf('pen-pals'));
    // they go to different threads: each to the one with the fewest
    const actor = createActor(doomed, { id: 'doomed' });
    actor.subscribe({ error: () => {} });
    await started(actor.start());
    const watcher = createActor(keeper).start();
    const beside = createActor(bystander, { id: 'bystander' });
    beside.subscribe({ error: () => {} });
    await started(beside.start());
    watcher.send({ type: 'WATCH', ref: actor });
    await settled(watcher);
    const downs = [watch(actor), watch(beside)];
    actor.send({ type: 'EXIT' });
    const down = await downs[0];
    expect(down).toMatchObject({
      type: 'failed',
      error: { code: 'THREAD_DIED', details: { exitCode: 7, actor: 'doomed' } },
    });
    expect(await downs[1]).toMatchObject({ type: 'failed', error: { code: 'THREAD_DIED' } });
    const { context } = await settled(watcher, (snapshot) => snapshot.matches('keeping'));
    expect(context.down).toMatchObject({ type: 'failed' });
  });
});
