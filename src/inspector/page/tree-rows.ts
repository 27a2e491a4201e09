// What the tree of actors shows at a moment, as a flat list of rows: nodes, their actors with those they started below them, and cells. Pure; what a row shows of its
// actor's state is read when the row is drawn, for only a few of a thousand are in view.
import type { ActorKey, NodeKey, Sender } from '../records.ts';
import {
  countUntil,
  endOf,
  isHelper,
  isOwn,
  latest,
  nameOf,
  type ActorEntry,
  type NodeEntry,
  type Timeline,
} from '../timeline.ts';
import { shortState } from './offered.ts';

export type TreeRow =
  | {
      readonly type: 'node';
      readonly key: string;
      readonly level: 1;
      readonly node: NodeEntry;
      readonly name: string;
      readonly actors: number;
      readonly open: boolean;
      readonly gone: { readonly error: string | undefined } | undefined;
    }
  | {
      readonly type: 'actor';
      readonly key: string;
      readonly level: number;
      readonly actor: ActorEntry;
      /** Whether others are below it. */
      readonly parent: boolean;
      readonly open: boolean;
      /** Its node went without it. */
      readonly gone: boolean;
    }
  | { readonly type: 'cells'; readonly key: string; readonly level: 1; readonly cells: number; readonly open: boolean }
  | {
      readonly type: 'cell';
      readonly key: string;
      readonly level: 2;
      readonly name: string;
      readonly value: number | undefined;
    };

export interface TreeView {
  readonly moment: number | undefined;
  /** Actors are shown whose name, state or kind has this in it, and those above them. */
  readonly filter: string;
  readonly showEnded: boolean;
  /** The keys of rows that are closed. */
  readonly closed: ReadonlySet<string>;
  /** Is shown also if it ended long ago. */
  readonly chosen?: ActorKey | undefined;
}

/** How long those that ended stay to be seen, in milliseconds: what actors invoke comes and goes all the time. */
export const ENDED_STAY = 30_000;
export const HELPERS_STAY = 5000;

const nodeRow = (node: NodeKey) => `node ${node}`;
export const actorRow = (actor: ActorKey) => `actor ${actor}`;
const CELLS = 'cells';

export function treeRows(timeline: Timeline, { moment, filter, showEnded, closed, chosen }: TreeView): TreeRow[] {
  const at = moment ?? Infinity;
  const now = moment ?? timeline.end;
  const wanted = filter.trim().toLowerCase();
  const children = childrenAt(timeline, { at, now, showEnded, chosen });
  const rows: TreeRow[] = [];

  for (const node of timeline.nodes.values()) {
    const change = latest(node.changes, at);
    if (!change && node.changes.length > 0) continue;
    const gone = change && !change.up ? change : undefined;
    const roots = children.get(node.node) ?? [];
    if (gone && !showEnded && now - gone.at > ENDED_STAY && (!gone.error || hasSuccessor(timeline, node, at))) continue;
    const below: TreeRow[] = [];
    let count = 0;
    const add = (actor: ActorEntry, level: number, to: TreeRow[]): boolean => {
      if (endOf(timeline, actor, at) === undefined) count += 1;
      const key = actorRow(actor.key);
      const own = children.get(actor.key) ?? [];
      const within: TreeRow[] = [];
      let found = false;
      for (const child of own) found = add(child, level + 1, within) || found;
      const open = wanted !== '' || !closed.has(key);
      if (wanted !== '' && !found && !matches(timeline, actor, wanted, at)) return false;
      to.push({ type: 'actor', key, level, actor, parent: own.length > 0, open, gone: gone !== undefined });
      if (open) to.push(...within);
      return true;
    };
    for (const root of roots) add(root, 2, below);
    if (wanted !== '' && below.length === 0) continue;
    const key = nodeRow(node.node);
    const open = wanted !== '' || !closed.has(key);
    const name = hasNamesake(timeline, node) ? node.node : node.name;
    rows.push({
      type: 'node',
      key,
      level: 1,
      node,
      name,
      actors: count,
      open,
      gone: gone && { error: gone.error },
    });
    if (open) rows.push(...below);
  }
  return [...rows, ...cellRows(timeline, at, wanted, closed)];
}

/** What an actor shows in its row. */
export function actorAt(actor: ActorEntry, moment = Infinity) {
  const ended = actor.ended && actor.ended.at <= moment ? actor.ended : undefined;
  return {
    state: stateAt(actor, moment),
    waiting: ended ? 0 : (latest(actor.mailbox, moment)?.waiting ?? 0),
    restarts: countUntil(actor.lives, moment) === 0 ? 0 : (latest(actor.lives, moment)?.life ?? 1) - 1,
    failure: latest(actor.lives, moment)?.error,
    status: ended?.how ?? 'active',
    error: ended?.error,
  } as const;
}

/** The state of an actor in one line: that of its machine. */
function stateAt(actor: ActorEntry, moment = Infinity): string {
  return shortState(latest(actor.steps, moment)?.value);
}

/** The actors that are shown, by what they are shown below: their parent, if it is shown at the same node, else their node. */
function childrenAt(
  timeline: Timeline,
  {
    at,
    now,
    showEnded,
    chosen,
  }: Pick<TreeView, 'showEnded' | 'chosen'> & { readonly at: number; readonly now: number },
): Map<Sender, ActorEntry[]> {
  const { actors } = timeline;
  const shown = (actor: ActorEntry) => {
    if (actor.since > at) return false;
    if (showEnded || actor.key === chosen) return true;
    if (isOwn(actor)) return false;
    const ended = endOf(timeline, actor, at);
    // one that died with its node stays with what is told of that
    if (ended === undefined || (!actor.ended && !isHelper(actor))) return true;
    return now - ended <= (isHelper(actor) ? HELPERS_STAY : ENDED_STAY);
  };
  const children = new Map<Sender, ActorEntry[]>();
  for (const actor of actors.values()) {
    if (!shown(actor)) continue;
    const parent = actor.parent === undefined ? undefined : actors.get(actor.parent);
    const above = parent && parent.node === actor.node && shown(parent) ? parent.key : actor.node;
    const siblings = children.get(above);
    if (siblings) siblings.push(actor);
    else children.set(above, [actor]);
  }
  return children;
}

function matches(timeline: Timeline, actor: ActorEntry, wanted: string, at: number): boolean {
  const { id, systemId, src, machine } = actor.record;
  return [nameOf(timeline, actor.key), id, systemId, src, machine, actor.kind, stateAt(actor, at)].some((text) =>
    text?.toLowerCase().includes(wanted),
  );
}

const hasNamesake = ({ nodes }: Timeline, { node, name }: NodeEntry) =>
  [...nodes.values()].some((other) => other.name === name && other.node !== node);

/** Whether a node of the same name has come since. */
const hasSuccessor = ({ nodes }: Timeline, { node, name }: NodeEntry, at: number) =>
  [...nodes.values()].some((other) => other.name === name && other.node !== node && latest(other.changes, at)?.up);

function cellRows({ cells }: Timeline, at: number, wanted: string, closed: ReadonlySet<string>): TreeRow[] {
  const rows: TreeRow[] = [];
  for (const [name, values] of cells) {
    const now = latest(values, at);
    if (!now || now.value === undefined || !name.toLowerCase().includes(wanted)) continue;
    rows.push({ type: 'cell', key: `cell ${name}`, level: 2, name, value: now.value });
  }
  if (rows.length === 0) return [];
  const open = wanted !== '' || !closed.has(CELLS);
  return [{ type: 'cells', key: CELLS, level: 1, cells: rows.length, open }, ...(open ? rows : [])];
}
