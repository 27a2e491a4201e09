// What a random run has found, found by a shorter run.
import { createJudge, type Claimed, type Judgement } from './judge.ts';
import { shrinkRun, type ShrinkOptions } from './shrink.ts';
import type { ActionCode, Words } from './space.ts';
import type { Engine } from './space-of.ts';

/** The actions of a run, no longer than those of the finding, that ends where the same is found out: of the same claim, and thrown if it was thrown there. */
export function shrinkFinding(
  space: Engine,
  claimed: Claimed<never, never>,
  finding: Judgement & { readonly actions: readonly ActionCode[] },
  options?: ShrinkOptions,
): readonly ActionCode[] {
  const { kind, claim, actions } = finding;
  const only = (of: typeof kind): object =>
    kind === of ? { [of]: pick(claimed[of as 'always'], claim) } : { [of]: {} };
  const asked: Claimed<never, never> = {
    ...claimed,
    ...only('always'),
    ...only('sometimes'),
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

const pick = (claims: Readonly<Record<string, unknown>> | undefined, claim: string): object => ({
  [claim]: claims?.[claim],
});
