// The symmetry of a model as its options declare it, if it can be used.
import type { Node } from './node.ts';
import type { Logics, ModelOptions } from './options.ts';
import type { Space } from './space.ts';
import { symmetricGroups } from './symmetric-groups.ts';
import { createSymmetry, type Symmetry } from './symmetry.ts';

/**
 * The symmetry that is declared; undefined where none is, or where something is claimed to come to hold in the end, as it would be wrong there. Throws `INVALID_ARGUMENT` for
 * groups that cannot be, and `NOT_SYMMETRIC` for actors that do not begin alike.
 */
export function symmetryOf<TLogics extends Logics, THistory>(
  options: ModelOptions<TLogics, THistory>,
  space: Space<TLogics, THistory>,
  nodes: readonly Node[],
): Symmetry | undefined {
  const groups = symmetricGroups(options);
  if (groups.length === 0) return undefined;
  const { always, sometimes, mayStopWhen } = options;
  const claims = { ...always, ...sometimes, ...(mayStopWhen === undefined ? {} : { mayStopWhen }) };
  return createSymmetry({ space, nodes, groups, claims });
}
