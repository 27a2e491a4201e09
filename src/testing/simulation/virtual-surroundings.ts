// What troupe gets from its surroundings in a simulation: timers on its timeline, links on which each packet travels for a time that is drawn, and chance by the seed. Each use of chance has
// numbers of its own, which the others do not use up.
import type { Carrier, Surroundings, Timer } from '../../surroundings.ts';
import { createRandom, GOLDEN } from '../random.ts';
import { copyPacket, createSimulatedChannel } from './channel.ts';
import type { Planned, Timeline } from './timeline.ts';

export interface VirtualOptions {
  readonly seed: number;
  readonly timeline: Timeline;
  /** How long a packet travels. */
  readonly latency: readonly [least: number, most: number];
  /** Told of each thing that happens, before it does. */
  note(what: string, text?: string): void;
}

export interface Virtual {
  readonly surroundings: Surroundings;
  /** For what is not troupe's. */
  readonly chance: () => number;
  /** For a test's own choices. */
  readonly random: () => number;
}

export function createVirtual({ seed, timeline, latency: [least, most], note }: VirtualOptions): Virtual {
  let streams = 0;
  const createStream = () => createRandom(seed + (streams += 1) * GOLDEN);
  const [random, chance, ownChance] = [createStream(), createStream(), createStream()];
  const kept = new Set<object>();
  const timers = new Map<unknown, Planned>();
  let ways = 0;

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
  const surroundings: Surroundings = {
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
  return { surroundings, chance, random };
}

/** The longest delay that a timer can have. */
const LONGEST = 2 ** 31 - 1;

/** What no packet travels faster than, in milliseconds: else two that answer each other would keep time from passing. */
const SHORTEST = 0.001;

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
  if (typeof packet === 'string') return packet;
  try {
    return JSON.stringify(packet, asText);
  } catch {
    // a greeting may hold what has no end
    return Object.prototype.toString.call(packet);
  }
}

/** What JSON leaves out, as well as it can be told. */
function asText(_: string, value: unknown): unknown {
  if (typeof value === 'bigint' || value === undefined) return String(value);
  if (value instanceof Map || value instanceof Set) return [...value];
  return value;
}
