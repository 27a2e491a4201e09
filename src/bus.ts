// A node's message bus. Frames that arrive go to channels (one RxJS subject per local id) and topics (one per name); frames that
// leave go by a route to the link of their node. Per pair of nodes the order of frames is kept; a frame that nobody listens to
// is a dead letter or is answered by whoever listens to `unclaimed`. The bus knows nothing of actors.
import type { MessagePort } from 'node:worker_threads';
import { Subject } from 'rxjs/internal/Subject';
import type { Observable } from 'rxjs/internal/Observable';
import { addressOf, createIncarnation, nameOf, nodeAddress, type Address, type NodeAddress } from './address.ts';
import { createCodec, type Codec, type Encoded, type Extension } from './codec.ts';
import { TroupeError } from './errors.ts';
import type { Link } from './links/link.ts';
import { createPortLink } from './links/port.ts';
import { createOutbox, type Outbox } from './packing.ts';
import { parsePacket, PROTOCOL_VERSION, type Delivery, type Outgoing, type RawFrame } from './wire.ts';

/** An event that is known not to have been delivered, or a loss on a link. */
export interface DeadLetter {
  /** `no-such-actor`: nobody has that address any more. `stopped`: the actor takes no more events. `unreachable`: its node is gone. `not-serializable`: it could not cross. `lost` and `unreadable`: a link lost or garbled frames. */
  readonly reason: 'no-such-actor' | 'stopped' | 'unreachable' | 'not-serializable' | 'lost' | 'unreadable';
  readonly target: Address | NodeAddress;
  /** How many events, or frames if `lost` or `unreadable`. */
  readonly count: number;
  readonly error?: unknown;
}

/** A node came, went, or left something behind. */
export type NodeChange =
  | { readonly type: 'cells-released'; readonly node: NodeAddress; readonly names: readonly string[] }
  | { readonly type: 'up'; readonly node: NodeAddress }
  | { readonly type: 'down'; readonly node: NodeAddress; readonly error: TroupeError };

/** The way to another node, or to this one. */
export interface Route {
  readonly node: NodeAddress;
  /** Why nothing goes this way any more; undefined while it may. */
  readonly down: TroupeError | undefined;
  /** Sends a frame after those pushed before; once the node is down, events become dead letters and other frames vanish. */
  push(frame: Outgoing): void;
  /** Keeps the process alive for this node until the returned function is called. */
  hold(): () => void;
  /** Tells what happens to the node until the returned function is called; not of what has happened already. */
  watch(watcher: RouteWatcher): () => void;
}

export interface RouteWatcher {
  /** The node is gone, for this reason. Told once. */
  down(error: TroupeError): void;
  /** Frames were lost, either way: say again what must be known. */
  resync(): void;
}

/** How a node is joined to this one. */
export interface Joining {
  /** The address that the far node takes. */
  readonly node: NodeAddress;
  /** A child hangs below this node in the tree by which topics and introductions travel; a neighbour was introduced. */
  readonly as: 'child' | 'neighbour';
  /** What the far node reads before anything else; structured clone carries it, and moves `ports`. */
  readonly greeting?: unknown;
  readonly ports?: readonly MessagePort[];
}

/** A node's message bus. */
export interface Bus {
  readonly name: string;
  readonly address: NodeAddress;
  readonly codec: Codec;
  /** What could not be delivered. */
  readonly deadLetters: Observable<DeadLetter>;
  /** Nodes that come and go. */
  readonly nodes: Observable<NodeChange>;
  /** Frames other than events for a channel that is not open. */
  readonly unclaimed: Observable<Delivery>;
  /** A local id that no other on this node has. */
  createId(): string;
  /** Opens the channel of a local id. */
  open(localId: string): Subject<Delivery>;
  /** Closes a channel: frames for it are unclaimed from now on. */
  shut(localId: string): void;
  /** The way to a node; where there is none yet, the nodes above are asked for one and frames wait. */
  route(node: NodeAddress): Route;
  /** What is published under a name on any node reaches the subject of that name on each. */
  topic(name: string): Subject<unknown>;
  publish(topic: string, value: Encoded): void;
  /** Joins a node below or beside this one. */
  connect(link: Link, joining: Joining): Route;
  /** Joins the node above, which gives this one its address; resolves with its greeting. */
  join(link: Link): Promise<unknown>;
  /** Hands an event to a channel of this node at once, before this returns. */
  deliver(localId: string, event: unknown): void;
  /** Delivers a frame that was held back after it arrived. */
  redeliver(frame: Delivery): void;
  /** Tells what happened to a node. */
  report(change: NodeChange): void;
  /** Tells that an event was not delivered. */
  bury(letter: DeadLetter): void;
  /** Ends all links. Afterwards nothing is delivered. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface BusOptions {
  /** The node's name, for people. */
  readonly name?: string;
  /** The kinds of object that the codec does not know by itself. */
  readonly extensions?: (bus: Bus) => readonly Extension[];
}

interface Peer {
  node: NodeAddress;
  readonly role: 'child' | 'parent' | 'neighbour' | 'self';
  readonly link: Link | undefined;
  readonly outbox: Outbox;
  greeted: boolean;
  expected: number;
  holds: number;
}

interface RouteState {
  readonly route: Route;
  peer: Peer | undefined;
  down: TroupeError | undefined;
  readonly waiting: Outgoing[];
  readonly watchers: Set<RouteWatcher>;
}

export function createBus(options: BusOptions = {}): Bus {
  let address = nodeAddress(options.name ?? 'main', createIncarnation());
  let ids = 0;
  let closed = false;
  const channels = new Map<string, Subject<Delivery>>();
  const topics = new Map<string, Subject<unknown>>();
  const routes = new Map<NodeAddress, RouteState>();
  const peers = new Set<Peer>();
  /** Nodes below a child of this one, and the child that leads there. */
  const descendants = new Map<NodeAddress, Peer>();
  const introduced = new Set<string>();
  const deadLetters = new Subject<DeadLetter>();
  const nodes = new Subject<NodeChange>();
  const unclaimed = new Subject<Delivery>();

  const bus: Bus = {
    get name() {
      return nameOf(address);
    },
    get address() {
      return address;
    },
    codec: createCodec(() => extensions),
    deadLetters,
    nodes,
    unclaimed,
    createId: () => (ids++).toString(36),
    open(localId) {
      const channel = new Subject<Delivery>();
      channels.set(localId, channel);
      return channel;
    },
    shut(localId) {
      channels.get(localId)?.complete();
      channels.delete(localId);
    },
    route: (node) => routeTo(node).route,
    topic(name) {
      let subject = topics.get(name);
      if (!subject) topics.set(name, (subject = new Subject()));
      return subject;
    },
    publish(topic, body) {
      publish(topic, body, undefined);
      topics.get(topic)?.next(bus.codec.decode(body));
    },
    connect(link, { node, as, greeting, ports }) {
      assertOpen();
      const peer = createPeer(link, node, as);
      peer.outbox.push(
        {
          type: 'hello',
          version: PROTOCOL_VERSION,
          node: address,
          you: node,
          ...(greeting === undefined ? {} : { greeting }),
        },
        ports,
      );
      if (as === 'child') toParent({ type: 'joined', node });
      const state = routeTo(node, peer);
      listen(peer, link);
      return state.route;
    },
    join(link) {
      assertOpen();
      return new Promise((resolve, reject) => {
        const peer = createPeer(link, 'parent@unknown', 'parent');
        joins.set(peer, { resolve, reject });
        listen(peer, link);
      });
    },
    deliver(localId, event) {
      const channel = channels.get(localId);
      if (channel) channel.next({ type: 'event', to: localId, body: event });
      else bus.bury({ reason: 'no-such-actor', target: addressOf(address, localId), count: 1 });
    },
    redeliver(frame) {
      const channel = channels.get(frame.to);
      if (channel) channel.next(frame);
      else unclaimed.next(frame);
    },
    report: (change) => nodes.next(change),
    bury: (letter) => deadLetters.next(letter),
    async close() {
      if (closed) return;
      closed = true;
      for (const peer of peers) {
        peer.outbox.push({ type: 'goodbye' });
        peer.outbox.flush();
        peer.link?.close();
        drop(peer, closedError());
      }
      for (const subject of [...channels.values(), ...topics.values()]) subject.complete();
      channels.clear();
      topics.clear();
      for (const subject of [deadLetters, nodes, unclaimed]) subject.complete();
    },
    [Symbol.asyncDispose]: () => bus.close(),
  };
  const extensions = options.extensions?.(bus) ?? [];
  const joins = new Map<Peer, { resolve: (greeting: unknown) => void; reject: (error: unknown) => void }>();

  function closedError(): TroupeError {
    return new TroupeError('BUS_CLOSED', `The bus of '${bus.name}' is closed. Make another, or close it later.`);
  }

  function assertOpen(): void {
    if (closed) throw closedError();
  }

  function createPeer(link: Link | undefined, node: NodeAddress, role: Peer['role']): Peer {
    const outbox = createOutbox((packet, transfer) => {
      if (link) link.post(packet, transfer);
      else receive(peer, packet);
    });
    const peer: Peer = { node, role, link, outbox, greeted: link === undefined, expected: 0, holds: 0 };
    peers.add(peer);
    return peer;
  }

  function listen(peer: Peer, link: Link): void {
    const lost = (cause?: unknown) =>
      drop(
        peer,
        cause instanceof TroupeError
          ? cause
          : new TroupeError('ACTOR_DOWN', `The link from '${bus.name}' to '${nameOf(peer.node)}' has ended.`, {
              details: { node: peer.node },
              cause,
            }),
      );
    link.packets.subscribe({ next: (packet) => receive(peer, packet), error: lost, complete: lost });
  }

  // ---- routes

  function routeTo(node: NodeAddress, peer?: Peer): RouteState {
    let state = routes.get(node);
    if (!state) {
      state = createRoute(node);
      routes.set(node, state);
      if (node === address) state.peer = createPeer(undefined, node, 'self');
      else if (!peer) introduceTo(node, state);
    }
    if (peer) {
      state.peer = peer;
      for (const frame of state.waiting.splice(0)) peer.outbox.push(frame);
      nodes.next({ type: 'up', node });
    }
    return state;
  }

  function createRoute(node: NodeAddress): RouteState {
    const state: RouteState = {
      peer: undefined,
      down: undefined,
      waiting: [],
      watchers: new Set(),
      route: {
        node,
        get down() {
          return state.down;
        },
        push(frame) {
          if (state.peer) state.peer.outbox.push(frame);
          else if (state.down) refuse(node, frame, state.down);
          else state.waiting.push(frame);
        },
        hold() {
          const { peer } = state;
          if (!peer) return () => {};
          if (peer.holds++ === 0) peer.link?.hold(true);
          let held = true;
          return () => {
            if (held && --peer.holds === 0) peer.link?.hold(false);
            held = false;
          };
        },
        watch(watcher) {
          state.watchers.add(watcher);
          return () => state.watchers.delete(watcher);
        },
      },
    };
    return state;
  }

  function refuse(node: NodeAddress, frame: Outgoing, error: TroupeError): void {
    if (frame.type === 'event') bus.bury({ reason: 'unreachable', target: addressOf(node, frame.to), count: 1, error });
  }

  /** Ends what goes by a peer. The route is forgotten: an address never comes back, and whoever holds the route reads why. */
  function drop(peer: Peer, error: TroupeError): void {
    if (!peers.delete(peer)) return;
    joins.get(peer)?.reject(error);
    joins.delete(peer);
    for (const [node, via] of descendants) if (via === peer) descendants.delete(node);
    for (const pair of introduced) if (pair.split(' ').includes(peer.node)) introduced.delete(pair);
    if (peer.role === 'child') toParent({ type: 'left', node: peer.node });
    const state = routes.get(peer.node);
    if (state) fail(state, error);
  }

  function fail(state: RouteState, error: TroupeError): void {
    const { node } = state.route;
    routes.delete(node);
    state.peer = undefined;
    state.down = error;
    for (const frame of state.waiting.splice(0)) refuse(node, frame, error);
    for (const watcher of [...state.watchers]) watcher.down(error);
    state.watchers.clear();
    nodes.next({ type: 'down', node, error });
  }

  function resync(peer: Peer): void {
    for (const watcher of [...(routes.get(peer.node)?.watchers ?? [])]) watcher.resync();
  }

  // ---- introductions: two nodes that have a node above in common get a port of their own when one first writes to the other.
  // Frames wait for the port, so no frame ever changes its road.

  function introduceTo(node: NodeAddress, state: RouteState): void {
    const parent = parentPeer();
    if (parent) parent.outbox.push({ type: 'introduce', node, from: address });
    else fail(state, unknownNode(node));
  }

  function unknownNode(node: NodeAddress): TroupeError {
    return new TroupeError(
      'ACTOR_DOWN',
      `No way leads from '${bus.name}' to '${node}': it has ended, or was never linked.`,
      { details: { node } },
    );
  }

  function introduce(node: NodeAddress, from: NodeAddress): void {
    const there = towards(node);
    const back = towards(from);
    const parent = parentPeer();
    if (!there && parent) {
      parent.outbox.push({ type: 'introduce', node, from });
      return;
    }
    if (!back) return;
    if (!there) {
      back.outbox.push({ type: 'introduction', for: from, node });
      return;
    }
    const pair = [node, from].toSorted().join(' ');
    if (introduced.has(pair)) return;
    introduced.add(pair);
    const { port1, port2 } = new MessageChannel();
    there.outbox.push({ type: 'introduction', for: node, node: from, port: port1 }, [port1]);
    back.outbox.push({ type: 'introduction', for: from, node, port: port2 }, [port2]);
  }

  function meet(
    frame: RawFrame & { readonly for: NodeAddress; readonly node: NodeAddress; readonly port?: MessagePort },
  ): void {
    const { node, port } = frame;
    if (frame.for !== address) {
      towards(frame.for)?.outbox.push(
        { type: 'introduction', for: frame.for, node, ...(port ? { port } : {}) },
        port && [port],
      );
      return;
    }
    if (port) bus.connect(createPortLink(port), { node, as: 'neighbour' });
    else {
      const state = routes.get(node);
      if (state && !state.peer) fail(state, unknownNode(node));
    }
  }

  function towards(node: NodeAddress): Peer | undefined {
    return routes.get(node)?.peer ?? descendants.get(node);
  }

  function parentPeer(): Peer | undefined {
    for (const peer of peers) if (peer.role === 'parent') return peer;
    return undefined;
  }

  function toParent(frame: Outgoing): void {
    parentPeer()?.outbox.push(frame);
  }

  // ---- what arrives

  function receive(peer: Peer, packet: unknown): void {
    if (closed || !peers.has(peer)) return;
    let parsed: ReturnType<typeof parsePacket>;
    try {
      parsed = parsePacket(packet);
    } catch (error) {
      bus.bury({ reason: 'unreadable', target: peer.node, count: 1, error });
      peer.outbox.push({ type: 'resync' });
      return;
    }
    const { seq, frames } = parsed;
    if (!peer.greeted && !greet(peer, frames[0])) return;
    // a packet that came before came twice
    if (seq < peer.expected) return;
    if (seq > peer.expected) {
      bus.bury({ reason: 'lost', target: peer.node, count: seq - peer.expected });
      peer.outbox.push({ type: 'resync' });
      resync(peer);
    }
    peer.expected = seq + frames.length;
    for (const frame of frames) {
      try {
        if ('to' in frame) deliver(peer, frame);
        else control(peer, frame);
      } catch (error) {
        bus.bury({ reason: 'unreadable', target: peer.node, count: 1, error });
      }
    }
  }

  /** The first frame says the version and the names; another version ends the link before anything is believed. */
  function greet(peer: Peer, frame: RawFrame | undefined): boolean {
    if (frame?.type !== 'hello' || frame['version'] !== PROTOCOL_VERSION) {
      const found = frame?.type === 'hello' ? `version ${String(frame['version'])}` : 'no greeting';
      const error = new TroupeError(
        'PROTOCOL_MISMATCH',
        `Cannot talk to '${nameOf(peer.node)}': it sent ${found} where version ${PROTOCOL_VERSION} was expected. Install the same troupe on both sides.`,
        { details: { node: peer.node, expected: PROTOCOL_VERSION } },
      );
      drop(peer, error);
      peer.link?.close();
      return false;
    }
    peer.greeted = true;
    return true;
  }

  function deliver(peer: Peer, frame: RawFrame): void {
    const to = frame['to'] as string;
    const channel = channels.get(to);
    if (channel) channel.next(revive(frame));
    else if (frame.type === 'event' || frame.type === 'events') {
      const count = frame.type === 'events' ? (frame['events'] as unknown[]).length : 1;
      bus.bury({ reason: 'no-such-actor', target: addressOf(address, to), count });
    } else if (peers.has(peer)) unclaimed.next(revive(frame));
  }

  function revive(frame: RawFrame): Delivery {
    const revived: Record<string, unknown> = frame;
    if ('tagged' in frame) revived['body'] = bus.codec.reviveTree(frame['tagged']);
    if (frame.type === 'step') revived['out'] = ((frame['out'] ?? []) as RawFrame[]).map(revive);
    // parsePacket has looked at the type; the sender is troupe of the same version
    return revived as unknown as Delivery;
  }

  function control(peer: Peer, frame: RawFrame): void {
    const node = frame['node'] as NodeAddress;
    switch (frame.type) {
      case 'hello': {
        if (peer.role !== 'parent') return;
        // nothing was addressed here yet: a node joins before it does anything else
        routes.delete(address);
        address = frame['you'] as NodeAddress;
        peer.node = node;
        routeTo(node, peer);
        for (const child of peers) if (child.role === 'child') toParent({ type: 'joined', node: child.node });
        peer.outbox.push({ type: 'hello', version: PROTOCOL_VERSION, node: address, you: node });
        joins.get(peer)?.resolve(frame['greeting']);
        joins.delete(peer);
        return;
      }
      case 'joined':
        descendants.set(node, peer);
        toParent({ type: 'joined', node });
        return;
      case 'left':
        descendants.delete(node);
        toParent({ type: 'left', node });
        return;
      case 'introduce':
        introduce(node, frame['from'] as NodeAddress);
        return;
      case 'introduction':
        meet(frame as Parameters<typeof meet>[0]);
        return;
      case 'publish': {
        const body: Encoded = 'tagged' in frame ? { tree: frame['tagged'], raw: true } : JSON.stringify(frame['body']);
        const name = frame['topic'] as string;
        publish(name, body, peer);
        topics.get(name)?.next(bus.codec.decode(body));
        return;
      }
      case 'resync':
        resync(peer);
        return;
      case 'goodbye':
        drop(
          peer,
          new TroupeError('ACTOR_DOWN', `The node '${nameOf(peer.node)}' has closed its bus.`, {
            details: { node: peer.node },
          }),
        );
        return;
    }
  }

  /** Along the tree to every node but the one it came from; the tree has no loops, so each gets it once. */
  function publish(topic: string, body: Encoded, origin: Peer | undefined): void {
    for (const peer of peers) {
      if (peer !== origin && (peer.role === 'child' || peer.role === 'parent'))
        peer.outbox.push({ type: 'publish', topic, body });
    }
  }

  return bus;
}
