// What is told of a snapshot: at first all, then what changed since. Of the context only the changed top-level keys travel. What becomes of it at
// the other end is in `received.ts`.
import type { AnyMachineSnapshot, Snapshot } from 'xstate';
import { isJsonLeaf, type Codec, type Encoded } from './codec.ts';
import { isTroupeError, TroupeError } from './errors.ts';
import { isPlainObject, setOwn } from './object-kinds.ts';
import { versionOf } from './version.ts';

/** The change from one snapshot to the next; an empty one says that it is the same. */
export interface Patch {
  /** Changed fields; at first all of them. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** Changed keys of the context, where both were plain objects. */
  readonly set?: Readonly<Record<string, unknown>>;
  readonly unset?: readonly string[];
  /** The persisted snapshot, where it travels with each step. */
  readonly persisted?: unknown;
  /** Nothing that came before counts. */
  readonly whole?: true;
}

/** What travels of a snapshot, by field. */
export type Fields = Readonly<Record<string, unknown>>;

/** What was told of a snapshot, and for a machine the state nodes that its tags and meta were read from, and its history. */
export interface Told {
  readonly fields: Fields;
  readonly nodes?: readonly unknown[];
  readonly history?: unknown;
}

type History = Readonly<Record<string, readonly ({ readonly id: string } | string)[]>>;

const isMachineSnapshot = (snapshot: unknown): snapshot is AnyMachineSnapshot =>
  typeof snapshot === 'object' && snapshot !== null && 'machine' in snapshot && 'value' in snapshot;

/** What there is to tell of a snapshot, given what was told of an earlier one. */
export function describeSnapshot(snapshot: Snapshot<unknown>, earlier: Told | undefined): Told {
  if (isMachineSnapshot(snapshot)) return describeMachine(snapshot, earlier);
  // a subscription is the host's own
  if (!('_subscription' in snapshot)) return { fields: snapshot };
  const { _subscription, ...fields } = snapshot as Snapshot<unknown> & { readonly _subscription: unknown };
  return { fields };
}

/** The change that brings a receiver who was told `before` to `after`. */
export function diffFields(before: Fields | undefined, after: Fields): Patch {
  if (!before) return { whole: true, fields: after };
  let fields: Record<string, unknown> | undefined;
  let patch: Patch = {};
  for (const key in after) {
    const old = before[key];
    const now = after[key];
    if (Object.is(old, now)) continue;
    if (key === 'context' && isPlain(old) && isPlain(now)) patch = diffContexts(old, now);
    else if (!(isRecord(key) && isShallowEqual(old, now))) (fields ??= {})[key] = now;
  }
  return fields ? { ...patch, fields } : patch;
}

/** A patch ready for a link. Most steps change a few strings and numbers, and those need no closer look. */
export function encodePatch(codec: Codec, patch: Patch): Encoded {
  if (patch.persisted === undefined && isFlat(patch.fields) && isFlat(patch.set)) return JSON.stringify(patch);
  try {
    return codec.encode(patch, PATCH);
  } catch (error) {
    throw inWordsOfSnapshot(error);
  }
}

const PATCH = 'patch';

/** Where in the snapshot it is that cannot cross, instead of where in the patch. */
function inWordsOfSnapshot(error: unknown): unknown {
  if (!isTroupeError(error, 'NOT_SERIALIZABLE')) return error;
  const found = String(error.details['path']);
  const path = found
    .replace(/^patch$/, 'snapshot')
    .replace(/^patch\.set/, 'context')
    .replace(/^patch\.(fields\.?)?/, '');
  const { cause } = error;
  return new TroupeError('NOT_SERIALIZABLE', error.message.replace(found, path), {
    details: { ...error.details, path },
    ...(cause === undefined ? {} : { cause }),
  });
}

function isFlat(record: Readonly<Record<string, unknown>> | undefined): boolean {
  for (const key in record) if (!isJsonLeaf(record[key])) return false;
  return true;
}

/** Runs at each step, so a key that is the same is passed by as fast as can be. */
function diffContexts(before: Record<string, unknown>, after: Record<string, unknown>): Patch {
  let set: Record<string, unknown> | undefined;
  let kept = 0;
  for (const key in after) {
    const now = after[key];
    const isSame = Object.is(before[key], now);
    // what an object inherits cannot cross, but undefined may be there or not
    if (isSame && now !== undefined) kept += 1;
    else if (Object.hasOwn(before, key)) {
      kept += 1;
      if (!isSame) setOwn((set ??= {}), key, now);
    } else setOwn((set ??= {}), key, now);
  }
  const keys = Object.keys(before);
  if (kept === keys.length) return set ? { set } : {};
  const unset = keys.filter((key) => !Object.hasOwn(after, key));
  return set ? { set, unset } : { unset };
}

/** Fields that are made anew for each snapshot, though what they hold seldom changes. */
const isRecord = (key: string) => key === 'tags' || key === 'meta' || key === 'children';

function isShallowEqual(before: unknown, after: unknown): boolean {
  if (!isPlain(before) && !Array.isArray(before)) return false;
  const left = before as Record<string, unknown>;
  const right = (after ?? {}) as Record<string, unknown>;
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => left[key] === right[key]);
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && isPlainObject(value);
}

function describeMachine(snapshot: AnyMachineSnapshot, earlier: Told | undefined): Told {
  const { status, value, context, output, error, children } = snapshot as unknown as Fields;
  const history = snapshot.historyValue as History;
  // tags and meta follow from the state nodes
  const nodes: readonly unknown[] = snapshot._nodes;
  const same = isShallowEqual(earlier?.nodes, nodes) ? earlier?.fields : undefined;
  const fields = {
    status,
    value: same ? same['value'] : value,
    context,
    output,
    error,
    children,
    tags: same ? same['tags'] : [...snapshot.tags],
    meta: same ? same['meta'] : snapshot.getMeta(),
    historyValue: earlier && earlier.history === history ? earlier.fields['historyValue'] : describeHistory(history),
    isMachine: true,
    // told once, for whoever persists it there
    version: earlier ? earlier.fields['version'] : versionOf(snapshot.machine),
  };
  return { fields, nodes, history };
}

function describeHistory(history: History): unknown {
  // of an actor that is itself elsewhere the ids are all that is known here
  return isEmpty(history) ? undefined : mapHistory(history, (node) => (typeof node === 'string' ? node : node.id));
}

function isEmpty(record: object): boolean {
  for (const _ in record) return false;
  return true;
}

/** The same history with each node as `each` makes it. */
export function mapHistory<TNode>(
  history: Readonly<Record<string, readonly TNode[]>>,
  each: (node: TNode) => unknown,
): Record<string, unknown[]> {
  return Object.fromEntries(Object.entries(history).map(([id, nodes]) => [id, nodes.map((node) => each(node))]));
}
