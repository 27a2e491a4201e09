// What actors show: the latest of each at most ten times a second, and only if it reads otherwise than what was told before.
import type { Snapshot } from 'xstate';
import type { Cast, Entry } from './cast.ts';
import { describeFields } from './describe.ts';
import { createLimiter } from './rates.ts';
import type { InspectorRecord } from './records.ts';
import type { Redact } from './redact.ts';

export interface Snapshots {
  /** An actor shows this from a moment on. */
  offer(entry: Entry, snapshot: Snapshot<unknown>, at: number): void;
  /** Tells what has waited long enough; all of it if the end has come. */
  tick(isEnd?: boolean): void;
  /** Tells what an actor showed last, now, and then forgets it. */
  finish(entry: Entry): void;
}

export interface SnapshotsOptions {
  readonly cast: Cast;
  readonly redact: Redact;
  readonly clock: () => number;
  put(record: InspectorRecord): void;
}

const PERIOD = 100;
const LENGTH = 16_384;

/** A snapshot, and when it was that. */
interface Shown {
  readonly snapshot: Snapshot<unknown>;
  readonly at: number;
}

export function createSnapshots({ cast, redact, clock, put }: SnapshotsOptions): Snapshots {
  const shownAs = new WeakMap<Entry, string>();
  const { labelOf } = cast;
  const limiter = createLimiter<Entry, Shown>({
    period: PERIOD,
    clock,
    tell(entry, { snapshot, at }) {
      const isTold = (snapshot as { readonly isMachine?: unknown }).isMachine === true;
      const without = isTold ? isNoToldState : isNoState;
      const text = describeFields(snapshot, { redact, labelOf, length: LENGTH, without }) ?? '{}';
      if (shownAs.get(entry) === text) return;
      shownAs.set(entry, text);
      put({ type: 'snapshot', at, actor: entry.key, snapshot: text });
    },
  });
  return {
    offer: (entry, snapshot, at) => limiter.offer(entry, { snapshot, at }),
    tick: limiter.tick,
    finish(entry) {
      limiter.release(entry);
      limiter.forget(entry);
      shownAs.delete(entry);
    },
  };
}

/** What a snapshot holds that its machine says already, and what only code can use. */
const isNoState = (key: string): boolean => key.startsWith('_') || NO_STATE.has(key);

const NO_STATE = new Set(['machine', 'tags', 'historyValue', 'matches', 'hasTag', 'can', 'getMeta', 'toJSON']);

/** Of one elsewhere more is told than it has at home. */
const isNoToldState = (key: string): boolean => isNoState(key) || NO_TOLD_STATE.has(key);

const NO_TOLD_STATE = new Set(['isMachine', 'meta', 'version']);
