// Values as text for a reader of a report, written as they would be in a program: `{ from: 's1', round: 2 }`. Actors are told by their address, `<Alice/ready>`. What is
// long is cut, and says so; nothing that a value does when it is read can throw out of here.
import type { StateValue } from '../../../inspector/records.ts';
import { brandOf, classNameOf, isError, isPlainObject } from '../../../object-kinds.ts';

/** About how many characters a value has at most where many stand below one another. */
const MOST_CHARACTERS = 100;
const MOST_MEMBERS = 12;
const MOST_DEPTH = 5;

/** A value for a reader. */
export function textOf(value: unknown, most = MOST_CHARACTERS): string {
  return cut(write(value, { sorts: false, members: MOST_MEMBERS, depth: MOST_DEPTH }), most);
}

/** The whole of a value, the same for equal ones whatever the order of their keys: to compare and to sort by. */
export function orderTextOf(value: unknown): string {
  return write(value, { sorts: true, members: Infinity, depth: 100 });
}

/** An event: its type, and its other fields if it has any. */
export function textOfEvent(event: { readonly type: string }, most = MOST_CHARACTERS): string {
  const { type, ...fields } = event;
  return Object.keys(fields).length === 0 ? type : cut(`${type} ${textOf(fields, Infinity)}`, most);
}

/** The text of a machine's state value: `ready`, `editing.bold`, `{ text: bold, view: open }`. */
export function textOfState(value: StateValue): string {
  if (typeof value === 'string') return value;
  const regions = Object.entries(value).flatMap(([key, inner]) => {
    const text = inner === undefined ? '' : textOfState(inner);
    return [{ key, text: text === '{}' ? '' : text }];
  });
  const [only] = regions;
  if (only && regions.length === 1) return only.text === '' ? only.key : `${only.key}.${only.text}`;
  return regions.length === 0
    ? '{}'
    : `{ ${regions.map(({ key, text }) => (text === '' ? key : `${key}: ${text}`)).join(', ')} }`;
}

/** What an error says, on one line. */
export function textOfError(error: unknown, most = 300): string {
  if (typeof error !== 'object' || error === null || !isError(error)) return textOf(error, most);
  return cut(`${error.name}: ${error.message}`.replaceAll(/\s+/gu, ' '), most);
}

/** Several in a sentence: `s0, s1 and s2`. */
export function listOf(words: readonly string[], last = 'and'): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}

/** A number with its thousands apart: `1,194,428`. */
export function count(number: number): string {
  return Math.round(number)
    .toString()
    .replaceAll(/\B(?=(?:\d{3})+$)/gu, ',');
}

/** A number of things: `1 state`, `355 steps`. */
export function countOf(number: number, one: string, several = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : several}`;
}

/** Some steps in a row: `step 3`, `steps 2 and 3`, `steps 2 to 5`. */
export function stepsFrom(first: number, last: number): string {
  if (first === last) return `step ${last}`;
  return `steps ${first} ${last === first + 1 ? 'and' : 'to'} ${last}`;
}

export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const characters = Array.from(text);
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}

interface Manner {
  readonly sorts: boolean;
  readonly members: number;
  readonly depth: number;
}

function write(value: unknown, manner: Manner, within: readonly object[] = []): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return value.name === '' ? 'a function' : `function ${value.name}`;
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '0' : String(value);
  if (within.includes(value)) return '(itself)';
  try {
    return writeObject(value, manner, [...within, value]);
  } catch {
    return '(unreadable)';
  }
}

function writeObject(value: object, manner: Manner, within: readonly object[]): string {
  const address = addressOf(value);
  if (address !== undefined) return `<${address}>`;
  if (isError(value)) return `${value.name}(${quote(value.message)})`;
  const isDeep = within.length > manner.depth;
  const inner = (member: unknown) => write(member, manner, within);
  if (Array.isArray(value)) {
    return isDeep && value.length > 0 ? '[…]' : enclose('[', some(value as readonly unknown[], manner, inner), ']');
  }
  switch (brandOf(value)) {
    case 'Date':
      return Number.isNaN((value as Date).getTime()) ? 'Invalid Date' : (value as Date).toISOString();
    case 'RegExp':
      return RegExp.prototype.toString.call(value);
    case 'Set':
      return `Set(${enclose('[', some([...(value as Set<unknown>)], manner, inner), ']')})`;
    case 'Map': {
      const entries = some([...(value as Map<unknown, unknown>)], manner, ([key, member]) =>
        [inner(key), inner(member)].join(' => '),
      );
      return `Map(${enclose('{ ', entries, ' }')})`;
    }
    default:
  }
  const name = isPlainObject(value) ? '' : `${classNameOf(value)} `;
  const fields = Object.entries(value).filter(([, member]) => member !== undefined);
  if (isDeep && fields.length > 0) return `${name}{…}`;
  if (manner.sorts) fields.sort(([left], [right]) => (left < right ? -1 : 1));
  return `${name}${enclose(
    '{ ',
    some(fields, manner, ([key, member]) => `${keyOf(key)}: ${inner(member)}`),
    ' }',
  )}`;
}

function some<T>(all: readonly T[], { members }: Manner, text: (member: T) => string): readonly string[] {
  const texts = all.slice(0, members).map(text);
  return all.length > members ? [...texts, `… ${count(all.length - members)} more`] : texts;
}

const enclose = (open: string, texts: readonly string[], close: string) =>
  texts.length === 0 ? `${open.trim()}${close.trim()}` : `${open}${texts.join(', ')}${close}`;

/** The address of an actor, if that is what it is. */
export function addressOf(value: object): string | undefined {
  const { send, sessionId } = value as { readonly send?: unknown; readonly sessionId?: unknown };
  return typeof send === 'function' && typeof sessionId === 'string' ? sessionId : undefined;
}

/** A key as it stands in a program. */
export const keyOf = (key: string): string => (/^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(key) ? key : quote(key));

/** A text as it stands in a program. */
export function quote(text: string): string {
  if (text.includes("'") && !text.includes('"')) return JSON.stringify(text);
  const inside = JSON.stringify(text)
    .slice(1, -1)
    .replaceAll(String.raw`\"`, '"');
  return `'${inside.replaceAll("'", String.raw`\'`)}'`;
}
