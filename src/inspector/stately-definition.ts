// What a machine is made of, in the JSON of Stately's inspectors: XState's own config, functions by their names. The initial context is left out; input, params,
// meta and output are data, and redacted as such. Names of states and events are no keys of data.
import { isPlainObject } from '../object-kinds.ts';
import { describeValue, type DescribeOptions } from './describe.ts';

/** Keys whose members are names that the program chose. */
const NAMES = new Set(['states', 'on', 'after']);
const DATA = new Set(['input', 'params', 'meta', 'output', 'data']);
const LEFT_OUT = new Set(['context', 'types', 'schemas']);

/** Whether it is known what the logic's machine is made of; of a hosted one its host tells it. */
export function isDefined(logic: unknown): boolean {
  const { config } = (logic ?? {}) as { readonly config?: unknown };
  return typeof config === 'object' && config !== null && 'states' in config;
}

/** The definition of logic as text; undefined if it has none. */
export function describeDefinition(logic: unknown, options: DescribeOptions): string | undefined {
  const { config } = (logic ?? {}) as { readonly config?: unknown };
  if (typeof config !== 'object' || config === null) return undefined;
  const within = new Set<object>();
  return JSON.stringify(describe(config));

  function plain(part: unknown): unknown {
    return part === undefined ? undefined : (JSON.parse(describeValue(part, options)) as unknown);
  }

  function describe(part: unknown): unknown {
    if (typeof part === 'function') return { type: part.name || 'inline' };
    if (typeof part !== 'object' || part === null) return plain(part);
    // logic that stands in a config, such as an invoked machine, has a definition of its own
    if ('transition' in part) return 'id' in part && typeof part.id === 'string' ? part.id : 'inline';
    if (within.has(part)) return undefined;
    within.add(part);
    try {
      if (Array.isArray(part)) return part.map(describe);
      return isPlainObject(part) ? describeRecord(part) : plain(part);
    } finally {
      within.delete(part);
    }
  }

  function describeRecord(record: object): object {
    return Object.fromEntries(
      Object.entries(record).flatMap(([key, member]: [string, unknown]) => {
        if (LEFT_OUT.has(key)) return [];
        if (DATA.has(key)) return [[key, typeof member === 'function' ? describe(member) : plain(member)]];
        if (NAMES.has(key) && typeof member === 'object' && member !== null) return [[key, describeNamed(member)]];
        return [[key, describe(member)]];
      }),
    );
  }

  function describeNamed(record: object): object {
    return Object.fromEntries(
      Object.entries(record).map(([name, member]: [string, unknown]) => [name, describe(member)]),
    );
  }
}
