// Who plays: the actors that were told of while somebody looks, each by one key wherever it is seen from. An actor elsewhere is seen as a mirror, as a stand-in that
// its host's records speak of, or as a ref that an event brought; all of them are one actor.
import type { AnyActorRef } from 'xstate';
import { localIdOf, nodeOf, type Address, type NodeAddress } from '../address.ts';
import type { Bus } from '../bus.ts';
import { toldOf } from '../inspected-refs.ts';
import { mirrorOf } from '../mirror.ts';
import { refsOf } from '../refs.ts';
import { parentOf, statusOf } from '../xstate.ts';
import { driverOf } from './machines.ts';
import { createInbox, type Inbox } from './pairing.ts';
import type { InspectorRecord, TakenTransition } from './records.ts';

type RecordOf<TType extends InspectorRecord['type']> = Extract<InspectorRecord, { readonly type: TType }>;
type Writable<T> = { -readonly [TKey in keyof T]: T[TKey] };

export interface Entry {
  readonly key: string;
  ref: AnyActorRef;
  /** What was told of it last. */
  told: Writable<RecordOf<'actor'>>;
  readonly inbox: Inbox;
  /** What it did in the step that it takes. */
  transitions: TakenTransition[];
  actions: string[];
  /** What its own node had told of it, and the way to it, when it was told of. */
  about: object | undefined;
  line: object | undefined;
  /** When its last step was over. */
  lastDone: number;
  /** What this node had sent before somebody looked, and what is not known to be taken. */
  early: number;
  isEnded: boolean;
  /** Of how it ends is told by its system. */
  isInside: boolean;
  /** Where it is, and was in former lives. */
  readonly addresses: Address[];
  /** Ends what waits for something of it. */
  readonly release: (() => void)[];
}

export interface Cast {
  /** The entry of an actor; it is told of if it is new. */
  enter(ref: AnyActorRef, node: NodeAddress, at: number, isBeginning?: boolean): Entry;
  /** Looks at it once more, and tells of it again if something has changed. */
  refresh(entry: Entry, at: number, node?: NodeAddress): void;
  /** The entry of an actor that is known by an address, or was. */
  at(address: Address): Entry | undefined;
  byKey(key: string): Entry | undefined;
  /** The key of an actor, or what it is called if it was not told of. */
  labelOf(ref: AnyActorRef): string;
  readonly living: Iterable<Entry>;
  /** It has ended; what is told late of it is still told by its key. */
  leave(entry: Entry): void;
}

export interface CastOptions {
  readonly bus: Bus;
  put(record: InspectorRecord): void;
  /** A new actor was told of. */
  entered(entry: Entry): void;
}

/** Keys are the same each time that somebody looks. */
const keys = new WeakMap<object, string>();

export function createCast({ bus, put, entered }: CastOptions): Cast {
  const entries = new WeakMap<object, Entry>();
  const living = new Map<string, Entry>();
  const addresses = new Map<Address, Entry>();
  /** Of what is over letters may still be told, and what is sent to it. */
  const ended = new Map<string, Entry>();
  const machines = new Set<string>();

  return {
    enter,
    refresh,
    at: find,
    byKey: (key) => living.get(key),
    labelOf(ref) {
      const known = entries.get(ref);
      if (known) return known.key;
      const address = mirrorOf(ref)?.address;
      return (address && (find(address)?.key ?? address)) ?? ref.sessionId;
    },
    get living() {
      return living.values();
    },
    leave(entry) {
      entry.isEnded = true;
      living.delete(entry.key);
      for (const release of entry.release.splice(0)) release();
      remember(entry);
    },
  };

  function enter(ref: AnyActorRef, node: NodeAddress, at: number, isBeginning = false): Entry {
    const known = entries.get(ref);
    // a framework may begin again what it has stopped
    if (known && !(isBeginning && known.isEnded)) return known;
    const there = entryElsewhere(ref);
    if (there) {
      entries.set(ref, there);
      return there;
    }
    const key = keyOf(ref);
    const { id } = ref;
    const entry: Entry = {
      key,
      ref,
      told: { type: 'actor', at, actor: key, id, node, kind: 'logic' },
      inbox: createInbox(),
      transitions: [],
      actions: [],
      about: undefined,
      line: undefined,
      lastDone: -Infinity,
      early: 0,
      isEnded: false,
      isInside: false,
      addresses: [],
      release: [],
    };
    entries.set(ref, entry);
    living.set(key, entry);
    ended.delete(key);
    tell(entry, at, node);
    entered(entry);
    return entry;
  }

  /** A stand-in that was made anew for an actor that is known, or a ref that an event brought of one that is seen otherwise. */
  function entryElsewhere(ref: AnyActorRef): Entry | undefined {
    const isStandIn = statusOf(ref) === undefined;
    const mirror = mirrorOf(ref);
    if (!isStandIn && !(mirror && !mirror.owns)) return undefined;
    const address = mirror?.address ?? toldOf(ref)?.address;
    const { sessionId } = ref;
    const found =
      (address && addresses.get(address)) ?? (isStandIn ? (living.get(sessionId) ?? ended.get(sessionId)) : undefined);
    if (!found || !isStandIn) return found;
    // its host may have begun anew, and then it lives on
    if (found.isEnded) return toldOf(ref)?.isOver ? found : undefined;
    // who was seen from outside, or by another stand-in, is seen from inside now
    found.ref = ref;
    entered(found);
    return found;
  }

  function keyOf(ref: AnyActorRef): string {
    let key = keys.get(ref);
    if (key === undefined) {
      const mirror = mirrorOf(ref);
      // of one that only a ref is known of, where it is says more than a label of this node
      const label = mirror && !mirror.owns && mirror.address ? mirror.address : ref.sessionId;
      key = label;
      // two copies of XState count the same
      const isTaken = (name: string) => living.has(name) || (statusOf(ref) !== undefined && ended.has(name));
      for (let copy = 2; isTaken(key); copy += 1) key = `${label}~${copy}`;
      keys.set(ref, key);
    }
    return key;
  }

  function refresh(entry: Entry, at: number, node: NodeAddress = entry.told.node as NodeAddress): void {
    const { ref, told: last, about, isEnded } = entry;
    if (isEnded) return;
    const line = mirrorOf(ref)?.line;
    // asked at each step, and mostly nothing is new
    if (line ? line === entry.line && about === toldOf(ref) : last.node === node && about === toldOf(ref)) return;
    tell(entry, at, node);
  }

  function tell(entry: Entry, at: number, seenAt: NodeAddress): void {
    const { ref, key } = entry;
    const isNew = entry.told.id !== ref.id || !told.has(entry);
    const { id, src, systemId } = ref as AnyActorRef & { readonly systemId?: string };
    const mirror = mirrorOf(ref);
    entry.about = toldOf(ref);
    entry.line = mirror?.line;
    const address = mirror?.line?.address ?? toldOf(ref)?.address;
    if (address && addresses.get(address) !== entry) {
      addresses.set(address, entry);
      entry.addresses.push(address);
    }
    const node = mirror?.line ? nodeOf(mirror.line.address) : seenAt;
    const above = mirror && !mirror.owns ? undefined : parentOf(ref);
    const parent = above && enter(above, seenAt, at).key;
    const { kind, machine } = driverOf(ref);
    if (machine && !machines.has(machine.hash)) {
      machines.add(machine.hash);
      put({ type: 'machine', at, machine: machine.hash, definition: machine.definition });
    }
    const record: RecordOf<'actor'> = {
      type: 'actor',
      at,
      actor: key,
      // XState names a root that was given no id by its session
      id: id === ref.sessionId && machine && machine.definition.id !== NAMELESS ? machine.definition.id : id,
      node,
      kind,
      ...(parent === undefined ? {} : { parent }),
      ...(systemId === undefined ? {} : { systemId }),
      ...(typeof src === 'string' ? { src } : {}),
      ...(machine ? { machine: machine.hash } : {}),
    };
    if (!isNew && isSame(entry.told, record)) return;
    told.add(entry);
    entry.told = record;
    put(record);
  }

  function remember(entry: Entry): void {
    // its key will do, and what it held is not kept for it
    entry.ref = { id: entry.ref.id, sessionId: entry.ref.sessionId } as AnyActorRef;
    entry.about = entry.line = undefined;
    ended.set(entry.key, entry);
    if (ended.size <= REMEMBERED) return;
    for (const [key, oldest] of ended) {
      ended.delete(key);
      for (const address of oldest.addresses) if (addresses.get(address) === oldest) addresses.delete(address);
      return;
    }
  }

  function find(address: Address): Entry | undefined {
    const known = addresses.get(address);
    if (known) return known;
    const ref = refsOf(bus).find(address);
    const entry = ref && entries.get(ref);
    // what has no address is told by its session
    return entry ?? living.get(address) ?? living.get(localIdOf(address)) ?? undefined;
  }
}

const REMEMBERED = 1000;

const told = new WeakSet<Entry>();

function isSame(left: RecordOf<'actor'>, right: RecordOf<'actor'>): boolean {
  const names = ['id', 'node', 'kind', 'parent', 'systemId', 'src', 'machine'] as const;
  return names.every((name) => left[name] === right[name]);
}

/** What XState calls a machine that was given no id. */
const NAMELESS = '(machine)';
