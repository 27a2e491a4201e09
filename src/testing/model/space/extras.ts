// What a state holds besides its nodes and its network: what the cells hold, what `history` has gathered, and what is left of the budgets for what may go wrong. All of it is
// one number in a state, and none where a system has nothing of the kind.
import type { AnyActorLogic } from 'xstate';
import { createInterner } from './interner.ts';
import type { Message, ModelOptions } from '../options.ts';
import { createPairTable } from './pair-table.ts';
import { impureHistory } from './purity.ts';
import type { Subjects, Values } from './subjects.ts';
import { createTuples } from './tuples.ts';

/** The places of a budget. */
export const budgets = { drop: 2, duplicate: 3, crash: 4 } as const;
export type Budget = (typeof budgets)[keyof typeof budgets];

/** What cells hold, by name. */
export type Cells = Readonly<Record<string, number>>;

/** What else a state holds, by number. */
export interface Extras {
  /** Whether states have such a number at all. */
  readonly isUsed: boolean;
  /** The number at the very beginning. */
  readonly initial: number;
  cells(id: number): Cells;
  /** A number for what the cells hold. */
  cellsId(id: number): number;
  history(id: number): unknown;
  historyId(id: number): number;
  /** Whether there is something left of a budget. */
  may(id: number, budget: Budget): boolean;
  /** Begins to change one: what follows changes it, `end` gives the number of what became of it. */
  begin(id: number): void;
  setCells(cells: Cells): void;
  setHistory(history: number): void;
  received(message: number): void;
  sent(message: number): void;
  spend(budget: Budget): void;
  end(): number;
  /** Whether what has been gathered speaks of actors. */
  historySpeaks(history: number): boolean;
  historyAt(history: number): unknown;
  idOfHistory(history: unknown): number;
}

/** Cells, history, and the three budgets. */
const width = 5;

export function createExtras(
  options: Pick<ModelOptions<Record<string, AnyActorLogic>, unknown>, 'network' | 'crash' | 'cells' | 'history'>,
  subjects: Subjects,
  { textOf, mentionsOf }: Values,
): Extras {
  const { network = {}, crash, cells: firstCells = {}, history } = options;
  const limits = [0, 0, network.drop ?? 0, network.duplicate ?? 0, crash?.max ?? 0];
  const isCounted = limits.map((limit) => limit > 0 && limit < Infinity);

  const cellStates = createInterner<Cells>();
  const idOfCells = (cells: Cells): number => cellStates.idOf(textOf(cells), () => cells);
  const histories = createInterner<unknown>();
  const idOfHistory = (gathered: unknown): number => histories.idOf(textOf(gathered), () => gathered);
  const speaks: boolean[] = [];
  const told = { received: createPairTable(), sent: createPairTable() };
  const tell = (what: 'received' | 'sent', before: number, message: number): number => {
    const tells = history?.[what];
    if (tells === undefined) return before;
    const known = told[what].get(before, message);
    if (known >= 0) return known;
    const subject = subjects.at(message).occurrence as { readonly message: Message };
    const after = idOfHistory(tells(histories.at(before), subject.message));
    if (idOfHistory(tells(histories.at(before), subject.message)) !== after) {
      throw impureHistory(what, subject.message);
    }
    told[what].set(before, message, after);
    return after;
  };

  /** What each number stands for: cells, history and the budgets left, one after the other. */
  const parts: number[] = [];
  const tuples = createTuples(10);
  const numbers = new Uint32Array(width);
  let begun = -1;
  let isChanged = true;
  const at = (id: number, place: number): number => parts[id * width + place] as number;
  const set = (place: number, value: number): void => {
    if (numbers[place] === value) return;
    numbers[place] = value;
    isChanged = true;
  };
  const end = (): number => {
    if (!isChanged) return begun;
    const known = tuples.find(numbers, width);
    if (known >= 0) return known;
    parts.push(...numbers);
    return tuples.add(numbers, width);
  };

  set(0, idOfCells(firstCells));
  set(1, idOfHistory(history?.initial));
  for (const place of Object.values(budgets)) set(place, isCounted[place] ? (limits[place] as number) : 0);
  const initial = end();

  return {
    isUsed: Object.keys(firstCells).length > 0 || history !== undefined || isCounted.includes(true),
    initial,
    cells: (id) => cellStates.at(at(id, 0)),
    cellsId: (id) => at(id, 0),
    history: (id) => histories.at(at(id, 1)),
    historyId: (id) => at(id, 1),
    may: (id, budget) => (isCounted[budget] ? at(id, budget) > 0 : limits[budget] === Infinity),
    begin(id) {
      begun = id;
      isChanged = false;
      for (let place = 0; place < width; place++) numbers[place] = at(id, place);
    },
    setCells: (cells) => set(0, idOfCells(cells)),
    setHistory: (id) => set(1, id),
    received(message) {
      if (history?.received !== undefined) set(1, tell('received', numbers[1] as number, message));
    },
    sent(message) {
      if (history?.sent !== undefined) set(1, tell('sent', numbers[1] as number, message));
    },
    spend(budget) {
      if (isCounted[budget]) set(budget, (numbers[budget] as number) - 1);
    },
    end,
    historySpeaks: (id) => (speaks[id] ??= mentionsOf(histories.at(id)).length > 0),
    historyAt: histories.at,
    idOfHistory,
  };
}
