// What goes into an actor and what it makes of it: events, and updates of its snapshot.
import { Actor, type AnyActorRef, type AnyEventObject } from 'xstate';
import { lacks, seams, systemSeams, type Seams } from './seams.ts';

/** Emits an event to those who listen by `on`. */
export function emit(actor: AnyActorRef, event: AnyEventObject): void {
  seams(actor)._actorScope.emit(event);
}

/** The event by which XState tells an actor that another has failed it; unhandled, it fails the actor too. */
export function createErrorEvent(id: string, error: unknown): AnyEventObject {
  return { type: `xstate.error.actor.${id}`, error, actorId: id };
}

/** Whether an event is what XState tells a parent of its child by itself. */
export function isReportOf(id: string, event: AnyEventObject): boolean {
  return (
    event.type === `xstate.done.actor.${id}` ||
    event.type === `xstate.error.actor.${id}` ||
    event.type === `xstate.snapshot.${id}`
  );
}

/** Sends an event in an actor's system, in the name of `from`. */
export function relay(from: AnyActorRef | undefined, target: AnyActorRef, event: AnyEventObject): void {
  systemSeams(target)._relay(from, target, event);
}

/** Delivers user events of an actor elsewhere; gives back the way into its own mailbox, which no inspector sees. */
export function interceptMailbox(
  actor: AnyActorRef,
  deliver: (event: AnyEventObject) => void,
): (event: AnyEventObject) => void {
  if (lacks('_send')) {
    forwarded.set(actor, deliver);
    return actor.send.bind(actor);
  }
  const own = seams(actor)._send.bind(actor);
  seams(actor)._send = deliver;
  return own;
}

const forwarded = new WeakMap<AnyActorRef, (event: AnyEventObject) => void>();

/** Delivers a user event that came through the mailbox, where this XState knows no way round it. */
export function forward(actor: AnyActorRef, event: AnyEventObject): void {
  forwarded.get(actor)?.(event);
}

/** Delivers an event to an actor without a word to inspectors, who know of it. */
export function enqueue(actor: AnyActorRef, event: AnyEventObject): void {
  if (lacks('_send')) relay(undefined, actor, event);
  else seams(actor)._send(event);
}

/** Puts an event into the mailbox that XState made for an actor, whoever delivers what is sent to it. */
export function enqueueOwn(actor: AnyActorRef, event: AnyEventObject): void {
  if (lacks('_send')) relay(undefined, actor, event);
  else (Actor.prototype as unknown as Seams)._send.call(actor as unknown as Seams, event);
}

/** What becomes of the updates of an actor: XState makes one of each entry of the mailbox, and one when the actor starts. */
interface UpdateHooks {
  /** Whether an update passes unannounced: the snapshot is set and what was deferred is done, and no observer hears of it. */
  isMuted?(event: AnyEventObject): boolean;
  /** After each update, also one that threw. */
  updated(): void;
}

/** The event of the update by which an actor starts. */
export const isInit = (event: AnyEventObject): boolean => event.type === 'xstate.init';

/** Takes part in an actor's updates; the returned function tells whether one is under way. */
export function hookUpdates(actor: AnyActorRef, { isMuted, updated }: UpdateHooks): () => boolean {
  if (lacks('update')) return () => false;
  const it = seams(actor);
  const update = it.update.bind(actor);
  let depth = 0;
  it.update = (snapshot, event) => {
    depth += 1;
    try {
      if (isMuted?.(event)) {
        it._snapshot = snapshot;
        for (let next = it._deferred.shift(); next; next = it._deferred.shift()) next();
      } else update(snapshot, event);
    } finally {
      depth -= 1;
      updated();
    }
  };
  return () => depth > 0;
}

/** Replaces an actor's snapshot without telling anybody. */
export function setSnapshot(actor: AnyActorRef, snapshot: unknown): void {
  seams(actor)._snapshot = snapshot;
}

/** What observers and inspectors are told of an update. */
export interface Told {
  readonly snapshot: unknown;
  readonly event: AnyEventObject;
}

/**
 * Has `judge` say what observers are told of each update, after all that was deferred in it has been done; of one that it gives nothing for they are not
 * told, and the snapshot is the one that `judge` leaves.
 */
export function governUpdates(
  actor: AnyActorRef,
  judge: (snapshot: unknown, event: AnyEventObject) => Told | undefined,
): void {
  if (lacks('update')) return;
  const it = seams(actor);
  const update = it.update.bind(actor);
  it.update = (snapshot, event) => {
    it._snapshot = snapshot;
    for (let next = it._deferred.shift(); next; next = it._deferred.shift()) next();
    const told = judge(snapshot, event);
    if (told) update(told.snapshot, told.event);
  };
}
