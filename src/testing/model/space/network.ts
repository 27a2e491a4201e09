// The messages on their way between nodes, as the last words of a state. Without an order they are sorted, equal ones side by side, so that the same messages are the same words;
// as a set each is there once. In order from node to node they stand by pair of nodes, the oldest first; in one order for all, simply the oldest first.
// Indices stay within the arrays, so what is read there is a number (`as number`).
import type { NetworkOptions } from '../options.ts';
import type { Words } from './space.ts';
import type { Subjects } from './subjects.ts';

/** How the messages of a state are kept. */
export interface Network {
  /** Delivery leaves a message where it is, for ever. */
  readonly staysForEver: boolean;
  /** A message keeps its place among others of the same pair of nodes, at least. */
  readonly isOrdered: boolean;
  /** Writes the places of the messages that can arrive now, of equal ones the first, and gives how many; messages are from `first` up to `end`. */
  arrivals(words: Words, first: number, end: number, into: Words): number;
  /** Puts a message among those from `first` up to `end`, and gives the new end. */
  insert(words: Words, first: number, end: number, message: number): number;
}

export function createNetwork({ order = 'per-pair', duplicate = 0 }: NetworkOptions, subjects: Subjects): Network {
  const { pair } = subjects;
  if (order === 'global') {
    return {
      staysForEver: false,
      isOrdered: true,
      arrivals(_words, first, end, into) {
        into[0] = first;
        return Math.min(end - first, 1);
      },
      insert(words, _first, end, message) {
        words[end] = message;
        return end + 1;
      },
    };
  }
  if (order === 'per-pair') {
    return {
      staysForEver: false,
      isOrdered: true,
      arrivals(words, first, end, into) {
        let count = 0;
        let before = -1;
        for (let place = first; place < end; place++) {
          const own = pair(words[place] as number);
          if (own !== before) into[count++] = place;
          before = own;
        }
        return count;
      },
      insert(words, first, end, message) {
        const own = pair(message);
        let place = end;
        for (; place > first && pair(words[place - 1] as number) > own; place--)
          words[place] = words[place - 1] as number;
        words[place] = message;
        return end + 1;
      },
    };
  }
  const staysForEver = duplicate === Infinity;
  return {
    staysForEver,
    isOrdered: false,
    arrivals(words, first, end, into) {
      let count = 0;
      let before = -1;
      for (let place = first; place < end; place++) {
        const message = words[place] as number;
        if (message !== before) into[count++] = place;
        before = message;
      }
      return count;
    },
    insert(words, first, end, message) {
      if (staysForEver) for (let place = first; place < end; place++) if (words[place] === message) return end;
      let place = end;
      for (; place > first && (words[place - 1] as number) > message; place--)
        words[place] = words[place - 1] as number;
      words[place] = message;
      return end + 1;
    },
  };
}
