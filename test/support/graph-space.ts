// A space whose states and steps are written down by hand, and a plain exploration of any space: for tests of what walks spaces.
import { createEdgeRecorder, beyond, type Edges } from '../../dist/src/testing/model/space/edges.js';
import type { Logics } from '../../dist/src/testing/model/options.js';
import type { Symmetry } from '../../dist/src/testing/model/graph/symmetry.js';
import type { Action, ActionCode, Space, Words } from '../../dist/src/testing/model/space/space.js';

/** A step of a graph: from where, by which action, to where; -1 for out of the bounds. */
export interface GraphStep {
  readonly from: number;
  readonly code: ActionCode;
  readonly to: number;
  /** Actions that are not what they were before, though they have the same codes. */
  readonly renews?: readonly ActionCode[];
}

export interface GraphOptions {
  readonly steps: readonly GraphStep[];
  /** The actions that must happen in the end. */
  readonly fair: readonly ActionCode[];
  /** What actions are, where it matters. */
  readonly actions?: Readonly<Record<ActionCode, Action>>;
}

/** The states are single words; state 0 is the first. Claims see the state as the history. */
export function createGraphSpace({ steps, fair, actions = {} }: GraphOptions): Space<Logics, number> {
  const bySource = new Map<number, GraphStep[]>();
  for (const step of steps) bySource.set(step.from, [...(bySource.get(step.from) ?? []), step]);
  const scratch = new Uint32Array(1);
  const notThere = (): never => {
    throw new Error('A space of a graph has no nodes.');
  };
  return {
    names: [],
    initial: Uint32Array.of(0),
    beginnings: [],
    successors(state, visit, isBeyond) {
      for (const { code, to } of bySource.get(state[0] as number) ?? []) {
        if (to < 0) isBeyond?.(code);
        else {
          scratch[0] = to;
          visit(code, scratch, 1);
        }
      }
    },
    actionOf: (_state, code) => actions[code] ?? { type: 'crash', node: String(code) },
    stepOf: () => undefined,
    show: (state) => ({
      world: {},
      scene: { inFlight: [], timers: [], crashed: [], cells: {}, history: state[0] as number },
    }),
    configurationOf: notThere,
    isFair: (code) => fair.includes(code),
    isQuiescent: (state) => !(bySource.get(state[0] as number) ?? []).some(({ code }) => fair.includes(code)),
  };
}

/** What was found, the nearest first. */
export interface Explored {
  readonly count: number;
  readonly generated: number;
  wordsOf(index: number): Words;
  parentOf(index: number): number;
  actionInto(index: number): ActionCode;
  depthOf(index: number): number;
  readonly depth: number;
  readonly edges: Edges;
}

/** Walks a whole space, or as many states of it as are asked for, breadth first, up to symmetry if there is one. */
export function exploreSpace(
  space: Space,
  mostExpanded = Number.POSITIVE_INFINITY,
  symmetry?: Symmetry,
  steps: readonly GraphStep[] = [],
): Explored {
  const found = [space.initial.slice()];
  const parents = [0];
  const actions = [0];
  const depths = [0];
  const indexes = new Map([[space.initial.join(), 0]]);
  const recorder = createEdgeRecorder({
    renews: (step) => (steps[step]?.renews ?? []).length > 0,
    codesOf: (step) => steps[step]?.renews ?? [],
  });
  let generated = 1;
  for (let index = 0; index < found.length && index < mostExpanded; index++) {
    symmetry?.look(found[index] as Words);
    space.successors(
      found[index] as Words,
      (code, next, length) => {
        generated++;
        symmetry?.representative(next, length);
        const words = next.slice(0, length);
        const key = words.join();
        let target = indexes.get(key);
        if (target === undefined) {
          target = found.push(words) - 1;
          parents.push(index);
          actions.push(code);
          depths.push((depths[index] as number) + 1);
          indexes.set(key, target);
        }
        recorder.add(
          target,
          code,
          steps.findIndex((each) => each.from === found[index]?.[0] && each.code === code),
        );
      },
      (code) => recorder.add(beyond, code),
    );
    recorder.endOfState();
  }
  return {
    count: found.length,
    generated,
    wordsOf: (index) => found[index] as Words,
    parentOf: (index) => parents[index] as number,
    actionInto: (index) => actions[index] as number,
    depthOf: (index) => depths[index] as number,
    depth: depths.at(-1) as number,
    edges: recorder.edges(),
  };
}
