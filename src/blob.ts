// The persisted snapshot of an actor that is hosted: exactly XState's own for the same logic, and for a machine one key more, `troupe`, which XState
// passes over. So what was persisted of a hosted actor starts a local one, and the other way round.
import type { AnyActorLogic, AnyMachineSnapshot, Snapshot } from 'xstate';
import { nameOf, type NodeAddress } from './address.ts';
import type { Delay } from './delays.ts';
import { TroupeError } from './errors.ts';
import { isActorRef } from './recipient.ts';
import { isMachine, versionOf } from './version.ts';

/** A persisted snapshot, as XState has it, with what is troupe's in it. */
export type Persisted = Snapshot<unknown> & { readonly troupe?: Extra };

export interface Extra {
  /** The version of the machine. */
  readonly version?: string;
  /** Events that were still to come. */
  readonly delays?: readonly Delay[];
}

/** A persisted snapshot that also tells these; what is no machine's stays as it is, for its logic would take all of it for its own. */
export function withExtra(
  persisted: Snapshot<unknown>,
  version: string | undefined,
  delays?: readonly Delay[],
): Persisted {
  return version === undefined ? persisted : { ...persisted, troupe: { version, ...(delays ? { delays } : {}) } };
}

/** What an actor is restored from: of a machine's snapshot that was read from an actor, what XState persists of it. */
export function asPersisted(snapshot: Snapshot<unknown>): Persisted {
  const { machine } = snapshot as { readonly machine?: AnyActorLogic };
  return isMachine(machine) ? machine.getPersistedSnapshot(snapshot as AnyMachineSnapshot) : snapshot;
}

/** What XState starts an actor from, and what is troupe's. The blob stays as it is. */
export function openPersisted(persisted: Persisted): { readonly snapshot: Snapshot<unknown>; readonly extra: Extra } {
  const { troupe: extra, ...snapshot } = persisted;
  return { snapshot, extra: typeof extra === 'object' && extra !== null ? extra : {} };
}

/** Throws `VERSION_MISMATCH` for what another version of the machine has persisted. */
export function assertSameVersion(persisted: Persisted, logic: AnyActorLogic, name: string, node: NodeAddress): void {
  const { version } = openPersisted(persisted).extra;
  if (version === undefined) return;
  const found = versionOf(logic);
  if (version === found) return;
  throw new TroupeError(
    'VERSION_MISMATCH',
    `Cannot restore '${name}' on '${nameOf(node)}': its snapshot was persisted by another version of the machine. Start it fresh, or bring the snapshot up to this version and take troupe.version out of it.`,
    { details: { name, node, persisted: version, found } },
  );
}

/** Data with each actor ref in it as XState persists one. The same object, if there is none. */
export function persistRefs<T>(value: T): T {
  return replaceRefs(value, new Set()) as T;
}

/** What XState makes a ref of that is persisted: enough to find a child by. */
const PERSISTED_REF = 1;

function replaceRefs(value: unknown, within: ReadonlySet<unknown>): unknown {
  if (typeof value !== 'object' || value === null || within.has(value)) return value;
  if (isActorRef(value)) return { xstate$$type: PERSISTED_REF, id: value.id };
  const inside = new Set(within).add(value);
  let copy: Record<string, unknown> | undefined;
  for (const [key, member] of Object.entries(value)) {
    const replaced = replaceRefs(member, inside);
    if (replaced === member) continue;
    copy ??= (Array.isArray(value) ? [...(value as unknown[])] : { ...value }) as Record<string, unknown>;
    copy[key] = replaced;
  }
  return copy ?? value;
}
