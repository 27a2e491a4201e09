// What stands for records that are kept no longer: the state that they led to, as records. Whoever takes them in and then those that are still kept knows all that is
// there now, and what happened since. Of what is over (messages, ended actors, nodes that went) nothing is left but a word of how much that was.
import type { ActorKey, InspectorRecord, NodeKey } from './records.ts';

export interface Base {
  /** Takes in the record after those before. */
  absorb(record: InspectorRecord): void;
  /** The state that all of them led to. */
  records(): readonly InspectorRecord[];
}

type RecordOf<TType extends InspectorRecord['type']> = Extract<InspectorRecord, { readonly type: TType }>;

/** The latest of each kind that an actor still shows; an ended one is kept until its node is asked for it no more. */
interface ActorBase {
  actor: RecordOf<'actor'>;
  step?: InspectorRecord;
  snapshot?: InspectorRecord;
  life?: InspectorRecord;
  mailbox?: InspectorRecord;
}

/** An empty state, or the one that some records led to. */
export function createBase(): Base {
  const nodes = new Map<NodeKey, RecordOf<'node'>>();
  const machines = new Map<string, RecordOf<'machine'>>();
  const actors = new Map<ActorKey, ActorBase>();
  const cells = new Map<string, RecordOf<'cell'>>();
  let dropped = 0;
  let since: number | undefined;
  let until = 0;

  return {
    absorb(record) {
      until = Math.max(until, record.at);
      switch (record.type) {
        case 'node':
          if (record.up) nodes.set(record.node, record);
          else forgetNode(record.node);
          return;
        case 'machine':
          machines.set(record.machine, record);
          return;
        case 'actor':
          introduce(record);
          return;
        case 'step':
        case 'snapshot':
        case 'life':
        case 'mailbox':
          keep(record);
          return;
        case 'ended':
          actors.delete(record.actor);
          count(record.at, 1);
          return;
        case 'cell':
          if (record.value === undefined) cells.delete(record.cell);
          else cells.set(record.cell, record);
          return;
        case 'gap':
          count(record.since, record.count ?? 0);
          return;
        default:
          count(record.at, 1);
      }
    },
    records() {
      const used = new Set([...actors.values()].map(({ actor }) => actor.machine));
      return [
        ...(since === undefined ? [] : [gapOf(since)]),
        ...nodes.values(),
        ...[...machines.values()].filter(({ machine }) => used.has(machine)),
        ...[...actors.values()].map(({ actor }) => actor),
        ...[...actors.values()].flatMap(({ life, step, snapshot, mailbox }) =>
          [life, step, snapshot, mailbox].filter((each) => each !== undefined),
        ),
        ...cells.values(),
      ];
    },
  };

  function keep(record: RecordOf<'step' | 'snapshot' | 'life' | 'mailbox'>): void {
    const known = actors.get(record.actor);
    if (!known) return;
    if (known[record.type]) count(record.at, 1);
    known[record.type] = record;
  }

  function introduce(record: RecordOf<'actor'>): void {
    const known = actors.get(record.actor);
    if (known) known.actor = record;
    else actors.set(record.actor, { actor: record });
  }

  function forgetNode(node: NodeKey): void {
    nodes.delete(node);
    for (const [key, { actor }] of actors) if (actor.node === node) actors.delete(key);
  }

  function count(at: number, number: number): void {
    since = Math.min(since ?? at, at);
    dropped += number;
  }

  function gapOf(from: number): InspectorRecord {
    return { type: 'gap', reason: 'dropped', at: until, since: from, count: dropped };
  }
}
