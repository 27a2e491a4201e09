// The worker's side of a host: joins the thread that started this one, and runs actors for it.
import type { AnyActorLogic } from 'xstate';
import { TroupeError } from './errors.ts';
import { hostActors, type LoadLogic } from './host.ts';
import { createPortLink, type PortLike } from './links/port.ts';
import { loadFrom } from './load.ts';
import { workerThreads } from './platform.ts';
import { currentBus } from './realm.ts';
import { adoptDirectory, type DirectoryShare } from './shared/directory.ts';

/**
 * Offers actor logic from a worker's own file, for hosts that are made with a worker factory.
 *
 * @param exports - The logic by the names under which a caller imports it.
 *
 * @throws `INVALID_ARGUMENT` if this is not a worker.
 *
 * @example
 * ```ts
 * // students.worker.ts
 * import { serve } from 'troupe';
 * import { student } from 'troupe/actors';
 *
 * serve({ student });
 * ```
 */
export function serve(exports: Readonly<Record<string, AnyActorLogic>>): void {
  serveParent(loadFrom(exports, 'what this worker serves'));
}

/** What a thread is told before anything else. */
export interface Greeting {
  readonly cells: DirectoryShare;
}

/** Joins the parent thread and runs what `load` finds; nothing is loaded before this thread knows all cells. */
export function serveParent(load: LoadLogic, preload: (source: string) => void = () => {}): void {
  const bus = currentBus();
  const link = createPortLink(parentPort());
  let isReady = false;
  const ready = bus.join(link).then((greeting) => {
    adoptDirectory((greeting as Greeting).cells);
    isReady = true;
    return true;
  });
  // it lives until its parent ends it, whether or not an actor runs
  link.hold(true);
  hostActors(
    bus,
    (source, name) => (isReady ? load(source, name) : ready.then(() => load(source, name))),
    // whoever starts an actor here is told why it is not ready
    (source) => void ready.then(() => preload(source)).catch(() => {}),
  );
}

function parentPort(): PortLike {
  const port = workerThreads
    ? workerThreads.parentPort
    : (globalThis as { readonly postMessage?: unknown }).postMessage && globalThis;
  if (port) return port as unknown as PortLike;
  throw new TroupeError(
    'INVALID_ARGUMENT',
    'Cannot serve actors here: this is no worker. Call serve in the file that a worker runs.',
  );
}
