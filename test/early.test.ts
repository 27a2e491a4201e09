// What is sent to an actor by somebody who has a shorter way to it than its start.
import { describe, expect, it } from 'vitest';
import { createActor } from 'xstate';
import { createBus, createMemoryLink, settled, type AnyRecipient, type Bus } from 'troupe';
import { hostActors } from '../dist/src/host.js';
import { createHosted } from '../dist/src/hosted.js';
import { refsOf } from '../dist/src/refs.js';
import { counter } from '../dist/test/fixtures/counter.js';
import { lettersOf, turns } from './support/nodes.ts';

/** A node that starts actors on another, over a link whose deliveries wait until they are let through, and a neighbour of that other. */
async function openTriangle() {
  const starter = createBus({ name: 'starter' });
  const host = createBus({ name: 'host' });
  const neighbour = createBus({ name: 'neighbour' });
  const held: (() => void)[] = [];
  let holds = false;
  const schedule = (deliver: () => void) => (holds ? void held.push(deliver) : queueMicrotask(deliver));
  const [up, down] = createMemoryLink({ schedule });
  const route = starter.connect(up, { node: 'host@1', as: 'child' });
  await host.join(down);
  const [here, there] = createMemoryLink();
  neighbour.connect(here, { node: host.address, as: 'neighbour' });
  host.connect(there, { node: neighbour.address, as: 'neighbour' });
  hostActors(host, () => counter);
  const logic = createHosted({
    bus: starter,
    source: '',
    name: 'counter',
    place: () => ({ route, leave: async () => {} }),
  });
  const buses = [starter, host, neighbour];
  return {
    starter,
    host,
    logic: logic as typeof counter,
    /** Holds back what the starter and the host post to each other. */
    hold: () => void (holds = true),
    async letThrough() {
      holds = false;
      for (const deliver of held.splice(0)) deliver();
      await turns();
    },
    /** Has what was held back never arrive. */
    lose() {
      holds = false;
      held.length = 0;
    },
    /** The ref that the neighbour has of an actor that was started. */
    refElsewhere: (actor: AnyRecipient): AnyRecipient =>
      refsOf(neighbour).at(refsOf(starter).addressOf(actor), 'counter') as AnyRecipient,
    [Symbol.asyncDispose]: async () => void (await Promise.all(buses.map((bus: Bus) => bus.close()))),
  };
}

describe('an event that comes before the start of its actor', () => {
  it('waits for it, and is handled in order', async () => {
    await using nodes = await openTriangle();
    nodes.hold();
    const actor = createActor(nodes.logic, { input: { from: 0 } });
    const seen: number[] = [];
    actor.subscribe(({ context }) => seen.push(context));
    actor.start();
    const elsewhere = nodes.refElsewhere(actor);
    for (const amount of [1, 10, 100]) elsewhere.send({ type: 'ADD', amount });
    await turns();
    await nodes.letThrough();
    elsewhere.send({ type: 'ADD', amount: 1000 });
    await turns();
    expect(seen).toEqual([0, 1, 11, 111, 1111]);
    actor.stop();
    await settled(actor);
  });

  it('is a dead letter when the one who was to start the actor is gone', async () => {
    await using nodes = await openTriangle();
    const letters = lettersOf(nodes.host);
    nodes.hold();
    const actor = createActor(nodes.logic, { input: { from: 0 } }).start();
    actor.subscribe({ error: () => {} });
    const elsewhere = nodes.refElsewhere(actor);
    elsewhere.send({ type: 'ADD', amount: 1 });
    await turns();
    expect(letters).toEqual([]);
    nodes.lose();
    await nodes.starter.close();
    await turns();
    expect(letters).toMatchObject([{ reason: 'no-such-actor', count: 1 }]);
  });

  it('is a dead letter when the start was lost, as soon as its starter speaks of the actor; and so is what comes later', async () => {
    await using nodes = await openTriangle();
    const letters = lettersOf(nodes.host);
    nodes.hold();
    const actor = createActor(nodes.logic, { input: { from: 0 } }).start();
    actor.subscribe({ error: () => {} });
    const elsewhere = nodes.refElsewhere(actor);
    elsewhere.send({ type: 'ADD', amount: 1 });
    await turns();
    nodes.lose();
    actor.send({ type: 'ADD', amount: 10 });
    await turns();
    elsewhere.send({ type: 'ADD', amount: 100 });
    await turns();
    expect(letters.filter(({ sender }) => sender?.startsWith('neighbour'))).toMatchObject([
      { reason: 'no-such-actor', count: 1 },
      { reason: 'no-such-actor', count: 1 },
    ]);
  });

  it('is a dead letter at once when the actor has ended', async () => {
    await using nodes = await openTriangle();
    const letters = lettersOf(nodes.host);
    const actor = createActor(nodes.logic, { input: { from: 0 } }).start();
    const elsewhere = nodes.refElsewhere(actor);
    await settled(actor);
    actor.stop();
    await settled(actor);
    elsewhere.send({ type: 'ADD', amount: 1 });
    await turns();
    expect(letters).toMatchObject([{ reason: 'no-such-actor', count: 1 }]);
  });
});
