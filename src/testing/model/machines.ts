// What drives an actor, as the inspector has it: the definition of its machine, and a hash that tells machines apart.
import type { AnyActorLogic } from 'xstate';
import { describeConfig } from '../../inspection-records.ts';
import { describeMachine } from '../../inspector/definition.ts';
import type { MachineDefinition } from '../../inspector/records.ts';
import { hash, isMachine } from '../../version.ts';

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
