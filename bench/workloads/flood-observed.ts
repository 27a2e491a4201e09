// A flood of events into a hosted counter, observed.
import { TARGETS } from '../constants.ts';
import { floodArms } from '../flood.ts';
import type { Workload } from '../workload.ts';

export const workload: Workload = {
  name: 'flood-observed',
  unit: 'events/s',
  meaning: 'one-way events into a counter in a thread whose every snapshot is observed here, until it has counted all.',
  comparisons: [
    { arm: 'raw posts', floor: 'raw posts' },
    { arm: 'glue', floor: 'raw posts' },
    { arm: 'troupe', floor: 'raw posts', target: TARGETS.floodObserved },
    { arm: 'troupe', floor: 'glue' },
  ],
  open: async () => ({ arms: floodArms(true) }),
};
