// What goes over a link. A frame is the unit of meaning, one of a closed union; a packet is the unit of posting and holds the
// frames of one tick in order, numbered: `seq` is the number of its first frame, so every frame has one and a gap is seen. A packet also tells
// how far the frames of the other side were handled, and which were lost; one without frames tells nothing else.
// Values inside a frame (`body`) are encoded when they are sent; see codec.ts. This file is types and the checks of bytes alone.
import type { MessagePort } from 'node:worker_threads';
import type { Address, NodeAddress } from './address.ts';
import type { Seen } from './causal-order.ts';
import type { Encoded } from './codec.ts';
import { TroupeError } from './errors.ts';

/** Both sides of a link must speak the same; it is said in `hello`, the first frame. */
export const PROTOCOL_VERSION = 1;

/** Frames between two buses. */
export type ControlFrame<TBody> =
  | {
      readonly type: 'hello';
      readonly version: number;
      readonly node: NodeAddress;
      readonly you: NodeAddress;
      readonly greeting?: unknown;
      /** The link may lose packets, either way. */
      readonly lossy?: true;
    }
  | { readonly type: 'roll-call' | 'all-told'; readonly call: string }
  | { readonly type: 'joined'; readonly node: NodeAddress }
  | { readonly type: 'left'; readonly node: NodeAddress; readonly orderly: boolean }
  | { readonly type: 'introduce'; readonly node: NodeAddress; readonly from: NodeAddress }
  | {
      readonly type: 'introduction';
      readonly for: NodeAddress;
      readonly node: NodeAddress;
      readonly port?: MessagePort;
      readonly orderly?: boolean;
    }
  | { readonly type: 'publish'; readonly topic: string; readonly body: TBody }
  | { readonly type: 'goodbye' };

/** Frames for a channel: `to` is its local id on the receiving node. */
export type ChannelFrame<TBody> =
  // to an actor, wherever it lives
  | {
      readonly type: 'event';
      readonly to: string;
      readonly body: TBody;
      /** @internal */ readonly seen?: Seen | undefined;
      /** When it left, if somebody looks and nobody is shown that it was sent. @internal */
      readonly left?: number | undefined;
      /** Not from a link: its sender, or the node that it came from. @internal */
      readonly via?: Address | NodeAddress | undefined;
    }
  | {
      readonly type: 'events';
      readonly to: string;
      readonly events: readonly unknown[];
      /** @internal */ readonly via?: NodeAddress | undefined;
    }
  | { readonly type: 'observe'; readonly to: string; readonly from: Address; readonly wish: boolean }
  | { readonly type: 'inspect'; readonly to: string; readonly from: Address; readonly wish: boolean }
  | { readonly type: 'send-to'; readonly to: string; readonly actor: string; readonly body: TBody }
  | { readonly type: 'acknowledge'; readonly to: string; readonly from: Address }
  | { readonly type: 'settle'; readonly to: string; readonly from: Address; readonly request: string }
  | {
      readonly type: 'persist';
      readonly to: string;
      readonly from: Address;
      readonly request: string;
      readonly delays: boolean;
    }
  | { readonly type: 'watch' | 'unwatch'; readonly to: string; readonly from: Address }
  // to a host
  | StartFrame<TBody>
  | { readonly type: 'stop'; readonly to: string; readonly from: Address }
  | { readonly type: 'preload'; readonly to: string; readonly source: string }
  // to an actor that a host runs: names in the caller's system were set or unset
  | { readonly type: 'name'; readonly to: string; readonly body: TBody }
  // back from an actor
  | StepFrame<TBody>
  | { readonly type: 'steps'; readonly to: string; readonly steps: readonly unknown[] }
  | { readonly type: 'settled'; readonly to: string; readonly request: string }
  | { readonly type: 'persisted'; readonly to: string; readonly request: string; readonly body: TBody }
  | { readonly type: 'down'; readonly to: string; readonly from: Address; readonly body: TBody }
  // the actor has failed, and this event came too late for it
  | {
      readonly type: 'returned';
      readonly to: string;
      readonly body: TBody;
      /** @internal */ readonly seen?: Seen | undefined;
    }
  | { readonly type: 'ended'; readonly to: string }
  // not from a link: a frame came for this channel, and could not be read
  | { readonly type: 'unreadable'; readonly to: string; readonly error: TroupeError };

/** Asks a host to run an actor; `body` holds what needs the codec: the input, the caller's parent, what to restore it from, and the names in its system. */
export interface StartFrame<TBody> {
  readonly type: 'start';
  readonly to: string;
  /** The local id under which the actor is addressed on the host. */
  readonly session: string;
  readonly from: Address;
  readonly source: string;
  readonly name: string;
  readonly id: string;
  /** The label of the actor, which inspectors know it by. */
  readonly sessionId: string;
  readonly systemId?: string;
  readonly snapshots: SnapshotMode;
  /** Each step carries the persisted snapshot. */
  readonly persist?: 'eager';
  /** The version of the machine that the caller has at hand. */
  readonly version?: string;
  readonly wish: boolean;
  /** Events that it does not handle because it has failed are given back, for its next life. */
  readonly returns?: true;
  /** Somebody inspects the caller's system. */
  readonly inspect: boolean;
  readonly body: TBody;
}

/** How many of an actor's snapshots travel: each one, only the latest, or only the first and the last. */
export type SnapshotMode = 'all' | 'latest' | 'none';

/** When an actor's persisted snapshot travels: when it is asked for, or with each step. */
export type PersistMode = 'on-demand' | 'eager';

/** One macrostep of an actor: what it put out, in order, then the change of its snapshot (`body`; absent where there was none). */
export interface StepFrame<TBody> {
  readonly type: 'step';
  readonly to: string;
  readonly out: readonly Output<TBody>[];
  /** The receiver acknowledges it: then the next merged step may come. */
  readonly merged?: boolean;
  readonly body?: TBody | undefined;
}

/** What an actor put out while it took a step. */
export type Output<TBody> =
  | { readonly type: 'emit' | 'log' | 'inspect' | 'name' | 'life'; readonly body: TBody }
  | { readonly type: 'parent'; readonly body: TBody; /** @internal */ readonly seen?: Seen | undefined }
  | {
      readonly type: 'send';
      readonly to: string;
      readonly body: TBody;
      /** @internal */ readonly seen?: Seen | undefined;
    };

/** Everything that one node tells another, with values as `TBody`. */
export type Frame<TBody> = ControlFrame<TBody> | ChannelFrame<TBody>;

/** A frame on its way out: its values are encoded. */
export type Outgoing = Frame<Encoded>;

/** A channel frame that arrived: its values are ready to use. */
export type Delivery = ChannelFrame<unknown>;

/** What a link carries: the JSON text of a packet, or that object where a frame holds what only structured clone can carry. */
export type Packet = string | PacketObject;

export interface PacketObject extends Partial<Progress> {
  /** The number of its first frame, or of the next one that will be sent. */
  readonly seq: number;
  /** A frame as an object, or as its JSON text. */
  readonly frames: readonly unknown[];
}

/** What a node tells another, with each packet, of the frames that came from there. */
export interface Progress {
  /** The frames numbered below this were handled, or were lost. */
  readonly done: number;
  /** Frames that did not arrive, each gap as its first number and the one after its last; told until `heard` says that it is known. */
  readonly lost?: readonly (readonly [first: number, next: number])[];
  /** The gaps below this, among the frames of this side, are known. */
  readonly heard?: number;
  /** How many events of those that were handled still wait for a channel that takes none yet, by channel. */
  readonly held?: Readonly<Record<string, number>>;
  /** An answer is wished for when the tick ends. */
  readonly ask?: true;
}

/** A frame as it arrived: `body` if it was plain JSON, `tagged` if the codec has to revive it. */
export type RawFrame = { readonly type: string; readonly [key: string]: unknown };

/** A packet as it arrived, its frames read from their texts. */
export interface ParsedPacket extends Progress {
  readonly seq: number;
  readonly frames: readonly RawFrame[];
}

/** What a packet tells, or a `BAD_FRAME`: what a wire brings is unknown until here. Their fields are trusted from then on. */
export function parsePacket(packet: unknown): ParsedPacket {
  const found: unknown = typeof packet === 'string' ? parseJson(packet) : packet;
  if (typeof found !== 'object' || found === null) throw badFrame('a packet is not an object', packet);
  const { seq, frames, done = 0, lost, heard = 0, held, ask } = found as Partial<PacketObject>;
  // a seq that is no count would make every later packet a duplicate
  if (!isCount(seq) || !Array.isArray(frames)) throw badFrame('a packet has no seq or no frames', packet);
  if (!isCount(done) || !isCount(heard) || !areGaps(lost) || !areCounts(held))
    throw badFrame('a packet tells no progress', packet);
  const parsed =
    typeof packet === 'string'
      ? frames
      : frames.map((frame: unknown) => (typeof frame === 'string' ? parseJson(frame) : frame));
  for (const frame of parsed) {
    if (typeof frame !== 'object' || frame === null || typeof (frame as RawFrame).type !== 'string') {
      throw badFrame('a frame has no type', packet);
    }
  }
  return {
    seq,
    frames: parsed as readonly RawFrame[],
    done,
    ...(lost && { lost }),
    ...(heard > 0 && { heard }),
    ...(held && { held }),
    ...(ask === true && { ask }),
  };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function areGaps(value: unknown): boolean {
  return (
    value === undefined || (Array.isArray(value) && value.every((gap) => Array.isArray(gap) && gap.every(isCount)))
  );
}

function areCounts(value: unknown): boolean {
  return value === undefined || (typeof value === 'object' && value !== null && Object.values(value).every(isCount));
}

/** What a frame must say in words, by its type; whoever handles it trusts that. */
const TEXTS: Readonly<Record<Exclude<Frame<unknown>['type'], 'unreadable'>, readonly string[]>> = {
  hello: ['node', 'you'],
  'roll-call': ['call'],
  'all-told': ['call'],
  joined: ['node'],
  left: ['node'],
  introduce: ['node', 'from'],
  introduction: ['for', 'node'],
  publish: ['topic'],
  goodbye: [],
  event: ['to'],
  events: ['to'],
  observe: ['to', 'from'],
  inspect: ['to', 'from'],
  'send-to': ['to', 'actor'],
  acknowledge: ['to', 'from'],
  settle: ['to', 'from', 'request'],
  persist: ['to', 'from', 'request'],
  watch: ['to', 'from'],
  unwatch: ['to', 'from'],
  start: ['to', 'session', 'from', 'source', 'name', 'id'],
  stop: ['to', 'from'],
  preload: ['to', 'source'],
  name: ['to'],
  step: ['to'],
  steps: ['to'],
  settled: ['to', 'request'],
  persisted: ['to', 'request'],
  down: ['to', 'from'],
  returned: ['to'],
  ended: ['to'],
};

/** Throws `BAD_FRAME` for what came as a frame and is none. */
export function assertFrame(frame: RawFrame): void {
  const { type } = frame;
  const texts = Object.hasOwn(TEXTS, type) ? TEXTS[type as keyof typeof TEXTS] : undefined;
  if (!texts) throw badFrame(`'${type}' is no frame`, frame);
  for (const name of texts) if (typeof frame[name] !== 'string') throw badFrame(`'${type}' has no ${name}`, frame);
  if ((type === 'events' || type === 'steps') && !Array.isArray(frame[type]))
    throw badFrame(`'${type}' has none`, frame);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw badFrame('it is not JSON', text, cause);
  }
}

function badFrame(why: string, packet: unknown, cause?: unknown): TroupeError {
  const start = typeof packet === 'string' ? packet.slice(0, 80) : typeof packet;
  return new TroupeError(
    'BAD_FRAME',
    `Cannot read what a link brought: ${why}. Let nothing but troupe post to a link's port.`,
    { details: { start }, ...(cause === undefined ? {} : { cause }) },
  );
}
