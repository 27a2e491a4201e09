// What an event can be sent to, by the events it takes. The type alone; any actor ref of XState fits.
import type { ActorRef, AnyActorRef, EventObject, Snapshot } from 'xstate';
import { TroupeError } from './errors.ts';

/**
 * An actor ref of which only the events that it takes are known: what a `replyTo`, an audience or a barrier in an input is.
 *
 * @example
 * ```ts
 * import type { Recipient } from 'troupe';
 *
 * type Question = { type: 'WHATS_YOUR_NUMBER'; replyTo: Recipient<{ type: 'NUMBER'; number: number }> };
 * ```
 */
export type Recipient<TEvent extends EventObject> = ActorRef<Snapshot<unknown>, TEvent>;

/** XState's own way to tell a ref from other data. */
export function isActorRef(value: unknown): value is AnyActorRef {
  return typeof value === 'object' && value !== null && 'sessionId' in value && 'send' in value && 'ref' in value;
}

/** Checks an argument of `where`, named for people. */
export function assertActorRef(value: unknown, where: string): asserts value is AnyActorRef {
  if (isActorRef(value)) return;
  const kind = typeof value;
  const given = value === null || value === undefined ? String(value) : `${kind === 'object' ? 'an' : 'a'} ${kind}`;
  throw new TroupeError(
    'NOT_AN_ACTOR',
    `Cannot ${where}: it was given ${given}, not an actor ref. Give it what createActor returns or an event brought.`,
  );
}
