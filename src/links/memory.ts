// A link within one realm: two ends, each delivering what the other posts, in order, in a later microtask. Packets are the same
// as on any other link, so two buses in one realm share no object.
import { Observable } from 'rxjs/internal/Observable';
import type { Subscriber } from 'rxjs/internal/Subscriber';
import { runSoon } from '../platform.ts';
import type { Link } from './link.ts';

export interface MemoryLinkOptions {
  /** When a posted packet is delivered; the default is a microtask. A test may hold deliveries back and run them when it likes. */
  readonly schedule?: (deliver: () => void) => void;
}

/** Two ends of one link. */
export function createMemoryLink(options: MemoryLinkOptions = {}): readonly [Link, Link] {
  const schedule = options.schedule ?? runSoon;
  const left = createEnd();
  const right = createEnd();
  let open = true;
  const link = (mine: End, other: End): Link => ({
    packets: mine.packets,
    post(packet, transfer = []) {
      if (!open) return;
      // a list of ports is a transfer list, but its type also takes what only browsers have
      const copy = typeof packet === 'string' ? packet : structuredClone(packet, { transfer: transfer as never[] });
      schedule(() => other.deliver((subscriber) => subscriber.next(copy)));
    },
    close() {
      if (!open) return;
      open = false;
      for (const each of [mine, other]) schedule(() => each.deliver((subscriber) => subscriber.complete()));
    },
    hold() {},
  });
  return [link(left, right), link(right, left)];
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
