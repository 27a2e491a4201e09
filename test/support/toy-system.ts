// Systems of toy nodes, plain functions over plain data, as spaces that can be put together anew: for tests of symmetry that need no machines. Messages have no order.
import type { ActorState, Configuration, Node, Renaming } from '../../dist/src/testing/model/node/node.js';
import type { Message } from '../../dist/src/testing/model/options.js';
import type { Renames } from '../../dist/src/testing/model/graph/permutations.js';
import type { Rearrangeable } from '../../dist/src/testing/model/space/rearrange.js';
import type { Space } from '../../dist/src/testing/model/space/space.js';

/** Plain data. */
export type Data = unknown;

/** What a toy does: its next state, and what it sends. Undefined where there is nothing that it does. */
export type ToyStep = { readonly state: Data; readonly sends?: readonly (readonly [to: string, event: ToyEvent])[] };

export interface ToyEvent {
  readonly type: string;
  readonly [key: string]: Data;
}

export interface Toy {
  readonly state: Data;
  readonly receive?: (state: never, event: ToyEvent & { from: string }, self: string) => ToyStep | undefined;
  /** What it may do by itself. */
  readonly ticks?: (state: never, self: string) => readonly ToyStep[];
}

export interface ToySystem {
  readonly space: Space<never>;
  readonly nodes: readonly Node[];
  readonly renames: Renames;
  /** What the nodes hold in a state, by name. */
  statesOf(words: Uint32Array): Record<string, Data>;
}

/** With `isSet` messages stay on their way for ever, each once. */
export function createToySystem(toys: Readonly<Record<string, Toy>>, { isSet = false } = {}): ToySystem {
  const names = Object.keys(toys);
  const states = names.map(() => createTable<Data>());
  const messages = createTable<Message>();
  const scratch = new Uint32Array(256);
  const configuration = (name: string, state: Data): Configuration & { readonly data: Data } => ({
    key: textOf(state),
    actors: new Map([[name, { snapshot: { context: state } } as unknown as ActorState]]),
    timers: [],
    crashed: false,
    mentions: [],
    data: state,
  });
  /** Writes a state and gives its length. */
  const write = (locals: ArrayLike<number>, network: number[], into: Uint32Array): number => {
    for (let place = 0; place < names.length; place++) into[place] = locals[place] as number;
    const messageIds = (isSet ? [...new Set(network)] : network).toSorted((one, other) => one - other);
    into.set(messageIds, names.length);
    return names.length + messageIds.length;
  };
  const rearrangeable: Rearrangeable = {
    configuration: (place, id) => configuration(names[place] as string, (states[place] as Table<Data>).at(id)),
    idOfConfiguration: (place, { key }) => (states[place] as Table<Data>).idOf(JSON.parse(key)),
    message: messages.at,
    idOfMessage: messages.idOf,
    history: () => undefined,
    idOfHistory: () => 0,
    rearrange(state, length, rearrangement, into) {
      const locals: number[] = [];
      for (let place = 0; place < names.length; place++) {
        locals[rearrangement.places[place] as number] = rearrangement.configuration(place, state[place] as number);
      }
      const network = Array.from(state.slice(names.length, length), (id) => rearrangement.message(id));
      return write(locals, network, into);
    },
  };
  // a code is the number of a message, or of a node: even and odd
  const space: Space<never> = {
    names,
    initial: Uint32Array.from(names, (name, place) => (states[place] as Table<Data>).idOf((toys[name] as Toy).state)),
    beginnings: [],
    successors(from, visit) {
      const state = from.slice();
      const network = [...state.slice(names.length)];
      const take = (code: number, place: number, step: ToyStep | undefined, left: readonly number[]): void => {
        if (step === undefined) return;
        const locals = state.slice(0, names.length);
        locals[place] = (states[place] as Table<Data>).idOf(step.state);
        const sent = (step.sends ?? []).map(([to, event]) =>
          messages.idOf({ from: names[place] as string, to, event }),
        );
        visit(code, scratch, write(locals, [...left, ...sent], scratch));
      };
      names.forEach((name, place) => {
        const steps =
          (toys[name] as Toy).ticks?.((states[place] as Table<Data>).at(state[place] as number) as never, name) ?? [];
        steps.forEach((step, index) => take((place * 8 + index) * 2 + 1, place, step, network));
      });
      network.forEach((id, at) => {
        if (network.indexOf(id) !== at) return;
        const { from: sender, to, event } = messages.at(id);
        const place = names.indexOf(to);
        const data = (states[place] as Table<Data>).at(state[place] as number) as never;
        const step = (toys[to] as Toy).receive?.(data, { ...event, from: sender }, to) ?? { state: data };
        take(id * 2, place, step, isSet ? network : network.toSpliced(at, 1));
      });
    },
    actionOf: (_state, code) =>
      code % 2 === 0
        ? { type: 'deliver', message: messages.at(code / 2), again: false }
        : { type: 'timer', actor: names[code >> 4] as string, id: '', event: { type: 'TICK' } },
    stepOf: () => undefined,
    show: (words) => ({
      world: statesOf(words) as never,
      scene: {
        inFlight: Array.from(words.slice(names.length), messages.at),
        timers: [],
        crashed: [],
        cells: {},
        history: undefined,
      },
    }),
    configurationOf: (words, name) =>
      configuration(name, (states[names.indexOf(name)] as Table<Data>).at(words[names.indexOf(name)] as number)),
    isFair: () => true,
    isQuiescent: () => false,
    rearrangeable,
  };
  const statesOf = (words: Uint32Array): Record<string, Data> =>
    Object.fromEntries(names.map((name, place) => [name, (states[place] as Table<Data>).at(words[place] as number)]));
  const nodes = names.map(
    (name) =>
      ({
        name,
        rename: ({ key }: Configuration, renaming: Renaming) =>
          configuration(name, renameData(JSON.parse(key), renaming)),
      }) as unknown as Node,
  );
  const renames = {
    message: (message: Message, renaming: Renaming) => renameData(message, renaming) as Message,
    value: renameData,
  };
  return { space, nodes, renames, statesOf };
}

function renameData(data: unknown, renaming: Renaming): unknown {
  const { names, sortsLists } = renaming;
  if (typeof data === 'string') return names[data] ?? data;
  if (Array.isArray(data)) {
    const list = data.map((each) => renameData(each, renaming));
    const isInOrder = data.every((each, index) => each in names && (index === 0 || data[index - 1] < each));
    return sortsLists && isInOrder ? list.map(String).toSorted() : list;
  }
  if (typeof data !== 'object' || data === null) return data;
  const entries = Object.entries(data).map(([key, each]) => [names[key] ?? key, renameData(each, renaming)] as const);
  return Object.fromEntries(entries.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** Keys are in order. */
const textOf = (data: unknown): string => JSON.stringify(renameData(data, { names: {}, sortsLists: false }));

interface Table<T> {
  at(id: number): T;
  idOf(thing: T): number;
}

function createTable<T>(): Table<T> {
  const things: T[] = [];
  const ids = new Map<string, number>();
  return {
    at: (id: number): T => things[id] as T,
    idOf(thing: T): number {
      const key = textOf(thing);
      const id = ids.get(key) ?? things.push(thing) - 1;
      ids.set(key, id);
      return id;
    },
  };
}
