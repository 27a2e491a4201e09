// What pages look at: a system that runs, which is recorded while anybody looks and a little longer, for a page that is loaded anew; or a recording, which is all there.
import { randomUUID } from 'node:crypto';
import type { AnyEventObject } from 'xstate';
import { createJournal, JOURNAL_LIMITS, type JournalLimits } from './journal.ts';
import type { Show } from './page-session.ts';
import type { ActorKey, InspectorRecord, RecordingHeader } from './records.ts';
import { clearTimeout, setTimeout } from '../surroundings.ts';

/** What is recorded from, of the collector. */
export interface Recordable {
  readonly header: RecordingHeader;
  look(take: (records: readonly InspectorRecord[]) => void): () => void;
  send(actor: ActorKey, event: AnyEventObject): void;
}

export interface LiveShow extends Show {
  /** Records no longer; what was recorded can still be told. */
  close(): void;
}

/** How long is recorded after the last page has left, in milliseconds. */
const LINGER = 5000;

/** Shows a system that runs. All pages share one recording of it. */
export function showLive(
  collector: Recordable,
  {
    limits = JOURNAL_LIMITS,
    allowSend = false,
    linger = LINGER,
  }: { readonly limits?: JournalLimits; readonly allowSend?: boolean; readonly linger?: number } = {},
): LiveShow {
  const journal = createJournal(limits);
  const looking = new Set<() => void>();
  let isClosed = false;
  let stop: (() => void) | undefined;
  /** When the last recording ended, in its own time. */
  let since: number | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const sinceEpoch = () => Date.now() - collector.header.epoch;
  const record = () => {
    if (since !== undefined) take([{ type: 'gap', reason: 'not-recorded', at: sinceEpoch(), since }]);
    stop = collector.look(take);
  };
  const rest = () => {
    stop?.();
    stop = undefined;
    since = sinceEpoch();
  };
  return {
    session: randomUUID(),
    header: collector.header,
    journal,
    look(told) {
      clearTimeout(timer);
      const tell = () => told();
      looking.add(tell);
      if (!isClosed && !stop) record();
      return () => {
        if (!looking.delete(tell) || looking.size > 0 || isClosed) return;
        timer = setTimeout(rest, linger);
        timer.unref();
      };
    },
    ...(allowSend ? { send: (actor: ActorKey, event: AnyEventObject) => collector.send(actor, event) } : {}),
    close() {
      isClosed = true;
      clearTimeout(timer);
      rest();
    },
  };

  function take(records: readonly InspectorRecord[]): void {
    journal.push(records);
    for (const tell of looking) tell();
  }
}

/** Shows a recording. */
export function showRecording(header: RecordingHeader, records: readonly InspectorRecord[]): Show {
  const journal = createJournal({ records: Infinity, size: Infinity });
  journal.push(records);
  return { session: randomUUID(), header, journal, look: () => () => {} };
}
