import { describe, expect, it } from 'vitest';
import type { AnyActorLogic, Snapshot } from 'xstate';
import { createEdgeRecorder } from '../dist/src/testing/model/space/edges.js';
import { beginExploration, type ExplorationOptions } from '../dist/src/testing/model/space/explore.js';
import type { Explored } from '../dist/src/testing/model/space/explored.js';
import { createSpace, type Engine } from '../dist/src/testing/model/space/space-of.js';
import type { ModelOptions, NetworkOptions } from '../src/testing/model/options.ts';
import type { Progress } from '../src/testing/model/system.ts';
import { plainNodes, type PlainNode } from './support/plain-nodes.ts';
import { pingPong, plainLesson } from './support/plain-systems.ts';

type Options = Omit<ModelOptions<Record<string, AnyActorLogic>, unknown>, 'actors'>;
type Claim = (world: Readonly<Record<string, { readonly context: unknown; readonly status: string }>>) => boolean;
interface Claims {
  readonly always?: Readonly<Record<string, Claim>>;
  readonly sometimes?: Readonly<Record<string, Claim>>;
  readonly mayStopWhen?: Claim;
  readonly mayFail?: true | readonly string[];
}

const spaceOf = (nodes: Readonly<Record<string, PlainNode>>, options: Options = {}): Engine =>
  createSpace<Record<string, AnyActorLogic>, unknown>({ ...options, actors: {} }, plainNodes(nodes));

function explore(space: Engine, claims: Claims = {}, options: ExplorationOptions = {}): Explored {
  const exploration = beginExploration(space, claims, options);
  expect(exploration.run()).toBe(true);
  return exploration.found();
}

const counts = (nodes: Readonly<Record<string, PlainNode>>, options: Options = {}): readonly [number, number] => {
  const { count, generated, ended } = explore(spaceOf(nodes, options));
  expect(ended).toBe('explored');
  return [count, generated];
};

const none: NetworkOptions = { order: 'none' };
const contextOf = (world: Parameters<Claim>[0], name: string): unknown => world[name]?.context;

/** Counts up to a number, one delay after the other, and is then done. */
const counter = (to: number): PlainNode => ({
  start: { state: 0, timers: ['x'] },
  on: (count: number) => (count + 1 < to ? { state: count + 1, timers: ['x'] } : { state: to, status: 'done' }),
});

describe('an exploration', () => {
  it('finds each state of students at a barrier once', () => {
    expect(counts(plainLesson(3, 3), { network: none })).toEqual([160, 355]);
    expect(counts(plainLesson(3, 3))).toEqual([160, 355]);
    expect(counts(plainLesson(3, 10), { network: none })[0]).toBe(601);
    expect(counts(plainLesson(5, 3), { network: none })[0]).toBe(2320);
    expect(counts(plainLesson(6, 3), { network: none })).toEqual([8982, 39_973]);
  });

  it('finds fewer where delays end only when nothing can arrive', () => {
    expect(counts(plainLesson(3, 3), { network: none, timers: 'when-idle' })[0]).toBe(79);
    expect(counts(plainLesson(6, 3), { network: none, timers: 'when-idle' })[0]).toBe(955);
  });

  it('finds more where something may go wrong', () => {
    expect(counts(plainLesson(3, 3), { network: { ...none, drop: 1 } })[0]).toBe(391);
    expect(counts(plainLesson(3, 3), { network: { ...none, duplicate: 1 } })[0]).toBe(2759);
    // a crash, and the start that follows it
    expect(counts(plainLesson(3, 3), { network: none, crash: { max: 1 } })).toEqual([5448, 14_598]);
  });

  it('finds what two who answer each other come to, with all that messages may suffer', () => {
    const within = (most: number) => (world: object) =>
      ['pinger', 'ponger'].every((name) => Number(contextOf(world as never, name)) <= most);
    const careless = { ...none, duplicate: Infinity, drop: Infinity, delayUnhandled: true };
    expect(counts(pingPong(), { network: careless, within: within(1) })[0]).toBe(14);
    expect(counts(pingPong(), { network: careless, within: within(5) })[0]).toBe(4094);
    expect(counts(pingPong(), { network: { ...careless, drop: 0 }, within: within(5) })[0]).toBe(11);
    expect(counts(pingPong(), { network: none, within: within(5) })[0]).toBe(11);
  });

  it('finds the four states of three of which one may crash for good', () => {
    const still: PlainNode = { start: { state: 0 } };
    const three = { a: still, b: still, c: still };
    expect(counts(three, { crash: { max: 1, restart: 'never' } })).toEqual([4, 4]);
  });

  it('finds the four states of two delays, and counts what it came by', () => {
    const once: PlainNode = { start: { state: 0, timers: ['x'] }, on: () => ({ state: 1, timers: [] }) };
    expect(counts({ one: once, other: once })).toEqual([4, 5]);
  });

  it('keeps the shortest way to each state, and how deep it is', () => {
    const space = spaceOf(plainLesson(3, 3), { network: none });
    const found = explore(space);
    expect(found.depth).toBe(27);
    for (let index = 1; index < found.count; index++) {
      expect(found.depthOf(index)).toBe(found.depthOf(found.parentOf(index)) + 1);
      expect(found.wayTo(index)).toHaveLength(found.depthOf(index));
    }
    let state = space.initial;
    for (const code of found.wayTo(found.count - 1)) {
      let next: Uint32Array | undefined;
      space.successors(state, (each, words, length) => {
        if (each === code) next = words.slice(0, length);
      });
      state = next ?? state;
    }
    expect(found.indexOf(state)).toBe(found.count - 1);
    expect(found.wordsOf(found.count - 1)).toEqual(state);
    expect(found.indexOf(Uint32Array.from([...state, 1]))).toBe(-1);
  });

  it('keeps the steps between states where it is asked to', () => {
    const recorder = createEdgeRecorder();
    const found = explore(spaceOf(plainLesson(3, 3), { network: none }), {}, { edges: recorder });
    const { expanded, count } = recorder.edges();
    expect([expanded, count]).toEqual([found.count, found.generated - 1]);
  });

  it('takes few bytes for a state', () => {
    const { bytes, count } = explore(spaceOf(plainLesson(7, 3), { network: none }));
    expect(count).toBe(35_080);
    expect(bytes / count).toBeLessThan(160);
  });
});

describe('claims in an exploration', () => {
  it('are found violated at the nearest state, once each', () => {
    const { findings, depthOf } = explore(spaceOf({ one: counter(5), other: counter(5) }), {
      always: {
        'one stays below 3': (world) => Number(contextOf(world, 'one')) < 3,
        'they stay below 3': (world) => Number(contextOf(world, 'one')) + Number(contextOf(world, 'other')) < 3,
        'nobody exceeds 5': (world) => Number(contextOf(world, 'other')) <= 5,
      },
    });
    expect(findings.map(({ kind, claim, index }) => [kind, claim, depthOf(index)])).toEqual([
      ['always', 'one stays below 3', 3],
      ['always', 'they stay below 3', 3],
    ]);
  });

  it('are told where something is possible', () => {
    const { findings, depthOf } = explore(spaceOf({ one: counter(5) }), {
      sometimes: { 'four is reached': (world) => contextOf(world, 'one') === 4, 'so is nine': () => false },
    });
    expect(findings.map(({ kind, claim, index }) => [kind, claim, depthOf(index)])).toEqual([
      ['sometimes', 'four is reached', 4],
    ]);
  });

  it('that throw are violated, with what they threw', () => {
    const { findings } = explore(spaceOf({ one: counter(2) }), {
      always: {
        broken: (world) => {
          if (contextOf(world, 'one') === 1) throw new TypeError('no');
          return true;
        },
      },
    });
    expect(findings).toMatchObject([{ kind: 'always', claim: 'broken', index: 1, error: { message: 'no' } }]);
  });

  it('are violated where the bounds cannot be told, which are then left', () => {
    const within = (world: object) => {
      if (contextOf(world as never, 'one') === 2) throw new TypeError('no');
      return true;
    };
    const { findings, count } = explore(spaceOf({ one: counter(5) }, { within }));
    expect(findings).toMatchObject([{ kind: 'always', claim: 'within', index: 1, error: { message: 'no' } }]);
    expect(count).toBe(2);
  });

  it('are asked about the initial state, too', () => {
    const { findings } = explore(spaceOf({ one: counter(2) }), { always: { never: () => false } });
    expect(findings).toMatchObject([{ claim: 'never', index: 0 }]);
  });
});

describe('a claim that looks at little', () => {
  const callsOf = (nodes: Readonly<Record<string, PlainNode>>, claim: Claim, options: Options = {}): number => {
    let calls = 0;
    const asked: Claim = (...args) => {
      calls++;
      return claim(...args);
    };
    const { findings, count } = explore(spaceOf(nodes, options), { always: { claim: asked } });
    expect(findings.filter(({ kind }) => kind === 'always')).toEqual([]);
    expect(count).toBeGreaterThan(25);
    return calls;
  };
  const speaking = (names: readonly string[]): PlainNode => {
    const { start, on } = counter(5);
    return {
      start: { ...start, mentions: names },
      on: (...args) => ({ mentions: names, ...on?.(...args), state: on?.(...args)?.state }),
    };
  };

  it('is asked once for all states in which it looks the same', () => {
    const two = { one: counter(5), other: counter(5) };
    expect(callsOf(two, (world) => world['one'] !== undefined)).toBe(6);
    expect(callsOf(two, () => true)).toBe(1);
    expect(callsOf(two, (world) => world['one'] !== world['other'])).toBe(36);
  });

  it('is asked about all that it may have looked at by way of refs', () => {
    const claim: Claim = (world) => world['one'] !== undefined;
    expect(callsOf({ one: speaking(['other']), other: counter(5) }, claim)).toBe(36);
    const three = { one: speaking(['other/child']), other: speaking(['third']), third: counter(2) };
    expect(callsOf(three, claim)).toBe(108);
  });

  it('is asked again where it looks at something else', () => {
    const two = { one: counter(5), other: counter(5) };
    const calls = callsOf(two, (world) => contextOf(world, 'one') !== 3 || contextOf(world, 'other') !== 9);
    expect(calls).toBe(5 + 6);
  });

  it('is asked anew where cells or messages on their way have changed', () => {
    const cells: PlainNode = {
      start: { state: 0, timers: ['x'] },
      on: (_state, _event, { cells: { left = 0 } }) => ({
        state: 0,
        timers: left > 0 ? ['x'] : [],
        cells: { left: left - 1 },
        asks: 'cells',
      }),
    };
    const nodes = { one: cells, other: counter(5) };
    const seesCells = ((_world: unknown, scene: { cells: unknown }) => scene.cells !== undefined) as unknown as Claim;
    expect(callsOf(nodes, seesCells, { cells: { left: 9 } })).toBe(11);
    const seesRest = ((_world: unknown, scene: { inFlight: unknown }) =>
      scene.inFlight !== undefined) as unknown as Claim;
    expect(callsOf(nodes, seesRest, { cells: { left: 9 } })).toBeGreaterThan(60);
  });
});

describe('a deadlock', () => {
  const waiting: PlainNode = { start: { state: 0 } };

  it('is a state at rest in which not everybody is done', () => {
    const stuck = explore(spaceOf({ one: counter(2), other: waiting }));
    expect(stuck.findings).toEqual([
      { kind: 'deadlock', claim: 'The system comes to rest only where it may.', index: 2 },
    ]);
    expect(explore(spaceOf({ one: counter(2) })).findings).toEqual([]);
  });

  it('is none where the system may stop', () => {
    const nodes = { one: counter(2), other: waiting };
    const mayStopWhen: Claim = (world) => world['one']?.status === 'done';
    expect(explore(spaceOf(nodes), { mayStopWhen }).findings).toEqual([]);
    const never = explore(spaceOf(nodes), { mayStopWhen: () => false });
    expect(never.findings).toMatchObject([{ kind: 'deadlock' }]);
  });

  it('is told with what `mayStopWhen` threw', () => {
    const { findings } = explore(spaceOf({ other: waiting }), {
      mayStopWhen: () => {
        throw new TypeError('no');
      },
    });
    expect(findings).toMatchObject([{ kind: 'deadlock', error: { message: 'no' } }]);
  });

  it('is found where the only thing left is something that may go wrong', () => {
    const mouth: PlainNode = { start: { state: 0, sends: [['ear', { type: 'A' }]] } };
    const ear: PlainNode = { start: { state: 0 }, on: () => ({ state: 1, status: 'done' }) };
    const { findings, depthOf } = explore(spaceOf({ mouth, ear }, { network: { drop: 1 }, crash: { max: 1 } }), {
      mayStopWhen: (world) => world['ear']?.status === 'done',
    });
    expect(findings.map(({ kind, index }) => [kind, depthOf(index)])).toEqual([['deadlock', 1]]);
  });

  it('is none where who has not ended has crashed for good', () => {
    const space = spaceOf({ one: waiting, other: counter(1) }, { crash: { max: 1, who: ['one'], restart: 'never' } });
    const { findings, depthOf } = explore(space);
    // the one that nobody has crashed waits for ever
    expect(findings.map(({ index }) => depthOf(index))).toEqual([1]);
    expect(explore(space, { mayStopWhen: (world) => world['one']?.status !== 'stopped' }).findings).toEqual([]);
  });
});

describe('a failure', () => {
  const frail: PlainNode = { start: { state: 0, timers: ['x'] }, on: () => ({ state: 'broken', status: 'error' }) };

  it('is found for each actor that may not fail', () => {
    const { findings } = explore(spaceOf({ one: frail, other: frail }));
    expect(findings).toMatchObject([
      { kind: 'failure', claim: "Actor 'one' does not fail.", error: 'broken', index: 1 },
      { kind: 'failure', claim: "Actor 'other' does not fail.", index: 2 },
    ]);
  });

  it('is none for those that may, and they have then ended', () => {
    expect(explore(spaceOf({ one: frail, other: frail }), { mayFail: true }).findings).toEqual([]);
    expect(explore(spaceOf({ one: frail, other: frail }), { mayFail: ['one'] }).findings).toMatchObject([
      { claim: "Actor 'other' does not fail." },
    ]);
  });
});

describe('the end of an exploration', () => {
  const endless: PlainNode = {
    start: { state: 0, timers: ['x'] },
    on: (count: number) => ({ state: count + 1, timers: ['x'] }),
  };

  it('comes at so many states', () => {
    const found = explore(spaceOf({ one: endless }), {}, { maxStates: 50 });
    expect([found.ended, found.count]).toEqual(['maxStates', 50]);
    expect(explore(spaceOf({ one: counter(4) }), {}, { maxStates: 5 }).ended).toBe('explored');
  });

  it('comes at so many steps from the start, where states beyond are left', () => {
    const found = explore(spaceOf({ one: endless }), {}, { maxDepth: 7 });
    expect([found.ended, found.count, found.depth]).toEqual(['maxDepth', 8, 7]);
    expect(explore(spaceOf({ one: counter(4) }), {}, { maxDepth: 4 }).ended).toBe('explored');
  });

  it('finds deadlocks at the greatest depth', () => {
    const once: PlainNode = { start: { state: 0, timers: ['x', 'y'] }, on: (_state, { type }) => ({ state: type }) };
    const short: PlainNode = {
      start: { state: 0, timers: ['x', 'y'] },
      on: (_state, { type }) => ({ state: type, timers: type === 'x' ? ['z'] : [] }),
    };
    const found = explore(spaceOf({ one: short, other: { start: { state: 0 } } }), {}, { maxDepth: 1 });
    expect(found.ended).toBe('maxDepth');
    expect(found.findings).toMatchObject([{ kind: 'deadlock', index: 2 }]);
    expect(explore(spaceOf({ one: once }), {}, { maxDepth: 1 }).findings).toEqual([]);
  });

  it('comes after so many seconds', () => {
    const found = explore(spaceOf({ one: endless }), {}, { seconds: 0.05 });
    expect(found.ended).toBe('seconds');
    expect(found.count).toBeGreaterThan(1);
    expect(found.seconds).toBeLessThan(2);
  });

  it('comes at the first violation where that is wanted, not at good news', () => {
    const claims: Claims = {
      always: { 'stays below 5': (world) => Number(contextOf(world, 'one')) < 5 },
      sometimes: { 'reaches 2': (world) => contextOf(world, 'one') === 2 },
    };
    const found = explore(spaceOf({ one: endless }), claims, { stopAtFirst: true });
    expect([found.ended, found.count]).toEqual(['first-violation', 6]);
    expect(found.findings.map(({ kind }) => kind)).toEqual(['sometimes', 'always']);
  });

  it('can be put off: what is known so far is told meanwhile', () => {
    const exploration = beginExploration(spaceOf(plainLesson(6, 3), { network: none }), {});
    expect(exploration.run(0)).toBe(false);
    const { count } = exploration.found();
    expect(count).toBeGreaterThan(1);
    expect(count).toBeLessThan(8982);
    expect(exploration.found().ended).toBeUndefined();
    const found = exploration.found();
    expect(found.depthOf(count - 1)).toBe(found.wayTo(count - 1).length);
    while (!exploration.run(1));
    expect([exploration.found().count, exploration.found().ended]).toEqual([8982, 'explored']);
  });

  it('is not needed to tell how far it is', () => {
    const told: Progress[] = [];
    explore(
      spaceOf({ one: endless }),
      {},
      { seconds: 1.2, maxStates: Infinity, onProgress: (progress) => told.push(progress) },
    );
    expect(told.length).toBeGreaterThan(0);
    expect(told[0]).toMatchObject({ waiting: 1, violations: 0 });
    expect(told[0]?.states).toBe((told[0]?.depth ?? 0) + 2);
    expect(told[0]?.rate).toBeGreaterThan(0);
  });

  it('comes with an error where something cannot be explored, and tells where', () => {
    const broken: PlainNode = {
      start: { state: 0, timers: ['x'] },
      on: (count: number) => {
        if (count === 2) throw new Error('not modelled');
        return { state: count + 1, timers: ['x'] };
      },
    };
    const exploration = beginExploration(spaceOf({ one: broken }), {});
    expect(() => exploration.run()).toThrow('not modelled');
    expect(exploration.found().threwAt).toBe(2);
    expect(exploration.found().wayTo(2)).toHaveLength(2);
  });
});

describe('representatives', () => {
  it('stand for the states that they are found in the place of', () => {
    const space = spaceOf({ one: counter(5), other: counter(5) });
    let looked = 0;
    const found = explore(
      space,
      {},
      {
        // where the other is does not matter
        representative: (words) => words.set(space.initial.subarray(1), 1),
        look: () => looked++,
      },
    );
    expect([found.count, looked]).toEqual([6, 6]);
    expect(textsOf(space, found)).toEqual(['one', 'one', 'one', 'one', 'one']);
  });
});

/** Who moved on the way to the last state. */
const textsOf = (space: Engine, found: Explored): unknown[] =>
  found.wayTo(found.count - 1).map((code) => (space.actionOf(space.initial, code) as { readonly actor: string }).actor);

describe('the world that claims see', () => {
  it('holds the snapshot of each actor, and what else there is', () => {
    const space = spaceOf(
      {
        one: { start: { state: 'a', timers: ['x'], sends: [['other', { type: 'HI' }]] } },
        other: { start: { state: 'b' } },
      },
      { cells: { count: 3 }, crash: { max: 1 } },
    );
    const { world, scene } = space.show(space.initial) as unknown as {
      world: Readonly<Record<string, Snapshot<unknown> & { readonly context: unknown }>>;
      scene: ReturnType<Engine['show']>['scene'];
    };
    expect(Object.keys(world)).toEqual(['one', 'other']);
    expect([world['one']?.context, world['other']?.context]).toEqual(['a', 'b']);
    expect(scene.inFlight).toEqual([{ from: 'one', to: 'other', event: { type: 'HI' } }]);
    expect(scene.timers).toEqual([{ actor: 'one', id: 'x', event: { type: 'x' } }]);
    expect([scene.crashed, scene.cells, scene.history]).toEqual([[], { count: 3 }, undefined]);
  });
});
