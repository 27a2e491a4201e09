// `troupe/testing/vitest`: matchers for models. Importing it is all that is to be done. A matcher never passes on an incomplete search, with `.not` neither.
import { expect } from 'vitest';
import {
  judgeAll,
  judgeAlways,
  judgeDeadlock,
  judgeEventually,
  judgeReach,
  judgeUnhandled,
  type Verdict,
  type Limits,
} from './model/verdicts.ts';
import type { Claim, Logics } from './model/options.ts';
import type { SystemModel } from './model/system.ts';

export type { Limits } from './model/verdicts.ts';

/** A claim of the model that is expected something of. */
export type ClaimOf<TModel> =
  TModel extends SystemModel<infer TLogics extends Logics, infer THistory> ? Claim<TLogics, THistory> : never;

/**
 * What can be expected of a model.
 *
 * @remarks
 * What fails shows the shortest way there: numbered steps, the schedule, and a test that replays it. Where a limit was reached before all was explored, it fails and says so,
 * with `.not` as well; unless what was looked for was found. Matchers of one model that follow each other share one exploration.
 *
 * @example
 * ```ts
 * import 'troupe/testing/vitest';
 * import { model } from 'troupe/testing';
 * import { expect, it } from 'vitest';
 * import { createMachine } from 'xstate';
 *
 * const light = createMachine({ initial: 'red', states: { red: { after: { 500: 'green' } }, green: { type: 'final' } } });
 * const street = model({ actors: { light } });
 * it('turns green, and stays so', () => {
 *   expect(street).toBeDeadlockFree();
 *   expect(street).toEventually('it is green', ({ light }) => light.matches('green'));
 *   expect(street).not.toReach('it is done while it is red', ({ light }) => light.matches('red') && light.status === 'done');
 * });
 * ```
 */
export interface ModelMatchers<TModel> {
  /** All that the model declares holds: `always`, `eventually`, `sometimes`; it comes to rest only where it may, and nobody fails. */
  toHold(limits?: Limits): void;
  /** It comes to rest only where all actors are done or `mayStopWhen` lets it. */
  toBeDeadlockFree(limits?: Limits): void;
  /** The claim holds at every moment; `name` is what it says. */
  toAlways(name: string, claim: ClaimOf<TModel>, limits?: Limits): void;
  /** The claim comes to hold on every run on which each message arrives in the end, and each delay ends. */
  toEventually(name: string, claim: ClaimOf<TModel>, limits?: Limits): void;
  /** The claim can come to hold. */
  toReach(name: string, claim: ClaimOf<TModel>, limits?: Limits): void;
  /** No event comes where nothing handles it: XState would drop it. */
  toHandleEveryEvent(limits?: Limits): void;
}

declare module 'vitest' {
  // the parameter has to be the same as in vitest's own
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  interface Matchers<T = any> extends ModelMatchers<T> {}
}

interface Expecting {
  readonly isNot: boolean;
}

expect.extend({
  toHold(this: Expecting, model: unknown, limits?: Limits) {
    return resultOf(this, judgeAll(model, limits));
  },
  toBeDeadlockFree(this: Expecting, model: unknown, limits?: Limits) {
    return resultOf(this, judgeDeadlock(model, limits));
  },
  toAlways(this: Expecting, model: unknown, name: string, claim: Claim<never, never>, limits?: Limits) {
    return resultOf(this, judgeAlways(model, name, claim, limits));
  },
  toEventually(this: Expecting, model: unknown, name: string, claim: Claim<never, never>, limits?: Limits) {
    return resultOf(this, judgeEventually(model, name, claim, limits));
  },
  toReach(this: Expecting, model: unknown, name: string, claim: Claim<never, never>, limits?: Limits) {
    return resultOf(this, judgeReach(model, name, claim, limits));
  },
  toHandleEveryEvent(this: Expecting, model: unknown, limits?: Limits) {
    return resultOf(this, judgeUnhandled(model, limits));
  },
});

/** What is not known passes neither way. */
function resultOf({ isNot }: Expecting, { verdict, text }: Verdict): { pass: boolean; message: () => string } {
  return { pass: isNot ? verdict !== 'not so' : verdict === 'so', message: () => text };
}
