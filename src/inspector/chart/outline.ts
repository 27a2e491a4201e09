// A machine in words, a line for each state and each of its transitions: what a chart says to who cannot see it, and what stands in its place where none can be
// drawn.
import type { MachineDefinition, StateDefinition, TransitionDefinition } from '../records.ts';
import { allStates } from '../definition.ts';
import { transitionText } from './rows.ts';

export interface OutlineState {
  readonly state: StateDefinition;
  /** What there is to say of it: `initial`, `parallel`, `entry / letGo`. */
  readonly notes: readonly string[];
  readonly transitions: readonly OutlineTransition[];
  readonly states: readonly OutlineState[];
}

export interface OutlineTransition {
  readonly transition: TransitionDefinition;
  /** `READY [isLast] / enter → releasing` */
  readonly text: string;
}

export function createOutline(definition: MachineDefinition): OutlineState {
  const keys = new Map(allStates(definition).map(({ id, key }) => [id, key]));
  const outline = (state: StateDefinition, isInitial: boolean): OutlineState => ({
    state,
    notes: notesOf(state, isInitial, keys),
    transitions: state.transitions.map((transition) => {
      const targets = transition.targets.map((id) => keys.get(id) ?? id).join(' and ');
      return { transition, text: `${transitionText(transition)}${targets === '' ? '' : ` → ${targets}`}` };
    }),
    states: state.states.map((child) => outline(child, state.type === 'compound' && child.id === state.initial)),
  });
  return outline(definition.root, false);
}

/** The same as lines of text. */
export function outlineText(definition: MachineDefinition): string {
  const lines: string[] = [];
  const visit = ({ state, notes, transitions, states }: OutlineState, indent: string) => {
    lines.push(`${indent}${state.key}${notes.length > 0 ? ` (${notes.join('; ')})` : ''}`);
    for (const { text } of transitions) lines.push(`${indent}  ${text}`);
    for (const child of states) visit(child, `${indent}  `);
  };
  visit(createOutline(definition), '');
  return lines.join('\n');
}

function notesOf(state: StateDefinition, isInitial: boolean, keys: ReadonlyMap<string, string>): string[] {
  const { type, history, initial, entry, exit, invoke, tags } = state;
  return [
    ...(isInitial ? ['initial'] : []),
    ...(type === 'parallel' || type === 'final' ? [type] : []),
    ...(type === 'history' ? [`${history ?? 'shallow'} history`] : []),
    ...(type === 'history' && initial !== undefined ? [`at first ${keys.get(initial) ?? initial}`] : []),
    ...(entry.length > 0 ? [`entry / ${entry.join(', ')}`] : []),
    ...(exit.length > 0 ? [`exit / ${exit.join(', ')}`] : []),
    ...(invoke.length > 0 ? [`invoke / ${invoke.map(({ src }) => src).join(', ')}`] : []),
    ...(tags.length > 0 ? [`tags: ${tags.join(', ')}`] : []),
  ];
}
