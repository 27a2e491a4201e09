// Not more often than so: of what comes faster the latest is told when its time has come.

export interface Limiter<TKey, TValue> {
  /** Tells it now if its time has come, else keeps it as the latest. */
  offer(key: TKey, value: TValue): void;
  /** Tells what has waited long enough; all of it if the end has come. */
  tick(isEnd?: boolean): void;
  /** Tells what waits of one, now. */
  release(key: TKey): void;
  /** Forgets one, and what waits of it. */
  forget(key: TKey): void;
}

export interface LimiterOptions<TKey, TValue> {
  /** Milliseconds between two of the same key. */
  readonly period: number;
  readonly clock: () => number;
  tell(key: TKey, value: TValue): void;
}

export function createLimiter<TKey, TValue>({
  period,
  clock,
  tell,
}: LimiterOptions<TKey, TValue>): Limiter<TKey, TValue> {
  const toldAt = new Map<TKey, number>();
  const waiting = new Map<TKey, TValue>();
  const tellNow = (key: TKey, value: TValue, at: number) => {
    toldAt.set(key, at);
    tell(key, value);
  };
  const isDue = (key: TKey, at: number) => at - (toldAt.get(key) ?? -Infinity) >= period;
  return {
    offer(key, value) {
      const at = clock();
      if (isDue(key, at)) {
        waiting.delete(key);
        tellNow(key, value, at);
      } else waiting.set(key, value);
    },
    tick(isEnd = false) {
      if (waiting.size === 0) return;
      const at = clock();
      for (const [key, value] of waiting) {
        if (!isEnd && !isDue(key, at)) continue;
        waiting.delete(key);
        tellNow(key, value, at);
      }
    },
    release(key) {
      if (!waiting.has(key)) return;
      const value = waiting.get(key) as TValue;
      waiting.delete(key);
      tellNow(key, value, clock());
    },
    forget(key) {
      toldAt.delete(key);
      waiting.delete(key);
    },
  };
}
