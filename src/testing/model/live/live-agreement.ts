// Whether a model and the live system agree, after the same steps: the state and the context of each actor, how it ended, its children, the delays that run, what is on its way, and what the cells hold.
import type { AnyActorRef, Snapshot } from 'xstate';
import { childrenIn } from '../../../delays.ts';
import type { Live } from './live-system.ts';
import { liveText } from './live-text.ts';
import type { ActorState, Address, Configuration } from '../node/node.ts';
import type { Message } from '../options.ts';
import type { NodeStep, Space, Words } from '../space/space.ts';

/** Where they differ. */
export interface Difference {
  /** Whose it is; of what belongs to nobody what it is. */
  readonly actor: string;
  readonly what: string;
  readonly model: string;
  readonly live: string;
}

/** What is compared in which way. */
export interface AgreementOptions {
  readonly isOrdered: boolean;
  /** Each message stays on its way, so two that are equal are one. */
  readonly isSet: boolean;
}

/** Where they differ in a state; `nodes` are those whose actors are looked at. */
export function differenceIn(
  { live, space, isOrdered, isSet }: AgreementOptions & { readonly live: Live; readonly space: Space },
  state: Words,
  nodes: readonly string[],
): Difference | undefined {
  const configurations = nodes.map((name) => [name, space.configurationOf(state, name)] as const);
  const there = new Map(configurations.map(([name, configuration]) => [name, nameActors(live, name, configuration)]));
  for (const [name, configuration] of configurations) {
    const found =
      differenceInLife(live, name, configuration) ??
      (live.node(name) && differenceInActors(live, name, configuration, there.get(name) ?? new Map()));
    if (found) return found;
  }
  const { scene } = space.show(state);
  return (
    differenceOnTheWay(live, scene.inFlight, { isOrdered, isSet }) ??
    differ('the cells', 'what they hold', modelText(scene.cells), modelText(live.cellsNow()))
  );
}

/** Where they differ in what a step has sent. */
export function differenceInSent(live: Live, step: NodeStep | undefined): Difference | undefined {
  const expected = (step?.sends ?? []).map(messageText);
  const found = live.sent.map((sending) => sentText(live, sending));
  return differ(step?.node ?? 'nobody', 'what it sent to other nodes', listText(expected), listText(found));
}

/** Gives the live actors the names that the model has for them; tells who is there. */
function nameActors(live: Live, name: string, { actors }: Configuration): ReadonlyMap<Address, AnyActorRef> {
  const node = live.node(name);
  if (!node) return new Map();
  const namesOf = (address: Address, ids: readonly string[]) => {
    const children = childrenOf(actors.get(address));
    const known = ids.map((id) => children.get(id));
    // who was given no id has another in each run
    const others = [...children].filter(([id]) => !ids.includes(id)).map(([, other]) => other);
    return known.map((other) => other ?? others.shift());
  };
  const there = new Map(live.refs.assign(node.bus, node.root, name, namesOf));
  // those whom their parent has let go of
  for (const address of actors.keys()) {
    const actor = there.has(address) ? undefined : live.refs.actorAt(address);
    for (const each of actor ? live.refs.assign(node.bus, actor, address, namesOf) : []) there.set(...each);
  }
  return there;
}

function childrenOf(state: ActorState | undefined): ReadonlyMap<string, Address> {
  const children = state ? childrenIn(state.snapshot) : {};
  // a ref of the model has its address for its session
  return new Map(Object.entries(children).map(([id, child]) => [id, child.sessionId]));
}

function differenceInLife(live: Live, name: string, { crashed }: Configuration): Difference | undefined {
  return differ(name, 'its node', crashed ? 'down' : 'up', live.node(name) ? 'up' : 'down');
}

function differenceInActors(
  live: Live,
  name: string,
  { actors, timers }: Configuration,
  there: ReadonlyMap<Address, AnyActorRef>,
): Difference | undefined {
  for (const [address, { snapshot }] of actors) {
    const actor = there.get(address);
    // it has come and gone in one step
    if (!actor && snapshot.status !== 'active') continue;
    if (!actor) return { actor: address, what: 'whether it is there', model: 'it is', live: 'it is not' };
    // the root is looked at from where it was started: what it shows has crossed to there
    const shown = (address === name ? live.snapshotOf(name) : actor.getSnapshot()) as Snapshot<unknown>;
    for (const part of PARTS) {
      const found = differ(
        address,
        PART_NAMES[part],
        partText(snapshot, part, modelText),
        partText(shown, part, live.textOf),
      );
      if (found) return found;
    }
    const found = differ(
      address,
      'how many children it has',
      String(childrenOf({ snapshot } as ActorState).size),
      String(Object.keys(childrenIn(actor.getSnapshot() as Snapshot<unknown>)).length),
    );
    if (found) return found;
  }
  const armed = timers.map(({ actor, id, event }) => `${actor} ${id} ${modelText(event)}`);
  const running = [...(live.node(name)?.clock.timers ?? [])].flatMap(({ delayed }) =>
    delayed ? [`${live.refs.nameOf(delayed.source)} ${delayed.id ?? ''} ${live.textOf(delayed.event)}`] : [],
  );
  return differ(name, 'the delays that run', listText(armed.toSorted()), listText(running.toSorted()));
}

const PARTS = ['status', 'value', 'context', 'output', 'error'] as const;

const PART_NAMES: Readonly<Record<(typeof PARTS)[number], string>> = {
  status: 'its status',
  value: 'its state',
  context: 'its context',
  output: 'its output',
  error: 'its error',
};

function partText(
  snapshot: Snapshot<unknown>,
  part: (typeof PARTS)[number],
  textOf: (value: unknown) => string,
): string {
  return textOf((snapshot as unknown as Readonly<Record<string, unknown>>)[part]);
}

function differenceOnTheWay(
  live: Live,
  inFlight: readonly Message[],
  { isOrdered, isSet }: AgreementOptions,
): Difference | undefined {
  const arrange = (texts: readonly string[]) => {
    const some = isSet ? [...new Set(texts)] : texts;
    return listText(isOrdered ? some : some.toSorted());
  };
  const expected = new Map<string, string[]>();
  for (const message of inFlight) {
    const key = pairText(live.nodeOf(message.from), live.nodeOf(message.to));
    expected.set(key, [...(expected.get(key) ?? []), messageText(message)]);
  }
  for (const from of live.names) {
    for (const to of live.names) {
      if (from === to) continue;
      const found = live.onTheWay(from, to).map((sending) => sentText(live, sending));
      const known = expected.get(pairText(from, to)) ?? [];
      const difference = differ(pairText(from, to), 'what is on its way', arrange(known), arrange(found));
      if (difference) return difference;
    }
  }
  return undefined;
}

const pairText = (from: string, to: string) => `${from} to ${to}`;

function messageText({ from, to, event }: Message): string {
  return `${from}>${to} ${modelText(event)}`;
}

function sentText(live: Live, { from, to, event }: Live['sent'][number]): string {
  return `${from ? live.refs.nameOf(from) : 'nobody'}>${live.refs.nameOf(to)} ${live.textOf(event)}`;
}

/** Of the model's refs each has its address for its session. */
const modelText = (value: unknown) => liveText(value, (ref) => ref.sessionId);

const listText = (texts: readonly string[]) => (texts.length === 0 ? 'nothing' : texts.join('; '));

function differ(actor: string, what: string, model: string, live: string): Difference | undefined {
  return model === live ? undefined : { actor, what, model, live };
}
