// The names in a system, by which XState finds actors.
import type { AnyActorRef } from 'xstate';
import { lacks, type System, type SystemSeams } from './seams.ts';

/** What happens to the names in a system. */
interface NameHooks {
  /** An actor is found under a name from now on. */
  set(systemId: string, actor: AnyActorRef): void;
  /** An actor has left, or is about to because it is being stopped; a name that it had is free again. */
  left(actor: AnyActorRef, systemId: string | undefined): void;
}

/** Takes part in what becomes of the names in a system; to be called once for each. What stands already is not told. */
export function hookNames(system: System, { set, left }: NameHooks): void {
  const it = system as unknown as SystemSeams;
  const { _set: setOwn, _unregister: unregister } = it;
  // an actor that was told of may have another name where it lives
  const names = new WeakMap<AnyActorRef, string>();
  for (const [systemId, actor] of namesIn(system)) names.set(actor, systemId);
  if (!lacks('system._set')) {
    it._set = (systemId, actor) => {
      const isNew = system.get(systemId) !== actor;
      setOwn(systemId, actor);
      if (!isNew) return;
      names.set(actor, systemId);
      set(systemId, actor);
    };
  }
  it._unregister = (actor) => {
    unregister(actor);
    const systemId = names.get(actor);
    names.delete(actor);
    left(actor, systemId);
  };
}

/** The names that stand in a system. */
export function namesIn(system: System): readonly (readonly [systemId: string, actor: AnyActorRef])[] {
  return lacks('system._set') ? [] : Object.entries(system.getAll() as Readonly<Record<string, AnyActorRef>>);
}

/** Has an actor, of whatever system, found under a name in this one; throws XState's own error if another has that name. */
export function setName(system: System, systemId: string, actor: AnyActorRef): void {
  if (!lacks('system._set')) (system as unknown as SystemSeams)._set(systemId, actor);
}

/** Has an actor found no more under the name that it was given in a system. */
export function unsetName(system: System, actor: AnyActorRef): void {
  (system as unknown as SystemSeams)._unregister(actor);
}

const recorded = new WeakSet<System>();
let record: AnyActorRef[] | undefined;

/** Runs `task` and gives the actors of a system that were given a name meanwhile. */
export function namedDuring(system: System, task: () => void): readonly AnyActorRef[] {
  if (!recorded.has(system)) {
    recorded.add(system);
    const it = system as unknown as SystemSeams;
    const { _set: set } = it;
    it._set = (systemId, actor) => {
      set(systemId, actor);
      record?.push(actor);
    };
  }
  const outer = record;
  const named: AnyActorRef[] = [];
  record = named;
  try {
    task();
  } finally {
    record = outer;
  }
  return named;
}
