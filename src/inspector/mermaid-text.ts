// Text of a program within a Mermaid sequence diagram: whatever it holds, none of it is taken for Mermaid's own.

const MOST_CHARACTERS = 120;

/**
 * Text that Mermaid takes as text wherever it stands. All that could mean something to it is written as an entity: `;` and a new line end a statement, `#` begins an
 * entity, `:` a label, and the word `end` ends a box even within a name. A hyphen or a dot within a word means nothing. `style` and `classDef` are among it, for Mermaid cuts the `;` of an entity behind them.
 */
export function escapeText(text: string): string {
  return escape(text, /(?<![\p{L}\p{N}])-|-(?![\p{L}\p{N}])|[^\p{L}\p{M}\p{N} _.,…-]/gu);
}

/** The same for text behind the first colon of a statement, where brackets, quotes and arrows mean nothing: it can be read as it stands. */
export function escapeLabel(text: string): string {
  // a colon after `wrap` at the very beginning is Mermaid's
  return escape(text, /[^\p{L}\p{M}\p{N} _.,…:'"(){}[\]=!?*/|→@+-]|(?<=^(?:no)?wrap):/gu);
}

function escape(text: string, unsafe: RegExp): string {
  const line = text.replaceAll(/\s+/gu, ' ').trim();
  const characters = Array.from(line);
  const short = characters.length > MOST_CHARACTERS ? `${characters.slice(0, MOST_CHARACTERS - 1).join('')}…` : line;
  const escaped = short
    .replaceAll(unsafe, entity)
    .replaceAll(/(?<![\p{L}\p{N}_])end(?![\p{L}\p{N}_])/giu, (word) => `${entity(word[0] as string)}${word.slice(1)}`)
    .replaceAll(/style|classDef/gu, (word) => `${entity(word[0] as string)}${word.slice(1)}`);
  return escaped === '' ? '(empty)' : escaped;
}

function entity(character: string): string {
  return `#${character.codePointAt(0)};`;
}
