// Why a space may have no end: something in it that is greater the further from the start it is seen. It is told of an exploration that a limit has ended, as a sentence with the
// mend. What rises to a bound that lies beyond what was explored looks the same; what grows in leaps that are seldom is not seen.
import type { Explored } from '../space/explored.ts';
import type { Space } from '../space/space.ts';
import { createTrends, type Trends } from './trends.ts';

/** In so many states, evenly spread, the messages on their way and the history are looked at. */
const mostShown = 4_000;

/** What keeps growing, if anything evidently does. */
export function growthOf(
  space: Space,
  explored: Pick<Explored, 'count' | 'depth' | 'depthOf' | 'wordsOf'>,
): string | undefined {
  const trends = createTrends(explored.depth);
  lookAtNodes(space, explored, trends);
  const stride = Math.ceil(explored.count / mostShown);
  for (let state = explored.count - 1; state >= 0; state -= stride) {
    lookAround(space, explored.wordsOf(state), explored.depthOf(state), trends);
  }
  return trends.sentence();
}

/** Each configuration is looked at once, where it was first seen. */
function lookAtNodes(
  { names, configurationOf }: Space,
  { count, depthOf, wordsOf }: Pick<Explored, 'count' | 'depthOf' | 'wordsOf'>,
  trends: Trends,
): void {
  const seen = names.map(() => new Set<number>());
  for (let state = 0; state < count; state++) {
    const words = wordsOf(state);
    for (const [place, name] of names.entries()) {
      const configuration = words[place] as number;
      if ((seen[place] as Set<number>).has(configuration)) continue;
      (seen[place] as Set<number>).add(configuration);
      const depth = depthOf(state);
      const { actors } = configurationOf(words, name);
      for (const [address, { snapshot }] of actors) {
        const { context } = snapshot as { readonly context?: unknown };
        trends.look(depth, context, ['context'], ` of '${address}'`);
      }
      trends.measure(depth, actors.size, `number of actors of '${name}'`, 'actors');
    }
  }
}

function lookAround({ show }: Space, words: Uint32Array, depth: number, trends: Trends): void {
  const { inFlight, history } = show(words).scene;
  trends.look(depth, history, ['history'], '');
  const counts = new Map<string, number>();
  for (const { from, to, event } of inFlight) {
    const { type, ...rest } = event;
    const about = `'${type}' from '${from}' to '${to}'`;
    counts.set(about, (counts.get(about) ?? 0) + 1);
    for (const [key, value] of Object.entries(rest)) trends.look(depth, value, ['event', key], ` in ${about}`);
  }
  for (const [about, count] of counts) trends.measure(depth, count, `number of ${about} on their way`, 'messages');
}
