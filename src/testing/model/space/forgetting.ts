// Lets go of what is remembered of actors that have ended, in a state in which nobody speaks of them any more: nobody can come to watch them. So what is remembered is a matter of the state alone,
// and not of the way that led to it. It costs nothing where nothing is remembered.
// Indices stay within the arrays, so what is read there is a number (`as number`).
import type { Addresses } from './addresses.ts';
import type { Configurations } from './configurations.ts';
import type { Node } from '../node/node.ts';
import type { Words } from './space.ts';
import type { Subjects } from './subjects.ts';

/** Lets go in a state that `words` holds in its first `length` words. */
export type Forget = (words: Words, length: number) => void;

export function createForget(
  nodes: readonly Node[],
  subjects: Subjects,
  configurations: Configurations,
  addresses: Addresses,
  networkAt: number,
): Forget {
  /** By configuration and the numbers of those that are still spoken of: what is left. */
  const known = new Map<string, number>();

  const isSpokenOf = (words: Words, length: number, address: number): boolean => {
    for (let node = 0; node < nodes.length; node++) {
      if (configurations.plan(words[node] as number).mentions.includes(address)) return true;
    }
    for (let position = networkAt; position < length; position++) {
      if (addresses.ofEvent(words[position] as number, subjects).includes(address)) return true;
    }
    return false;
  };
  /** The number of a node's configuration with what is spoken of alone. */
  const left = (words: Words, length: number, place: number): number => {
    const id = words[place] as number;
    const { configuration } = configurations.plan(id);
    const { ends } = configuration;
    if (ends === undefined || ends.size === 0) return id;
    const numbers = new Map([...ends.keys()].map((address) => [address, addresses.find(address)]));
    const spoken = new Set([...numbers.values()].filter((number) => isSpokenOf(words, length, number)));
    if (spoken.size === ends.size) return id;
    const key = `${id} ${[...spoken].join()}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const next = nodes[place]?.forgetEnds?.(configuration, (address) => spoken.has(numbers.get(address) ?? -1));
    const after = configurations.idOf(place, next ?? configuration);
    known.set(key, after);
    return after;
  };

  return (words, length) => {
    if (!configurations.hasEnds) return;
    // an output may speak of another that has ended
    for (let isSame = false; !isSame;) {
      isSame = true;
      for (let place = 0; place < nodes.length; place++) {
        const next = left(words, length, place);
        isSame &&= next === words[place];
        words[place] = next;
      }
    }
  };
}
