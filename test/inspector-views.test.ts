// What the page's sequence diagram, log and counters make of records, without a browser; and the same as text for Mermaid.
import { describe, expect, it } from 'vitest';
import { recordingToMermaid } from '../src/inspector/sequence-mermaid.ts';
import { figuresAt, nodeFiguresAt, percentile, ratesUntil } from '../src/inspector/page/counters/rates.ts';
import { createMatcher, parseFilter } from '../src/inspector/page/log/filter.ts';
import { lineOf } from '../src/inspector/page/log/line.ts';
import { BREAK, draw, type View } from '../src/inspector/page/sequence/drawing.ts';
import { layOutLanes, MOST_OPEN, type LaneOptions } from '../src/inspector/page/sequence/lanes.ts';
import { createRows, extendRows, recordOf, rowsUntil, type Rows } from '../src/inspector/page/sequence/rows.ts';
import { createSelection } from '../src/inspector/page/sequence/selection.ts';
import { bytesText, countText, durationText, timeText } from '../src/inspector/page/sequence/text.ts';
import type { InspectorRecord, RecordingHeader } from '../src/inspector/records.ts';
import { append, createTimeline, type Timeline } from '../src/inspector/timeline.ts';

const header: RecordingHeader = { troupe: 'recording', version: 1, epoch: 0, node: 'main@1', title: '' };

const cast: readonly InspectorRecord[] = [
  { at: 0, type: 'node', node: 'main@1', up: true },
  { at: 0, type: 'node', node: 'worker@2', up: true },
  { at: 0, type: 'actor', actor: 'a', id: 'Alice', node: 'worker@2', kind: 'machine' },
  { at: 0, type: 'actor', actor: 'b', id: 'Bob', node: 'worker@2', kind: 'machine' },
  { at: 0, type: 'actor', actor: 'c', id: 'Carol', node: 'main@1', kind: 'machine' },
];

const timelineOf = (...records: readonly InspectorRecord[]): Timeline => createTimeline(header, [...cast, ...records]);

/** Numbers that are the same for a seed. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** What several threads may tell, a little out of order, as a collector gets it. */
function anything(seed: number, count: number): InspectorRecord[] {
  const random = createRandom(seed);
  const records: InspectorRecord[] = [];
  const senders = ['a', 'b', 'c', 'main@1', 'stranger@9'];
  const open: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const at = index - random(random(9) === 0 ? 40 : 4);
    const actor = senders[random(3)] as string;
    const choice = random(12);
    const message = choice < 9 && choice > 4 ? open.splice(random(open.length), 1)[0] : undefined;
    if (choice < 5) {
      open.push(index);
      const from = senders[random(5)] as string;
      records.push({ at, type: 'sent', message: index, from, to: actor, event: `EVENT_${random(4)}` });
    } else if (message !== undefined && choice < 8) {
      records.push({ at, type: 'received', message, done: at + 1 });
      records.push({ at, type: 'step', actor, event: 'E', message, value: { up: `state ${random(3)}` } });
    } else if (message !== undefined) {
      records.push({ at, type: 'dead-letter', reason: 'down', to: actor, count: 1, message });
      if (random(4) === 0) open.push(message);
    } else if (choice === 9) records.push({ at, type: 'step', actor, event: 'tick', value: `state ${random(3)}` });
    else if (choice === 10) records.push({ at, type: 'life', actor, life: 2, error: 'no' });
    else records.push({ at, type: 'gap', reason: 'dropped', since: at - 1 });
  }
  return records;
}

const picture = (rows: Rows) => ({
  at: [...rows.at.slice(0, rows.length)],
  record: [...rows.record.slice(0, rows.length)],
  slot: [...rows.slot.slice(0, rows.length)],
  sent: [...rows.sentRow.slice(0, rows.messages)],
  end: [...rows.endRow.slice(0, rows.messages)],
  step: [...rows.stepRecord.slice(0, rows.messages)],
  receipts: rows.receipts,
});

describe('rows', () => {
  it('are the same when records come bit by bit as when they come at once, whatever their order', () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const random = createRandom(seed);
      const records = anything(seed, 300);
      const whole = createRows(timelineOf(...records));
      const timeline = timelineOf();
      const rows = createRows(timeline);
      const odd = createSelection(rows, (row) => (rows.record[row] as number) % 2 === 1);
      for (let from = 0; from < records.length;) {
        const to = from + 1 + random(30);
        append(timeline, records.slice(from, to));
        extendRows(rows);
        odd.advance(() => random(2) === 0);
        from = to;
      }
      odd.advance();
      expect(picture(rows), `seed ${seed}`).toEqual(picture(whole));
      const selected = Array.from({ length: odd.length }, (_, position) => odd.row(position));
      const expected = picture(whole).record.flatMap((record, row) => (record % 2 === 1 ? [row] : []));
      expect(selected, `seed ${seed}`).toEqual(expected);
    }
  });

  it('are in the order of time, and no message is received before it was sent', () => {
    for (let seed = 50; seed < 70; seed += 1) {
      const rows = createRows(timelineOf(...anything(seed, 300)));
      const { at, sent, end } = picture(rows);
      expect(at).toEqual(at.toSorted((one, other) => one - other));
      for (const [slot, row] of end.entries()) {
        expect(recordOf(rows, sent[slot] as number).type).toBe('sent');
        expect(row === -1 || row > (sent[slot] as number), `seed ${seed}`).toBe(true);
      }
    }
  });

  it('are put in order also when what is new is from long before', () => {
    const late: InspectorRecord[] = [];
    for (let message = 0; message < 400; message += 1) {
      const at = message < 200 ? 1000 + message : message;
      late.push({ at, type: 'sent', message, from: 'a', to: 'b', event: 'E' });
    }
    const rows = createRows(timelineOf(...late));
    const { at } = picture(rows);
    expect(at).toEqual(at.toSorted((one, other) => one - other));
    expect(rowsUntil(rows, 999)).toBe(200);
  });

  it('tell a state beside the message that led to it, and only where it is another one', () => {
    const timeline = timelineOf(
      { at: 1, type: 'step', actor: 'b', event: 'xstate.init', value: 'idle' },
      { at: 2, type: 'sent', message: 1, from: 'a', to: 'b', event: 'GO' },
      { at: 3, type: 'received', message: 1, done: 4 },
      { at: 4, type: 'step', actor: 'b', event: 'GO', message: 1, value: 'ready' },
      { at: 5, type: 'sent', message: 2, from: 'a', to: 'b', event: 'GO' },
      { at: 6, type: 'step', actor: 'b', event: 'GO', message: 2, value: 'ready' },
      { at: 9, type: 'step', actor: 'b', event: 'xstate.after.500.b.ready', value: 'idle' },
    );
    const rows = createRows(timeline);
    expect(rows.stepRecord[0]).toBe(timeline.records.findIndex((record) => record.type === 'step' && record.at === 4));
    expect(rows.stepRecord[1]).toBe(-1);
    const types = Array.from({ length: rows.length }, (_, row) => recordOf(rows, row).type);
    expect(types).toEqual(['sent', 'received', 'step', 'sent', 'step']);
  });

  it('are looked at piece by piece where there are many', () => {
    const timeline = timelineOf(...anything(3, 5000));
    const rows = createRows(timeline);
    const all = createSelection(rows, () => true);
    expect(all.advance(() => true)).toBe(false);
    expect(all.looked).toBeLessThan(rows.length);
    expect(all.advance()).toBe(true);
    expect(all.length).toBe(rows.length);
  });
});

describe('lanes', () => {
  const options: LaneOptions = { others: new Set(), opened: new Map(), available: 800 };
  const many = (count: number): InspectorRecord[] =>
    Array.from({ length: count }, (_, index) => ({
      at: 1,
      type: 'actor' as const,
      actor: `x${index}`,
      id: `student-${index}`,
      node: 'crowd@3',
      kind: 'machine' as const,
    }));

  it('are grouped by node, plain code first, in the order in which they came', () => {
    const { lanes, groups } = layOutLanes(timelineOf(), { ...options, others: new Set(['main@1']) });
    expect(lanes.map(({ label, kind }) => [label, kind])).toEqual([
      ['code', 'plain'],
      ['Carol', 'actor'],
      ['Alice', 'actor'],
      ['Bob', 'actor'],
    ]);
    expect(groups.map(({ label, lanes: count }) => [label, count])).toEqual([
      ['main', 2],
      ['worker', 2],
    ]);
    for (const group of groups) {
      for (const { x, node } of lanes) {
        expect(x > group.x && x < group.x + group.width).toBe(node === group.node);
      }
    }
  });

  it('keep their order when actors come', () => {
    const before = layOutLanes(timelineOf(...many(3)), options).lanes.map(({ key }) => key);
    const after = layOutLanes(timelineOf(...many(9)), options).lanes.map(({ key }) => key);
    expect(after.filter((key) => before.includes(key))).toEqual(before);
  });

  it('are one for a node of many actors until it is opened, with one of its own for the chosen', () => {
    const timeline = timelineOf(...many(MOST_OPEN + 1));
    const folded = layOutLanes(timeline, { ...options, chosen: 'x5' });
    expect(folded.lanes.filter(({ node }) => node === 'crowd@3').map(({ label }) => label)).toEqual([
      '12 actors',
      'student-5',
    ]);
    expect(folded.of('x7')).toBe(folded.of('x1'));
    expect(folded.of('x5')?.kind).toBe('actor');
    const opened = layOutLanes(timeline, { ...options, opened: new Map([['crowd@3', true]]) });
    expect(opened.lanes.filter(({ node }) => node === 'crowd@3')).toHaveLength(MOST_OPEN + 1);
  });

  it('are those of who takes part, where that is asked for', () => {
    const { lanes } = layOutLanes(timelineOf(...many(40)), { ...options, only: new Set(['a', 'x3', 'x4']) });
    expect(lanes.map(({ label }) => label)).toEqual(['Alice', 'student-3', 'student-4']);
  });

  it('are shared by an actor and what it invokes, unless that is chosen or asked for', () => {
    const invoked = (actor: string, parent: string, node = 'worker@2'): InspectorRecord => {
      return { at: 1, type: 'actor', actor, id: actor, node, parent, kind: 'promise' };
    };
    const timeline = timelineOf(
      invoked('p', 'a'),
      invoked('q', 'p'),
      invoked('r', 'a', 'main@1'),
      invoked('s', 't'),
      invoked('t', 's'),
    );
    const keys = (more: Partial<LaneOptions>) =>
      layOutLanes(timeline, { ...options, ...more }).lanes.map(({ key }) => key);
    expect(keys({})).toEqual(['c', 'r', 'a', 'b', 's', 't']);
    expect(layOutLanes(timeline, options).of('q')?.key).toBe('a');
    expect(keys({ chosen: 'q' })).toEqual(['c', 'r', 'a', 'b', 'q', 's', 't']);
    expect(keys({ helpers: true })).toEqual(['c', 'r', 'a', 'b', 'p', 'q', 's', 't']);
    expect(keys({ only: new Set(['q']) })).toEqual(['a']);
  });

  it('tell nodes of one name apart', () => {
    const again: InspectorRecord = { at: 1, type: 'actor', actor: 'd', id: 'Dave', node: 'worker@7', kind: 'machine' };
    const { groups } = layOutLanes(timelineOf(again), options);
    expect(groups.map(({ label }) => label)).toEqual(['main', 'worker', 'worker (2)']);
  });
});

describe('the drawing', () => {
  const view = (records: readonly InspectorRecord[], first = 0, last = Infinity): View => {
    const timeline = timelineOf(...records);
    const rows = createRows(timeline);
    const selection = createSelection(rows, (row) => !(recordOf(rows, row).type === 'step' && rows.slot[row] !== -1));
    selection.advance();
    const lanes = layOutLanes(timeline, { others: rows.others, opened: new Map(), available: 900 });
    return { rows, selection, lanes, first, last: Math.min(last, selection.length), left: 0, right: 900 };
  };

  it('slants an arrow from its send to its receipt', () => {
    const [message] = draw(
      view([
        { at: 1, type: 'sent', message: 1, from: 'a', to: 'b', event: 'GO' },
        { at: 1.25, type: 'received', message: 1 },
      ]),
    ).messages;
    expect(message).toMatchObject({ form: 'whole', label: 'GO', latency: '250 µs', anchor: 'start' });
    expect(message && message.y2 > message.y1 && message.x2 > message.x1).toBe(true);
  });

  it('ends what is sent to plain code at the lane of that, where nothing waits and nothing is received', () => {
    const records: InspectorRecord[] = [{ at: 1, type: 'sent', message: 1, from: 'c', to: 'worker@2', event: 'YES' }];
    const shown = view(records);
    const [message] = draw(shown).messages;
    expect(message).toMatchObject({ form: 'whole', label: 'YES', latency: '', x2: shown.lanes.of('worker@2')?.x });
    expect(lineOf(shown.rows, 0)).toMatchObject({ to: { name: 'worker' }, latency: '', actor: undefined });
  });

  it('tells a node that left from one that died', () => {
    const { bands } = draw(
      view([
        { at: 1, type: 'node', node: 'worker@2', up: false },
        { at: 2, type: 'node', node: 'main@1', up: false, error: 'Out of memory.' },
      ]),
    );
    expect(bands.map(({ kind, text }) => [kind, text])).toEqual([
      ['left', 'worker left'],
      ['died', 'main died: Out of memory.'],
    ]);
  });

  it('keeps a label in the view where its lane is near the edge', () => {
    const shown = view([{ at: 1, type: 'sent', message: 1, from: 'a', to: 'b', event: 'A_LONG_NAME_OF_AN_EVENT' }]);
    const [wide] = draw(shown).messages;
    const right = (wide?.labelX ?? 0) + 40;
    const [narrow] = draw({ ...shown, right }).messages;
    expect(narrow?.labelX).toBeLessThan(right - 100);
  });

  it('shows what waits, what was lost, and what is sent to oneself', () => {
    const { messages, marks } = draw(
      view([
        { at: 1, type: 'sent', message: 1, from: 'a', to: 'b', event: 'WAITS' },
        { at: 2, type: 'sent', message: 2, from: 'a', to: 'b', event: 'LOST' },
        { at: 3, type: 'dead-letter', reason: 'mailbox-full', to: 'b', count: 1, message: 2 },
        { at: 4, type: 'sent', message: 3, from: 'c', to: 'c', event: 'SELF' },
        { at: 5, type: 'received', message: 3 },
      ]),
    );
    expect(messages.map(({ form, loop, latency }) => [form, loop, latency])).toEqual([
      ['waiting', 0, ''],
      ['lost', 0, 'mailbox-full'],
      ['whole', 1, '1 ms'],
    ]);
    expect(marks).toEqual([]);
  });

  it('has one text at most on a side of a lane in a row', () => {
    for (let seed = 100; seed < 120; seed += 1) {
      const { messages, marks } = draw(view(anything(seed, 300)));
      const places = [
        ...messages.map(
          ({ labelY, anchor, labelX }) => `${Math.round(labelY + 4)} ${anchor} ${Math.round(labelX / 60)}`,
        ),
        ...marks.map(({ y, anchor, x }) => `${Math.round(y)} ${anchor} ${Math.round(x / 60)}`),
      ];
      expect(new Set(places).size, `seed ${seed}`).toBe(places.length);
    }
  });

  it('breaks an arrow that goes over more rows than can be seen, and looks at no more than those in view and some before', () => {
    const records: InspectorRecord[] = [{ at: 0.5, type: 'sent', message: 0, from: 'a', to: 'b', event: 'LONG' }];
    for (let message = 1; message <= 4000; message += 1) {
      records.push(
        { at: message, type: 'sent', message, from: 'b', to: 'c', event: 'SHORT' },
        { at: message + 0.5, type: 'received', message },
      );
    }
    records.push({ at: 5000, type: 'received', message: 0 });
    const forms = (first: number, last: number) =>
      draw(view(records, first, last))
        .messages.filter(({ message }) => message.number === 0)
        .map(({ form }) => form);
    expect(forms(0, 30)).toEqual(['start']);
    expect(forms(4000, 4030)).toEqual([]);
    expect(forms(7980, 8010)).toEqual(['end']);
    const inView = draw(view(records, 4000, 4030)).messages;
    expect(inView.length).toBeLessThan(30 + BREAK);
    const keys = inView.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('the filter', () => {
  const records: readonly InspectorRecord[] = [
    { at: 1, type: 'sent', message: 1, from: 'a', to: 'b', event: 'PASS_IT_ON', body: '{"number":42}' },
    { at: 2, type: 'received', message: 1 },
    { at: 3, type: 'sent', message: 2, from: 'main@1', to: 'a', event: 'HOLD_THIS', body: '{"text":"a [b] c+"}' },
    { at: 4, type: 'dead-letter', reason: 'mailbox-full', to: 'a', from: 'main@1', count: 1, message: 2 },
    { at: 5, type: 'step', actor: 'b', event: 'PASS_IT_ON', message: 1, value: 'ready' },
    { at: 6, type: 'ended', actor: 'b', how: 'failed', error: 'no card' },
    { at: 7, type: 'life', actor: 'a', life: 2, error: 'no card' },
    { at: 8, type: 'gap', reason: 'dropped', since: 7 },
    { at: 9, type: 'node', node: 'worker@2', up: false },
  ];
  const timeline = timelineOf(...records);
  const found = (text: string) => {
    const matches = createMatcher(timeline, parseFilter(text));
    return records.filter((record) => matches(record)).map(({ at }) => at);
  };

  it.each([
    ['', [1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ['from:alice', [1, 2]],
    ['to:Alice', [3, 4]],
    ['type:pass', [1, 2, 5]],
    ['node:main', [3, 4]],
    ['node:worker', [1, 2, 3, 4, 5, 6, 7, 9]],
    ['is:message', [1, 2, 3]],
    ['is:dead', [4]],
    ['is:step', [5]],
    ['is:ended', [6]],
    ['is:restart', [7]],
    ['is:gap', [8]],
    ['is:node', [9]],
    ['42', [1, 2]],
    ['"no card"', [6, 7]],
    ['no card', [6, 7]],
    ['"a [b] c+"', [3]],
    ['bob -is:step', [1, 2, 6]],
    ['-node:worker', [8]],
    ['from:main hold', [3]],
    ['carol', []],
    ['unknown:thing', []],
    ['"', [1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ['(', []],
  ])('%s', (text, expected) => {
    expect(found(text)).toEqual(expected);
  });

  it('says the same of a record whenever it is asked', () => {
    const later = timelineOf(records[0] as InspectorRecord);
    for (const text of ['from:alice', 'is:dead', 'bob', '42']) {
      const early = createMatcher(later, parseFilter(text))(records[0] as InspectorRecord);
      expect(early).toBe(createMatcher(timeline, parseFilter(text))(records[0] as InspectorRecord));
    }
  });

  it('finds what a line of the log says', () => {
    const rows = createRows(timeline);
    const lines = Array.from({ length: rows.length }, (_, row) => lineOf(rows, row));
    expect(lines[0]).toMatchObject({ from: { name: 'Alice' }, to: { name: 'Bob' }, latency: '1 ms', message: 1 });
    expect(lines.map(({ what }) => what)).toContain('failed');
    expect(lines.find(({ kind }) => kind === 'dead-letter')).toMatchObject({ body: 'mailbox-full', actor: 'a' });
  });
});

describe('what is sent to plain code', () => {
  const timeline = timelineOf({ at: 2, type: 'sent', message: 1, from: 'c', to: 'worker@2', event: 'RELEASED' });

  it('ends on the lane of that code', () => {
    const options = { others: new Set(['worker@2']), opened: new Map<string, boolean>(), available: 800 };
    expect(layOutLanes(timeline, options).of('worker@2')).toMatchObject({ kind: 'plain', node: 'worker@2' });
  });

  it('is called by its node in the log', () => {
    const rows = createRows(timeline);
    expect(lineOf(rows, rows.length - 1)).toMatchObject({ from: { name: 'Carol' }, to: { name: 'worker' } });
  });

  it('has come as soon as it was sent', () => {
    expect(recordingToMermaid(timeline.records)).toContain('p1->>p2: RELEASED\n');
  });
});

describe('the counters', () => {
  const sends = (count: number, from: number, every: number): InspectorRecord[] =>
    Array.from({ length: count }, (_, index) => [
      { at: from + index * every, type: 'sent' as const, message: index, from: 'a', to: 'b', event: 'E' },
      { at: from + index * every + 1 + index / 100, type: 'received' as const, message: index },
    ]).flat();

  it('count the last second of the moment that is looked at', () => {
    const timeline = timelineOf(...sends(200, 1000, 10));
    expect(figuresAt(timeline, 1999)).toMatchObject({ rate: 100, messages: 100 });
    expect(figuresAt(timeline, 500)).toMatchObject({ rate: 0, messages: 0, latency: undefined });
    expect(figuresAt(timeline, 10_000)).toMatchObject({ rate: 0, messages: 200 });
    expect(ratesUntil(timeline, 2000, 4, 500)).toEqual([0, 2, 100, 100]);
  });

  it('tell how long the latest messages took, as far as they were received then', () => {
    const timeline = timelineOf(...sends(100, 1000, 1));
    const { latency } = figuresAt(timeline, 2000 - 1);
    expect(latency?.p50).toBeCloseTo(1.49);
    expect(latency?.p99).toBeCloseTo(1.98);
    expect(figuresAt(timeline, 1000.5).latency).toBeUndefined();
    expect(figuresAt(timeline, 5000).latency?.p50).toBeCloseTo(1.49);
  });

  it('tell how long messages between nodes took, and those within one only where there is no other', () => {
    const local = sends(50, 1500, 1);
    const between: InspectorRecord[] = [
      { at: 1400, type: 'sent', message: 1000, from: 'b', to: 'c', event: 'E' },
      { at: 1407, type: 'received', message: 1000 },
    ];
    expect(figuresAt(timelineOf(...between, ...local), 2000).latency).toEqual({ p50: 7, p99: 7, isBetween: true });
    expect(figuresAt(timelineOf(...local), 2000).latency).toMatchObject({ isBetween: false });
  });

  it('know the longest mailbox, dead letters, restarts and the living at a moment', () => {
    const timeline = timelineOf(
      { at: 1, type: 'mailbox', actor: 'a', waiting: 3 },
      { at: 2, type: 'mailbox', actor: 'b', waiting: 9 },
      { at: 3, type: 'mailbox', actor: 'b', waiting: 1 },
      { at: 4, type: 'dead-letter', reason: 'down', to: 'a', count: 5 },
      { at: 5, type: 'life', actor: 'a', life: 2, error: 'no' },
      { at: 6, type: 'ended', actor: 'a', how: 'done' },
    );
    expect(figuresAt(timeline, 2)).toMatchObject({ mailbox: { waiting: 9, actor: 'b' }, deadLetters: 0, actors: 3 });
    expect(figuresAt(timeline, 5)).toMatchObject({ mailbox: { waiting: 3, actor: 'a' }, deadLetters: 5, restarts: 1 });
    expect(figuresAt(timeline)).toMatchObject({ mailbox: { waiting: 1, actor: 'b' }, actors: 2 });
  });

  it('tell how each node fared', () => {
    const gauge = (at: number, busy: number): InspectorRecord => ({
      at,
      type: 'gauges',
      node: 'worker@2',
      delay: { p50: 1, p99: at, max: 9 },
      busy,
      heap: at * 1000,
    });
    const timeline = timelineOf(gauge(500, 0.1), gauge(1000, 0.2), gauge(1500, 0.3), {
      at: 1600,
      type: 'node',
      node: 'worker@2',
      up: false,
    });
    expect(nodeFiguresAt(timeline, 1000, 400)[1]).toMatchObject({ busy: 0.2, heap: 1e6, busyness: [0.2], up: true });
    expect(nodeFiguresAt(timeline)[1]).toMatchObject({ delay: 1500, busyness: [0.1, 0.2, 0.3], up: false, actors: 0 });
    expect(nodeFiguresAt(timeline, 1500)[1]).toMatchObject({ actors: 2 });
    expect(nodeFiguresAt(timeline)[0]).toMatchObject({ name: 'main', busy: undefined, actors: 1 });
  });

  it('take percentiles of what there is', () => {
    expect(percentile([], 0.5)).toBeUndefined();
    expect(percentile([1], 0.99)).toBe(1);
    expect(percentile([1, 2, 3, 4], 0.5)).toBe(2);
  });

  it('are written short', () => {
    expect([0.0004, 0.34, 0.9999, 1.234, 999.6, 12_345, 200_000].map((time) => durationText(time))).toEqual([
      '0 µs',
      '340 µs',
      '1 ms',
      '1.23 ms',
      '1 s',
      '12.3 s',
      '3 min',
    ]);
    expect([0, 12_345.9, 125_120, 3_725_120].map((time) => timeText(time))).toEqual([
      '0.000',
      '12.345',
      '2:05.120',
      '1:02:05.120',
    ]);
    expect([7, 1234, 12_345, 4_560_000].map((count) => countText(count))).toEqual(['7', '1,234', '12.3k', '4.56M']);
    expect([812_000, 48_200_000, 2e9].map((bytes) => bytesText(bytes))).toEqual(['812 KB', '48.2 MB', '2 GB']);
  });
});

describe('a recording as a Mermaid sequence diagram', () => {
  it('has a box per node, a participant per actor that takes part, and an arrow per message', () => {
    const text = recordingToMermaid([
      ...cast,
      { at: 1, type: 'sent', message: 1, from: 'main@1', to: 'a', event: 'HOLD_THIS' },
      { at: 1.25, type: 'received', message: 1 },
      { at: 2, type: 'sent', message: 2, from: 'a', to: 'b', event: 'PASS' },
      { at: 2, type: 'dead-letter', reason: 'mailbox full', to: 'b', count: 1, message: 2 },
      { at: 3, type: 'sent', message: 3, from: 'a', to: 'a', event: 'LATER' },
      { at: 4, type: 'life', actor: 'a', life: 2, error: 'no card' },
      { at: 5, type: 'ended', actor: 'b', how: 'done' },
    ]);
    expect(text).toBe(`sequenceDiagram
  box transparent main
    participant p1 as code
  end
  box transparent worker
    participant p2 as Alice
    participant p3 as Bob
  end
  p1->>p2: HOLD_THIS (250 µs)
  p2-xp3: PASS (mailbox full)
  p2-)p2: LATER
  Note over p2: restarted, life 2, no card
  Note over p3: done
`);
  });

  it('draws what an actor invokes as its own, calls actors by their machine, and leaves names readable', () => {
    const text = recordingToMermaid([
      { at: 0, type: 'node', node: 'thread-1@1', up: true },
      { at: 0, type: 'actor', actor: 'x:0', id: 'x:0', node: 'thread-1@1', kind: 'transition', src: 'barrier' },
      { at: 0, type: 'actor', actor: 'x:1', id: 'action', parent: 'x:0', node: 'thread-1@1', kind: 'promise' },
      { at: 1, type: 'sent', message: 1, from: 'x:1', to: 'x:0', event: 'xstate.done.actor.action' },
      { at: 1, type: 'ended', actor: 'x:1', how: 'done' },
    ]);
    expect(text).toBe(`sequenceDiagram
  box transparent thread-1
    participant p1 as barrier
  end
  p1-)p1: xstate.done.actor.action
`);
  });

  it('writes odd names so that Mermaid takes them as text', () => {
    const odd = 'a; b # c\nend: "x" -->> %% {y} <i> style: z 👍';
    const text = recordingToMermaid([
      { at: 0, type: 'actor', actor: 'a', id: odd, node: 'end@1', kind: 'machine' },
      { at: 1, type: 'sent', message: 1, from: 'a', to: 'a', event: odd },
      { at: 2, type: 'sent', message: 2, from: 'a', to: 'a', event: '' },
    ]);
    const lines = text.trimEnd().split('\n');
    expect(lines).toHaveLength(6);
    const label = (lines[4] as string).slice('  p1-)p1: '.length);
    expect(label).not.toMatch(/[:"<>%{}]|\bend\b|style/iu);
    expect(label.replaceAll(/#\d+;/gu, '')).not.toMatch(/[;#]/u);
    const read = label.replaceAll(/#(\d+);/gu, (_, code: string) => String.fromCodePoint(Number(code)));
    expect(read).toBe(odd.replace('\n', ' '));
    expect(lines[1]).toBe('  box transparent #101;nd');
    expect(lines[5]).toBe('  p1-)p1: (empty)');
  });

  it('is bounded, and says what it leaves out', () => {
    const records: InspectorRecord[] = [...cast];
    for (let message = 0; message < 1000; message += 1) {
      records.push({
        at: message,
        type: 'sent',
        message,
        from: 'a',
        to: message < 990 ? 'c' : 'b',
        event: `E${message}`,
      });
    }
    const text = recordingToMermaid(records, { limit: 3 });
    expect(text.split('\n').filter((line) => line.includes('-)'))).toEqual([
      '  p1-)p2: E997',
      '  p1-)p2: E998',
      '  p1-)p2: E999',
    ]);
    expect(text).toContain('Note over p1: 997 earlier messages are left out');
    expect(text).not.toContain('Carol');
  });

  it('draws nothing of nothing', () => {
    expect(recordingToMermaid([])).toContain('no messages');
    expect(recordingToMermaid(cast, { limit: 0 })).toContain('no messages');
    for (const options of [{ limit: -1 }, { limit: Number.NaN }, { atMost: 3 }])
      expect(() => recordingToMermaid(cast, options as never)).toThrow(/Cannot take .*(limit|atMost)/);
  });
});
