// Which states of a definition are active when its machine has a certain state value.
import type { MachineDefinition, StateDefinition, StateValue } from '../records.ts';

/** The ids of the active states, the root's first. What the definition does not know is left out; without a value nothing is active. */
export function activeStates({ root }: MachineDefinition, value: StateValue | undefined): ReadonlySet<string> {
  const active = new Set<string>();
  const visit = (state: StateDefinition, within: StateValue | undefined) => {
    active.add(state.id);
    for (const child of state.states) {
      if (within === child.key) visit(child, undefined);
      else if (typeof within === 'object' && within[child.key] !== undefined) visit(child, within[child.key]);
    }
  };
  if (value !== undefined) visit(root, value);
  return active;
}
