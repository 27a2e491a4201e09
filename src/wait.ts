// A wait that always ends: by what it waits for, by the signal, or by the deadline. The deadline
// keeps the process alive, for somebody waits for it.
import { TroupeError } from './errors.ts';
import { clearTimeout, setTimeout } from './surroundings.ts';

export interface WaitOptions {
  /** Milliseconds; `Infinity` waits without a deadline. */
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
  /** The error of a missed deadline. */
  timedOut(): Error;
}

/** Runs `begin`, whose signal is aborted as soon as this settles, whatever the reason. */
export function wait<T>(
  begin: (signal: AbortSignal) => Promise<T>,
  { timeout, signal, timedOut }: WaitOptions,
): Promise<T> {
  const over = new AbortController();
  return new Promise<T>((resolve, reject) => {
    assertTimeout(timeout);
    assertSignal(signal);
    signal?.throwIfAborted();
    const abort = () => reject(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true, signal: over.signal });
    const cancel = setDeadline(timeout, () => reject(timedOut()));
    over.signal.addEventListener('abort', cancel, { once: true });
    begin(over.signal).then(resolve, reject);
  }).finally(() => over.abort());
}

/** The longest delay that a timer can have, 24.8 days; it takes a longer one for none at all. */
const LONGEST = 2 ** 31 - 1;

/** Calls `passed` after so many milliseconds, or never where no timer reaches that far; the returned function calls it off. */
export function setDeadline(timeout: number, passed: () => void): () => void {
  if (timeout > LONGEST) return () => {};
  const timer = setTimeout(passed, timeout);
  return () => clearTimeout(timer);
}

/** Throws `INVALID_ARGUMENT` unless this is a number of milliseconds from 0 up, or `Infinity`. */
export function assertTimeout(timeout: unknown): asserts timeout is number {
  if (typeof timeout === 'number' && timeout >= 0) return;
  const given = typeof timeout === 'string' ? `'${timeout}'` : String(timeout);
  throw new TroupeError(
    'INVALID_ARGUMENT',
    `Cannot wait ${given} ms: timeout must be a number of milliseconds from 0 up. Give Infinity to wait without a deadline.`,
    { details: { timeout: given } },
  );
}

/** By what it can do and not by its class, for a signal may be of another realm, or of a library. */
export function assertSignal(signal: unknown): asserts signal is AbortSignal | undefined {
  if (signal === undefined) return;
  const { aborted, addEventListener } = (signal ?? {}) as Partial<AbortSignal>;
  if (typeof aborted === 'boolean' && typeof addEventListener === 'function') return;
  throw new TroupeError(
    'INVALID_ARGUMENT',
    `Cannot wait with the signal ${Object.prototype.toString.call(signal)}: it is no AbortSignal. Give the signal of an AbortController.`,
  );
}
