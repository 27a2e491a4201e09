// The space of a model, made of its options: what knows its values, its nodes, and, where actors are declared to be symmetric, who may stand for whom.
import { TroupeError } from '../../errors.ts';
import { textOf } from './node/canonical.ts';
import { createModelling } from './node/modelling.ts';
import type { Address } from './node/node.ts';
import { createNode } from './node/node-stepper.ts';
import type { Claim, Logics, ModelOptions } from './options.ts';
import { renameAddress, renameValue } from './node/rename.ts';
import { createSpace, type Engine } from './space/space-of.ts';
import { symmetricGroups } from './graph/symmetric-groups.ts';
import { createSymmetry, type Symmetry } from './graph/symmetry.ts';

/** A model opened. */
export interface Opened {
  readonly space: Engine;
  /** Who may stand for whom; absent where everyone is who they are. */
  readonly symmetry?: Symmetry;
}

/** Starts all nodes. Throws what cannot be modelled. */
export function openSpace(options: ModelOptions<Logics, unknown>, { symmetric = true } = {}): Opened {
  const modelling = createModelling(options);
  const nodes = modelling.names.map((name) => createNode(modelling, name));
  const space = createSpace(options, nodes, {
    textOf: (value) => textOf(value),
    mentionsOf(value) {
      const mentions = new Set<Address>();
      textOf(value, mentions);
      return [...mentions].toSorted();
    },
  });
  assertBegins(space);
  const groups = symmetric ? symmetricGroups(options) : [];
  if (groups.length === 0) return { space };
  const symmetry = createSymmetry({
    space,
    nodes,
    groups,
    claims: claimsOf(options),
    renames: {
      value: (value, renaming) => renameValue(modelling, value, renaming),
      message: ({ from, to, event }, renaming) => ({
        from: renameAddress(from, renaming),
        to: renameAddress(to, renaming),
        event: renameValue(modelling, event, renaming),
      }),
    },
  });
  return { space, symmetry };
}

/** With a beginning out of bounds nothing would be explored, and nothing be found wrong. */
function assertBegins(space: Engine): void {
  const { initial } = space;
  if (space.isWithin(initial, 0, initial.length)) return;
  const failure = space.boundsFailure;
  const why = failure ? `it throws at the very beginning: ${String(failure.error)}` : 'the very beginning lies outside';
  throw new TroupeError(
    'INVALID_ARGUMENT',
    `Cannot stay \`within\` the bounds: ${why}, so nothing would be explored. Have it hold of the actors as they start, with what they send at once.`,
    { details: { option: 'within' }, ...(failure ? { cause: failure.error } : {}) },
  );
}

/** All that must not tell symmetric actors apart. */
function claimsOf({ always, sometimes, mayStopWhen, within }: ModelOptions<Logics, unknown>) {
  const claims: Record<string, Claim<Logics, unknown>> = { ...always, ...sometimes };
  if (mayStopWhen) claims['mayStopWhen'] = mayStopWhen;
  if (within) claims['within'] = within;
  return claims;
}
