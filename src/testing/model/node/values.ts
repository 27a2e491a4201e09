// What kind of value something in a context, an event or an input is, as far as a model is concerned: data can be compared and kept, what lives cannot.
import { isTroupeError, TroupeError } from '../../../errors.ts';
import { isActorLogic } from '../../../host.ts';
import { isError, isPlainObject } from '../../../object-kinds.ts';
import { isActorRef } from '../../../recipient.ts';
import { cellNameOf } from '../../../shared/modelled.ts';

/** `object`: its own enumerable keys are all that there is. `live`: something that does things by itself, or whose content cannot be seen. */
export type ValueKind =
  | 'array'
  | 'object'
  | 'map'
  | 'set'
  | 'date'
  | 'regexp'
  | 'error'
  | 'bytes'
  | 'ref'
  | 'snapshot'
  | 'logic'
  | 'cell'
  | 'live';

/** The kind of an object. */
export function kindOf(value: object): ValueKind {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) {
    if ('machine' in value && '_nodes' in value) return 'snapshot';
    return 'transition' in value && isActorLogic(value) ? 'logic' : 'object';
  }
  if (prototype === Array.prototype) return 'array';
  if (isActorRef(value)) return 'ref';
  if (isActorLogic(value)) return 'logic';
  if (Array.isArray(value)) return 'array';
  if (isError(value)) return 'error';
  if (ArrayBuffer.isView(value)) return isShared(value.buffer) ? 'live' : 'bytes';
  if (cellNameOf(value) !== undefined) return 'cell';
  const tag = Object.prototype.toString.call(value).slice('[object '.length, -1);
  const kind = KINDS[tag];
  if (kind) return kind;
  return (tag === 'Object' || isPlainObject(value)) && !hasHidden(prototype) ? 'object' : 'live';
}

/** Whether objects of a class hold what nobody else can see, so that two of them could not be told apart. */
function hasHidden(prototype: unknown): boolean {
  for (let each = prototype; each !== null && each !== Object.prototype; each = Object.getPrototypeOf(each)) {
    let isHidden = hidden.get(each as object);
    if (isHidden === undefined) {
      const { constructor } = each as { readonly constructor?: unknown };
      isHidden = typeof constructor === 'function' && PRIVATE.test(Function.prototype.toString.call(constructor));
      hidden.set(each as object, isHidden);
    }
    if (isHidden) return true;
  }
  return false;
}

const hidden = new WeakMap<object, boolean>();

/** A private field as it is read or written: `this.#sum`. */
const PRIVATE = /[\p{L}\p{N}_$)\]]\??\.#[\p{L}_$]/u;

const KINDS: Readonly<Record<string, ValueKind>> = {
  Map: 'map',
  Set: 'set',
  Date: 'date',
  RegExp: 'regexp',
  ArrayBuffer: 'bytes',
};

const isShared = (buffer: ArrayBufferLike) =>
  typeof SharedArrayBuffer !== 'undefined' && buffer instanceof SharedArrayBuffer;

/** What is thrown where a value is come upon that no model can hold; `refuse` says whose it is. */
export function refusalOf(what: string, path: readonly string[]): TroupeError {
  return new TroupeError('NOT_MODELLED', `Cannot model ${pathText('', path)}: it is ${what}.`, {
    details: { what, path },
  });
}

/** The error that a value of an actor cannot be modelled; anything else that was thrown is given back. */
export function namedRefusal(error: unknown, actor: string, where: string): unknown {
  if (!isTroupeError(error, 'NOT_MODELLED') || typeof error.details['what'] !== 'string') return error;
  const { what, path } = error.details as { readonly what: string; readonly path: readonly string[] };
  const full = pathText(where, path);
  return new TroupeError(
    'NOT_MODELLED',
    `Cannot explore '${actor}': ${full} is ${what}, which can be neither compared nor kept. Keep plain data there, and put what it does into the machine's own actions, guards and actors.`,
    { details: { actor, path: full, value: what } },
  );
}

/** A path as it is written in a program: `context.list[0].name`. */
function pathText(where: string, path: readonly string[]): string {
  return path.reduce((text, key) => {
    if (/^\d+$/.test(key)) return `${text}[${key}]`;
    if (/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key)) return text === '' ? key : `${text}.${key}`;
    return `${text}[${JSON.stringify(key)}]`;
  }, where);
}
