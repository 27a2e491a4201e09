// Ends that nobody asked for from here, and what is left of an actor after its end: each is told, and holds nothing.
import { describe, expect, it } from 'vitest';
import { createActor, type AnyActorLogic, type AnyActorRef } from 'xstate';
import { createMemoryHost, createThreads, inThread, isTroupeError, settled, started, watch } from 'troupe';
import { turns } from './support/nodes.ts';
import { rejectionOf, until } from './support/observing.ts';
import { fixtures, places, urlOf } from './support/places.ts';
import { countThreads } from './support/programs.ts';

type Leavers = typeof import('./fixtures/leavers.ts');
type Writers = typeof import('./fixtures/writers.ts');
type Nested = typeof import('./fixtures/nested.ts');

const breaks = () => {
  throw new RangeError('the logger broke');
};

describe.each(places)('an actor whose logger throws $where', ({ open }) => {
  it.each(['observed', 'unobserved'])('fails of it, as at home, and settled rejects: %s', async (how) => {
    const snapshots = [];
    await using place = open({ logger: breaks });
    for (const logic of [fixtures.writers.speaker, place.load('writers').speaker] as readonly AnyActorLogic[]) {
      const to = createActor(fixtures.writers.reader).start();
      const actor = createActor(logic, { logger: breaks });
      const errors: unknown[] = [];
      actor.subscribe(how === 'observed' ? { next() {}, error: (error) => errors.push(error) } : { error() {} });
      actor.start();
      actor.send({ type: 'SAY', words: 'hello', to });
      expect(await rejectionOf(settled(actor))).toMatchObject({ name: 'RangeError', message: 'the logger broke' });
      expect(await watch(actor)).toMatchObject({ type: 'failed', error: { message: 'the logger broke' } });
      expect(errors).toHaveLength(how === 'observed' ? 1 : 0);
      snapshots.push((actor.getSnapshot() as { status: string }).status);
    }
    expect(snapshots).toEqual(['error', 'error']);
  });
});

describe.each(places)('an actor that was stopped where it lives $where', ({ open }) => {
  it.each(['by itself', 'by another one there'])('is stopped here too: %s', async (by) => {
    await using place = open();
    const { quitter } = place.load('leavers');
    const [actor, other] = [createActor(quitter), createActor(quitter).start()];
    let completed = 0;
    actor.subscribe({ next() {}, complete: () => (completed += 1) });
    await started(actor.start());
    const down = watch(actor);
    if (by === 'by itself') actor.send({ type: 'QUIT' });
    else other.send({ type: 'DISMISS', whom: actor });
    expect(await down).toEqual({ type: 'stopped' });
    expect(await watch(actor)).toEqual({ type: 'stopped' });
    expect([completed, actor.getSnapshot().status]).toEqual([1, 'stopped']);
    expect(await settled(actor)).toMatchObject({ status: 'stopped' });
    expect((await settled(other)).status).toBe('active');
  });
});

describe('the thread of an actor', () => {
  it('is given back when the actor was stopped over there', async () => {
    using threads = countThreads();
    const { quitter } = inThread<Leavers>(urlOf('leavers'));
    const actor = createActor(quitter);
    await started(actor.start());
    expect(threads.running).toBe(1);
    actor.send({ type: 'QUIT' });
    await settled(actor);
    expect(threads.running).toBe(0);
  });

  it('is given back when the logger of the actor throws', async () => {
    using threads = countThreads();
    const { speaker } = inThread<Writers>(urlOf('writers'), { logger: breaks });
    const to = createActor(fixtures.writers.reader).start();
    const actor = createActor(speaker).start();
    actor.send({ type: 'SAY', words: 'hello', to });
    expect(await rejectionOf(settled(actor))).toMatchObject({ message: 'the logger broke' });
    await until('the thread has ended', () => threads.running === 0);
  });

  it('ends after the last words of an actor in a thread that it has started have arrived', async () => {
    await using host = createThreads({ size: 1 });
    const { reader } = host.import<Writers>(urlOf('writers'));
    const { prompter } = inThread<Nested>(urlOf('nested'));
    const to = createActor(reader).start();
    const actor = createActor(prompter).start();
    await started(actor);
    actor.send({ type: 'END', to });
    // to here, too, where nobody has to be introduced
    expect((await settled(actor, (snapshot) => snapshot.matches('over'), { timeout: 4000 })).value).toBe('over');
    expect((await settled(to, ({ context }) => context.length > 0, { timeout: 4000 })).context).toEqual([1]);
    await settled(actor.stop());
  });

  it('ends after its last words have arrived where its parent ends with it', async () => {
    await using host = createThreads({ size: 1 });
    const { reader } = host.import<Writers>(urlOf('writers'));
    const { prompter } = inThread<Nested>(urlOf('nested'));
    const to = createActor(reader).start();
    const actor = createActor(prompter).start();
    actor.send({ type: 'END', to });
    await settled(actor.stop());
    expect((await settled(to, ({ context }) => context.length > 0, { timeout: 4000 })).context).toEqual([1]);
  });

  it.each(['before', 'after'])(
    'ends with the parent of its actor, and who watches the child %s that is told that it was stopped',
    async (when) => {
      using threads = countThreads();
      const { prompter } = inThread<Nested>(urlOf('nested'));
      const actor = createActor(prompter).start();
      const child = (await started(actor)).children['speaker'] as AnyActorRef;
      expect((await settled(child)) as unknown).toMatchObject({ status: 'active' });
      const early = when === 'before' ? watch(child) : undefined;
      // it is known there when this has settled
      await settled(child);
      await settled(actor.stop());
      expect(await (early ?? watch(child))).toEqual({ type: 'stopped' });
      expect(threads.running).toBe(0);
    },
  );
});

describe.each(places)('an actor that has ended, asked for later from $where', ({ open }) => {
  /** Has an actor there watch one here that has ended already. */
  async function watchLate(ended: AnyActorRef): Promise<unknown> {
    await using place = open();
    const { keeper } = place.load('pen-pals');
    const watcher = createActor(keeper).start();
    // known there before its end
    watcher.send({ type: 'KEEP', things: ended });
    await settled(watcher);
    await settled(ended, ({ status }) => status !== 'active').catch(() => {});
    watcher.send({ type: 'WATCH', ref: ended });
    return (await settled(watcher, (snapshot) => snapshot.matches('keeping'), { timeout: 4000 })).context.down;
  }

  it('has failed where its output cannot cross', async () => {
    const down = await watchLate(createActor(fixtures.leavers.keepsTo).start());
    expect(down).toMatchObject({ type: 'failed', error: { code: 'NOT_SERIALIZABLE' } });
  });

  it('is done, with its output where that is small and without it where it is large', async () => {
    const downs = [];
    for (const input of [100, 10_000])
      downs.push(await watchLate(createActor(fixtures.leavers.verbose, { input }).start()));
    expect(downs).toEqual([
      { type: 'done', output: 'x'.repeat(100) },
      { type: 'done', output: undefined },
    ]);
  });
});

describe('an actor whose start was lost on the way', () => {
  it.each(['observed', 'unobserved'])('has failed as soon as that is known: %s', async (how) => {
    let isLost = false;
    await using host = createMemoryHost({
      name: 'far',
      schedule: (deliver) => {
        if (!isLost) queueMicrotask(deliver);
      },
    });
    const { counter } = host.import(fixtures.counter);
    await settled(createActor(counter).start());
    const actor = createActor(counter, { id: 'Alice' });
    actor.subscribe(how === 'observed' ? { next() {}, error() {} } : { error() {} });
    isLost = true;
    actor.start();
    await turns();
    isLost = false;
    // whatever comes next tells the far side that something was lost
    actor.send({ type: 'ADD', amount: 1 });
    expect(await watch(actor)).toMatchObject({
      type: 'failed',
      error: {
        code: 'ACTOR_DOWN',
        message: expect.stringMatching(/^Lost 'Alice' on 'far'\. Its node does not know it: /) as unknown,
        details: { actor: 'Alice' },
      },
    });
    expect(isTroupeError(await rejectionOf(settled(actor)), 'ACTOR_DOWN')).toBe(true);
  });
});
