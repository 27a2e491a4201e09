// Locks: a named piece of shared memory that one thread holds at a time. The words are Python's `multiprocessing.Lock`; the names, and how
// a handle is given up, are those of cells. Beyond Python, a lock whose thread died is freed, and the next to take it is told.
// It is not reentrant, and between threads nobody is promised a turn.
import { TroupeError } from '../errors.ts';
import { assertSignal, assertTimeout, setDeadline } from '../wait.ts';
import { lookUp, membershipIn, register } from './directory.ts';
import type { Block } from './directory.ts';
import { queueOf } from './lock-queue.ts';
import type { Waiter } from './lock-queue.ts';
import { lockBytes } from './lock-word.ts';
import type { Taken } from './lock-word.ts';
import { blockOf, checkName, segmentOf } from './segment.ts';

/** How long to wait for a lock, blocked. */
export interface AcquireSyncOptions {
  /**
   * Milliseconds.
   *
   * @defaultValue Infinity
   */
  readonly timeout?: number;
}

/** How long to wait for a lock. */
export interface AcquireOptions extends AcquireSyncOptions {
  /** Ends the wait; the promise rejects with its reason. */
  readonly signal?: AbortSignal;
}

/** A lock that is held, for `using`: it is released at the end of the block, or by `release` of the {@link Lock} before. */
export interface Held {
  /** The thread that held it before died meanwhile: what the lock protects may be half done. Told to one, the next. */
  readonly abandoned: boolean;
  /** Releases it, unless that was done already. */
  [Symbol.dispose](): void;
}

/** A lock in shared memory, as this thread holds it. Every method but `close` and `unlink` throws `CELL_CLOSED` after `close`. */
export interface Lock {
  readonly name: string;
  /** Whether a thread that is alive holds it at this moment. */
  readonly locked: boolean;
  /** Waits until it is this thread's. Rejects with `LOCK_TIMEOUT`, with the signal's reason, or with `CELL_CLOSED` if the handle is closed meanwhile. */
  acquire(options?: AcquireOptions): Promise<Held>;
  /** Takes it if it is free; else undefined. */
  tryAcquire(): Held | undefined;
  /**
   * The same as `acquire`, for a thread that may block. Throws `LOCK_TIMEOUT`, and `CANNOT_BLOCK` where waiting is forbidden, as on a
   * browser's main thread, or if this thread holds it already.
   */
  acquireSync(options?: AcquireSyncOptions): Held;
  /** Releases it; throws `NOT_LOCKED` unless this thread holds it. */
  release(): void;
  /** Gives up this handle; other handles and the name stay, and what is held stays held. A second call does nothing. */
  close(): void;
  /** Makes the name unknown in every thread; open handles, this one too, go on working. Does nothing if it was unlinked already. */
  unlink(): void;
  /** The same as `close`, for `using`. */
  [Symbol.dispose](): void;
}

/**
 * Makes a lock, which is free; its name is known in every thread before this returns.
 *
 * @remarks
 * A thread holds it, not a task: any task of that thread may release it, and a second one waits, as does the one that holds it if it
 * acquires once more. Within a thread those who wait get it in the order they came; between threads nobody is promised a turn,
 * but a thread that releases and acquires again lets those go first who were waiting.
 *
 * When the thread that holds it ends, in whatever way, the lock is freed and {@link Held.abandoned} tells the next; Python's
 * {@link https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Lock | Lock} would wait for ever. An actor that is
 * stopped, while its thread goes on, frees nothing: release it where the actor ends. To wait keeps the thread alive.
 *
 * Names, `close`, `unlink` and travelling inside events are those of cells.
 *
 * @param name - At least one character; cells and segments have the same space of names.
 * @returns A handle, of which each thread may have several.
 *
 * @throws `CELL_EXISTS` if the name is taken, `INVALID_ARGUMENT` for an empty name.
 *
 * @example
 * ```ts
 * import { createCell, createLock, openLock } from 'troupe/shared';
 *
 * createLock('the books');
 * const [income, total] = [createCell('income'), createCell('total')];
 * {
 *   using held = await openLock('the books').acquire({ timeout: 1000 }); // in any thread
 *   if (held.abandoned) total.set(income.get()); // whoever was writing died in the midst
 *   income.add(5);
 *   total.add(5);
 * }
 * ```
 */
export function createLock(name: string): Lock {
  checkName('lock', name);
  return lockOf(register('lock', name, new SharedArrayBuffer(lockBytes)));
}

/**
 * Opens a lock that any thread has made.
 *
 * @returns A handle, of which each thread may have several.
 *
 * @throws `NO_SUCH_CELL`, with the names that are known, if there is none of that name; `INVALID_ARGUMENT` for an empty name.
 *
 * @example
 * ```ts
 * import { createLock, openLock } from 'troupe/shared';
 *
 * createLock('printer');
 * const printer = openLock('printer');
 * const held = printer.tryAcquire();
 * if (held !== undefined) printer.release();
 * ```
 */
export function openLock(name: string): Lock {
  checkName('lock', name);
  return lockOf(lookUp('lock', name));
}

/** A new handle of a lock's block. */
export function lockOf(block: Block): Lock {
  const { name } = block;
  const segment = segmentOf(block);
  const queue = queueOf(block, membershipIn(block));
  /** Those who wait through this handle. */
  const waits = new Set<(reason: unknown) => void>();
  const open = (): typeof queue => {
    void segment.buffer; // which throws CELL_CLOSED
    return queue;
  };

  function acquire({ timeout = Infinity, signal }: AcquireOptions = {}): Promise<Held> {
    return new Promise((resolve, reject) => {
      open();
      assertTimeout(timeout);
      assertSignal(signal);
      signal?.throwIfAborted();
      const over = new AbortController();
      const end = () => {
        waits.delete(fail);
        over.abort();
      };
      const waiter: Waiter = {
        // From here on it is held: no signal and no deadline may come between this and the one who waits.
        taken(taken) {
          end();
          resolve(hold(taken));
        },
      };
      const fail = (reason: unknown) => {
        queue.leave(waiter);
        end();
        reject(reason);
      };
      waits.add(fail);
      signal?.addEventListener('abort', () => fail(signal.reason), { once: true, signal: over.signal });
      const cancel = setDeadline(timeout, () => {
        if (!queue.insist(waiter)) fail(timedOut(name, timeout));
      });
      over.signal.addEventListener('abort', cancel, { once: true });
      queue.enter(waiter);
    });
  }

  /** A hold ends once, and after that none of a later one. */
  function hold({ abandoned }: Taken): Held {
    const held: Held = {
      abandoned,
      [Symbol.dispose]() {
        if (holds.get(queue) === held) release();
      },
    };
    holds.set(queue, held);
    return Object.freeze(held);
  }

  function release(): void {
    if (!queue.isOurs()) throw notLocked(name, queue.holder() !== 0);
    holds.delete(queue);
    queue.free();
  }

  const close = (): void => {
    segment.close();
    for (const fail of waits) fail(errorOf(open));
  };
  const lock: Lock = {
    name,
    get locked() {
      return open().holder() !== 0;
    },
    acquire,
    tryAcquire() {
      const taken = open().tryTake();
      return taken && hold(taken);
    },
    acquireSync({ timeout = Infinity } = {}) {
      open();
      assertTimeout(timeout);
      if (queue.isOurs()) throw cannotBlock(name, 'this thread holds it already, and cannot release it while it waits');
      let taken: Taken | undefined;
      try {
        taken = queue.takeSync(timeout);
      } catch (cause) {
        throw cannotBlock(name, 'this thread must not block', cause);
      }
      if (taken === undefined) throw timedOut(name, timeout);
      return hold(taken);
    },
    release() {
      open();
      release();
    },
    close,
    unlink: segment.unlink,
    [Symbol.dispose]: close,
  };
  const blockOfSegment = blockOf.get(segment);
  if (blockOfSegment !== undefined) blockOf.set(lock, blockOfSegment);
  return Object.freeze(lock);
}

/** The hold of each lock that this thread holds: the latest. */
const holds = new WeakMap<object, Held>();

function errorOf(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

function timedOut(name: string, timeout: number): TroupeError {
  return new TroupeError(
    'LOCK_TIMEOUT',
    `Cannot acquire lock '${name}': it was not free within ${timeout} ms. Wait longer, or see who does not release it.`,
    { details: { name, timeout } },
  );
}

function notLocked(name: string, locked: boolean): TroupeError {
  return new TroupeError(
    'NOT_LOCKED',
    `Cannot release lock '${name}': ${locked ? 'another thread holds it' : 'nobody holds it'}. Release it once, in the thread that acquired it.`,
    { details: { name, locked } },
  );
}

function cannotBlock(name: string, why: string, cause?: unknown): TroupeError {
  return new TroupeError(
    'CANNOT_BLOCK',
    `Cannot wait for lock '${name}': ${why}. Use await lock.acquire(), which does not block.`,
    { details: { name }, ...(cause === undefined ? {} : { cause }) },
  );
}
