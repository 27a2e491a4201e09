// The roots whose systems can be looked at: those that were made with the inspector, and those that were adopted. They are held weakly, so that whoever never looks
// keeps nothing alive.
import type { AnyActorRef, InspectionEvent } from 'xstate';
import { parentOf, putToSleep, rootOf, statusOf } from '../xstate.ts';
import { holdWeakly } from './held-weakly.ts';

export interface Roots {
  /** What a user gives to createActor. */
  readonly inspect: (event: InspectionEvent) => void;
  add(root: AnyActorRef): void;
  /** Those that have not ended; of the others nothing is kept that the program does not keep. */
  living(): readonly AnyActorRef[];
}

/** `added` is told of each root that is new. */
export function createRoots(added: (root: AnyActorRef) => void): Roots {
  const systems = new WeakSet<object>();
  const roots = holdWeakly<AnyActorRef>();
  const add = (root: AnyActorRef) => {
    const { system } = root;
    if (systems.has(system)) return;
    systems.add(system);
    roots.add(root);
    added(root);
  };
  const inspect = (event: InspectionEvent) => {
    const { actorRef } = event as unknown as { readonly actorRef: Partial<AnyActorRef> | undefined };
    const { system } = actorRef ?? {};
    // a user's own inspector may hand on all that it is shown
    if (!system || systems.has(system) || statusOf(actorRef as AnyActorRef) === undefined) return;
    const root = rootOf(actorRef as AnyActorRef);
    if (root.system !== system) return;
    // the first event of a system is that its root is being made
    if (event.type === '@xstate.actor' && parentOf(actorRef as AnyActorRef) === undefined) putToSleep(root, inspect);
    add(root);
  };
  return {
    inspect,
    add,
    // a framework may start again what it has stopped
    living: () => [...roots].filter((root) => statusOf(root) !== 'stopped'),
  };
}
