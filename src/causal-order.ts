// The order in which inspectors are shown what happened on several nodes: no effect before its cause. What one node tells arrives in order, and what an event
// sent by this node caused comes after it by itself. Only where two other nodes talk without this one can an effect arrive first: then
// it waits for its cause, and what happened since waits with it. The clock is the machine's monotonic one, which all its threads share.
import type { NodeAddress } from './address.ts';
import type { Bus } from './bus.ts';
import { clearTimeout, setTimeout } from './platform.ts';

/** Where and when an event was shown as sent. */
export interface Seen {
  readonly node: NodeAddress;
  /** In milliseconds of the machine's monotonic clock. */
  readonly at: number;
}

/** Where and when something happened, and what another node had shown before that. */
export interface Origin extends Seen {
  readonly after?: Seen;
}

export interface CausalOrder {
  /** Shows it now, or when what it follows from has been shown. */
  offer(origin: Origin, show: () => void): void;
}

interface Entry {
  readonly origin: Origin;
  readonly show: () => void;
  isPatient: boolean;
}

/** How long an effect waits for its cause: a node that is busy for longer, or is gone, does not hold the others up. */
const PATIENCE = 100;

const orders = new WeakMap<Bus, CausalOrder>();

/** The order of a node, which all its systems share. */
export function inCausalOrder(bus: Bus): CausalOrder {
  let order = orders.get(bus);
  if (!order) orders.set(bus, (order = createCausalOrder()));
  return order;
}

export function createCausalOrder(patience = PATIENCE): CausalOrder {
  const waiting: Entry[] = [];
  /** When the latest happened that was shown of each node. */
  const shownUntil = new Map<NodeAddress, number>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const isFree = ({ after }: Origin) => !after || (shownUntil.get(after.node) ?? -Infinity) >= after.at;
  const show = ({ node, at }: Origin, shows: () => void) => {
    shownUntil.set(node, at);
    shows();
  };
  const drain = () => {
    for (let first = waiting[0]; first && (isFree(first.origin) || !first.isPatient); first = waiting[0]) {
      waiting.shift();
      show(first.origin, first.show);
    }
    clearTimeout(timer);
    timer = undefined;
    if (waiting.length === 0) return;
    timer = setTimeout(() => {
      const [first] = waiting;
      if (first) first.isPatient = false;
      drain();
    }, patience);
    // it is no reason to keep the process alive
    (timer as { unref?(): void }).unref?.();
  };
  return {
    offer(origin, shows) {
      if (waiting.length === 0 && isFree(origin)) {
        show(origin, shows);
        return;
      }
      const place = waiting.findLastIndex((each) => each.origin.at <= origin.at) + 1;
      waiting.splice(place, 0, { origin, show: shows, isPatient: true });
      drain();
    },
  };
}
