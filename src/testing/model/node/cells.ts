// Cells of a model, as a step sees them: `openCell` gives one that reads and writes what the step began with. One object for each name, so that a context may hold it.
import { TroupeError } from '../../../errors.ts';
import type { Cell } from '../../../shared/cell.ts';
import { declareModelled, type ModelledCells } from '../../../shared/modelled.ts';
import { refuse } from './refusing.ts';
import type { Stage } from './stage.ts';

/** The cells of the step that is under way. */
let current: Stage | undefined;

const cells = new Map<string, Cell>();

/** What `openCell` gives while a step is under way. */
export function createCells(stage: Stage): ModelledCells {
  current = stage;
  return {
    open(name) {
      current = stage;
      if (!Object.hasOwn(stage.cells, name)) throw unknownCell(name, Object.keys(stage.cells));
      stage.consulted.cells = true;
      let cell = cells.get(name);
      if (!cell) cells.set(name, (cell = declareModelled(createModelledCell(name))));
      return cell;
    },
    refuse(name) {
      throw refuse(
        stage,
        new TroupeError(
          'NOT_MODELLED',
          `Cannot make cell '${name}' while '${stage.node}' is explored: a step has no effects. Make it before the actors start, and declare it to the model: cells: { ${JSON.stringify(name)}: 0 }.`,
          { details: { cell: name } },
        ),
      );
    },
  };
}

function createModelledCell(name: string): Cell {
  const read = (): number => {
    const stage = stageOf(name);
    stage.consulted.cells = true;
    stage.notes.touched.push({ cell: name, how: 'read' });
    return stage.cells[name] ?? 0;
  };
  const write = (value: number): number => {
    if (!Number.isFinite(value)) throw numberError(name, value);
    const stage = stageOf(name);
    stage.consulted.cells = true;
    stage.hasActed = true;
    stage.notes.touched.push({ cell: name, how: 'write' });
    // -0 and 0 are the same in a cell
    stage.cells = { ...stage.cells, [name]: value + 0 };
    stage.isWritten = true;
    return value + 0;
  };
  /** One operation, which nobody can come between. */
  const change = (next: (value: number) => number | undefined): number => {
    const stage = stageOf(name);
    stage.consulted.cells = true;
    const before = stage.cells[name] ?? 0;
    const value = next(before);
    if (value === undefined) stage.notes.touched.push({ cell: name, how: 'read' });
    else write(value);
    return before;
  };
  return Object.freeze({
    name,
    get: read,
    set: (value: number) => void write(value),
    exchange: (value: number) => change(() => value),
    compareAndSet: (expected: number, next: number) => {
      let isDone = false;
      change((value) => {
        isDone = value === expected;
        return isDone ? next : undefined;
      });
      return isDone;
    },
    add: (amount: number) => {
      let sum = 0;
      change((value) => (sum = value + amount));
      return sum;
    },
    close: nothing,
    unlink: nothing,
    [Symbol.dispose]: nothing,
  });
}

function stageOf(name: string): Stage {
  if (current) return current;
  throw new TroupeError(
    'NOT_MODELLED',
    `Cannot use the modelled cell '${name}' outside of a step. A claim finds what it holds in scene.cells.`,
    { details: { cell: name } },
  );
}

/** Runs a step with its cells. */
export function leaveCells(): void {
  current = undefined;
}

function unknownCell(name: string, names: readonly string[]): TroupeError {
  const known =
    names.length === 0 ? 'The model has no cells' : `The model has ${names.map((each) => `'${each}'`).join(', ')}`;
  return new TroupeError(
    'NO_SUCH_CELL',
    `Cannot open cell '${name}': the model has none of that name. ${known}. Declare it: cells: { ${JSON.stringify(name)}: 0 }.`,
    { details: { name, known: names } },
  );
}

function numberError(name: string, value: unknown): TroupeError {
  return new TroupeError(
    'INVALID_ARGUMENT',
    `Cannot put ${String(value)} into cell '${name}': a cell holds a finite number. Put data into an event, or into a segment.`,
    { details: { name } },
  );
}

const nothing = () => {};
