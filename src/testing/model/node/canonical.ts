// Values as text: two values have the same text if and only if a machine cannot tell them apart by their content. Keys, and the members of sets and maps, are in order, so how a value
// came about does not show; nothing is hashed. Actors are named by their addresses, and errors by what they say, without their stack.
import type { AnyActorLogic, AnyActorRef } from 'xstate';
import { cellNameOf } from '../../../shared/modelled.ts';
import type { Address } from './node.ts';
import { kindOf, refusalOf } from './values.ts';

/** What is seen while values become text. */
interface Writing {
  /** The objects that are being written, outermost first. */
  readonly within: object[];
  readonly path: string[];
  readonly mentions: Set<Address> | undefined;
  /** Whether what has no order is written in that in which it happens to be. */
  readonly isAsItIs?: boolean;
}

/** A value as text; actors that are come upon are added to `mentions`. Throws what `refusalOf` gives for a value that cannot be modelled. */
export function textOf(value: unknown, mentions?: Set<Address>): string {
  return write(value, { within: [], path: [], mentions });
}

/** A value as text that also tells in which order its keys, and the members of sets and maps, came about. */
export const textAsItIs = (value: unknown): string =>
  write(value, { within: [], path: [], mentions: undefined, isAsItIs: true });

function write(value: unknown, writing: Writing): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      return `${value}n`;
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'function':
      throw refusalOf('a function', writing.path);
    case 'symbol':
      throw refusalOf('a symbol', writing.path);
    case 'object':
      return value === null ? 'null' : writeObject(value, writing);
  }
}

function writeObject(value: object, writing: Writing): string {
  const at = writing.within.indexOf(value);
  // how far up the same object is
  if (at >= 0) return `^${writing.within.length - at}`;
  writing.within.push(value);
  const text = writeKind(value, writing);
  writing.within.pop();
  return text;
}

function writeKind(value: object, writing: Writing): string {
  switch (kindOf(value)) {
    case 'array':
      return writeArray(value as readonly unknown[], writing);
    case 'object':
      return `${classText(value)}${writeKeys(value, writing)}`;
    case 'map': {
      const entries = [...(value as ReadonlyMap<unknown, unknown>)].map(
        ([key, each]) => `${member('key', key, writing)}:${member(nameOf(key), each, writing)}`,
      );
      return `map{${inOrder(entries, writing)}}`;
    }
    case 'set':
      return `set{${inOrder(
        Array.from(value as ReadonlySet<unknown>, (each) => member('member', each, writing)),
        writing,
      )}}`;
    case 'date':
      return `date(${(value as Date).getTime()})`;
    case 'regexp':
      return `regexp(${JSON.stringify((value as RegExp).toString())},${(value as RegExp).lastIndex})`;
    case 'error':
      return writeError(value as Error, writing);
    case 'bytes':
      return writeBytes(value as ArrayBuffer | ArrayBufferView);
    case 'ref':
      return writeRef(value as AnyActorRef, writing);
    case 'snapshot':
      return writeSnapshot(value as MachineSnapshotLike, writing);
    case 'logic':
      return `logic(${numberOf(value)})`;
    case 'cell':
      return `cell(${JSON.stringify(cellNameOf(value))})`;
    case 'live':
      throw refusalOf(`a ${nameOfClass(value)}`, writing.path);
  }
}

const inOrder = (texts: readonly string[], { isAsItIs }: Writing): string =>
  (isAsItIs ? texts : texts.toSorted()).join();

function member(key: string, value: unknown, writing: Writing): string {
  writing.path.push(key);
  const text = write(value, writing);
  writing.path.pop();
  return text;
}

function writeArray(value: readonly unknown[], writing: Writing): string {
  let text = '[';
  for (let at = 0; at < value.length; at += 1) {
    if (at > 0) text += ',';
    // a hole is not undefined
    text += at in value ? member(String(at), value[at], writing) : '_';
  }
  return `${text}]`;
}

function writeKeys(value: object, writing: Writing, leftOut?: ReadonlySet<string>): string {
  for (const symbol of Object.getOwnPropertySymbols(value)) {
    if (Object.prototype.propertyIsEnumerable.call(value, symbol))
      throw refusalOf('named by a symbol', [...writing.path, String(symbol)]);
  }
  const keys = Object.keys(value);
  // in what order a snapshot has its own keys, nobody can tell
  if (keys.length > 1 && (!writing.isAsItIs || leftOut === DERIVED)) keys.sort();
  let text = '{';
  for (const key of keys) {
    if (leftOut?.has(key)) continue;
    if (text.length > 1) text += ',';
    text += `${JSON.stringify(key)}:${member(key, (value as Readonly<Record<string, unknown>>)[key], writing)}`;
  }
  return `${text}}`;
}

const STACK: ReadonlySet<string> = new Set(['stack', 'name', 'message', 'cause']);

function writeError(error: Error, writing: Writing): string {
  const cause = 'cause' in error ? member('cause', error.cause, writing) : '';
  const errors =
    'errors' in error && !Object.keys(error).includes('errors') ? member('errors', error.errors, writing) : '';
  return `error(${JSON.stringify(error.name)},${JSON.stringify(error.message)},${cause},${errors},${writeKeys(error, writing, STACK)})`;
}

function writeBytes(value: ArrayBuffer | ArrayBufferView): string {
  const bytes = ArrayBuffer.isView(value)
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : new Uint8Array(value);
  return `${nameOfClass(value)}(${bytes.join()})`;
}

function writeRef(ref: AnyActorRef, { path, mentions }: Writing): string {
  const address = addressOf(ref);
  if (address === undefined) throw refusalOf(`the ref of an actor ('${ref.id}') that is not of the model`, path);
  mentions?.add(address);
  return `@${JSON.stringify(address)}`;
}

interface MachineSnapshotLike {
  readonly status: string;
  readonly machine: { readonly config: object };
  readonly _nodes: readonly StateNodeLike[];
  readonly historyValue: Readonly<Record<string, readonly StateNodeLike[]>>;
  readonly value: unknown;
}

interface StateNodeLike {
  readonly id: string;
  readonly order: number;
  readonly type: string;
  readonly parent?: StateNodeLike;
  readonly always?: readonly unknown[];
}

/** What of a machine's snapshot follows from the rest, or is the machine's. */
const DERIVED: ReadonlySet<string> = new Set([
  ...['machine', '_nodes', 'value', 'tags', 'historyValue'],
  ...['matches', 'hasTag', 'can', 'getMeta', 'toJSON'],
]);

function writeSnapshot(snapshot: MachineSnapshotLike, writing: Writing): string {
  const history = Object.keys(snapshot.historyValue)
    .toSorted()
    .map((key) => `${JSON.stringify(key)}:${idsOf(snapshot.historyValue[key] ?? [])}`);
  return `machine(${numberOf(snapshot.machine.config)},${valueText(snapshot.value)},${orderText(snapshot._nodes)},{${history.join()}},${writeKeys(snapshot, writing, DERIVED)})`;
}

/** The order of parallel states shows in the order of their transitions. */
const valueText = (value: unknown): string => JSON.stringify(value);

/** XState looks for transitions that need no event in the order in which states were entered: that shows where several could be taken. */
function orderText(nodes: readonly StateNodeLike[]): string {
  const eager = nodes.filter((node) => (node.type === 'atomic' || node.type === 'final') && isEager(node));
  return eager.length > 1 ? idsOf(eager, false) : '';
}

function isEager(node: StateNodeLike): boolean {
  for (let each: StateNodeLike | undefined = node; each?.parent; each = each.parent) if (each.always) return true;
  return false;
}

function idsOf(nodes: readonly StateNodeLike[], isSet = true): string {
  const ids = nodes.map(({ id }) => id);
  return JSON.stringify(isSet ? ids.toSorted() : ids);
}

/** The name of a class whose objects hold nothing but their own keys. */
function classText(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype) return '';
  if (prototype === null) return 'null';
  return `${nameOfClass(value)}#${numberOf(prototype as object)}`;
}

function nameOfClass(value: object): string {
  const { constructor } = value as { readonly constructor?: unknown };
  return typeof constructor === 'function' && constructor.name !== '' ? constructor.name : 'nameless object';
}

const nameOf = (key: unknown) => (typeof key === 'string' || typeof key === 'number' ? String(key) : 'value');

const numbers = new WeakMap<object, number>();
let last = 0;

/** Tells apart objects that are compared by who they are: machines, logic and classes. */
function numberOf(object: object): number {
  let number = numbers.get(object);
  if (number === undefined) numbers.set(object, (number = ++last));
  return number;
}

const addresses = new WeakMap<object, Address>();

/** Declares that a ref is that of an address, in whichever model. */
export function declareAddress(ref: AnyActorRef, address: Address): void {
  addresses.set(ref, address);
}

/** The address of a model's ref; undefined for any other actor. */
export const addressOf = (ref: object): Address | undefined => addresses.get(ref);

/** What tells logic from other logic of the same actor: for a machine what it was written as. */
export function logicText(logic: AnyActorLogic): string {
  const { config } = logic as { readonly config?: unknown };
  const identity = (typeof config === 'object' || typeof config === 'function') && config !== null ? config : logic;
  return String(numberOf(identity));
}
