// One order of changes that all threads of a ledger agree on, without a lock: shared memory holds a single word, the id of the
// latest change; the changes themselves travel on ports, one between each two threads. A change is posted first and becomes true
// only when its thread swaps the word from the change it builds on to itself; who loses the swap catches up and decides again. So
// whoever reads the word finds every change up to it waiting in its ports, and a thread that is terminated at any point holds up
// nobody. A new thread's ports are made, and known to the others, before it starts: it needs nobody's event loop to join.
// Not for thousands of changes a second: nobody is promised a turn, and changes wait in the ports of threads that are blocked.
import type { MessagePort } from 'node:worker_threads';
import { createIncarnation } from '../address.ts';
import { TroupeError } from '../errors.ts';
import { workerThreads } from '../platform.ts';

/** What the changes are about: every thread of the ledger has one, and all are alike after the same change. */
export interface Replica<TChange, TState> {
  apply(change: TChange, id: bigint): void;
  state(): TState;
  restore(state: TState): void;
}

/** What one new thread needs to join, to be posted to it once, with `ports` in the transfer list. */
export interface LedgerShare<TState> {
  readonly token: string;
  readonly words: BigInt64Array;
  readonly head: bigint;
  readonly state: TState;
  readonly ports: readonly MessagePort[];
}

export interface Ledger<TChange, TState> {
  /** The same in all threads of the ledger, and in no other. */
  readonly token: string;
  /** Applies all that was committed anywhere before this call. One atomic read when there is nothing new. */
  advance(): void;
  /** Commits what `decide` makes of the latest state and gives its id; `decide` may run more than once, and `undefined` commits nothing. */
  commit(decide: () => TChange | undefined, options?: { readonly wake: boolean }): bigint | undefined;
  share(): LedgerShare<TState>;
}

/** A ledger of this thread alone, until it is shared. */
export function createLedger<TChange, TState>(replica: Replica<TChange, TState>): Ledger<TChange, TState> {
  const words = new BigInt64Array(new SharedArrayBuffer(2 * BigInt64Array.BYTES_PER_ELEMENT));
  return openLedger(replica, { token: createIncarnation(), words, head: 0n, ports: [] });
}

/** Joins the ledger of other threads; all that was committed since the share was made is waiting in its ports. */
export function joinLedger<TChange, TState>(
  replica: Replica<TChange, TState>,
  share: LedgerShare<TState>,
): Ledger<TChange, TState> {
  replica.restore(share.state);
  return openLedger(replica, share);
}

type Message<TChange> =
  | { readonly type: 'proposal'; readonly id: bigint; readonly base: bigint; readonly change: TChange | undefined }
  | { readonly type: 'committed' }
  | { readonly type: 'peer'; readonly port: MessagePort };
type Proposal<TChange> = Extract<Message<TChange>, { type: 'proposal' }>;

const headWord = 0;
const lastIdWord = 1;

function openLedger<TChange, TState>(
  replica: Replica<TChange, TState>,
  { token, words, head: start, ports }: Omit<LedgerShare<TState>, 'state'>,
): Ledger<TChange, TState> {
  const peers = new Set<MessagePort>();
  const pending = new Map<bigint, Proposal<TChange>>();
  let applied = start;
  for (const port of ports) listen(port);

  function advance(): void {
    const head = Atomics.load(words, headWord);
    if (head === applied) return;
    // A port that comes in while these are read is read as well, for a set goes on to what is added to it.
    for (const port of peers) drain(port);
    const path: Proposal<TChange>[] = [];
    for (let id = head; id !== applied;) {
      const proposal = pending.get(id);
      if (proposal === undefined) throw missing();
      path.push(proposal);
      id = proposal.base;
    }
    for (const { change, id } of path.toReversed()) if (change !== undefined) replica.apply(change, id);
    applied = head;
    // Ids only grow, so what builds on anything before the head has been applied or has lost for ever.
    for (const { id, base } of pending.values()) if (base < head) pending.delete(id);
  }

  function propose(change: TChange | undefined): bigint | undefined {
    const id = Atomics.add(words, lastIdWord, 1n) + 1n;
    const proposal = { type: 'proposal', id, base: applied, change } as const;
    pending.set(id, proposal);
    post(proposal); // before the swap: from then on others look for it
    return Atomics.compareExchange(words, headWord, proposal.base, id) === proposal.base ? id : undefined;
  }

  function commit(decide: () => TChange | undefined, { wake } = { wake: false }): bigint | undefined {
    for (;;) {
      advance();
      const change = decide();
      if (change === undefined) return undefined;
      const id = propose(change);
      if (id === undefined) continue;
      advance();
      if (wake) post({ type: 'committed' }); // idle threads may have read the proposal before it was true
      return id;
    }
  }

  /**
   * Gives each member a port to the new thread, then commits an empty change. Whoever builds on that has read its port, which comes
   * before it on the same way; whatever was posted earlier, and is not true by now, can never become so.
   */
  function share(): LedgerShare<TState> {
    const inbox: MessagePort[] = [];
    const connected = new Set<MessagePort>();
    const connect = (): MessagePort | undefined => {
      if (workerThreads === undefined) return undefined;
      const { port1, port2 } = new workerThreads.MessageChannel();
      inbox.push(port2);
      return port1;
    };
    do {
      advance();
      for (const peer of peers) {
        if (connected.has(peer)) continue;
        connected.add(peer);
        const port = connect();
        if (port !== undefined) peer.postMessage({ type: 'peer', port } satisfies Message<TChange>, [port]);
      }
    } while (propose(undefined) === undefined);
    advance();
    const own = connect();
    if (own !== undefined) listen(own);
    return { token, words, head: applied, state: replica.state(), ports: inbox };
  }

  function accept(message: Message<TChange>): void {
    if (message.type === 'proposal' && message.base >= applied) pending.set(message.id, message);
    if (message.type === 'peer') listen(message.port);
  }

  function drain(port: MessagePort): void {
    if (workerThreads === undefined) return;
    for (let next = workerThreads.receiveMessageOnPort(port); next !== undefined;) {
      accept(next.message as Message<TChange>);
      next = workerThreads.receiveMessageOnPort(port);
    }
  }

  /** A port keeps no thread alive, and goes when the thread at its other end does. */
  function listen(port: MessagePort): void {
    peers.add(port);
    port.on('message', (message: Message<TChange>) => {
      accept(message);
      advance();
    });
    port.once('close', () => peers.delete(port));
    port.unref();
  }

  function post(message: Message<TChange>): void {
    for (const port of peers) port.postMessage(message);
  }

  return { token, advance, commit, share };
}

function missing(): TroupeError {
  return new TroupeError(
    'BAD_FRAME',
    'Cannot read the names of cells in this thread: an announcement is missing. The directory that a thread is given serves ' +
      'that one thread, once: share it anew for each, with its ports in the transfer list.',
  );
}
