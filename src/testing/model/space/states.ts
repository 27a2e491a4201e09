// The states that were found, each with the state and the action that it was first come to by: together at most 160 bytes for a state of twenty numbers.
import { createColumn } from './column.ts';
import type { ActionCode, Words } from './space.ts';
import { createTuples, type Tuples } from './tuples.ts';

/** The states found, by number, the initial one first. */
export interface States extends Tuples {
  /** Where a state was first come from; that of the first one is itself. */
  parent(state: number): number;
  /** By which action. */
  into(state: number): ActionCode;
  /** Keeps a state that was not there, and gives its number. */
  keep(words: Words, length: number, parent: number, action: ActionCode): number;
  /** A copy of its words. */
  wordsOf(state: number): Words;
}

export function createStates(): States {
  const tuples = createTuples();
  const parents = createColumn();
  const actions = createColumn();
  return {
    get count() {
      return tuples.count;
    },
    find: tuples.find,
    add: tuples.add,
    page: tuples.page,
    start: tuples.start,
    length: tuples.length,
    get bytes() {
      return tuples.bytes + parents.bytes + actions.bytes;
    },
    parent: parents.get,
    into: actions.get,
    keep(words, length, parent, action) {
      const state = tuples.add(words, length);
      parents.set(state, parent);
      actions.set(state, action);
      return state;
    },
    wordsOf(state) {
      const start = tuples.start(state);
      return tuples.page(state).slice(start, start + tuples.length(state));
    },
  };
}
