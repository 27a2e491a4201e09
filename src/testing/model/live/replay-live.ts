// A schedule on the real runtime: the same actors, each on a node of its own, led along the same steps as the model, which is compared with them after each.
import type { LiveOptions } from './live-stage.ts';
import { rehearse } from './live-rehearsal.ts';
import type { Logics, World } from '../options.ts';
import { actionsOf, possibleIn } from '../trace/schedule.ts';
import type { Space } from '../space/space.ts';
import type { LiveRun } from '../system.ts';

/** Follows a schedule of a model on the real runtime. Rejects with `SCHEDULE_MISMATCH`, or with `MODEL_DIFFERS` and the first difference. */
export async function replayLive<TLogics extends Logics, THistory>(
  options: LiveOptions,
  space: Space<TLogics, THistory>,
  schedule: string,
): Promise<LiveRun<TLogics>> {
  // what claims are given is of no matter here
  const plain = space as unknown as Space;
  const codes = actionsOf(space, schedule);
  const words = schedule.split(/\s+/u).filter((word) => word !== '');
  const rehearsal = await rehearse(options, plain);
  try {
    for (const [index, code] of codes.entries()) {
      const { state } = rehearsal;
      const taken = possibleIn(plain, state).find((each) => each.code === code);
      if (taken) await rehearsal.step(code, taken.next, words[index] ?? '');
    }
  } catch (error) {
    await rehearsal[Symbol.asyncDispose]();
    throw error;
  }
  const { live } = rehearsal;
  return {
    // each is of the logic that has that name
    last: Object.fromEntries(live.names.map((name) => [name, live.snapshotOf(name)])) as World<TLogics>,
    steps: words,
    [Symbol.asyncDispose]: () => rehearsal[Symbol.asyncDispose](),
  };
}
