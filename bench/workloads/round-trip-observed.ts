// An event out, and the snapshot back.
import { createActor } from 'xstate';
import { TARGETS } from '../constants.ts';
import { createCount, openThreads } from '../hosted.ts';
import { floorArms, GLUE, RAW } from '../ping-pong.ts';
import { timed, type Arm, type Workload } from '../workload.ts';

export const workload: Workload = {
  name: 'round-trip-observed',
  unit: 'µs',
  meaning:
    'from sending an event to a machine in a thread until an observer here has its next snapshot, one at a time.',
  comparisons: [
    { arm: RAW, floor: RAW },
    { arm: GLUE, floor: RAW },
    { arm: 'troupe', floor: RAW, target: TARGETS.roundTripToRaw },
    { arm: 'troupe', floor: GLUE, target: TARGETS.roundTripToGlue },
  ],
  open: async () => ({ arms: [...floorArms(true), hostedArm()] }),
};

function hostedArm(): Arm {
  const { host, actors } = openThreads(1);
  const ref = createActor(actors.pinger).start();
  const count = createCount(ref);
  return {
    name: 'troupe',
    async run(size) {
      await count();
      const end = ref.getSnapshot().context.handled + size;
      const seconds = await timed(
        () =>
          new Promise<void>((resolve) => {
            const subscription = ref.subscribe(({ context: { handled } }) => {
              if (handled < end) ref.send({ type: 'PING', number: handled });
              else {
                subscription.unsubscribe();
                resolve();
              }
            });
            ref.send({ type: 'PING', number: 0 });
          }),
      );
      return { seconds, counted: await count() };
    },
    close: () => host.close(),
  };
}
