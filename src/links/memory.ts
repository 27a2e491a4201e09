// A link within one realm: two ends, each delivering what the other posts, in order, in a later microtask or, where that is asked for, at once.
// Packets are the same as on any other link, so two buses in one realm share no object.
import { Observable } from 'rxjs/internal/Observable';
import type { Subscriber } from 'rxjs/internal/Subscriber';
import { closePorts } from '../lost-ports.ts';
import { assertWord, optionError } from '../options.ts';
import { surroundings, type Carrier } from '../surroundings.ts';
import type { Link } from './link.ts';

/** How a memory link delivers. */
export interface MemoryLinkOptions {
  /**
   * `'async'` delivers what is posted in a later microtask, or when `schedule` says; `'sync'` before `post` returns.
   *
   * @defaultValue `'async'`
   */
  readonly mode?: 'async' | 'sync';
  /** When a posted packet is delivered; the default is a microtask. A test may hold deliveries back and run them when it likes. */
  readonly schedule?: (deliver: () => void) => void;
}

/**
 * Makes a link within one realm: two ends, each of which brings what is posted at the other.
 *
 * @param options - `mode` and `schedule` decide when a packet is delivered.
 * @returns The two ends, which are alike: one for `connect` of a bus, one for `join` of another.
 *
 * @remarks
 * Each packet arrives once, in the order posted (as long as `schedule` keeps it), never while `post` runs unless `mode` is `'sync'`. A packet that is an object
 * is copied by structured clone when it is posted. What was posted before `close` still arrives. This link never breaks by itself, and never
 * keeps the process alive.
 *
 * @throws `INVALID_ARGUMENT` for another mode, and for a schedule that is no function or that the sync mode has no use for. From `post`: the `DataCloneError` of structured clone for a packet that cannot be copied; a bus posts none.
 *
 * @example
 * ```ts
 * import { createBus, createMemoryLink, topic } from 'troupe';
 *
 * await using main = createBus({ name: 'main' });
 * await using annex = createBus();
 * const [upper, lower] = createMemoryLink();
 * main.connect(upper, { node: 'annex@1', as: 'child' });
 * await annex.join(lower);
 *
 * const news = new Promise((resolve) => topic<string>('news', { bus: annex }).subscribe(resolve));
 * topic<string>('news', { bus: main }).next('Good morning');
 * console.log(await news);
 * ```
 */
export function createMemoryLink(options: MemoryLinkOptions = {}): readonly [Link, Link] {
  assertMemoryLinkOptions(options);
  const immediate = options.mode === 'sync';
  const carrier = (): Carrier =>
    immediate ? (deliver) => deliver() : (options.schedule ?? surroundings().createCarrier());
  return linkEnds([carrier(), carrier()], immediate);
}

function assertMemoryLinkOptions({ mode, schedule }: { readonly mode?: unknown; readonly schedule?: unknown }): void {
  assertWord('mode', mode, MODES);
  if (schedule === undefined) return;
  if (typeof schedule !== 'function')
    throw optionError('schedule', schedule, 'it must be a function that takes what delivers');
  if (mode === 'sync') throw optionError('mode', mode, 'schedule says when to deliver', 'Leave out one of the two.');
}

const MODES: readonly NonNullable<MemoryLinkOptions['mode']>[] = ['async', 'sync'];

/** A memory link each of whose ends delivers by a schedule of its own. */
export function linkEnds([fromLeft, fromRight]: readonly [Carrier, Carrier], immediate = false): readonly [Link, Link] {
  const left = createEnd();
  const right = createEnd();
  let open = true;
  const link = (mine: End, other: End, carry: Carrier): Link => ({
    packets: mine.packets,
    immediate,
    post(packet, transfer = []) {
      if (!open) {
        closePorts(transfer);
        return;
      }
      const [copy, moved] = typeof packet === 'string' ? [packet, []] : surroundings().copy(packet, transfer);
      carry(
        () =>
          other.deliver((subscriber) => {
            if (subscriber.closed) closePorts(moved);
            else subscriber.next(copy);
          }),
        copy,
      );
    },
    close() {
      if (!open) return;
      open = false;
      fromLeft(() => right.deliver((subscriber) => subscriber.complete()));
      fromRight(() => left.deliver((subscriber) => subscriber.complete()));
    },
    abort(error) {
      open = false;
      // at once: what is on its way comes after that, and is not heard
      for (const end of [mine, other]) end.deliver((subscriber) => subscriber.error(error));
    },
    hold() {},
  });
  return [link(left, right, fromLeft), link(right, left, fromRight)];
}

interface End {
  readonly packets: Observable<unknown>;
  deliver(delivery: (subscriber: Subscriber<unknown>) => void): void;
}

/** One end: what comes before anybody listens waits for the listener. */
function createEnd(): End {
  const waiting: ((subscriber: Subscriber<unknown>) => void)[] = [];
  let listener: Subscriber<unknown> | undefined;
  return {
    packets: new Observable((subscriber) => {
      listener = subscriber;
      for (const delivery of waiting.splice(0)) delivery(subscriber);
    }),
    deliver(delivery) {
      if (listener) delivery(listener);
      else waiting.push(delivery);
    },
  };
}
