// What a hosted actor shows that was made from a persisted snapshot, before its host has told a word: the restored state. With the machine at hand
// it is what XState itself restores; its children are to be read only, for its host makes the ones that run.
import type { AnyActorLogic, AnyStateMachine, Snapshot } from 'xstate';
import { openPersisted, type Persisted } from './blob.ts';
import { createDetachedSnapshot, type CannotKnow } from './received.ts';
import { isPlainObject } from './object-kinds.ts';
import { mapHistory } from './snapshots.ts';
import { isMachine } from './version.ts';
import { createIdle } from './xstate.ts';

type MachineBlob = Snapshot<unknown> & {
  readonly value: unknown;
  readonly historyValue?: Readonly<Record<string, readonly { readonly id: string }[]>>;
};

/** The snapshot to show; throws what XState throws for states that the machine at hand does not have. */
export function showRestored(
  persisted: Persisted,
  local: AnyActorLogic | undefined,
  can: CannotKnow,
): Snapshot<unknown> {
  const { snapshot } = openPersisted(persisted);
  if (isMachine(local)) return readRestored(local, snapshot);
  if (!isOfMachine(snapshot)) return snapshot;
  const detached = createDetachedSnapshot(
    { can },
    { ...snapshot, children: {}, historyValue: mapHistory(snapshot.historyValue ?? {}, ({ id }) => id) },
  );
  return detached as unknown as Snapshot<unknown>;
}

function readRestored(machine: AnyStateMachine, persisted: Snapshot<unknown>): Snapshot<unknown> {
  const snapshot = createIdle(machine, { snapshot: copyPlain(persisted) }).getSnapshot() as Snapshot<unknown>;
  if (snapshot.status === 'error' && persisted.status !== 'error') throw snapshot.error;
  return snapshot;
}

/** XState puts live refs into the context that it is given. */
function copyPlain<T>(value: T, copies = new Map<unknown, unknown>()): T {
  if (typeof value !== 'object' || value === null || !(Array.isArray(value) || isPlainObject(value))) return value;
  const known = copies.get(value);
  if (known) return known as T;
  const copy = (Array.isArray(value) ? [] : {}) as Record<string, unknown>;
  copies.set(value, copy);
  for (const [key, member] of Object.entries(value)) copy[key] = copyPlain(member, copies);
  return copy as T;
}

function isOfMachine(snapshot: Snapshot<unknown>): snapshot is MachineBlob {
  return 'value' in snapshot && 'children' in snapshot;
}
