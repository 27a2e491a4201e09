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
  to: Inbox | undefined;
}

/** What was sent to one actor and not taken: what is there, in the order in which it came, and what is on its way. */
export interface Inbox {
  readonly here: Set<Message>;
  readonly coming: Set<Message>;
}

export interface Pairing {
  /** A message was sent; it is there at once, or it is on its way. */
  sent(message: Message, event: object, isHere: boolean): void;
  /** Whom a message is for is known by now. */
  address(message: Message, inbox: Inbox): void;
  /** What was on its way has come. */
  arrived(seen: Seen, came: number | undefined): void;
  /** The message that a step took, if one did. */
  taken(inbox: Inbox, event: object, type: string): Message | undefined;
  /** The message that an actor took when it failed. */
  takenFirst(inbox: Inbox): Message | undefined;
  /** It will never be taken; false if it was, or was lost before. */
  lost(message: Message): boolean;
  /** So many of an actor's will never be taken, nobody knows which. */
  lostOf(inbox: Inbox, count: number): void;
  /** Nothing more is taken by an actor. */
  end(inbox: Inbox): void;
}

export const createInbox = (): Inbox => ({ here: new Set(), coming: new Set() });

/** How many were sent and not taken, on their way or here. */
export const pendingIn = ({ here, coming }: Inbox): number => here.size + coming.size;

/** Of messages that nobody ever takes, so many are remembered. */
const REMEMBERED = 100_000;

const MOST_OVERTAKEN = 1000;

const nameOf = ({ node, at }: Seen): string => `${node} ${at}`;

export function createPairing(): Pairing {
  /** What is on its way, by the node and the stamp. */
  const open = new Map<NodeAddress, Map<number, Message>>();
  let openCount = 0;
  const byEvent = new WeakMap<object, Message>();
  /** What came, as its taker said, before its sender said that it was sent: nobody waits for ever for a node that is busy. */
  const overtaken = new Set<string>();

  return {
    sent(message, event, isHere) {
      const { to } = message;
      if (isHere && to) to.here.add(message);
      else {
        if (overtaken.size > 0 && overtaken.delete(nameOf(message.stamp))) return;
        to?.coming.add(message);
        keepOpen(message);
      }
      const known = byEvent.get(event);
      // the same event may be sent to an actor twice, and the first is taken first
      if (!known?.to || known.to !== to || !known.to.here.has(known)) byEvent.set(event, message);
    },
    address(message, inbox) {
      const { stamp, came } = message;
      if (message.to || open.get(stamp.node)?.get(stamp.at) !== message) return;
      message.to = inbox;
      inbox.coming.add(message);
      if (came !== undefined) arrive(message, inbox);
    },
    arrived(seen, came) {
      const message = open.get(seen.node)?.get(seen.at);
      if (!message) {
        overtake(nameOf(seen));
        return;
      }
      message.came ??= came;
      if (message.to) arrive(message, message.to);
    },
    taken(inbox, event, type) {
      const message = find(inbox, event, type);
      if (message) {
        inbox.here.delete(message);
        loseEarlier(inbox, message);
      }
      return message;
    },
    takenFirst({ here }) {
      for (const message of here) {
        here.delete(message);
        return message;
      }
      return undefined;
    },
    lost,
    lostOf({ here, coming }, count) {
      let left = count;
      for (const messages of [here, coming]) {
        for (const message of messages) {
          if (left <= 0) return;
          lost(message);
          left -= 1;
        }
      }
    },
    end({ here, coming }) {
      here.clear();
      for (const message of coming) lost(message);
    },
  };

  function find({ here }: Inbox, event: object, type: string): Message | undefined {
    const known = byEvent.get(event);
    if (known && here.has(known)) return known;
    for (const message of here) if (message.type === type) return message;
    return undefined;
  }

  /** A node's messages to an actor are taken in the order sent: whatever it had sent before was taken too, though nobody could tell by what step. */
  function loseEarlier({ here, coming }: Inbox, { stamp }: Message): void {
    for (const messages of [here, coming]) {
      for (const earlier of messages) {
        if (earlier.stamp.node !== stamp.node || earlier.stamp.at > stamp.at) break;
        lost(earlier);
      }
    }
  }

  function arrive(message: Message, { here, coming }: Inbox): void {
    forget(message);
    coming.delete(message);
    here.add(message);
  }

  function lost(message: Message): boolean {
    const wasOpen = forget(message);
    const { to } = message;
    return (to !== undefined && (to.coming.delete(message) || to.here.delete(message))) || wasOpen;
  }

  function overtake(name: string): void {
    overtaken.add(name);
    if (overtaken.size <= MOST_OVERTAKEN) return;
    for (const oldest of overtaken) {
      overtaken.delete(oldest);
      return;
    }
  }

  function keepOpen(message: Message): void {
    const { node, at } = message.stamp;
    let messages = open.get(node);
    if (!messages) open.set(node, (messages = new Map<number, Message>()));
    messages.set(at, message);
    openCount += 1;
    if (openCount <= REMEMBERED) return;
    for (const oldest of messages.values()) {
      lost(oldest);
      return;
    }
  }

  function forget({ stamp: { node, at } }: Message): boolean {
    if (!open.get(node)?.delete(at)) return false;
    openCount -= 1;
    return true;
  }
}
