// A model and the live system side by side: each step is taken by both, and then they are compared. Where they differ either the model is wrong or the runtime, and that is what it is for.
import { TroupeError } from '../../../errors.ts';
import { differenceIn, differenceInSent, type Difference } from './live-agreement.ts';
import type { LiveOptions } from './live-stage.ts';
import { createLive, type Live } from './live-system.ts';
import type { Action, ActionCode, Space, Words } from '../space/space.ts';

export interface Rehearsal extends AsyncDisposable {
  readonly live: Live;
  /** The state of the model. */
  readonly state: Words;
  /** Takes a step that leads to `next`; `word` is what it is called in errors. Throws `SCHEDULE_MISMATCH` where it is not possible live, and `MODEL_DIFFERS`. */
  step(code: ActionCode, next: Words, word: string): Promise<void>;
}

/** Starts both. Throws `MODEL_DIFFERS` if they differ from the first. */
export async function rehearse(options: LiveOptions, space: Space): Promise<Rehearsal> {
  const live = await createLive(options);
  const { order = 'per-pair', duplicate } = options.network ?? {};
  const sides = { live, space, isOrdered: order !== 'none', isSet: order === 'none' && duplicate === Infinity };
  let state = space.initial;
  let number = 0;
  const agree = (nodes: readonly string[], word?: string) => {
    const difference = differenceIn(sides, state, nodes);
    if (difference) throw differsError(difference, number, word);
  };
  try {
    agree(space.names);
  } catch (error) {
    await live[Symbol.asyncDispose]();
    throw error;
  }
  return {
    live,
    get state() {
      return state;
    },
    async step(code, next, word) {
      number += 1;
      const action = space.actionOf(state, code);
      const taken = space.stepOf(state, code);
      const why = await live.perform(action);
      if (why !== undefined) throw notPossibleError(number, word, why);
      state = next;
      agree(nodesOf(live, action), word);
      const difference = differenceInSent(live, taken);
      if (difference) throw differsError(difference, number, word);
    },
    [Symbol.asyncDispose]: () => live[Symbol.asyncDispose](),
  };
}

/** Whose actors may have changed. */
function nodesOf({ nodeOf }: Live, action: Action): readonly string[] {
  switch (action.type) {
    case 'deliver':
      return [nodeOf(action.message.to)];
    case 'drop':
      return [];
    case 'down':
      return [nodeOf(action.watcher)];
    case 'crash':
    case 'restart':
      return [action.node];
    default:
      return [nodeOf(action.actor)];
  }
}

function differsError({ actor, what, model, live }: Difference, step: number, word: string | undefined): TroupeError {
  const when = word === undefined ? 'from the first' : `after step ${step}, '${word}'`;
  return new TroupeError(
    'MODEL_DIFFERS',
    `The model and the live system differ ${when}, about '${actor}': ${what} is ${model} in the model, and ${live} live. If the machines do nothing that the model does not know of, tell those who make troupe.`,
    { details: { step, ...(word !== undefined && { word }), actor, what, model, live } },
  );
}

function notPossibleError(step: number, word: string, why: string): TroupeError {
  return new TroupeError(
    'SCHEDULE_MISMATCH',
    `Cannot follow the schedule on the real runtime at step ${step}, '${word}': ${why}. In the model it is possible; if the machines do nothing that the model does not know of, tell those who make troupe.`,
    { details: { step, word } },
  );
}
