// A space in which states that differ only in who is who are one: each is represented by the least of its images under the exchanges of symmetric nodes. Where there are too
// many exchanges to try (see `most`), nodes are sorted by what they look like: then a state may have several representatives, but none stands for another state.
// A path of representatives is no run: `realRun` gives the one that it stands for.
import {
  differenceOf,
  imageOf,
  nodeOf,
  notAlikeAtFirst,
  notSymmetric,
  successorsOf,
  toldApart,
} from './equivariance.ts';
import type { Successors } from './equivariance.ts';
import type { Node } from './node.ts';
import type { Claims, Logics } from './options.ts';
import { arrangements, countArrangements, createPermutations, exchanges } from './permutations.ts';
import type { Permutation, Renames } from './permutations.ts';
import { createSorter } from './signature.ts';
import type { ActionCode, Space, Words } from './space.ts';

/** As many exchanges are all tried: those of five nodes. */
const most = 120;

/** A space up to who is who. */
export interface SymmetricSpace<TLogics extends Logics, THistory> extends Space<TLogics, THistory> {
  /** The actions of the run that a path of this space stands for; to be followed in the space that this one was made of. */
  realRun(path: readonly ActionCode[]): ActionCode[];
}

export interface SymmetryContext<TLogics extends Logics, THistory> {
  /** The space as it is, with what it knows of its numbers. */
  readonly space: Space<TLogics, THistory>;
  readonly nodes: readonly Node[];
  readonly renames: Renames;
  /** The places of the nodes of each group. */
  readonly groups: readonly (readonly number[])[];
  /** What must not tell the nodes of a group apart. */
  readonly claims: Claims<TLogics, THistory>;
}

/** Throws `NOT_SYMMETRIC`, at once or while it is explored, where nodes of a group are found to be treated differently. */
export function createSymmetricSpace<TLogics extends Logics, THistory>(
  context: SymmetryContext<TLogics, THistory>,
): SymmetricSpace<TLogics, THistory> {
  const { space, groups, claims } = context;
  const { names } = space;
  const rearrangeable = space.rearrangeable!;
  const permutations = createPermutations({ ...context, names, space: rearrangeable });
  const identity = names.map((_, place) => place);
  const pairs = exchanges(names.length, groups);
  const all = countArrangements(groups) <= most ? arrangements(names.length, groups).slice(1) : undefined;
  const sort = all === undefined ? createSorter({ ...context, names, space: rearrangeable }) : undefined;

  // whether lists of names that are in order are sets is found out the first time that it matters, by what the machines really do
  const beginsAlike = (places: readonly number[]): boolean =>
    isEqual(imageOf(permutations.of(places), space.initial), space.initial);
  const differing = pairs.find((places) => !beginsAlike(places));
  if (differing !== undefined) {
    const error = notAlikeAtFirst(space, permutations.of(differing));
    permutations.settle(true);
    if (!pairs.every(beginsAlike)) throw error;
  }

  const verify = (state: Words, successors: Successors, exchangesToTry: readonly (readonly number[])[]): void => {
    for (const places of exchangesToTry) {
      const difference = differenceOf(space, permutations.of(places), state, successors);
      if (difference === undefined) continue;
      const error = notSymmetric(space, permutations.of(places), difference);
      if (permutations.sortsLists !== 'open') throw error;
      permutations.settle(true);
      if (differenceOf(space, permutations.of(places), state, successors) !== undefined) throw error;
    }
    if (permutations.sortsLists === 'open' && permutations.sortingMatters) permutations.settle(false);
    for (const places of exchangesToTry) {
      const image = imageOf(permutations.of(places), state);
      for (const [name, claim] of Object.entries(claims)) {
        if (holds(space, claim, state) === holds(space, claim, image)) continue;
        throw toldApart(space, permutations.of(places), name);
      }
    }
  };

  let best: Words = new Uint32Array(64);
  let other: Words = new Uint32Array(64);
  /** The least image in `best`, its length, and what led to it. */
  const represent = (state: Words): { readonly length: number; readonly by: Permutation } => {
    if (best.length < state.length)
      [best, other] = [new Uint32Array(state.length * 2), new Uint32Array(state.length * 2)];
    if (sort !== undefined) {
      const messages: number[] = [];
      const spy = (id: number): number => {
        messages.push(id);
        return id;
      };
      const same = { ...permutations.of(identity), configuration: (_: number, id: number) => id, message: spy };
      rearrangeable.rearrange(state, state.length, { ...same, history: (id) => id }, other);
      const by = permutations.of(sort(state, messages));
      return { length: by.apply(state, state.length, best), by };
    }
    best.set(state);
    let length = state.length;
    let by = permutations.of(identity);
    for (const places of all!) {
      const permutation = permutations.of(places);
      const order = compareNodes(permutation, state, best, names.length);
      if (order > 0) continue;
      const otherLength = permutation.apply(state, state.length, other);
      if (order === 0 && compare(other, otherLength, best, length) >= 0) continue;
      [best, other] = [other, best];
      length = otherLength;
      by = permutation;
    }
    return { length, by };
  };

  /** Of each action, the place of the node that it is about, and the configurations of that node to which it has happened. */
  const met = new Map<ActionCode, { readonly place: number; readonly configurations: Set<number> }>();
  const hasNew = (state: Words, codes: readonly ActionCode[]): boolean => {
    let isNew = false;
    for (const code of codes) {
      let known = met.get(code);
      if (known === undefined) {
        known = { place: names.indexOf(nodeOf(space.actionOf(state, code))), configurations: new Set() };
        met.set(code, known);
      }
      const configuration = state[known.place]!;
      if (known.configurations.has(configuration)) continue;
      known.configurations.add(configuration);
      isNew = true;
    }
    return isNew;
  };

  return {
    ...space,
    successors(state, visit, isBeyond) {
      const own = state.slice();
      const successors = successorsOf(space, own);
      if (hasNew(own, successors.codes)) verify(own, successors, pairs);
      const { states, codes, beyond } = successors;
      if (permutations.sortsLists === 'open') {
        states.forEach(represent);
        // something was renamed in which order could matter: what the machines do tells whether it does
        if (permutations.sortingMatters) verify(own, successors, all ?? pairs);
      }
      states.forEach((next, index) => {
        const { length } = represent(next);
        visit(codes[index]!, best, length);
      });
      if (isBeyond !== undefined) for (const code of beyond) isBeyond(code);
    },
    realRun(path) {
      const run: ActionCode[] = [];
      let represented: Words = space.initial;
      let real: Words = space.initial;
      /** Where the nodes of the represented state are in the real one. */
      let places: readonly number[] = identity;
      for (const code of path) {
        const { states, codes } = successorsOf(space, represented);
        const next = states[codes.indexOf(code)]!;
        const wanted = imageOf(permutations.of(places), next);
        const possible = successorsOf(space, real);
        const at = possible.states.findIndex((state) => isEqual(state, wanted));
        if (at < 0) verify(represented, successorsOf(space, represented), [places]);
        run.push(possible.codes[at]!);
        const { length, by } = represent(next);
        represented = best.slice(0, length);
        real = wanted;
        const before = places;
        places = by.sources.map((source) => before[source]!);
      }
      return run;
    },
  };
}

function holds<TLogics extends Logics, THistory>(
  space: Space<TLogics, THistory>,
  claim: Claims<TLogics, THistory>[string],
  state: Words,
): boolean | undefined {
  try {
    const { world, scene } = space.show(state);
    return claim(world, scene);
  } catch {
    // a claim that throws is told of where it is explored
    return undefined;
  }
}

/** Compares the nodes of a state's image with those of another state, as far as they are equal. */
function compareNodes(permutation: Permutation, state: Words, best: Words, count: number): number {
  const { sources } = permutation;
  for (let place = 0; place < count; place++) {
    const source = sources[place]!;
    const difference = permutation.configuration(source, state[source]!) - best[place]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

function compare(first: Words, firstLength: number, second: Words, secondLength: number): number {
  for (let index = 0; index < firstLength && index < secondLength; index++) {
    if (first[index] !== second[index]) return first[index]! - second[index]!;
  }
  return firstLength - secondLength;
}

const isEqual = (first: Words, second: Words): boolean => compare(first, first.length, second, second.length) === 0;
