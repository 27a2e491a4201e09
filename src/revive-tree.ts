// A tagged tree as the value that it was made of. A tree comes from a link and is believed in nothing: what `encodeTree` does not
// make is BAD_FRAME, a cycle or an excess of depth in the tree included, and no key of it ever reaches a prototype.

import type { Extension } from './codec.ts';
import { MAX_DEPTH } from './encode-tree.ts';
import { createError, defineErrorProperty, isErrorNode, isWholeTroupeError } from './error-codec.ts';
import { TroupeError } from './errors.ts';
import { brandOf, isPlainObject, isProxy, setOwn } from './object-kinds.ts';

/** The value of a tagged tree, or `BAD_FRAME`. */
export function reviveTree(tree: unknown, extensions: readonly Extension[]): unknown {
  try {
    return reviveNode({ extensions, objects: [], visited: new Set() }, tree, 0);
  } catch (error) {
    throw error instanceof TroupeError ? error : malformed('it holds data that make no value', error);
  }
}

interface Revival {
  readonly extensions: readonly Extension[];
  /** The objects revived so far, by number. */
  readonly objects: unknown[];
  /** The nodes seen so far: in a tree that is one, each is met once. */
  readonly visited: Set<object>;
}

type Node = Readonly<Record<string, unknown>>;

function reviveNode(revival: Revival, node: unknown, depth: number): unknown {
  if (typeof node !== 'object' || node === null) {
    if (node === null || typeof node === 'string' || typeof node === 'number' || typeof node === 'boolean') return node;
    throw malformed(`it holds a bare ${typeof node}`);
  }
  if (revival.visited.has(node)) throw malformed('it is no tree: a part of it occurs twice');
  if (depth > MAX_DEPTH + 1) throw malformed(`it is nested deeper than ${MAX_DEPTH} levels`);
  revival.visited.add(node);
  if (isProxy(node)) throw malformed('it holds a Proxy');
  if (Array.isArray(node)) return reviveArray(revival, node as readonly unknown[], depth);
  if (isPlainObject(node)) {
    const tag = Object.hasOwn(node, '$') ? (node as Node)['$'] : undefined;
    return tag === undefined
      ? revivePlain(revival, node as Node, depth)
      : reviveTagged(revival, tag, node as Node, depth);
  }
  if (ArrayBuffer.isView(node) || brandOf(node)?.endsWith('ArrayBuffer') === true) return enter(revival, node);
  throw malformed('it holds an object that is neither plain nor binary');
}

function enter<TValue>(revival: Revival, value: TValue): TValue {
  revival.objects.push(value);
  return value;
}

function reviveArray(revival: Revival, nodes: readonly unknown[], depth: number): unknown[] {
  const array: unknown[] = enter(revival, []);
  for (const node of nodes) array.push(reviveNode(revival, node, depth + 1));
  return array;
}

function revivePlain(revival: Revival, node: Node, depth: number): object {
  const object = enter(revival, {});
  for (const key of Object.keys(node)) setOwn(object, key, reviveNode(revival, node[key], depth + 1));
  return object;
}

function reviveTagged(revival: Revival, tag: unknown, node: Node, depth: number): unknown {
  const data = node['data'];
  switch (tag) {
    case 'undefined':
      return undefined;
    case 'number':
      if (typeof data !== 'string' || !UNUSUAL_NUMBERS.has(data)) throw malformed('it holds a number that is none');
      return Number(data);
    case 'bigint':
      if (typeof data !== 'string' || !/^-?\d+$/.test(data)) throw malformed('it holds a bigint that is none');
      return BigInt(data);
    case 'date':
      if (typeof data !== 'number' && data !== null) throw malformed('it holds a date that is none');
      return enter(revival, new Date(data ?? Number.NaN));
    case 'regexp':
      return enter(revival, reviveRegExp(node));
    case 'object':
      return reviveList(revival, enter(revival, {}), data, depth);
    case 'map': {
      const map = enter(revival, new Map());
      const list = listOf(data, 2);
      for (let index = 0; index < list.length; index += 2) {
        const key = reviveNode(revival, list[index], depth + 1);
        map.set(key, reviveNode(revival, list[index + 1], depth + 1));
      }
      return map;
    }
    case 'set': {
      const set = enter(revival, new Set());
      for (const member of listOf(data, 1)) set.add(reviveNode(revival, member, depth + 1));
      return set;
    }
    case 'error':
      return reviveError(revival, node, depth);
    default:
      return typeof tag === 'number' ? objectNumber(revival, tag) : reviveExtended(revival, tag, data, depth);
  }
}

const UNUSUAL_NUMBERS: ReadonlySet<string> = new Set(['NaN', 'Infinity', '-Infinity', '-0']);

function objectNumber(revival: Revival, number: number): unknown {
  if (!Number.isInteger(number) || number < 0 || number >= revival.objects.length) {
    throw malformed(`it refers to an object ${number} that it does not hold`);
  }
  return revival.objects[number];
}

function reviveExtended(revival: Revival, tag: unknown, data: unknown, depth: number): unknown {
  const extension = revival.extensions.find((candidate) => candidate.tag === tag);
  if (extension === undefined) throw malformed(`nothing here revives what it tags ${JSON.stringify(tag)}`);
  const described = reviveNode(revival, data, depth + 1);
  return enter(revival, extension.revive(described));
}

function reviveRegExp({ source, flags, lastIndex }: Node): RegExp {
  if (typeof source !== 'string' || typeof flags !== 'string' || typeof lastIndex !== 'number') {
    throw malformed('it holds a regular expression that is none');
  }
  const pattern = new RegExp(source, flags);
  pattern.lastIndex = lastIndex;
  return pattern;
}

function reviveList(revival: Revival, object: Record<string, unknown>, data: unknown, depth: number): object {
  eachPair(revival, data, depth, (key, value) => setOwn(object, key, value));
  return object;
}

function reviveError(revival: Revival, node: Node, depth: number): Error {
  if (!isErrorNode(node)) throw malformed('it holds an error that is none');
  const error = enter(revival, createError(node));
  eachPair(revival, node.hidden, depth, (key, value) => defineErrorProperty(error, key, value, false));
  eachPair(revival, node.data, depth, (key, value) => defineErrorProperty(error, key, value, true));
  if (error instanceof TroupeError && !isWholeTroupeError(error))
    throw malformed('it holds a TroupeError that is none');
  return error;
}

function eachPair(revival: Revival, data: unknown, depth: number, take: (key: string, value: unknown) => void): void {
  const list = listOf(data, 2);
  for (let index = 0; index < list.length; index += 2) {
    const key = list[index];
    if (typeof key !== 'string') throw malformed('it holds a property without a name');
    take(key, reviveNode(revival, list[index + 1], depth + 1));
  }
}

function listOf(data: unknown, multiple: number): readonly unknown[] {
  if (!Array.isArray(data) || data.length % multiple !== 0) throw malformed('it holds a list that is none');
  return data as readonly unknown[];
}

function malformed(because: string, cause?: unknown): TroupeError {
  const text = `Cannot decode a tagged tree: ${because}. Both sides of the link must run the same version of troupe.`;
  return new TroupeError('BAD_FRAME', text, cause === undefined ? {} : { cause });
}
