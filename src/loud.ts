// Dead letters are told on the console while nobody listens for them: once per reason, in development, for whoever does not know of them. Of what is sent to a
// stopped actor XState tells itself.
import { nameOf, nodeOf, type Address } from './address.ts';
import type { DeadLetter } from './bus.ts';
import { isTroupeError } from './errors.ts';

const told = new Set<DeadLetter['reason']>();

const REASONS: Readonly<Record<Exclude<DeadLetter['reason'], 'stopped'>, string>> = {
  'no-such-actor': 'nobody has that address',
  unreachable: 'its node is gone',
  'mailbox-full': 'its mailbox is full',
  lost: 'the link lost them',
  'maybe-handled': 'its node died, and may have handled them before',
  'not-serializable': 'they cannot cross',
  forged: 'only XState and troupe may send such events',
  unreadable: 'they could not be read',
};

/** Whether it follows from an end that somebody asked for. */
function isWished(error: unknown): boolean {
  return (
    isTroupeError(error) &&
    (error.code === 'BUS_CLOSED' || error.details['orderly'] === true || error.details['closed'] === true)
  );
}

/** Warns of the first letter of each reason, unless this is production. */
export function warnOnce({ reason, target, count, error }: DeadLetter): void {
  if (
    reason === 'stopped' ||
    told.has(reason) ||
    isWished(error) ||
    globalThis.process?.env['NODE_ENV'] === 'production'
  )
    return;
  told.add(reason);
  const node = target.includes('/') ? nodeOf(target as Address) : target;
  const why = error instanceof Error ? `. ${error.message}` : `: ${REASONS[reason]}.`;
  console.warn(
    `troupe: ${count === 1 ? 'an event' : `${count} events`} for ${target} on '${nameOf(node)}' ` +
      `${count === 1 ? 'was' : 'were'} not delivered (${reason})${why} ` +
      'No other of this reason is told here; subscribe to currentBus().deadLetters for each.',
  );
}
