// How wide text is, without anything that draws: the widths of Helvetica, which Arial and Liberation Sans share, so that a page and a file have the same picture.
// A font that runs wider finds some air; letters that the table lacks are taken for wide ones.

/** In units of the text's size. */
export function textWidth(text: string, size: number, bold = false): number {
  let units = 0;
  for (const letter of text) units += widthOf(letter);
  return (units * size * (bold ? 1.08 : 1.02)) / 1000;
}

/** The text if it fits, else as much of it as does, with an ellipsis. */
export function cutText(text: string, size: number, width: number, bold = false): string {
  if (textWidth(text, size, bold) <= width) return text;
  const letters = Array.from(text);
  let [low, high] = [0, letters.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (textWidth(`${letters.slice(0, middle).join('')}…`, size, bold) <= width) low = middle;
    else high = middle - 1;
  }
  return `${letters.slice(0, low).join('').trimEnd()}…`;
}

/** Thousandths of the text's size. */
const WIDTHS: readonly (readonly [width: number, letters: string])[] = [
  [191, "'"],
  [222, 'ijl'],
  [260, '|'],
  [278, ' !,./:;I[\\]ft'],
  [333, '()-`r{}'],
  [355, '"'],
  [389, '*'],
  [469, '^'],
  [500, 'Jckvsxyz'],
  [556, '#$0123456789?L_abdeghnopqu'],
  [584, '+<=>~'],
  [611, 'FTZ'],
  [667, '&ABEKPSVXY'],
  [722, 'CDHNRUw'],
  [778, 'GOQ'],
  [833, 'Mm'],
  [889, '%'],
  [944, 'W'],
  [1000, '…—→'],
  [1015, '@'],
];

const widths = new Map(WIDTHS.flatMap(([width, letters]) => Array.from(letters, (letter) => [letter, width] as const)));

const widthOf = (letter: string): number => widths.get(letter) ?? ((letter.codePointAt(0) ?? 0) < 0x1100 ? 640 : 1000);
