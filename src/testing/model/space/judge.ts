// Judges states by what is claimed of them: each claim is found violated, or for one of `sometimes` to hold, at most once, and is not asked again.
import { isSo } from './asked.ts';
import type { Logics, ModelOptions } from '../options.ts';
import type { AnyModelOptions } from './parts.ts';
import type { Words } from './space.ts';
import type { Engine } from './space-of.ts';

/** What is claimed of a system. */
export type Claimed<TLogics extends Logics = Logics, THistory = unknown> = Pick<
  ModelOptions<TLogics, THistory>,
  'always' | 'sometimes' | 'mayStopWhen' | 'mayFail'
> & {
  /** Whether to look for deadlocks, and for actors that fail.
   * @defaultValue true */
  readonly deadlocks?: boolean;
  readonly failures?: boolean;
};

/** Something that was found out about a claim. One of `sometimes` without an error is good news. */
export interface Judgement {
  readonly kind: 'always' | 'sometimes' | 'deadlock' | 'failure';
  /** The name of the claim; for the other kinds a sentence. */
  readonly claim: string;
  /** What the claim threw, or the actor failed with. */
  readonly error?: unknown;
}

/** Whether it is bad news. */
export const isViolation = (judgement: Judgement): boolean => judgement.kind !== 'sometimes' || 'error' in judgement;

/** Tells what is found out by a state. */
export interface Judge {
  /** Looks at a state that was found. */
  look(words: Words, start: number, length: number, tell: (judgement: Judgement) => void): void;
  /** Looks at a state of which it could not be told whether something that follows lies within the bounds. */
  lookAtBounds(tell: (judgement: Judgement) => void): void;
  /** Looks at a state in which nothing more happens by itself. */
  lookAtRest(words: Words, start: number, length: number, tell: (judgement: Judgement) => void): void;
}

export function createJudge(space: Engine, claimed: Claimed<never, never>): Judge {
  const claims = claimed as unknown as Pick<AnyModelOptions, 'always' | 'sometimes' | 'mayStopWhen' | 'mayFail'>;
  const { mayFail } = claims;
  const open = (['always', 'sometimes'] as const).flatMap((kind) =>
    Object.entries(claims[kind] ?? {}).map(([claim, holds]) => ({ kind, claim, holds, memory: space.remembering() })),
  );
  /** The places of nodes that may not fail and have not. */
  const sound =
    mayFail === true || claimed.failures === false
      ? []
      : space.names.flatMap((name, node) => (mayFail?.includes(name) === true ? [] : [node]));
  let areBoundsBroken = false;
  let looksForDeadlock = claimed.deadlocks !== false;

  const lookForFailures = (words: Words, start: number, tell: (judgement: Judgement) => void): void => {
    for (const node of [...sound]) {
      const failure = space.failure(words, start, node);
      if (failure === undefined) continue;
      sound.splice(sound.indexOf(node), 1);
      tell({ kind: 'failure', claim: `Actor '${space.names[node]}' does not fail.`, error: failure.error });
    }
  };

  return {
    look(words, start, length, tell) {
      if (space.hasFailures) lookForFailures(words, start, tell);
      if (open.length === 0) return;
      for (let index = 0; index < open.length; index++) {
        const { kind, claim, holds, memory } = open[index] as (typeof open)[number];
        if (memory.knows(words, start)) continue;
        let judgement: Judgement | undefined;
        try {
          const { world, scene } = space.showAt(words, start, length);
          memory.ask();
          if (isSo(holds, world, scene) === (kind === 'always')) memory.learn(words, start);
          else judgement = { kind, claim };
        } catch (error) {
          judgement = { kind, claim, error };
        }
        if (judgement === undefined) continue;
        open.splice(index--, 1);
        tell(judgement);
      }
    },
    lookAtBounds(tell) {
      if (space.boundsFailure === undefined || areBoundsBroken) return;
      areBoundsBroken = true;
      tell({ kind: 'always', claim: 'within', error: space.boundsFailure.error });
    },
    lookAtRest(words, start, length, tell) {
      if (!looksForDeadlock || space.hasEnded(words, start)) return;
      const claim = 'The system comes to rest only where it may.';
      let judgement: Judgement = { kind: 'deadlock', claim };
      if (claims.mayStopWhen !== undefined) {
        try {
          const { world, scene } = space.showAt(words, start, length);
          if (isSo(claims.mayStopWhen, world, scene)) return;
        } catch (error) {
          judgement = { ...judgement, error };
        }
      }
      looksForDeadlock = false;
      tell(judgement);
    },
  };
}
