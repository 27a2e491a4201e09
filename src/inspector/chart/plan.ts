// What a chart shows, before anybody knows where: boxes with their rows and sizes, and edges between them with their labels. Transitions between the same two
// states share an edge; one that stays where it is is a row in its state's box. Each transition is told once.
import type { MachineDefinition, StateDefinition, TransitionDefinition } from '../records.ts';
import { allStates } from '../definition.ts';
import { ROW_HEIGHT, stateRows, transitionRows, type Row } from './rows.ts';
import { cutText, textWidth } from './text-width.ts';

/** Where a chart's initial states are: at the top, or to the left. */
export type Direction = 'down' | 'right';

export interface Plan {
  readonly definition: MachineDefinition;
  readonly direction: Direction;
  readonly root: PlannedBox;
  readonly edges: readonly PlannedEdge[];
}

export interface PlannedBox {
  /** Unlike a state's id, which a config may use twice, this is the box's alone. */
  readonly name: string;
  readonly state: StateDefinition;
  readonly title: string;
  readonly rows: readonly Row[];
  /** What its own text needs; the whole box if it has no children. */
  readonly width: number;
  readonly height: number;
  readonly children: readonly PlannedBox[];
  readonly parent: PlannedBox | undefined;
  /** Whether it is one of those that are active together. */
  readonly region: boolean;
  readonly initial: PlannedBox | undefined;
}

export interface PlannedEdge {
  readonly name: string;
  readonly kind: 'transition' | 'initial' | 'history';
  /** A box, or for `initial` the dot of the box that it is in. */
  readonly source: PlannedBox;
  readonly target: PlannedBox;
  readonly rows: readonly Row[];
  readonly transitions: readonly TransitionDefinition[];
  /** Which label it begins at, if it leads from a state to one within: that stands in the state. */
  readonly begin?: string;
}

const TITLE_SIZE = 13;
export const TITLE_HEIGHT = 30;
const HISTORY_SIZE = 28;
/** The room beside the text of a box. */
export const PADDING = 12;

export function createPlan(definition: MachineDefinition, direction: Direction): Plan {
  const known = new Set(allStates(definition).map(({ id }) => id));
  const boxes = new Map<string, PlannedBox>();
  const all: PlannedBox[] = [];

  const build = (state: StateDefinition, parent: PlannedBox | undefined): PlannedBox => {
    const rows =
      state.type === 'history' ? [] : stateRows(state, (transition) => !transition.targets.some((id) => known.has(id)));
    const title = cutText(state.key, TITLE_SIZE, 200, true);
    const children: PlannedBox[] = [];
    const box: PlannedBox = {
      name: `s${all.length}`,
      state,
      title,
      rows,
      ...sizeOf(state, title, rows),
      children,
      parent,
      region: parent?.state.type === 'parallel' && state.type !== 'history',
      get initial() {
        return state.type === 'compound' ? children.find((child) => child.state.id === state.initial) : undefined;
      },
    };
    all.push(box);
    boxes.set(state.id, box);
    for (const child of state.states) children.push(build(child, box));
    return box;
  };
  const root = build(definition.root, undefined);

  return { definition, direction, root, edges: all.flatMap((box) => edgesOf(box, boxes)) };
}

/** All boxes of a plan, each before its children. */
export function allBoxes({ root }: Plan): readonly PlannedBox[] {
  const all: PlannedBox[] = [];
  const visit = (box: PlannedBox) => {
    all.push(box);
    box.children.forEach(visit);
  };
  visit(root);
  return all;
}

function sizeOf({ type, states }: StateDefinition, title: string, rows: readonly Row[]) {
  if (type === 'history') return { width: HISTORY_SIZE, height: HISTORY_SIZE };
  const text = Math.max(textWidth(title, TITLE_SIZE, true), ...rows.map(({ width }) => width));
  const least = states.length > 0 ? 0 : 76;
  return {
    width: Math.ceil(Math.max(text + 2 * PADDING, least)),
    height: rows.length === 0 ? (states.length > 0 ? TITLE_HEIGHT : 36) : TITLE_HEIGHT + rows.length * ROW_HEIGHT + 10,
  };
}

function edgesOf(box: PlannedBox, boxes: ReadonlyMap<string, PlannedBox>): PlannedEdge[] {
  const edges: PlannedEdge[] = [];
  const nextName = () => `${box.name}e${edges.length}`;
  const add = (edge: Omit<PlannedEdge, 'name'>) => edges.push({ name: nextName(), ...edge });
  if (box.initial) add({ kind: 'initial', source: box, target: box.initial, rows: [], transitions: [] });

  const past = box.state.type === 'history' ? boxes.get(box.state.initial ?? '') : undefined;
  if (past) add({ kind: 'history', source: box, target: past, rows: [], transitions: [] });

  const byTargets = new Map<string, TransitionDefinition[]>();
  for (const transition of box.state.transitions) {
    const key = JSON.stringify(transition.targets);
    if (transition.targets.length > 0) byTargets.set(key, [...(byTargets.get(key) ?? []), transition]);
  }
  for (const transitions of byTargets.values()) {
    const targets = (transitions[0]?.targets ?? []).flatMap((id) => boxes.get(id) ?? []);
    const begin = targets[0] && isWithin(targets[0], box) ? { begin: labelName(nextName()) } : {};
    // one that leads to several states at once is told on the first of its lines
    for (const [index, target] of targets.entries()) {
      const rows = index === 0 ? transitions.flatMap(transitionRows) : [];
      add({ kind: 'transition', source: box, target, rows, transitions, ...begin });
    }
  }
  return edges;
}

/** What the label of an edge is called. */
export const labelName = (edge: string) => `${edge}label`;

/** Whether a box is inside another. */
function isWithin(inner: PlannedBox, outer: PlannedBox): boolean {
  for (let box = inner.parent; box; box = box.parent) if (box === outer) return true;
  return false;
}
