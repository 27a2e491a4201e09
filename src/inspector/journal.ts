// The latest records, numbered, within bounds. What is kept no longer is folded into a base, so that whoever comes late still learns of all that is there.
import { createBase, type Base } from './base.ts';
import type { InspectorRecord } from './records.ts';

export interface JournalLimits {
  /** How many records are kept. */
  readonly records: number;
  /** How large they may be together, in characters of JSON, roughly. */
  readonly size: number;
}

export interface Journal {
  push(records: readonly InspectorRecord[]): void;
  /** The number of the oldest record that is kept. */
  readonly first: number;
  /** The number that the next record will have. */
  readonly next: number;
  /** What stands for those before the first. */
  base(): readonly InspectorRecord[];
  /** The records from a number on, at most so many of them; undefined if that one is kept no longer, or has not been. */
  since(next: number, atMost?: number): readonly InspectorRecord[] | undefined;
}

export const JOURNAL_LIMITS: JournalLimits = { records: 100_000, size: 32 * 1024 * 1024 };

export function createJournal(limits: JournalLimits = JOURNAL_LIMITS): Journal {
  let kept: InspectorRecord[] = [];
  let first = 0;
  let size = 0;
  const base: Base = createBase();

  return {
    push(records) {
      for (const record of records) {
        kept.push(record);
        size += sizeOf(record);
      }
      if (kept.length > limits.records || size > limits.size) drop();
    },
    get first() {
      return first;
    },
    get next() {
      return first + kept.length;
    },
    base: () => base.records(),
    since(next, atMost = Infinity) {
      if (next < first || next > first + kept.length) return undefined;
      return kept.slice(next - first, next - first + atMost);
    },
  };

  /** A tenth more than needed, so that the rest is moved seldom. */
  function drop(): void {
    const records = limits.records * 0.9;
    const most = limits.size * 0.9;
    let count = 0;
    while (count < kept.length && (kept.length - count > records || size > most)) {
      const record = kept[count] as InspectorRecord;
      base.absorb(record);
      size -= sizeOf(record);
      count += 1;
    }
    kept = kept.slice(count);
    first += count;
  }
}

/** What a record takes, roughly: its texts, and a word for the rest. */
export function sizeOf(record: InspectorRecord): number {
  if (record.type === 'snapshot') return SMALL + record.snapshot.length;
  if (record.type === 'sent') return SMALL + (record.body?.length ?? 0);
  return SMALL;
}

const SMALL = 100;
