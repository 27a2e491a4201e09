// What can be imported into a host, and the checks of it that need no host.
import { TroupeError } from './errors.ts';

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
  if (isOwnProgram(url)) {
    throw new TroupeError(
      'OWN_PROGRAM',
      `Cannot host a machine from ${url.href}: it is this program's own file, which each thread would run again. Move the machine to a module of its own.`,
      { details: { source: url.href } },
    );
  }
  return url.href;
}

function isOwnProgram(url: URL): boolean {
  const program = globalThis.process?.argv?.[1];
  if (program === undefined || url.protocol !== 'file:') return false;
  const { realpathSync } = globalThis.process.getBuiltinModule('node:fs');
  const { fileURLToPath } = globalThis.process.getBuiltinModule('node:url');
  try {
    return realpathSync(fileURLToPath(url)) === realpathSync(program);
  } catch {
    // one of them is no file: then they are not the same
    return false;
  }
}
