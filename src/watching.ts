// Watching an actor as logic to invoke or spawn: whoever does so is told once, by an event, that the other has ended. What `watch` promises holds.
import { fromCallback, type AnyActorRef, type CallbackActorLogic, type EventObject } from 'xstate';
import type { Down } from './down.ts';
import { watch } from './watch.ts';

/** Whom to watch. */
export interface WatchingInput {
  readonly actorRef: AnyActorRef;
  /** Tells this one from other watches in the event that it ends with. */
  readonly id: string;
}

/** What {@link watching} sends its parent when the watched actor has ended, and how it ended. */
export interface WatchedDown {
  readonly type: 'DOWN';
  readonly id: string;
  readonly down: Down;
}

/**
 * Actor logic that watches an actor as {@link watch} does, and sends its parent `{ type: 'DOWN', id, down }` when that has ended, exactly once.
 *
 * @remarks
 * It takes a {@link WatchingInput}. To stop it ends the watch. The model checker knows it, and tells of each end that it explores.
 *
 * @example
 * ```ts
 * import { watching, type WatchedDown } from 'troupe';
 * import { setup, type AnyActorRef } from 'xstate';
 *
 * const nurse = setup({
 *   types: { input: {} as { patient: AnyActorRef }, context: {} as { patient: AnyActorRef }, events: {} as WatchedDown },
 *   actors: { watching },
 * }).createMachine({
 *   context: ({ input }) => input,
 *   invoke: { src: 'watching', input: ({ context }) => ({ actorRef: context.patient, id: 'patient' }) },
 *   on: { DOWN: { actions: ({ event }) => console.log(`${event.id}: ${event.down.type}`) } },
 * });
 * ```
 */
export const watching: CallbackActorLogic<EventObject, WatchingInput> = Object.assign(
  fromCallback<EventObject, WatchingInput>(({ input: { actorRef, id }, sendBack }) => {
    const left = new AbortController();
    watch(actorRef, { signal: left.signal }).then(
      (down) => sendBack({ type: 'DOWN', id, down } satisfies WatchedDown),
      () => {}, // nobody waits for it any more
    );
    return () => left.abort();
  }),
  { [Symbol.for('troupe.watching')]: true },
);
