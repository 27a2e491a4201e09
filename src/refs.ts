// Actor refs as data: how a ref anywhere in a value is told to another node and brought back there. Where the actor lives, its ref
// arrives as the actor itself; elsewhere as one mirror per address, `===`-stable while anybody holds it. An actor that was told of is kept
// while it runs, for a ref to it may be on its way; mirrors are held weakly.
import type { AnyActorRef } from 'xstate';
import { addressOf, isAddress, localIdOf, nodeOf, type Address } from './address.ts';
import { createBus as createBareBus, type Bus } from './bus.ts';
import type { Extension } from './codec.ts';
import { createEndpoint } from './endpoint.ts';
import { TroupeError } from './errors.ts';
import { answerForTheDead } from './graves.ts';
import { mirrorOf } from './mirror.ts';
import { isActorRef } from './recipient.ts';
import { createRemote } from './remote.ts';
import { cellExtension } from './shared/extension.ts';
import { assertSeams, onEnd } from './xstate.ts';

/** The refs that a bus knows. */
export interface Refs {
  /** Where an actor is, so that others may send to it; a local one is served from now on. */
  addressOf(actor: AnyActorRef): Address;
  /** The ref of an address on this node. */
  at(address: Address, id: string): AnyActorRef;
  /** Declares that an actor here is the one at an address, or its mirror. */
  declare(actor: AnyActorRef, address: Address): void;
  /** Has an actor here told of as the one at an address, for which it stands in. */
  alias(actor: AnyActorRef, address: Address): void;
}

const tables = new WeakMap<Bus, Refs>();

/** Where real actors are, whichever bus of this realm serves them. */
const served = new WeakMap<AnyActorRef, Address>();

/** Makes a node's message bus, which knows actor refs and cells. */
export function createBus(options: { readonly name?: string } = {}): Bus {
  assertSeams();
  return createBareBus({
    ...options,
    extensions: (bus) => {
      answerForTheDead(bus);
      tables.set(bus, createRefs(bus));
      return [refExtension(refsOf(bus)), cellExtension];
    },
  });
}

export function refsOf(bus: Bus): Refs {
  const refs = tables.get(bus);
  if (refs) return refs;
  throw new TroupeError(
    'INVALID_ARGUMENT',
    `The bus of '${bus.name}' was not made by createBus of troupe. Make it so.`,
  );
}

function createRefs(bus: Bus): Refs {
  /** Running actors of this node, by local id. */
  const local = new Map<string, AnyActorRef>();
  const elsewhere = new Map<Address, WeakRef<AnyActorRef>>();
  const forgotten = new FinalizationRegistry<Address>((address) => {
    if (!elsewhere.get(address)?.deref()) elsewhere.delete(address);
  });

  const refs: Refs = {
    addressOf(actor) {
      const known = mirrorOf(actor)?.address ?? served.get(actor);
      if (known) return known;
      const address = addressOf(bus.address, bus.createId());
      createEndpoint(bus, actor, localIdOf(address));
      refs.declare(actor, address);
      return address;
    },
    at(address, id) {
      const known = local.get(localIdOf(address));
      if (known && nodeOf(address) === bus.address) return known;
      const held = elsewhere.get(address)?.deref();
      if (held) return held;
      const remote = createRemote(bus, address, id);
      refs.declare(remote, address);
      return remote;
    },
    declare(actor, address) {
      if (nodeOf(address) === bus.address) {
        served.set(actor, address);
        local.set(localIdOf(address), actor);
        onEnd(actor, () => local.delete(localIdOf(address)));
      } else {
        elsewhere.set(address, new WeakRef(actor));
        forgotten.register(actor, address);
      }
    },
    alias: (actor, address) => void served.set(actor, address),
  };
  return refs;
}

interface RefData {
  readonly address: Address;
  readonly id: string;
}

function refExtension(refs: Refs): Extension {
  return {
    tag: 'ref',
    test: isActorRef,
    describe: (value) => {
      const actor = value as AnyActorRef;
      return { address: refs.addressOf(actor), id: actor.id } satisfies RefData;
    },
    revive: (data) => {
      const { address, id } = data as RefData;
      if (!isAddress(address) || typeof id !== 'string')
        throw new TroupeError('BAD_FRAME', 'Cannot revive an actor ref: it has no address.');
      return refs.at(address, id);
    },
  };
}
