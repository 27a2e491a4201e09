// One value per key, where a key is a list of parts: plain parts by what they say, functions and other objects by identity. Logic is interned so that
// the same import, made at each render of a component, gives the same logic.

const identities = new WeakMap<object, number>();
let objects = 0;
const interned = new Map<string, unknown>();

/** The value made for these parts before, or a new one. */
export function intern<T>(parts: readonly unknown[], make: () => T): T {
  const key = JSON.stringify(parts.map(nameOfPart));
  if (!interned.has(key)) interned.set(key, make());
  return interned.get(key) as T;
}

function nameOfPart(part: unknown): unknown {
  if (part instanceof URL) return part.href;
  if (isPlain(part)) {
    return Object.keys(part)
      .toSorted()
      .map((key) => [key, nameOfPart(part[key])]);
  }
  if ((typeof part !== 'object' && typeof part !== 'function') || part === null) return [typeof part, String(part)];
  let identity = identities.get(part);
  if (identity === undefined) identities.set(part, (identity = objects += 1));
  return identity;
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.getPrototypeOf(value) === Object.prototype &&
    !('address' in value) &&
    !Object.values(value).some((each) => typeof each === 'function')
  );
}
