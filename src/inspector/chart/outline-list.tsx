// A machine as an indented list, with what is active and what was just taken marked.
import type { MachineDefinition, TakenTransition } from '../records.ts';
import { createOutline, type OutlineState } from './outline.ts';
import { isTaken } from './taken.ts';

export interface OutlineListProps {
  readonly definition: MachineDefinition;
  readonly active: ReadonlySet<string>;
  readonly lit: readonly TakenTransition[];
}

export function OutlineList({ definition, active, lit }: OutlineListProps) {
  return (
    <ul class="outline" aria-label={`States of ${definition.id}`}>
      <State outline={createOutline(definition)} active={active} lit={lit} />
    </ul>
  );
}

interface StateProps {
  readonly outline: OutlineState;
  readonly active: ReadonlySet<string>;
  readonly lit: readonly TakenTransition[];
}

function State({ outline: { state, notes, transitions, states }, active, lit }: StateProps) {
  const isActive = active.has(state.id);
  return (
    <li>
      <span class={`outline-state${isActive ? ' outline-active' : ''}`} title={state.description ?? state.id}>
        {state.key}
        {isActive ? <span class="outline-hidden"> (active)</span> : null}
      </span>
      {notes.length > 0 ? <span class="outline-notes"> {notes.join('; ')}</span> : null}
      {transitions.length + states.length > 0 ? (
        <ul>
          {transitions.map(({ transition, text }, index) => (
            <li
              key={`transition ${index}`}
              class={`outline-transition${lit.some((taken) => isTaken(taken, transition)) ? ' outline-lit' : ''}`}
            >
              {text}
            </li>
          ))}
          {states.map((child) => (
            <State key={`state ${child.state.key}`} outline={child} active={active} lit={lit} />
          ))}
        </ul>
      ) : null}
    </li>
  );
}
