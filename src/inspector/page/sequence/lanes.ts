// The lanes of the sequence diagram: one per actor, side by side by node, each node's plain code first. The order is that in which they came, and does not change. A node
// of many actors is one lane until it is opened, and what an actor invokes (a promise, a callback) is on that actor's lane. No DOM.
import type { ActorKey, NodeKey, Sender } from '../../records.ts';
import type { Timeline } from '../../timeline.ts';
import { helped, nameOf } from '../../readings.ts';

export interface Lane {
  /** `plain` is a node's own code; `group` stands for all actors of a node. */
  readonly kind: 'actor' | 'plain' | 'group';
  readonly key: Sender;
  readonly label: string;
  readonly node: NodeKey;
  /** The middle of it. */
  readonly x: number;
}

export interface Group {
  readonly node: NodeKey;
  readonly label: string;
  readonly x: number;
  readonly width: number;
  /** How many actors there are. */
  readonly actors: number;
  readonly collapsed: boolean;
  readonly first: number;
  readonly lanes: number;
}

export interface Lanes {
  readonly lanes: readonly Lane[];
  readonly groups: readonly Group[];
  readonly width: number;
  readonly laneWidth: number;
  /** The lane of whoever sends or receives. */
  of(sender: Sender): Lane | undefined;
}

export interface LaneOptions {
  /** Nodes whose plain code sent, and who else is no actor that is known. */
  readonly others: ReadonlySet<string>;
  /** What the user opened or closed, by node. */
  readonly opened: ReadonlyMap<NodeKey, boolean>;
  /** Has a lane of its own in a node that is one lane. */
  readonly chosen?: ActorKey | undefined;
  /** Whether promises, callbacks and observables have lanes of their own. */
  readonly helpers?: boolean;
  /** If given, only these have lanes. */
  readonly only?: ReadonlySet<Sender> | undefined;
  /** The width that there is. */
  readonly available: number;
}

/** A node of more actors than this is one lane unless it was opened. */
export const MOST_OPEN = 12;
const GROUP_GAP = 10;
/** Left and right of all lanes, so that what is written beside the outer ones has room. */
const MARGIN = 20;
const NARROWEST = 80;
const WIDEST = 220;

interface Member {
  readonly kind: Lane['kind'];
  readonly key: Sender;
  readonly label: string;
}

export function layOutLanes(timeline: Timeline, options: LaneOptions): Lanes {
  const { nodes, others, actorsOf, ownerOf } = gather(timeline, options);
  const { opened, chosen } = options;
  const names = uniqueNames(timeline, nodes);
  const plans = nodes.flatMap((node) => {
    const actors = actorsOf.get(node) ?? [];
    const plain: Member[] = others.has(node) ? [{ kind: 'plain', key: node, label: 'code' }] : [];
    const collapsed = !(opened.get(node) ?? actors.length <= MOST_OPEN);
    const kept = collapsed ? actors.filter(({ key }) => key === chosen) : actors;
    const group: Member[] =
      collapsed && actors.length > kept.length
        ? [{ kind: 'group', key: `${node}/`, label: `${actors.length - kept.length} actors` }]
        : [];
    const members = [...plain, ...group, ...kept];
    return members.length > 0 ? [{ node, members, actors, collapsed }] : [];
  });

  const count = plans.reduce((sum, { members }) => sum + members.length, 0);
  const free = options.available - GROUP_GAP * (plans.length - 1) - 2 * MARGIN;
  const laneWidth = Math.max(NARROWEST, Math.min(WIDEST, Math.floor(free / Math.max(1, count))));
  const lanes: Lane[] = [];
  const groups: Group[] = [];
  const byKey = new Map<Sender, Lane>();
  let x = MARGIN;
  for (const { node, members, actors, collapsed } of plans) {
    const first = lanes.length;
    for (const [index, member] of members.entries()) {
      const lane: Lane = { ...member, node, x: x + laneWidth * (index + 0.5) };
      lanes.push(lane);
      byKey.set(member.key, lane);
    }
    const group = byKey.get(`${node}/`);
    if (group) for (const { key } of actors) if (!byKey.has(key)) byKey.set(key, group);
    for (const [helper, owner] of ownerOf) {
      const lane = byKey.get(owner);
      if (lane && !byKey.has(helper)) byKey.set(helper, lane);
    }
    const width = laneWidth * members.length;
    const label = names.get(node) as string;
    groups.push({ node, label, x, width, actors: actors.length, collapsed, first, lanes: members.length });
    x += width + GROUP_GAP;
  }
  return { lanes, groups, width: x - GROUP_GAP + MARGIN, laneWidth, of: (sender) => byKey.get(sender) };
}

function gather(timeline: Timeline, { others: all, only, helpers, chosen }: LaneOptions) {
  const ownerOf = new Map<ActorKey, ActorKey>();
  const others = new Set([...all].filter((sender) => !timeline.actors.has(sender) && (only?.has(sender) ?? true)));
  const actorsOf = new Map<NodeKey, Member[]>();
  const wanted = only && new Set(only);
  if (!helpers) {
    for (const { key } of timeline.actors.values()) {
      const owner = key === chosen ? key : helped(timeline, key);
      if (owner === key) continue;
      ownerOf.set(key, owner);
      if (!timeline.actors.has(owner) && (only?.has(key) ?? true)) others.add(owner);
      if (only?.has(key)) wanted?.add(owner);
    }
  }
  const nodes = new Set<NodeKey>([...timeline.nodes.keys(), ...others]);
  for (const { key, node } of timeline.actors.values()) {
    if (ownerOf.has(key) || (wanted && !wanted.has(key))) continue;
    nodes.add(node);
    const member: Member = { kind: 'actor', key, label: nameOf(timeline, key) };
    const members = actorsOf.get(node);
    if (members) members.push(member);
    else actorsOf.set(node, [member]);
  }
  return { nodes: [...nodes], others, actorsOf, ownerOf };
}

/** A node that came again under its name is told apart by a number. */
function uniqueNames(timeline: Timeline, nodes: readonly NodeKey[]): ReadonlyMap<NodeKey, string> {
  const seen = new Map<string, number>();
  return new Map(
    nodes.map((node) => {
      const name = nameOf(timeline, node);
      const times = (seen.get(name) ?? 0) + 1;
      seen.set(name, times);
      return [node, times === 1 ? name : `${name} (${times})`];
    }),
  );
}
