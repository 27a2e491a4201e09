// `model`: a system of actors whose every run can be explored. It checks what it is given, and joins what steps the actors, what walks the states, and what tells of them.
import { optionError } from '../../options.ts';
import { assertModel } from './check-options.ts';
import { assertExplore, assertSimulate } from './check-values.ts';
import { withInside } from './inside.ts';
import { openSpace } from './open-space.ts';
import type { Logics, ModelOptions } from './options.ts';
import { replayLive } from './live/replay-live.ts';
import { actionsOf } from './trace/schedule.ts';
import { createSearch } from './search.ts';
import type { SystemModel } from './system.ts';
import { createTrace } from './trace/trace-of.ts';
import { createWalk } from './walk.ts';

/**
 * A system of actors as a model: every order in which its messages, delays and faults may come can be explored, and the shortest way to what goes wrong is shown.
 *
 * @remarks
 * Each of `actors` is a node: a root with all that it spawns or invokes, which runs as XState runs it. Between nodes messages travel by `network`: one pair's in the order sent
 * unless told otherwise. A state of the system is what all actors, delays and messages on their way are; it is explored once, however many orders lead to it.
 *
 * What is explored: each order of deliveries, delays, `stimuli`, and declared outcomes of what is invoked; drops, duplicates and crashes as far as their budgets go. What is not:
 * promises, callbacks and observables are never run (see `invoked`), nor are custom actions unless `cells` are given; the time that things take counts only with `timers: 'by-delay'`;
 * and two threads that touch cells within one step of each other are not interleaved, but reported.
 *
 * What it says holds for the system as it is modelled, and where the report is `complete` for all of its runs within the bounds. A search that a limit has ended says that it is NOT
 * exhaustive. The first way found to a violation is a shortest. Guards, assignments and claims must be pure: each is evaluated twice, and a difference is an error.
 *
 * @param options - The actors, how messages travel and what may go wrong, and what is claimed.
 * @returns What explores it, walks it at random, and follows a schedule. Nothing is done before.
 *
 * @throws `INVALID_ARGUMENT` for an option that cannot be meant, `NO_SUCH_ACTOR` for the name of an actor that the system does not have. Exploring throws `NOT_MODELLED` for what
 * cannot be explored without being told how, and `IMPURE` for what gives another result the second time.
 *
 * @example
 * ```ts
 * import { model } from 'troupe/testing';
 * import { sendTo, setup, type AnyActorRef } from 'xstate';
 *
 * const pinger = setup({ types: { input: {} as { to: AnyActorRef }, context: {} as { to: AnyActorRef } } }).createMachine({
 *   context: ({ input }) => ({ to: input.to }),
 *   initial: 'asking',
 *   states: {
 *     asking: { entry: sendTo(({ context }) => context.to, { type: 'PING' }), on: { PONG: 'answered' } },
 *     answered: { type: 'final' },
 *   },
 * });
 * const ponger = setup({ types: { events: {} as { type: 'PING' } } }).createMachine({
 *   on: { PING: { actions: sendTo(({ system }) => system.get('pinger'), { type: 'PONG' }) } },
 * });
 * const table = model({
 *   actors: { ponger, pinger: { logic: pinger, input: ({ actor }) => ({ to: actor('ponger') }) } },
 *   network: { drop: 1 },
 *   mayStopWhen: ({ pinger }) => pinger.matches('answered'),
 * });
 * console.log(table.explore().toText()); // a lost message deadlocks it
 * ```
 *
 * @see L. Lamport, "Specifying Systems" (2002), for states, fairness and history variables; https://github.com/stateright/stateright, for actors under a modelled network.
 */
export function model<const TLogics extends Logics, THistory = undefined>(
  options: ModelOptions<TLogics, THistory>,
): SystemModel<TLogics, THistory> {
  // what explores looks at the types of snapshots as little as a runtime does
  const plain = options as unknown as ModelOptions<Logics, unknown>;
  assertModel(plain);
  return create({ ...plain }) as unknown as SystemModel<TLogics, THistory>;
}

function create(options: ModelOptions<Logics, unknown>): SystemModel {
  const system: SystemModel = {
    explore(limits = {}) {
      assertExplore(limits);
      const search = createSearch(options, limits);
      search.run();
      return search.report();
    },
    simulate(how = {}) {
      assertSimulate(how);
      const walk = createWalk(options, how);
      walk.run();
      return walk.report();
    },
    replay(schedule) {
      assertSchedule(schedule);
      const { space } = openSpace(options, { symmetric: false });
      return createTrace(space, actionsOf(space, schedule));
    },
    async replayLive(schedule) {
      assertSchedule(schedule);
      const { space } = openSpace(options, { symmetric: false });
      return await replayLive(options, space, schedule);
    },
  };
  return withInside(system, {
    options,
    search: (limits = {}) => createSearch(options, limits),
    walk: (how = {}) => createWalk(options, how),
    derive: (changes) => model({ ...options, ...changes }),
  });
}

function assertSchedule(schedule: unknown): void {
  if (typeof schedule === 'string') return;
  throw optionError('the schedule', schedule, 'it must be a text', 'Give the one that a report prints.');
}
