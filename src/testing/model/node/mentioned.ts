// What machines mention by name: the types of events that they have transitions for, and the names of actors that they make. It tells a name that is misspelt from one that
// has a use; what a function makes of its own accord cannot be read off.
import type { AnyActorLogic, AnyStateMachine, AnyStateNode } from 'xstate';
import { isMachine } from '../../../version.ts';
import { WATCHING } from './drives.ts';
import { unwrap } from './supervised.ts';

/** Whether any transition of a machine is for events of this type, wildcards included. Whether one is ever taken is not asked. */
export function mentionsEvent(machine: AnyStateMachine, type: string): boolean {
  return stateNodes(machine.root).some((node) =>
    [...node.transitions.keys()].some((descriptor) => isDescribed(type, descriptor)),
  );
}

/** The types that the transitions of a machine are for, wildcards included and XState's own left out, sorted. */
export function eventsOf(machine: AnyStateMachine): readonly string[] {
  const found = new Set(stateNodes(machine.root).flatMap((node) => [...node.transitions.keys()]));
  return [...found].filter((type) => !type.startsWith('xstate.')).toSorted();
}

/** The names that actors may have within some logic and all that it mentions: those of their logic, and their ids. */
export interface Sources {
  readonly names: ReadonlySet<string>;
  /** Whether a function may make actors that no name tells of. */
  readonly isOpen: boolean;
  /** Whether any of them is one that watches, or a function may make one. */
  readonly mayWatch: boolean;
}

export function sourcesOf(logics: readonly AnyActorLogic[]): Sources {
  const names = new Set<string>();
  const seen = new Set<AnyActorLogic>();
  let isOpen = false;
  let mayWatch = false;
  const look = (given: AnyActorLogic) => {
    const { logic } = unwrap(given);
    mayWatch ||= WATCHING in logic;
    if (seen.has(logic) || !isMachine(logic)) return;
    seen.add(logic);
    for (const [name, made] of Object.entries(logic.implementations.actors)) {
      names.add(name);
      look(made as AnyActorLogic);
    }
    for (const node of stateNodes(logic.root)) {
      for (const { id, src } of node.invoke) names.add(id).add(src as string);
    }
    const inConfig = readActions([logic.config, logic.implementations.actions], look);
    for (const name of inConfig.names) names.add(name);
    isOpen ||= inConfig.isOpen;
    mayWatch ||= inConfig.mayWatch;
  };
  for (const logic of logics) look(logic);
  return { names, isOpen, mayWatch };
}

function stateNodes(node: AnyStateNode): readonly AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap(stateNodes)];
}

/** As XState matches them: a trailing `.*` stands for any further parts, or none. */
function isDescribed(type: string, descriptor: string): boolean {
  if (descriptor === '*' || descriptor === type) return true;
  if (!descriptor.endsWith('.*')) return false;
  const start = descriptor.slice(0, -'.*'.length);
  return type === start || type.startsWith(`${start}.`);
}

/** What `spawnChild` names, and whether a function speaks of spawning: its text is all that can be seen of it. */
function readActions(from: unknown, look: (logic: AnyActorLogic) => void): Sources {
  const names = new Set<string>();
  const seen = new Set<object>();
  let isOpen = false;
  let mayWatch = false;
  const read = (value: unknown) => {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) return;
    seen.add(value);
    if (isLogic(value)) look(value);
    else if (isAction(value)) {
      const { type, id, src, assignment, collect } = value;
      if (type === 'xstate.spawnChild') {
        for (const name of [id, src]) {
          if (typeof name === 'string') names.add(name);
        }
        isOpen ||= typeof id === 'function';
      }
      // what users wrote: the text of XState's own functions says nothing
      for (const part of [src, assignment, collect]) read(part);
    } else {
      if (typeof value === 'function') {
        const text = String(value);
        isOpen ||= /spawn/i.test(text);
        mayWatch ||= /watching/i.test(text);
      }
      for (const member of Object.values(value)) read(member);
    }
  };
  read(from);
  return { names, isOpen, mayWatch };
}

/** What `assign` and its like return, as far as it holds what users wrote. */
interface Action {
  readonly type: string;
  readonly id?: unknown;
  readonly src?: unknown;
  readonly assignment?: unknown;
  readonly collect?: unknown;
}

const isAction = (value: unknown): value is Action => {
  const { type } = value as { readonly type?: unknown };
  return typeof value === 'function' && typeof type === 'string' && type.startsWith('xstate.');
};

const isLogic = (value: object): value is AnyActorLogic => 'getInitialSnapshot' in value && 'transition' in value;
