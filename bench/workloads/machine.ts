// A statechart at work in a thread, beside the same statechart in this one.
import { createActor } from 'xstate';
import { SALE, till } from '../actors.ts';
import { TARGETS } from '../constants.ts';
import { openGlue } from '../floors/messages.ts';
import { createCount, openThreads } from '../hosted.ts';
import { createTillArm, glueArm } from '../sales.ts';
import { timed, type Arm, type Workload } from '../workload.ts';

export const workload: Workload = {
  name: 'machine',
  unit: 'events/s',
  meaning: 'a till with nested states, guards and a little work per event handles sales, sent in one loop.',
  comparisons: [
    { arm: 'in this thread', floor: 'in this thread' },
    { arm: 'glue', floor: 'in this thread' },
    { arm: 'troupe', floor: 'in this thread', target: TARGETS.machine },
    { arm: 'troupe', floor: 'glue' },
  ],
  async open() {
    const { host, actors } = openThreads(1);
    const ref = createActor(actors.till).start();
    return {
      arms: [
        inThisThread(),
        glueArm('glue', [openGlue('till')]),
        createTillArm('troupe', [{ ref, count: createCount(ref) }], () => host.close()),
      ],
    };
  },
};

function inThisThread(): Arm {
  const actor = createActor(till).start();
  return {
    name: 'in this thread',
    async run(size) {
      const before = actor.getSnapshot().context.handled;
      const seconds = await timed(() => {
        for (let sent = 0; sent < size; sent += 1) actor.send(SALE[sent % SALE.length] ?? { type: 'CLOSE' });
      });
      return { seconds, counted: actor.getSnapshot().context.handled - before };
    },
  };
}
