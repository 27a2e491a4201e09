// The whole library in a time of its own. While a simulation is open all that waits in this realm waits in its time, what is posted on a memory link travels as long as its seed
// says, and chance is its seed's. Between two things that happen all microtasks run, whose order JavaScript fixes: so what a program does follows from the seed alone.
import type { AnyActor } from 'xstate';
import type { Bus } from '../../bus.ts';
import type { CloseOptions } from '../../closing.ts';
import { optionError } from '../../options.ts';
import { replaceBus } from '../../realm.ts';
import { createBus } from '../../refs.ts';
import { replaceSurroundings, type Carrier, type Surroundings, type Timer } from '../../surroundings.ts';
import { createRandom, GOLDEN } from '../random.ts';
import { copyPacket, createSimulatedChannel } from './channel.ts';
import { createDriver, type RunOptions } from './driver.ts';
import { createFingerprint } from './fingerprint.ts';
import { replaceGlobals } from './globals.ts';
import { openedError } from './simulation-errors.ts';
import { createTimeline, type Planned } from './timeline.ts';

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
 * @throws `SIMULATION_OPEN` while another is open; `INVALID_ARGUMENT` for a seed that is no whole number, and for a latency that is none.
 *
 * @example
 * ```ts
 * import { ask, createMemoryHost } from 'troupe';
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
  const [least, most] = checkLatency(options.latency ?? [0, 10]);
  if (open !== undefined) throw openedError(open);
  // each use has its own numbers, which others do not use up
  let streams = 0;
  const createStream = () => createRandom(seed + (streams += 1) * GOLDEN);
  const [random, chance, ownChance] = [createStream(), createStream(), createStream()];
  const timeline = createTimeline();
  const fingerprint = createFingerprint();
  const kept = new Set<object>();
  const timers = new Map<unknown, Planned>();
  let ways = 0;

  const note = (what: string, text?: string): void => {
    const line = `${timeline.time} ${what}${text === undefined ? '' : ` ${text}`}`;
    fingerprint.note(line);
    trace?.(line);
  };
  const setTimeout = (task: () => void, delay: number): Timer => {
    // as real timers: at least a millisecond, and what is too long at once
    const wait = delay >= 1 && delay <= LONGEST ? delay : 1;
    const planned = timeline.plan(timeline.time + wait, () => {
      timers.delete(timer);
      note('timer');
      task();
    });
    const timer = createTimer(() => planned.isOff);
    timers.set(timer, planned);
    return timer;
  };
  const clearTimeout = (timer: unknown): void => {
    const planned = timers.get(timer);
    if (!planned) return;
    planned.isOff = true;
    timers.delete(timer);
  };
  const createCarrier = (): Carrier => {
    const draw = createStream();
    const way = `way ${(ways += 1)}`;
    let last = 0;
    return (deliver, packet) => {
      // never at once, and not before what went before
      last = Math.max(last, timeline.time + Math.max(SHORTEST, least + draw() * (most - least)));
      timeline.plan(last, () => {
        note(way, textOf(packet));
        deliver();
      });
    };
  };
  const others: Surroundings = {
    setTimeout,
    clearTimeout,
    now: () => timeline.time,
    random: ownChance,
    randomWord: () => Math.floor(ownChance() * 2 ** 32),
    createCarrier,
    createChannel: () => createSimulatedChannel(createCarrier),
    copy: copyPacket,
    keep: (thing) => void kept.add(thing),
    afterTurn: (proceed) => void setTimeout(proceed, 1),
  };
  const clock: Simulation['clock'] = { setTimeout, clearTimeout, now: () => timeline.time };
  const driver = createDriver(timeline, seed);

  open = seed;
  const restoreSurroundings = replaceSurroundings(others);
  const restoreGlobals = replaceGlobals({ setTimeout, clearTimeout, time: () => timeline.time, random: chance });
  const bus = createBus({ name });
  const before = replaceBus(bus);
  let closed: Promise<void> | undefined;
  const end = async (closeOptions: CloseOptions): Promise<void> => {
    try {
      await driver.run(() => bus.close(closeOptions));
    } finally {
      replaceBus(before);
      restoreGlobals();
      restoreSurroundings();
      open = undefined;
    }
  };

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

/** The longest delay that a timer can have. */
const LONGEST = 2 ** 31 - 1;

/** What no packet travels faster than, in milliseconds: else two that answer each other would keep time from passing. */
const SHORTEST = 0.001;

function checkLatency(latency: unknown): readonly [number, number] {
  const range: readonly unknown[] = Array.isArray(latency) ? latency : [latency, latency];
  const [least, most] = range;
  const isRange = range.length === 2 && typeof least === 'number' && typeof most === 'number';
  if (isRange && least >= 0 && least <= most && most < Infinity) return [least, most];
  throw optionError(
    'latency',
    Array.isArray(latency) ? `[${latency.join(', ')}]` : latency,
    'it must be milliseconds from 0 up, or a pair of them, the lesser first',
    'Give 5, or [0, 10].',
  );
}

/** What Node gives for a timer, of which troupe and others use that it keeps no process alive. */
function createTimer(isOff: () => boolean): Timer {
  const timer = {
    ref: () => timer,
    unref: () => timer,
    hasRef: () => !isOff(),
    refresh: () => timer,
    close: () => timer,
  };
  return timer as unknown as Timer;
}

function textOf(packet: unknown): string {
  if (packet === undefined) return 'end';
  return typeof packet === 'string' ? packet : JSON.stringify(packet, asText);
}

/** What JSON leaves out, as well as it can be told. */
function asText(_: string, value: unknown): unknown {
  if (typeof value === 'bigint' || value === undefined) return String(value);
  if (value instanceof Map || value instanceof Set) return [...value];
  return value;
}
