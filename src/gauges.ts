// How a node fares and what it could not deliver, told to an inspector elsewhere while it wishes to know. Each node listens for such a wish; before the first
// nothing is measured. It keeps no process alive, and ends when the wish, the inspector's node or this node does.
import { isAddress, localIdOf, nodeOf, type Address, type NodeAddress } from './address.ts';
import type { Bus, DeadLetter } from './bus.ts';
import { textOfError } from './failures.ts';
import { builtin } from './platform.ts';
import { clearTimeout, now, unheld } from './surroundings.ts';
import { timeDepartures } from './taps.ts';

/** What an inspector publishes for all nodes. */
export interface Wish {
  /** Where it is to be told. */
  readonly to: Address;
  readonly wanted: boolean;
}

/** What a node tells an inspector; the times are those of the machine's monotonic clock. */
export type Told =
  | {
      readonly type: 'troupe.gauges';
      readonly node: NodeAddress;
      readonly at: number;
      /** In milliseconds. */
      readonly delay: { readonly p50: number; readonly p99: number; readonly max: number };
      readonly busy: number;
      readonly heap: number;
    }
  | { readonly type: 'troupe.letter'; readonly node: NodeAddress; readonly at: number; readonly letter: ToldLetter };

/** A dead letter that can cross. */
export interface ToldLetter {
  readonly reason: DeadLetter['reason'];
  readonly target: string;
  readonly sender?: string;
  readonly count: number;
  readonly error?: string;
}

const TOPIC = 'troupe.inspector';

/** Publishes a wish on all nodes that are linked, this one too. */
export function publishWish(bus: Bus, wish: Wish): void {
  bus.publish(TOPIC, bus.codec.encode(wish));
}

/** Has a node tell those who wish it. */
export function answerWishes(bus: Bus): void {
  const answered = new Map<Address, () => void>();
  const end = (to: Address) => {
    answered.get(to)?.();
    answered.delete(to);
    if (answered.size === 0) timeDepartures(bus, false);
  };
  bus.topic(TOPIC).subscribe({
    next(value) {
      const { to, wanted } = (value ?? {}) as Partial<Wish>;
      if (!isAddress(to)) return;
      if (!wanted) end(to);
      else if (!answered.has(to))
        answered.set(
          to,
          answer(bus, to, () => end(to)),
        );
    },
    complete() {
      for (const to of [...answered.keys()]) end(to);
    },
  });
}

export function toldLetter({ reason, target, sender, count, error }: DeadLetter): ToldLetter {
  return {
    reason,
    target,
    ...(sender === undefined ? {} : { sender }),
    count,
    ...(error === undefined ? {} : { error: textOfError(error) }),
  };
}

const PERIOD = 500;
const LETTERS_PERIOD = 50;

/** A finer clock would wake an idle thread more often. */
const RESOLUTION = 10;

function answer(bus: Bus, to: Address, end: () => void): () => void {
  const here = nodeOf(to) === bus.address;
  const route = here ? undefined : bus.route(nodeOf(to));
  const tell = (told: Told) => {
    if (!route) bus.deliver(localIdOf(to), told);
    else if (!route.down) route.push({ type: 'event', to: localIdOf(to), body: bus.codec.encode(told) });
  };
  const gauges = measure((reading) => tell({ type: 'troupe.gauges', node: bus.address, at: now(), ...reading }));
  // its own node's letters it hears of itself
  const letters = here ? () => {} : collectLetters(bus, (told) => tell(told));
  timeDepartures(bus, true);
  const unwatch = route?.watch({ down: end, resync: () => {} });
  return () => {
    unwatch?.();
    gauges();
    letters();
  };
}

type Reading = Pick<Extract<Told, { type: 'troupe.gauges' }>, 'delay' | 'busy' | 'heap'>;

/** Measures twice a second, where this realm can. */
function measure(take: (reading: Reading) => void): () => void {
  const hooks = builtin('node:perf_hooks');
  if (!hooks) return () => {};
  const { monitorEventLoopDelay, performance } = hooks;
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION });
  histogram.enable();
  let before = performance.eventLoopUtilization();
  const delayOf = (nanoseconds: number) => Math.max(0, Math.round((nanoseconds / 1e6 - RESOLUTION) * 100) / 100) || 0;
  return repeat(
    PERIOD,
    () => {
      const current = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(current, before);
      before = current;
      const isBlank = histogram.percentile(100) === 0;
      const max = isBlank ? 0 : delayOf(histogram.max);
      take({
        delay: { p50: delayOf(histogram.percentile(50)), p99: delayOf(histogram.percentile(99)), max },
        busy: Math.round(utilization * 1000) / 1000 || 0,
        heap: globalThis.process.memoryUsage().heapUsed,
      });
      histogram.reset();
    },
    () => histogram.disable(),
  );
}

/** Tells of the letters of some milliseconds at once: where one is lost there are mostly more. */
function collectLetters(bus: Bus, take: (told: Extract<Told, { type: 'troupe.letter' }>) => void): () => void {
  const waiting = new Map<string, { readonly at: number; letter: ToldLetter }>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    timer = undefined;
    for (const { at, letter } of waiting.values()) take({ type: 'troupe.letter', node: bus.address, at, letter });
    waiting.clear();
  };
  const unheed = bus.heed((each) => {
    const letter = toldLetter(each);
    const key = `${letter.reason} ${letter.target} ${letter.sender}`;
    const known = waiting.get(key);
    if (known) known.letter = { ...letter, count: known.letter.count + letter.count };
    else waiting.set(key, { at: now(), letter });
    timer ??= unheld(LETTERS_PERIOD, flush);
  });
  return () => {
    unheed();
    clearTimeout(timer);
  };
}

function repeat(period: number, task: () => void, ended: () => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const again = () => {
    timer = unheld(period, () => {
      again();
      task();
    });
  };
  again();
  return () => {
    clearTimeout(timer);
    ended();
  };
}
