// What drives an actor, told once per recording that is begun: machines by a hash of their definition, all else by its kind.
import type { AnyActorRef } from 'xstate';
import { toldOf } from '../inspected-refs.ts';
import { describeConfig } from '../inspection-records.ts';
import { kindOfLogic, type LogicKind } from '../logic-kinds.ts';
import { mirrorOf } from '../mirror.ts';
import { hash } from '../version.ts';
import { describeMachine } from './definition.ts';
import type { MachineDefinition } from './records.ts';

export interface Driver {
  readonly kind: LogicKind;
  readonly machine?: Machine;
}

export interface Machine {
  readonly hash: string;
  readonly definition: MachineDefinition;
}

const machines = new WeakMap<object, Machine | null>();

/** What drives an actor, as far as that is known here. */
export function driverOf(ref: AnyActorRef): Driver {
  const { logic } = ref as { readonly logic?: unknown };
  const told = toldOf(ref);
  // of one elsewhere the logic at hand says no more than the module that was given along with it
  const isElsewhere = told !== undefined || mirrorOf(ref) !== undefined;
  const config = told?.config ?? describeConfig(logic);
  const kind = isElsewhere ? (told?.kind ?? (hasStates(config) ? 'machine' : 'logic')) : kindOfLogic(logic);
  const machine = kind === 'machine' ? machineOf(config) : undefined;
  return machine ? { kind, machine } : { kind };
}

const hasStates = (config: unknown): boolean => typeof config === 'object' && config !== null && 'states' in config;

function machineOf(config: unknown): Machine | undefined {
  if (typeof config !== 'object' || config === null) return undefined;
  let machine = machines.get(config);
  if (machine === undefined) {
    const definition = describeMachine(config);
    machine = definition ? { hash: hash(JSON.stringify(definition)), definition } : null;
    machines.set(config, machine);
  }
  return machine ?? undefined;
}
