// Waits that were begun and have to end.

export interface Waits {
  /** Follows a wait, and gives it back. */
  follow<T>(what: string, wait: Promise<T>): Promise<T>;
  /** How many have ended, by what was waited for and how: `ask: replied`, `ask: THREAD_DIED`. */
  readonly ended: ReadonlyMap<string, number>;
  /** Those that have not. */
  readonly open: readonly string[];
  /** Those of them that were begun so many milliseconds ago. */
  olderThan(milliseconds: number): readonly string[];
}

export function createWaits(): Waits {
  const open = new Map<object, { readonly what: string; readonly since: number }>();
  const ended = new Map<string, number>();
  return {
    follow(what, wait) {
      const key = {};
      open.set(key, { what, since: performance.now() });
      const end = (how: string) => {
        open.delete(key);
        const kind = `${what.split(' ')[0]}: ${how}`;
        ended.set(kind, (ended.get(kind) ?? 0) + 1);
      };
      wait.then(
        () => end('answered'),
        (error: unknown) => {
          const { code, name } = error as { readonly code?: unknown } & Error;
          end(typeof code === 'string' ? code : name);
        },
      );
      return wait;
    },
    ended,
    get open() {
      return [...open.values()].map(({ what }) => what);
    },
    olderThan(milliseconds) {
      const before = performance.now() - milliseconds;
      return [...open.values()].filter(({ since }) => since < before).map(({ what }) => what);
    },
  };
}

/** Waits until it holds, or patience has an end. */
export async function comeTrue(condition: () => boolean, patience: number): Promise<void> {
  const limit = performance.now() + patience;
  for (let round = 0; !condition() && performance.now() < limit; round += 1)
    await new Promise((resolve) => (round < 100 ? setImmediate(resolve) : setTimeout(resolve, 5)));
}
