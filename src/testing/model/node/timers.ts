// The delayed events of a node, as XState's scheduler keeps them: found by their actor and id. A second one of an id does not end the first, which can no longer be
// called off then; and when one of the two has come, neither can the other.
import type { AnyActorRef, AnyEventObject } from 'xstate';
import type { Stage, StagedTimer } from './stage.ts';

export interface Scheduled {
  readonly source: AnyActorRef;
  readonly target: AnyActorRef;
  readonly event: AnyEventObject;
  readonly delay: number;
  readonly id: string | undefined;
}

/** Arms a delayed event. */
export function schedule(stage: Stage, { source, target, event, delay, id }: Scheduled): void {
  stage.hasActed = true;
  const timers = id === undefined ? stage.timers : unlisted(stage.timers, source, id);
  // what is no time at all comes as soon as can be, as with a host's timers
  const remaining = Number.isFinite(delay) && delay > 0 ? delay : 0;
  stage.timers = [
    ...timers,
    { source, target, event, id: id ?? '', remaining, isListed: true, isNameless: id === undefined, isNew: true },
  ];
}

/** Calls off the delayed event that an actor has under an id. */
export function cancel(stage: Stage, source: AnyActorRef, id: string): void {
  const isIt = (timer: StagedTimer) => isOf(timer, source, id);
  if (stage.timers.some(isIt)) stage.timers = stage.timers.filter((timer) => !isIt(timer));
}

/** Calls off all that can be called off of an actor. */
export function cancelAll(stage: Stage, source: AnyActorRef): void {
  const isIt = (timer: StagedTimer) => timer.source === source && timer.isListed;
  if (stage.timers.some(isIt)) stage.timers = stage.timers.filter((timer) => !isIt(timer));
}

/** Takes out the delayed event that has come; for the others as much time has passed. */
export function take(stage: Stage, index: number): StagedTimer | undefined {
  const timer = stage.timers[index];
  if (!timer) return undefined;
  const passed = timer.remaining;
  const others = stage.timers
    .filter((_, at) => at !== index)
    .map((each) => (passed > 0 ? { ...each, remaining: each.remaining - passed } : each));
  stage.timers = timer.isNameless ? others : unlisted(others, timer.source, timer.id);
  return timer;
}

const isOf = (timer: StagedTimer, source: AnyActorRef, id: string) =>
  timer.isListed && !timer.isNameless && timer.source === source && timer.id === id;

function unlisted(timers: readonly StagedTimer[], source: AnyActorRef, id: string): readonly StagedTimer[] {
  return timers.map((timer) => (isOf(timer, source, id) ? { ...timer, isListed: false } : timer));
}
