// A schedule: a run of a system as one line of text, a word for each step (see `step-text.ts`). It says no more than is needed to tell a step from the others that are possible
// at that moment, so that it fits the same machines later and elsewhere; where it does not fit any more, it is said at which step and why.
import type { Logics } from '../options.ts';
import { mismatch } from './mismatch.ts';
import type { Action, ActionCode, Space, Words } from '../space/space.ts';
import { meantBy, readWord, wordOf } from './step-text.ts';

/** An action that may happen in a state, and what follows. */
export interface Possible {
  readonly code: ActionCode;
  readonly action: Action;
  readonly next: Words;
}

/** All that may happen in a state. */
export function possibleIn(space: Space, state: Words): readonly Possible[] {
  const found = new Map<ActionCode, Words>();
  // a space may come to the same action twice, where two messages are the same
  space.successors(state, (code, next, length) => {
    if (!found.has(code)) found.set(code, next.slice(0, length));
  });
  return Array.from(found, ([code, next]) => ({ code, action: space.actionOf(state, code), next }));
}

/** The word for an action among all that may happen in a state. */
export function stepTextOf({ action }: Possible, possible: readonly Possible[]): string {
  return wordOf(action, actionsIn(possible));
}

/** The actions that a schedule names. Throws `SCHEDULE_MISMATCH` at the first step that is not possible. */
export function actionsOf<TLogics extends Logics, THistory>(
  space: Space<TLogics, THistory>,
  schedule: string,
): readonly ActionCode[] {
  // what claims are given is of no matter here
  const plain = space as unknown as Space;
  const words = schedule.split(/\s+/u).filter((word) => word !== '');
  const codes: ActionCode[] = [];
  let state = space.initial;
  for (const [index, word] of words.entries()) {
    const possible = possibleIn(plain, state);
    const found = find(word, possible);
    if (!found) throw mismatch({ space: plain, state, possible, word, number: index + 1, total: words.length });
    codes.push(found.code);
    state = found.next;
  }
  return codes;
}

function find(word: string, possible: readonly Possible[]): Possible | undefined {
  const form = readWord(word);
  if (!form) return undefined;
  const meant = meantBy(form, actionsIn(possible));
  const place = form.kind === 'outcome' ? undefined : form.place;
  const action = place === undefined && meant.length === 1 ? meant[0] : meant[(place ?? 0) - 1];
  return action && possible.find((each) => each.action === action);
}

const actionsIn = (possible: readonly Possible[]): readonly Action[] => possible.map(({ action }) => action);
