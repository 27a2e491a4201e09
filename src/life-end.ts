// How a life of a supervised actor is taken apart, of which nothing may reach the next one: its logic is stopped, its children and delays with it, or the
// line to the host that it ran on.
import type { AnyActor, AnyActorLogic, AnyActorScope, AnyEventObject, Snapshot } from 'xstate';
import { childrenIn } from './delays.ts';
import { isHosted } from './hosted.ts';
import { leaveHosted } from './hosted-names.ts';
import { discard, runLast, type Life } from './life-scope.ts';
import { mirrorOf } from './mirror.ts';
import { cancelDelays, parentOf, statusOf, stopActor } from './xstate.ts';

export const STOP: AnyEventObject = { type: 'xstate.stop' };

export interface LifeToEnd {
  readonly actor: AnyActor;
  readonly logic: AnyActorLogic;
  readonly scope: AnyActorScope;
  readonly life: Life;
  /** The last snapshot that was shown. */
  readonly good: Snapshot<unknown> | undefined;
  /** The newest that was made, if it is not shown: its children are made, too. */
  readonly newest: Snapshot<unknown> | undefined;
}

/** Ends what a life has begun. Gives when a hosted one says no more. */
export function takeApart({ actor, logic, scope, life, good, newest }: LifeToEnd): Promise<void> | undefined {
  life.isOver = true;
  const isElsewhere = isHosted(logic);
  const line = isElsewhere ? mirrorOf(actor)?.line : undefined;
  if (isElsewhere) {
    line?.end();
    leaveHosted(actor);
  } else if (life.hasBegun && good) {
    runLast(scope, (last) => void logic.transition(good, STOP, last));
  }
  for (const snapshot of [good, newest]) {
    for (const child of Object.values(snapshot ? childrenIn(snapshot) : {})) {
      if (parentOf(child) !== actor) continue;
      discard(child);
      if (statusOf(child) === 'running') stopActor(child);
    }
  }
  cancelDelays(actor);
  return line?.gone;
}
