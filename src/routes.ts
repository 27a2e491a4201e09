// The ways to other nodes. A route is asked for before there is a peer: frames wait in it until the peer is known or it is known that
// there is none. A route that went down stays down for those who hold it and is forgotten here, for an address never comes back.
import { addressOf, type NodeAddress } from './address.ts';
import type { DeadLetter } from './bus.ts';
import type { TroupeError } from './errors.ts';
import type { Fill, MailboxLimits } from './mailbox-limits.ts';
import { createMailboxes, targetsOf, type Mailboxes, type Origin } from './mailboxes.ts';
import { withSender } from './senders.ts';
import type { Peer } from './peer.ts';
import type { Outgoing } from './wire.ts';

/** The way to another node, or to this one. */
export interface Route {
  /** The node at its end. */
  readonly node: NodeAddress;
  /** Why nothing goes this way any more; undefined while it may. */
  readonly down: TroupeError | undefined;
  /**
   * Whether a frame is handled over there before `push` returns.
   *
   * @internal
   */
  readonly immediate: boolean;
  /**
   * Sends a frame after those pushed before. An event that finds its actor's mailbox full becomes a dead letter, and so do events once the node is
   * down, when other frames vanish.
   */
  push(frame: Outgoing): void;
  /**
   * The same, with a word of who sends it.
   *
   * @internal
   */
  push(frame: Outgoing, origin: Origin | undefined): void;
  /**
   * Sets the bounds of an actor's mailbox for what is sent from here, or the usual ones again.
   *
   * @internal
   */
  limit(to: string, limits: MailboxLimits | undefined): void;
  /**
   * What waits for an actor of what was sent from here; undefined if that is nothing.
   *
   * @internal
   */
  fillOf(to: string): Fill | undefined;
  /**
   * Runs `freed` whenever an actor's mailbox has got room, or the node is down, until the returned function is called.
   *
   * @internal
   */
  onFreed(to: string, freed: () => void): () => void;
  /**
   * Posts now what has been pushed; else that is done when the tick ends.
   *
   * @internal
   */
  flush(): void;
  /** Keeps the process alive for this node until the returned function is called. */
  hold(): () => void;
  /** Tells what happens to the node until the returned function is called; not of what has happened already. */
  watch(watcher: RouteWatcher): () => void;
}

/** Whoever must know what becomes of another node. */
export interface RouteWatcher {
  /** The node is gone, for this reason. Told once. */
  down(error: TroupeError): void;
  /** Frames were lost, either way: say again what must be known. */
  resync(): void;
}

export interface Routes {
  /** The route to a node; `missing` is called for one that is new. */
  to(node: NodeAddress): Route;
  /** The peer that a route leads to, if it is known. */
  peerOf(node: NodeAddress): Peer | undefined;
  /** The mailboxes of the actors on a node, if it is known. */
  mailboxesOf(node: NodeAddress): Mailboxes | undefined;
  /** Says which peer a route leads to. */
  connect(node: NodeAddress, peer: Peer): Route;
  /** Says that a route leads nowhere any more. */
  fail(node: NodeAddress, error: TroupeError): void;
  /** Says that no peer will come for the routes that wait for one. */
  failWaiting(errorOf: (node: NodeAddress) => TroupeError): void;
  resync(node: NodeAddress): void;
  forget(node: NodeAddress): void;
  /** Runs `proceed` when no frame waits for a way; at once if none does. */
  afterWaiting(proceed: () => void): void;
}

interface RouteState {
  readonly route: Route;
  readonly waiting: Outgoing[];
  readonly watchers: Set<RouteWatcher>;
  /** Holds on a peer that is still to come. */
  readonly holds: Set<{ release(): void }>;
  readonly mailboxes: Mailboxes;
  peer: Peer | undefined;
  down: TroupeError | undefined;
}

export function createRoutes(missing: (node: NodeAddress) => void, bury: (letter: DeadLetter) => void): Routes {
  const states = new Map<NodeAddress, RouteState>();
  const stateOf = (node: NodeAddress): RouteState => {
    let state = states.get(node);
    if (!state) states.set(node, (state = createRoute(node, bury)));
    return state;
  };
  const fail = (node: NodeAddress, error: TroupeError): void => {
    const state = states.get(node);
    if (!state) return;
    states.delete(node);
    state.peer = undefined;
    state.down = error;
    // what waited is noted in the mailboxes, too
    state.waiting.length = 0;
    state.mailboxes.end(error);
    for (const watcher of [...state.watchers]) watcher.down(error);
    state.watchers.clear();
    proceedIfNoneWaits();
  };
  let patient: (() => void)[] = [];
  const someWait = () => [...states.values()].some(({ waiting }) => waiting.length > 0);
  const proceedIfNoneWaits = () => {
    if (patient.length === 0 || someWait()) return;
    const proceeding = patient;
    patient = [];
    for (const proceed of proceeding) proceed();
  };
  return {
    afterWaiting(proceed) {
      if (someWait()) patient.push(proceed);
      else proceed();
    },
    to(node) {
      const isNew = !states.has(node);
      const { route } = stateOf(node);
      if (isNew) missing(node);
      return route;
    },
    peerOf: (node) => states.get(node)?.peer,
    mailboxesOf: (node) => states.get(node)?.mailboxes,
    connect(node, peer) {
      const state = stateOf(node);
      state.peer = peer;
      for (const frame of state.waiting.splice(0)) peer.push(frame);
      for (const hold of state.holds) hold.release = peer.hold();
      state.holds.clear();
      proceedIfNoneWaits();
      return state.route;
    },
    fail,
    failWaiting(errorOf) {
      for (const [node, state] of [...states]) if (!state.peer) fail(node, errorOf(node));
    },
    resync(node) {
      for (const watcher of [...(states.get(node)?.watchers ?? [])]) watcher.resync();
    },
    forget: (node) => void states.delete(node),
  };
}

function createRoute(node: NodeAddress, bury: (letter: DeadLetter) => void): RouteState {
  const post = (frame: Outgoing): void => {
    if (state.peer) state.peer.push(frame);
    else state.waiting.push(frame);
  };
  const mailboxes = createMailboxes(node, { post, bury });
  const state: RouteState = {
    mailboxes,
    waiting: [],
    watchers: new Set(),
    holds: new Set(),
    peer: undefined,
    down: undefined,
    route: {
      node,
      get down() {
        return state.down;
      },
      get immediate() {
        return state.peer?.immediate ?? false;
      },
      push(frame: Outgoing, origin?: Origin) {
        if (state.down) refuse(node, frame, state.down, origin, bury);
        else mailboxes.push(frame, origin);
      },
      limit: mailboxes.limit,
      fillOf: mailboxes.fillOf,
      onFreed(to, freed) {
        state.peer?.askSoon();
        return mailboxes.onFreed(to, freed);
      },
      flush: () => state.peer?.flush(),
      hold() {
        if (state.peer) return state.peer.hold();
        const hold = { release: () => void state.holds.delete(hold) };
        if (!state.down) state.holds.add(hold);
        return () => hold.release();
      },
      watch(watcher) {
        state.watchers.add(watcher);
        return () => state.watchers.delete(watcher);
      },
    },
  };
  return state;
}

function refuse(
  node: NodeAddress,
  frame: Outgoing,
  error: TroupeError,
  origin: Origin | undefined,
  bury: (letter: DeadLetter) => void,
): void {
  for (const to of targetsOf(frame))
    bury({ reason: 'unreachable', target: addressOf(node, to), count: 1, ...withSender(origin?.sender), error });
}
