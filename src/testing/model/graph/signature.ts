// Puts symmetric nodes in order where there are too many to try all orders: by what each looks like when all others of its group are called the same. Nodes that look alike
// stay as they are, so two states that differ only in who is who may still be taken for two: never is one taken for another.
import type { Node } from '../node/node.ts';
import type { Renames } from './permutations.ts';
import type { Rearrangeable } from '../space/rearrange.ts';
import type { Words } from '../space/space.ts';

/** Where each node goes, so that those of a group stand in order. */
export type Sorter = (state: Words, messages: readonly number[]) => number[];

/** A number for what a state looks like to one node. */
type Look = (state: Words, messages: readonly number[]) => number;

export interface SorterContext {
  readonly names: readonly string[];
  readonly nodes: readonly Node[];
  readonly space: Rearrangeable;
  readonly renames: Renames;
  readonly groups: readonly (readonly number[])[];
}

export function createSorter(context: SorterContext): Sorter {
  const { names, groups } = context;
  const looks = groups.map((group) => group.map((member) => createLook(context, group, member)));
  return (state, messages) => {
    const places = names.map((_, place) => place);
    groups.forEach((group, index) => {
      const ranked = group.map((member, rank) => ({
        member,
        look: ((looks[index] as readonly Look[])[rank] as Look)(state, messages),
      }));
      ranked.sort((first, second) => first.look - second.look || first.member - second.member);
      ranked.forEach(({ member }, rank) => (places[member] = group[rank] as number));
    });
    return places;
  };
}

/** A number for what a state looks like to one member of a group: from its own configuration, those of others, and the messages. Where it is one by accident, it is a tie. */
function createLook(
  { names, nodes, space, renames }: SorterContext,
  group: readonly number[],
  member: number,
): (state: Words, messages: readonly number[]) => number {
  const [self, others] = [names[group[0] as number] as string, names[group[1] as number] as string];
  const seenAs = Object.fromEntries(names.map((name) => [name, name]));
  for (const place of group) seenAs[names[place] as string] = place === member ? self : others;
  const renaming = { names: seenAs, sortsLists: true };
  const texts = new Map<string, number>();
  const numberOf = (text: string): number => {
    const number = texts.get(text) ?? scatter(hashOf(text));
    texts.set(text, number);
    return number;
  };
  const configurations: number[][] = names.map(() => []);
  const configuration = (place: number, id: number): number =>
    ((configurations[place] as number[])[id] ??= numberOf(
      (nodes[place] as Node).rename(space.configuration(place, id), renaming).key,
    ));
  const messageNumbers: number[] = [];
  const message = (id: number): number =>
    (messageNumbers[id] ??= scatter(space.idOfMessage(renames.message(space.message(id), renaming))));
  return (state, messages) => {
    let look = 0;
    for (let place = 0; place < names.length; place++) {
      const number = configuration(place, state[place] as number);
      // a sum, as it does not matter which of the others is which
      if (place === member) look += Math.imul(number, 3);
      else if (group.includes(place)) look += number;
      else look += Math.imul(scatter(number + place), 5);
    }
    for (const id of messages) look += Math.imul(message(id), 7);
    return look | 0;
  };
}

function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash;
}

function scatter(number: number): number {
  let mixed = Math.imul(number ^ 0x5bd1e995, 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b);
  return mixed ^ (mixed >>> 13);
}
