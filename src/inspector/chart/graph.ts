// A plan as elk's layered layout wants it. What leads back is handed over turned round, so that the layout never has to choose what leads back, and the initial
// state comes first; the drawing turns it round again. Plain JSON without a property that is undefined: elk answers that with an exception nobody can catch.
import { ROW_HEIGHT } from './rows.ts';
import { allBoxes, labelName, type Plan, type PlannedBox, type PlannedEdge } from './plan.ts';

/** What elk takes, and gives back with places. */
export interface ElkNode {
  readonly id: string;
  readonly x?: number;
  readonly y?: number;
  readonly width?: number;
  readonly height?: number;
  readonly layoutOptions?: Options;
  readonly children?: readonly ElkNode[];
  readonly edges?: readonly ElkEdge[];
}

export interface ElkEdge {
  readonly id: string;
  readonly sources: readonly string[];
  readonly targets: readonly string[];
  readonly labels?: readonly ElkLabel[];
  readonly layoutOptions?: Options;
  readonly sections?: readonly {
    readonly startPoint: Point;
    readonly endPoint: Point;
    readonly bendPoints?: readonly Point[];
  }[];
}

export interface ElkLabel {
  readonly id: string;
  readonly text: string;
  readonly x?: number;
  readonly y?: number;
  readonly width: number;
  readonly height: number;
  readonly layoutOptions?: Options;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

type Options = Readonly<Record<string, string>>;

export const DOT_SIZE = 10;
const LABEL_PADDING = 5;

/** The graph to lay out. All places that come back are measured from its corner. */
export function createGraph(plan: Plan): ElkNode {
  const { direction, root, edges } = plan;
  const isBack = backwards(plan);
  return {
    id: 'chart',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': direction === 'down' ? 'DOWN' : 'RIGHT',
      'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
      'elk.json.shapeCoords': 'ROOT',
      'elk.json.edgeCoords': 'ROOT',
      'elk.edgeRouting': 'ORTHOGONAL',
      'elk.padding': padding(12),
      ...SPACING,
    },
    children: [nodeOf(root, edges)],
    edges: [...edges.map((edge) => edgeOf(edge, isBack(edge))), ...hiddenEdges(plan, isBack)],
  };
}

/** The dot that an initial state is entered from. */
export const dotOf = (box: PlannedBox) => `${box.name}dot`;

/** Whether an edge was handed over turned round. */
export function backwards(plan: Plan): (edge: PlannedEdge) => boolean {
  const ranks = ranksOf(plan);
  return ({ kind, source, target }) => {
    if (kind === 'initial' || source === target) return false;
    const [from, to] = siblings(source, target);
    if (from === undefined || to === undefined) return false; // one is in the other
    return (ranks.get(from) ?? 0) > (ranks.get(to) ?? 0);
  };
}

const SPACING: Options = {
  'elk.spacing.nodeNode': '28',
  'elk.spacing.edgeNode': '18',
  'elk.spacing.edgeEdge': '12',
  'elk.spacing.edgeLabel': '4',
  'elk.spacing.labelNode': '8',
  'elk.layered.spacing.nodeNodeBetweenLayers': '26',
  'elk.layered.spacing.edgeNodeBetweenLayers': '14',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '10',

  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.thoroughness': '12',
};

const padding = (around: number, top = around) => `[top=${top},left=${around},bottom=${around},right=${around}]`;

const FIRST: Options = { 'elk.layered.layering.layerConstraint': 'FIRST' };

function nodeOf(box: PlannedBox, edges: readonly PlannedEdge[]): ElkNode {
  const { name, width, height, children, initial } = box;
  if (children.length === 0) return { id: name, width, height };
  const dot: ElkNode = { id: dotOf(box), width: DOT_SIZE, height: DOT_SIZE, layoutOptions: FIRST };
  const inward = edges.filter((edge) => edge.source === box && edge.begin === labelName(edge.name));
  return {
    id: name,
    layoutOptions: {
      'elk.padding': padding(16, height + 14),
      'elk.nodeSize.constraints': 'MINIMUM_SIZE',
      'elk.nodeSize.minimum': `(${width}, ${height + 16})`,
      ...SPACING,
    },
    children: [
      ...(initial ? [dot] : []),
      ...children.map((child) => nodeOf(child, edges)),
      ...inward.map((edge) => ({ id: labelName(edge.name), ...labelSize(edge), layoutOptions: FIRST })),
    ],
  };
}

const labelSize = ({ rows }: PlannedEdge) => ({
  width: Math.ceil(Math.max(...rows.map(({ width }) => width)) + 2 * LABEL_PADDING),
  height: rows.length * ROW_HEIGHT + 4,
});

function edgeOf(edge: PlannedEdge, isBack: boolean): ElkEdge {
  const { name, kind, source, target, rows, begin } = edge;
  const from = kind === 'initial' ? dotOf(source) : (begin ?? source.name);
  const [sources, targets] = isBack ? [[target.name], [from]] : [[from], [target.name]];
  return {
    id: name,
    sources,
    targets,
    ...(rows.length === 0 || begin !== undefined
      ? {}
      : {
          labels: [
            {
              id: labelName(name),
              text: name,
              ...labelSize(edge),
              layoutOptions: {
                'elk.edgeLabels.inline': source === target ? 'false' : 'true',
                'elk.edgeLabels.placement': 'CENTER',
              },
            },
          ],
        }),
    ...(kind === 'initial' ? { layoutOptions: { 'elk.layered.priority.straightness': '10' } } : {}),
  };
}

/** A state that nothing leads to would come first. A line that nobody sees puts it after the initial one. */
function hiddenEdges(plan: Plan, isBack: (edge: PlannedEdge) => boolean): ElkEdge[] {
  const reached = new Set<PlannedBox>();
  for (const edge of plan.edges) {
    const [from, to] = siblings(edge.source, edge.target);
    const last = isBack(edge) ? from : to;
    if (edge.kind === 'initial') reached.add(edge.target);
    else if (from && to && last) reached.add(last);
  }
  return allBoxes(plan).flatMap((box) => {
    const first = box.parent?.initial;
    if (!first || box === first || reached.has(box)) return [];
    return [{ id: `${box.name}after`, sources: [first.name], targets: [box.name] }];
  });
}

/** How many transitions each state is away from the initial one beside it, and after that in the order of the config: no two have the same. */
function ranksOf(plan: Plan): Map<PlannedBox, number> {
  const next = new Map<PlannedBox, PlannedBox[]>();
  for (const { source, target } of plan.edges) {
    const [from, to] = siblings(source, target);
    if (from && to && from !== to) next.set(from, [...(next.get(from) ?? []), to]);
  }
  const ranks = new Map<PlannedBox, number>();
  for (const { children, initial } of allBoxes(plan)) {
    const depths = depthsFrom(initial ?? children[0], children, next);
    const sorted = children.toSorted((left, right) => (depths.get(left) ?? 0) - (depths.get(right) ?? 0));
    for (const [rank, child] of sorted.entries()) ranks.set(child, rank);
  }
  return ranks;
}

function depthsFrom(
  first: PlannedBox | undefined,
  children: readonly PlannedBox[],
  next: ReadonlyMap<PlannedBox, readonly PlannedBox[]>,
): Map<PlannedBox, number> {
  const depths = new Map<PlannedBox, number>();
  const visit = (start: PlannedBox, depth: number) => {
    depths.set(start, depth);
    const queue = [start];
    for (const box of queue) {
      for (const to of next.get(box) ?? []) {
        if (depths.has(to)) continue;
        depths.set(to, (depths.get(box) ?? 0) + 1);
        queue.push(to);
      }
    }
  };
  if (first) visit(first, 0);
  // what cannot be reached comes after all that can, and what it leads to after it
  for (const child of children) if (!depths.has(child)) visit(child, Math.max(...depths.values()) + 1);
  return depths;
}

/** Those two that stand beside each other and that two states are in, or are; one is missing where one state is in the other. */
function siblings(left: PlannedBox, right: PlannedBox): readonly [PlannedBox | undefined, PlannedBox | undefined] {
  const [lefts, rights] = [lineage(left), lineage(right)];
  let depth = 0;
  while (lefts[depth] === rights[depth] && depth < lefts.length) depth += 1;
  return [lefts[depth], rights[depth]];
}

function lineage(box: PlannedBox): PlannedBox[] {
  return box.parent ? [...lineage(box.parent), box] : [box];
}
