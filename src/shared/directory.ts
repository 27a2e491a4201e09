// Which names are known, and the shared memory that each stands for: the same in every thread that was given the directory, at any
// moment. A thread that was given none has one of its own. Names live until they are unlinked or their owner is released; memory
// lives while anyone holds it. Nothing here reaches another process.
import { TroupeError } from '../errors.ts';
import { createLedger, joinLedger } from './ledger.ts';
import type { Ledger, LedgerShare } from './ledger.ts';

/** What a name stands for. */
export interface Block {
  /** No other block of the directory has it, not even a later one of the same name. */
  readonly id: bigint;
  readonly directory: string;
  readonly name: string;
  readonly kind: 'cell' | 'segment';
  readonly buffer: SharedArrayBuffer;
}

/** The directory for one new thread: plain data, shared memory, and `ports` that belong in the transfer list. */
export interface DirectoryShare extends LedgerShare<readonly Entry[]> {
  readonly owners: readonly string[];
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
  const { ledger, owners } = current();
  return { ...ledger.share(), owners: [...owners, owner] };
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
  const entries = new Map<string, Entry>();
  here = { ledger: joinLedger(replicaOf(entries), share), entries, owners: share.owners };
}

/**
 * Unlinks every name that `owner`, or a thread started by it, has left, and gives those names, oldest first.
 *
 * @remarks
 * To be called when that thread has ended. Handles that others hold go on working.
 */
export function releaseOwned(owner: string): readonly string[] {
  const { ledger, entries } = current();
  ledger.advance();
  return [...entries.values()]
    .filter((entry) => entry.owners.includes(owner) && forget({ ...entry, directory: ledger.token }))
    .map((entry) => entry.name);
}

/** Makes a name known everywhere, or fails because it is: of several threads that try at once, one succeeds. */
export function register(kind: Block['kind'], name: string, buffer: SharedArrayBuffer): Block {
  const { ledger, entries, owners } = current();
  const id = ledger.commit(() => {
    if (entries.has(name)) throw alreadyThere(kind, name);
    return { type: 'created', entry: { kind, name, buffer, owners } };
  });
  // Not looked up again: another thread may have unlinked it by now. `decide` gave a change, so there is an id.
  return { id: id as bigint, directory: ledger.token, kind, name, buffer };
}

/** What a name stands for at this moment. */
export function lookUp(kind: Block['kind'], name: string): Block {
  const { ledger, entries } = current();
  ledger.advance();
  const there = entries.get(name);
  if (there === undefined) throw unknown(kind, name, entries);
  if (kind === 'cell' && there.kind !== 'cell') throw notACell(name);
  const { id, buffer } = there;
  return { id, directory: ledger.token, kind: there.kind, name, buffer };
}

/** Makes a name unknown everywhere; false if this block's name was forgotten already. */
export function forget(block: Pick<Block, 'id' | 'name' | 'directory'>): boolean {
  const { ledger, entries } = current();
  if (block.directory !== ledger.token) throw elsewhere(block.name);
  const { id, name } = block;
  const forgotten = ledger.commit(() => (entries.get(name)?.id === id ? { type: 'forgotten', name } : undefined), {
    wake: true,
  });
  return forgotten !== undefined;
}

interface Entry extends Omit<Block, 'directory'> {
  /** The threads whose end releases the name: its maker, and those that started it. */
  readonly owners: readonly string[];
}

type Change =
  | { readonly type: 'created'; readonly entry: Omit<Entry, 'id'> }
  | { readonly type: 'forgotten'; readonly name: string };

interface Directory {
  readonly ledger: Ledger<Change, readonly Entry[]>;
  readonly entries: ReadonlyMap<string, Entry>;
  readonly owners: readonly string[];
}

let here: Directory | undefined;

function current(): Directory {
  if (here === undefined) {
    const entries = new Map<string, Entry>();
    here = { ledger: createLedger(replicaOf(entries)), entries, owners: [] };
  }
  return here;
}

function replicaOf(entries: Map<string, Entry>) {
  return {
    apply(change: Change, id: bigint): void {
      if (change.type === 'created') entries.set(change.entry.name, { ...change.entry, id });
      else entries.delete(change.name);
    },
    state: (): readonly Entry[] => [...entries.values()],
    restore(state: readonly Entry[]): void {
      entries.clear();
      for (const entry of state) entries.set(entry.name, entry);
    },
  };
}

function alreadyThere(kind: Block['kind'], name: string): TroupeError {
  return new TroupeError(
    'CELL_EXISTS',
    `Cannot create ${kind} '${name}': the name is taken. Open it with ${opener(kind)}('${name}'), or unlink it first.`,
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

function notACell(name: string): TroupeError {
  return new TroupeError(
    'NO_SUCH_CELL',
    `Cannot open cell '${name}': that name is a segment. Open it with openSegment('${name}').`,
    { details: { name } },
  );
}

function elsewhere(name: string): TroupeError {
  return new TroupeError(
    'NO_SUCH_CELL',
    `Cannot unlink '${name}' in this thread: it belongs to the names of threads that this one is not part of. ` +
      'Unlink it where it was made.',
    { details: { name } },
  );
}

function opener(kind: Block['kind']): string {
  return kind === 'cell' ? 'openCell' : 'openSegment';
}

const listedAtMost = 20;

function listed(names: Iterable<string>): string {
  const all = [...names];
  if (all.length === 0) return 'no name at all';
  const shown = all.slice(0, listedAtMost).map((name) => `'${name}'`);
  const more = all.length - shown.length;
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
}
