// What a hosted actor shows that was made from a persisted snapshot, before its host has told a word: the restored state. With the machine at hand
// all of it is exact but its children, which its host makes.
import type { AnyActorLogic, Snapshot } from 'xstate';
import { openPersisted, type Persisted } from './blob.ts';
import { createDetachedSnapshot, reviveWith } from './received.ts';
import { mapHistory } from './snapshots.ts';
import { isMachine } from './version.ts';

type MachineBlob = Snapshot<unknown> & {
  readonly value: unknown;
  readonly historyValue?: Readonly<Record<string, readonly { readonly id: string }[]>>;
};

/** The snapshot to show; throws what XState throws for states that the machine at hand does not have. */
export function showRestored(persisted: Persisted, local: AnyActorLogic | undefined): Snapshot<unknown> {
  const { snapshot } = openPersisted(persisted);
  if (!isOfMachine(snapshot)) return snapshot;
  const detached = createDetachedSnapshot(
    {},
    { ...snapshot, children: {}, historyValue: mapHistory(snapshot.historyValue ?? {}, ({ id }) => id) },
  );
  return isMachine(local) ? reviveWith(local, detached) : (detached as unknown as Snapshot<unknown>);
}

function isOfMachine(snapshot: Snapshot<unknown>): snapshot is MachineBlob {
  return 'value' in snapshot && 'children' in snapshot;
}
