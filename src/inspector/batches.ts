// Records on their way to who looks: in batches, each at most 50 ms old.
import { guarded } from './guarded.ts';
import type { InspectorRecord } from './records.ts';

export interface Batches {
  put(record: InspectorRecord): void;
  /** Whether a record is not on its way yet, so that it can still be mended. */
  holds(record: InspectorRecord): boolean;
  /** Has them leave from now on, first what there is. */
  begin(): void;
  /** What there is leaves, and nothing more is taken. */
  end(): void;
}

export interface BatchesOptions {
  readonly schedule: (task: () => void, delay: number) => () => void;
  /** Puts what is due before a batch leaves. */
  complete(): void;
  take(records: readonly InspectorRecord[]): void;
}

/** How often batches leave, in milliseconds. */
const PERIOD = 50;
/** A batch of so many leaves at once. */
const SIZE = 5000;

export function createBatches({ schedule, complete, take }: BatchesOptions): Batches {
  let batch: InspectorRecord[] = [];
  let cancel: (() => void) | undefined;
  let isOver = false;
  let isCompleting = false;
  return {
    put(record) {
      if (isOver) return;
      batch.push(record);
      if (batch.length >= SIZE) flush();
    },
    holds: (record) => batch.includes(record),
    begin() {
      deliver();
      tick();
    },
    end() {
      flush();
      isOver = true;
      cancel?.();
    },
  };

  function tick(): void {
    cancel = schedule(() => {
      flush();
      if (!isOver) tick();
    }, PERIOD);
  }

  function flush(): void {
    // what completes a batch belongs to it, however much that is
    if (isOver || isCompleting) return;
    isCompleting = true;
    guarded(complete);
    isCompleting = false;
    deliver();
  }

  function deliver(): void {
    if (batch.length === 0) return;
    const records = batch;
    batch = [];
    guarded(() => take(records));
  }
}
