// What one node tells another of a system that is inspected there: plain records, in the order it happened. They are told whatever they hold: what cannot cross
// to another node is told by its name, for somebody who watches must not change what is watched.
import type { AnyActorRef, AnyEventObject } from 'xstate';
import type { Address, NodeAddress } from './address.ts';
import type { Seen } from './causal-order.ts';
import type { Codec, Encoded } from './codec.ts';
import type { LogicKind } from './logic-kinds.ts';
import { isPlainObject } from './object-kinds.ts';
import { encodePatch, type Patch } from './snapshots.ts';

/** An actor of the recorded system by its session id, or any other as a ref. */
export type Party = string | AnyActorRef;

/** One thing that happened; `type` is XState's own without its `@xstate.`, or `known` for an actor that was there before. */
export type InspectionRecord = Stamp &
  (
    | ActorRecord
    | {
        readonly type: 'event';
        readonly source: Party | undefined;
        readonly actor: Party;
        readonly event: AnyEventObject;
      }
    | {
        readonly type: 'microstep';
        readonly actor: string;
        readonly event: AnyEventObject;
        readonly patch: Patch;
        readonly transitions: readonly TransitionRecord[];
      }
    | {
        readonly type: 'action';
        readonly actor: string;
        readonly action: { readonly type: string; readonly params?: unknown };
      }
    // what was told before counts no more
    | { readonly type: 'begin' }
    // how an actor is that was there before
    | { readonly type: 'state'; readonly actor: string; readonly life: number; readonly patch: Patch }
    // an actor has failed, and is in its next life
    | { readonly type: 'life'; readonly actor: string; readonly life: number; readonly error: string }
    // others know an actor by this from now on
    | { readonly type: 'address'; readonly actor: string; readonly address: Address }
    | { readonly type: 'gone'; readonly actor: string }
    | { readonly type: 'snapshot'; readonly actor: string; readonly event: AnyEventObject; readonly patch: Patch }
  );

/** Where and when it happened. */
export interface Stamp {
  /** Where it happened; left out if that is the node which tells. */
  readonly node?: NodeAddress | undefined;
  readonly at: number;
  readonly after?: Seen | undefined;
  /** When a message came that was sent elsewhere. */
  readonly came?: number | undefined;
  /** Who sent a message, where nobody looks at its sender. */
  readonly from?: Address | NodeAddress | undefined;
}

export interface ActorRecord {
  readonly type: 'actor' | 'known';
  readonly actor: string;
  readonly id: string;
  readonly src?: string;
  readonly systemId?: string;
  readonly parent?: Party;
  /** What its logic is made of, as JSON. */
  readonly config?: unknown;
  readonly kind?: LogicKind;
  /** What others know it by. */
  readonly address?: Address;
  /** It had ended already, and an event is sent to it nevertheless. */
  readonly isOver?: true;
}

/** What is told of a transition: its event's descriptor, and state nodes by their ids. */
export interface TransitionRecord {
  readonly eventType: string;
  readonly source?: string;
  readonly target?: readonly string[];
  readonly reenter: boolean;
}

/** What XState tells of a transition, as far as it can be told elsewhere. */
export interface Transition {
  readonly eventType: string;
  readonly source?: StateNode;
  readonly target?: readonly StateNode[];
  readonly reenter?: boolean;
}

interface StateNode {
  readonly id: string;
}

/** Records for a link, in the order told. */
export function encodeRecords(codec: Codec, records: readonly InspectionRecord[]): Encoded {
  try {
    return writeRecords(codec, records) ?? codec.encode(records);
  } catch {
    return codec.encode(records.flatMap((record) => tellableRecord(codec, record)));
  }
}

/** What cannot be told at all is left out, for it must not fail whoever did it. */
function tellableRecord(codec: Codec, record: InspectionRecord): readonly unknown[] {
  try {
    const told = tellable(codec, record, new Set());
    codec.encode(told);
    return [told];
  } catch {
    return [];
  }
}

/** Most records are plain, and of known shape, so that little of them need be looked at. */
function writeRecords(codec: Codec, records: readonly InspectionRecord[]): string | undefined {
  const texts: string[] = [];
  // each step tells its event several times
  let last: { readonly event: object; readonly text: string } | undefined;
  const writeEvent = (event: AnyEventObject): string | undefined => {
    if (last?.event === event) return last.text;
    const text = asText(codec.encode(event));
    last = text === undefined ? undefined : { event, text };
    return text;
  };
  for (const record of records) {
    const written = writeRecord(codec, record, writeEvent);
    if (written === undefined) return undefined;
    texts.push(written);
  }
  return `[${texts.join()}]`;
}

function writeRecord(
  codec: Codec,
  record: InspectionRecord,
  writeEvent: (event: AnyEventObject) => string | undefined,
): string | undefined {
  switch (record.type) {
    case 'event': {
      const { source, actor, event } = record;
      // others than those of the system are refs
      if (typeof actor !== 'string' || (source !== undefined && typeof source !== 'string')) break;
      const what = writeEvent(event);
      const sender = source === undefined ? '' : `"source":${JSON.stringify(source)},`;
      return what === undefined ? undefined : `${headOf(record, actor)},${sender}"event":${what}}`;
    }
    case 'action': {
      const { actor, action } = record;
      const { params } = action;
      const given = params === undefined ? '' : asText(codec.encode(params));
      if (given === undefined) return undefined;
      const what = given === '' ? '' : `,"params":${given}`;
      return `${headOf(record, actor)},"action":{"type":${JSON.stringify(action.type)}${what}}}`;
    }
    case 'microstep':
    case 'snapshot': {
      const { actor, event, patch } = record;
      const what = writeEvent(event);
      const change = what === undefined ? undefined : asText(encodePatch(codec, patch));
      if (change === undefined) return undefined;
      const step = `${headOf(record, actor)},"event":${what},"patch":${change}`;
      return record.type === 'snapshot'
        ? `${step}}`
        : `${step},"transitions":[${record.transitions.map(writeTransition).join()}]}`;
    }
    default:
  }
  return asText(codec.encode(definedOf(record)));
}

/** What all records of actors begin with. */
function headOf({ type, node, at, after, came, from }: InspectionRecord, actor: string): string {
  let head = `{"type":"${type}","at":${at},"actor":${JSON.stringify(actor)}`;
  if (node !== undefined) head += `,"node":${JSON.stringify(node)}`;
  if (after) head += `,"after":${JSON.stringify(after)}`;
  if (came !== undefined) head += `,"came":${came}`;
  if (from !== undefined) head += `,"from":${JSON.stringify(from)}`;
  return head;
}

const asText = (encoded: Encoded): string | undefined => (typeof encoded === 'string' ? encoded : undefined);

/** The same without what is undefined, which JSON lacks. */
function definedOf(record: InspectionRecord): object {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}

const transitions = new WeakMap<Transition, TransitionRecord>();
const written = new WeakMap<TransitionRecord, string>();

/** XState takes the same transition each time, so what is told of it is made once. */
export function describeTransition(transition: Transition): TransitionRecord {
  let record = transitions.get(transition);
  if (!record) {
    const { eventType, source, target, reenter = false } = transition;
    record = {
      eventType,
      ...(source ? { source: source.id } : {}),
      ...(target ? { target: target.map(({ id }) => id) } : {}),
      reenter,
    };
    transitions.set(transition, record);
  }
  return record;
}

function writeTransition(record: TransitionRecord): string {
  let text = written.get(record);
  if (text === undefined) written.set(record, (text = JSON.stringify(record)));
  return text;
}

/** The same value with the name of each part that cannot cross in its place. */
function tellable(codec: Codec, value: unknown, within: Set<object>): unknown {
  if (typeof value === 'function') return `[function ${labelOf(() => value.name, 'without a name')}]`;
  if (typeof value === 'symbol') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (within.has(value)) return '[circular]';
  within.add(value);
  try {
    if (Array.isArray(value)) return value.map((each) => tellable(codec, each, within));
    if (isPlainObject(value)) {
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, tellable(codec, each, within)]));
    }
    codec.encode(value);
    return value;
  } catch {
    return `[${labelOf(() => value.constructor.name, 'object')}]`;
  } finally {
    within.delete(value);
  }
}

/** What a value calls itself, if it can be asked. */
function labelOf(ask: () => string, otherwise: string): string {
  try {
    // whatever it says it is: it may lie
    return [ask()].join() || otherwise;
  } catch {
    return otherwise;
  }
}

const configs = new WeakMap<object, unknown>();

/** What logic is made of, as JSON: for a machine its states and transitions, where functions are told by their names. */
export function describeConfig(logic: unknown): unknown {
  const config = (logic as { readonly config?: unknown } | undefined)?.config;
  if (typeof config !== 'object' || config === null) return undefined;
  if (!configs.has(config)) configs.set(config, toJson(config));
  return configs.get(config);
}

function toJson(config: object): unknown {
  try {
    return JSON.parse(
      JSON.stringify(config, function (this: Readonly<Record<string, unknown>>, key, part: unknown) {
        // a machine has a JSON of its own, which says more than is asked
        return tellPart(key, isLogic(this[key]) ? this[key] : part);
      }),
    );
  } catch {
    // a config that is no tree is of no use to anybody who draws it
    return undefined;
  }
}

function tellPart(key: string, part: unknown): unknown {
  if (typeof part === 'function') return nameOf(part);
  if (isLogic(part)) return typeof part.id === 'string' ? part.id : 'inline';
  // an event that is forbidden by `undefined` must not get lost
  if (key === 'on' && isRecord(part)) {
    return Object.fromEntries(Object.entries(part).map(([event, to]) => [event, to ?? {}]));
  }
  return part;
}

/** XState's `and`, `or`, `not` and `stateIn` are functions that hold what they are made of. */
function nameOf(part: unknown): string {
  if (isRecord(part)) return typeof part['type'] === 'string' ? part['type'] : 'inline';
  if (typeof part !== 'function') return String(part);
  const { guards, stateValue, name } = part as Combined;
  if (stateValue !== undefined) return `in ${typeof stateValue === 'string' ? stateValue : JSON.stringify(stateValue)}`;
  if (!Array.isArray(guards)) return name || 'inline';
  const parts = guards.map((guard) => (isCompound(guard) ? `(${nameOf(guard)})` : nameOf(guard)));
  return name === 'not' ? `not ${parts.join(', ')}` : parts.join(` ${name} `);
}

interface Combined {
  readonly name: string;
  readonly guards?: readonly unknown[];
  readonly stateValue?: unknown;
}

/** Whether a guard reads as several words where it stands within another. */
const isCompound = (guard: unknown) =>
  typeof guard === 'function' && guard.name !== 'not' && ((guard as unknown as Combined).guards?.length ?? 0) > 1;

const isRecord = (part: unknown): part is Readonly<Record<string, unknown>> =>
  typeof part === 'object' && part !== null && !Array.isArray(part);

const isLogic = (part: unknown): part is { readonly id?: unknown } =>
  isRecord(part) && typeof part['transition'] === 'function';
