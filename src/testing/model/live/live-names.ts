// Who is called what in a live system: actors and their refs on every node by the addresses that a model has for them. Real actors have no such names; they are given them by where they are among the
// children of their parents, as a model has it, and keep them.
import type { AnyActorRef } from 'xstate';
import type { Address as BusAddress } from '../../../address.ts';
import type { Bus } from '../../../bus.ts';
import { childrenOf } from '../../../delays.ts';
import { mirrorOf } from '../../../mirror.ts';
import { refsOf } from '../../../refs.ts';
import type { Address } from '../node/node.ts';

export interface LiveNames {
  /** What an actor is called, whichever node's ref of it is given, or a model's; a text that says so where nobody knows. */
  nameOf(ref: AnyActorRef): Address;
  /** The actor that is called so now, in the node where it is. */
  actorAt(address: Address): AnyActorRef | undefined;
  /**
   * Gives the actors below a root their names, and tells who is there. `namesOf` tells what the children of an actor are called, in the order of their ids; undefined for one that has no name. By
   * default they are called by their ids.
   */
  assign(
    bus: Bus,
    root: AnyActorRef,
    name: Address,
    namesOf?: (address: Address, ids: readonly string[]) => readonly (Address | undefined)[],
  ): ReadonlyMap<Address, AnyActorRef>;
  /** A node is gone: its names may be given to others. */
  release(name: Address): void;
}

export function createLiveNames(): LiveNames {
  const names = new WeakMap<AnyActorRef, Address>();
  const actors = new Map<Address, AnyActorRef>();
  /** By the addresses that buses have for them. */
  const byAddress = new Map<BusAddress, Address>();
  const rooms: { readonly bus: Bus; readonly actor: WeakRef<AnyActorRef> }[] = [];

  const give = (bus: Bus, actor: AnyActorRef, address: Address) => {
    if (names.get(actor) !== address) {
      names.set(actor, address);
      rooms.push({ bus, actor: new WeakRef(actor) });
    }
    actors.set(address, actor);
  };
  /** Addresses that have been made up since. */
  const lookAgain = () => {
    for (const { bus, actor } of rooms) {
      const ref = actor.deref();
      const known = ref && refsOf(bus).knownAddressOf(ref);
      const name = ref && names.get(ref);
      if (known && name) byAddress.set(known, name);
    }
  };

  return {
    nameOf(ref) {
      const own = names.get(ref);
      if (own !== undefined) return own;
      const address = mirrorOf(ref)?.line?.address;
      // a ref of a model, of which each has its address for its session
      if (address === undefined) return ref.sessionId;
      if (!byAddress.has(address)) lookAgain();
      return byAddress.get(address) ?? `an actor '${ref.id}' at ${address}`;
    },
    actorAt: (address) => actors.get(address),
    assign(bus, root, name, namesOf = (address, ids) => ids.map((id) => `${address}/${id}`)) {
      const there = new Map<Address, AnyActorRef>();
      const walk = (actor: AnyActorRef, address: Address) => {
        give(bus, actor, address);
        there.set(address, actor);
        const children = Object.entries(childrenOf(actor)).filter(([, child]) => !mirrorOf(child));
        const called = namesOf(
          address,
          children.map(([id]) => id),
        );
        for (const [index, [, child]] of children.entries()) {
          const childAddress = called[index];
          if (childAddress !== undefined) walk(child, childAddress);
        }
      };
      walk(root, name);
      return there;
    },
    release(name) {
      for (const address of [...actors.keys()])
        if (address === name || address.startsWith(`${name}/`)) actors.delete(address);
    },
  };
}
