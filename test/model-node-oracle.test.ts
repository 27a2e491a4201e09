// The stepper of a node against XState itself: machines made at random are stepped by both, and must agree on every snapshot, child, delay, effect and error after every step.
import { describe, expect, it } from 'vitest';
import { createMachine, type AnyActorRef, type AnyEventObject } from 'xstate';
import { createNodes } from '../dist/src/testing/model/node/nodes.js';
import type { Configuration, Step } from '../dist/src/testing/model/node/node.js';
import { isTroupeError } from 'troupe';
import { createRandom } from '../dist/src/testing/random.js';
import { createRandomMachine } from './support/random-machines.ts';
import { createRealNode, type RealNode } from './support/real-node.ts';

const SEEDS = Array.from({ length: 8 }, (_, index) => 7000 + index);
const RUNS = 12;
const STEPS = 30;

const NONE = { cells: {}, isSpokenOf: () => false };
const outside = createMachine({ id: 'outside' });
const OUTCOMES = [{ done: 'worked' }, { error: new Error('did not work') }];

describe('a node stepped by the model', () => {
  it.each(SEEDS)('does what XState does (seed %i)', (seed) => {
    const random = createRandom(seed);
    let steps = 0;
    for (let run = 0; run < RUNS; run += 1) steps += compareRun(random);
    expect(steps).toBeGreaterThan(RUNS * 3);
  });
});

/** Steps one random machine both ways; gives how many steps were compared. */
function compareRun(random: () => number): number {
  const machine = createRandomMachine(random);
  const [node] = createNodes({
    actors: {
      root: {
        logic: machine,
        input: ({ actor }: { actor: (name: string) => AnyActorRef }) => ({ outside: actor('outside') }),
      },
      outside,
    },
    invoked: { work: OUTCOMES },
  });
  if (!node) throw new Error('no node');
  const first = attempt(() => node.start(NONE));
  if (!first) return 0;
  const real = createRealNode(machine);
  real.start();
  let configuration = first.next;
  const trail = ['start'];
  const compare = (step: Step) => {
    node.snapshotOf(configuration);
    const mine = describeModel(node.snapshotOf(configuration), configuration, step);
    const its = describeReal(real);
    // comparing texts is quicker, and tells less
    if (JSON.stringify(mine) !== JSON.stringify(its))
      throw new Error(`${trail.join(' ')}\nmodel: ${JSON.stringify(mine)}\nXState: ${JSON.stringify(its)}`);
  };
  const pairs = new Map<string, AnyActorRef>();
  compare(first);
  pair(real, configuration, pairs);
  for (let count = 1; count <= STEPS; count += 1) {
    node.snapshotOf(configuration);
    const choice = choose(random, configuration, node.spontaneous(configuration) as never);
    if (!choice) return count;
    const before = configuration;
    const step = attempt(() => node.step(before, choice as never, NONE));
    if (!step) return count;
    trail.push(JSON.stringify(choice));
    node.snapshotOf(before);
    // of two that nobody holds and that are alike it cannot be told which is which
    if (!perform(real, before, pairs, choice)) return count;
    configuration = step.next;
    compare(step);
    pair(real, configuration, pairs);
  }
  return STEPS;
}

type Choice =
  | {
      readonly type: 'message';
      readonly message: { readonly from: string; readonly to: string; readonly event: AnyEventObject };
    }
  | { readonly type: 'timer'; readonly index: number }
  | { readonly type: 'outcome'; readonly actor: string; readonly index: number };

function choose(
  random: () => number,
  configuration: Configuration,
  spontaneous: readonly Choice[],
): Choice | undefined {
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  if (spontaneous.length > 0 && random() < 0.4) return pick(spontaneous);
  const to = random() < 0.6 ? 'root' : pick([...configuration.actors.keys()]);
  if (to === undefined) return undefined;
  return { type: 'message', message: { from: 'outside', to, event: { type: `E${Math.floor(random() * 5)}` } } };
}

/** The same in the real actors, which are found by how they are reached. */
function perform(
  real: RealNode,
  configuration: Configuration,
  pairs: ReadonlyMap<string, AnyActorRef>,
  choice: Choice,
): boolean {
  if (choice.type === 'timer') {
    const timer = configuration.timers[choice.index] as never as TimerLike & {
      actor: string;
      target: string;
      isNameless: boolean;
    };
    const wanted = timerText({
      ...timer,
      source: refOf(timer.actor),
      target: refOf(timer.target),
      id: timer.isNameless ? undefined : timer.id,
    });
    const source = pairs.get(timer.actor);
    const found = real.timers().find((each) => (!source || each.source === source) && timerText(each) === wanted);
    found?.run();
    return found !== undefined;
  }
  const address = choice.type === 'message' ? choice.message.to : choice.actor;
  const actor = pairs.get(address);
  if (!actor) return false;
  if (choice.type === 'message') real.send(actor, choice.message.event);
  else real.settle(actor, OUTCOMES[choice.index] as never);
  return true;
}

/** Real actors by the addresses of the model: both are found by the same ways, and kept once they are found. */
function pair(real: RealNode, { actors }: Configuration, pairs: Map<string, AnyActorRef>): void {
  const isSame = (address: string, there: AnyActorRef) => {
    const held = actors.get(address) as never as { status: number; snapshot: SnapshotLike } | undefined;
    const text = (snapshot: SnapshotLike) => JSON.stringify(describeSnapshot(snapshot, 1));
    return (
      held?.status === Number(isRunning(there)) && text(held.snapshot) === text(there.getSnapshot() as SnapshotLike)
    );
  };
  const walked = new Set<string>();
  const walk = (address: string, there: AnyActorRef) => {
    if (walked.has(address)) return;
    walked.add(address);
    pairs.set(address, there);
    const right = refsIn(there.getSnapshot() as SnapshotLike | undefined);
    for (const [at, ref] of refsIn(actors.get(address)?.snapshot).entries()) {
      const other = right[at];
      if (other && ref && ref.sessionId.startsWith('root')) walk(ref.sessionId, other);
    }
  };
  walk('root', real.root);
  for (const [address, there] of [...pairs]) {
    if (isSame(address, there)) walk(address, there);
    else if (!walked.has(address)) pairs.delete(address);
  }
  const taken = new Set(pairs.values());
  for (const address of actors.keys()) {
    // whom nobody holds: it was replaced in the very step that made it
    const found = pairs.has(address)
      ? undefined
      : real
          .actors()
          .find((each) => !taken.has(each) && pathOf(each) === pathOf(refOf(address)) && isSame(address, each));
    if (found) walk(address, found);
    if (found) taken.add(found);
  }
}

const isRunning = (actor: AnyActorRef) => (actor as unknown as { _processingStatus: number })._processingStatus === 1;

interface SnapshotLike {
  readonly status: string;
  readonly value?: unknown;
  readonly context?: { readonly refs?: readonly AnyActorRef[] };
  readonly children?: Readonly<Record<string, AnyActorRef>>;
  readonly output?: unknown;
  readonly error?: unknown;
}

function refsIn(snapshot: SnapshotLike | undefined): readonly AnyActorRef[] {
  if (!snapshot) return [];
  const { children = {}, context } = snapshot;
  return [...Object.values(children), ...(context?.refs ?? [])];
}

interface TimerLike {
  readonly source: AnyActorRef;
  readonly target: AnyActorRef;
  readonly id: string | undefined;
  readonly event: AnyEventObject;
  readonly isListed: boolean;
}

const timerText = ({ source, target, id, event, isListed }: TimerLike): string =>
  [pathOf(source), pathOf(target), id ?? 'nameless', event.type, isListed].join(' ');

function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (isTroupeError(error as never, 'NOT_MODELLED' as never) && String(error).includes('does not end'))
      return undefined;
    throw error;
  }
}

// ---- descriptions

const idText = (id: string) => id.replace(/x:\d+|root[\w/$~.]*\$\w+(~\d+)?/g, '#');

function pathOf(ref: AnyActorRef): string {
  const { _parent: parent } = ref as { _parent?: AnyActorRef };
  return `${parent ? `${pathOf(parent)}/` : ''}${idText(ref.id)}`;
}

function describeValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return idText(value);
  if (value instanceof Error) return `Error: ${idText(value.message)}`;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => describeValue(each, depth));
  if ('sessionId' in value && 'send' in value) return describeRef(value as AnyActorRef, depth);
  if ('_nodes' in value) return describeSnapshot(value as never, depth - 1);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, describeValue(each, depth)]));
}

function describeRef(ref: AnyActorRef, depth: number): unknown {
  if (pathOf(ref) === 'outside') return 'outside';
  const { _processingStatus: status } = ref as unknown as { _processingStatus: number };
  if (depth === 0) return pathOf(ref);
  return { path: pathOf(ref), status, snapshot: describeSnapshot(ref.getSnapshot() as SnapshotLike, depth - 1) };
}

function describeSnapshot({ status, value, context, children, output, error }: SnapshotLike, depth: number): unknown {
  if (depth < 0) return status;
  const keys = Object.entries(children ?? {}).map(([key, child]) => [idText(key), child && describeRef(child, depth)]);
  return {
    status,
    value,
    context: describeValue(context, Math.min(depth, 2)),
    children: keys.toSorted(([left], [right]) => (String(left) < String(right) ? -1 : 1)),
    output: describeValue(output, 0),
    error: describeValue(error, 0),
  };
}

const DEPTH = 3;

function describeReal(real: RealNode): unknown {
  const { out, logged, emitted, transitions } = real.happened();
  return {
    root: describeSnapshot(real.root.getSnapshot() as SnapshotLike, DEPTH),
    running: real.actors().filter(isRunning).map(pathOf).toSorted(),
    timers: real.timers().map(timerText).toSorted(),
    out: out.map((event) => describeValue(event, 0)),
    logged,
    emitted: emitted.map(({ actor, event }) => `${pathOf(actor)} ${event.type}`),
    transitions: transitions.map(({ actor, ...taken }) => describeValue({ actor: pathOf(actor), ...taken }, 0)),
  };
}

function describeModel(root: unknown, configuration: Configuration, { sends, notes }: Step): unknown {
  const refAt = (address: string): AnyActorRef => refOf(address);
  return {
    root: describeSnapshot(root as SnapshotLike, DEPTH),
    running: [...configuration.actors.keys()]
      .map(refAt)
      .filter((_, at) => ([...configuration.actors.values()][at] as never as { status: number }).status === 1)
      .map(pathOf)
      .toSorted(),
    timers: configuration.timers
      .map((timer) => {
        const { actor, target, id, isNameless, event, isListed } = timer as never as TimerLike & {
          actor: string;
          target: string;
          isNameless: boolean;
        };
        return timerText({
          source: refAt(actor),
          target: refAt(target as never),
          id: isNameless ? undefined : id,
          event,
          isListed,
        });
      })
      .toSorted(),
    out: sends.map(({ event }) => describeValue(event, 0)),
    logged: notes.logged.map(({ text }) => text),
    emitted: notes.emitted.map(({ actor, event }) => `${pathOf(refAt(actor))} ${event.type}`),
    transitions: notes.transitions.map(({ actor, taken }) =>
      describeValue(
        { actor: pathOf(refAt(actor)), source: taken.source, event: taken.event, targets: taken.targets },
        0,
      ),
    ),
  };
}

/** A stand-in that has the path of an address. */
function refOf(address: string): AnyActorRef {
  const parts = address.split('/');
  const path = parts.map((part, at) =>
    part.startsWith('$') ? parts.slice(0, at + 1).join('/') : part.replace(/~\d+$/, ''),
  );
  return path.reduce<AnyActorRef | undefined>(
    (parent, id) => ({ id, _parent: parent }) as never,
    undefined,
  ) as AnyActorRef;
}
