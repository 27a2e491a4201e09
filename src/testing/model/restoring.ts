// A node that was persisted before it crashed starts again: as XState restores it, so every actor of the tree goes on from its snapshot, nothing is entered anew, and what was invoked is
// invoked once more. What nobody of the tree holds is lost; delays are armed again where they can be persisted.
import type { Snapshot } from 'xstate';
import { isActorRef } from '../../recipient.ts';
import { addressOf } from './canonical.ts';
import { liveAt } from './births.ts';
import { startLive } from './lives.ts';
import type { Address } from './node.ts';
import { nodeOf } from './refs.ts';
import { NOT_STARTED, type HeldActor, type HeldConfiguration, type Stage, type Modelling } from './stage.ts';

/** Starts a node from what was kept of it. */
export function restore(modelling: Modelling, stage: Stage, kept: HeldConfiguration): void {
  const actors = new Map<Address, HeldActor>();
  const add = (address: Address) => {
    const actor = kept.actors.get(address);
    if (!actor || actors.has(address)) return;
    actors.set(address, { ...actor, status: NOT_STARTED, waiting: [], text: undefined });
    for (const child of childrenOf(actor.snapshot)) add(child);
  };
  add(stage.node);
  Object.assign(stage, { before: { ...kept, actors } });
  const { refs } = modelling;
  stage.timers = kept.timers
    .filter(
      ({ actor, target, isListed }) =>
        isListed && actors.has(actor) && (actors.has(target) || nodeOf(target) === stage.node),
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

function childrenOf(snapshot: Snapshot<unknown>): readonly Address[] {
  const { children } = snapshot as { readonly children?: unknown };
  if (typeof children !== 'object' || children === null) return [];
  return Object.values(children).flatMap((child) => (isActorRef(child) ? [addressOf(child) ?? ''] : []));
}
