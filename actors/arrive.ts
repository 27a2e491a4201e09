// Arriving at a barrier: one party's wait, Python's `Barrier.wait`. It always ends: released, broken, aborted, or with the barrier's death.
// The barrier's clock decides how long it lasts, never one in here.

import { ask } from '../src/ask.ts';
import { TroupeError } from '../src/errors.ts';
import type { Recipient } from '../src/recipient.ts';
import { assertTimeout } from '../src/wait.ts';
import type { Broken, BrokenReason, Ready } from './barrier.ts';

/** How to {@link arrive}. */
export interface ArriveOptions {
  /** How long to wait, in milliseconds by the barrier's clock, before the barrier breaks for all.
   * @defaultValue the barrier's own timeout */
  readonly timeout?: number;
  /** Ends the wait. The barrier breaks for all others who wait, as by a timeout. */
  readonly signal?: AbortSignal;
}

/**
 * Arrives at a {@link barrier}, wherever it lives, and resolves when all parties have come: with this party's index, 0 to `parties - 1`.
 *
 * @remarks
 * Rejects with `BARRIER_BROKEN`, whose `details.reason` is a {@link BrokenReason}; with the signal's reason, also when it was aborted
 * before; with the barrier's error or `ACTOR_DOWN` when the barrier ends; with `INVALID_ARGUMENT` for a negative timeout.
 *
 * @example
 * ```ts
 * import { createActor } from 'xstate';
 * import { arrive, barrier } from 'troupe/actors';
 *
 * const gate = createActor(barrier, { input: { parties: 2 } }).start();
 * const indices = await Promise.all([arrive(gate), arrive(gate, { timeout: 1000 })]);
 * ```
 */
export async function arrive(barrier: Recipient<Ready>, options: ArriveOptions = {}): Promise<number> {
  const { timeout, signal } = options;
  if (timeout !== undefined) assertTimeout(timeout);
  // The asking is what the barrier watches: to leave early, or to die with this thread, breaks the barrier for the others.
  const answer = await ask(
    barrier,
    (replyTo) => ({ type: 'READY', replyTo, ...(timeout !== undefined && { timeout }) }),
    {
      timeout: Infinity,
      ...(signal && { signal: signal.aborted ? abortedSoon(signal.reason) : signal }),
    },
  );
  if (answer.type === 'BROKEN') throw brokenError(barrier.id, answer);
  return answer.index;
}

/** Whoever was to leave before it came comes and leaves: for the others it is the same as leaving just after. */
function abortedSoon(reason: unknown): AbortSignal {
  const controller = new AbortController();
  queueMicrotask(() => controller.abort(reason));
  return controller.signal;
}

const reasons: Record<BrokenReason, string> = {
  timeout: 'a party waited too long. Send it RESET to use it again.',
  abort: 'it was aborted. Send it RESET to use it again.',
  reset: 'it was reset while this party waited. Arrive again.',
  action: 'its action failed. Send it RESET to use it again.',
  down: 'a party went down or left while it waited. Send it RESET to use it again.',
};

/** What whoever waited fails with when the barrier is broken. */
export function brokenError(id: string, { reason, ...rest }: Broken): TroupeError {
  const text = `Cannot pass the barrier '${id}': ${reasons[reason]}`;
  return new TroupeError('BARRIER_BROKEN', text, {
    details: { reason },
    ...('cause' in rest ? { cause: rest.cause } : {}),
  });
}
