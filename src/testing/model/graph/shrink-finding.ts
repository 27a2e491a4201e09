// What a random run has found, found by a shorter run.
import { createJudge, type Claimed, type Judgement } from '../space/judge.ts';
import { shrinkRun, type ShrinkOptions } from './shrink.ts';
import type { ActionCode, Words } from '../space/space.ts';
import type { Engine } from '../space/space-of.ts';

/** The actions of a run, no longer than those of the finding, that ends where the same is found out: of the same claim, and thrown if it was thrown there. */
export function shrinkFinding(
  space: Engine,
  claimed: Claimed<never, never>,
  finding: Judgement & { readonly actions: readonly ActionCode[] },
  options?: ShrinkOptions,
): readonly ActionCode[] {
  const { kind, claim, actions } = finding;
  const asked: Claimed<never, never> = {
    ...claimed,
    always: only(kind === 'always', claimed.always, claim),
    sometimes: only(kind === 'sometimes', claimed.sometimes, claim),
    deadlocks: kind === 'deadlock',
    failures: kind === 'failure',
  };
  const isFoundAt = (state: Words): boolean => {
    // a judge tells of each thing once
    const judge = createJudge(space, asked);
    let isFound = false;
    const tell = (judgement: Judgement): void => {
      if (judgement.claim === claim && 'error' in judgement === 'error' in finding) isFound = true;
    };
    judge.look(state, 0, state.length, tell);
    if (kind === 'deadlock' && space.isQuiescent(state)) judge.lookAtRest(state, 0, state.length, tell);
    return isFound;
  };
  return shrinkRun(space, actions, isFoundAt, options);
}

/** The claim that is asked for, if it is one of these. */
function only<TClaim>(isOne: boolean, claims: Readonly<Record<string, TClaim>> = {}, name: string) {
  const claim = isOne ? claims[name] : undefined;
  return claim === undefined ? {} : { [name]: claim };
}
