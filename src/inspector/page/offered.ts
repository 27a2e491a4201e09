// Which states of a machine are active, and which events it can take there. Pure.
import type { MachineDefinition, StateDefinition, StateValue } from '../records.ts';

export interface Offered {
  readonly event: string;
  /** The guards that may refuse it. */
  readonly guards: readonly string[];
}

/** The states that a value stands for, each before its children. */
export function activeStates({ root }: MachineDefinition, value: StateValue | undefined): StateDefinition[] {
  const active = [root];
  const walk = (state: StateDefinition, within: StateValue | undefined) => {
    if (within === undefined) return;
    for (const key of typeof within === 'string' ? [within] : Object.keys(within)) {
      const child = state.states.find((each) => each.key === key);
      if (!child) continue;
      active.push(child);
      if (typeof within !== 'string') walk(child, within[key]);
    }
  };
  walk(root, value);
  return active;
}

/** The events that a machine can take in a state, those of the innermost states first; XState's own and wildcards are none that a person would send. */
export function eventsOffered(definition: MachineDefinition, value: StateValue | undefined): Offered[] {
  const offered = new Map<string, Set<string>>();
  for (const { transitions } of activeStates(definition, value).toReversed()) {
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
