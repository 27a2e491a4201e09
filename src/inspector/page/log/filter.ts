// The filter of the log and the diagram: words that are all to be found, each anywhere or in one field. What it says of a record does not change later, so that a
// record is looked at once. No DOM.
import type { InspectorRecord, Sender } from '../../records.ts';
import { messageNumbered, type Timeline } from '../../timeline.ts';
import { nameOf } from '../../readings.ts';
import { stateText } from '../sequence/rows.ts';

export type Field = 'any' | 'from' | 'to' | 'type' | 'node' | 'is';

export interface Term {
  readonly field: Field;
  /** In lower case. */
  readonly word: string;
  readonly negated: boolean;
}

/** What can be asked for, told beside the field. */
export const FILTER_HINT =
  'Words match anywhere. from:Alice to:Bob type:PASS_IT_ON node:worker is:message, step, dead-letter, ended, started, restart, node or gap. -word leaves out, "two words" match together.';

const FIELDS: readonly string[] = ['from', 'to', 'type', 'node', 'is'] satisfies readonly Field[];

/** Reads a filter; anything can be read. */
export function parseFilter(text: string): readonly Term[] {
  const terms: Term[] = [];
  for (const [, minus, name, quoted, bare] of text.matchAll(/(-?)(?:(\w+):)?(?:"([^"]*)"?|(\S+))/gu)) {
    const known = name !== undefined && FIELDS.includes(name.toLowerCase());
    const value = quoted ?? bare ?? '';
    const word = (known || name === undefined ? value : `${name}:${value}`).toLowerCase();
    if (word === '') continue;
    terms.push({ field: known ? (name.toLowerCase() as Field) : 'any', word, negated: minus === '-' });
  }
  return terms;
}

/** Whether a record is what the terms ask for; a receipt is if its message is. */
export function createMatcher(timeline: Timeline, terms: readonly Term[]): (record: InspectorRecord) => boolean {
  if (terms.length === 0) return () => true;
  const tests = terms.map(({ field, word, negated }) => {
    const test = testOf(timeline, field, word);
    return negated ? (record: InspectorRecord) => !test(record) : test;
  });
  return (record) => {
    const subject = record.type === 'received' ? messageRecord(timeline, record) : record;
    return subject !== undefined && tests.every((test) => test(subject));
  };
}

type Test = (record: InspectorRecord) => boolean;

/** A receipt is looked at as the message that it ends. */
function messageRecord(
  timeline: Timeline,
  { at, message }: Extract<InspectorRecord, { type: 'received' }>,
): InspectorRecord | undefined {
  const entry = messageNumbered(timeline, message);
  if (!entry) return undefined;
  const { from, to, event, body } = entry;
  return { type: 'sent', at, message, from, to, event, ...(body === undefined ? {} : { body }) };
}

function testOf(timeline: Timeline, field: Field, word: string): Test {
  const has = remembering((text) => text.toLowerCase().includes(word));
  const named = remembering((sender: Sender) => has(nameOf(timeline, sender)) || sender.toLowerCase() === word);
  const on = remembering((sender: Sender) => has(nameOf(timeline, timeline.actors.get(sender)?.node ?? sender)));
  switch (field) {
    case 'from':
      return (record) =>
        (record.type === 'sent' && named(record.from)) ||
        (record.type === 'dead-letter' && record.from !== undefined && named(record.from));
    case 'to':
      return (record) => (record.type === 'sent' || record.type === 'dead-letter') && named(record.to);
    case 'type':
      return (record) => 'event' in record && has(record.event);
    case 'node':
      return (record) =>
        'node' in record ? has(nameOf(timeline, record.node)) : sendersOf(record).some((sender) => on(sender));
    case 'is':
      return (record) => kindOf(record).startsWith(word);
    case 'any': {
      // a body is looked through as it is: it is seldom the same, and to remember it would keep all
      const pattern = new RegExp(word.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, String.raw`\$&`), 'iu');
      return (record) =>
        ('event' in record && has(record.event)) ||
        sendersOf(record).some((sender) => named(sender) || on(sender)) ||
        ('node' in record && has(nameOf(timeline, record.node))) ||
        kindOf(record) === word ||
        textsOf(record).some((text) => pattern.test(text));
    }
    default:
      return field satisfies never;
  }
}

/** What a record is called after `is:`. */
export function kindOf(record: InspectorRecord): string {
  switch (record.type) {
    case 'sent':
    case 'received':
      return 'message';
    case 'actor':
      return 'started';
    case 'life':
      return 'restart';
    default:
      return record.type;
  }
}

function sendersOf(record: InspectorRecord): readonly Sender[] {
  if (record.type === 'sent') return [record.from, record.to];
  if (record.type === 'dead-letter') return record.from === undefined ? [record.to] : [record.from, record.to];
  return 'actor' in record ? [record.actor] : [];
}

function textsOf(record: InspectorRecord): readonly string[] {
  switch (record.type) {
    case 'sent':
      return record.body === undefined ? [] : [record.body];
    case 'step':
      return [stateText(record.value)];
    case 'dead-letter':
      return record.error === undefined ? [record.reason] : [record.reason, record.error];
    case 'ended':
      return record.error === undefined ? [record.how] : [record.how, record.error];
    case 'life':
      return [record.error];
    case 'node':
      return record.error === undefined ? [] : [record.error];
    case 'gap':
      return [record.reason];
    default:
      return [];
  }
}

/** The most answers that are remembered; names and types are few, but come from outside. */
const MOST_REMEMBERED = 20_000;

function remembering(answer: (text: string) => boolean): (text: string) => boolean {
  const known = new Map<string, boolean>();
  return (text) => {
    let yes = known.get(text);
    if (yes === undefined) {
      yes = answer(text);
      if (known.size < MOST_REMEMBERED) known.set(text, yes);
    }
    return yes;
  };
}
