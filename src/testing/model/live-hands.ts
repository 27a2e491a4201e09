// Actors that a model does not run, in a live system: a promise, a callback or an observable of the same kind, of which nothing becomes but what is told by hand. What a machine makes of that is
// XState's own doing.
import { Observable } from 'rxjs/internal/Observable';
import {
  fromCallback,
  fromEventObservable,
  fromObservable,
  fromPromise,
  type AnyActorLogic,
  type AnyActorRef,
  type EventObject,
} from 'xstate';
import { kindOfLogic } from '../../logic-kinds.ts';
import type { Outcome } from './options.ts';

/** Has an outcome become of an actor; tells whether its kind can have that. */
export type Hand = (outcome: Outcome) => boolean;

export interface Hands {
  /** What stands for logic that is not run, if it is of such a kind. */
  standInFor(logic: AnyActorLogic): AnyActorLogic | undefined;
  of(actor: AnyActorRef): Hand | undefined;
}

export function createHands(): Hands {
  const hands = new WeakMap<AnyActorRef, Hand>();

  const promise = fromPromise<unknown>(
    ({ self }) =>
      new Promise((resolve, reject) => {
        hands.set(self, (outcome) => {
          if ('done' in outcome) resolve(outcome.done);
          else if ('error' in outcome) reject(outcome.error);
          else return false;
          return true;
        });
      }),
  );
  const callback = fromCallback(({ self, sendBack }) => {
    hands.set(self, (outcome) => {
      if ('event' in outcome) sendBack(outcome.event);
      return 'event' in outcome;
    });
  });
  const observe = <T>(self: AnyActorRef) =>
    new Observable<T>((observer) => {
      hands.set(self, (outcome) => {
        if ('done' in outcome) observer.complete();
        else if ('error' in outcome) observer.error(outcome.error);
        // it is what was declared
        else observer.next(('event' in outcome ? outcome.event : outcome.next) as T);
        return true;
      });
    });
  const observable = fromObservable<unknown, unknown>(({ self }) => observe<unknown>(self));
  const events = fromEventObservable<EventObject, unknown>(({ self }) => observe<EventObject>(self));
  const ofEvents = String(events.transition);

  return {
    standInFor(logic) {
      if (WATCHING in logic) return undefined;
      switch (kindOfLogic(logic)) {
        case 'promise':
          return promise;
        case 'callback':
          return callback;
        case 'observable':
          return (String(logic.transition) === ofEvents ? events : observable) as AnyActorLogic;
        default:
          return undefined;
      }
    },
    of: (actor) => hands.get(actor),
  };
}

/** How `watching` is marked: it is run. */
export const WATCHING: symbol = Symbol.for('troupe.watching');
