import { describe, expect, it } from 'vitest';
import { recordClass, recordClassAsText, RECORDED } from '../dist/test/fixtures/recordings.js';
import { readAddress, writeAddress } from '../src/inspector/page/address.ts';
import { changesBetween, parseSnapshot } from '../src/inspector/page/changes.ts';
import { nodeColour } from '../src/inspector/page/colours.ts';
import { connect, type Connection, type Socket } from '../src/inspector/page/connection.ts';
import { createIntake, flooded, loaded, type Intake } from '../src/inspector/page/intake.ts';
import { KEYS, pressed } from '../src/inspector/page/keys.ts';
import { eventsOffered, readEvent, shortState } from '../src/inspector/page/offered.ts';
import { density, outline, spanOf, stepFrom } from '../src/inspector/page/scrub.ts';
import {
  chosen,
  chosenMessage,
  emptyTimeline,
  goLive,
  live,
  lookAt,
  moment,
  pause,
  revision,
  timeline,
} from '../src/inspector/page/store.ts';
import { ago } from '../src/inspector/page/times.ts';
import {
  actorAt,
  ENDED_STAY,
  HELPERS_STAY,
  treeRows,
  type TreeRow,
  type TreeView,
} from '../src/inspector/page/tree-rows.ts';
import { CLOSE_ENDED, CLOSE_VERSION, INSPECTOR_VERSION, type PageFrame } from '../src/inspector/protocol.ts';
import { readRecording } from '../src/inspector/recording.ts';
import type { InspectorRecord, MachineDefinition } from '../src/inspector/records.ts';
import { createTimeline } from '../src/inspector/timeline.ts';
import { nameOf } from '../src/inspector/readings.ts';

describe("the page's address", () => {
  it('says the token, the moment and the actor, and is read back', () => {
    const address = { token: 'a+b/c=', at: 1234.567, actor: 'thread-1@2/Alice & Bob' };
    expect(readAddress(writeAddress(address))).toEqual(address);
  });

  it('holds neither a moment nor an actor while one looks at what is live, at nobody', () => {
    expect(writeAddress({ token: 't' })).toBe('#token=t');
    expect(readAddress('#token=t')).toEqual({ token: 't', at: undefined, actor: undefined });
    expect(writeAddress({})).toBe('');
  });

  it('takes what is no number for no moment', () => {
    for (const hash of ['', '#', '#at=', '#at=soon', '#at=Infinity', '#token=']) {
      expect(readAddress(hash)).toEqual({ token: undefined, at: undefined, actor: undefined });
    }
  });

  it('rounds a moment to microseconds', () => {
    expect(writeAddress({ at: 0.1 + 0.2 })).toBe('#at=0.3');
  });
});

describe("the page's connection", () => {
  it('asks with the token as a subprotocol, and greets with its version', () => {
    const { sockets } = tried();
    expect(sockets[0]?.protocols).toEqual(['troupe.inspector', 'token.secret']);
    sockets[0]?.onopen?.();
    expect(sockets[0]?.told).toEqual([{ type: 'hello', version: INSPECTOR_VERSION }]);
  });

  it('is live from the welcome on, and takes the base and the records in', () => {
    const { connection, sockets, took } = tried();
    expect(connection.state.value.type).toBe('connecting');
    welcome(sockets[0]);
    sockets[0]?.gives({ type: 'base', records: [up(1)] });
    sockets[0]?.gives({ type: 'records', first: 10, records: [up(2), up(3)] });
    expect(connection.state.value.type).toBe('live');
    expect(took).toEqual(['begin', 'begin', 1, 2, 3]);
  });

  it('comes back where it was, and takes nothing twice', () => {
    const { connection, sockets, took, pass } = tried();
    welcome(sockets[0]);
    sockets[0]?.gives({ type: 'records', first: 10, records: [up(2), up(3)] });
    sockets[0]?.onclose?.({ code: 1006, reason: '' });
    expect(connection.state.value.type).toBe('lost');
    pass(250);
    sockets[1]?.onopen?.();
    expect(sockets[1]?.told).toEqual([{ type: 'hello', version: INSPECTOR_VERSION, session: 's', next: 12 }]);
    welcome(sockets[1]);
    sockets[1]?.gives({ type: 'records', first: 11, records: [up(3), up(4)] });
    expect(took).toEqual(['begin', 2, 3, 4]);
  });

  it('forgets another session', () => {
    const { sockets, took, pass } = tried();
    welcome(sockets[0]);
    sockets[0]?.gives({ type: 'records', first: 10, records: [up(2)] });
    sockets[0]?.onclose?.({ code: 1006, reason: '' });
    pass(250);
    welcome(sockets[1], { session: 'other' });
    sockets[1]?.gives({ type: 'records', first: 0, records: [up(7)] });
    expect(took).toEqual(['begin', 2, 'begin', 7]);
  });

  it('waits longer each time, five seconds at most, and a quarter again once it was welcome', () => {
    const { sockets, pass, waits } = tried();
    for (const wait of [250, 500, 1000, 2000, 4000, 5000, 5000]) {
      sockets.at(-1)?.onclose?.({ code: 1006, reason: '' });
      expect(waits()).toEqual([wait]);
      pass(wait);
    }
    welcome(sockets.at(-1));
    sockets.at(-1)?.onclose?.({ code: 1006, reason: '' });
    expect(waits()).toEqual([250]);
  });

  it('tries at once when it is woken, but not while it is connected', () => {
    const { connection, sockets } = tried();
    connection.wake();
    expect(sockets).toHaveLength(1);
    sockets[0]?.onclose?.({ code: 1006, reason: '' });
    connection.wake();
    expect(sockets).toHaveLength(2);
  });

  it('gives up on a server that does not greet back, and tries again', () => {
    const { sockets, pass } = tried();
    sockets[0]?.onopen?.();
    pass(10_000);
    expect(sockets[0]?.closed).toBe(true);
  });

  it('says that the address is of an earlier run if the server is there and does not take it', async () => {
    const { connection, sockets } = tried({ answers: async () => true });
    sockets[0]?.onclose?.({ code: 1006, reason: '' });
    await Promise.resolve();
    await Promise.resolve();
    expect(connection.state.value).toMatchObject({
      type: 'refused',
      mend: expect.stringContaining('address') as string,
    });
  });

  it('is ended when the program says so, and looks for a new one every five seconds', () => {
    const { connection, sockets, pass, waits } = tried();
    welcome(sockets[0]);
    sockets[0]?.gives({ type: 'ended' });
    sockets[0]?.onclose?.({ code: CLOSE_ENDED, reason: '' });
    expect(connection.state.value.type).toBe('ended');
    expect(waits()).toEqual([5000]);
    pass(5000);
    sockets[1]?.onclose?.({ code: 1006, reason: '' });
    expect(connection.state.value.type).toBe('ended');
  });

  it.each([
    ['no JSON', '{"type":'],
    ['no object', '7'],
    ['no type', '{}'],
    ['bytes', new Uint8Array(2)],
    ['a welcome without a session', '{"type":"welcome","version":1}'],
    ['records without a number', '{"type":"records","records":[]}'],
    ['a record that is none', '{"type":"records","first":0,"records":[{"type":"node"}]}'],
  ])('ends with words at %s', (_, data) => {
    const { connection, sockets, took } = tried();
    welcome(sockets[0]);
    sockets[0]?.onmessage?.({ data });
    expect(connection.state.value).toMatchObject({
      type: 'refused',
      reason: expect.stringContaining('cannot read') as string,
    });
    expect(sockets[0]?.closed).toBe(true);
    expect(took).toEqual(['begin']);
  });

  it('lets a frame of a later version pass', () => {
    const { connection, sockets } = tried();
    welcome(sockets[0]);
    sockets[0]?.gives({ type: 'weather', sunny: true });
    expect(connection.state.value.type).toBe('live');
  });

  it('says so when the program speaks another version, and does not try again by itself', () => {
    const first = tried();
    welcome(first.sockets[0], { version: 99 });
    expect(first.connection.state.value).toMatchObject({
      type: 'refused',
      mend: expect.stringContaining('Reload') as string,
    });
    const second = tried();
    second.sockets[0]?.onopen?.();
    second.sockets[0]?.onclose?.({ code: CLOSE_VERSION, reason: 'version 2 is spoken here' });
    expect(second.connection.state.value).toMatchObject({
      type: 'refused',
      reason: expect.stringContaining('version 2 is spoken here') as string,
    });
    expect(second.waits()).toEqual([]);
  });

  it('has nothing to connect to without a token, or from a folder', () => {
    expect(tried({ token: undefined }).connection.state.value).toEqual({ type: 'none', why: 'token' });
    const { connection, sockets } = tried({ file: true });
    expect(connection.state.value).toEqual({ type: 'none', why: 'file' });
    connection.wake();
    expect(sockets).toEqual([]);
  });

  it('sends an event, and tells what became of it', async () => {
    const { connection, sockets, pass } = tried();
    await expect(connection.send('Alice', { type: 'GO' })).rejects.toThrow('no connection');
    welcome(sockets[0], { allowSend: true });
    expect(connection.allowSend.value).toBe(true);
    const sent = connection.send('Alice', { type: 'GO' });
    expect(sockets[0]?.told.at(-1)).toEqual({ type: 'send', request: 1, actor: 'Alice', event: { type: 'GO' } });
    sockets[0]?.gives({ type: 'sent', request: 1 });
    await sent;
    const refused = connection.send('Bob', { type: 'GO' });
    sockets[0]?.gives({ type: 'sent', request: 2, error: 'Bob is not there.' });
    await expect(refused).rejects.toThrow('Bob is not there.');
    const unanswered = connection.send('Bob', { type: 'GO' });
    pass(10_000);
    await expect(unanswered).rejects.toThrow('not answered');
    const told = sockets[0]?.told.length;
    await expect(connection.send('Bob', { type: 'é'.repeat(32 * 1024) })).rejects.toThrow('may send 64 KiB at once');
    expect(sockets[0]?.told.length).toBe(told);
    const lost = connection.send('Bob', { type: 'GO' });
    sockets[0]?.onclose?.({ code: 1006, reason: '' });
    await expect(lost).rejects.toThrow('lost');
  });
});

describe('the intake', () => {
  it('adds what comes once a frame', () => {
    const { intake, frame } = taking();
    const before = revision.value;
    intake.begin(RECORDED);
    intake.take([up(1)]);
    intake.take([up(2)]);
    expect(timeline.value.records).toEqual([]);
    expect(frame()).toBe(1);
    expect(timeline.value.records).toHaveLength(2);
    expect(revision.value).toBe(before + 1);
  });

  it('adds a flood a little per frame, and loses nothing of it', () => {
    let time = 0;
    const { intake, frame } = taking({ now: () => (time += 3) });
    intake.begin(RECORDED);
    intake.take(Array.from({ length: 10_000 }, (_, index) => up(index)));
    frame();
    expect(timeline.value.records.length).toBeLessThan(3000);
    let frames = 1;
    while (frame() > 0) frames += 1;
    // what is shown at first may take longer than a frame
    expect(frames).toBeGreaterThan(1);
    expect(timeline.value.records.map(({ at }) => at)).toEqual(Array.from({ length: 10_000 }, (_, index) => index));
  });

  it('draws a flood a few times a second, and what came last soon after its end', () => {
    let time = 0;
    const waits: { at: number; callback: () => void }[] = [];
    const after = (wait: number, callback: () => void) => waits.push({ at: time + wait, callback });
    const { intake, frame } = taking({ now: () => time, after });
    const turn = () => {
      time += 10;
      frame();
      for (const each of waits.splice(0)) {
        if (each.at <= time) each.callback();
        else waits.push(each);
      }
    };
    intake.begin(RECORDED);
    intake.take([up(0)]);
    turn();
    const before = revision.value;
    for (let batch = 0; batch < 100; batch += 1) {
      intake.take(Array.from({ length: 100 }, (_, index) => up(batch * 100 + index)));
      turn();
    }
    expect(revision.value - before).toBeLessThanOrEqual(5);
    expect(flooded.value).toBe(true);
    for (let more = 0; more < 12; more += 1) turn();
    expect(timeline.value.records).toHaveLength(10_001);
    const drawn = revision.value;
    for (let more = 0; more < 50; more += 1) turn();
    expect(revision.value).toBe(drawn);
    intake.take([up(1)]);
    turn();
    expect(revision.value).toBe(drawn + 1);
    expect(flooded.value).toBe(false);
  });

  it('adds what comes faster than can be read at once, and draws none of it on the way but once a second', () => {
    let time = 0;
    const waits: { at: number; callback: () => void }[] = [];
    const grown: number[] = [];
    const { intake, frame } = taking({
      now: () => time,
      after: (wait, callback) => waits.push({ at: time + wait, callback }),
      grown: ({ records }) => grown.push(records.length),
    });
    const pass = (milliseconds: number) => {
      time += milliseconds;
      for (const each of waits.splice(0)) {
        if (each.at <= time) each.callback();
        else waits.push(each);
      }
    };
    intake.begin(RECORDED);
    intake.take([up(0)]);
    frame();
    intake.take([up(0)]);
    frame();
    const before = revision.value;
    const flood = (batch: number) => intake.take(Array.from({ length: 1000 }, (_, index) => up(batch * 1000 + index)));
    flood(0);
    frame();
    expect(flooded.value).toBe(true);
    for (let batch = 1; batch < 190; batch += 1) {
      pass(10);
      flood(batch);
      // no frame is asked for, but for the first after all was drawn
      expect(frame()).toBe(revision.value > before && batch === 100 ? 1 : 0);
      expect(grown.at(-1)).toBe(2 + 1000 * (batch + 1));
    }
    expect(revision.value - before).toBe(1);
    pass(100);
    expect(revision.value - before).toBe(2);
    expect(timeline.value.records).toHaveLength(190_002);
  });

  it('adds what comes to a hidden page, which has no frames', () => {
    let time = 1000;
    const { intake } = taking({ now: () => (time += 300), hidden: () => true });
    intake.begin(RECORDED);
    intake.take([up(1)]);
    expect(timeline.value.records).toHaveLength(1);
  });

  it('folds what is too much into a base, and keeps twice as much while one looks back', () => {
    let time = 0;
    const prepared: number[] = [];
    const { intake, frame } = taking({
      limits: { records: 100, size: 1e9 },
      now: () => (time += 1),
      prepare: ({ records }) => prepared.push(records.length),
    });
    const settle = () => {
      while (frame() > 0);
    };
    intake.begin(RECORDED);
    intake.take(recordClass({ students: 3, threads: 1, messages: 20 }));
    settle();
    intake.take(recordClass({ students: 3, threads: 1, messages: 200 }));
    settle();
    expect(timeline.value.records.length).toBeLessThan(150);
    expect(prepared.at(-1)).toBe(timeline.value.records.length);
    expect(timeline.value.actors.has('Alice')).toBe(true);
    moment.value = 5;
    intake.begin(RECORDED);
    intake.take(Array.from({ length: 150 }, (_, index) => up(index)));
    settle();
    expect(timeline.value.records).toHaveLength(150);
    goLive();
  });

  it('forgets what happened when it is cleared, and keeps what there is', () => {
    const { intake, frame } = taking();
    intake.begin(RECORDED);
    intake.take(recordClass({ students: 4, threads: 2, messages: 50 }));
    frame();
    intake.clear();
    expect(timeline.value.messages).toEqual([]);
    expect(timeline.value.records.some(({ type }) => type === 'gap')).toBe(false);
    expect([...timeline.value.actors.keys()]).toContain('Alice');
    expect(timeline.value.actors.get('Alice')?.steps).toHaveLength(1);
  });

  it('shows a recording instead of what is live, which goes on', () => {
    const { intake, frame } = taking();
    intake.begin(RECORDED);
    intake.take([up(1)]);
    frame();
    const text = recordClassAsText({ students: 2, threads: 1, messages: 10 }).slice(0, -20);
    const { header = RECORDED, ...rest } = readRecording(text);
    intake.open({ header, ...rest }, 'class.ndjson');
    expect(loaded.value).toEqual({ name: 'class.ndjson', problem: expect.stringContaining('cut') as string });
    const shown = timeline.value;
    intake.take([up(2)]);
    frame();
    expect(timeline.value).toBe(shown);
    expect(shown.messages.length).toBeGreaterThan(5);
    intake.close();
    expect(loaded.value).toBeUndefined();
    expect(timeline.value.records).toHaveLength(2);
  });
});

describe('the moment looked at', () => {
  it('freezes what is shown when it is paused, while records keep coming', () => {
    const { intake, frame } = taking();
    intake.begin(RECORDED);
    intake.take([up(1), up(7)]);
    frame();
    pause();
    expect([live.value, moment.value]).toEqual([false, 7]);
    intake.take([up(9)]);
    frame();
    expect([moment.value, timeline.value.end]).toEqual([7, 9]);
    pause();
    expect(moment.value).toBe(7);
    goLive();
    expect([live.value, moment.value]).toEqual([true, undefined]);
  });

  it('is not left while there is nothing to look at', () => {
    timeline.value = emptyTimeline();
    pause();
    expect(live.value).toBe(true);
  });

  it('steps from message to message, and stays at the first', () => {
    timeline.value = createTimeline(RECORDED, recordClass({ students: 3, threads: 1, messages: 30, trouble: false }));
    const { messages } = timeline.value;
    const number = (at: number | undefined, steps: number, current?: number) =>
      stepFrom(messages, at, steps, current)?.number;
    expect(number(undefined, -1)).toBe(30);
    expect(number(messages[9]?.at, -1)).toBe(9);
    expect(number(messages[9]?.at, 1)).toBe(11);
    expect(number(undefined, 1)).toBeUndefined();
    expect(number(messages[9]?.at, 1, 20)).toBe(21);
    expect(number(messages[0]?.at, -1, 1)).toBe(1);
    lookAt(5);
    expect([chosenMessage.value, moment.value]).toEqual([5, messages[4]?.at]);
    lookAt(500);
    expect(chosenMessage.value).toBe(5);
    goLive();
    expect(chosenMessage.value).toBeUndefined();
  });

  it('lies within the time of which everything is known', () => {
    expect(spanOf(createTimeline(RECORDED))).toBeUndefined();
    const gap: InspectorRecord = { at: 50, type: 'gap', reason: 'dropped', since: 0, count: 9 };
    expect(spanOf(createTimeline(RECORDED, [gap, up(3), up(80)]))).toEqual({ from: 50, to: 80 });
    expect(spanOf(createTimeline(RECORDED, [up(3), up(80)]))).toEqual({ from: 3, to: 80 });
  });

  it('is drawn over the density of the messages', () => {
    const { messages } = createTimeline(
      RECORDED,
      [1, 2, 9, 10].map((at) => sent(at)),
    );
    expect(density(messages, { from: 0, to: 10 }, 5)).toEqual([2, 0, 0, 0, 2]);
    expect(outline([1, 0])).toBe('M0 1V0.000H1V1.000H2V1Z');
  });
});

describe('the tree', () => {
  const records = recordClass({ students: 6, threads: 3, messages: 40 });
  const known = createTimeline(RECORDED, records);

  it('has nodes, their actors below those that started them, and cells', () => {
    // the clock has ended: it is still seen, but counted no more
    expect(rowsOf(known).slice(0, 7)).toEqual([
      'main (2)',
      '  teacher',
      '    barrier',
      '    clock',
      'thread-1 (3)',
      '  Alice',
      '    0.student.ready',
    ]);
    expect(rowsOf(known).slice(-2)).toEqual(["  Eve's hand", "  Frank's hand"]);
  });

  it('shows nothing that was not there yet at the moment', () => {
    expect(rowsOf(known, { moment: 0.25 })).toEqual([
      'main (1)',
      '  teacher',
      'thread-1 (0)',
      'thread-2 (0)',
      'thread-3 (0)',
    ]);
  });

  it('hides what is below a closed row', () => {
    expect(rowsOf(known, { closed: new Set(['node main@1']) }).slice(0, 2)).toEqual(['main (2)', 'thread-1 (3)']);
  });

  it('finds actors by name, state and kind, with those above them, also in what is closed', () => {
    expect(rowsOf(known, { filter: 'BARR', closed: new Set(['node main@1']) })).toEqual([
      'main (2)',
      '  teacher',
      '    barrier',
    ]);
    expect(rowsOf(known, { filter: 'callback' })).toContain('    clock');
    expect(rowsOf(known, { filter: 'nobody' })).toEqual([]);
  });

  it('hides what ended a while ago, unless all is to be shown', () => {
    const later = createTimeline(RECORDED, [...records, up(known.end + ENDED_STAY + 10)]);
    expect(rowsOf(known)).toContain('  Bob');
    expect(rowsOf(later)).not.toContain('  Bob');
    expect(rowsOf(later, { showEnded: true })).toContain('  Bob');
    expect(rowsOf(later, { moment: known.end })).toContain('  Bob');
    expect(rowsOf(later, { chosen: 'Bob' })).toContain('  Bob');
  });

  it('hides sooner what actors invoked, and what died with its node', () => {
    const actor = (key: string, kind: 'machine' | 'promise', node: string): InspectorRecord => ({
      type: 'actor',
      at: 0,
      actor: key,
      id: key,
      node,
      kind,
    });
    const ended = (key: string): InspectorRecord => ({ type: 'ended', at: 10, actor: key, how: 'done' });
    const there = [
      up(0),
      actor('job', 'promise', 'thread-1@2'),
      actor('clerk', 'machine', 'thread-1@2'),
      actor('asked', 'promise', 'thread-9@2'),
      actor('office', 'machine', 'thread-9@2'),
    ];
    const gone: InspectorRecord = { type: 'node', at: 10, node: 'thread-9@2', up: false, error: 'It crashed.' };
    const at = (end: number) =>
      rowsOf(createTimeline(RECORDED, [...there, ended('job'), ended('clerk'), gone, up(end)])).map((row) =>
        row.trim().replace(/ \(.*/u, ''),
      );
    expect(at(10 + HELPERS_STAY)).toEqual(expect.arrayContaining(['job', 'clerk', 'asked', 'office']));
    const later = at(11 + HELPERS_STAY);
    expect(later).toEqual(expect.arrayContaining(['clerk', 'office']));
    expect(later).not.toContain('job');
    expect(later).not.toContain('asked');
    expect(at(11 + ENDED_STAY)).not.toContain('clerk');
    expect(at(11 + ENDED_STAY)).toContain('office');
  });

  it('calls an actor without an id of its own what its machine is called', () => {
    const definition = recordClass({ students: 1, threads: 1, messages: 0 }).find(({ type }) => type === 'machine');
    if (definition?.type !== 'machine') throw new Error('The class lacks a machine.');
    const actor = { type: 'actor', at: 0, node: 'main@1', kind: 'machine' } as const;
    const named = createTimeline(RECORDED, [
      definition,
      { ...actor, actor: 'x:0', id: 'x:0', machine: definition.machine },
      { ...actor, actor: 'x:1', id: 'x:1', kind: 'promise', src: 'fetch' },
      { ...actor, actor: 'x:2', id: 'x:2', machine: 'unknown' },
      { ...actor, actor: 'x:3', id: 'Alice', machine: definition.machine },
      { ...actor, actor: 'x:4', id: 'x:4', machine: 'broken' },
      { type: 'machine', at: 0, machine: 'broken', definition: { id: 7, root: [] } as never },
    ]);
    expect(['x:0', 'x:1', 'x:2', 'x:3', 'x:4', 'main@1', 'a@b'].map((key) => nameOf(named, key))).toEqual([
      definition.definition.id,
      'fetch',
      'x:2',
      'Alice',
      'x:4',
      'main',
      'a',
    ]);
  });

  it('shows a node that died, and why', () => {
    const node = treeRows(known, VIEW).find((row) => row.type === 'node' && row.node.name === 'thread-3');
    expect(node).toMatchObject({ gone: { error: 'The thread ended with exit code 1.' } });
    const carol = treeRows(known, VIEW).find((row) => row.type === 'actor' && row.actor.id === 'Carol');
    expect(carol).toMatchObject({ gone: true });
  });

  it('finds the actors of a machine by its name', () => {
    const machine: MachineDefinition = {
      id: 'pupil',
      root: {
        id: 'pupil',
        key: 'pupil',
        type: 'atomic',
        tags: [],
        entry: [],
        exit: [],
        invoke: [],
        transitions: [],
        states: [],
      },
    };
    const one = createTimeline(RECORDED, [
      up(0),
      { at: 1, type: 'machine', machine: '5f1c', definition: machine },
      { at: 2, type: 'actor', actor: 'a', id: 'Ada', node: 'main@1', machine: '5f1c', kind: 'machine' },
      { at: 2, type: 'actor', actor: 'b', id: 'Ben', node: 'main@1', kind: 'logic' },
    ]);
    expect(treeRows(one, { ...VIEW, filter: 'pupil' }).map(textOf)).toEqual(['main (2)', 'Ada']);
  });

  it('folds what ended, where it is much of a kind', () => {
    const parties = Array.from({ length: 6 }, (_, index): InspectorRecord[] => [
      { at: 1, type: 'actor', actor: `p${index}`, id: `p${index}`, node: 'main@1', src: 'party', kind: 'callback' },
      { at: 2, type: 'ended', actor: `p${index}`, how: 'stopped' },
    ]).flat();
    const one = createTimeline(RECORDED, [
      up(0),
      { at: 1, type: 'actor', actor: 'a', id: 'Ada', node: 'main@1', kind: 'logic' },
      ...parties,
    ]);
    const shown = (view: Partial<TreeView> = {}) => treeRows(one, { ...VIEW, ...view }).map(textOf);
    expect(shown()).toEqual(['main (1)', 'Ada', 'p3', 'p4', 'p5', '3 more']);
    expect(shown({ closed: new Set(['more main@1']) })).toHaveLength(9);
    expect(shown({ chosen: 'p0' })).toContain('p0');
    expect(shown({ showEnded: true })).toHaveLength(8);
    expect(shown({ moment: 1 })).toHaveLength(8);
  });

  it('says of an actor what it was at the moment', () => {
    const alice = known.actors.get('Alice');
    const bob = known.actors.get('Bob');
    if (!alice || !bob) throw new Error('The class lacks its students.');
    expect(actorAt(alice)).toMatchObject({ state: 'idle', restarts: 2, failure: 'The chalk broke again.' });
    expect(actorAt(alice, 10)).toMatchObject({ state: 'idle', restarts: 0, waiting: 0, status: 'active' });
    expect(actorAt(bob)).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('BARRIER_BROKEN') as string,
    });
    expect(actorAt(bob, 10)).toMatchObject({ status: 'active', error: undefined });
  });

  it('gives a node one of eight colours, and keeps it when the node comes back', () => {
    const colours = Array.from({ length: 10 }, (_, index) => nodeColour(`node-${index}@1`));
    expect(new Set(colours).size).toBe(8);
    expect(nodeColour('node-3@77')).toBe(colours[3]);
  });
});

describe('the events offered', () => {
  const definitionOf = (machine: string): MachineDefinition => {
    const record = recordClass({ students: 1, threads: 1, messages: 0 }).find(
      (each) => each.type === 'machine' && each.machine === machine,
    );
    if (record?.type !== 'machine') throw new Error(`There is no machine ${machine}.`);
    return record.definition;
  };

  it("are those of the active states and of the ones around them, without XState's own", () => {
    expect(eventsOffered(definitionOf('student'), 'holding')).toEqual([
      { event: 'PASS_IT_ON', guards: ['holdsNumber'] },
      { event: 'YOU_PASS_TO', guards: [] },
      { event: 'WHATS_YOUR_NUMBER', guards: [] },
    ]);
    expect(eventsOffered(definitionOf('student'), undefined)).toEqual([]);
  });

  it('are those of all regions of a parallel state', () => {
    const teacher = definitionOf('teacher');
    const value = { lesson: 'asking', bell: 'quiet' };
    expect(eventsOffered(teacher, value).map(({ event }) => event)).toEqual(['ROUND']);
  });

  it('are read from a type and further fields, or told to be none', () => {
    expect(readEvent(' GO ', '')).toEqual({ type: 'GO' });
    expect(readEvent('GO', '{ "number": 4, "type": "NO" }')).toEqual({ type: 'GO', number: 4 });
    expect(() => readEvent('', '{}')).toThrow('type is empty');
    expect(() => readEvent('GO', '{ number: 4 }')).toThrow('not JSON');
    for (const fields of ['4', 'null', '[1]']) expect(() => readEvent('GO', fields)).toThrow('one JSON object');
  });

  it('belong to a state that is told in one line', () => {
    expect(shortState('idle')).toBe('idle');
    expect(shortState({ open: 'ajar' })).toBe('open.ajar');
    expect(shortState({ lesson: { asking: 'first' }, bell: 'quiet', empty: {} })).toBe(
      'lesson.asking.first · bell.quiet · empty',
    );
    expect(shortState({ all: { left: 'on', right: 'off' } })).toBe('all.(left.on · right.off)');
    expect(shortState(undefined)).toBe('');
  });
});

describe('the changes of a snapshot', () => {
  it('are marked by their path, and the way to them', () => {
    const changes = changesBetween(
      { context: { held: 4, kept: [1], gone: true, same: 1 } },
      { context: { held: 5, kept: [1, 2], same: 1 } },
    );
    expect(Object.fromEntries(changes)).toEqual({
      '': 'changed',
      '/context': 'changed',
      '/context/held': 'changed',
      '/context/kept': 'changed',
      '/context/kept/1': 'new',
      '/context/gone': 'gone',
    });
    expect(changesBetween({ context: 1 }, { context: 1 }).size).toBe(0);
    expect(changesBetween(1, { context: 1 }).size).toBe(1);
  });

  it('are not looked for in a text that was cut', () => {
    expect(parseSnapshot('{"a":1}')).toEqual({ value: { a: 1 } });
    expect(parseSnapshot('{"a":')).toEqual({ text: '{"a":' });
  });
});

describe("the page's keys", () => {
  const press = (key: string, rest: object = {}, busy = false) => {
    const did: string[] = [];
    const event = { key, altKey: false, ctrlKey: false, metaKey: false, ...rest };
    pressed(event, {
      toggleLive: () => did.push('toggle'),
      step: (steps) => did.push(`step ${steps}`),
      goFirst: () => did.push('first'),
      goLive: () => did.push('live'),
      help: () => did.push('help'),
      focus: (name) => did.push(`focus ${name}`),
      busy: () => busy,
    });
    return did.join();
  };

  it('do what the help says', () => {
    expect(['j', 'K', ' ', 'Home', 'End', '?', '/', '2'].map((key) => press(key))).toEqual([
      'step 1',
      'step -10',
      'toggle',
      'first',
      'live',
      'help',
      'focus .tree-search input',
      'focus .actor-chart [tabindex="0"]',
    ]);
    expect(KEYS.length).toBeGreaterThan(5);
  });

  it("leave the browser's own, and what is written, alone", () => {
    expect(press('f', { ctrlKey: true })).toBe('');
    expect(press('j', {}, true)).toBe('');
    expect(press('x')).toBe('');
  });
});

describe('spans of time', () => {
  it('are told in a unit that fits', () => {
    expect([0.237, 12.4, 3210, 125_000, 7_500_000, Infinity].map(ago)).toEqual([
      '0.24 ms',
      '12 ms',
      '3.21 s',
      '2 min 5 s',
      '2 h 5 min',
      '',
    ]);
  });
});

// ---- a socket, time and frames that the test drives

interface FakeSocket extends Socket {
  readonly protocols: readonly string[];
  readonly told: PageFrame[];
  closed: boolean;
  gives(frame: object): void;
}

function tried(options: { token?: string | undefined; file?: boolean; answers?: () => Promise<boolean> } = {}) {
  const sockets: FakeSocket[] = [];
  const took: (string | number)[] = [];
  const timers = new Map<() => void, number>();
  const connection: Connection = connect({
    url: 'ws://127.0.0.1:1/',
    token: 'token' in options ? options.token : 'secret',
    file: options.file ?? false,
    open: (_, protocols) => {
      const socket: FakeSocket = {
        protocols,
        told: [],
        closed: false,
        onopen: null,
        onmessage: null,
        onclose: null,
        send: (text) => socket.told.push(JSON.parse(text) as PageFrame),
        close: () => (socket.closed = true),
        gives: (frame) => socket.onmessage?.({ data: JSON.stringify(frame) }),
      };
      sockets.push(socket);
      return socket;
    },
    intake: {
      begin: () => took.push('begin'),
      take: (records) => took.push(...records.map(({ at }) => at)),
    },
    after: (wait, callback) => {
      const once = () => callback();
      timers.set(once, wait);
      return () => timers.delete(once);
    },
    ...(options.answers ? { answers: options.answers } : {}),
  });
  return {
    connection,
    sockets,
    took,
    waits: () => [...timers.values()],
    /** Calls what waits for exactly so long. */
    pass(wait: number) {
      for (const [callback, each] of [...timers]) {
        if (each !== wait) continue;
        timers.delete(callback);
        callback();
      }
    },
  };
}

function welcome(socket: FakeSocket | undefined, rest: object = {}): void {
  socket?.onopen?.();
  socket?.gives({
    type: 'welcome',
    version: INSPECTOR_VERSION,
    session: 's',
    header: RECORDED,
    allowSend: false,
    ...rest,
  });
}

function taking(options: Partial<Parameters<typeof createIntake>[0]> = {}) {
  timeline.value = emptyTimeline();
  chosen.value = undefined;
  goLive();
  let frames: (() => void)[] = [];
  const intake: Intake = createIntake({ schedule: (callback) => frames.push(callback), now: () => 0, ...options });
  return {
    intake,
    /** Lets a frame come; gives how many had asked for it. */
    frame() {
      const asked = frames;
      frames = [];
      for (const callback of asked) callback();
      return asked.length;
    },
  };
}

const VIEW: TreeView = { moment: undefined, filter: '', showEnded: false, closed: new Set() };

const rowsOf = (known: ReturnType<typeof createTimeline>, view: Partial<TreeView> = {}) =>
  treeRows(known, { ...VIEW, ...view })
    .filter((row) => row.type !== 'cells')
    .map((row) => '  '.repeat(row.level - 1) + textOf(row));

function textOf(row: TreeRow): string {
  if (row.type === 'node') return `${row.name} (${row.actors})`;
  if (row.type === 'actor') return row.actor.id;
  if (row.type === 'more') return row.open ? 'fewer' : `${row.count} more`;
  return row.type === 'cell' ? row.name : 'Cells';
}

const up = (at: number): InspectorRecord => ({ at, type: 'node', node: 'main@1', up: true });
const sent = (at: number): InspectorRecord => ({
  at,
  type: 'sent',
  message: at,
  from: 'main@1',
  to: 'Alice',
  event: 'GO',
});
