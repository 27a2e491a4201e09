// An actor in a new thread, beside a bare worker that imports XState and runs the same actor.
import { inThread } from 'troupe';
import { TARGETS } from '../constants.ts';
import { coldWorkerArm, startAndAsk } from '../first-answer.ts';
import { openGlue } from '../floors/messages.ts';
import { ACTORS_URL } from '../hosted.ts';
import type { Workload } from '../workload.ts';

export const workload: Workload = {
  name: 'cold-start',
  unit: 'ms',
  meaning: 'from starting an actor in a thread that does not exist yet until it has answered its first event.',
  comparisons: [
    { arm: 'bare worker', floor: 'bare worker' },
    { arm: 'troupe', floor: 'bare worker', target: TARGETS.coldStart },
  ],
  async open() {
    const { pinger } = inThread<typeof import('../actors.ts')>(ACTORS_URL);
    return {
      arms: [
        coldWorkerArm('bare worker', () => openGlue('pinger')),
        { name: 'troupe', run: () => startAndAsk(pinger) },
      ],
    };
  },
};
