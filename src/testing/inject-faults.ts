// Faults as verbs, for tests of what a system does when something breaks. They are injected where links are made: between the bus and the carrier, so all
// above runs as it would, and between what is posted and what arrives stands what a test wants to go wrong.
import type { AnyActorRef } from 'xstate';
import { nameOf, type NodeAddress } from '../address.ts';
import type { Bus } from '../bus.ts';
import { TroupeError } from '../errors.ts';
import type { Link } from '../links/link.ts';
import { mirrorOf } from '../mirror.ts';
import { optionError } from '../options.ts';
import { currentBus } from '../realm.ts';
import { assertActorRef } from '../recipient.ts';
import { createFaultLink, type FaultLink } from './fault-link.ts';
import { freezeThread, type Frost } from './freeze.ts';
import { GOLDEN } from './random.ts';
import { checkRange } from './range.ts';
import type { FaultClock, Trouble } from './lane.ts';
import { turns } from './turns.ts';
import { clearTimeout, random, setTimeout } from '../surroundings.ts';

/** Which bus is to have faults, and how they are drawn. */
export interface FaultOptions {
  /**
   * The bus whose links are to have faults: those that it makes from now on.
   *
   * @defaultValue the one of this realm
   */
  readonly bus?: Bus;
  /**
   * A whole number. The same seed meets the same packets with the same faults.
   *
   * @defaultValue one at random, which `seed` of the result tells
   */
  readonly seed?: number;
  /**
   * What delays go by, such as XState's `SimulatedClock`, which a test moves on.
   *
   * @defaultValue the realm's own timers
   */
  readonly clock?: FaultClock;
}

/** What a fault strikes: the node where a hosted actor runs, or the node of an address. */
export type FaultTarget = AnyActorRef | NodeAddress;

/** What can go wrong, as verbs. Each strikes the link of this bus to one node, both ways, from now on; what was sent before goes as before. */
export interface Faults extends Disposable {
  /** What the faults are drawn by. */
  readonly seed: number;
  /** Loses each packet with this probability, from 0 to 1. */
  drop(target: FaultTarget, probability: number): void;
  /** Brings each packet twice with this probability. */
  duplicate(target: FaultTarget, probability: number): void;
  /** Lets each packet, with this probability, be overtaken by the next; where none comes soon, it arrives all the same. */
  reorder(target: FaultTarget, probability: number): void;
  /** Brings each packet so many milliseconds later, or between so many and so many, in order; 0 is no delay. */
  delay(target: FaultTarget, milliseconds: number | readonly [least: number, most: number]): void;
  /** Lets nothing pass either way until it is healed; what is on its way, and what is sent meanwhile, is lost. */
  cut(target: FaultTarget): void;
  /** Ends all faults of a node, or of all nodes: what waits arrives, and what is frozen goes on. A node that died stays dead. */
  heal(target?: FaultTarget): void;
  /**
   * Ends a node as a crash would: a thread is terminated without a word, and a memory host's link breaks, whose actors are stopped. Only nodes that hang below
   * this one can be killed.
   *
   * @returns Resolves when this bus has told of the death, and at once if the node was dead.
   */
  kill(target: FaultTarget): Promise<void>;
  /**
   * Has a node handle nothing and send nothing until it is healed. A thread is truly blocked, with all that runs in it; of another node the packets wait.
   *
   * @returns Resolves when it is frozen, and what it had said before has arrived. Rejects with `UNTIL_TIMEOUT` if its thread does not come to it in 5 s, and with
   * `INVALID_ARGUMENT` if its thread runs a file of its own.
   */
  freeze(target: FaultTarget): Promise<void>;
  /** Heals all. Links that are made afterwards have no faults, and no verb does anything but `heal`. */
  close(): void;
}

/**
 * Lets a test break the links of a bus, and the nodes at their ends.
 *
 * @param options - The bus, the seed, and the clock of delays.
 * @returns The verbs. Its maker closes it, or holds it with `using`.
 *
 * @remarks
 * Links that were made before have no faults, so inject them first and create the hosts then. A packet holds all that was sent in one tick, and the first one, the greeting, always
 * passes. Links between two other nodes, such as those of two threads that talk to each other, are not this bus's: their threads would have to inject faults.
 *
 * Which packet meets which fault depends on the seed, on which of this bus's links it is, by the order in which they were made, and on how many went the same way before. What real threads
 * put into a packet depends on time, so only what goes over memory links can be repeated exactly.
 *
 * @throws `INVALID_ARGUMENT` for a seed that is no whole number. From the verbs: `INVALID_ARGUMENT` for a probability or a delay that is none, for the ref of an
 * actor of this thread, for a node that this bus has no link to that was made since, and after `close`; `NOT_AN_ACTOR`.
 *
 * @example
 * ```ts
 * import { createBus, createMemoryHost, settled } from 'troupe';
 * import { injectFaults } from 'troupe/testing';
 * import { createActor, fromTransition } from 'xstate';
 *
 * const counter = fromTransition((count: number, _: { type: 'ADD' }) => count + 1, 0);
 * await using bus = createBus({ name: 'test' });
 * using faults = injectFaults({ bus, seed: 7 });
 * await using host = createMemoryHost({ bus });
 * const actor = createActor(host.import({ counter }).counter).start();
 *
 * faults.cut(actor);
 * actor.send({ type: 'ADD' }); // lost
 * await settled(actor, undefined, { timeout: 10 }).catch(() => {});
 * faults.heal(actor);
 * actor.send({ type: 'ADD' });
 * console.log((await settled(actor)).context); // 1
 * ```
 */
export function injectFaults({
  bus = currentBus(),
  seed = Math.floor(random() * 2 ** 32),
  clock = { setTimeout, clearTimeout },
}: FaultOptions = {}): Faults {
  if (!Number.isSafeInteger(seed)) throw optionError('seed', seed, 'it must be a whole number');
  /** Nodes by address; those that are gone are known, and nothing more. */
  const nodes = new Map<NodeAddress, FaultyNode | undefined>();
  /** The link to the node above, which has no address until it has greeted. */
  let above: FaultLink | undefined;
  let links = 0;
  let isClosed = false;

  const createLink = (real: Link): FaultLink => {
    links += 1;
    // each direction has its own numbers, which others do not use up
    return createFaultLink(real, clock, [seed + 2 * links * GOLDEN, seed + (2 * links + 1) * GOLDEN]);
  };
  const { connect, join } = bus;
  const connectFaulty: Bus['connect'] = (real, joining) => {
    if (isClosed) return connect(real, joining);
    const link = createLink(real);
    nodes.set(joining.node, { address: joining.node, link, isBelow: joining.as === 'child', frost: undefined });
    try {
      return connect(link.link, joining);
    } catch (error) {
      nodes.delete(joining.node);
      throw error;
    }
  };
  const joinFaulty: Bus['join'] = (real) => {
    if (isClosed) return join(real);
    above = createLink(real);
    return join(above.link);
  };
  bus.connect = connectFaulty;
  bus.join = joinFaulty;
  const subscription = bus.nodes.subscribe(({ type, node }) => {
    if (type === 'down' && nodes.has(node)) {
      nodes.get(node)?.frost?.thaw();
      nodes.set(node, undefined);
    } else if (type === 'up' && above && !nodes.has(node)) {
      nodes.set(node, { address: node, link: above, isBelow: false, frost: undefined });
      above = undefined;
    }
  });

  /** The node that is meant; undefined if it is gone. */
  const find = (target: FaultTarget, verb: string): FaultyNode | undefined => {
    const address = addressOfTarget(target, verb);
    if (isClosed) throw refusal(verb, nameOf(address), 'these faults were closed', 'Inject new ones.');
    if (nodes.has(address)) return nodes.get(address);
    throw refusal(
      verb,
      nameOf(address),
      `'${bus.name}' has made no link to it since faults were injected`,
      'Inject them before you create its host; send it something first if an event brought the ref.',
    );
  };
  const change = (target: FaultTarget, verb: string, trouble: Partial<Trouble>): void => {
    const node = find(target, verb);
    if (!node) return;
    // what was sent before goes as before
    bus.route(node.address).flush();
    node.link.trouble(trouble);
  };
  const healNode = (node: FaultyNode): void => {
    node.frost?.thaw();
    node.frost = undefined;
    node.link.heal();
  };
  const healAll = () => [...nodes.values()].forEach((node) => node && healNode(node));

  const faults: Faults = {
    seed,
    drop: (target, probability) => change(target, 'drop packets of', { drop: checkProbability(probability, 'drop') }),
    duplicate: (target, probability) =>
      change(target, 'duplicate packets of', { duplicate: checkProbability(probability, 'duplicate') }),
    reorder: (target, probability) =>
      change(target, 'reorder packets of', { reorder: checkProbability(probability, 'reorder') }),
    delay: (target, milliseconds) => change(target, 'delay packets of', { delay: checkRange('delay', milliseconds) }),
    cut: (target) => change(target, 'cut', { isCut: true }),
    heal(target) {
      if (target === undefined) healAll();
      else {
        const node = isClosed ? undefined : find(target, 'heal');
        if (node) healNode(node);
      }
    },
    async kill(target) {
      const node = find(target, 'kill');
      if (!node) return;
      const name = nameOf(node.address);
      if (!node.isBelow)
        throw refusal('kill', name, `'${bus.name}' did not start it`, 'Kill it where it was started, or cut it.');
      const dead = whenDown(bus, node.address);
      node.link.kill(killedError(node.address));
      await dead;
    },
    async freeze(target) {
      const node = find(target, 'freeze');
      if (!node) return;
      const route = bus.route(node.address);
      if (node.link.isThread) await (node.frost ??= freezeThread(bus, route, node.link.surely)).frozen;
      else {
        route.flush();
        node.link.trouble({ isFrozen: true });
        // what had been posted arrives over there, and here
        await turns();
      }
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      subscription.unsubscribe();
      // others may have injected faults since
      if (bus.connect === connectFaulty) bus.connect = connect;
      if (bus.join === joinFaulty) bus.join = join;
      healAll();
      nodes.clear();
    },
    [Symbol.dispose]: () => faults.close(),
  };
  return faults;
}

interface FaultyNode {
  readonly address: NodeAddress;
  readonly link: FaultLink;
  /** Whether it is this bus that started it. */
  readonly isBelow: boolean;
  /** While its thread is blocked. */
  frost: Frost | undefined;
}

/** Resolves when the bus tells that a node is gone, or is closed itself. */
function whenDown(bus: Bus, address: NodeAddress): Promise<void> {
  return new Promise((resolve) => {
    const subscription = bus.nodes.subscribe({
      next({ type, node }) {
        if (type !== 'down' || node !== address) return;
        subscription.unsubscribe();
        resolve();
      },
      complete: resolve,
    });
  });
}

function addressOfTarget(target: FaultTarget, verb: string): NodeAddress {
  if (typeof target === 'string') {
    if (/^[^/@]+@[^/@]+$/.test(target)) return target;
    throw refusal(
      verb,
      target,
      'that is the address of no node',
      'Give an actor ref, or an address that bus.nodes tells.',
    );
  }
  assertActorRef(target, `${verb} a node`);
  const mirror = mirrorOf(target);
  if (!mirror)
    throw refusal(
      verb,
      target.id,
      'it is an actor of this thread, and no link leads to it',
      'Give the ref of a hosted actor.',
    );
  if (!mirror.line) throw refusal(verb, target.id, 'it was not started', 'Call start() first.');
  return mirror.line.route.node;
}

function checkProbability(value: unknown, option: string): number {
  if (typeof value === 'number' && value >= 0 && value <= 1) return value;
  throw optionError(option, value, 'it must be a probability from 0 to 1', 'Give 0.1 for one packet in ten.');
}

function refusal(verb: string, name: string, why: string, mend: string): TroupeError {
  return new TroupeError('INVALID_ARGUMENT', `Cannot ${verb} '${name}': ${why}. ${mend}`, { details: { name } });
}

/** What a memory host says of its death, under the code of a thread's. */
function killedError(node: NodeAddress): TroupeError {
  return new TroupeError(
    'THREAD_DIED',
    `The node '${nameOf(node)}' died: a test killed it. Start anew what ran there.`,
    { details: { node } },
  );
}
