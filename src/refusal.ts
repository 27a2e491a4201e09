// What happens to an event that cannot cross, or must not, when it is sent from inside an action: it is a dead letter, and an error in its
// sender's own mailbox. A throw there would drop the rest of the sender's effects and, in a delayed send, kill the thread.
import type { AnyActorRef } from 'xstate';
import type { Address } from './address.ts';
import type { Bus } from './bus.ts';
import { isTroupeError, TroupeError } from './errors.ts';
import { createErrorEvent, relay, statusOf } from './xstate.ts';

/** Buries the event, and tells its sender, where that is known, as if `target` had failed it. */
export function refuseEvent(
  bus: Bus,
  source: AnyActorRef | undefined,
  target: { readonly id: string },
  address: Address,
  error: unknown,
): void {
  const reason = isTroupeError(error, 'INVALID_ARGUMENT') ? 'forged' : 'not-serializable';
  bus.bury({ reason, target: address, count: 1, error });
  if (source && statusOf(source) === 'running') relay(undefined, source, createErrorEvent(target.id, error));
}

/** The same refusal, saying what was to be sent to whom. */
export function explainRefusal(error: unknown, what: string): unknown {
  if (!isTroupeError(error, 'NOT_SERIALIZABLE')) return error;
  const why = error.message.replace(/^Cannot send /, '').replace(': it ', ' ');
  const { details, cause } = error;
  return new TroupeError('NOT_SERIALIZABLE', `Cannot send ${what}: ${why}`, {
    details,
    ...(cause === undefined ? {} : { cause }),
  });
}
