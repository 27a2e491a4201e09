// One-way events, as fast as a loop sends them, into a counter in a thread, until it has counted them all.
import { createActor } from 'xstate';
import { openGlue, openRaw, type FloorWorker } from './floors/messages.ts';
import { createCount, openThreads } from './hosted.ts';
import { timed, type Arm } from './workload.ts';

interface Add {
  readonly type: 'ADD';
  readonly amount: number;
}

export const floodArms = (observed: boolean): readonly Arm[] => [
  floorArm('raw posts', openRaw()),
  floorArm('glue', openGlue('counter', { observed })),
  hostedArm(observed),
];

function floorArm(name: string, worker: FloorWorker<Add>): Arm {
  return {
    name,
    async run(size) {
      let counted = 0;
      const seconds = await timed(async () => {
        for (let sent = 0; sent < size; sent += 1) worker.post({ type: 'ADD', amount: 1 });
        counted = await worker.count();
      });
      return { seconds, counted };
    },
    close: () => worker.close(),
  };
}

function hostedArm(observed: boolean): Arm {
  const { host, actors } = openThreads(1);
  const ref = createActor(actors.counter).start();
  const count = createCount(ref);
  let seen = 0;
  return {
    name: 'troupe',
    async run(size) {
      let counted = 0;
      await count();
      seen = 0;
      const subscription = observed ? ref.subscribe(() => (seen += 1)) : undefined;
      const seconds = await timed(async () => {
        for (let sent = 0; sent < size; sent += 1) ref.send({ type: 'ADD', amount: 1 });
        counted = await count();
      });
      subscription?.unsubscribe();
      // an observer must have seen every one
      return { seconds, counted: observed ? Math.min(counted, seen) : counted };
    },
    close: () => host.close(),
  };
}
