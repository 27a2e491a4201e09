// A laid out graph as what is to be drawn: boxes, lines with rounded corners, heads of arrows and labels, each with the state or the transitions that it stands
// for. Plain data, made once for a machine and a direction; which states are active and what was taken changes nothing here.
import { backwards, dotOf, DOT_SIZE, type ElkEdge, type ElkNode, type Point } from './graph.ts';
import { allBoxes, labelName, PADDING, TITLE_HEIGHT, type Direction, type Plan, type PlannedBox } from './plan.ts';
import { outlineText } from './outline.ts';
import { ROW_HEIGHT, type Span } from './rows.ts';
import type { StateDefinition, TransitionDefinition } from '../records.ts';

export interface Drawing {
  readonly title: string;
  /** All that it shows, in words. */
  readonly text: string;
  readonly direction: Direction;
  readonly width: number;
  readonly height: number;
  /** Each before those that are in it. */
  readonly boxes: readonly DrawnBox[];
  readonly lines: readonly DrawnLine[];
  readonly dots: readonly Point[];
}

export interface DrawnBox extends Rectangle {
  readonly state: string;
  readonly type: StateDefinition['type'];
  readonly title: string;
  /** What is told of it beside its rows. */
  readonly about: string;
  readonly depth: number;
  readonly isGroup: boolean;
  readonly isRegion: boolean;
  readonly deep: boolean;
  readonly rows: readonly DrawnRow[];
}

export interface DrawnLine {
  readonly kind: 'transition' | 'initial' | 'history';
  /** Whether it begins at its label, which stands in the state that it leaves. */
  readonly inward: boolean;
  readonly path: string;
  readonly head: string;
  readonly transitions: readonly TransitionDefinition[];
  readonly label?: Rectangle & { readonly rows: readonly DrawnRow[] };
}

/** Where its text begins, or in a label is centred. */
export interface DrawnRow extends Point {
  readonly spans: readonly Span[];
  readonly title?: string;
  readonly transition?: TransitionDefinition;
}

export interface Rectangle extends Point {
  readonly width: number;
  readonly height: number;
}

/** Puts what elk answered together with what was planned. */
export function createDrawing(plan: Plan, laidOut: ElkNode): Drawing {
  const nodes = new Map<string, ElkNode>();
  const visit = (node: ElkNode) => {
    nodes.set(node.id, node);
    node.children?.forEach(visit);
  };
  visit(laidOut);
  const edges = new Map((laidOut.edges ?? []).map((edge) => [edge.id, edge]));
  const isBack = backwards(plan);
  const boxes = allBoxes(plan);
  return {
    title: plan.root.state.id,
    text: outlineText(plan.definition),
    direction: plan.direction,
    width: Math.ceil(laidOut.width ?? 0),
    height: Math.ceil(laidOut.height ?? 0),
    boxes: boxes.map((box) => drawBox(box, rectangle(nodes.get(box.name)))),
    lines: plan.edges.flatMap((edge) => {
      const laid = edges.get(edge.name);
      const points = laid ? pointsOf(laid) : [];
      if (isBack(edge)) points.reverse();
      const label = laid?.labels?.[0] ?? nodes.get(labelName(edge.name));
      const { kind, transitions, begin } = edge;
      return [
        {
          kind,
          transitions,
          inward: begin !== undefined,
          path: roundedPath(shortened(points)),
          head: arrowHead(points),
          ...(label ? { label: drawLabel(label, edge.rows) } : {}),
        },
      ];
    }),
    dots: boxes.flatMap((box) => {
      const dot = nodes.get(dotOf(box));
      return dot ? [{ x: (dot.x ?? 0) + DOT_SIZE / 2, y: (dot.y ?? 0) + DOT_SIZE / 2 }] : [];
    }),
  };
}

function drawBox(box: PlannedBox, place: Rectangle): DrawnBox {
  const { state, title, region, rows } = box;
  let depth = 0;
  for (let outer = box.parent; outer; outer = outer.parent) depth += 1;
  return {
    ...place,
    state: state.id,
    type: state.type,
    title,
    about: [state.id, state.description].filter(Boolean).join('\n'),
    depth,
    isGroup: box.children.length > 0,
    isRegion: region,
    deep: state.history === 'deep',
    rows: rowsAt(rows, place.x + PADDING, place.y + TITLE_HEIGHT + ROW_HEIGHT),
  };
}

function drawLabel(label: Partial<Rectangle>, rows: readonly Omit<DrawnRow, 'x' | 'y'>[]) {
  const place = rectangle(label);
  return { ...place, rows: rowsAt(rows, place.x + place.width / 2, place.y + 13) };
}

const rowsAt = (rows: readonly Omit<DrawnRow, 'x' | 'y'>[], x: number, y: number): DrawnRow[] =>
  rows.map(({ spans, title, transition }, index) => ({
    spans,
    x: round(x),
    y: round(y + index * ROW_HEIGHT),
    ...(title === undefined ? {} : { title }),
    ...(transition === undefined ? {} : { transition }),
  }));

function rectangle(place: Partial<Rectangle> | undefined): Rectangle {
  const { x = 0, y = 0, width = 0, height = 0 } = place ?? {};
  return { x: round(x), y: round(y), width: round(width), height: round(height) };
}

// ---- lines

/** The corners of a line; elk may give several pieces, each of which begins where the last ends. */
function pointsOf({ sections = [] }: ElkEdge): Point[] {
  const points = sections.flatMap(({ startPoint, bendPoints = [], endPoint }) => [startPoint, ...bendPoints, endPoint]);
  return points.filter((point, index) => {
    const before = points[index - 1];
    return !before || Math.hypot(before.x - point.x, before.y - point.y) > 0.5;
  });
}

const RADIUS = 7;
const HEAD_LENGTH = 9;
const HEAD_WIDTH = 8;

/** The same line, ending where the head of its arrow begins. */
function shortened(points: readonly Point[]): Point[] {
  const [end, before] = [points.at(-1), points.at(-2)];
  if (!end || !before) return [...points];
  return [...points.slice(0, -1), towards(end, before, HEAD_LENGTH - 1)];
}

function arrowHead(points: readonly Point[]): string {
  const [end, before] = [points.at(-1), points.at(-2)];
  if (!end || !before) return '';
  const base = towards(end, before, HEAD_LENGTH);
  const across = {
    x: ((end.y - base.y) / HEAD_LENGTH) * (HEAD_WIDTH / 2),
    y: ((base.x - end.x) / HEAD_LENGTH) * (HEAD_WIDTH / 2),
  };
  const [left, right] = [
    { x: base.x + across.x, y: base.y + across.y },
    { x: base.x - across.x, y: base.y - across.y },
  ];
  return `M${at(end)}L${at(left)}L${at(right)}Z`;
}

function roundedPath(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (!first) return '';
  let path = `M${at(first)}`;
  for (const [index, corner] of rest.entries()) {
    const [before, after] = [points[index], rest[index + 1]];
    if (!before || !after) {
      path += `L${at(corner)}`;
      continue;
    }
    const radius = Math.min(RADIUS, distance(before, corner) / 2, distance(corner, after) / 2);
    path += `L${at(towards(corner, before, radius))}Q${at(corner)} ${at(towards(corner, after, radius))}`;
  }
  return path;
}

const distance = (from: Point, to: Point) => Math.hypot(to.x - from.x, to.y - from.y);

function towards(from: Point, to: Point, length: number): Point {
  const share = length / (distance(from, to) || 1);
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}

const round = (value: number) => Math.round(value * 10) / 10;

const at = ({ x, y }: Point) => `${round(x)} ${round(y)}`;
