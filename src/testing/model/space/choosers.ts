// How a random walk chooses what happens next. `uniform` takes each action as likely. `pct` gives each node a priority, and the one with the highest of those that can do something
// goes first; at a few random steps of a run it falls behind all others (Burckhardt et al., "A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs",
// ASPLOS 2010): so each node may be kept waiting for long, which a uniform choice hardly ever does.
import type { SimulateOptions } from '../system.ts';
import type { Walker } from './walker.ts';

/** Chooses one of what was listed. */
export interface Chooser {
  /** A run begins. */
  begin(): void;
  /** The place of one of the `count` actions that are listed. */
  choose(walker: Walker, count: number): number;
}

/** How many times in a run priorities change: with that many well-placed changes most bugs are found. */
const changes = 3;

export function createChooser(
  strategy: SimulateOptions['strategy'],
  random: () => number,
  nodes: number,
  maxSteps: number,
): Chooser {
  const below = (limit: number): number => Math.floor(random() * limit);
  if (strategy !== 'pct') return { begin() {}, choose: (_walker, count) => below(count) };

  const priorities = new Float64Array(nodes);
  let changesAt: readonly number[] = [];
  let step = 0;
  /** How long runs are, as far as is known: changes are spread over that. */
  let longest = Math.min(100, maxSteps);
  let lowest = 0;
  return {
    begin() {
      longest = Math.max(longest, step);
      step = 0;
      lowest = 0;
      for (let node = 0; node < nodes; node++) priorities[node] = random();
      changesAt = Array.from({ length: changes }, () => below(longest));
    },
    choose(walker, count) {
      const highest = (): number => {
        let best = walker.node(0);
        for (let index = 1; index < count; index++) {
          const node = walker.node(index);
          if ((priorities[node] ?? 0) > (priorities[best] ?? 0)) best = node;
        }
        return best;
      };
      if (changesAt.includes(step++)) priorities[highest()] = --lowest;
      const node = highest();
      let own = 0;
      for (let index = 0; index < count; index++) if (walker.node(index) === node) own++;
      let left = below(own);
      for (let index = 0; ; index++) if (walker.node(index) === node && left-- === 0) return index;
    },
  };
}
