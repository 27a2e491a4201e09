// An event out, and an emitted event back.
import { createActor } from 'xstate';
import { TARGETS } from '../constants.ts';
import { createCount, openThreads } from '../hosted.ts';
import { floorArms, GLUE, RAW } from '../ping-pong.ts';
import { timed, type Arm, type Workload } from '../workload.ts';

export const workload: Workload = {
  name: 'round-trip',
  unit: 'µs',
  meaning: 'from sending an event to a machine in a thread until what it emits is here, one at a time.',
  comparisons: [
    { arm: RAW, floor: RAW },
    { arm: GLUE, floor: RAW },
    { arm: 'troupe', floor: RAW, target: TARGETS.roundTripToRaw },
    { arm: 'troupe', floor: GLUE, target: TARGETS.roundTripToGlue },
  ],
  open: async () => ({ arms: [...floorArms(), hostedArm()] }),
};

function hostedArm(): Arm {
  const { host, actors } = openThreads(1);
  const ref = createActor(actors.pinger).start();
  const count = createCount(ref);
  return {
    name: 'troupe',
    async run(size) {
      const seconds = await timed(
        () =>
          new Promise<void>((resolve) => {
            let number = 0;
            const subscription = ref.on('PONG', () => {
              number += 1;
              if (number < size) ref.send({ type: 'PING', number });
              else {
                subscription.unsubscribe();
                resolve();
              }
            });
            ref.send({ type: 'PING', number });
          }),
      );
      return { seconds, counted: await count() };
    },
    close: () => host.close(),
  };
}
