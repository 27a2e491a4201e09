// The command line of troupe, or a program with an inspector of its own, as a process.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { until } from 'troupe/testing';

const command = fileURLToPath(new URL('../../dist/src/cli/troupe.js', import.meta.url));

export interface Command extends AsyncDisposable {
  readonly stdout: string;
  readonly stderr: string;
  /** The page's address, as soon as it is told. */
  url(): Promise<string>;
  kill(signal: NodeJS.Signals): void;
  /** What has ended it, if it was a signal. */
  readonly signal: NodeJS.Signals | null;
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
}

/** Starts it; whatever becomes of the test, it is ended. */
export const troupe = (args: readonly string[]): Command => launch(command, args);

/** Starts a program that tells the address of its inspector as the command does. */
export function launch(file: string, args: readonly string[]): Command {
  const child = spawn(process.execPath, [file, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, BROWSER: 'none' },
    timeout: 20_000,
    // the program below it is sent the same
    killSignal: 'SIGTERM',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<Awaited<Command['ended']>>((resolve) => {
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
  const address = () => /^Inspector: (\S+)$/m.exec(stderr)?.[1];
  return {
    get stdout() {
      return stdout;
    },
    get stderr() {
      return stderr;
    },
    url: () => until(address, { timeout: 10_000 }),
    kill: (signal) => void child.kill(signal),
    get signal() {
      return child.signalCode;
    },
    ended,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
