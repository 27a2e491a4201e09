// What inspection costs the node of the inspected actor: events into a hosted machine, with and without an inspector at the caller. Only
// the processor time of what that node does is counted, for what it posts is held back until the clock has stopped.
import { createMemoryHost, settled, type MemoryHost } from 'troupe';
import { createActor, type AnyActorRef } from 'xstate';
import * as actors from '../actors.ts';
import { TARGETS } from '../constants.ts';
import { createHeldLink, ticks } from '../held-link.ts';
import { createCount } from '../hosted.ts';
import type { Arm, Round, Workload } from '../workload.ts';

export const workload: Workload = {
  name: 'inspection',
  unit: 'µs',
  meaning:
    'an event handled by a machine on its host, which records three things of it for an inspector elsewhere; inspection is the one with less the one without.',
  comparisons: [
    { arm: 'not inspected', floor: 'not inspected' },
    { arm: 'inspected', floor: 'not inspected' },
    { arm: 'inspection', floor: 'inspection', target: TARGETS.inspection },
  ],
  async open() {
    const plain = openPinger(false);
    const inspected = openPinger(true);
    const both: Arm = {
      name: 'inspection',
      async run(size) {
        const without = await plain.run(size);
        const { seconds, counted } = await inspected.run(size);
        return { seconds: seconds - without.seconds, counted };
      },
    };
    return { arms: [plain, inspected, both] };
  },
};

/** An actor on a host whose link delivers when it is told to. */
function openPinger(isInspected: boolean): Arm {
  let shown = 0;
  const link = createHeldLink();
  const host: MemoryHost = createMemoryHost({ schedule: link.schedule });
  const ref: AnyActorRef = createActor(host.import(actors).pinger, {
    ...(isInspected ? { inspect: () => void (shown += 1) } : {}),
  }).start();
  const count = createCount(ref);
  return {
    name: isInspected ? 'inspected' : 'not inspected',
    async run(size): Promise<Round> {
      await settled(ref);
      shown = 0;
      link.hold();
      for (let number = 0; number < size; number += 1) ref.send({ type: 'PING', number });
      await ticks();
      const begin = process.cpuUsage();
      await link.release();
      const { user, system } = process.cpuUsage(begin);
      const seconds = (user + system) / 1_000_000;
      link.open();
      const counted = await count();
      // the event itself, its microstep, its action and its snapshot
      if (isInspected && shown !== 4 * size) throw new Error(`an inspector was shown ${shown} of ${4 * size}`);
      return { seconds, counted };
    },
    close: () => host.close(),
  };
}
