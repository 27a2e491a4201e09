// A value as text by which what a model shows and what a live actor shows are compared: actors bear the names of the model, keys are in order, and what is undefined is left out, for it does not travel.
import type { AnyActorRef } from 'xstate';
import { isActorRef } from '../../../recipient.ts';

/** Equal texts mean equal values, as far as they can be told apart after they have crossed to another node. */
export function liveText(value: unknown, nameOf: (ref: AnyActorRef) => string, within: readonly object[] = []): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function' || typeof value === 'symbol') return typeof value;
  if (typeof value !== 'object' || value === null) return String(value);
  if (isActorRef(value)) return `the actor ${nameOf(value)}`;
  if (within.includes(value)) return `itself, ${within.length - within.indexOf(value)} above`;
  const inside = [...within, value];
  const text = (member: unknown) => liveText(member, nameOf, inside);
  if (value instanceof Error) {
    const { code } = value as { readonly code?: unknown };
    return `${value.name}${typeof code === 'string' ? ` ${code}` : ''}(${JSON.stringify(value.message)})`;
  }
  if (Array.isArray(value)) return `[${value.map(text).join(', ')}]`;
  if (value instanceof Date) return `Date(${value.getTime()})`;
  if (value instanceof RegExp) return String(value);
  if (value instanceof Map)
    return `Map(${[...value].map(([key, member]) => `${text(key)} => ${text(member)}`).join(', ')})`;
  if (value instanceof Set) return `Set(${[...value].map(text).join(', ')})`;
  if (ArrayBuffer.isView(value))
    return `bytes(${new Uint8Array(value.buffer, value.byteOffset, value.byteLength).join()})`;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, member]) => `${/^\w+$/.test(key) ? key : JSON.stringify(key)}: ${text(member)}`);
  return `{${members.length > 0 ? ` ${members.join(', ')} ` : ''}}`;
}
