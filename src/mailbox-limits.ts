// The bounds of a mailbox: what an import may ask for, what is usual, and when a mailbox counts as full. How mailboxes are kept is in `mailboxes.ts`.
import { nameOf, nodeOf, type Address } from './address.ts';
import { TroupeError } from './errors.ts';
import { assertWord, optionError } from './options.ts';

/** How much may wait for an actor of another node, of what is sent from this one. */
export interface MailboxOptions {
  /**
   * The most events; from 1, or from 2 where the oldest is dropped.
   *
   * @defaultValue 1048576, which is 2^20
   */
  readonly events?: number;
  /**
   * The most bytes, as the events are encoded.
   *
   * @defaultValue 67108864, which is 64 MiB
   */
  readonly bytes?: number;
  /**
   * What happens to an event that finds no room: `'drop-newest'` refuses it, `'drop-oldest'` makes room by refusing the oldest that is still here.
   *
   * @defaultValue `'drop-newest'`
   */
  readonly overflow?: 'drop-newest' | 'drop-oldest';
}

export type MailboxLimits = Required<MailboxOptions>;

export const DEFAULT_MAILBOX: MailboxLimits = { events: 2 ** 20, bytes: 64 * 2 ** 20, overflow: 'drop-newest' };

/** Throws `INVALID_ARGUMENT` for bounds that no mailbox can have. */
export function assertMailbox(mailbox: unknown): void {
  if (mailbox === undefined) return;
  if (typeof mailbox !== 'object' || mailbox === null)
    throw optionError('mailbox', mailbox, 'it must be an object of events, bytes and overflow');
  const { events, bytes, overflow } = mailbox as { readonly [TName in keyof MailboxOptions]?: unknown };
  assertWord('mailbox.overflow', overflow, OVERFLOWS);
  const least = overflow === 'drop-oldest' ? 2 : 1;
  assertCount('mailbox.events', events, least);
  assertCount('mailbox.bytes', bytes, 1);
}

const OVERFLOWS: readonly MailboxLimits['overflow'][] = ['drop-newest', 'drop-oldest'];

function assertCount(option: string, value: unknown, least: number): void {
  if (value === undefined || (Number.isSafeInteger(value) && (value as number) >= least)) return;
  throw optionError(option, value, `it must be a whole number from ${least} up`);
}

/** What waits for one actor. */
export interface Fill {
  readonly events: number;
  readonly bytes: number;
  readonly limits: MailboxLimits;
}

/** Whether at least half of a mailbox is free. */
export function isRoomy(fill: Fill | undefined): boolean {
  return !fill || (fill.events * 2 <= fill.limits.events && fill.bytes * 2 <= fill.limits.bytes);
}

/** Whether a mailbox has no room for one more event. */
export function isFull(fill: Fill | undefined, bytes: number): boolean {
  return fill !== undefined && (fill.events + 1 > fill.limits.events || fill.bytes + bytes > fill.limits.bytes);
}

/** Why a mailbox takes no more. */
export function fullError(
  target: Address,
  { events, bytes, overflow }: MailboxLimits,
  mend = 'Await drained(ref) before you send, or import it with a larger mailbox.',
): TroupeError {
  return new TroupeError(
    'MAILBOX_FULL',
    `Cannot deliver to ${target}: its mailbox is full (${events} events, ${bytes} bytes). ${mend}`,
    { details: { target, node: nameOf(nodeOf(target)), events, bytes, overflow } },
  );
}
