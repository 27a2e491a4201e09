// Supervision: actor logic that, when it fails, is given another life in the same actor, so that its ref, its address and the events that wait for it
// survive. How an actor lives again is in `supervisor.ts`, the arithmetic in `restarts.ts`; here are the options and their defaults.
import type { AnyActor, AnyActorLogic, AnyActorScope, AnyStateMachine, Snapshot } from 'xstate';
import { TroupeError } from './errors.ts';
import { sentenceOf, type FailureReport, type Policy, type Strategy } from './failures.ts';
import { isActorLogic } from './host.ts';
import { declareHostedLike } from './hosted.ts';
import { assertWord, optionError } from './options.ts';
import { delayOf, NO_FAILURES, type Backoff, type RestartLimit, type Tally } from './restarts.ts';
import { declareSupervision } from './supervision.ts';
import { supervisorOf } from './supervisor.ts';
import { random } from './surroundings.ts';
import { assertSeams } from './xstate.ts';

export type { Backoff, RestartLimit } from './restarts.ts';
export type { FailureAction, FailureReport, Strategy } from './failures.ts';

/** How {@link supervise} restarts. */
export interface SuperviseOptions {
  /** How often the actor may be restarted: 3 times in 30 seconds unless told otherwise. */
  readonly restart?: RestartLimit;
  /**
   * How long to wait before a restart: the milliseconds, a function of the attempt (from 0), or how a wait that doubles is shaped. By default it
   * begins at 100 ms and ends at 10 s, half of it left to chance. After a window without failures it begins again.
   */
  readonly backoff?: number | Backoff | ((attempt: number) => number);
  /**
   * What is done about a failure. `'restart'`: the next life starts fresh, with the same input. `'resume'`: it goes on from the state before the failed
   * step, or, of a hosted actor, from the one that was persisted last. `'stop'`: the actor stops, and its parent is not failed. `'escalate'`: the
   * actor fails, as without a supervisor.
   *
   * @defaultValue `'restart'`
   */
  readonly strategy?: Strategy;
  /** Is told of each failure and of what becomes of the actor; by default that is one line of `console.warn`. */
  readonly onFailure?: (failure: FailureReport) => void;
}

/**
 * Makes actor logic whose actors are restarted when they fail.
 *
 * @param logic - Any actor logic: a machine, a promise, a callback, or hosted logic.
 * @param options - How often, how soon and how, and who is told.
 * @returns Logic of the same type, to be used where the original is.
 *
 * @remarks
 * An actor fails when its logic throws, when its promise is rejected, when a child fails unhandled, or when its thread dies. That life is over: its children are
 * stopped, its delayed events are cancelled, and the effects of the failed step that were not done yet are dropped. The ref stays, with its address and
 * `sessionId`; the last good snapshot is shown until the next life has its first; events that are sent meanwhile are kept in order and handled by the next
 * life. The event that failed is not tried again. `watch` and `ask` observe one life: they tell of the failure, and one that is begun afterwards is about the
 * next.
 *
 * An actor that fails more often than `restart` allows fails with `RESTARTS_EXHAUSTED`, whose `cause` is the last failure: an ordinary error for its parent. Of
 * a failure before that no parent hears. A host that was closed is a failure that no restart would mend, and fails the actor at once.
 *
 * @throws `INVALID_ARGUMENT` for an option that cannot be taken; `NOT_ACTOR_LOGIC` for what is no logic.
 *
 * @example
 * ```ts
 * import { inThread, supervise } from 'troupe';
 * import { createActor } from 'xstate';
 *
 * const { student } = inThread<typeof import('troupe/actors')>(import.meta.resolve('troupe/actors'));
 * const steady = supervise(student, { restart: { atMost: 5, within: 60_000 }, backoff: { first: 50 } });
 * const alice = createActor(steady, { input: { name: 'Alice' } }).start();
 * ```
 */
export function supervise<TLogic extends AnyActorLogic>(logic: TLogic, options: SuperviseOptions = {}): TLogic {
  if (!isActorLogic(logic)) {
    throw new TroupeError(
      'NOT_ACTOR_LOGIC',
      'Cannot supervise what is no actor logic. Give it a machine, what fromPromise and its like return, or hosted logic.',
    );
  }
  const tallies = new WeakMap<AnyActor, { tally: Tally }>();
  return superviseBy(logic, {
    ...policyOf(options),
    tallyOf(actor) {
      let tally = tallies.get(actor);
      if (!tally) tallies.set(actor, (tally = { tally: NO_FAILURES }));
      return tally;
    },
  });
}

/** Logic that is supervised by a policy. */
export function superviseBy<TLogic extends AnyActorLogic>(logic: TLogic, policy: Policy): TLogic {
  assertSeams();
  const supervisor = (scope: AnyActorScope) => supervisorOf(scope, logic, policy);
  const members = {
    getInitialSnapshot: (scope: AnyActorScope, input: unknown) => supervisor(scope).getInitialSnapshot(scope, input),
    start: (snapshot: Snapshot<unknown>, scope: AnyActorScope) => supervisor(scope).start(snapshot),
    transition: (snapshot: Snapshot<unknown>, event: { readonly type: string }, scope: AnyActorScope) =>
      supervisor(scope).transition(snapshot, event),
    ...(logic.restoreSnapshot && {
      restoreSnapshot: (persisted: Snapshot<unknown>, scope: AnyActorScope) =>
        supervisor(scope).restoreSnapshot(scope, persisted),
    }),
    ...('provide' in logic && {
      provide: (implementations: never) =>
        superviseBy((logic as unknown as AnyStateMachine).provide(implementations), policy),
    }),
  };
  const supervised = Object.create(logic, {
    ...Object.fromEntries(
      Object.entries(members).map(([name, value]) => [name, { value, writable: true, configurable: true }]),
    ),
    // React sets those of the machine that it renders with
    ...('implementations' in logic && {
      implementations: {
        get: (): unknown => logic.implementations,
        set: (implementations: unknown) => Object.assign(logic, { implementations }),
      },
    }),
  }) as TLogic;
  declareHostedLike(supervised, logic);
  declareSupervision(supervised, { logic, policy });
  return supervised;
}

const STRATEGIES: readonly Strategy[] = ['restart', 'resume', 'stop', 'escalate'];

/** What the options ask for; throws `INVALID_ARGUMENT` for one that cannot be taken. */
export function policyOf({
  restart = {},
  backoff = {},
  strategy = 'restart',
  onFailure = warn,
}: SuperviseOptions): Omit<Policy, 'tallyOf'> {
  assertWord('strategy', strategy, STRATEGIES);
  if (typeof onFailure !== 'function') throw optionError('onFailure', onFailure, 'it must be a function');
  assertObject('restart', restart);
  const { atMost = 3, within = 30_000 } = restart;
  if (atMost !== Infinity && !(Number.isSafeInteger(atMost) && atMost >= 0))
    throw optionError('restart.atMost', atMost, 'it must be a whole number from 0, or Infinity');
  if (!(typeof within === 'number' && within > 0))
    throw optionError('restart.within', within, 'it must be a number of milliseconds above 0');
  return { strategy, limit: { atMost, within }, delay: delayBy(backoff), report: onFailure };
}

function delayBy(backoff: NonNullable<SuperviseOptions['backoff']>): (attempt: number) => number {
  if (typeof backoff === 'function') {
    return (attempt) => {
      const delay = backoff(attempt);
      // nobody could catch what is wrong with it; a wait that is none is no wait
      return Number.isFinite(delay) && delay > 0 ? delay : 0;
    };
  }
  if (typeof backoff === 'number') {
    assertWait('backoff', backoff);
    return () => backoff;
  }
  assertObject('backoff', backoff);
  const { first = 100, most = Math.max(10_000, first), factor = 2, jitter = 0.5 } = backoff;
  assertWait('backoff.first', first);
  assertWait('backoff.most', most);
  if (!(Number.isFinite(factor) && factor >= 1))
    throw optionError('backoff.factor', factor, 'it must be a number from 1');
  if (!(jitter >= 0 && jitter <= 1)) throw optionError('backoff.jitter', jitter, 'it must be a number from 0 to 1');
  return (attempt) => delayOf(attempt, { first, most, factor, jitter }, random());
}

/** The longest wait that a timer can have. */
const LONGEST = 2 ** 31 - 1;

function assertWait(option: string, value: unknown): void {
  if (typeof value === 'number' && value >= 0 && value <= LONGEST) return;
  throw optionError(option, value, `it must be a number of milliseconds from 0 to ${LONGEST}`);
}

function assertObject(option: string, value: unknown): void {
  if (typeof value === 'object' && value !== null) return;
  throw optionError(option, value, 'it must be an object of options');
}

function warn({ actor, error, life, action, delay }: FailureReport): void {
  const next = {
    restart: `It is restarted in ${Math.round(delay)} ms.`,
    resume: `It is resumed in ${Math.round(delay)} ms.`,
    stop: 'It is stopped.',
    escalate: 'It fails.',
    exhausted: 'It was restarted too often, and fails.',
  }[action];
  console.warn(`troupe: '${actor.id}' failed in its life ${life}: ${sentenceOf(error)} ${next}`);
}
