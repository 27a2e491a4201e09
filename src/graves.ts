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

/** An ending for the wire, as `shape` makes it; an output or error that cannot cross is said to be so. */
export function encodeDown(bus: Bus, down: Down, shape = (encoded: Encoded) => encoded): Encoded {
  try {
    return shape(bus.codec.encode(down, 'output'));
  } catch (error) {
    return bus.codec.encode({ type: 'failed', error } satisfies Down);
  }
}

/** Remembers how the actor of a local id ended. That one was stopped need not be: it is what is said of those who are not remembered. */
export function rememberEnding(bus: Bus, localId: string, down: Down): void {
  const known = graves.get(bus);
  if (!known || down.type === 'stopped') return;
  known.set(
    localId,
    encodeDown(bus, down, (whole) => abridge(bus, down, whole)),
  );
  if (known.size <= REMEMBERED) return;
  for (const oldest of known.keys()) {
    known.delete(oldest);
    return;
  }
}

/** An ending without its output, where that is large. */
function abridge(bus: Bus, down: Down, whole: Encoded): Encoded {
  const isSmall = typeof whole === 'string' && whole.length <= REMEMBERED_LENGTH;
  return down.type !== 'done' || isSmall ? whole : bus.codec.encode({ type: 'done', output: undefined } satisfies Down);
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
    case 'persist':
      tell(frame.from);
      return;
    default:
  }
}
