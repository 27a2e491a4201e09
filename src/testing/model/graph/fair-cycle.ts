// A cycle that a fair run may follow for ever, in a component of which it is known that there is one: each thing that must happen in the end where it stays possible is either
// done or begun anew on the cycle, or not possible somewhere on it. The cycle is put together from shortest ways, so it is short but need not be the shortest.
import type { Edges } from '../space/edges.ts';

/** What must happen in the end where it stays possible, by number. */
export interface Duties {
  /** What an edge does, -1 for what need not happen. */
  readonly of: Int32Array;
  /** What an edge ends and begins anew: what was to happen then need not. */
  readonly renewed: (edge: number) => readonly number[];
  /** How many different ones there are. */
  readonly count: number;
}

/** The part of a graph that the cycle must not leave, and what each step is about. */
export interface FairGraph {
  readonly edges: Edges;
  readonly duties: Duties;
  /** Whether a state belongs to the component. */
  readonly isInside: (state: number) => boolean;
}

/** The edges of a fair cycle from `entry` back to it. */
export function fairCycle({ edges, duties, isInside }: FairGraph, entry: number): number[] {
  const { starts, targets } = edges;
  const { of: obligations, renewed, count } = duties;
  /** When an obligation was last seen to be possible, by the number of the look. */
  const seenPossible = new Uint32Array(count);
  let looks = 0;
  const look = (state: number): ((obligation: number) => boolean) => {
    looks++;
    for (let edge = starts[state] as number; edge < (starts[state + 1] as number); edge++) {
      if ((obligations[edge] as number) >= 0) seenPossible[obligations[edge] as number] = looks;
    }
    return (obligation) => seenPossible[obligation] === looks;
  };

  /** What was possible at all states so far and was not done: what is not possible at the entry is no duty. */
  const due = new Set<number>();
  for (let edge = starts[entry] as number; edge < (starts[entry + 1] as number); edge++) {
    if ((obligations[edge] as number) >= 0) due.add(obligations[edge] as number);
  }
  const isEased = (state: number): boolean => {
    const isPossible = look(state);
    for (const obligation of due) if (!isPossible(obligation)) return true;
    return false;
  };

  const isWanted = (edge: number): boolean =>
    due.has(obligations[edge] as number) || renewed(edge).some((each) => due.has(each));

  const search = createSearch(edges, isInside);
  const cycle: number[] = [];
  let at = entry;
  const follow = (way: readonly number[]): void => {
    for (const edge of way) {
      cycle.push(edge);
      at = targets[edge] as number;
      due.delete(obligations[edge] as number);
      for (const each of renewed(edge)) due.delete(each);
      const isPossible = look(at);
      for (const obligation of due) if (!isPossible(obligation)) due.delete(obligation);
    }
  };
  while (due.size > 0) follow(search(at, isWanted, isEased));
  if (cycle.length === 0 || at !== entry) follow(search(at, (edge) => targets[edge] === entry));
  return cycle;
}

/** Finds the fewest edges from a state up to an edge or a state that is wanted, which there must be. */
function createSearch(edges: Edges, isInside: (state: number) => boolean) {
  const { starts, targets } = edges;
  /** The search in which a state was last come to, from which state, and by which edge. */
  const found = new Uint32Array(edges.expanded);
  const from = new Uint32Array(edges.expanded);
  const into = new Uint32Array(edges.expanded);
  let searches = 0;
  return (
    start: number,
    isWantedEdge: (edge: number) => boolean,
    isWantedState: (state: number) => boolean = () => false,
  ): number[] => {
    found[start] = ++searches;
    const queue = [start];
    for (const state of queue) {
      for (let edge = starts[state] as number; edge < (starts[state + 1] as number); edge++) {
        const target = targets[edge] as number;
        if (!isInside(target)) continue;
        const isNew = found[target] !== searches;
        if (isWantedEdge(edge) || (isNew && isWantedState(target))) {
          const way = [edge];
          for (let at = state; at !== start; at = from[at] as number) way.push(into[at] as number);
          return way.toReversed();
        }
        if (!isNew) continue;
        found[target] = searches;
        from[target] = state;
        into[target] = edge;
        queue.push(target);
      }
    }
    throw new Error('A component is not connected: this is a bug of the model checker.');
  };
}
