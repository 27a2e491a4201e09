import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createCell, createSegment, openCell, openSegment } from 'troupe/shared';
import { createCodec } from '../dist/src/codec.js';
import { adoptDirectory, releaseOwned, shareDirectory } from '../dist/src/shared/directory.js';
import { cellExtension } from '../dist/src/shared/extension.js';
import { createLedger, joinLedger } from '../dist/src/shared/ledger.js';
import type { CellCommand, CellTask } from '../dist/test/fixtures/cell-thread.js';
import { keep } from './support/kept-names.ts';

// Threads start slowly on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

let lastLabel = 0;
const label = (): string => `test ${(lastLabel += 1)} `;

/** A thread with a task: `result` is what it posts next. */
function start(options: Omit<CellTask, 'flags' | 'share'> & { readonly flags?: Int32Array; readonly alone?: boolean }) {
  const { flags = openFlags(), alone = false, ...task } = options;
  const owner = label();
  const given = alone ? {} : { share: shareDirectory(owner) };
  const worker = new Worker(new URL('../dist/test/fixtures/cell-thread.js', import.meta.url), {
    workerData: { ...given, flags, ...task } satisfies CellTask,
    transferList: [...(given.share?.ports ?? [])],
  });
  onTestFinished(async () => {
    await worker.terminate();
    releaseOwned(owner);
  });
  const result = async (): Promise<unknown> => ((await once(worker, 'message')) as [unknown])[0];
  const ask = (...command: CellCommand): Promise<unknown> => {
    const answer = result();
    worker.postMessage(command);
    return answer;
  };
  return { owner, flags, worker, result, ask, exit: once(worker, 'exit') };
}

/** See the fixture: [2] is open, so that a thread joins at once. */
function openFlags(): Int32Array {
  const flags = new Int32Array(new SharedArrayBuffer(12));
  flags[2] = 1;
  return flags;
}

function tell(flags: Int32Array, index: number, value: number): void {
  Atomics.store(flags, index, value);
  Atomics.notify(flags, index);
}

function waitFor(flags: Int32Array, index: number, value: number): void {
  for (let now = Atomics.load(flags, index); now < value; now = Atomics.load(flags, index)) {
    Atomics.wait(flags, index, now);
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function errorOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('It should have thrown.');
}

describe('a cell', () => {
  it('holds the number that it was made with, 0 unless told', () => {
    expect(keep(createCell(label())).get()).toBe(0);
    expect(keep(createCell(label(), { initial: 7 })).get()).toBe(7);
  });

  it('gives back each finite number as it was put in, and 0 for -0', () => {
    const cell = keep(createCell(label()));
    const numbers = [1, -1, 0.1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, Number.MAX_VALUE, Number.MIN_VALUE];
    for (const number of numbers) {
      cell.set(number);
      expect(cell.get()).toBe(number);
    }
    cell.set(-0);
    expect(cell.get()).toBe(0);
    expect(cell.compareAndSet(0, -0)).toBe(true);
    expect(cell.compareAndSet(-0, 1)).toBe(true);
  });

  it('compares and sets, exchanges and adds', () => {
    const cell = keep(createCell(label(), { initial: 2 }));
    expect(cell.compareAndSet(3, 9)).toBe(false);
    expect(cell.get()).toBe(2);
    expect(cell.compareAndSet(2, 9)).toBe(true);
    expect(cell.exchange(4)).toBe(9);
    expect(cell.add(-1.5)).toBe(2.5);
    expect(cell.get()).toBe(2.5);
  });

  it('is the same cell for each who opens its name', () => {
    const name = label();
    const made = keep(createCell(name));
    const opened = openCell(name);
    opened.set(5);
    expect(made.get()).toBe(5);
    expect(opened.name).toBe(name);
  });

  it('refuses what is no finite number, and keeps its own', () => {
    const cell = keep(createCell(label(), { initial: 1 }));
    for (const value of [Number.NaN, Infinity, '4', 4n, undefined, null, {}]) {
      // What plain JavaScript may pass.
      const number = value as number;
      for (const refused of [
        () => cell.set(number),
        () => cell.exchange(number),
        () => cell.add(number),
        () => cell.compareAndSet(number, 1),
        () => cell.compareAndSet(1, number),
      ]) {
        expect(errorOf(refused)).toMatchObject({ code: 'INVALID_ARGUMENT', details: { name: cell.name } });
      }
    }
    cell.set(Number.MAX_VALUE);
    expect(errorOf(() => cell.add(Number.MAX_VALUE))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(cell.get()).toBe(Number.MAX_VALUE);
    expect(errorOf(() => createCell(label(), { initial: Number.NaN }))).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('refuses what is no name', () => {
    for (const name of ['', 3, undefined, Symbol('hand'), {}]) {
      for (const refused of [createCell, openCell, openSegment] as ((name: unknown) => unknown)[]) {
        expect(errorOf(() => refused(name))).toMatchObject({ code: 'INVALID_ARGUMENT', details: { argument: 'name' } });
      }
    }
  });

  it('cannot be made twice', () => {
    const name = label();
    keep(createCell(name));
    const error = errorOf(() => createCell(name));
    expect(error).toMatchObject({ code: 'CELL_EXISTS', details: { name } });
    expect((error as Error).message).toContain(`openCell('${name}')`);
    expect(errorOf(() => createSegment(name, 8))).toMatchObject({ code: 'CELL_EXISTS' });
  });

  it('that nobody made is refused with the names that are known', () => {
    const name = label();
    keep(createCell(`${name}Alice`));
    const error = errorOf(() => openCell(`${name}Alise`));
    expect(error).toMatchObject({ code: 'NO_SUCH_CELL', details: { name: `${name}Alise`, known: [`${name}Alice`] } });
    expect((error as Error).message).toMatch(/Alice.*other processes/);
  });

  it('refuses all use through a closed handle, while other handles work', () => {
    const name = label();
    const cell = keep(createCell(name, { initial: 3 }));
    const other = openCell(name);
    cell.close();
    cell.close();
    for (const refused of [
      () => cell.get(),
      () => cell.set(1),
      () => cell.exchange(1),
      () => cell.add(1),
      () => cell.compareAndSet(3, 1),
    ]) {
      expect(errorOf(refused)).toMatchObject({ code: 'CELL_CLOSED', details: { name } });
    }
    expect(other.get()).toBe(3);
    expect(openCell(name).get()).toBe(3);
  });

  it('is unlinked also by a closed handle, and lives on in the open ones', () => {
    const name = label();
    const cell = createCell(name, { initial: 3 });
    const other = openCell(name);
    cell.close();
    cell.unlink();
    expect(errorOf(() => openCell(name))).toMatchObject({ code: 'NO_SUCH_CELL' });
    expect(other.get()).toBe(3);
  });

  it('keeps its name when an earlier cell of that name is unlinked a second time', () => {
    const name = label();
    const earlier = createCell(name, { initial: 1 });
    earlier.unlink();
    const later = keep(createCell(name, { initial: 2 }));
    earlier.unlink();
    expect(openCell(name).get()).toBe(2);
    earlier.set(9);
    expect(later.get()).toBe(2);
  });

  it('is closed at the end of a using block', () => {
    const cell = keep(createCell(label()));
    {
      using inside = cell;
      expect(inside.get()).toBe(0);
    }
    expect(errorOf(() => cell.get())).toMatchObject({ code: 'CELL_CLOSED' });
  });
});

describe('a segment', () => {
  it('is zeroed shared memory of the wanted length, by name', () => {
    const name = label();
    const segment = keep(createSegment(name, 1000));
    expect(segment.byteLength).toBe(1000);
    expect(new Uint8Array(segment.buffer).every((byte) => byte === 0)).toBe(true);
    new Uint8Array(segment.buffer)[999] = 42;
    expect(new Uint8Array(openSegment(name).buffer)[999]).toBe(42);
  });

  it('refuses a length that is none, or for which there is no room', () => {
    for (const byteLength of [0, -1, 1.5, Number.NaN, '8', undefined, 2 ** 53]) {
      const error = errorOf(() => createSegment(label(), byteLength as number));
      expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', details: { argument: 'byteLength' } });
    }
  });

  it('is not opened as a cell, while a cell is a segment of 64 bytes', () => {
    const name = label();
    keep(createSegment(name, 64));
    expect(errorOf(() => openCell(name))).toMatchObject({ code: 'NO_SUCH_CELL' });
    const cell = keep(createCell(`${name}cell`, { initial: 1.5 }));
    expect(new Float64Array(openSegment(cell.name).buffer)[0]).toBe(1.5);
    expect(openSegment(cell.name).byteLength).toBe(64);
  });

  it('gives its buffer no more when it is closed', () => {
    const segment = keep(createSegment(label(), 8));
    segment.close();
    expect(errorOf(() => segment.buffer)).toMatchObject({ code: 'CELL_CLOSED', details: { name: segment.name } });
  });
});

describe('a name', () => {
  it('is known to a thread that joins, with what is in the cell', async () => {
    const name = label();
    const cell = keep(createCell(name, { initial: 5 }));
    const thread = start({ task: 'obey' });
    expect(await thread.ask('open', name)).toBe(5);
    cell.set(6);
    expect(await thread.ask('open', name)).toBe(6);
  });

  it('is known in every thread when creation returns, and unknown when unlinking does', async () => {
    const name = label();
    const [one, two] = [start({ task: 'obey' }), start({ task: 'obey' })];
    expect(await one.ask('create', name, 4)).toBe(4);
    expect(openCell(name).get()).toBe(4);
    expect(await two.ask('open', name)).toBe(4);
    expect(await two.ask('unlink', name)).toBe(undefined);
    expect(errorOf(() => openCell(name))).toMatchObject({ code: 'NO_SUCH_CELL' });
    expect(await one.ask('open', name)).toBe('NO_SUCH_CELL');
    expect(await one.ask('create', name, 8)).toBe(8);
    expect(await two.ask('create', name)).toBe('CELL_EXISTS');
  });

  it('is found by a thread that never turns its event loop, as soon as it hears of it', async () => {
    const name = label();
    const rounds = 300;
    const thread = start({ task: 'openEach', label: name, rounds });
    const result = thread.result();
    for (let round = 1; round <= rounds; round += 1) {
      const cell = createCell(`${name}${round}`, { initial: round });
      tell(thread.flags, 0, round);
      waitFor(thread.flags, 1, round);
      cell.unlink();
    }
    expect(await result).toBe(rounds);
  });

  it('goes straight from one thread to another while the thread that started both is blocked', async () => {
    const shared = { label: label(), rounds: 300, flags: openFlags() };
    const [maker, opener] = [start({ task: 'createEach', ...shared }), start({ task: 'openEach', ...shared })];
    const results = [maker.result(), opener.result()];
    await Promise.all([once(maker.worker, 'online'), once(opener.worker, 'online')]);
    waitFor(shared.flags, 1, shared.rounds);
    expect(await Promise.all(results)).toEqual([shared.rounds, shared.rounds]);
  });

  it('is made by exactly one of the threads that try at once, and the others find it', async () => {
    const rounds = 200;
    const shared = { task: 'createSame', label: label(), rounds, parties: 4, flags: openFlags() } as const;
    const won = await Promise.all([1, 2, 3, 4].map(() => start(shared).result()));
    expect(won).not.toContain(null);
    const winners = (won as number[][]).flat().toSorted((left, right) => left - right);
    expect(winners).toEqual(Array.from({ length: rounds }, (_, index) => index + 1));
  });

  it('that was made, unlinked or made anew while a thread was starting is known to it as it is', async () => {
    const name = label();
    const flags = new Int32Array(new SharedArrayBuffer(12));
    const gone = createCell(`${name}gone`);
    const replaced = createCell(`${name}replaced`, { initial: 1 });
    const thread = start({ task: 'obey', flags });
    gone.unlink();
    replaced.unlink();
    keep(createCell(replaced.name, { initial: 2 }));
    keep(createCell(`${name}new`, { initial: 3 }));
    await once(thread.worker, 'online');
    tell(flags, 2, 1);
    expect(await thread.ask('open', gone.name)).toBe('NO_SUCH_CELL');
    expect(await thread.ask('open', replaced.name)).toBe(2);
    expect(await thread.ask('open', `${name}new`)).toBe(3);
  });

  it('is not missed by a thread that joins in the midst of a flood of them', async () => {
    const name = label();
    const flags = openFlags();
    const noise = start({ task: 'churn', label: `${name}noise `, pause: 1 });
    const thread = start({ task: 'findAll', label: name, flags });
    let running = true;
    const found = thread.result().finally(() => (running = false));
    for (let each = 1; running; each += 1) {
      const cell = keep(createCell(`${name}${each}`, { initial: each }));
      if (each % 3 === 0) cell.unlink();
      Atomics.store(flags, 0, each);
      await turn();
    }
    expect(await found).toEqual([]);
    await noise.worker.terminate();
  });

  it('can be made and opened after a thread was terminated in the midst of making one', async () => {
    const name = label();
    const witness = start({ task: 'obey' });
    for (let round = 1; round <= 5; round += 1) {
      const thread = start({ task: 'churn', label: name });
      waitFor(thread.flags, 1, 20 * round);
      await thread.worker.terminate();
      releaseOwned(thread.owner);
      const cell = createCell(`${name}1`, { initial: -round });
      expect(await witness.ask('open', cell.name)).toBe(-round);
      cell.unlink();
    }
  });

  it('is known to threads that threads start, both ways', async () => {
    const name = label();
    const thread = start({ task: 'obey' });
    expect(await thread.ask('nest', `${name}nested`)).toBe('nested');
    keep(createCell(name, { initial: 5 }));
    expect(await thread.ask('open', name)).toBe(5);
    expect(await thread.ask('create', `${name}inner`, 6)).toBe(6);
    expect(openCell(`${name}inner`).get()).toBe(6);
    await thread.worker.terminate();
    expect(releaseOwned(thread.owner)).toEqual([`${name}inner`]);
  });

  it('stays in its own threads when a thread was given no directory', async () => {
    const name = label();
    keep(createCell(name));
    const thread = start({ task: 'obey', alone: true });
    expect(await thread.ask('open', name)).toBe('NO_SUCH_CELL');
    expect(await thread.ask('create', name, 3)).toBe(3);
    expect(openCell(name).get()).toBe(0);
  });

  it('is not put aside by a directory that comes too late', () => {
    keep(createCell(label()));
    const share = shareDirectory(label());
    onTestFinished(() => share.ports.forEach((port) => port.close()));
    expect(errorOf(() => adoptDirectory(share))).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('threads that count in a cell', () => {
  it('reach the exact total by compareAndSet, and by add', async () => {
    const name = label();
    const cell = keep(createCell(name));
    const sum = keep(createCell(`${name} by add`));
    const shared = { task: 'count', label: name, rounds: 5000, flags: openFlags() } as const;
    const results = [1, 2, 3, 4].map(() => start(shared).result());
    tell(shared.flags, 0, 1);
    await Promise.all(results);
    expect(cell.get()).toBe(20_000);
    expect(sum.get()).toBe(20_000);
  });
});

describe('an owner that has ended', () => {
  it('has its names released and reported, and theirs who hold them go on', async () => {
    const name = label();
    const thread = start({ task: 'forget', label: name });
    expect(await thread.result()).toBe(undefined);
    await thread.exit;
    const held = openCell(`${name}a`);
    expect(releaseOwned(thread.owner)).toEqual([`${name}a`, `${name}c`]);
    expect(releaseOwned(thread.owner)).toEqual([]);
    expect(errorOf(() => openCell(`${name}a`))).toMatchObject({ code: 'NO_SUCH_CELL' });
    held.set(2);
    expect(held.get()).toBe(2);
  });

  it('takes the names of the threads that it had started with it', async () => {
    const name = label();
    const thread = start({ task: 'obey' });
    await thread.ask('nest', `${name}nested`);
    await thread.ask('create', `${name}inner`);
    await thread.worker.terminate();
    expect(releaseOwned(`${name}nobody`)).toEqual([]);
    expect(releaseOwned(thread.owner)).toEqual([`${name}inner`]);
  });

  it('ends by itself, for no cell and no directory keeps a thread alive', async () => {
    const thread = start({ task: 'obey' });
    await thread.ask('create', label());
    await thread.ask('nest', label());
    thread.worker.postMessage(['close', '']);
    const ended = await Promise.race([thread.exit, once(thread.worker, 'error')]);
    expect(ended).toEqual([0]);
  });
});

describe('a cell in an event', () => {
  const codec = createCodec([cellExtension]);

  it('arrives as a working one, also when it was unlinked meanwhile', async () => {
    const thread = start({ task: 'obey' });
    const cell = createCell(label(), { initial: 10 });
    const encoded = codec.encode({ type: 'TAKE', cell });
    cell.unlink();
    expect(await thread.ask('takeCell', encoded)).toBe(11);
    expect(cell.get()).toBe(11);
  });

  it('may be a segment', async () => {
    const thread = start({ task: 'obey' });
    const segment = keep(createSegment(label(), 3));
    expect(await thread.ask('takeSegment', codec.encode({ segment }))).toBe(3);
    expect([...new Uint8Array(segment.buffer)]).toEqual([7, 7, 7]);
  });

  it('unlinks the name that it came from, and no later one', () => {
    const name = label();
    const cell = createCell(name);
    const { copy } = codec.decode(codec.encode({ copy: cell })) as { readonly copy: typeof cell };
    copy.unlink();
    keep(createCell(name));
    copy.unlink();
    cell.unlink();
    expect(openCell(name).get()).toBe(0);
  });

  it('is refused when its handle was closed, and when it comes as rubbish', () => {
    const cell = keep(createCell(label()));
    cell.close();
    expect(errorOf(() => cellExtension.describe(cell))).toMatchObject({ code: 'CELL_CLOSED' });
    for (const rubbish of [null, 1, {}, { kind: 'cell', buffer: new ArrayBuffer(8) }]) {
      expect(errorOf(() => cellExtension.revive(rubbish))).toMatchObject({ code: 'BAD_FRAME' });
    }
  });
});

describe('memory', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;

  it('is given back when the last handle was closed and the name unlinked, also by threads that only looked on', async () => {
    const onlooker = start({ task: 'obey' });
    const name = label();
    const bytes = 16 * 2 ** 20;
    await onlooker.ask('open', name);
    const before = process.memoryUsage.rss();
    for (let round = 0; round < 40; round += 1) {
      const segment = createSegment(name, bytes);
      new Uint8Array(segment.buffer).fill(1);
      segment.close();
      segment.unlink();
      expect(await onlooker.ask('size', name)).toBe('NO_SUCH_CELL');
      await turn();
      collect();
      await onlooker.ask('collect', '');
    }
    expect(process.memoryUsage.rss() - before).toBeLessThan(20 * bytes);
  });

  it('is not held by a closed handle', async () => {
    const segment = createSegment(label(), 1000);
    const memory = new WeakRef(segment.buffer);
    segment.unlink();
    segment.close();
    await turn();
    collect();
    expect(memory.deref()).toBe(undefined);
    expect(segment.byteLength).toBe(1000);
  });
});

describe('the ledger under the names', () => {
  const listing = () => {
    const changes: string[] = [];
    return {
      changes,
      apply: (change: string) => void changes.push(change),
      state: () => [...changes],
      restore: (state: readonly string[]) => void changes.splice(0, changes.length, ...state),
    };
  };

  it('decides again when another was first, on what is true then', () => {
    const [left, right] = [listing(), listing()];
    const one = createLedger(left);
    const two = joinLedger(right, one.share());
    const seen: string[][] = [];
    one.commit(() => {
      seen.push([...left.changes]);
      if (seen.length === 1) two.commit(() => 'two');
      return 'one';
    });
    two.advance();
    expect(seen).toEqual([[], ['two']]);
    expect([left.changes, right.changes]).toEqual([
      ['two', 'one'],
      ['two', 'one'],
    ]);
  });

  it('brings a thread that joins all that came after its share, from each thread, also from those that join meanwhile', () => {
    const [left, middle, right] = [listing(), listing(), listing()];
    const one = createLedger(left);
    const two = joinLedger(middle, one.share());
    one.commit(() => 'early');
    const forThree = one.share();
    one.commit(() => 'by one');
    two.commit(() => 'by two');
    const forFour = two.share();
    const last = listing();
    const four = joinLedger(last, forFour);
    four.commit(() => 'by four');
    const three = joinLedger(right, forThree);
    three.advance();
    three.commit(() => 'by three');
    four.advance();
    const all = ['early', 'by one', 'by two', 'by four', 'by three'];
    expect([right.changes, last.changes]).toEqual([all, all]);
  });

  it('shares again what was made while it shared', () => {
    const [left, middle, right] = [listing(), listing(), listing()];
    const one = createLedger(left);
    const two = joinLedger(middle, one.share());
    let three: ReturnType<typeof joinLedger<string, readonly string[]>> | undefined;
    one.commit(() => {
      three ??= joinLedger(right, two.share());
      return 'one';
    });
    three?.advance();
    expect(right.changes).toEqual(['one']);
  });

  it('commits nothing when there is nothing to commit', () => {
    const left = listing();
    expect(createLedger(left).commit(() => undefined)).toBe(undefined);
    expect(left.changes).toEqual([]);
  });
});
