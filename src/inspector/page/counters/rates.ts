// Figures of a system over a window of recorded time: how many messages, how long they took, what waits, how each node fares. All from a timeline and a moment, so that
// they are the same live and in retrospect. They cost what the window holds and what there is of actors and nodes, not the whole recording. No DOM.
import type { ActorKey, NodeKey } from '../../records.ts';
import type { MessageEntry, Timeline } from '../../timeline.ts';
import { countUntil, endOf, latest } from '../../readings.ts';

export interface Figures {
  readonly actors: number;
  /** Messages sent until the moment. */
  readonly messages: number;
  /** Messages a second, over the last second. */
  readonly rate: number;
  /** Of the messages that were sent in the last second and received, or in the last ten if none was; undefined if none was then either. */
  readonly latency: Latency | undefined;
  /** The longest queue. */
  readonly mailbox: { readonly waiting: number; readonly actor: ActorKey | undefined };
  readonly deadLetters: number;
  readonly restarts: number;
}

export interface Latency {
  readonly p50: number;
  readonly p99: number;
  /** Whether it is that of messages between nodes; those within one are counted where there is no other. */
  readonly isBetween: boolean;
}

export interface NodeFigures {
  readonly node: NodeKey;
  readonly name: string;
  readonly up: boolean;
  readonly actors: number;
  /** Milliseconds; undefined where nothing was measured yet. */
  readonly delay: number | undefined;
  readonly busy: number | undefined;
  readonly heap: number | undefined;
  /** One figure per measurement in the window, the oldest first. */
  readonly delays: readonly number[];
  readonly busyness: readonly number[];
  readonly heaps: readonly number[];
}

/** More would not change a percentile by what one sees. */
const MOST_SAMPLES = 4096;
const MOST_LOOKED_AT = 10_000;

export function figuresAt(timeline: Timeline, moment = timeline.end): Figures {
  const { messages, deadLetters, actors } = timeline;
  const until = countUntil(messages, moment);
  const since = countUntil(messages, moment - 1000);
  let living = 0;
  let restarts = 0;
  let waiting = 0;
  let longest: ActorKey | undefined;
  for (const actor of actors.values()) {
    if (actor.since > moment) continue;
    if (actor.lives.length > 0) restarts += countUntil(actor.lives, moment);
    if (endOf(timeline, actor, moment) !== undefined) continue;
    living += 1;
    const depth = latest(actor.mailbox, moment)?.waiting ?? 0;
    if (depth > waiting) {
      waiting = depth;
      longest = actor.key;
    }
  }
  return {
    actors: living,
    messages: until,
    rate: until - since,
    latency: latencyOf(timeline, until, moment),
    mailbox: { waiting, actor: longest },
    deadLetters: deadLetters.slice(0, countUntil(deadLetters, moment)).reduce((sum, letter) => sum + letter.count, 0),
    restarts,
  };
}

/** Messages a second, in as many even parts of the time before a moment as asked for; the last part ends at the moment. */
export function ratesUntil(timeline: Timeline, moment = timeline.end, parts = 60, part = 500): readonly number[] {
  const rates: number[] = [];
  let before = countUntil(timeline.messages, moment - parts * part);
  for (let index = parts - 1; index >= 0; index -= 1) {
    const until = countUntil(timeline.messages, moment - index * part);
    rates.push(((until - before) * 1000) / part);
    before = until;
  }
  return rates;
}

export function nodeFiguresAt(timeline: Timeline, moment = timeline.end, window = 30_000): readonly NodeFigures[] {
  const living = new Map<NodeKey, number>();
  for (const actor of timeline.actors.values()) {
    const { node, since } = actor;
    if (since <= moment && endOf(timeline, actor, moment) === undefined) living.set(node, (living.get(node) ?? 0) + 1);
  }
  return [...timeline.nodes.values()]
    .filter(({ changes }) => changes.length === 0 || (changes[0] as { readonly at: number }).at <= moment)
    .map(({ node, name, changes, gauges }) => {
      const until = countUntil(gauges, moment);
      const measured = gauges.slice(countUntil(gauges, moment - window), until);
      const last = gauges[until - 1];
      return {
        node,
        name,
        up: latest(changes, moment)?.up ?? true,
        actors: living.get(node) ?? 0,
        delay: last?.delay.p99,
        busy: last?.busy,
        heap: last?.heap,
        delays: measured.map(({ delay }) => delay.p99),
        busyness: measured.map(({ busy }) => busy),
        heaps: measured.map(({ heap }) => heap),
      };
    });
}

/** The value below which a share of sorted values lies. */
export function percentile(sorted: ArrayLike<number>, share: number): number | undefined {
  if (sorted.length === 0) return undefined;
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(sorted.length * share) - 1))];
}

function latencyOf({ messages, actors }: Timeline, until: number, moment: number): Latency | undefined {
  const nodeOf = (sender: string) => actors.get(sender)?.node ?? sender;
  let within: Latency | undefined;
  for (const window of [1000, 10_000]) {
    const local: number[] = [];
    const between: number[] = [];
    const last = Math.max(0, until - MOST_LOOKED_AT);
    for (let index = until - 1; index >= last && between.length < MOST_SAMPLES; index -= 1) {
      const { at, received, from, to } = messages[index] as MessageEntry;
      if (at <= moment - window) break;
      if (received === undefined || received > moment) continue;
      (nodeOf(from) === nodeOf(to) ? local : between).push(Math.max(0, received - at));
    }
    const found = percentilesOf(between, true);
    if (found) return found;
    within ??= percentilesOf(local, false);
  }
  return within;
}

function percentilesOf(values: readonly number[], isBetween: boolean): Latency | undefined {
  const sorted = Float64Array.from(values).toSorted();
  const p50 = percentile(sorted, 0.5);
  const p99 = percentile(sorted, 0.99);
  return p50 === undefined || p99 === undefined ? undefined : { p50, p99, isBetween };
}
