// How two nodes that have a node above in common get a port of their own: when one first writes to the other it asks the node above it, which
// makes a channel and gives each an end. Frames wait for the port, so no frame ever changes its road and their order holds. Whichever of
// the two asks first, the same node on the way between them answers, so that they get one channel only.
import type { MessagePort } from 'node:worker_threads';
import type { NodeAddress } from './address.ts';
import type { Peer } from './peer.ts';
import { surroundings } from './surroundings.ts';
import type { RawFrame } from './wire.ts';

const REMEMBERED = 1024;

export interface Neighbourhood {
  readonly address: NodeAddress;
  readonly parent: Peer | undefined;
  readonly children: readonly Peer[];
  /** The peer of a node that is linked with this one. */
  peerOf(node: NodeAddress): Peer | undefined;
  /** A port to a node has come. */
  meet(node: NodeAddress, port: MessagePort): void;
  /** A node that is linked with one below has come or gone. */
  changed(node: NodeAddress, gone: { readonly orderly: boolean } | undefined): void;
  /** No way leads to a node; `orderly` if it is known to have ended in order. */
  isUnknown(node: NodeAddress, orderly: boolean): void;
}

export interface Introductions {
  /** Asks for a port to a node. */
  askFor(node: NodeAddress): void;
  /** Takes a frame about introductions from a peer; false if it is about something else. */
  take(frame: RawFrame, from: Peer): boolean;
  /** Tells the nodes above that a child has come. */
  announce(node: NodeAddress): void;
  /** The nodes below those that are linked with this one. */
  descendants(): Iterable<NodeAddress>;
  /** A peer is gone, in order or not, and with it all that is below it. */
  drop(peer: Peer, orderly: boolean): void;
}

export function createIntroductions(here: Neighbourhood): Introductions {
  /** Nodes below a child of this one, and the child that leads there. */
  const descendants = new Map<NodeAddress, Peer>();
  /** Pairs that have got their channel, so that two who ask at once get only one. */
  const introduced = new Map<NodeAddress, Set<NodeAddress>>();
  /** Nodes that were below this one and are gone, and whether in order: of those no news will come. */
  const left = new Map<NodeAddress, boolean>();
  /** What the nodes above were asked for one below, until they answer: nobody else would, if the way to them ends. */
  const asked = new Map<NodeAddress, Set<NodeAddress>>();
  const rollCall = createRollCall(() => here.children);

  /** The way up or down the tree; never by a neighbour, or two nodes that ask at once would have two who answer. */
  const towards = (node: NodeAddress): Peer | undefined => {
    const peer = here.peerOf(node);
    return peer?.role === 'child' || peer?.role === 'parent' ? peer : descendants.get(node);
  };

  /** `isSettled`: it came back down, for the other is below this one, or was. */
  const introduce = (node: NodeAddress, from: NodeAddress, isSettled: boolean): void => {
    if (from === here.address) {
      // it asked before it was told of the other
      const via = descendants.get(node);
      if (via) via.push({ type: 'introduce', node, from });
      else here.isUnknown(node, isOrderly(node));
    } else if (isSettled || towards(node) || left.has(node)) answer(node, from);
    else if (here.parent) {
      note(asked, from, node);
      here.parent.push({ type: 'introduce', node, from });
    }
    // it may have joined below, and the news be on its way
    else rollCall.begin(() => answer(node, from));
  };
  const answer = (node: NodeAddress, from: NodeAddress): void => {
    const there = towards(node);
    const back = towards(from);
    asked.get(from)?.delete(node);
    // the node that both are below introduces them, or they might get two channels; it knows by now
    if (there && there === back) there.push({ type: 'introduce', node, from });
    else if (!there || !back || introduced.get(node)?.has(from)) {
      // there is no way, or they have their port already and ignore this answer
      if (from === here.address) here.isUnknown(node, isOrderly(node));
      else back?.push({ type: 'introduction', for: from, node, orderly: isOrderly(node) });
    } else {
      note(introduced, node, from);
      note(introduced, from, node);
      const { port1, port2 } = surroundings().createChannel();
      there.push({ type: 'introduction', for: node, node: from, port: port1 }, [port1]);
      back.push({ type: 'introduction', for: from, node, port: port2 }, [port2]);
    }
  };
  const isOrderly = (node: NodeAddress): boolean => left.get(node) === true;
  const forget = (node: NodeAddress, orderly: boolean): void => {
    for (const other of introduced.get(node) ?? []) introduced.get(other)?.delete(node);
    introduced.delete(node);
    asked.delete(node);
    // what the nodes between have told of its end holds, when its own port closes later without a word
    left.set(node, orderly || isOrderly(node));
    for (const oldest of left.keys()) {
      if (left.size <= REMEMBERED) break;
      left.delete(oldest);
    }
  };
  const pass = (frame: Introduction): void => {
    const { node, port } = frame;
    if (frame.for !== here.address) {
      asked.get(frame.for)?.delete(node);
      const via = towards(frame.for);
      if (via)
        via.push(
          { type: 'introduction', for: frame.for, node, ...(port ? { port } : { orderly: frame.orderly === true }) },
          port && [port],
        );
      // the other end learns by this that nobody is there
      else port?.close();
    } else if (port) here.meet(node, port);
    else here.isUnknown(node, frame.orderly === true);
  };
  const announce = (node: NodeAddress) => here.parent?.push({ type: 'joined', node });

  const askFor = (node: NodeAddress): void => {
    const via = descendants.get(node) ?? here.parent;
    if (via) via.push({ type: 'introduce', node, from: here.address });
    else if (left.has(node)) here.isUnknown(node, isOrderly(node));
    else
      rollCall.begin(() => {
        const found = descendants.get(node);
        if (found) found.push({ type: 'introduce', node, from: here.address });
        else here.isUnknown(node, isOrderly(node));
      });
  };

  return {
    askFor,
    take(frame, from) {
      const node = frame['node'] as NodeAddress;
      switch (frame.type) {
        case 'joined':
          descendants.set(node, from);
          announce(node);
          here.changed(node, undefined);
          return true;
        case 'left':
          descendants.delete(node);
          forget(node, frame['orderly'] === true);
          here.changed(node, { orderly: isOrderly(node) });
          // whoever was asked for a way there may be gone, too
          here.isUnknown(node, isOrderly(node));
          here.parent?.push({ type: 'left', node, orderly: isOrderly(node) });
          return true;
        case 'introduce':
          introduce(node, frame['from'] as NodeAddress, from.role === 'parent');
          return true;
        case 'roll-call':
          rollCall.begin(() => from.push({ type: 'all-told', call: frame['call'] as string }));
          return true;
        case 'all-told':
          rollCall.hear(frame['call'] as string, from);
          return true;
        case 'introduction':
          pass(frame as unknown as Introduction);
          return true;
        default:
          return false;
      }
    },
    announce,
    descendants: () => descendants.keys(),
    drop(peer, orderly) {
      const gone = [...descendants].filter(([, via]) => via === peer).map(([node]) => node);
      // a neighbour may be below as well, and of its end there the nodes between tell
      for (const node of gone) descendants.delete(node);
      for (const node of [...gone, peer.node]) {
        forget(node, orderly);
        if (node !== peer.node) here.changed(node, { orderly });
        if (peer.role === 'child') here.parent?.push({ type: 'left', node, orderly });
      }
      rollCall.drop(peer);
      if (peer.role === 'parent') {
        for (const [from, wanted] of asked)
          for (const node of wanted) towards(from)?.push({ type: 'introduction', for: from, node, orderly: false });
        asked.clear();
      }
      // whoever was to answer for them is gone
      for (const node of gone) here.isUnknown(node, orderly);
    },
  };
}

function note<T>(sets: Map<T, Set<T>>, one: T, other: T): void {
  const known = sets.get(one);
  if (known) known.add(other);
  else sets.set(one, new Set([other]));
}

interface RollCall {
  /** Runs `proceed` when all that the nodes below had told so far has arrived; at once if there are none. */
  begin(proceed: () => void): void;
  hear(call: string, from: Peer): void;
  drop(peer: Peer): void;
}

/** Asks the nodes below, which ask those below them, to answer: behind their answer nothing older can be on its way. */
function createRollCall(children: () => readonly Peer[]): RollCall {
  let calls = 0;
  const open = new Map<string, { readonly missing: Set<Peer>; readonly proceed: () => void }>();
  const settle = (call: string, peer: Peer): void => {
    const found = open.get(call);
    if (!found?.missing.delete(peer) || found.missing.size > 0) return;
    open.delete(call);
    found.proceed();
  };
  return {
    begin(proceed) {
      const missing = new Set(children());
      if (missing.size === 0) {
        proceed();
        return;
      }
      const call = String((calls += 1));
      open.set(call, { missing, proceed });
      for (const peer of missing) peer.push({ type: 'roll-call', call });
    },
    hear: settle,
    drop(peer) {
      for (const call of [...open.keys()]) settle(call, peer);
    },
  };
}

/** What the node above answers; without a port it knows no way. */
interface Introduction {
  readonly for: NodeAddress;
  readonly node: NodeAddress;
  readonly port?: MessagePort;
  readonly orderly?: boolean;
}
