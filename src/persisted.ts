// What is known here of the persisted snapshot of an actor that lives elsewhere: XState asks for it synchronously, and gets what its host told of
// the state that is shown, or what follows from that state alone. Where neither is there it says so, and how to get it.
import type { AnyActorLogic, Snapshot } from 'xstate';
import { openPersisted, persistRefs, withExtra, type Persisted } from './blob.ts';
import { TroupeError } from './errors.ts';
import type { Mirror } from './mirror.ts';
import type { Received } from './received.ts';
import { mapHistory, type Fields } from './snapshots.ts';
import { isMachine, versionOf } from './version.ts';
import { createIdle, createStandIn, statusOf } from './xstate.ts';

interface Kept {
  /** The snapshot that was shown when it was told. */
  readonly snapshot: unknown;
  readonly persisted: Persisted;
}

const kept = new WeakMap<Mirror, Kept>();
let answers: ReadonlyMap<Mirror, Persisted> = new Map();

/** Keeps what an actor's host has told; it is given as long as this snapshot is shown. */
export function keepPersisted(
  mirror: Mirror,
  persisted: Persisted,
  snapshot: unknown = mirror.actor.getSnapshot(),
): void {
  kept.set(mirror, { snapshot, persisted });
}

const restored = new WeakMap<Mirror, unknown>();

/** Keeps what an actor is restored from, which is shown as `snapshot` until it starts. */
export function keepRestored(mirror: Mirror, persisted: Persisted, snapshot: unknown): void {
  keepPersisted(mirror, persisted, snapshot);
  restored.set(mirror, snapshot);
}

/** What an actor that is started with a snapshot goes on from; undefined if it begins anew. */
export function takeRestored(mirror: Mirror, snapshot: unknown): Persisted | undefined {
  const isRestored = restored.get(mirror) === snapshot;
  restored.delete(mirror);
  return isRestored ? kept.get(mirror)?.persisted : knownPersisted(mirror);
}

/** Runs `read`, while these answers count whatever snapshot is shown. */
export function withAnswers<T>(gathered: ReadonlyMap<Mirror, Persisted>, read: () => T): T {
  const outer = answers;
  answers = gathered;
  try {
    return read();
  } finally {
    answers = outer;
  }
}

/** The persisted snapshot of a mirror's actor, or `NOT_PERSISTED`. */
export function persistedOf(mirror: Mirror): Persisted {
  const persisted = answers.get(mirror) ?? askNow(mirror) ?? knownPersisted(mirror) ?? initialOf(mirror);
  if (persisted) return { ...persisted };
  const { id } = mirror.actor;
  const mend = MENDS[statusOf(mirror.actor)];
  throw new TroupeError('NOT_PERSISTED', `Cannot persist '${id}' at once: ${mend}`, { details: { actor: id } });
}

const MENDS = {
  running:
    'its host has not told it. Await persist(actor) first, for it or the actor at the top, and take what that gives.',
  stopped: 'it was stopped, and what it did last is not known here. Persist it before it is stopped.',
  'not-started': 'Nothing has been heard of it. Start it, or give the module at hand as `local` where it is imported.',
};

/** What was told of the snapshot that is shown, or follows from it; undefined if more is to know. */
function knownPersisted(mirror: Mirror): Persisted | undefined {
  const snapshot = mirror.actor.getSnapshot() as Snapshot<unknown>;
  if (mayHaveMovedOn(mirror, snapshot)) return undefined;
  const known = kept.get(mirror);
  if (known?.snapshot === snapshot) return known.persisted;
  const { received, local } = mirror;
  const isKnown = received && (snapshot.status !== 'active' || isComplete(mirror, received));
  if (isKnown) return build(received.fields, snapshot, local);
  // it failed before it was anything
  return snapshot.status === 'error' ? snapshot : undefined;
}

/** What was told last, of whatever state it was: the nearest to what is shown that can be had. */
export function lastPersisted(mirror: Mirror): Persisted | undefined {
  return knownPersisted(mirror) ?? kept.get(mirror)?.persisted;
}

/** Whether the actor may be elsewhere than what is shown says, and this side would not come to hear of it. */
function mayHaveMovedOn({ owns, snapshots, line }: Mirror, { status }: Snapshot<unknown>): boolean {
  if (!owns || line === undefined || line.route.immediate) return false;
  // what it did between the last step that was heard and its stop is not told
  return status === 'stopped' || (status === 'active' && snapshots === 'none');
}

/** Over a road that delivers at once there is no need to have asked before. */
function askNow({ actor, line }: Mirror): Persisted | undefined {
  if (statusOf(actor) !== 'running' || line?.state !== 'running' || !line.route.immediate) return undefined;
  let answer: Persisted | undefined;
  let failure: { readonly error: unknown } | undefined;
  const takeBack = line.persist(false, (told) => {
    if (told && 'error' in told) failure = told;
    else answer = told?.persisted;
  });
  takeBack();
  if (failure) throw failure.error;
  return answer;
}

/** Whether an active actor's persisted snapshot holds no more than its snapshot does: it has no children, and each snapshot is told here. */
function isComplete({ owns, snapshots, actor }: Mirror, { fields, snapshot }: Received): boolean {
  // of a snapshot that was put there by somebody else nothing is known
  if (!owns || snapshots === 'none' || snapshot !== actor.getSnapshot()) return false;
  return Object.keys(fields['children'] ?? {}).length === 0;
}

/** In the shape that XState persists. */
function build(fields: Fields, { status }: Snapshot<unknown>, local: AnyActorLogic | undefined): Persisted {
  if (!('isMachine' in fields) && !('machine' in fields)) {
    const snapshot = { ...fields, status } as Snapshot<unknown>;
    return local?.getPersistedSnapshot(snapshot) ?? snapshot;
  }
  const { output, error, value, historyValue, context } = fields;
  const persisted = {
    status,
    output,
    error,
    value,
    historyValue: mapHistory((historyValue ?? {}) as Readonly<Record<string, readonly NodeName[]>>, (node) =>
      typeof node === 'string' ? { id: node } : { id: node.id },
    ),
    context: persistRefs(context),
    children: {},
  };
  const version = fields['version'] as string | undefined;
  return withExtra(persisted as unknown as Snapshot<unknown>, version ?? versionOf(local));
}

type NodeName = string | { readonly id: string };

/** With the module at hand: what it is before anything has been heard, which is what it starts from. */
function initialOf({ actor, local, received }: Mirror): Persisted | undefined {
  if (!local || received) return undefined;
  const { input } = actor.options as { readonly input?: unknown };
  // never started; under a stand-in, for the entry may want to tell a parent
  const parent = createStandIn(() => {}, { logger: () => {} });
  const persisted = createIdle(local, { input, parent }).getPersistedSnapshot();
  const { status } = actor.getSnapshot() as Snapshot<unknown>;
  const { snapshot } = openPersisted(persisted);
  return withExtra({ ...snapshot, status } as Snapshot<unknown>, isMachine(local) ? versionOf(local) : undefined);
}
