// What troupe takes from its surroundings that is not the same twice: time, chance, and how long what is posted travels within a realm. Whatever of
// troupe waits, tells the time or draws goes through here, so that a simulation can put its own in their place for as long as it is open.
import type { MessagePort } from 'node:worker_threads';
import { runSoon } from './platform.ts';

export type Timer = ReturnType<typeof globalThis.setTimeout>;

/** Delivers what was posted on one way of a link, in order; `packet` is what is delivered, if it is one. */
export type Carrier = (deliver: () => void, packet?: unknown) => void;

/** A packet with the ports that move with it, as it arrives. */
export type Arriving = readonly [packet: unknown, moved: readonly MessagePort[]];

export interface Surroundings {
  setTimeout(task: () => void, delay: number): Timer;
  clearTimeout(timer: Timer | undefined): void;
  /** Milliseconds of a monotonic clock. */
  now(): number;
  /** From 0 to below 1. */
  random(): number;
  /** A number of 32 bits that nobody could guess. */
  randomWord(): number;
  /** For one way of a link within this realm. */
  createCarrier(): Carrier;
  createChannel(): { readonly port1: MessagePort; readonly port2: MessagePort };
  /** What arrives when this is posted within this realm. */
  copy(packet: object, transfer: readonly MessagePort[]): Arriving;
  /** Has a thing that is held weakly outlive the collection of garbage, where that must not decide anything. */
  keep(thing: object): void;
  /** Calls back after a turn of the event loop; undefined where the realm's own will do. */
  readonly afterTurn?: (proceed: () => void) => void;
}

/** Captured at load, so that a test's fake timers cannot stop a deadline of ours. */
const { setTimeout: setRealTimeout, clearTimeout: clearRealTimeout } = globalThis;

const REALM: Surroundings = {
  setTimeout: setRealTimeout,
  clearTimeout: clearRealTimeout,
  now() {
    const { process, performance } = globalThis;
    return process?.hrtime ? Number(process.hrtime.bigint()) / 1e6 : performance.timeOrigin + performance.now();
  },
  random: () => Math.random(),
  randomWord: () => globalThis.crypto.getRandomValues(new Uint32Array(1))[0] ?? 0,
  createCarrier: () => runSoon,
  createChannel: () => new MessageChannel(),
  // a list of ports is a transfer list, but its type also takes what only browsers have
  copy: (packet, transfer) => structuredClone([packet, transfer] as const, { transfer: transfer as never[] }),
  keep() {},
};

let current = REALM;

/** Puts others in the place of the realm's until the returned function is called. */
export function replaceSurroundings(others: Surroundings): () => void {
  current = others;
  return () => {
    if (current === others) current = REALM;
  };
}

export function setTimeout(task: () => void, delay: number): Timer {
  return current.setTimeout(task, delay);
}

export function clearTimeout(timer: Timer | undefined): void {
  current.clearTimeout(timer);
}

/** A timer that keeps no process alive. */
export function unheld(delay: number, task: () => void): Timer {
  const timer = setTimeout(task, delay);
  (timer as { unref?(): void }).unref?.();
  return timer;
}

/** Runs a task after some milliseconds, unless the returned function is called before; it keeps no process alive. */
export function runLater(task: () => void, delay: number): () => void {
  const timer = unheld(delay, task);
  return () => clearTimeout(timer);
}

/** The machine's monotonic clock in milliseconds, which all threads of a process share; a browser's clock where there is no Node. */
export function now(): number {
  return current.now();
}

/** A number from 0 to below 1. */
export function random(): number {
  return current.random();
}

/** The surroundings that there are now. */
export function surroundings(): Surroundings {
  return current;
}
