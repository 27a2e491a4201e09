// A model's actors on the real runtime: each on a node of its own, and between each two nodes troupe's buses, frames and codec, with what is on its way held back. Actions happen one by one, as they are
// told; nothing happens by itself, and no time passes but what is told.
import type { Snapshot } from 'xstate';
import { createCell, type Cell } from '../../../shared/cell.ts';
import { createActs, quiet } from './live-actions.ts';
import type { LiveNames } from './live-names.ts';
import type { LiveNode, Sending } from './live-node.ts';
import { createStage, type LiveOptions } from './live-stage.ts';
import type { Address } from '../node/node.ts';
import type { Action } from '../space/space.ts';

export interface Live extends AsyncDisposable {
  /** The names of the nodes, in the order of the options. */
  readonly names: readonly string[];
  readonly refs: LiveNames;
  /** The name of the node that an address is on. */
  nodeOf(address: Address): string;
  /** A node, unless it is down. */
  node(name: string): LiveNode | undefined;
  /** The snapshot of a node's actor, as whoever started it sees it; of one that is down the last. */
  snapshotOf(name: string): Snapshot<unknown>;
  /** What is on its way from one node to another, in the order sent. */
  onTheWay(from: string, to: string): readonly Sending[];
  cellsNow(): Readonly<Record<string, number>>;
  /** What the last action had sent to other nodes, in order. */
  readonly sent: readonly Sending[];
  /** An event as text, in which actors bear the names of the model. */
  textOf(value: unknown): string;
  /** Has something happen, and all that follows from it at once. Gives why it cannot, if it cannot. */
  perform(action: Action): Promise<string | undefined>;
}

/** Starts all actors of a model. What they send as they start is on its way. */
export async function createLive(options: LiveOptions): Promise<Live> {
  const stage = createStage(options);
  const { places, lanes, names, sent } = stage;
  const act = createActs(stage);
  const cells: Cell[] = [];
  const live: Live = {
    names: [...places.keys()],
    refs: names,
    nodeOf: stage.nodeOf,
    node: (name) => places.get(name)?.life,
    snapshotOf: (name) => stage.placeOf(name).ref?.getSnapshot() as Snapshot<unknown>,
    onTheWay: (from, to) => stage.laneOf(from, to).held.map(({ note }) => note),
    cellsNow: () => Object.fromEntries(cells.map((cell) => [cell.name, cell.get()])),
    sent,
    textOf: stage.textOf,
    async perform(action) {
      sent.length = 0;
      const why = await act(action);
      if (why === undefined) await quiet();
      return why;
    },
    async [Symbol.asyncDispose]() {
      await stage.close();
      for (const cell of cells) cell.unlink();
    },
  };
  try {
    for (const [name, initial] of Object.entries(options.cells ?? {})) cells.push(createCell(name, { initial }));
    for (const place of places.values()) stage.make(place);
    for (const { life } of places.values()) life?.start();
    for (const lane of lanes.values()) lane.begin();
    await quiet();
  } catch (error) {
    await live[Symbol.asyncDispose]();
    throw error;
  }
  return live;
}
