import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  assign,
  createMachine,
  fromPromise,
  fromTransition,
  log,
  raise,
  sendParent,
  sendTo,
  setup,
  type ActorSystem,
  type ActorSystemInfo,
  type AnyActorLogic,
  type AnyActorRef,
} from 'xstate';
import { openCell } from 'troupe/shared';
import { readRecording, recordingToMermaid } from 'troupe/inspector';
import { afterAll, describe, expect, it } from 'vitest';
import { createTimeline, NO_RECORDING as NO_HEADER } from '../dist/src/inspector/timeline.js';
import { changesOf } from '../dist/src/testing/model/trace/changes.js';
import type { ActorState, Configuration } from '../dist/src/testing/model/node/node.js';
import { actionsOf } from '../dist/src/testing/model/trace/schedule.js';
import type { Space } from '../dist/src/testing/model/space/space.js';
import { createTrace } from '../dist/src/testing/model/trace/trace-of.js';
import { lesson } from './support/lesson.ts';
import { spaceOf } from './support/spaces.ts';

const follow = (space: Space, schedule: string, ...more: [loopsTo?: number, about?: never]) =>
  createTrace(space, actionsOf(space, schedule), ...more);

const early = 't:s0 s0>barrier! s0>barrier barrier>s0 barrier>s1 t:s1';
const about = { kind: 'always', claim: 'both are in one round' } as never;

describe('a trace', () => {
  it('tells each step, who changed, what was sent and what was dropped', () => {
    const { steps } = follow(lesson({ duplicate: 1 }), early);
    expect(steps.map(({ number, text }) => `${number} ${text}`)).toEqual(
      early.split(' ').map((word, index) => `${index + 1} ${word}`),
    );
    expect(steps.map(({ changes }) => changes)).toEqual([
      [{ actor: 's0', from: 'working', to: 'waiting', context: {} }],
      [{ actor: 'barrier', from: 'filling', to: 'filling', context: { waiting: "['s0']" } }],
      [{ actor: 'barrier', from: 'filling', to: 'filling', context: { waiting: '[]' } }],
      [{ actor: 's0', from: 'waiting', to: 'working', context: { round: '2' } }],
      [],
      [{ actor: 's1', from: 'working', to: 'waiting', context: {} }],
    ]);
    expect(steps[2]?.sent).toEqual(['s0', 's1'].map((to) => ({ from: 'barrier', to, event: { type: 'RELEASE' } })));
    expect(steps.map(({ unhandled }) => unhandled.length)).toEqual([0, 0, 0, 0, 1, 0]);
    expect(steps[4]?.unhandled).toEqual([{ actor: 's1', event: { type: 'RELEASE' } }]);
  });

  it('shows each moment as it was, whenever it is read', () => {
    const { first, steps, last, scene } = follow(lesson({ duplicate: 1 }), early);
    const valueAt = (world: unknown) => (world as { s0: { value: unknown } }).s0.value;
    expect([first, ...steps.map(({ world }) => world), last].map(valueAt)).toEqual([
      'working',
      'waiting',
      'waiting',
      'waiting',
      'working',
      'working',
      'working',
      'working',
    ]);
    expect(steps.map((step) => step.scene.inFlight.length)).toEqual([1, 1, 2, 1, 0, 1]);
    expect(steps.map((step) => step.scene.timers.map(({ actor }) => actor).join())).toEqual([
      's1',
      's1',
      's1',
      's0,s1',
      's0,s1',
      's0',
    ]);
    expect(scene).toEqual(steps.at(-1)?.scene);
  });

  it('has a first moment that is its last where it has no steps', () => {
    const trace = follow(lesson(), '');
    expect([trace.schedule, trace.steps, trace.last]).toEqual(['', [], trace.first]);
    expect(trace.toText()).toBe('   at first  s0 and s1 working; barrier filling\n');
  });

  it('refuses actions that are not of one run', () => {
    const space = lesson();
    const [work] = actionsOf(space, 't:s0');
    expect(() => createTrace(space, [work as number, work as number])).toThrow(
      'Cannot follow the actions at step 2: the action is not possible there.',
    );
  });
});

describe('the changes of a step', () => {
  const machine = createMachine({ initial: 'a', states: { a: {}, b: {} } }) as AnyActorLogic;
  const actor = (snapshot: object, life = 0): ActorState => ({
    logic: machine,
    snapshot: { status: 'active', ...snapshot } as never,
    src: '',
    life,
  });
  let next = 0;
  const configuration = (actors: Readonly<Record<string, ActorState>>): Configuration => ({
    key: String((next += 1)),
    actors: new Map(Object.entries(actors)),
    timers: [],
    crashed: false,
    mentions: [],
  });
  const changes = (before: Parameters<typeof configuration>[0], after: typeof before) =>
    changesOf(configuration(before), configuration(after));

  it('are those of each actor of the node, by address', () => {
    expect(
      changes(
        { Bob: actor({ value: 'a' }), 'Bob/old': actor({ value: 'a' }), 'Bob/same': actor({ value: 'a' }) },
        {
          Bob: actor({ value: { b: 'c' } }),
          'Bob/new': actor({ value: 'x', context: { n: 1 } }),
          'Bob/same': actor({ value: 'a' }),
        },
      ),
    ).toEqual([
      { actor: 'Bob', from: 'a', to: 'b.c', context: {} },
      { actor: 'Bob/new', from: '', to: 'x', context: { n: '1' } },
      { actor: 'Bob/old', from: 'a', to: '', context: {}, ended: 'stopped' },
    ]);
  });

  it('say how an actor ended', () => {
    const was = { Bob: actor({ value: 'a' }) };
    expect(changes(was, { Bob: actor({ value: 'a', status: 'done' }) })).toMatchObject([{ ended: 'done' }]);
    expect(changes(was, { Bob: actor({ value: 'a', status: 'error' }) })).toMatchObject([{ ended: 'failed' }]);
    // one that had ended before is only let go of
    expect(changes({ Bob: actor({ status: 'done' }) }, {})).toEqual([{ actor: 'Bob', from: '', to: '', context: {} }]);
  });

  it('compare contexts by what they hold', () => {
    const holding = (context: unknown) => ({ Bob: actor({ value: 'a', context }) });
    expect(changes(holding({ list: [1, { b: 1, a: 2 }] }), holding({ list: [1, { a: 2, b: 1 }] }))).toEqual([]);
    expect(changes(holding({ gone: 1, kept: 2 }), holding({ kept: 2 }))[0]?.context).toEqual({ gone: 'undefined' });
    expect(changes(holding(3), holding(4))[0]?.context).toEqual({ context: '4' });
  });

  it('tell a next life of the same state', () => {
    expect(changes({ Bob: actor({ value: 'a' }) }, { Bob: actor({ value: 'a' }, 1) })).toHaveLength(1);
  });
});

describe('the text of a trace', () => {
  it('has a numbered line for each step, and below what followed', () => {
    expect(follow(lesson({ duplicate: 1 }), early).toText()).toBe(`\
   at first      s0 and s1 working; barrier filling
1. s0            after WORK
                 s0: working → waiting
                 s0 sends ARRIVE { from: 's0' } to barrier
2. s0 → barrier  ARRIVE { from: 's0' } (delivered, and will be again)
                 barrier: filling, waiting: ['s0']
3. s0 → barrier  ARRIVE { from: 's0' }
                 barrier: filling → releasing → filling, waiting: []
                 barrier sends RELEASE to s0 and s1
4. barrier → s0  RELEASE
                 s0: waiting → working, round: 2
5. barrier → s1  RELEASE
                 s1 drops RELEASE: working has no use for it
6. s1            after WORK
                 s1: working → waiting
                 s1 sends ARRIVE { from: 's1' } to barrier
`);
  });

  it('tells what went wrong, and what users did', () => {
    const lamp = setup({ types: { events: {} as { type: 'CLICK'; by: string } } }).createMachine({
      initial: 'off',
      states: { off: { on: { CLICK: 'on' } }, on: { type: 'final' } },
    });
    const bell = createMachine({
      entry: sendTo(({ system }) => system.get('lamp') as AnyActorRef, { type: 'CLICK', by: 'bell' }),
    });
    const space = spaceOf({
      actors: { bell: { logic: bell }, lamp: { logic: lamp } },
      stimuli: { lamp: [{ type: 'CLICK', by: 'hand' }] },
      network: { drop: 1 },
      crash: { max: 1 },
    });
    expect(follow(space, 'u:lamp:CLICK c:bell bell>lamp~ r:bell').toText()).toBe(`\
   at first     bell active; lamp off
                bell sends CLICK { by: 'bell' } to lamp
1. user → lamp  CLICK { by: 'hand' }
                lamp: off → on, done
2. bell         crashes
3. bell → lamp  CLICK { by: 'bell' } (lost)
4. bell         starts again after its crash
                bell begins
                bell sends CLICK { by: 'bell' } to lamp
`);
  });

  it('tells of children, of what they and cells do, and of what fails, once', () => {
    const helper = createMachine({
      id: 'helper',
      initial: 'on',
      states: { on: { on: { GO: 'off' } }, off: { type: 'final', entry: sendParent({ type: 'HELPED' }) } },
    });
    const shop = setup({ actors: { helper, fetch: fromPromise(async () => 7) }, delays: { LATER: 50 } }).createMachine({
      initial: 'asking',
      context: { price: 0 },
      states: {
        asking: {
          invoke: {
            id: 'fetch',
            src: 'fetch',
            onDone: { target: 'open', actions: assign({ price: ({ event }) => event.output }) },
          },
        },
        open: {
          invoke: { id: 'helper', src: 'helper' },
          entry: raise({ type: 'LATE' }, { id: 'late', delay: 'LATER' }),
          on: {
            OPEN: {
              actions: [
                sendTo('helper', { type: 'GO' }),
                log('sold'),
                () => openCell('till').set(openCell('till').get() + 7),
              ],
            },
            HELPED: {},
            LATE: {
              actions: assign(() => {
                throw new Error('it is late');
              }),
            },
          },
        },
      },
    });
    const space = spaceOf({
      actors: { shop },
      invoked: { fetch: [{ done: 7 }] },
      stimuli: { shop: [{ type: 'OPEN' }] },
      cells: { till: 1 },
    });
    const trace = follow(space, 'o:shop/fetch#1 u:shop:OPEN t:shop');
    expect(trace.toText()).toBe(`\
   at first     shop asking; shop/fetch active
1. shop/fetch   fetch is done: 7
                shop: asking → open, price: 7
                shop/helper: on
                shop waits to send LATE (delayed)
2. user → shop  OPEN
                shop/helper: on → off, done
                till is read and written: 1 → 8
                shop → shop/helper  GO
                shop/helper → shop  HELPED
                shop logs 'sold'
3. shop         LATE (delayed)
                shop: open, failed: Error: it is late
`);
    expect(trace.toMermaid()).toBe(`\
sequenceDiagram
  participant p1 as shop
  Note over p1: 1. shop/fetch fetch is done: 7
  Note over p1: asking → open, price: 7
  Note over p1: shop/helper: on
  Note over p1: 2. user: OPEN
  Note over p1: shop/helper: on → off, done
  Note over p1: till is read and written: 1 → 8
  Note over p1: 3. LATE (delayed)
  Note over p1: open, failed: Error: it is late
`);
    expect(trace.toTest()).toContain('expect(trace.scene.cells).toEqual({ till: 8 });');
    const { records, header = NO_HEADER } = readRecording(trace.toRecording());
    const timeline = createTimeline(header, records);
    expect([...timeline.actors.values()].map(({ id, kind, parent, ended }) => [id, kind, parent, ended?.how])).toEqual([
      ['shop', 'machine', undefined, 'failed'],
      ['fetch', 'promise', 'a1', 'done'],
      ['helper', 'machine', 'a1', 'done'],
    ]);
    expect(timeline.cells.get('till')?.map(({ value }) => value)).toEqual([1, 8]);
    expect(timeline.messages.map(({ event, from, to }) => [event, from, to]).slice(1)).toEqual([
      ['OPEN', 'user@1', 'a1'],
      ['GO', 'a1', 'a3'],
      ['HELPED', 'a3', 'a1'],
      ['xstate.done.actor.helper', 'a3', 'a1'],
    ]);
  });

  it('tells in order who was sent what, one event to several in a row once', () => {
    const to =
      (name: string) =>
      ({ system }: { readonly system: ActorSystem<ActorSystemInfo> }) =>
        system.get(name) as AnyActorRef;
    const teacher = createMachine({
      entry: ['a', 'b', 'b', 'a']
        .map((name) => sendTo(to(name), { type: 'HI' }))
        .concat(sendTo(to('a'), { type: 'BYE' }), sendTo(to('a'), { type: 'HI' })),
    });
    const space = spaceOf({ actors: { teacher, a: createMachine({}), b: createMachine({}) } });
    expect(
      follow(space, '')
        .toText()
        .split('\n')
        .slice(1, -1)
        .map((line) => line.trim()),
    ).toEqual(['teacher sends HI to a (2 times) and b (2 times)', 'teacher sends BYE to a', 'teacher sends HI to a']);
  });

  it('says what goes on for ever', () => {
    const clock = createMachine({
      initial: 'tick',
      states: { tick: { after: { 5: 'tock' } }, tock: { after: { 5: 'tick' } } },
    });
    const space = spaceOf({ actors: { clock: { logic: clock } } });
    expect(follow(space, 't:clock t:clock', 0).toText()).toContain(
      'Now all is as it was at first, and steps 1 and 2 may happen again for ever.\n',
    );
    expect(follow(space, 't:clock t:clock t:clock t:clock t:clock', 1).toText()).toContain('and steps 2 to 5 may');
    expect(follow(space, 't:clock t:clock t:clock', 1).toText()).toContain(
      'Now all is as it was after step 1, and steps 2 and 3 may happen again for ever.\n',
    );
  });

  it('cuts what is long', () => {
    const hoarder = setup({ types: { context: {} as { all: number[]; text: string } } }).createMachine({
      context: { all: [], text: '' },
      on: {
        ADD: {
          actions: assign({
            all: () => Array.from({ length: 500 }, (_, index) => index),
            text: () => 'x'.repeat(1000),
          }),
        },
      },
    });
    const space = spaceOf({
      actors: { hoarder: { logic: hoarder } },
      stimuli: { hoarder: [{ type: 'ADD' }] },
    });
    const text = follow(space, 'u:hoarder:ADD').toText();
    expect(text).toContain('all: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, … 488 more]');
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(200);
  });

  it('gives a long name a line of its own', () => {
    const name = 'a name that nobody would ever give to an actor';
    const space = spaceOf({ actors: { [name]: { logic: createMachine({ after: { 5: {} } }) } } });
    expect(
      follow(space, `t:${name.replaceAll(' ', '%20')}`)
        .toText()
        .split('\n')
        .slice(1, 3),
    ).toEqual([`1. ${name}`, '             after 5 ms']);
  });
});

describe('the diagram of a trace', () => {
  it('has an arrow for each message, and notes for the rest', () => {
    expect(
      follow(
        lesson({ duplicate: 1, drop: 1, crash: 1 }),
        't:s0 s0>barrier! s0>barrier barrier>s0~ barrier>s1 c:s0',
        undefined,
        about,
      ).toMermaid(),
    ).toBe(`\
sequenceDiagram
  participant p1 as s0
  participant p2 as s1
  participant p3 as barrier
  Note over p1: 1. after WORK
  Note over p1: working → waiting
  p1->>p3: 2. ARRIVE { from: 's0' } (delivered, and will be again)
  Note over p3: filling, waiting: ['s0']
  p1->>p3: 3. ARRIVE { from: 's0' }
  Note over p3: filling → releasing → filling, waiting: []
  p3--xp1: 4. RELEASE (lost)
  p3->>p2: 5. RELEASE
  Note over p2: RELEASE is dropped
  Note over p1: 6. crashes
  Note over p1,p3: 'both are in one round' does not hold
`);
  });

  it('puts in a box what goes on for ever', () => {
    const clock = createMachine({
      initial: 'tick',
      states: { tick: { after: { 5: 'tock' } }, tock: { after: { 5: 'tick' } } },
    });
    const space = spaceOf({ actors: { clock: { logic: clock } } });
    expect(follow(space, 't:clock t:clock t:clock', 1).toMermaid()).toBe(`\
sequenceDiagram
  participant p1 as clock
  Note over p1: 1. after 5 ms
  Note over p1: tick → tock
  loop for ever
    Note over p1: 2. after 5 ms
    Note over p1: tock → tick
    Note over p1: 3. after 5 ms
    Note over p1: tick → tock
  end
`);
  });

  it("takes no name and no value for Mermaid's own", () => {
    const odd = 'end; %%{init}%% <i> #35; p1->>p2: x';
    const lamp = createMachine({ id: odd, initial: 'off', states: { off: { on: { [odd]: 'on' } }, on: {} } });
    const space = spaceOf({ actors: { [odd]: { logic: lamp } }, stimuli: { [odd]: [{ type: odd }] } });
    const codes: number[] = [];
    space.successors(space.initial, (code) => codes.push(code));
    const lines = createTrace(space, codes.slice(0, 1)).toMermaid().split('\n');
    const safe = '#101;nd#59; #37;#37;{init}#37;#37; #60;i#62; #35;35#59; p1-#62;#62;p2: x';
    expect(lines[2]).toBe(`  Note over p1: 1. user: ${safe}`);
    expect(lines[1]).toMatch(/^ {2}participant p1 as [\p{L}\p{N} #;-]+$/u);
  });
});

describe('the test that is made of a trace', () => {
  const folder = mkdtempSync(join(tmpdir(), 'troupe-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Runs the source as it would run in a file of tests. */
  async function run(source: string, space: Space): Promise<string> {
    const file = join(folder, `${(count += 1)}.mjs`);
    writeFileSync(file, `export const run = (it, expect, room) => {\n${source}};\n`);
    const module = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as {
      run(it: unknown, expect: unknown, room: unknown): void;
    };
    let title = '';
    const named = (name: string, test: () => void) => {
      title = name;
      test();
    };
    module.run(named, expect, { replay: (schedule: string) => createTrace(space, actionsOf(space, schedule)) });
    return title;
  }
  let count = 0;

  it('says what it shows, replays the schedule and expects the end', () => {
    expect(follow(lesson({ duplicate: 1 }), early, undefined, about).toTest('room')).toBe(`\
// found by exploring; it needs \`import { expect, it } from 'vitest'\`, and the model as \`room\`
it("'both are in one round' does not hold", () => {
  const trace = room.replay('t:s0 s0>barrier! s0>barrier barrier>s0 barrier>s1 t:s1');
  expect(trace.last.s0.value).toEqual('working');
  expect(trace.last.s0.context.round).toEqual(2);
  expect(trace.last.s1.value).toEqual('waiting');
  expect(trace.last.s1.context.round).toEqual(1);
  expect(trace.last.barrier.value).toEqual('filling');
  expect(trace.last.barrier.context.waiting).toEqual([]);
});
`);
  });

  it('passes where the model is the same, and fails where it is another', async () => {
    const source = follow(lesson({ duplicate: 1 }), early, undefined, about).toTest('room');
    expect(await run(source, lesson({ duplicate: 1 }))).toBe("'both are in one round' does not hold");
    await expect(run(source, lesson())).rejects.toThrow('Cannot follow the schedule at step 2 of 6');
    await expect(run(source.replace('toEqual(2)', 'toEqual(3)'), lesson({ duplicate: 1 }))).rejects.toThrow(
      'to deeply equal 3',
    );
  });

  it('writes down whatever data a context holds, under whatever name', async () => {
    const context = {
      'it\'s "so"\n': [1, -0, NaN, 10n, null, undefined],
      when: new Date(5),
      map: new Map([['a', new Set([1])]]),
      'a-b': { __proto__: null, c: '\u2028`${x}' },
    };
    const odd = createMachine({
      context: {} as Readonly<Record<string, unknown>>,
      initial: 'a',
      states: { a: { on: { GO: { target: 'b', actions: assign(() => context) } } }, b: { type: 'final' } },
    });
    const space = spaceOf({
      actors: { "o'dd": { logic: odd } },
      stimuli: { "o'dd": [{ type: 'GO' }] },
      crash: { max: 1 },
    });
    const source = follow(space, 'u:o%27dd:GO').toTest('room');
    expect(source).toContain(`expect(trace.last["o'dd"].status).toBe('done');`);
    expect(source.match(/\.context/g)).toHaveLength(4);
    await run(source, space);
    const crash = follow(space, 'u:o%27dd:GO c:o%27dd').toTest('room');
    expect(crash).toContain(`expect(trace.scene.crashed).toEqual(["o'dd"]);`);
    await run(crash, space);
  });
});

describe('the recording of a trace', () => {
  const space = lesson({ duplicate: 1, drop: 1, crash: 1 });
  const schedule = 't:s0 s0>barrier! s0>barrier barrier>s0~ c:s1 barrier>s1 r:s1 t:s1 s1>barrier';
  const { header, records, problem } = readRecording(follow(space, schedule, undefined, about).toRecording());
  if (!header) throw new Error('no header');
  const timeline = createTimeline(header, records);

  it('is one that the inspector can read, in order', () => {
    expect(problem).toBeUndefined();
    expect(header.title).toBe("'both are in one round' does not hold");
    expect(records.map(({ at }) => at)).toEqual(records.map(({ at }) => at).toSorted((left, right) => left - right));
  });

  it('has the nodes, with those that crashed and came again', () => {
    expect([...timeline.nodes.keys()]).toEqual(['s0@1', 's1@1', 'barrier@1', 's1@2']);
    expect(timeline.nodes.get('s1@1')?.changes.map(({ up }) => up)).toEqual([true, false]);
    expect([...timeline.actors.values()].map(({ id, node, ended }) => [id, node, ended?.how])).toEqual([
      ['s0', 's0@1', undefined],
      ['s1', 's1@1', 'failed'],
      ['barrier', 'barrier@1', undefined],
      ['s1', 's1@2', undefined],
    ]);
  });

  it('has the charts of the machines, and where each actor is in them', () => {
    expect([...timeline.machines.values()].map(({ id }) => id)).toEqual(['pupil', 'barrier']);
    const barrier = [...timeline.actors.values()].find(({ id }) => id === 'barrier');
    expect(barrier?.steps.map(({ event, value }) => [event, value])).toEqual([
      ['xstate.init', 'filling'],
      ['ARRIVE', 'filling'],
      ['ARRIVE', 'filling'],
      ['ARRIVE', 'filling'],
    ]);
    expect(barrier?.steps[2]?.transitions?.map(({ event }) => event)).toEqual(['ARRIVE', '', '']);
    expect(barrier?.snapshots.at(-1)?.snapshot).toContain('"waiting":["s1"]');
  });

  it('has the messages: when they arrived, and which were lost', () => {
    expect(
      timeline.messages.map(({ event, at, received, dead }) => [
        event,
        Math.floor(at / 1000),
        received && Math.floor(received / 1000),
        dead?.reason,
      ]),
    ).toEqual([
      ['ARRIVE', 1, 2, undefined],
      ['ARRIVE', 2, 3, undefined],
      ['RELEASE', 3, undefined, 'lost'],
      ['RELEASE', 3, undefined, 'stopped'],
      ['ARRIVE', 8, 9, undefined],
    ]);
    expect(recordingToMermaid(records)).toContain('RELEASE (lost)');
  });
});

it('tells of logic that is no machine what it holds', () => {
  const counter = fromTransition((count: number) => count + 1, 0) as AnyActorLogic;
  const at = (context: number): Configuration => ({
    key: String(context),
    actors: new Map([
      ['counter', { logic: counter, snapshot: { status: 'active', context } as never, src: '', life: 0 }],
    ]),
    timers: [],
    crashed: false,
    mentions: [],
  });
  expect(changesOf(at(1), at(2))).toEqual([{ actor: 'counter', from: '', to: '', context: { context: '2' } }]);
});
