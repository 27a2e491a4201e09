// What a step leaves: the actors that are still there or still spoken of, under the addresses that they have for good, with refs in place of the actors that XState made.
import type { AnyActorRef, AnyEventObject, Snapshot } from 'xstate';
import type { Down } from '../../../down.ts';
import { TroupeError } from '../../../errors.ts';
import { lastAddresses, lastRefs, liveAt } from './births.ts';
import { addressOf, textOf } from './canonical.ts';
import { createConfiguration, freshTextOf, textOfActor } from './configuration.ts';
import type { Address, Begun, Step } from './node.ts';
import { numbered } from './refs.ts';
import { rewrite } from './rewrite.ts';
import {
  RUNNING,
  STOPPED,
  type HeldActor,
  type HeldConfiguration,
  type HeldTimer,
  type Live,
  type Modelling,
  type Stage,
  type StagedTimer,
} from './stage.ts';
import { stay } from './supervised.ts';
import { namedRefusal } from './values.ts';

/** Ends a step. */
export function settle(modelling: Modelling, stage: Stage): Step {
  const { before, sends, consulted, notes } = stage;
  const effects = { sends, consulted, notes, ...(stage.isWritten && { cells: stage.cells }) };
  for (const live of stage.lives.values()) assertUnchanged(live);
  if (before && !stage.hasActed) return { ...effects, next: before, isNoop: true };
  if (stage.made.size > 0) replaceMade(modelling, stage);
  for (const { from, event } of sends) checked(from, `event '${event.type}'`, () => textOf(event));
  const actors = new Map<Address, HeldActor>();
  for (const live of stage.lives.values()) actors.set(live.address, hold(live));
  for (const [address, actor] of before?.actors ?? []) if (!actors.has(address)) actors.set(address, actor);
  const armed = new Set<HeldTimer>();
  const timers = stage.timers.map((timer) => {
    const held = holdTimer(timer, modelling.options.timers === 'by-delay');
    if (timer.isNew) armed.add(held);
    return held;
  });
  const names = new Map<string, Address>();
  for (const [name, ref] of stage.names) names.set(name, addressOf(ref) ?? '');
  const there = reachable(actors, timers);
  const ends = modelling.mayWatch ? endsOf(before?.ends, actors, there) : NONE;
  const next = createConfiguration(modelling, stage.node, { actors: there, timers, names, ends });
  const begun = begunIn(stage, next, armed);
  return { ...effects, next, isNoop: false, ...(begun && { begun }) };
}

/** What may come of itself from now on that is not what might have come before, though it may have the same name. */
function begunIn({ lives }: Stage, { timers }: HeldConfiguration, armed: ReadonlySet<HeldTimer>): Begun | undefined {
  const actors: Address[] = [];
  for (const { address, status, drive, before, supervision } of lives.values()) {
    if (status !== RUNNING) continue;
    const isStarted = drive !== 'machine' && before?.status !== RUNNING;
    if (isStarted || (supervision?.isDown && !before?.supervised?.isDown)) actors.push(address);
  }
  const places = armed.size === 0 ? [] : [...timers.keys()].filter((at) => armed.has(timers[at] as HeldTimer));
  return actors.length + places.length > 0 ? { timers: places, actors } : undefined;
}

/** What a step began with is still there for other steps, which must find it as it was. */
function assertUnchanged({ before, handling }: Live): void {
  if (!before || !handling || textOfActor(before).text === freshTextOf(before)) return;
  throw new TroupeError(
    'IMPURE',
    `Cannot explore '${before.address}': it changes the context that it has when it handles '${handling.type}'. Leave that as it is, and let assign give new objects and lists.`,
    { details: { actor: before.address, event: handling.type } },
  );
}

/** What an actor of a step is afterwards; the very same if nothing became of it. */
function hold(live: Live): HeldActor {
  const { before, snapshot, status, life, mailbox, supervision } = live;
  const supervised = supervision && stay(supervision, before?.supervised);
  if (
    before &&
    before.snapshot === snapshot &&
    before.status === status &&
    before.life === life &&
    before.supervised === supervised &&
    before.waiting.length === mailbox.waiting.length + (supervision?.waiting.length ?? 0)
  )
    return before;
  const { address, id, logic, drive, src, isInline, systemId, syncSnapshot, parent } = live;
  return {
    ...{ address, id, logic, drive, src, isInline, systemId, syncSnapshot, parent, status, life, supervised },
    snapshot: snapshot as Snapshot<unknown>, // it was made with its actor
    input: supervision ? live.input : undefined,
    waiting: [...mailbox.waiting, ...(supervision?.waiting ?? [])],
    text: undefined,
  };
}

function holdTimer(
  { source, target, id, event, remaining, isListed, isNameless }: StagedTimer,
  isTimed: boolean,
): HeldTimer {
  return {
    actor: addressOf(source) ?? '',
    target: addressOf(target) ?? '',
    id,
    event,
    ...(isTimed && { remaining }),
    isListed,
    isNameless,
  };
}

/** Actors that have ended, or were never started, are there for as long as somebody of the node speaks of them. */
function reachable(actors: ReadonlyMap<Address, HeldActor>, timers: readonly HeldTimer[]): Map<Address, HeldActor> {
  const kept = new Map<Address, HeldActor>();
  const waiting: Address[] = [];
  for (const [address, { status, parent }] of actors)
    if (status === RUNNING || parent === undefined) waiting.push(address);
  for (const { event } of timers) {
    const mentions = new Set<Address>();
    textOf(event, mentions);
    waiting.push(...mentions);
  }
  for (let address = waiting.pop(); address !== undefined; address = waiting.pop()) {
    const actor = actors.get(address);
    if (!actor || kept.has(address)) continue;
    kept.set(address, actor);
    waiting.push(...textOfActor(actor).mentions);
  }
  return kept;
}

const NONE: ReadonlyMap<Address, Down> = new Map();

/** How those have ended that are let go of, now or before; who stands in the place of an earlier one has not. */
function endsOf(
  before: ReadonlyMap<Address, Down> = NONE,
  actors: ReadonlyMap<Address, HeldActor>,
  there: ReadonlyMap<Address, HeldActor>,
): ReadonlyMap<Address, Down> {
  const ends = new Map(before);
  for (const [address, { status, snapshot }] of actors) {
    ends.delete(address);
    if (there.has(address) || status !== STOPPED) continue;
    if (snapshot.status === 'done') ends.set(address, { type: 'done', output: snapshot.output });
    else if (snapshot.status === 'error') ends.set(address, { type: 'failed', error: snapshot.error });
  }
  return ends;
}

/** Puts refs in place of the actors that XState made, wherever they have got to. */
function replaceMade(modelling: Modelling, stage: Stage): void {
  const made = [...stage.made.values()];
  const isCrowded = made.some((live) => mayBeSmaller(stage, live));
  const spoken = isCrowded ? spokenOf(modelling, stage) : undefined;
  const last: ReadonlyMap<Address, Address> = spoken
    ? lastAddresses(stage, made, (address) => spoken.has(address))
    : new Map(made.map(({ address }) => [address, address]));
  const ref = lastRefs(modelling, stage, last);
  const refs = { ref };
  const place = (address: Address) => last.get(address) ?? address;
  const given = new Set(last.values());
  // who has ended and is not spoken of gives its address away
  const lives = [...stage.lives.values()].filter(({ address, isMade }) => isMade || !given.has(address));
  stage.lives.clear();
  for (const live of lives) {
    const { before, snapshot, mailbox, parent } = live;
    live.ref = ref(live.ref);
    live.address = place(live.address);
    if (parent !== undefined) live.parent = place(parent);
    if (before?.snapshot !== snapshot) live.snapshot = rewrite(snapshot, refs);
    if (live.input !== undefined && live.supervision) live.input = rewrite(live.input, refs);
    for (const [at, { from, event }] of mailbox.waiting.entries())
      mailbox.waiting[at] = { from: place(from), event: rewrite(event, refs) };
    stage.lives.set(live.address, live);
  }
  stage.timers = stage.timers.map((timer) => ({
    ...timer,
    source: ref(timer.source),
    target: ref(timer.target),
    event: rewrite(timer.event, refs),
  }));
  for (const [name, each] of stage.names) stage.names.set(name, ref(each));
  const { sends, notes } = stage;
  for (const [at, { from, to, event }] of sends.entries())
    sends[at] = { from: place(from), to, event: rewrite(event, refs) };
  for (const list of Object.values(notes)) {
    for (const [at, note] of list.entries()) {
      const it: Record<string, unknown> = { ...note };
      for (const key of ['actor', 'from', 'to']) if (typeof it[key] === 'string') it[key] = place(it[key]);
      if ('event' in it) it['event'] = rewrite(it['event'] as AnyEventObject, refs);
      list[at] = it as never;
    }
  }
}

/** Whether an actor that was made might have a smaller address by now: not where one that runs has each of these. */
function mayBeSmaller({ before, lives }: Stage, { address, base }: Live): boolean {
  for (let k = 0, each = base; each !== address; each = numbered(base, (k += 1))) {
    if ((lives.get(each) ?? before?.actors.get(each))?.status !== RUNNING) return true;
  }
  return false;
}

/** The addresses that are in use at the end of a step, but for those of actors that were made in it. */
function spokenOf(modelling: Modelling, stage: Stage): ReadonlySet<Address> {
  const spoken = new Set<Address>();
  const seen = new Set<Live>();
  const visit = (live: Live) => {
    if (seen.has(live)) return;
    seen.add(live);
    if (!live.isMade) spoken.add(live.address);
    const parent = live.parent === undefined ? undefined : liveAt(modelling, stage, live.parent);
    if (parent) visit(parent);
    else if (live.parent !== undefined) spoken.add(live.parent);
    add([live.snapshot, live.mailbox.waiting, live.input]);
  };
  const ref = (each: AnyActorRef): AnyActorRef => {
    const address = addressOf(each);
    if (address !== undefined) spoken.add(address);
    const live = modelling.findLive(stage, each);
    if (live) visit(live);
    return each;
  };
  const add = (value: unknown) => void rewrite(value, { ref });
  for (const [address, { status, parent }] of stage.before?.actors ?? [])
    if (status === RUNNING || parent === undefined) liveAt(modelling, stage, address);
  for (const live of stage.lives.values()) if (live.status === RUNNING || live.parent === undefined) visit(live);
  add([...stage.names.values()]);
  for (const { source, target, event } of stage.timers) add([source, target, event]);
  for (const { event } of stage.sends) add(event);
  return spoken;
}

/** Runs what may come upon a value that cannot be modelled; the error then says whose it is. */
function checked<T>(actor: Address, where: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw namedRefusal(error, actor, where);
  }
}
