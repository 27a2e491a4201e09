// The actors that run in one host, in the order in which they came, and how they are seen out: the latest first, when they have handled what was sent to them.
import type { AnyActor } from 'xstate';
import { waitWithin, type Patience } from './closing.ts';
import { departed } from './departures.ts';
import type { TroupeError } from './errors.ts';
import type { Place } from './hosted.ts';
import { mirrorOf } from './mirror.ts';
import { parentOf, statusOf } from './xstate.ts';

export interface Residents {
  /** A place that is an actor's until the actor has left it. */
  admit(actor: AnyActor, place: Place): Place;
  /** Waits until they have handled what was sent to them. */
  drain(patience: Patience): Promise<void>;
  /** Stops them in reverse order, and waits until they are gone. */
  dismiss(patience: Patience): Promise<void>;
  /** Resolves when all are gone that were dismissed, which they must be when there are no places any more. */
  gone(): Promise<void>;
}

/** `closedError` tells a parent why its child was taken from it. */
export function createResidents(closedError: (actor: AnyActor) => TroupeError): Residents {
  /** With how many places each has: one that is restarted may have the next before it has left the last. */
  const running = new Map<AnyActor, number>();
  const leaving = new Set<Promise<void>>();
  const latestFirst = () => [...running.keys()].toReversed();
  return {
    admit(actor, place) {
      running.set(actor, (running.get(actor) ?? 0) + 1);
      return {
        ...place,
        leave() {
          const others = (running.get(actor) ?? 1) - 1;
          if (others > 0) running.set(actor, others);
          else running.delete(actor);
          const left = place.leave();
          leaving.add(left);
          const forget = () => leaving.delete(left);
          left.then(forget, forget);
          return left;
        },
      };
    },
    async drain(patience) {
      const requests: (() => void)[] = [];
      const settle = async (actor: AnyActor) =>
        mirrorOf(actor)?.line?.settle((takeBack) => void requests.push(takeBack));
      await waitWithin(patience, latestFirst().map(settle));
      for (const takeBack of requests) takeBack();
    },
    async dismiss(patience) {
      const actors = latestFirst();
      for (const actor of actors) {
        if (statusOf(actor) !== 'running') continue;
        // a root is stopped; to a parent, whose child is taken from it, that is a failure
        if (parentOf(actor)) mirrorOf(actor)?.fail(closedError(actor));
        else actor.stop();
      }
      await waitWithin(patience, [...actors.map(departed), ...leaving]);
    },
    async gone() {
      await Promise.all([...[...running.keys()].map(departed), ...leaving]);
    },
  };
}
