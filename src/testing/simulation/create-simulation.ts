// The whole library in a time of its own. While a simulation is open all that waits in this realm waits in its time, what is posted on a memory link travels as long as its seed
// says, and chance is its seed's. Between two things that happen all microtasks run, whose order JavaScript fixes: so what a program does follows from the seed alone.
import type { AnyActor } from 'xstate';
import type { Bus } from '../../bus.ts';
import type { CloseOptions } from '../../closing.ts';
import { optionError } from '../../options.ts';
import { replaceBus } from '../../realm.ts';
import { createBus } from '../../refs.ts';
import { replaceSurroundings } from '../../surroundings.ts';
import { checkRange } from '../range.ts';
import { createDriver, type RunOptions } from './driver.ts';
import { createFingerprint } from './fingerprint.ts';
import { replaceGlobals } from './globals.ts';
import { openedError } from './simulation-errors.ts';
import { createTimeline } from './timeline.ts';
import { createVirtual } from './virtual-surroundings.ts';

/** What a simulation is drawn by. */
export interface SimulationOptions {
  /**
   * A whole number. The same seed has the same program do the same, step for step.
   *
   * @defaultValue one at random, which `seed` of the result tells
   */
  readonly seed?: number;
  /**
   * How many milliseconds a packet travels on a memory link, or between how many and how many. Each way of each link keeps its order.
   *
   * @defaultValue [0, 10]
   */
  readonly latency?: number | readonly [least: number, most: number];
  /**
   * The name of its bus.
   *
   * @defaultValue 'main'
   */
  readonly name?: string;
  /** Told of each thing that happens, as a line of text. */
  readonly trace?: (line: string) => void;
}

/** A clock that XState's actors go by, and that tells its time. */
export interface SimulationClock {
  setTimeout(task: (...args: never[]) => void, delay: number): unknown;
  clearTimeout(timer: unknown): void;
  /** Milliseconds since the simulation began. */
  now(): number;
}

/** A time of its own for all that happens in this realm. */
export interface Simulation extends AsyncDisposable {
  /** What all is drawn by. */
  readonly seed: number;
  /** The message bus of this realm as long as the simulation is open. */
  readonly bus: Bus;
  /** What the global timers go by meanwhile, for actors that are to be given a clock. */
  readonly clock: SimulationClock & AnyActor['clock'];
  /** Milliseconds since it began. */
  readonly time: number;
  /** A hash of all that has happened so far: of two runs that did the same it is the same. */
  readonly fingerprint: string;
  /** Draws a number from 0 up to 1, for a test's own choices. */
  random(): number;
  /**
   * Lets time pass until what is waited for has come: each thing that is to happen does so at once, one after the other.
   *
   * @param task - An async function, or a promise.
   * @returns What the task gave.
   *
   * @throws What the task throws, and what nothing caught meanwhile; `SIMULATION_AT_REST` where nothing more is to happen; `SIMULATION_ENDLESS` after `timeout` of its time.
   */
  run<T>(task: Promise<T> | (() => Promise<T>), options?: RunOptions): Promise<T>;
  /** Lets so many milliseconds pass; within a task, waits as long. */
  advance(milliseconds: number): Promise<void>;
  /** Closes its bus, and the hosts on it, in its time; then gives this realm its own time back. The same promise each time. */
  close(options?: CloseOptions): Promise<void>;
}

/**
 * Begins a simulation: from now on this realm has its time, its chance and its bus.
 *
 * @param options - The seed, how long packets travel, and who is told what happens.
 * @returns It, with the bus of this realm. Its maker closes it, or holds it with `await using`.
 *
 * @remarks
 * Timeouts, backoff, delayed events, `setTimeout`, `Date` and `Math.random`, of troupe, of XState and of the program, go by it, so that minutes pass in milliseconds.
 * Memory hosts need nothing said to them: what is posted travels for a time that is drawn for each packet, and so the interleaving of nodes is another with each
 * seed. Faults that are injected meanwhile are drawn by it too. Threads, files and sockets are no part of it: it does not wait for them.
 *
 * Await nothing outside of `run`: time passes in there alone. One simulation can be open at once.
 *
 * It runs the program, once for each seed. To explore what its machines may do in every order, or to walk that at random, make a `model` of them.
 *
 * @throws `SIMULATION_OPEN` while another is open; `INVALID_ARGUMENT` for a seed that is no whole number, a latency that is none, and a name with `/` or `@`.
 *
 * @example
 * ```ts
 * import { createMemoryHost } from 'troupe';
 * import { barrier, arrive } from 'troupe/actors';
 * import { createSimulation } from 'troupe/testing';
 * import { createActor } from 'xstate';
 *
 * await using simulation = createSimulation({ seed: 7 });
 * await simulation.run(async () => {
 *   const host = createMemoryHost();
 *   const gate = createActor(host.import({ barrier }).barrier, { input: { parties: 2, timeout: 60_000 } }).start();
 *   await arrive(gate).catch((error) => console.log(error.code, simulation.time)); // BARRIER_BROKEN 60005.3, at once
 * });
 * ```
 */
export function createSimulation(options: SimulationOptions = {}): Simulation {
  const { seed = Math.floor(Math.random() * 2 ** 32), name = 'main', trace } = options;
  if (!Number.isSafeInteger(seed)) throw optionError('seed', seed, 'it must be a whole number');
  const latency = checkRange('latency', options.latency ?? [0, 10]);
  if (open !== undefined) throw openedError(open);
  const timeline = createTimeline();
  const fingerprint = createFingerprint();
  const note = (what: string, text?: string): void => {
    const line = `${timeline.time} ${what}${text === undefined ? '' : ` ${text}`}`;
    fingerprint.note(line);
    trace?.(line);
  };
  const { surroundings, chance, random } = createVirtual({ seed, timeline, latency, note });
  const { setTimeout, clearTimeout } = surroundings;
  const clock: Simulation['clock'] = { setTimeout, clearTimeout, now: () => timeline.time };
  const driver = createDriver(timeline, seed);

  open = seed;
  const restorers = [
    () => (open = undefined),
    replaceSurroundings(surroundings),
    replaceGlobals({ setTimeout, clearTimeout, time: () => timeline.time, random: chance }),
  ];
  const restore = () => restorers.toReversed().forEach((each) => each());
  const bus = makeBus(name, restore);
  const before = replaceBus(bus);
  restorers.push(() => replaceBus(before));
  let closed: Promise<void> | undefined;
  const end = (closeOptions: CloseOptions): Promise<void> => driver.run(() => bus.close(closeOptions)).finally(restore);

  const simulation: Simulation = {
    seed,
    bus,
    clock,
    get time() {
      return timeline.time;
    },
    get fingerprint() {
      return fingerprint.text;
    },
    random,
    run: driver.run,
    advance: (milliseconds) => driver.run(new Promise((resolve) => void setTimeout(resolve, milliseconds)), FOR_EVER),
    close: (closeOptions = {}) => (closed ??= end(closeOptions)),
    [Symbol.asyncDispose]: () => simulation.close(),
  };
  return simulation;
}

/** The seed of the simulation that has this realm's time. */
let open: number | undefined;

const FOR_EVER: RunOptions = { timeout: Infinity };

/** The realm gets its own time back where its bus cannot be made. */
function makeBus(name: string, restore: () => void): Bus {
  try {
    return createBus({ name });
  } catch (error) {
    restore();
    throw error;
  }
}
