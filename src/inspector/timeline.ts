// The records of a recording, indexed for whoever looks at them: what there is, what was when, and what followed. It grows at its end alone, at a cost that does not
// depend on how long it is; to keep it bounded it is begun anew from a base (`trimming.ts`). Numbers that views keep are places in `records` and `messages`.
import { isDefinition } from './is-definition.ts';
import { sizeOf } from './journal.ts';
import {
  RECORDING_VERSION,
  type ActorKey,
  type InspectorRecord,
  type MachineDefinition,
  type NodeKey,
  type RecordingHeader,
  type Sender,
} from './records.ts';

type Timed<TType extends InspectorRecord['type']> = Extract<InspectorRecord, { readonly type: TType }>;

export interface NodeEntry {
  readonly node: NodeKey;
  /** The part of its address before the `@`. */
  readonly name: string;
  /** When it came and went, in order. */
  readonly changes: Timed<'node'>[];
  readonly gauges: Timed<'gauges'>[];
}

export interface ActorEntry {
  readonly key: ActorKey;
  readonly id: string;
  readonly node: NodeKey;
  readonly parent: ActorKey | undefined;
  readonly kind: Timed<'actor'>['kind'];
  readonly record: Timed<'actor'>;
  /** When it was told of. */
  readonly since: number;
  ended: Timed<'ended'> | undefined;
  /** Each in the order of its time. */
  readonly steps: Timed<'step'>[];
  readonly snapshots: Timed<'snapshot'>[];
  readonly mailbox: Timed<'mailbox'>[];
  readonly lives: Timed<'life'>[];
}

export interface MessageEntry {
  readonly number: number;
  /** Its place in `messages`. */
  readonly place: number;
  readonly at: number;
  readonly from: Sender;
  readonly to: Sender;
  readonly event: string;
  readonly body: string | undefined;
  /** When it was taken out of a mailbox, and when its step was over. */
  received: number | undefined;
  done: number | undefined;
  /** Why it was not delivered, if that is known. */
  dead: Timed<'dead-letter'> | undefined;
}

export interface Timeline {
  readonly header: RecordingHeader;
  readonly records: InspectorRecord[];
  readonly nodes: Map<NodeKey, NodeEntry>;
  readonly machines: Map<string, MachineDefinition>;
  readonly actors: Map<ActorKey, ActorEntry>;
  /** In the order sent. */
  readonly messages: MessageEntry[];
  /** Those of `messages` that are not where their number says: see {@link messageNumbered}. */
  readonly strays: Map<number, MessageEntry>;
  readonly deadLetters: Timed<'dead-letter'>[];
  readonly cells: Map<string, Timed<'cell'>[]>;
  /** When the first and the last of it happened. */
  start: number;
  end: number;
  /** What its records take, roughly, in characters. */
  size: number;
}

/** Of what was never recorded: for records by themselves, and before there are any. */
export const NO_RECORDING: RecordingHeader = {
  troupe: 'recording',
  version: RECORDING_VERSION,
  epoch: 0,
  node: '',
  title: '',
};

export function createTimeline(header: RecordingHeader, records: readonly InspectorRecord[] = []): Timeline {
  const timeline: Timeline = {
    header,
    records: [],
    nodes: new Map(),
    machines: new Map(),
    actors: new Map(),
    messages: [],
    strays: new Map(),
    deadLetters: [],
    cells: new Map(),
    start: Infinity,
    end: -Infinity,
    size: 0,
  };
  append(timeline, records);
  return timeline;
}

/** Adds what happened since. */
export function append(timeline: Timeline, records: readonly InspectorRecord[]): void {
  let { start, end, size } = timeline;
  for (const record of records) {
    const { at } = record;
    timeline.records.push(record);
    size += sizeOf(record);
    if (at < start) start = at;
    if (at > end) end = at;
    index(timeline, record);
  }
  timeline.start = start;
  timeline.end = end;
  timeline.size = size;
}

/** The message of a number. Numbers follow one another mostly, so that there is nothing to keep for those that do. */
export function messageNumbered({ messages, strays }: Timeline, number: number): MessageEntry | undefined {
  const [first] = messages;
  const entry = first && messages[number - first.number];
  const there = entry?.number === number ? entry : undefined;
  return strays.size === 0 ? there : (strays.get(number) ?? there);
}

function index(timeline: Timeline, record: InspectorRecord): void {
  const { nodes, machines, actors, messages, strays, deadLetters, cells } = timeline;
  switch (record.type) {
    case 'node':
      nodeOf(nodes, record.node).changes.push(record);
      return;
    case 'gauges':
      nodeOf(nodes, record.node).gauges.push(record);
      return;
    case 'machine':
      // a recording may come from anywhere
      if (isDefinition(record.definition)) machines.set(record.machine, record.definition);
      return;
    case 'actor':
      nodeOf(nodes, record.node);
      actors.set(record.actor, actorOf(record, actors.get(record.actor)));
      return;
    case 'step':
      actors.get(record.actor)?.steps.push(record);
      return;
    case 'snapshot':
      actors.get(record.actor)?.snapshots.push(record);
      return;
    case 'mailbox':
      actors.get(record.actor)?.mailbox.push(record);
      return;
    case 'life':
      actors.get(record.actor)?.lives.push(record);
      return;
    case 'ended': {
      const actor = actors.get(record.actor);
      if (actor) actor.ended = record;
      return;
    }
    case 'sent': {
      const { message: number, at, from, to, event, body } = record;
      const entry: MessageEntry = {
        number,
        place: messages.length,
        at,
        from,
        to,
        event,
        body,
        received: undefined,
        done: undefined,
        dead: undefined,
      };
      messages.push(entry);
      if (messages[number - (messages[0] as MessageEntry).number] !== entry) strays.set(number, entry);
      else if (strays.size > 0) strays.delete(number);
      return;
    }
    case 'received': {
      const message = messageNumbered(timeline, record.message);
      if (!message) return;
      message.received = record.at;
      message.done = record.done;
      return;
    }
    case 'dead-letter': {
      deadLetters.push(record);
      const message = record.message === undefined ? undefined : messageNumbered(timeline, record.message);
      if (message) message.dead = record;
      return;
    }
    case 'cell': {
      const values = cells.get(record.cell);
      if (values) values.push(record);
      else cells.set(record.cell, [record]);
      return;
    }
    default:
  }
}

function nodeOf(nodes: Map<NodeKey, NodeEntry>, node: NodeKey): NodeEntry {
  let entry = nodes.get(node);
  if (!entry) nodes.set(node, (entry = { node, name: node.split('@')[0] ?? node, changes: [], gauges: [] }));
  return entry;
}

/** An actor that is told of anew is what it was, and where it is said to be now. */
function actorOf(record: Timed<'actor'>, known: ActorEntry | undefined): ActorEntry {
  const { actor: key, id, node, parent, kind, at: since } = record;
  if (known) return Object.assign(known, { id, node, parent, kind, record, ended: undefined });
  return {
    key,
    id,
    node,
    parent,
    kind,
    record,
    since,
    ended: undefined,
    steps: [],
    snapshots: [],
    mailbox: [],
    lives: [],
  };
}
