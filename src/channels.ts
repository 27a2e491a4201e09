// A node's channels: one RxJS subject per local id, to which the frames that arrive for it go with their values revived. A frame for a channel that is not
// open is kept by whoever claims it, else it is a dead letter, or is answered by whoever listens to `unclaimed`.
import { Subject } from 'rxjs/internal/Subject';
import { addressOf, type NodeAddress } from './address.ts';
import type { DeadLetter } from './bus.ts';
import type { Seen } from './causal-order.ts';
import type { Codec } from './codec.ts';
import { isTroupeError, TroupeError } from './errors.ts';
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
  deliver(localId: string, event: unknown, seen: Seen | undefined): void;
  /** Delivers a frame that was held back after it arrived; nobody may claim it once more. */
  redeliver(frame: Delivery): void;
  close(): void;
}

export interface ChannelsOptions {
  readonly node: { readonly address: NodeAddress; readonly codec: Codec };
  bury(letter: DeadLetter): void;
}

export function createChannels({ node, bury }: ChannelsOptions): Channels {
  const open = new Map<string, Subject<Delivery>>();
  const unclaimed = new Subject<Delivery>();
  let claim: Claim = claimNothing;

  const unclaim = (frame: Delivery): void => {
    const count = frame.type === 'event' ? 1 : frame.type === 'events' ? frame.events.length : 0;
    if (count === 0) unclaimed.next(frame);
    else bury({ reason: 'no-such-actor', target: addressOf(node.address, frame.to), count });
  };
  /** Whoever waits for a frame that cannot be read must not wait for ever. */
  const tryRevive = (to: string, frame: RawFrame): Delivery => {
    try {
      return revive(node.codec, frame);
    } catch (error) {
      bury({ reason: 'unreadable', target: addressOf(node.address, to), count: 1, error });
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
      const delivery = tryRevive(to, frame);
      const channel = open.get(to);
      if (channel) channel.next(delivery);
      else if (!claim(delivery, from)) unclaim(delivery);
    },
    deliver(localId, event, seen) {
      const channel = open.get(localId);
      if (channel) channel.next({ type: 'event', to: localId, body: event, seen });
      else bury({ reason: 'no-such-actor', target: addressOf(node.address, localId), count: 1 });
    },
    redeliver(frame) {
      const channel = open.get(frame.to);
      if (channel) channel.next(frame);
      else unclaim(frame);
    },
    close() {
      for (const channel of open.values()) channel.complete();
      open.clear();
      unclaimed.complete();
    },
  };
}

const claimNothing: Claim = () => false;

/** A frame with its values ready to use. The peer has looked at the frame's type and at what that needs. */
function revive(codec: Codec, frame: RawFrame): Delivery {
  const revived: Record<string, unknown> = frame;
  if ('tagged' in frame) revived['body'] = codec.reviveTree(frame['tagged']);
  if (frame.type === 'step')
    revived['out'] = ((frame['out'] ?? []) as RawFrame[]).map((output) => revive(codec, output));
  return revived as unknown as Delivery;
}

function unreadableError(cause: unknown): TroupeError {
  return isTroupeError(cause)
    ? cause
    : new TroupeError('BAD_FRAME', 'Cannot read a frame that came. Install the same troupe on both sides.', { cause });
}
