// How everything that can be closed ends: once, for all who close it, and no later than the least patient of them wants. What then still runs is ended
// at once. Closing resolves when nothing is left, also where the signal cut it short: that is no failure, so nobody is rejected.
import { createDeferred } from './deferred.ts';
import { assertSignal, assertTimeout, setDeadline } from './wait.ts';

/** How long whoever closes something waits for what runs there. */
export interface CloseOptions {
  /**
   * Milliseconds after which what still runs is ended at once; 0 waits for nothing, `Infinity` for everything.
   *
   * @defaultValue 5000
   */
  readonly timeout?: number;
  /** Ends the wait as the timeout does, and rejects nothing: closing resolves as soon as nothing is left. */
  readonly signal?: AbortSignal;
}

/** The patience of all who wait for one end: it is over when that of the first is. */
export interface Patience {
  readonly isOver: boolean;
  /** Resolves when it is over; never if the end comes before. */
  readonly over: Promise<void>;
}

/** The end of something, which comes once. */
export interface Closing {
  readonly hasBegun: boolean;
  /** Begins the end, or joins those who wait for it already. The same promise each time. */
  close(options?: CloseOptions): Promise<void>;
  /** The same for who has waited for something else already. */
  closeWithin(patience: Patience): Promise<void>;
}

const CLOSE_TIMEOUT = 5000;

export function createClosing(end: (patience: Patience) => Promise<void>): Closing {
  const over = createDeferred<void>();
  const cleanUps: (() => void)[] = [];
  let ended: Promise<void> | undefined;
  let hasEnded = false;
  const patience = {
    isOver: false,
    over: over.promise,
  };
  const lose = () => {
    patience.isOver = true;
    over.resolve();
  };
  const begin = (): Promise<void> => {
    if (ended) return ended;
    // there before it begins, for what is stopped by it may close it once more
    const { promise, resolve, reject } = createDeferred<void>();
    ended = promise;
    end(patience)
      .finally(() => {
        hasEnded = true;
        for (const cleanUp of cleanUps.splice(0)) cleanUp();
      })
      .then(resolve, reject);
    return ended;
  };
  const join = (timeout: number, signal: AbortSignal | undefined): void => {
    if (hasEnded || patience.isOver) return;
    if (timeout === 0 || signal?.aborted) {
      lose();
      return;
    }
    cleanUps.push(setDeadline(timeout, lose));
    signal?.addEventListener('abort', lose, { once: true });
    if (signal) cleanUps.push(() => signal.removeEventListener('abort', lose));
  };
  return {
    get hasBegun() {
      return ended !== undefined;
    },
    close({ timeout = CLOSE_TIMEOUT, signal } = {}) {
      try {
        assertTimeout(timeout);
        assertSignal(signal);
      } catch (error) {
        return Promise.reject(error);
      }
      join(timeout, signal);
      return begin();
    },
    closeWithin(other) {
      if (other.isOver) lose();
      else void other.over.then(lose);
      return begin();
    },
  };
}

/** Resolves with what is waited for, or when the patience is over. */
export async function waitWithin(patience: Patience, waits: Iterable<Promise<unknown>>): Promise<void> {
  await Promise.race([patience.over, Promise.all(waits)]);
}

/** Something that a bus closes before itself: a host, or the actors that have threads of their own. */
export interface Tenant {
  /** Takes no more work, and waits until what was sent to its actors is handled. */
  drain(patience: Patience): Promise<void>;
  close(patience: Patience): Promise<void>;
}

export interface Tenants {
  /** The returned function takes it out again. */
  add(tenant: Tenant): () => void;
  /** Has all of them handle what was sent, and then closes one after the other, the latest first; undefined if there are none. */
  close(patience: Patience): Promise<void> | undefined;
}

export function createTenants(): Tenants {
  const tenants = new Set<Tenant>();
  const closeAll = async (patience: Patience): Promise<void> => {
    // what one handles may be for another
    await Promise.all([...tenants].map((tenant) => tenant.drain(patience)));
    for (const tenant of [...tenants].toReversed()) await tenant.close(patience);
  };
  return {
    add(tenant) {
      tenants.add(tenant);
      return () => void tenants.delete(tenant);
    },
    close: (patience) => (tenants.size > 0 ? closeAll(patience) : undefined),
  };
}
