// The floors of a round trip: raw posts, and an XState actor in a bare worker.
import { openGlue, openRaw, pingPong, type FloorWorker } from './floors/messages.ts';
import { timed, type Arm } from './workload.ts';

export const RAW = 'raw postMessage';
export const GLUE = 'glue';

/** Each arm has a worker of its own. `observed` glue answers with its snapshot, and not with what it emits. */
export function floorArms(observed = false): readonly Arm[] {
  return [floorArm(RAW, openRaw()), floorArm(GLUE, openGlue('pinger', { observed }))];
}

function floorArm(name: string, worker: FloorWorker<{ type: 'PING'; number: number }>): Arm {
  return {
    name,
    async run(size) {
      const seconds = await timed(() => pingPong(worker, size));
      return { seconds, counted: await worker.count() };
    },
    close: () => worker.close(),
  };
}
