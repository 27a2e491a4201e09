// Freezing a thread: an actor is started in it that blocks it, on the same road as any other, and tells so by shared memory.
import { nameOf } from '../address.ts';
import type { Bus, Route } from '../bus.ts';
import { isTroupeError, TroupeError } from '../errors.ts';
import { createHosted } from '../hosted.ts';
import { createOwnActor } from '../xstate.ts';
import { ASKED, THAWED } from './frozen.ts';
import { turns } from './turns.ts';
import { waitUntil } from './until.ts';

/** A thread that is frozen, or is about to be. */
export interface Frost {
  /** Resolves when the thread is blocked and all that it said before has arrived; rejects if it does not come to it. */
  readonly frozen: Promise<void>;
  /** Wakes the thread. */
  thaw(): void;
}

/** Freezes the thread at the end of a route. `surely` runs what must get through. */
export function freezeThread(bus: Bus, route: Route, surely: (task: () => void) => void): Frost {
  const word = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const logic = createHosted({
    bus,
    source: new URL('./frozen.js', import.meta.url).href,
    name: 'frozen',
    snapshots: 'none',
    place: () => ({ route, leave: async () => {} }),
  });
  const actor = createOwnActor(logic, { id: 'frozen', input: word });
  let failure: { readonly error: unknown } | undefined;
  actor.subscribe({ error: (error) => (failure = { error }) });
  route.flush();
  surely(() => {
    actor.start();
    route.flush();
  });
  const thaw = () => {
    Atomics.store(word, 0, THAWED);
    Atomics.notify(word, 0);
  };
  return { frozen: whenFrozen(), thaw };

  async function whenFrozen(): Promise<void> {
    try {
      await waitUntil(() => failure !== undefined || Atomics.load(word, 0) !== ASKED, {
        timeout: FREEZE_TIMEOUT,
        signal: undefined,
        timedOut: () => timeoutError(route),
      });
    } catch (error) {
      // nor later
      thaw();
      throw error;
    }
    if (failure)
      throw isTroupeError(failure.error, 'NO_SUCH_EXPORT') ? servesError(route, failure.error) : failure.error;
    await turns();
  }
}

const FREEZE_TIMEOUT = 5000;

function timeoutError({ node }: Route): TroupeError {
  return new TroupeError(
    'UNTIL_TIMEOUT',
    `Cannot freeze '${nameOf(node)}': its thread did not come to it within ${FREEZE_TIMEOUT} ms. Let it end what it is doing, or kill it.`,
    { details: { node, timeout: FREEZE_TIMEOUT } },
  );
}

function servesError({ node }: Route, cause: unknown): TroupeError {
  return new TroupeError(
    'INVALID_ARGUMENT',
    `Cannot freeze '${nameOf(node)}': its file serves its own actors, and cannot import what would block it. Freeze a thread that was given a module's URL, or cut this one.`,
    { details: { node }, cause },
  );
}
