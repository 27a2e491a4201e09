// Tries the seams at first use, by what they do: so a later XState that lacks one says so at once and by name. For some there is another way, which the other files of this
// folder take where `lacks` says so.
import type { AnyActor } from 'xstate';
import { workerThreads } from '../platform.ts';
import {
  areTried,
  REPLACEABLE,
  seams,
  setLacking,
  systemSeams,
  unsupportedError,
  type ReplaceableSeam,
} from './seams.ts';
import { trackAllSources } from './senders.ts';
import { createReceiver } from './stand-ins.ts';

/**
 * Tries once what troupe leans on in XState. What cannot be done without is an `UNSUPPORTED_XSTATE` that names it; for the rest there is another way,
 * and a warning says what is different.
 */
export function assertSeams(): void {
  if (areTried()) return;
  const failed = tryAll();
  const missing = failed.filter((seam) => !isReplaceable(seam));
  if (missing.length > 0) throw unsupportedError(missing);
  const lacking = failed.filter(isReplaceable);
  setLacking(lacking);
  if (lacking.length > 0 && workerThreads?.isMainThread !== false) {
    const effects = lacking.map((seam) => `${seam} (${REPLACEABLE[seam]})`);
    console.warn(`troupe: this XState lacks ${effects.join('; ')}. Use xstate 5.33, or look for a newer troupe.`);
  }
  trackAllSources();
}

const isReplaceable = (seam: string): seam is ReplaceableSeam => Object.hasOwn(REPLACEABLE, seam);

/** An XState in which an actor does not even live as it used to lacks everything. */
function tryAll(): readonly string[] {
  try {
    const probe = createReceiver(() => {});
    // what it fails with is no concern of the program's
    probe.subscribe({ error: () => {} });
    return trySeams(probe);
  } catch {
    return ['an actor that starts, takes an event and stops'];
  }
}

/** The seams that do not do what they are leaned on for. The actor is sent one event and stopped. */
function trySeams(probe: AnyActor): readonly string[] {
  const it = seams(probe);
  const system = systemSeams(probe);
  const used = new Set<string>();
  const spy = (target: object, name: string, label = name) => {
    const members = target as Record<string, unknown>;
    const own = members[name];
    if (typeof own !== 'function') return;
    members[name] = (...args: unknown[]): unknown => {
      used.add(label);
      return own.apply(target, args) as unknown;
    };
  };
  spy(it, '_send');
  spy(it, 'update');
  for (const name of SYSTEM_SEAMS) spy(system, name, `system.${name}`);
  const { system: named } = probe;
  const systemId = 'troupe.probe';
  Object.assign(probe, { systemId });
  const statuses: unknown[] = [it._processingStatus];
  probe.start();
  statuses.push(it._processingStatus);
  probe.send({ type: 'troupe.probe' });
  const isFound = used.has('system._set') && named.get(systemId) === probe;
  const snapshot: unknown = { ...(probe.getSnapshot() as object) };
  it._snapshot = snapshot;
  const isSet = probe.getSnapshot() === snapshot;
  if (typeof it._stop === 'function') it._stop();
  else probe.stop();
  statuses.push(it._processingStatus);
  const works: Readonly<Record<ReplaceableSeam, boolean> & Record<string, boolean>> = {
    _send: used.has('_send'),
    update: used.has('update'),
    _snapshot: isSet,
    _processingStatus: statuses.join() === '0,1,2',
    _stop: typeof it._stop === 'function',
    _deferred: Array.isArray(it._deferred),
    _actorScope: typeof it._actorScope?.emit === 'function',
    observers: it.observers instanceof Set,
    'system._relay': used.has('system._relay'),
    'system._unregister': used.has('system._unregister'),
    'system._sendInspectionEvent': used.has('system._sendInspectionEvent') && typeof system.inspect === 'function',
    'system._bookId': typeof system._bookId === 'function',
    'system._set': isFound && named.get(systemId) === undefined && typeof named.getAll === 'function',
    'system._logger': typeof system._logger === 'function',
    'system.scheduler':
      typeof system.scheduler?.schedule === 'function' && typeof system._snapshot?._scheduledEvents === 'object',
  };
  return Object.keys(works).filter((seam) => !works[seam]);
}

const SYSTEM_SEAMS = ['_relay', '_unregister', '_sendInspectionEvent', '_set'] as const;
