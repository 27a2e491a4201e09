// The one error class of troupe and its closed list of codes. A code stands for one thing that a caller would do differently;
// the text says what could not be done to which named thing, why, and the mend. Errors cross every link as data (see codec.ts).

/** Everything that can go wrong, one code each. */
export type TroupeErrorCode =
  | 'ACTOR_DOWN' // the actor that was asked or awaited has stopped, or its thread is gone
  | 'MAILBOX_FULL' // more waits for an actor than its mailbox may hold
  | 'ASK_TIMEOUT' // no reply came in time
  | 'DRAIN_TIMEOUT' // an actor's mailbox had no room in time
  | 'SETTLE_TIMEOUT' // an actor did not settle, or not where it was wanted, in time
  | 'PERSIST_TIMEOUT' // an actor was not persisted in time
  | 'UNTIL_TIMEOUT' // a condition that a test waited for did not hold in time
  | 'SIMULATION_AT_REST' // nothing more can happen in a simulation whose test still waits
  | 'SIMULATION_ENDLESS' // what a test waited for did not come within the simulation's time
  | 'SIMULATION_OPEN' // another simulation has this realm's time
  | 'NOT_PERSISTED' // a hosted actor's persisted snapshot is not known here
  | 'VERSION_MISMATCH' // a machine, or what was persisted of one, is of another version than its host's
  | 'NOT_SERIALIZABLE' // a value cannot cross to another node
  | 'BARRIER_BROKEN' // a barrier was broken: by a timeout, an abort, a failed action or the death of a party
  | 'HOST_CLOSED' // the host takes no more work
  | 'BUS_CLOSED' // the bus takes no more work
  | 'THREAD_DIED' // a thread exited or threw outside of any actor
  | 'OUT_OF_MEMORY' // a thread reached its resource limits
  | 'IMPORT_FAILED' // a module is missing or threw while it was loaded
  | 'NO_SUCH_EXPORT' // a module does not export that name
  | 'NOT_ACTOR_LOGIC' // an export is not actor logic
  | 'OWN_PROGRAM' // a program hosts a machine from its own file
  | 'SOURCE_NOT_LOADABLE' // a TypeScript source where nothing can load it
  | 'NO_LOCAL_MODULE' // a question that only the module at hand could answer
  | 'NOT_AN_ACTOR' // an argument is not an actor reference
  | 'NOT_SYMMETRIC' // actors that are declared to be symmetric are not
  | 'INVALID_ARGUMENT' // an argument or option is out of range
  | 'PROTOCOL_MISMATCH' // the other side of a link speaks another version
  | 'BAD_FRAME' // the other side of a link sent something that is no frame
  | 'SYSTEM_ID_TAKEN' // two sides of a hosted actor gave the same systemId to two actors at once
  | 'NO_SUCH_CELL' // no cell, segment or lock of that name is known
  | 'CELL_EXISTS' // a cell, segment or lock of that name is there already
  | 'CELL_CLOSED' // this handle of a cell, segment or lock was closed
  | 'LOCK_TIMEOUT' // a lock was not free in time
  | 'NOT_LOCKED' // this thread does not hold the lock that it would release
  | 'CANNOT_BLOCK' // a thread would wait where it must not, or where only it could end the wait
  | 'RESTARTS_EXHAUSTED' // a supervised actor failed more often than it may be restarted
  | 'MODEL_DIFFERS' // a schedule leads to another state on the real runtime than in the model
  | 'SCHEDULE_MISMATCH' // a schedule asks for a step that is not possible there
  | 'NO_SUCH_ACTOR' // a system that is explored has no actor of that name
  | 'CLAIM_VIOLATED' // what was claimed of a system is not so
  | 'NOT_EXHAUSTIVE' // a system was not explored far enough to say
  | 'IMPURE' // a machine that is explored did not do the same twice
  | 'NOT_MODELLED' // a machine that is explored needs something of which the model knows nothing
  | 'UNSUPPORTED_XSTATE'; // this version of XState lacks something that troupe stands on

/** Plain data about the failure, by name. */
export type TroupeErrorDetails = Readonly<Record<string, unknown>>;

/**
 * The error that troupe throws, rejects with and reports.
 *
 * @remarks
 * Ask for it with {@link isTroupeError} rather than `instanceof`: two copies of troupe, or two realms, have two classes.
 *
 * @example
 * ```ts
 * import { isTroupeError } from 'troupe';
 *
 * try {
 *   throw new Error('anything');
 * } catch (error) {
 *   if (isTroupeError(error, 'ASK_TIMEOUT')) console.log(error.details);
 * }
 * ```
 */
export class TroupeError extends Error {
  override readonly name = 'TroupeError';
  /** What went wrong, for a program. */
  readonly code: TroupeErrorCode;
  /** Data about it, by name; empty unless given. */
  readonly details: TroupeErrorDetails;

  /**
   * @param message - What could not be done to which named thing: why. The mend.
   * @param options - `details`, plain data that may cross to other nodes, and `cause`, whatever led to this.
   */
  constructor(
    code: TroupeErrorCode,
    message: string,
    options: { readonly details?: TroupeErrorDetails; readonly cause?: unknown } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : {});
    this.code = code;
    this.details = options.details ?? {};
  }
}

/**
 * Whether `error` is a {@link TroupeError}, and of this code if one is given. It goes by name, so it holds across realms.
 *
 * @example
 * ```ts
 * import { isTroupeError } from 'troupe';
 *
 * const retry = (error: unknown) => isTroupeError(error, 'ACTOR_DOWN');
 * ```
 */
export function isTroupeError<TCode extends TroupeErrorCode = TroupeErrorCode>(
  error: unknown,
  code?: TCode,
): error is TroupeError & { readonly code: TCode } {
  if (typeof error !== 'object' || error === null) return false;
  const { name, code: found } = error as { readonly name?: unknown; readonly code?: unknown };
  return name === 'TroupeError' && typeof found === 'string' && (code === undefined || found === code);
}

/** Adds to the stack of an error that came from elsewhere which actor failed on which node; anything else is left as it is. */
export function markRemote(error: unknown, actor: string, node: string): void {
  mark(error, `in actor '${actor}' on ${node}`);
}

/** The same for an error that came from a thread, and from none of its actors. */
export function markThread(error: unknown, thread: string): void {
  mark(error, `in thread '${thread}'`);
}

function mark(error: unknown, where: string): void {
  if (!(error instanceof Error)) return;
  const line = `\n    ${where}`;
  if (!error.stack?.includes(line)) error.stack = `${error.stack ?? String(error)}${line}`;
}
