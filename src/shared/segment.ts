// Named segments of shared memory: made in one thread, opened by name in any other, at once. The words are Python's
// `shared_memory`: `close` gives up this handle, `unlink` makes the name unknown everywhere; the memory lives while a handle,
// a typed array over it or an event under way holds it. A segment orders nothing: use Atomics on it, or a cell.
import { TroupeError } from '../errors.ts';
import { forget, lookUp, opener, register } from './directory.ts';
import type { Block } from './directory.ts';

/** A named piece of shared memory, as this thread holds it. */
export interface Segment {
  readonly name: string;
  /** In bytes. */
  readonly byteLength: number;
  /** The memory, for typed arrays and `Atomics`; throws `CELL_CLOSED` after `close`. */
  readonly buffer: SharedArrayBuffer;
  /** Gives up this handle; other handles and the name stay. A second call does nothing. */
  close(): void;
  /** Makes the name unknown in every thread; open handles, this one too, go on working. Does nothing if it was unlinked already. */
  unlink(): void;
  /** The same as `close`, for `using`. */
  [Symbol.dispose](): void;
}

/**
 * Makes a segment of zeroed shared memory; its name is known in every thread before this returns.
 *
 * @remarks
 * Cells and segments share one space of names. A thread that was not started by troupe, and was given nothing, has names of its own.
 * It follows Python's {@link https://docs.python.org/3/library/multiprocessing.shared_memory.html | shared_memory}.
 *
 * @param name - At least one character.
 * @param byteLength - A whole number of bytes, from 1 up.
 * @returns A handle, of which each thread may have several.
 *
 * @throws `CELL_EXISTS` if the name is taken: of threads that try at the same moment, one succeeds; `INVALID_ARGUMENT` for an
 * empty name, or a length that is out of range or more than there is room for.
 *
 * @example
 * ```ts
 * import { createSegment, openSegment } from 'troupe/shared';
 *
 * const pixels = createSegment('pixels', 4 * 640 * 480);
 * new Uint8Array(pixels.buffer).fill(255);
 * console.log(new Uint8Array(openSegment('pixels').buffer)[0]); // 255, in any thread
 * pixels.close();
 * pixels.unlink();
 * ```
 */
export function createSegment(name: string, byteLength: number): Segment {
  checkName('segment', name);
  return segmentOf(register('segment', name, allocate(name, byteLength)));
}

/**
 * Opens a segment, or the memory under a cell, that any thread has made.
 *
 * @returns A handle, of which each thread may have several.
 *
 * @throws `NO_SUCH_CELL`, with the names that are known, if there is none of that name; `INVALID_ARGUMENT` for an empty name.
 *
 * @example
 * ```ts
 * import { createSegment, openSegment } from 'troupe/shared';
 *
 * createSegment('flags', 8);
 * Atomics.store(new Int32Array(openSegment('flags').buffer), 0, 1);
 * ```
 */
export function openSegment(name: string): Segment {
  checkName('segment', name);
  return segmentOf(lookUp('segment', name));
}

/** A new handle of a block. */
export function segmentOf(block: Block): Segment {
  const { name, kind } = block;
  const { byteLength } = block.buffer;
  let buffer: SharedArrayBuffer | undefined = block.buffer;
  // What unlinking needs, without the memory: a closed handle must not keep that.
  const label = { id: block.id, name, directory: block.directory };
  const close = (): void => {
    buffer = undefined;
  };
  const segment: Segment = {
    name,
    byteLength,
    get buffer() {
      if (buffer === undefined) throw closed(kind, name);
      return buffer;
    },
    close,
    unlink: () => void forget(label),
    [Symbol.dispose]: close,
  };
  blockOf.set(segment, () => ({ ...label, kind, buffer: segment.buffer }));
  return Object.freeze(segment);
}

/** The block under each handle that this thread has, or a throw if the handle was closed. */
export const blockOf = new WeakMap<object, () => Block>();

export function checkName(kind: Block['kind'], name: unknown): void {
  if (typeof name === 'string' && name !== '') return;
  throw new TroupeError(
    'INVALID_ARGUMENT',
    `Cannot name a ${kind} ${shown(name)}: a name is a string of at least one character.`,
    { details: { argument: 'name' } },
  );
}

/** A value in the text of an error. */
export function shown(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `'${value}' (string)`;
    case 'number':
    case 'bigint':
    case 'boolean':
    case 'symbol':
      return String(value);
    default:
      return value === null ? 'null' : typeof value;
  }
}

function allocate(name: string, byteLength: unknown): SharedArrayBuffer {
  let cause: unknown;
  if (Number.isInteger(byteLength) && Number(byteLength) >= 1) {
    try {
      return new SharedArrayBuffer(Number(byteLength));
    } catch (error) {
      cause = error;
    }
  }
  const why = cause === undefined ? 'a length is a whole number of bytes, from 1 up' : 'there is not that much room';
  throw new TroupeError('INVALID_ARGUMENT', `Cannot make segment '${name}' ${shown(byteLength)} bytes long: ${why}.`, {
    details: { argument: 'byteLength', name },
    ...(cause === undefined ? {} : { cause }),
  });
}

function closed(kind: Block['kind'], name: string): TroupeError {
  return new TroupeError(
    'CELL_CLOSED',
    `Cannot use ${kind} '${name}': this handle was closed. Open another with ${opener(kind)}('${name}').`,
    { details: { name } },
  );
}
