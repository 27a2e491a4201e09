// What changed from one snapshot to the next, by the path of each value. Pure.
import diff from 'microdiff';

export type Change = 'new' | 'changed' | 'gone';
export type Path = readonly (string | number)[];

/** The changes by `pathKey`; the way to each is marked as `changed`, too, so that one can be found within what is closed. */
export function changesBetween(before: unknown, after: unknown): ReadonlyMap<string, Change> {
  const changes = new Map<string, Change>();
  // microdiff compares what is within objects
  for (const { type, path } of diff({ value: before }, { value: after })) {
    const within = path.slice(1);
    changes.set(pathKey(within), type === 'CREATE' ? 'new' : type === 'REMOVE' ? 'gone' : 'changed');
    for (let length = within.length - 1; length >= 0; length -= 1) {
      const key = pathKey(within.slice(0, length));
      if (!changes.has(key)) changes.set(key, 'changed');
    }
  }
  return changes;
}

export const pathKey = (path: Path): string => path.map((key) => `/${key}`).join('');

/** What a text holds as JSON, or the text itself where that was cut. */
export function parseSnapshot(text: string): { value: unknown } | { readonly text: string } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return { text };
  }
}
