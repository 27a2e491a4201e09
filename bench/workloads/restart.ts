// A supervised actor that throws, until its next life has answered: with its supervisor beside it in its thread, and on this side.
import { ask, supervise, watch } from 'troupe';
import { createActor } from 'xstate';
import { RESTART, steady, type frail } from '../actors.ts';
import { TARGETS } from '../constants.ts';
import { openThreads } from '../hosted.ts';
import { timed, type Arm, type Workload } from '../workload.ts';

const HERE = 'in this thread';
const BESIDE = 'supervised in its thread';
const OUTSIDE = 'supervised from here';

export const workload: Workload = {
  name: 'restart',
  unit: 'ms',
  meaning: 'from telling a supervised actor to throw until its next life has answered, with a backoff of 0.',
  comparisons: [
    { arm: HERE, floor: HERE },
    { arm: BESIDE, floor: HERE, target: TARGETS.restart },
    { arm: OUTSIDE, floor: HERE, target: TARGETS.restart },
  ],
  async open() {
    const { host, actors } = openThreads(1);
    return {
      arms: [
        createArm(HERE, steady),
        createArm(BESIDE, actors.steady),
        { ...createArm(OUTSIDE, supervise(actors.frail, RESTART)), close: () => host.close() },
      ],
    };
  },
};

function createArm(name: string, logic: typeof frail): Arm {
  const ref = createActor(logic).start();
  const isAnswered = async (number: number) => {
    const reply = await ask(ref, (replyTo) => ({ type: 'ASK', number, replyTo }));
    return reply.number === number;
  };
  return {
    name,
    async run(size) {
      let counted = 0;
      await isAnswered(0);
      const seconds = await timed(async () => {
        for (let number = 1; number <= size; number += 1) {
          // an ask that is begun before the failure is known here is about the life that fails
          const failure = watch(ref);
          ref.send({ type: 'FAIL' });
          await failure;
          if (await isAnswered(number)) counted += 1;
        }
      });
      return { seconds, counted };
    },
  };
}
