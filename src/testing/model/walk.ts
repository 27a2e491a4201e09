// Random walks through a model with all that is told of them. They go on in pieces, as a search does.
import { openSpace } from './open-space.ts';
import type { Logics, ModelOptions } from './options.ts';
import { createReport, type Found } from './trace/report-of.ts';
import type { Report } from './trace/report.ts';
import { isViolation } from './space/judge.ts';
import { shrinkFinding } from './graph/shrink-finding.ts';
import { beginSimulation, type SimulatedFinding } from './space/simulate.ts';
import type { ActionCode } from './space/space.ts';
import type { Progress, SimulateOptions } from './system.ts';

/** Walks that can be gone on with. */
export interface Walk {
  /** Goes on, for so many milliseconds or to its end; says whether it has ended. */
  run(milliseconds?: number): boolean;
  /** Ends it where it is. */
  abort(): void;
  progress(): Progress;
  /** What is known so far. */
  report(): Report;
}

/** Nothing is done before it is run. */
export function createWalk(options: ModelOptions<Logics, unknown>, how: SimulateOptions): Walk {
  const { space } = openSpace(options, { symmetric: false });
  const claimed = options as unknown as ModelOptions<never, never>;
  const simulation = beginSimulation(space, claimed, how);
  let isAborted = false;
  let hasEnded = false;
  let last = { seconds: 0, steps: 0 };
  const shortened = new Map<object, readonly ActionCode[]>();
  const shorter = (finding: SimulatedFinding): readonly ActionCode[] => {
    const known = shortened.get(finding) ?? shrinkFinding(space, claimed, finding);
    shortened.set(finding, known);
    return known;
  };
  return {
    run: (milliseconds) => isAborted || (hasEnded = simulation.run(milliseconds)),
    abort() {
      isAborted = true;
    },
    progress() {
      const { steps, depth, seconds, findings } = simulation.found();
      const rate = (steps - last.steps) / Math.max(seconds - last.seconds, 0.001);
      last = { seconds, steps };
      const violations = findings.filter(isViolation).length;
      return { states: steps, generated: steps, depth, waiting: 0, seconds, rate, violations };
    },
    report() {
      const { seed, runs, steps, depth, seconds, findings } = simulation.found();
      const violations: Found[] = [];
      const reached: Record<string, readonly ActionCode[]> = {};
      for (const finding of findings) {
        const { kind, claim, actions } = finding;
        const thrown = 'error' in finding ? { error: finding.error } : {};
        if (isViolation(finding)) violations.push({ kind, claim, actions: shorter(finding), ...thrown });
        else reached[claim] = actions;
      }
      const undecided = [
        ...Object.keys(options.sometimes ?? {}).filter((claim) => !(claim in reached)),
        ...Object.keys(options.eventually ?? {}),
      ];
      return createReport(space, {
        ended: hasEnded ? 'runs' : 'aborted',
        states: 0,
        generated: steps,
        depth,
        seconds,
        violations,
        reached,
        undecided,
        walked: { runs, seed },
      });
    },
  };
}
