// The scope in which one life of a supervised actor runs its logic. Effects of a step wait until the step has succeeded; what an effect throws is a
// failure of the life, not the end of the actor; and what a life that is over still tries to do is not done.
import type { AnyActorRef, AnyActorScope, AnyEventObject } from 'xstate';
import { namedDuring, statusOf, stopActor, unsetName, viewSystem } from './xstate.ts';

export interface Life {
  readonly scope: AnyActorScope;
  /** It failed, or its actor has ended. */
  isOver: boolean;
  /** Its logic was started. */
  hasBegun: boolean;
  /** Its first effects are done, and its first snapshot is shown. */
  hasShown: boolean;
  /** Runs a step of its logic; if `run` throws, all that the step had put off is dropped, and so are the names that it gave. */
  step<T>(run: () => T): T;
}

export interface LifeOptions {
  readonly scope: AnyActorScope;
  /** Whether what its logic sends may be taken for another life's: that of logic which reports to itself later, such as a promise's. */
  readonly reports: boolean;
  /** An effect has thrown. */
  failed(error: unknown): void;
}

/** The life that an actor's report to itself is of. */
const reporters = new WeakMap<AnyEventObject, Life>();

/** Whether an event is what a life that is over has reported. */
export function isOfOther(life: Life, event: AnyEventObject): boolean {
  const reporter = reporters.get(event);
  return reporter !== undefined && reporter !== life;
}

export function createLife({ scope, reports, failed }: LifeOptions): Life {
  let waiting: (() => void)[] | undefined;
  const self = scope.self as AnyActorRef;
  const guard = (effect: () => void) => () => {
    if (life.isOver) return;
    try {
      effect();
    } catch (error) {
      failed(error);
    }
  };
  const defer = (effect: () => void) => {
    if (waiting) waiting.push(effect);
    else scope.defer(guard(effect));
  };
  const system = reports
    ? viewSystem(scope.system, (source, target, event) => {
        if (source === self && target === self) reporters.set(event, life);
        return !life.isOver;
      })
    : scope.system;
  const life: Life = {
    isOver: false,
    hasBegun: false,
    hasShown: false,
    scope: {
      ...scope,
      system,
      defer,
      emit: (event) => {
        if (!life.isOver) scope.emit(event);
      },
      actionExecutor: (action) => {
        // XState runs those of the start when all that is to be started has been, and so does every later life
        if (life.hasBegun) scope.actionExecutor(action);
        else defer(() => scope.actionExecutor(action));
      },
    },
    step(run) {
      const put: (() => void)[] = (waiting = []);
      let outcome: { readonly value: ReturnType<typeof run> } | undefined;
      let failure: { readonly error: unknown } | undefined;
      const named = namedDuring(scope.system, () => {
        try {
          outcome = { value: run() };
        } catch (error) {
          failure = { error };
        }
      });
      waiting = undefined;
      if (outcome) {
        for (const effect of put) defer(effect);
        return outcome.value;
      }
      for (const child of named) discard(child);
      throw failure?.error;
    },
  };
  return life;
}

/** The effects of a last step, for a life that is over; nothing that goes wrong in them matters any more. */
export function runLast(scope: AnyActorScope, run: (last: AnyActorScope) => void): void {
  const effects: (() => void)[] = [() => run(last)];
  const last: AnyActorScope = { ...scope, defer: (effect) => void effects.push(effect), emit: () => {} };
  for (let effect = effects.shift(); effect; effect = effects.shift()) {
    try {
      effect();
    } catch {
      // its actor is past helping, and its supervisor has been told of what it failed with
    }
  }
}

/** Lets go of an actor that was made and will not be started. */
export function discard(child: AnyActorRef): void {
  if (statusOf(child) !== 'not-started') return;
  unsetName(child.system, child);
  stopActor(child);
}
