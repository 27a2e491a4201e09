// Where `openCell` looks instead of in shared memory while a machine is explored: a model's cells are part of its state. Nothing of it is in the way of real cells but one
// comparison when a cell is opened or made.
import type { Cell } from './cell.ts';

/** Cells that are modelled, for as long as a step takes. */
export interface ModelledCells {
  open(name: string): Cell;
  /** A step would make shared memory. */
  refuse(name: string): never;
}

let modelled: ModelledCells | undefined;

/** The cells of the step that is under way. */
export const modelledCells = (): ModelledCells | undefined => modelled;

/** Runs a step, in which `openCell` gives `cells`. */
export function withModelledCells<T>(cells: ModelledCells, run: () => T): T {
  const outer = modelled;
  modelled = cells;
  try {
    return run();
  } finally {
    modelled = outer;
  }
}

const names = new WeakMap<object, string>();

/** Declares that an object stands for the modelled cell of a name. */
export function declareModelled(cell: Cell): Cell {
  names.set(cell, cell.name);
  return cell;
}

/** The name of a modelled cell; undefined for anything else. */
export const cellNameOf = (value: object): string | undefined => names.get(value);
