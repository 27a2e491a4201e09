// What is kept of a system that was looked at: the journal within its bounds, the base that stands for the rest, the timeline, and recordings as text.
import { describe, expect, it } from 'vitest';
import { createBase } from '../dist/src/inspector/base.js';
import { createJournal } from '../dist/src/inspector/journal.js';
import { readRecording, writeRecording } from '../dist/src/inspector/recording.js';
import type { InspectorRecord, RecordingHeader } from '../dist/src/inspector/records.js';
import { messageNumbered, append, createTimeline, type Timeline } from '../dist/src/inspector/timeline.js';
import { countUntil, latest } from '../dist/src/inspector/readings.js';
import { trimTimeline } from '../dist/src/inspector/trimming.js';

const header: RecordingHeader = { troupe: 'recording', version: 1, epoch: 0, node: 'main@1', title: 'a lesson' };

/** A node with two actors who send each other numbered messages, each of which changes the receiver's state. */
function lesson(messages: number): InspectorRecord[] {
  const records: InspectorRecord[] = [
    { at: 0, type: 'node', node: 'main@1', up: true },
    { at: 0, type: 'actor', actor: 'x:0', id: 'Alice', node: 'main@1', kind: 'machine' },
    { at: 0, type: 'actor', actor: 'x:1', id: 'Bob', node: 'main@1', kind: 'machine' },
  ];
  for (let message = 0; message < messages; message += 1) {
    const [from, to] = message % 2 === 0 ? (['x:0', 'x:1'] as const) : (['x:1', 'x:0'] as const);
    const at = message + 1;
    records.push(
      { at, type: 'sent', message, from, to, event: 'PASS' },
      { at: at + 0.25, type: 'received', message, done: at + 0.5 },
      { at: at + 0.5, type: 'step', actor: to, event: 'PASS', message, value: `state ${message}` },
    );
  }
  return records;
}

/** What is there at the end of some records, as a page would show it. */
const present = ({ actors, cells, nodes }: Timeline) => ({
  nodes: [...nodes.keys()],
  actors: [...actors.values()].filter(({ ended }) => !ended).map(({ key, steps }) => [key, latest(steps)?.value]),
  cells: [...cells].map(([name, values]) => [name, latest(values)?.value]).filter(([, value]) => value !== undefined),
});

describe('a base', () => {
  it('leads to the same present as the records that it stands for', () => {
    const records = [
      ...lesson(9),
      { at: 20, type: 'actor', actor: 'x:2', id: 'Eve', node: 'main@1', kind: 'promise' },
      { at: 21, type: 'cell', cell: 'hand', value: 4 },
      { at: 21, type: 'cell', cell: 'gone', value: 1 },
      { at: 22, type: 'cell', cell: 'hand', value: 5 },
      { at: 22, type: 'cell', cell: 'gone' },
      { at: 23, type: 'ended', actor: 'x:2', how: 'done' },
      { at: 24, type: 'node', node: 'thread@2', up: true },
      { at: 24, type: 'actor', actor: 'thread@2/x:0', id: 'Tom', node: 'thread@2', kind: 'machine' },
      { at: 25, type: 'node', node: 'thread@2', up: false, error: 'died' },
    ] satisfies InspectorRecord[];
    const base = createBase();
    for (const record of records) base.absorb(record);
    const whole = present(createTimeline(header, records));
    expect(present(createTimeline(header, base.records()))).toEqual({
      ...whole,
      nodes: ['main@1'],
      actors: whole.actors.filter(([key]) => key !== 'thread@2/x:0'),
    });
  });

  it('tells how much it stands for, and since when', () => {
    const base = createBase();
    for (const record of lesson(3)) base.absorb(record);
    // three messages with their receipts, and one step that another has replaced
    expect(base.records()[0]).toMatchObject({ type: 'gap', reason: 'dropped', count: 7, since: 1 });
  });
});

describe('a journal', () => {
  it('keeps the latest records within its bounds, by number and by size, and folds the others into its base', () => {
    for (const limits of [
      { records: 100, size: Infinity },
      { records: Infinity, size: 10_000 },
    ]) {
      const journal = createJournal(limits);
      const records = lesson(200);
      for (let start = 0; start < records.length; start += 7) journal.push(records.slice(start, start + 7));
      const kept = journal.since(journal.first) as readonly InspectorRecord[];
      expect(kept.length).toBeLessThanOrEqual(100);
      expect(kept.length).toBeGreaterThan(50);
      expect(kept).toEqual(records.slice(journal.first));
      expect(journal.next).toBe(records.length);
      expect(present(createTimeline(header, [...journal.base(), ...kept]))).toEqual(
        present(createTimeline(header, records)),
      );
    }
  });

  it('gives what came since a number, or says that it is kept no longer', () => {
    const journal = createJournal({ records: 10, size: Infinity });
    const records = lesson(3);
    journal.push(records);
    expect(journal.since(10)).toEqual(records.slice(10));
    expect(journal.since(4, 3)).toEqual(records.slice(4, 7));
    expect(journal.since(journal.next)).toEqual([]);
    expect(journal.since(0)).toBeUndefined();
    expect(journal.since(journal.next + 1)).toBeUndefined();
  });
});

describe('a timeline', () => {
  it('is the same whether its records came at once or one by one', () => {
    const grown = createTimeline(header);
    for (const record of lesson(20)) append(grown, [record]);
    expect(grown).toEqual(createTimeline(header, lesson(20)));
  });

  it('knows of each message when it was sent, received and handled', () => {
    const { messages } = createTimeline(header, lesson(2));
    expect(messages).toMatchObject([
      { number: 0, from: 'x:0', to: 'x:1', at: 1, received: 1.25, done: 1.5 },
      { number: 1, from: 'x:1', to: 'x:0', at: 2, received: 2.25, done: 2.5 },
    ]);
  });

  it('finds each message by its number, also where numbers are left out, go back or come twice', () => {
    const numbers = [7, 8, 10, 9, 30, 12, 8];
    const records = numbers.map((message, at): InspectorRecord => ({
      at,
      type: 'sent',
      message,
      from: 'x:0',
      to: 'x:1',
      event: 'PASS',
    }));
    const known = createTimeline(header, records);
    expect(numbers.map((number) => messageNumbered(known, number)?.place)).toEqual([0, 6, 2, 3, 4, 5, 6]);
    expect([6, 11, 13, 8.5, Number.NaN].map((number) => messageNumbered(known, number))).toEqual(
      Array.from({ length: 5 }),
    );
    expect(messageNumbered(createTimeline(header), 0)).toBeUndefined();
    // numbers that follow one another are kept no second time
    expect(createTimeline(header, lesson(10)).strays.size).toBe(0);
  });

  it('tells what was there at any moment', () => {
    const { actors } = createTimeline(header, lesson(10));
    const { steps } = actors.get('x:1') ?? { steps: [] };
    expect(latest(steps)?.value).toBe('state 8');
    expect(latest(steps, 3.5)?.value).toBe('state 2');
    expect(latest(steps, 3.4)?.value).toBe('state 0');
    expect(latest(steps, 0)).toBeUndefined();
    expect([0, 1.5, 2, 100].map((moment) => countUntil(steps, moment))).toEqual([0, 1, 1, 5]);
  });

  it('is trimmed to its bounds, and shows the same present', () => {
    const whole = createTimeline(header, lesson(100));
    const trimmed = trimTimeline(whole, { records: 60, size: Infinity });
    expect(trimmed.records.length).toBeLessThanOrEqual(60);
    expect(present(trimmed)).toEqual(present(whole));
    expect(trimmed.messages.at(-1)).toEqual({ ...whole.messages.at(-1), place: trimmed.messages.length - 1 });
    expect(trimTimeline(whole, { records: 1000, size: Infinity })).toBe(whole);
  });
});

describe('a recording', () => {
  it('is read as it was written', () => {
    const records = lesson(3);
    expect(readRecording(writeRecording(header, records).join(''))).toEqual({ header, records });
  });

  it('that was cut is read as far as it is whole, and says so', () => {
    const text = writeRecording(header, lesson(3)).join('');
    expect(readRecording(text.slice(0, -10))).toEqual({
      header,
      records: lesson(3).slice(0, -1),
      problem: 'The recording was cut in its line 13: what came before is shown.',
    });
  });

  it('with a line that is no record is read up to that line', () => {
    for (const line of ['{"at":1}', '{"at":1,"type":"sent"}', 'null', 'x']) {
      const [first = '', second = '', ...rest] = writeRecording(header, lesson(1));
      expect(readRecording([first, second, `${line}\n`, ...rest].join(''))).toEqual({
        header,
        records: lesson(1).slice(0, 1),
        problem: 'Line 3 of the recording is no record: what came before is shown.',
      });
    }
  });

  it('keeps records of a type that is not known here', () => {
    const later = { at: 1, type: 'later' } as unknown as InspectorRecord;
    expect(readRecording(writeRecording(header, [later]).join(''))).toEqual({ header, records: [later] });
  });

  it.each([
    ['', 'This is no recording of troupe: its first line is not the header of one.'],
    ['{"troupe":"recording"}', 'This is no recording of troupe: its first line is not the header of one.'],
    ['null', 'This is no recording of troupe: its first line is not the header of one.'],
    [
      JSON.stringify({ ...header, version: 2 }),
      'This recording has version 2, and version 1 is what is read here: open it with the troupe that made it.',
    ],
  ])('is refused if it begins with %j', (text, problem) => {
    expect(readRecording(text)).toEqual({ records: [], problem });
  });

  it('takes no record of which a field is missing or is something else', () => {
    const whole: readonly InspectorRecord[] = [
      { at: 0, type: 'node', node: 'main@1', up: true, error: 'died' },
      { at: 0, type: 'actor', actor: 'x:0', id: 'Alice', node: 'main@1', kind: 'machine', parent: 'x:1', src: 's' },
      { at: 0, type: 'sent', message: 1, from: 'x:0', to: 'x:1', event: 'PASS', body: '{}' },
      { at: 0, type: 'received', message: 1 },
      { at: 0, type: 'step', actor: 'x:0', event: 'PASS', transitions: [], actions: [] },
      { at: 0, type: 'snapshot', actor: 'x:0', snapshot: '{}' },
      { at: 0, type: 'life', actor: 'x:0', life: 2, error: 'died' },
      { at: 0, type: 'ended', actor: 'x:0', how: 'failed', error: 'died' },
      { at: 0, type: 'dead-letter', reason: 'stopped', to: 'x:0', count: 1, error: 'died' },
      { at: 0, type: 'mailbox', actor: 'x:0', waiting: 1 },
      { at: 0, type: 'cell', cell: 'hand', value: 1 },
      { at: 0, type: 'gauges', node: 'main@1', delay: { p50: 1, p99: 1, max: 1 }, busy: 0, heap: 1 },
      { at: 0, type: 'gap', reason: 'dropped', since: 0 },
    ];
    const optional = ['error', 'parent', 'src', 'body', 'transitions', 'actions', 'value'];
    const reads = (record: object) => readRecording([header, record].map((each) => JSON.stringify(each)).join('\n'));
    for (const record of whole) {
      expect(reads(record).records).toEqual([record]);
      for (const name of Object.keys(record).filter((each) => each !== 'value')) {
        for (const wrong of [null, name === 'up' ? 1 : true]) {
          expect(reads({ ...record, [name]: wrong }).records, `${record.type} ${name} ${wrong}`).toEqual([]);
        }
        const without = Object.fromEntries(Object.entries(record).filter(([key]) => key !== name));
        expect(reads(without).records.length, `${record.type} without ${name}`).toBe(
          optional.includes(name) && record.type !== 'life' ? 1 : 0,
        );
      }
    }
  });
});
