// Makes a system a space of states: see `space.ts` for what that is, and `walker.ts` for how one is walked fast.
import { isSo } from './asked.ts';
import { textOf } from '../node/canonical.ts';
import { kindOf, kinds, subjectOf } from './codes.ts';
import { createParts, type AnyModelOptions } from './parts.ts';
import type { Address, Node, Occurrence, Step } from '../node/node.ts';
import type { Logics, ModelOptions } from '../options.ts';
import { assertSame } from './purity.ts';
import { createRemembering, type Remembering } from './remembering.ts';
import { createRearrangeable } from './rearranging.ts';
import { createRenewals, type Renewals } from './renewals.ts';
import { createShow, type Show } from './shown.ts';
import type { Action, ActionCode, NodeStep, Space, Words } from './space.ts';
import type { TakenStep } from './steps.ts';
import type { Values } from './subjects.ts';
import { twice } from './twice.ts';
import { createWalker, type Walker } from './walker.ts';
import { livesOver } from '../node/watched-lives.ts';

/** A space with what it takes to walk it fast. */
export interface Engine extends Space {
  readonly options: AnyModelOptions;
  /** A walker with arrays of its own. What it lists also leads out of the bounds. */
  walker(): Walker;
  /** Shows the state that `words` holds from `start` on. */
  readonly showAt: Show['at'];
  /** Remembers of a claim what it does not need to be asked again; each claim needs one of its own. */
  remembering(): Remembering;
  /** Whether a state lies within the bounds. Where that cannot be told, it does not. */
  isWithin(words: Words, start: number, length: number): boolean;
  /** What `within` threw first, if it ever did. */
  readonly boundsFailure: { readonly error: unknown } | undefined;
  /** Whether the root of any node has failed in any state so far. */
  readonly hasFailures: boolean;
  /** Whether the root of a node has failed in a state, and with what. */
  failure(words: Words, start: number, node: number): { readonly error: unknown } | undefined;
  /** Whether the root of each node has ended, or has crashed for good. */
  hasEnded(words: Words, start: number): boolean;
  /** The steps of nodes that were taken in some state so far, each once. */
  evaluated(): Iterable<NodeStep>;
  /** What steps begin anew, by the numbers that walkers give them. */
  readonly renewals: Renewals;
  /** What happens to the node that an action is about; nothing for a drop. A timer's differs from state to state. */
  occurrenceOf(state: Words, code: ActionCode): Occurrence | undefined;
}

/** Makes the space of a system; `nodes` are its actors, in order. */
export function createSpace<TLogics extends Logics, THistory>(
  modelOptions: ModelOptions<TLogics, THistory>,
  nodes: readonly Node[],
  values: Values = canonicalValues,
): Engine {
  // what is typed by the actors' names is looked up by them
  const options = modelOptions as unknown as AnyModelOptions;
  const parts = createParts(options, nodes, values);
  const { names, configurations, subjects, steps, extras, network, extraAt, networkAt } = parts;
  const { initial, beginnings } = begin();
  const own = createWalker(parts);
  const walkers: Walker[] = [];
  let depth = 0;
  const show = createShow(parts);
  const showAt = show.at;

  function begin(): { readonly initial: Words; readonly beginnings: readonly NodeStep[] } {
    const begun: NodeStep[] = [];
    extras.begin(extras.initial);
    let cells: Readonly<Record<string, number>> = options.cells ?? {};
    const spoken = new Set<string>();
    const lifeOf = (address: Address): number => {
      const actor = begun.map(({ after }) => after.actors.get(address)).find((each) => each !== undefined);
      return actor ? livesOver(actor) : 0;
    };
    const locals: number[] = [];
    const sent: number[] = [];
    for (const [place, node] of nodes.entries()) {
      const start = (): Step => node.start({ cells, isSpokenOf: (address) => spoken.has(address), lifeOf });
      const [step, other] = twice(start);
      assertSame(node.name, undefined, step, other, values);
      locals.push(configurations.idOf(place, step.next));
      begun.push({ node: node.name, before: undefined, after: step.next, sends: step.sends, notes: step.notes });
      for (const address of step.next.mentions) spoken.add(address);
      if (step.cells !== undefined) extras.setCells((cells = step.cells));
      for (const message of step.sends) {
        const id = subjects.message(message);
        extras.sent(id);
        sent.push(id);
        for (const address of [message.from, message.to, ...values.mentionsOf(message.event)]) spoken.add(address);
      }
    }
    const words = new Uint32Array(networkAt + sent.length);
    words.set(locals);
    if (extraAt >= 0) words[extraAt] = extras.end();
    let length = networkAt;
    for (const message of sent) length = network.insert(words, networkAt, length, message);
    parts.forget(words, length);
    return { initial: words.slice(0, length), beginnings: begun };
  }

  let boundsFailure: Engine['boundsFailure'];
  const isWithin: Engine['isWithin'] = (words, start, length) => {
    if (options.within === undefined) return true;
    const { world, scene } = showAt(words, start, length);
    try {
      return isSo(options.within, world, scene);
    } catch (error) {
      boundsFailure ??= { error };
      return false;
    }
  };
  const nodeStepOf = ({ subject, before, step: { next, sends, notes } }: TakenStep): NodeStep => ({
    node: names[subject.node] as string,
    before,
    after: next,
    sends,
    notes,
  });
  /** The place among what may happen in a state of an action; throws if it is not possible there. */
  const findIn = (state: Words, code: ActionCode): number => {
    const count = own.list(state, 0, state.length);
    for (let index = 0; index < count; index++) if (own.code(index) === code) return index;
    return -1;
  };

  return {
    options,
    names,
    initial,
    beginnings,
    successors(state, visit, isBeyond) {
      // whoever visits may ask for other states' successors: each of such calls has a walker of its own
      const walker = (walkers[depth++] ??= createWalker(parts));
      try {
        const count = walker.list(state, 0, state.length);
        for (let index = 0; index < count; index++) {
          const length = walker.take(index);
          if (isWithin(walker.next, 0, length)) visit(walker.code(index), walker.next, length);
          else isBeyond?.(walker.code(index));
        }
      } finally {
        depth--;
      }
    },
    actionOf(_state, code) {
      const { action } = subjects.at(subjectOf(code));
      if (action.type === 'deliver') {
        const { message } = action;
        const kind = kindOf(code);
        return kind === kinds.drop
          ? { type: 'drop', message }
          : { type: 'deliver', message, again: kind === kinds.again };
      }
      // a code is never about the mere passing of time
      return action as Action;
    },
    stepOf(state, code) {
      const index = findIn(state, code);
      if (index < 0) return undefined;
      own.take(index);
      if (own.step < 0 || kindOf(code) === kinds.crash) return undefined;
      return nodeStepOf(steps.taken(own.step));
    },
    show: (state) => showAt(state, 0, state.length),
    configurationOf(state, name) {
      const place = names.indexOf(name);
      return configurations.plan(state[place] as number).configuration;
    },
    isFair(code) {
      switch (kindOf(code)) {
        case kinds.deliver:
        case kinds.timer:
        case kinds.outcome:
        case kinds.revive:
        case kinds.down:
        case kinds.restart:
          return true;
        case kinds.again:
          return network.staysForEver;
        default:
          return false;
      }
    },
    isQuiescent(state) {
      own.list(state, 0, state.length);
      return own.isQuiescent;
    },
    rearrangeable: createRearrangeable(parts),
    walker: () => createWalker(parts),
    showAt,
    remembering: () => createRemembering(parts, show),
    isWithin,
    get boundsFailure() {
      return boundsFailure;
    },
    get hasFailures() {
      return configurations.hasFailures;
    },
    failure: (words, start, node) => configurations.plan(words[start + node] as number).failure,
    hasEnded(words, start) {
      const isForGood = options.crash?.restart === 'never';
      for (let node = 0; node < names.length; node++) {
        const plan = configurations.plan(words[start + node] as number);
        if (!plan.hasEnded && !(plan.isCrashed && isForGood)) return false;
      }
      return true;
    },
    *evaluated() {
      yield* beginnings;
      for (let step = 0; step < steps.count; step++) {
        if (steps.isUsed(step)) yield nodeStepOf(steps.taken(step));
      }
    },
    renewals: createRenewals(parts),
    occurrenceOf(state, code) {
      if (kindOf(code) === kinds.drop) return undefined;
      const id = subjectOf(code);
      const { node, occurrence } = subjects.at(id);
      return occurrence ?? configurations.plan(state[node] as number).occurrences.get(id);
    },
  };
}

/** Values as they are compared wherever nothing else is said. */
const canonicalValues: Values = {
  textOf: (value) => textOf(value),
  mentionsOf(value) {
    const mentions = new Set<Address>();
    textOf(value, mentions);
    return [...mentions].toSorted();
  },
};
