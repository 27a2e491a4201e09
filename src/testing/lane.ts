// One direction of a link that has faults: each packet passes, is lost, comes twice, changes places with the next, comes late, or waits at the door of a
// node that is frozen. The greeting always passes. Which packet meets which fault is drawn from the lane's own numbers, as many for each packet, so it
// depends on the seed and on how many packets went this way before, and not on what other links do, or on which other faults there are.
import type { MessagePort } from 'node:worker_threads';
import { closePortsIn } from '../lost-ports.ts';
import { createRandom } from './random.ts';
import { afterTurn } from './turns.ts';

/** What delays go by; XState's clocks fit. */
export interface FaultClock {
  setTimeout(task: () => void, milliseconds: number): unknown;
  clearTimeout(timer: never): void;
}

/** What is wrong with a link, both ways. */
export interface Trouble {
  readonly drop: number;
  readonly duplicate: number;
  readonly reorder: number;
  /** The shortest and the longest delay. */
  readonly delay: readonly [number, number];
  readonly isCut: boolean;
  /** The node at the other end is frozen, and the packets wait. */
  readonly isFrozen: boolean;
}

export const NO_TROUBLE: Trouble = {
  drop: 0,
  duplicate: 0,
  reorder: 0,
  delay: [0, 0],
  isCut: false,
  isFrozen: false,
};

/** A packet on its way. */
export interface Parcel {
  readonly packet: unknown;
  /** What moves with it. */
  readonly transfer?: readonly MessagePort[] | undefined;
}

/** What passed the faults that lose it, and has yet to arrive. */
interface Traveller extends Parcel {
  readonly copies: number;
  readonly wait: number;
}

export interface Lane {
  /** Takes a packet on. */
  pass(parcel: Parcel): void;
  /** Packets that are taken on while `task` runs pass at once, in front of none. */
  surely(task: () => void): void;
  /** What is on its way is treated by what is wrong now. */
  changed(): void;
  /** Lets through all that is on its way, in order. */
  flush(): void;
  /** Loses all that is on its way. */
  discard(): void;
}

export interface LaneOptions {
  readonly seed: number;
  readonly clock: FaultClock;
  trouble(): Trouble;
  forward(parcel: Parcel): void;
}

export function createLane({ seed, clock, trouble, forward }: LaneOptions): Lane {
  const draw = createRandom(seed);
  // mere answers are posted when a timer says so, and must not use up what the others draw
  const drawForAnswer = createRandom(~seed);
  let isGreeted = false;
  let isSure = false;
  /** Behind it comes the next, and then it. */
  let swapped: Traveller | undefined;
  /** Delayed, or behind one that is: a delay changes no order. */
  const delayed: Delayed[] = [];
  const frozen: Traveller[] = [];

  const arrive = (traveller: Traveller): void => {
    for (let copy = 0; copy < traveller.copies; copy += 1) forward(traveller);
  };
  const arriveDue = (): void => {
    for (let next = delayed[0]; next?.isDue; next = delayed[0]) {
      delayed.shift();
      arrive(next.traveller);
    }
  };
  const depart = (traveller: Traveller): void => {
    if (traveller.wait === 0 && delayed.length === 0) {
      arrive(traveller);
      return;
    }
    const late: Delayed = { traveller, isDue: traveller.wait === 0, timer: undefined };
    delayed.push(late);
    if (late.isDue) return;
    late.timer = clock.setTimeout(() => {
      late.isDue = true;
      arriveDue();
    }, traveller.wait);
  };
  const swap = (traveller: Traveller): void => {
    swapped = traveller;
    // no packet may follow
    afterTurns(SWAP_TURNS, () => {
      if (swapped !== traveller) return;
      swapped = undefined;
      depart(traveller);
    });
  };
  /** All that is on its way, in order. */
  const take = (): Traveller[] => {
    const late = delayed.splice(0);
    for (const { timer } of late) if (timer !== undefined) clock.clearTimeout(timer as never);
    const travellers = [...frozen.splice(0), ...late.map(({ traveller }) => traveller), ...(swapped ? [swapped] : [])];
    swapped = undefined;
    return travellers;
  };
  const discard = () => take().forEach(({ packet }) => closePortsIn(packet));

  return {
    pass(parcel) {
      if (!isGreeted || isSure) {
        isGreeted = true;
        forward(parcel);
        return;
      }
      const random = isMereAnswer(parcel.packet) ? drawForAnswer : draw;
      const [dropping, duplicating, reordering, delaying] = [random(), random(), random(), random()];
      const { drop, duplicate, reorder, delay, isCut, isFrozen } = trouble();
      // a port moves once
      const copies = duplicating < duplicate && !parcel.transfer?.length ? 2 : 1;
      const traveller = { ...parcel, copies, wait: delay[0] + delaying * (delay[1] - delay[0]) };
      if (isCut || dropping < drop) closePortsIn(parcel.packet);
      else if (isFrozen) frozen.push(traveller);
      else if (swapped) {
        // it waited for the next, which has come
        const before = swapped;
        swapped = undefined;
        depart(traveller);
        depart(before);
      } else if (reordering < reorder) swap(traveller);
      else depart(traveller);
    },
    surely(task) {
      isSure = true;
      try {
        task();
      } finally {
        isSure = false;
      }
    },
    changed() {
      const { isCut, isFrozen } = trouble();
      if (isCut) discard();
      else if (isFrozen) frozen.push(...take());
    },
    flush: () => take().forEach(arrive),
    discard,
  };
}

interface Delayed {
  readonly traveller: Traveller;
  isDue: boolean;
  timer: unknown;
}

/** Whether a packet only tells what was handled of the other side's. */
function isMereAnswer(packet: unknown): boolean {
  return typeof packet === 'string' && packet.endsWith('"frames":[]}');
}

/** How many turns of the event loop a packet waits for another to overtake it. */
const SWAP_TURNS = 3;

function afterTurns(count: number, task: () => void): void {
  if (count === 0) task();
  else afterTurn(() => afterTurns(count - 1, task));
}
