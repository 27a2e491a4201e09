// Values with other actors or names in them. What holds none of those stays the very same object.
import type { AnyActorRef } from 'xstate';
import { kindOf } from './values.ts';

/** What is put in place of what. */
export interface Rewriting {
  /** The ref in place of another, or the same. */
  readonly ref: (ref: AnyActorRef) => AnyActorRef;
  /** The string in place of another, also where it is a key. */
  readonly text?: (text: string) => string;
  /** A list after its members were rewritten, and as it was. */
  readonly list?: (after: unknown[], before: readonly unknown[]) => unknown[];
}

/** A value rewritten. */
export function rewrite<T>(value: T, rewriting: Rewriting): T {
  return go(value, rewriting, new Map()) as T;
}

function go(value: unknown, rewriting: Rewriting, known: Map<object, unknown>): unknown {
  if (typeof value === 'string') return rewriting.text ? rewriting.text(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (known.has(value)) return known.get(value);
  const kind = kindOf(value);
  switch (kind) {
    case 'ref':
      return rewriting.ref(value as AnyActorRef);
    case 'array': {
      const before = value as readonly unknown[];
      const after: unknown[] = [];
      // what is come upon again within is the new one: a list that holds itself is made anew
      known.set(value, after);
      let isSame = true;
      for (let at = 0; at < before.length; at += 1) {
        if (!(at in before)) {
          after.length = at + 1;
          continue;
        }
        after[at] = go(before[at], rewriting, known);
        isSame &&= Object.is(after[at], before[at]);
      }
      const result = isSame ? value : (rewriting.list?.(after, before) ?? after);
      known.set(value, result);
      return result;
    }
    case 'map': {
      const after = new Map<unknown, unknown>();
      known.set(value, after);
      let isSame = true;
      for (const [key, each] of value as ReadonlyMap<unknown, unknown>) {
        const newKey = go(key, rewriting, known);
        const newEach = go(each, rewriting, known);
        isSame &&= Object.is(newKey, key) && Object.is(newEach, each);
        after.set(newKey, newEach);
      }
      return keep(value, after, isSame, known);
    }
    case 'set': {
      const after = new Set<unknown>();
      known.set(value, after);
      let isSame = true;
      for (const each of value as ReadonlySet<unknown>) {
        const newEach = go(each, rewriting, known);
        isSame &&= Object.is(newEach, each);
        after.add(newEach);
      }
      return keep(value, after, isSame, known);
    }
    case 'object':
    case 'error':
      return goKeys(value, Object.keys(value), rewriting, known);
    case 'snapshot':
      return goKeys(value, SNAPSHOT_KEYS, rewriting, known);
    default:
      return value;
  }
}

/** What of a machine's snapshot may hold an actor or a name. */
const SNAPSHOT_KEYS = ['output', 'error', 'context', 'children'];

function keep(before: object, after: object, isSame: boolean, known: Map<object, unknown>): unknown {
  const result = isSame ? before : after;
  known.set(before, result);
  return result;
}

function goKeys(value: object, keys: readonly string[], rewriting: Rewriting, known: Map<object, unknown>): unknown {
  const before = value as Readonly<Record<string, unknown>>;
  const after = Object.create(
    Object.getPrototypeOf(value) as object | null,
    kindOf(value) === 'error' ? Object.getOwnPropertyDescriptors(value) : {},
  ) as Record<string, unknown>;
  known.set(value, after);
  const renamesKeys = keys !== SNAPSHOT_KEYS;
  let isSame = true;
  const changed: [string, string, unknown][] = [];
  for (const key of keys) {
    const newKey = rewriting.text && renamesKeys ? rewriting.text(key) : key;
    const each = go(before[key], rewriting, known);
    isSame &&= newKey === key && Object.is(each, before[key]);
    changed.push([key, newKey, each]);
  }
  if (isSame) {
    known.set(value, value);
    return value;
  }
  if (keys === SNAPSHOT_KEYS) Object.assign(after, value);
  // all that go, before any that come: two may change places
  for (const [key, newKey] of changed) if (newKey !== key) delete after[key];
  for (const [, newKey, each] of changed) define(after, newKey, each);
  return after;
}

function define(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') object[key] = value;
  else Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
}
