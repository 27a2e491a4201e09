// What a simulation refuses, and what it cannot go on from.
import { TroupeError } from '../../errors.ts';

export function openedError(seed: number): TroupeError {
  return new TroupeError(
    'SIMULATION_OPEN',
    `Cannot begin a simulation: another one (seed ${seed}) has the time of this realm. Close that one first, or hold it with await using.`,
    { details: { seed } },
  );
}

export function atRestError(seed: number, time: number): TroupeError {
  return new TroupeError(
    'SIMULATION_AT_REST',
    `The simulation (seed ${seed}) came to rest at ${shown(time)} ms while its test waits: no timer runs and nothing is on its way. See what was to end the wait; threads, files and sockets are no part of a simulation.`,
    { details: { seed, time } },
  );
}

export function endlessError(seed: number, timeout: number): TroupeError {
  return new TroupeError(
    'SIMULATION_ENDLESS',
    `The simulation (seed ${seed}) went on for ${shown(timeout)} ms of its time, and what its test waits for did not come. Run it with a longer timeout, or see what goes on for ever.`,
    { details: { seed, timeout } },
  );
}

/** To a thousandth: what travels arrives at odd times. */
const shown = (milliseconds: number): number => Math.round(milliseconds * 1000) / 1000;
