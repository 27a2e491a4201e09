// Workloads of messages that go to and fro, one at a time: a machine in a thread, beside a bare worker and one with an XState actor.
import { createActor, type ActorRefFrom } from 'xstate';
import { createCount, openThreads, type Hosting } from './hosted.ts';
import { floorArms, GLUE, RAW } from './ping-pong.ts';
import type { Target } from './rows.ts';
import { timed, type Arm, type Description, type Workload } from './workload.ts';

export type Pinger = ActorRefFrom<Hosting['actors']['pinger']>;

interface RoundTrips extends Pick<Description, 'name' | 'meaning'> {
  /** Goes there and back `size` times. */
  talk(ref: Pinger, size: number): Promise<void>;
  /** Whether the glue answers with its snapshot. */
  readonly observed?: boolean;
  readonly targets?: { readonly toRaw: Target; readonly toGlue: Target };
}

export function createRoundTrips({ talk, observed = false, targets, ...head }: RoundTrips): Workload {
  return {
    ...head,
    unit: 'µs',
    comparisons: [
      { arm: RAW, floor: RAW },
      { arm: GLUE, floor: RAW },
      { arm: 'troupe', floor: RAW, ...(targets && { target: targets.toRaw }) },
      { arm: 'troupe', floor: GLUE, ...(targets && { target: targets.toGlue }) },
    ],
    open: async () => ({ arms: [...floorArms(observed), hostedArm(talk)] }),
  };
}

function hostedArm(talk: RoundTrips['talk']): Arm {
  const { host, actors } = openThreads(1);
  const ref = createActor(actors.pinger).start();
  const count = createCount(ref);
  return {
    name: 'troupe',
    async run(size) {
      await count(); // what was observed last is also what was handled last
      const seconds = await timed(() => talk(ref, size));
      return { seconds, counted: await count() };
    },
    close: () => host.close(),
  };
}
