// What drives an actor, as the inspector has it: the definition of its machine, and a hash that tells machines apart.
import type { AnyActorLogic } from 'xstate';
import { describeConfig } from '../../../inspection-records.ts';
import { describeMachine } from '../../../inspector/definition.ts';
import type { MachineDefinition, StateDefinition, StateValue } from '../../../inspector/records.ts';
import { hash, isMachine } from '../../../version.ts';

export interface Machine {
  readonly hash: string;
  readonly definition: MachineDefinition;
}

const known = new WeakMap<object, Machine | undefined>();

/** The machine that some logic is; undefined for any other. */
export function machineOf(logic: AnyActorLogic): Machine | undefined {
  if (!known.has(logic)) {
    const definition = isMachine(logic) ? describeMachine(describeConfig(logic)) : undefined;
    known.set(logic, definition && { hash: hash(JSON.stringify(definition)), definition });
  }
  return known.get(logic);
}

/** The states that a machine is in, each before those within it. */
export function activeStates({ root }: MachineDefinition, value: StateValue): readonly StateDefinition[] {
  const active: StateDefinition[] = [];
  const visit = (state: StateDefinition, inner: StateValue | undefined): void => {
    active.push(state);
    for (const child of state.states) {
      if (typeof inner === 'string') {
        if (inner === child.key) visit(child, undefined);
      } else if (inner && child.key in inner) visit(child, inner[child.key]);
    }
  };
  visit(root, value);
  return active;
}
