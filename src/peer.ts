// One link to another node, from this node's side: numbers and batches what goes out, and lets in only what is sound. The first
// packet must greet in the same version; a packet that came before is dropped; a gap is told to the other side, and rubbish here. Each packet tells how far
// those of the other side were handled; where nothing else goes there, one without frames does, at once if that was asked for.
// What a peer does wrong never throws here.
import type { MessagePort } from 'node:worker_threads';
import { nameOf, type NodeAddress } from './address.ts';
import { TroupeError } from './errors.ts';
import type { Link } from './links/link.ts';
import { closePortsIn } from './lost-ports.ts';
import { createOutbox } from './packing.ts';
import { runSoon } from './platform.ts';
import { createRepeats } from './repeats.ts';
import { clearTimeout, unheld } from './surroundings.ts';
import {
  parsePacket,
  PROTOCOL_VERSION,
  type Outgoing,
  type ParsedPacket,
  type Progress,
  type RawFrame,
} from './wire.ts';

/** How a node is related to this one: topics and introductions travel between parents and children. */
export type Role = 'child' | 'parent' | 'neighbour' | 'self';

export interface PeerListener {
  frame(frame: RawFrame): void;
  /** What came could not be read. */
  unreadable(error: unknown): void;
  /** Frames were lost on the way, either way. */
  resync(): void;
  /** What was pushed so far has left, in frames numbered below `next`. */
  posted(next: number): void;
  /** The other side has handled the frames below `progress.done`. */
  handled(progress: Progress): void;
  /** Frames of this side did not arrive. */
  lost(first: number, next: number): void;
  /** Whether somebody here waits to hear what was handled there. */
  isAsking(): boolean;
  /** What of the events that came waits for a channel that takes none yet. */
  held(): Progress['held'];
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
  /** Tells the other side, when this tick ends, how far its frames were handled. */
  tellSoon(): void;
  /** Asks the other side, when this tick ends, how far the frames of this one were handled. */
  askSoon(): void;
  /** Keeps the process alive for this peer until the returned function is called. */
  hold(): () => void;
  /** Says goodbye and ends the link. */
  close(): void;
}

/** After so many packets the other side is told how far they were handled, though nothing else goes there. */
const MOST_UNANSWERED = 32;

/** How many milliseconds that may wait otherwise; and where a link may lose packets, how long until the other side is asked after them, at first. */
const ANSWER_WITHIN = 50;
const LONGEST_PROBE = 1000;

/** A peer over a link; without one it is this node itself. */
export function createPeer(link: Link | undefined, node: NodeAddress, role: Role, listener: PeerListener): Peer {
  const outbox = createOutbox({ post, progress, immediate: link?.immediate ?? link?.prompt ?? false });
  // a child speaks when it is spoken to: its first frame answers the greeting, and what it has to say before that waits
  let silent = role === 'parent';
  /** Whether packets may be lost without a word: this end knows it of its link, or the other end has said so. */
  let isLossy = link?.lossy === true;
  const early: Outgoing[] = [];
  let greeted = link === undefined;
  let expected = 0;
  /** The frames below this were handled; while one is being handled that is less than what is expected. */
  let done = 0;
  /** Gaps in what came, until the other side knows of them. */
  let gaps: (readonly [first: number, next: number])[] = [];
  /** The gaps below this in what was sent are known here. */
  let heard = 0;
  /** What the other side has handled. */
  let answered = 0;
  let unanswered = 0;
  let isTelling = false;
  let isAsking = false;
  let answerTimer: ReturnType<typeof setTimeout> | undefined;
  let probeTimer: ReturnType<typeof setTimeout> | undefined;
  let holds = 0;
  let over = false;
  const repeats = createRepeats();

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
      put(frame, ports);
      if (early.length > 0) for (const each of early.splice(0)) put(each);
    },
    flush: () => outbox.flush(),
    tellSoon,
    askSoon: () => runSoon(ask),
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
      finish();
    },
  };
  return peer;

  function end(cause?: unknown): void {
    if (over) return;
    finish();
    // only a child's link is known to break with an error; a neighbour's port closes whatever became of the neighbour
    listener.ended(
      cause instanceof TroupeError ? cause : endedError(peer.node, cause, role === 'child' && cause === undefined),
    );
  }

  function finish(): void {
    over = true;
    clearTimeout(answerTimer);
    clearTimeout(probeTimer);
  }

  // ---- what goes out

  function put(frame: Outgoing, ports?: readonly MessagePort[]): void {
    // these are most of all, and nothing is to be done for them
    if (frame.type === 'event' || frame.type === 'step') outbox.push(frame);
    else {
      repeats.pushed(frame);
      outbox.push(frame.type === 'hello' && isLossy ? { ...frame, lossy: true } : frame, ports);
    }
  }

  function post(packet: Parameters<Link['post']>[0], transfer: readonly MessagePort[], next: number): void {
    unanswered = 0;
    listener.posted(next);
    repeats.posted(next);
    if (!link) {
      // never at once: a packet that is full may be posted while the one before is being handled
      runSoon(() => receive(packet));
      return;
    }
    link.post(packet, transfer);
    if (isLossy) probeLater(ANSWER_WITHIN);
    else if (link.immediate) hear({ done: next });
  }

  /** A mere answer asks for none, or two nodes that ask would answer each other for ever. */
  function progress(isEmpty: boolean): Progress {
    const held = listener.held();
    const asks = isAsking || (!isEmpty && (isLossy || listener.isAsking()));
    return {
      done,
      ...(gaps.length > 0 && { lost: gaps }),
      ...(heard > 0 && { heard }),
      ...(held && { held }),
      ...(asks && { ask: true as const }),
    };
  }

  function tellSoon(): void {
    unanswered = Math.max(unanswered, 1);
    if (isTelling) return;
    isTelling = true;
    runSoon(() => {
      isTelling = false;
      if (!over && !silent && unanswered > 0) outbox.flush({ evenEmpty: true });
    });
  }

  function ask(): void {
    if (over || silent || !link) return;
    isAsking = true;
    outbox.flush({ evenEmpty: true });
    isAsking = false;
  }

  function tellLater(): void {
    answerTimer ??= unheld(ANSWER_WITHIN, () => {
      answerTimer = undefined;
      if (unanswered > 0) tellSoon();
    });
  }

  /** Asks after what was sent until all of it is answered, ever less often. */
  function probeLater(delay: number): void {
    probeTimer ??= unheld(delay, () => {
      probeTimer = undefined;
      if (over || (answered >= outbox.next && !listener.isAsking())) return;
      ask();
      probeLater(Math.min(delay * 2, LONGEST_PROBE));
    });
  }

  // ---- what comes in

  function receive(packet: unknown): void {
    if (over) {
      closePortsIn(packet);
      return;
    }
    let parsed: ParsedPacket;
    try {
      parsed = parsePacket(packet);
    } catch (error) {
      listener.unreadable(error);
      // its number is missing in what comes next, also if that is a mere answer
      ask();
      return;
    }
    const { seq, frames } = parsed;
    if (!greeted) {
      // a mere answer, to nothing
      if (frames.length === 0) return;
      const mismatch = greetingError(peer.node, frames[0]);
      if (mismatch) {
        end(mismatch);
        link?.close();
        return;
      }
      greeted = true;
      isLossy ||= frames[0]?.['lossy'] === true;
    }
    hear(parsed);
    if (seq > expected) {
      gaps.push([expected, seq]);
      done = expected = seq;
      listener.resync();
      tellSoon();
    }
    if (seq === expected && frames.length > 0) takeAll(frames);
    // it has come twice, or too late
    else if (seq < expected) closePortsIn(packet);
    if (parsed.ask && !over) tellSoon();
  }

  function takeAll(frames: readonly RawFrame[]): void {
    expected += frames.length;
    for (const frame of frames) {
      if (frame.type === 'goodbye') end(goodbyeError(peer.node));
      else {
        try {
          listener.frame(frame);
        } catch (error) {
          listener.unreadable(error);
        }
      }
      done += 1;
    }
    if (over) return;
    if (!link) hear({ done, ...heldNow() });
    else if ((unanswered += 1) >= MOST_UNANSWERED) tellSoon();
    else tellLater();
  }

  function heldNow(): Pick<Progress, 'held'> {
    const held = listener.held();
    return held ? { held } : {};
  }

  function hear(told: Progress): void {
    for (const [first, next] of told.lost ?? []) {
      // it is told until it is known to have been heard
      if (first < heard) continue;
      heard = next;
      listener.lost(first, next);
      for (const frame of repeats.lost(first, next)) put(frame);
      listener.resync();
    }
    if (told.heard) gaps = gaps.filter(([, next]) => next > (told.heard ?? 0));
    // what came late tells of what was before
    if (told.done < answered) return;
    answered = Math.min(told.done, outbox.next);
    repeats.handled(answered);
    listener.handled({ ...told, done: answered });
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
  return new TroupeError(
    'ACTOR_DOWN',
    `The node '${nameOf(node)}' has closed its bus, and nothing more comes from there. Close a bus only at the end.`,
    { details: { node, closed: true } },
  );
}

function endedError(node: NodeAddress, cause: unknown, orderly: boolean): TroupeError {
  return new TroupeError(
    'ACTOR_DOWN',
    `The link to '${nameOf(node)}' has ended: its node is gone. Watch an actor there, or handle its error.`,
    {
      details: { node, orderly },
      ...(cause === undefined ? {} : { cause }),
    },
  );
}
