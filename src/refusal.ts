// What happens to an event that cannot cross, or must not, when it is sent from inside an action: it is a dead letter, and an error in its
// sender's own mailbox. A throw there would drop the rest of the sender's effects and, in a delayed send, kill the thread.
import type { AnyActorRef } from 'xstate';
import { nameOf, nodeOf, type Address } from './address.ts';
import type { Bus } from './bus.ts';
import { isTroupeError, TroupeError, type TroupeErrorDetails } from './errors.ts';
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
  return refusalWith(error, `Cannot send ${what}: ${reasonOf(error)}`, error.details);
}

/** The same refusal, saying whose snapshot cannot be shown to those elsewhere. */
export function explainUnshown(error: unknown, { id }: { readonly id: string }, address: Address): unknown {
  if (!isTroupeError(error, 'NOT_SERIALIZABLE')) return error;
  const reason = reasonOf(error);
  const isPart = /^context[.[]/.test(String(error.details['path']));
  return refusalWith(
    error,
    `Cannot show '${id}' on '${nameOf(nodeOf(address))}': ${isPart ? reason.replace('Send plain data', KEEP_OUT) : reason}`,
    { ...error.details, actor: id, address },
  );
}

const KEEP_OUT =
  "Keep it out of the context, or, where it is there only between the first snapshot and the last, import with `snapshots: 'none'`";

/** What is wrong with which part, and the mend. */
function reasonOf({ message }: TroupeError): string {
  return message.replace(/^Cannot send /, '').replace(': it ', ' ');
}

function refusalWith({ cause }: TroupeError, text: string, details: TroupeErrorDetails): TroupeError {
  return new TroupeError('NOT_SERIALIZABLE', text, { details, ...(cause === undefined ? {} : { cause }) });
}

const refused = new WeakMap<object, (error: TroupeError) => void>();

/** Has `tell` told if a full mailbox refuses this very event when it is sent. */
export function onRefused(event: object, tell: (error: TroupeError) => void): void {
  refused.set(event, tell);
}

/** Who is to be told if a full mailbox refuses an event. */
export function refusedOf(event: object): ((error: TroupeError) => void) | undefined {
  return refused.get(event);
}
