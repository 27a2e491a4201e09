// The state that a life hands on to the next one, where the strategy is `resume`: what XState persists of an actor, with its delays, or what its host
// has told last of one that runs elsewhere.
import type { AnyActor, AnyActorLogic, AnyActorScope, Snapshot } from 'xstate';
import { openPersisted, type Persisted } from './blob.ts';
import { describeDelays } from './delays.ts';
import { isHosted } from './hosted.ts';
import { mirrorOf } from './mirror.ts';
import { lastPersisted } from './persisted.ts';
import { isMachine } from './version.ts';

/** What the next life of an actor of this realm goes on from; throws what XState throws for a state that it cannot persist. */
export function saveHere(actor: AnyActor, logic: AnyActorLogic, good: Snapshot<unknown>): Persisted {
  const persisted = logic.getPersistedSnapshot(good);
  return isMachine(logic)
    ? ({ ...persisted, troupe: { delays: describeDelays(actor) } } satisfies Persisted)
    : persisted;
}

/** What the next life of a hosted actor goes on from, if something was persisted while it was well. */
export function saveElsewhere(actor: AnyActor): Persisted | undefined {
  const mirror = mirrorOf(actor);
  const persisted = mirror && lastPersisted(mirror);
  return persisted?.status === 'active' ? persisted : undefined;
}

/** The snapshot that logic makes of what was persisted. */
export function restore(logic: AnyActorLogic, persisted: Persisted, scope: AnyActorScope): Snapshot<unknown> {
  const { snapshot } = isHosted(logic) ? { snapshot: persisted } : openPersisted(persisted);
  return (logic.restoreSnapshot?.(snapshot, scope) ?? snapshot) as Snapshot<unknown>;
}
