// One link to another node, from this node's side: numbers and batches what goes out, and lets in only what is sound. The first
// packet must greet in the same version; a packet that came before is dropped; a gap or rubbish is told, and asks the other side to say again
// what must be known. What a peer does wrong never throws here.
import type { MessagePort } from 'node:worker_threads';
import { nameOf, type NodeAddress } from './address.ts';
import { TroupeError } from './errors.ts';
import type { Link } from './links/link.ts';
import { createOutbox } from './packing.ts';
import { runSoon } from './platform.ts';
import { parsePacket, PROTOCOL_VERSION, type Outgoing, type RawFrame } from './wire.ts';

/** How a node is related to this one: topics and introductions travel between parents and children. */
export type Role = 'child' | 'parent' | 'neighbour' | 'self';

export interface PeerListener {
  frame(frame: RawFrame): void;
  /** Frames were lost on the way, either way. */
  loss(letter: { readonly reason: 'lost' | 'unreadable'; readonly count: number; readonly error?: unknown }): void;
  /** The link has ended, and nothing more comes. */
  ended(error: TroupeError): void;
}

export interface Peer {
  /** Unknown of a parent until it has greeted. */
  node: NodeAddress;
  readonly role: Role;
  /** Whether a frame is handled over there before `push` returns. */
  readonly immediate: boolean;
  /** Lets in what the link brings, from now on. */
  listen(): void;
  push(frame: Outgoing, ports?: readonly MessagePort[]): void;
  /** Posts now what has been pushed. */
  flush(): void;
  /** Keeps the process alive for this peer until the returned function is called. */
  hold(): () => void;
  /** Says goodbye and ends the link. */
  close(): void;
}

/** A peer over a link; without one it is this node itself. */
export function createPeer(link: Link | undefined, node: NodeAddress, role: Role, listener: PeerListener): Peer {
  const outbox = createOutbox((packet, transfer) => {
    if (link) link.post(packet, transfer);
    // never at once: a packet that is full may be posted while the one before is being handled
    else runSoon(() => receive(packet));
  }, link?.immediate);
  // a child speaks when it is spoken to: its first frame answers the greeting, and what it has to say before that waits
  let silent = role === 'parent';
  const early: Outgoing[] = [];
  let greeted = link === undefined;
  let expected = 0;
  let holds = 0;
  let over = false;

  const peer: Peer = {
    node,
    role,
    immediate: link?.immediate ?? false,
    listen: () => void link?.packets.subscribe({ next: receive, error: end, complete: end }),
    push(frame, ports) {
      if (silent && frame.type !== 'hello') {
        early.push(frame);
        return;
      }
      silent = false;
      outbox.push(frame, ports);
      for (const each of early.splice(0)) outbox.push(each);
    },
    flush: outbox.flush,
    hold() {
      if (holds++ === 0) link?.hold(true);
      let held = true;
      return () => {
        if (held && --holds === 0) link?.hold(false);
        held = false;
      };
    },
    close() {
      peer.push({ type: 'goodbye' });
      outbox.flush();
      link?.close();
      over = true;
    },
  };
  return peer;

  function end(cause?: unknown): void {
    if (over) return;
    over = true;
    // only a child's link is known to break with an error; a neighbour's port closes whatever became of the neighbour
    listener.ended(
      cause instanceof TroupeError ? cause : endedError(peer.node, cause, role === 'child' && cause === undefined),
    );
  }

  function receive(packet: unknown): void {
    if (over) return;
    let parsed: ReturnType<typeof parsePacket>;
    try {
      parsed = parsePacket(packet);
    } catch (error) {
      peer.push({ type: 'resync' });
      listener.loss({ reason: 'unreadable', count: 1, error });
      return;
    }
    const { seq, frames } = parsed;
    if (!greeted) {
      const mismatch = greetingError(peer.node, frames[0]);
      if (mismatch) {
        end(mismatch);
        link?.close();
        return;
      }
      greeted = true;
    }
    // a packet that came before has come twice
    if (seq < expected) return;
    const lost = seq - expected;
    expected = seq + frames.length;
    if (lost > 0) {
      outbox.push({ type: 'resync' });
      listener.loss({ reason: 'lost', count: lost });
    }
    for (const frame of frames) {
      if (frame.type === 'goodbye') end(goodbyeError(peer.node));
      else {
        try {
          listener.frame(frame);
        } catch (error) {
          listener.loss({ reason: 'unreadable', count: 1, error });
        }
      }
    }
  }
}

function greetingError(node: NodeAddress, frame: RawFrame | undefined): TroupeError | undefined {
  if (frame?.type === 'hello' && frame['version'] === PROTOCOL_VERSION) return undefined;
  const found = frame?.type === 'hello' ? `version ${String(frame['version'])}` : 'no greeting';
  return new TroupeError(
    'PROTOCOL_MISMATCH',
    `Cannot talk to '${nameOf(node)}': it sent ${found} where version ${PROTOCOL_VERSION} was expected. Install the same troupe on both sides.`,
    { details: { node, expected: PROTOCOL_VERSION } },
  );
}

function goodbyeError(node: NodeAddress): TroupeError {
  return new TroupeError('ACTOR_DOWN', `The node '${nameOf(node)}' has closed its bus.`, { details: { node } });
}

function endedError(node: NodeAddress, cause: unknown, orderly: boolean): TroupeError {
  return new TroupeError('ACTOR_DOWN', `The link to '${nameOf(node)}' has ended.`, {
    details: { node, orderly },
    ...(cause === undefined ? {} : { cause }),
  });
}
