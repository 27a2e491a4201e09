// What a space needs to know of values where they are plain data: text with sorted keys, and no actors spoken of.
import type { Values } from './subjects.ts';

export const plainValues: Values = { textOf, mentionsOf: () => [] };

function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined';
  if (Array.isArray(value)) return `[${value.map(textOf).join()}]`;
  return `{${Object.entries(value)
    .filter(([, held]) => held !== undefined)
    .toSorted(([one], [two]) => (one < two ? -1 : 1))
    .map(([key, held]) => `${JSON.stringify(key)}:${textOf(held)}`)
    .join()}}`;
}
