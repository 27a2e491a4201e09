// A recording as a Mermaid sequence diagram, for a README or a bug report: a box per node, a participant per actor, an arrow per message. It is bounded, for Mermaid
// draws the whole anew each time and takes seconds for a thousand messages; what is left out is said in the diagram.
import { assertNames, optionError } from '../options.ts';
import type { ActorKey, InspectorRecord, NodeKey, Sender } from './records.ts';
import { messageNumbered, createTimeline, NO_RECORDING, type MessageEntry, type Timeline } from './timeline.ts';
import { escapeText as escape } from './mermaid-text.ts';
import { helped, isForCode, nameOf } from './readings.ts';

/** How much {@link recordingToMermaid} draws. */
export interface MermaidOptions {
  /**
   * How many messages are drawn, the latest, from 0 up.
   *
   * @defaultValue 200
   */
  readonly limit?: number;
}

/**
 * Writes records as the text of a Mermaid `sequenceDiagram`.
 *
 * @remarks
 * A box for each node, a participant for each actor that takes part (promises and callbacks are part of the actor that invoked them, and plain code is `code`), an arrow for each message with how long it took; a lost one ends in a cross, with the reason. Restarts, ends and
 * losses without a message are notes. What is left out is counted in the diagram. Names may be anything: no text of the program is taken for Mermaid's own.
 *
 * @param records - In the order of the recording.
 * @returns Lines, the last one ended.
 *
 * @throws `INVALID_ARGUMENT` for a limit that is no number of messages.
 *
 * @example
 * ```ts
 * import { readFileSync, writeFileSync } from 'node:fs';
 * import { readRecording, recordingToMermaid } from 'troupe/inspector';
 *
 * const { records } = readRecording(readFileSync('demo.ndjson', 'utf8'));
 * writeFileSync('demo.mmd', recordingToMermaid(records, { limit: 50 }));
 * ```
 */
export function recordingToMermaid(records: readonly InspectorRecord[], options: MermaidOptions = {}): string {
  assertNames(options, ['limit']);
  const { limit = 200 } = options;
  // it may be Infinity
  if (!(limit >= 0)) throw optionError('limit', limit, 'it must be a number from 0 up');
  const timeline = createTimeline(NO_RECORDING, records);
  const { messages, actors } = timeline;
  const leftOut = Math.max(0, messages.length - Math.floor(limit));
  const firstAt = messages[leftOut]?.at ?? -Infinity;
  const participants = createParticipants(timeline);
  const lines: string[] = [];

  for (const record of records) {
    if (record.at < firstAt) continue;
    switch (record.type) {
      case 'sent': {
        const message = messageNumbered(timeline, record.message);
        // a recording may come from anywhere, and give a number twice
        if (!message || message.place < leftOut) break;
        const from = participants.of(message.from);
        const to = participants.of(message.to);
        lines.push(`${from}${arrowOf(timeline, message)}${to}: ${labelOf(message)}`);
        break;
      }
      case 'dead-letter':
        if (record.message !== undefined || !actors.has(record.to)) break;
        lines.push(`Note over ${participants.of(record.to)}: ${record.count} not delivered, ${escape(record.reason)}`);
        break;
      case 'life':
        if (!actors.has(record.actor)) break;
        lines.push(
          `Note over ${participants.of(record.actor)}: restarted, life ${record.life}, ${escape(record.error)}`,
        );
        break;
      case 'ended':
        // one that nothing was drawn of is no participant for having ended, nor is what it did for another its end
        if (!participants.has(record.actor)) break;
        lines.push(`Note over ${participants.of(record.actor)}: ${endOf(record)}`);
        break;
      default:
    }
  }

  const first = participants.first();
  if (first === undefined) return 'sequenceDiagram\n  participant nobody as no messages\n';
  const notes = leftOut > 0 ? [`Note over ${first}: ${leftOut} earlier ${plural(leftOut)} left out`] : [];
  return ['sequenceDiagram', ...[...participants.lines(), ...notes, ...lines].map((line) => `  ${line}`), ''].join(
    '\n',
  );
}

/** Those that take part, in boxes by node, in the order in which they are first named; what an actor invokes is drawn as the actor's own. */
function createParticipants(timeline: Timeline) {
  const names = new Map<Sender, string>();
  const nodes = new Map<NodeKey, Sender[]>();
  const nodeOf = (sender: Sender) => timeline.actors.get(sender)?.node ?? sender;

  return {
    has: (actor: ActorKey) => names.has(actor),
    first: () => names.values().next().value,
    of(sender: Sender): string {
      const owner = helped(timeline, sender);
      let name = names.get(owner);
      if (name !== undefined) return name;
      name = `p${names.size + 1}`;
      names.set(owner, name);
      // what is no known actor is a node whose plain code sent
      const node = nodeOf(owner);
      const members = nodes.get(node);
      if (members) members.push(owner);
      else nodes.set(node, [owner]);
      return name;
    },
    *lines(): Generator<string> {
      for (const [node, members] of nodes) {
        yield `box transparent ${escape(nameOf(timeline, node))}`;
        for (const member of members) yield `  participant ${names.get(member)} as ${escape(labelOfMember(member))}`;
        yield 'end';
      }
    },
  };

  function labelOfMember(member: Sender): string {
    return timeline.actors.has(member) ? nameOf(timeline, member) : 'code';
  }
}

function arrowOf(timeline: Timeline, message: MessageEntry): string {
  if (message.dead) return '-x';
  return message.received !== undefined || isForCode(timeline, message) ? '->>' : '-)';
}

function labelOf({ event, at, received, dead }: MessageEntry): string {
  if (dead) return `${escape(event)} (${escape(dead.reason)})`;
  return received === undefined ? escape(event) : `${escape(event)} (${durationOf(Math.max(0, received - at))})`;
}

function endOf({ how, error }: { readonly how: string; readonly error?: string }): string {
  return error === undefined ? how : `${how}, ${escape(error)}`;
}

function durationOf(milliseconds: number): string {
  return milliseconds < 1 ? `${Math.round(milliseconds * 1000)} µs` : `${Number(milliseconds.toPrecision(3))} ms`;
}

function plural(count: number): string {
  return count === 1 ? 'message is' : 'messages are';
}
