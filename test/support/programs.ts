// Whole programs, and the threads of this one.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
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

/** How a program has ended: with a code, or by a signal. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A program that runs. */
export interface Running extends AsyncDisposable {
  readonly pid: number;
  /** The first line that it has written. */
  readonly line: string;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
}

/** Starts a compiled fixture as a program and waits for its first line; whatever becomes of the test, it is killed. */
export async function startProgram(name: string, ...args: readonly string[]): Promise<Running> {
  const child = spawn(process.execPath, [fileURLToPath(urlOf(`programs/${name}`)), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 20_000,
    killSignal: 'SIGKILL',
  });
  const ended = new Promise<Ended>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const [line] = (await Promise.race([
    once(createInterface(child.stdout), 'line'),
    ended.then(({ code }) => Promise.reject(new Error(`${name} ended with ${code} and said nothing`))),
  ])) as [string];
  return {
    pid: child.pid as number,
    line,
    kill: (signal) => void child.kill(signal),
    ended,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
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
