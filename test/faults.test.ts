// Faults as verbs: what each does to the links of a bus and to the nodes at their ends, between buses and to hosted actors, in this realm and in threads.
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createActor, fromPromise, fromTransition, SimulatedClock, toPromise, type AnyActorRef } from 'xstate';
import {
  ask,
  createBus,
  createMemoryHost,
  createMemoryLink,
  createPortLink,
  createThreads,
  settled,
  started,
  supervise,
  topic,
  watch,
  type Bus,
  type HostedModule,
  type NodeAddress,
} from 'troupe';
import { injectFaults, until, type FaultOptions, type Faults } from 'troupe/testing';
import * as hearers from '../dist/test/fixtures/hearers.js';
import * as penPals from '../dist/test/fixtures/pen-pals.js';
import type * as served from './fixtures/served.worker.ts';
import { Worker } from 'node:worker_threads';
import { collect, joinBelow, lettersOf, openBelow, openBus, send, turns } from './support/nodes.ts';
import { rejectionOf } from './support/observing.ts';
import { urlOf } from './support/places.ts';

// Threads start slowly on a busy machine.
vi.setConfig({ testTimeout: 20_000 });

const range = (count: number, from = 0) => Array.from({ length: count }, (_, index) => from + index);
const ascending = (numbers: readonly number[]) =>
  new Set(numbers).size === numbers.length &&
  [...numbers].every((number, index) => index === 0 || number > (numbers[index - 1] as number));

/** A bus with faults, a node below it, what comes to a channel on each, and the letters of each about what it sent. */
async function openFaulty(options: Omit<FaultOptions, 'bus'> = {}) {
  const hub = openBus('hub');
  const faults = injectFaults({ seed: 7, ...options, bus: hub });
  onTestFinished(() => faults.close());
  const below = await openBelow(hub, 'below');
  const [got, told] = [collect(below, 'a') as number[], collect(hub, 'a') as number[]];
  return { hub, faults, below, node: below.address, got, told, letters: lettersOf(hub), toldLetters: lettersOf(below) };
}

/** Sends numbers, each in a tick of its own but in one turn of the event loop: so each is a packet, with the next close behind. */
async function sendEach(from: Bus, to: NodeAddress, numbers: readonly number[]): Promise<void> {
  for (const number of numbers) {
    send(from, to, 'a', number);
    for (let tick = 0; tick < 5; tick += 1) await Promise.resolve();
  }
}

const lostOf = (letters: readonly { readonly reason: string; readonly count: number }[]) =>
  letters.filter(({ reason }) => reason === 'lost').reduce((sum, { count }) => sum + count, 0);

describe('drop', () => {
  it.each(['there', 'back'])('loses packets on the way %s, tells of each gap, and changes no order', async (way) => {
    const { hub, below, faults, node, got, told, letters, toldLetters } = await openFaulty();
    faults.drop(node, 0.3);
    if (way === 'there') await sendEach(hub, node, range(200));
    else await sendEach(below, hub.address, range(200));
    faults.heal(node);
    const [came, lost] = way === 'there' ? [got, letters] : [told, toldLetters];
    send(...(way === 'there' ? ([hub, node] as const) : ([below, hub.address] as const)), 'a', 200);
    await until(() => came.includes(200));
    expect(ascending(came)).toBe(true);
    expect(came.length).toBeGreaterThan(110);
    expect(came.length).toBeLessThan(170);
    await until(() => lostOf(lost) === 201 - came.length);
    expect(lost.every(({ reason }) => reason === 'lost')).toBe(true);
  });

  it('loses all with the probability 1, and none with 0', async () => {
    const { hub, faults, node, got, letters } = await openFaulty();
    faults.drop(node, 1);
    await sendEach(hub, node, range(20));
    faults.drop(node, 0);
    await sendEach(hub, node, range(20, 20));
    await until(() => got.length === 20 && lostOf(letters) === 20);
    expect(got).toEqual(range(20, 20));
  });

  it.each(['there', 'back'])('has the loss told of what was the last before a silence, on the way %s', async (way) => {
    const { hub, below, faults, node, letters, toldLetters } = await openFaulty();
    faults.drop(node, 1);
    await (way === 'there' ? sendEach(hub, node, range(3)) : sendEach(below, hub.address, range(3)));
    faults.heal(node);
    const lost = way === 'there' ? letters : toldLetters;
    await until(() => lostOf(lost) > 0);
    await turns();
    expect(lostOf(lost)).toBe(3);
  });

  it('has every event handled or told as lost, whatever goes wrong with what tells of it', async () => {
    const { hub, below, faults, node, got, told, letters, toldLetters } = await openFaulty({ seed: 3 });
    faults.drop(node, 0.3);
    faults.duplicate(node, 0.3);
    faults.reorder(node, 0.3);
    for (const first of [0, 100, 200]) {
      await sendEach(hub, node, range(100, first));
      await sendEach(below, hub.address, range(100, first));
      await turns();
    }
    faults.heal(node);
    send(hub, node, 'a', 300);
    send(below, hub.address, 'a', 300);
    await until(() => got.length + lostOf(letters) === 301 && told.length + lostOf(toldLetters) === 301);
    expect([ascending(got), ascending(told)]).toEqual([true, true]);
  });

  it('lets pass what was sent before it, in the same tick', async () => {
    const { hub, faults, node, got } = await openFaulty();
    send(hub, node, 'a', 1);
    faults.drop(node, 1);
    send(hub, node, 'a', 2);
    await turns();
    expect(got).toEqual([1]);
  });

  it('never loses the greeting', async () => {
    const hub = openBus('hub');
    using faults = injectFaults({ bus: hub });
    const [up, down] = createMemoryLink();
    const below = openBus('below');
    hub.connect(up, { node: 'below@1', as: 'child' });
    for (const verb of ['drop', 'duplicate', 'reorder'] as const) faults[verb]('below@1', 1);
    faults.cut('below@1');
    await below.join(down);
    await turns();
    faults.heal('below@1');
    const got = collect(below, 'a');
    send(hub, 'below@1', 'a', 1);
    await until(() => got.length > 0);
    expect(got).toEqual([1]);
    // nor the answer to it
    const told = collect(hub, 'a');
    send(below, hub.address, 'a', 2);
    await until(() => told.length > 0);
    expect(told).toEqual([2]);
  });
});

describe('duplicate', () => {
  it('brings each packet twice, of which one is handled', async () => {
    const { hub, below, faults, node, got, told, letters, toldLetters } = await openFaulty();
    const packets = vi.spyOn(JSON, 'parse');
    faults.duplicate(node, 1);
    await sendEach(hub, node, range(50));
    await sendEach(below, hub.address, range(50));
    await turns();
    // each was read twice, at least
    expect(packets.mock.calls.length).toBeGreaterThanOrEqual(200);
    packets.mockRestore();
    expect([got, told]).toEqual([range(50), range(50)]);
    expect([letters, toldLetters]).toEqual([[], []]);
  });

  it('moves a port once', async () => {
    const { hub, faults, node, below } = await openFaulty();
    const other = await openBelow(hub, 'other');
    const got = collect(other, 'a');
    for (const each of [node, other.address]) faults.duplicate(each, 1);
    send(below, other.address, 'a', 1, 2);
    await until(() => got.length === 2);
    expect(got).toEqual([1, 2]);
  });
});

describe('reorder', () => {
  it('has each packet overtaken by the next: it comes too late and is lost, and that is told', async () => {
    const { hub, faults, node, got, letters } = await openFaulty();
    faults.reorder(node, 1);
    await sendEach(hub, node, range(10));
    await turns();
    // what asks for the lost is overtaken too, so it is not each second one exactly
    expect(ascending(got)).toBe(true);
    expect(got.slice(0, 2)).toEqual([1, 3]);
    expect(got.length).toBeLessThan(8);
    await until(() => lostOf(letters) === 10 - got.length);
  });

  it('delivers in order what nothing follows', async () => {
    const { hub, faults, node, got, letters } = await openFaulty();
    faults.reorder(node, 1);
    for (const number of range(5)) {
      send(hub, node, 'a', number);
      await turns();
    }
    expect(got).toEqual(range(5));
    expect(letters).toEqual([]);
  });

  it('overtakes some of them with a lesser probability, both ways', async () => {
    const { hub, below, faults, node, got, told } = await openFaulty();
    faults.reorder(node, 0.2);
    await sendEach(hub, node, range(100));
    await sendEach(below, hub.address, range(100));
    await turns();
    for (const came of [got, told]) {
      expect(ascending(came)).toBe(true);
      expect(came.length).toBeGreaterThan(70);
      expect(came.length).toBeLessThan(95);
    }
  });
});

describe('delay', () => {
  it('brings packets so much later, by the clock that is given', async () => {
    const clock = new SimulatedClock();
    const { hub, below, faults, node, got, told } = await openFaulty({ clock });
    faults.delay(node, 5);
    send(hub, node, 'a', 1);
    send(below, hub.address, 'a', 2);
    await turns();
    clock.increment(4);
    await turns();
    expect([got, told]).toEqual([[], []]);
    clock.increment(1);
    await turns();
    expect([got, told]).toEqual([[1], [2]]);
  });

  it('keeps the order, however different the delays are', async () => {
    const clock = new SimulatedClock();
    const { hub, faults, node, got, letters } = await openFaulty({ clock });
    faults.delay(node, [1, 20]);
    await sendEach(hub, node, range(50));
    const counts: number[] = [];
    for (let passed = 0; passed <= 20; passed += 1) {
      counts.push(got.length);
      clock.increment(1);
      await turns();
    }
    expect(got).toEqual(range(50));
    expect(letters).toEqual([]);
    // not all at once
    expect(new Set(counts).size).toBeGreaterThan(2);
  });

  it('goes by real timers otherwise, and ends with 0, behind what is still on its way', async () => {
    const { hub, faults, node, got } = await openFaulty();
    faults.delay(node, [5, 20]);
    await sendEach(hub, node, range(10));
    faults.delay(node, 0);
    await sendEach(hub, node, range(10, 10));
    expect(got).toEqual([]);
    await until(() => got.length === 20);
    expect(got).toEqual(range(20));
  });
});

describe('cut', () => {
  it('lets nothing pass either way, and loses what is on its way', async () => {
    const clock = new SimulatedClock();
    const { hub, below, faults, node, got, told, letters, toldLetters } = await openFaulty({ clock });
    faults.delay(node, 5);
    send(hub, node, 'a', 0);
    await turns();
    faults.cut(node);
    await sendEach(hub, node, range(3, 1));
    await sendEach(below, hub.address, range(3, 1));
    clock.increment(10);
    await turns();
    expect([got, told]).toEqual([[], []]);
    faults.heal(node);
    send(hub, node, 'a', 4);
    send(below, hub.address, 'a', 4);
    await turns();
    expect([got, told]).toEqual([[4], [4]]);
    await until(() => lostOf(letters) === 4 && lostOf(toldLetters) === 3);
  });

  it('loses what goes back for the next life of an actor no more silently than what was sent', async () => {
    const { hub, below, faults, node, told, toldLetters } = await openFaulty();
    faults.cut(node);
    const body = below.codec.encode({ type: 'ADD' });
    for (let n = 0; n < 3; n += 1) below.route(hub.address).push({ type: 'returned', to: 'a', body });
    await turns();
    faults.heal(node);
    await until(() => lostOf(toldLetters) === 3);
    expect(told).toEqual([]);
  });

  it('cuts the one link that is meant', async () => {
    const { hub, faults, node, got } = await openFaulty();
    const other = await openBelow(hub, 'other');
    const others = collect(other, 'a');
    faults.cut(node);
    for (const to of [node, other.address]) send(hub, to, 'a', 1);
    await turns();
    expect([got, others]).toEqual([[], [1]]);
  });

  it('takes a ref that an event brought, and the node above, for their nodes', async () => {
    const hub = openBus('hub');
    const below = createBus({ name: 'below' });
    onTestFinished(() => below.close());
    using faults = injectFaults({ bus: below });
    await joinBelow(hub, below);
    const told = collect(below, 'a');
    faults.cut(hub.address);
    send(hub, below.address, 'a', 1);
    await turns();
    faults.heal(hub.address);
    send(hub, below.address, 'a', 2);
    await turns();
    expect(told).toEqual([2]);
  });

  it('ends what was introduced, if the introduction is lost', async () => {
    const { hub, faults, node, below } = await openFaulty();
    const other = await openBelow(hub, 'other');
    faults.cut(other.address);
    const route = below.route(other.address);
    expect(await until(() => route.down)).toMatchObject({ code: 'ACTOR_DOWN' });
    expect(hub.route(node).down).toBeUndefined();
  });
});

describe('what tells two nodes of each other', () => {
  it('is told again when it was lost, so that nobody waits for a way for ever', async () => {
    const { hub, below, faults, node } = await openFaulty();
    const other = await openBelow(hub, 'other');
    const got = collect(other, 'a');
    faults.drop(node, 1);
    send(below, other.address, 'a', 1);
    await turns();
    faults.heal(node);
    // what comes next tells of the gap
    send(hub, node, 'a', 0);
    await until(() => got.length === 1);
    expect(got).toEqual([1]);
  });

  it('is heard of by who has the other end of a port that came too late', async () => {
    const hub = openBus('hub');
    const below = await openBelow(hub, 'below');
    const letters = lettersOf(below);
    const held: (() => void)[] = [];
    let holds = false;
    const schedule = (deliver: () => void) => (holds ? void held.push(deliver) : queueMicrotask(deliver));
    const other = await openBelow(hub, 'other', createMemoryLink({ schedule }));
    holds = true;
    send(below, other.address, 'a', 1);
    await turns();
    send(hub, other.address, 'a', 0);
    await turns();
    holds = false;
    for (const deliver of held.splice(0).toReversed()) deliver();
    await until(() => letters.length > 0);
    expect(letters).toMatchObject([{ reason: 'maybe-handled', count: 1 }]);
  });
});

describe('the end of a link that has faults', () => {
  it('comes after what is on its way', async () => {
    const { hub, faults, node, got, told, below } = await openFaulty({ clock: new SimulatedClock() });
    faults.delay(node, 5);
    send(hub, node, 'a', 1);
    send(below, hub.address, 'a', 1);
    await turns();
    await below.close();
    await until(() => hub.route(node).down);
    expect(told).toEqual([1]);
    expect(got).toEqual([]);
  });

  it('is heard by the other side, after what was on its way there', async () => {
    const { hub, faults, node, got, below } = await openFaulty({ clock: new SimulatedClock() });
    const { address } = hub;
    const downs: unknown[] = [];
    below.route(address).watch({ down: (error) => downs.push(error), resync() {} });
    faults.delay(node, 5);
    send(hub, node, 'a', 1);
    await hub.close();
    await until(() => downs.length === 1);
    expect(got).toEqual([1]);
  });
});

describe('a seed', () => {
  const runWith = async (seed: number) => {
    const { hub, below, faults, node, got, told } = await openFaulty({ seed });
    faults.drop(node, 0.2);
    faults.duplicate(node, 0.2);
    faults.reorder(node, 0.2);
    await sendEach(hub, node, range(100));
    await sendEach(below, hub.address, range(100));
    await turns();
    return { got, told };
  };

  it('gives the same faults for the same packets, and another others', async () => {
    const first = await runWith(11);
    expect(await runWith(11)).toEqual(first);
    expect(await runWith(12)).not.toEqual(first);
    expect(first.got).not.toEqual(first.told);
  });

  it('drops the same packets whether or not others come twice', async () => {
    const dropped = async (also: (faults: Faults, node: NodeAddress) => void) => {
      const { hub, faults, node, got } = await openFaulty({ seed: 5 });
      faults.drop(node, 0.5);
      also(faults, node);
      await sendEach(hub, node, range(100));
      await turns();
      return got;
    };
    expect(await dropped((faults, node) => faults.duplicate(node, 0.5))).toEqual(await dropped(() => {}));
  });

  it('is told where none was given', () => {
    const [one, other] = [injectFaults({ bus: openBus('one') }), injectFaults({ bus: openBus('other') })];
    expect(Number.isSafeInteger(one.seed)).toBe(true);
    expect(one.seed).not.toBe(other.seed);
  });
});

describe('ending the faults', () => {
  it('leaves the bus as it was, and the links that it made without faults', async () => {
    const hub = openBus('hub');
    const { connect, join } = hub;
    {
      using faults = injectFaults({ bus: hub });
      expect(hub.connect).not.toBe(connect);
      const below = await openBelow(hub, 'below');
      const got = collect(below, 'a');
      faults.cut(below.address);
      faults.close();
      send(hub, below.address, 'a', 1);
      await until(() => got.length === 1);
    }
    expect([hub.connect, hub.join]).toEqual([connect, join]);
    const plain = vi.fn<Bus['connect']>(connect);
    const [up] = createMemoryLink();
    plain(up, { node: 'plain@1', as: 'child' });
    expect(plain.mock.lastCall?.[0]).toBe(up);
  });

  it('ends in any order where two have injected some', async () => {
    const hub = openBus('hub');
    const first = injectFaults({ bus: hub });
    const second = injectFaults({ bus: hub });
    const below = await openBelow(hub, 'below');
    const got = collect(below, 'a');
    first.cut(below.address);
    second.cut(below.address);
    first.close();
    send(hub, below.address, 'a', 1);
    const between = await openBelow(hub, 'between');
    const cutOff = collect(between, 'a');
    second.cut(between.address);
    send(hub, between.address, 'a', 1);
    await turns();
    expect([got, cutOff]).toEqual([[], []]);
    second.close();
    send(hub, below.address, 'a', 2);
    await until(() => got.length === 1);
    const third = await openBelow(hub, 'third');
    const others = collect(third, 'a');
    send(hub, third.address, 'a', 3);
    await until(() => others.length === 1);
  });

  it('heals all nodes where none is named', async () => {
    const { hub, faults, node, got } = await openFaulty();
    const other = await openBelow(hub, 'other');
    const others = collect(other, 'a');
    for (const each of [node, other.address]) faults.cut(each);
    faults.heal();
    for (const to of [node, other.address]) send(hub, to, 'a', 1);
    await turns();
    expect([got, others]).toEqual([[1], [1]]);
  });

  it('marks its links as lossy', async () => {
    const hub = openBus('hub');
    const { connect } = hub;
    const links: unknown[] = [];
    hub.connect = (link, joining) => {
      links.push(link.lossy);
      return connect(link, joining);
    };
    await openBelow(hub, 'plain');
    using _faults = injectFaults({ bus: hub });
    await openBelow(hub, 'faulty');
    expect(links).toEqual([undefined, true]);
  });
});

type Hearers = HostedModule<typeof hearers>;

interface World extends AsyncDisposable {
  readonly bus: Bus;
  readonly faults: Faults;
  readonly hearers: Hearers;
}

const worlds = [
  {
    where: 'on a memory host',
    open: (options: FaultOptions = {}) =>
      openWorld(options, (bus) => {
        const host = createMemoryHost({ bus });
        return { host, hearers: host.import<typeof hearers>(hearers) };
      }),
  },
  {
    where: 'in a thread',
    open: (options: FaultOptions = {}) =>
      openWorld(options, (bus) => {
        const host = createThreads({ bus, size: 1 });
        return { host, hearers: host.import<typeof hearers>(urlOf('hearers')) };
      }),
  },
];

function openWorld(
  options: FaultOptions,
  open: (bus: Bus) => { readonly host: AsyncDisposable; readonly hearers: Hearers },
): World {
  const bus = createBus({ name: 'test' });
  const faults = injectFaults({ seed: 7, ...options, bus });
  const { host, hearers: imported } = open(bus);
  return {
    bus,
    faults,
    hearers: imported,
    async [Symbol.asyncDispose]() {
      faults.close();
      await host[Symbol.asyncDispose]();
      await bus.close();
    },
  };
}

const heardBy = (actor: AnyActorRef) =>
  ask(actor, (replyTo: AnyActorRef) => ({ type: 'WHAT_DID_YOU_HEAR', replyTo }), {
    timeout: 10_000,
  }) as Promise<unknown> as Promise<{ readonly numbers: readonly number[] }>;

describe.each(worlds)('a hosted actor $where', ({ open }) => {
  it.each([
    ['drop', 0, 95],
    // all of them
    ['duplicate', 101, 101],
    ['reorder', 0, 101],
  ] as const)('hears in order, and is shown as it is when it is healed: %s', async (verb, least, most) => {
    await using world = open();
    const actor = createActor(world.hearers.hearer).start();
    actor.subscribe(() => {});
    await settled(actor);
    world.faults[verb](actor, 0.3);
    for (const number of range(100)) {
      actor.send({ type: 'SAID', number });
      await new Promise((resolve) => setImmediate(resolve));
    }
    world.faults.heal(actor);
    actor.send({ type: 'SAID', number: 100 });
    const { heard } = (await settled(actor)).context;
    expect(ascending(heard)).toBe(true);
    expect(heard.at(-1)).toBe(100);
    expect((await heardBy(actor)).numbers).toEqual(heard);
    expect(heard.length).toBeGreaterThanOrEqual(least);
    expect(heard.length).toBeLessThanOrEqual(most);
  });

  it('hears nothing while it is cut off, and is shown as it is when that is healed', async () => {
    await using world = open();
    const actor = createActor(world.hearers.hearer).start();
    const shown: number[] = [];
    actor.subscribe(({ context }) => shown.push(context.heard.length));
    actor.send({ type: 'SAID', number: 1 });
    await settled(actor);
    world.faults.cut(actor);
    actor.send({ type: 'SAID', number: 2 });
    expect(await rejectionOf(settled(actor, undefined, { timeout: 50 }))).toMatchObject({ code: 'SETTLE_TIMEOUT' });
    world.faults.heal(actor);
    actor.send({ type: 'SAID', number: 3 });
    expect((await settled(actor)).context.heard).toEqual([1, 3]);
    expect(shown).toEqual(shown.toSorted((one, other) => one - other));
    expect(shown.at(-1)).toBe(2);
  });

  it('is shown as it is also if it is what it says that was lost', async () => {
    await using world = open();
    const actor = createActor(world.hearers.hearer).start();
    actor.subscribe(() => {});
    await settled(actor);
    actor.send({ type: 'SAID', number: 1 });
    world.faults.cut(actor);
    await turns();
    world.faults.heal(actor);
    actor.send({ type: 'SAID', number: 2 });
    expect((await settled(actor)).context.heard).toEqual([1, 2]);
  });

  it('answers later while it is delayed', async () => {
    await using world = open();
    const actor = createActor(world.hearers.hearer).start();
    await started(actor);
    world.faults.delay(actor, 20);
    const begun = performance.now();
    actor.send({ type: 'SAID', number: 1 });
    expect((await heardBy(actor)).numbers).toEqual([1]);
    // there and back; timers may be a little early
    expect(performance.now() - begun).toBeGreaterThan(36);
  });

  it('takes no event while it is frozen, and takes them all in order when it is healed', async () => {
    await using world = open();
    const actor = createActor(world.hearers.hearer).start();
    actor.send({ type: 'SAID', number: 0 });
    await settled(actor);
    await world.faults.freeze(actor);
    // frozen is frozen
    await world.faults.freeze(actor);
    for (const number of range(3, 1)) actor.send({ type: 'SAID', number });
    const question = { timeout: 50 };
    const asked = ask(actor, (replyTo: AnyActorRef) => ({ type: 'WHAT_DID_YOU_HEAR', replyTo }), question);
    expect(await rejectionOf(asked)).toMatchObject({ code: 'ASK_TIMEOUT' });
    expect(actor.getSnapshot().context.heard).toEqual([0]);
    world.faults.heal(actor);
    expect((await heardBy(actor)).numbers).toEqual(range(4));
    expect((await settled(actor)).context.heard).toEqual(range(4));
    // and again
    await world.faults.freeze(actor);
    world.faults.heal(actor);
    expect((await heardBy(actor)).numbers).toEqual(range(4));
  });

  it('has told all that it had to tell when it is frozen', async () => {
    await using world = open();
    const actor = createActor(world.hearers.hearer).start();
    actor.subscribe(() => {});
    await settled(actor);
    actor.send({ type: 'SAID', number: 1 });
    await turns();
    await world.faults.freeze(actor);
    const { heard } = actor.getSnapshot().context;
    await turns();
    expect(actor.getSnapshot().context.heard).toBe(heard);
  });

  it('dies as by a crash: asks, watches and waits settle at once, each with the reason', async () => {
    await using world = open();
    const actor = createActor(world.hearers.hearer);
    actor.subscribe({ error: () => {} });
    actor.start();
    await started(actor);
    const downs: unknown[] = [];
    world.bus.nodes.subscribe((change) => change.type === 'down' && downs.push(change));
    // frozen, so that nothing is answered before
    await world.faults.freeze(actor);
    const ends = [rejectionOf(heardBy(actor)), watch(actor), rejectionOf(settled(actor))] as const;
    await world.faults.kill(actor);
    expect(downs).toMatchObject([{ type: 'down', error: { code: 'THREAD_DIED' } }]);
    const [asked, down, waited] = await Promise.all(ends);
    expect(asked).toMatchObject({ code: 'THREAD_DIED' });
    expect(down).toMatchObject({ type: 'failed', error: { code: 'THREAD_DIED' } });
    expect(waited).toMatchObject({ code: 'THREAD_DIED' });
    expect(actor.getSnapshot().status).toBe('error');
    // the dead stay dead
    await world.faults.kill(actor);
    await world.faults.freeze(actor);
    world.faults.cut(actor);
    world.faults.heal(actor);
    expect(downs.length).toBe(1);
  });

  it('dies at work, as well', async () => {
    await using world = open();
    const actor = createActor(world.hearers.hearer);
    actor.subscribe({ error: () => {} });
    actor.start();
    await started(actor);
    for (const number of range(1000)) actor.send({ type: 'SAID', number });
    const down = watch(actor);
    await world.faults.kill(actor);
    expect(await down).toMatchObject({ type: 'failed', error: { code: 'THREAD_DIED' } });
  });

  it('is struck by the ref that an event brought', async () => {
    await using world = open();
    const actor = createActor(world.hearers.hearer).start();
    const heard = new Promise<AnyActorRef>((resolve) =>
      topic<AnyActorRef>('refs', { bus: world.bus }).subscribe(resolve),
    );
    topic<AnyActorRef>('refs', { bus: world.bus }).next(actor);
    await started(actor);
    const ref = await heard;
    world.faults.cut(ref);
    expect(await rejectionOf(settled(actor, undefined, { timeout: 20 }))).toMatchObject({ code: 'SETTLE_TIMEOUT' });
  });
});

describe('what an actor is asked while its steps get lost', () => {
  it('is answered by what it has handled, and not by what was heard before the loss', async () => {
    await using bus = createBus({ name: 'main' });
    using faults = injectFaults({ bus, seed: 7 });
    await using host = createMemoryHost({ bus });
    const counter = fromTransition((count: number, _: { readonly type: 'ADD' }) => count + 1, 0);
    const actor = createActor(host.import({ counter }).counter).start();
    await settled(actor);
    actor.send({ type: 'ADD' });
    // the event is on its way, and what it leads to is lost
    faults.cut(actor);
    await turns();
    faults.heal(actor);
    expect((await settled(actor)).context).toBe(1);
  });
});

describe('the end of a life that is told while packets get lost', () => {
  it.each(['its owner', 'another node'])('is told again, once, to %s', async (who) => {
    await using bus = createBus({ name: 'main' });
    using faults = injectFaults({ bus, seed: 7 });
    await using host = createMemoryHost({ bus });
    const frail = fromTransition((count: number, { type }: { readonly type: 'ADD' | 'FAIL' }) => {
      if (type === 'FAIL') throw new Error('frail');
      return count + 1;
    }, 0);
    const steady = supervise(frail, { backoff: 1, onFailure: () => {} });
    // over there, or here and watched from there
    const isOwner = who === 'its owner';
    const actor = createActor(isOwner ? host.import({ steady }).steady : steady).start();
    await settled(actor);
    const watcher = fromPromise(({ input }: { readonly input: AnyActorRef }) => watch(input));
    const there = createActor(host.import({ watcher }).watcher, { input: actor }).start();
    await settled(there);
    const lives: string[] = [];
    const told = isOwner ? watch(actor) : toPromise(there);
    void told.then(({ type }) => lives.push(type));
    await turns();

    // the failure is handled, and the word of it is lost
    if (!isOwner) faults.cut(there);
    actor.send({ type: 'FAIL' });
    if (isOwner) faults.cut(actor);
    await turns();
    await new Promise((resolve) => setTimeout(resolve, 10));
    faults.heal();

    await until(() => lives.length > 0, { timeout: 3000 });
    actor.send({ type: 'ADD' });
    expect(lives).toEqual(['failed']);
    await until(() => actor.getSnapshot().context === 1);
  });
});

describe('freezing a thread', () => {
  it('blocks it, and all that runs in it', async () => {
    await using world = (worlds[1] as (typeof worlds)[number]).open();
    const ticks = new Int32Array(new SharedArrayBuffer(4));
    const actor = createActor(world.hearers.ticker, { input: { ticks } }).start();
    await until(() => Atomics.load(ticks, 0) > 2);
    await world.faults.freeze(actor);
    const before = Atomics.load(ticks, 0);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await turns();
    expect(Atomics.load(ticks, 0)).toBe(before);
    world.faults.heal(actor);
    await until(() => Atomics.load(ticks, 0) > before + 2);
  });

  it('gets through where packets are lost, and is taken back before it has begun', async () => {
    await using world = (worlds[1] as (typeof worlds)[number]).open();
    const actor = createActor(world.hearers.hearer).start();
    await started(actor);
    world.faults.drop(actor, 1);
    await world.faults.freeze(actor);
    world.faults.heal(actor);
    const freezing = world.faults.freeze(actor);
    world.faults.heal(actor);
    await freezing;
    expect((await heardBy(actor)).numbers).toEqual([]);
  });

  it('comes after what was sent before, though that is delayed', async () => {
    await using world = (worlds[1] as (typeof worlds)[number]).open({ clock: new SimulatedClock() });
    const actor = createActor(world.hearers.hearer).start();
    await started(actor);
    world.faults.delay(actor, 5);
    actor.send({ type: 'SAID', number: 1 });
    await world.faults.freeze(actor);
    world.faults.heal(actor);
    expect((await heardBy(actor)).numbers).toEqual([1]);
  });

  it('is refused by one whose file serves its own actors', async () => {
    const bus = createBus({ name: 'test' });
    using faults = injectFaults({ bus });
    await using host = createThreads({ bus, size: 1 });
    const { tally } = host.import<typeof served>(() => new Worker(urlOf('served.worker')));
    const actor = createActor(tally).start();
    expect(await rejectionOf(faults.freeze(actor))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(
        /^Cannot freeze 'thread-1-\d+': its file serves its own actors, and cannot import what would block it\. Freeze a thread that was given a module's URL, or cut this one\.$/,
      ) as string,
    });
    actor.send({ type: 'COUNT' });
    expect((await settled(actor)).context).toBe(1);
  });
});

describe('killing', () => {
  it('ends a memory host: its actors stop, and its node takes nothing more', async () => {
    const bus = createBus({ name: 'test' });
    using faults = injectFaults({ bus });
    await using host = createMemoryHost({ bus });
    const ticks = new Int32Array(new SharedArrayBuffer(4));
    const actor = createActor(host.import(hearers).ticker, { input: { ticks } });
    actor.subscribe({ error: () => {} });
    actor.start();
    await until(() => Atomics.load(ticks, 0) > 2);
    await faults.kill(actor);
    const before = Atomics.load(ticks, 0);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(Atomics.load(ticks, 0)).toBe(before);
    expect(await watch(actor)).toMatchObject({
      error: {
        code: 'THREAD_DIED',
        message: expect.stringContaining("The node 'memory' died: a test killed it.") as string,
      },
    });
  });

  it.each(worlds)('is heard as a crash by those who watch from another node: $where', async ({ where }) => {
    const bus = createBus({ name: 'test' });
    onTestFinished(() => bus.close());
    using faults = injectFaults({ bus });
    await using memory = createMemoryHost({ bus });
    await using threads = createThreads({ bus, size: 1 });
    const victims =
      where === 'in a thread'
        ? threads.import<typeof hearers>(urlOf('hearers'))
        : memory.import<typeof hearers>(hearers);
    await using other = createMemoryHost({ bus, name: 'other' });
    const victim = createActor(victims.hearer);
    victim.subscribe({ error: () => {} });
    victim.start();
    const watcher = createActor(other.import(penPals).keeper).start();
    watcher.send({ type: 'WATCH', ref: victim });
    await settled(watcher, (snapshot) => snapshot.matches('watching'));
    // the watch has come there
    victim.send({ type: 'SAID', number: 1 });
    await settled([victim, watcher]);
    await turns();
    await faults.kill(victim);
    const { context } = await settled(watcher, ({ context: { down } }) => down !== undefined, { timeout: 5000 });
    expect(context.down).toMatchObject({ type: 'failed', error: { code: 'ACTOR_DOWN' } });
  });

  it('ends the link to a node that is behind a port, as broken', async () => {
    const hub = openBus('hub');
    using faults = injectFaults({ bus: hub });
    const { port1, port2 } = new MessageChannel();
    const below = await openBelow(hub, 'below', [createPortLink(port1), createPortLink(port2)]);
    const downs: unknown[] = [];
    below.nodes.subscribe((change) => change.type === 'down' && downs.push(change.node));
    await faults.kill(below.address);
    expect(hub.route(below.address)).not.toBeUndefined();
    await until(() => downs.length === 1);
  });

  it('lets a host replace the thread', async () => {
    await using world = (worlds[1] as (typeof worlds)[number]).open();
    const first = createActor(world.hearers.hearer);
    first.subscribe({ error: () => {} });
    first.start();
    await world.faults.kill(first);
    const second = createActor(world.hearers.hearer).start();
    second.send({ type: 'SAID', number: 1 });
    expect((await settled(second)).context.heard).toEqual([1]);
    // it has faults too
    world.faults.cut(second);
    expect(await rejectionOf(settled(second, undefined, { timeout: 20 }))).toMatchObject({ code: 'SETTLE_TIMEOUT' });
  });

  it('is refused by a node that was not started here', async () => {
    const hub = openBus('hub');
    const below = openBus('below');
    using faults = injectFaults({ bus: below });
    await joinBelow(hub, below);
    expect(await rejectionOf(faults.kill(hub.address))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: "Cannot kill 'hub': 'below' did not start it. Kill it where it was started, or cut it.",
    });
  });
});

describe('faults that are refused', () => {
  const refused = (text: string): unknown =>
    expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(text) as string });

  it.each([[2], [-0.1], [Number.NaN], ['0.5'], [undefined]])('have the probability %s', async (probability) => {
    const { faults, node } = await openFaulty();
    for (const verb of ['drop', 'duplicate', 'reorder'] as const)
      expect(() => faults[verb](node, probability as number)).toThrow(
        refused(`for ${verb}: it must be a probability from 0 to 1. Give 0.1 for one packet in ten.`),
      );
  });

  it.each([
    [-1],
    [Number.NaN],
    [Infinity],
    ['5'],
    [undefined],
    [[1]],
    [[5, 1]],
    [[1, 2, 3]],
    [[0, Infinity]],
    [[-1, 1]],
  ])('have the delay %s', async (delay) => {
    const { faults, node } = await openFaulty();
    expect(() => faults.delay(node, delay as number)).toThrow(
      refused('for delay: it must be milliseconds from 0 up, or a pair of them, the lesser first. Give 5, or [1, 20].'),
    );
  });

  it.each([[Number.NaN], [0.5], ['7'], [null]])('have the seed %s', (seed) => {
    const bus = openBus('hub');
    const { connect } = bus;
    expect(() => injectFaults({ bus, seed: seed as number })).toThrow(refused('for seed: it must be a whole number.'));
    expect(bus.connect).toBe(connect);
  });

  it('strike an actor of this thread, one that was not started, an unknown node, or no actor', async () => {
    await using world = (worlds[0] as (typeof worlds)[number]).open();
    const { faults } = world;
    const local = createActor(hearers.hearer, { id: 'Alice' });
    expect(() => faults.cut(local)).toThrow(
      refused(
        "Cannot cut 'Alice': it is an actor of this thread, and no link leads to it. Give the ref of a hosted actor.",
      ),
    );
    const early = createActor(world.hearers.hearer, { id: 'Bob' });
    expect(() => faults.drop(early, 0.1)).toThrow(
      refused("Cannot drop packets of 'Bob': it was not started. Call start() first."),
    );
    expect(() => faults.cut('nowhere@1')).toThrow(
      refused(
        "Cannot cut 'nowhere': 'test' has made no link to it since faults were injected. Inject them before you create its host; send it something first if an event brought the ref.",
      ),
    );
    expect(() => faults.cut('nowhere' as never)).toThrow(
      refused(
        "Cannot cut 'nowhere': that is the address of no node. Give an actor ref, or an address that bus.nodes tells.",
      ),
    );
    expect(() => faults.cut(undefined as never)).toThrow(expect.objectContaining({ code: 'NOT_AN_ACTOR' }));
    expect(await rejectionOf(faults.kill(local))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await rejectionOf(faults.freeze(local))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(() => faults.heal(local)).toThrow(refused("Cannot heal 'Alice'"));
  });

  it('were closed; only to heal is allowed', async () => {
    const { faults, node } = await openFaulty();
    faults.close();
    faults.close();
    expect(() => faults.cut(node)).toThrow(refused("Cannot cut 'below': these faults were closed. Inject new ones."));
    expect(await rejectionOf(faults.kill(node))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await rejectionOf(faults.freeze(node))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    faults.heal(node);
    faults.heal();
  });
});
