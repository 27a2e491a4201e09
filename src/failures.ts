// A failure of a supervised actor: what may become of it, how it is told, and the errors of a supervisor that gives up.
import type { AnyActor } from 'xstate';
import { TroupeError } from './errors.ts';
import type { RestartLimit, Tally } from './restarts.ts';

/** What a supervisor does about a failure. */
export type Strategy = 'restart' | 'resume' | 'stop' | 'escalate';

/** What becomes of an actor that has failed: `exhausted` when it failed more often than it may be restarted. */
export type FailureAction = Strategy | 'exhausted';

/** A failure, as its supervisor tells of it. */
export interface FailureReport {
  readonly actor: AnyActor;
  readonly error: unknown;
  /** Which life of the actor it was, from 1. */
  readonly life: number;
  /** What becomes of the actor. */
  readonly action: FailureAction;
  /** After how many milliseconds its next life begins; 0 if there is none. */
  readonly delay: number;
}

/** How an actor is supervised. */
export interface Policy {
  readonly strategy: Strategy;
  readonly limit: Required<RestartLimit>;
  /** Milliseconds before a restart. */
  delay(attempt: number): number;
  report(report: FailureReport): void;
  /** Where the failures of an actor are counted, maybe with those of others. */
  tallyOf(actor: AnyActor): { tally: Tally };
  /** The failures of all that have one parent are counted together. */
  readonly isShared?: boolean;
  /** Those who are restarted with it. */
  companionsOf?(actor: AnyActor): readonly AnyActor[];
}

/** Name and message of whatever was thrown, also of what throws when it is asked. */
export function textOfError(error: unknown): string {
  try {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  } catch {
    return 'an error that cannot be told';
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The message of an error as a sentence. */
export function sentenceOf(error: unknown): string {
  const message = messageOf(error);
  return message.endsWith('.') ? message : `${message}.`;
}

/** The failure of an actor that was restarted too often. */
export function exhaustedError(
  { id }: AnyActor,
  { failures }: Tally,
  { atMost, within }: Required<RestartLimit>,
  cause: unknown,
): TroupeError {
  const messages = failures.map(({ message }) => message);
  return new TroupeError(
    'RESTARTS_EXHAUSTED',
    `Cannot restart '${id}' once more: there were ${messages.length} failures within ${within} ms, and atMost is ${atMost}. The last: ${sentenceOf(cause)} Mend what fails, or allow more with restart: { atMost, within }.`,
    { details: { actor: id, atMost, within, failures: messages }, cause },
  );
}

/** The failure of an actor that was to be resumed, and whose state XState cannot persist. */
export function notPersistedError({ id }: AnyActor, error: unknown, cause: unknown): TroupeError {
  return new TroupeError(
    'NOT_PERSISTED',
    `Cannot resume '${id}' after its failure: its state cannot be persisted. It had failed with: ${sentenceOf(error)} Name its children's logic in setup, or use the strategy 'restart'.`,
    { details: { actor: id, failure: messageOf(error) }, cause },
  );
}
