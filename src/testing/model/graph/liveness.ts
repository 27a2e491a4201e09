// Whether something comes to hold on every run in the end. It does not where a run may come to rest without it, or may go round without it for ever and be fair all the same:
// whatever must happen in the end (a message that can arrive, a delay, a restart, an outcome) happens now and then, or now and then is not possible. That is weak fairness. A delay that is called off and armed anew is another delay, and the first need not end any more.
// What is given against a claim is a real run: the shortest way to where it rests, or to a cycle and the cycle itself. Counterexamples lie within what was fully explored.
import { componentsOf } from './components.ts';
import { beyond, type Edges } from '../space/edges.ts';
import { fairCycle, type Duties } from './fair-cycle.ts';
import type { ActionCode, Space, Words } from '../space/space.ts';

/** What was explored, as far as liveness needs it: the initial state is state 0. */
export interface ExploredGraph {
  /** How many states were found, also those that were not expanded. */
  readonly count: number;
  wordsOf(state: number): Words;
  readonly edges: Edges;
}

/** Whether a claim comes to hold on every fair run. */
export type Eventual =
  | {
      readonly verdict: 'holds';
      /** Whether some run leaves the bounds before it holds: what comes then was not explored. */
      readonly leavesBounds: boolean;
    }
  | {
      readonly verdict: 'violated';
      readonly stem: readonly ActionCode[];
      /** What then goes round for ever; empty where nothing more has to happen. */
      readonly loop: readonly ActionCode[];
    }
  /** The exploration ended too early to tell. */
  | { readonly verdict: 'undecided' };

/** Tells of claims whether they come to hold, over one exploration. */
export interface Liveness {
  /** `holds` tells of a state, by its number, whether the claim holds there; it is asked at most once for each. */
  check(holds: (state: number) => boolean): Eventual;
}

export function createLiveness(space: Space, explored: ExploredGraph): Liveness {
  const { edges } = explored;
  let known: Duties | undefined;
  return {
    check(holds) {
      const without = explore(explored, holds);
      if (without.order.length === 0) return { verdict: 'holds', leavesBounds: false };
      const duties = (known ??= dutiesOf(space, explored));
      const wayTo = (state: number): ActionCode[] => {
        const stem: ActionCode[] = [];
        for (let at = state; at !== 0; at = without.from[at] as number)
          stem.push(edges.codes[without.into[at] as number] as number);
        return stem.toReversed();
      };
      for (const state of without.order) {
        if (isStuck(edges, duties.of, state)) return { verdict: 'violated', stem: wayTo(state), loop: [] };
      }
      const round = findFairCycle(edges, duties, without);
      if (round !== undefined) {
        const loop = round.cycle.map((edge) => edges.codes[edge] as number);
        return { verdict: 'violated', stem: wayTo(round.entry), loop };
      }
      if (without.isCutOff) return { verdict: 'undecided' };
      return { verdict: 'holds', leavesBounds: without.leavesBounds };
    },
  };
}

/** The states that runs come to on which the claim has not held yet. */
interface Without {
  /** Those that were expanded, the nearest first. */
  readonly order: Uint32Array;
  readonly isInside: Uint8Array;
  /** From which state, and by which edge, each was first come to. */
  readonly from: Uint32Array;
  readonly into: Uint32Array;
  /** Whether there are such whose successors were not looked at, and such with a step out of the bounds. */
  readonly isCutOff: boolean;
  readonly leavesBounds: boolean;
}

function explore({ edges, count }: ExploredGraph, holds: (state: number) => boolean): Without {
  const order = new Uint32Array(edges.expanded);
  const from = new Uint32Array(count);
  const into = new Uint32Array(count);
  const isInside = new Uint8Array(edges.expanded);
  const isSeen = new Uint8Array(count);
  let length = 0;
  let isCutOff = false;
  let leavesBounds = false;
  const meet = (state: number): void => {
    isSeen[state] = 1;
    if (holds(state)) return;
    if (state >= edges.expanded) {
      isCutOff = true;
      return;
    }
    isInside[state] = 1;
    order[length++] = state;
  };
  if (count > 0) meet(0);
  for (let index = 0; index < length; index++) {
    const state = order[index] as number;
    const end = edges.starts[state + 1] as number;
    for (let edge = edges.starts[state] as number; edge < end; edge++) {
      const target = edges.targets[edge] as number;
      if (target === beyond) leavesBounds = true;
      else if (isSeen[target] === 0) {
        from[target] = state;
        into[target] = edge;
        meet(target);
      }
    }
  }
  return { order: order.subarray(0, length), isInside, from, into, isCutOff, leavesBounds };
}

/** What must happen in the end, numbered, by edge; -1 where it need not. The outcomes of one actor are one duty: it must come to something, not to each. */
function dutiesOf(space: Space, { edges, wordsOf }: ExploredGraph): Duties {
  const of = new Int32Array(edges.count);
  const byCode = new Map<ActionCode, number>();
  const byActor = new Map<string, number>();
  let count = 0;
  for (let state = 0; state < edges.expanded; state++) {
    const end = edges.starts[state + 1] as number;
    for (let edge = edges.starts[state] as number; edge < end; edge++) {
      const code = edges.codes[edge] as number;
      let obligation = byCode.get(code);
      if (obligation === undefined) {
        obligation = -1;
        if (space.isFair(code)) {
          const action = space.actionOf(wordsOf(state), code);
          if (action.type === 'outcome') {
            obligation = byActor.get(action.actor) ?? count++;
            byActor.set(action.actor, obligation);
          } else obligation = count++;
        }
        byCode.set(code, obligation);
      }
      of[edge] = obligation;
    }
  }
  const { renewing, renewedCodes } = edges;
  const known = new Map<number, readonly number[]>();
  const lookUp = (step: number): readonly number[] => {
    const found = (renewedCodes?.(step) ?? []).map((code) => byCode.get(code) ?? -1).filter((each) => each >= 0);
    known.set(step, found);
    return found;
  };
  const renewed = (edge: number): readonly number[] => {
    const step = renewing?.[edge] ?? 0;
    return step === 0 ? none : (known.get(step - 1) ?? lookUp(step - 1));
  };
  return { of, renewed, count };
}

const none: readonly number[] = [];

function isStuck(edges: Edges, obligations: Int32Array, state: number): boolean {
  const end = edges.starts[state + 1] as number;
  for (let edge = edges.starts[state] as number; edge < end; edge++)
    if ((obligations[edge] as number) >= 0) return false;
  return true;
}

/**
 * A fair cycle in the component nearest to the start that has one. A component has one if and only if nothing that must happen is possible in all of its states and neither done
 * nor begun anew by any of its edges: a part of the component would have no more, so none needs to be looked at by itself.
 */
function findFairCycle(
  edges: Edges,
  duties: Duties,
  { order, isInside }: Without,
): { readonly entry: number; readonly cycle: number[] } | undefined {
  const { starts, targets } = edges;
  const { of: obligations, renewed, count } = duties;
  const components = componentsOf(starts, targets, order, isInside);
  const membersOf = grouped(order, components.of, components.count);
  /** Of an obligation: in how many states of the component it is possible, the last of them, and the last component that does it; both from 1. */
  const possible = new Uint32Array(count);
  const possibleAt = new Uint32Array(count);
  const doneIn = new Uint32Array(count);
  const isLooked = new Uint8Array(components.count);
  for (const entry of order) {
    const component = components.of[entry] as number;
    if (isLooked[component] === 1) continue;
    isLooked[component] = 1;
    const members = membersOf(component);
    const touched: number[] = [];
    for (const state of members) {
      const end = starts[state + 1] as number;
      for (let edge = starts[state] as number; edge < end; edge++) {
        const target = targets[edge] as number;
        const stays = target < isInside.length && components.of[target] === component;
        const obligation = obligations[edge] as number;
        if (stays) for (const each of renewed(edge)) doneIn[each] = component + 1;
        if (obligation < 0) continue;
        if (stays) doneIn[obligation] = component + 1;
        if (possibleAt[obligation] === state + 1) continue;
        possibleAt[obligation] = state + 1;
        if (possible[obligation] === 0) touched.push(obligation);
        possible[obligation] = (possible[obligation] as number) + 1;
      }
    }
    const isFair = touched.every(
      (obligation) => (possible[obligation] as number) < members.length || doneIn[obligation] === component + 1,
    );
    for (const obligation of touched) possible[obligation] = 0;
    // a single state without an edge of its own is not fair either: something is possible there, or it would be stuck
    if (!isFair) continue;
    const graph = {
      edges,
      duties,
      isInside: (state: number): boolean => state < isInside.length && components.of[state] === component,
    };
    return { entry, cycle: fairCycle(graph, entry) };
  }
  return undefined;
}

/** The states of each component, in the order given. */
function grouped(order: Uint32Array, of: Uint32Array, count: number): (component: number) => Uint32Array {
  /** Where each component's begin, and at last where those of the last end. */
  const starts = new Uint32Array(count + 1);
  const add = (component: number, many: number): void => {
    starts[component] = (starts[component] as number) + many;
  };
  for (const state of order) add((of[state] as number) + 1, 1);
  for (let component = 0; component < count; component++) add(component + 1, starts[component] as number);
  const free = starts.slice();
  const members = new Uint32Array(order.length);
  for (const state of order) {
    const component = of[state] as number;
    const place = free[component] as number;
    members[place] = state;
    free[component] = place + 1;
  }
  return (component) => members.subarray(starts[component], starts[component + 1]);
}
