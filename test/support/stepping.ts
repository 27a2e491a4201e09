// Nodes of a model, stepped one occurrence after another.
import type { Snapshot } from 'xstate';
import { createNodes } from '../../dist/src/testing/model/node/nodes.js';
import type { Circumstances, Configuration, Node, Occurrence, Step } from '../../dist/src/testing/model/node/node.js';

export type { Node } from '../../dist/src/testing/model/node/node.js';

/** No cells, and nobody elsewhere speaks of anybody. */
export const NONE: Circumstances = { cells: {}, isSpokenOf: () => false };

/** The nodes of a model. */
export const nodesOf = (actors: Readonly<Record<string, unknown>>, options: object = {}): readonly Node[] =>
  createNodes({ actors, ...options } as never);

/** The first node of a model, started, which goes on from step to step. */
export function stepping(
  actors: Readonly<Record<string, unknown>>,
  options: { readonly cells?: Readonly<Record<string, number>>; readonly [option: string]: unknown } = {},
) {
  const node = nodesOf(actors, options)[0] as Node;
  const circumstances: Circumstances = { ...NONE, cells: options.cells ?? {} };
  const start = node.start(circumstances);
  let current: Configuration = start.next;
  const step = (occurrence: Occurrence): Step => {
    const taken = node.step(current, occurrence, circumstances);
    current = taken.next;
    return taken;
  };
  return {
    node,
    start,
    step,
    send: (type: string, rest: object = {}) => step({ type: 'stimulus', event: { type, ...rest } }),
    current: () => current,
    root: (): Snapshot<unknown> => node.snapshotOf(current),
    spontaneous: () => node.spontaneous(current),
  };
}
