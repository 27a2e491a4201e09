// The arithmetic of restarts: how many failures lie within the window, and how long to wait before the next life. No clock and no timer; the time of
// each failure is given.

/** How often an actor may be restarted. */
export interface RestartLimit {
  /**
   * How many restarts there may be within the window.
   *
   * @defaultValue 3
   */
  readonly atMost?: number;
  /**
   * The window, in milliseconds.
   *
   * @defaultValue 30_000
   */
  readonly within?: number;
}

/** How long to wait before a restart, in milliseconds. */
export interface Backoff {
  /**
   * Before the first restart.
   *
   * @defaultValue 100
   */
  readonly first?: number;
  /**
   * At most.
   *
   * @defaultValue 10_000
   */
  readonly most?: number;
  /**
   * By what each wait is multiplied for the next one.
   *
   * @defaultValue 2
   */
  readonly factor?: number;
  /**
   * Which part of a wait is left to chance, from 0 to 1, so that actors that failed together do not come back together.
   *
   * @defaultValue 0.5
   */
  readonly jitter?: number;
}

/** A failure that was counted. */
export interface Failure {
  readonly at: number;
  /** Its message. */
  readonly message: string;
}

/** The failures that count, and which attempt the next restart is. */
export interface Tally {
  /** Those within the window, oldest first. */
  readonly failures: readonly Failure[];
  /** How many restarts there were since it was quiet for a window, from 0. */
  readonly attempt: number;
}

export const NO_FAILURES: Tally = { failures: [], attempt: -1 };

/** Counts a failure. */
export function count(
  { failures, attempt }: Tally,
  failure: Failure,
  { atMost, within }: Required<RestartLimit>,
): Tally {
  const last = failures.at(-1);
  const isQuiet = last === undefined || failure.at - last.at >= within;
  // no more are kept than are needed to say that there were too many
  const kept = Number.isFinite(atMost) ? atMost : 0;
  const recent = failures.filter(({ at }) => failure.at - at < within);
  return {
    failures: [...recent.slice(Math.max(0, recent.length - kept)), failure],
    attempt: isQuiet ? 0 : attempt + 1,
  };
}

/** Whether there were more failures within the window than restarts are allowed. */
export function isExhausted({ failures }: Tally, { atMost }: Required<RestartLimit>): boolean {
  return failures.length > atMost;
}

/** The wait before a restart; `chance` is a number from 0 to below 1. */
export function delayOf(attempt: number, { first, most, factor, jitter }: Required<Backoff>, chance: number): number {
  const whole = Math.min(most, first * factor ** attempt);
  return whole * (1 - jitter * chance);
}
