// A run with all that its texts, diagrams and recordings are made from: besides what a trace shows, the configurations at each moment and what the nodes did.
import { changesOf } from './changes.ts';
import type { Configuration } from '../node/node.ts';
import type { Logics, Outcome, Scene, World } from '../options.ts';
import type { Violation } from './report.ts';
import { possibleIn, stepTextOf } from './schedule.ts';
import type { Action, ActionCode, NodeStep, Space, Words } from '../space/space.ts';
import type { Change, TraceStep } from './trace.ts';
import { TroupeError } from '../../../errors.ts';

export interface Run<TLogics extends Logics = Logics, THistory = unknown> {
  readonly names: readonly string[];
  readonly beginnings: readonly NodeStep[];
  readonly first: Moment<TLogics, THistory>;
  readonly steps: readonly RunStep<TLogics, THistory>[];
  readonly loopsTo?: number;
  /** What the run shows, if it shows something. */
  readonly about?: About;
}

/** What a run is the way to. */
export type About =
  | Pick<Violation, 'kind' | 'claim'>
  | { readonly kind: 'reached' | 'unhandled'; readonly claim: string };

/** How all is between two steps. */
export interface Moment<TLogics extends Logics = Logics, THistory = unknown> {
  readonly world: World<TLogics>;
  readonly scene: Scene<THistory>;
  readonly configurations: ReadonlyMap<string, Configuration>;
}

export interface RunStep<TLogics extends Logics = Logics, THistory = unknown>
  extends TraceStep<TLogics, THistory>, Moment<TLogics, THistory> {
  /** What its node did, if one did. */
  readonly done: NodeStep | undefined;
}

/** Walks a space along some actions. */
export function walk<TLogics extends Logics, THistory>(
  space: Space<TLogics, THistory>,
  actions: readonly ActionCode[],
): Run<TLogics, THistory> {
  // what claims are given is of no matter here
  const plain = space as unknown as Space;
  const first = momentOf(space, space.initial);
  const steps: RunStep<TLogics, THistory>[] = [];
  let state = space.initial;
  let before = first;
  for (const [index, code] of actions.entries()) {
    const possible = possibleIn(plain, state);
    const taken = possible.find((each) => each.code === code);
    if (!taken) throw notPossible(index + 1);
    const done = space.stepOf(state, code);
    const after = momentOf(space, taken.next);
    steps.push({
      ...after,
      number: index + 1,
      text: stepTextOf(taken, possible),
      action: taken.action,
      changes: changesBetween(before, after, taken.action),
      sent: done?.sends ?? [],
      unhandled: done?.notes.unhandled ?? [],
      done,
    });
    state = taken.next;
    before = after;
  }
  return { names: space.names, beginnings: space.beginnings, first, steps };
}

/** How all is in a state. A space shows one state at a time, so what it shows is taken along. */
function momentOf<TLogics extends Logics, THistory>(
  space: Space<TLogics, THistory>,
  state: Words,
): Moment<TLogics, THistory> {
  const configurations = new Map(space.names.map((name) => [name, space.configurationOf(state, name)]));
  const { world, scene } = space.show(state);
  const { inFlight, timers, crashed, cells, history } = scene;
  return {
    world: { ...world },
    scene: { inFlight: [...inFlight], timers: [...timers], crashed: [...crashed], cells: { ...cells }, history },
    configurations,
  };
}

function changesBetween(before: Moment, after: Moment, action: Action): readonly Change[] {
  const changes = [...after.configurations].flatMap(([name, configuration]) =>
    changesOf(before.configurations.get(name), configuration),
  );
  const end = action.type === 'outcome' ? endBy(action.outcome) : undefined;
  if (!end || action.type !== 'outcome') return changes;
  // its parent has let go of it in the same step, perhaps
  return changes.map((change) => (change.actor === action.actor ? { ...change, ended: end } : change));
}

function endBy(outcome: Outcome): Change['ended'] {
  if ('done' in outcome) return 'done';
  return 'error' in outcome ? 'failed' : undefined;
}

/** The keys of contexts that a run has changed, of whomever: by these the actors are compared. What an actor begins with is no change. */
export function changedKeys({ steps, first }: Run): ReadonlySet<string> {
  const known = new Set([...first.configurations.values()].flatMap(({ actors }) => [...actors.keys()]));
  const keys = new Set<string>();
  for (const { changes } of steps) {
    for (const { actor, context } of changes) {
      if (known.has(actor)) for (const key of Object.keys(context)) keys.add(key);
      known.add(actor);
    }
  }
  return keys;
}

/** The moment after a number of steps. */
export const momentAfter = (run: Run, steps: number): Moment => run.steps[steps - 1] ?? run.first;

function notPossible(step: number): TroupeError {
  return new TroupeError(
    'SCHEDULE_MISMATCH',
    `Cannot follow the actions at step ${step}: the action is not possible there. Give those of one run of this system.`,
    { details: { step } },
  );
}
