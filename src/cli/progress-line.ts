// How far an exploration is, on standard error while it runs: one line that changes where a person looks, and lines ever further apart where it is kept.
import type { Progress } from '../testing/model/system.ts';
import { count, countOf } from '../testing/model/trace/text.ts';

/** Tells how far something is. */
export interface ProgressLine {
  tell(name: string, progress: Progress): void;
  /** Leaves the place to what comes next. */
  end(): void;
}

export function createProgressLine(stream: Stream = process.stderr, now = () => performance.now()): ProgressLine {
  const isLive = stream.isTTY === true;
  let pause = FIRST_PAUSE;
  let next = now() + pause;
  let isShown = false;
  return {
    tell(name, progress) {
      if (now() < next) return;
      pause = isLive ? FIRST_PAUSE : Math.min(pause * 2, LONGEST_PAUSE);
      next = now() + pause;
      const text = `${name}: ${progressText(progress)}`;
      stream.write(isLive ? `\r\u001B[K${text.slice(0, (stream.columns || 80) - 1)}` : `${text}\n`);
      isShown = isLive;
    },
    end() {
      if (isShown) stream.write('\r\u001B[K');
      isShown = false;
      pause = FIRST_PAUSE;
      next = now() + pause;
    },
  };
}

interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** In milliseconds. */
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 30_000;

function progressText({ states, depth, rate, waiting, violations }: Progress): string {
  const found = violations === 0 ? '' : `, ${count(violations)} violated`;
  return `${countOf(states, 'state')}${found}, depth ${count(depth)}, ${count(rate)} a second, ${count(waiting)} to explore`;
}
