// Milliseconds, or a range of them, as an option.
import { optionError } from '../options.ts';

/** The least and the most; throws `INVALID_ARGUMENT` for what is none. */
export function checkRange(option: string, value: unknown): readonly [least: number, most: number] {
  const range: readonly unknown[] = Array.isArray(value) ? value : [value, value];
  const [least, most] = range;
  const isRange = range.length === 2 && typeof least === 'number' && typeof most === 'number';
  if (isRange && least >= 0 && least <= most && most < Infinity) return [least, most];
  throw optionError(
    option,
    Array.isArray(value) ? `[${value.join(', ')}]` : value,
    'it must be milliseconds from 0 up, or a pair of them, the lesser first',
    'Give 5, or [1, 20].',
  );
}
