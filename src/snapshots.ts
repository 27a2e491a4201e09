// Snapshots on the wire: what changed since the last one. Of the context the changed top-level keys travel, and the others keep
// their identity at the receiver, so that selectors stay quiet. A snapshot that did not change at all stays the same object.
import {
  getInitialSnapshot,
  matchesState,
  type AnyActorLogic,
  type AnyActorRef,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type Snapshot,
} from 'xstate';
import { TroupeError } from './errors.ts';

/** The change from one snapshot to the next; an empty one says that it is the same. */
export interface Patch {
  /** Changed fields; at first all of them. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** Changed keys of the context, where both were plain objects. */
  readonly set?: Readonly<Record<string, unknown>>;
  readonly unset?: readonly string[];
  /** Nothing that came before counts. */
  readonly whole?: true;
}

/** What travels of a snapshot, by field. */
type Fields = Readonly<Record<string, unknown>>;

type History = Readonly<Record<string, readonly { readonly id: string }[]>>;

const isMachineSnapshot = (snapshot: unknown): snapshot is AnyMachineSnapshot =>
  typeof snapshot === 'object' && snapshot !== null && 'machine' in snapshot && 'value' in snapshot;

/** The change that brings a receiver who has `previous` to `next`. */
export function diffSnapshots(previous: Snapshot<unknown> | undefined, next: Snapshot<unknown>): Patch {
  if (previous === next) return {};
  const before = previous && fieldsOf(previous);
  const after = fieldsOf(next);
  if (!before) return { whole: true, fields: after };
  const fields: Record<string, unknown> = {};
  let changed = false;
  let patch: Patch = {};
  for (const key of Object.keys(after)) {
    if (isSame(key, before[key], after[key])) continue;
    if (key === 'context' && isPlain(before[key]) && isPlain(after[key])) patch = diffContexts(before[key], after[key]);
    else {
      fields[key] = after[key];
      changed = true;
    }
  }
  return changed ? { ...patch, fields } : patch;
}

function diffContexts(before: Record<string, unknown>, after: Record<string, unknown>): Patch {
  const set: Record<string, unknown> = {};
  let some = false;
  for (const key of Object.keys(after)) {
    if (Object.is(before[key], after[key]) && key in before) continue;
    set[key] = after[key];
    some = true;
  }
  const unset = Object.keys(before).filter((key) => !(key in after));
  return { ...(some ? { set } : {}), ...(unset.length > 0 ? { unset } : {}) };
}

function isSame(key: string, before: unknown, after: unknown): boolean {
  if (Object.is(before, after)) return true;
  return key === 'tags' || key === 'meta' || key === 'children' ? isShallowEqual(before, after) : false;
}

function isShallowEqual(before: unknown, after: unknown): boolean {
  if (!isPlain(before) && !Array.isArray(before)) return false;
  const left = before as Record<string, unknown>;
  const right = (after ?? {}) as Record<string, unknown>;
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => left[key] === right[key]);
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value) as unknown;
  return prototype === Object.prototype || prototype === null;
}

// asked for once for each snapshot, though each is both a `next` and later a `previous`
const described = new WeakMap<object, Fields>();

function fieldsOf(snapshot: Snapshot<unknown>): Fields {
  let fields = described.get(snapshot);
  if (!fields)
    described.set(snapshot, (fields = isMachineSnapshot(snapshot) ? machineFields(snapshot) : plainFields(snapshot)));
  return fields;
}

/** A subscription is the host's own; functions and the like stay there. */
function plainFields(snapshot: Snapshot<unknown>): Fields {
  const { _subscription, ...fields } = snapshot as Snapshot<unknown> & { readonly _subscription?: unknown };
  return fields;
}

function machineFields(snapshot: AnyMachineSnapshot): Fields {
  const { status, value, context, output, error, children, tags } = snapshot;
  const history = snapshot.historyValue as History;
  return {
    status,
    value,
    context,
    output,
    error,
    children: children as Record<string, AnyActorRef | undefined>,
    tags: [...(tags as Set<string>)],
    meta: snapshot.getMeta() as Record<string, unknown>,
    history: Object.keys(history).length === 0 ? undefined : mapHistory(history, (node) => node.id),
    isMachine: true,
  };
}

function mapHistory<TNode>(
  history: Readonly<Record<string, readonly TNode[]>>,
  each: (node: TNode) => unknown,
): Record<string, unknown[]> {
  return Object.fromEntries(Object.entries(history).map(([id, nodes]) => [id, nodes.map((node) => each(node))]));
}

/** The snapshot that a patch makes of the one before. `local` is the machine at hand, if the caller gave it. */
export function applyPatch(
  previous: Snapshot<unknown>,
  patch: Patch,
  local: AnyActorLogic | undefined,
): Snapshot<unknown> {
  const { fields, set, unset, whole } = patch;
  if (!fields && !set && !unset) return previous;
  const before = whole ? {} : received(previous);
  const next: Record<string, unknown> = { ...before, ...fields };
  if (set || unset) {
    const context: Record<string, unknown> = { ...(before['context'] as object), ...set };
    for (const key of unset ?? []) delete context[key];
    next['context'] = context;
  }
  return revive(next, local);
}

/** The fields as they came, kept beside the snapshot that was made of them. */
const arrived = new WeakMap<object, Fields>();

function received(snapshot: Snapshot<unknown>): Fields {
  return arrived.get(snapshot) ?? (snapshot as unknown as Fields);
}

function revive(fields: Fields, local: AnyActorLogic | undefined): Snapshot<unknown> {
  const snapshot = fields['isMachine']
    ? isMachine(local)
      ? reviveWith(local, fields)
      : createDetachedSnapshot(fields)
    : (fields as unknown as Snapshot<unknown>);
  arrived.set(snapshot, fields);
  return snapshot;
}

const isMachine = (logic: AnyActorLogic | undefined): logic is AnyStateMachine =>
  logic !== undefined && 'resolveState' in logic && 'getStateNodeById' in logic;

/** With the machine at hand everything is exact: its own `can`, `matches`, tags and meta. */
function reviveWith(machine: AnyStateMachine, fields: Fields): Snapshot<unknown> {
  const { value, context, status, output, error, children, history } = fields;
  const historyValue = history
    ? mapHistory(history as Record<string, string[]>, (id) => machine.getStateNodeById(id))
    : {};
  const resolved = machine.resolveState({ value, context, status, output, error, historyValue } as Parameters<
    AnyStateMachine['resolveState']
  >[0]);
  return Object.assign(resolved, { status, output, error, children }) as Snapshot<unknown>;
}

/** Without the machine: all that can be known is right, and `can` says how to know the rest. */
function createDetachedSnapshot(fields: Fields): Snapshot<unknown> {
  const { isMachine: _, tags, meta, history, ...rest } = fields;
  return {
    ...rest,
    machine: undefined,
    historyValue: history ?? {},
    tags: new Set(tags as string[]),
    matches(this: { readonly value: string }, test: string) {
      return matchesState(test, this.value);
    },
    hasTag(this: { readonly tags: Set<string> }, tag: string) {
      return this.tags.has(tag);
    },
    getMeta: () => meta ?? {},
    can: cannotKnow,
    toJSON() {
      return { ...rest, tags, historyValue: history ?? {} };
    },
  } as unknown as Snapshot<unknown>;
}

function cannotKnow(): never {
  throw new TroupeError(
    'NO_LOCAL_MODULE',
    'Cannot tell whether a hosted machine can take an event: its guards are elsewhere. Give the module at hand as `local` where it is imported.',
  );
}

/** What a hosted actor's snapshot is before the first one has come: active, so that XState starts it. */
export function createPlaceholder(local: AnyActorLogic | undefined, input: unknown): Snapshot<unknown> {
  if (isMachine(local)) {
    const fields = fieldsOf(getInitialSnapshot(local, input as never) as Snapshot<unknown>);
    return revive({ ...fields, status: 'active', output: undefined, error: undefined }, local);
  }
  return createDetachedSnapshot({
    status: 'active',
    output: undefined,
    error: undefined,
    value: {},
    context: {},
    children: {},
    tags: [],
  });
}
