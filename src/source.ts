// What can be imported into a host, and the checks of it that need no host.
import { TroupeError } from './errors.ts';
import { assertNotOwn } from './own-program.ts';

/** A worker of this platform, as a factory makes it: a `Worker` of `node:worker_threads`, or the browser's. */
export interface WorkerLike {
  postMessage(message: unknown): void;
  terminate(): unknown;
}

/**
 * Where a host finds a module: its URL, or a function that makes a worker whose file calls `serve`. Bundlers see both.
 */
export type Source = URL | string | (() => WorkerLike);

/** The URL of a module source; throws if it is none, or this very program. */
export function moduleUrl(source: URL | string): string {
  let url: URL;
  try {
    url = new URL(source);
  } catch (cause) {
    throw new TroupeError(
      'INVALID_ARGUMENT',
      `Cannot import '${String(source)}': it is no absolute URL. Give new URL('./module.js', import.meta.url).`,
      { details: { source: String(source) }, cause },
    );
  }
  assertNotOwn(url);
  return url.href;
}
