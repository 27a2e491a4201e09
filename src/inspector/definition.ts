// What a machine is made of, in a form that is easy to draw, read out of the JSON of its config. Ids, descriptors and targets are those that XState gives them, so
// that what it tells of a running machine finds its place here. A config that XState would refuse gives what can be read of it, or nothing; it never throws.
import type { MachineDefinition, StateDefinition, TransitionDefinition } from './records.ts';

/** The definition of the machine whose config `describeConfig` told; undefined if that is no machine. */
export function describeMachine(config: unknown): MachineDefinition | undefined {
  if (!isRecord(config) || !MACHINE_KEYS.some((key) => key in config)) return undefined;
  const id = text(config['id']) ?? '(machine)';
  const nodes = new Map<string, Node>();
  try {
    const root = readNode(config, id, [], undefined, { id, nodes });
    return { id, root: describeState(root, nodes, routes(nodes)) };
  } catch {
    // states within states, deeper than the stack: nobody could draw them
    return undefined;
  }
}

/** All states of a definition, each before its children. */
export function allStates({ root }: MachineDefinition): readonly StateDefinition[] {
  const all: StateDefinition[] = [];
  const visit = (state: StateDefinition) => {
    all.push(state);
    state.states.forEach(visit);
  };
  visit(root);
  return all;
}

/** A config has one of these if it is a machine's, and not that of some other logic. */
const MACHINE_KEYS = ['states', 'initial', 'on', 'always', 'after', 'invoke', 'entry', 'exit', 'type', 'context', 'id'];

/** A state on the way: its ids are there before any target is looked for. */
interface Node {
  readonly id: string;
  readonly key: string;
  readonly type: StateDefinition['type'];
  readonly config: Config;
  readonly parent: Node | undefined;
  readonly children: Map<string, Node>;
  readonly invoke: readonly Invoked[];
}

interface Invoked {
  readonly id: string;
  readonly src: string;
  readonly config: Config;
}

type Config = Readonly<Record<string, unknown>>;
type Nodes = ReadonlyMap<string, Node>;

function readNode(
  config: Config,
  key: string,
  path: readonly string[],
  parent: Node | undefined,
  machine: { readonly id: string; readonly nodes: Map<string, Node> },
): Node {
  const id = text(config['id']) ?? [machine.id, ...path].join('.');
  const states = isRecord(config['states']) ? Object.entries(config['states']) : [];
  const node: Node = {
    id,
    key,
    type: typeOf(config, states.length > 0),
    config,
    parent,
    children: new Map(),
    invoke: list(config['invoke'])
      .filter(isRecord)
      .map((invoked, index) => ({
        id: text(invoked['id']) ?? `${index}.${id}`,
        src: sourceOf(invoked['src']),
        config: invoked,
      })),
  };
  // XState has the last that has an id, too
  machine.nodes.set(id, node);
  for (const [name, child] of states) {
    node.children.set(name, readNode(isRecord(child) ? child : {}, name, [...path, name], node, machine));
  }
  return node;
}

const TYPES: readonly unknown[] = ['atomic', 'compound', 'parallel', 'final', 'history'];

function typeOf(config: Config, hasStates: boolean): StateDefinition['type'] {
  if (TYPES.includes(config['type'])) return config['type'] as StateDefinition['type'];
  if (hasStates) return 'compound';
  return config['history'] ? 'history' : 'atomic';
}

function sourceOf(src: unknown): string {
  if (isRecord(src)) return text(src['id']) ?? text(src['type']) ?? 'inline';
  return text(src) ?? 'inline';
}

function describeState(node: Node, nodes: Nodes, routed: readonly TransitionDefinition[] = []): StateDefinition {
  const { id, key, type, config, invoke, children } = node;
  const initial = initialOf(node, nodes);
  const description = text(config['description']);
  return {
    id,
    key,
    type,
    ...(initial === undefined ? {} : { initial }),
    ...(type === 'history' ? { history: config['history'] === 'deep' ? 'deep' : 'shallow' } : {}),
    ...(description === undefined ? {} : { description }),
    tags: list(config['tags']).filter((tag) => typeof tag === 'string'),
    entry: actionNames(config['entry']),
    exit: actionNames(config['exit']),
    invoke: invoke.map((invoked) => ({ id: invoked.id, src: invoked.src })),
    transitions: [...transitionsOf(node, nodes), ...routed],
    states: [...children.values()].map((child) => describeState(child, nodes)),
  };
}

/** Where a state begins: for a history state, what it leads to while there is no history. */
function initialOf({ type, config, children, parent }: Node, nodes: Nodes): string | undefined {
  if (type === 'history') {
    const [target] = list(config['target']);
    return typeof target === 'string' && parent ? byPath(parent, target, nodes)?.id : undefined;
  }
  if (type !== 'compound') return undefined;
  const initial = config['initial'];
  const [target] = list(isRecord(initial) ? initial['target'] : initial);
  return typeof target === 'string' ? children.get(target)?.id : undefined;
}

// ---- transitions

/** By descriptor, as XState keeps them: one that comes again takes the place of the first, but for delays. */
function transitionsOf(node: Node, nodes: Nodes): TransitionDefinition[] {
  const { id, config, invoke } = node;
  const found = new Map<string, TransitionDefinition[]>();
  const read = (event: string, transitions: unknown) =>
    configsOf(transitions).map((each) => describeTransition(node, event, each, nodes));

  for (const [event, to] of entries(config['on'])) found.set(event, read(event, to));
  if (config['onDone']) found.set(`xstate.done.state.${id}`, read(`xstate.done.state.${id}`, config['onDone']));
  for (const invoked of invoke) {
    for (const [property, prefix] of ANSWERS) {
      const event = `${prefix}${invoked.id}`;
      if (invoked.config[property]) found.set(event, read(event, invoked.config[property]));
    }
  }
  for (const [delay, to] of entries(config['after'])) {
    const event = `xstate.after.${Number.isNaN(+delay) ? delay : +delay}.${id}`;
    found.set(event, [...(found.get(event) ?? []), ...read(event, to)]);
  }
  const always = config['always'] ? read('', config['always']) : [];
  return [...[...found.values()].flat(), ...always];
}

const ANSWERS = [
  ['onDone', 'xstate.done.actor.'],
  ['onError', 'xstate.error.actor.'],
  ['onSnapshot', 'xstate.snapshot.'],
] as const;

/** Each way that a config can say a transition, as an object. */
const configsOf = (transitions: unknown): readonly Config[] =>
  (Array.isArray(transitions) ? (transitions as readonly unknown[]) : [transitions]).map((each) =>
    isRecord(each) ? each : typeof each === 'string' ? { target: each } : {},
  );

function describeTransition(node: Node, event: string, config: Config, nodes: Nodes): TransitionDefinition {
  const guard = guardName(config['guard']);
  return {
    source: node.id,
    event,
    label: labelOf(event, node),
    targets: list(config['target']).flatMap((target) => {
      const found = typeof target === 'string' ? targetOf(node, target, nodes) : undefined;
      return found ? [found.id] : [];
    }),
    ...(guard === undefined ? {} : { guard }),
    actions: actionNames(config['actions']),
    reenter: config['reenter'] === true,
  };
}

/** States that say `route` can be reached from anywhere by the root's `xstate.route`. */
function routes(nodes: Nodes): TransitionDefinition[] {
  const [root] = nodes.values();
  return [...nodes.values()].flatMap((node) => {
    const route = node.config['route'];
    if (!root || node === root || !isRecord(route) || text(node.config['id']) === undefined) return [];
    return [{ ...describeTransition(root, 'xstate.route', route, nodes), targets: [node.id] }];
  });
}

function labelOf(event: string, { id, invoke }: Node): string {
  if (event === '') return 'always';
  if (event === `xstate.done.state.${id}`) return 'done';
  if (event === 'xstate.route') return 'route';
  if (event.startsWith('xstate.after.')) {
    const delay = event.endsWith(`.${id}`) ? event.slice('xstate.after.'.length, -id.length - 1) : event.slice(13);
    return Number.isNaN(+delay) ? `after ${delay}` : `after ${delay} ms`;
  }
  for (const [, prefix] of ANSWERS) {
    if (!event.startsWith(prefix)) continue;
    const what = prefix.split('.')[1] as string;
    const invoked = invoke.find((each) => each.id === event.slice(prefix.length));
    if (!invoked) return `${what}: ${event.slice(prefix.length)}`;
    // two of one kind are told apart by their ids
    const alone = invoke.filter(({ src }) => src === invoked.src).length === 1;
    if (!alone) return `${what}: ${invoked.id}`;
    if (invoked.src !== 'inline') return `${what}: ${invoked.src}`;
    return typeof invoked.config['id'] === 'string' ? `${what}: ${invoked.id}` : what;
  }
  return event;
}

// ---- targets, as XState finds them

function targetOf(node: Node, target: string, nodes: Nodes): Node | undefined {
  if (target.startsWith('#')) return byId(target, nodes);
  const inner = target.startsWith('.');
  if (!node.parent) return byPath(node, inner ? target.slice(1) : target, nodes);
  return byPath(node.parent, inner ? `${node.key}${target}` : target, nodes);
}

function byId(target: string, nodes: Nodes): Node | undefined {
  const [first = '', ...path] = pathOf(target);
  const node = nodes.get(first.slice(1));
  return node ? walk(node, path, nodes) : nodes.get(target.slice(1));
}

const byPath = (from: Node, target: string, nodes: Nodes): Node | undefined =>
  target.startsWith('#') ? byId(target, nodes) : walk(from, pathOf(target), nodes);

function walk(from: Node, path: readonly string[], nodes: Nodes): Node | undefined {
  let node: Node | undefined = from;
  for (const key of path) {
    if (key === '' || !node) return node;
    node = key.startsWith('#') ? byId(key, nodes) : node.children.get(key);
  }
  return node;
}

/** The keys of a path; a backslash takes the dot after it for a letter. */
function pathOf(target: string): string[] {
  const keys = [''];
  for (let at = 0; at < target.length; at += 1) {
    const letter = target[at] as string;
    if (letter === '.') keys.push('');
    else keys[keys.length - 1] += letter === '\\' ? (target[(at += 1)] ?? '') : letter;
  }
  return keys;
}

// ---- names

/** What a function is called that has no name, or only that of the property it was written at. */
const SAYS_NOTHING = new Set(['', 'inline', 'actions', 'entry', 'exit', 'enqueueActions']);

function actionNames(actions: unknown): string[] {
  return list(actions)
    .map((action) => (isRecord(action) ? text(action['type']) : text(action)) ?? '')
    .filter((name) => !SAYS_NOTHING.has(name));
}

function guardName(guard: unknown): string | undefined {
  if (guard === undefined || guard === null) return undefined;
  if (typeof guard === 'string') return guard === '' || guard === 'guard' ? 'inline' : guard;
  if (!isRecord(guard)) return 'inline';
  const values = isRecord(guard['params']) ? Object.values(guard['params']) : list(guard['params']);
  const told = values.every((value) => typeof value !== 'object') && guard['params'] !== 'params';
  const name = text(guard['type']) ?? 'inline';
  return told && values.length > 0 ? `${name}(${values.map(String).join(', ')})` : name;
}

// ---- what JSON can be

const isRecord = (value: unknown): value is Config =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

const entries = (value: unknown): [string, unknown][] => (isRecord(value) ? Object.entries(value) : []);

/** One or several as several; what is left out is none. */
const list = (value: unknown): readonly unknown[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? (value as readonly unknown[]) : [value];
