// Which events a machine can take in its present state, and that state in words. Pure.
import { activeStates } from '../chart/active.ts';
import { allStates } from '../definition.ts';
import type { MachineDefinition, StateValue } from '../records.ts';

export interface Offered {
  readonly event: string;
  /** The guards that may refuse it. */
  readonly guards: readonly string[];
}

/** The events that a machine can take in a state, those of the innermost states first; XState's own and wildcards are none that a person would send. */
export function eventsOffered(definition: MachineDefinition, value: StateValue | undefined): Offered[] {
  const offered = new Map<string, Set<string>>();
  const active = activeStates(definition, value);
  for (const { id, transitions } of allStates(definition).toReversed()) {
    if (!active.has(id)) continue;
    for (const { event, guard } of transitions) {
      if (event === '' || event.startsWith('xstate.') || event.includes('*')) continue;
      let guards = offered.get(event);
      if (!guards) offered.set(event, (guards = new Set()));
      if (guard !== undefined) guards.add(guard);
    }
  }
  return [...offered].map(([event, guards]) => ({ event, guards: [...guards] }));
}

/** A state value in one line: `open`, `open.ajar`, `light.on · door.open`. */
export function shortState(value: StateValue | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  return Object.entries(value)
    .map(([key, within]) => {
      const rest = shortState(within);
      return rest === '' ? key : rest.includes(' · ') ? `${key}.(${rest})` : `${key}.${rest}`;
    })
    .join(' · ');
}

/** The event that a form describes; throws a sentence where it describes none. */
export function readEvent(type: string, fields: string): { readonly type: string } {
  if (type.trim() === '') throw new Error('Say which event: its type is empty.');
  if (fields.trim() === '') return { type: type.trim() };
  let rest: unknown;
  try {
    rest = JSON.parse(fields);
  } catch (error) {
    throw new Error(`The fields are not JSON: ${(error as Error).message}`, { cause: error });
  }
  if (typeof rest !== 'object' || rest === null || Array.isArray(rest)) {
    throw new Error('The fields must be one JSON object, like { "number": 4 }.');
  }
  return { ...rest, type: type.trim() };
}
