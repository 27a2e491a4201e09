// Which names are known, and the shared memory that each stands for: the same in every thread that was given the directory, at any
// moment. A thread that was given none has one of its own. Names live until they are unlinked or their owner is released; memory
// lives while anyone holds it. Nothing here reaches another process.
import { TroupeError } from '../errors.ts';
import { createLedger, joinLedger } from './ledger.ts';
import type { Ledger, LedgerShare, Replica } from './ledger.ts';
import { freeOfTheDead } from './lock-word.ts';

/** What a name stands for. */
export interface Block {
  /** No other block of the directory has it, not even a later one of the same name. */
  readonly id: bigint;
  readonly directory: string;
  readonly name: string;
  readonly kind: 'cell' | 'segment' | 'lock';
  readonly buffer: SharedArrayBuffer;
}

/** The directory for one new thread: plain data, shared memory, and `ports` that belong in the transfer list. */
export interface DirectoryShare extends LedgerShare<State> {
  readonly owners: readonly string[];
  /** The number that the thread has among all of the directory, never given to another. */
  readonly number: number;
}

/** This thread among those of its directory, as a lock knows them: by number. */
export interface Membership {
  readonly directory: string;
  readonly number: number;
  /** Whether a thread has not ended; asked after its number was read in shared memory, the answer is not older than that. */
  isAlive(number: number): boolean;
  /** What is called, soon, after threads have ended; whoever adds to it takes away. */
  readonly whenEnded: Set<() => void>;
}

/**
 * The directory for a thread that is about to be started, whose names will belong to `owner`.
 *
 * @remarks
 * To be posted to that one thread, once, with its `ports` in the transfer list; if the thread cannot be started, close them. From now
 * on all that happens to names waits there for the thread. `owner` must be a token that no other thread has; an actor host takes its
 * node's address.
 */
export function shareDirectory(owner: string): DirectoryShare {
  const { ledger, owners, threads } = current();
  const given = [...owners, owner];
  let number = 0;
  ledger.commit(() => {
    number = threads.last + 1;
    return { type: 'joined', number, owners: given };
  });
  return { ...ledger.share(), owners: given, number };
}

/**
 * Makes this thread part of the directory that it was sent: from now on `openCell` here finds every name that exists.
 *
 * @remarks
 * To be called before any module of the user's is imported. It waits for nobody. Throws `INVALID_ARGUMENT` if this thread has made
 * names already.
 */
export function adoptDirectory(share: DirectoryShare): void {
  if (here !== undefined && here.entries.size > 0) {
    throw new TroupeError(
      'INVALID_ARGUMENT',
      `Cannot join this thread to the cells of the thread that started it: it made ${listed(here.entries.keys())} already. ` +
        'Make cells later than that, not in a module that is preloaded into threads.',
    );
  }
  here = openDirectory((replica) => joinLedger(replica, share), share.owners, share.number);
}

/**
 * Unlinks every name that `owner`, or a thread started by it, has left, and gives those names, oldest first; frees the locks that
 * they held.
 *
 * @remarks
 * To be called when that thread has ended, and with it those that it started. Handles that others hold go on working.
 */
export function releaseOwned(owner: string): readonly string[] {
  const { ledger, entries, threads, membership } = current();
  const isOf = (owners: readonly string[]) => owners.includes(owner);
  ledger.commit(() => ([...threads.owners.values()].some(isOf) ? { type: 'ended', owner } : undefined), { wake: true });
  // Those who wait on a lock without a name see to it themselves; a blocked one needs to be woken.
  for (const { kind, buffer } of entries.values()) if (kind === 'lock') freeOfTheDead(buffer, membership.isAlive);
  return [...entries.values()]
    .filter((entry) => isOf(entry.owners) && forget({ ...entry, directory: ledger.token }))
    .map((entry) => entry.name);
}

/** Makes a name known everywhere, or fails because it is: of several threads that try at once, one succeeds. */
export function register(kind: Block['kind'], name: string, buffer: SharedArrayBuffer): Block {
  const { ledger, entries, owners } = current();
  const id = ledger.commit(() => {
    const there = entries.get(name);
    if (there !== undefined) throw alreadyThere(kind, name, there.kind);
    return { type: 'created', entry: { kind, name, buffer, owners } };
  });
  // Not looked up again: another thread may have unlinked it by now. `decide` gave a change, so there is an id.
  return { id: id as bigint, directory: ledger.token, kind, name, buffer };
}

/** What a name stands for at this moment; a segment may be what is under a cell. */
export function lookUp(kind: Block['kind'], name: string): Block {
  const { ledger, entries } = current();
  ledger.advance();
  const there = entries.get(name);
  if (there === undefined) throw unknown(kind, name, entries);
  if (kind !== there.kind && (kind !== 'segment' || there.kind !== 'cell')) throw another(kind, name, there.kind);
  const { id, buffer } = there;
  return { id, directory: ledger.token, kind: there.kind, name, buffer };
}

/** All cells that are known at this moment: their ids, names and memory. */
export function listCells(): readonly Pick<Block, 'id' | 'name' | 'buffer'>[] {
  // a thread that knows of none begins no directory for the question
  if (here === undefined) return [];
  here.ledger.advance();
  return [...here.entries.values()].filter(({ kind }) => kind === 'cell');
}

/** Makes a name unknown everywhere; false if this block's name was forgotten already. */
export function forget(block: Pick<Block, 'id' | 'name' | 'directory'>): boolean {
  const { ledger, entries } = current();
  if (block.directory !== ledger.token) throw elsewhere('unlink', block.name);
  const { id, name } = block;
  const forgotten = ledger.commit(() => (entries.get(name)?.id === id ? { type: 'forgotten', name } : undefined), {
    wake: true,
  });
  return forgotten !== undefined;
}

/** This thread in the directory that a block is of; throws `NO_SUCH_CELL` if it is not part of that. */
export function membershipIn({ directory, name }: Pick<Block, 'directory' | 'name'>): Membership {
  const { membership } = current();
  if (membership.directory !== directory) throw elsewhere('use', name);
  return membership;
}

export function opener(kind: Block['kind']): string {
  return { cell: 'openCell', segment: 'openSegment', lock: 'openLock' }[kind];
}

interface Entry extends Omit<Block, 'directory'> {
  /** The threads whose end releases the name: its maker, and those that started it. */
  readonly owners: readonly string[];
}

type Change =
  | { readonly type: 'created'; readonly entry: Omit<Entry, 'id'> }
  | { readonly type: 'forgotten'; readonly name: string }
  | { readonly type: 'joined'; readonly number: number; readonly owners: readonly string[] }
  | { readonly type: 'ended'; readonly owner: string };

interface State {
  readonly entries: readonly Entry[];
  readonly threads: Threads;
}

/** The threads that have not ended, by number, and whose end is theirs too: their own, and those of the threads that started them. */
interface Threads {
  last: number;
  readonly owners: Map<number, readonly string[]>;
}

interface Directory {
  readonly ledger: Ledger<Change, State>;
  readonly entries: ReadonlyMap<string, Entry>;
  readonly threads: Readonly<Threads>;
  readonly owners: readonly string[];
  readonly membership: Membership;
}

let here: Directory | undefined;

function current(): Directory {
  return (here ??= openDirectory(createLedger, [], FIRST));
}

/** The number of the thread that began the directory. */
const FIRST = 1;

function openDirectory(
  open: (replica: Replica<Change, State>) => Ledger<Change, State>,
  owners: readonly string[],
  number: number,
): Directory {
  const entries = new Map<string, Entry>();
  const threads: Threads = { last: FIRST, owners: new Map([[FIRST, []]]) };
  const whenEnded = new Set<() => void>();
  const ledger = open({
    apply(change, id) {
      if (change.type === 'created') entries.set(change.entry.name, { ...change.entry, id });
      else if (change.type === 'forgotten') entries.delete(change.name);
      else if (change.type === 'joined') {
        threads.last = change.number;
        threads.owners.set(change.number, change.owners);
      } else {
        for (const [each, of] of threads.owners) if (of.includes(change.owner)) threads.owners.delete(each);
        // not now, for whoever has made this thread read the change may be in the midst of something
        for (const call of whenEnded) queueMicrotask(call);
      }
    },
    state: () => ({ entries: [...entries.values()], threads }),
    restore(state) {
      entries.clear();
      for (const entry of state.entries) entries.set(entry.name, entry);
      threads.last = state.threads.last;
      threads.owners.clear();
      for (const [each, of] of state.threads.owners) threads.owners.set(each, of);
    },
  });
  const isAlive = (each: number): boolean => {
    // A thread is entered before it is started, so whatever has been read of it was written after that.
    ledger.advance();
    return threads.owners.has(each);
  };
  const membership = { directory: ledger.token, number, isAlive, whenEnded };
  return { ledger, entries, threads, owners, membership };
}

function alreadyThere(kind: Block['kind'], name: string, there: Block['kind']): TroupeError {
  return new TroupeError(
    'CELL_EXISTS',
    `Cannot create ${kind} '${name}': the name is taken. Open it with ${opener(there)}('${name}'), or unlink it first.`,
    { details: { name } },
  );
}

function unknown(kind: Block['kind'], name: string, entries: ReadonlyMap<string, Entry>): TroupeError {
  const known = [...entries.keys()];
  return new TroupeError(
    'NO_SUCH_CELL',
    `Cannot open ${kind} '${name}': no thread that shares memory with this one has made it, or it was unlinked. ` +
      `Known: ${listed(known)}. Make it first; shared memory does not reach other processes.`,
    { details: { name, known: known.slice(0, listedAtMost) } },
  );
}

function another(kind: Block['kind'], name: string, there: Block['kind']): TroupeError {
  return new TroupeError(
    'NO_SUCH_CELL',
    `Cannot open ${kind} '${name}': that name is a ${there}. Open it with ${opener(there)}('${name}').`,
    { details: { name } },
  );
}

function elsewhere(verb: 'unlink' | 'use', name: string): TroupeError {
  const mend = verb === 'unlink' ? 'Unlink it where it was made.' : 'Start this thread with troupe, by one of those.';
  return new TroupeError(
    'NO_SUCH_CELL',
    `Cannot ${verb} '${name}' in this thread: it belongs to the names of threads that this one is not part of. ${mend}`,
    { details: { name } },
  );
}

const listedAtMost = 20;

function listed(names: Iterable<string>): string {
  const all = [...names];
  if (all.length === 0) return 'no name at all';
  const shown = all.slice(0, listedAtMost).map((name) => `'${name}'`);
  const more = all.length - shown.length;
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
}
