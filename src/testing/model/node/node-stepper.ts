// The pure stepper of one node: each step is played by XState's own pure parts among the actors that the configuration holds, and leaves another configuration. Nothing is kept between
// steps but what follows from their arguments.
import type { AnyActorLogic, EventObject, Snapshot } from 'xstate';
import { TroupeError } from '../../../errors.ts';
import { isActorLogic } from '../../../host.ts';
import { withModelledCells } from '../../../shared/modelled.ts';
import { bearRoot, liveAt } from './births.ts';
import { textOf } from './canonical.ts';
import { createCells, leaveCells } from './cells.ts';
import { createConfiguration, createCrashed } from './configuration.ts';
import { becomeBy, outcomesOf } from './drives.ts';
import { beginLife, deliver, relay, startLive } from './lives.ts';
import type { Address, Circumstances, Node, Occurrence, Step } from './node.ts';
import type { Entry as ActorEntry, InputScope, Outcome } from '../options.ts';
import { renameConfiguration } from './rename.ts';
import { restore } from './restoring.ts';
import { settle } from './settling.ts';
import { crashedSnapshot } from './showing.ts';
import { RUNNING, type HeldConfiguration, type Stage, type Modelling } from './stage.ts';
import { revive } from './supervised.ts';
import { take } from './timers.ts';
import { tellDown, watchOf } from './watchers.ts';

/** Makes the stepper of a node of a model. */
export function createNode(modelling: Modelling, name: string): Node {
  const entry = modelling.options.actors[name] as AnyActorLogic | ActorEntry<AnyActorLogic>;
  const { logic, input } = isActorLogic(entry) ? { logic: entry, input: undefined } : entry;
  const scope: InputScope = { actor: (other) => refOf(modelling, other) };

  const without = (held: HeldConfiguration, isSpokenOf: (address: Address) => boolean): HeldConfiguration => {
    const ends = new Map([...held.ends].filter(([address]) => isSpokenOf(address)));
    return ends.size === held.ends.size ? held : createConfiguration(modelling, name, { ...held, ends });
  };

  /** What the root began with. */
  let first: Snapshot<unknown> | undefined;

  function start(circumstances: Circumstances): Step {
    const step = play(modelling, createStage(name, circumstances, undefined), (stage) => {
      const given: unknown = typeof input === 'function' ? (input as (scope: InputScope) => unknown)(scope) : input;
      const live = bearRoot(modelling, stage, logic, given);
      beginLife(modelling, stage, live);
      startLive(modelling, stage, live);
    });
    first ??= step.next.actors.get(name)?.snapshot;
    return step;
  }

  return {
    name,
    start,
    step(configuration, occurrence, circumstances) {
      const held = configuration as HeldConfiguration;
      if (occurrence.type === 'elapse') return elapse(modelling, name, held, occurrence.milliseconds, circumstances);
      return play(modelling, createStage(name, circumstances, held, modelling), (stage) =>
        perform(modelling, stage, occurrence),
      );
    },
    crash(configuration) {
      const isKept = modelling.options.crash?.restart === 'persisted';
      if (!isKept) return createCrashed(undefined);
      const held = configuration as HeldConfiguration;
      // who is started again knows nothing of those
      return createCrashed(held.ends.size === 0 ? held : without(held, () => false));
    },
    restart(crashed, how, circumstances) {
      const { kept } = crashed as HeldConfiguration;
      if (how === 'initial' || !kept) return start(circumstances);
      return play(modelling, createStage(name, circumstances, undefined), (stage) => restore(modelling, stage, kept));
    },
    spontaneous: (configuration) => spontaneous(modelling, configuration as HeldConfiguration),
    outcomeOf(configuration, { actor, index }) {
      const held = (configuration as HeldConfiguration).actors.get(actor);
      return (held && outcomesOf(modelling, held)?.[index]) as Outcome; // whoever asks was told of it by `spontaneous`
    },
    watches(configuration) {
      const { actors } = configuration as HeldConfiguration;
      return [...actors.values()].map(watchOf).filter((watch) => watch !== undefined);
    },
    forgetEnds: (configuration, isSpokenOf) => without(configuration as HeldConfiguration, isSpokenOf),
    rename: (configuration, renaming) =>
      renameConfiguration(modelling, name, configuration as HeldConfiguration, renaming),
    snapshotOf(configuration): Snapshot<unknown> {
      modelling.shown.set(name, configuration as HeldConfiguration);
      const { actors, kept } = configuration as HeldConfiguration;
      return actors.get(name)?.snapshot ?? crashedSnapshot(logic, kept?.actors.get(name)?.snapshot ?? first);
    },
  };
}

function refOf(modelling: Modelling, name: string): ReturnType<InputScope['actor']> {
  if (modelling.names.includes(name)) return modelling.refs.at(name);
  throw new TroupeError(
    'NO_SUCH_ACTOR',
    `Cannot give the ref of '${name}': the model has no such actor. It has ${modelling.names.join(', ')}.`,
    { details: { actor: name, actors: modelling.names } },
  );
}

function createStage(
  node: string,
  circumstances: Circumstances,
  before: HeldConfiguration | undefined,
  modelling?: Modelling,
): Stage {
  const refAt = (address: Address) => (modelling as Modelling).refs.at(address); // only where there is something before
  return {
    node,
    circumstances,
    before,
    brought: new Set(),
    lives: new Map(),
    made: new Map(),
    names: new Map([...(before?.names ?? [])].map(([name, address]) => [name, refAt(address)])),
    timers: (before?.timers ?? []).map(({ actor, target, remaining = 0, ...timer }) => ({
      ...timer,
      source: refAt(actor),
      target: refAt(target),
      remaining,
    })),
    sends: [],
    cells: circumstances.cells,
    isWritten: false,
    consulted: { cells: false, names: false },
    hasActed: before === undefined,
    running: [],
    count: 0,
    failing: [],
    refusal: undefined,
    notes: {
      unhandled: [],
      lost: [],
      transitions: [],
      logged: [],
      emitted: [],
      inner: [],
      failures: [],
      touched: [],
    },
  };
}

/** Plays a step and settles it. */
function play(modelling: Modelling, stage: Stage, run: (stage: Stage) => void): Step {
  const outer = modelling.stage;
  modelling.stage = stage;
  try {
    withModelledCells(createCells(stage), () => run(stage));
    if (stage.refusal) throw stage.refusal.error;
    return settle(modelling, stage);
  } finally {
    leaveCells();
    modelling.stage = outer;
  }
}

function perform(modelling: Modelling, stage: Stage, occurrence: Exclude<Occurrence, { type: 'elapse' }>): void {
  switch (occurrence.type) {
    case 'message':
      textOf(occurrence.message.event, stage.brought);
      deliverTo(modelling, stage, occurrence.message.to, occurrence.message.event);
      break;
    case 'stimulus':
      deliverTo(modelling, stage, stage.node, occurrence.event);
      break;
    case 'timer': {
      const timer = take(stage, occurrence.index);
      if (timer) relay(modelling, stage, timer.source, timer.target, timer.event);
      break;
    }
    case 'outcome': {
      const live = liveAt(modelling, stage, occurrence.actor);
      const outcome = live?.snapshot && outcomesOf(modelling, { ...live, snapshot: live.snapshot })?.[occurrence.index];
      if (!live || !outcome) break;
      const parent = live.parent === undefined ? undefined : modelling.refs.at(live.parent);
      if (!('event' in outcome)) deliver(modelling, stage, live, { event: becomeBy(outcome), from: '' });
      else if (parent) relay(modelling, stage, live.ref, parent, outcome.event);
      break;
    }
    case 'restart':
      revive(modelling, stage, occurrence.actor);
      break;
    case 'down':
      textOf(occurrence.down, stage.brought);
      tellDown(modelling, stage, occurrence.watcher, occurrence.down);
      break;
  }
}

function deliverTo(modelling: Modelling, stage: Stage, address: Address, event: EventObject): void {
  const live = liveAt(modelling, stage, address);
  if (live) deliver(modelling, stage, live, { event, from: '' });
  else stage.notes.lost.push({ to: address, event });
}

function elapse(
  modelling: Modelling,
  node: string,
  held: HeldConfiguration,
  milliseconds: number,
  circumstances: Circumstances,
): Step {
  const { sends, consulted, notes } = createStage(node, circumstances, undefined);
  const timers = held.timers.map((timer) => ({ ...timer, remaining: (timer.remaining ?? 0) - milliseconds }));
  const next = timers.length === 0 ? held : createConfiguration(modelling, node, { ...held, timers });
  return { next, isNoop: timers.length === 0, sends, consulted, notes };
}

function spontaneous(modelling: Modelling, { actors, timers }: HeldConfiguration): ReturnType<Node['spontaneous']> {
  const all: ReturnType<Node['spontaneous']>[number][] = timers.map((_, index) => ({ type: 'timer', index }));
  for (const actor of actors.values()) {
    if (actor.status !== RUNNING) continue;
    if (actor.supervised?.isDown) all.push({ type: 'restart', actor: actor.address });
    else if (actor.drive === 'declared' && actor.snapshot.status === 'active') {
      for (const [index] of (outcomesOf(modelling, actor) ?? []).entries())
        all.push({ type: 'outcome', actor: actor.address, index });
    }
  }
  return all;
}
