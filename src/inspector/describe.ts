// Values as JSON text, for people: whatever a program holds is told readably, bounded in depth and length, and without what is redacted. It never throws, whatever
// a getter, a `toJSON` or a proxy does; and what it leaves out it says in brackets.
import type { AnyActorRef } from 'xstate';
import { brandOf, classNameOf, isError, isPlainObject } from '../object-kinds.ts';
import { isActorRef } from '../recipient.ts';
import type { Redact } from './redact.ts';

export interface DescribeOptions {
  readonly redact: Redact;
  /** What an actor is told by; its session unless told otherwise. */
  readonly labelOf?: (ref: AnyActorRef) => string;
  /** About how many characters it may have. */
  readonly length?: number;
  /** How many objects may be within each other. */
  readonly depth?: number;
}

/** A value as JSON text. */
export function describeValue(value: unknown, options: DescribeOptions): string {
  return write(value, begin(options));
}

/** The own fields of an object but some, as the text of a JSON object; undefined if there are none. */
export function describeFields(
  object: object,
  options: DescribeOptions & { readonly without: (key: string) => boolean },
): string | undefined {
  const state = begin(options);
  state.within.push(object);
  try {
    const fields = writeFields(object, state, options.without);
    return fields === '' ? undefined : `{${fields}}`;
  } catch (error) {
    return `{${quote(UNREADABLE)}:${quote(wordOf(error))}}`;
  }
}

interface State {
  readonly redact: Redact;
  readonly labelOf: (ref: AnyActorRef) => string;
  readonly depth: number;
  /** How many characters may still come. */
  left: number;
  readonly within: object[];
}

const begin = ({ redact, labelOf = sessionOf, length = 16_384, depth = 8 }: DescribeOptions): State => ({
  redact,
  labelOf,
  depth,
  left: length,
  within: [],
});

const REDACTED = '"[redacted]"';
const UNREADABLE = '[unreadable]';
/** A text within a value that is longer is cut. */
const LONGEST_TEXT = 2000;
const MOST_MEMBERS = 200;

const quote = (text: string): string => JSON.stringify(text);

function write(value: unknown, state: State): string {
  const text = writeAny(value, state);
  state.left -= text.length;
  return text;
}

function writeAny(value: unknown, state: State): string {
  switch (typeof value) {
    case 'string':
      return writeText(value, state);
    case 'number':
      return Number.isFinite(value) ? String(value === 0 ? 0 : value) : quote(`[${value}]`);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'bigint':
      return quote(cut(`${value}n`));
    case 'undefined':
      return '"[undefined]"';
    case 'symbol':
      return quote(`[${String(value)}]`);
    case 'function':
      return writeFunction(value);
    default:
      return value === null ? 'null' : writeObject(value as object, state);
  }
}

function writeText(value: string, { left }: State): string {
  return quote(cut(value, Math.min(LONGEST_TEXT, Math.max(left, 0))));
}

function cut(text: string, most = LONGEST_TEXT): string {
  return text.length <= most ? text : `${text.slice(0, most)}… (${text.length - most} more)`;
}

function writeFunction(value: unknown): string {
  try {
    const { name } = value as { readonly name: unknown };
    return quote(typeof name === 'string' && name !== '' ? `[function ${cut(name, 100)}]` : '[function]');
  } catch {
    return '"[function]"';
  }
}

function writeObject(value: object, state: State): string {
  const { within, depth } = state;
  if (within.includes(value)) return '"[circular]"';
  // what is told of an object is charged to who holds it, so that nothing is counted twice
  const { left } = state;
  within.push(value);
  try {
    if (isActorRef(value)) return writeActor(value, state);
    const outside = within.length > depth || left <= 0;
    if (Array.isArray(value)) return outside ? quote(`[array of ${value.length}]`) : `[${writeMembers(value, state)}]`;
    if (isError(value)) return outside ? quote(wordOf(value)) : writeError(value, state);
    const branded = writeBranded(value, state, outside);
    if (branded !== undefined) return branded;
    if (outside) return quote(`[${classNameOf(value)}]`);
    return writeOther(value, state);
  } catch (error) {
    return quote(`${UNREADABLE} ${wordOf(error)}`);
  } finally {
    within.pop();
    state.left = left;
  }
}

const sessionOf = ({ sessionId }: AnyActorRef): string => sessionId;

function writeActor(ref: AnyActorRef, { labelOf }: State): string {
  return quote(`[actor ${ref.id} ${labelOf(ref)}]`);
}

function writeMembers(members: Iterable<unknown>, state: State): string {
  let text = '';
  let count = 0;
  let more = 0;
  for (const member of members) {
    if (count >= MOST_MEMBERS || state.left <= 0) more += 1;
    else text += (count++ === 0 ? '' : ',') + write(member, state);
  }
  return more === 0 ? text : `${text}${count === 0 ? '' : ','}${quote(`[${more} more]`)}`;
}

function writeBranded(value: object, state: State, outside: boolean): string | undefined {
  switch (brandOf(value)) {
    case 'Date':
      return Number.isNaN((value as Date).getTime()) ? '"[Invalid Date]"' : quote((value as Date).toISOString());
    case 'RegExp':
      return quote(RegExp.prototype.toString.call(value));
    case 'Map':
      return outside ? quote(`[Map of ${(value as Map<unknown, unknown>).size}]`) : writeMap(value as never, state);
    case 'Set': {
      const name = quote(`[Set of ${(value as Set<unknown>).size}]`);
      return outside ? name : `{${name}:[${writeMembers(value as Set<unknown>, state)}]}`;
    }
    case 'ArrayBuffer':
    case 'SharedArrayBuffer':
      return quote(`[${brandOf(value)} of ${(value as ArrayBuffer).byteLength} bytes]`);
    default:
      return ArrayBuffer.isView(value) ? quote(`[${classNameOf(value)} of ${value.byteLength} bytes]`) : undefined;
  }
}

function writeMap(map: ReadonlyMap<unknown, unknown>, state: State): string {
  const { redact } = state;
  function* entries() {
    for (const [key, value] of map) yield [key, typeof key === 'string' && redact(key) ? '[redacted]' : value];
  }
  return `{${quote(`[Map of ${map.size}]`)}:[${writeMembers(entries(), state)}]}`;
}

function writeError(error: Error, state: State): string {
  const own = writeFields(
    error,
    state,
    (key) => key === 'stack' || key === 'name' || key === 'message' || key === 'cause',
  );
  const cause = Object.hasOwn(error, 'cause') ? `,"cause":${write(error.cause, state)}` : '';
  return `{"[${classNameOf(error)}]":${quote(cut(error.message))}${cause}${own === '' ? '' : `,${own}`}}`;
}

function writeOther(value: object, state: State): string {
  const { toJSON } = value as { readonly toJSON?: unknown };
  if (typeof toJSON === 'function') {
    const told: unknown = toJSON.call(value, '');
    if (told !== value) return write(told, state);
  }
  const fields = writeFields(value, state, never);
  const name = isPlainObject(value) ? '' : `"[class]":${quote(classNameOf(value))}`;
  return `{${name}${name === '' || fields === '' ? '' : ','}${fields}}`;
}

const never = () => false;

function writeFields(object: object, state: State, without: (key: string) => boolean): string {
  const { redact } = state;
  let text = '';
  let count = 0;
  let more = 0;
  for (const key of Object.keys(object)) {
    if (without(key)) continue;
    if (count >= MOST_MEMBERS || state.left <= 0) {
      more += 1;
      continue;
    }
    const value = redact(key) ? REDACTED : writeField(object, key, state);
    if (value === undefined) continue;
    const name = quote(cut(key, 200));
    text += `${count++ === 0 ? '' : ','}${name}:${value}`;
    state.left -= name.length;
  }
  return more === 0 ? text : `${text}${count === 0 ? '' : ','}"[more]":${more}`;
}

/** Undefined for one that JSON would leave out. */
function writeField(object: object, key: string, state: State): string | undefined {
  let value: unknown;
  try {
    value = (object as Readonly<Record<string, unknown>>)[key];
  } catch (error) {
    return quote(`${UNREADABLE} ${wordOf(error)}`);
  }
  return value === undefined ? undefined : write(value, state);
}

/** What something that was thrown says, if it says anything. */
function wordOf(error: unknown): string {
  try {
    return cut(error instanceof Error ? `${error.name}: ${error.message}` : String(error), 200);
  } catch {
    return 'an error that cannot be read';
  }
}
