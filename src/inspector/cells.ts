// The cells that this thread knows, with their values as they are looked at: what has changed since they were looked at last is told.
import { valueOfCell } from '../shared/cell.ts';
import { listCells } from '../shared/directory.ts';
import type { InspectorRecord } from './records.ts';

export interface Cells {
  /** Looks at all; at most each millisecond, and where there are many only if `isDue`. */
  look(isDue: boolean): void;
}

interface Known {
  readonly id: bigint;
  value: number;
}

export function createCells(clock: () => number, put: (record: InspectorRecord) => void): Cells {
  const known = new Map<string, Known>();
  let lookedAt = -Infinity;
  return {
    look(isDue) {
      const at = clock();
      if (!isDue && (at - lookedAt < 1 || known.size > MANY)) return;
      lookedAt = at;
      const gone = new Set(known.keys());
      for (const { id, name, buffer } of listCells()) {
        gone.delete(name);
        const value = valueOfCell(buffer);
        const before = known.get(name);
        if (before?.id === id && before.value === value) continue;
        known.set(name, { id, value });
        put({ type: 'cell', at, cell: name, value });
      }
      for (const name of gone) {
        known.delete(name);
        put({ type: 'cell', at, cell: name });
      }
    },
  };
}

const MANY = 100;
