// A wait that always ends: by what it waits for, by the signal, or by the deadline. The deadline
// keeps the process alive, for somebody waits for it.
import { clearTimeout, setTimeout } from './platform.ts';

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
    signal?.throwIfAborted();
    const abort = () => reject(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true, signal: over.signal });
    if (timeout !== Infinity) {
      const timer = setTimeout(() => reject(timedOut()), timeout);
      over.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
    }
    begin(over.signal).then(resolve, reject);
  }).finally(() => over.abort());
}
