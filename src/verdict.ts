// What becomes of an actor whose life has failed: another life, after a wait and maybe from a saved state, or the end. Nothing is done about it here.
import type { AnyActor } from 'xstate';
import type { Persisted } from './blob.ts';
import { isTroupeError } from './errors.ts';
import { exhaustedError, messageOf, notPersistedError, type FailureAction, type Policy } from './failures.ts';
import { count, isExhausted } from './restarts.ts';
import { now } from './surroundings.ts';

export interface Verdict {
  readonly action: FailureAction;
  /** Milliseconds before the next life. */
  readonly delay: number;
  /** What the actor is to fail with, if it is. */
  readonly outcome?: { readonly error: unknown };
  /** What the next life is restored from; without it that one starts fresh. */
  readonly saved?: Persisted;
}

/** Judges a failure and counts it; `save` gives the state to resume from, if there is one. */
export function judge(actor: AnyActor, error: unknown, policy: Policy, save: () => Persisted | undefined): Verdict {
  const { strategy, limit } = policy;
  if (strategy === 'escalate' || isFutile(error)) return { action: 'escalate', delay: 0, outcome: { error } };
  if (strategy === 'stop') return { action: 'stop', delay: 0 };
  const counted = policy.tallyOf(actor);
  counted.tally = count(counted.tally, { at: timeOf(actor), message: messageOf(error) }, limit);
  if (isExhausted(counted.tally, limit)) {
    return { action: 'exhausted', delay: 0, outcome: { error: exhaustedError(actor, counted.tally, limit, error) } };
  }
  const delay = policy.delay(counted.tally.attempt);
  if (strategy === 'restart') return { action: 'restart', delay };
  try {
    const saved = save();
    return saved ? { action: 'resume', delay, saved } : { action: 'restart', delay };
  } catch (cause) {
    return { action: 'escalate', delay: 0, outcome: { error: notPersistedError(actor, error, cause) } };
  }
}

/** No other life can mend that the place for it is closed. */
function isFutile(error: unknown): boolean {
  return isTroupeError(error, 'HOST_CLOSED') || isTroupeError(error, 'BUS_CLOSED');
}

/** The time by the clock of an actor, where it tells the time. */
function timeOf({ clock }: AnyActor): number {
  const { now: read } = clock as { now?(): unknown };
  const time = read?.call(clock);
  return typeof time === 'number' ? time : now();
}
