// The realm's own timers, clock and random numbers, for what is not troupe's: XState arms its delays by the global timers, and a machine under test may read the clock or
// draw. While a simulation is open they are the simulation's. What has captured them before, such as a test runner, keeps the real ones.
import type { Timer } from '../../surroundings.ts';

export interface VirtualGlobals {
  setTimeout(task: () => void, delay: number): Timer;
  clearTimeout(timer: unknown): void;
  /** Milliseconds since the simulation began. */
  time(): number;
  random(): number;
}

/** When a simulation begins by its own calendar: a whole second, long past, so that it is not taken for today. */
const BEGINNING = Date.UTC(2000, 0, 1);

/** Replaces them until the returned function is called. */
export function replaceGlobals({ setTimeout, clearTimeout, time, random }: VirtualGlobals): () => void {
  const restorers: (() => void)[] = [];
  const replace = (owner: object | undefined, name: string, value: unknown): void => {
    if (!owner || !(name in owner)) return;
    const before = Object.getOwnPropertyDescriptor(owner, name);
    Object.defineProperty(owner, name, {
      value,
      writable: true,
      configurable: true,
      enumerable: before?.enumerable ?? false,
    });
    restorers.push(() => {
      if (before) Object.defineProperty(owner, name, before);
      else Reflect.deleteProperty(owner, name);
    });
  };
  type Task = (...args: unknown[]) => void;
  const after = (task: Task, delay = 0, ...args: unknown[]) => setTimeout(() => task(...args), delay);
  const everys = new Map<unknown, { timer: unknown }>();
  const every = (task: Task, delay = 0, ...args: unknown[]) => {
    const state: { timer: unknown } = { timer: undefined };
    const arm = () => {
      state.timer = setTimeout(() => {
        arm();
        task(...args);
      }, delay);
    };
    arm();
    const first = state.timer;
    everys.set(first, state);
    return first;
  };
  const clear = (timer: unknown) => {
    clearTimeout(everys.get(timer)?.timer ?? timer);
    everys.delete(timer);
  };
  const now = () => Math.floor(BEGINNING + time());

  replace(globalThis, 'setTimeout', after);
  replace(globalThis, 'clearTimeout', clear);
  replace(globalThis, 'setInterval', every);
  replace(globalThis, 'clearInterval', clear);
  replace(globalThis, 'setImmediate', (task: Task, ...args: unknown[]) => after(task, 0, ...args));
  replace(globalThis, 'clearImmediate', clear);
  replace(globalThis, 'Date', createDate(now));
  replace(globalThis.performance, 'now', time);
  replace(Math, 'random', random);
  const { crypto, AbortSignal, DOMException } = globalThis;
  replace(crypto, 'getRandomValues', <T extends ArrayBufferView>(array: T): T => {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    for (let at = 0; at < bytes.length; at += 1) bytes[at] = random() * 256;
    return array;
  });
  replace(crypto, 'randomUUID', () => {
    const digits = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16));
    digits[12] = '4';
    digits[16] = 'b';
    const text = digits.join('');
    return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join('-');
  });
  replace(AbortSignal, 'timeout', (delay: number) => {
    const over = new AbortController();
    setTimeout(() => over.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')), delay);
    return over.signal;
  });
  return () => {
    for (const restore of restorers.toReversed()) restore();
  };
}

/** The realm's `Date`, which tells another time. */
function createDate(now: () => number): DateConstructor {
  return new Proxy(Date, {
    apply: (RealDate) => new RealDate(now()).toString(),
    construct: (RealDate, args: unknown[], target) =>
      Reflect.construct(RealDate, args.length > 0 ? args : [now()], target) as Date,
    get: (RealDate, name, receiver) => (name === 'now' ? now : (Reflect.get(RealDate, name, receiver) as unknown)),
  });
}
