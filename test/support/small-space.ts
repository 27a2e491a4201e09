// A small space of machines, made by hand: what the texts, diagrams and recordings of runs are tested on without the engine. A machine sends with `emit({ type, to })`; delays, stimuli,
// losses, duplicates and crashes are there, children are not.
import { initialTransition, transition, type AnyMachineSnapshot, type AnyStateMachine, type EventObject } from 'xstate';
import type { Configuration, RunningTimer, StepNotes } from '../../dist/src/testing/model/node.js';
import type { Message } from '../../dist/src/testing/model/options.js';
import type { Action, NodeStep, Space } from '../../dist/src/testing/model/space.js';

export interface SmallOptions {
  readonly actors: Readonly<Record<string, { readonly logic: AnyStateMachine; readonly input?: unknown }>>;
  readonly stimuli?: Readonly<Record<string, readonly EventObject[]>>;
  readonly order?: 'per-pair' | 'none';
  readonly drop?: number;
  readonly duplicate?: number;
  readonly crash?: number;
}

interface State {
  readonly nodes: Readonly<Record<string, Configuration>>;
  readonly messages: readonly Message[];
  readonly left: { readonly drop: number; readonly duplicate: number; readonly crash: number };
}

export function createSmallSpace(options: SmallOptions): Space {
  const names = Object.keys(options.actors);
  const states: State[] = [];
  const actions: Action[] = [];
  const known = new Map<string, number>();
  const intern = <T>(key: string, value: T, all: T[]): number => {
    const number = known.get(key) ?? all.length;
    if (number === all.length) all.push(value);
    known.set(key, number);
    return number;
  };
  const keyOf = ({ nodes, messages, left }: State) =>
    `state ${JSON.stringify([names.map((name) => nodes[name]?.key), messages, left])}`;
  const stateOf = (state: State) => Uint32Array.of(intern(keyOf(state), state, states));
  const at = (words: Uint32Array) => states[words[0] as number] as State;

  const beginnings = names.map((name) => {
    const { logic, input } = options.actors[name] as { logic: AnyStateMachine; input?: unknown };
    const [snapshot, executed] = initialTransition(logic, input as never) as [AnyMachineSnapshot, Executed];
    return stepOf(name, logic, undefined, snapshot, executed, undefined);
  });
  const initial = stateOf({
    nodes: Object.fromEntries(beginnings.map(({ node, after }) => [node, after])),
    messages: beginnings.flatMap(({ sends }) => sends),
    left: { drop: options.drop ?? 0, duplicate: options.duplicate ?? 0, crash: options.crash ?? 0 },
  });

  function happen(state: State, action: Action): { readonly next: State; readonly step?: NodeStep } {
    const { nodes, messages, left } = state;
    if (action.type === 'drop') {
      return {
        next: { ...state, messages: without(messages, action.message), left: { ...left, drop: left.drop - 1 } },
      };
    }
    if (action.type === 'crash') {
      const gone: Configuration = { key: 'crashed', actors: new Map(), timers: [], crashed: true, mentions: [] };
      return { next: { ...state, nodes: { ...nodes, [action.node]: gone }, left: { ...left, crash: left.crash - 1 } } };
    }
    if (action.type === 'restart') {
      const step = beginnings.find(({ node }) => node === action.node) as NodeStep;
      return {
        next: { ...state, nodes: { ...nodes, [action.node]: step.after }, messages: [...messages, ...step.sends] },
        step,
      };
    }
    const name = action.type === 'deliver' ? action.message.to : (action as { readonly actor: string }).actor;
    const event = action.type === 'deliver' ? action.message.event : (action as { readonly event: EventObject }).event;
    const rest = action.type === 'deliver' && !action.again ? without(messages, action.message) : messages;
    const kept = action.type === 'deliver' && action.again ? { ...left, duplicate: left.duplicate - 1 } : left;
    const before = nodes[name] as Configuration;
    if (before.crashed) return { next: { nodes, messages: rest, left: kept } };
    const { logic, snapshot } = before.actors.get(name) as unknown as {
      logic: AnyStateMachine;
      snapshot: AnyMachineSnapshot;
    };
    const [next, executed] = transition(logic, snapshot, event as never) as [AnyMachineSnapshot, Executed];
    const step = stepOf(name, logic, before, next, executed, event);
    return { next: { nodes: { ...nodes, [name]: step.after }, messages: [...rest, ...step.sends], left: kept }, step };
  }

  function possible({ nodes, messages, left }: State): Action[] {
    const all: Action[] = [];
    const heads = messages.filter(
      ({ from, to }, index) =>
        options.order === 'none' || messages.findIndex((each) => each.from === from && each.to === to) === index,
    );
    for (const message of heads) {
      all.push({ type: 'deliver', message, again: false });
      if (left.duplicate > 0) all.push({ type: 'deliver', message, again: true });
      if (left.drop > 0) all.push({ type: 'drop', message });
    }
    for (const [name, { timers, crashed, actors }] of Object.entries(nodes)) {
      for (const { actor, id, event } of timers) all.push({ type: 'timer', actor, id, event });
      if (left.crash > 0 && !crashed) all.push({ type: 'crash', node: name });
      if (crashed) all.push({ type: 'restart', node: name });
      const snapshot = actors.get(name)?.snapshot as AnyMachineSnapshot | undefined;
      for (const event of options.stimuli?.[name] ?? []) {
        if (snapshot?.can(event)) all.push({ type: 'stimulus', actor: name, event });
      }
    }
    return all;
  }

  return {
    names,
    initial,
    beginnings,
    successors(words, visit) {
      const state = at(words);
      for (const action of possible(state)) {
        visit(intern(`action ${JSON.stringify(action)}`, action, actions), stateOf(happen(state, action).next), 1);
      }
    },
    actionOf: (_, code) => actions[code] as Action,
    stepOf: (words, code) => happen(at(words), actions[code] as Action).step,
    show(words) {
      const { nodes, messages } = at(words);
      const world = Object.fromEntries(
        names.map((name) => [name, nodes[name]?.actors.get(name)?.snapshot ?? { status: 'stopped' }]),
      );
      const scene = {
        inFlight: messages,
        timers: names.flatMap((name) => nodes[name]?.timers ?? []),
        crashed: names.filter((name) => nodes[name]?.crashed),
        cells: {},
        history: undefined,
      };
      return { world: world as never, scene };
    },
    configurationOf: (words, name) => at(words).nodes[name] as Configuration,
    isFair: (code) => ['deliver', 'timer', 'restart'].includes((actions[code] as Action).type),
    isQuiescent: (words) => possible(at(words)).length === 0,
  };
}

type Executed = readonly { readonly type: string; readonly params: Readonly<Record<string, unknown>> }[];

function without(messages: readonly Message[], message: Message): readonly Message[] {
  const text = JSON.stringify(message);
  const index = messages.findIndex((each) => JSON.stringify(each) === text);
  return messages.filter((_, place) => place !== index);
}

function stepOf(
  node: string,
  logic: AnyStateMachine,
  before: Configuration | undefined,
  snapshot: AnyMachineSnapshot,
  executed: Executed,
  event: EventObject | undefined,
): NodeStep {
  const timers: RunningTimer[] = (before?.timers ?? []).filter(({ event: { type } }) => type !== event?.type);
  const sends: Message[] = [];
  for (const { type, params } of executed) {
    if (type === 'xstate.raise' && params['delay'] !== undefined) {
      timers.push({ actor: node, id: params['id'] as string, event: params['event'] as EventObject });
    } else if (type === 'xstate.cancel') {
      timers.splice(0, timers.length, ...timers.filter(({ id }) => id !== params['sendId']));
    } else if (type === 'xstate.emit') {
      const { to, ...rest } = params['event'] as EventObject & { readonly to: string };
      for (const each of [to].flat()) sends.push({ from: node, to: each, event: rest });
    }
  }
  const was = before?.actors.get(node)?.snapshot;
  const isUnhandled =
    event !== undefined && was === snapshot && !executed.length && !(was as AnyMachineSnapshot).can(event);
  const transitions =
    was && was !== snapshot && event
      ? logic.getTransitionData(was as never, event as never).map(({ source, eventType, target }) => ({
          actor: node,
          taken: {
            source: source.id,
            event: eventType as string,
            ...(target ? { targets: target.map(({ id }) => id) } : {}),
          },
        }))
      : [];
  const after: Configuration = {
    key: JSON.stringify([snapshot.value, snapshot.context, snapshot.status, timers]),
    actors: new Map([[node, { logic, snapshot, src: '', life: 0 }]]),
    timers,
    crashed: false,
    mentions: [],
  };
  const notes: StepNotes = {
    unhandled: isUnhandled ? [{ actor: node, event }] : [],
    lost: [],
    transitions,
    logged: executed
      .filter(({ type }) => type === 'xstate.log')
      .map(({ params }) => ({ actor: node, text: String(params['value']) })),
    emitted: [],
    inner: [],
    failures: [],
    touched: [],
  };
  return { node, before, after, sends, notes };
}
