// A flood of events into a hosted counter, unobserved.
import { TARGETS } from '../constants.ts';
import { floodArms } from '../flood.ts';
import type { Workload } from '../workload.ts';

export const workload: Workload = {
  name: 'flood-unobserved',
  unit: 'events/s',
  meaning: 'one-way events into a counter in a thread that nobody observes, until it has counted all.',
  comparisons: [
    { arm: 'raw posts', floor: 'raw posts' },
    { arm: 'glue', floor: 'raw posts' },
    { arm: 'troupe', floor: 'raw posts', target: TARGETS.floodUnobserved },
    { arm: 'troupe', floor: 'glue' },
  ],
  open: async () => ({ arms: floodArms(false) }),
};
