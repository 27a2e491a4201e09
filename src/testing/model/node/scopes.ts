// The scope in which XState runs the logic of one actor of a step. Its own actions do there what they do in a real actor; a program's custom actions are run only where the model has
// cells, for these are all that they could be meant to touch.
import type { AnyActorRef, AnyActorScope, AnyEventObject } from 'xstate';
import { TroupeError } from '../../../errors.ts';
import { textOf } from './canonical.ts';
import { RUNNING, type Live, type Modelling, type Stage } from './stage.ts';

/** What XState hands to the executor of actions. */
interface Action {
  readonly type: string;
  readonly info: unknown;
  readonly params: unknown;
  readonly exec: ((info: unknown, params: unknown) => void) | undefined;
}

/** The scope of an actor, made at first use. */
export const scopeOf = (modelling: Modelling, stage: Stage, live: Live): AnyActorScope =>
  (live.scope ??= createScope(modelling, stage, live));

function createScope(modelling: Modelling, stage: Stage, live: Live): AnyActorScope {
  const { ref: self, id, address } = live;
  const runsActions = modelling.options.cells !== undefined;
  const perform = (action: Action) => {
    if (action.exec && (runsActions || action.type.startsWith('xstate.'))) action.exec(action.info, action.params);
  };
  const put = (effect: () => void) => {
    const { supervision } = live;
    if (supervision) modelling.putOff(stage, live, supervision, effect);
    else live.deferred.push(effect);
  };
  const scope = {
    self,
    id,
    sessionId: address,
    system: modelling.systemOf(stage.node),
    logger: (...words: readonly unknown[]) => {
      stage.hasActed = true;
      stage.notes.logged.push({ actor: live.address, text: words.map(wordOf).join(' ') });
    },
    defer: put,
    emit: (event: AnyEventObject) => {
      stage.hasActed = true;
      stage.notes.emitted.push({ actor: live.address, event });
    },
    stopChild: (child: AnyActorRef) => {
      const it = modelling.findLive(stage, child);
      if ((child as { readonly _parent?: unknown })._parent !== self)
        throw new Error(`Cannot stop child actor ${child.id} of ${id} because it is not a child`);
      if (it) modelling.stop(stage, it);
    },
    actionExecutor: (action: Action) => {
      stage.hasActed = true;
      const hasBegun = live.supervision ? live.supervision.now.hasBegun : live.status === RUNNING;
      if (hasBegun) perform(action);
      else put(() => perform(action));
    },
  };
  return scope as unknown as AnyActorScope;
}

function wordOf(word: unknown): string {
  if (typeof word === 'string') return word;
  try {
    return textOf(word);
  } catch (error) {
    if (error instanceof TroupeError) return String(word);
    throw error;
  }
}
