// A link of a memory host that delivers when it is told to, so that the processor time of each side can be told apart.

/** When packets are delivered: at once, or while it holds them, when they are released. */
export function createHeldLink() {
  let held: (() => void)[] | undefined;
  return {
    schedule: (deliver: () => void) => (held ? void held.push(deliver) : queueMicrotask(deliver)),
    hold: () => void (held = []),
    /** Delivers what was held, each in a tick of its own; what is posted meanwhile is held. */
    async release() {
      const deliveries = held ?? [];
      held = [];
      for (const deliver of deliveries) {
        deliver();
        await ticks();
      }
    },
    open() {
      const deliveries = held ?? [];
      held = undefined;
      for (const deliver of deliveries) queueMicrotask(deliver);
    },
  };
}

/** Some microtasks, after which all that was to be posted has been. */
export async function ticks(): Promise<void> {
  for (let tick = 0; tick < 8; tick += 1) await Promise.resolve();
}
