// Locks: in one thread; between threads; when the thread that holds one dies, in each way; and many threads at once, killed at random.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createCell, createLock, createSegment, openCell, openLock, openSegment, type Lock } from 'troupe/shared';
import { createCodec } from '../dist/src/codec.js';
import { adoptDirectory, releaseOwned, shareDirectory } from '../dist/src/shared/directory.js';
import { cellExtension } from '../dist/src/shared/extension.js';
import { ABANDONED, CLASHES, COUNT, FIRST_DONE, INSIDE } from '../dist/test/fixtures/lock-thread.js';
import type { LockCommand, LockTask, LockWork } from '../dist/test/fixtures/lock-thread.js';
import { keep } from './support/kept-names.ts';

// Threads start slowly on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

let lastLabel = 0;
const label = (): string => `lock test ${(lastLabel += 1)}`;

const lockOf = (): Lock => keep(createLock(label()));

/** A thread that obeys, or works. Killed, it is given up for dead as its parent would. */
function start(work?: LockWork) {
  const owner = label();
  const share = shareDirectory(owner);
  const worker = new Worker(new URL('../dist/test/fixtures/lock-thread.js', import.meta.url), {
    workerData: { share, ...(work && { work }) } satisfies LockTask,
    transferList: [...share.ports],
  });
  worker.on('error', () => {});
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve())).then(() => releaseOwned(owner));
  const kill = async () => {
    await worker.terminate();
    return exited;
  };
  onTestFinished(async () => void (await kill()));
  const tell = (...command: LockCommand): void => worker.postMessage(command);
  const ask = async (...command: LockCommand): Promise<unknown> => {
    const answer = once(worker, 'message');
    tell(...command);
    return (await answer)[0];
  };
  return { owner, worker, tell, ask, kill, exited };
}

function errorOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('It should have thrown.');
}

// TypeScript knows it from ES2024 on.
const { waitAsync } = Atomics as unknown as {
  waitAsync(words: Int32Array, index: number, value: number): { readonly value: unknown };
};

/** Until a thread is about to block. */
const raised = async (flag: SharedArrayBuffer): Promise<void> =>
  void (await waitAsync(new Int32Array(flag), 0, 0).value);

/** The two words of a lock: see lock-word.ts. */
const wordsOf = (lock: Lock): Int32Array =>
  new Int32Array((cellExtension.describe(lock) as { readonly buffer: SharedArrayBuffer }).buffer);

/** Releases a lock after one has gone to sleep who is woken, and will not come. */
function releaseToAPhantom(lock: Lock): void {
  const words = wordsOf(lock);
  Atomics.or(words, 0, 1);
  waitAsync(words, 1, Atomics.load(words, 1));
  lock.release();
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What a promise has come to, as far as it has. */
function settling(promise: Promise<unknown>): { readonly settled: boolean } {
  const state = { settled: false };
  const settle = () => (state.settled = true);
  promise.then(settle, settle);
  return state;
}

describe('a lock', () => {
  it('is held from acquire to release', async () => {
    const lock = lockOf();
    expect(lock.locked).toBe(false);
    const held = await lock.acquire();
    expect([lock.locked, held.abandoned]).toEqual([true, false]);
    lock.release();
    expect(lock.locked).toBe(false);
  });

  it('is the same lock for each who opens its name', () => {
    const lock = lockOf();
    const opened = openLock(lock.name);
    lock.tryAcquire();
    expect([opened.locked, opened.tryAcquire(), opened.name]).toEqual([true, undefined, lock.name]);
    opened.release();
    expect(lock.tryAcquire()).toMatchObject({ abandoned: false });
  });

  it('is released at the end of a using block', async () => {
    const lock = lockOf();
    {
      using held = await lock.acquire();
      expect([held.abandoned, lock.locked]).toEqual([false, true]);
    }
    {
      using held = lock.acquireSync();
      expect([held.abandoned, lock.locked]).toEqual([false, true]);
    }
    expect(lock.locked).toBe(false);
  });

  it('is not released by a hold that is over', async () => {
    const lock = lockOf();
    const first = await lock.acquire();
    lock.release();
    const second = await lock.acquire();
    first[Symbol.dispose]();
    expect(lock.locked).toBe(true);
    second[Symbol.dispose]();
    second[Symbol.dispose]();
    expect(lock.locked).toBe(false);
  });

  it('cannot be released by whom it is not held', async () => {
    const lock = lockOf();
    const error = errorOf(() => lock.release());
    expect(error).toMatchObject({ code: 'NOT_LOCKED', details: { name: lock.name, locked: false } });
    expect((error as Error).message).toBe(
      `Cannot release lock '${lock.name}': nobody holds it. Release it once, in the thread that acquired it.`,
    );
    const thread = start();
    await thread.ask('acquire', lock.name);
    expect(errorOf(() => lock.release())).toMatchObject({
      code: 'NOT_LOCKED',
      message: `Cannot release lock '${lock.name}': another thread holds it. Release it once, in the thread that acquired it.`,
      details: { locked: true },
    });
    expect(await thread.ask('locked', lock.name)).toBe(true);
  });

  it('is got in the order in which the tasks of a thread came', async () => {
    const lock = lockOf();
    const first = await lock.acquire();
    const order: number[] = [];
    const tasks = [0, 1, 2, 3].map(async (index) => {
      using held = await openLock(lock.name).acquire();
      order.push(held.abandoned ? -1 : index);
      await turn();
    });
    await turn();
    expect(order).toEqual([]);
    first[Symbol.dispose]();
    await Promise.all(tasks);
    expect(order).toEqual([0, 1, 2, 3]);
  });

  it('is not reentrant: the one who holds it waits like any other', async () => {
    const lock = lockOf();
    await lock.acquire();
    const again = lock.acquire();
    const state = settling(again);
    await turn();
    expect([state.settled, lock.tryAcquire()]).toEqual([false, undefined]);
    lock.release();
    expect(await again).toMatchObject({ abandoned: false });
  });

  it('cannot be waited for by a blocked thread that holds it', async () => {
    const lock = lockOf();
    await lock.acquire();
    for (const options of [{}, { timeout: 0 }, { timeout: 100 }]) {
      expect(errorOf(() => lock.acquireSync(options))).toMatchObject({
        code: 'CANNOT_BLOCK',
        message:
          `Cannot wait for lock '${lock.name}': this thread holds it already, and cannot release it while it waits. ` +
          'Use await lock.acquire(), which does not block.',
      });
    }
  });

  it('has a name that cells and segments have not', () => {
    const lock = lockOf();
    const cell = keep(createCell(label()));
    const text = (run: () => unknown) => (errorOf(run) as Error).message;
    expect(errorOf(() => createLock(lock.name))).toMatchObject({ code: 'CELL_EXISTS' });
    expect(text(() => createCell(lock.name))).toContain(`openLock('${lock.name}')`);
    expect(text(() => openCell(lock.name))).toContain(`that name is a lock. Open it with openLock('${lock.name}')`);
    expect(text(() => openSegment(lock.name))).toContain('that name is a lock');
    expect(text(() => openLock(cell.name))).toContain('that name is a cell');
    expect(errorOf(() => openLock(label()))).toMatchObject({ code: 'NO_SUCH_CELL' });
    expect(errorOf(() => createLock(''))).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('refuses all use through a closed handle, while what is held stays held', async () => {
    const lock = lockOf();
    const other = openLock(lock.name);
    const held = lock.tryAcquire();
    const waits = lock.acquire();
    lock.close();
    lock.close();
    await expect(waits).rejects.toMatchObject({ code: 'CELL_CLOSED', details: { name: lock.name } });
    for (const refused of [
      () => lock.locked,
      () => lock.tryAcquire(),
      () => lock.acquireSync(),
      () => lock.release(),
    ]) {
      expect(errorOf(refused)).toMatchObject({
        code: 'CELL_CLOSED',
        message: `Cannot use lock '${lock.name}': this handle was closed. Open another with openLock('${lock.name}').`,
      });
    }
    await expect(lock.acquire()).rejects.toMatchObject({ code: 'CELL_CLOSED' });
    expect(other.locked).toBe(true);
    held?.[Symbol.dispose]();
    expect(other.locked).toBe(false);
  });

  it('goes on in open handles when its name was unlinked', async () => {
    const lock = createLock(label());
    const other = openLock(lock.name);
    lock.unlink();
    const held = await lock.acquire();
    const waits = other.acquire();
    held[Symbol.dispose]();
    expect(await waits).toMatchObject({ abandoned: false });
    expect(errorOf(() => openLock(lock.name))).toMatchObject({ code: 'NO_SUCH_CELL' });
  });

  it('is refused in a thread that is not part of its names', () => {
    const rubbish = {
      id: 1n,
      directory: 'elsewhere',
      name: 'far',
      kind: 'lock',
      buffer: new SharedArrayBuffer(64),
    } as const;
    expect(errorOf(() => cellExtension.revive(rubbish))).toMatchObject({ code: 'NO_SUCH_CELL' });
    expect(errorOf(() => cellExtension.revive({ ...rubbish, buffer: new SharedArrayBuffer(4) }))).toMatchObject({
      code: 'BAD_FRAME',
    });
  });
});

describe('a wait for a lock', () => {
  it('ends with its timeout', async () => {
    const lock = lockOf();
    await lock.acquire();
    await expect(lock.acquire({ timeout: 5 })).rejects.toMatchObject({
      code: 'LOCK_TIMEOUT',
      message: `Cannot acquire lock '${lock.name}': it was not free within 5 ms. Wait longer, or see who does not release it.`,
      details: { name: lock.name, timeout: 5 },
    });
  });

  it('of a blocked thread ends with its timeout', async () => {
    const lock = lockOf();
    await start().ask('acquire', lock.name);
    for (const timeout of [0, 5]) {
      expect(errorOf(() => lock.acquireSync({ timeout }))).toMatchObject({
        code: 'LOCK_TIMEOUT',
        details: { timeout },
      });
    }
  });

  it('ends with its signal, also when that was aborted before', async () => {
    const lock = lockOf();
    await lock.acquire();
    const controller = new AbortController();
    const waits = lock.acquire({ signal: controller.signal });
    const reason = new Error('off to lunch');
    controller.abort(reason);
    await expect(waits).rejects.toBe(reason);
    await expect(lock.acquire({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('that was called off takes nothing, and the next one gets the lock', async () => {
    const lock = lockOf();
    const held = await lock.acquire();
    const controller = new AbortController();
    const first = lock.acquire({ signal: controller.signal });
    const second = lock.acquire();
    controller.abort(new Error('off'));
    held[Symbol.dispose]();
    await expect(first).rejects.toThrow('off');
    expect(await second).toMatchObject({ abandoned: false });
    lock.release();
    expect(lock.locked).toBe(false);
  });

  it('is not called off any more once it has the lock', async () => {
    const lock = lockOf();
    const held = await lock.acquire();
    const controller = new AbortController();
    const waits = lock.acquire({ signal: controller.signal });
    held[Symbol.dispose]();
    controller.abort(new Error('too late'));
    expect(await waits).toMatchObject({ abandoned: false });
    expect(lock.locked).toBe(true);
  });

  it('refuses a timeout and a signal that are none', async () => {
    const lock = lockOf();
    for (const timeout of [-1, Number.NaN, '5']) {
      const options = { timeout: timeout as number };
      await expect(lock.acquire(options)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
      expect(errorOf(() => lock.acquireSync(options))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
    await expect(lock.acquire({ signal: {} as AbortSignal })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(lock.locked).toBe(false);
  });

  it('ends well with the lock when those who were let go first do not come', async () => {
    const lock = lockOf();
    const release = () => releaseToAPhantom(lock);
    await lock.acquire();
    for (const acquire of [
      () => lock.acquire({ timeout: 0 }),
      () => lock.acquireSync({ timeout: 0 }),
      () => lock.acquire(),
      () => lock.acquireSync(),
    ]) {
      release();
      expect(await acquire()).toMatchObject({ abandoned: false });
    }
  });

  it('keeps its process alive, and lets it end when it is over', async () => {
    const program = `
      import { createLock } from 'troupe/shared';
      const lock = createLock('gate');
      const held = await lock.acquire();
      lock.acquire({ timeout: 30 }).catch(({ code }) => {
        console.log(code);
        void lock.acquire().then(() => console.log('mine'));
        setTimeout(() => held[Symbol.dispose](), 10).unref();
      });`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
      cwd: new URL('..', import.meta.url),
    });
    expect(stdout).toBe('LOCK_TIMEOUT\nmine\n');
  });
});

describe('a lock between threads', () => {
  it('is held by one of them, and goes to one that waits', async () => {
    const lock = lockOf();
    const [one, two] = [start(), start()];
    expect(await one.ask('acquire', lock.name)).toBe(false);
    expect([lock.locked, lock.tryAcquire()]).toEqual([true, undefined]);
    expect(await two.ask('try', lock.name)).toBe(false);
    expect(await two.ask('release', lock.name)).toBe('NOT_LOCKED');
    // either may be the first
    const [here, there] = [lock.acquire(), two.ask('acquire', lock.name)];
    await one.ask('release', lock.name);
    await Promise.all([here.then(() => lock.release()), there.then(() => two.ask('release', lock.name))]);
    expect(await two.ask('try', lock.name)).toBe(true);
  });

  it('is known to a thread that was started later, and to one that gets it in an event', async () => {
    const lock = createLock(label());
    const codec = createCodec([cellExtension]);
    const thread = start();
    expect(await thread.ask('locked', lock.name)).toBe(false);
    const encoded = codec.encode({ lock });
    lock.unlink();
    expect(await thread.ask('take', encoded)).toBe(false);
    expect(lock.locked).toBe(true);
    await thread.ask('release', lock.name);
    expect(lock.locked).toBe(false);
  });

  it('wakes a thread that is blocked', async () => {
    const lock = lockOf();
    const held = await lock.acquire();
    const thread = start();
    const flag = new SharedArrayBuffer(4);
    const other = thread.ask('signal', lock.name, flag);
    await raised(flag);
    held[Symbol.dispose]();
    expect(await other).toBe(false);
  });

  it('is got in order by the tasks of another thread, too', async () => {
    const lock = lockOf();
    const held = await lock.acquire();
    const thread = start();
    const order = thread.ask('line', lock.name, 5);
    held[Symbol.dispose]();
    expect(await order).toEqual([0, 1, 2, 3, 4]);
  });

  it('is left for a moment to those who were woken, also by one who would take it again at once', async () => {
    const lock = lockOf();
    await lock.acquire();
    releaseToAPhantom(lock);
    const again = lock.acquire();
    expect(lock.locked).toBe(false);
    expect(await again).toMatchObject({ abandoned: false });
    lock.release();
    const atOnce = lock.acquire();
    expect(lock.locked).toBe(true);
    await atOnce;
  });

  it('counts a turn when it is freed, so that one who is about to sleep does not', async () => {
    const lock = lockOf();
    const words = wordsOf(lock);
    await lock.acquire();
    const before = Atomics.load(words, 1);
    releaseToAPhantom(lock);
    expect(Atomics.load(words, 1)).not.toBe(before);
  });

  it('is let go to others by one that takes it again at once', async () => {
    const lock = lockOf();
    const thread = start();
    await lock.acquire();
    let got = false;
    const other = thread.ask('acquire', lock.name).then(() => (got = true));
    for (let round = 0; !got; round += 1) {
      lock.release();
      // never yields but in here: without courtesy this takes the lock for ever
      await Promise.race([other, lock.acquire()]);
      if (round % 100 === 99) await turn();
    }
    expect(got).toBe(true);
    await thread.ask('release', lock.name);
  });
});

describe('a lock whose thread died', () => {
  const deaths: [string, (thread: ReturnType<typeof start>, name: string) => unknown][] = [
    ['was terminated', (thread) => thread.kill()],
    ['called process.exit', (thread, name) => thread.tell('exit', name)],
    ['threw outside of all', (thread, name) => thread.tell('throw', name)],
    ['came to its end', (thread, name) => thread.tell('end', name)],
  ];

  it.each(deaths)('that %s goes to the next one who waits, who is told', async (_, die) => {
    const lock = lockOf();
    const [thread, other] = [start(), start()];
    await thread.ask('acquire', lock.name);
    const flag = new SharedArrayBuffer(4);
    const [waits, blocked] = [lock.acquire(), other.ask('signal', lock.name, flag)];
    await raised(flag);
    void die(thread, lock.name);
    // either may be the first
    const release = async (first: boolean, next: () => unknown) => (await next(), first);
    const told = await Promise.all([
      waits.then(({ abandoned }) => release(abandoned, () => lock.release())),
      blocked.then((abandoned) => release(abandoned as boolean, () => other.ask('release', lock.name))),
    ]);
    expect(new Set(told)).toEqual(new Set([false, true]));
    expect(await lock.acquire()).toMatchObject({ abandoned: false });
  });

  it('is free for one who comes later', async () => {
    const lock = lockOf();
    const thread = start();
    await thread.ask('acquire', lock.name);
    await thread.kill();
    expect(lock.locked).toBe(false);
    expect(Atomics.load(wordsOf(lock), 0) >>> 2).toBe(0); // freed, and not only known to be a dead one's
    expect(lock.tryAcquire()).toMatchObject({ abandoned: true });
    lock.release();
    expect(lock.tryAcquire()).toMatchObject({ abandoned: false });
  });

  it('is free although it has no name any more, for those who wait, blocked or not', async () => {
    const lock = createLock(label());
    const [thread, other] = [start(), start()];
    await thread.ask('acquire', lock.name);
    await other.ask('locked', lock.name);
    lock.unlink();
    const flag = new SharedArrayBuffer(4);
    const [waits, blocked] = [lock.acquire(), other.ask('signal', lock.name, flag)];
    await raised(flag);
    await thread.kill();
    const held = await waits;
    held[Symbol.dispose]();
    expect(new Set([held.abandoned, await blocked])).toEqual(new Set([false, true]));
  });

  it('is free although it has no name any more, for one who is blocked and hears of nothing', async () => {
    const lock = createLock(label());
    const [thread, other] = [start(), start()];
    await thread.ask('acquire', lock.name);
    await other.ask('locked', lock.name);
    lock.unlink();
    const flag = new SharedArrayBuffer(4);
    const blocked = other.ask('signal', lock.name, flag);
    await raised(flag);
    await thread.kill();
    expect(await blocked).toBe(true);
  });

  it('is free when the thread that started its own one was killed', async () => {
    const lock = lockOf();
    const thread = start();
    await thread.ask('nest', label());
    expect(await thread.ask('acquire', lock.name)).toBe(false);
    const waits = lock.acquire();
    await thread.kill();
    expect(await waits).toMatchObject({ abandoned: true });
  });

  it('goes to a parent that is blocked, if the thread ended by itself', async () => {
    for (const end of ['exit', 'throw'] as const) {
      const lock = lockOf();
      const thread = start();
      await thread.ask('acquire', lock.name);
      thread.tell(end, lock.name);
      expect(lock.acquireSync()).toMatchObject({ abandoned: true });
      await thread.exited;
    }
  });

  it('is not freed by the death of one that waited', async () => {
    const lock = lockOf();
    const thread = start();
    const held = await lock.acquire();
    const flag = new SharedArrayBuffer(4);
    thread.tell('signal', lock.name, flag);
    await raised(flag);
    await thread.kill();
    expect([lock.locked, lock.tryAcquire()]).toEqual([true, undefined]);
    held[Symbol.dispose]();
    expect(await lock.acquire()).toMatchObject({ abandoned: false });
  });

  it('is freed by nobody else, and only once', async () => {
    const lock = lockOf();
    const thread = start();
    await thread.ask('acquire', lock.name);
    releaseOwned(label());
    expect(lock.locked).toBe(true);
    await thread.kill();
    const held = lock.tryAcquire();
    expect(releaseOwned(thread.owner)).toEqual([]);
    expect([held?.abandoned, lock.locked]).toEqual([true, true]);
  });
});

describe('threads that count under a lock', () => {
  const board = (name: string) => new Int32Array(keep(createSegment(`${name} board`, 4 * 64)).buffer);
  const noted = (counts: Int32Array) => counts.subarray(FIRST_DONE).reduce((sum, each) => sum + each, 0);

  it('miss no step, and are never two at once', async () => {
    const { name } = lockOf();
    const counts = board(name);
    const rounds = 300;
    const threads = [0, 1, 2, 3].map((place) => start({ name, place, rounds, sync: place % 2 === 0 }));
    await Promise.all(threads.map(({ exited }) => exited));
    expect([counts[COUNT], counts[CLASHES], counts[ABANDONED]]).toEqual([4 * rounds, 0, 0]);
  });

  it('miss no step when they are killed at random, also in the midst of one', async () => {
    const lock = lockOf();
    const { name } = lock;
    const counts = board(name);
    const begin = (place: number) => start({ name, place, rounds: Infinity, sync: place % 2 === 0 });
    const threads = [0, 1, 2, 3].map(begin);
    const rest = new Set<Promise<unknown>>();
    for (let kills = 0; kills < 24;) {
      // one that is at work, every other time
      const inside = Atomics.load(counts, INSIDE) - 1;
      const victim = kills % 2 === 0 ? inside : Math.floor(Math.random() * threads.length);
      const before = noted(counts);
      if (victim >= 0) {
        kills += 1;
        rest.add(threads[victim]?.kill() ?? Promise.resolve());
        threads[victim] = begin(victim);
      }
      // the others go on
      while (noted(counts) === before) await turn();
    }
    await Promise.all([...rest, ...threads.map((thread) => thread.kill())]);
    {
      // the last one killed may have left it half done
      using held = await lock.acquire();
      if (held.abandoned) counts[COUNT] = noted(counts);
    }
    expect([counts[CLASHES], counts[COUNT]]).toEqual([0, noted(counts)]);
    expect(counts[ABANDONED]).toBeGreaterThan(0);
  });
});

describe('the numbers of threads', () => {
  it('are never given twice', () => {
    const shares = [1, 2, 3].map(() => shareDirectory(label()));
    onTestFinished(() => shares.forEach((share) => share.ports.forEach((port) => port.close())));
    const numbers = shares.map(({ number }) => number);
    expect(new Set([1, ...numbers]).size).toBe(4);
    expect(errorOf(() => (keep(createLock(label())), adoptDirectory(shares[0] as never)))).toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });
});
