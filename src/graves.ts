// Answers for actors that are gone: whoever watches, settles or observes one gets its ending at once instead of silence. The latest endings
// are remembered; of an older one, and of one whose output is large, it is only known of which kind it was, or that it is over.
import { addressOf, localIdOf, nodeOf, type Address } from './address.ts';
import type { Bus } from './bus.ts';
import type { Encoded } from './codec.ts';
import type { Down } from './down.ts';
import type { Delivery } from './wire.ts';

const REMEMBERED = 1024;
const REMEMBERED_LENGTH = 4096;

const graves = new WeakMap<Bus, Map<string, Encoded>>();

/** An ending for the wire; an output or error that cannot cross is said to be so. */
export function encodeDown(bus: Bus, down: Down): Encoded {
  try {
    return bus.codec.encode(down, 'output');
  } catch (error) {
    return bus.codec.encode({ type: 'failed', error } satisfies Down);
  }
}

/** Remembers how the actor of a local id ended. */
export function rememberEnding(bus: Bus, localId: string, down: Down): void {
  const known = graves.get(bus);
  if (!known) return;
  known.set(localId, encodeDown(bus, abridge(bus, down)));
  if (known.size <= REMEMBERED) return;
  for (const oldest of known.keys()) {
    known.delete(oldest);
    return;
  }
}

/** What is remembered of an ending: not a large output, and of one that cannot cross that it cannot. */
function abridge(bus: Bus, down: Down): Down {
  if (down.type !== 'done') return down;
  try {
    const whole = bus.codec.encode(down, 'output');
    const isSmall = typeof whole === 'string' && whole.length <= REMEMBERED_LENGTH;
    return isSmall ? down : { type: 'done', output: undefined };
  } catch (error) {
    return { type: 'failed', error };
  }
}

/** From now on frames of this bus for actors that are gone are answered. */
export function answerForTheDead(bus: Bus): void {
  const known = new Map<string, Encoded>();
  graves.set(bus, known);
  bus.unclaimed.subscribe((frame) => answer(bus, frame, known.get(frame.to) ?? encodeDown(bus, { type: 'stopped' })));
}

function answer(bus: Bus, frame: Delivery, body: Encoded): void {
  const tell = (from: Address) => {
    const gone = addressOf(bus.address, frame.to);
    bus.route(nodeOf(from)).push({ type: 'down', to: localIdOf(from), from: gone, body });
  };
  switch (frame.type) {
    case 'stop':
      bus.route(nodeOf(frame.from)).push({ type: 'ended', to: localIdOf(frame.from) });
      return;
    case 'observe':
    case 'watch':
    case 'settle':
      tell(frame.from);
      return;
    default:
  }
}
