// Which transition of a definition a step took.
import type { TakenTransition, TransitionDefinition } from '../records.ts';

/** Whether a step took this transition; of several that differ in their guards alone, XState does not tell which. */
export function isTaken({ source, event, targets = [] }: TakenTransition, transition: TransitionDefinition): boolean {
  return (
    source === transition.source &&
    event === transition.event &&
    targets.length === transition.targets.length &&
    targets.every((target, index) => target === transition.targets[index])
  );
}
