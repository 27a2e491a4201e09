// Values to and from links. Encoding copies at once, so a later mutation does not travel, and refuses at the sender what cannot
// cross, with the path to the offender. Plain data becomes JSON text; all else a tagged tree (encode-tree.ts, revive-tree.ts).
// The codec knows neither actors nor cells: they come as extensions. It never calls a getter of plain data, a toJSON or a trap
// of a Proxy (in a browser a Proxy cannot be told, and is read like the object that it stands for).

import { TroupeError } from './errors.ts';
import { encodeTree, MAX_DEPTH } from './encode-tree.ts';
import { isPlainArray, isPlainObject, isProxy } from './object-kinds.ts';
import { notSerializable } from './unsendable.ts';
import { reviveTree } from './revive-tree.ts';

/** JSON text of plain data (`JSON.parse` alone gives it back), or a tagged tree. */
export type Encoded = string | Tagged;

/**
 * A fresh tree in which `{ "$": … }` marks what JSON lacks. Unless it is `raw` it may travel as JSON; a `raw` one holds binary
 * or shared memory and travels by structured clone only. Decoding hands over the binary leaves, so clone a raw tree for each reader.
 */
export interface Tagged {
  readonly tree: unknown;
  readonly raw: boolean;
}

/**
 * How a special kind of object is told and brought back.
 *
 * `describe` gives anything that can itself be encoded, and `revive` gets it decoded. `test` is asked before all else, but not
 * about a value that holds neither objects nor functions: events of flat data cost it nothing.
 */
export interface Extension {
  /** Marks the object in a tree; none of the codec's own: `bigint date error map number object regexp set undefined`. */
  readonly tag: string;
  /** Whether an object is of this kind. */
  test(value: object): boolean;
  /** What tells of it; throws if it cannot cross. */
  describe(value: object): unknown;
  /** The object that a description tells of; throws `BAD_FRAME` for anything else. */
  revive(data: unknown): unknown;
}

/** Values to and from what travels. An encoded value is a copy: what happens to the original later does not travel. */
export interface Codec {
  /** A copy of `value` that can travel, or `NOT_SERIALIZABLE` with `details.path`, begun with `root` ('value'), and `details.kind`. */
  encode(value: unknown, root?: string): Encoded;
  /** The value again, or `BAD_FRAME` for anything that `encode` does not make. */
  decode(encoded: Encoded): unknown;
  /** The value of a tagged tree alone, or `BAD_FRAME`. */
  reviveTree(tree: unknown): unknown;
}

/**
 * A codec that also carries the objects of these extensions; a function is asked for them anew each time they are needed.
 *
 * Some things arrive changed: a hole in an array as undefined, an object without a prototype as a plain one, a Buffer as a
 * Uint8Array, two views of one unshared buffer as views of two, an element of an array that is a getter as what it gave.
 */
export function createCodec(extensions: readonly Extension[] | (() => readonly Extension[])): Codec {
  const current = typeof extensions === 'function' ? extensions : () => extensions;
  return {
    encode(value, root = 'value') {
      try {
        return isJson(value, current) ? JSON.stringify(value) : encodeTree(value, root, current());
      } catch (error) {
        throw error instanceof TroupeError ? error : cannotRead(root, error);
      }
    },
    decode(encoded: unknown) {
      if (typeof encoded === 'string') return parse(encoded);
      if (typeof encoded === 'object' && encoded !== null && 'tree' in encoded) {
        return reviveTree(encoded.tree, current());
      }
      throw new TroupeError('BAD_FRAME', 'Cannot decode a value: it is neither JSON text nor a tagged tree.');
    },
    reviveTree: (tree) => reviveTree(tree, current()),
  };
}

/** About how many bytes an encoded value takes; cheap for plain data, and near enough for the rest. */
export function sizeOf(encoded: Encoded): number {
  if (typeof encoded === 'string') return encoded.length;
  let size = 0;
  const open: unknown[] = [encoded.tree];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next === 'string') size += next.length;
    else if (typeof next !== 'object' || next === null) size += 8;
    else if (ArrayBuffer.isView(next) || next instanceof ArrayBuffer) size += next.byteLength;
    else {
      size += 8;
      for (const [key, value] of Object.entries(next)) {
        size += key.length;
        if (value !== undefined) open.push(value);
      }
    }
  }
  return size;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TroupeError('BAD_FRAME', 'Cannot decode a value: it is not JSON.', { cause });
  }
}

/** The engine itself gave up (its stack or a string's length), or code of the value's own threw (a namespace that is not loaded). */
function cannotRead(root: string, cause: unknown): TroupeError {
  const kind = cause instanceof RangeError ? 'excess' : 'unreadable';
  const because = cause instanceof RangeError ? 'it is too deep or too large' : 'it throws when it is read';
  return notSerializable(root, kind, because, cause);
}

/** What a walk through nested objects must remember; a flat value needs none. */
interface Walk {
  readonly extensions: readonly Extension[];
  /** A second sight of an object means a cycle or a shared reference, and those need the tree. */
  readonly seen: Set<object>;
}

/** Whether `JSON.parse(JSON.stringify(value))` is exactly `value`. A no says nothing of why: the tree finds that out. */
function isJson(value: unknown, extensions: () => readonly Extension[]): boolean {
  if (typeof value !== 'object' || value === null) return isJsonLeaf(value);
  if (isProxy(value) || 'toJSON' in value) return false;
  if (Array.isArray(value)) return isJsonNested(value, { extensions: extensions(), seen: new Set() }, 0);
  if (!hasNoClass(value)) return false;
  for (const key in value) {
    const property = Object.getOwnPropertyDescriptor(value, key);
    if (property === undefined || !('value' in property)) return false;
    if (isJsonLeaf(property.value)) continue;
    // no flat event after all: from the beginning again, with a memory
    const nested = typeof property.value === 'object';
    return nested && isJsonNested(value, { extensions: extensions(), seen: new Set() }, 0);
  }
  return true;
}

/** Whether a value that is no object crosses as JSON text. */
export function isJsonLeaf(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
  return typeof value === 'string' || typeof value === 'boolean' || value === null;
}

function isJsonNested(object: object, walk: Walk, depth: number): boolean {
  if (depth > MAX_DEPTH || walk.seen.has(object) || isProxy(object) || 'toJSON' in object) return false;
  walk.seen.add(object);
  for (const extension of walk.extensions) if (extension.test(object)) return false;
  if (Array.isArray(object)) {
    if (!isWholeArray(object)) return false;
    for (const value of object as readonly unknown[]) if (!isJsonMember(value, walk, depth)) return false;
    return true;
  }
  if (!hasNoClass(object)) return false;
  for (const key in object) {
    const property = Object.getOwnPropertyDescriptor(object, key);
    if (property === undefined || !('value' in property) || !isJsonMember(property.value, walk, depth)) return false;
  }
  return true;
}

function isJsonMember(value: unknown, walk: Walk, depth: number): boolean {
  return typeof value === 'object' && value !== null ? isJsonNested(value, walk, depth + 1) : isJsonLeaf(value);
}

function hasNoClass(object: object): boolean {
  return isPlainObject(object) && Object.getOwnPropertySymbols(object).length === 0;
}

/** Whether an array has no holes and no named properties: the keys are then its indices. */
function isWholeArray(array: readonly unknown[]): boolean {
  const keys = Object.keys(array);
  return (
    isPlainArray(array) && keys.length === array.length && (keys.length === 0 || keys.at(-1) === `${keys.length - 1}`)
  );
}
