// A recording as a Mermaid sequence diagram, for a README or a bug report: a box per node, a participant per actor, an arrow per message. It is bounded, for Mermaid
// draws the whole anew each time and takes seconds for a thousand messages; what is left out is said in the diagram.
import { assertNames, optionError } from '../options.ts';
import type { ActorKey, InspectorRecord, NodeKey, Sender } from './records.ts';

/** How much {@link recordingToMermaid} draws. */
export interface MermaidOptions {
  /**
   * How many messages are drawn, the latest, from 0 up.
   *
   * @defaultValue 200
   */
  readonly limit?: number;
}

type RecordOf<TType extends InspectorRecord['type']> = Extract<InspectorRecord, { readonly type: TType }>;

/**
 * Writes records as the text of a Mermaid `sequenceDiagram`.
 *
 * @remarks
 * A box for each node, a participant for each actor that takes part, an arrow for each message with how long it took; a lost one ends in a cross, with the reason. Restarts, ends and
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
  const { actors, received, dead, sent } = lookThrough(records);
  const leftOut = Math.max(0, sent.length - Math.floor(limit));
  const drawn = new Set(sent.slice(leftOut).map(({ message }) => message));
  const firstAt = sent[leftOut]?.at ?? -Infinity;
  const participants = createParticipants(actors);
  const lines: string[] = [];

  for (const record of records) {
    switch (record.type) {
      case 'sent': {
        if (!drawn.has(record.message)) break;
        const from = participants.of(record.from);
        const to = participants.of(record.to);
        // what is no known actor is plain code, which has no mailbox
        lines.push(
          `${from}${arrowOf(record, received.has(record.message) || !actors.has(record.to), dead)}${to}: ${labelOf(record, received, dead)}`,
        );
        break;
      }
      case 'dead-letter':
        if (record.message !== undefined || record.at < firstAt || !actors.has(record.to)) break;
        lines.push(`Note over ${participants.of(record.to)}: ${record.count} not delivered, ${escape(record.reason)}`);
        break;
      case 'life':
        if (record.at < firstAt || !actors.has(record.actor)) break;
        lines.push(
          `Note over ${participants.of(record.actor)}: restarted, life ${record.life}, ${escape(record.error)}`,
        );
        break;
      case 'ended':
        // one that nothing was drawn of is no participant for having ended
        if (record.at < firstAt || !participants.has(record.actor)) break;
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

function lookThrough(records: readonly InspectorRecord[]) {
  const actors = new Map<ActorKey, RecordOf<'actor'>>();
  const received = new Map<number, RecordOf<'received'>>();
  const dead = new Map<number, RecordOf<'dead-letter'>>();
  const sent: RecordOf<'sent'>[] = [];
  for (const record of records) {
    if (record.type === 'actor') actors.set(record.actor, record);
    else if (record.type === 'sent') sent.push(record);
    else if (record.type === 'received') received.set(record.message, record);
    else if (record.type === 'dead-letter' && record.message !== undefined) dead.set(record.message, record);
  }
  return { actors, received, dead, sent };
}

/** Those that take part, in boxes by node, in the order in which they are first named. */
function createParticipants(actors: ReadonlyMap<ActorKey, RecordOf<'actor'>>) {
  const names = new Map<Sender, string>();
  const nodes = new Map<NodeKey, Sender[]>();

  return {
    has: (sender: Sender) => names.has(sender),
    first: () => names.values().next().value,
    of(sender: Sender): string {
      let name = names.get(sender);
      if (name !== undefined) return name;
      name = `p${names.size + 1}`;
      names.set(sender, name);
      // what is no known actor is a node whose plain code sent
      const node = actors.get(sender)?.node ?? sender;
      const members = nodes.get(node);
      if (members) members.push(sender);
      else nodes.set(node, [sender]);
      return name;
    },
    *lines(): Generator<string> {
      for (const [node, members] of nodes) {
        yield `box transparent ${escape(nameOf(node))}`;
        for (const member of members)
          yield `  participant ${names.get(member)} as ${escape(actors.get(member)?.id ?? nameOf(member))}`;
        yield 'end';
      }
    },
  };
}

function nameOf(node: NodeKey): string {
  const at = node.lastIndexOf('@');
  return at > 0 ? node.slice(0, at) : node;
}

function arrowOf({ message }: RecordOf<'sent'>, isReceived: boolean, dead: ReadonlyMap<number, unknown>): string {
  if (dead.has(message)) return '-x';
  return isReceived ? '->>' : '-)';
}

function labelOf(
  { message, event, at }: RecordOf<'sent'>,
  received: ReadonlyMap<number, RecordOf<'received'>>,
  dead: ReadonlyMap<number, RecordOf<'dead-letter'>>,
): string {
  const letter = dead.get(message);
  if (letter) return `${escape(event)} (${escape(letter.reason)})`;
  const receipt = received.get(message);
  return receipt ? `${escape(event)} (${durationOf(Math.max(0, receipt.at - at))})` : escape(event);
}

function endOf({ how, error }: RecordOf<'ended'>): string {
  return error === undefined ? how : `${how}, ${escape(error)}`;
}

function durationOf(milliseconds: number): string {
  return milliseconds < 1 ? `${Math.round(milliseconds * 1000)} µs` : `${Number(milliseconds.toPrecision(3))} ms`;
}

function plural(count: number): string {
  return count === 1 ? 'message is' : 'messages are';
}

const MOST_CHARACTERS = 120;

/**
 * Text that Mermaid takes as text wherever it stands. All that could mean something to it is written as an entity: `;` and a new line end a statement, `#` begins an
 * entity, `:` a label, and the word `end` ends a box even within a name. `style` and `classDef` are among it, for Mermaid cuts the `;` of an entity behind them.
 */
function escape(text: string): string {
  const line = text.replaceAll(/\s+/gu, ' ').trim();
  const characters = Array.from(line);
  const short = characters.length > MOST_CHARACTERS ? `${characters.slice(0, MOST_CHARACTERS - 1).join('')}…` : line;
  const escaped = short
    .replaceAll(/[^\p{L}\p{M}\p{N} _.,…]/gu, entity)
    .replaceAll(/(?<![\p{L}\p{N}_])end(?![\p{L}\p{N}_])/giu, (word) => `${entity(word[0] as string)}${word.slice(1)}`)
    .replaceAll(/style|classDef/gu, (word) => `${entity(word[0] as string)}${word.slice(1)}`);
  return escaped === '' ? '(empty)' : escaped;
}

function entity(character: string): string {
  return `#${character.codePointAt(0)};`;
}
