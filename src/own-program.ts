// The trap of a program that hosts a machine from its own file, which Python guards against by `__main__`: a thread that imports the file
// runs the program again, which starts a thread that imports it, without end. The same holds for any file that hosts its own exports
// while it is being imported. A file that has been loaded may host what it likes, itself included.
import type { AsyncLocalStorage } from 'node:async_hooks';
import { TroupeError } from './errors.ts';
import { builtin } from './platform.ts';

const importing = new Set<string>();
let programs: readonly string[] | undefined;
let context: AsyncLocalStorage<string> | undefined;

/** Throws `OWN_PROGRAM` if a thread that imported this would run the code again that asks for it. */
export function assertNotOwn(url: URL): void {
  const file = fileOf(url);
  if (ownPrograms().includes(file)) {
    throw ownError(url, "it is this program's own file, which each thread would run again");
  }
  // asked for by the import itself, or by what that import led to; whoever else runs meanwhile may ask
  if (importing.has(file) && context?.getStore() === file) {
    throw ownError(
      url,
      'it is asked for while that file is being imported, and each thread that imports it would ask again',
    );
  }
}

/** Imports a module, and knows until it is loaded who is asking on its behalf. */
export async function importAs<T>(source: string, load: () => Promise<T>): Promise<T> {
  const file = fileOf(new URL(source));
  const hooks = builtin('node:async_hooks');
  if (!hooks) return load();
  context ??= new hooks.AsyncLocalStorage();
  importing.add(file);
  try {
    return await context.run(file, load);
  } finally {
    importing.delete(file);
    // as long as it is in use, it makes each promise dearer
    if (importing.size === 0) context.disable();
  }
}

/** The files that were started to run this thread: the program's, and the worker's own. */
export function ownPrograms(): readonly string[] {
  programs ??= [startedFile()].filter((file) => file !== undefined);
  return programs;
}

/** Tells this thread which programs it belongs to. */
export function adoptPrograms(files: readonly string[]): void {
  programs = [...new Set([...ownPrograms(), ...files])];
}

function startedFile(): string | undefined {
  const program = globalThis.process?.argv?.[1];
  const module = builtin('node:module');
  if (program === undefined || !module) return undefined;
  try {
    // as Node finds it: `node dist/program` means dist/program.js, or dist/program/index.js
    return realPath(module.createRequire(program).resolve(program));
  } catch {
    // what stands there is an argument of `node --eval`
    return undefined;
  }
}

/** What tells a file from others, by whatever link or query it is asked for. */
function fileOf(url: URL): string {
  const { fileURLToPath } = builtin('node:url') ?? {};
  if (url.protocol !== 'file:' || !fileURLToPath) return url.href;
  try {
    return realPath(fileURLToPath(url));
  } catch {
    // there is no such file: it is itself alone
    return url.href;
  }
}

function realPath(path: string): string {
  return builtin('node:fs')?.realpathSync(path) ?? path;
}

function ownError(url: URL, why: string): TroupeError {
  return new TroupeError(
    'OWN_PROGRAM',
    `Cannot host a machine from ${url.href}: ${why}. Move the machine to a module of its own.`,
    { details: { source: url.href } },
  );
}
