// What the whole page looks at: the recording as it is known, the moment, the actor and the message that are looked at, and what the user set. Views read these
// signals and write the ones that say what is looked at; only the intake adds to the timeline. No DOM: it loads in Node, too.
import { signal } from '@preact/signals';
import type { ActorKey } from '../records.ts';

export interface Timeline {}

/** All records, indexed. It is the same object while records are added to it: `revision` tells of those. Another one means that another recording is shown. */
export const timeline = signal<Timeline>({});

/** Counts the batches that were added, at most one per frame. Read it where a view depends on what the timeline holds. */
export const revision = signal(0);

/** The moment looked at, in milliseconds since the recording's epoch; none means the end, live. */
export const moment = signal<number | undefined>(undefined);

export const chosen = signal<ActorKey | undefined>(undefined);

/** The number of the message that is looked at. */
export const chosenMessage = signal<number | undefined>(undefined);

/** What the user filters actors, messages and log by. */
export const filter = signal('');

export interface Settings {
  readonly theme: 'auto' | 'light' | 'dark';
  /** Which way statecharts run. */
  readonly direction: 'down' | 'right';
  /** Nothing new is shown; records keep coming. */
  readonly paused: boolean;
  /** Actors that ended a while ago are shown, too. */
  readonly showEnded: boolean;
}

export const settings = signal<Settings>({ theme: 'auto', direction: 'down', paused: false, showEnded: false });

export function change(settingsThatChange: Partial<Settings>) {
  settings.value = { ...settings.value, ...settingsThatChange };
}
