// What `eventually` claims, judged over one exploration: each claim by itself, all of them over the same steps.
import { isSo } from '../space/asked.ts';
import { createLiveness, type Eventual, type ExploredGraph } from './liveness.ts';
import type { Claims, Logics } from '../options.ts';
import type { Space } from '../space/space.ts';

/** What became of a claim. */
export type Judged =
  | Eventual
  /** It threw, in that state of the exploration. */
  | { readonly verdict: 'threw'; readonly state: number; readonly error: unknown };

/** Judges each claim, in order. */
export function judgeAllEventually<TLogics extends Logics, THistory>(
  space: Space<TLogics, THistory>,
  explored: ExploredGraph,
  claims: Claims<TLogics, THistory>,
): ReadonlyMap<string, Judged> {
  const liveness = createLiveness(space, explored);
  const judged = new Map<string, Judged>();
  for (const [name, claim] of Object.entries(claims)) {
    let thrown: { readonly state: number; readonly error: unknown } | undefined;
    const eventual = liveness.check((state) => {
      if (thrown !== undefined) return true;
      try {
        const { world, scene } = space.show(explored.wordsOf(state));
        return isSo(claim, world, scene);
      } catch (error) {
        thrown = { state, error };
        return true;
      }
    });
    judged.set(name, thrown === undefined ? eventual : { verdict: 'threw', ...thrown });
  }
  return judged;
}
