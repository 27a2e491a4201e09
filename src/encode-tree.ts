// A value as a tagged tree: a fresh copy in which `{ "$": tag, … }` stands for what JSON lacks and `{ "$": n }` for the n-th object
// met before, so cycles and shared references keep their identity. What cannot cross is refused with its path; inside an error it is
// left out and named instead, for an error must always cross. revive-tree.ts counts the objects in the same order.

import type { Extension, Tagged } from './codec.ts';
import { encodeError } from './error-codec.ts';
import type { ErrorNode } from './error-codec.ts';
import {
  brandOf,
  classNameOf,
  copyBuffer,
  copyView,
  isError,
  isPlainArray,
  isPlainObject,
  isProxy,
} from './object-kinds.ts';
import type { Brand } from './object-kinds.ts';
import { notSerializable, pathText } from './unsendable.ts';
import type { Step } from './unsendable.ts';

/** How many objects may be nested in one another: tagged twice over, they still fit the stack that a structured clone has. */
export const MAX_DEPTH = 400;

/** The tagged tree of a value, or `NOT_SERIALIZABLE`. */
export function encodeTree(value: unknown, root: string, extensions: readonly Extension[]): Tagged {
  const encoding: Encoding = {
    root,
    extensions,
    numbers: new Map(),
    path: [],
    count: 0,
    raw: false,
    error: undefined,
  };
  const tree = encodeValue(encoding, value);
  return { tree, raw: encoding.raw };
}

/** What encoding one value has come to so far. A node of its tree is never undefined: that is a part left out of an error. */
interface Encoding {
  readonly root: string;
  readonly extensions: readonly Extension[];
  /** The number of each object met, in order; UNNUMBERED while an extension describes it. */
  readonly numbers: Map<object, number>;
  readonly path: Step[];
  count: number;
  raw: boolean;
  /** Where the innermost error under way begins in the path, and what of it was left out. */
  error: { readonly depth: number; readonly omitted: string[] } | undefined;
}

const UNNUMBERED = -1;
const TOO_DEEP = `it is nested deeper than ${MAX_DEPTH} levels`;

function encodeValue(encoding: Encoding, value: unknown): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? value : { $: 'number', data: numberText(value) };
    case 'undefined':
      return { $: 'undefined' };
    case 'bigint':
      return { $: 'bigint', data: value.toString() };
    case 'object':
      return value === null ? null : encodeObject(encoding, value);
    default:
      return refuse(encoding, typeof value);
  }
}

function encodeObject(encoding: Encoding, object: object): unknown {
  const number = encoding.numbers.get(object);
  if (number === UNNUMBERED) return refuse(encoding, 'cycle', 'it holds itself');
  if (number !== undefined) return { $: number };
  if (isProxy(object)) return refuse(encoding, 'Proxy');
  if (encoding.path.length > MAX_DEPTH) return refuse(encoding, 'depth', TOO_DEEP);
  const extension = encoding.extensions.find((candidate) => candidate.test(object));
  if (extension !== undefined) return encodeExtended(encoding, object, extension);
  if (Array.isArray(object)) {
    if (isPlainArray(object)) return encodeArray(encoding, object);
  } else if (isPlainObject(object) && !Object.hasOwn(object, Symbol.toStringTag)) {
    return encodePlain(encoding, object);
  } else if (isError(object)) {
    return encodeWholeError(encoding, object);
  } else {
    const brand = brandOf(object);
    if (ArrayBuffer.isView(object) || brand?.endsWith('ArrayBuffer') === true) return encodeBinary(encoding, object);
    if (brand !== undefined) return encodeBranded(encoding, object, brand);
  }
  return refuse(encoding, `instance of ${classNameOf(object) || 'a class'}`);
}

/** The tree of a value one step further down. */
function encodeAt(encoding: Encoding, step: Step, value: unknown): unknown {
  encoding.path.push(step);
  const node = encodeValue(encoding, value);
  encoding.path.pop();
  return node;
}

/** The tree of a property, which must not be a getter or setter. */
function encodeField(encoding: Encoding, key: string, field: { readonly value?: unknown } | undefined): unknown {
  if (field !== undefined && 'value' in field) return encodeAt(encoding, key, field.value);
  return refuseAt(encoding, key, 'accessor', 'it is a getter or setter');
}

function enter(encoding: Encoding, object: object): void {
  encoding.numbers.set(object, encoding.count);
  encoding.count += 1;
}

/** An extended object is numbered after its data, for it can only be revived from them. */
function encodeExtended(encoding: Encoding, object: object, extension: Extension): unknown {
  encoding.numbers.set(object, UNNUMBERED);
  const data = encodeAt(encoding, { text: '' }, describe(encoding, object, extension));
  encoding.numbers.delete(object);
  if (data === undefined) return undefined;
  enter(encoding, object);
  return { $: extension.tag, data };
}

/** What an extension says of an object. One that throws has no say over whether an error crosses: a function never does. */
function describe(encoding: Encoding, object: object, extension: Extension): unknown {
  try {
    return extension.describe(object);
  } catch (error) {
    if (encoding.error === undefined) throw error;
    return extension.describe;
  }
}

function encodeWholeError(encoding: Encoding, error: Error): ErrorNode {
  enter(encoding, error);
  const outer = encoding.error;
  encoding.error = { depth: encoding.path.length, omitted: [] };
  const { omitted } = encoding.error;
  refuseSymbols(encoding, error);
  const node = encodeError(error, omitted, (key, field) => encodeField(encoding, key, field));
  encoding.error = outer;
  return node;
}

function encodePlain(encoding: Encoding, object: object): unknown {
  refuseSymbols(encoding, object);
  enter(encoding, object);
  // a key that means something to the tree or to JavaScript is kept out of the way, in a list
  const list: unknown[] | undefined = Object.hasOwn(object, '$') || Object.hasOwn(object, '__proto__') ? [] : undefined;
  const tree: Record<string, unknown> = {};
  for (const key of Object.keys(object)) {
    const node = encodeField(encoding, key, Object.getOwnPropertyDescriptor(object, key));
    if (node === undefined) continue;
    if (list === undefined) tree[key] = node;
    else list.push(key, node);
  }
  return list === undefined ? tree : { $: 'object', data: list };
}

function encodeArray(encoding: Encoding, array: readonly unknown[]): unknown {
  const last = Object.keys(array).at(-1);
  if (last !== undefined && !/^\d+$/.test(last)) refuseAt(encoding, last, 'property of an array');
  enter(encoding, array);
  const tree: unknown[] = [];
  for (let index = 0; index < array.length; index += 1) {
    const node = encodeAt(encoding, index, array[index]);
    tree.push(node === undefined ? { $: 'undefined' } : node);
  }
  return tree;
}

function encodeBinary(encoding: Encoding, object: object): unknown {
  try {
    const copy = ArrayBuffer.isView(object) ? copyView(object) : copyBuffer(object as ArrayBufferLike);
    enter(encoding, object);
    encoding.raw = true;
    return copy;
  } catch {
    return refuse(encoding, 'detached buffer', 'its memory was transferred away');
  }
}

function encodeBranded(encoding: Encoding, object: object, brand: Brand): unknown {
  const [extra] = Object.keys(object);
  if (extra !== undefined) refuseAt(encoding, extra, `property of a ${brand}`);
  enter(encoding, object);
  switch (brand) {
    case 'Date': {
      const time = Date.prototype.getTime.call(object);
      return { $: 'date', data: Number.isNaN(time) ? null : time };
    }
    case 'RegExp': {
      const { source, flags, lastIndex } = object as RegExp;
      return { $: 'regexp', source, flags, lastIndex };
    }
    case 'Map':
      return { $: 'map', data: encodeEntries(encoding, object as Map<unknown, unknown>) };
    case 'Set':
      return { $: 'set', data: encodeMembers(encoding, object as Set<unknown>) };
    default:
      return undefined;
  }
}

function encodeEntries(encoding: Encoding, map: Map<unknown, unknown>): unknown[] {
  const list: unknown[] = [];
  let index = 0;
  for (const [key, value] of Map.prototype.entries.call(map)) {
    const keyNode = encodeAt(encoding, { text: `.keys()[${index}]` }, key);
    const primitive = (typeof key !== 'object' || key === null) && keyNode !== undefined;
    const text = primitive
      ? `.get(${typeof key === 'string' ? JSON.stringify(key) : String(key)})`
      : `.values()[${index}]`;
    const valueNode = keyNode === undefined ? undefined : encodeAt(encoding, { text }, value);
    // a key that was met is numbered: it must stay, even if its value is left out
    if (keyNode !== undefined) list.push(keyNode, valueNode === undefined ? { $: 'undefined' } : valueNode);
    index += 1;
  }
  return list;
}

function encodeMembers(encoding: Encoding, set: Set<unknown>): unknown[] {
  const list: unknown[] = [];
  let index = 0;
  for (const member of Set.prototype.values.call(set)) {
    const node = encodeAt(encoding, { text: `.values()[${index}]` }, member);
    if (node !== undefined) list.push(node);
    index += 1;
  }
  return list;
}

function refuseSymbols(encoding: Encoding, object: object): void {
  for (const key of Object.getOwnPropertySymbols(object)) {
    if (!Object.prototype.propertyIsEnumerable.call(object, key)) continue;
    refuseAt(encoding, { text: `[${String(key)}]` }, 'symbol key', 'its key is a symbol');
  }
}

function refuseAt(encoding: Encoding, step: Step, kind: string, because?: string): undefined {
  encoding.path.push(step);
  refuse(encoding, kind, because);
  encoding.path.pop();
}

/** Refuses the value that the path leads to; inside an error it is only noted, and left out. */
function refuse(encoding: Encoding, kind: string, because = `it is ${withArticle(kind)}`): undefined {
  const { root, path, error } = encoding;
  if (error !== undefined) {
    error.omitted.push(pathText('', path.slice(error.depth)));
    return;
  }
  throw notSerializable(pathText(root, path), kind, because);
}

function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function withArticle(kind: string): string {
  return `${/^[aeiou]/i.test(kind) ? 'an' : 'a'} ${kind}`;
}
