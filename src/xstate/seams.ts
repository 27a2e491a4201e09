// What XState 5.33 keeps to itself, as troupe sees it, and which of it this XState lacks.
import type { AnyActorRef, AnyActorScope, AnyEventObject, Subscription } from 'xstate';
import { TroupeError } from '../errors.ts';

/** What XState calls an actor's mailbox entry and life, and keeps to itself. */
export interface Seams {
  _send(event: AnyEventObject): void;
  _snapshot: unknown;
  _processingStatus: 0 | 1 | 2;
  _parent?: AnyActorRef | undefined;
  _deferred: (() => void)[];
  _stop(): unknown;
  _actorScope: AnyActorScope;
  observers: Set<{ readonly next?: unknown }>;
  update(snapshot: unknown, event: AnyEventObject): void;
}

/** An event that is to come, as XState keeps it. */
export interface ScheduledEvent {
  readonly id: string;
  readonly source: AnyActorRef;
  readonly target: AnyActorRef;
  readonly event: AnyEventObject;
  readonly delay: number;
  readonly startedAt: number;
}

export interface SystemSeams {
  _relay(source: AnyActorRef | undefined, target: AnyActorRef, event: AnyEventObject): void;
  _unregister(actor: AnyActorRef): void;
  _bookId(): string;
  _sendInspectionEvent(event: object): void;
  inspect(observer: unknown): Subscription;
  _set(systemId: string, actor: AnyActorRef): void;
  _logger: (...args: unknown[]) => void;
  readonly _snapshot: { _scheduledEvents: Record<string, ScheduledEvent> };
  readonly scheduler: {
    schedule(source: AnyActorRef, target: AnyActorRef, event: AnyEventObject, delay: number, id: string): void;
    cancelAll(source: AnyActorRef): void;
  };
}

/** A system, which all actors below one root share. */
export type System = AnyActorRef['system'];

/** An actor seen with its private members; `assertSeams` has checked that they are there. */
export const seams = (actor: AnyActorRef) => actor as unknown as Seams;

export const systemSeams = (actor: AnyActorRef) => actor.system as unknown as SystemSeams;

/** What this XState lacks that there is another way for, and what is different then. */
export const REPLACEABLE = {
  _send: 'what is sent to a hosted actor passes through its own mailbox, so who sent it is not always known',
  update:
    'observers of a hosted actor may be told of a snapshot that is no news, and first of one that is only a placeholder',
  'system._sendInspectionEvent': 'inspectors see no actor of another node',
  'system._bookId': 'actors of two nodes may bear one session id',
  'system.scheduler': 'delayed events of hosted actors are not persisted',
  'system._set': 'an actor is found by its systemId on its own node only',
};

/** A seam that there is another way for. */
export type ReplaceableSeam = keyof typeof REPLACEABLE;

let lacking: ReadonlySet<ReplaceableSeam> | undefined;

/** Whether the seams have been tried. */
export const areTried = (): boolean => lacking !== undefined;

/** Says what this XState was found to lack. */
export function setLacking(found: readonly ReplaceableSeam[]): void {
  lacking = new Set(found);
}

/** Whether this XState lacks something that there is another way for. */
export const lacks = (seam: ReplaceableSeam): boolean => lacking?.has(seam) ?? false;

export function unsupportedError(missing: readonly string[]): TroupeError {
  return new TroupeError(
    'UNSUPPORTED_XSTATE',
    `Cannot host actors with this XState: it lacks ${missing.join(', ')}. Use xstate 5.33, or look for a newer troupe.`,
    { details: { missing } },
  );
}
