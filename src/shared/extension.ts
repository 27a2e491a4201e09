// Cells, segments and locks as data: inside an event, an input or an output they arrive as working handles, also if they were unlinked
// meanwhile. The shared memory itself travels, so only links between threads carry them; the others refuse.
import type { Extension } from '../codec.ts';
import { TroupeError } from '../errors.ts';
import { cellOf } from './cell.ts';
import type { Block } from './directory.ts';
import { lockOf } from './lock.ts';
import { blockOf, segmentOf } from './segment.ts';

/** Tells the codec of cells, segments and locks. */
export const cellExtension: Extension = {
  tag: 'cell',
  test: (value) => blockOf.has(value),
  /** Throws `CELL_CLOSED` for a handle that was closed. */
  describe: (value) => blockOf.get(value)?.(),
  revive(data) {
    if (!isBlock(data)) {
      throw new TroupeError(
        'BAD_FRAME',
        'Cannot take up a cell, segment or lock: what came is no shared memory of this process.',
      );
    }
    return handles[data.kind](data);
  },
};

const handles = { cell: cellOf, segment: segmentOf, lock: lockOf };

function isBlock(data: unknown): data is Block {
  if (typeof data !== 'object' || data === null) return false;
  const { id, directory, name, kind, buffer } = data as { readonly [Key in keyof Block]?: unknown };
  return (
    typeof id === 'bigint' &&
    typeof directory === 'string' &&
    typeof name === 'string' &&
    buffer instanceof SharedArrayBuffer &&
    (kind === 'segment' ||
      ((kind === 'cell' || kind === 'lock') && buffer.byteLength >= BigInt64Array.BYTES_PER_ELEMENT))
  );
}
