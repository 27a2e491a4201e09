// Some of the rows, in their order: what a view shows of them. It is made piece by piece, so that no frame waits for a filter that goes through 100,000 rows,
// and follows the rows when they grow or when their tail is put in order. No DOM.
import { rowsUntil, type Rows } from './rows.ts';

export interface Selection {
  readonly length: number;
  /** How many rows were looked at. */
  readonly looked: number;
  /** The row at a position. */
  row(position: number): number;
  /** The position of a row, or of the next one that is selected. */
  position(row: number): number;
  /** How many of its rows there were at a moment. */
  until(moment: number): number;
  /** Looks at more rows until all are looked at or `enough()`; gives whether all are. */
  advance(enough?: () => boolean): boolean;
  /** Forgets what it knows of a row and those after it. */
  rewind(row: number): void;
  close(): void;
}

/** How many rows are looked at before the clock is. */
const STRIDE = 512;

/** A selection of rows by what `takes` says of each. */
export function createSelection(rows: Rows, takes: (row: number) => boolean): Selection {
  let taken = new Uint32Array(64);
  let length = 0;
  let looked = 0;

  const selection: Selection = {
    get length() {
      return length;
    },
    get looked() {
      return looked;
    },
    row: (position) => taken[position] as number,
    position: positionOf,
    until: (moment) => positionOf(rowsUntil(rows, moment)),
    advance(enough = () => false) {
      while (looked < rows.length) {
        const until = Math.min(rows.length, looked + STRIDE);
        if (length + STRIDE > taken.length) taken = larger(taken);
        for (; looked < until; looked += 1) {
          if (!takes(looked)) continue;
          taken[length] = looked;
          length += 1;
        }
        if (looked < rows.length && enough()) return false;
      }
      return true;
    },
    rewind(row) {
      if (row >= looked) return;
      length = positionOf(row);
      looked = row;
    },
    close() {
      rows.selections.delete(selection);
    },
  };
  rows.selections.add(selection);
  return selection;

  function positionOf(row: number): number {
    let low = 0;
    let high = length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((taken[middle] as number) < row) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function larger(from: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const to = new Uint32Array(from.length * 2 + STRIDE);
  to.set(from);
  return to;
}
