// Nodes for tests of the bus: buses joined in a tree, what arrives at one, and links whose carrier a test has in its hand.
import { MessageChannel } from 'node:worker_threads';
import { onTestFinished } from 'vitest';
import { createMemoryLink, createPortLink, type Bus, type DeadLetter, type Link, type NodeAddress } from 'troupe';
import { createIncarnation, nodeAddress } from '../../dist/src/address.js';
import { createBus } from '../../dist/src/bus.js';

/** A bus that knows nothing of actors; closed when the test has finished. */
export function openBus(name: string): Bus {
  const bus = createBus({ name });
  onTestFinished(() => bus.close());
  // what is built declares no internal members, but has them
  return bus as Bus;
}

/** Two ends of a link between two threads, or nearly: a MessageChannel in one. */
export function createChannelLink(): readonly [Link, Link] {
  const { port1, port2 } = new MessageChannel();
  return [createPortLink(port1), createPortLink(port2)];
}

/** Joins one bus below another. */
export async function joinBelow(above: Bus, below: Bus, [up, down] = createMemoryLink()): Promise<void> {
  above.connect(up, { node: nodeAddress(below.name, createIncarnation()), as: 'child' });
  await below.join(down);
}

/** A new bus below another. */
export async function openBelow(above: Bus, name: string, link?: readonly [Link, Link]): Promise<Bus> {
  const below = openBus(name);
  await joinBelow(above, below, link);
  return below;
}

/** The events that come to a channel, and the frames in which they came. */
export function collect(bus: Bus, localId: string): unknown[] {
  const events: unknown[] = [];
  bus.open(localId).subscribe((frame) => {
    if (frame.type === 'event') events.push(frame.body);
    else if (frame.type === 'events') events.push(...frame.events);
    else events.push(frame);
  });
  return events;
}

export function send(from: Bus, to: NodeAddress, localId: string, ...events: readonly unknown[]): void {
  for (const event of events) from.route(to).push({ type: 'event', to: localId, body: from.codec.encode(event) });
}

export function lettersOf(bus: Bus): DeadLetter[] {
  const letters: DeadLetter[] = [];
  bus.deadLetters.subscribe((letter) => letters.push(letter));
  return letters;
}

/** Some turns of the event loop, in which what must not come would come. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Numbers below `limit` that look random, and are the same for the same seed (mulberry32). */
export function createRandom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}
