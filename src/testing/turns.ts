// Turns of the event loop: when one has passed, every message that had come to this thread before has been handled.

import { surroundings } from '../surroundings.ts';

/** Captured at load, so that a test's fake timers cannot stop them. A browser has no `setImmediate`. */
const { setImmediate, MessageChannel } = globalThis as Pick<typeof globalThis, 'MessageChannel'> &
  Partial<typeof globalThis>;

/** Calls back after one turn, which is one of a simulation's while that has this realm's time. */
export function afterTurn(proceed: () => void): void {
  (surroundings().afterTurn ?? afterRealTurn)(proceed);
}

/** Calls back after one turn of the realm's own event loop. */
export function afterRealTurn(proceed: () => void): void {
  if (setImmediate) setImmediate(proceed);
  else {
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener('message', () => {
      port1.close();
      proceed();
    });
    port1.start();
    port2.postMessage(undefined);
  }
}

/** Resolves after so many turns. */
export async function turns(count = 1): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise<void>((resolve) => afterTurn(resolve));
}
