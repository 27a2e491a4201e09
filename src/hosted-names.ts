// The caller's side of names across nodes: what is told to, and heard from, the system in which a hosted actor runs. It is the one that a name
// of two actors is refused to.
import type { AnyActor } from 'xstate';
import { addressOf, nameOf } from './address.ts';
import type { Bus, Route } from './bus.ts';
import { TroupeError } from './errors.ts';
import { directoryOf, type NeighbourBelow } from './names.ts';
import { sendEarlier } from './outlets.ts';
import { unsetName } from './xstate.ts';

export interface HostedNamesOptions {
  readonly bus: Bus;
  readonly route: Route;
  /** The actor's local id over there. */
  readonly to: string;
  fail(error: unknown): void;
}

/**
 * Makes the system that a hosted actor is to run in a neighbour of its own until the actor ends, to be called just before it starts there; the
 * returned function, called just after, tells the others of the actor's own name.
 */
export function joinHosted(actor: AnyActor, { bus, route, to, fail }: HostedNamesOptions): () => void {
  const directory = directoryOf(actor.system);
  const { systemId: own } = actor;
  let unwatch: (() => void) | undefined;
  const neighbour: NeighbourBelow = {
    own,
    heard: new Map(),
    tell(change) {
      const body = bus.codec.encode(change, 'name');
      sendEarlier(bus, route.node);
      route.push({ type: 'name', to, body });
    },
    refuse(systemId) {
      const details = { systemId, actor: actor.id, address: addressOf(route.node, to) };
      fail(
        new TroupeError(
          'SYSTEM_ID_TAKEN',
          `Cannot let '${actor.id}' on '${nameOf(route.node)}' name an actor '${systemId}': another took that systemId at the same time. Give each a systemId of its own.`,
          { details },
        ),
      );
    },
    join() {
      directory.neighbours.add(neighbour);
      unwatch = route.watch({ down() {}, resync: () => neighbour.tell({ all: directory.namesFor(neighbour) }) });
    },
    leave() {
      if (!directory.neighbours.delete(neighbour)) return;
      unwatch?.();
      for (const [systemId, named] of neighbour.heard) {
        if (directory.system.get(systemId) === named) unsetName(directory.system, named);
      }
    },
  };
  directory.below.set(actor, neighbour);
  neighbour.join();
  return () => {
    if (own !== undefined) directory.announce(own, actor);
  };
}

/** Joins again the system that a hosted actor runs in, after the actor was stopped and started before it was told so there. */
export function rejoinHosted(actor: AnyActor): void {
  const directory = directoryOf(actor.system);
  const neighbour = directory.below.get(actor);
  if (!neighbour) return;
  neighbour.join();
  // what became of other names meanwhile was told to nobody
  neighbour.tell({ all: directory.namesFor(neighbour) });
  directory.hear(neighbour, { all: [...neighbour.heard] });
  if (neighbour.own !== undefined) directory.announce(neighbour.own, actor);
}

/** Lets go of the names of a life that is over; the actor stays, and takes its own along when it is started elsewhere again. */
export function leaveHosted(actor: AnyActor): void {
  directoryOf(actor.system).retract(actor);
}
