// The bus in random trees of nodes: what travels takes its time on each link, nodes talk that must first meet, and some of them leave meanwhile.
import { describe, expect, it } from 'vitest';
import { createMemoryLink, topic, type Bus, type NodeAddress } from 'troupe';
import { createBus } from '../../dist/src/bus.js';
import { createIncarnation, nodeAddress } from '../../dist/src/address.js';
import { lettersOf, send } from '../support/nodes.ts';
import { seeds, simulate, type Run } from '../support/simulating.ts';

interface Node {
  readonly bus: Bus;
  readonly address: NodeAddress;
  /** What came here, by who sent it. */
  readonly received: Map<string, number[]>;
  readonly heard: Map<string, number[]>;
  isClosed: boolean;
}

/** A node that notes what comes to it; it hangs below another, or is the root. */
async function openNode(name: string, above: Bus | undefined, root: Bus, nodes: Node[]): Promise<void> {
  // what is built declares no internal members, but has them
  const bus = above ? (createBus({ name }) as Bus) : root;
  if (above) {
    const [up, down] = createMemoryLink();
    above.connect(up, { node: nodeAddress(name, createIncarnation()), as: 'child' });
    await bus.join(down);
  }
  const node: Node = { bus, address: bus.address, received: new Map(), heard: new Map(), isClosed: false };
  const take = (into: Map<string, number[]>, [from, number]: readonly [string, number]) =>
    into.set(from, [...(into.get(from) ?? []), number]);
  bus.open('inbox').subscribe((frame) => {
    for (const event of frame.type === 'event' ? [frame.body] : frame.type === 'events' ? frame.events : [])
      take(node.received, event as [string, number]);
  });
  topic<[string, number]>('news', { bus }).subscribe((news) => take(node.heard, news));
  nodes.push(node);
}

async function openTree({ bus, between, pick }: Run): Promise<Node[]> {
  const nodes: Node[] = [];
  await openNode('root', undefined, bus, nodes);
  for (let count = between(2, 4); count > 0; count -= 1) await openNode(`node-${count}`, pick(nodes).bus, bus, nodes);
  return nodes;
}

const isRising = (numbers: readonly number[]) =>
  numbers.every((number, at) => at === 0 || number > (numbers[at - 1] ?? 0));
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('the bus', () => {
  it.each(seeds(100))('brings everything once and in order, however long it travels (seed %i)', async (seed) => {
    expect(
      await simulate(seed, async (run) => {
        const nodes = await openTree(run);
        const sent = new Map<string, number>();
        const published = new Map<string, number>();
        const next = (counts: Map<string, number>, key: string) =>
          counts.set(key, (counts.get(key) ?? 0) + 1).get(key) ?? 0;
        for (let step = run.between(10, 60); step > 0; step -= 1) {
          const from = run.pick(nodes);
          const to = run.pick(nodes);
          if (run.happens(0.3)) topic('news', { bus: from.bus }).next([from.bus.name, next(published, from.bus.name)]);
          else
            for (let burst = run.between(1, 4); burst > 0; burst -= 1)
              send(from.bus, to.address, 'inbox', [from.bus.name, next(sent, `${from.bus.name} ${to.bus.name}`)]);
          if (run.happens(0.4)) await run.pause(15);
        }
        await run.advance(1000);
        for (const { bus, received, heard } of nodes) {
          for (const { bus: from } of nodes) {
            run.mustBe(received.get(from.name) ?? [], upTo(sent.get(`${from.name} ${bus.name}`) ?? 0), 'received');
            run.mustBe(heard.get(from.name) ?? [], upTo(published.get(from.name) ?? 0), 'heard');
          }
        }
        for (const { bus } of nodes.slice(1)) await bus.close();
      }),
    ).toEqual([]);
  });

  // 71: a node in the middle left with a request; 252: the one asked, and the one asked for; 368: two channels for one pair; 3243: what a neighbour's end hid
  it.each(seeds(100, 252, 368, 3243))(
    'brings what it brings once and in order while nodes leave, and tells of the rest (seed %i)',
    async (seed) => {
      expect(
        await simulate(seed, async (run) => {
          const nodes = await openTree(run);
          const letters = nodes.map(({ bus }) => lettersOf(bus));
          const sent = new Map<string, number>();
          const leave = (node: Node) => {
            node.isClosed = true;
            void node.bus.close();
          };
          for (let step = run.between(10, 60); step > 0; step -= 1) {
            const from = run.pick(nodes.filter(({ isClosed }) => !isClosed));
            const to = run.pick(nodes);
            const key = `${from.bus.name} ${to.bus.name}`;
            for (let burst = run.between(1, 4); burst > 0; burst -= 1) {
              sent.set(key, (sent.get(key) ?? 0) + 1);
              send(from.bus, to.address, 'inbox', [from.bus.name, sent.get(key)]);
            }
            topic('news', { bus: from.bus }).next([from.bus.name, step]);
            if (run.happens(0.4)) await run.pause(15);
            // the root stays
            if (run.happens(0.05) && !from.isClosed && from !== nodes[0]) leave(from);
          }
          await run.advance(10_000);
          for (const { bus, received, heard } of nodes) {
            for (const from of nodes) {
              const came = received.get(from.bus.name) ?? [];
              run.must(isRising(came), `${from.bus.name} to ${bus.name}: ${came.join(' ')}`);
              const news = heard.get(from.bus.name) ?? [];
              run.must(isRising(news.map((step) => -step)), `news of ${from.bus.name}: ${news.join(' ')}`);
              // of what a closed bus sent nobody tells
              if (from.isClosed) continue;
              const of = (sure: boolean) =>
                (letters[nodes.indexOf(from)] ?? [])
                  .filter(
                    ({ target, reason }) => nameOfTarget(target) === bus.name && (reason !== 'maybe-handled') === sure,
                  )
                  .reduce((sum, { count }) => sum + count, 0);
              const all = sent.get(`${from.bus.name} ${bus.name}`) ?? 0;
              const what = `${from.bus.name} to ${bus.name}: ${all} sent, ${came.length} came, ${of(true)} did not, ${of(false)} maybe`;
              run.must(came.length + of(true) <= all, what);
              run.must(came.length + of(true) + of(false) >= all, what);
            }
          }
          for (const { bus } of nodes.slice(1)) await bus.close();
        }),
      ).toEqual([]);
    },
  );
});

const nameOfTarget = (target: string) => target.slice(0, target.indexOf('@'));
