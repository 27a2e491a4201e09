// A hosted actor is an ordinary actor ref: each behaviour on a memory host and in a real thread.
import { describe, expect, it } from 'vitest';
import { createActor, toPromise, waitFor, type AnyActorLogic, type AnyEventObject } from 'xstate';
import { firstValueFrom, from, take, toArray } from 'rxjs';
import { isTroupeError, settled, started, watch } from 'troupe';
import { collectDeadLetters, rejectionOf } from './support/observing.ts';
import { atOnce, fixtures, places } from './support/places.ts';
import { traceChild, traceRoot } from './support/trace.ts';

const house = { owner: 'Ada', code: '1815' };
const VISIT = (name: string) => ({ type: 'VISIT', name }) as const;

/** Every kind of logic, what it is given, and whether it ends by itself. */
const kinds: readonly {
  readonly kind: string;
  readonly module: 'counter' | 'teller' | 'failing' | 'door';
  readonly name: string;
  readonly input?: unknown;
  readonly events?: readonly AnyEventObject[];
  readonly ends: boolean;
  readonly atOnce?: boolean;
}[] = [
  {
    kind: 'a transition function',
    module: 'counter',
    name: 'counter',
    input: { from: 5 },
    events: [{ type: 'ADD', amount: 1 }, { type: 'NOTHING' }, { type: 'ADD', amount: 2 }],
    ends: false,
  },
  { kind: 'a promise that resolves', module: 'counter', name: 'doubled', input: 21, ends: true },
  { kind: 'a promise that rejects', module: 'counter', name: 'rejecting', input: 'no', ends: true },
  { kind: 'an observable', module: 'counter', name: 'numbers', ends: true },
  {
    kind: 'a machine that emits, raises and ends',
    module: 'teller',
    name: 'storyteller',
    events: [
      { type: 'TELL', words: 'one' },
      { type: 'UNKNOWN' },
      { type: 'TELL', words: 'two' },
      { type: 'LEAVE' },
      { type: 'TELL', words: 'three' },
    ],
    ends: true,
  },
  {
    kind: 'a machine with parallel states',
    module: 'door',
    name: 'door',
    input: house,
    events: [VISIT('Bob'), { type: 'UNLOCK', code: 'no' }, { type: 'UNLOCK', code: '1815' }, { type: 'OPEN' }],
    ends: false,
  },
  { kind: 'a machine that is done at birth', module: 'teller', name: 'stillborn', ends: true },
  { kind: 'a machine that throws at birth', module: 'failing', name: 'failsAtBirth', ends: true },
  { kind: 'a machine whose context throws', module: 'failing', name: 'failsInContext', ends: true },
  {
    kind: 'a machine that throws in an action',
    module: 'failing',
    name: 'failsInAction',
    events: [{ type: 'PUSH' }],
    ends: true,
  },
  {
    kind: 'a machine that throws in a guard',
    module: 'failing',
    name: 'failsInGuard',
    events: [{ type: 'PUSH' }],
    ends: true,
  },
  {
    kind: 'a machine that throws after a delayed send',
    module: 'failing',
    name: 'failsInDelayedSend',
    events: [{ type: 'PUSH' }],
    ends: true,
  },
  {
    kind: 'a transition function that throws',
    module: 'failing',
    name: 'failsInTransition',
    events: [{ type: 'PUSH' }],
    ends: true,
  },
];

const children: typeof kinds = [
  ...kinds,
  {
    kind: 'a callback that answers its parent',
    module: 'counter',
    name: 'echo',
    events: [
      { type: 'SAY', words: 'a' },
      { type: 'SAY', words: 'b' },
    ],
    ends: false,
  },
  { kind: 'an event observable', module: 'counter', name: 'heard', ends: true, atOnce: true },
  {
    kind: 'a machine that tells its parent',
    module: 'teller',
    name: 'messenger',
    events: [
      { type: 'CARRY', words: 'a' },
      { type: 'CARRY', words: 'b' },
    ],
    ends: false,
  },
  {
    kind: 'a machine that tells its parent, emits and ends',
    module: 'teller',
    name: 'reporter',
    events: [{ type: 'TELL', words: 'one' }, { type: 'LEAVE' }],
    ends: true,
  },
];

const plain = (module: keyof typeof fixtures, name: string) =>
  (fixtures[module] as unknown as Record<string, AnyActorLogic>)[name] as AnyActorLogic;

describe.each(places)('hosted logic $where', ({ open }) => {
  const hostedOf = (place: ReturnType<typeof open>, module: keyof typeof fixtures, name: string) =>
    (place.load(module) as unknown as Record<string, AnyActorLogic>)[name] as AnyActorLogic;

  it.each(kinds)('shows its observers what a plain actor does: $kind', async ({ module, name, ...run }) => {
    await using place = open({ logger: () => {} });
    const here = await traceRoot(plain(module, name), run);
    const there = await traceRoot(hostedOf(place, module, name), run);
    expect(there).toEqual(here);
    expect(here.length).toBeGreaterThan(1);
  });

  it.each(children)('tells its parent what a plain actor does: $kind', async ({ module, name, ...run }) => {
    await using place = open({ logger: () => {} });
    const here = await traceChild(plain(module, name), run);
    const there = await traceChild(hostedOf(place, module, name), run);
    expect(there).toEqual(here);
    expect(here.length).toBeGreaterThan(0);
  });

  it('takes input, handles events in order, and gives its snapshot', async () => {
    await using place = open();
    const { counter } = place.load('counter');
    const actor = createActor(counter, { input: { from: 5 } }).start();
    for (let amount = 1; amount <= 100; amount += 1) actor.send({ type: 'ADD', amount });
    expect((await settled(actor)).context).toBe(5055);
    expect(actor.getSnapshot().context).toBe(5055);
  });

  it('bears the id it is given', async () => {
    await using place = open();
    const { counter } = place.load('counter');
    expect(createActor(counter, { id: 'Alice' }).id).toBe('Alice');
  });

  it('starts nothing before it is started', async () => {
    await using place = open();
    const { door } = place.load('door');
    const actor = createActor(door, { input: house });
    expect(actor.getSnapshot().status).toBe('active');
    expect(actor.getSnapshot().matches('standing')).toBe(false);
    expect(actor.getSnapshot().hasTag('shut')).toBe(false);
    actor.stop();
    actor.send({ type: 'OPEN' });
    expect(actor.getSnapshot().status).toBe('active');
    expect(await watch(actor)).toEqual({ type: 'stopped' });
  });

  it('handles what was sent before it started after that, in order', async () => {
    await using place = open();
    const { door } = place.load('door');
    const actor = createActor(door, { input: house });
    actor.send(VISIT('Bob'));
    actor.send(VISIT('Cyd'));
    actor.start();
    actor.send(VISIT('Dan'));
    expect((await settled(actor)).context.visitors).toEqual(['Bob', 'Cyd', 'Dan']);
  });

  it('resolves toPromise with its output, and rejects it with its error', async () => {
    await using place = open();
    const { doubled, rejecting } = place.load('counter');
    expect(await toPromise(createActor(doubled, { input: 21 }).start())).toBe(42);
    const error = await rejectionOf(toPromise(createActor(rejecting, { input: 'no such number' }).start()));
    expect(error).toMatchObject({ name: 'RangeError', message: 'no such number' });
    expect(error).toBeInstanceOf(RangeError);
  });

  it('gives an error whole: its class name, code, data and cause', async () => {
    await using place = open();
    const { failsInAction } = place.load('failing');
    const actor = createActor(failsInAction).start();
    const failed = rejectionOf(toPromise(actor));
    actor.send({ type: 'PUSH' });
    const error = await failed;
    expect(error).toMatchObject({ name: 'Spill', code: 'E_SPILL', litres: 3, message: 'spilled 3 litres' });
    expect((error as Error).cause).toMatchObject({ name: 'RangeError', message: 'too full' });
    expect((error as Error).stack).toContain('failing.js');
    expect(actor.getSnapshot()).toMatchObject({ status: 'error', error });
  });

  it('misses no event: whoever waits for a count, right after the send that makes it, sees just that count', async () => {
    await using place = open();
    const { counter } = place.load('counter');
    const actor = createActor(counter, { input: { from: 0 } }).start();
    const rounds = Array.from({ length: 20 }, (_, index) => index + 1);
    // a count that was skipped never comes again
    const waits = rounds.map((round) => {
      actor.send({ type: 'ADD', amount: 1 });
      return waitFor(actor, ({ context }) => context === round, { timeout: 4000 });
    });
    expect((await Promise.all(waits)).map(({ context }) => context)).toEqual(rounds);
  });

  it('says in the stack of its error which actor failed on which node', async () => {
    await using place = open({ name: 'kitchen' });
    const { failsInAction } = place.load('failing');
    const actor = createActor(failsInAction, { id: 'jug' });
    actor.subscribe({ error: () => {} });
    actor.start();
    actor.send({ type: 'PUSH' });
    const ends = [await watch(actor), await watch(actor)];
    const errors = [...ends.map((down) => down.type === 'failed' && down.error), actor.getSnapshot().error];
    for (const error of errors) {
      const marks = (error as Error).stack?.match(/in actor .*/g);
      expect(marks).toEqual([expect.stringMatching(/^in actor 'jug' on kitchen.*@\S+$/)]);
    }
  });

  it('is an observable to RxJS, and can be selected from', async () => {
    await using place = open();
    const { counter } = place.load('counter');
    const actor = createActor(counter, { input: { from: 0 } }).start();
    await started(actor);
    const seen = firstValueFrom(from(actor).pipe(take(2), toArray()));
    const parities: unknown[] = [];
    const parity = actor.select(({ context }) => context % 2);
    const subscription = parity.subscribe((each) => parities.push(each));
    actor.send({ type: 'ADD', amount: 1 });
    actor.send({ type: 'ADD', amount: 2 });
    actor.send({ type: 'ADD', amount: 1 });
    expect((await seen).map(({ context }) => context)).toEqual([1, 3]);
    await settled(actor);
    expect(parities).toEqual([1, 0]);
    expect(parity.get()).toBe(0);
    subscription.unsubscribe();
  });

  it('tells no more to who has unsubscribed', async () => {
    await using place = open();
    const { door } = place.load('door');
    const actor = createActor(door, { input: house }).start();
    const heard: string[] = [];
    const next = actor.subscribe(({ context }) => heard.push(`${context.visitors.length}`));
    const rang = actor.on('RANG', ({ visitor }) => heard.push(visitor));
    actor.send(VISIT('Bob'));
    await settled(actor);
    next.unsubscribe();
    rang.unsubscribe();
    actor.send(VISIT('Cyd'));
    expect((await settled(actor)).context.visitors).toHaveLength(2);
    expect(heard).toEqual(['0', 'Bob', '1']);
  });

  it('logs to the logger, in order, before it has settled', async () => {
    const lines: unknown[] = [];
    await using place = open({ logger: (...values: unknown[]) => lines.push(values) });
    const { storyteller } = place.load('teller');
    const actor = createActor(storyteller).start();
    actor.send({ type: 'TELL', words: 'one' });
    actor.send({ type: 'TELL', words: 'two' });
    await settled(actor);
    expect(lines).toEqual([['born'], ['first one'], ['then one'], ['first two'], ['then two']]);
  });

  it("logs to the actor's own logger where the host has none", async () => {
    const lines: unknown[] = [];
    await using place = open();
    const { storyteller } = place.load('teller');
    const actor = createActor(storyteller, { logger: (...values: unknown[]) => lines.push(...values) }).start();
    await settled(actor);
    expect(lines).toEqual(['born']);
  });

  it('goes by the clock of its host', async () => {
    await using place = open();
    const { alarm, storyteller } = place.load('teller');
    const actor = createActor(alarm).start();
    const rang = new Promise((resolve) => actor.on('RANG', resolve));
    actor.send({ type: 'SET', delay: 10_000 });
    actor.send({ type: 'HUSH' });
    actor.send({ type: 'SET', delay: 2 });
    await rang;
    expect((await settled(actor)).context.rings).toBe(1);

    const waiter = createActor(storyteller, { logger: () => {} }).start();
    waiter.send({ type: 'WAIT' });
    expect((await settled(waiter)).value).toBe('waiting');
    expect((await waitFor(waiter, (snapshot) => snapshot.matches('telling'))).value).toBe('telling');
  });

  it('handles what was sent before it was stopped, and nothing after', async () => {
    const lines: unknown[] = [];
    await using place = open({ logger: (line: unknown) => lines.push(line) });
    using dead = collectDeadLetters();
    const { storyteller } = place.load('teller');
    const actor = createActor(storyteller).start();
    for (let n = 0; n < 50; n += 1) actor.send({ type: 'TELL', words: `${n}` });
    let completed = 0;
    actor.subscribe({ complete: () => (completed += 1) });
    actor.stop();
    actor.send({ type: 'TELL', words: 'too late' });
    expect(actor.getSnapshot().status).toBe('stopped');
    expect(completed).toBe(1);
    await settled(actor);
    expect(lines).toHaveLength(101);
    expect(lines.at(-1)).toBe('then 49');
    expect(dead.letters).toMatchObject([{ reason: 'stopped', count: 1 }]);
    expect(isTroupeError(dead.letters[0]?.error, 'ACTOR_DOWN')).toBe(true);
    expect(dead.letters[0]?.error).toMatchObject({
      message: expect.stringMatching(/Cannot send 'TELL' to '.*': it has stopped\. Watch it/) as string,
    });
  });

  it('takes no offence at an unserialisable event once it has stopped', async () => {
    await using place = open();
    const { counter } = place.load('counter');
    const actor = createActor(counter).start().stop();
    expect(() => actor.send({ type: 'ADD', amount: (() => 1) as never })).not.toThrow();
  });

  it('says that it is over to who subscribes too late', async () => {
    await using place = open();
    const { doubled } = place.load('counter');
    const actor = createActor(doubled, { input: 1 }).start();
    await toPromise(actor);
    expect(await new Promise((resolve) => actor.subscribe({ complete: () => resolve('complete') }))).toBe('complete');
    expect(actor.getSnapshot()).toMatchObject({ status: 'done', output: 2 });
  });

  it('goes on as if nothing had happened when it is stopped and started at once, as React does it', async () => {
    await using place = open({ logger: () => {} });
    const { counter } = place.load('counter');
    const actor = createActor(counter, { input: { from: 0 } });
    const seen: number[] = [];
    actor.start();
    actor.send({ type: 'ADD', amount: 100 });
    // what useIdleActorRef does under StrictMode: stop, rewrite, start again
    const initial = actor.getSnapshot();
    actor.stop();
    Object.assign(actor, { _processingStatus: 0, _snapshot: { ...initial, status: 'active' } });
    actor.subscribe(({ context }) => seen.push(context));
    actor.start();
    actor.send({ type: 'ADD', amount: 1 });
    expect((await settled(actor)).context).toBe(101);
    expect(seen.at(-1)).toBe(101);
    expect(actor.getSnapshot().status).toBe('active');
    actor.stop();
    expect(await watch(actor)).toEqual({ type: 'stopped' });
  });

  it('is the same logic at each import with the same options', async () => {
    await using place = open();
    expect(place.load('counter').counter).toBe(place.load('counter').counter);
    expect(place.load('counter', { snapshots: 'latest' }).counter).not.toBe(place.load('counter').counter);
  });
});

describe.each(places)('the snapshot of a hosted machine $where', ({ open }) => {
  it('matches nested and parallel states, and has tags, meta and JSON', async () => {
    await using place = open({ logger: () => {} });
    const { door } = place.load('door');
    const actor = createActor(door, { input: house }).start();
    actor.send(VISIT('Bob'));
    const snapshot = await settled(actor);
    const here = createActor(fixtures.door.door, { input: house, logger: () => {} }).start();
    here.send(VISIT('Bob'));
    const expected = here.getSnapshot();

    expect(snapshot.value).toEqual(expected.value);
    expect(snapshot.matches('standing')).toBe(true);
    expect(snapshot.matches({ standing: { leaf: { closed: 'locked' }, bell: 'ringing' } })).toBe(true);
    expect(snapshot.matches({ standing: { leaf: 'open' } })).toBe(false);
    expect(snapshot.hasTag('shut')).toBe(true);
    expect(snapshot.hasTag('loud')).toBe(true);
    expect([...snapshot.tags].toSorted()).toEqual([...expected.tags].toSorted());
    expect(snapshot.getMeta()).toEqual(expected.getMeta());
    expect(JSON.parse(JSON.stringify(snapshot))).toEqual(JSON.parse(JSON.stringify(expected)));
  });

  it('cannot tell what it can take without the module, and says how', async () => {
    await using place = open();
    const { door } = place.load('door');
    const actor = createActor(door, { input: house });
    expect(() => actor.getSnapshot().can({ type: 'OPEN' })).toThrow(/'door'/);
    const snapshot = await started(actor.start());
    expect(() => snapshot.can({ type: 'OPEN' })).toThrow(
      expect.objectContaining({
        code: 'NO_LOCAL_MODULE',
        message:
          "Cannot tell whether 'door' can take 'OPEN': its guards are elsewhere. Give the module at hand as `local` where it is imported.",
        details: { name: 'door', event: 'OPEN' },
      }),
    );
  });

  it('is exact with the module at hand, from the first', async () => {
    await using place = open({ logger: () => {} });
    const { door } = place.load('door', { local: fixtures.door });
    const actor = createActor(door, { input: house }).start();
    const first = actor.getSnapshot();
    expect(first.matches({ standing: { leaf: { closed: 'locked' } } })).toBe(true);
    expect(first.can({ type: 'UNLOCK', code: '1815' })).toBe(true);
    expect(first.can({ type: 'UNLOCK', code: '1' })).toBe(false);
    expect(first.can({ type: 'OPEN' })).toBe(false);
    expect(first.context.owner).toBe('Ada');
    actor.send({ type: 'UNLOCK', code: '1815' });
    const unlocked = await settled(actor);
    expect(unlocked.can({ type: 'OPEN' })).toBe(true);
    expect(unlocked.hasTag('shut')).toBe(true);
    expect(unlocked.getMeta()).toEqual({ 'door.standing.leaf.closed': { sign: 'Please ring' } });
    actor.send({ type: 'REMOVE' });
    expect(await settled(actor)).toMatchObject({ status: 'done', value: 'removed', output: { visits: 0 } });
  });

  it.each([{ local: true }, { local: false }])('comes back to a history state (local: $local)', async ({ local }) => {
    await using place = open();
    const { player } = place.load('teller', local ? { local: fixtures.teller } : {});
    const actor = createActor(player).start();
    for (const type of ['NEXT', 'PAUSE'] as const) actor.send({ type });
    expect((await settled(actor)).matches('paused')).toBe(true);
    actor.send({ type: 'RESUME' });
    expect((await settled(actor)).matches({ playing: 'second' })).toBe(true);
  });

  it('keeps the identity of context keys that did not change, and of itself where nothing did', async () => {
    await using place = open({ logger: () => {} });
    const { door } = place.load('door');
    const actor = createActor(door, { input: house }).start();
    const before = await settled(actor);
    actor.send(VISIT('Bob'));
    const after = await settled(actor);
    expect(after).not.toBe(before);
    expect(after.context.lock).toBe(before.context.lock);
    expect(after.context.visitors).not.toBe(before.context.visitors);
    actor.send({ type: 'OPEN' });
    expect(await settled(actor)).toBe(after);
  });

  it('shows the children of the machine as refs that can be sent to', async () => {
    await using place = open({ logger: () => {} });
    const { mother } = place.load('teller');
    const actor = createActor(mother).start();
    await waitFor(actor, ({ context }) => context.worked === 42);
    const child = actor.getSnapshot().children['child'];
    expect(child?.id).toBe('child');
    child?.send({ type: 'TELL', words: 'to a child' });
    const { told } = ((await settled(child as NonNullable<typeof child>)) as unknown as { context: { told: string[] } })
      .context;
    expect(told).toEqual(['to a child']);
    actor.send({ type: 'CALL', words: 'by name' });
    await settled(actor);
    const snapshot = (await settled(child as NonNullable<typeof child>)) as unknown as { context: { told: string[] } };
    expect(snapshot.context.told).toEqual(['to a child', 'by name']);
  });
});

describe.each([...places, atOnce])('the last snapshot of a hosted machine $where', ({ open }) => {
  it('has no children once it was stopped, as at home', async () => {
    await using place = open({ logger: () => {} });
    const { mother } = place.load('teller');
    for (const logic of [fixtures.teller.mother, mother]) {
      const actor = createActor(logic, { logger: () => {} }).start();
      expect(Object.keys((await settled(actor)).children)).toContain('child');
      actor.stop();
      expect(actor.getSnapshot().status).toBe('stopped');
      expect(Object.keys(actor.getSnapshot().children)).toEqual([]);
    }
  });
});

describe('a hosted actor on a memory host in its sync mode', () => {
  it('tells a step to who subscribes while its events are emitted, as at home', async () => {
    await using place = atOnce.open({ logger: () => {} });
    const { storyteller } = place.load('teller');
    for (const logic of [fixtures.teller.storyteller, storyteller]) {
      const actor = createActor(logic, { logger: () => {} }).start();
      const seen: number[] = [];
      const listening = actor.on('EMITTED', () => {
        listening.unsubscribe();
        actor.subscribe(({ context }) => seen.push(context.told.length));
      });
      actor.send({ type: 'TELL', words: 'one' });
      actor.send({ type: 'TELL', words: 'two' });
      expect(seen).toEqual([1, 2]);
    }
  });
});

describe.each(places)('the snapshots that travel $where', ({ open }) => {
  it('are each of them while somebody observes', async () => {
    await using place = open();
    const { counter } = place.load('counter');
    const actor = createActor(counter, { input: { from: 0 } });
    const seen: number[] = [];
    actor.subscribe(({ context }) => seen.push(context));
    actor.start();
    for (let n = 0; n < 300; n += 1) actor.send({ type: 'ADD', amount: 1 });
    await settled(actor);
    expect(seen).toEqual(Array.from({ length: 301 }, (_, n) => n));
  });

  it('are merged while nobody does, and none is wrong once somebody looks', async () => {
    await using place = open();
    const { counter } = place.load('counter');
    const actor = createActor(counter, { input: { from: 0 } }).start();
    for (let n = 0; n < 300; n += 1) actor.send({ type: 'ADD', amount: 1 });
    expect((await settled(actor)).context).toBe(300);
    const seen: number[] = [];
    const subscription = actor.subscribe(({ context }) => seen.push(context));
    actor.send({ type: 'ADD', amount: 1 });
    actor.send({ type: 'ADD', amount: 1 });
    await settled(actor);
    expect(seen).toEqual([301, 302]);
    subscription.unsubscribe();
    actor.send({ type: 'ADD', amount: 1 });
    expect((await settled(actor)).context).toBe(303);
    expect(seen).toHaveLength(2);
  });

  it("are few but end with the latest, under 'latest'", async () => {
    await using place = open();
    const { counter } = place.load('counter', { snapshots: 'latest' });
    const actor = createActor(counter, { input: { from: 0 } });
    const seen: number[] = [];
    actor.subscribe(({ context }) => seen.push(context));
    actor.start();
    for (let n = 0; n < 300; n += 1) actor.send({ type: 'ADD', amount: 1 });
    expect((await settled(actor)).context).toBe(300);
    expect(seen.at(-1)).toBe(300);
    expect(seen.length).toBeLessThan(100);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });

  it("are the first and the last, under 'none'", async () => {
    await using place = open({ logger: () => {} });
    const { storyteller } = place.load('teller', { snapshots: 'none' });
    const actor = createActor(storyteller);
    const seen: unknown[] = [];
    const emitted: string[] = [];
    actor.subscribe(({ status, context }) => seen.push([status, context.told.length]));
    actor.on('EMITTED', ({ words }) => emitted.push(words));
    actor.start();
    actor.send({ type: 'TELL', words: 'one' });
    actor.send({ type: 'TELL', words: 'two' });
    await settled(actor);
    expect(seen).toEqual([['active', 0]]);
    actor.send({ type: 'LEAVE' });
    expect(await toPromise(actor)).toEqual({ told: 2 });
    expect(seen).toEqual([
      ['active', 0],
      ['done', 2],
    ]);
    expect(emitted).toEqual(['born', 'one', 'echo', 'two', 'echo', 'bye']);
  });
});
