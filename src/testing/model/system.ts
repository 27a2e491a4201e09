// What `model` gives: a system that can be explored, walked at random, and led along a schedule. This file is types alone.
import type { Logics, World } from './options.ts';
import type { Report } from './trace/report.ts';
import type { Trace } from './trace/trace.ts';

/** How far {@link SystemModel.explore} goes. */
export interface ExploreOptions {
  /** How many different states at most.
   * @defaultValue 1,000,000 */
  readonly maxStates?: number;
  /** How many steps from the start at most.
   * @defaultValue Infinity */
  readonly maxDepth?: number;
  /** How long at most.
   * @defaultValue Infinity */
  readonly seconds?: number;
  /** Whether to stop at the first violation, which is the shortest.
   * @defaultValue false */
  readonly stopAtFirst?: boolean;
  /** Is told how far it is, about twice a second. */
  readonly onProgress?: (progress: Progress) => void;
}

/** How far an exploration is. */
export interface Progress {
  readonly states: number;
  readonly generated: number;
  readonly depth: number;
  /** States that were found and whose successors were not looked at yet. */
  readonly waiting: number;
  readonly seconds: number;
  /** Different states a second, since the last time. */
  readonly rate: number;
  readonly violations: number;
}

/** How {@link SystemModel.simulate} walks. */
export interface SimulateOptions {
  /** The same seed walks the same ways.
   * @defaultValue one at random, which the report tells */
  readonly seed?: number;
  /** How many runs from the start.
   * @defaultValue 1,000 */
  readonly runs?: number;
  /** How many steps a run has at most.
   * @defaultValue 10,000 */
  readonly maxSteps?: number;
  /**
   * How the next action is chosen. `'uniform'`: each that is possible is as likely. `'pct'`: each node has a priority, drawn for the run and changed at a few random steps, which finds
   * what takes few but well-placed delays (Burckhardt et al., "A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs", ASPLOS 2010).
   *
   * @defaultValue `'uniform'`
   */
  readonly strategy?: 'uniform' | 'pct';
}

/** A system of actors as a model. */
export interface SystemModel<TLogics extends Logics = Logics, THistory = unknown> {
  /**
   * Explores every order of what may happen, the shortest runs first.
   *
   * @throws `INVALID_ARGUMENT` for a limit that cannot be meant, `NOT_MODELLED` for what cannot be explored without being told how, and `IMPURE` for what gives another result the
   * second time. What a claim or an actor throws is a violation, and not thrown.
   */
  explore(options?: ExploreOptions): Report<TLogics, THistory>;
  /**
   * Walks the model at random, for systems that are too large to be explored. Claims of `eventually` are not judged by it, and what it finds is shortened, but need not be shortest.
   * To run the program itself in a time of its own there is `createSimulation`.
   *
   * @throws As `explore`.
   */
  simulate(options?: SimulateOptions): Report<TLogics, THistory>;
  /**
   * Follows a schedule in the model; of the empty one, gives the start.
   *
   * @throws `SCHEDULE_MISMATCH` at the first step that is not possible, and as `explore`.
   */
  replay(schedule: string): Trace<TLogics, THistory>;
  /**
   * Follows a schedule on the real runtime: each actor runs on a node of its own behind troupe's bus, frames and codec, delays end and messages arrive when the schedule says so, and no time passes.
   * After each step it is compared with the model. Rejects with `SCHEDULE_MISMATCH` at the first step that is not possible, and with `MODEL_DIFFERS` at the first that leads elsewhere.
   */
  replayLive(schedule: string): Promise<LiveRun<TLogics>>;
}

/** A run on the real runtime, which goes on to exist until its maker disposes of it: `await using run = await room.replayLive('…')`. */
export interface LiveRun<TLogics extends Logics = Logics> extends AsyncDisposable {
  /** The snapshots at the end, by name, as whoever started the actors sees them. */
  readonly last: World<TLogics>;
  /** The steps that were taken, as the schedule has them. */
  readonly steps: readonly string[];
}
