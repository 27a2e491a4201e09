// What of the machines was seen in some steps, and above all what was not: states that nobody entered, transitions that nobody took, events that came where nothing handled them.
import { allStates } from '../../../inspector/definition.ts';
import type {
  MachineDefinition,
  StateDefinition,
  StateValue,
  TakenTransition,
  TransitionDefinition,
} from '../../../inspector/records.ts';
import { stateOf } from './changes.ts';
import { isMachine } from '../../../version.ts';
import { activeStates, machineOf } from './machines.ts';
import { mentionsEvent } from '../node/mentioned.ts';
import type { Coverage } from './report.ts';
import type { NodeStep } from '../space/space.ts';

/** What some steps, each given once, have covered. */
export function coverageOf(steps: Iterable<NodeStep>): Coverage {
  const machines = new Map<string, Seen>();
  const unhandled = new Map<string, Coverage['unhandled'][number] & { steps: number }>();
  const torn = new Map<string, Coverage['torn'][number]>();
  const looked = new WeakSet<object>();

  for (const { node, before, after, notes } of steps) {
    for (const [address, { logic, snapshot }] of after.actors) {
      if (looked.has(snapshot)) continue;
      looked.add(snapshot);
      const { value } = snapshot as { readonly value?: StateValue };
      const seen = seenOf(machines, machineOf(logic), address);
      if (!seen || value === undefined) continue;
      for (const { id } of activeStates(seen.definition, value)) seen.entered.add(id);
    }
    for (const { actor, taken } of notes.transitions) {
      const { logic } = after.actors.get(actor) ?? before?.actors.get(actor) ?? {};
      const seen = logic && seenOf(machines, machineOf(logic), actor);
      if (seen) take(seen, taken);
    }
    for (const { actor, event } of notes.unhandled) {
      const had = before?.actors.get(actor) ?? after.actors.get(actor);
      const state = stateOf(before?.actors.get(actor));
      const key = JSON.stringify([actor, event.type, state]);
      const isUnknown = isMachine(had?.logic) && !mentionsEvent(had.logic, event.type);
      const hint = isUnknown ? { isUnknown } : {};
      const entry = unhandled.get(key) ?? { actor, event: event.type, state, steps: 0, ...hint };
      unhandled.set(key, { ...entry, steps: entry.steps + 1 });
    }
    const cells = [...new Set(notes.touched.map(({ cell }) => cell))];
    if (notes.touched.length > 1) {
      // what began within the step is of less matter than what the step was about
      const first =
        notes.transitions.find(({ actor, taken }) => actor === node && taken.event !== '') ??
        notes.transitions.find(({ taken }) => taken.event !== '');
      const entry = { actor: first?.actor ?? node, event: first?.taken.event ?? '', cells };
      torn.set(JSON.stringify(entry), entry);
    }
  }
  return {
    statesNeverEntered: collect(machines, neverEntered),
    transitionsNeverTaken: collect(machines, neverTaken),
    unhandled: [...unhandled.values()],
    torn: [...torn.values()],
  };
}

/** What was seen of a machine. */
interface Seen {
  /** Its id; of one that was given none, the address of the first actor that runs it. */
  readonly name: string;
  readonly definition: MachineDefinition;
  readonly states: ReadonlyMap<string, StateDefinition>;
  readonly parents: ReadonlyMap<string, string>;
  readonly entered: Set<string>;
  readonly taken: Set<string>;
}

function seenOf(machines: Map<string, Seen>, machine: ReturnType<typeof machineOf>, address: string): Seen | undefined {
  if (!machine) return undefined;
  const { hash, definition } = machine;
  let seen = machines.get(hash);
  if (!seen) {
    const states = allStates(definition);
    seen = {
      name: definition.id === NAMELESS ? address : definition.id,
      definition,
      states: new Map(states.map((state) => [state.id, state])),
      parents: new Map(states.flatMap((state) => state.states.map((child) => [child.id, state.id]))),
      entered: new Set(),
      taken: new Set(),
    };
    machines.set(hash, seen);
  }
  return seen;
}

/** What XState calls a machine without an id. */
const NAMELESS = '(machine)';

/** A state that is left again within the same step is told by transitions alone. */
function take({ entered, taken, states, parents }: Seen, { source, ...transition }: TakenTransition): void {
  taken.add(keyOf(source, transition));
  const enter = (id: string): void => {
    for (let each: string | undefined = id; each !== undefined; each = parents.get(each)) entered.add(each);
  };
  const enterWithin = (id: string): void => {
    enter(id);
    const state = states.get(id);
    if (state?.type === 'parallel') state.states.forEach((child) => enterWithin(child.id));
    else if (state?.type === 'compound' && state.initial !== undefined) enterWithin(state.initial);
  };
  if (source !== undefined) enter(source);
  transition.targets?.forEach(enterWithin);
}

const keyOf = (source: string | undefined, { event, targets }: Pick<TakenTransition, 'event' | 'targets'>) =>
  JSON.stringify([source, event, targets ?? []]);

/** By the machine's name; of two that bear the same the second is told apart. */
function collect(
  machines: ReadonlyMap<string, Seen>,
  list: (seen: Seen, name: string) => readonly string[],
): Readonly<Record<string, readonly string[]>> {
  const all: Record<string, readonly string[]> = {};
  for (const seen of machines.values()) {
    let { name } = seen;
    for (let number = 2; Object.hasOwn(all, name); number += 1) name = `${seen.name} (${number})`;
    all[name] = list(seen, name);
  }
  return Object.fromEntries(Object.entries(all).filter(([, items]) => items.length > 0));
}

const neverEntered = ({ name, definition, entered }: Seen): readonly string[] =>
  allStates(definition).flatMap(({ id, type }) => {
    if (type === 'history' || entered.has(id)) return [];
    return [id.startsWith(`${definition.id}.`) ? `${name}${id.slice(definition.id.length)}` : id];
  });

function neverTaken({ definition, taken }: Seen, name: string): readonly string[] {
  const short = (id: string) => {
    if (id === definition.id) return name;
    return id.startsWith(`${definition.id}.`) ? id.slice(definition.id.length + 1) : id;
  };
  const texts = allStates(definition).flatMap(({ transitions }) =>
    transitions
      // those that differ in their guards alone cannot be told apart by what was taken
      .filter((transition) => !taken.has(keyOf(transition.source, transition)))
      .map((transition) => transitionText(transition, short)),
  );
  return [...new Set(texts)];
}

function transitionText(
  { source, label, guard, targets }: TransitionDefinition,
  short: (id: string) => string,
): string {
  const when = guard === undefined || guard === 'inline' ? '' : ` [${guard}]`;
  const to = targets.length === 0 ? '' : ` -> ${targets.map(short).join(', ')}`;
  return `${short(source)}: ${label}${when}${to}`;
}
