// The nodes: those that are linked when somebody begins to look, and what comes and goes. While somebody looks, each of them tells how it fares and what
// it could not deliver.
import { addressOf, type Address, type NodeAddress } from '../address.ts';
import type { Bus } from '../bus.ts';
import { publishWish, type Told, type ToldLetter } from '../gauges.ts';
import type { InspectorRecord } from './records.ts';

export interface Nodes {
  /** Tells of those that are there. */
  begin(): void;
  /** Asks all of them to tell how they fare. */
  wish(): void;
  /** Tells of one that is new. */
  see(node: NodeAddress, at: number): void;
  /** Why a node has failed; undefined if it has not. */
  failureOf(node: NodeAddress): string | undefined;
  /** Whether an address is one of the inspector's own. */
  isOwn(address: string): boolean;
  end(): void;
}

export interface NodesOptions {
  readonly bus: Bus;
  readonly clock: () => number;
  /** A moment of the machine's clock, in the recording's. */
  timeOf(moment: number): number;
  put(record: InspectorRecord): void;
  tellLetter(letter: ToldLetter, at: number): void;
}

/** Where each bus hears of its nodes; it stays open, for what is on its way when nobody looks any more must not be a dead letter. */
const channels = new WeakMap<Bus, { readonly id: string; readonly hear: Set<(told: Told) => void> }>();

export function openNodes({ bus, clock, timeOf, put, tellLetter }: NodesOptions): Nodes {
  const there = new Set<NodeAddress>();
  /** Those that went, and why they failed. */
  const gone = new Map<NodeAddress, string | undefined>();
  const channel = channelOf(bus);
  const own = (): Address => addressOf(bus.address, channel.id);
  const timeNow = () => timeOf(clock());
  let unwatch: (() => void) | undefined;
  let isOver = false;

  const see = (node: NodeAddress, at: number) => {
    // what it had told before it went may be read only then
    if (there.has(node) || gone.has(node)) return;
    there.add(node);
    put({ type: 'node', at, node, up: true });
  };
  const hear = (told: Told) => {
    const at = timeOf(told.at);
    if (told.type === 'troupe.letter') {
      if (told.letter.target === own()) return;
      see(told.node, at);
      tellLetter(told.letter, at);
      return;
    }
    see(told.node, at);
    const { node, delay, busy, heap } = told;
    if (there.has(node)) put({ type: 'gauges', at, node, delay, busy, heap });
  };

  return {
    begin() {
      const at = timeNow();
      see(bus.address, at);
      for (const node of bus.kin) see(node, at);
      unwatch = bus.watchKin((node, left) => {
        if (!left) {
          see(node, timeNow());
          wish(true);
          return;
        }
        if (!there.delete(node)) return;
        const error = left.orderly ? undefined : (left.error?.message ?? 'It is gone.');
        gone.set(node, error);
        put({ type: 'node', at: timeNow(), node, up: false, ...(error === undefined ? {} : { error }) });
      });
    },
    wish() {
      channel.hear.add(hear);
      wish(true);
    },
    see,
    failureOf: (node) => gone.get(node),
    isOwn: (address) => address === own(),
    end() {
      isOver = true;
      unwatch?.();
      channel.hear.delete(hear);
      if (channel.hear.size === 0) publishWish(bus, { to: own(), wanted: false });
    },
  };

  function wish(wanted: boolean): void {
    if (!isOver) publishWish(bus, { to: own(), wanted });
  }
}

function channelOf(bus: Bus): { readonly id: string; readonly hear: Set<(told: Told) => void> } {
  let channel = channels.get(bus);
  if (!channel) {
    const hear = new Set<(told: Told) => void>();
    channel = { id: bus.createId(), hear };
    bus.open(channel.id).subscribe((frame) => {
      const events = frame.type === 'event' ? [frame.body] : frame.type === 'events' ? frame.events : [];
      for (const told of events) for (const each of hear) each(told as Told);
    });
    channels.set(bus, channel);
  }
  return channel;
}
