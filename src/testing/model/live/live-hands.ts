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
import { kindOfLogic } from '../../../logic-kinds.ts';
import { parentOf, relay } from '../../../xstate.ts';
import { WATCHING } from '../node/drives.ts';
import type { Outcome } from '../options.ts';

/** Has an outcome become of an actor; tells whether its kind can have that. */
export type Hand = (outcome: Outcome) => boolean;

export interface Hands {
  /** What stands for logic that is not run, if it is of such a kind. */
  standInFor(logic: AnyActorLogic): AnyActorLogic | undefined;
  /** What stands for any other logic of which outcomes are declared. */
  readonly anything: AnyActorLogic;
  of(actor: AnyActorRef): Hand | undefined;
}

export function createHands(): Hands {
  const hands = new WeakMap<AnyActorRef, Hand>();

  const settling = (tellsParent: boolean) =>
    fromPromise<unknown>(
      ({ self }) =>
        new Promise((resolve, reject) => {
          hands.set(self, (outcome) => {
            const parent = tellsParent ? parentOf(self) : undefined;
            if ('done' in outcome) resolve(outcome.done);
            else if ('error' in outcome) reject(outcome.error);
            else if ('event' in outcome && parent) relay(self, parent, outcome.event);
            else return false;
            return true;
          });
        }),
    );
  const promise = settling(false);
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
    anything: settling(true),
    standInFor(logic) {
      // it is run
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
