// The only door to Node's built-in modules. They are asked for at run time, never imported, so that a browser can load every
// file of troupe; where there is no Node, the door is shut and the callers say what they cannot do.
import type * as AsyncHooks from 'node:async_hooks';
import type * as FileSystem from 'node:fs';
import type * as Module from 'node:module';
import type * as PerfHooks from 'node:perf_hooks';
import type * as Url from 'node:url';
import type * as WorkerThreads from 'node:worker_threads';

interface Builtins {
  'node:async_hooks': typeof AsyncHooks;
  // what is asked of it, which its types lack
  'node:fs': typeof FileSystem;
  'node:module': typeof Module;
  'node:perf_hooks': typeof PerfHooks;
  'node:url': typeof Url;
  'node:worker_threads': typeof WorkerThreads;
}

/** A module of Node's own, where this realm has it. */
export function builtin<TName extends keyof Builtins>(name: TName): Builtins[TName] | undefined {
  // Node's own type gives the module of this name, but not of a name that is only known to be one of these
  return globalThis.process?.getBuiltinModule?.(name) as unknown as Builtins[TName] | undefined;
}

/** `node:worker_threads` where this realm has it. */
export const workerThreads: typeof WorkerThreads | undefined = builtin('node:worker_threads');

const soon = Promise.resolve();

/**
 * Runs a task when this tick ends. Node's `queueMicrotask` makes an async resource of each call and costs several times as much; what
 * the task throws is uncaught all the same, and no unhandled rejection.
 */
export function runSoon(task: () => void): void {
  void soon.then(() => run(task));
}

function run(task: () => void): void {
  try {
    task();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
