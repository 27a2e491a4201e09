// Takes records in as they come and adds them to the timeline, a little per frame, so that a flood of them never blocks the page. A recording that was loaded is shown
// instead of what is live, which goes on meanwhile. No DOM: it is given its frames and its clock.
import { batch, signal } from '@preact/signals';
import { createBase } from '../base.ts';
import type { JournalLimits } from '../journal.ts';
import type { Recording } from '../recording.ts';
import type { InspectorRecord, RecordingHeader } from '../records.ts';
import { append, createTimeline, type Timeline } from '../timeline.ts';
import { createTrimming, isWithin, type Trimming } from '../trimming.ts';
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

/** Whether more comes than anybody can read: what moves then would only cost. */
export const flooded = signal(false);

export interface IntakeOptions {
  /** Calls back with the next frame, also while the page is hidden. */
  readonly schedule: (callback: () => void) => void;
  readonly now: () => number;
  /** Calls back after some milliseconds; with the next frame, unless it is given. */
  readonly after?: (milliseconds: number, callback: () => void) => unknown;
  readonly hidden?: () => boolean;
  /** Told of a timeline that will be shown, as it is made: what is long can be done before. */
  readonly prepare?: (timeline: Timeline) => void;
  /** Told of the timeline that is shown, or will be, when it has grown: what is long can be done while its records are at hand. */
  readonly grown?: (timeline: Timeline) => void;
  readonly limits?: JournalLimits;
}

/** What the page keeps: twice as much while it looks back, so that what it looks at does not vanish soon. */
const PAGE_LIMITS: JournalLimits = { records: 400_000, size: 96 * 1024 * 1024 };

export function createIntake(options: IntakeOptions): Intake {
  const { schedule, now, after = (_, callback) => schedule(callback), hidden = () => false } = options;
  const { limits = PAGE_LIMITS, prepare, grown } = options;
  let current: Timeline = emptyTimeline();
  let trimming: Trimming | undefined;
  let coming: RecordingHeader | undefined;
  let waiting: readonly InspectorRecord[] = [];
  let taken = 0;
  let scheduled = false;
  let last = 0;
  /** When something came, and when it was shown, the last time. */
  let came = -Infinity;
  let shown = -Infinity;
  /** How many records were added since. */
  let fresh = 0;
  let isNew = false;
  let late = false;

  return {
    begin(header) {
      coming = header;
      waiting = [];
      taken = 0;
      fresh = 0;
      isNew = true;
      shown = now();
      plan();
    },
    take(records) {
      if (records.length === 0) return;
      came = now();
      waiting = taken >= waiting.length ? records : waiting.slice(taken).concat(records);
      taken = 0;
      // in a flood, frames would cost more than what is done in them, and what has just been read is at hand
      if (fresh > FEW && !coming) drain(FRAME_BUDGET);
      else plan();
      // a hidden page is called back once in a second or a minute, while records come all the time
      if (hidden() && now() - last > HIDDEN_EVERY) drain(LONG_BUDGET);
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
    const work = () => {
      scheduled = false;
      drain(hidden() || isNew ? LONG_BUDGET : FRAME_BUDGET);
    };
    // in a flood that is kept up with, a frame each would cost more than what is done in it
    if (fresh > FEW && taken === 0) after(FLOOD_TAKEN_EVERY, work);
    else schedule(work);
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
      fresh += records.length;
      grown?.(current);
      if (now() >= until) break;
    }
    if (taken >= waiting.length) {
      waiting = [];
      taken = 0;
    } else plan();
    trim(until);
    last = now();
    // before any of it is drawn, for each frame of what moves costs
    if (fresh > FEW && !loaded.value) flooded.value = true;
    showInTime();
  }

  function replace(next: Timeline): void {
    current = next;
    trimming = undefined;
  }

  /** Begins the timeline anew from a base when it is too long: a little with each of many frames, for there is much to go through. */
  function trim(until: number): void {
    const factor = moment.value === undefined ? 1 : 2;
    const most = { records: limits.records * factor, size: limits.size * factor };
    if (isWithin(current, most)) trimming = undefined;
    else trimming ??= createTrimming(current, most);
    if (!trimming) return;
    const next = trimming;
    // it goes on faster than what it follows, or it would never be done
    const enough = Math.max(until, now() + TRIM_BUDGET);
    const isDone = next.advance(() => {
      prepare?.(next.timeline);
      return now() >= enough;
    });
    if (isDone) replace(next.timeline);
    else plan();
  }

  /** A few records are shown at once. In a flood nobody can read what would be drawn with each frame, and the time goes to the records. */
  function showInTime(): void {
    if (late || loaded.value) return;
    const next = shown + (fresh > MANY ? TORRENT_EVERY : FLOOD_EVERY);
    const rest = fresh <= FEW ? 0 : Math.min(next, came + (isNew ? QUIET_AT_FIRST : QUIET)) - now();
    if (rest <= 0 && (waiting.length === 0 || now() >= next)) {
      show();
      return;
    }
    // the next frame asks again
    if (rest <= 0) return;
    late = true;
    after(rest, () => {
      late = false;
      showInTime();
    });
  }

  function show(): void {
    batch(() => {
      flooded.value = fresh > FEW;
      timeline.value = current;
      revision.value += 1;
    });
    shown = now();
    fresh = 0;
    isNew = false;
  }
}

/** How long the page may work per frame, in milliseconds; one that is hidden, or shows nothing yet, has no frames to lose. */
const FRAME_BUDGET = 8;
const LONG_BUDGET = 50;
const TRIM_BUDGET = 4;
const HIDDEN_EVERY = 250;
/** How many records are no flood. */
const FEW = 30;
const FLOOD_EVERY = 250;
/** How many records are more than a flood: it comes as fast as it can be taken in, and to draw on the way would only delay it. */
const MANY = 5000;
const TORRENT_EVERY = 1000;
const FLOOD_TAKEN_EVERY = 40;
/** A flood is over when nothing came for so long: records come in batches, 50 ms apart. */
const QUIET = 70;
const QUIET_AT_FIRST = 20;
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
