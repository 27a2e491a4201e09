// Walks a space at random, run after run, and judges each state on the way: for systems that are too large to be explored. The same seed walks the same ways.
import { createRandom } from '../../random.ts';
import { createChooser } from './choosers.ts';
import { createJudge, isViolation, type Claimed, type Judgement } from './judge.ts';
import type { ActionCode, Words } from './space.ts';
import type { Engine } from './space-of.ts';
import type { SimulateOptions } from '../system.ts';

/** Something that was found out, and the run that led there. */
export interface SimulatedFinding extends Judgement {
  /** What happened from the start on. */
  readonly actions: readonly ActionCode[];
  /** Which of the runs it was, from 0. */
  readonly run: number;
}

/** What random walks have found. */
export interface Simulated {
  readonly seed: number;
  readonly runs: number;
  /** How many steps all runs had together, and the longest of them. */
  readonly steps: number;
  readonly depth: number;
  readonly seconds: number;
  /** At most one for each claim. A run ends at a violation. */
  readonly findings: readonly SimulatedFinding[];
}

/** Walks that go on. */
export interface Simulation {
  /** Goes on for about that long, or until it has ended; tells whether it has. */
  run(milliseconds?: number): boolean;
  found(): Simulated;
}

export function simulate(space: Engine, claimed: Claimed<never, never>, options: SimulateOptions = {}): Simulated {
  const simulation = beginSimulation(space, claimed, options);
  simulation.run();
  return simulation.found();
}

export function beginSimulation(
  space: Engine,
  claimed: Claimed<never, never>,
  {
    seed = Math.floor(Math.random() * 2 ** 32),
    runs = 1000,
    maxSteps = 10_000,
    strategy = 'uniform',
  }: SimulateOptions = {},
): Simulation {
  const random = createRandom(seed);
  const chooser = createChooser(strategy, random, space.names.length, maxSteps);
  const walker = space.walker();
  const judge = createJudge(space, claimed);
  const hasBounds = space.options.within !== undefined;
  const findings: SimulatedFinding[] = [];
  const actions = new Uint32Array(maxSteps);
  let words: Words = new Uint32Array(64);
  let length = 0;
  let run = 0;
  let step = 0;
  let steps = 0;
  let depth = 0;
  let isOver = false;
  let spent = 0;

  const tell = (judgement: Judgement): void => {
    findings.push({ ...judgement, actions: [...actions.subarray(0, step)], run });
    if (isViolation(judgement)) isOver = true;
  };
  /** Goes to a state. */
  const enter = (state: Words, size: number): void => {
    words = state;
    length = size;
    judge.look(words, 0, length, tell);
  };
  /** Does one of what may happen; gives whether there was any. */
  const goOn = (): boolean => {
    let count = walker.list(words, 0, length);
    if (walker.isQuiescent) judge.lookAtRest(words, 0, length, tell);
    while (count > 0) {
      const place = chooser.choose(walker, count);
      const size = walker.take(place);
      if (hasBounds && !space.isWithin(walker.next, 0, size)) {
        judge.lookAtBounds(tell);
        count = walker.discard(place);
        continue;
      }
      actions[step++] = walker.code(place);
      enter(walker.exchange(words), size);
      return true;
    }
    return false;
  };

  const walkOnce = (): void => {
    chooser.begin();
    step = 0;
    isOver = false;
    enter(space.initial.slice(), space.initial.length);
    while (!isOver && step < maxSteps && goOn());
    steps += step;
    depth = Math.max(depth, step);
    run++;
  };
  return {
    run(milliseconds = Infinity) {
      const began = performance.now();
      let now = began;
      while (run < runs && now - began <= milliseconds) {
        walkOnce();
        now = performance.now();
      }
      spent += now - began;
      return run === runs;
    },
    found: () => ({ seed, runs: run, steps, depth, seconds: spent / 1000, findings }),
  };
}
