// What happens to an event that cannot cross, or must not, when it is sent from inside an action: it is a dead letter, and an error in its
// sender's own mailbox. A throw there would drop the rest of the sender's effects and, in a delayed send, kill the thread.
import type { AnyActorRef, AnyEventObject } from 'xstate';
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

/** The event whose sender is to be told if a full mailbox refuses it, while it is sent. */
let asking: { readonly event: object; readonly refused: (error: TroupeError) => void } | undefined;

/** Sends an event, and has `refused` told if a full mailbox refuses this very one, now or later. */
export function sendAsking(
  target: { send(event: AnyEventObject): void },
  event: AnyEventObject,
  refused: (error: TroupeError) => void,
): void {
  const outer = asking;
  asking = { event, refused };
  try {
    target.send(event);
  } finally {
    asking = outer;
  }
}

/** Who is to be told if a full mailbox refuses the event that is being sent. */
export function refusedOf(event: object): ((error: TroupeError) => void) | undefined {
  return asking?.event === event ? asking.refused : undefined;
}
