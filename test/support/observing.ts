// Watching what happens: dead letters, conditions, and errors of promises.
import { currentBus, type Bus, type DeadLetter } from 'troupe';

/** Collects the dead letters of this realm's bus until it is disposed of. */
export function collectDeadLetters(bus: Bus = currentBus()): Disposable & { readonly letters: readonly DeadLetter[] } {
  const letters: DeadLetter[] = [];
  const subscription = bus.deadLetters.subscribe((letter) => letters.push(letter));
  return { letters, [Symbol.dispose]: () => subscription.unsubscribe() };
}

/** Goes on when a condition holds that nothing here can be told of; fails by name when it does not in ten seconds. */
export async function until(label: string, condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${label}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** What a promise rejects with; fails if it does not. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('error' in outcome) return outcome.error;
  throw new Error(`expected a rejection, got ${String(outcome.value)}`);
}
