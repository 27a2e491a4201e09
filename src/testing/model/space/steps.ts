// What becomes of a node by what happens to it, computed once and then looked up: a search asks the same questions millions of times and there are only thousands of them.
// What was asked for cells or names is kept for each of the answers that matter. Each step is taken twice, so that a machine that is not pure is found out.
import type { Configurations } from './configurations.ts';
import type { Cells } from './extras.ts';
import type { Circumstances, Configuration, Node, Occurrence, Step, StepNotes } from '../node/node.ts';
import type { CrashOptions } from '../options.ts';
import type { Network } from './network.ts';
import { createPairTable } from './pair-table.ts';
import { assertSame, assertSameInAnyOrder } from './purity.ts';
import type { Subject, Subjects, Values } from './subjects.ts';
import { createTuples } from './tuples.ts';
import { twice } from './twice.ts';

/** The state around a node, asked only where a step depends on it. */
export interface Moment {
  readonly circumstances: Circumstances;
  /** A number for what the cells hold, and one for the set of addresses of the node that are spoken of elsewhere. */
  cellsId(): number;
  spokenOfId(): number;
  /** A number for how many lives of other nodes' actors are over. */
  livesId(): number;
}

/** The steps that were taken so far, by number. */
export interface Steps {
  readonly count: number;
  /** The number of the step that a node in a configuration takes in whatever moment; -1 if that is not known, or differs. */
  known(configuration: number, subject: number): number;
  /** The number of the step that it takes in a moment. */
  take(configuration: number, subject: number, moment: Moment): number;
  /** The configuration that follows. */
  next(step: number): number;
  /** The messages that are sent, in order. */
  sends(step: number): readonly number[];
  isNoop(step: number): boolean;
  cells(step: number): Cells | undefined;
  /** Whether anything has begun with it that may come of itself. */
  begins(step: number): boolean;
  taken(step: number): TakenStep;
  /** Notes that a step is one of a run, and was not only looked at. */
  use(step: number): void;
  isUsed(step: number): boolean;
}

/** A step, and from what it was taken. */
export interface TakenStep {
  readonly subject: Subject;
  readonly before: Configuration;
  readonly step: Step;
}

export function createSteps(
  nodes: readonly Node[],
  configurations: Configurations,
  subjects: Subjects,
  network: Network,
  restart: CrashOptions['restart'],
  values: Values,
): Steps {
  /** By configuration and subject: twice the number of a step; or what depends on circumstances, twice its own number and one. */
  const known = createPairTable();
  const knownThere = createPairTable();
  const circumstances = createTuples(10);
  const asked: { cells: boolean; names: boolean; lives: boolean }[] = [];

  const taken: TakenStep[] = [];
  const nexts: number[] = [];
  const sends: (readonly number[])[] = [];
  const noops: boolean[] = [];
  const used: boolean[] = [];

  /** What each step was told of the state around it, and by configuration the steps from it, and how many of its variants were compared. */
  const told: Circumstances[] = [];
  const occurrences: Occurrence[] = [];
  const from: number[][] = [];
  const compared: number[] = [];

  const run = (
    node: Node,
    before: Configuration,
    occurrence: Occurrence | undefined,
    subject: Subject,
    around: Circumstances,
  ): Step => {
    if (subject.action.type === 'crash') return crashed(node.crash(before));
    if (subject.action.type === 'restart') {
      return node.restart(before, restart === 'persisted' ? 'persisted' : 'initial', around);
    }
    // what is neither has an occurrence, here or in the plan of the configuration
    return node.step(before, occurrence as Occurrence, around);
  };
  /** Messages as they are on their way when they are sent one after the other. */
  const lineOf = (messages: readonly number[]): string => {
    const words = new Uint32Array(messages.length);
    let end = 0;
    for (const message of messages) end = network.insert(words, 0, end, message);
    return words.subarray(0, end).join();
  };
  /** Takes a step from another configuration that counts as the same. */
  const compare = (step: number, variant: Configuration): void => {
    const { subject, step: one } = taken[step] as TakenStep;
    const node = nodes[subject.node] as Node;
    const occurrence = subject.occurrence ?? occurrences[step];
    const two = run(node, variant, occurrence, subject, told[step] as Circumstances);
    const isSame =
      configurations.idOf(subject.node, two.next) === nexts[step] &&
      lineOf(two.sends.map(subjects.message)) === lineOf(sends[step] as readonly number[]);
    assertSameInAnyOrder(node.name, subject, [one, two], isSame, values);
  };
  /** Compares all that came up by a step; that may bring up more. */
  const compareFrom = (first: number): void => {
    const waiting = [first];
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      const variants = configurations.variants(id);
      for (let at = compared[id] ?? 0; at < variants.length; at = compared[id] as number) {
        compared[id] = at + 1;
        for (const step of from[id] ?? []) {
          compare(step, variants[at] as Configuration);
          waiting.push(nexts[step] as number);
        }
      }
    }
  };
  const evaluate = (configuration: number, id: number, moment: Moment): number => {
    const { around, later } = remembered(moment.circumstances);
    const subject = subjects.at(id);
    const plan = configurations.plan(configuration);
    const node = nodes[plan.node] as Node;
    const before = plan.configuration;
    const occurrence = subject.occurrence ?? plan.occurrences.get(id);
    const [step, other] = twice(() => run(node, before, occurrence, subject, around));
    assertSame(node.name, subject, step, other, values);
    const messages = step.sends.map(subjects.message);
    nexts.push(configurations.idOf(plan.node, step.next));
    // most send nothing: one list for all of them is near at hand
    sends.push(messages.length === 0 ? none : messages);
    noops.push(step.isNoop);
    used.push(false);
    const number = taken.push({ subject, before, step }) - 1;
    told.push(later);
    if (subject.occurrence === undefined && occurrence !== undefined) occurrences[number] = occurrence;
    (from[configuration] ??= []).push(number);
    for (const variant of configurations.variants(configuration).slice(0, compared[configuration] ?? 0))
      compare(number, variant);
    compareFrom(nexts[number] as number);
    return number;
  };
  const numbers = new Uint32Array(4);
  const circumstancesId = (of: number, moment: Moment): number => {
    const { cells, names, lives } = asked[of] as (typeof asked)[number];
    numbers[0] = (cells ? 1 : 0) + (names ? 2 : 0) + (lives ? 4 : 0);
    numbers[1] = cells ? moment.cellsId() : 0;
    numbers[2] = names ? moment.spokenOfId() : 0;
    numbers[3] = lives ? moment.livesId() : 0;
    const found = circumstances.find(numbers, 4);
    return found >= 0 ? found : circumstances.add(numbers, 4);
  };
  /** A step that is not known yet, or depends on more than the configuration. */
  const look = (configuration: number, subject: number, entry: number, moment: Moment): number => {
    let dependent = entry < 0 ? -1 : entry >> 1;
    if (dependent >= 0) {
      const there = knownThere.get(dependent, circumstancesId(dependent, moment));
      if (there >= 0) return there;
    }
    const step = evaluate(configuration, subject, moment);
    const { cells, names, lives = false } = (taken[step] as TakenStep).step.consulted;
    if (dependent < 0) {
      if (!cells && !names && !lives) {
        known.set(configuration, subject, step * 2);
        return step;
      }
      dependent = asked.push({ cells, names, lives }) - 1;
      known.set(configuration, subject, dependent * 2 + 1);
    } else {
      // what it asks for may depend on the answers: all that was ever asked counts
      const all = asked[dependent] as (typeof asked)[number];
      all.cells ||= cells;
      all.names ||= names;
      all.lives ||= lives;
    }
    knownThere.set(dependent, circumstancesId(dependent, moment), step);
    return step;
  };

  return {
    get count() {
      return taken.length;
    },
    known(configuration, subject) {
      const entry = known.get(configuration, subject);
      return (entry & 1) === 0 ? entry >> 1 : -1;
    },
    take(configuration, subject, moment) {
      const entry = known.get(configuration, subject);
      return entry >= 0 && (entry & 1) === 0 ? entry >> 1 : look(configuration, subject, entry, moment);
    },
    next: (step) => nexts[step] as number,
    sends: (step) => sends[step] as readonly number[],
    isNoop: (step) => noops[step] as boolean,
    cells: (step) => (taken[step] as TakenStep).step.cells,
    begins: (step) => taken[step]?.step.begun !== undefined,
    taken: (step) => taken[step] as TakenStep,
    use(step) {
      used[step] = true;
    },
    isUsed: (step) => used[step] as boolean,
  };
}

/** Circumstances that answer the same later on. */
function remembered({ cells, isSpokenOf, lifeOf }: Circumstances): Readonly<Record<'around' | 'later', Circumstances>> {
  const known = new Map<string, boolean>();
  const lives = new Map<string, number>();
  const ask = (address: string): boolean => {
    const answer = isSpokenOf(address);
    known.set(address, answer);
    return answer;
  };
  const askLife = (address: string): number => {
    const answer = lifeOf?.(address) ?? 0;
    lives.set(address, answer);
    return answer;
  };
  return {
    around: { cells, isSpokenOf: ask, lifeOf: askLife },
    later: {
      cells,
      isSpokenOf: (address) => known.get(address) === true,
      lifeOf: (address) => lives.get(address) ?? 0,
    },
  };
}

const none: readonly number[] = [];

const nothing: StepNotes = {
  unhandled: [],
  lost: [],
  transitions: [],
  logged: [],
  emitted: [],
  inner: [],
  failures: [],
  touched: [],
};

function crashed(next: Configuration): Step {
  return { next, isNoop: false, sends: [], consulted: { cells: false, names: false }, notes: nothing };
}
