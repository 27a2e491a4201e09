// One value per key, where a key is a list of parts, so that the same import, made at each render of a component, gives the same logic.
// A part that is a plain object says what it is by its members and theirs; functions and what lies deeper go by identity. A table
// keeps what was made in it as long as it lives itself.

/** Gives the value made for these parts before, or a new one. */
export type Intern<TValue> = (parts: readonly unknown[], make: () => TValue) => TValue;

/** How deep plain objects count by their members: the options, and an object among them such as `resourceLimits` or `local`. */
const DEPTH = 2;

const identities = new WeakMap<object, number>();
let objects = 0;

/** An empty table. */
export function createIntern<TValue>(): Intern<TValue> {
  const made = new Map<string, TValue>();
  return (parts, make) => {
    const key = JSON.stringify(parts.map((part) => nameOf(part, DEPTH)));
    if (!made.has(key)) made.set(key, make());
    return made.get(key) as TValue;
  };
}

function nameOf(part: unknown, depth: number): unknown {
  if (part instanceof URL) return nameOf(part.href, depth);
  if (depth > 0 && isPlain(part)) {
    return Object.keys(part)
      .filter((key) => part[key] !== undefined)
      .toSorted()
      .map((key) => [key, nameOf(part[key], depth - 1)]);
  }
  if ((typeof part !== 'object' && typeof part !== 'function') || part === null) return [typeof part, String(part)];
  let identity = identities.get(part);
  if (identity === undefined) identities.set(part, (identity = objects += 1));
  return identity;
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
