// How many events wait for each actor: those that were seen to be sent and not to be taken, and what this node had sent before anybody looked. Told when it has
// changed, at most ten times a second each.
import { mirrorOf } from '../mirror.ts';
import type { Cast, Entry } from './cast.ts';
import { pendingIn } from './pairing.ts';
import { createLimiter } from './rates.ts';
import type { InspectorRecord } from './records.ts';

export interface Mailboxes {
  /** Asks what waits already. */
  begin(): void;
  /** Looks at all, and tells of those that have changed. */
  look(): void;
  forget(entry: Entry): void;
}

export interface MailboxesOptions {
  readonly cast: Cast;
  readonly clock: () => number;
  put(record: InspectorRecord): void;
}

export function openMailboxes({ cast, clock, put }: MailboxesOptions): Mailboxes {
  const told = new WeakMap<Entry, number>();
  const limiter = createLimiter<Entry, number>({
    period: 100,
    clock,
    tell(entry, waiting) {
      if ((told.get(entry) ?? 0) === waiting) return;
      told.set(entry, waiting);
      put({ type: 'mailbox', at: clock(), actor: entry.key, waiting });
    },
  });
  const look = () => {
    for (const entry of cast.living) {
      if (!entry.isInside) continue;
      // whatever is not there any more was not there before, either
      if (entry.early > 0) entry.early = Math.min(entry.early, fillOf(entry));
      const waiting = pendingIn(entry.inbox) + entry.early;
      if (waiting !== (told.get(entry) ?? 0)) limiter.offer(entry, waiting);
    }
    limiter.tick();
  };
  return {
    begin() {
      for (const entry of cast.living) entry.early = fillOf(entry);
      look();
    },
    look,
    forget: limiter.forget,
  };
}

function fillOf({ ref }: Entry): number {
  const line = mirrorOf(ref)?.line;
  return (line && line.route.fillOf(line.to)?.events) ?? 0;
}
