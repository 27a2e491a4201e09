// The clock of a live node: nothing on it ends by itself. Each delay is known by whose it is, and ends when it is told to; so is the wait of a supervised actor for its next life.
import type { AnyActor } from 'xstate';
import { leadNextLives } from '../../../next-life.ts';
import type { Delayed } from '../../../xstate.ts';

/** The time that all nodes of a live system go by, in milliseconds. */
export interface LiveTime {
  now: number;
}

/** A delay that runs; who asked for it is not known of one that no actor did. */
export interface LiveTimer {
  readonly delayed: Delayed | undefined;
  readonly due: number;
  end(): void;
}

export interface LiveClock {
  readonly clock: AnyActor['clock'];
  /** In the order in which they were armed. */
  readonly timers: ReadonlySet<LiveTimer>;
  /** What begins the next life of each actor that waits for it. */
  readonly nextLives: ReadonlyMap<AnyActor, () => void>;
  /** Runs `arm`, which sets the timer of a delayed event. */
  schedule(delayed: Delayed, arm: () => void): void;
}

export function createLiveClock(time: LiveTime): LiveClock {
  const timers = new Set<LiveTimer>();
  const nextLives = new Map<AnyActor, () => void>();
  let arming: Delayed | undefined;
  const clock = {
    setTimeout(ended: () => void, delay: number): LiveTimer {
      const timer: LiveTimer = {
        delayed: arming,
        due: time.now + delay,
        end() {
          timers.delete(timer);
          ended();
        },
      };
      timers.add(timer);
      return timer;
    },
    clearTimeout(timer: LiveTimer) {
      timers.delete(timer);
    },
    now: () => time.now,
  } as AnyActor['clock'];
  leadNextLives(clock, (actor, proceed) => {
    nextLives.set(actor, () => {
      nextLives.delete(actor);
      proceed();
    });
    return () => void nextLives.delete(actor);
  });
  return {
    clock,
    timers,
    nextLives,
    schedule(delayed, arm) {
      const outer = arming;
      arming = delayed;
      try {
        arm();
      } finally {
        arming = outer;
      }
    },
  };
}
