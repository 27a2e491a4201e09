// Whether nodes that are declared to be symmetric are: what may follow a state, with two of them exchanged, is what may follow the state in which they are exchanged. Also
// whether claims see no difference. It is asked wherever something new is done, so a machine that looks at who is who is found out before anything wrong is concluded.
import { TroupeError } from '../../../errors.ts';
import { changesOf } from '../trace/changes.ts';
import type { Permutation } from './permutations.ts';
import type { Action, ActionCode, Space, Words } from '../space/space.ts';

/** What may follow a state. */
export interface Successors {
  readonly states: readonly Words[];
  readonly codes: readonly ActionCode[];
  /** The actions that lead out of the bounds. */
  readonly beyond: readonly ActionCode[];
}

/** Copies what follows a state. */
export function successorsOf(space: Space, state: Words): Successors {
  const states: Words[] = [];
  const codes: ActionCode[] = [];
  const beyond: ActionCode[] = [];
  space.successors(
    state,
    (code, next, length) => {
      states.push(next.slice(0, length));
      codes.push(code);
    },
    (code) => beyond.push(code),
  );
  return { states, codes, beyond };
}

/** A state exchanged. */
export function imageOf(permutation: Permutation, state: Words): Words {
  const image = new Uint32Array(state.length);
  permutation.apply(state, state.length, image);
  return image;
}

/** What speaks against it that nodes can be exchanged: the action and two states that should be the same, or what can be done in one state and not in the other. */
export interface Difference {
  readonly state: Words;
  readonly code: ActionCode;
  /** What follows it exchanged, and what follows the exchanged state; undefined where nothing does. */
  readonly expected: Words | undefined;
  readonly found: Words | undefined;
}

/** Looks for a difference between what follows a state, exchanged, and what follows the state exchanged; `wanted` is what follows it. */
export function differenceOf(
  space: Space,
  permutation: Permutation,
  state: Words,
  { states, codes, beyond }: Successors,
): Difference | undefined {
  const image = imageOf(permutation, state);
  const found = successorsOf(space, image);
  const left = new Map<string, number[]>();
  found.states.forEach((next, index) => {
    const key = next.join();
    left.set(key, [...(left.get(key) ?? []), index]);
  });
  const unmatched: { readonly index: number; readonly expected: Words }[] = [];
  states.forEach((next, index) => {
    const expected = imageOf(permutation, next);
    if (left.get(expected.join())?.pop() === undefined) unmatched.push({ index, expected });
  });
  const extra = [...left.values()].flat();
  const first = unmatched[0];
  if (first === undefined && extra.length === 0 && beyond.length === found.beyond.length) return undefined;
  if (first === undefined) {
    const index = extra[0];
    if (index === undefined) {
      const [at, code] = beyond.length > found.beyond.length ? [state, beyond[0]] : [image, found.beyond[0]];
      return { state: at, code: code as ActionCode, expected: undefined, found: undefined };
    }
    return { state: image, code: found.codes[index] as ActionCode, expected: undefined, found: found.states[index] };
  }
  const { type, place } = keyOf(space, space.actionOf(state, codes[first.index] as ActionCode));
  const alike = extra.find((index) => {
    const other = keyOf(space, space.actionOf(image, found.codes[index] as ActionCode));
    return other.type === type && other.place === permutation.places[place];
  });
  return {
    state,
    code: codes[first.index] as ActionCode,
    expected: first.expected,
    found: alike === undefined ? undefined : found.states[alike],
  };
}

/** The error that nodes are not symmetric. */
export function notSymmetric(space: Space, permutation: Permutation, difference: Difference): TroupeError {
  const exchanged = exchangedBy(space, permutation);
  const action = eventOf(space.actionOf(difference.state, difference.code));
  const { expected, found } = difference;
  const what =
    expected === undefined || found === undefined
      ? `${action} is possible, but not for the other in its place`
      : `after ${action} it matters which of them it was: ${differenceText(space, expected, found)}`;
  return errorOf(exchanged, what, { event: action });
}

/** The error that symmetric nodes do not begin alike. */
export function notAlikeAtFirst(space: Space, permutation: Permutation): TroupeError {
  const what = `they begin differently: ${differenceText(space, imageOf(permutation, space.initial), space.initial)}`;
  return errorOf(exchangedBy(space, permutation), what, {});
}

/** The error that a claim tells symmetric nodes apart. */
export function toldApart(space: Space, permutation: Permutation, claim: string): TroupeError {
  return errorOf(exchangedBy(space, permutation), `the claim '${claim}' holds of one and not of the other`, { claim });
}

function errorOf(actors: readonly string[], what: string, details: Readonly<Record<string, unknown>>): TroupeError {
  return new TroupeError(
    'NOT_SYMMETRIC',
    `Cannot let ${actors.map((name) => `'${name}'`).join(' and ')} stand for each other: ${what}. Take them out of 'symmetric', or have the machines treat them alike; keep names that have no order in a Set, as keys of an object, or in a list that is sorted.`,
    { details: { actors, ...details } },
  );
}

const exchangedBy = ({ names }: Space, { places }: Permutation): string[] =>
  names.filter((_, place) => places[place] !== place);

/** The kind of an action, and the place of the node that it is about. */
function keyOf({ names }: Space, action: Action): { readonly type: string; readonly place: number } {
  return { type: action.type, place: names.indexOf(nodeOf(action)) };
}

/** The name of the node that an action happens to. */
export function nodeOf(action: Action): string {
  const address =
    action.type === 'deliver' || action.type === 'drop'
      ? action.message.to
      : action.type === 'down'
        ? action.watcher
        : action.type === 'crash' || action.type === 'restart'
          ? action.node
          : action.actor;
  const slash = address.indexOf('/');
  return slash < 0 ? address : address.slice(0, slash);
}

function eventOf(action: Action): string {
  switch (action.type) {
    case 'deliver':
      return `'${action.message.event.type}' from '${action.message.from}' to '${action.message.to}'`;
    case 'drop':
      return `the loss of '${action.message.event.type}' from '${action.message.from}' to '${action.message.to}'`;
    case 'timer':
      return `the delayed '${action.event.type}' of '${action.actor}'`;
    case 'stimulus':
      return `'${action.event.type}' to '${action.actor}'`;
    case 'outcome':
      return `an outcome of '${action.actor}'`;
    case 'revive':
      return `the next life of '${action.actor}'`;
    case 'down':
      return `the end of '${action.target}', seen by '${action.watcher}'`;
    case 'crash':
      return `the crash of '${action.node}'`;
    case 'restart':
      return `the restart of '${action.node}'`;
  }
}

/** Where two states differ that should be the same: the first node that does, what of it is seen to. */
function differenceText(space: Space, expected: Words, found: Words): string {
  for (const [place, name] of space.names.entries()) {
    if (expected[place] === found[place]) continue;
    const [wanted, is] = [space.configurationOf(expected, name), space.configurationOf(found, name)];
    const change = changesOf(wanted, is)[0];
    const back = changesOf(is, wanted)[0];
    if (change === undefined || back === undefined) return `'${name}' ${keysText(wanted.key, is.key)}`;
    const { actor, from, to, context } = change;
    if (from !== to) return `'${actor}' is in ${to || 'no state'} where it would be in ${from || 'none'}`;
    const key = Object.keys({ ...context, ...back.context })[0];
    if (key === undefined) return `'${name}' ${keysText(wanted.key, is.key)}`;
    return `'${actor}' has ${key}: ${context[key] ?? 'nothing'} where it would have ${back.context[key] ?? 'nothing'}`;
  }
  return 'what is on its way, or is held in cells or the history, differs';
}

/** Two texts, around the first place where they differ. */
function keysText(wanted: string, is: string): string {
  let at = 0;
  while (at < wanted.length && wanted[at] === is[at]) at++;
  const excerpt = (text: string): string => text.slice(Math.max(0, at - 30), at + 30);
  return `has …${excerpt(is)}… where it would have …${excerpt(wanted)}…`;
}
