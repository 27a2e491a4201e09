// What is claimed of a model, as functions that throw: for node:test, jest and any other runner. vitest has matchers for the same (`troupe/testing/vitest`).
import { TroupeError } from '../../errors.ts';
import {
  judgeAll,
  judgeAlways,
  judgeDeadlock,
  judgeEventually,
  judgeReach,
  judgeUnhandled,
  type Verdict,
  type Limits,
} from './verdicts.ts';
import type { Claim, Logics } from './options.ts';
import type { SystemModel } from './system.ts';
import type { Trace } from './trace/trace.ts';

/**
 * Asserts all that a model declares: `always`, `eventually`, `sometimes`, that it comes to rest only where it may, and that nobody fails.
 *
 * @remarks
 * It explores every state within the bounds, or says that it could not: an incomplete search never passes. Assertions about one model that follow each other share one exploration.
 *
 * @throws `CLAIM_VIOLATED` with the shortest way to a violation as its text, and with `kind`, `claim` and `schedule` in its details; `NOT_EXHAUSTIVE` if a limit was reached
 * before all was explored.
 *
 * @example
 * ```ts
 * import { test } from 'node:test';
 * import { assertHolds, model } from 'troupe/testing';
 * import { createMachine } from 'xstate';
 *
 * const lamp = createMachine({ initial: 'off', states: { off: { on: { TOGGLE: 'on' } }, on: { on: { TOGGLE: 'off' } } } });
 * const room = model({ actors: { lamp }, stimuli: { lamp: [{ type: 'TOGGLE' }] } });
 * test('the lamp holds what is claimed of it', () => assertHolds(room));
 * ```
 */
export function assertHolds(model: SystemModel, limits?: Limits): void {
  assertSo(judgeAll(model, limits));
}

/**
 * Asserts that a system comes to rest only where all of its actors are done or the option `mayStopWhen` lets it.
 *
 * @throws As {@link assertHolds}.
 *
 * @example
 * ```ts
 * import { assertDeadlockFree, model } from 'troupe/testing';
 * import { createMachine } from 'xstate';
 *
 * assertDeadlockFree(model({ actors: { clerk: createMachine({ initial: 'done', states: { done: { type: 'final' } } }) } }));
 * ```
 */
export function assertDeadlockFree(model: SystemModel, limits?: Limits): void {
  assertSo(judgeDeadlock(model, limits));
}

/**
 * Asserts that a claim holds at every moment.
 *
 * @param name - What it says, for reports.
 *
 * @throws As {@link assertHolds}.
 *
 * @example
 * ```ts
 * import { assertAlways, model } from 'troupe/testing';
 * import { fromTransition } from 'xstate';
 *
 * const counter = fromTransition((count: number, _: { readonly type: 'ADD' }) => (count + 1) % 10, 0);
 * const shop = model({ actors: { counter }, stimuli: { counter: [{ type: 'ADD' }] } });
 * assertAlways(shop, 'it counts to nine', ({ counter }) => counter.context < 10);
 * ```
 */
export function assertAlways<TLogics extends Logics, THistory>(
  model: SystemModel<TLogics, THistory>,
  name: string,
  claim: Claim<NoInfer<TLogics>, NoInfer<THistory>>,
  limits?: Limits,
): void {
  assertSo(judgeAlways(model, name, claim, limits));
}

/**
 * Asserts that a claim comes to hold on every run on which each message arrives in the end, and each delay ends.
 *
 * @param name - What it says, for reports.
 *
 * @remarks
 * What users do, and what goes wrong by the budgets for it, need never happen. Each such claim is explored by itself, without `symmetric`.
 *
 * @throws As {@link assertHolds}.
 *
 * @example
 * ```ts
 * import { assertEventually, model } from 'troupe/testing';
 * import { createMachine } from 'xstate';
 *
 * const light = createMachine({ initial: 'red', states: { red: { after: { 500: 'green' } }, green: { type: 'final' } } });
 * assertEventually(model({ actors: { light } }), 'it is green', ({ light }) => light.matches('green'));
 * ```
 */
export function assertEventually<TLogics extends Logics, THistory>(
  model: SystemModel<TLogics, THistory>,
  name: string,
  claim: Claim<NoInfer<TLogics>, NoInfer<THistory>>,
  limits?: Limits,
): void {
  assertSo(judgeEventually(model, name, claim, limits));
}

/**
 * Asserts that a claim can come to hold, and gives the shortest way to where it does.
 *
 * @param name - What it says, for reports.
 *
 * @throws As {@link assertHolds}: `NOT_EXHAUSTIVE` if it was not found before a limit was reached.
 *
 * @example
 * ```ts
 * import { assertReachable, model } from 'troupe/testing';
 * import { createMachine } from 'xstate';
 *
 * const light = createMachine({ initial: 'red', states: { red: { after: { 500: 'green' } }, green: { type: 'final' } } });
 * const trace = assertReachable(model({ actors: { light } }), 'it is green', ({ light }) => light.matches('green'));
 * console.log(trace.toText());
 * ```
 */
export function assertReachable<TLogics extends Logics, THistory>(
  model: SystemModel<TLogics, THistory>,
  name: string,
  claim: Claim<NoInfer<TLogics>, NoInfer<THistory>>,
  limits?: Limits,
): Trace<TLogics, THistory> {
  const { trace } = assertSo(judgeReach(model, name, claim, limits));
  return trace as Trace<TLogics, THistory>; // it is of this very model
}

/**
 * Asserts that no event comes where nothing handles it, for XState would drop it.
 *
 * @throws As {@link assertHolds}, with `'unhandled'` as the kind.
 *
 * @example
 * ```ts
 * import { assertEveryEventHandled, model } from 'troupe/testing';
 * import { createMachine } from 'xstate';
 *
 * const light = createMachine({ initial: 'red', states: { red: { after: { 500: 'green' } }, green: { type: 'final' } } });
 * assertEveryEventHandled(model({ actors: { light } }));
 * ```
 */
export function assertEveryEventHandled(model: SystemModel, limits?: Limits): void {
  assertSo(judgeUnhandled(model, limits));
}

function assertSo(given: Verdict): Verdict {
  const { verdict, text, kind, claim, trace, error } = given;
  if (verdict === 'so') return given;
  if (verdict === 'unknown') throw new TroupeError('NOT_EXHAUSTIVE', text, { details: { kind, claim } });
  throw new TroupeError('CLAIM_VIOLATED', text, {
    details: { kind, claim, ...(trace === undefined ? {} : { schedule: trace.schedule }) },
    ...(error === undefined ? {} : { cause: error }),
  });
}
