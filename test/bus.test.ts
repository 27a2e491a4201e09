import { describe, expect, it, vi } from 'vitest';
import { createBus, createMemoryLink, isTroupeError, topic, type Bus, type Link, type NodeAddress } from 'troupe';
import { addressOf } from '../dist/src/address.js';
import { createIntroductions } from '../dist/src/introductions.js';
import type { Peer } from '../dist/src/peer.js';
import { PROTOCOL_VERSION } from '../dist/src/wire.js';
import { see } from '../dist/test/fixtures/link-end.js';
import {
  collect,
  createChannelLink,
  createRandom,
  joinBelow,
  lettersOf,
  openBelow,
  openBus,
  send,
  turns,
} from './support/nodes.ts';
import { rejectionOf, until } from './support/observing.ts';

vi.setConfig({ testTimeout: 30_000 });

/** A bus with a child whose far end a test has in its hand, and has greeted unless told otherwise. */
function openByHand(name = 'hub'): { bus: Bus; far: Link; node: NodeAddress; received: readonly unknown[] } {
  const bus = openBus(name);
  const [near, far] = createMemoryLink();
  const node = 'child@1' as const;
  bus.connect(near, { node, as: 'child' });
  return { bus, far, node, received: see(far).packets };
}

const hello = (seq = 0, version: number = PROTOCOL_VERSION): string =>
  JSON.stringify({ seq, frames: [{ type: 'hello', version, node: 'child@1', you: 'hub@1' }] });
const eventTo = (to: string, body: unknown, seq: number): string =>
  JSON.stringify({ seq, frames: [{ type: 'event', to, body }] });
const typesOf = (packets: readonly unknown[]): unknown[] =>
  packets.flatMap((packet) => {
    const { frames } = JSON.parse(packet as string) as { readonly frames: readonly { readonly type: string }[] };
    return frames.map(({ type }) => type);
  });
const at = <T>(list: readonly T[], index: number): T => {
  const found = list[index];
  if (found === undefined) throw new Error(`there is no ${index} in ${list.length}`);
  return found;
};
/** Where nobody is near. */
const ALONE: Parameters<typeof createIntroductions>[0] = {
  address: 'top@1',
  parent: undefined,
  children: [],
  peerOf: () => undefined,
  meet: () => {},
  changed: () => {},
  isUnknown: () => {},
};

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe('a bus', () => {
  it('has a name, an address of its own, and ids that no other actor here has', () => {
    const [one, other] = [openBus('main'), openBus('main')];
    expect(one.name).toBe('main');
    expect(one.address).toMatch(/^main@[0-9a-z]+$/);
    expect(one.address).not.toBe(other.address);
    expect(new Set(range(1000).map(() => one.createId())).size).toBe(1000);
  });

  it('takes the name and address that the node above gives it, and hands over its greeting', async () => {
    const [hub, below] = [openBus('hub'), openBus('unnamed')];
    const [up, down] = createMemoryLink();
    const joined = below.join(down);
    const route = hub.connect(up, { node: 'thread 1@k3', as: 'child', greeting: { bytes: new Uint8Array([1, 2]) } });
    expect(await joined).toEqual({ bytes: new Uint8Array([1, 2]) });
    expect([below.name, below.address, route.node]).toEqual(['thread 1', 'thread 1@k3', 'thread 1@k3']);
  });

  it('tells of nodes that come and go, once each, and why', async () => {
    const hub = openBus('hub');
    const changes: unknown[] = [];
    hub.nodes.subscribe((change) => changes.push(change));
    const below = await openBelow(hub, 'below');
    expect(changes).toEqual([{ type: 'up', node: below.address }]);
    await below.close();
    await until('the node is down', () => changes.length > 1);
    await turns();
    expect(changes.slice(1)).toEqual([
      { type: 'down', node: below.address, error: expect.objectContaining({ code: 'ACTOR_DOWN' }) as unknown },
    ]);
  });
});

describe('a link that has ended before it is connected', () => {
  it('is that of a node that comes and is gone', () => {
    const hub = openBus('hub');
    const changes: string[] = [];
    hub.nodes.subscribe(({ type }) => changes.push(type));
    const [up, down] = createMemoryLink({ mode: 'sync' });
    down.close();
    const letters = lettersOf(hub);
    const route = hub.connect(up, { node: 'below@1', as: 'child' });
    send(hub, 'below@1', '7', 1);
    expect(route.down).toMatchObject({ code: 'ACTOR_DOWN' });
    expect(changes).toEqual(['up', 'down']);
    expect(letters).toMatchObject([{ reason: 'unreachable', target: 'below@1/7' }]);
  });
});

describe('channels', () => {
  it('bring frames to the local id that they are for, in order, both ways', async () => {
    const hub = openBus('hub');
    const below = await openBelow(hub, 'below');
    const [a, b, back] = [collect(below, 'a'), collect(below, 'b'), collect(hub, 'c')];
    send(hub, below.address, 'a', 1, 2);
    send(hub, below.address, 'b', new Map([['k', 3n]]));
    send(hub, below.address, 'a', { four: 4 });
    send(below, hub.address, 'c', 'back');
    await until('all has come', () => a.length === 3 && b.length === 1 && back.length === 1);
    expect([a, b, back]).toEqual([[1, 2, { four: 4 }], [new Map([['k', 3n]])], ['back']]);
  });

  it('reach this node itself, in order and never at once, however much a receiver sends meanwhile', async () => {
    const bus = openBus('main');
    const got: unknown[] = [];
    bus.open('self').subscribe((frame) => {
      for (const body of frame.type === 'events' ? frame.events : []) {
        got.push(body);
        if (body === 0) send(bus, bus.address, 'self', ...range(300).map((each) => each + 300));
      }
    });
    send(bus, bus.address, 'self', ...range(300));
    expect(got).toEqual([]);
    await until('all has come', () => got.length === 600);
    expect(got).toEqual(range(600));
  });

  it('hand over a value that no one else holds', async () => {
    const hub = openBus('hub');
    const below = await openBelow(hub, 'below');
    const got = collect(below, 'a');
    const event = { list: [1], bytes: new Uint8Array([1]) };
    send(hub, below.address, 'a', event);
    event.list.push(2);
    event.bytes[0] = 9;
    await until('it has come', () => got.length === 1);
    expect(got).toEqual([{ list: [1], bytes: new Uint8Array([1]) }]);
  });

  it('complete when they are shut, and take nothing more', async () => {
    const hub = openBus('hub');
    const below = await openBelow(hub, 'below');
    let complete = false;
    const seen: unknown[] = [];
    below.open('a').subscribe({ next: (frame) => seen.push(frame), complete: () => (complete = true) });
    below.shut('a');
    expect(complete).toBe(true);
    const letters = lettersOf(below);
    send(hub, below.address, 'a', 1);
    await until('it is a dead letter', () => letters.length === 1);
    expect(seen).toEqual([]);
  });

  it('give frames that are no events, and that nobody listens to, to whoever answers for them', async () => {
    const hub = openBus('hub');
    const below = await openBelow(hub, 'below');
    const [letters, unclaimed] = [lettersOf(below), [] as unknown[]];
    below.unclaimed.subscribe((frame) => unclaimed.push(frame));
    const watchFrame = { type: 'watch', to: 'gone', from: addressOf(hub.address, '1') } as const;
    hub.route(below.address).push(watchFrame);
    await until('it is unclaimed', () => unclaimed.length === 1);
    expect([unclaimed, letters]).toEqual([[watchFrame], []]);
  });

  it('deliver an event of this node before deliver returns, and a frame that was held back', () => {
    const bus = openBus('main');
    const got = collect(bus, 'a');
    bus.deliver('a', { type: 'NOW' });
    expect(got).toEqual([{ type: 'NOW' }]);
    bus.redeliver({ type: 'event', to: 'a', body: 'held' });
    expect(got).toEqual([{ type: 'NOW' }, 'held']);
  });
});

describe('dead letters', () => {
  it('tell of events for an actor that is not here, one by one or as a run', async () => {
    const hub = openBus('hub');
    const below = await openBelow(hub, 'below');
    const letters = lettersOf(below);
    send(hub, below.address, 'gone', 1, 2, 3);
    send(hub, below.address, 'gone', new Uint8Array(1));
    await until('all are dead', () => letters.length === 2);
    const target = addressOf(below.address, 'gone');
    expect(letters).toEqual([
      { reason: 'no-such-actor', target, count: 3, sender: hub.address },
      { reason: 'no-such-actor', target, count: 1, sender: hub.address },
    ]);
    below.deliver('gone', 4);
    expect(letters[2]).toEqual({ reason: 'no-such-actor', target, count: 1 });
  });

  it('tell of each event to a node that is gone, and of no other frame', async () => {
    const hub = openBus('hub');
    const below = await openBelow(hub, 'below');
    const letters = lettersOf(hub);
    const route = hub.route(below.address);
    await below.close();
    await until('the route is down', () => route.down !== undefined);
    route.push({ type: 'unwatch', to: '1', from: addressOf(hub.address, '1') });
    route.push({ type: 'event', to: '1', body: '1' });
    expect(letters).toEqual([
      { reason: 'unreachable', target: addressOf(below.address, '1'), count: 1, error: route.down },
    ]);
    expect(route.down?.code).toBe('ACTOR_DOWN');
  });

  it('tell of what this bus is told to bury', () => {
    const bus = openBus('main');
    const letters = lettersOf(bus);
    const letter = { reason: 'stopped', target: addressOf(bus.address, '1'), count: 2 } as const;
    bus.bury(letter);
    expect(letters).toEqual([letter]);
  });
});

describe('routes', () => {
  it('are the same while a node is there, and tell once when it is gone', async () => {
    const hub = openBus('hub');
    const below = await openBelow(hub, 'below');
    const route = hub.route(below.address);
    expect(hub.route(below.address)).toBe(route);
    const downs: unknown[] = [];
    route.watch({ down: (error) => downs.push(error), resync() {} });
    const forget = route.watch({ down: () => downs.push('forgotten'), resync() {} });
    forget();
    await below.close();
    await until('it is down', () => downs.length > 0);
    await turns();
    expect(downs).toEqual([route.down]);
    expect(hub.route(below.address)).not.toBe(route);
  });

  it('to a node that was never linked are down at once', () => {
    const bus = openBus('main');
    const letters = lettersOf(bus);
    const route = bus.route('nobody@1');
    expect(route.down).toMatchObject({ code: 'ACTOR_DOWN', details: { node: 'nobody@1' } });
    expect(route.down?.message).toContain("'nobody@1'");
    send(bus, 'nobody@1', '7', 1);
    expect(letters).toMatchObject([{ reason: 'unreachable', target: 'nobody@1/7' }]);
  });
});

for (const [kind, link] of [
  ['memory links', () => createMemoryLink()],
  ['ports', createChannelLink],
] as const) {
  describe(`introductions over ${kind}`, () => {
    it('give two children of one node a port of their own, and the order holds through first contact', async () => {
      const hub = openBus('hub');
      const [a, b] = [await openBelow(hub, 'a', link()), await openBelow(hub, 'b', link())];
      const got = collect(b, 'in');
      const events = range(500);
      for (const each of events) {
        send(a, b.address, 'in', each);
        if (each % 100 === 0) await turns();
      }
      await until('all has come', () => got.length === events.length);
      expect(got).toEqual(events);
      // the way does not lead through the hub any more
      await hub.close();
      send(a, b.address, 'in', 'direct');
      await until('it came directly', () => got.length === events.length + 1);
    });

    it('make one port of two requests that cross, at any depth', async () => {
      const root = openBus('root');
      const hub = await openBelow(root, 'hub', link());
      const leaf = await openBelow(hub, 'leaf', link());
      const deep = await openBelow(leaf, 'deep', link());
      const side = await openBelow(root, 'side', link());
      const all = [root, hub, leaf, deep, side];
      await turns();
      const ups = all.map((bus) => {
        const nodes: NodeAddress[] = [];
        bus.nodes.subscribe((change) => change.type === 'up' && nodes.push(change.node));
        return nodes;
      });
      const got = all.map((bus) => collect(bus, 'in'));
      for (const from of all) for (const to of all) if (from !== to) send(from, to.address, 'in', from.name);
      await until('each has heard all others', () => got.every((each) => each.length === all.length - 1));
      await turns();
      for (const [index, bus] of all.entries()) {
        expect([...(got[index] ?? [])].map(String).toSorted((one, other) => one.localeCompare(other))).toEqual(
          all
            .filter((each) => each !== bus)
            .map(({ name }) => name)
            .toSorted((one, other) => one.localeCompare(other)),
        );
        expect(new Set(ups[index]).size).toBe(ups[index]?.length);
      }
    });

    it('reach a node two levels down, from above and from beside', async () => {
      const root = openBus('root');
      const hub = await openBelow(root, 'hub', link());
      const leaf = await openBelow(hub, 'leaf', link());
      const side = await openBelow(root, 'side', link());
      await turns();
      const got = collect(leaf, 'in');
      send(root, leaf.address, 'in', 'above', 'again');
      await until('the first came', () => got.length === 2);
      send(side, leaf.address, 'in', 'beside');
      await until('the second came', () => got.length === 3);
      expect(got).toEqual(['above', 'again', 'beside']);
    });

    it('say that a node is unknown, also to one two levels down', async () => {
      const root = openBus('root');
      const hub = await openBelow(root, 'hub', link());
      const leaf = await openBelow(hub, 'leaf', link());
      const letters = lettersOf(leaf);
      const downs: unknown[] = [];
      const route = leaf.route('nobody@1');
      route.watch({ down: (error) => downs.push(error), resync() {} });
      send(leaf, 'nobody@1', '7', 1, 2);
      expect(route.down).toBe(undefined);
      await until('it is down', () => route.down !== undefined);
      expect(downs).toEqual([route.down]);
      expect(letters).toMatchObject([{ reason: 'unreachable', target: 'nobody@1/7', count: 2 }]);
    });

    it('say so of a node that has ended, to whoever asks later', async () => {
      const root = openBus('root');
      const hub = await openBelow(root, 'hub', link());
      const leaf = await openBelow(hub, 'leaf', link());
      const side = await openBelow(root, 'side', link());
      const got = collect(leaf, 'in');
      const first = side.route(leaf.address);
      send(side, leaf.address, 'in', 1);
      await until('it came', () => got.length === 1);
      await leaf.close();
      await until('the first is down', () => first.down !== undefined);
      const [late, above] = [side.route(leaf.address), hub.route(leaf.address)];
      await until('the others are too', () => late.down !== undefined && above.down !== undefined);
      expect([first, late, above].map(({ down }) => down?.code)).toEqual(['ACTOR_DOWN', 'ACTOR_DOWN', 'ACTOR_DOWN']);
    });

    it('say of a node that its end was in order, when the nodes between told so before its own port closed without a word', () => {
      const unknown = vi.fn<(node: NodeAddress, orderly: boolean) => void>();
      const introductions = createIntroductions({
        address: 'top@1',
        parent: undefined,
        children: [],
        peerOf: () => undefined,
        meet: () => {},
        changed: () => {},
        isUnknown: unknown,
      });
      const between = { role: 'child', node: 'hub@1', push: () => {} } as unknown as Peer;
      const below = { role: 'neighbour', node: 'child@1' } as unknown as Peer;
      introductions.take({ type: 'joined', node: 'child@1' }, between);
      introductions.take({ type: 'left', node: 'child@1', orderly: true }, between);
      introductions.drop(below, false);
      unknown.mockClear();
      introductions.askFor('child@1');
      expect(unknown.mock.calls).toEqual([['child@1', true]]);
    });

    it('are left to the node that both are below, which makes one channel', () => {
      const pushed: unknown[] = [];
      const between = { role: 'child', node: 'hub@1', push: (frame: unknown) => pushed.push(frame) } as unknown as Peer;
      const introductions = createIntroductions({ ...ALONE, children: [between] });
      introductions.take({ type: 'joined', node: 'one@1' }, between);
      introductions.take({ type: 'joined', node: 'other@1' }, between);
      introductions.take({ type: 'introduce', node: 'one@1', from: 'other@1' }, between);
      expect(pushed).toEqual([{ type: 'introduce', node: 'one@1', from: 'other@1' }]);
    });

    it('are not asked for above again, when they came back down', () => {
      const pushed: unknown[] = [];
      const above = { role: 'parent', node: 'root@1', push: (frame: unknown) => pushed.push(frame) } as unknown as Peer;
      const introductions = createIntroductions({
        ...ALONE,
        parent: above,
        peerOf: (node) => (node === 'root@1' ? above : undefined),
      });
      introductions.take({ type: 'introduce', node: 'one@1', from: 'root@1' }, above);
      expect(pushed).toEqual([{ type: 'introduction', for: 'root@1', node: 'one@1', orderly: false }]);
    });

    it('tell those above of the end of a node below also where it was a neighbour whose own port had closed', () => {
      const pushed: unknown[] = [];
      const above = { role: 'parent', node: 'root@1', push: (frame: unknown) => pushed.push(frame) } as unknown as Peer;
      const between = { role: 'child', node: 'hub@1', push: () => {} } as unknown as Peer;
      const introductions = createIntroductions({ ...ALONE, parent: above, children: [between] });
      introductions.take({ type: 'joined', node: 'leaf@1' }, between);
      introductions.drop({ role: 'neighbour', node: 'leaf@1' } as unknown as Peer, true);
      introductions.drop(between, true);
      expect(pushed).toEqual([
        { type: 'joined', node: 'leaf@1' },
        { type: 'left', node: 'leaf@1', orderly: true },
        { type: 'left', node: 'hub@1', orderly: true },
      ]);
    });

    it('fail what waits for one when the node above goes', async () => {
      const hub = openBus('hub');
      const below = await openBelow(hub, 'below', link());
      const letters = lettersOf(below);
      // the hub closes before it reads the request
      const closed = hub.close();
      const route = below.route('other@1');
      send(below, 'other@1', '7', 1);
      await closed;
      await until('it is down', () => route.down !== undefined);
      expect(letters).toMatchObject([{ reason: 'unreachable', target: 'other@1/7', count: 1 }]);
    });

    it('fail what waits for one when this bus closes', async () => {
      const hub = openBus('hub');
      const below = await openBelow(hub, 'below', link());
      const letters = lettersOf(below);
      const route = below.route('other@1');
      const downs: unknown[] = [];
      route.watch({ down: (error) => downs.push(error), resync() {} });
      send(below, 'other@1', '7', 1);
      await below.close();
      expect(downs).toMatchObject([{ code: 'BUS_CLOSED' }]);
      expect(letters).toMatchObject([{ reason: 'unreachable', target: 'other@1/7', count: 1 }]);
    });

    it('fail what waits for one to a node below another that goes', async () => {
      const root = openBus('root');
      const hub = await openBelow(root, 'hub', link());
      const leaf = await openBelow(hub, 'leaf', link());
      await turns();
      // the hub closes before it reads the request
      const closed = hub.close();
      const route = root.route(leaf.address);
      expect(route.down).toBe(undefined);
      await closed;
      await until('it is down', () => route.down !== undefined);
      expect(route.down?.code).toBe('ACTOR_DOWN');
    });

    it('fail what waits for one when this bus closes, also at the top', async () => {
      const root = openBus('root');
      const hub = await openBelow(root, 'hub', link());
      const leaf = await openBelow(hub, 'leaf', link());
      await turns();
      const route = root.route(leaf.address);
      expect(route.down).toBe(undefined);
      await root.close();
      expect(route.down?.code).toBe('BUS_CLOSED');
    });

    it('leave neighbours their port when the node above goes, and tell them when a neighbour goes', async () => {
      const hub = openBus('hub');
      const [a, b] = [await openBelow(hub, 'a', link()), await openBelow(hub, 'b', link())];
      const got = collect(b, 'in');
      send(a, b.address, 'in', 1);
      await until('it came', () => got.length === 1);
      await hub.close();
      const route = a.route(b.address);
      expect(route.down).toBe(undefined);
      await b.close();
      await until('the neighbour is gone', () => route.down !== undefined);
      expect(isTroupeError(route.down, 'ACTOR_DOWN')).toBe(true);
    });
  });

  describe(`topics over ${kind}`, () => {
    const shapes: Readonly<Record<string, readonly (number | undefined)[]>> = {
      'a chain of 4': [undefined, 0, 1, 2],
      'a star of 5': [undefined, 0, 0, 0, 0],
      'a nested tree of 7': [undefined, 0, 0, 1, 1, 2, 5],
    };
    for (const [shape, parents] of Object.entries(shapes)) {
      it(`reach every node of ${shape} exactly once, each publisher's in order`, async () => {
        const nodes: Bus[] = [];
        for (const [index, parent] of parents.entries()) {
          nodes.push(parent === undefined ? openBus('root') : await openBelow(at(nodes, parent), `n${index}`, link()));
        }
        const got = nodes.map((bus) => {
          const values: string[] = [];
          bus.topic('news').subscribe((value) => values.push(value as string));
          bus.topic('other').subscribe(() => values.push('wrong'));
          return values;
        });
        for (const round of range(20))
          for (const [index, bus] of nodes.entries()) bus.publish('news', bus.codec.encode(`${index}:${round}`));
        await until('all has come', () => got.every((values) => values.length >= nodes.length * 20));
        await turns();
        for (const values of got) {
          for (const index of nodes.keys())
            expect(values.filter((value) => value.startsWith(`${index}:`))).toEqual(
              range(20).map((round) => `${index}:${round}`),
            );
          expect(values.length).toBe(nodes.length * 20);
        }
      });
    }
  });
}

describe('introductions', () => {
  it('wait for news of the node that is still on its way up', async () => {
    const root = openBus('root');
    const held: (() => void)[] = [];
    let isHolding = false;
    const schedule = (deliver: () => void): void => {
      if (isHolding) held.push(deliver);
      else queueMicrotask(deliver);
    };
    const hub = await openBelow(root, 'hub', createMemoryLink({ schedule }));
    const side = await openBelow(root, 'side');
    isHolding = true;
    const leaf = await openBelow(hub, 'leaf');
    const got = collect(leaf, 'in');
    send(side, leaf.address, 'in', 1);
    await turns();
    isHolding = false;
    for (const deliver of held) deliver();
    await turns();
    expect(got).toEqual([1]);
  });
});

describe('topics', () => {
  it('carry what is no plain data, and give each reader a value of its own', async () => {
    const root = openBus('root');
    const hub = await openBelow(root, 'hub');
    const [left, right] = [await openBelow(hub, 'left'), await openBelow(hub, 'right')];
    const got: Uint8Array[] = [];
    for (const bus of [hub, root, left, right])
      bus.topic('bytes').subscribe((value) => {
        const { bytes, when } = value as { readonly bytes: Uint8Array; readonly when: Date };
        expect(when).toEqual(new Date(7));
        got.push(bytes.slice());
        bytes[0] = 99;
      });
    for (const publisher of [hub, left]) {
      got.length = 0;
      publisher.publish('bytes', publisher.codec.encode({ bytes: new Uint8Array([1, 2]), when: new Date(7) }));
      await until('all have it', () => got.length === 4);
      expect(got).toEqual(Array.from({ length: 4 }, () => new Uint8Array([1, 2])));
    }
  });

  it('reach no neighbour twice, nor a node that has left', async () => {
    const hub = openBus('hub');
    const [a, b] = [await openBelow(hub, 'a'), await openBelow(hub, 'b')];
    const direct = collect(b, 'in');
    send(a, b.address, 'in', 'hello');
    await until('they are neighbours', () => direct.length === 1);
    const got: unknown[] = [];
    b.topic('news').subscribe((value) => got.push(value));
    a.publish('news', '1');
    await until('it came', () => got.length > 0);
    await turns();
    expect(got).toEqual([1]);
    await b.close();
    a.publish('news', '2');
    await turns();
    expect(got).toEqual([1]);
  });

  it('keep what is published before the node above has greeted', async () => {
    const hub = openBus('hub');
    const got: unknown[] = [];
    hub.topic('news').subscribe((value) => got.push(value));
    const below = openBus('below');
    const [up, down] = createMemoryLink();
    const joined = below.join(down);
    below.publish('news', '"early"');
    await turns();
    const route = hub.connect(up, { node: 'below@1', as: 'child' });
    await joined;
    below.publish('news', '"late"');
    await until('both came', () => got.length === 2);
    expect(got).toEqual(['early', 'late']);
    expect(route.down).toBe(undefined);
  });

  it('refuse at next what cannot cross, with the path to it, and publish nothing', async () => {
    await using hub = createBus({ name: 'hub' });
    const below = await openBelow(hub, 'below');
    const news = topic<unknown>('news', { bus: hub });
    const got: unknown[] = [];
    news.subscribe((value) => got.push(value));
    below.topic('news').subscribe((value) => got.push(value));
    expect(() => news.next({ order: { callback() {} } })).toThrow(
      expect.objectContaining({
        code: 'NOT_SERIALIZABLE',
        message: expect.stringMatching(
          /^Cannot send a value to the topic 'news': value\.order\.callback is a function\. Send plain data;/,
        ) as string,
        details: expect.objectContaining({ path: 'value.order.callback' }) as unknown,
      }),
    );
    await turns();
    expect(got).toEqual([]);
    news.next({ type: 'GOOD' });
    await until('both have it', () => got.length === 2);
  });

  it('survive an event that cannot cross, sent to their ref: it is a dead letter that names the topic', async () => {
    await using hub = createBus({ name: 'hub' });
    const below = await openBelow(hub, 'below');
    const letters = lettersOf(hub);
    const news = topic<{ readonly type: 'SAID'; readonly number: number; readonly callback?: () => void }>('news', {
      bus: hub,
    });
    const got: number[] = [];
    for (const subject of [news, below.topic('news')])
      subject.subscribe((value) => got.push((value as { readonly number: number }).number));
    news.ref.send({ type: 'SAID', number: 1 });
    news.ref.send({ type: 'SAID', number: 2, callback() {} });
    news.ref.send({ type: 'SAID', number: 3 });
    await until('both have all', () => got.length === 4);
    expect(got.toSorted((one, other) => one - other)).toEqual([1, 1, 3, 3]);
    expect(letters).toMatchObject([
      {
        reason: 'not-serializable',
        target: addressOf(hub.address, 'news'),
        count: 1,
        error: { message: expect.stringContaining("to the topic 'news': value.callback is a function.") as string },
      },
    ]);
  });

  it('show each subscriber the same order, also where one of them publishes in answer', async () => {
    await using hub = createBus({ name: 'hub' });
    const below = await openBelow(hub, 'below');
    const news = topic<number>('news', { bus: hub });
    const got: number[][] = [[], [], []];
    news.subscribe((value) => {
      got[0]?.push(value);
      if (value < 3) news.next(value + 1);
      if (value === 1) news.next(10);
    });
    news.subscribe((value) => got[1]?.push(value));
    below.topic('news').subscribe((value) => got[2]?.push(value as number));
    news.next(1);
    await until('it came', () => got[2]?.length === 4);
    expect(got).toEqual([
      [1, 2, 10, 3],
      [1, 2, 10, 3],
      [1, 2, 10, 3],
    ]);
  });

  it('are one subject per name, also when it is made later than the first publication', async () => {
    const hub = openBus('hub');
    const below = await openBelow(hub, 'below');
    hub.publish('news', '1');
    await turns();
    const got: unknown[] = [];
    below.topic('news').subscribe((value) => got.push(value));
    expect(below.topic('news')).toBe(below.topic('news'));
    hub.publish('news', '2');
    await until('it came', () => got.length === 1);
    expect(got).toEqual([2]);
  });
});

describe('a link that goes wrong', () => {
  it.each([
    ['another version', hello(0, PROTOCOL_VERSION + 1), `version ${PROTOCOL_VERSION + 1}`],
    ['no greeting', eventTo('a', 1, 0), 'no greeting'],
  ])('ends with PROTOCOL_MISMATCH on %s, and nothing is believed', async (_, first, told) => {
    const { bus, far, node } = openByHand();
    const route = bus.route(node);
    const [got, letters, downs] = [collect(bus, 'a'), lettersOf(bus), [] as unknown[]];
    route.watch({ down: (error) => downs.push(error), resync() {} });
    far.post(first);
    far.post(eventTo('a', 2, 1));
    await until('the route is down', () => route.down !== undefined);
    await turns();
    expect(route.down).toMatchObject({
      code: 'PROTOCOL_MISMATCH',
      details: { node, expected: PROTOCOL_VERSION },
      message: expect.stringContaining(told) as string,
    });
    expect([got, letters, downs]).toEqual([[], [], [route.down]]);
  });

  it('closes the link on a mismatch, and rejects a join', async () => {
    const below = openBus('below');
    const [up, down] = createMemoryLink();
    const seen = see(up);
    up.post(JSON.stringify({ seq: 0, frames: [{ type: 'hello', version: 0, node: 'hub@1', you: 'below@1' }] }));
    expect(await rejectionOf(below.join(down))).toMatchObject({ code: 'PROTOCOL_MISMATCH' });
    expect(await seen.ended).toBe('completed');
    expect(seen.packets).toEqual([]);
  });

  it('rejects a join when it ends before the greeting, and when this bus closes', async () => {
    const [one, other] = [openBus('one'), openBus('other')];
    const [up, down] = createMemoryLink();
    const joined = rejectionOf(one.join(down));
    up.close();
    expect(await joined).toMatchObject({ code: 'ACTOR_DOWN' });
    const waiting = rejectionOf(other.join(createMemoryLink()[0]));
    await other.close();
    expect(await waiting).toMatchObject({ code: 'BUS_CLOSED' });
    expect(await rejectionOf(other.join(createMemoryLink()[0]))).toMatchObject({ code: 'BUS_CLOSED' });
  });

  it('tells the other side of a gap at once, and says again itself', async () => {
    const { bus, far, node, received } = openByHand();
    const got = collect(bus, 'a');
    let resyncs = 0;
    bus.route(node).watch({ down() {}, resync: () => (resyncs += 1) });
    far.post(hello());
    far.post(eventTo('a', 1, 1));
    far.post(eventTo('a', 5, 5));
    far.post(eventTo('a', 6, 6));
    await until('all has come', () => got.length === 3);
    await turns();
    expect(got).toEqual([1, 5, 6]);
    expect(resyncs).toBe(1);
    expect(typesOf(received)).toEqual(['hello']);
    expect(JSON.parse(received.at(-1) as string)).toEqual({ seq: 1, done: 7, lost: [[2, 5]], frames: [] });
  });

  it('has the watchers of a route say again when the other side tells of a gap, once for each that it tells of more than once', async () => {
    const { bus, far, node } = openByHand();
    const letters = lettersOf(bus);
    let resyncs = 0;
    bus.route(node).watch({ down() {}, resync: () => (resyncs += 1) });
    far.post(hello());
    send(bus, node, 'a', 1, 2, 3);
    await turns();
    const told = { seq: 1, done: 2, lost: [[1, 2]], frames: [] };
    far.post(JSON.stringify(told));
    far.post(JSON.stringify(told));
    await until('it was asked', () => resyncs > 0);
    await turns();
    expect(resyncs).toBe(1);
    expect(letters).toEqual([{ reason: 'lost', target: `${node}/a`, count: 3 }]);
  });

  it('drops packets that come twice', async () => {
    const hub = openBus('hub');
    const twice = createMemoryLink({
      schedule(deliver) {
        queueMicrotask(deliver);
        queueMicrotask(deliver);
      },
    });
    const below = await openBelow(hub, 'below', twice);
    const [got, letters] = [collect(below, 'a'), lettersOf(below)];
    for (const each of range(50)) {
      send(hub, below.address, 'a', each);
      await turns();
    }
    expect(got).toEqual(range(50));
    expect(letters).toEqual([]);
  });

  it('loses what was lost and no more, between two buses', async () => {
    let packets = 0;
    const hub = openBus('hub');
    const holed = createMemoryLink({
      schedule(deliver) {
        // the greeting and its answer come through, then each fifth packet is lost
        if ((packets += 1) <= 2 || packets % 5 !== 0) queueMicrotask(deliver);
      },
    });
    const below = await openBelow(hub, 'below', holed);
    const [got, letters] = [collect(below, 'a') as number[], lettersOf(hub)];
    for (const each of range(100)) {
      send(hub, below.address, 'a', each);
      await turns();
    }
    const lost = letters.reduce((sum, { count }) => sum + count, 0);
    expect(letters.every(({ reason, target }) => reason === 'lost' && target === `${below.address}/a`)).toBe(true);
    expect(lost).toBeGreaterThan(10);
    expect(lost + got.length).toBeGreaterThan(98);
    expect(got).toEqual(got.toSorted((one, other) => one - other));
    expect(got.length).toBeGreaterThan(70);
    expect(new Set(got).size).toBe(got.length);
  });

  it('finds what was lost before a silence, where the link says that it may lose', async () => {
    const hub = openBus('hub');
    let isLost = false;
    const ends = createMemoryLink({
      schedule(deliver) {
        if (!isLost) queueMicrotask(deliver);
        isLost = false;
      },
    }).map((end) => ({ ...end, lossy: true }));
    const below = await openBelow(hub, 'below', ends as unknown as readonly [Link, Link]);
    const [got, letters] = [collect(below, 'a'), lettersOf(hub)];
    await turns();
    isLost = true;
    send(hub, below.address, 'a', 1, 2, 3);
    await until('it is found', () => letters.length > 0);
    expect(letters).toEqual([{ reason: 'lost', target: `${below.address}/a`, count: 3 }]);
    expect(got).toEqual([]);
  });

  it('tells of a gap until that is known to have been heard', async () => {
    const hub = openBus('hub');
    const [up, down] = createMemoryLink();
    const told: unknown[] = [];
    const dropping = (end: Link, isLost: (packet: string) => boolean): Link => ({
      ...end,
      lossy: true,
      post(packet, transfer) {
        if (!isLost(packet as string)) end.post(packet, transfer);
      },
    });
    // an event is lost, and what the far side says of that is lost twice
    const ends = [
      dropping(up, (packet) => packet.includes('lose me')),
      dropping(down, (packet) => packet.includes('lost') && told.push(packet) <= 2),
    ] as const;
    const below = await openBelow(hub, 'below', ends);
    const letters = lettersOf(hub);
    await turns();
    send(hub, below.address, 'a', 'lose me');
    await until('it is told once more', () => letters.length > 0);
    expect(told.length).toBe(3);
    expect(letters).toEqual([{ reason: 'lost', target: `${below.address}/a`, count: 1 }]);
    send(hub, below.address, 'a', 'this arrives');
    await until('it is answered', () => hub.route(below.address).fillOf('a') === undefined);
    const { length } = told;
    send(hub, below.address, 'a', 'this too');
    await until('it is answered', () => hub.route(below.address).fillOf('a') === undefined);
    // it is known by now
    expect(told.length).toBe(length);
  });

  it('is silent when all has been told', async () => {
    const { bus, far, node, received } = openByHand();
    bus.open('a').subscribe(() => {});
    far.post(hello());
    far.post(eventTo('a', 1, 1));
    send(bus, node, 'b', 1);
    const lastDone = () =>
      (JSON.parse((received.at(-1) as string | undefined) ?? '{}') as { readonly done?: number }).done;
    await until('it is answered', () => lastDone() === 2);
    const count = received.length;
    far.post(JSON.stringify({ seq: 2, done: 2, frames: [] }));
    far.post(JSON.stringify({ seq: 2, done: 2, ask: true, frames: [] }));
    await until('it has answered what was asked', () => received.length > count);
    await turns();
    // an answer is not answered
    expect(received.length).toBe(count + 1);
  });

  const rubbish: Readonly<Record<string, unknown>> = {
    'text that is no JSON': 'rubbish',
    nothing: undefined,
    'a number': 4,
    'no seq': '{"frames":[{"type":"stop","to":"a"}]}',
    'a seq of NaN': { seq: Number.NaN, frames: [{ type: 'goodbye' }] },
    'an infinite seq': '{"seq":1e999,"frames":[{"type":"goodbye"}]}',
    'no frames': '{"seq":900}',
    'a frame without a type': '{"seq":1,"frames":[{}]}',
  };
  for (const [name, packet] of Object.entries(rubbish)) {
    it(`survives rubbish, before and after the greeting: ${name}`, async () => {
      const { bus, far, node, received } = openByHand();
      const [got, letters] = [collect(bus, 'a'), lettersOf(bus)];
      far.post(packet as string);
      far.post(hello());
      far.post(eventTo('a', 1, 1));
      far.post(packet as string);
      far.post(eventTo('a', 2, 2));
      await until('the good has come', () => got.length === 2);
      expect(got).toEqual([1, 2]);
      expect(letters).toEqual(
        range(2).map(() => ({
          reason: 'unreadable',
          target: node,
          count: 1,
          error: expect.objectContaining({ code: 'BAD_FRAME' }) as unknown,
        })),
      );
      await turns();
      expect(typesOf(received)).toEqual(['hello']);
    });
  }

  it('survives rubbish from the node above before it has greeted', async () => {
    const [hub, below] = [openBus('hub'), openBus('below')];
    const [up, down] = createMemoryLink();
    const letters = lettersOf(below);
    up.post('rubbish');
    const joined = below.join(down);
    await until('it is told', () => letters.length === 1);
    await turns();
    const route = hub.connect(up, { node: 'below@1', as: 'child' });
    await joined;
    await turns();
    expect(route.down).toBe(undefined);
    expect(letters).toMatchObject([{ reason: 'unreadable' }]);
  });

  it.each([
    ['an unknown frame', { type: 'nonsense' }],
    ['a run of events without events', { type: 'events', to: 'gone' }],
    ['a publication without a value', { type: 'publish', topic: 'news' }],
  ])('goes on with the next frame after %s', async (_, frame) => {
    const { bus, far, node } = openByHand();
    bus.topic('news').subscribe(() => {});
    const [got, letters] = [collect(bus, 'a'), lettersOf(bus)];
    far.post(hello());
    far.post(JSON.stringify({ seq: 1, frames: [frame, { type: 'event', to: 'a', body: 1 }] }));
    await until('the good has come', () => got.length === 1);
    expect(got).toEqual([1]);
    expect(letters).toMatchObject([{ reason: 'unreadable', target: node, count: 1 }]);
  });

  it('tells the channel of a frame whose value is no tree, and goes on with the next', async () => {
    const { bus, far } = openByHand();
    const [got, letters] = [collect(bus, 'a'), lettersOf(bus)];
    far.post(hello());
    const frame = { type: 'event', to: 'a', tagged: { $: 'nonsense', data: 1 } };
    far.post(JSON.stringify({ seq: 1, frames: [frame, { type: 'event', to: 'a', body: 1 }] }));
    await until('the good has come', () => got.length === 2);
    const error = expect.objectContaining({ code: 'BAD_FRAME' }) as unknown;
    expect(got).toEqual([{ type: 'unreadable', to: 'a', error }, 1]);
    expect(letters).toEqual([
      { reason: 'unreadable', target: addressOf(bus.address, 'a'), count: 1, sender: 'child@1', error },
    ]);
  });
});

describe('closing a bus', () => {
  it('delivers nothing afterwards, to nobody, and completes what was subscribed to', async () => {
    const hub = openBus('hub');
    const below = await openBelow(hub, 'below');
    const got = collect(hub, 'a');
    const ends: string[] = [];
    hub.topic('news').subscribe({ next: (value) => got.push(value), complete: () => ends.push('topic') });
    hub.open('b').subscribe({ complete: () => ends.push('channel') });
    hub.deadLetters.subscribe({ complete: () => ends.push('dead') });
    hub.nodes.subscribe({ complete: () => ends.push('nodes') });
    hub.unclaimed.subscribe({ complete: () => ends.push('unclaimed') });
    send(below, hub.address, 'a', 1);
    below.publish('news', '1');
    send(hub, hub.address, 'a', 2);
    await hub.close();
    await hub.close();
    hub.deliver('a', 3);
    hub.open('c').subscribe((frame) => got.push(frame));
    hub.topic('later').subscribe((value) => got.push(value));
    hub.deliver('c', 4);
    hub.redeliver({ type: 'event', to: 'c', body: 5 });
    hub.publish('later', '6');
    send(hub, hub.address, 'c', 7);
    await turns();
    expect(got).toEqual([]);
    expect(ends.toSorted()).toEqual(['channel', 'dead', 'nodes', 'topic', 'unclaimed']);
  });

  it('takes no link any more, and all routes are down', async () => {
    const hub = openBus('hub');
    const below = await openBelow(hub, 'below');
    const route = hub.route(below.address);
    await hub.close();
    expect(route.down?.code).toBe('BUS_CLOSED');
    expect(hub.route('other@1').down?.code).toBe('BUS_CLOSED');
    expect(() => hub.connect(createMemoryLink()[0], { node: 'x@1', as: 'child' })).toThrow(
      expect.objectContaining({ code: 'BUS_CLOSED' }),
    );
  });

  it('lets arrive what was sent before, on the other nodes', async () => {
    const hub = openBus('hub');
    const below = await openBelow(hub, 'below', createChannelLink());
    const got = collect(below, 'a');
    send(hub, below.address, 'a', ...range(200));
    await hub.close();
    await until('all has come', () => got.length === 200);
    expect(got).toEqual(range(200));
  });
});

describe('any schedule', () => {
  for (const seed of range(20)) {
    it(`keeps the order of each pair of nodes, and loses nothing (seed ${seed})`, async () => {
      const random = createRandom(seed);
      const queues: (() => void)[][] = [];
      const scheduledLink = () => {
        const queue: (() => void)[] = [];
        queues.push(queue);
        return createMemoryLink({ schedule: (deliver) => void queue.push(deliver) });
      };
      const step = (): boolean => {
        const ready = queues.filter((queue) => queue.length > 0);
        const deliver = ready[random(ready.length)]?.shift();
        deliver?.();
        return deliver !== undefined;
      };
      const nodes = [openBus('n0')];
      for (const index of range(5)) {
        const below = openBus(`n${index + 1}`);
        nodes.push(below);
        const joined = joinBelow(at(nodes, random(index + 1)), below, scheduledLink());
        let isIn = false;
        void joined.then(() => (isIn = true));
        await until('it has joined', () => {
          step();
          return isIn;
        });
      }
      // the nodes above have heard of all
      await turns();
      await until('all is quiet', () => !step());
      const letters = nodes.map(lettersOf);
      const got = nodes.map((bus) => collect(bus, 'in') as string[]);
      const news = nodes.map((bus) => {
        const values: string[] = [];
        bus.topic('news').subscribe((value) => values.push(value as string));
        return values;
      });
      const sent = new Map<string, number>();
      const next = (key: string): string => {
        sent.set(key, (sent.get(key) ?? 0) + 1);
        return `${key}#${sent.get(key)}`;
      };
      for (const _ of range(600)) {
        const [from, to] = [random(nodes.length), random(nodes.length)];
        if (random(10) === 0) at(nodes, from).publish('news', JSON.stringify(next(`${from}`)));
        else send(at(nodes, from), at(nodes, to).address, 'in', next(`${from}>${to}`));
        for (let steps = random(4); steps > 0; steps -= 1) step();
        if (random(8) === 0) await Promise.resolve();
        if (random(40) === 0) await turns();
      }
      const total = [...sent].reduce(
        (sum, [key, count]) => sum + (key.includes('>') ? count : count * nodes.length),
        0,
      );
      await until('all has come', () => {
        while (step());
        return [...got, ...news].reduce((sum, values) => sum + values.length, 0) >= total;
      });
      for (const [key, count] of sent) {
        const expected = range(count).map((index) => `${key}#${index + 1}`);
        const readers = key.includes('>') ? [at(got, Number(key.split('>')[1]))] : news;
        for (const values of readers) expect(values.filter((value) => value.startsWith(`${key}#`))).toEqual(expected);
      }
      expect(letters.flat()).toEqual([]);
    });
  }
});
