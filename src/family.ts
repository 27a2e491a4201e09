// The actors of a system that can be found when nobody has looked at it before: those that the snapshots of the others hold, and those that have a name.
// What a callback or another logic of its own started and nobody names is not among them.
import type { AnyActorRef } from 'xstate';
import { mirrorOf } from './mirror.ts';
import { isActorRef } from './recipient.ts';
import { namesIn, parentOf, statusOf } from './xstate.ts';

/** An actor and the running ones below it, each before those that it started. */
export function familyOf(root: AnyActorRef): readonly AnyActorRef[] {
  const family = new Set<AnyActorRef>([root]);
  // it grows meanwhile
  for (const actor of family) {
    for (const child of childrenOf(actor))
      if (parentOf(child) === actor && statusOf(child) === 'running') family.add(child);
  }
  for (const [, actor] of namesIn(root.system)) addWithParents(actor, root, family);
  return [...family];
}

function addWithParents(actor: AnyActorRef, root: AnyActorRef, family: Set<AnyActorRef>): void {
  if (family.has(actor) || actor.system !== root.system || statusOf(actor) !== 'running') return;
  const parent = parentOf(actor);
  if (parent) addWithParents(parent, root, family);
  if (parent && family.has(parent)) family.add(actor);
}

function childrenOf(actor: AnyActorRef): readonly AnyActorRef[] {
  // those of one elsewhere live elsewhere, and who asks its snapshot before it has come runs code of the program's
  if (mirrorOf(actor)) return [];
  try {
    const { children } = actor.getSnapshot() as { readonly children?: object };
    return Object.values(children ?? {}).filter(isActorRef);
  } catch {
    // it is being made right now
    return [];
  }
}
