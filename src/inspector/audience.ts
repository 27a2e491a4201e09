// Waiting for pages: until one looks, so that it misses nothing, and until all have left, so that they can be read in peace. Whoever waits so wants the process to
// live on, which the inspector itself does not.
import type { Observable } from 'rxjs/internal/Observable';
import { clearTimeout, setTimeout } from '../surroundings.ts';
import { wait } from '../wait.ts';

/** Resolves when a page looks, or when the inspector ends; rejects when the signal is aborted. */
export function waitForPage(pages: Observable<number>, signal?: AbortSignal): Promise<void> {
  return waitAwake(pages, signal, (count, done) => {
    if (count > 0) done();
    return undefined;
  });
}

/** A page that is loaded anew has left for a moment, in milliseconds. */
const RELOAD = 1000;

/** Resolves when no page looks any more, or when the inspector ends; rejects when the signal is aborted. */
export function waitForLeave(pages: Observable<number>, signal?: AbortSignal): Promise<void> {
  let hadPages = false;
  return waitAwake(pages, signal, (count, done) => {
    if (count > 0) {
      hadPages = true;
      return undefined;
    }
    if (!hadPages) {
      done();
      return undefined;
    }
    const timer = setTimeout(done, RELOAD);
    return () => clearTimeout(timer);
  });
}

/** `judge` is asked at each change; what it returns, if anything, is called before the next one. */
function waitAwake(
  pages: Observable<number>,
  signal: AbortSignal | undefined,
  judge: (count: number, done: () => void) => (() => void) | undefined,
): Promise<void> {
  const begin = (over: AbortSignal) =>
    new Promise<void>((resolve) => {
      const awake = setInterval(() => {}, LONG);
      let forget: (() => void) | undefined;
      const subscription = pages.subscribe({
        next(count) {
          forget?.();
          forget = judge(count, resolve);
        },
        complete: resolve,
      });
      over.addEventListener('abort', () => {
        clearInterval(awake);
        forget?.();
        subscription.unsubscribe();
      });
    });
  return wait(begin, { timeout: Infinity, signal, timedOut: () => new Error('It waits without a deadline.') });
}

const LONG = 2 ** 31 - 1;
