// One lock as one thread waits for it: its tasks in the order they came, with one sleep for all of them. What the lock is in shared
// memory, and why no wake is lost, is in lock-word.ts; here nothing is decided but who of this thread is next.
import { workerThreads } from '../platform.ts';
import { clearTimeout, now, setTimeout } from '../surroundings.ts';
import type { Block, Membership } from './directory.ts';
import { contend, free, freeOfTheDead, holderOf, take, TURN } from './lock-word.ts';
import type { Taken } from './lock-word.ts';

/** One who waits. */
export interface Waiter {
  /** It is this one's; told at most once. */
  taken(taken: Taken): void;
}

export interface LockQueue {
  /** The number of the thread that holds the lock, 0 if none that is alive does. */
  holder(): number;
  /** Whether this thread holds it. */
  isOurs(): boolean;
  tryTake(): Taken | undefined;
  /** Lines up; `taken` may be called before this returns. */
  enter(waiter: Waiter): void;
  /** Takes it for one whose time is up, if that is possible at all: it may have waited out of courtesy. */
  insist(waiter: Waiter): boolean;
  /** Gives up waiting. */
  leave(waiter: Waiter): void;
  /** Blocks this thread, which does not hold it, until it has the lock; undefined when so many milliseconds have passed. */
  takeSync(timeout: number): Taken | undefined;
  /** Frees what this thread holds. */
  free(): void;
}

/** What this thread has of a lock: the same for each handle, as long as one is there or somebody waits. */
export function queueOf(block: Block, membership: Membership): LockQueue {
  const id = `${block.directory} ${block.id}`;
  const known = queues.get(id)?.deref();
  if (known !== undefined) return known;
  const queue = createQueue(id, block.buffer, membership);
  queues.set(id, new WeakRef(queue));
  collected.register(queue, id);
  return queue;
}

const queues = new Map<string, WeakRef<LockQueue>>();
const collected = new FinalizationRegistry<string>((id) => {
  if (queues.get(id)?.deref() === undefined) queues.delete(id);
});

/**
 * For how long, in milliseconds, a thread that has just freed a lock lets those go first whom it woke: else one that frees and takes
 * in turn would never let anybody in. No longer, for they may be busy with something else.
 */
const COURTESY = 10;

/** How often, in milliseconds, a blocked thread looks whether the holder lives: it hears of no death by itself, unless the lock has a name. */
const LOOK = 50;

/** What to sleep on, and whether only out of courtesy: then nobody need ever free the lock, for nobody may have it. */
interface Sleep {
  readonly turn: number;
  readonly polite: boolean;
}

function createQueue(id: string, buffer: SharedArrayBuffer, { number, isAlive, whenEnded }: Membership): LockQueue {
  const words = new Int32Array(buffer);
  const waiting = new Set<Waiter>();
  let asleep = false;
  let courtesy = { turn: 0, until: 0 };
  let again: ReturnType<typeof setTimeout> | undefined;
  let awake: (() => void) | undefined;

  const isOurs = (): boolean => holderOf(words) === number;

  /** Whether those who were woken when this thread freed it have had no chance yet. */
  const isPolite = (turn: number): boolean => courtesy.turn === turn && now() < courtesy.until;

  const tryTake = (): Taken | undefined => {
    const taken = take(words, number, isAlive);
    if (taken !== undefined) held.set(id, freeAtExit);
    return taken;
  };

  /** Tries to take it, and else gives how to sleep. Decided once: courtesy may lapse at any moment, and who sleeps at a free lock must know it. */
  const takeOrSleep = (): Taken | Sleep => {
    for (;;) {
      const turn = Atomics.load(words, TURN);
      const polite = isPolite(turn);
      const taken = polite ? undefined : tryTake();
      if (taken !== undefined) return taken;
      if (contend(words, polite)) return { turn, polite };
    }
  };

  function serve(): void {
    while (waiting.size > 0 && !isOurs()) {
      const result = takeOrSleep();
      if ('turn' in result) {
        if (sleep(result)) return;
        continue;
      }
      const [first] = waiting;
      leave(first as Waiter); // there is one
      first?.taken(result);
    }
  }

  /** False if it is time to look again already. */
  function sleep({ turn, polite }: Sleep): boolean {
    if (polite) {
      clearTimeout(again);
      again = setTimeout(serve, courtesy.until - now());
    }
    if (asleep) return true; // the sleep that is there ends when this one would, or has ended and will soon tell
    const slept = waitAsync(words, TURN, turn);
    if (!slept.async) return false;
    asleep = true;
    void slept.value.then(wake);
    return true;
  }

  function wake(): void {
    asleep = false;
    serve();
  }

  function enter(waiter: Waiter): void {
    waiting.add(waiter);
    if (awake === undefined) {
      whenEnded.add(serve);
      awake = stayAwake();
    }
    serve();
  }

  function insist(waiter: Waiter): boolean {
    const [first] = waiting;
    const taken = first === waiter ? tryTake() : undefined;
    if (taken === undefined) return false;
    leave(waiter);
    waiter.taken(taken);
    return true;
  }

  function leave(waiter: Waiter): void {
    if (!waiting.delete(waiter) || waiting.size > 0) return;
    whenEnded.delete(serve);
    clearTimeout(again);
    awake?.();
    awake = undefined;
    // Ends the sleep, which would hold the memory; the others look, and sleep again.
    if (asleep) Atomics.notify(words, TURN);
  }

  function takeSync(timeout: number): Taken | undefined {
    const deadline = now() + timeout;
    for (;;) {
      const result = takeOrSleep();
      if (!('turn' in result)) return result;
      const left = deadline - now();
      if (left <= 0) return tryTake();
      Atomics.wait(words, TURN, result.turn, Math.min(left, result.polite ? COURTESY : LOOK));
    }
  }

  function freeAtExit(): void {
    // to be told apart by who takes it, as any death
    if (isOurs()) freeOfTheDead(buffer, (thread) => thread !== number);
  }

  return {
    holder() {
      const holder = holderOf(words);
      return holder !== 0 && isAlive(holder) ? holder : 0;
    },
    isOurs,
    tryTake,
    enter,
    insist,
    leave,
    takeSync,
    free() {
      held.delete(id);
      const woken = free(words);
      if (woken > 0) courtesy = { turn: Atomics.load(words, TURN), until: now() + COURTESY };
      serve();
    },
  };
}

/**
 * What frees the locks of this thread when it exits by itself. Its parent would do the same a moment later, unless it is blocked, perhaps
 * by waiting for one of them. The main thread leaves nobody behind.
 */
const held = new Map<string, () => void>();

if (workerThreads?.isMainThread === false) {
  globalThis.process.once('exit', () => {
    for (const freeAtExit of held.values()) freeAtExit();
  });
}

/** Nothing else would keep a thread that waits from ending: a sleep in shared memory does not. */
function stayAwake(): () => void {
  const timer = setTimeout(() => {}, 2 ** 31 - 1);
  return () => clearTimeout(timer);
}

type WaitAsync = (
  words: Int32Array,
  index: number,
  value: number,
) => { readonly async: false } | { readonly async: true; readonly value: Promise<unknown> };

/** ECMAScript 2024, and not in every browser: elsewhere it looks again from time to time. */
const waitAsync: WaitAsync =
  (Atomics as { readonly waitAsync?: WaitAsync }).waitAsync ??
  ((words, index, value) =>
    Atomics.load(words, index) === value
      ? { async: true, value: new Promise<void>((resolve) => setTimeout(resolve, COURTESY)) }
      : { async: false });
