// `settled` and `started`: waiting for what was sent to be handled. They end by themselves, by the deadline, by the signal and by the actor's death.
import { describe, expect, it, expectTypeOf } from 'vitest';
import { createActor, fromTransition, setup, type AnyActorRef, type Snapshot, type SnapshotFrom } from 'xstate';
import { createMemoryHost, createThreads, isTroupeError, settled, started } from 'troupe';
import { rejectionOf } from './support/observing.ts';
import { fixtures, places, urlOf } from './support/places.ts';
import { runProgram } from './support/programs.ts';

const ADD = (amount: number) => ({ type: 'ADD', amount }) as const;

describe.each(places)('settled $where', ({ open }) => {
  it('resolves when what was sent before has been handled', async () => {
    await using place = open();
    const { counter } = place.load('counter');
    const actor = createActor(counter, { input: { from: 0 } }).start();
    actor.send(ADD(1));
    const before = settled(actor);
    actor.send(ADD(10));
    const after = settled(actor);
    expect((await after).context).toBe(11);
    expectTypeOf(await before).toEqualTypeOf<SnapshotFrom<typeof fixtures.counter.counter>>();
  });

  it('takes several, hosted and local, and keeps their types and order', async () => {
    await using place = open();
    const { counter } = place.load('counter');
    const { door } = place.load('door');
    const hosted = createActor(counter, { input: { from: 1 } }).start();
    const other = createActor(door, { input: { owner: 'Ada', code: '1' } }).start();
    const local = createActor(
      fromTransition((words: string, event: { type: 'SAY'; word: string }) => words + event.word, ''),
    ).start();
    local.send({ type: 'SAY', word: 'hi' });
    hosted.send(ADD(1));
    const [first, second, third] = await settled([hosted, other, local]);
    expect([first.context, second.value, third.context]).toEqual([
      2,
      { standing: { leaf: { closed: 'locked' }, bell: 'silent' } },
      'hi',
    ]);
    expectTypeOf(first.context).toEqualTypeOf<number>();
    expectTypeOf(second.context.owner).toEqualTypeOf<string>();
    expectTypeOf(third.context).toEqualTypeOf<string>();
  });

  it('judges `where` only from then on, and waits until it holds', async () => {
    await using place = open();
    const { alarm } = place.load('teller');
    const actor = createActor(alarm).start();
    const judged: number[] = [];
    actor.send({ type: 'RING' });
    actor.send({ type: 'SET', delay: 2 });
    const snapshot = await settled(actor, ({ context }) => {
      judged.push(context.rings);
      return context.rings > 1;
    });
    expect(snapshot.context.rings).toBe(2);
    // never the one from before it had handled RING
    expect(judged).toEqual([1, 2]);
  });

  it('rejects with what `where` throws', async () => {
    await using place = open();
    const { counter } = place.load('counter');
    const actor = createActor(counter).start();
    const error = await rejectionOf(
      settled(actor, () => {
        throw new RangeError('bad question');
      }),
    );
    expect(error).toMatchObject({ name: 'RangeError', message: 'bad question' });
  });

  it('rejects at the deadline where the state that is wanted does not come', async () => {
    await using place = open();
    const { counter } = place.load('counter');
    const actor = createActor(counter, { id: 'Alice' }).start();
    const error = await rejectionOf(settled(actor, ({ context }) => context > 0, { timeout: 5 }));
    expect(isTroupeError(error, 'SETTLE_TIMEOUT')).toBe(true);
    expect(error).toMatchObject({
      message: "'Alice' did not settle where it was wanted within 5 ms. Wait longer, or see what it is doing.",
      details: { actors: ['Alice'], timeout: 5 },
    });
    // and the wait is over on both sides
    actor.send(ADD(1));
    expect((await settled(actor)).context).toBe(1);
  });

  it("rejects with the signal's reason, also if it was aborted before", async () => {
    await using place = open();
    const { counter } = place.load('counter');
    const actor = createActor(counter).start();
    const controller = new AbortController();
    const waiting = rejectionOf(settled(actor, () => false, { signal: controller.signal }));
    controller.abort(new RangeError('enough'));
    expect(await waiting).toMatchObject({ message: 'enough' });
    expect(await rejectionOf(settled(actor, undefined, { signal: controller.signal }))).toMatchObject({
      message: 'enough',
    });
  });

  it('rejects with the error of an actor that fails or has failed', async () => {
    await using place = open();
    const { failsInAction } = place.load('failing');
    const actor = createActor(failsInAction).start();
    actor.send({ type: 'PUSH' });
    expect(await rejectionOf(settled(actor))).toMatchObject({ name: 'Spill', litres: 3 });
    expect(await rejectionOf(settled(actor))).toMatchObject({ name: 'Spill', litres: 3 });
    expect(await rejectionOf(started(actor))).toMatchObject({ name: 'Spill', litres: 3 });
  });

  it('resolves with the last snapshot of an actor that is done or was stopped', async () => {
    await using place = open();
    const { doubled, counter } = place.load('counter');
    const done = createActor(doubled, { input: 21 }).start();
    expect(await settled(done, ({ status }) => status === 'done')).toMatchObject({ output: 42 });
    expect(await settled(done)).toMatchObject({ status: 'done', output: 42 });
    const stopped = createActor(counter).start().stop();
    expect(await settled(stopped)).toMatchObject({ status: 'stopped' });
  });

  it('leaves no observer on the others when one of several rejects, nor when it resolves', async () => {
    await using place = open();
    const { failsInAction } = place.load('failing');
    const { counter } = place.load('counter');
    const bob = createActor(failsInAction).start();
    const others = [createActor(counter).start(), createActor(fixtures.counter.counter).start()] as const;
    const observersOf = () => others.map((actor) => (Reflect.get(actor, 'observers') as Set<unknown>).size);
    const waiting = rejectionOf(settled([bob, ...others], () => false));
    await settled([bob, ...others]);
    expect(Math.min(...observersOf())).toBeGreaterThan(0);
    bob.send({ type: 'PUSH' });
    expect(await waiting).toMatchObject({ name: 'Spill' });
    expect(observersOf()).toEqual([0, 0]);
    await settled(others);
    expect(observersOf()).toEqual([0, 0]);
    expect(await rejectionOf(settled(others, () => false, { timeout: 1 }))).toMatchObject({ code: 'SETTLE_TIMEOUT' });
    expect(observersOf()).toEqual([0, 0]);
  });

  it('tells of a ref that an event brought how its actor has ended', async () => {
    await using place = open();
    const { guardian } = place.load('leavers');
    const wardOf = async () => {
      const actor = createActor(guardian).start();
      const ward = (await started(actor)).children['ward'] as AnyActorRef;
      return { actor, ward };
    };
    for (const wait of [(ward: AnyActorRef) => settled(ward), (ward: AnyActorRef) => settled(ward, () => true)]) {
      const [done, failed] = [await wardOf(), await wardOf()];
      done.ward.send({ type: 'LEAVE' });
      await settled(done.actor, (snapshot) => snapshot.matches('alone'), { timeout: 4000 });
      expect(await wait(done.ward)).toMatchObject({ status: 'done', output: 42 });
      failed.ward.send({ type: 'FAIL' });
      await settled(failed.actor, (snapshot) => snapshot.matches('alone'), { timeout: 4000 });
      expect(await rejectionOf(wait(failed.ward))).toMatchObject({ name: 'Spill', litres: 3 });
    }
  });

  it('rejects where an actor ended and not as it was wanted', async () => {
    await using place = open();
    const { doubled } = place.load('counter');
    const actor = createActor(doubled, { input: 21, id: 'Bob' }).start();
    const error = await rejectionOf(settled(actor, ({ output }) => output === 43));
    expect(isTroupeError(error, 'ACTOR_DOWN')).toBe(true);
    expect((error as Error).message).toMatch(/'Bob' has ended, and not where it was wanted/);
  });

  it('refuses what was not started, and what is no actor', async () => {
    await using place = open();
    const { counter } = place.load('counter');
    const error = await rejectionOf(settled(createActor(counter, { id: 'Cyd' })));
    expect(isTroupeError(error, 'INVALID_ARGUMENT')).toBe(true);
    expect((error as Error).message).toBe("Cannot settle 'Cyd': it was not started. Call start() first.");
    expect(isTroupeError(await rejectionOf(settled({} as never)), 'NOT_AN_ACTOR')).toBe(true);
    expect(isTroupeError(await rejectionOf(settled([null as never])), 'NOT_AN_ACTOR')).toBe(true);
  });

  it('resolves for refs of other actors that an event or a snapshot brought', async () => {
    await using place = open();
    const { keeper, listener } = place.load('pen-pals');
    const friend = createActor(listener).start();
    const actor = createActor(keeper, { input: { friend } }).start();
    friend.send({ type: 'LETTER', number: 1 });
    const found = (await settled(actor)).context.friend as typeof friend;
    expect((await settled(found)).context).toBe(1);
    // a ref that is nobody's snapshot yet
    const { mother } = place.load('teller');
    const parent = createActor(mother, { logger: () => {} }).start();
    const child = (await started(parent)).children['child'] as NonNullable<
      SnapshotFrom<typeof mother>['children']['child']
    >;
    expect(await settled(child)).toMatchObject({ value: 'telling' });
  });
});

describe('settled and started on a memory host in its sync mode', () => {
  it('resolve for a child that was stopped when nobody here heard of it', async () => {
    await using host = createMemoryHost({ mode: 'sync' });
    const child = setup({}).createMachine({});
    const { mother } = host.import({
      mother: setup({ actors: { child } }).createMachine({
        initial: 'with',
        states: { with: { invoke: { src: 'child', id: 'child' }, on: { DROP: 'without' } }, without: {} },
      }),
    });
    const waits: readonly ((ref: AnyActorRef) => Promise<Snapshot<unknown>>)[] = [settled, started];
    for (const wait of waits) {
      const actor = createActor(mother).start();
      const dropped = actor.getSnapshot().children['child'] as AnyActorRef;
      actor.send({ type: 'DROP' });
      expect((await wait(dropped)).status).toBe('stopped');
    }
  });
});

describe('settled with local actors', () => {
  it('gives what they have handled by then', async () => {
    const local = createActor(fixtures.counter.counter, { input: { from: 0 } }).start();
    local.send(ADD(1));
    expect(await settled(local)).toMatchObject({ context: 1 });
  });

  it('waits for where, rejects with their error, and at the deadline', async () => {
    const resolving = createActor(fixtures.counter.doubled, { input: 2 }).start();
    expect(await settled(resolving, ({ status }) => status === 'done')).toMatchObject({ output: 4 });
    const rejecting = createActor(fixtures.counter.rejecting, { input: 'no' }).start();
    expect(await rejectionOf(settled(rejecting, () => false))).toMatchObject({ name: 'RangeError', message: 'no' });
    const idle = createActor(fixtures.counter.counter).start();
    expect(isTroupeError(await rejectionOf(settled(idle, () => false, { timeout: 1 })), 'SETTLE_TIMEOUT')).toBe(true);
  });
});

describe.each(places)('started $where', ({ open }) => {
  it('gives the first snapshot', async () => {
    await using place = open();
    const { door } = place.load('door');
    const actor = createActor(door, { input: { owner: 'Ada', code: '1' } }).start();
    const snapshot = await started(actor);
    expect(snapshot.context.owner).toBe('Ada');
    expect(snapshot.matches({ standing: { bell: 'silent' } })).toBe(true);
  });

  it('gives the snapshot of an actor that ended at birth', async () => {
    await using place = open();
    const { stillborn } = place.load('teller');
    expect(await started(createActor(stillborn).start())).toMatchObject({ status: 'done', output: 'over already' });
  });

  it('rejects with the error of one that failed at birth', async () => {
    await using place = open();
    const { failsAtBirth } = place.load('failing');
    const actor = createActor(failsAtBirth);
    actor.subscribe({ error: () => {} });
    expect(await rejectionOf(started(actor.start()))).toMatchObject({ name: 'Spill' });
  });

  it('refuses what is no actor, and what was not started', async () => {
    await using place = open();
    const { counter } = place.load('counter');
    expect(isTroupeError(await rejectionOf(started(7 as never)), 'NOT_AN_ACTOR')).toBe(true);
    expect(isTroupeError(await rejectionOf(started(createActor(counter))), 'INVALID_ARGUMENT')).toBe(true);
  });
});

describe('settled and the end of a thread', () => {
  it('rejects at the deadline, or by the signal, while a thread is too busy to answer', async () => {
    const threads = createThreads({ size: 1 });
    const { doomed } = threads.import<typeof import('./fixtures/doomed.ts')>(urlOf('doomed'));
    const actor = createActor(doomed, { id: 'busy' });
    actor.subscribe({ error: () => {} });
    await started(actor.start());
    actor.send({ type: 'BLOCK' });
    const error = await rejectionOf(settled(actor, undefined, { timeout: 20 }));
    expect(isTroupeError(error, 'SETTLE_TIMEOUT')).toBe(true);
    const controller = new AbortController();
    const waiting = rejectionOf(settled(actor, undefined, { signal: controller.signal }));
    controller.abort(new RangeError('enough'));
    expect(await waiting).toMatchObject({ message: 'enough' });
    await threads.close({ timeout: 10 });
    expect(actor.getSnapshot().status).toBe('stopped');
  });

  it('rejects when the thread dies meanwhile', async () => {
    await using threads = createThreads({ size: 1 });
    const { doomed } = threads.import<typeof import('./fixtures/doomed.ts')>(urlOf('doomed'));
    const actor = createActor(doomed);
    actor.subscribe({ error: () => {} });
    actor.start().send({ type: 'EXIT' });
    expect(isTroupeError(await rejectionOf(settled(actor)), 'THREAD_DIED')).toBe(true);
  });

  it('lets the program end at the deadline, where a daemon thread is too busy to answer', async () => {
    expect((await runProgram('settles-in-vain')).lines).toEqual(['SETTLE_TIMEOUT']);
  });
});
