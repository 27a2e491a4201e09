// An exploration of a model with all that is told of it: it goes on in pieces, so that others can act meanwhile, and says at any time what is known so far.
import { createEdgeRecorder } from './space/edges.ts';
import { judgeAllEventually } from './graph/eventually.ts';
import { beginExploration } from './space/explore.ts';
import { growthOf } from './graph/growth.ts';
import { openSpace } from './open-space.ts';
import type { Logics, ModelOptions, Scene, World } from './options.ts';
import { createReport, createViolation, type Found } from './trace/report-of.ts';
import { partsOf } from './trace/report-parts.ts';
import type { Report, Violation } from './trace/report.ts';
import type { About } from './trace/run.ts';
import type { ActionCode } from './space/space.ts';
import type { ExploreOptions, Progress } from './system.ts';
import { createTrace } from './trace/trace-of.ts';
import type { Trace } from './trace/trace.ts';

/** An exploration that can be gone on with. */
export interface Search {
  /** Goes on, for so many milliseconds or to its end; says whether it has ended. */
  run(milliseconds?: number): boolean;
  /** Ends it where it is. */
  abort(): void;
  /** How many states were found so far. */
  count(): number;
  /** Whether anything was found that is wrong, of one kind or of any that is seen on the way. */
  hasFound(kind?: Violation['kind']): boolean;
  progress(): Progress;
  /** A state by its number, the initial one being 0; valid until the next call. */
  show(index: number): { readonly world: World<Logics>; readonly scene: Scene<unknown> };
  /** The shortest way to a state. */
  traceTo(index: number, about: About): Trace;
  /** The shortest way to a step at which an event is dropped. */
  traceToUnhandled(about: About): Trace | undefined;
  /** What a state says against a claim. */
  violationAt(index: number, found: Found): Violation;
  /** What keeps growing, where a limit has ended it and that can be seen. */
  growth(): string | undefined;
  /** What is known so far. */
  report(): Report;
}

/** Nothing is done before it is run. */
export function createSearch(options: ModelOptions<Logics, unknown>, limits: ExploreOptions): Search {
  const { always = {}, eventually = {}, sometimes = {} } = options;
  const { space, symmetry } = openSpace(options);
  const edges = Object.keys(eventually).length > 0 ? createEdgeRecorder(space.renewals) : undefined;
  const exploration = beginExploration(space, options, {
    ...limits,
    ...(edges === undefined ? {} : { edges }),
    ...(symmetry === undefined ? {} : { look: symmetry.look, representative: symmetry.representative }),
  });
  const explored = exploration.found();
  const wrong = () => explored.findings.filter((each) => each.kind !== 'sometimes' || 'error' in each);
  // of states that stand for others a path is no run
  const real = (path: readonly ActionCode[]) => symmetry?.realRun(path) ?? path;
  const wayTo = (index: number) => real(explored.wayTo(index));
  const told = Object.create(explored, { wayTo: { value: wayTo } }) as typeof explored;
  let isAborted = false;
  let last = { seconds: 0, states: 0 };
  const growthSoFar = () => {
    const { ended } = explored;
    const hasStopped = isAborted || (ended !== undefined && ended !== 'explored');
    return hasStopped ? growthOf(space, explored) : undefined;
  };

  return {
    run: (milliseconds) => isAborted || exploration.run(milliseconds),
    abort() {
      isAborted = true;
    },
    count: () => explored.count,
    hasFound: (kind) => wrong().some((each) => kind === undefined || each.kind === kind),
    progress() {
      const { count: states, generated, depth, expanded, seconds } = explored;
      const rate = (states - last.states) / Math.max(seconds - last.seconds, 0.001);
      last = { seconds, states };
      return { states, generated, depth, waiting: states - expanded, seconds, rate, violations: wrong().length };
    },
    show: (index) => space.show(explored.wordsOf(index)),
    traceTo: (index, about) => createTrace(space, wayTo(index), undefined, about),
    traceToUnhandled(about) {
      if (space.beginnings.some(({ notes }) => notes.unhandled.length > 0))
        return createTrace(space, [], undefined, about);
      for (let index = 0; index < explored.expanded; index += 1) {
        const state = explored.wordsOf(index);
        const codes: ActionCode[] = [];
        space.successors(state, (code) => void codes.push(code));
        const code = codes.find((each) => (space.stepOf(state, each)?.notes.unhandled.length ?? 0) > 0);
        if (code !== undefined) return createTrace(space, real([...explored.wayTo(index), code]), undefined, about);
      }
      return undefined;
    },
    violationAt: (index, found) => createViolation(space, { ...found, actions: wayTo(index) }, explored.count),
    growth: growthSoFar,
    report() {
      const judged =
        edges &&
        judgeAllEventually(
          space,
          { count: explored.count, wordsOf: explored.wordsOf, edges: edges.edges() },
          eventually,
        );
      const growth = growthSoFar();
      return createReport(
        space,
        partsOf(told, {
          always: Object.keys(always),
          sometimes: Object.keys(sometimes),
          isBounded: options.within !== undefined,
          isSymmetric: symmetry !== undefined,
          ...(judged === undefined ? {} : { eventually: judged }),
          ...(growth === undefined ? {} : { growth }),
        }),
      );
    },
  };
}
