// Takes records in as they come and adds them to the timeline, a little per frame, so that a flood of them never blocks the page. A recording that was loaded is shown
// instead of what is live, which goes on meanwhile. No DOM: it is given its frames and its clock.
import { batch, signal } from '@preact/signals';
import { createBase } from '../base.ts';
import type { JournalLimits } from '../journal.ts';
import type { Recording } from '../recording.ts';
import type { InspectorRecord, RecordingHeader } from '../records.ts';
import { append, createTimeline, trimTimeline, type Timeline } from '../timeline.ts';
import { chosen, chosenMessage, emptyTimeline, moment, revision, timeline } from './store.ts';

export interface Intake {
  /** Begins anew: what came before is forgotten once the first records are there, so that nothing flickers. */
  begin(header: RecordingHeader): void;
  /** Takes records in; they are shown with one of the next frames. */
  take(records: readonly InspectorRecord[]): void;
  /** Forgets what happened until now, and keeps what there is. */
  clear(): void;
  /** Shows a recording instead of what is live. */
  open(recording: Recording & { readonly header: RecordingHeader }, name: string): void;
  /** Shows what is live again. */
  close(): void;
}

/** A recording that is shown instead of what is live. */
export interface Loaded {
  readonly name: string;
  readonly problem: string | undefined;
}

/** The recording that is shown, if it is not live. */
export const loaded = signal<Loaded | undefined>(undefined);

export interface IntakeOptions {
  /** Calls back with the next frame, also while the page is hidden. */
  readonly schedule: (callback: () => void) => void;
  readonly now: () => number;
  readonly hidden?: () => boolean;
  readonly limits?: JournalLimits;
}

/** What the page keeps: twice as much while it looks back, so that what it looks at does not vanish soon. */
const PAGE_LIMITS: JournalLimits = { records: 400_000, size: 96 * 1024 * 1024 };

export function createIntake({ schedule, now, hidden = () => false, limits = PAGE_LIMITS }: IntakeOptions): Intake {
  let current: Timeline = emptyTimeline();
  let coming: RecordingHeader | undefined;
  let waiting: InspectorRecord[] = [];
  let taken = 0;
  let scheduled = false;
  let last = 0;
  let shown = -Infinity;

  return {
    begin(header) {
      coming = header;
      waiting = [];
      taken = 0;
      plan();
    },
    take(records) {
      if (records.length === 0) return;
      waiting = waiting.length === 0 ? [...records] : waiting.concat(records);
      plan();
      // a hidden page is called back once in a second or a minute, while records come all the time
      if (hidden() && now() - last > HIDDEN_EVERY) drain(HIDDEN_BUDGET);
    },
    clear() {
      const base = createBase();
      for (const record of current.records) base.absorb(record);
      replace(
        createTimeline(
          current.header,
          base.records().filter(({ type }) => type !== 'gap'),
        ),
      );
      if (!loaded.value) show();
    },
    open({ header, records, problem }, name) {
      batch(() => {
        loaded.value = { name, problem };
        look(createTimeline(header, records));
      });
    },
    close() {
      batch(() => {
        loaded.value = undefined;
        look(current);
      });
    },
  };

  function plan(): void {
    if (scheduled) return;
    scheduled = true;
    schedule(() => {
      scheduled = false;
      drain(hidden() ? HIDDEN_BUDGET : FRAME_BUDGET);
    });
  }

  function drain(budget: number): void {
    const until = now() + budget;
    if (coming) {
      replace(createTimeline(coming));
      coming = undefined;
    }
    while (taken < waiting.length) {
      const records = taken === 0 && waiting.length <= AT_ONCE ? waiting : waiting.slice(taken, taken + AT_ONCE);
      append(current, records);
      taken += records.length;
      if (now() >= until) break;
    }
    if (taken >= waiting.length) {
      waiting = [];
      taken = 0;
    } else plan();
    const factor = moment.value === undefined ? 1 : 2;
    replace(trimTimeline(current, { records: limits.records * factor, size: limits.size * factor }));
    last = now();
    // in a flood the time goes to the records: the views are drawn again a few times a second
    const flood = waiting.length > 0 && last - shown < FLOOD_EVERY;
    if (!loaded.value && !flood) show();
  }

  function replace(next: Timeline): void {
    current = next;
  }

  function show(): void {
    shown = now();
    batch(() => {
      timeline.value = current;
      revision.value += 1;
    });
  }
}

/** How long the page may work per frame, in milliseconds; a hidden one has no frames to lose. */
const FRAME_BUDGET = 8;
const HIDDEN_BUDGET = 50;
const HIDDEN_EVERY = 250;
const FLOOD_EVERY = 100;
/** How many records are added between two looks at the clock. */
const AT_ONCE = 500;

/** Shows another recording, from its end. */
function look(next: Timeline): void {
  timeline.value = next;
  revision.value += 1;
  moment.value = undefined;
  chosen.value = undefined;
  chosenMessage.value = undefined;
}
