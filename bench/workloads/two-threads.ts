// Two tills at once in two threads, beside two bare workers that do the same.
import { createActor } from 'xstate';
import { TARGETS } from '../constants.ts';
import { openGlue } from '../floors/messages.ts';
import { createCount, openThreads } from '../hosted.ts';
import { createTillArm, glueArm } from '../sales.ts';
import type { Workload } from '../workload.ts';

export const workload: Workload = {
  name: 'two-threads',
  unit: 'events/s',
  meaning: 'two tills in two threads handle sales, sent to them in turns from this one; events of both together.',
  comparisons: [
    { arm: 'two bare workers', floor: 'two bare workers' },
    { arm: 'troupe', floor: 'two bare workers', target: TARGETS.twoThreads },
  ],
  async open() {
    const { host, actors } = openThreads(2);
    const tills = [1, 2].map(() => {
      const ref = createActor(actors.till).start();
      return { ref, count: createCount(ref) };
    });
    return {
      arms: [
        glueArm('two bare workers', [openGlue('till'), openGlue('till')]),
        createTillArm('troupe', tills, () => host.close()),
      ],
    };
  },
};
