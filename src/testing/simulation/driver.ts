// Has time pass in a simulation while somebody waits for something: one thing happens, all microtasks run, and then the next. Where nothing more is to happen, or too much time has
// passed, whoever still waits is told so at once.
import { afterRealTurn } from '../turns.ts';
import { atRestError, endlessError } from './simulation-errors.ts';
import type { Timeline } from './timeline.ts';

/** How long a simulation runs for a task. */
export interface RunOptions {
  /**
   * Milliseconds of the simulation's time.
   *
   * @defaultValue 3600000, an hour
   */
  readonly timeout?: number;
}

export interface Driver {
  run<T>(task: Promise<T> | (() => Promise<T>), options?: RunOptions): Promise<T>;
}

const HOUR = 3_600_000;

/** Somebody who waits. */
interface Waiter {
  /** When it gives up. */
  readonly limit: number;
  readonly timeout: number;
  begin?(): void;
  fail(error: unknown): void;
}

export function createDriver(timeline: Timeline, seed: number): Driver {
  const waiters = new Set<Waiter>();
  let isDriving = false;

  const failAll = (error: unknown): void => {
    for (const waiter of [...waiters]) waiter.fail(error);
  };
  const happen = (): void => {
    const { next } = timeline;
    if (next === Infinity) {
      failAll(atRestError(seed, timeline.time));
      return;
    }
    for (const waiter of [...waiters]) if (next > waiter.limit) waiter.fail(endlessError(seed, waiter.timeout));
    if (waiters.size === 0) return;
    try {
      timeline.advance()?.task();
    } catch (error) {
      // in the realm's own time it would be an uncaught exception
      failAll(error);
    }
  };
  const drive = async (): Promise<void> => {
    isDriving = true;
    for (;;) {
      await new Promise<void>((resolve) => afterRealTurn(resolve));
      if (waiters.size === 0) break;
      const beginning = [...waiters].filter(({ begin }) => begin);
      for (const waiter of beginning) {
        const { begin } = waiter;
        delete waiter.begin;
        begin?.();
      }
      if (beginning.length === 0) happen();
    }
    isDriving = false;
  };

  return {
    run<T>(task: Promise<T> | (() => Promise<T>), { timeout = HOUR }: RunOptions = {}): Promise<T> {
      return new Promise<T>((resolve, reject) => {
        const end = (): void => void waiters.delete(waiter);
        const settle = async (promise: Promise<T>) => {
          try {
            const value = await promise;
            end();
            resolve(value);
          } catch (error) {
            waiter.fail(error);
          }
        };
        const waiter: Waiter = {
          limit: timeline.time + timeout,
          timeout,
          fail(error) {
            end();
            reject(error);
          },
        };
        if (typeof task === 'function') {
          // not within the call: where it stands in the test must make no difference, not even in an error's stack
          waiter.begin = () => {
            void settle((async () => task())());
          };
        } else void settle(task);
        waiters.add(waiter);
        if (!isDriving) void drive();
      });
    },
  };
}
