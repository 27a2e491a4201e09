// The only door to Node's built-in modules. They are asked for at run time, never imported, so that a browser can load every
// file of troupe; where there is no Node, the door is shut and the callers say what they cannot do.
import type * as WorkerThreads from 'node:worker_threads';

/** `node:worker_threads` where this realm has it. */
export const workerThreads: typeof WorkerThreads | undefined =
  globalThis.process?.getBuiltinModule?.('node:worker_threads');

/** Captured at load, so that a test's fake timers cannot stop a deadline of ours. */
export const { setTimeout, clearTimeout } = globalThis;

const now = Promise.resolve();

/** Runs a callback when this tick ends. Node's `queueMicrotask` makes an async resource of each call and costs several times as much. */
export function runSoon(callback: () => void): void {
  void now.then(callback);
}
