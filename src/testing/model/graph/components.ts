// Strongly connected components of a graph in compressed rows, by Tarjan's algorithm (R. Tarjan, "Depth-First Search and Linear Graph Algorithms", 1972) without recursion,
// so that a path may be millions of steps long. Only the nodes that are asked for count: edges to others are left out.

/** Stands for a node that belongs to no component, as it was left out. */
const none = 0xffffffff;

export interface Components {
  /** How many there are. */
  readonly count: number;
  /** The number of each node's component, or 0xffffffff. */
  readonly of: Uint32Array;
}

/** `nodes` are those that count, each once; `isInside` tells of each node whether it is among them. */
export function componentsOf(
  starts: Uint32Array,
  targets: Uint32Array,
  nodes: Uint32Array,
  isInside: Uint8Array,
): Components {
  const size = isInside.length;
  const of = new Uint32Array(size).fill(none);
  /** When a node was first come to, from 1; and the earliest that is known to be reached from it and to be waiting. */
  const found = new Uint32Array(size);
  const earliest = new Uint32Array(size);
  /** Nodes whose component is not known yet; and those on the way from the root, with the next edge of each to look at. */
  const waiting = new Uint32Array(nodes.length);
  const path = new Uint32Array(nodes.length);
  const next = new Uint32Array(size);
  let clock = 0;
  let waits = 0;
  let count = 0;

  for (const root of nodes) {
    if (found[root] !== 0) continue;
    let depth = 0;
    path[0] = root;
    found[root] = earliest[root] = ++clock;
    next[root] = starts[root] as number;
    waiting[waits++] = root;
    while (depth >= 0) {
      const node = path[depth] as number;
      const edge = next[node] as number;
      if (edge < (starts[node + 1] as number)) {
        next[node] = edge + 1;
        const target = targets[edge] as number;
        if (target >= size || isInside[target] === 0) continue;
        if (found[target] === 0) {
          found[target] = earliest[target] = ++clock;
          next[target] = starts[target] as number;
          waiting[waits++] = target;
          path[++depth] = target;
        } else if (of[target] === none && (found[target] as number) < (earliest[node] as number)) {
          earliest[node] = found[target] as number;
        }
        continue;
      }
      depth--;
      if (depth >= 0) {
        const before = path[depth] as number;
        if ((earliest[node] as number) < (earliest[before] as number)) earliest[before] = earliest[node] as number;
      }
      if (earliest[node] !== found[node]) continue;
      let member: number;
      do {
        member = waiting[--waits] as number;
        of[member] = count;
      } while (member !== node);
      count++;
    }
  }
  return { count, of };
}
