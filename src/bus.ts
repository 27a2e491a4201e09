// A node's message bus. Frames that arrive go to channels (one RxJS subject per local id) and topics (one per name); frames that
// leave go by a route to the link of their node. Per pair of nodes the order of frames is kept; a frame that nobody listens to
// is a dead letter or is answered by whoever listens to `unclaimed`. The bus knows nothing of actors.
import { Subject } from 'rxjs/internal/Subject';
import type { Observable } from 'rxjs/internal/Observable';
import type { MessagePort } from 'node:worker_threads';
import { createIncarnation, nameOf, nodeAddress, type Address, type NodeAddress } from './address.ts';
import type { Seen } from './causal-order.ts';
import { createChannels } from './channels.ts';
import { createClosing, createTenants, type CloseOptions, type Tenants } from './closing.ts';
import { createCodec, type Codec, type Encoded, type Extension } from './codec.ts';
import { TroupeError } from './errors.ts';
import { createDeferred, type Deferred } from './deferred.ts';
import { createIntroductions } from './introductions.ts';
import type { Link } from './links/link.ts';
import { warnOnce } from './loud.ts';
import { createPortLink } from './links/port.ts';
import { createPeer, type Peer, type PeerListener, type Role } from './peer.ts';
import { createPublications } from './publications.ts';
import { createRoutes, type Route } from './routes.ts';
import { assertFrame, PROTOCOL_VERSION, type Delivery, type RawFrame } from './wire.ts';

export type { Route, RouteWatcher } from './routes.ts';

/** Events that are known not to have been delivered, or not known to have been. */
export interface DeadLetter {
  /**
   * `no-such-actor`: nobody has that address any more. `stopped`: the actor takes no more events. `unreachable`: its node is gone. `mailbox-full`: too many
   * waited for it. `lost`: the link lost them. `maybe-handled`: its node died with them, and nobody knows which of them it had handled.
   * `not-serializable`: it could not cross. `forged`: it bore a type that only XState and troupe may send. `unreadable`: a link garbled frames.
   */
  readonly reason:
    | 'no-such-actor'
    | 'stopped'
    | 'unreachable'
    | 'mailbox-full'
    | 'lost'
    | 'maybe-handled'
    | 'not-serializable'
    | 'forged'
    | 'unreadable';
  /** The actor that they were for, or the node that the link led to. */
  readonly target: Address | NodeAddress;
  /** The actor that sent them, or at least its node. Absent where that is not known, and for what code of this node sent that is no actor's. */
  readonly sender?: Address | NodeAddress;
  /** How many events, or frames if `unreadable`. */
  readonly count: number;
  /** What led to it, where that is known. */
  readonly error?: unknown;
}

/** A node came, went, or left something behind. */
export type NodeChange =
  | { readonly type: 'cells-released'; readonly node: NodeAddress; readonly names: readonly string[] }
  | { readonly type: 'up'; readonly node: NodeAddress }
  | { readonly type: 'down'; readonly node: NodeAddress; readonly error: TroupeError };

/** How a node is joined to this one. */
export interface Joining {
  /** The address that the far node takes. */
  readonly node: NodeAddress;
  /** A child hangs below this node in the tree by which topics and introductions travel; a neighbour was introduced. */
  readonly as: 'child' | 'neighbour';
  /** What the far node reads before anything else; structured clone carries it, and moves `ports`. */
  readonly greeting?: unknown;
  /** The ports within the greeting, which move to the far node. */
  readonly ports?: readonly MessagePort[];
  /** Resolves when nothing is left of what the far node ran in, such as its thread: the bus ends it and waits for it when it is closed. */
  readonly ended?: Promise<unknown>;
}

/** A node's message bus. */
export interface Bus {
  /** The node's name, for people; a node that joined another has the name that it was given there. */
  readonly name: string;
  /** The node's address, which changes once if it joins another. */
  readonly address: NodeAddress;
  /** What encodes for this bus, refs and cells included. */
  readonly codec: Codec;
  /** What could not be delivered. */
  readonly deadLetters: Observable<DeadLetter>;
  /** Nodes that come and go. */
  readonly nodes: Observable<NodeChange>;
  /**
   * The nodes that are known to be linked with this one, or below it.
   *
   * @internal
   */
  readonly kin: readonly NodeAddress[];
  /**
   * Tells of each node that comes or goes, also farther below, until the returned function is called.
   *
   * @internal
   */
  watchKin(
    told: (node: NodeAddress, gone: { readonly orderly: boolean; readonly error?: TroupeError } | undefined) => void,
  ): () => void;
  /**
   * Tells of each dead letter, as `deadLetters` does; but who listens there has taken notice, and the console is told no more.
   *
   * @internal
   */
  heed(told: (letter: DeadLetter) => void): () => void;
  /** Frames other than events for a channel that is not open. */
  readonly unclaimed: Observable<Delivery>;
  /**
   * Offers each frame that comes from a node for a channel that is not open to `take`, which tells whether it keeps the frame.
   *
   * @internal
   */
  claim(take: (frame: Delivery, from: NodeAddress) => boolean): void;
  /**
   * Notes that a frame that arrived is held back, to be redelivered: its sender is not told that it was handled.
   *
   * @internal
   */
  hold(frame: Delivery): void;
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
  /** Publishes an encoded value under a name: here before it returns, and on every linked node at most once. Does nothing after `close`. */
  publish(topic: string, value: Encoded): void;
  /** Joins a node below or beside this one; throws `BUS_CLOSED` after `close`. */
  connect(link: Link, joining: Joining): Route;
  /** Joins the node above, which gives this one its address; resolves with its greeting. Rejects with `BUS_CLOSED`, `PROTOCOL_MISMATCH` or why the link ended. */
  join(link: Link): Promise<unknown>;
  /** Hands an event to a channel of this node at once, before this returns. */
  deliver(localId: string, event: unknown): void;
  /**
   * The same for an event that inspectors were shown already.
   *
   * @internal
   */
  deliver(localId: string, event: unknown, seen: Seen | undefined, sender: Address): void;
  /** Delivers a frame that was held back after it arrived. */
  redeliver(frame: Delivery): void;
  /** Runs `proceed` when no frame waits for a way to its node; at once if none does. */
  afterWaiting(proceed: () => void): void;
  /** Tells what happened to a node. */
  report(change: NodeChange): void;
  /** Tells that an event was not delivered. */
  bury(letter: DeadLetter): void;
  /**
   * Ends the links that go to a node, at once and in order.
   *
   * @internal
   */
  disconnect(node: NodeAddress): void;
  /**
   * What is closed before this bus is.
   *
   * @internal
   */
  readonly tenants: Tenants;
  /**
   * Ends the bus: it takes no more nodes, the hosts on it are closed, the latest first, as `Host.close` closes them, and then all links end.
   * Afterwards nothing is delivered, and nothing is left of the threads below it.
   *
   * @param options - After `timeout`, 5 s unless told otherwise, or when `signal` is aborted, what still runs is ended at once.
   * @returns The same promise each time. It resolves when nothing is left, however the end came; the least patient of several calls decides.
   *
   * @throws `INVALID_ARGUMENT` for a `timeout` or `signal` that is none; then the bus stays open.
   *
   * @example
   * ```ts
   * import { currentBus } from 'troupe';
   *
   * // at the end of a program: all hosts of this realm, and every thread of `inThread`
   * await currentBus().close({ timeout: 2000 });
   * ```
   */
  close(options?: CloseOptions): Promise<void>;
  /** The same as `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

export interface BusOptions {
  /** The node's name, for people. */
  readonly name?: string;
  /** The kinds of object that the codec does not know by itself. */
  readonly extensions?: (bus: Bus) => readonly Extension[];
}

export function createBus(options: BusOptions = {}): Bus {
  let address = nodeAddress(options.name ?? 'main', createIncarnation());
  let ids = 0;
  let closed = false;
  const tenants = createTenants();
  /** What was joined below and has not ended, linked or not. */
  const below = new Set<Link>();
  const departures = new Set<Promise<unknown>>();
  const peers = new Set<Peer>();
  const joining = new Map<Peer, Deferred<unknown>>();
  const deadLetters = new Subject<DeadLetter>();
  const nodes = new Subject<NodeChange>();
  const heeding = new Set<(letter: DeadLetter) => void>();
  const watchingKin = new Set<Parameters<Bus['watchKin']>[0]>();
  const bury = (letter: DeadLetter) => {
    if (!deadLetters.observed) warnOnce(letter);
    for (const told of heeding) told(letter);
    deadLetters.next(letter);
  };
  /** A node that is being connected, and why its link had ended before: first it is told that the node is there, and then that it is gone. */
  let connecting: Peer | undefined;
  let endedEarly: TroupeError | undefined;
  const self = {
    get address() {
      return address;
    },
    get codec() {
      return bus.codec;
    },
  };
  const channels = createChannels({ node: self, bury, released: (node) => routes.peerOf(node)?.tellSoon() });
  const publications = createPublications({
    node: self,
    peers,
    send(peer, frame) {
      // one above that has not greeted has no mailboxes yet
      const mailboxes = routes.mailboxesOf(peer.node);
      if (mailboxes) mailboxes.push(frame, undefined);
      else peer.push(frame);
    },
  });

  const routes = createRoutes((node) => {
    if (closed) routes.fail(node, closedError());
    else if (node === address) routes.connect(node, addPeer(undefined, node, 'self'));
    else introductions.askFor(node);
  }, bury);
  const introductions = createIntroductions({
    get address() {
      return address;
    },
    get parent() {
      for (const peer of peers) if (peer.role === 'parent') return peer;
      return undefined;
    },
    get children() {
      return [...peers].filter((peer) => peer.role === 'child');
    },
    peerOf: routes.peerOf,
    meet: (node, port) => void bus.connect(createPortLink(port), { node, as: 'neighbour' }),
    changed(node, gone) {
      for (const told of watchingKin) told(node, gone);
    },
    isUnknown(node, orderly) {
      if (!routes.peerOf(node)) routes.fail(node, closed ? closedError() : unknownError(bus.name, node, orderly));
    },
  });

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
    get kin() {
      return [
        ...[...peers].filter(({ role, node }) => role !== 'self' && node !== UNKNOWN).map(({ node }) => node),
        ...introductions.descendants(),
      ];
    },
    watchKin(told) {
      watchingKin.add(told);
      return () => watchingKin.delete(told);
    },
    heed(told) {
      heeding.add(told);
      return () => heeding.delete(told);
    },
    unclaimed: channels.unclaimed,
    claim: channels.claim,
    hold: channels.hold,
    createId: () => (ids++).toString(36),
    open: channels.open,
    shut: channels.shut,
    route: routes.to,
    topic: publications.topic,
    publish(topic, body) {
      if (!closed) publications.publish(topic, body);
    },
    connect(link, { node, as, greeting, ports, ended }) {
      // as long as what was sent is being handled, neighbours may still have to meet
      if (closed || (closing.hasBegun && as === 'child')) throw closedError();
      if (ended) expectEnd(link, ended);
      const peer = addPeer(link, node, as);
      connecting = peer;
      peer.listen();
      peer.push(
        {
          type: 'hello',
          version: PROTOCOL_VERSION,
          node: address,
          you: node,
          ...(greeting === undefined ? {} : { greeting }),
        },
        ports,
      );
      if (as === 'child') introductions.announce(node);
      const route = greet(node, peer);
      connecting = undefined;
      const end = endedEarly;
      endedEarly = undefined;
      if (end) drop(peer, end);
      return route;
    },
    join(link) {
      const joined = createDeferred<unknown>();
      if (closing.hasBegun) joined.reject(closedError());
      else {
        const peer = addPeer(link, UNKNOWN, 'parent');
        joining.set(peer, joined);
        peer.listen();
      }
      return joined.promise;
    },
    deliver(localId: string, event: unknown, seen?: Seen, sender?: Address) {
      if (!closed) channels.deliver(localId, event, seen, sender);
    },
    redeliver(frame) {
      if (!closed) channels.redeliver(frame);
    },
    afterWaiting: routes.afterWaiting,
    report: (change) => nodes.next(change),
    bury,
    disconnect(node) {
      for (const peer of [...peers]) if (peer.node === node) cut(peer, leftError(node));
    },
    tenants,
    close: (closeOptions) => closing.close(closeOptions),
    [Symbol.asyncDispose]: () => bus.close(),
  };
  const closing = createClosing(async (patience) => {
    const vacated = tenants.close(patience);
    if (vacated) await vacated;
    closed = true;
    const leaving = [...peers];
    for (const peer of leaving) peer.close();
    // only now, so that nobody elsewhere is told of what ends here in consequence
    for (const peer of leaving) drop(peer, closedError());
    routes.failWaiting(closedError);
    channels.close();
    publications.close();
    deadLetters.complete();
    for (const link of below) link.close();
    if (departures.size > 0) await Promise.all(departures);
    nodes.complete();
  });
  const extensions = options.extensions?.(bus) ?? [];
  return bus;

  function cut(peer: Peer, error: TroupeError): void {
    peer.close();
    drop(peer, error);
  }

  /** Also of a node that has left this bus by itself, and whose thread may go on. */
  function expectEnd(link: Link, ended: Promise<unknown>): void {
    const forget = () => {
      below.delete(link);
      departures.delete(gone);
    };
    const gone = ended.then(forget, forget);
    below.add(link);
    departures.add(gone);
  }

  function closedError(): TroupeError {
    return new TroupeError('BUS_CLOSED', `The bus of '${bus.name}' is closed. Make another, or close it later.`);
  }

  function addPeer(link: Link | undefined, node: NodeAddress, role: Role): Peer {
    const listener: PeerListener = {
      frame: (frame) => receive(peer, frame),
      unreadable: (error) => bury({ reason: 'unreadable', target: peer.node, count: 1, error }),
      resync: () => routes.resync(peer.node),
      posted: (next) => routes.mailboxesOf(peer.node)?.posted(next),
      handled: ({ done, held }) => routes.mailboxesOf(peer.node)?.handled(done, held),
      lost: (first, next) => routes.mailboxesOf(peer.node)?.lost(first, next),
      isAsking: () => routes.mailboxesOf(peer.node)?.isAsking ?? false,
      held: () => channels.heldOf(peer.node),
      ended(error) {
        if (connecting === peer) endedEarly = error;
        else drop(peer, error);
      },
    };
    const peer = createPeer(link, node, role, listener);
    peers.add(peer);
    return peer;
  }

  function greet(node: NodeAddress, peer: Peer): Route {
    const route = routes.connect(node, peer);
    for (const told of watchingKin) told(node, undefined);
    nodes.next({ type: 'up', node });
    return route;
  }

  function drop(peer: Peer, error: TroupeError): void {
    if (!peers.delete(peer)) return;
    joining.get(peer)?.reject(error);
    joining.delete(peer);
    introductions.drop(peer, error.details['orderly'] === true);
    routes.fail(peer.node, error);
    // nobody is left who could answer
    if (peer.role === 'parent') routes.failWaiting((node) => (closed ? closedError() : unknownError(bus.name, node)));
    for (const told of watchingKin) told(peer.node, { orderly: error.details['orderly'] === true, error });
    nodes.next({ type: 'down', node: peer.node, error });
  }

  function receive(peer: Peer, frame: RawFrame): void {
    if (closed) return;
    assertFrame(frame);
    if ('to' in frame) channels.receive(frame, peer.node);
    else if (frame.type === 'publish') publications.receive(frame, peer);
    else if (frame.type === 'hello') welcome(peer, frame);
    else introductions.take(frame, peer);
  }

  /** The node above greets first, and with that says who this node is. A node joins before anything here has been addressed. */
  function welcome(peer: Peer, frame: RawFrame): void {
    if (peer.role !== 'parent') return;
    routes.forget(address);
    address = frame['you'] as NodeAddress;
    peer.node = frame['node'] as NodeAddress;
    peer.push({ type: 'hello', version: PROTOCOL_VERSION, node: address, you: peer.node });
    for (const child of peers) if (child.role === 'child') introductions.announce(child.node);
    greet(peer.node, peer);
    joining.get(peer)?.resolve(frame['greeting']);
    joining.delete(peer);
  }
}

/** Above, before it has greeted. */
const UNKNOWN: NodeAddress = 'parent@unknown';

function leftError(node: NodeAddress): TroupeError {
  return new TroupeError(
    'ACTOR_DOWN',
    `The link to '${nameOf(node)}' has ended: its host was closed. Close it when all is done.`,
    {
      details: { node, orderly: true },
    },
  );
}

function unknownError(name: string, node: NodeAddress, orderly = false): TroupeError {
  return new TroupeError(
    'ACTOR_DOWN',
    `No way leads from '${name}' to '${node}': it has ended, or was never linked. Watch an actor there, and send only while it runs.`,
    {
      details: { node, orderly },
    },
  );
}
