// Recorded time as the scrubber needs it: from when to when, how dense the messages are, and where the next one is. Pure.
import type { MessageEntry, Timeline } from '../timeline.ts';
import { countUntil } from '../readings.ts';

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The time of which everything is known: what was there before it is known, but not what happened. */
export function spanOf({ records, start, end }: Timeline): Span | undefined {
  if (!Number.isFinite(end)) return undefined;
  const [first] = records;
  const from = first?.type === 'gap' ? Math.max(first.at, start) : start;
  return { from: Math.min(from, end), to: end };
}

/** How many messages were sent in each of so many equal parts of the span. */
export function density(messages: readonly MessageEntry[], { from, to }: Span, parts: number): number[] {
  const counts: number[] = [];
  let before = countUntil(messages, from);
  for (let part = 1; part <= parts; part += 1) {
    const until = countUntil(messages, from + ((to - from) * part) / parts);
    counts.push(Math.max(0, until - before));
    before = until;
  }
  return counts;
}

/** The message that is `steps` further than the moment, or than the end where none is given. */
export function stepFrom(
  messages: readonly MessageEntry[],
  moment: number | undefined,
  steps: number,
  current?: number,
): MessageEntry | undefined {
  const known = current === undefined ? -1 : messages.findLastIndex(({ number }) => number === current);
  if (known !== -1) return messages[Math.max(0, known + steps)];
  const count = moment === undefined ? messages.length : countUntil(messages, moment);
  return messages[steps < 0 ? Math.max(0, count - 1 + steps + (moment === undefined ? 1 : 0)) : count - 1 + steps];
}

/** The outline of a histogram as an SVG path, in a box that is `parts` wide and 1 high. */
export function outline(counts: readonly number[]): string {
  const most = Math.max(1, ...counts);
  // a root lets what is rare be seen beside a flood
  const heights = counts.map((count) => 1 - Math.sqrt(count / most));
  return `M0 1${heights.map((height, index) => `V${height.toFixed(3)}H${index + 1}`).join('')}V1Z`;
}
