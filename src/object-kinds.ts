// What kind of object a value is, told without running code of its own where the language allows that. Brands are checked by the
// built-ins' own methods, so they hold across realms and cannot be feigned by a name or a tag.

/** The built-in kinds that the codec carries beside plain data, errors and views of memory. */
export type Brand = 'ArrayBuffer' | 'Date' | 'Map' | 'RegExp' | 'Set' | 'SharedArrayBuffer';

/**
 * Whether an object is a Proxy. Only Node can tell: in a browser the answer is always no, for a Proxy is made not to be told,
 * and it is then copied by way of its traps.
 */
export const isProxy: (value: object) => boolean =
  (
    globalThis as { process?: { getBuiltinModule?: (name: 'node:util') => typeof import('node:util') | undefined } }
  ).process?.getBuiltinModule?.('node:util')?.types.isProxy ?? (() => false);

/** Whether an object has no class: its prototype is null, or some realm's `Object.prototype`. */
export function isPlainObject(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype === Object.prototype || prototype === null) return true;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, 'isPrototypeOf');
}

/** Whether an array is of no subclass, in whichever realm. */
export function isPlainArray(array: readonly unknown[]): boolean {
  return Object.getPrototypeOf(array) === Array.prototype || prototypesOf(array) === 2;
}

/** The built-in kind of an object that is no subclass of it, and no mere lookalike. */
export function brandOf(object: object): Brand | undefined {
  const brand = tagOf(object) as Brand;
  if (!Object.hasOwn(BRAND_CHECKS, brand) || prototypesOf(object) !== 2) return undefined;
  try {
    BRAND_CHECKS[brand]?.call(object);
    return brand;
  } catch {
    return undefined;
  }
}

/** Whether an object is an error, also of another realm. */
export function isError(object: object): object is Error {
  return object instanceof Error || tagOf(object) === 'Error';
}

/** The name of an object's class, for people, '' if it has none; a getter is not asked for it. */
export function classNameOf(object: object): string {
  for (let prototype = prototypeOf(object); prototype !== null; prototype = prototypeOf(prototype)) {
    const maker: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
    if (typeof maker !== 'function') continue;
    const name: unknown = Object.getOwnPropertyDescriptor(maker, 'name')?.value;
    if (typeof name !== 'string') continue;
    const tag = tagOf(object);
    // Math, generators and their like have a tag, but no class that would say as much
    return name === 'Object' || tag.endsWith('Generator') ? tag : name;
  }
  return tagOf(object);
}

/** A typed array or DataView over a copy of its own bytes; over the same memory if that is shared. A Buffer becomes a Uint8Array. */
export function copyView(view: ArrayBufferView): ArrayBufferView {
  const name = typedArrayName.call(view);
  const View = (name === undefined ? DataView : Reflect.get(globalThis, name)) as ViewMaker;
  const { buffer, byteOffset, byteLength } = view;
  const length = name === undefined ? byteLength : byteLength / (view as Uint8Array).BYTES_PER_ELEMENT;
  return brandOf(buffer) === 'SharedArrayBuffer'
    ? new View(buffer, byteOffset, length)
    : new View(buffer.slice(byteOffset, byteOffset + byteLength), 0, length);
}

/** A copy of a buffer, or the same one if it is shared. */
export function copyBuffer(buffer: ArrayBufferLike): ArrayBufferLike {
  return brandOf(buffer) === 'SharedArrayBuffer' ? buffer : buffer.slice(0);
}

/** Sets an own property, also one that is named `__proto__`. */
export function setOwn(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') object[key] = value;
  else Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
}

type ViewMaker = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => ArrayBufferView;
type Method = (this: unknown) => unknown;

const typedArrayName = getterOf(Object.getPrototypeOf(Uint8Array.prototype) as object, Symbol.toStringTag) as (
  this: unknown,
) => string | undefined;

const BRAND_CHECKS: Readonly<Record<Brand, Method | undefined>> = {
  ArrayBuffer: getterOf(ArrayBuffer.prototype, 'byteLength'),
  Date: Date.prototype.getTime,
  Map: getterOf(Map.prototype, 'size'),
  RegExp: getterOf(RegExp.prototype, 'source'),
  Set: getterOf(Set.prototype, 'size'),
  // a page that is not isolated from other origins has none
  SharedArrayBuffer:
    typeof SharedArrayBuffer === 'undefined' ? undefined : getterOf(SharedArrayBuffer.prototype, 'byteLength'),
};

function getterOf(prototype: object, key: PropertyKey): Method | undefined {
  return Object.getOwnPropertyDescriptor(prototype, key)?.get as Method | undefined;
}

function tagOf(object: object): string {
  try {
    return Object.prototype.toString.call(object).slice('[object '.length, -1);
  } catch {
    return 'Object';
  }
}

function prototypeOf(object: object): object | null {
  return Object.getPrototypeOf(object) as object | null;
}

function prototypesOf(object: object): number {
  let count = 0;
  for (let prototype = prototypeOf(object); prototype !== null; prototype = prototypeOf(prototype)) count += 1;
  return count;
}
