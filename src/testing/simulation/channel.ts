// Ports of a simulation: what two nodes of one realm are given where they would get the ends of a `MessageChannel`. What is posted travels as on a memory link,
// so that its time is the simulation's, and they move in packets as real ports do, by being handed on.
import type { MessagePort } from 'node:worker_threads';
import { runSoon } from '../../platform.ts';
import type { Arriving, Carrier } from '../../surroundings.ts';

type Listener = (value: unknown) => void;

interface Port {
  readonly listeners: { readonly message: Set<Listener>; readonly close: Set<Listener> };
  isStarted: boolean;
  /** What arrived before anybody listened. */
  readonly early: (() => void)[];
}

const simulated = new WeakSet<object>();

/** A pair of ports; each way has a carrier of its own. */
export function createSimulatedChannel(createCarrier: () => Carrier): {
  readonly port1: MessagePort;
  readonly port2: MessagePort;
} {
  const left = createEnd();
  const right = createEnd();
  let isOpen = true;
  const port = (mine: Port, other: Port, carry: Carrier, carryBack: Carrier): MessagePort => {
    const made = {
      postMessage(packet: unknown, transfer: readonly MessagePort[] = []) {
        if (!isOpen) return;
        const [copy] = typeof packet === 'object' && packet !== null ? copyPacket(packet, transfer) : [packet];
        carry(() => tell(other, 'message', copy), copy);
      },
      on: (type: keyof Port['listeners'], listener: Listener) => void mine.listeners[type].add(listener),
      off: (type: keyof Port['listeners'], listener: Listener) => void mine.listeners[type].delete(listener),
      start() {
        // never within the call, as with real ports
        runSoon(() => {
          mine.isStarted = true;
          for (const each of mine.early.splice(0)) each();
        });
      },
      close() {
        if (!isOpen) return;
        isOpen = false;
        carry(() => tell(other, 'close', undefined));
        carryBack(() => tell(mine, 'close', undefined));
      },
      ref() {},
      unref() {},
    };
    simulated.add(made);
    // all of a port that troupe uses
    return made as unknown as MessagePort;
  };
  const going = createCarrier();
  const coming = createCarrier();
  return { port1: port(left, right, going, coming), port2: port(right, left, coming, going) };
}

/** What arrives of a packet that is an object: a clone of it, with the ports that moved. */
export function copyPacket(packet: object, transfer: readonly MessagePort[]): Arriving {
  const real = transfer.filter((port) => !simulated.has(port));
  const { frames } = packet as { readonly frames?: readonly unknown[] };
  if (real.length === transfer.length || !frames) return structuredClone([packet, real] as const, moving(real));
  // frames about introductions, which hold a port and nothing else that moves
  const bare = frames.map((frame) => {
    const { port, ...rest } = frame as { readonly port?: MessagePort };
    return port && simulated.has(port) ? rest : frame;
  });
  const [copy, moved] = structuredClone([{ ...packet, frames: bare }, real] as const, moving(real));
  const whole = copy.frames.map((frame, index) => {
    const { port } = frames[index] as { readonly port?: MessagePort };
    return port && simulated.has(port) ? { ...(frame as object), port } : frame;
  });
  return [{ ...copy, frames: whole }, [...moved, ...transfer.filter((port) => simulated.has(port))]];
}

/** A list of ports is a transfer list, but its type also takes what only browsers have. */
const moving = (ports: readonly MessagePort[]) => ({ transfer: ports as never[] });

function createEnd(): Port {
  return { listeners: { message: new Set(), close: new Set() }, isStarted: false, early: [] };
}

function tell(port: Port, type: keyof Port['listeners'], value: unknown): void {
  const deliver = () => {
    for (const listener of [...port.listeners[type]]) listener(value);
  };
  if (port.isStarted) deliver();
  else port.early.push(deliver);
}
