// Errors as data. An error always crosses: with its class or name, message, stack, cause, own data and, for an AggregateError, its
// errors. A part that cannot cross is left out, and named in `omitted`, an own list of paths ('request.socket') on what arrives.
// Built-in classes, DOMException and TroupeError arrive as themselves; a class of your own as its nearest built-in, under its name.

import { isTroupeError, TroupeError } from './errors.ts';
import type { TroupeErrorCode, TroupeErrorDetails } from './errors.ts';
import { classNameOf } from './object-kinds.ts';

/** An error in a tree; the lists are flat: key, value, key, value. */
export interface ErrorNode {
  readonly $: 'error';
  readonly class: string;
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  /** Own enumerable properties. */
  readonly data: readonly unknown[];
  /** Own properties that are not enumerable: `cause`, `errors` and their like. */
  readonly hidden: readonly unknown[];
  readonly omitted: readonly string[];
}

/** A property as far as it could be read; without `value` it is a getter or setter, or threw. */
type Field = { readonly value?: unknown } | undefined;

/** The tree of an error; `encodeField` gives none for a part that cannot cross, and adds that to `omitted`. */
export function encodeError(
  error: Error,
  omitted: readonly string[],
  encodeField: (key: string, field: Field) => unknown,
): ErrorNode {
  const hidden: unknown[] = [];
  const data: unknown[] = [];
  for (const key of HIDDEN_KEYS) {
    if (!(key in error) || (key !== 'cause' && isEnumerable(error, key))) continue;
    const node = encodeField(key, read(error, key));
    if (node !== undefined) hidden.push(key, node);
  }
  for (const key of Object.keys(error)) {
    if (TOLD_APART.has(key)) continue;
    const node = encodeField(key, Object.getOwnPropertyDescriptor(error, key));
    if (node !== undefined) data.push(key, node);
  }
  const name = nameOf(error);
  const message = textOf(error, 'message');
  const stack = textOf(error, 'stack') || `${name}: ${message}`;
  return { $: 'error', class: nearestClass(error), name, message, stack, data, hidden, omitted };
}

/** An error of the class and name that the node tells, without its data: those may refer to the error itself. */
export function createError(node: ErrorNode): Error {
  const { name, message, stack, omitted } = node;
  const error = createOfClass(node.class, name, message);
  if (error.name !== name) define(error, 'name', name, false);
  define(error, 'stack', stack, false);
  if (omitted.length > 0) define(error, 'omitted', [...omitted], true);
  return error;
}

/** Gives a revived error one property of its node's `data` (enumerable) or `hidden`. */
export function defineErrorProperty(error: Error, key: string, value: unknown, enumerable: boolean): void {
  if (TOLD_APART.has(key) && key !== 'cause') throw new TypeError(`'${key}' is no data of an error`);
  // what an earlier crossing left out is named before what this one did
  const later: unknown = key === 'omitted' && Array.isArray(value) ? Reflect.get(error, key) : undefined;
  define(error, key, Array.isArray(later) ? [...(value as unknown[]), ...(later as unknown[])] : value, enumerable);
}

/** Whether a node of a tree is an error's; its lists are looked at where they are revived. */
export function isErrorNode(node: object): node is ErrorNode {
  const { class: className, name, message, stack, omitted } = node as Partial<Record<keyof ErrorNode, unknown>>;
  const texts = [className, name, message, stack, ...(Array.isArray(omitted) ? (omitted as unknown[]) : [undefined])];
  return texts.every((text) => typeof text === 'string');
}

/** What the specification hides, and what therefore no enumeration finds; `error` and `suppressed` are a SuppressedError's. */
const HIDDEN_KEYS = ['cause', 'errors', 'error', 'suppressed'] as const;
const TOLD_APART: ReadonlySet<string> = new Set(['name', 'message', 'stack', 'cause']);

const BUILT_IN: Readonly<Record<string, new (message: string) => Error>> = {
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

function createOfClass(className: string, name: string, message: string): Error {
  if (className === 'TroupeError') return new TroupeError('BAD_FRAME', message);
  if (className === 'AggregateError') return new AggregateError([], message);
  if (className === 'DOMException' && typeof DOMException === 'function') return new DOMException(message, name);
  const BuiltIn = Object.hasOwn(BUILT_IN, className) ? BUILT_IN[className] : undefined;
  return new (BuiltIn ?? Error)(message);
}

/** The nearest class that the other side has too; it goes by name, so that the errors of other realms keep their class. */
function nearestClass(error: Error): string {
  if (isTroupeError(error)) return 'TroupeError';
  for (let prototype: unknown = error; typeof prototype === 'object' && prototype !== null;) {
    prototype = Object.getPrototypeOf(prototype);
    const maker: unknown = prototype === null ? undefined : read(prototype as object, 'constructor')?.value;
    const name: unknown = typeof maker === 'function' ? maker.name : undefined;
    if (typeof name !== 'string') continue;
    if (Object.hasOwn(BUILT_IN, name) || name === 'AggregateError' || name === 'DOMException') return name;
  }
  return 'Error';
}

/** An error's own idea of its name, or its class where it never said more than that of the built-in that it extends. */
function nameOf(error: Error): string {
  const name = textOf(error, 'name');
  const builtIn = nearestClass(error);
  if (builtIn === 'DOMException' || builtIn === 'TroupeError') return name;
  const said = name !== '' && name !== 'Error' && (name !== builtIn || Object.hasOwn(error, 'name'));
  return said ? name : classNameOf(error) || builtIn;
}

function textOf(error: Error, key: 'name' | 'message' | 'stack'): string {
  const value = read(error, key)?.value;
  return typeof value === 'string' ? value : '';
}

/** A property of an error that may well be a getter of its class; one that throws must not keep the error from crossing. */
function read(object: object, key: string): Field {
  try {
    return { value: Reflect.get(object, key) };
  } catch {
    return undefined;
  }
}

function isEnumerable(object: object, key: string): boolean {
  return Object.prototype.propertyIsEnumerable.call(object, key);
}

function define(object: object, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(object, key, { value, enumerable, writable: true, configurable: true });
}

/** What a revived TroupeError must have, whatever the node told. */
export function isWholeTroupeError(
  error: TroupeError,
): error is TroupeError & { code: TroupeErrorCode; details: TroupeErrorDetails } {
  return typeof error.code === 'string' && typeof error.details === 'object' && error.details !== null;
}
