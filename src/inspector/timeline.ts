// The records of a recording, indexed for whoever looks at them: what there is, what was when, and what followed. It grows at its end alone, at a cost that does not
// depend on how long it is; to keep it bounded it is begun anew from a base (`trimTimeline`). Numbers that views keep are places in `records` and `messages`.
import { createBase } from './base.ts';
import { isDefinition } from './is-definition.ts';
import { sizeOf, type JournalLimits } from './journal.ts';
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

/** The same timeline with what is beyond the limits folded into its base; the very same if it is within them. */
export function trimTimeline(timeline: Timeline, limits: JournalLimits): Timeline {
  if (isWithin(timeline, limits)) return timeline;
  const trimming = createTrimming(timeline, limits);
  trimming.advance();
  return trimming.timeline;
}

/** A timeline that is made of another, piece by piece, while that one still grows. */
export interface Trimming {
  /** What there is of it yet. */
  readonly timeline: Timeline;
  /** Goes on until it has all that the other one has, or `enough()`; gives whether it has all. */
  advance(enough?: () => boolean): boolean;
}

export function createTrimming(from: Timeline, limits: JournalLimits): Trimming {
  const { records, header } = from;
  const base = createBase();
  const { length } = records;
  let timeline = createTimeline(header);
  let { size } = from;
  let count = 0;
  let isFolded = false;

  return {
    get timeline() {
      return timeline;
    },
    advance(enough = () => false) {
      while (!isFolded) {
        const until = count + STRIDE;
        while (count < until && (length - count > limits.records * 0.75 || size > limits.size * 0.75)) {
          const record = records[count] as InspectorRecord;
          base.absorb(record);
          size -= sizeOf(record);
          count += 1;
        }
        if (count < until) {
          isFolded = true;
          timeline = createTimeline(header, base.records());
        }
        if (enough()) return false;
      }
      while (count < records.length) {
        const piece = records.slice(count, count + STRIDE);
        append(timeline, piece);
        count += piece.length;
        if (enough()) break;
      }
      return count === records.length;
    },
  };
}

export function isWithin({ records, size }: Timeline, limits: JournalLimits): boolean {
  return records.length <= limits.records && size <= limits.size;
}

/** How many records are gone through between two looks at the clock. */
const STRIDE = 500;

/** The last of some things that had happened at a moment; the very last if no moment is given. */
export function latest<TTimed extends { readonly at: number }>(
  things: readonly TTimed[],
  moment = Infinity,
): TTimed | undefined {
  return things[countUntil(things, moment) - 1];
}

/** How many of some things, in the order of their times, had happened at a moment. */
export function countUntil(things: readonly { readonly at: number }[], moment: number): number {
  let low = 0;
  let high = things.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((things[middle] as { readonly at: number }).at <= moment) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The message of a number. Numbers follow one another mostly, so that there is nothing to keep for those that do. */
export function messageNumbered({ messages, strays }: Timeline, number: number): MessageEntry | undefined {
  const [first] = messages;
  const entry = first && messages[number - first.number];
  const there = entry?.number === number ? entry : undefined;
  return strays.size === 0 ? there : (strays.get(number) ?? there);
}

/** Who is called what: the id of an actor, or its machine's where it has none of its own; the name of a node; else the key itself. */
export function nameOf({ actors, machines, nodes }: Timeline, sender: Sender): string {
  const actor = actors.get(sender);
  if (!actor) return nodes.get(sender)?.name ?? (sender.split('@')[0] || sender);
  const { id, record } = actor;
  if (!SESSION_ID.test(id)) return id;
  return (record.machine === undefined ? undefined : machines.get(record.machine)?.id) ?? record.src ?? id;
}

/** What XState numbers actors by that were given no id. */
const SESSION_ID = /^x:\d+$/u;

/** Whether an actor works for the one that invoked it: such come and go all the time. */
export function isHelper({ kind }: ActorEntry): boolean {
  return kind === 'promise' || kind === 'callback' || kind === 'observable';
}

const DEEPEST = 16;

/** Whose work an actor does: a promise or callback that of who invoked it, all others their own. */
export function helped({ actors }: Timeline, key: Sender): Sender {
  let owner = key;
  // a recording may come from anywhere, and its parents go round
  for (let depth = 0; depth < DEEPEST; depth += 1) {
    const actor = actors.get(owner);
    if (!actor || !isHelper(actor) || actor.parent === undefined) return owner;
    // on another node it is to be seen there
    if (actors.get(actor.parent)?.node !== actor.node) return owner;
    owner = actor.parent;
  }
  return key;
}

/** Whether a message is for the plain code of a node, which has no mailbox: it is there as soon as it was sent. */
export function isForCode({ actors, nodes }: Timeline, { to }: { readonly to: Sender }): boolean {
  return !actors.has(to) && nodes.has(to);
}

/** When an actor ended, by itself or with its node, as far as that was so at a moment. */
export function endOf({ nodes }: Timeline, { ended, node }: ActorEntry, moment = Infinity): number | undefined {
  if (ended && ended.at <= moment) return ended.at;
  const change = latest(nodes.get(node)?.changes ?? [], moment);
  return change && !change.up ? change.at : undefined;
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
