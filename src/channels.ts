// A node's channels: one RxJS subject per local id, to which the frames that arrive for it go with their values revived. A frame for a channel that is not
// open is kept by whoever claims it, else it is a dead letter, or is answered by whoever listens to `unclaimed`.
import { Subject } from 'rxjs/internal/Subject';
import { addressOf, nodeOf, type Address, type NodeAddress } from './address.ts';
import type { DeadLetter } from './bus.ts';
import type { Seen } from './causal-order.ts';
import type { Codec } from './codec.ts';
import { isTroupeError, TroupeError } from './errors.ts';
import type { Held } from './ledger.ts';
import type { Delivery, RawFrame } from './wire.ts';

/** Tells of a frame from a node whether it is kept. */
export type Claim = (frame: Delivery, from: NodeAddress) => boolean;

export interface Channels {
  /** Frames other than events that nobody keeps. */
  readonly unclaimed: Subject<Delivery>;
  open(localId: string): Subject<Delivery>;
  shut(localId: string): void;
  claim(take: Claim): void;
  /** Takes a frame that arrived from a node. */
  receive(frame: RawFrame, from: NodeAddress): void;
  /** Hands an event of this node to a channel at once. */
  deliver(localId: string, event: unknown, seen: Seen | undefined, via: Address | undefined): void;
  /** Notes that a frame that arrived is held back: it was not handled yet. */
  hold(frame: Delivery): void;
  /** Delivers a frame that was held back after it arrived; nobody may claim it once more. */
  redeliver(frame: Delivery): void;
  /** How many events that came from a node are held back, by channel. */
  heldOf(node: NodeAddress): Held | undefined;
  close(): void;
}

export interface ChannelsOptions {
  readonly node: { readonly address: NodeAddress; readonly codec: Codec };
  bury(letter: DeadLetter): void;
  /** What came from a node and was held back has been handled. */
  released(node: NodeAddress): void;
}

export function createChannels({ node, bury, released }: ChannelsOptions): Channels {
  const open = new Map<string, Subject<Delivery>>();
  const unclaimed = new Subject<Delivery>();
  let claim: Claim = claimNothing;

  const held = createHeld();

  const unclaim = (frame: Delivery): void => {
    const count = eventsIn(frame);
    if (count === 0) unclaimed.next(frame);
    else bury({ reason: 'no-such-actor', target: addressOf(node.address, frame.to), count, ...viaOf(frame) });
  };
  /** Whoever waits for a frame that cannot be read must not wait for ever. */
  const tryRevive = (to: string, frame: RawFrame, from: NodeAddress): Delivery => {
    try {
      return revive(node.codec, frame, from);
    } catch (error) {
      bury({ reason: 'unreadable', target: addressOf(node.address, to), count: 1, sender: from, error });
      return { type: 'unreadable', to, error: unreadableError(error) };
    }
  };
  return {
    unclaimed,
    open(localId) {
      const channel = new Subject<Delivery>();
      open.set(localId, channel);
      return channel;
    },
    shut(localId) {
      open.get(localId)?.complete();
      open.delete(localId);
    },
    claim: (take) => void (claim = take),
    receive(frame, from) {
      const to = frame['to'] as string;
      const delivery = tryRevive(to, frame, from);
      const channel = open.get(to);
      if (channel) channel.next(delivery);
      else if (claim(delivery, from)) held.add(delivery);
      else unclaim(delivery);
    },
    deliver(localId, event, seen, via) {
      const channel = open.get(localId);
      const frame: Delivery = { type: 'event', to: localId, body: event, seen, via };
      if (channel) channel.next(frame);
      else unclaim(frame);
    },
    hold: held.add,
    redeliver(frame) {
      // before it is handled, for it may be held back once more
      const via = held.remove(frame);
      const channel = open.get(frame.to);
      if (channel) channel.next(frame);
      else unclaim(frame);
      if (via) released(via);
    },
    heldOf: held.of,
    close() {
      for (const channel of open.values()) channel.complete();
      open.clear();
      unclaimed.complete();
    },
  };
}

interface HeldBack {
  add(frame: Delivery): void;
  /** Gives the node that it came from, if it was held back and is an event. */
  remove(frame: Delivery): NodeAddress | undefined;
  of(node: NodeAddress): Held | undefined;
}

function createHeld(): HeldBack {
  const counts = new Map<NodeAddress, Record<string, number>>();
  const frames = new WeakSet<Delivery>();
  return {
    add(frame) {
      const count = eventsIn(frame);
      const via = nodeBefore(frame);
      if (count === 0 || via === undefined || frames.has(frame)) return;
      frames.add(frame);
      const held = counts.get(via) ?? {};
      counts.set(via, held);
      held[frame.to] = (held[frame.to] ?? 0) + count;
    },
    remove(frame) {
      const via = nodeBefore(frame);
      const held = via && counts.get(via);
      if (!held || !frames.delete(frame)) return undefined;
      const left = (held[frame.to] ?? 0) - eventsIn(frame);
      if (left > 0) held[frame.to] = left;
      else delete held[frame.to];
      if (Object.keys(held).length === 0) counts.delete(via);
      return via;
    },
    of: (node) => counts.get(node),
  };
}

function eventsIn(frame: Delivery): number {
  if (frame.type === 'event' || frame.type === 'returned') return 1;
  return frame.type === 'events' ? frame.events.length : 0;
}

/** The sender of an event that came from elsewhere, or at least its node. */
export function viaOf(frame: Delivery): { readonly sender?: Address | NodeAddress } {
  const via = 'via' in frame ? frame.via : undefined;
  return via === undefined ? {} : { sender: via };
}

/** The node that an event came from. */
function nodeBefore(frame: Delivery): NodeAddress | undefined {
  const { sender } = viaOf(frame);
  return sender?.includes('/') ? nodeOf(sender as Address) : sender;
}

const claimNothing: Claim = () => false;

/** A frame with its values ready to use. The peer has looked at the frame's type and at what that needs. */
function revive(codec: Codec, frame: RawFrame, from: NodeAddress): Delivery {
  const revived: Record<string, unknown> = frame;
  if (frame.type === 'event' || frame.type === 'events') revived['via'] = from;
  if ('tagged' in frame) revived['body'] = codec.reviveTree(frame['tagged']);
  if (frame.type === 'step')
    revived['out'] = ((frame['out'] ?? []) as RawFrame[]).map((output) => revive(codec, output, from));
  return revived as unknown as Delivery;
}

function unreadableError(cause: unknown): TroupeError {
  return isTroupeError(cause)
    ? cause
    : new TroupeError('BAD_FRAME', 'Cannot read a frame that came. Install the same troupe on both sides.', { cause });
}
