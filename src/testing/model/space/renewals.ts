// What begins with a step and may come of itself: a delay that is armed, a promise that is invoked. Where the same might have come before, that has ended and this is another, though
// its action has the same code: whoever waits for the first waits in vain. Asked only after an exploration, for the steps between its states.
import { codeOf, kinds, subjectOf } from './codes.ts';
import type { Parts } from './parts.ts';
import type { ActionCode } from './space.ts';

/** Tells of steps, by number, what begins with them. */
export interface Renewals {
  renews(step: number): boolean;
  /** The actions that are possible by what has begun, as far as they were found so far; also such as were not possible before. */
  codesOf(step: number): readonly ActionCode[];
}

export function createRenewals({ steps, configurations, subjects, downs, watches }: Parts): Renewals {
  return {
    renews: steps.begins,
    codesOf(step) {
      const { timers = [], actors = [] } = steps.taken(step).step.begun ?? {};
      const { occurrences, own, watches: watched } = configurations.plan(steps.next(step));
      const armed = [...occurrences].filter(([, it]) => it.type === 'timer' && timers.includes(it.index));
      const isOfOne = (code: ActionCode): boolean => {
        const { action } = subjects.at(subjectOf(code));
        return 'actor' in action && actors.includes(action.actor);
      };
      return [
        ...armed.map(([subject]) => codeOf(kinds.timer, subject)),
        ...own.filter(isOfOne),
        ...watched.filter((watch) => actors.includes(watches.at(watch).watcher)).flatMap(downs.codesOf),
      ];
    },
  };
}
