// Plain data as source that makes it again.
import { brandOf, isPlainObject } from '../../../object-kinds.ts';
import { addressOf, keyOf, quote } from './text.ts';

/** The source of a value; undefined if there is none, as for a function, a ref, or an object with a class. */
export function sourceOf(value: unknown): string | undefined {
  const within: object[] = [];
  const all = (values: readonly unknown[]) => values.map((each) => write(each));
  const write = (each: unknown): string => {
    if (typeof each === 'string') return quote(each);
    if (typeof each === 'bigint') return `${each}n`;
    if (typeof each === 'function' || typeof each === 'symbol') throw NO_SOURCE;
    if (typeof each !== 'object' || each === null) return Object.is(each, -0) ? '-0' : String(each);
    if (within.includes(each) || addressOf(each) !== undefined) throw NO_SOURCE;
    within.push(each);
    const source = writeObject(each);
    within.pop();
    return source;
  };
  const writeObject = (each: object): string => {
    if (Array.isArray(each)) return `[${all(each).join(', ')}]`;
    switch (brandOf(each)) {
      case 'Date':
        return `new Date(${(each as Date).getTime()})`;
      case 'Set':
        return `new Set([${all([...(each as Set<unknown>)]).join(', ')}])`;
      case 'Map':
        return `new Map([${all([...(each as Map<unknown, unknown>)]).join(', ')}])`;
      default:
    }
    if (!isPlainObject(each)) throw NO_SOURCE;
    const fields = Object.entries(each).map(([key, member]) => `${keyOf(key)}: ${write(member)}`);
    return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
  };
  try {
    return write(value);
  } catch {
    // a getter may throw, too
    return undefined;
  }
}

const NO_SOURCE = new Error('no source');
