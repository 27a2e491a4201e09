// The worker's side of a host: joins the thread that started this one, and runs actors for it.
import type { AnyActorLogic } from 'xstate';
import { TroupeError } from './errors.ts';
import { hostActors, type LoadLogic } from './host.ts';
import type { Link } from './links/link.ts';
import { createPortLink, type PortLike } from './links/port.ts';
import { loadFrom } from './load.ts';
import { adoptPrograms } from './own-program.ts';
import { workerThreads } from './platform.ts';
import { currentBus } from './realm.ts';
import { adoptDirectory, type DirectoryShare } from './shared/directory.ts';

/**
 * Offers actor logic from a worker's own file, for hosts that are made with a worker factory.
 *
 * @param exports - The logic by the names under which a caller imports it.
 *
 * @remarks
 * Call it once, while the worker's file is loaded: what a host asks for before then waits. The worker lives until its host ends it, whether or
 * not an actor runs. Nothing is imported for the host, so bundlers see all that runs. A name that is not served makes the actor
 * fail with `NO_SUCH_EXPORT`, and what is no logic with `NOT_ACTOR_LOGIC`.
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
  /** The files whose import would run the program again. */
  readonly programs: readonly string[];
}

/** Joins the parent thread and runs what `load` finds; nothing is loaded before this thread knows all cells. */
export function serveParent(load: LoadLogic, preload: (source: string) => void = () => {}): void {
  const bus = currentBus();
  const link = createPortLink(parentPort());
  // it lives until its parent ends it, whether or not an actor runs, and whoever waits for the parent and is done
  const lasting: Link = { ...link, hold: () => {} };
  let isReady = false;
  const ready = bus.join(lasting).then((greeting) => {
    const { cells, programs } = greeting as Greeting;
    adoptPrograms(programs);
    adoptDirectory(cells);
    isReady = true;
    return true;
  });
  // whoever starts an actor here is told why it is not ready
  ready.catch(() => {});
  link.hold(true);
  hostActors(bus, (source, name) => (isReady ? load(source, name) : ready.then(() => load(source, name))), {
    preload: (source) => void ready.then(() => preload(source)).catch(() => {}),
  });
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
