// States that differ only in who is who are one: each is represented by the least of its images under the exchanges of symmetric nodes. Where there are too many exchanges to
// try (see `most`), nodes are sorted by what they look like: then states that are one may have several representatives, but none stands for what it is not.
// A path of representatives is no run: `realRun` gives the one that it stands for.
import { isSo } from '../space/asked.ts';
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
import type { Node } from '../node/node.ts';
import type { Claims, Logics } from '../options.ts';
import { createRandom } from '../../random.ts';
import { arrangements, countArrangements, createPermutations, exchanges, shuffled } from './permutations.ts';
import type { Permutation, Renames } from './permutations.ts';
import { createSorter } from './signature.ts';
import type { Rearrangeable } from '../space/rearrange.ts';
import type { ActionCode, Space, Words } from '../space/space.ts';

/** As many exchanges are all tried: those of five nodes. */
const most = 120;

/** By so many exchanges, or all if there are fewer, it is looked whether nodes are told apart: what those of two nodes say of a state says nothing of three that have gone round. */
const mostAsked = 24;

/** A space up to who is who. */
export interface Symmetry {
  /** Is shown each state before its successors are looked at. Throws `NOT_SYMMETRIC` where they show that nodes of a group are treated differently. */
  look(state: Words): void;
  /** Puts in the place of the first `length` words of a state those of the one that stands for it. */
  representative(words: Words, length: number): void;
  /** The actions of the run that a path of representatives stands for, itself given by the actions between them. */
  realRun(path: readonly ActionCode[]): ActionCode[];
}

export interface SymmetryContext<TLogics extends Logics, THistory> {
  /** The space as it is; it must be rearrangeable. */
  readonly space: Space<TLogics, THistory>;
  readonly nodes: readonly Node[];
  readonly renames: Renames;
  /** The places of the nodes of each group. */
  readonly groups: readonly (readonly number[])[];
  /** What must not tell the nodes of a group apart. */
  readonly claims: Claims<TLogics, THistory>;
}

/** Throws `NOT_SYMMETRIC` where nodes of a group do not begin alike. */
export function createSymmetry<TLogics extends Logics, THistory>(
  context: SymmetryContext<TLogics, THistory>,
): Symmetry {
  const { space, groups, claims } = context;
  const { names } = space;
  const rearrangeable = space.rearrangeable as Rearrangeable;
  const permutations = createPermutations({ ...context, names, space: rearrangeable });
  const identity = names.map((_, place) => place);
  const pairs = exchanges(names.length, groups);
  const asked = [...pairs, ...furtherExchanges(names.length, groups)];
  const all =
    countArrangements(groups) <= most ? arrangements(names.length, groups).slice(1).map(permutations.of) : undefined;
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
  };
  /** A claim says the same of a state and of what stands for it: that is looked at in each, for no step of another tells of it. */
  const verifyClaims = (state: Words): void => {
    if (Object.keys(claims).length === 0) return;
    for (const places of asked) {
      const image = imageOf(permutations.of(places), state);
      for (const [name, claim] of Object.entries(claims)) {
        if (holds(space, claim, state) === holds(space, claim, image)) continue;
        throw toldApart(space, permutations.of(places), name);
      }
    }
  };

  let best: Words = new Uint32Array(64);
  let other: Words = new Uint32Array(64);
  /** Writes the least image of a state into `best`, and gives what led to it. */
  const represent = (state: Words, length: number): Permutation => {
    if (best.length < length) [best, other] = [new Uint32Array(length * 2), new Uint32Array(length * 2)];
    if (sort !== undefined) {
      const by = permutations.of(sort(state, messagesOf(state, length)));
      by.apply(state, length, best);
      return by;
    }
    for (let index = 0; index < length; index++) best[index] = state[index] as number;
    let by = permutations.of(identity);
    for (const permutation of all as readonly Permutation[]) {
      const order = compareNodes(permutation, state, best, names.length);
      if (order > 0) continue;
      permutation.apply(state, length, other);
      if (order === 0 && compare(other, best, length) >= 0) continue;
      [best, other] = [other, best];
      by = permutation;
    }
    return by;
  };
  const messagesOf = (state: Words, length: number): number[] => {
    const messages: number[] = [];
    const message = (id: number): number => {
      messages.push(id);
      return id;
    };
    const own = {
      places: identity,
      names: {},
      configuration: (_: number, id: number) => id,
      message,
      history: unchanged,
    };
    rearrangeable.rearrange(state, length, own, other);
    return messages;
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
      const configuration = state[known.place] as number;
      if (known.configurations.has(configuration)) continue;
      known.configurations.add(configuration);
      isNew = true;
    }
    return isNew;
  };

  return {
    look(state) {
      verifyClaims(state);
      const successors = successorsOf(space, state);
      if (hasNew(state, successors.codes)) verify(state, successors, asked);
      if (permutations.sortsLists !== 'open') return;
      for (const next of successors.states) represent(next, next.length);
      // something was renamed in which order could matter: what the machines do tells whether it does
      if (permutations.sortingMatters) verify(state, successors, all?.map(({ places }) => places) ?? pairs);
    },
    representative(words, length) {
      represent(words, length);
      for (let index = 0; index < length; index++) words[index] = best[index] as number;
    },
    realRun(path) {
      const run: ActionCode[] = [];
      let represented: Words = space.initial;
      let real: Words = space.initial;
      /** Where the nodes of the represented state are in the real one. */
      let places: readonly number[] = identity;
      for (const code of path) {
        const { states, codes } = successorsOf(space, represented);
        const next = states[codes.indexOf(code)] as Words;
        const wanted = imageOf(permutations.of(places), next);
        const possible = successorsOf(space, real);
        const at = possible.states.findIndex((state) => isEqual(state, wanted));
        if (at < 0) verify(represented, successorsOf(space, represented), [places]);
        run.push(possible.codes[at] as number);
        const by = represent(next, next.length);
        represented = best.slice(0, next.length);
        real = wanted;
        const before = places;
        places = by.sources.map((source) => before[source] as number);
      }
      return run;
    },
  };
}

/** Exchanges of more than two nodes: all, or some at random where there are many. */
function furtherExchanges(size: number, groups: readonly (readonly number[])[]): number[][] {
  if (countArrangements(groups) <= mostAsked) return arrangements(size, groups).filter(isFurther);
  const random = createRandom(1);
  return Array.from({ length: mostAsked }, () => shuffled(size, groups, random)).filter(isFurther);
}

const isFurther = (places: readonly number[]): boolean => places.filter((to, from) => to !== from).length > 2;

function holds<TLogics extends Logics, THistory>(
  space: Space<TLogics, THistory>,
  claim: Claims<TLogics, THistory>[string],
  state: Words,
): boolean | undefined {
  try {
    const { world, scene } = space.show(state);
    return isSo(claim, world, scene);
  } catch {
    // a claim that throws is told of where it is explored
    return undefined;
  }
}

/** Compares the nodes of a state's image with those of another state, as far as they are equal. */
function compareNodes(permutation: Permutation, state: Words, best: Words, count: number): number {
  const { sources } = permutation;
  for (let place = 0; place < count; place++) {
    const source = sources[place] as number;
    const difference = permutation.configuration(source, state[source] as number) - (best[place] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

function compare(first: Words, second: Words, length: number): number {
  for (let index = 0; index < length; index++) {
    if (first[index] !== second[index]) return (first[index] as number) - (second[index] as number);
  }
  return 0;
}

const unchanged = (id: number): number => id;

const isEqual = (first: Words, second: Words): boolean =>
  first.length === second.length && compare(first, second, first.length) === 0;
