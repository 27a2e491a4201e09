// How a thread finds the logic it is asked to run: a module that it imports, once, or what its own file serves.
import type { AnyActorLogic } from 'xstate';
import { isTroupeError, TroupeError } from './errors.ts';
import { assertActorLogic, type LoadLogic } from './host.ts';
import { importAs } from './own-program.ts';
import { builtin } from './platform.ts';

type Module = Readonly<Record<string, unknown>>;

/** Finds logic in the modules that sources name. A module is imported once; later its logic is there at once. */
export function createLoader(): { readonly load: LoadLogic; preload(source: string): void } {
  const loaded = new Map<string, Module>();
  const loading = new Map<string, Promise<Module>>();

  const importOnce = (source: string): Promise<Module> => {
    let pending = loading.get(source);
    if (!pending) {
      pending = importModule(source).then((module) => {
        loaded.set(source, module);
        return module;
      });
      loading.set(source, pending);
    }
    return pending;
  };
  return {
    load(source, name) {
      const module = loaded.get(source);
      return module ? pick(module, name, source) : importOnce(source).then((found) => pick(found, name, source));
    },
    preload(source) {
      // whoever starts an actor of it is told
      importOnce(source).catch(() => {});
    },
  };
}

/** Finds logic among values at hand. */
export function loadFrom(module: Module, source: string): LoadLogic {
  return (_, name) => pick(module, name, source);
}

function pick(module: Module, name: string, source: string): AnyActorLogic {
  // not what every object inherits
  const value = Object.hasOwn(module, name) ? module[name] : undefined;
  assertActorLogic(value, name, source, Object.keys(module).toSorted());
  return value;
}

/** Imports a module, or the TypeScript file that is meant by its URL. */
export async function importModule(source: string): Promise<Module> {
  try {
    return await importAs(source, () => import(source) as Promise<Module>);
  } catch (error) {
    const typescript = sourceBeside(source, error);
    if (typescript) return importTypeScript(typescript, source);
    throw importError(source, error);
  }
}

/** The TypeScript file that is meant, if that is why the import failed: the source itself, or the one beside a `.js` that is not there. */
function sourceBeside(source: string, error: unknown): string | undefined {
  const { code } = error as { readonly code?: unknown };
  const url = new URL(source);
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION' && /\.[cm]?ts$/.test(url.pathname)) return source;
  const fs = builtin('node:fs');
  if (code !== 'ERR_MODULE_NOT_FOUND' || url.protocol !== 'file:' || !fs || fs.existsSync(url)) return undefined;
  const beside = new URL(source.replace(/\.([cm]?)js($|\?)/, '.$1ts$2'));
  return beside.href !== source && fs.existsSync(beside) ? beside.href : undefined;
}

/** Node may strip types itself; else tsx does, where the program has it installed. */
async function importTypeScript(typescript: string, source: string): Promise<Module> {
  try {
    const { typescript: strips } = globalThis.process.features as { readonly typescript?: string | false };
    if (!strips) {
      const { register } = (await import(findTsx(typescript))) as { register(): void };
      register();
    }
  } catch (cause) {
    const isMissing = (cause as { readonly code?: unknown }).code === 'MODULE_NOT_FOUND';
    const why = isMissing ? 'tsx is not installed' : 'tsx failed to start';
    const compiled = typescript.replace(/\.([cm]?)ts($|\?)/, '.$1js$2');
    throw new TroupeError(
      'SOURCE_NOT_LOADABLE',
      `Cannot load ${typescript}: this Node does not strip types and ${why}. Compile it to ${compiled}, ${isMissing ? 'install' : 'update'} tsx, or use Node 22.18 or newer.`,
      { details: { source, typescript }, cause },
    );
  }
  // Node remembers that it could not load this very URL
  const url = typescript === source ? `${typescript}${typescript.includes('?') ? '&' : '?'}ts` : typescript;
  try {
    return await importAs(typescript, () => import(url) as Promise<Module>);
  } catch (error) {
    throw importError(typescript, error);
  }
}

/** The URL of tsx as the program has it installed; throws if it has not. */
function findTsx(typescript: string): string {
  const { createRequire } = globalThis.process.getBuiltinModule('node:module');
  const { pathToFileURL } = globalThis.process.getBuiltinModule('node:url');
  const found = createRequire(typescript).resolve('tsx/esm/api');
  // that one is for require, and looks for its own files in the wrong place when it is imported
  const imported = found.replace(/\.cjs$/, '.mjs');
  return pathToFileURL(builtin('node:fs')?.existsSync(imported) ? imported : found).href;
}

function importError(source: string, cause: unknown): TroupeError {
  // this error tells the mend itself; wrapped, it would be hidden as a cause
  if (isTroupeError(cause, 'OWN_PROGRAM')) return cause;
  return new TroupeError('IMPORT_FAILED', `Cannot import ${source}: ${whyNot(source, cause)}`, {
    details: { source },
    cause,
  });
}

function whyNot(source: string, cause: unknown): string {
  if (!(cause instanceof Error)) return `it threw ${String(cause)}. Mend it there.`;
  const { code } = cause as { readonly code?: unknown };
  const url = new URL(source);
  // a module that it imports may be the missing one
  if (code === 'ERR_MODULE_NOT_FOUND' && url.protocol === 'file:' && builtin('node:fs')?.existsSync(url) === false)
    return 'there is no such file. Compile it, or give the URL of the compiled module.';
  // of what does not even parse Node tells no place to those who catch the error
  if (cause instanceof SyntaxError && !tellsPlace(cause))
    return `${cause.message}. Run node --check on it, and on what it imports, to see where.`;
  return `${cause.message}. The cause is the error that the import threw.`;
}

function tellsPlace({ stack = '' }: Error): boolean {
  return stack.split('\n').some((line) => /\w:\/\/.*:\d/.test(line) && !line.includes(import.meta.url));
}
