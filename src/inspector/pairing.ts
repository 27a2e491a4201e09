// Which message a step of an actor took: what came over a link is known by the stamp of its sender, what was sent on the same node by its event, and else it
// is the oldest of that type which waits for the actor, for a mailbox keeps the order. It counts what was sent to an actor and not taken yet.
import type { NodeAddress } from '../address.ts';
import type { Seen } from '../causal-order.ts';

export interface Message {
  readonly number: number;
  /** When it was sent, and when it was there. */
  readonly at: number;
  came: number | undefined;
  readonly type: string;
  readonly stamp: Seen;
  readonly event: object | undefined;
  to: Inbox | undefined;
}

/** What waits for one actor. */
export interface Inbox {
  /** What is there and was not taken, in the order in which it came. */
  readonly here: Message[];
  /** How many were sent and not taken, on their way or here. */
  pending: number;
}

export interface Pairing {
  /** A message was sent; it is there at once, or it is on its way. */
  sent(message: Message, isHere: boolean): void;
  /** Whom a message is for is known by now. */
  address(message: Message, inbox: Inbox): void;
  /** What was on its way has come. */
  arrived(seen: Seen, came: number | undefined): Message | undefined;
  /** The message that a step took, if one did. */
  taken(inbox: Inbox, event: object | undefined, type: string): Message | undefined;
  /** The message that an actor took when it failed. */
  takenFirst(inbox: Inbox): Message | undefined;
  /** It will never be taken. */
  lost(message: Message): void;
  /** So many of an actor's will never be taken, nobody knows which. */
  lostOf(inbox: Inbox, count: number): void;
  /** Nothing more is taken by an actor. */
  end(inbox: Inbox): void;
}

export const createInbox = (): Inbox => ({ here: [], pending: 0 });

/** Of messages that nobody ever takes, so many are remembered. */
const REMEMBERED = 100_000;

export function createPairing(): Pairing {
  /** What was sent and not taken, by the node and the stamp. */
  const open = new Map<NodeAddress, Map<number, Message>>();
  const byEvent = new WeakMap<object, Message>();
  let count = 0;

  const find = ({ node, at }: Seen) => open.get(node)?.get(at);

  function close(message: Message): boolean {
    const { node, at } = message.stamp;
    if (!open.get(node)?.delete(at)) return false;
    count -= 1;
    const { to, event } = message;
    if (event) byEvent.delete(event);
    if (to) to.pending -= 1;
    return true;
  }

  function take(inbox: Inbox, place: number): Message | undefined {
    const [message] = place < 0 ? [] : inbox.here.splice(place, 1);
    if (message) close(message);
    return message;
  }

  return {
    sent(message, isHere) {
      const { node, at } = message.stamp;
      let messages = open.get(node);
      if (!messages) open.set(node, (messages = new Map<number, Message>()));
      messages.set(at, message);
      count += 1;
      if (message.to) message.to.pending += 1;
      if (isHere) message.to?.here.push(message);
      if (message.event) byEvent.set(message.event, message);
      if (count > REMEMBERED) forgetOldest(messages);
    },
    address(message, inbox) {
      if (message.to || find(message.stamp) !== message) return;
      message.to = inbox;
      inbox.pending += 1;
      if (message.came !== undefined) inbox.here.push(message);
    },
    arrived(seen, came) {
      const message = find(seen);
      if (!message) return undefined;
      message.came ??= came;
      const { to } = message;
      if (to && !to.here.includes(message)) to.here.push(message);
      return message;
    },
    taken(inbox, event, type) {
      const known = event && byEvent.get(event);
      if (known) {
        const place = inbox.here.indexOf(known);
        if (place >= 0) return take(inbox, place);
      }
      return take(
        inbox,
        inbox.here.findIndex((each) => each.type === type),
      );
    },
    takenFirst: (inbox) => take(inbox, 0),
    lost(message) {
      if (!close(message)) return;
      const place = message.to?.here.indexOf(message) ?? -1;
      if (place >= 0) message.to?.here.splice(place, 1);
    },
    lostOf(inbox, lost) {
      let left = lost;
      for (const messages of open.values()) {
        for (const message of messages.values()) {
          if (left <= 0 || inbox.pending === 0) return;
          if (message.to !== inbox) continue;
          this.lost(message);
          left -= 1;
        }
      }
    },
    end(inbox) {
      for (const message of [...inbox.here]) close(message);
      inbox.here.length = 0;
      this.lostOf(inbox, inbox.pending);
    },
  };

  function forgetOldest(messages: Map<number, Message>): void {
    for (const [at, message] of messages) {
      messages.delete(at);
      count -= 1;
      if (message.to) message.to.pending -= 1;
      const place = message.to?.here.indexOf(message) ?? -1;
      if (place >= 0) message.to?.here.splice(place, 1);
      return;
    }
  }
}
