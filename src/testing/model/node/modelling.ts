// What the nodes of one model have in common: its options, its refs, and the step that is under way. XState's own code runs between here and `lives.ts`: what it asks of a system ends up
// at the actors of the step.
import type { AnyActor, AnyActorLogic, AnyActorRef, AnyEventObject } from 'xstate';
import { TroupeError } from '../../../errors.ts';
import { isActorLogic } from '../../../host.ts';
import { createModelledSystem, type System } from '../../../xstate.ts';
import { addressOf } from './canonical.ts';
import { bear, liveAt } from './births.ts';
import { beginLife, deliver, relay, startLive, stopLive } from './lives.ts';
import { sourcesOf } from './mentioned.ts';
import type { Address } from './node.ts';
import { createRefs, GONE, nodeOf } from './refs.ts';
import { countStep, refuse } from './refusing.ts';
import { STOPPED, type AnyModelOptions, type LifeStatus, type Live, type Modelling, type Stage } from './stage.ts';
import { defer } from './supervised.ts';
import { cancel, schedule } from './timers.ts';

/** Begins a model. */
export function createModelling(options: AnyModelOptions): Modelling {
  const systems = new Map<string, System>();
  const modelling: Modelling = {
    options,
    names: Object.keys(options.actors),
    mayWatch: mayWatch(options),
    refs: createRefs(
      {
        begin: (actor, persisted) => within(actor, (stage, live) => beginLife(modelling, stage, live, persisted)),
        persisted: (actor) => persistedOf(modelling, actor),
        start: (actor) => within(actor, (stage, live) => startLive(modelling, stage, live)),
        stop: (actor) => within(actor, (stage, live) => stopLive(modelling, stage, live)),
        deliver: (actor, event) => within(actor, (stage, live) => deliver(modelling, stage, live, { event, from: '' })),
        snapshotOf: (actor) => snapshotOf(modelling, actor),
        statusOf: (actor) => statusOf(modelling, actor),
      },
      systemOf,
    ),
    systemOf,
    stage: undefined,
    shown: new Map(),
    liveAt: (stage, address) => liveAt(modelling, stage, address),
    findLive: (stage, ref) => findLive(modelling, stage, ref),
    deliver: (stage, live, entry) => deliver(modelling, stage, live, entry),
    stop: (stage, live) => stopLive(modelling, stage, live),
    putOff: (stage, live, supervision, effect) => defer(modelling, stage, live, supervision, effect),
  };
  return modelling;

  function within(actor: AnyActorRef, run: (stage: Stage, live: Live) => void): void {
    const { stage } = modelling;
    const live = stage && findLive(modelling, stage, actor);
    if (stage && live) run(stage, live);
  }

  function systemOf(node: string): System {
    let system = systems.get(node);
    if (!system) systems.set(node, (system = createSystem(modelling, node)));
    return system;
  }
}

/** Whether some actor of a model is one that watches, as far as that can be read off. */
function mayWatch({ actors, invoked = {} }: AnyModelOptions): boolean {
  const given: readonly unknown[] = [...Object.values(actors), ...Object.values(invoked)];
  const logics = given.flatMap((entry) =>
    isActorLogic(entry) ? [entry] : isActorLogic((entry as Entry)?.logic) ? [(entry as Entry).logic] : [],
  );
  return sourcesOf(logics).mayWatch;
}

interface Entry {
  readonly logic: AnyActorLogic;
}

function findLive(modelling: Modelling, stage: Stage, ref: AnyActorRef): Live | undefined {
  const made = stage.made.get(ref);
  if (made) return made;
  const address = addressOf(ref);
  return address === undefined ? undefined : liveAt(modelling, stage, address);
}

function createSystem(modelling: Modelling, node: string): System {
  const staged = (run: (stage: Stage) => void) => {
    if (modelling.stage) run(modelling.stage);
  };
  const namesOf = (): ReadonlyMap<string, AnyActorRef> => {
    if (modelling.stage) return modelling.stage.names;
    const names = modelling.shown.get(node)?.names ?? new Map<string, Address>();
    return new Map([...names].map(([name, address]) => [name, modelling.refs.at(address)]));
  };
  /** Actors of the model are found by name, as they would be if each were registered where it runs. */
  const find = (name: string): AnyActorRef | undefined =>
    namesOf().get(name) ?? (modelling.names.includes(name) ? modelling.refs.at(name) : undefined);
  return createModelledSystem({
    made: (actor: AnyActor) => staged((stage) => bear(modelling, stage, actor)),
    relay: (source, target, event) => staged((stage) => relay(modelling, stage, source, target, event)),
    schedule: (source, target, event, delay, id) =>
      staged((stage) => schedule(stage, { source, target, event, delay, id })),
    cancel: (source, id) => staged((stage) => cancel(stage, source, id)),
    setName: (name, actor) =>
      staged(({ names }) => {
        const existing = names.get(name);
        if (existing && existing !== actor) throw new Error(`Actor with system ID '${name}' already exists.`);
        names.set(name, actor);
      }),
    unsetName: (actor) => staged((stage) => unsetName(stage, actor)),
    find,
    findAll: () => Object.fromEntries([...modelling.names.map((name) => [name, find(name)]), ...namesOf()]) as never,
    stepped: (actor, event, transitions) => staged((stage) => stepped(modelling, stage, actor, event, transitions)),
  });
}

function unsetName(stage: Stage, actor: AnyActorRef): void {
  for (const [name, each] of stage.names) if (each === actor) stage.names.delete(name);
}

/** What is told of a transition. */
interface TransitionLike {
  readonly source: { readonly id: string };
  readonly eventType: string;
  readonly target?: readonly { readonly id: string }[] | undefined;
}

function stepped(
  modelling: Modelling,
  stage: Stage,
  actor: AnyActorRef,
  event: AnyEventObject,
  transitions: readonly TransitionLike[],
): void {
  const live = findLive(modelling, stage, actor);
  if (!live) return;
  countStep(stage, live);
  if (live.handling === event && !live.hasLooked) {
    live.hasLooked = true;
    if (transitions.length === 0 && !event.type.startsWith('xstate.'))
      stage.notes.unhandled.push({ actor: live.address, event });
  }
  for (const { source, eventType, target } of transitions) {
    stage.notes.transitions.push({
      actor: live.address,
      taken: {
        source: source.id,
        event: eventType,
        ...(target && { targets: target.map(({ id }) => id) }),
      },
    });
  }
}

function snapshotOf(modelling: Modelling, actor: AnyActorRef): unknown {
  const { stage } = modelling;
  const made = stage?.made.get(actor);
  if (made) return made.snapshot;
  const address = addressOf(actor) ?? '';
  const node = nodeOf(address);
  if (!stage) return modelling.shown.get(node)?.actors.get(address)?.snapshot ?? GONE;
  if (node !== stage.node) {
    throw refuse(
      stage,
      new TroupeError(
        'NOT_MODELLED',
        `Cannot explore '${stage.node}': it reads the snapshot of '${address}', an actor of another node, of which it would see what has arrived by chance. Ask it by an event, and go by its answer.`,
        { details: { actor: stage.node, read: address } },
      ),
    );
  }
  const live = liveAt(modelling, stage, address);
  return live ? live.snapshot : GONE;
}

function statusOf(modelling: Modelling, actor: AnyActorRef): LifeStatus {
  const { stage } = modelling;
  if (stage) return findLive(modelling, stage, actor)?.status ?? STOPPED;
  const address = addressOf(actor) ?? '';
  return modelling.shown.get(nodeOf(address))?.actors.get(address)?.status ?? STOPPED;
}

/** What XState persists of an actor: of one that it drives what its logic gives. */
function persistedOf(modelling: Modelling, actor: AnyActorRef): unknown {
  const { stage } = modelling;
  const live = stage && findLive(modelling, stage, actor);
  const snapshot = snapshotOf(modelling, actor);
  return live?.drive === 'machine' ? live.logic.getPersistedSnapshot(snapshot) : snapshot;
}
