// Follows quantities along the depth of an exploration: numbers, and how long or large other values are. One evidently grows where in each quarter of the depth it is greater
// than in the one before.

/** What a quantity measures, and by that how it is bounded. */
type Kind = 'number' | 'size' | 'actors' | 'messages';

/** Quantities by name. */
export interface Trends {
  /** Measures a value at a path such as `context.count`, and what it holds; `whose` is said after the path. */
  look(depth: number, value: unknown, path: readonly string[], whose: string): void;
  measure(depth: number, quantity: number, name: string, kind: Kind): void;
  /** What is to be said of the one that grows most evidently. */
  sentence(): string | undefined;
}

interface Trend {
  readonly kind: Kind;
  readonly values: Set<number>;
  /** The greatest, and the least, in each quarter. */
  readonly highest: (number | undefined)[];
  readonly lowest: (number | undefined)[];
}

/** Fewer different values are no trend. */
const fewest = 5;
/** So many levels, and so many members of one value, are looked at. */
const mostLevels = 4;
const mostMembers = 32;

/** `depth` is the greatest there is. */
export function createTrends(depth: number): Trends {
  const trends = new Map<string, Trend>();

  const measure: Trends['measure'] = (at, quantity, name, kind) => {
    let trend = trends.get(name);
    if (trend === undefined) trends.set(name, (trend = { kind, values: new Set(), highest: [], lowest: [] }));
    const quarter = Math.floor((4 * at) / (depth + 1));
    trend.values.add(quantity);
    trend.highest[quarter] = Math.max(quantity, trend.highest[quarter] ?? -Infinity);
    trend.lowest[quarter] = Math.min(quantity, trend.lowest[quarter] ?? Infinity);
  };

  const look: Trends['look'] = (at, value, path, whose) => {
    const name = `${path.join('')}${whose}`;
    if (typeof value === 'number' || typeof value === 'bigint') {
      measure(at, Number(value), name, 'number');
      return;
    }
    if (typeof value === 'string') {
      measure(at, value.length, name, 'size');
      return;
    }
    const members = membersOf(value);
    if (members === undefined) return;
    measure(at, members.length, name, 'size');
    if (path.length > mostLevels) return;
    for (const [key, member] of members.slice(0, mostMembers)) look(at, member, [...path, key], whose);
  };

  return {
    look: (at, value, path, whose) => look(at, value, [path.join('.')], whose),
    measure,
    sentence() {
      let most: readonly [name: string, trend: Trend] | undefined;
      for (const [name, trend] of trends) {
        if (directionOf(trend) === undefined) continue;
        if (most === undefined || trend.values.size > most[1].values.size) most = [name, trend];
      }
      return most === undefined ? undefined : sentenceOf(...most);
    },
  };
}

/** Whether a quantity keeps growing, or falling, which only numbers can for ever. */
function directionOf({ kind, values, highest, lowest }: Trend): 'growing' | 'falling' | undefined {
  if (values.size < fewest) return undefined;
  if (isRising(highest)) return 'growing';
  const falls = kind === 'number' && isRising(lowest.map((value) => (value === undefined ? value : -value)));
  return falls ? 'falling' : undefined;
}

const isRising = ([first, second, third, fourth]: readonly (number | undefined)[]): boolean =>
  first !== undefined &&
  second !== undefined &&
  third !== undefined &&
  fourth !== undefined &&
  first < second &&
  second < third &&
  third < fourth;

function sentenceOf(name: string, trend: Trend): string {
  const { kind, values, highest, lowest } = trend;
  const direction = directionOf(trend);
  const far =
    direction === 'falling'
      ? `down to ${Math.min(...lowest.map(Number)).toLocaleString('en')}`
      : `up to ${Math.max(...highest.map(Number)).toLocaleString('en')}`;
  const many = values.size.toLocaleString('en');
  const mend = name.startsWith('context')
    ? 'Bound it with `within`, or leave it out with `forget`.'
    : kind === 'messages'
      ? 'Bound it with `within`, or let who sends them wait for an answer.'
      : 'Bound it with `within`.';
  switch (kind) {
    case 'number':
      return `${name} keeps ${direction}: ${many} different values, ${far}. ${mend}`;
    case 'size':
      return `${name} keeps growing: ${many} different sizes, ${far}. ${mend}`;
    default:
      return `The ${name} keeps growing: ${far} at once. ${mend}`;
  }
}

/** What a value holds, each with how it is written after the value's path; members of one list or set count as one. */
function membersOf(value: unknown): (readonly [key: string, member: unknown])[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) return value.map((member) => ['[]', member]);
  if (value instanceof Set) return [...(value as Set<unknown>)].map((member) => ['[]', member]);
  if (value instanceof Map) return [...(value as Map<unknown, unknown>).values()].map((member) => ['[]', member]);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return undefined;
  return Object.entries(value).map(([key, member]) => [`.${key}`, member]);
}
