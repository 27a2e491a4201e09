// Where hosted actors live: they have their place when they start, and that is after they were told of.
import { nodeOf } from '../address.ts';
import { mirrorOf } from '../mirror.ts';
import { statusOf } from '../xstate.ts';
import type { Cast, Entry } from './cast.ts';
import type { InspectorRecord } from './records.ts';

export interface Places {
  /** An actor is told of for the first time. */
  watch(entry: Entry): void;
  /** Says of those that have their place by now where it is. */
  tell(at: number): void;
}

export interface PlacesOptions {
  readonly cast: Cast;
  /** Whether a record is not on its way yet, so that it can still be mended. */
  holds(record: InspectorRecord): boolean;
}

export function createPlaces({ cast, holds }: PlacesOptions): Places {
  const unplaced = new Set<Entry>();
  return {
    watch(entry) {
      const mirror = mirrorOf(entry.ref);
      if (mirror?.owns && !mirror.line) unplaced.add(entry);
    },
    tell(at) {
      for (const entry of unplaced) {
        if (!entry.isEnded && statusOf(entry.ref) === 'not-started') continue;
        unplaced.delete(entry);
        const line = entry.isEnded ? undefined : mirrorOf(entry.ref)?.line;
        if (!line) continue;
        const node = nodeOf(line.address);
        if (entry.told.node !== node && holds(entry.told)) entry.told.node = node;
        cast.refresh(entry, at, node);
      }
    },
  };
}
