// Actor refs as data: in events, inputs, outputs and contexts, nested in anything, between any two nodes.
import { describe, expect, it } from 'vitest';
import { assign, createActor, fromCallback, setup, toPromise, type AnyActorRef } from 'xstate';
import { ask, createMemoryHost, createThreads, isTroupeError, settled, started, watch } from 'troupe';
import { turns } from './support/nodes.ts';
import { collectDeadLetters, until } from './support/observing.ts';
import { fixtures, places, urlOf } from './support/places.ts';

type PenPals = typeof import('./fixtures/pen-pals.ts');

/** A local actor that keeps what it hears. */
function createHearer(): { readonly ref: AnyActorRef; readonly heard: unknown[] } {
  const heard: unknown[] = [];
  const ref = createActor(fromCallback(({ receive }) => receive((event) => heard.push(event)))).start();
  return { ref, heard };
}

describe.each(places)('refs $where', ({ open }) => {
  it('work in an event', async () => {
    await using place = open();
    const { courier } = place.load('offices');
    const { ref, heard } = createHearer();
    const actor = createActor(courier).start();
    actor.send({ type: 'BRING', to: ref, words: 'hello' });
    await settled(actor);
    expect(heard).toEqual([{ type: 'BROUGHT', words: 'hello' }]);
  });

  it('work in an input, and come back from a context as the very actor', async () => {
    await using place = open();
    const { keeper } = place.load('pen-pals');
    const { ref, heard } = createHearer();
    const actor = createActor(keeper, { input: { friend: ref } }).start();
    expect((await started(actor)).context.friend).toBe(ref);
    actor.send({ type: 'GREET' });
    expect((await settled(actor)).context.friend).toBe(ref);
    expect(heard).toEqual([{ type: 'GREETING' }]);
  });

  it('come back from an output, nested in arrays, maps, sets and objects', async () => {
    await using place = open();
    const { keeper } = place.load('pen-pals');
    const { ref } = createHearer();
    const actor = createActor(keeper, { input: { friend: ref } }).start();
    actor.send({
      type: 'KEEP',
      things: {
        list: [[ref]],
        map: new Map([['a', ref]]),
        keys: new Map([[ref, 1]]),
        set: new Set([ref]),
        date: new Date(0),
      },
    });
    actor.send({ type: 'GIVE_BACK' });
    const output = (await toPromise(actor)) as {
      friend: unknown;
      things: {
        list: unknown[][];
        map: Map<string, unknown>;
        keys: Map<unknown, number>;
        set: Set<unknown>;
        date: Date;
      };
    };
    expect(output.friend).toBe(ref);
    expect(output.things.list[0]?.[0]).toBe(ref);
    expect(output.things.map.get('a')).toBe(ref);
    expect(output.things.keys.get(ref)).toBe(1);
    expect(output.things.set.has(ref)).toBe(true);
    expect(output.things.date).toEqual(new Date(0));
  });

  it('are the same object each time on a node, and the actor itself at home', async () => {
    await using place = open();
    const { keeper } = place.load('pen-pals');
    const { ref } = createHearer();
    const actor = createActor(keeper).start();
    actor.send({ type: 'SAME', one: ref, other: ref });
    expect((await settled(actor)).context.same).toBe(true);
    actor.send({ type: 'KEEP', things: ref });
    const first = (await settled(actor)).context.things;
    actor.send({ type: 'KEEP', things: [ref] });
    expect(((await settled(actor)).context.things as unknown[])[0]).toBe(first);
    actor.send({ type: 'SAME', one: actor, other: ref });
    expect((await settled(actor)).context.same).toBe(false);
    actor.send({ type: 'IS_ME', ref: actor });
    const { context } = await settled(actor);
    expect(context.isMe).toBe(true);
    actor.send({ type: 'KEEP', things: actor });
    expect((await settled(actor)).context.things).toBe(actor);
  });

  it('of an actor here that has ended come back as that very actor', async () => {
    await using place = open();
    const { keeper } = place.load('pen-pals');
    const actor = createActor(keeper).start();
    const [known, unknown] = [createHearer().ref, createHearer().ref] as (AnyActorRef & { stop(): unknown })[];
    actor.send({ type: 'KEEP', things: known });
    expect((await settled(actor)).context.things).toBe(known);
    for (const ref of [known, unknown]) {
      ref?.stop();
      actor.send({ type: 'KEEP', things: [ref] });
      const [back] = (await settled(actor)).context.things as readonly [AnyActorRef];
      expect(back).toBe(ref);
      expect(back.getSnapshot() as unknown).toMatchObject({ status: 'stopped' });
    }
  });

  it('of a child elsewhere are the same in each snapshot, and observable', async () => {
    await using place = open({ logger: () => {} });
    const { mother } = place.load('teller');
    const actor = createActor(mother).start();
    const child = (await started(actor)).children['child'] as AnyActorRef;
    const seen: unknown[] = [];
    const emitted: unknown[] = [];
    const subscription = child.subscribe((snapshot: { context: { told: unknown[] } }) =>
      seen.push(snapshot.context.told.length),
    );
    const listening = child.on('EMITTED' as never, (event: unknown) => emitted.push(event));
    actor.send({ type: 'CALL', words: 'one' });
    await settled(actor);
    await settled(child);
    expect(actor.getSnapshot().children['child']).toBe(child);
    expect(seen.at(-1)).toBe(1);
    expect(emitted).toMatchObject([{ words: 'one' }, { words: 'echo' }]);
    subscription.unsubscribe();
    listening.unsubscribe();
  });

  it('cannot be stopped by who did not start the actor', async () => {
    await using place = open({ logger: () => {} });
    const { mother } = place.load('teller');
    const actor = createActor(mother).start();
    const child = (await started(actor)).children['child'] as AnyActorRef & { stop(): unknown };
    expect(() => child.stop()).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: "Cannot stop 'child' from here: only who started it may. Send it an event that ends it.",
      }),
    );
    expect((await settled(child)) as unknown).toMatchObject({ status: 'active' });
  });

  it('of an actor that is gone take nothing, and that is a dead letter', async () => {
    await using place = open();
    using dead = collectDeadLetters();
    const { courier } = place.load('offices');
    const { ref, heard } = createHearer();
    const actor = createActor(courier).start();
    actor.send({ type: 'BRING', to: ref, words: 'in time' });
    await settled(actor);
    (ref as unknown as { stop(): void }).stop();
    actor.send({ type: 'BRING', to: ref, words: 'too late' });
    await settled(actor);
    expect(heard).toEqual([{ type: 'BROUGHT', words: 'in time' }]);
    expect(dead.letters).toMatchObject([{ count: 1 }]);
  });

  it('of two actors of one host lead straight from one to the other, in order', async () => {
    await using place = open();
    const { reader, writer } = place.load('pen-pals');
    const to = createActor(reader).start();
    const from = createActor(writer).start();
    from.send({ type: 'WRITE', to, from: 0, count: 1000 });
    await settled(from);
    expect((await settled(to)).context).toEqual({ count: 1000, inOrder: true });
  });

  it('of actors here can be asked and watched from elsewhere, and the other way round', async () => {
    await using place = open();
    const { clerk, keeper } = place.load('pen-pals');
    const hosted = createActor(clerk).start();
    const holder = createActor(keeper, { input: { friend: hosted } }).start();
    const found = (await started(holder)).context.friend as typeof hosted;
    expect(found).toBe(hosted);
    expect((await ask(found, (replyTo) => ({ type: 'DOUBLE', number: 3, replyTo }))).number).toBe(6);
    const local = createActor(fixtures['pen-pals'].clerk).start();
    holder.send({ type: 'WATCH', ref: local });
    await settled(holder);
    local.stop();
    expect((await settled(holder, (snapshot) => snapshot.matches('keeping'))).context.down).toEqual({
      type: 'stopped',
    });
  });
});

describe('refs that are observed again', () => {
  it('show no state that never was, also within one round trip', async () => {
    const held: (() => void)[] = [];
    let isHolding = false;
    await using host = createMemoryHost({
      schedule: (deliver) => void (isHolding ? held.push(deliver) : queueMicrotask(deliver)),
    });
    const arrive = async () => {
      held.shift()?.();
      await turns();
    };
    // `second` becomes what `first` was: it never is 1 while `first` is 0
    let there: AnyActorRef | undefined;
    const steps = setup({
      types: { events: {} as { type: 'FIRST' } | { type: 'SECOND' }, context: {} as { first: number; second: number } },
    }).createMachine({
      context: ({ self }) => {
        there = self;
        return { first: 0, second: 0 };
      },
      on: {
        FIRST: { actions: assign({ first: 1 }) },
        SECOND: { actions: assign({ second: ({ context }) => context.first }) },
      },
    });
    const parent = setup({ actors: { steps } }).createMachine({ invoke: { src: 'steps', id: 'steps' } });
    const actor = createActor(host.import({ parent }).parent).start();
    const ref = (await started(actor)).children['steps'] as AnyActorRef;
    const first = ref.subscribe(() => {});
    await turns();

    isHolding = true;
    there?.send({ type: 'FIRST' });
    await turns();
    first.unsubscribe();
    await turns();
    // the step has arrived when nobody observes, and the far side does not know that yet
    await arrive();
    there?.send({ type: 'SECOND' });
    await turns();
    const seen: unknown[] = [];
    ref.subscribe(({ context }: { context: unknown }) => seen.push(context));
    await turns();
    while (held.length > 0) await arrive();
    isHolding = false;
    expect(seen.at(-1)).toEqual({ first: 1, second: 1 });
    expect(seen).not.toContainEqual({ first: 0, second: 1 });
  });
});

describe('refs between two threads', () => {
  it('lead straight from one to the other: ten thousand events arrive in order', async () => {
    await using threads = createThreads({ size: 2 });
    const { reader, writer } = threads.import<PenPals>(urlOf('pen-pals'));
    const to = createActor(reader).start();
    const from = createActor(writer).start();
    for (let start = 0; start < 10_000; start += 2500) from.send({ type: 'WRITE', to, from: start, count: 2500 });
    const { context } = await settled(to, ({ context: { count } }) => count === 10_000, { timeout: 4000 });
    expect(context).toEqual({ count: 10_000, inOrder: true });
    expect((await settled(from)).context.written).toBe(10_000);
  });

  it('travel in the events themselves: two players find each other and rally', async () => {
    await using threads = createThreads({ size: 2 });
    const { player } = threads.import<PenPals>(urlOf('pen-pals'));
    const ann = createActor(player, { id: 'Ann' }).start();
    const ben = createActor(player, { id: 'Ben' }).start();
    ann.send({ type: 'SERVE', to: ben, rally: 1000 });
    await Promise.race([
      settled(ann, (snapshot) => snapshot.matches('over')),
      settled(ben, (snapshot) => snapshot.matches('over')),
    ]);
    const [first, second] = await settled([ann, ben]);
    expect(first.context.hits + second.context.hits).toBe(1000);
    // each has met one partner, whom its caller knows
    expect(first.context.partners).toEqual([ben]);
    expect(first.context.partners[0]).toBe(ben);
    expect(second.context.partners[0]).toBe(ann);
  });

  it('tell when the thread of the other has died', async () => {
    await using threads = createThreads({ size: 2 });
    using dead = collectDeadLetters();
    const { doomed } = threads.import<typeof import('./fixtures/doomed.ts')>(urlOf('doomed'));
    const { keeper } = threads.import<PenPals>(urlOf('pen-pals'));
    const actor = createActor(doomed);
    actor.subscribe({ error: () => {} });
    actor.start();
    const holder = createActor(keeper, { input: { friend: actor } }).start();
    holder.send({ type: 'GREET' });
    await settled([actor, holder]);
    const down = watch(actor);
    actor.send({ type: 'EXIT' });
    expect(await down).toMatchObject({ type: 'failed', error: { code: 'THREAD_DIED' } });
    holder.send({ type: 'WATCH', ref: actor });
    const { context } = await settled(holder, (snapshot) => snapshot.matches('keeping'));
    expect(context.down?.type).not.toBe('done');
    // nobody can say whether it had handled what killed it
    expect(dead.letters).toMatchObject([{ reason: 'maybe-handled', count: 1 }]);
    expect(actor.getSnapshot()).toMatchObject({ status: 'error' });
    actor.send({ type: 'EXIT' });
    await until('it is a dead letter', () => dead.letters.length === 2);
    expect(isTroupeError(dead.letters[1]?.error, 'ACTOR_DOWN')).toBe(true);
  });
});
