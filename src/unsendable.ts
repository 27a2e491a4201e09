// How a value that cannot cross is refused: with the path to the offender in the words of the language, what kind of thing it is,
// and the mend.

import { TroupeError } from './errors.ts';

/** One step of a path: a property's name, an index, or the text of a step that is neither. */
export type Step = string | number | { readonly text: string };

/** `NOT_SERIALIZABLE`, with `details` `{ path: 'event.order.callback', kind: 'function' }`. */
export function notSerializable(path: string, kind: string, because: string, cause?: unknown): TroupeError {
  const text = `Cannot send ${path}: ${because}. Send plain data; docs/wire.md lists what can cross.`;
  return new TroupeError('NOT_SERIALIZABLE', text, {
    details: { path, kind },
    ...(cause === undefined ? {} : { cause }),
  });
}

/** `event.order.items[2].callback`; without a root it begins with the first step. A long path keeps its ends. */
export function pathText(root: string, path: readonly Step[]): string {
  const steps = path.map(stepText);
  const shown = steps.length > 24 ? [...steps.slice(0, 16), '.…', ...steps.slice(-6)] : steps;
  const text = root + shown.join('');
  return root === '' && text.startsWith('.') ? text.slice(1) : text;
}

function stepText(step: Step): string {
  if (typeof step === 'number') return `[${step}]`;
  if (typeof step === 'object') return step.text;
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
}
