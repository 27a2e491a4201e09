// Actor refs as data: how a ref anywhere in a value is told to another node and brought back there. Where the actor lives, its ref
// arrives as the actor itself; elsewhere as one mirror per address, `===`-stable while anybody holds it. An actor that was told of is kept
// while it runs, for a ref to it may be on its way; mirrors are held weakly.
import type { AnyActorRef } from 'xstate';
import { addressOf, isAddress, localIdOf, nodeOf, type Address } from './address.ts';
import { createBus as createBareBus, type Bus } from './bus.ts';
import type { Extension } from './codec.ts';
import { createEndpoint } from './endpoint.ts';
import { TroupeError } from './errors.ts';
import { answerWishes } from './gauges.ts';
import { answerForTheDead } from './graves.ts';
import { mirrorOf } from './mirror.ts';
import { isActorRef } from './recipient.ts';
import { createRemote } from './remote.ts';
import { findAddressesBy } from './senders.ts';
import { cellExtension } from './shared/extension.ts';
import { surroundings } from './surroundings.ts';
import { assertSeams, onEnd, statusOf } from './xstate.ts';

/** The refs that a bus knows. */
export interface Refs {
  /** Where an actor is, so that others may send to it; a local one is served from now on. */
  addressOf(actor: AnyActorRef): Address;
  /** The same of an actor that others know of; undefined of any other. */
  knownAddressOf(actor: AnyActorRef): Address | undefined;
  /** The ref of an address on this node. */
  at(address: Address, id: string): AnyActorRef;
  /** Declares that an actor here is the one at an address, or its mirror. */
  declare(actor: AnyActorRef, address: Address): void;
  /** Has an actor here told of as the one at an address, for which it stands in. */
  alias(actor: AnyActorRef, address: Address): void;
  /** The actor of an address that is known here; undefined if nobody holds it. */
  find(address: Address): AnyActorRef | undefined;
  /** Tells of each actor here that others are told of from now on, until the returned function is called. */
  watch(told: (actor: AnyActorRef, address: Address) => void): () => void;
}

const tables = new WeakMap<Bus, Refs>();

/**
 * Makes a node's message bus, which carries actor refs and cells as data.
 *
 * @param options - `name` of the node, for people, without `/` and `@`; a node that joins another takes the name that it is given there.
 * @returns A bus that is linked with nobody yet: `connect` joins a node below it, `join` the node above. Its maker closes it.
 *
 * @remarks
 * For tests and integrators; hosts, topics and refs use {@link currentBus} unless they are told of another. The frames of one node to another
 * arrive in the order sent, each at most once: what a link loses is told at `deadLetters` and not sent again. After `close` nothing is
 * delivered, and whoever waits for another node is told `BUS_CLOSED`.
 *
 * @throws `INVALID_ARGUMENT` for a name that cannot stand in an address; `UNSUPPORTED_XSTATE` if this version of XState lacks what troupe stands on.
 *
 * @example
 * ```ts
 * import { createBus, createMemoryHost } from 'troupe';
 *
 * await using bus = createBus({ name: 'test' });
 * bus.deadLetters.subscribe(({ reason, target }) => console.error(reason, target));
 * await using host = createMemoryHost({ bus });
 * ```
 */
export function createBus(options: { readonly name?: string } = {}): Bus {
  assertSeams();
  return createBareBus({
    ...options,
    extensions: (bus) => {
      answerForTheDead(bus);
      answerWishes(bus);
      const refs = createRefs(bus);
      tables.set(bus, refs);
      findAddressesBy(bus, refs.knownAddressOf);
      return [refExtension(refs), cellExtension];
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
  /** Where actors here are served, or said to be. */
  const served = new WeakMap<AnyActorRef, Address>();
  const watchers = new Set<(actor: AnyActorRef, address: Address) => void>();
  /** Actors of this node that run. */
  const local = new Map<Address, AnyActorRef>();
  /** Whoever else is known by an address, while somebody here holds it. */
  const held = new Map<Address, WeakRef<AnyActorRef>>();
  const forgotten = new FinalizationRegistry<Address>((address) => {
    if (!held.get(address)?.deref()) held.delete(address);
  });
  const hold = (actor: AnyActorRef, address: Address) => {
    held.set(address, new WeakRef(actor));
    surroundings().keep(actor);
    forgotten.register(actor, address);
  };

  /** Whether an address was that of an earlier life, which nobody serves any more: a framework may start again what it has stopped. */
  const isFormer = (actor: AnyActorRef, address: Address) =>
    nodeOf(address) === bus.address && !local.has(address) && statusOf(actor) === 'running';

  const refs: Refs = {
    addressOf(actor) {
      const known = refs.knownAddressOf(actor);
      if (known) return known;
      const address = addressOf(bus.address, bus.createId());
      refs.declare(actor, address);
      createEndpoint(bus, actor, localIdOf(address));
      for (const tell of watchers) tell(actor, address);
      return address;
    },
    knownAddressOf(actor) {
      const known = mirrorOf(actor)?.address ?? served.get(actor);
      return known && !isFormer(actor, known) ? known : undefined;
    },
    at(address, id) {
      const known = local.get(address) ?? held.get(address)?.deref();
      if (known) return known;
      const remote = createRemote(bus, address, id);
      hold(remote, address);
      return remote;
    },
    declare(actor, address) {
      if (nodeOf(address) === bus.address) {
        served.set(actor, address);
        local.set(address, actor);
        // who comes back with its ref still means this actor
        hold(actor, address);
        onEnd(actor, () => local.delete(address));
        if (statusOf(actor) === 'stopped') local.delete(address);
      } else hold(actor, address);
    },
    alias: (actor, address) => void served.set(actor, address),
    find: (address) => local.get(address) ?? held.get(address)?.deref(),
    watch(told) {
      watchers.add(told);
      return () => watchers.delete(told);
    },
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
