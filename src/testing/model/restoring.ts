// A node that was persisted before it crashed starts again: as XState restores it, so every actor of the tree goes on from its snapshot, nothing is entered anew, and what was invoked is
// invoked once more. What nobody of the tree holds is lost; delays are armed again where they can be persisted.
import type { Snapshot } from 'xstate';
import { persistRefs } from '../../blob.ts';
import { isActorRef } from '../../recipient.ts';
import { addressOf } from './canonical.ts';
import { liveAt } from './births.ts';
import { startLive } from './lives.ts';
import type { Address } from './node.ts';
import { NOT_STARTED, type HeldActor, type HeldConfiguration, type Stage, type Modelling } from './stage.ts';

/** Starts a node from what was kept of it. */
export function restore(modelling: Modelling, stage: Stage, kept: HeldConfiguration): void {
  const actors = new Map<Address, HeldActor>();
  const add = (address: Address) => {
    const actor = kept.actors.get(address);
    if (!actor || actors.has(address)) return;
    const snapshot = actor.drive === 'machine' ? revived(actor.snapshot) : actor.snapshot;
    actors.set(address, { ...actor, snapshot, status: NOT_STARTED, waiting: [], text: undefined });
    for (const child of childrenOf(actor.snapshot)) add(child);
  };
  add(stage.node);
  Object.assign(stage, { before: { ...kept, actors } });
  const { refs } = modelling;
  stage.timers = kept.timers
    .filter(
      ({ actor, target, event, isListed }) =>
        isListed && actors.has(actor) && actors.has(target) && persistRefs(event) === event,
    )
    .map(({ actor, target, remaining = 0, ...timer }) => ({
      ...timer,
      source: refs.at(actor),
      target: refs.at(target),
      remaining,
    }));
  for (const { systemId, address } of actors.values())
    if (systemId !== undefined) stage.names.set(systemId, refs.at(address));
  const root = liveAt(modelling, stage, stage.node);
  if (root) startLive(modelling, stage, root);
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
