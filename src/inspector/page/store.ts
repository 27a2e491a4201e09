// What the whole page looks at: the recording as it is known, the moment, the actor and the message that are looked at, and what the user set. Views read these
// signals and write the ones that say what is looked at; only the intake adds to the timeline. No DOM: it loads in Node, too.
import { batch, computed, signal } from '@preact/signals';
import type { ActorKey } from '../records.ts';
import { messageNumbered, createTimeline, NO_RECORDING, type Timeline } from '../timeline.ts';

/** A recording without a record, shown until there is one. */
export const emptyTimeline = (): Timeline => createTimeline(NO_RECORDING);

/**
 * All records, indexed. It is the same object while records are added to it: `revision` tells of those. Another one means another recording, or the same one with its
 * beginning folded into a base: places in it mean nothing any more, keys and numbers of messages still do.
 */
export const timeline = signal<Timeline>(emptyTimeline());

/** Counts the batches that were added, at most one per frame. Read it where a view depends on what the timeline holds. */
export const revision = signal(0);

/** The timeline for a view that depends on what it holds: it is drawn again with each batch. */
export function currentTimeline(): Timeline {
  void revision.value;
  return timeline.value;
}

/** The moment looked at, in milliseconds since the recording's epoch; none means the end, live. To pause is to look at the moment when one paused. */
export const moment = signal<number | undefined>(undefined);

/** Whether what is shown follows what happens. */
export const live = computed(() => moment.value === undefined);

export const chosen = signal<ActorKey | undefined>(undefined);

/** The number of the message that is looked at. */
export const chosenMessage = signal<number | undefined>(undefined);

/** What the user filters actors, messages and log by. */
export const filter = signal('');

export interface Settings {
  readonly theme: 'auto' | 'light' | 'dark';
  /** Which way statecharts run. */
  readonly direction: 'down' | 'right';
  /** Actors that ended a while ago are shown, too. */
  readonly showEnded: boolean;
}

export const settings = signal<Settings>({ theme: 'auto', direction: 'down', showEnded: false });

export function change(what: Partial<Settings>): void {
  settings.value = { ...settings.value, ...what };
}

/** Looks at a message, and at the moment when it was sent. */
export function lookAt(message: number): void {
  const entry = messageNumbered(timeline.value, message);
  if (!entry) return;
  batch(() => {
    chosenMessage.value = message;
    moment.value = entry.at;
  });
}

/** Freezes what is shown as it is now. */
export function pause(): void {
  const { end } = timeline.value;
  if (moment.value === undefined && Number.isFinite(end)) moment.value = end;
}

/** Follows what happens again. */
export function goLive(): void {
  batch(() => {
    moment.value = undefined;
    chosenMessage.value = undefined;
  });
}
