// Ids for a page that knows one realm: XState counts in each thread from zero, so an id begins with the name of the node that gave it.
import { isAddress, localIdOf, nameOf, nodeOf } from '../address.ts';

/** Gives an actor's id for the page: what its node calls it, after the name of the node. */
export function createNames(own: () => string): (ref: { readonly sessionId: string }) => string {
  /** By incarnation, for a later start of a node is another. */
  const nodes = new Map<string, string>();
  const starts = new Map<string, number>();
  return ({ sessionId }) => {
    // the first to bear a name bears it bare, and here that is this node
    const here = named('', own);
    if (!isAddress(sessionId)) return `${here}/${sessionId}`;
    const node = nodeOf(sessionId);
    return `${named(node, () => nameOf(node))}/${localIdOf(sessionId)}`;
  };

  function named(node: string, name: () => string): string {
    let label = nodes.get(node);
    if (label === undefined) {
      const nodeName = name();
      const start = (starts.get(nodeName) ?? 0) + 1;
      starts.set(nodeName, start);
      nodes.set(node, (label = start === 1 ? nodeName : `${nodeName}#${start}`));
    }
    return label;
  }
}
