// `ask`: a question and its reply. It ends by the reply, the deadline, the signal and the actor's death.
import { describe, expect, expectTypeOf, it } from 'vitest';
import { createActor, setup, fromPromise, assign, waitFor } from 'xstate';
import { ask, createThreads, isTroupeError, settled, started } from 'troupe';
import { collectDeadLetters, rejectionOf } from './support/observing.ts';
import { fixtures, places, urlOf } from './support/places.ts';
import { runProgram } from './support/programs.ts';

describe.each(places)('ask $where', ({ open }) => {
  it('resolves with the reply, of the type that the event declares', async () => {
    await using place = open();
    const { clerk } = place.load('pen-pals');
    const actor = createActor(clerk).start();
    const doubled = await ask(actor, (replyTo) => ({ type: 'DOUBLE', number: 21, replyTo }));
    expect(doubled).toEqual({ type: 'DOUBLED', number: 42 });
    expectTypeOf(doubled).toEqualTypeOf<{ readonly type: 'DOUBLED'; readonly number: number }>();
    const spelt = await ask(actor, (replyTo) => ({ type: 'SPELL', number: 42, replyTo }));
    expect(spelt.letters).toEqual(['4', '2']);
    expectTypeOf(spelt.letters).toEqualTypeOf<readonly string[]>();
  });

  it('answers many at once, each with its own reply', async () => {
    await using place = open();
    const { clerk } = place.load('pen-pals');
    const actor = createActor(clerk).start();
    const replies = await Promise.all(
      Array.from({ length: 200 }, (_, number) => ask(actor, (replyTo) => ({ type: 'DOUBLE', number, replyTo }))),
    );
    expect(replies.map(({ number }) => number)).toEqual(Array.from({ length: 200 }, (_, number) => 2 * number));
  });

  it('sees what was sent before it handled before it', async () => {
    await using place = open();
    const { reader } = place.load('pen-pals');
    const actor = createActor(reader).start();
    for (let number = 0; number < 500; number += 1) actor.send({ type: 'LETTER', number });
    expect(await ask(actor, (replyTo) => ({ type: 'HOW_MANY', replyTo }))).toEqual({ type: 'READ', count: 500 });
  });

  it('rejects at the deadline', async () => {
    await using place = open({ logger: () => {} });
    const { clerk } = place.load('pen-pals');
    const actor = createActor(clerk, { id: 'Ada' }).start();
    const error = await rejectionOf(ask(actor, (replyTo) => ({ type: 'IGNORE', replyTo }), { timeout: 5 }));
    expect(isTroupeError(error, 'ASK_TIMEOUT')).toBe(true);
    expect(error).toMatchObject({
      message: "'Ada' did not reply within 5 ms. Ask with a longer timeout, or see whether it handles the event.",
      details: { actor: 'Ada', timeout: 5 },
    });
  });

  it("rejects with the signal's reason", async () => {
    await using place = open({ logger: () => {} });
    const { clerk } = place.load('pen-pals');
    const actor = createActor(clerk).start();
    const controller = new AbortController();
    const waiting = rejectionOf(ask(actor, (replyTo) => ({ type: 'IGNORE', replyTo }), { signal: controller.signal }));
    controller.abort(new RangeError('enough'));
    expect(await waiting).toMatchObject({ message: 'enough' });
    const before = ask(actor, (replyTo) => ({ type: 'IGNORE', replyTo }), { signal: controller.signal });
    expect(await rejectionOf(before)).toMatchObject({ message: 'enough' });
  });

  it("rejects with the actor's error where it fails", async () => {
    await using place = open();
    const { clerk } = place.load('pen-pals');
    const actor = createActor(clerk);
    actor.subscribe({ error: () => {} });
    actor.start();
    const error = await rejectionOf(ask(actor, (replyTo) => ({ type: 'FAIL', replyTo })));
    expect(error).toMatchObject({ name: 'RangeError', message: 'cannot do that' });
    // and again, when it has failed long ago
    expect(await rejectionOf(ask(actor, (replyTo) => ({ type: 'FAIL', replyTo })))).toMatchObject({
      message: 'cannot do that',
    });
  });

  it('rejects where the actor ends without a reply, or has ended', async () => {
    await using place = open();
    const { clerk } = place.load('pen-pals');
    const retired = createActor(clerk, { id: 'Ada' }).start();
    const error = await rejectionOf(ask(retired, (replyTo) => ({ type: 'RETIRE', replyTo })));
    expect(isTroupeError(error, 'ACTOR_DOWN')).toBe(true);
    expect(error).toMatchObject({
      message: "'Ada' is done and will not reply. Ask while it runs.",
      details: { actor: 'Ada', down: 'done' },
    });
    const stopped = createActor(clerk, { id: 'Bob' }).start().stop();
    expect(await rejectionOf(ask(stopped, (replyTo) => ({ type: 'DOUBLE', number: 1, replyTo })))).toMatchObject({
      code: 'ACTOR_DOWN',
      message: "'Bob' has stopped and will not reply. Ask while it runs.",
    });
  });

  it('refuses a question that cannot cross, and what is no actor', async () => {
    await using place = open();
    const { clerk } = place.load('pen-pals');
    const actor = createActor(clerk, { id: 'Ada' }).start();
    const error = await rejectionOf(
      ask(actor, (replyTo) => ({ type: 'DOUBLE', number: (() => 1) as unknown as number, replyTo })),
    );
    expect(error).toMatchObject({
      code: 'NOT_SERIALIZABLE',
      message:
        "Cannot send 'DOUBLE' to 'Ada': event.number is a function. Send plain data; docs/wire.md lists what can cross.",
      details: { path: 'event.number', kind: 'function' },
    });
    const none = rejectionOf(ask({} as typeof actor, (replyTo) => ({ type: 'IGNORE', replyTo })));
    expect(isTroupeError(await none, 'NOT_AN_ACTOR')).toBe(true);
  });

  it('hears no second reply, nor one that comes too late', async () => {
    await using place = open({ logger: () => {} });
    using dead = collectDeadLetters();
    const { clerk, keeper } = place.load('pen-pals');
    const actor = createActor(clerk).start();
    const other = createActor(keeper).start();
    let kept: unknown;
    await ask(actor, (replyTo) => {
      kept = replyTo;
      return { type: 'DOUBLE', number: 1, replyTo };
    });
    other.send({ type: 'KEEP', things: kept });
    await settled(other);
    actor.send({ type: 'DOUBLE', number: 2, replyTo: kept as never });
    await settled(actor);
    expect(dead.letters.length).toBeGreaterThan(0);
  });

  it('is a promise that a machine invokes', async () => {
    await using place = open();
    const { clerk } = place.load('pen-pals');
    const actor = createActor(clerk).start();
    // the parameter is typed because XState infers no output from one that is not
    const asking = fromPromise(({ signal }: { signal: AbortSignal }) =>
      ask(actor, (replyTo) => ({ type: 'DOUBLE', number: 4, replyTo }), { signal }),
    );
    const machine = setup({ types: { context: {} as { readonly number: number } }, actors: { asking } }).createMachine({
      context: { number: 0 },
      invoke: { src: 'asking', onDone: { actions: assign({ number: ({ event }) => event.output.number }) } },
    });
    const asker = createActor(machine).start();
    expect((await waitFor(asker, ({ context }) => context.number > 0)).context.number).toBe(8);
  });
});

describe('ask', () => {
  it('works on a local actor', async () => {
    const actor = createActor(fixtures['pen-pals'].clerk).start();
    expect((await ask(actor, (replyTo) => ({ type: 'DOUBLE', number: 2, replyTo }))).number).toBe(4);
  });

  it('rejects when the thread of the actor is killed', async () => {
    await using threads = createThreads({ size: 1 });
    const { clerk } = threads.import<typeof import('./fixtures/pen-pals.ts')>(urlOf('pen-pals'));
    const actor = createActor(clerk, { id: 'Ada' });
    actor.subscribe({ error: () => {} });
    await started(actor.start());
    const error = await rejectionOf(ask(actor, (replyTo) => ({ type: 'CRASH', replyTo })));
    expect(isTroupeError(error, 'THREAD_DIED')).toBe(true);
    expect(error).toMatchObject({ details: { actor: 'Ada', exitCode: 3 } });
  });

  it("rejects with the actor's error, of which nothing is told besides: a program that catches it goes on", async () => {
    const error = 'RangeError: cannot do that';
    expect((await runProgram('asks-in-vain')).lines).toEqual([error, error, error, 'the program goes on']);
  });

  it('keeps the program alive until the reply of a daemon thread comes', async () => {
    expect((await runProgram('waits-for-reply')).lines).toEqual(['REPLY']);
  });
});
