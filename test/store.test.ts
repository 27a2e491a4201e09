// What is neither XState nor troupe, and takes hosted actors for plain ones: the stores of `@xstate/store`, and RxJS.
import { firstValueFrom, from, lastValueFrom, map, take, toArray } from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { createActor, setup, toPromise, waitFor } from 'xstate';
import { settled, started } from 'troupe';
import type { Shelf } from './fixtures/shop.ts';
import { rejectionOf } from './support/observing.ts';
import { places } from './support/places.ts';
import { run } from './support/run.ts';

describe.each(places)('a hosted store $where', ({ open }) => {
  it('takes input and events, and shows its context', async () => {
    await using place = open();
    const { shop } = place.load('shop');
    const actor = createActor(shop, { input: { apples: 5 } }).start();
    expect((await started(actor)).context).toEqual({ apples: 5, sold: { count: 0 }, sign: 'open' });
    actor.send({ type: 'sell', count: 2 });
    actor.send({ type: 'sell', count: 1 });
    const { context, status } = await settled(actor);
    expectTypeOf(context).toEqualTypeOf<Shelf>();
    expect([status, context]).toEqual(['active', { apples: 2, sold: { count: 3 }, sign: 'open' }]);
    // @ts-expect-error -- no such event
    expect(() => actor.send({ type: 'steal' })).not.toThrow();
  });

  it('tells each change once, in order, and keeps the identity of what did not change', async () => {
    await using place = open();
    const { shop } = place.load('shop');
    const actor = createActor(shop, { input: { apples: 5 } }).start();
    const { context } = await started(actor);
    const seen: Shelf[] = [];
    actor.subscribe((snapshot) => seen.push(snapshot.context));
    actor.send({ type: 'rename', sign: 'sale' });
    actor.send({ type: 'sell', count: 1 });
    await settled(actor);
    expect(seen.map(({ sign, apples }) => [sign, apples])).toEqual([
      ['sale', 5],
      ['sale', 4],
    ]);
    expect(seen[0]?.sold).toBe(context.sold);
  });

  it('emits to listeners, with the context that it emitted from', async () => {
    await using place = open();
    const { shop } = place.load('shop');
    const actor = createActor(shop, { input: { apples: 2 } }).start();
    const heard: unknown[] = [];
    actor.on('soldOut', (event) => {
      expectTypeOf(event.at).toEqualTypeOf<number>();
      heard.push(event, actor.getSnapshot().context.apples);
    });
    actor.send({ type: 'sell', count: 1 });
    actor.send({ type: 'sell', count: 1 });
    await settled(actor);
    expect(heard).toEqual([{ type: 'soldOut', at: 2 }, 0]);
  });

  it('runs its effects over there', async () => {
    await using place = open();
    const { shop } = place.load('shop');
    const actor = createActor(shop, { input: { apples: 1 } }).start();
    actor.send({ type: 'close' });
    expect((await settled(actor, ({ context }) => context.sign === 'closed')).context.apples).toBe(1);
  });

  it('is selected from, and tells of what was selected only when that changes', async () => {
    await using place = open();
    const { shop } = place.load('shop');
    const actor = createActor(shop, { input: { apples: 3 } }).start();
    await started(actor);
    const sign = actor.select(({ context }) => context.sign);
    const signs: string[] = [];
    const subscription = sign.subscribe((each) => signs.push(each));
    actor.send({ type: 'sell', count: 1 });
    actor.send({ type: 'rename', sign: 'sale' });
    actor.send({ type: 'sell', count: 1 });
    await settled(actor);
    expect(signs).toEqual(['sale']);
    expect(sign.get()).toBe('sale');
    subscription.unsubscribe();
  });

  it('is the child of a machine', async () => {
    await using place = open();
    const { shop } = place.load('shop');
    const seen: unknown[] = [];
    using parent = run(
      setup({ actors: { shop } }).createMachine({
        invoke: {
          src: 'shop',
          id: 'shop',
          input: { apples: 4 },
          onSnapshot: { actions: ({ event }) => seen.push((event.snapshot as { context: Shelf }).context.apples) },
        },
      }),
    );
    const child = parent.getSnapshot().children['shop'];
    child?.send({ type: 'sell', count: 3 });
    if (child) await settled(child);
    expect(seen).toEqual([4, 1]);
  });
});

describe.each(places)('a hosted actor $where, to RxJS and to those who wait', ({ open }) => {
  it('is an observable of its snapshots, which completes with it', async () => {
    await using place = open({ logger: () => {} });
    const { door } = place.load('door');
    const actor = createActor(door, { input: { owner: 'Ada', code: '1' } }).start();
    await started(actor);
    const visits = lastValueFrom(
      from(actor).pipe(
        map(({ context, status }) => `${context.visitors.length} ${status}`),
        toArray(),
      ),
    );
    actor.send({ type: 'VISIT', name: 'Bob' });
    actor.send({ type: 'VISIT', name: 'Cyd' });
    actor.send({ type: 'REMOVE' });
    expect(await visits).toEqual(['1 active', '2 active', '2 done']);
    expect(await toPromise(actor)).toEqual({ visits: 2 });
  });

  it('is left alone by an observable that was unsubscribed from', async () => {
    await using place = open();
    const { counter } = place.load('counter');
    const actor = createActor(counter, { input: { from: 0 } }).start();
    await started(actor);
    const firstTwo = firstValueFrom(from(actor).pipe(take(2), toArray()));
    for (let sent = 0; sent < 5; sent += 1) actor.send({ type: 'ADD', amount: 1 });
    expect((await firstTwo).map(({ context }) => context)).toEqual([1, 2]);
    expect((await settled(actor)).context).toBe(5);
  });

  it('fails its observable, and who waits for its output, with its error', async () => {
    await using place = open();
    const { failsInAction } = place.load('failing');
    const actor = createActor(failsInAction).start();
    const errors = [rejectionOf(lastValueFrom(from(actor))), rejectionOf(toPromise(actor))];
    actor.send({ type: 'PUSH' });
    for (const error of await Promise.all(errors)) expect(error).toMatchObject({ name: 'Spill', code: 'E_SPILL' });
  });

  it('is waited for by a predicate, and in vain where it ends first', async () => {
    await using place = open({ logger: () => {} });
    const { door } = place.load('door');
    const actor = createActor(door, { input: { owner: 'Ada', code: '1' } }).start();
    const unlocked = waitFor(actor, (snapshot) => snapshot.matches({ standing: { leaf: { closed: 'unlocked' } } }));
    actor.send({ type: 'UNLOCK', code: '1' });
    expect((await unlocked).hasTag('shut')).toBe(true);
    const never = rejectionOf(waitFor(actor, (snapshot) => snapshot.hasTag('loud')));
    actor.send({ type: 'REMOVE' });
    expect(String(await never)).toMatch(/terminated/);
  });
});
