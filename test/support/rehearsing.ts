// Random walks through a model that the live system takes as well.
import { rehearse } from '../../dist/src/testing/model/live/live-rehearsal.js';
import type { LiveOptions } from '../../dist/src/testing/model/live/live-stage.js';
import { openSpace } from '../../dist/src/testing/model/open-space.js';
import type { ModelOptions, Logics } from '../../dist/src/testing/model/options.js';
import { possibleIn, stepTextOf, type Possible } from '../../dist/src/testing/model/trace/schedule.js';
import type { Space } from '../../dist/src/testing/model/space/space.js';
import { createRandom } from '../../dist/src/testing/random.js';

/** The space of a model, in which each actor is itself. */
export function spaceOf(options: object): Space {
  return openSpace(options as ModelOptions<Logics, unknown>, { symmetric: false }).space;
}

export interface Walks {
  readonly schedules: number;
  /** How many steps a walk has at most. */
  readonly steps: number;
}

/** What was walked, all together. */
export interface Walked {
  readonly schedules: number;
  readonly steps: number;
  /** How often each kind of action was taken. */
  readonly kinds: Readonly<Record<string, number>>;
}

/** Walks at random, and compares the model with the live system after each step. Fails with the schedule up to the first difference. */
export async function rehearseAtRandom(options: object, seed: number, { schedules, steps }: Walks): Promise<Walked> {
  const space = spaceOf(options);
  const random = createRandom(seed);
  const kinds: Record<string, number> = {};
  let taken = 0;
  for (let schedule = 0; schedule < schedules; schedule += 1) {
    const words: string[] = [];
    try {
      await using rehearsal = await rehearse(options as LiveOptions, space);
      for (let step = 0; step < steps; step += 1) {
        const possible = possibleIn(space, rehearsal.state);
        const chosen = draw(possible, random());
        if (!chosen) break;
        const word = stepTextOf(chosen, possible);
        words.push(word);
        kinds[chosen.action.type] = (kinds[chosen.action.type] ?? 0) + 1;
        taken += 1;
        await rehearsal.step(chosen.code, chosen.next, word);
      }
    } catch (cause) {
      throw new Error(`schedule ${schedule} of seed ${seed}: ${words.join(' ')}\n${String(cause)}`, { cause });
    }
  }
  return { schedules, steps: taken, kinds };
}

/** Each kind of action is as likely as each other, or what is always possible would be most of all that happens; users wait for what goes on. */
function draw(possible: readonly Possible[], chance: number): Possible | undefined {
  const kinds = [...new Set(possible.map(({ action }) => action.type))];
  const weights = kinds.map((kind) => (kind === 'stimulus' ? 1 / 2 : 1));
  let rest = chance * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [index, kind] of kinds.entries()) {
    const weight = weights[index] ?? 1;
    const some = possible.filter(({ action }) => action.type === kind);
    if (rest < weight) return some[Math.floor((rest / weight) * some.length)];
    rest -= weight;
  }
  return undefined;
}
