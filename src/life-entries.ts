// What a supervisor puts into the mailbox of its own actor: there XState handles it in turn with all that the actor is sent, and never within another
// step. Their symbols are known in this file only, so nobody can forge one.
import type { AnyActor, AnyActorLogic, AnyEventObject } from 'xstate';
import { enqueueOwn } from './xstate.ts';

/** `next`: the next life begins. `waiting`: the first of the events that wait is handled. `end`: the actor fails. `over`: another has failed. */
export type LifeEntry = 'next' | 'waiting' | 'end' | { readonly over: unknown; readonly delay: number };

const ENTRY = Symbol('entry');
const LOGIC = Symbol('logic');

interface Entry {
  readonly type: 'troupe.life';
  readonly [ENTRY]: LifeEntry;
  /** Of logic that is supervised twice, whose supervisor it is for; any, if it comes from another actor's. */
  readonly [LOGIC]?: AnyActorLogic;
}

/** Posts an entry to the supervisor of `logic` in an actor, or to any that the actor has. */
export function postEntry(actor: AnyActor, entry: LifeEntry, logic?: AnyActorLogic): void {
  enqueueOwn(actor, { type: 'troupe.life', [ENTRY]: entry, ...(logic && { [LOGIC]: logic }) } satisfies Entry);
}

/** The entry that an event is, if it is one for the supervisor of `logic`. */
export function entryOf(event: AnyEventObject, logic: AnyActorLogic): LifeEntry | undefined {
  const { [ENTRY]: entry, [LOGIC]: of = logic } = event as Partial<Entry>;
  return of === logic ? entry : undefined;
}

/** Whether an event is an entry for any supervisor. */
export const isEntry = (event: AnyEventObject): boolean => ENTRY in event;
