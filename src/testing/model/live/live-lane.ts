// One direction between two live nodes: what a real link would carry, held back until a schedule lets it pass. Each frame is a packet of its own. Events wait; all else (who watches whom, how
// an actor ended) passes at once. The carrier itself never loses, repeats or reorders: what a model says of that is done here, by numbering the frames anew as they pass, and so is that a node
// which is started again is known by its old address.
import { localIdOf, type Address } from '../../../address.ts';
import { createMemoryLink } from '../../../links/memory.ts';
import type { Link } from '../../../links/link.ts';
import { parsePacket, type Packet, type RawFrame } from '../../../wire.ts';

/** An event on its way. */
export interface HeldEvent<TNote> {
  /** What is known of it where it was sent. */
  readonly note: TNote;
  readonly packet: Packet;
}

/** A request to be told of the end of an actor, by the local id of that actor and the address to be told. */
export interface Watch {
  readonly to: string;
  readonly from: string;
}

export interface Lane<TNote> {
  /** The events on their way, in the order sent. */
  readonly held: readonly HeldEvent<TNote>[];
  /** The watches that are neither answered nor given up. */
  readonly watches: readonly Watch[];
  /** What the bus at the far end is given: packets come as the lane lets them pass, and `post` goes by the lane in the other direction. Nothing passes before `begin`. */
  open(back: Lane<TNote>): Link;
  /** The actor at the far end has been started. */
  begin(): void;
  /** The node at the far end is gone; what is on its way stays so. */
  shut(): void;
  /** The node at the near end has posted a packet. */
  post(packet: Packet): void;
  /** The node at the near end is gone, and begins to count anew when it is started again. */
  forget(): void;
  /** An event arrives; `again` leaves it on its way. Where nobody is, it is gone. */
  deliver(event: HeldEvent<TNote>, again: boolean): void;
  drop(event: HeldEvent<TNote>): void;
  /** A frame arrives that the near end has not posted. */
  inject(frame: RawFrame): void;
  /** A request is over. */
  answer(request: string): void;
  /** How many packets the near end has posted: to it all of them count as handled. */
  readonly posted: number;
}

export interface LaneOptions<TNote> {
  /** An event is posted at this moment: what is to be remembered of it. */
  note(frame: RawFrame): TNote;
  /** A request to be told of an end is posted at this moment. */
  watching(watch: Watch): void;
}

export function createLane<TNote>({ note, watching }: LaneOptions<TNote>): Lane<TNote> {
  const held: HeldEvent<TNote>[] = [];
  let watches: Watch[] = [];
  let greeting: Packet | undefined;
  let carrier: Link | undefined;
  let back: Lane<TNote> | undefined;
  let hasBegun = false;
  let isGreeted = false;
  /** What came before the far end had begun. */
  let early: Packet[] = [];
  let passed = 0;
  let posted = 0;

  const pass = (packet: Packet | RawFrame) => {
    if (!carrier) return;
    const numbers = { seq: passed, done: back?.posted ?? 0 };
    passed += 1;
    if (typeof packet === 'string') {
      // a packet of one frame ends with that
      const frames = packet.slice(packet.indexOf(FRAMES));
      carrier.post(`{"seq":${numbers.seq},"done":${numbers.done},${frames}`);
    } else carrier.post({ ...numbers, frames: isPacket(packet) ? packet.frames : [packet] });
  };
  const greet = () => {
    if (greeting === undefined || isGreeted || !hasBegun) return;
    isGreeted = true;
    pass(greeting);
  };

  const lane: Lane<TNote> = {
    held,
    get watches() {
      return watches;
    },
    get posted() {
      return posted;
    },
    open(opposite) {
      const [near, far] = createMemoryLink({ mode: 'sync' });
      carrier = near;
      back = opposite;
      passed = 0;
      hasBegun = false;
      isGreeted = false;
      return {
        packets: far.packets,
        prompt: true,
        post: (packet) => opposite.post(packet),
        close() {},
        hold() {},
      };
    },
    begin() {
      hasBegun = true;
      greet();
      for (const { to, from } of watches) pass({ type: 'watch', to, from });
      for (const packet of early.splice(0)) pass(packet);
    },
    shut() {
      carrier?.close();
      carrier = undefined;
      early = [];
    },
    post(packet) {
      const [frame] = parsePacket(packet).frames;
      // it only tells how much was handled
      if (!frame) return;
      posted += 1;
      switch (frame.type) {
        case 'hello':
          greeting = packet;
          greet();
          return;
        case 'goodbye':
          return;
        case 'event':
        case 'events':
          held.push({ note: note(frame), packet });
          return;
        case 'watch': {
          const watch = { to: String(frame['to']), from: String(frame['from']) };
          watches.push(watch);
          watching(watch);
          if (hasBegun) pass(packet);
          return;
        }
        case 'unwatch':
          lane.answer(localIdOf(frame['from'] as Address));
          break;
        case 'down':
          back?.answer(String(frame['to']));
          break;
        default:
      }
      if (hasBegun) pass(packet);
      else early.push(packet);
    },
    forget() {
      posted = 0;
      watches = [];
    },
    deliver(event, again) {
      if (!again) lane.drop(event);
      pass(event.packet);
    },
    drop(event) {
      const at = held.indexOf(event);
      if (at !== -1) held.splice(at, 1);
    },
    inject: pass,
    answer(request) {
      watches = watches.filter(({ from }) => localIdOf(from as Address) !== request);
    },
  };
  return lane;
}

/** Before it in the text of a packet there are numbers alone. */
const FRAMES = '"frames":[';

const isPacket = (packet: Packet | RawFrame): packet is Packet => typeof packet === 'string' || 'frames' in packet;
