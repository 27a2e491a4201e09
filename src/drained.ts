// Waiting for room in the mailbox of an actor elsewhere.
import type { AnyActorRef } from 'xstate';
import { TroupeError } from './errors.ts';
import { afterRestart, isBetweenLives, isSupervised, onLifeOver } from './lives.ts';
import { isRoomy } from './mailbox-limits.ts';
import { mirrorOf } from './mirror.ts';
import { assertActorRef } from './recipient.ts';
import { wait } from './wait.ts';
import { onEnd, statusOf } from './xstate.ts';

/** How long {@link drained} waits. */
export interface DrainedOptions {
  /**
   * How long to wait, in milliseconds.
   *
   * @defaultValue Infinity: as long as the actor lives
   */
  readonly timeout?: number;
  /** Ends the wait, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Waits until an actor's mailbox has room: until at most half of what it may hold, of what this thread sent, is still to be handled.
 *
 * @param ref - Any actor ref. An actor of this thread handles what it is sent at once, so for it this resolves at once; of a supervised one that is between two
 * lives, which keeps what it is sent, it resolves in the next.
 *
 * @remarks
 * It is what a sender of many events awaits before it sends more, as a writer of a stream awaits `drain`. As a promise it is also the duration
 * selector of RxJS: `throttle(() => drained(ref))` lets through one event when there is room, `audit(() => drained(ref))` the latest, and
 * `bufferWhen(() => drained(ref))` collects until there is. To send every event of a source at the actor's pace, see {@link feed}.
 *
 * It resolves when there is room, and others may take it before you do. It tells nothing of what the actor did: see `settled`.
 *
 * @throws `ACTOR_DOWN` if the actor has ended, or ends meanwhile; `DRAIN_TIMEOUT` after `timeout`; the signal's reason; `NOT_AN_ACTOR`; `INVALID_ARGUMENT`
 * for a `timeout` or `signal` that is none.
 *
 * @example
 * ```ts
 * import { createMemoryHost, drained } from 'troupe';
 * import { createActor, fromTransition } from 'xstate';
 *
 * const sum = fromTransition((total: number, { number }: { type: 'ADD'; number: number }) => total + number, 0);
 * await using host = createMemoryHost();
 * const adder = createActor(host.import({ sum }, { mailbox: { events: 1000 } }).sum).start();
 * for (let number = 0; number < 10_000; number += 1) {
 *   await drained(adder);
 *   adder.send({ type: 'ADD', number });
 * }
 * ```
 */
export function drained(ref: AnyActorRef, { timeout = Infinity, signal }: DrainedOptions = {}): Promise<void> {
  const begin = (over: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      assertActorRef(ref, 'wait until it is drained');
      const check = (): void => {
        // nobody may have told a ref from elsewhere yet that its node is gone
        if (statusOf(ref) === 'stopped' || (isOutOfReach(ref) && !isSupervised(ref))) reject(endedError(ref));
        else if (hasRoom(ref)) resolve();
      };
      const cleanUps = [onEnd(ref, check)];
      const attend = (): void => {
        // its next life may be elsewhere
        cleanUps.push(onLifeOver(ref, () => void cleanUps.push(afterRestart(ref, attend))));
        const { line } = mirrorOf(ref) ?? {};
        // it is waited for, as a reply is
        if (line && !line.route.down) cleanUps.push(line.route.onFreed(line.to, check), line.route.hold());
        check();
      };
      // what comes between two lives is kept for the next one
      cleanUps.push(afterRestart(ref, attend));
      over.addEventListener('abort', () => cleanUps.forEach((cleanUp) => cleanUp()), { once: true });
    });
  const timedOut = () =>
    new TroupeError(
      'DRAIN_TIMEOUT',
      `'${ref.id}' had no room in its mailbox within ${timeout} ms. Wait longer, or see what it is doing.`,
      { details: { actor: ref.id, timeout } },
    );
  return wait(begin, { timeout, signal, timedOut });
}

/** Whether there is room now, in the mailbox of an actor that may run. */
export function hasRoom(ref: AnyActorRef): boolean {
  if (statusOf(ref) === 'stopped' || isBetweenLives(ref) || isOutOfReach(ref)) return false;
  const { line } = mirrorOf(ref) ?? {};
  return !line || isRoomy(line.route.fillOf(line.to));
}

/** Whether the node is gone where an actor was last. */
function isOutOfReach(ref: AnyActorRef): boolean {
  return mirrorOf(ref)?.line?.route.down !== undefined;
}

function endedError(ref: AnyActorRef): TroupeError {
  return new TroupeError('ACTOR_DOWN', `'${ref.id}' has ended and takes no more events. Send while it runs.`, {
    details: { actor: ref.id },
  });
}
