// The search that one writes first: XState's own `transition`, the whole state as JSON, a queue and a set. It is what the model checker's speed is compared with, and, being so
// plain, what its counts are checked by. It knows machines without children, all timers at any time, and no crashes.
import { initialTransition, transition, type AnyActorRef, type AnyMachineSnapshot, type AnyStateMachine } from 'xstate';
import type { HistoryOptions, Message, NetworkOptions, Scene } from 'troupe/testing';

/** What is taken of a model's options. */
export interface Searched {
  readonly actors: Readonly<Record<string, unknown>>;
  readonly stimuli?: unknown;
  readonly network?: NetworkOptions;
  readonly history?: unknown;
  readonly within?: unknown;
  readonly always?: unknown;
}

export interface Found {
  readonly states: number;
  readonly generated: number;
  /** The claims that were found not to hold. */
  readonly violated: readonly string[];
}

interface State {
  readonly snapshots: Readonly<Record<string, AnyMachineSnapshot>>;
  readonly timers: readonly Timer[];
  readonly inFlight: readonly Message[];
  readonly history: unknown;
}

/** What tells one snapshot from another. */
interface Shown {
  readonly value: unknown;
  readonly context: unknown;
  readonly status: string;
}

interface Timer {
  readonly actor: string;
  readonly id: string;
  readonly event: { readonly type: string };
}

type Scoped = (scope: { readonly actor: (name: string) => AnyActorRef | undefined }) => unknown;
type Claim = (world: unknown, scene: Partial<Scene<unknown>>) => boolean;

interface Action {
  readonly type: string;
  readonly params?: {
    readonly to?: AnyActorRef;
    readonly event?: { readonly type: string };
    readonly id?: string;
    readonly sendId?: string;
    readonly delay?: number;
  };
}

/** Explores all of it, or so many states. */
export function searchNaively(options: Searched, most = Infinity): Found {
  const names = Object.keys(options.actors);
  const { order = 'per-pair', drop = 0, duplicate = 0, delayUnhandled = false } = options.network ?? {};
  const refs = Object.fromEntries(names.map((name) => [name, stubOf(name)]));
  const stimuli = (options.stimuli ?? {}) as Readonly<Record<string, readonly { readonly type: string }[]>>;
  const history = options.history as HistoryOptions<unknown> | undefined;
  const within = options.within as Claim | undefined;
  const claims = Object.entries(options.always ?? {}) as [string, Claim][];
  const violated = new Set<string>();
  const seen = new Set<string>();
  const queue: State[] = [];
  let generated = 0;

  add(initial());
  for (let at = 0; at < queue.length && seen.size < most; at += 1) expand(queue[at] as State);
  return { states: seen.size, generated, violated: [...violated] };

  function add(state: State): void {
    const scene = { inFlight: state.inFlight, history: state.history };
    if (within && !within(state.snapshots, scene)) return;
    generated += 1;
    const key = JSON.stringify([
      names.map((name) => {
        const { value, context, status } = state.snapshots[name] as Shown;
        return [value, context, status];
      }),
      state.timers.map((timer) => JSON.stringify(timer)).toSorted(),
      order === 'per-pair' ? pairs(state.inFlight) : state.inFlight.map((each) => JSON.stringify(each)).toSorted(),
      state.history,
    ]);
    if (seen.has(key)) return;
    seen.add(key);
    queue.push(state);
    for (const [name, claim] of claims) if (!claim(state.snapshots, scene)) violated.add(name);
  }

  function entryOf(name: string): { readonly logic: AnyStateMachine; readonly input?: unknown } {
    const entry = options.actors[name] as AnyStateMachine | { readonly logic: AnyStateMachine };
    return 'logic' in entry ? entry : { logic: entry };
  }

  function initial(): State {
    let state: State = { snapshots: {}, timers: [], inFlight: [], history: history?.initial };
    for (const name of names) {
      const { logic, input } = entryOf(name);
      const given: unknown = typeof input === 'function' ? (input as Scoped)({ actor: (other) => refs[other] }) : input;
      const [snapshot, actions] = initialTransition(logic, given);
      state = after(state, name, snapshot as AnyMachineSnapshot, actions as Action[]);
    }
    return state;
  }

  function expand(state: State): void {
    for (const message of deliverable(state.inFlight)) {
      const rest =
        duplicate === Infinity ? state.inFlight : state.inFlight.toSpliced(state.inFlight.indexOf(message), 1);
      if (message.to in refs) {
        const received = history?.received?.(state.history, message) ?? state.history;
        const next = step({ ...state, inFlight: rest, history: received }, message.to, message.event);
        if (next) add(next);
        else if (!delayUnhandled) add({ ...state, inFlight: rest, history: received });
      }
      if (drop === Infinity) add({ ...state, inFlight: state.inFlight.toSpliced(state.inFlight.indexOf(message), 1) });
    }
    for (const timer of state.timers) {
      const timers = state.timers.filter((each) => each !== timer);
      add(step({ ...state, timers }, timer.actor, timer.event) ?? { ...state, timers });
    }
    for (const name of names) {
      for (const event of stimuli[name] ?? []) {
        const next = step(state, name, event);
        if (next) add(next);
      }
    }
  }

  function deliverable(inFlight: readonly Message[]): readonly Message[] {
    const isFirst = order === 'per-pair' ? samePair : sameMessage;
    return inFlight.filter((each, index) => inFlight.findIndex((other) => isFirst(each, other)) === index);
  }

  function step(state: State, name: string, event: { readonly type: string }): State | undefined {
    const { logic } = entryOf(name);
    const before = state.snapshots[name] as AnyMachineSnapshot;
    if (before.status !== 'active') return undefined;
    const [snapshot, actions] = transition(logic, before, event);
    if (snapshot === before && actions.length === 0) return undefined;
    return after(state, name, snapshot as AnyMachineSnapshot, actions as Action[]);
  }

  function after(state: State, name: string, snapshot: AnyMachineSnapshot, actions: readonly Action[]): State {
    let { timers, inFlight, history: gathered } = state;
    for (const { type, params = {} } of actions) {
      const { to, event, id = '', sendId, delay } = params;
      if (type === 'xstate.cancel') timers = timers.filter((each) => each.actor !== name || each.id !== sendId);
      else if (type === 'xstate.raise' && event && delay !== undefined) {
        timers = [...timers, { actor: name, id, event }];
      } else if (type === 'xstate.sendTo' && to && event) {
        const message = { from: name, to: to.id, event };
        gathered = history?.sent?.(gathered, message) ?? gathered;
        const isThere = duplicate === Infinity && inFlight.some((each) => sameMessage(each, message));
        if (!isThere) inFlight = [...inFlight, message];
      }
    }
    return { snapshots: { ...state.snapshots, [name]: snapshot }, timers, inFlight, history: gathered };
  }
}

/** A ref that says who it is. */
function stubOf(id: string): AnyActorRef {
  const stub = { id, sessionId: id, send: () => {}, toJSON: () => `@${id}` };
  return { ...stub, ref: stub } as unknown as AnyActorRef; // nobody asks it for more
}

const samePair = (one: Message, other: Message): boolean => one.from === other.from && one.to === other.to;
const sameMessage = (one: Message, other: Message): boolean => JSON.stringify(one) === JSON.stringify(other);

function pairs(inFlight: readonly Message[]): Readonly<Record<string, readonly unknown[]>> {
  const lanes: Record<string, unknown[]> = {};
  for (const message of inFlight) (lanes[`${message.from} ${message.to}`] ??= []).push(message.event);
  return Object.fromEntries(Object.entries(lanes).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
