// Which logic is supervised, by what policy: for whoever steps actors without running them.
import type { AnyActorLogic } from 'xstate';
import type { Policy } from './failures.ts';

/** Logic as it was before it was supervised, and how it is. */
export interface Supervision {
  readonly logic: AnyActorLogic;
  readonly policy: Policy;
}

const supervisions = new WeakMap<AnyActorLogic, Supervision>();

/** Declares that logic supervises other logic. */
export function declareSupervision(supervised: AnyActorLogic, supervision: Supervision): void {
  supervisions.set(supervised, supervision);
}

/** What logic supervises; undefined if it is not made by `supervise`. */
export const supervisionOf = (logic: AnyActorLogic): Supervision | undefined => supervisions.get(logic);
