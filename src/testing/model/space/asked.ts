// What a claim says of a moment. Of one that answers later, or with nothing, it would be a guess what it says.
import { TroupeError } from '../../../errors.ts';

/** Whether a claim says that it is so. Throws `INVALID_ARGUMENT` for one that answers later, for a promise would count as yes whatever becomes of it. */
export function isSo<TWorld, TScene>(
  claim: (world: TWorld, scene: TScene) => boolean,
  world: TWorld,
  scene: TScene,
): boolean {
  const said: unknown = claim(world, scene);
  if (typeof said === 'boolean') return said;
  if (typeof (said as { readonly then?: unknown } | null | undefined)?.then !== 'function') return Boolean(said);
  throw new TroupeError(
    'INVALID_ARGUMENT',
    'Cannot judge by a claim that gives a promise: a moment that is explored does not wait. Let it give true or false.',
    { details: { option: 'claim' } },
  );
}
