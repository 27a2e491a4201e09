import { createActor, fromCallback, setup, sendTo, type AnyActorRef } from 'xstate';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  ask,
  createBus,
  createMemoryHost,
  createMemoryLink,
  createThreads,
  currentBus,
  drained,
  feed,
  settled,
  supervise,
  topic,
  TroupeError,
  watch,
  type DeadLetter,
  type MailboxOptions,
  type Recipient,
} from 'troupe';
import { injectFaults } from 'troupe/testing';
import { lastValueFrom, of, Subject, take, toArray } from 'rxjs';
import { createMailboxes } from '../dist/src/mailboxes.js';
import * as clerks from '../dist/test/fixtures/clerk.js';
import { until } from './support/observing.ts';
import { urlOf } from './support/places.ts';
import { runProgram } from './support/programs.ts';

type Clerks = typeof clerks;

/** A clerk in this realm who hears nothing until deliveries are let through. */
function openHeld(mailbox?: MailboxOptions) {
  const bus = createBus({ name: 'main' });
  const deliveries: (() => void)[] = [];
  let held = false;
  const host = createMemoryHost({
    bus,
    schedule: (deliver) => {
      if (held) deliveries.push(deliver);
      else queueMicrotask(deliver);
    },
  });
  onTestFinished(() => host.close());
  const letters: DeadLetter[] = [];
  bus.deadLetters.subscribe((letter) => letters.push(letter));
  const { clerk } = host.import(clerks, mailbox ? { mailbox } : {});
  const actor = createActor(clerk, { id: 'Clerk' }).start();
  return {
    bus,
    actor,
    letters,
    refused: () => letters.filter(({ reason }) => reason === 'mailbox-full'),
    hold: () => void (held = true),
    /** Lets all through, and what follows from it. */
    release() {
      held = false;
      for (const deliver of deliveries.splice(0)) deliver();
    },
  };
}

const note = (number: number) => ({ type: 'NOTE', number }) as const;

describe('a mailbox', () => {
  it('refuses what finds no room, tells of each as a dead letter with the reason, and never throws', async () => {
    const { actor, hold, release, refused } = openHeld({ events: 10 });
    await settled(actor);
    hold();
    for (let number = 1; number <= 15; number += 1) actor.send(note(number));
    expect(refused()).toHaveLength(5);
    expect(refused()[0]).toMatchObject({ reason: 'mailbox-full', count: 1, error: { code: 'MAILBOX_FULL' } });
    release();
    expect((await settled(actor)).context.noted).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('has room again when its actor has handled something', async () => {
    const { actor, hold, release, refused } = openHeld({ events: 3 });
    await settled(actor);
    for (let round = 0; round < 5; round += 1) {
      hold();
      for (let number = 1; number <= 3; number += 1) actor.send(note(number));
      release();
      await settled(actor);
    }
    expect(refused()).toEqual([]);
    expect((await settled(actor)).context.noted).toHaveLength(15);
  });

  it('is bounded in bytes, too', async () => {
    const { actor, hold, release, refused } = openHeld({ bytes: 10_000 });
    await settled(actor);
    hold();
    const paper = 'x'.repeat(3000);
    for (let number = 1; number <= 5; number += 1) actor.send({ ...note(number), paper });
    expect(refused()).toHaveLength(2);
    release();
    expect((await settled(actor)).context.noted).toEqual([1, 2, 3]);
  });

  it('makes room by refusing the oldest that has not left, where that was chosen', async () => {
    const { actor, hold, release, refused } = openHeld({ events: 4, overflow: 'drop-oldest' });
    await settled(actor);
    hold();
    for (let number = 1; number <= 10; number += 1) actor.send(note(number));
    expect(refused()).toHaveLength(6);
    release();
    // two were under way, and the latest two found room
    expect((await settled(actor)).context.noted).toEqual([1, 2, 9, 10]);
  });

  it.each(['drop-newest', 'drop-oldest'] as const)(
    'never refuses what is no event, and keeps its order: %s',
    async (overflow) => {
      const { actor, hold, release } = openHeld({ events: 2, overflow });
      await settled(actor);
      hold();
      for (let number = 1; number <= 4; number += 1) actor.send(note(number));
      const judged = settled(actor);
      const down = watch(actor);
      release();
      expect((await judged).context.noted).toEqual(overflow === 'drop-newest' ? [1, 2] : [1, 4]);
      hold();
      actor.send(note(5));
      actor.send(note(6));
      actor.stop();
      release();
      await settled(actor);
      expect(await down).toEqual({ type: 'stopped' });
    },
  );

  it('drops nothing for what would not find room if nothing else were there', async () => {
    const { actor, letters, hold, release } = openHeld({ events: 4, bytes: 1000, overflow: 'drop-oldest' });
    await settled(actor);
    hold();
    for (const number of [1, 2, 3]) actor.send(note(number));
    actor.send({ type: 'NOTE', number: 4, paper: 'x'.repeat(2000) });
    release();
    expect((await settled(actor)).context.noted).toEqual([1, 2, 3]);
    expect(letters).toMatchObject([{ reason: 'mailbox-full', count: 1 }]);
  });

  it('is as quick with hundreds of thousands that wait, where the oldest may be dropped', async () => {
    const { actor } = openHeld({ overflow: 'drop-oldest' });
    await settled(actor);
    const most = 2 ** 19 + 200_000;
    for (let count = 0; count < most; count += 1) actor.send({ type: 'COUNT' });
    expect((await settled(actor)).context.counted).toBe(most);
  });

  it('bounds what waits for an actor that was not started yet', () => {
    const bus = createBus();
    const host = createMemoryHost({ bus });
    onTestFinished(() => host.close());
    const letters: DeadLetter[] = [];
    bus.deadLetters.subscribe((letter) => letters.push(letter));
    const actor = createActor(host.import(clerks, { mailbox: { events: 2 } }).clerk);
    for (let number = 1; number <= 5; number += 1) actor.send(note(number));
    expect(letters.map(({ reason }) => reason)).toEqual(['mailbox-full', 'mailbox-full', 'mailbox-full']);
  });

  it('names the actor that sent what was refused', async () => {
    const { bus, actor, hold, release, refused } = openHeld({ events: 2 });
    await settled(actor);
    hold();
    const sender = createActor(
      setup({ types: { context: {} as { readonly to: AnyActorRef } } }).createMachine({
        context: { to: actor },
        entry: [1, 2, 3].map((number) => sendTo(({ context }) => context.to, note(number))),
      }),
    ).start();
    expect(refused()).toMatchObject([{ sender: `${bus.address}/${sender.sessionId}` }]);
    release();
  });

  it('refuses a question with MAILBOX_FULL at once', async () => {
    const { actor, hold, release } = openHeld({ events: 1 });
    await settled(actor);
    hold();
    actor.send(note(1));
    const asked = ask(actor, (replyTo) => ({ type: 'HOW_MANY', replyTo }), { timeout: Infinity });
    await expect(asked).rejects.toMatchObject({ code: 'MAILBOX_FULL' });
    release();
    await settled(actor);
    await expect(ask(actor, (replyTo) => ({ type: 'HOW_MANY', replyTo }))).resolves.toEqual({
      type: 'NOTED',
      count: 1,
    });
  });

  it('refuses with MAILBOX_FULL a question that has to make room for a later event', async () => {
    const { actor, hold, release } = openHeld({ events: 2, overflow: 'drop-oldest' });
    await settled(actor);
    hold();
    actor.send(note(1));
    const asked = ask(actor, (replyTo) => ({ type: 'HOW_MANY', replyTo }), { timeout: Infinity });
    actor.send(note(2));
    await expect(asked).rejects.toMatchObject({ code: 'MAILBOX_FULL' });
    release();
    expect((await settled(actor)).context.noted).toEqual([1, 2]);
  });

  it('bounds what an actor elsewhere emits to one that does not listen fast enough, and tells only there', async () => {
    await using threads = createThreads({ size: 1 });
    const { clerk } = threads.import<Clerks>(urlOf('clerk'));
    const actor = createActor(clerk).start();
    let shouted = 0;
    actor.on('SHOUTED', () => (shouted += 1));
    await settled(actor);
    const words = 'x'.repeat(8 * 2 ** 20);
    for (let count = 0; count < 3; count += 1) {
      actor.send({ type: 'SHOUT', words });
      await settled(actor);
    }
    // what was handled makes room
    expect(shouted).toBe(3);
  });

  it.each([
    ['no object', 7],
    ['no events', { events: 0 }],
    ['half an event', { events: 1.5 }],
    ['no number', { events: Number.NaN }],
    ['negative bytes', { bytes: -1 }],
    ['another policy', { overflow: 'drop-some' }],
    ['one event of which the oldest is to be dropped', { events: 1, overflow: 'drop-oldest' }],
  ])('cannot have %s', (_, mailbox) => {
    const host = createMemoryHost({ bus: createBus() });
    onTestFinished(() => host.close());
    expect(() => host.import(clerks, { mailbox: mailbox as MailboxOptions })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('mailbox') as string }),
    );
  });
});

describe('drained', () => {
  it('resolves at once while at most half of the mailbox is taken, and else when it is again', async () => {
    const { actor, hold, release } = openHeld({ events: 4 });
    await settled(actor);
    hold();
    actor.send(note(1));
    actor.send(note(2));
    await drained(actor);
    actor.send(note(3));
    let isDrained = false;
    const waiting = drained(actor).then(() => (isDrained = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isDrained).toBe(false);
    release();
    await waiting;
  });

  it('resolves at once for an actor of this thread', async () => {
    await expect(drained(createActor(clerks.clerk).start())).resolves.toBe(undefined);
  });

  it('lets a sender of many send them all through a small mailbox', async () => {
    await using threads = createThreads({ size: 1 });
    const { clerk } = threads.import<Clerks>(urlOf('clerk'), { mailbox: { events: 100 } });
    const actor = createActor(clerk).start();
    for (let number = 0; number < 5000; number += 1) {
      await drained(actor);
      actor.send({ type: 'COUNT' });
    }
    expect((await settled(actor)).context.counted).toBe(5000);
  });

  it('rejects when the actor ends, or has ended', async () => {
    const { actor, hold, release } = openHeld({ events: 2 });
    await settled(actor);
    hold();
    actor.send(note(1));
    actor.send(note(2));
    const waiting = drained(actor);
    actor.stop();
    await expect(waiting).rejects.toMatchObject({ code: 'ACTOR_DOWN' });
    await expect(drained(actor)).rejects.toMatchObject({ code: 'ACTOR_DOWN' });
    release();
  });

  it('rejects for an actor that an event brought, and whose node has died since', async () => {
    const bus = createBus({ name: 'main' });
    using faults = injectFaults({ bus });
    const host = createMemoryHost({ bus });
    onTestFinished(() => host.close());
    const owner = setup({
      types: {
        events: {} as {
          readonly type: 'WHO';
          readonly replyTo: Recipient<{ readonly type: 'THIS'; readonly child: AnyActorRef | undefined }>;
        },
      },
      actors: { child: fromCallback(() => {}) },
    }).createMachine({
      invoke: { src: 'child', id: 'child' },
      on: {
        WHO: {
          actions: sendTo(
            ({ event }) => event.replyTo,
            ({ self }) => ({ type: 'THIS', child: self.getSnapshot().children['child'] }) as const,
          ),
        },
      },
    });
    const actor = createActor(host.import({ owner }).owner);
    actor.subscribe({ error: () => {} });
    const { child } = await ask(actor.start(), (replyTo) => ({ type: 'WHO', replyTo }) as const);
    await drained(child as AnyActorRef);
    await faults.kill(actor);
    await expect(drained(child as AnyActorRef)).rejects.toMatchObject({ code: 'ACTOR_DOWN' });
  });

  it('ends by its timeout and its signal', async () => {
    const { actor, hold, release } = openHeld({ events: 1 });
    await settled(actor);
    hold();
    actor.send(note(1));
    await expect(drained(actor, { timeout: 0 })).rejects.toMatchObject({ code: 'DRAIN_TIMEOUT' });
    const reason = new Error('enough');
    await expect(drained(actor, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    release();
  });
});

describe('feed', () => {
  const counts = function* (most: number, pulled: { count: number }) {
    for (; pulled.count < most; pulled.count += 1) yield { type: 'COUNT' } as const;
  };

  it('pulls an iterable only as far as there is room', async () => {
    const { actor, hold, release } = openHeld({ events: 10 });
    await settled(actor);
    hold();
    const pulled = { count: 0 };
    const fed = lastValueFrom(feed(actor, counts(100, pulled)));
    await new Promise((resolve) => setImmediate(resolve));
    expect(pulled.count).toBeLessThan(10);
    release();
    await fed;
    expect((await settled(actor)).context.counted).toBe(100);
  });

  it('loses nothing of a long source on its way to a thread', async () => {
    await using threads = createThreads({ size: 1 });
    const { clerk } = threads.import<Clerks>(urlOf('clerk'), { mailbox: { events: 64 } });
    const actor = createActor(clerk).start();
    await lastValueFrom(feed(actor, counts(20_000, { count: 0 })));
    expect((await settled(actor)).context.counted).toBe(20_000);
  });

  it('takes what an async iterable and an observable bring, in order', async () => {
    const { actor } = openHeld({ events: 4 });
    const later = async function* () {
      for (const number of [1, 2, 3]) yield note(number);
    };
    expect(await lastValueFrom(feed(actor, later()).pipe(toArray()))).toEqual([note(1), note(2), note(3)]);
    const source = new Subject<ReturnType<typeof note>>();
    const fed = lastValueFrom(feed(actor, source));
    source.next(note(4));
    source.next(note(5));
    source.complete();
    await fed;
    expect((await settled(actor)).context.noted).toEqual([1, 2, 3, 4, 5]);
  });

  it('fails when an observable brings more than can be kept', async () => {
    const { actor, hold, release } = openHeld({ events: 2 });
    await settled(actor);
    hold();
    const source = new Subject<ReturnType<typeof note>>();
    const fed = lastValueFrom(feed(actor, source));
    for (let number = 0; number < 10; number += 1) source.next(note(number));
    await expect(fed).rejects.toMatchObject({ code: 'MAILBOX_FULL' });
    expect(source.observed).toBe(false);
    release();
  });

  it('fails with the error of its source, and when the actor ends', async () => {
    const { actor, hold, release } = openHeld({ events: 2 });
    await settled(actor);
    const source = new Subject<ReturnType<typeof note>>();
    const fed = lastValueFrom(feed(actor, source));
    source.error(new RangeError('dry'));
    await expect(fed).rejects.toThrow('dry');
    hold();
    const pulled = { count: 0 };
    const waiting = lastValueFrom(feed(actor, counts(10, pulled)));
    actor.stop();
    await expect(waiting).rejects.toMatchObject({ code: 'ACTOR_DOWN' });
    release();
  });

  it('sends nothing that its source brings after it was unsubscribed from', async () => {
    const { actor } = openHeld();
    let bring = (_: IteratorResult<ReturnType<typeof note>>): void => {};
    const source: AsyncIterable<ReturnType<typeof note>> = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise((resolve) => (bring = resolve)) }),
    };
    const subscription = feed(actor, source).subscribe();
    subscription.unsubscribe();
    bring({ value: note(1), done: false });
    await new Promise((resolve) => setImmediate(resolve));
    expect((await settled(actor)).context.noted).toEqual([]);
  });

  it.each([
    [undefined, 'undefined'],
    [null, 'null'],
    ['events', 'string'],
  ])('refuses %s for a source', (source, given) => {
    const { actor } = openHeld();
    expect(() => feed(actor, source as never)).toThrow(
      `Cannot feed '${actor.id}': it was given ${given} for a source. Give an array, a generator, a stream or an observable of events.`,
    );
  });

  it('takes an observable that brings all at once, and whoever fails by it is told there', async () => {
    const { actor } = openHeld({ events: 2 });
    const errors: unknown[] = [];
    const uncaught = (error: unknown) => void errors.push(error);
    process.on('uncaughtException', uncaught);
    onTestFinished(() => void process.off('uncaughtException', uncaught));

    await lastValueFrom(feed(actor, of(note(1), note(2))));
    await expect(lastValueFrom(feed(actor, of(note(3), note(4), note(5))))).rejects.toMatchObject({
      code: 'MAILBOX_FULL',
    });
    await new Promise((resolve) => setTimeout(resolve));

    expect(errors).toEqual([]);
    expect((await settled(actor)).context.noted.slice(0, 2)).toEqual([1, 2]);
  });

  it('asks a source without an end for no more than is wanted', async () => {
    const { actor } = openHeld();
    const pulled = { count: 0 };
    await lastValueFrom(feed(actor, counts(1000, pulled)).pipe(take(3)));
    expect(pulled.count).toBeLessThan(4);
  });

  it('waits for the next life of a supervised actor, wherever that is', async () => {
    await using threads = createThreads({ size: 1 });
    const { clerk } = threads.import<Clerks>(urlOf('clerk'), { mailbox: { events: 8 } });
    const steady = supervise(clerk, { backoff: 50, onFailure: () => {} });
    const letters: DeadLetter[] = [];
    const subscription = currentBus().deadLetters.subscribe((letter) => letters.push(letter));
    onTestFinished(() => subscription.unsubscribe());
    const actor = createActor(steady).start();
    await settled(actor);
    const source = async function* () {
      actor.send({ type: 'DIE' });
      await watch(actor);
      yield* counts(100, { count: 0 });
    };
    await lastValueFrom(feed(actor, source()));
    expect((await settled(actor)).context.counted).toBe(100);
    expect(letters.map(({ reason }) => reason)).toEqual(['maybe-handled']);
  });

  it('stops when it is unsubscribed from, and lets its source go', async () => {
    const { actor } = openHeld();
    const source = new Subject<ReturnType<typeof note>>();
    const fed = lastValueFrom(feed(actor, source).pipe(take(1)));
    source.next(note(1));
    await fed;
    expect(source.observed).toBe(false);
    source.next(note(2));
    expect((await settled(actor)).context.noted).toEqual([1]);
  });
});

describe('a step that tells of a snapshot alone', () => {
  it('is no event: nothing is told of it when it is lost, or its node dies', () => {
    const letters: DeadLetter[] = [];
    const mailboxes = createMailboxes('far@1', { post: () => {}, bury: (letter) => letters.push(letter) });
    const step = { type: 'step', to: 'a', out: [], merged: false, body: '1' } as const;
    mailboxes.push(step, undefined);
    mailboxes.posted(1);
    mailboxes.lost(0, 1);
    mailboxes.push(step, undefined);
    mailboxes.posted(2);
    mailboxes.end(new TroupeError('ACTOR_DOWN', 'It is gone.'));
    expect(letters).toEqual([]);
  });
});

describe('what a node takes with it when it dies', () => {
  it('is counted as maybe handled, as far as it was not known to have been', async () => {
    const bus = createBus({ name: 'main' });
    const letters: DeadLetter[] = [];
    bus.deadLetters.subscribe((letter) => letters.push(letter));
    await using threads = createThreads({ size: 1, bus });
    const { clerk } = threads.import<Clerks>(urlOf('clerk'));
    const actor = createActor(clerk);
    actor.subscribe({ error: () => {} });
    actor.start();
    for (let number = 0; number < 1000; number += 1) actor.send({ type: 'COUNT' });
    await settled(actor);
    const down = watch(actor);
    actor.send({ type: 'DIE' });
    for (let number = 0; number < 10; number += 1) actor.send({ type: 'COUNT' });
    expect(await down).toMatchObject({ type: 'failed', error: { code: 'THREAD_DIED' } });
    // what it had handled is not among them, and nothing is forgotten
    expect(letters).toMatchObject([{ reason: 'maybe-handled', count: 11, error: { code: 'THREAD_DIED' } }]);
  });

  it('has not been handled while its actor is still being made', async () => {
    const bus = createBus({ name: 'main' });
    const letters: DeadLetter[] = [];
    bus.deadLetters.subscribe((letter) => letters.push(letter));
    await using threads = createThreads({ size: 1, bus });
    const { clerk } = threads.import<Clerks>(urlOf('clerk'));
    const killer = createActor(clerk);
    killer.subscribe({ error: () => {} });
    killer.start();
    await settled(killer);
    const { never } = threads.import<{ never: Clerks['clerk'] }>(urlOf('never-loaded'));
    const actor = createActor(never);
    actor.subscribe({ error: () => {} });
    actor.start();
    for (let number = 0; number < 7; number += 1) actor.send(note(number));
    // they have arrived, for an answer to what was sent later has come
    await ask(killer, (replyTo) => ({ type: 'HOW_MANY', replyTo }));
    const down = watch(actor);
    killer.send({ type: 'DIE' });
    expect(await down).toMatchObject({ type: 'failed' });
    expect(letters.reduce((sum, { count }) => sum + count, 0)).toBe(8);
    expect(letters.every(({ reason }) => reason === 'maybe-handled')).toBe(true);
  });
});

describe('what waits for the next life of a supervised actor', () => {
  it('was not handled, and is among what its thread may have handled if that dies', async () => {
    const bus = createBus({ name: 'main' });
    const letters: DeadLetter[] = [];
    bus.deadLetters.subscribe((letter) => letters.push(letter));
    await using threads = createThreads({ size: 1, bus });
    const { clerk, frailClerk } = threads.import<Clerks>(urlOf('clerk'));
    const [killer, actor] = [createActor(clerk), createActor(frailClerk)];
    for (const each of [killer, actor]) each.subscribe({ error: () => {} });
    killer.start();
    actor.start();
    actor.send(note(1));
    await settled([killer, actor]);
    const over = watch(actor);
    // the rest of its packet, and what comes later
    actor.send({ type: 'FAIL' });
    for (let number = 0; number < 5; number += 1) actor.send(note(number));
    expect(await over).toMatchObject({ type: 'failed', error: { message: 'tired' } });
    for (let number = 0; number < 5; number += 1) actor.send(note(number));
    await settled(killer);
    const down = watch(killer);
    killer.send({ type: 'DIE' });
    await down;
    expect(letters.reduce((sum, { count }) => sum + count, 0)).toBe(11);
    expect(letters.every(({ reason }) => reason === 'maybe-handled')).toBe(true);
  });

  it('is bounded by its mailbox', async () => {
    const bus = createBus({ name: 'main' });
    const letters: DeadLetter[] = [];
    bus.deadLetters.subscribe((letter) => letters.push(letter));
    await using threads = createThreads({ size: 1, bus });
    const { frailClerk } = threads.import<Clerks>(urlOf('clerk'), { mailbox: { events: 10 } });
    const actor = createActor(frailClerk).start();
    const over = watch(actor);
    actor.send({ type: 'FAIL' });
    await over;
    for (let number = 0; number < 15; number += 1) {
      actor.send(note(number));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(letters.map(({ reason }) => reason)).toEqual(Array.from({ length: 5 }, () => 'mailbox-full'));
    // it has a minute until its next life
    await threads.close({ timeout: 0 });
  });
});

describe('a dead letter that nobody listens for', () => {
  it('is told on the console once per reason, unless XState tells of it itself, and never in production', async () => {
    expect((await runProgram('unheard')).lines).toEqual([
      expect.stringMatching(
        /^troupe: an event for memory@\S+ on 'memory' was not delivered \(mailbox-full\)\. Cannot deliver to/,
      ),
    ]);
    expect((await runProgram('unheard', 'production')).lines).toEqual(['']);
  });
});

describe('a topic', () => {
  it('does not pile up for a node that takes nothing, and tells of what is refused', async () => {
    const bus = createBus({ name: 'main' });
    const below = createBus();
    onTestFinished(() => bus.close());
    const held: (() => void)[] = [];
    let holds = false;
    const [up, down] = createMemoryLink({
      schedule: (deliver) => (holds ? void held.push(deliver) : queueMicrotask(deliver)),
    });
    const { node } = bus.connect(up, { node: 'below@1', as: 'child' });
    await below.join(down);
    const letters: DeadLetter[] = [];
    bus.deadLetters.subscribe((letter) => letters.push(letter));
    const heard: string[] = [];
    topic<string>('news', { bus: below }).subscribe((value) => heard.push(value));
    const news = topic<string>('news', { bus });
    holds = true;
    const value = 'x'.repeat(20 * 2 ** 20);
    for (let count = 0; count < 4; count += 1) news.next(value);
    expect(letters).toMatchObject([{ reason: 'mailbox-full', target: `${node}/topic news`, count: 1 }]);
    holds = false;
    for (const deliver of held.splice(0)) deliver();
    await until('three are heard, and known to be', () => heard.length === 3 && !bus.route(node).fillOf('topic news'));
    news.next('again');
    await until('there is room again', () => heard.length === 4);
  });
});
