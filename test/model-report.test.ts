import { assign, createMachine, sendTo, setup, type AnyActorRef } from 'xstate';
import { describe, expect, it } from 'vitest';
import { partsOf } from '../dist/src/testing/model/trace/report-parts.js';
import { createReport, type ReportParts } from '../dist/src/testing/model/trace/report-of.js';
import { reportToText } from '../dist/src/testing/model/trace/report-text.js';
import { actionsOf } from '../dist/src/testing/model/trace/schedule.js';
import { coverageOf } from '../dist/src/testing/model/trace/coverage.js';
import type { NodeStep } from '../dist/src/testing/model/space/space.js';
import { explore, timeless } from './support/exploring.ts';
import { allDone, lesson, lessonOptions, together } from './support/lesson.ts';
import { spaceOf } from './support/spaces.ts';

const claimed = { always: { 'no student is a round ahead of one who works': together }, mayStopWhen: allDone } as never;

/** A report of nothing but these parts. */
const reportOf = (parts: Partial<ReportParts>) =>
  createReport(lesson({ duplicate: 1, drop: 1 }), {
    ended: 'explored',
    states: 160,
    generated: 355,
    depth: 18,
    seconds: 0.003,
    violations: [],
    ...parts,
  });
const lineOf = (line: number) => (parts: Partial<ReportParts>) => reportOf(parts).toText().split('\n')[line];
const verdictOf = lineOf(0);
const actions = (schedule: string) => actionsOf(lesson({ duplicate: 1, drop: 1 }), schedule);

describe('the verdict of a report', () => {
  it('says of how much was explored that it was all', () => {
    expect(verdictOf({})).toBe('explored 160 states (355 steps, depth 18) in 3 ms: every order of what may happen.');
    expect(lineOf(1)({})).toBe('Nothing is violated.');
  });

  it('separates the thousands of large numbers, and tells a long time in seconds', () => {
    expect(verdictOf({ states: 1_194_428, generated: 2_420_477, depth: 1000, seconds: 4.96 })).toBe(
      'explored 1,194,428 states (2,420,477 steps, depth 1,000) in 5.0 s: every order of what may happen.',
    );
    expect(verdictOf({ states: 1, generated: 1, depth: 0, seconds: 0 })).toBe(
      'explored 1 state (1 step, depth 0) in 1 ms: every order of what may happen.',
    );
    expect(verdictOf({ seconds: 185 })).toContain(' in 3 min 5 s:');
  });

  it('says within what, and what is left aside', () => {
    expect(verdictOf({ isBounded: true, isSymmetric: true })).toBe(
      'explored 160 states (355 steps, depth 18) in 3 ms: every order of what may happen within the bounds, those that differ only in who is who counted once.',
    );
  });

  it.each(['maxStates', 'maxDepth', 'seconds', 'aborted', 'first-violation'] as const)(
    'says of an incomplete search that it is NOT exhaustive, and nothing that sounds better: %s',
    (ended) => {
      const report = reportOf({ ended, states: 1_000_000, depth: 31, seconds: 3.5 });
      expect(report.toText()).toBe(
        `explored 1,000,000 states, depth 31, in 3.5 s, NOT exhaustive (${ended}); what lies beyond is not known.\nNothing was violated there; of the rest this says nothing.\n${report
          .toText()
          .split('\n')
          .slice(2)
          .join('\n')}`,
      );
      expect(report.complete).toBe(false);
      expect(report.toText()).not.toMatch(/\b(?:passed|ok|every order|is violated|holds)\b/iu);
    },
  );

  it('says what keeps growing', () => {
    const growth = "'count' of counter keeps growing: 1, 2, 3.";
    expect(verdictOf({ ended: 'maxStates', growth })).toBe(
      `explored 160 states, depth 18, in 3 ms, NOT exhaustive (maxStates); ${growth}`,
    );
  });

  it('tells the seed of a walk at random', () => {
    expect(verdictOf({ ended: 'runs', generated: 230_000, walked: { runs: 1000, seed: 17 } })).toBe(
      'walked 1,000 runs at random in 3 ms, 230,000 steps, seed 17, NOT exhaustive.',
    );
  });

  it('lists what was found to hold, and how far', () => {
    const explored = {
      count: 5,
      depth: 1,
      generated: 6,
      seconds: 1,
      ended: 'explored',
      findings: [
        { kind: 'sometimes', claim: 'one is ahead', index: 1 },
        { kind: 'always', claim: 'all are well', index: 1 },
      ],
      wayTo: () => [],
    } as const;
    const beside = {
      always: ['all are well', 'all are there'],
      sometimes: ['one is ahead'],
      eventually: new Map([
        ['all are done', { verdict: 'holds' as const, leavesBounds: false }],
        ['all are home', { verdict: 'holds' as const, leavesBounds: true }],
      ]),
    };
    const held = (ended: 'explored' | 'maxStates') =>
      reportOf(partsOf({ ...explored, ended }, beside))
        .toText()
        .split('\n')
        .filter((line) => line.startsWith('✓'));
    expect(held('explored')).toEqual([
      "✓ always 'all are there'",
      "✓ eventually 'all are done'",
      "✓ eventually 'all are home', on runs that stay within the bounds",
      "✓ sometimes 'one is ahead'",
      '✓ it stops nowhere but where it may',
      '✓ nobody fails who may not',
    ]);
    expect(held('maxStates')).toEqual([]);
  });

  it('names the claims of which nothing is known yet', () => {
    const explored = {
      count: 5,
      depth: 1,
      generated: 6,
      seconds: 1,
      ended: 'maxStates',
      findings: [],
      wayTo: () => [],
    } as const;
    const eventually = new Map([['all are done', { verdict: 'undecided' as const }]]);
    const { undecided, violations } = partsOf(explored, { sometimes: ['one is ahead'], eventually });
    expect([undecided, violations]).toEqual([['one is ahead', 'all are done'], []]);
    expect(
      reportOf({ ended: 'maxStates', undecided: undecided ?? [] })
        .toText()
        .split('\n')[2],
    ).toBe("Not known yet: 'one is ahead' and 'all are done'.");
  });
});

describe('a report', () => {
  it('of a lesson in which nothing goes wrong has nothing more to say than what was never seen', () => {
    const report = explore({ ...lessonOptions(3, 3), ...(claimed as object) });
    expect([report.ok, report.complete, report.states, report.generated]).toEqual([true, true, 160, 355]);
    expect(timeless(report.toText())).toBe(`\
explored 160 states (355 steps, depth 27) in N ms: every order of what may happen.
Nothing is violated.
✓ always 'no student is a round ahead of one who works'
✓ it stops nowhere but where it may
✓ nobody fails who may not

states never entered: barrier.broken
transitions never taken: barrier.filling: BREAK -> broken
`);
  });

  it('shows the shortest way to what is violated, and why', () => {
    const report = explore(
      { ...lessonOptions(3, 3, { network: { duplicate: 1 } }), ...(claimed as object) },
      { stopAtFirst: true },
    );
    expect(report.violations).toHaveLength(1);
    expect(timeless(report.toText())).toMatch(
      /^explored \d+ states, depth \d+, in N ms, NOT exhaustive \(first-violation\); /u,
    );
    expect(report.toText().slice(report.toText().indexOf('✗'), report.toText().indexOf('\n\nstates never'))).toBe(`\
✗ always 'no student is a round ahead of one who works': it does not hold after 6 steps
   After step 6 s0 is in working (round: 2); s1 is in waiting (round: 1); s2 is in working (round: 1); barrier is in filling (waiting: []).

      at first      s0, s1 and s2 working; barrier filling
   1. s0            after WORK
                    s0: working → waiting
                    s0 sends ARRIVE { from: 's0' } to barrier
   2. s0 → barrier  ARRIVE { from: 's0' }
                    barrier: filling, waiting: ['s0']
   3. s1            after WORK
                    s1: working → waiting
                    s1 sends ARRIVE { from: 's1' } to barrier
   4. s1 → barrier  ARRIVE { from: 's1' } (delivered, and will be again)
                    barrier: filling, waiting: ['s0', 's1']
   5. s1 → barrier  ARRIVE { from: 's1' }
                    barrier: filling → releasing → filling, waiting: []
                    barrier sends RELEASE to s0, s1 and s2
   6. barrier → s0  RELEASE
                    s0: waiting → working, round: 2

   schedule: t:s0 s0>barrier t:s1 s1>barrier! s1>barrier barrier>s0`);
  });

  it('says who waits for what in a deadlock, and what was lost before', () => {
    const report = explore({ ...lessonOptions(2, 1, { network: { drop: 1 } }), ...(claimed as object) });
    expect(report.violations.map(({ kind, why }) => [kind, why])).toEqual([
      [
        'deadlock',
        "After step 4 nothing more happens: s0 and s1 wait in waiting for RELEASE; barrier waits in filling for ARRIVE or BREAK (waiting: ['s0']). Before that ARRIVE { from: 's1' } from s1 to barrier was lost in step 4.",
      ],
    ]);
    const { trace } = report.violations[0] ?? {};
    expect(trace?.toTest('room')).toBe(`\
// found by exploring; it needs \`import { expect, it } from 'vitest'\`, and the model as \`room\`
it('nothing more happens, and it may not stop there', () => {
  const trace = room.replay('t:s0 s0>barrier t:s1 s1>barrier~');
  expect(trace.last.s0.value).toEqual('waiting');
  expect(trace.last.s1.value).toEqual('waiting');
  expect(trace.last.barrier.value).toEqual('filling');
  expect(trace.last.barrier.context.waiting).toEqual(['s0']);
  expect(trace.scene.inFlight).toEqual([]);
  expect(trace.scene.timers).toEqual([]);
});
`);
  });

  it('says which actor failed, at what, and with what', () => {
    const shop = setup({ types: { events: {} as { type: 'PAY'; amount: number } } }).createMachine({
      on: {
        PAY: {
          actions: assign(() => {
            throw new RangeError('no change\n for that');
          }),
        },
      },
    });
    const report = explore({
      actors: { shop },
      stimuli: { shop: [{ type: 'PAY', amount: 7 }] },
      mayStopWhen: () => true,
    });
    expect(report.violations.map(({ kind, why, error }) => [kind, why, error])).toEqual([
      [
        'failure',
        'shop fails in step 1 (PAY { amount: 7 } from a user to shop): RangeError: no change for that',
        new RangeError('no change\n for that'),
      ],
    ]);
    expect(report.violations[0]?.trace?.toTest()).toContain(
      `expect(trace.last.shop.error).toHaveProperty('message', 'no change\\n for that');`,
    );
  });

  it('says of a claim that throws what it threw', () => {
    const fails = () => {
      throw new TypeError('of what?');
    };
    const report = explore({
      ...lessonOptions(1, 1),
      mayStopWhen: allDone,
      always: { sound: fails },
      sometimes: { found: fails },
    } as never);
    expect(report.violations.map(({ kind, why }) => `${kind}: ${why}`)).toEqual([
      'always: At the start the claim throws TypeError: of what?',
      'sometimes: At the start the claim throws TypeError: of what?',
    ]);
    expect(report.toText()).toContain("✗ always 'sound': it throws at the start\n");
  });

  it('tells what never holds, and shows the way to what does', () => {
    const report = explore({
      ...lessonOptions(2, 1),
      mayStopWhen: allDone,
      sometimes: { 'all are done': allDone, 'snow falls': () => false },
    } as never);
    expect(report.violations).toEqual([
      { kind: 'sometimes', claim: 'snow falls', why: 'It holds in none of 12 states.' },
    ]);
    expect(report.toText()).toContain(
      "1 violation:\n\n✗ sometimes 'snow falls': it never holds\n   It holds in none of 12 states.\n",
    );
    expect(report.reached['all are done']?.steps).toHaveLength(6);
    expect(report.reached['all are done']?.toTest()).toContain(`it("'all are done' holds", () => {`);
  });

  it('tells of what never comes to hold how it goes round, or where it comes to rest', () => {
    const [stem, loop] = [actions('t:s0'), actions('t:s0 s0>barrier').slice(1)];
    const explored = {
      count: 5,
      depth: 1,
      generated: 6,
      seconds: 1,
      ended: 'explored',
      findings: [],
      wayTo: () => [],
    } as const;
    const judged = (verdict: object) =>
      reportOf(partsOf(explored, { eventually: new Map([['done', verdict as never]]) }));
    const round = judged({ verdict: 'violated', stem, loop }).violations[0];
    expect(round?.why).toBe(
      "Step 2 can go round for ever, and it never comes to hold: s0 is in waiting; s1 is in working; barrier is in filling (waiting: ['s0']).",
    );
    expect(round?.trace?.loopsTo).toBe(1);
    const rest = judged({ verdict: 'violated', stem: actions('t:s0 s0>barrier~'), loop: [] });
    expect(rest.violations[0]?.why).toBe(
      "After step 2 nothing more has to happen, and it has not come to hold: s0 is in waiting; s1 is in working; barrier is in filling. Before that ARRIVE { from: 's0' } from s0 to barrier was lost in step 2.",
    );
    expect(rest.toText()).toContain("✗ eventually 'done': there is a run on which it never holds, 2 steps long\n");
  });

  it('draws the ways where that is asked for, and one way once', () => {
    const found = { kind: 'always', actions: actions('t:s0') } as const;
    const report = reportOf({
      violations: [
        { ...found, claim: 'a' },
        { ...found, claim: 'b' },
      ],
    });
    const text = reportToText(report as never, {}, { mermaid: true });
    expect(text).toContain('```mermaid\nsequenceDiagram\n  participant p1 as s0\n');
    expect(text.match(/```mermaid/gu)).toHaveLength(1);
    expect(text).toContain(
      "2. ✗ always 'b': it does not hold after 1 step\n   After step 1 s0 is in waiting; s1 is in working; barrier is in filling.\n   The steps are those of 1.\n",
    );
    expect(report.toText()).not.toContain('mermaid');
  });

  it('leaves out the middle of a very long way, and says so', () => {
    const clock = createMachine({
      initial: 'tick',
      states: { tick: { after: { 5: 'tock' } }, tock: { after: { 5: 'tick' } } },
    });
    const space = spaceOf({ actors: { clock } });
    const [tick, tock] = actionsOf(space, 't:clock t:clock') as [number, number];
    const parts = { ended: 'runs', states: 2, generated: 2, depth: 1, seconds: 1 } as const;
    const way = Array.from({ length: 1000 }, (_, index) => (index % 2 === 0 ? tick : tock));
    const text = createReport(space, {
      ...parts,
      violations: [{ kind: 'always', claim: 'it stops', actions: way }],
    }).toText();
    expect(text.split('\n').length).toBeLessThan(450);
    expect(text).toContain('… 1,601 lines left out: the trace has them all');
    expect(text).toContain('1000. clock');
  });
});

describe('the coverage of a report', () => {
  it('counts the steps by which an event was dropped, by actor and state', () => {
    const { coverage } = explore({
      ...lessonOptions(2, 2, { network: { duplicate: 1 } }),
      mayStopWhen: () => true,
    } as never);
    expect(coverage.unhandled).toContainEqual({ actor: 's0', event: 'RELEASE', state: 'working', steps: 2 });
    expect(coverage.unhandled.every(({ event }) => event === 'RELEASE')).toBe(true);
  });

  it('does not count what was only tried: a stimulus is offered where it is handled', () => {
    const lamp = createMachine({ initial: 'off', states: { off: { on: { ON: 'on' } }, on: {} } });
    const { coverage } = explore({ actors: { lamp }, stimuli: { lamp: [{ type: 'ON' }] }, mayStopWhen: () => true });
    expect(coverage).toEqual({ statesNeverEntered: {}, transitionsNeverTaken: {}, unhandled: [], torn: [] });
  });

  it('has states that are left in the step that enters them, and all that is around a state', () => {
    const machine = createMachine({
      id: 'm',
      initial: 'a',
      states: {
        a: { always: 'b' },
        b: { initial: 'c', states: { c: { always: '#m.e' }, d: {} } },
        e: { type: 'parallel', states: { x: { initial: 'y', states: { y: {}, z: {} } }, v: {} } },
        f: { initial: 'g', states: { g: {}, h: { type: 'history' } } },
      },
    });
    const { coverage, toText } = explore({ actors: { machine }, mayStopWhen: () => true });
    expect(coverage.statesNeverEntered).toEqual({ m: ['m.b.d', 'm.e.x.z', 'm.f', 'm.f.g'] });
    expect(toText()).toContain('states never entered:\n  m.b.d\n  m.e.x.z\n  m.f\n');
  });

  it('tells transitions by where they lead from, at what, and where to', () => {
    const machine = setup({ guards: { isFull: () => false } }).createMachine({
      id: 'm',
      initial: 'a',
      on: { RESET: { actions: () => {} } },
      states: {
        a: { on: { GO: [{ guard: 'isFull', target: 'b' }, { target: 'c' }] }, after: { 5: 'c' } },
        b: { on: { BACK: 'a' } },
        c: {},
      },
    });
    const { coverage } = explore({ actors: { machine }, mayStopWhen: () => true });
    expect(coverage.transitionsNeverTaken).toEqual({
      m: ['m: RESET', 'a: GO [isFull] -> b', 'a: GO -> c', 'b: BACK -> a'],
    });
  });

  it('tells machines of one id apart', () => {
    const [one, two] = ['x', 'y'].map((state) =>
      createMachine({ id: 'm', initial: 'a', states: { a: {}, [state]: {} } }),
    );
    const { coverage } = explore({ actors: { one, two, three: one }, mayStopWhen: () => true } as never);
    expect(coverage.statesNeverEntered).toEqual({ m: ['m.x'], 'm (2)': ['m.y'] });
  });

  it('names the steps that touch cells more than once', () => {
    const [step] = spaceOf({ actors: { hand: createMachine({ initial: 'a', states: { a: {} } }) } }).beginnings as [
      NodeStep,
    ];
    const touched = [
      { cell: 'hand', how: 'read' },
      { cell: 'hand', how: 'write' },
      { cell: 'other', how: 'write' },
    ] as const;
    const transitions = [{ actor: 'hand', taken: { event: 'GRAB' } }];
    const { torn } = coverageOf([
      { ...step, notes: { ...step.notes, touched, transitions } },
      { ...step, notes: { ...step.notes, touched: touched.slice(1, 2) } },
    ]);
    expect(torn).toEqual([{ actor: 'hand', event: 'GRAB', cells: ['hand', 'other'] }]);
  });

  it('is not changed by a later search of the same space', () => {
    const door = createMachine({
      initial: 'shut',
      states: {
        shut: { on: { PUSH: 'open' } },
        open: { entry: sendTo(({ system }) => system.get('bell') as AnyActorRef, { type: 'RING' }) },
      },
    });
    const bell = createMachine({ initial: 'still', states: { still: { on: { RING: 'ringing' } }, ringing: {} } });
    const space = spaceOf({ actors: { door, bell }, stimuli: { door: [{ type: 'PUSH' }] } });
    const report = createReport(space, {
      ended: 'maxDepth',
      states: 1,
      generated: 1,
      depth: 0,
      seconds: 1,
      violations: [],
    });
    actionsOf(space, 'u:door:PUSH door>bell');
    // without an id, a machine is called by whoever runs it
    expect(report.coverage.statesNeverEntered).toEqual({ door: ['door.open'], bell: ['bell.ringing'] });
  });
});
