// Waiting for a condition of which nothing tells: it is looked at after each turn of the event loop, so that a test neither sleeps nor guesses.
import { TroupeError } from '../errors.ts';
import { wait } from '../wait.ts';
import { turns } from './turns.ts';

/** How long {@link until} waits. */
export interface UntilOptions {
  /**
   * How long to wait, in milliseconds; 0 looks once.
   *
   * @defaultValue 5000
   */
  readonly timeout?: number;
  /** Ends the wait, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** What a condition gives when it holds. */
export type Truthy<T> = Exclude<T, false | 0 | 0n | '' | null | undefined>;

/**
 * Waits until a condition holds.
 *
 * @param condition - What is asked at once, and again after each turn of the event loop. It holds when it gives anything truthy.
 * @returns What the condition gave.
 *
 * @remarks
 * For what nothing else tells of. Where there is something to wait for, wait for that: `settled`, `watch`, `ask`. A test's fake timers do not stop it.
 *
 * @throws `UNTIL_TIMEOUT`, which shows the condition, after `timeout`; the signal's reason; what the condition throws; `INVALID_ARGUMENT` for a condition that is
 * no function or gives a promise, and for a `timeout` or `signal` that is none.
 *
 * @example
 * ```ts
 * import { currentBus, type DeadLetter } from 'troupe';
 * import { until } from 'troupe/testing';
 *
 * const letters: DeadLetter[] = [];
 * currentBus().deadLetters.subscribe((letter) => letters.push(letter));
 * const lost = await until(() => letters.find(({ reason }) => reason === 'lost'), { timeout: 1000 });
 * console.log(lost.count);
 * ```
 */
export function until<T>(condition: () => T, { timeout = 5000, signal }: UntilOptions = {}): Promise<Truthy<T>> {
  return waitUntil(condition, { timeout, signal, timedOut: () => timeoutError(condition, timeout) });
}

/** The same, with an error of one's own. */
export function waitUntil<T>(condition: () => T, options: Parameters<typeof wait>[1]): Promise<Truthy<T>> {
  const look = async (over: AbortSignal): Promise<Truthy<T>> => {
    assertFunction(condition);
    for (;;) {
      const found = condition();
      if (found instanceof Promise) throw promiseError(condition, found);
      // it is none of the values that are excluded
      if (found) return found as Truthy<T>;
      await turns();
      // nobody waits for it any more
      if (over.aborted) return new Promise<never>(() => {});
    }
  };
  return wait(look, options);
}

const SHOWN = 120;

/** A condition as it is written, on one line. */
function textOf(condition: () => unknown): string {
  const text = String(condition).replaceAll(/\s+/g, ' ');
  return text.length > SHOWN ? `${text.slice(0, SHOWN)} …` : text;
}

function assertFunction(condition: unknown): void {
  if (typeof condition === 'function') return;
  throw new TroupeError(
    'INVALID_ARGUMENT',
    `Cannot wait until ${typeof condition === 'string' ? `'${condition}'` : Object.prototype.toString.call(condition)}: it is no function. Give one that tells whether it holds.`,
  );
}

/** A promise is truthy at once, and nobody would hear of its rejection. */
function promiseError(condition: () => unknown, promise: Promise<unknown>): TroupeError {
  promise.catch(() => {});
  return new TroupeError(
    'INVALID_ARGUMENT',
    `Cannot wait until ${textOf(condition)}: it gives a promise, which always holds. Await the promise, or give a function that looks.`,
  );
}

function timeoutError(condition: () => unknown, timeout: number): TroupeError {
  const text = textOf(condition);
  return new TroupeError(
    'UNTIL_TIMEOUT',
    `Waited in vain until ${text}: it did not hold within ${timeout} ms. Wait longer, or see what keeps it from it.`,
    { details: { condition: text, timeout } },
  );
}
