// Cells: named numbers in shared memory, each operation atomic and seen by all threads in one order. A cell holds any finite number
// (each safe integer exactly; -0 becomes 0) as the 64 bits of a double, alone on 64 bytes, so that threads at different cells do
// not slow each other. A cell wakes nobody: to wait for a value, let its writer send an event.
import { TroupeError } from '../errors.ts';
import { lookUp, register } from './directory.ts';
import type { Block } from './directory.ts';
import { modelledCells } from './modelled.ts';
import { blockOf, checkName, segmentOf, shown } from './segment.ts';

/** A named number in shared memory, as this thread holds it. Every method but `close` and `unlink` throws `CELL_CLOSED` after `close`. */
export interface Cell {
  readonly name: string;
  /** The number that it holds, as latest put in by any thread. */
  get(): number;
  /** Puts a number in; every `get` after this returned, in any thread, sees it or a later one. */
  set(value: number): void;
  /** Puts a number in and gives the one that was there. */
  exchange(value: number): number;
  /** Puts `next` in if the number is `expected`, and says whether it did. */
  compareAndSet(expected: number, next: number): boolean;
  /** Adds a number and gives the sum. */
  add(amount: number): number;
  /** Gives up this handle; other handles and the name stay. A second call does nothing. */
  close(): void;
  /** Makes the name unknown in every thread; open handles, this one too, go on working. Does nothing if it was unlinked already. */
  unlink(): void;
  /** The same as `close`, for `using`. */
  [Symbol.dispose](): void;
}

/** How a cell begins. */
export interface CellOptions {
  /**
   * The number that it holds at first.
   *
   * @defaultValue 0
   */
  readonly initial?: number;
}

/**
 * Makes a cell; its name is known in every thread, with `initial` in it, before this returns.
 *
 * @remarks
 * It belongs to the thread that made it: what that thread has not unlinked when it ends is unlinked for it, and reported. A cell may
 * travel inside an event and arrives as a working one. A thread that was not started by troupe, and was given nothing, has names of
 * its own; other processes share no memory. The words `close` and `unlink` are those of Python's
 * {@link https://docs.python.org/3/library/multiprocessing.shared_memory.html | shared_memory}.
 *
 * @param name - At least one character; segments have the same space of names.
 * @returns A handle, of which each thread may have several.
 *
 * @throws `CELL_EXISTS` if the name is taken (of threads that try at the same moment, one
 * succeeds) and `INVALID_ARGUMENT` for an empty name or a number that is not finite, as all its methods do.
 *
 * @example
 * ```ts
 * import { createCell, openCell } from 'troupe/shared';
 *
 * const hand = createCell('hand of Alice');
 * openCell('hand of Alice').set(4); // in any thread
 * console.log(hand.get()); // 4
 * hand.close();
 * hand.unlink();
 * ```
 */
export function createCell(name: string, { initial = 0 }: CellOptions = {}): Cell {
  checkName('cell', name);
  modelledCells()?.refuse(name);
  const buffer = new SharedArrayBuffer(cellBytes);
  new BigInt64Array(buffer)[0] = toBits(name, initial);
  return cellOf(register('cell', name, buffer));
}

/**
 * Opens a cell that any thread has made.
 *
 * @returns A handle, of which each thread may have several.
 *
 * @remarks
 * Synchronous, so also for guards and actions.
 *
 * @throws `NO_SUCH_CELL`, with the names that are known, if there is none of that name; `INVALID_ARGUMENT` for an empty name.
 *
 * @example
 * ```ts
 * import { createCell, openCell } from 'troupe/shared';
 *
 * createCell('tickets', { initial: 100 });
 * const tickets = openCell('tickets');
 * const left = tickets.get();
 * const sold = left > 0 && tickets.compareAndSet(left, left - 1);
 * ```
 */
export function openCell(name: string): Cell {
  checkName('cell', name);
  return modelledCells()?.open(name) ?? cellOf(lookUp('cell', name));
}

/** A new handle of a cell's block. */
export function cellOf(block: Block): Cell {
  const { name } = block;
  const segment = segmentOf(block);
  let word: BigInt64Array | undefined = new BigInt64Array(block.buffer, 0, 1);
  const words = (): BigInt64Array => word ?? new BigInt64Array(segment.buffer); // which throws CELL_CLOSED
  const close = (): void => {
    word = undefined;
    segment.close();
  };
  const cell: Cell = {
    name,
    get: () => toNumber(Atomics.load(words(), 0)),
    set(value) {
      Atomics.store(words(), 0, toBits(name, value));
    },
    exchange: (value) => toNumber(Atomics.exchange(words(), 0, toBits(name, value))),
    compareAndSet(expected, next) {
      const before = toBits(name, expected);
      return Atomics.compareExchange(words(), 0, before, toBits(name, next)) === before;
    },
    add(amount) {
      checkNumber(name, amount);
      for (;;) {
        const before = Atomics.load(words(), 0);
        const sum = toNumber(before) + amount;
        if (Atomics.compareExchange(words(), 0, before, toBits(name, sum)) === before) return sum;
      }
    },
    close,
    unlink: segment.unlink,
    [Symbol.dispose]: close,
  };
  const blockOfSegment = blockOf.get(segment);
  if (blockOfSegment !== undefined) blockOf.set(cell, blockOfSegment);
  return Object.freeze(cell);
}

/** What a cell holds, read from its memory. */
export function valueOfCell(buffer: SharedArrayBuffer): number {
  return toNumber(Atomics.load(new BigInt64Array(buffer, 0, 1), 0));
}

/** What a cell takes, so that no two of them share a line of a processor's cache. */
const cellBytes = 64;

// A number and its 64 bits, by one scratch word of this thread: Atomics know integers only.
const scratch = new Float64Array(1);
const scratchBits = new BigInt64Array(scratch.buffer);

function toBits(name: string, value: number): bigint {
  checkNumber(name, value);
  scratch[0] = value + 0; // -0 becomes 0: they are equal, so compareAndSet must not tell them apart
  return scratchBits[0] as bigint; // of an array of one word
}

function toNumber(bits: bigint): number {
  scratchBits[0] = bits;
  return scratch[0] as number; // of an array of one word
}

function checkNumber(name: string, value: unknown): void {
  if (Number.isFinite(value)) return;
  throw new TroupeError(
    'INVALID_ARGUMENT',
    `Cannot put ${shown(value)} into cell '${name}': a cell holds a finite number. Put data into an event, or into a segment.`,
    { details: { name } },
  );
}
