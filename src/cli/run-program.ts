// Runs a user's program in a process of its own, as Node would: with its flags, its arguments, its standard streams, and its exit code.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { LookSettings } from './look-on.ts';

/** The file that Node runs for what was typed; undefined if there is none. */
export function resolveProgram(file: string): string | undefined {
  try {
    return createRequire(join(process.cwd(), 'here')).resolve(resolve(file));
  } catch {
    return undefined;
  }
}

/** The flags with which Node loads a program; undefined if it cannot. */
export function loaderFor(program: string): readonly string[] | undefined {
  const { typescript } = process.features as { readonly typescript?: string | false };
  if (typescript || !/\.[cm]?tsx?$/.test(program)) return [];
  try {
    return ['--import', pathToFileURL(createRequire(program).resolve('tsx')).href];
  } catch {
    return undefined;
  }
}

/** Runs it with a preload that looks at it; resolves with its exit code. */
export function runProgram(
  file: string,
  args: readonly string[],
  { program, loader, settings }: { program: string; loader: readonly string[]; settings: LookSettings },
): Promise<number> {
  const flags = [...process.execArgv, ...loader, '--import', preloadFor(program)];
  const child = spawn(process.execPath, [...flags, file, ...args], {
    stdio: 'inherit',
    env: { ...process.env, TROUPE_INSPECT: JSON.stringify(settings) },
  });
  const pass = (signal: NodeJS.Signals) => void child.kill(signal);
  process.on('SIGINT', leave).on('SIGTERM', pass).on('SIGHUP', pass);
  return new Promise((resolveCode, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      process.off('SIGINT', leave).off('SIGTERM', pass).off('SIGHUP', pass);
      resolveCode(code ?? 128 + constants.signals[signal as NodeJS.Signals]);
    });
  });
}

/** The terminal sends Ctrl-C to both processes, and it is the program's to take. */
const leave = () => {};

/** The preload of the program's own troupe, if it has one: its threads are seen by the one that started them. */
function preloadFor(program: string): string {
  const own = new URL('../cli/preload.js', import.meta.url).href;
  try {
    const folder = dirname(createRequire(program).resolve('troupe/package.json'));
    const preload = join(folder, 'dist/src/cli/preload.js');
    return existsSync(preload) ? pathToFileURL(preload).href : own;
  } catch {
    return own;
  }
}
