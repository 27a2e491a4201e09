// Answers for actors that are gone: whoever watches, settles or observes one gets its ending at once instead of silence. Endings
// are remembered for a while; of an older one it is only known that it is over.
import { addressOf, localIdOf, nodeOf, type Address } from './address.ts';
import type { Bus } from './bus.ts';
import type { Down } from './down.ts';
import type { Delivery } from './wire.ts';

const REMEMBERED = 1024;

const graves = new WeakMap<Bus, Map<string, Down>>();

/** Remembers how the actor of a local id ended. */
export function bury(bus: Bus, localId: string, down: Down): void {
  const known = graves.get(bus);
  if (!known) return;
  // an output may be large and a ref in it would be kept alive; the kind of ending is what a late watcher needs
  known.set(localId, down);
  if (known.size <= REMEMBERED) return;
  for (const oldest of known.keys()) {
    known.delete(oldest);
    return;
  }
}

/** From now on frames of this bus for actors that are gone are answered. */
export function answerForTheDead(bus: Bus): void {
  graves.set(bus, new Map());
  bus.unclaimed.subscribe((frame) => answer(bus, frame, graves.get(bus)?.get(frame.to) ?? { type: 'stopped' }));
}

/** Answers one frame for an actor that ended so. */
export function answer(bus: Bus, frame: Delivery, down: Down): void {
  switch (frame.type) {
    case 'stop':
      bus.route(nodeOf(frame.from)).push({ type: 'ended', to: localIdOf(frame.from) });
      return;
    case 'observe':
      if (frame.wish) tell(frame.from);
      return;
    case 'watch':
    case 'settle':
      tell(frame.from);
      return;
    default:
  }
  function tell(from: Address): void {
    const body = bus.codec.encode(down, 'output');
    const gone = addressOf(bus.address, frame.to);
    bus.route(nodeOf(from)).push({ type: 'down', to: localIdOf(from), from: gone, body });
  }
}
