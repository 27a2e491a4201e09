// Frames that come before their actor. Who starts an actor elsewhere may tell others of it at once, and these may have a shorter way there than the start
// itself: what they send waits until the start has come. The name of a session says who starts it and in which order, so a frame
// for one that is over, or whose start was lost, does not wait for ever.
import type { NodeAddress } from './address.ts';
import type { Bus } from './bus.ts';
import type { Delivery } from './wire.ts';

/** What waits for actors that are still to be started on a node. */
export interface Early {
  /** The start of a session has come: gives what waits for it, to be delivered once it can be. */
  started(session: string): readonly Delivery[];
}

/** Somebody who starts actors here. */
interface Starter {
  /** The number of the latest session that was started. */
  latest: number;
  readonly waiting: Map<number, Delivery[]>;
  /** Those after the latest whose start was lost. */
  readonly lost: Set<number>;
}

/** A name for the session of an actor that `bus` starts elsewhere: no other has it, and a later one has a higher number. */
export function nameSession(bus: Bus): string {
  return `${bus.createId()}.${bus.address}`;
}

/** From now on frames for sessions that are still to be started on this node wait. */
export function awaitStarts(bus: Bus): Early {
  const starters = new Map<NodeAddress, Starter>();
  bus.claim((frame, from) => {
    const session = readSession(frame.to);
    if (!session) return false;
    const starter = starters.get(session.starter) ?? meet(session.starter);
    if (!starter || session.number <= starter.latest || starter.lost.has(session.number)) return false;
    if (from === session.starter) {
      // nothing comes from there before the start, so that was lost
      starter.lost.add(session.number);
      giveUp(starter, session.number);
      return false;
    }
    const frames = starter.waiting.get(session.number) ?? [];
    starter.waiting.set(session.number, frames);
    frames.push(frame);
    return true;
  });
  return {
    started(name) {
      const session = readSession(name);
      const starter = session && (starters.get(session.starter) ?? meet(session.starter));
      if (!session || !starter) return [];
      starter.latest = session.number;
      for (const number of starter.lost) if (number <= session.number) starter.lost.delete(number);
      const frames = starter.waiting.get(session.number) ?? [];
      starter.waiting.delete(session.number);
      // its starts come in order, so one with a lower number was lost
      for (const number of starter.waiting.keys()) if (number < session.number) giveUp(starter, number);
      return frames;
    },
  };

  /** Undefined if it is gone. */
  function meet(node: NodeAddress): Starter | undefined {
    const route = bus.route(node);
    if (route.down) return undefined;
    const starter: Starter = { latest: -1, waiting: new Map(), lost: new Set() };
    starters.set(node, starter);
    route.watch({
      down() {
        starters.delete(node);
        starter.latest = Infinity;
        for (const number of starter.waiting.keys()) giveUp(starter, number);
      },
      resync() {},
    });
    return starter;
  }

  function giveUp(starter: Starter, number: number): void {
    const frames = starter.waiting.get(number) ?? [];
    starter.waiting.delete(number);
    for (const frame of frames) bus.redeliver(frame);
  }
}

function readSession(name: string): { readonly number: number; readonly starter: NodeAddress } | undefined {
  const dot = name.indexOf('.');
  if (dot === -1) return undefined;
  return { number: Number.parseInt(name.slice(0, dot), 36), starter: name.slice(dot + 1) as NodeAddress };
}
