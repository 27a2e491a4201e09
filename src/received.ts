// Snapshots as they arrive: what a patch makes of the one before. Untouched keys of the context keep their identity, and a snapshot that did not
// change at all stays the same object. Without the machine at hand a snapshot answers all that can be known without its guards.
import { matchesState, type AnyActorLogic, type AnyStateMachine, type Snapshot, type StateValue } from 'xstate';
import { TroupeError } from './errors.ts';
import { mapHistory, type Fields, type Patch } from './snapshots.ts';
import { isMachine } from './version.ts';
import { createIdle } from './xstate.ts';

/** A snapshot as it is shown here, and the fields that it was made of. */
export interface Received {
  readonly fields: Fields;
  readonly snapshot: Snapshot<unknown>;
}

/** What a patch makes of what was received before. `local` is the machine at hand, if the caller gave it. */
export function applyPatch(before: Received, patch: Patch, local: AnyActorLogic | undefined): Received {
  const { fields, set, unset, whole } = patch;
  if (!fields && !set && !unset) return before;
  const earlier = whole ? {} : before.fields;
  const changed = set || unset ? { ...fields, context: changeContext(earlier['context'] as object, patch) } : fields;
  if (!(changed?.['isMachine'] ?? earlier['isMachine'])) {
    const next: Fields = { ...earlier, ...changed };
    return { fields: next, snapshot: next as unknown as Snapshot<unknown> };
  }
  if (isMachine(local)) {
    const next = createDetachedSnapshot(earlier, changed ?? {});
    return { fields: next as unknown as Fields, snapshot: reviveWith(local, next) };
  }
  const next = createDetachedSnapshot(whole ? nameIn(before.snapshot) : earlier, changed ?? {}) as unknown as Fields;
  return { fields: next, snapshot: next as unknown as Snapshot<unknown> };
}

/** A snapshot that is shown knows the name of its machine by what says that it is elsewhere. */
function nameIn(snapshot: Snapshot<unknown>): Fields {
  const { can } = snapshot as Partial<DetachedSnapshot>;
  return can ? { can } : {};
}

function changeContext(context: object, { set, unset }: Patch): Record<string, unknown> {
  const changed: Record<string, unknown> = { ...context, ...set };
  for (const key of unset ?? []) delete changed[key];
  return changed;
}

/** Whether a patch changes nothing. */
export function isEmpty(patch: Patch): boolean {
  for (const _ in patch) return false;
  return true;
}

/** What an actor elsewhere shows before its first snapshot has come. */
export interface Placeholder {
  /** Until it starts: the initial snapshot itself, where its logic is at hand. */
  readonly initial: Snapshot<unknown>;
  /** From then on: the same, but active whatever it says, so that XState starts it. */
  readonly active: Snapshot<unknown>;
}

/**
 * With the logic at hand the initial snapshot is exact; a machine's is made when it is first read, for its actions and its context may run code. Without
 * it, `can` is what the snapshots of this machine answer.
 */
export function createPlaceholder(
  local: AnyActorLogic | undefined,
  input: unknown,
  can: CannotKnow = cannotKnow,
): Placeholder {
  const initial = local
    ? createInitialSnapshot(local, input)
    : (createDetachedSnapshot({ can }, {}) as Snapshot<unknown>);
  const active = Object.defineProperties({}, Object.getOwnPropertyDescriptors(initial));
  return { initial, active: Object.defineProperties(active, ACTIVE) as Snapshot<unknown> };
}

const constant = (value: unknown) => ({ value, enumerable: true, configurable: true, writable: true });
const ACTIVE = { status: constant('active'), output: constant(undefined), error: constant(undefined) };

function createInitialSnapshot(local: AnyActorLogic, input: unknown): Snapshot<unknown> {
  const read = () => createIdle(local, { input }).getSnapshot() as Snapshot<unknown>;
  if (!isMachine(local)) return read();
  let known: Readonly<Record<string, unknown>> | undefined;
  const lazily = (key: string) => ({
    get: () => (known ??= read() as unknown as Readonly<Record<string, unknown>>)[key],
    enumerable: true,
    configurable: true,
  });
  return Object.defineProperties(
    {},
    Object.fromEntries(MACHINE_KEYS.map((key) => [key, lazily(key)])),
  ) as Snapshot<unknown>;
}

/** What a machine's snapshot has. */
const MACHINE_KEYS = [
  ...['status', 'output', 'error', 'machine', 'context', '_nodes', 'value', 'tags', 'children', 'historyValue'],
  ...['matches', 'hasTag', 'can', 'getMeta', 'toJSON'],
];

/** A machine's snapshot without the machine. */
export interface DetachedSnapshot {
  readonly machine: undefined;
  readonly isMachine: true;
  readonly status: unknown;
  readonly value: StateValue;
  readonly context: unknown;
  readonly output: unknown;
  readonly error: unknown;
  readonly children: unknown;
  readonly historyValue: Readonly<Record<string, readonly string[]>> | undefined;
  tags: ReadonlySet<string>;
  readonly meta: unknown;
  /** Of the machine, as its host tells it. */
  readonly version: unknown;
  matches(test: StateValue): boolean;
  hasTag(tag: string): boolean;
  getMeta(): unknown;
  readonly can: CannotKnow;
  toJSON(): unknown;
}

/** All in one shape, with methods that they share: one is made for each step. */
export function createDetachedSnapshot(earlier: Fields, changed: Fields): DetachedSnapshot {
  const next = { ...BLANK, ...earlier, ...changed };
  if (!(next.tags instanceof Set)) next.tags = new Set(next.tags);
  return next;
}

const BLANK: DetachedSnapshot = {
  machine: undefined,
  isMachine: true,
  status: 'active',
  value: {},
  context: {},
  output: undefined,
  error: undefined,
  children: {},
  historyValue: undefined,
  tags: new Set(),
  meta: undefined,
  version: undefined,
  matches,
  hasTag,
  getMeta,
  can: cannotKnow,
  toJSON,
};

function matches(this: DetachedSnapshot, test: StateValue): boolean {
  return matchesState(test, this.value);
}

function hasTag(this: DetachedSnapshot, tag: string): boolean {
  return this.tags.has(tag);
}

function getMeta(this: DetachedSnapshot): unknown {
  return this.meta ?? {};
}

function toJSON(this: DetachedSnapshot): unknown {
  const { status, value, context, output, error, children, historyValue = {}, tags } = this;
  return { status, value, context, output, error, children, historyValue, tags: [...tags] };
}

/** Says that what a machine can take is not known here. */
export type CannotKnow = (event?: { readonly type: string }) => never;

/** The one of a machine that is known by this name. */
export function cannotKnowOf(name: string): CannotKnow {
  return (event) => refuseToKnow(event, name);
}

function cannotKnow(event?: { readonly type: string }): never {
  refuseToKnow(event);
}

function refuseToKnow(event: { readonly type: string } | undefined, name?: string): never {
  const machine = name === undefined ? 'a hosted machine' : `'${name}'`;
  const what = event === undefined ? 'an event' : `'${event.type}'`;
  throw new TroupeError(
    'NO_LOCAL_MODULE',
    `Cannot tell whether ${machine} can take ${what}: its guards are elsewhere. Give the module at hand as \`local\` where it is imported.`,
    { details: { ...(name === undefined ? {} : { name }), ...(event === undefined ? {} : { event: event.type }) } },
  );
}

/** With the machine at hand everything is exact: its own `can`, `matches`, tags and meta. */
function reviveWith(machine: AnyStateMachine, received: DetachedSnapshot): Snapshot<unknown> {
  const { value, context, status, output, error, children, historyValue } = received;
  const resolved = machine.resolveState({
    value,
    context,
    historyValue: mapHistory(historyValue ?? {}, (id) => machine.getStateNodeById(id)),
  } as Parameters<AnyStateMachine['resolveState']>[0]);
  // resolving says `done` wherever a state is final, and knows no children
  return Object.assign(resolved, { status, output, error, children }) as Snapshot<unknown>;
}
