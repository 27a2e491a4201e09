// A question, and its reply.
import { ask } from 'troupe';
import { createActor } from 'xstate';
import { createCount, openThreads } from '../hosted.ts';
import { floorArms, GLUE, RAW } from '../ping-pong.ts';
import { timed, type Arm, type Workload } from '../workload.ts';

export const workload: Workload = {
  name: 'ask',
  unit: 'µs',
  meaning: 'from asking a machine in a thread until its reply is here, one at a time.',
  comparisons: [
    { arm: RAW, floor: RAW },
    { arm: GLUE, floor: RAW },
    { arm: 'troupe', floor: RAW },
    { arm: 'troupe', floor: GLUE },
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
      const seconds = await timed(async () => {
        for (let number = 0; number < size; number += 1)
          await ask(ref, (replyTo) => ({ type: 'ASK', number, replyTo }));
      });
      return { seconds, counted: await count() };
    },
    close: () => host.close(),
  };
}
