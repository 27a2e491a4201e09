// An actor in a thread that runs already, beside one in this thread and one that is made by hand in a bare worker.
import { pinger } from '../actors.ts';
import { TARGETS } from '../constants.ts';
import { startAndAsk } from '../first-answer.ts';
import { openGlue, pingPong } from '../floors/messages.ts';
import { openThreads } from '../hosted.ts';
import { timed, type Arm, type Workload } from '../workload.ts';

export const workload: Workload = {
  name: 'warm-start',
  unit: 'ms',
  meaning: 'from starting an actor in a thread that runs already until it has answered its first event.',
  comparisons: [
    { arm: 'in this thread', floor: 'in this thread' },
    { arm: 'glue', floor: 'in this thread' },
    { arm: 'troupe', floor: 'in this thread', target: TARGETS.warmStart },
    { arm: 'troupe', floor: 'glue' },
  ],
  async open() {
    const { host, actors } = openThreads(1);
    await startAndAsk(actors.pinger);
    return {
      arms: [
        { name: 'in this thread', run: () => startAndAsk(pinger) },
        glueArm(),
        { name: 'troupe', run: () => startAndAsk(actors.pinger), close: () => host.close() },
      ],
    };
  },
};

function glueArm(): Arm {
  const worker = openGlue('pinger');
  return {
    name: 'glue',
    async run(size) {
      const seconds = await timed(() => {
        worker.post({ type: 'START' });
        return pingPong(worker, size);
      });
      worker.startOver();
      return { seconds, counted: await worker.count() };
    },
    close: () => worker.close(),
  };
}
