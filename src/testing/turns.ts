// Turns of the event loop: when one has passed, every message that had come to this thread before has been handled.

/** Captured at load, so that a test's fake timers cannot stop them. A browser has no `setImmediate`. */
const { setImmediate, MessageChannel } = globalThis as Pick<typeof globalThis, 'MessageChannel'> &
  Partial<typeof globalThis>;

/** Calls back after one turn. */
export function afterTurn(proceed: () => void): void {
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
