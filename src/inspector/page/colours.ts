// One colour per node, the same wherever the node is drawn: in the tree, at its lanes, on its arrows. They are custom properties of the style sheet
// (`styles/0-colours.css`), each readable on the page's ground in light and in dark.
import type { NodeKey } from '../records.ts';

const HUES = 8;
const given = new Map<NodeKey, number>();

/** The colour of a node as a CSS value: strong enough for text and lines. A node that comes back under its name keeps it. */
export function nodeColour(node: NodeKey): string {
  return `var(--node-${hue(node)})`;
}

/** The same colour, faint, for grounds. */
export function nodeGround(node: NodeKey): string {
  return `var(--node-${hue(node)}-ground)`;
}

function hue(node: NodeKey) {
  const name = node.slice(0, node.lastIndexOf('@')) || node;
  let number = given.get(name);
  if (number === undefined) given.set(name, (number = given.size % HUES));
  return number + 1;
}
