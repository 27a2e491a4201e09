// Who hears of an actor.
import type { AnyActor, AnyActorRef, Subscription } from 'xstate';
import { seams } from './seams.ts';

/** Whether anybody would hear of a new snapshot. */
export function isObserved(actor: AnyActorRef): boolean {
  for (const observer of seams(actor).observers) if (observer.next) return true;
  return false;
}

/** Tells of each change in who observes an actor. */
export function onObserversChange(actor: AnyActor, changed: () => void): void {
  const subscribe = actor.subscribe.bind(actor) as (...observers: unknown[]) => Subscription;
  const watched = (...observers: unknown[]): Subscription => {
    const subscription = subscribe(...observers);
    changed();
    return {
      unsubscribe() {
        subscription.unsubscribe();
        changed();
      },
    };
  };
  (actor as { subscribe: unknown }).subscribe = watched;
}

/** Tells of each change in whether anybody listens by `on` to what an actor emits. */
export function onListenersChange(actor: AnyActor, changed: (isHeard: boolean) => void): void {
  const listen = actor.on.bind(actor) as (...listener: unknown[]) => Subscription;
  const listeners = new Set<Subscription>();
  const listened = (...listener: unknown[]): Subscription => {
    const subscription = listen(...listener);
    listeners.add(subscription);
    changed(true);
    return {
      unsubscribe() {
        subscription.unsubscribe();
        if (listeners.delete(subscription)) changed(listeners.size > 0);
      },
    };
  };
  (actor as { on: unknown }).on = listened;
}
