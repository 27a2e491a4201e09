// Which version of a machine this is: a hash of the structure of its config. Two bundles of one source agree, for functions and whatever has a
// class count only as what kind of thing they are; so a change within a guard or an action is not seen, and one of a state, a transition or a delay is.
import type { AnyActorLogic, AnyStateMachine } from 'xstate';
import { isPlainObject } from './object-kinds.ts';

const versions = new WeakMap<object, string>();

/** The version of a machine; undefined for logic that is none. */
export function versionOf(logic: AnyActorLogic | undefined): string | undefined {
  if (!isMachine(logic)) return undefined;
  // machines that differ in what was provided to them share their config
  const config = logic.config as object;
  let version = versions.get(config);
  if (version === undefined) versions.set(config, (version = hash(describeConfig(config))));
  return version;
}

/** Whether actor logic is a machine. */
export const isMachine = (logic: AnyActorLogic | undefined): logic is AnyStateMachine =>
  logic !== undefined && 'resolveState' in logic && 'getStateNodeById' in logic;

/** What is for people or for the compiler changes nothing; and a context that is no function may be made anew in each realm, so only its keys count. */
function describeConfig(config: object): string {
  const { context, types: _, schemas: __, ...rest } = config as Readonly<Record<string, unknown>>;
  const keys = typeof context === 'object' && context !== null ? Object.keys(context).toSorted() : typeof context;
  return describe({ ...rest, context: keys }, []);
}

/** Text that is the same for what counts as the same. The keys of an object have no order, the members of an array have. */
function describe(value: unknown, within: readonly object[]): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return isBare(value) ? String(value) : typeof value;
  if (within.includes(value)) return 'cycle';
  const inside = [...within, value];
  if (Array.isArray(value)) return `[${value.map((member) => describe(member, inside)).join()}]`;
  if (!isPlainObject(value) || 'getInitialSnapshot' in value) return 'object';
  const members = Object.entries(value)
    .filter(([key, member]) => member !== undefined && !(key === 'description' && typeof member === 'string'))
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${describe(member, inside)}`);
  return `{${members.join()}}`;
}

const isBare = (value: unknown) =>
  value === null || ['number', 'boolean', 'bigint', 'undefined'].includes(typeof value);

/** 64 bits of text, as two runs of FNV-1a that start apart and multiply by different primes. It tells versions apart, and keeps no secret. */
export function hash(text: string): string {
  let left = 0x811c9dc5;
  let right = 0x9e3779b9;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    left = Math.imul(left ^ unit, 0x01000193);
    right = Math.imul(right ^ unit, 0x85ebca6b);
  }
  return [left, right].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
}
