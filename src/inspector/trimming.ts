// A timeline within bounds: what is beyond them is folded into a base, at once or piece by piece while it goes on growing.
import { createBase } from './base.ts';
import { sizeOf, type JournalLimits } from './journal.ts';
import type { InspectorRecord } from './records.ts';
import { append, createTimeline, type Timeline } from './timeline.ts';

/** The same timeline with what is beyond the limits folded into its base; the very same if it is within them. */
export function trimTimeline(timeline: Timeline, limits: JournalLimits): Timeline {
  if (isWithin(timeline, limits)) return timeline;
  const trimming = createTrimming(timeline, limits);
  trimming.advance();
  return trimming.timeline;
}

/** A timeline that is made of another, piece by piece, while that one still grows. */
export interface Trimming {
  /** What there is of it yet. */
  readonly timeline: Timeline;
  /** Goes on until it has all that the other one has, or `enough()`; gives whether it has all. */
  advance(enough?: () => boolean): boolean;
}

export function createTrimming(from: Timeline, limits: JournalLimits): Trimming {
  const { records, header } = from;
  const base = createBase();
  const { length } = records;
  let timeline = createTimeline(header);
  let { size } = from;
  let count = 0;
  let isFolded = false;

  return {
    get timeline() {
      return timeline;
    },
    advance(enough = () => false) {
      while (!isFolded) {
        const until = count + STRIDE;
        while (count < until && (length - count > limits.records * 0.75 || size > limits.size * 0.75)) {
          const record = records[count] as InspectorRecord;
          base.absorb(record);
          size -= sizeOf(record);
          count += 1;
        }
        if (count < until) {
          isFolded = true;
          timeline = createTimeline(header, base.records());
        }
        if (enough()) return false;
      }
      while (count < records.length) {
        const piece = records.slice(count, count + STRIDE);
        append(timeline, piece);
        count += piece.length;
        if (enough()) break;
      }
      return count === records.length;
    },
  };
}

export function isWithin({ records, size }: Timeline, limits: JournalLimits): boolean {
  return records.length <= limits.records && size <= limits.size;
}

/** How many records are gone through between two looks at the clock. */
const STRIDE = 500;
