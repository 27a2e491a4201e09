// A link to a worker thread, from the thread that started it. It ends when the thread has exited: as closed if that was asked for, else
// as broken, with an error that tells an exit, an uncaught error and exhausted memory apart.
import { Observable } from 'rxjs/internal/Observable';
import type { Worker } from 'node:worker_threads';
import { markThread, TroupeError } from '../errors.ts';
import type { Link } from './link.ts';
import { createPortLink } from './port.ts';

/** A link over a worker thread; `exited` resolves with the exit code when nothing is left of the thread. */
export function createWorkerLink(
  worker: Worker,
  name: string,
): { readonly link: Link; readonly exited: Promise<number> } {
  let closing = false;
  let cause: unknown;
  let failed = false;
  const exited = new Promise<number>((resolve) => worker.once('exit', resolve));
  worker.once('error', (error) => {
    failed = true;
    cause = error;
  });
  let killed = false;
  const port = createPortLink(worker, () => {
    closing = !killed;
    void worker.terminate();
  });
  // a worker, unlike a port, does not wait until somebody listens
  const early: unknown[] = [];
  const keep = (packet: unknown) => early.push(packet);
  worker.on('message', keep);
  worker.unref();
  const packets = new Observable<unknown>((subscriber) => {
    worker.off('message', keep);
    for (const packet of early.splice(0)) subscriber.next(packet);
    const subscription = port.packets.subscribe(subscriber);
    void exited.then((exitCode) =>
      closing ? subscriber.complete() : subscriber.error(deathOf(name, exitCode, failed, cause)),
    );
    return subscription;
  });
  const abort = () => {
    killed = !closing;
    void worker.terminate();
  };
  return { link: { ...port, packets, thread: true, abort }, exited };
}

function deathOf(name: string, exitCode: number, failed: boolean, cause: unknown): TroupeError {
  if (!failed) {
    return new TroupeError(
      'THREAD_DIED',
      `The thread '${name}' exited with code ${exitCode}: process.exit was called in it, or it was terminated. Let its actors end by themselves.`,
      {
        details: { thread: name, exitCode },
      },
    );
  }
  if ((cause as { readonly code?: unknown }).code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return new TroupeError(
      'OUT_OF_MEMORY',
      `The thread '${name}' ran out of memory. Give it more by resourceLimits, or keep less in its actors.`,
      {
        details: { thread: name },
        cause,
      },
    );
  }
  markThread(cause, name);
  const why = cause instanceof Error ? cause.message : String(cause);
  return new TroupeError(
    'THREAD_DIED',
    `The thread '${name}' died of an uncaught error: ${why}. Catch it where it is thrown, outside of an actor.`,
    {
      details: { thread: name },
      cause,
    },
  );
}
