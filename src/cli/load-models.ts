// The models that a module exports, whichever copy of troupe has made them.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isTroupeError } from '../errors.ts';
import { importModule } from '../load.ts';
import { insideOf, type Inside } from '../testing/model/inside.ts';

/** A model by the name of its export. */
export interface NamedModel {
  readonly name: string;
  readonly inside: Inside;
}

/** Finds them, or the one that is asked for; or says why there are none. */
export async function loadModels(module: string, wanted: string | undefined): Promise<readonly NamedModel[] | string> {
  const isUrl = /^[a-z][a-z+.-]+:/i.test(module) && !existsSync(module);
  // beside it a TypeScript file may stand, which is loaded then
  const path = resolve(module);
  if (!isUrl && !existsSync(path) && !existsSync(path.replace(/js$/, 'ts')))
    return `Cannot check ${module}: there is no such file in ${process.cwd()}.`;
  let exported: Readonly<Record<string, unknown>>;
  try {
    exported = await importModule(isUrl ? module : pathToFileURL(path).href);
  } catch (error) {
    // where a module breaks is for its author to see
    const { cause } = error as { readonly cause?: unknown };
    const stack = cause instanceof Error && isTroupeError(error, 'IMPORT_FAILED') ? `\n\n${cause.stack}` : '';
    return `${error instanceof Error ? error.message : String(error)}${stack}`;
  }
  const names = Object.keys(exported).toSorted();
  const list = names.length > 0 ? names.join(', ') : 'nothing';
  if (wanted !== undefined && !names.includes(wanted))
    return `Cannot check ${module}: it exports no '${wanted}'. It exports ${list}.`;
  const models = names
    .filter((name) => wanted === undefined || name === wanted)
    .flatMap((name) => {
      const inside = insideOf(exported[name]);
      return inside ? [{ name, inside }] : [];
    });
  if (models.length > 0) return models;
  return `Cannot check ${module}: ${wanted === undefined ? `it exports no model, but ${list}` : `'${wanted}' is no model`}. Export what model() of troupe/testing returns.`;
}
