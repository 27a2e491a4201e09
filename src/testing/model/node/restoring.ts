// A node that was persisted before it crashed starts again: as XState restores it, so every actor of the tree goes on from its snapshot, nothing is entered anew, and what was invoked is
// invoked once more. What nobody of the tree holds is lost; delays are armed again where they can be persisted.
import type { AnyActorRef, Snapshot } from 'xstate';
import { persistRefs } from '../../../blob.ts';
import { isActorRef } from '../../../recipient.ts';
import { addressOf } from './canonical.ts';
import { liveAt } from './births.ts';
import { startLive } from './lives.ts';
import type { Address } from './node.ts';
import { numbered } from './refs.ts';
import { rewrite } from './rewrite.ts';
import { NOT_STARTED, type HeldActor, type HeldConfiguration, type Stage, type Modelling } from './stage.ts';

/** Starts a node from what was kept of it. */
export function restore(modelling: Modelling, stage: Stage, kept: HeldConfiguration): void {
  const found = new Map<Address, HeldActor>();
  const add = (address: Address) => {
    const actor = kept.actors.get(address);
    if (!actor || found.has(address)) return;
    const snapshot = actor.drive === 'machine' ? revived(actor.snapshot) : actor.snapshot;
    found.set(address, { ...actor, snapshot, status: NOT_STARTED, waiting: [], text: undefined });
    for (const child of childrenOf(actor.snapshot)) add(child);
  };
  add(stage.node);
  const places = newAddresses(stage, [...found.values()]);
  const actors = moved(modelling, found, places);
  Object.assign(stage, { before: { ...kept, actors } });
  const refAt = (address: Address) => modelling.refs.at(places.get(address) ?? address);
  stage.timers = kept.timers
    .filter(
      ({ actor, target, event, isListed }) =>
        isListed && found.has(actor) && found.has(target) && persistRefs(event) === event,
    )
    .map(({ actor, target, remaining = 0, ...timer }) => ({
      ...timer,
      source: refAt(actor),
      target: refAt(target),
      remaining,
    }));
  for (const { systemId, address } of actors.values())
    if (systemId !== undefined) stage.names.set(systemId, modelling.refs.at(address));
  const root = liveAt(modelling, stage, stage.node);
  if (root) startLive(modelling, stage, root);
}

/** Where those are who are others from now on: the children, of whom refs that are held elsewhere stand for those who are gone. */
function newAddresses(stage: Stage, actors: readonly HeldActor[]): ReadonlyMap<Address, Address> {
  const places = new Map<Address, Address>();
  const taken = new Set<Address>();
  for (const { address, parent } of actors) {
    const up = parent === undefined ? undefined : places.get(parent);
    if (parent === undefined || up === undefined) {
      places.set(address, address);
      continue;
    }
    // a sign of its own stands before the number
    const base = `${up}${address.slice(parent.length).replace(/~\d+$/, '')}`;
    stage.consulted.names = true;
    let place = base;
    for (let k = 1; taken.has(place) || stage.circumstances.isSpokenOf(place); k += 1) place = numbered(base, k);
    taken.add(place);
    places.set(address, place);
  }
  return places;
}

/** The actors at their new addresses. */
function moved(
  { refs }: Modelling,
  actors: ReadonlyMap<Address, HeldActor>,
  places: ReadonlyMap<Address, Address>,
): ReadonlyMap<Address, HeldActor> {
  if ([...places].every(([from, to]) => from === to)) return actors;
  const place = (address: Address) => places.get(address) ?? address;
  const by = { ref: (ref: AnyActorRef) => refs.at(place(addressOf(ref) ?? '')) };
  return new Map(
    [...actors.values()].map((actor) => {
      const { address, parent, snapshot, input, supervised } = actor;
      const next: HeldActor = {
        ...actor,
        address: place(address),
        parent: parent === undefined ? undefined : place(parent),
        snapshot: rewrite(snapshot, by),
        input: rewrite(input, by),
        supervised: supervised?.saved ? { ...supervised, saved: rewrite(supervised.saved, by) } : supervised,
      };
      return [next.address, next];
    }),
  );
}

/** A machine's snapshot as XState restores it: a ref in the context is known by its id alone, which is looked for among the actor's own children. All others are lost. */
function revived(snapshot: Snapshot<unknown>): Snapshot<unknown> {
  const { context, children = {} } = snapshot as { readonly context?: unknown; readonly children?: object };
  if (typeof context !== 'object' || context === null) return snapshot;
  const own = new Map<unknown, unknown>(Object.entries(children));
  const next = revivedPart(context, (id) => own.get(id), new Map());
  return next === context ? snapshot : Object.assign({ ...snapshot }, { context: next });
}

/** XState looks into whatever has keys, which a map or a set has not, and makes plain objects of those with a ref in them. */
function revivedPart(part: object, find: (id: unknown) => unknown, known: Map<object, object>): object {
  const before = known.get(part);
  if (before) return before;
  known.set(part, part);
  let copy: Record<string, unknown> | undefined;
  // XState takes inherited keys as well
  for (const key in part) {
    const value = (part as Readonly<Record<string, unknown>>)[key];
    if (typeof value !== 'object' || value === null) continue;
    const next = isPersistedRef(value) ? find(value.id) : revivedPart(value, find, known);
    if (next === value) continue;
    copy ??= (Array.isArray(part) ? [...(part as unknown[])] : { ...part }) as Record<string, unknown>;
    copy[key] = next;
  }
  if (copy) known.set(part, copy);
  return copy ?? part;
}

/** A ref, or what is written in its place. */
const isPersistedRef = (value: object): value is { readonly id: unknown } =>
  isActorRef(value) || ('xstate$$type' in value && value.xstate$$type === 1);

function childrenOf(snapshot: Snapshot<unknown>): readonly Address[] {
  const { children } = snapshot as { readonly children?: unknown };
  if (typeof children !== 'object' || children === null) return [];
  return Object.values(children).flatMap((child) => (isActorRef(child) ? [addressOf(child) ?? ''] : []));
}
