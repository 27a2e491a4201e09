// Sales sent to tills elsewhere, in turns, until each till has counted its own.
import { SALE, type TillEvent } from './actors.ts';
import type { FloorWorker } from './floors/messages.ts';
import { timed, type Arm } from './workload.ts';

interface Till {
  readonly ref: { send(event: TillEvent): void };
  count(): Promise<number>;
}

/** Shares `size` events among the tills. */
export function createTillArm(name: string, tills: readonly Till[], close: () => Promise<unknown>): Arm {
  return {
    name,
    async run(size) {
      let counted: readonly number[] = [];
      const seconds = await timed(async () => {
        for (let sent = 0; sent < size / tills.length; sent += 1) {
          const event = SALE[sent % SALE.length] ?? { type: 'CLOSE' };
          for (const { ref } of tills) ref.send(event);
        }
        counted = await Promise.all(tills.map((each) => each.count()));
      });
      const fair = counted.every((each) => each === size / tills.length);
      return { seconds, counted: fair ? size : Math.min(...counted) };
    },
    close,
  };
}

/** The same with bare workers and a post per event. */
export function glueArm(name: string, workers: readonly FloorWorker<TillEvent>[]): Arm {
  return createTillArm(
    name,
    workers.map((worker) => ({ ref: { send: (event) => worker.post(event) }, count: () => worker.count() })),
    () => Promise.all(workers.map((worker) => worker.close())),
  );
}
