// Frames about the tree of nodes, of which none may be missing: whoever waits for the answer to one would wait for ever. Each is kept until it was handled, and
// sent again once it is known to have been lost. A port that was lost with its frame is gone; instead the frame then says that there is no way.
import type { Outgoing } from './wire.ts';

export interface Repeats {
  /** A frame was given to the outbox. */
  pushed(frame: Outgoing): void;
  /** What was given to it has left, in frames numbered below `next`. */
  posted(next: number): void;
  handled(next: number): void;
  /** The frames from `first` to below `next` did not arrive. Gives what is to be sent again. */
  lost(first: number, next: number): Outgoing[];
}

export function createRepeats(): Repeats {
  const waiting: Outgoing[] = [];
  let posted: { readonly next: number; readonly frame: Outgoing }[] = [];
  return {
    pushed(frame) {
      if (REPEATED.has(frame.type)) waiting.push(frame);
    },
    posted(next) {
      for (const frame of waiting.splice(0)) posted.push({ next, frame });
    },
    handled(next) {
      if (posted.length > 0) posted = posted.filter((each) => each.next > next);
    },
    lost(first, next) {
      const isLost = (each: { readonly next: number }) => each.next > first && each.next <= next;
      const lost = posted.filter(isLost);
      posted = posted.filter((each) => !isLost(each));
      return lost.map(({ frame }) => again(frame));
    },
  };
}

const REPEATED: ReadonlySet<Outgoing['type']> = new Set([
  'roll-call',
  'all-told',
  'joined',
  'left',
  'introduce',
  'introduction',
] as const);

function again(frame: Outgoing): Outgoing {
  if (frame.type !== 'introduction' || !frame.port) return frame;
  return { type: 'introduction', for: frame.for, node: frame.node, orderly: false };
}
