// One thread: started, joined to the bus of the thread that starts it, and accounted for when it has ended. It is a node of its own, which
// dies with its link and whose link dies with it.
import type { Worker } from 'node:worker_threads';
import { createIncarnation, nodeAddress, type NodeAddress } from './address.ts';
import type { Bus, Route } from './bus.ts';
import { TroupeError } from './errors.ts';
import { createWorkerLink } from './links/worker.ts';
import { ownPrograms } from './own-program.ts';
import { workerThreads } from './platform.ts';
import type { Greeting } from './serve.ts';
import { releaseOwned, shareDirectory } from './shared/directory.ts';
import type { WorkerLike } from './source.ts';
import type { ThreadOptions } from './threads.ts';

/** A thread that was started. */
export interface Thread {
  readonly route: Route;
  /** Ends the thread; resolves when nothing of it is left. */
  close(): Promise<void>;
}

/** Makes a worker whose file calls `serve`. */
export type Factory = () => WorkerLike;

let threads = 0;

/** Starts a thread on this bus: what a factory makes, or one that imports what it is asked to. */
export function openThread(bus: Bus, label: string, factory: Factory | undefined, options: ThreadOptions): Thread {
  const worker = factory ? madeBy(factory) : makeWorker(options);
  threads += 1;
  const name = `${label}-${threads}`;
  const node = nodeAddress(name, createIncarnation());
  const { link, exited } = createWorkerLink(worker, name);
  const ended = exited.then(() => reportForgotten(bus, node));
  const cells = shareDirectory(node);
  try {
    const greeting: Greeting = { cells, programs: ownPrograms() };
    const route = bus.connect(link, { node, as: 'child', greeting, ports: cells.ports, ended });
    return {
      route,
      close() {
        link.close();
        return ended;
      },
    };
  } catch (error) {
    // the bus is closed: nothing of the thread must be left
    link.close();
    for (const port of cells.ports) port.close();
    releaseOwned(node);
    throw error;
  }
}

function makeWorker({ resourceLimits }: ThreadOptions): Worker {
  if (!workerThreads) {
    throw new TroupeError(
      'INVALID_ARGUMENT',
      'Cannot start a thread here: there is no node:worker_threads. Run this in Node.',
    );
  }
  return new workerThreads.Worker(new URL('./thread.js', import.meta.url), resourceLimits ? { resourceLimits } : {});
}

/** A worker of Node's, which tells of its own end; a browser's does not and will have a link of its own. */
function madeBy(factory: Factory): Worker {
  const made: unknown = factory();
  const { postMessage, once, terminate } = (made ?? {}) as Partial<Worker>;
  if ([postMessage, once, terminate].every((method) => typeof method === 'function')) return made as Worker;
  throw new TroupeError(
    'INVALID_ARGUMENT',
    `Cannot start a thread: the factory gave ${Object.prototype.toString.call(made)}, which is no Worker of node:worker_threads. ` +
      "Return new Worker(new URL('./my.worker.js', import.meta.url)).",
  );
}

function reportForgotten(bus: Bus, node: NodeAddress): void {
  const names = releaseOwned(node);
  if (names.length > 0) bus.report({ type: 'cells-released', node, names });
}
