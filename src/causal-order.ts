// The order in which inspectors are shown what happened on several nodes: no effect before its cause. What one node tells arrives in order, and what an event
// sent by this node caused comes after it by itself. Only where two other nodes talk without this one can an effect arrive first: then
// it waits for its cause, and what happened since waits with it. The clock is the machine's monotonic one, which all its threads share.
import type { Address, NodeAddress } from './address.ts';
import type { Bus } from './bus.ts';
import { now, runLater } from './surroundings.ts';

/** Where and when an event was shown as sent. */
export interface Seen {
  readonly node: NodeAddress;
  /** In milliseconds of the machine's monotonic clock; no two events that a node shows have the same. */
  readonly at: number;
  /** When it had come to where it is handled, if that is another node. */
  readonly came?: number | undefined;
}

/** Where and when something happened, and what another node had shown before that. */
export interface Origin extends Seen {
  readonly after?: Seen | undefined;
  /** The actor that sent it from elsewhere, or at least its node, where nobody looks at the sender. */
  readonly from?: Address | NodeAddress | undefined;
  /** When it left there, if that is known. */
  readonly left?: number | undefined;
}

export interface CausalOrder {
  /** Shows it now, or when what it follows from has been shown. */
  offer(origin: Origin, show: () => void): void;
}

export interface CausalOrderOptions {
  /** How long an effect waits for its cause: a node that is busy for longer, or is gone, does not hold the others up. */
  readonly patience?: number;
  /** Runs a task after some milliseconds, unless the returned function is called before. */
  readonly schedule?: (task: () => void, delay: number) => () => void;
  readonly clock?: () => number;
}

interface Entry {
  readonly origin: Origin;
  readonly show: () => void;
  /** When it is shown even if its cause has not come. */
  readonly deadline: number;
}

const PATIENCE = 250;

/** Of how many nodes it is known what was shown; threads come and go. */
const REMEMBERED = 1024;

const orders = new WeakMap<Bus, CausalOrder>();

/** The order of a node, which all its systems share. */
export function inCausalOrder(bus: Bus): CausalOrder {
  let order = orders.get(bus);
  if (!order) orders.set(bus, (order = createCausalOrder()));
  return order;
}

export function createCausalOrder({
  patience = PATIENCE,
  schedule = runLater,
  clock = now,
}: CausalOrderOptions = {}): CausalOrder {
  const waiting: Entry[] = [];
  /** When the latest happened that was shown of each node. */
  const shownUntil = new Map<NodeAddress, number>();
  /** The entry that holds up the others, and what ends the wait for its deadline. */
  let awaited: Entry | undefined;
  let cancel: (() => void) | undefined;

  const isFree = ({ after }: Origin) => !after || (shownUntil.get(after.node) ?? -Infinity) >= after.at;
  const note = ({ node, at }: Origin) => {
    const until = shownUntil.get(node);
    if (until === undefined && shownUntil.size >= REMEMBERED) {
      for (const [oldest] of shownUntil) {
        shownUntil.delete(oldest);
        break;
      }
    }
    if (until === undefined || until < at) shownUntil.set(node, at);
  };
  const drain = (expired = -Infinity) => {
    for (let first = waiting[0]; first && (isFree(first.origin) || first.deadline <= expired); first = waiting[0]) {
      waiting.shift();
      note(first.origin);
      showLate(first.show);
    }
    const [first] = waiting;
    if (first === awaited) return;
    cancel?.();
    awaited = first;
    cancel = first && schedule(lastCall, Math.max(0, first.deadline - clock()));
  };
  /** If this node was busy itself, the cause is here but unread: one more turn, and it is. */
  const lastCall = () => {
    const expired = clock();
    cancel = schedule(() => {
      awaited = undefined;
      drain(expired);
    }, 0);
  };
  return {
    offer(origin, show) {
      if (waiting.length === 0 && isFree(origin)) {
        note(origin);
        show();
        return;
      }
      const place = waiting.findLastIndex((each) => each.origin.at <= origin.at) + 1;
      waiting.splice(place, 0, { origin, show, deadline: clock() + patience });
      drain();
    },
  };
}

/** Whoever made it happen is not there any more to hear of an inspector's error, and the rest must be shown. */
function showLate(show: () => void): void {
  try {
    show();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
