// Threads that die while somebody waits: before they are up, while they load, in the middle of an introduction, and after. Whoever waits, for whatever,
// from wherever, hears of it.
import type { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createActor, fromCallback, setup, type AnyActorLogic, type AnyActorRef } from 'xstate';
import { ask, createThreads, inThread, settled, started, watch } from 'troupe';
import { outcomeOf, type Wait } from '../dist/test/fixtures/waiters.js';
import { collectDeadLetters, rejectionOf, until } from './support/observing.ts';
import { createRandom } from './support/nodes.ts';
import { places, urlOf } from './support/places.ts';
import { run } from './support/run.ts';

type Waiters = typeof import('./fixtures/waiters.ts');
type Warden = typeof import('./fixtures/warden.ts');
type PenPals = typeof import('./fixtures/pen-pals.ts');
type NeverLoads = typeof import('./fixtures/programs/never-loads.ts');

const waits: readonly Wait[] = ['ask', 'watch', 'settled', 'settled where', 'started', 'persist'];

/** Starts an actor whose errors are nobody's concern here. */
function start<TLogic extends AnyActorLogic>(logic: TLogic, id: string, input?: unknown) {
  const actor = createActor(logic as AnyActorLogic, { id, input });
  actor.subscribe({ error: () => {} });
  return actor.start();
}

/** The threads that are started by this; the test kills them by number. */
function collectWorkers(): readonly Worker[] {
  const workers: Worker[] = [];
  const add = (worker: Worker) => workers.push(worker);
  process.on('worker', add);
  onTestFinished(() => void process.off('worker', add));
  return workers;
}

/** Node tells of a new thread in a later turn. */
async function workerAt(workers: readonly Worker[], index: number): Promise<Worker> {
  await until('the thread is known', () => workers.length > index);
  return workers[index] as Worker;
}

const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

/** A thread died: so the wait ended, and not well. */
const died = (outcome: string) => /^(failed )?(THREAD_DIED|ACTOR_DOWN)$/.test(outcome);

describe.each(waits)('%s', (how) => {
  it('ends when the thread dies that is still loading', async () => {
    const workers = collectWorkers();
    const { never } = inThread<NeverLoads>(urlOf('programs/never-loads'));
    const actor = start(never, 'never');
    const waiting = outcomeOf(how, actor);
    await (await workerAt(workers, 0)).terminate();
    expect(await waiting).toSatisfy(died);
  });

  it('ends when the thread has died before, also for an actor in another thread', async () => {
    const workers = collectWorkers();
    const { mute, waiter } = inThread<Waiters>(urlOf('waiters'));
    const target = start(mute, 'target');
    await settled(target);
    await (await workerAt(workers, 0)).terminate();
    expect(await outcomeOf(how, target)).toSatisfy(died);
    const elsewhere = createActor(waiter, { input: { how, ref: target } }).start();
    expect((await settled(elsewhere, ({ status }) => status === 'done')).output).toSatisfy(died);
  });

  it('ends when the thread dies above that of the actor', async () => {
    const workers = collectWorkers();
    const warden = start(inThread<Warden>(urlOf('warden')).warden, 'warden');
    await started(warden);
    warden.send({ type: 'SHOW' });
    const { context } = (await settled(warden)) as { readonly context: { readonly inmate: AnyActorRef } };
    const { waiter } = inThread<Waiters>(urlOf('waiters'));
    // some answer once they know the actor; the others wait for it
    const elsewhere = createActor(waiter, { input: { how, ref: context.inmate } }).start();
    const waiting = outcomeOf(how, context.inmate);
    await started(elsewhere);
    await (await workerAt(workers, 0)).terminate();
    const { output } = await settled(elsewhere, ({ status }) => status === 'done');
    expect([await waiting, String(output)].every((outcome) => outcome === 'active' || died(outcome))).toBe(true);
    expect(await outcomeOf(how, context.inmate)).toSatisfy(died);
  });

  it('ends whenever one of two threads dies that are being introduced', { timeout: 30_000 }, async () => {
    const seed = waits.indexOf(how) + 1;
    const random = createRandom(seed);
    for (let round = 0; round < 8; round += 1) {
      const workers = collectWorkers();
      const threads = createThreads({ size: 2 });
      const { mute, waiter } = threads.import<Waiters>(urlOf('waiters'));
      const target = start(mute, 'target');
      if (random(3) > 0) await started(target);
      const elsewhere = start(waiter, 'waiter', { how, ref: target });
      const victim = random(2);
      const worker = await workerAt(workers, victim);
      await turns(random(60));
      await worker.terminate();
      const ends =
        victim === 0 ? [await outputOf(elsewhere)] : [await endOf(elsewhere), await outcomeOf('settled', target)];
      // the waiter is told, unless it was done before or was lost itself; the other is lost, or lives on
      expect(ends, `seed ${seed}, round ${round}`).toSatisfy(() =>
        ends.every((end) => /^(active|done|failed)$/.test(end) || died(end)),
      );
      await threads.close({ timeout: 0 });
    }
  });
});

const endOf = async (actor: AnyActorRef): Promise<string> => (await watch(actor)).type;

/** What the waiter says in the end. */
async function outputOf(actor: AnyActorRef): Promise<string> {
  const down = await watch(actor);
  return down.type === 'done' ? String(down.output) : `the waiter is ${down.type}`;
}

describe('those who watch each other', () => {
  it('hear of it when one dies, in two threads', async () => {
    const workers = collectWorkers();
    const threads = createThreads({ size: 2 });
    onTestFinished(() => threads.close());
    const { keeper } = threads.import<PenPals>(urlOf('pen-pals'));
    const [Ada, Bob] = [createActor(keeper, { id: 'Ada' }).start(), start(keeper, 'Bob')];
    Ada.send({ type: 'WATCH', ref: Bob });
    Bob.send({ type: 'WATCH', ref: Ada });
    await settled([Ada, Bob]);
    await (await workerAt(workers, 1)).terminate();
    const { context } = await settled(Ada, (snapshot) => snapshot.context.down !== undefined);
    expect(context.down).toMatchObject({ type: 'failed' });
    expect(await watch(Bob)).toMatchObject({ type: 'failed', error: { code: 'THREAD_DIED' } });
  });

  it.each(places)('hear of it when one stops $where', async ({ open }) => {
    await using place = open();
    const { keeper } = place.load('pen-pals');
    const [Ada, Bob, Cyd] = ['Ada', 'Bob', 'Cyd'].map((id) => createActor(keeper, { id }).start()) as [
      ReturnType<typeof createActor<typeof keeper>>,
      ReturnType<typeof createActor<typeof keeper>>,
      ReturnType<typeof createActor<typeof keeper>>,
    ];
    Ada.send({ type: 'WATCH', ref: Bob });
    Bob.send({ type: 'WATCH', ref: Cyd });
    Cyd.send({ type: 'WATCH', ref: Ada });
    await settled([Ada, Bob, Cyd]);
    Bob.stop();
    expect((await settled(Ada, ({ context }) => context.down !== undefined)).context.down).toEqual({ type: 'stopped' });
    // Bob's own wait went with him, and Cyd still waits for Ada
    Ada.stop();
    expect((await settled(Cyd, ({ context }) => context.down !== undefined)).context.down).toEqual({ type: 'stopped' });
  });

  it.each(places)('may be one and the same $where', async ({ open }) => {
    await using place = open();
    const { keeper } = place.load('pen-pals');
    const Ada = createActor(keeper, { id: 'Ada' }).start();
    Ada.send({ type: 'WATCH', ref: Ada });
    await settled(Ada);
    Ada.stop();
    expect(await watch(Ada)).toEqual({ type: 'stopped' });
    expect(await settled(Ada)).toMatchObject({ status: 'stopped' });
  });
});

describe('a reply', () => {
  it('to an asker whose thread has died is a dead letter, and nothing more', async () => {
    using dead = collectDeadLetters();
    const workers = collectWorkers();
    const { waiter } = inThread<Waiters>(urlOf('waiters'));
    const askers: AnyActorRef[] = [];
    using asked = run(
      fromCallback<{ readonly type: 'NEVER'; readonly replyTo: AnyActorRef }>(({ receive }) =>
        receive(({ replyTo }) => void askers.push(replyTo)),
      ),
    );
    const asking = start(waiter, 'asking', { how: 'ask', ref: asked });
    await until('it has asked', () => askers.length > 0);
    await (await workerAt(workers, 0)).terminate();
    await watch(asking);
    for (let count = 0; count < 2; count += 1) askers[0]?.send({ type: 'TOO_LATE' });
    await until('both replies are dead letters', () => dead.letters.length >= 2);
    expect(dead.letters).toMatchObject([{ reason: 'unreachable' }, { reason: 'unreachable' }]);
  });

  it.each(places)('that comes twice, or too late, is a dead letter $where', async ({ open }) => {
    await using place = open({ logger: () => {} });
    using dead = collectDeadLetters();
    const { clerk } = place.load('pen-pals');
    const actor = createActor(clerk).start();
    const askers: AnyActorRef[] = [];
    const ignored = ask(
      actor,
      (replyTo) => {
        askers.push(replyTo);
        return { type: 'IGNORE', replyTo };
      },
      { timeout: 5 },
    );
    expect(await rejectionOf(ignored)).toMatchObject({ code: 'ASK_TIMEOUT' });
    // the clerk answers after all, and then once more
    for (const number of [1, 2]) actor.send({ type: 'DOUBLE', number, replyTo: askers[0] as never });
    await settled(actor);
    await until('both are dead letters', () => dead.letters.length === 2);
    expect(dead.letters).toMatchObject([{ count: 1 }, { count: 1 }]);
  });
});

describe('asking in an action', () => {
  it.each(places)('does not keep the actor from answering itself $where', async ({ open }) => {
    await using place = open();
    const { reader } = place.load('pen-pals');
    const replies: unknown[] = [];
    const local = setup({ actors: { reader } }).createMachine({
      invoke: { src: 'reader', id: 'reader' },
      on: {
        ASK: {
          actions: [
            ({ self }) => {
              const child = self.getSnapshot().children['reader'] as AnyActorRef;
              const asked = ask(child as never, (replyTo) => ({ type: 'HOW_MANY', replyTo }) as never);
              void asked.then((reply: unknown) => replies.push(reply));
              // whoever asks itself is answered when it has handled what it handles now
              const own = ask(self as never, (replyTo) => ({ type: 'MYSELF', replyTo }) as never);
              void own.then((reply: unknown) => replies.push(reply));
            },
          ],
        },
        MYSELF: { actions: ({ event }) => (event['replyTo'] as AnyActorRef).send({ type: 'ME' }) },
      },
    });
    using actor = run(local);
    actor.send({ type: 'ASK' });
    await until('both have answered', () => replies.length === 2);
    expect(replies).toEqual(expect.arrayContaining([{ type: 'READ', count: 0 }, { type: 'ME' }]));
  });
});
