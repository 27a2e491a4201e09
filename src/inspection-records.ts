// What one node tells another of a system that is inspected there: plain records, in the order it happened. They are told whatever they hold: what cannot cross
// to another node is told by its name, for somebody who watches must not change what is watched.
import type { AnyActorRef, AnyEventObject } from 'xstate';
import type { NodeAddress } from './address.ts';
import type { Seen } from './causal-order.ts';
import type { Codec, Encoded } from './codec.ts';
import { isPlainObject } from './object-kinds.ts';
import type { Patch } from './snapshots.ts';

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
        readonly action: { readonly type: string; readonly params: unknown };
      }
    | { readonly type: 'gone'; readonly actor: string }
    | { readonly type: 'snapshot'; readonly actor: string; readonly event: AnyEventObject; readonly patch: Patch }
  );

/** Where and when it happened. */
export interface Stamp {
  /** Where it happened; left out if that is the node which tells. */
  readonly node?: NodeAddress;
  readonly at: number;
  readonly after?: Seen;
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
}

/** What is told of a transition: its event's descriptor, and state nodes by their ids. */
export interface TransitionRecord {
  readonly eventType: string;
  readonly source: string | undefined;
  readonly target: readonly string[] | undefined;
  readonly reenter: boolean;
}

/** Records for a link, in the order told. */
export function encodeRecords(codec: Codec, records: readonly InspectionRecord[]): Encoded {
  try {
    return codec.encode(records);
  } catch {
    return codec.encode(records.map((record) => tellable(codec, record, new Set())));
  }
}

/** The same value with the name of each part that cannot cross in its place. */
function tellable(codec: Codec, value: unknown, within: Set<object>): unknown {
  if (typeof value === 'function') return `[function ${value.name || 'without a name'}]`;
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
    return `[${(value as { readonly constructor?: { readonly name?: string } }).constructor?.name ?? 'object'}]`;
  } finally {
    within.delete(value);
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
    return JSON.parse(JSON.stringify(config, (_, part: unknown) => nameOf(part)));
  } catch {
    // a config that is no tree is of no use to anybody who draws it
    return undefined;
  }
}

function nameOf(part: unknown): unknown {
  if (typeof part === 'function') return part.name || 'inline';
  if (typeof part !== 'object' || part === null || !('transition' in part)) return part;
  return (part as { readonly id?: unknown }).id ?? 'inline';
}
