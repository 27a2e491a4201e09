// Whole programs, and the threads of this one.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { urlOf } from './places.ts';

/** Runs a compiled fixture as a program; it must end by itself within ten seconds. */
export function runProgram(name: string, ...args: readonly string[]): Promise<{ readonly lines: readonly string[] }> {
  return new Promise((resolve, reject) => {
    const file = fileURLToPath(urlOf(`programs/${name}`));
    execFile(process.execPath, [file, ...args], { timeout: 10_000, encoding: 'utf8' }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${name} failed or hung: ${stdout}${stderr}`, { cause: error }));
      else resolve({ lines: stdout.trimEnd().split('\n') });
    });
  });
}

/** Counts the threads of this program that were started from now on and run. */
export function countThreads(): Disposable & { readonly running: number; readonly started: number } {
  const running = new Set<Worker>();
  let started = 0;
  const add = (worker: Worker) => {
    started += 1;
    running.add(worker);
    worker.once('exit', () => running.delete(worker));
  };
  process.on('worker', add);
  return {
    get running() {
      return running.size;
    },
    get started() {
      return started;
    },
    [Symbol.dispose]: () => void process.off('worker', add),
  };
}
