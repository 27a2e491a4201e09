// The transitions of a microstep, which travel as descriptions: with the machine at hand an inspector is shown the machine's own, guards and actions
// included, as it is at home.
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import type { TransitionRecord } from './inspection-records.ts';

/** The transition that is described; undefined if the machine has none such, or several that differ in their guards only. */
export function reviveTransition(
  machine: AnyStateMachine,
  described: TransitionRecord,
): AnyTransitionDefinition | undefined {
  const { source } = described;
  if (source === undefined) return undefined;
  const [found, ...others] = transitionsOf(machine.getStateNodeById(source)).filter((each) =>
    isDescribed(each, described),
  );
  return others.length === 0 ? found : undefined;
}

function transitionsOf(node: AnyStateNode): readonly AnyTransitionDefinition[] {
  return [...[...node.transitions.values()].flat(), ...(node.always ?? [])];
}

function isDescribed(transition: AnyTransitionDefinition, { eventType, target, reenter }: TransitionRecord): boolean {
  return (
    transition.eventType === eventType &&
    (transition.reenter ?? false) === reenter &&
    String(transition.target?.map(({ id }) => id)) === String(target)
  );
}
