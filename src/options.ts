// The checks of options that are one of a few words, and how an option is refused. What passes silently here would be a surprise much later.
import { TroupeError } from './errors.ts';

/** Throws `INVALID_ARGUMENT` for an option that is none of these words. */
export function assertWord(option: string, value: unknown, words: readonly string[]): void {
  if (value === undefined || words.some((word) => word === value)) return;
  throw optionError(option, value, `it must be ${words.join(' or ')}`);
}

/** Throws `INVALID_ARGUMENT` for an option of a name that is not known: it may be misspelt, and would do nothing. */
export function assertNames(options: object, names: readonly string[]): void {
  if (typeof options !== 'object' || (options as unknown) === null)
    throw optionError('options', options, 'they must be an object', `Its names may be ${names.join(', ')}.`);
  const option = Object.keys(options).find((name) => !names.includes(name));
  if (option === undefined) return;
  throw new TroupeError(
    'INVALID_ARGUMENT',
    `Cannot take the option '${option}': there is none of that name. The options are ${names.join(', ')}.`,
    { details: { option } },
  );
}

/** `INVALID_ARGUMENT` for an option that cannot be taken. */
export function optionError(
  option: string,
  value: unknown,
  why: string,
  mend = 'Leave it out for the default.',
): TroupeError {
  const given = typeof value === 'string' ? `'${value}'` : textOf(value);
  return new TroupeError('INVALID_ARGUMENT', `Cannot take ${given} for ${option}: ${why}. ${mend}`, {
    details: { option, value: given },
  });
}

/** Some objects have no text of their own. */
function textOf(value: unknown): string {
  return typeof value === 'object' && value !== null ? Object.prototype.toString.call(value) : String(value);
}
