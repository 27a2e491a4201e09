// Who may become whom: the permutations of groups of nodes, each with tables of what it makes of a space's numbers, filled as they are asked for. What a number stands for is
// renamed once; after that a state is renamed by looking up its words.
import type { Node, Renaming } from '../node/node.ts';
import type { Message } from '../options.ts';
import type { Rearrangeable, Rearrangement } from '../space/rearrange.ts';
import type { Words } from '../space/space.ts';

/** Renames what is no node: it is pure, and what holds no name stays as it is. */
export interface Renames {
  message(message: Message, renaming: Renaming): Message;
  value(value: unknown, renaming: Renaming): unknown;
}

/** What permutations are made of. */
export interface PermutationContext {
  readonly names: readonly string[];
  readonly nodes: readonly Node[];
  readonly space: Rearrangeable;
  readonly renames: Renames;
}

/** One way of exchanging nodes. */
export interface Permutation extends Rearrangement {
  /** Where each place comes from. */
  readonly sources: readonly number[];
  /** Writes what it makes of a state, which has the same length. */
  apply(state: Words, length: number, into: Words): void;
}

/** Makes permutations that share what they know. */
export interface Permutations {
  /** The one that brings the node at each place to the place given for it; the same one whenever it is asked for. */
  of(places: readonly number[]): Permutation;
  /** Whether lists of names that are in order are put in order again, being sets. As long as it is open they are not. */
  readonly sortsLists: boolean | 'open';
  /** Whether it would have made a difference to anything that was renamed while it was open. */
  readonly sortingMatters: boolean;
  settle(sortsLists: boolean): void;
}

export function createPermutations(context: PermutationContext): Permutations {
  const known = new Map<string, Tabled>();
  let sortsLists: boolean | 'open' = 'open';
  let sortingMatters = false;
  const tablesOf = (places: readonly number[]): Tables => {
    const moved = places.findIndex((place, index) => place !== index);
    if (moved < 0) return unchanged;
    const exchange = exchangeOf(places.length, moved, places[moved] as number);
    const rest = places.map((place) => exchange[place] as number);
    // few ways of exchanging two make all others, so little is renamed
    return rest.every((place, index) => place === index)
      ? renaming(context, places, renamedId)
      : inTurn(of(rest), of(exchange));
  };
  /** The number that something has when it is renamed. While it is open how, both are looked at. */
  const renamedId: RenamedId = (names, idOf) => {
    const id = idOf({ names, sortsLists: sortsLists === true });
    if (sortsLists === 'open' && idOf({ names, sortsLists: true }) !== id) sortingMatters = true;
    return id;
  };
  const of = (places: readonly number[]): Permutation => {
    const key = places.join();
    let permutation = known.get(key);
    if (permutation === undefined) {
      permutation = createPermutation(context, [...places], tablesOf(places));
      known.set(key, permutation);
    }
    return permutation;
  };
  return {
    of,
    get sortsLists() {
      return sortsLists;
    },
    get sortingMatters() {
      return sortingMatters;
    },
    settle(sorts) {
      sortsLists = sorts;
      // what was renamed the other way is wrong now
      if (sorts) for (const permutation of known.values()) permutation.forget();
    },
  };
}

/** What a permutation makes of numbers. */
type Tables = Pick<Rearrangement, 'configuration' | 'message' | 'history'>;

interface Tabled extends Permutation {
  /** Forgets all numbers. */
  forget(): void;
}

type RenamedId = (names: Readonly<Record<string, string>>, idOf: (renaming: Renaming) => number) => number;

const unchanged: Tables = { configuration: (_place, id) => id, message: (id) => id, history: (id) => id };

const inTurn = (first: Permutation, second: Permutation): Tables => ({
  configuration: (place, id) => second.configuration(first.places[place] as number, first.configuration(place, id)),
  message: (id) => second.message(first.message(id)),
  history: (id) => second.history(first.history(id)),
});

function renaming(
  { names, nodes, space, renames }: PermutationContext,
  places: readonly number[],
  renamedId: RenamedId,
): Tables {
  const renamed = renamedBy(names, places);
  return {
    configuration: (place, id) =>
      renamedId(renamed, (by) =>
        space.idOfConfiguration(
          places[place] as number,
          (nodes[place] as Node).rename(space.configuration(place, id), by),
        ),
      ),
    message: (id) => renamedId(renamed, (by) => space.idOfMessage(renames.message(space.message(id), by))),
    history: (id) => renamedId(renamed, (by) => space.idOfHistory(renames.value(space.history(id), by))),
  };
}

function createPermutation({ names, space }: PermutationContext, places: readonly number[], made: Tables): Tabled {
  const sources = places.map((_, place) => places.indexOf(place));
  const configurations: number[][] = places.map(() => []);
  const messages: number[] = [];
  const histories: number[] = [];
  const permutation: Tabled = {
    places,
    sources,
    names: renamedBy(names, places),
    configuration: (place, id) => ((configurations[place] as number[])[id] ??= made.configuration(place, id)),
    message: (id) => (messages[id] ??= made.message(id)),
    history: (id) => (histories[id] ??= made.history(id)),
    apply(state, length, into) {
      space.rearrange(state, length, permutation, into);
    },
    forget() {
      for (const table of [...configurations, messages, histories]) table.length = 0;
    },
  };
  return permutation;
}

const renamedBy = (names: readonly string[], places: readonly number[]): Readonly<Record<string, string>> =>
  Object.fromEntries(names.map((name, place) => [name, names[places[place] as number] as string]));

function exchangeOf(size: number, first: number, second: number): number[] {
  const places = Array.from({ length: size }, (_, place) => place);
  places[first] = second;
  places[second] = first;
  return places;
}

/** All ways to exchange nodes within groups, as where each place goes; the first leaves all as it is. */
export function arrangements(size: number, groups: readonly (readonly number[])[]): number[][] {
  const identity = Array.from({ length: size }, (_, place) => place);
  let all = [identity];
  for (const group of groups) {
    const orders = ordersOf(group);
    all = all.flatMap((places) =>
      orders.map((order) => {
        const arranged = [...places];
        group.forEach((place, index) => (arranged[place] = order[index] as number));
        return arranged;
      }),
    );
  }
  return all;
}

/** All ways to exchange two nodes of one group. */
export function exchanges(size: number, groups: readonly (readonly number[])[]): number[][] {
  return groups.flatMap((group) =>
    group.flatMap((first, index) => group.slice(index + 1).map((second) => exchangeOf(size, first, second))),
  );
}

/** One way to exchange nodes within groups, at random. */
export function shuffled(size: number, groups: readonly (readonly number[])[], random: () => number): number[] {
  const places = Array.from({ length: size }, (_, place) => place);
  for (const group of groups) {
    const left = [...group];
    for (const place of group) places[place] = left.splice(Math.floor(random() * left.length), 1)[0] as number;
  }
  return places;
}

/** How many ways there are to exchange nodes within groups. */
export function countArrangements(groups: readonly (readonly number[])[]): number {
  let count = 1;
  for (const group of groups) for (let factor = 2; factor <= group.length; factor++) count *= factor;
  return count;
}

function ordersOf(members: readonly number[]): number[][] {
  if (members.length === 0) return [[]];
  return members.flatMap((first) =>
    ordersOf(members.filter((member) => member !== first)).map((rest) => [first, ...rest]),
  );
}
