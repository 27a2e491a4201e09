// A link that has faults: a real one, with a lane of trouble in each direction. Its end is never hidden: whoever closes or breaks it is heard. What is on
// its way arrives before the end of a link that is closed, as on any, unless it is cut or its node is frozen.
import { Observable } from 'rxjs/internal/Observable';
import type { Subscriber } from 'rxjs/internal/Subscriber';
import type { Link } from '../links/link.ts';
import type { Packet } from '../wire.ts';
import { createLane, NO_TROUBLE, type FaultClock, type Lane, type Trouble } from './lane.ts';

export interface FaultLink {
  /** What the bus is given in place of the real link. */
  readonly link: Link;
  /** Whether a thread is at the other end, which can be blocked. */
  readonly isThread: boolean;
  /** Changes what is wrong from now on. */
  trouble(change: Partial<Trouble>): void;
  /** Nothing is wrong any more, and all that is on its way arrives. */
  heal(): void;
  /** What is posted while `task` runs passes for sure, after all that is on its way. */
  surely(task: () => void): void;
  /** Ends it as a crash of the other side would; `error` is the reason where the link knows none of its own. */
  kill(error: Error): void;
}

export function createFaultLink(
  real: Link,
  clock: FaultClock,
  [outSeed, inSeed]: readonly [number, number],
): FaultLink {
  let trouble = NO_TROUBLE;
  let listener: Subscriber<unknown> | undefined;
  const shared = { clock, trouble: () => trouble };
  const going: Lane = createLane({
    ...shared,
    seed: outSeed,
    forward({ packet, transfer }) {
      try {
        // what goes out was given to `post`
        real.post(packet as Packet, transfer);
      } catch (error) {
        // a port whose other end was lost meanwhile is closed, and can go nowhere any more
        if (!transfer?.length) throw error;
      }
    },
  });
  const coming: Lane = createLane({
    ...shared,
    seed: inSeed,
    forward: ({ packet }) => listener?.next(packet),
  });
  const lanes = [going, coming];
  /** Nothing comes after the end. */
  const finish = (lane: Lane) => (trouble.isCut || trouble.isFrozen ? lane.discard() : lane.flush());
  const packets = new Observable<unknown>((subscriber) => {
    listener = subscriber;
    return real.packets.subscribe({
      next: (packet) => coming.pass({ packet }),
      error(error) {
        finish(coming);
        subscriber.error(error);
      },
      complete() {
        finish(coming);
        subscriber.complete();
      },
    });
  });
  return {
    link: {
      packets,
      lossy: true,
      ...(real.immediate === undefined ? {} : { immediate: real.immediate }),
      post: (packet, transfer) => going.pass({ packet, transfer }),
      close() {
        finish(going);
        real.close();
      },
      hold: (alive) => real.hold(alive),
    },
    isThread: real.thread === true,
    trouble(change) {
      trouble = { ...trouble, ...change };
      for (const lane of lanes) lane.changed();
    },
    heal() {
      trouble = NO_TROUBLE;
      for (const lane of lanes) lane.flush();
    },
    surely(task) {
      if (!trouble.isFrozen) going.flush();
      going.surely(task);
    },
    kill(error) {
      for (const lane of lanes) lane.discard();
      if (real.abort) real.abort(error);
      else {
        listener?.error(error);
        real.close();
      }
    },
  };
}
