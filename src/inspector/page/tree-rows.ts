// What the tree of actors shows at a moment, as a flat list of rows: nodes, their actors with those they started below them, and cells. Pure; what a row shows of its
// actor's state is read when the row is drawn, for only a few of a thousand are in view.
import type { ActorKey, NodeKey, Sender } from '../records.ts';
import type { ActorEntry, NodeEntry, Timeline } from '../timeline.ts';
import { countUntil, endOf, isHelper, latest, nameOf } from '../readings.ts';
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
  | {
      /** Stands for children that ended and are left out, or ends them where they are all shown. */
      readonly type: 'more';
      readonly key: string;
      readonly level: number;
      readonly count: number;
      readonly open: boolean;
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
  /** The keys of rows that are closed; and of those that stand for more and are open. */
  readonly closed: ReadonlySet<string>;
  /** Is shown also if it ended long ago. */
  readonly chosen?: ActorKey | undefined;
}

/** How long those that ended stay to be seen, in milliseconds: what actors invoke comes and goes all the time. */
export const ENDED_STAY = 30_000;
export const HELPERS_STAY = 5000;
/** So many children of a kind are shown that ended, the latest. */
const MOST_ENDED = 3;

const nodeRow = (node: NodeKey) => `node ${node}`;
export const actorRow = (actor: ActorKey) => `actor ${actor}`;
const CELLS = 'cells';

export function treeRows(timeline: Timeline, { moment, filter, showEnded, closed, chosen }: TreeView): TreeRow[] {
  const at = moment ?? Infinity;
  const now = moment ?? timeline.end;
  const wanted = filter.trim().toLowerCase();
  const children = childrenAt(timeline, { at, now, showEnded, chosen });
  const rows: TreeRow[] = [];
  const kept = new Set(showEnded || wanted !== '' ? [] : lineOf(timeline, chosen));
  /** Adds the children of something by `add`; of those that ended, if they are many of a kind, only the latest unless more are asked for. */
  const addAll = (of: Sender, level: number, to: TreeRow[], add: (child: ActorEntry) => void): void => {
    const all = children.get(of) ?? [];
    const left = showEnded || wanted !== '' || all.length <= MOST_ENDED ? NOBODY : leftOut(timeline, all, kept, at);
    const key = `more ${of}`;
    const open = closed.has(key);
    for (const child of all) if (open || !left.has(child)) add(child);
    if (left.size > 0) to.push({ type: 'more', key, level, count: left.size, open });
  };

  for (const node of timeline.nodes.values()) {
    const change = latest(node.changes, at);
    if (!change && node.changes.length > 0) continue;
    const gone = change && !change.up ? change : undefined;
    if (gone && !showEnded && now - gone.at > ENDED_STAY && (!gone.error || hasSuccessor(timeline, node, at))) continue;
    const below: TreeRow[] = [];
    let count = 0;
    const add = (actor: ActorEntry, level: number, to: TreeRow[]): boolean => {
      if (endOf(timeline, actor, at) === undefined) count += 1;
      const key = actorRow(actor.key);
      const within: TreeRow[] = [];
      let found = false;
      addAll(actor.key, level + 1, within, (child) => {
        found = add(child, level + 1, within) || found;
      });
      const open = wanted !== '' || !closed.has(key);
      if (wanted !== '' && !found && !matches(timeline, actor, wanted, at)) return false;
      to.push({ type: 'actor', key, level, actor, parent: children.has(actor.key), open, gone: gone !== undefined });
      if (open) to.push(...within);
      return true;
    };
    addAll(node.node, 2, below, (root) => add(root, 2, below));
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

const NOBODY: ReadonlySet<ActorEntry> = new Set();

/** Of those that ended all but the latest few of each kind. */
function leftOut(
  timeline: Timeline,
  all: readonly ActorEntry[],
  kept: ReadonlySet<ActorKey>,
  at: number,
): ReadonlySet<ActorEntry> {
  const left = new Set<ActorEntry>();
  const counts = new Map<string, number>();
  for (const actor of all.toReversed()) {
    if (endOf(timeline, actor, at) === undefined || kept.has(actor.key)) continue;
    const kind = actor.record.src ?? actor.record.machine ?? actor.kind;
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    if (count > MOST_ENDED) left.add(actor);
  }
  // a row for one would say less than that one
  return left.size > 1 ? left : NOBODY;
}

/** An actor and those above it. */
function lineOf({ actors }: Timeline, actor: ActorKey | undefined): Set<ActorKey> {
  const line = new Set<ActorKey>();
  for (let key = actor; key !== undefined && !line.has(key); key = actors.get(key)?.parent) line.add(key);
  return line;
}

function matches(timeline: Timeline, actor: ActorEntry, wanted: string, at: number): boolean {
  const { id, systemId, src, machine = '' } = actor.record;
  const logic = timeline.machines.get(machine)?.id;
  return [nameOf(timeline, actor.key), id, systemId, src, logic, actor.kind, stateAt(actor, at)].some((text) =>
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
