// Hosted actors that have ended here and are on their way out over there: Python's `join` waits for them, and so does a thread that ends.
import type { AnyActor, AnyActorRef } from 'xstate';

const departures = new WeakMap<AnyActor, Promise<void>>();
/** By system: those that have a place elsewhere, running or leaving. */
const away = new WeakMap<object, Set<Promise<void>>>();

/** Declares that an actor has a place elsewhere until `departure` resolves. */
export function setDeparture(actor: AnyActor, departure: Promise<void>): void {
  const earlier = departures.get(actor);
  // of an actor that is restarted the last place may be given back before an earlier one
  departures.set(actor, earlier ? bothOf(earlier, departure) : departure);
  const others = away.get(actor.system) ?? new Set();
  away.set(actor.system, others.add(departure));
  const remove = () => others.delete(departure);
  departure.then(remove, remove);
}

async function bothOf(earlier: Promise<void>, later: Promise<void>): Promise<void> {
  await Promise.allSettled([earlier, later]);
}

/** Whether an actor has, or had, a place elsewhere. React makes one that it has stopped look as if it had never been started. */
export function hasDeparture(actor: AnyActor): boolean {
  return departures.has(actor);
}

/** Resolves when the place of a hosted actor that is over has been given back. */
export function departed(actor: AnyActor): Promise<void> {
  return departures.get(actor) ?? Promise.resolve();
}

/** Runs `proceed` when no actor of a system has a place elsewhere any more: at once if none has. */
export function afterDepartures(actor: AnyActorRef, proceed: () => void): void {
  const others = away.get(actor.system);
  if (!others || others.size === 0) proceed();
  else void Promise.allSettled(others).then(() => afterDepartures(actor, proceed));
}
