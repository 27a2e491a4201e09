import { describe, expect, it } from 'vitest';
import type { AnyActorLogic } from 'xstate';
import { simulate, type Simulated } from '../dist/src/testing/model/space/simulate.js';
import { createSpace, type Engine } from '../dist/src/testing/model/space/space-of.js';
import type { ModelOptions } from '../src/testing/model/options.ts';
import type { SimulateOptions } from '../src/testing/model/system.ts';
import { plainNodes, type PlainNode } from './support/plain-nodes.ts';
import { plainLesson } from './support/plain-systems.ts';

type Options = Omit<ModelOptions<Record<string, AnyActorLogic>, unknown>, 'actors'>;
type Claim = (world: Readonly<Record<string, { readonly context: unknown; readonly status: string }>>) => boolean;

const spaceOf = (nodes: Readonly<Record<string, PlainNode>>, options: Options = {}): Engine =>
  createSpace<Record<string, AnyActorLogic>, unknown>({ ...options, actors: {} }, plainNodes(nodes));

const walkThrough = (
  space: Engine,
  claims: Readonly<Record<string, Readonly<Record<string, Claim>> | Claim>>,
  options: SimulateOptions,
): Simulated => simulate(space, claims, options);

const mayStop = { mayStopWhen: (() => true) as Claim };

/** Where a run leads. */
function endOf(space: Engine, actions: readonly number[]): Record<string, { readonly context: unknown }> {
  let state = space.initial;
  for (const code of actions) {
    let next: Uint32Array | undefined;
    space.successors(state, (each, words, length) => {
      if (each === code) next = words.slice(0, length);
    });
    if (next === undefined) throw new Error(`the action ${code} is not possible`);
    state = next;
  }
  return { ...space.show(state).world };
}

/** Counts up and down as it likes. */
const wanderer: PlainNode = {
  start: { state: 0, timers: ['up', 'down'] },
  on: (count: number, { type }) => ({ state: count + (type === 'up' ? 1 : -1), timers: ['up', 'down'] }),
};

describe('a simulation', () => {
  it('walks to the end in each run', () => {
    const space = spaceOf(plainLesson(3, 3), { network: { order: 'none' } });
    const { runs, steps, depth, findings } = walkThrough(space, mayStop, { runs: 20, seed: 1 });
    expect([runs, steps, depth, findings.length]).toEqual([20, 20 * 27, 27, 0]);
  });

  it('walks no further than it may', () => {
    const { steps, depth } = walkThrough(spaceOf({ one: wanderer }), {}, { runs: 5, maxSteps: 8, seed: 1 });
    expect([steps, depth]).toEqual([40, 8]);
  });

  for (const strategy of ['uniform', 'pct'] as const) {
    it(`walks the same ways by the same seed, and others by another (${strategy})`, () => {
      const claims = {
        always: { 'stays below 9': (world) => Math.abs(Number(world['one']?.context)) < 9 },
      } satisfies Record<string, Record<string, Claim>>;
      const by = (seed: number) =>
        walkThrough(spaceOf({ one: wanderer }), claims, { runs: 20, maxSteps: 300, seed, strategy });
      expect(by(7).findings).toEqual(by(7).findings);
      expect(by(7).findings[0]?.actions).not.toEqual(by(8).findings[0]?.actions);
    });
  }

  it('takes each of what may happen as likely: messages, delays and losses', () => {
    const quiet: PlainNode = { start: { state: 0 }, on: (count: number) => ({ state: count + 1 }) };
    const sender: PlainNode = {
      start: {
        state: 0,
        timers: ['a', 'b', 'c'],
        sends: [
          ['one', { type: 'X' }],
          ['other', { type: 'X' }],
        ],
      },
      on: (count: number) => ({ state: count + 1 }),
    };
    const space = spaceOf({ sender, one: quiet, other: quiet }, { network: { drop: 1 } });
    const standsStill = (world: Parameters<Claim>[0], { inFlight }: { readonly inFlight: readonly unknown[] }) =>
      world['sender']?.context === 0 && inFlight.length === 2;
    const possible: number[] = [];
    space.successors(space.initial, (code) => possible.push(code));
    const first = new Map<number, number>();
    for (let seed = 1; seed <= 7000; seed++) {
      // the claim is violated at once, so the only action of each run is told
      const { findings } = simulate(space, { always: { 'stands still': standsStill } }, { runs: 1, maxSteps: 1, seed });
      const code = findings.find(({ kind }) => kind === 'always')?.actions[0] ?? -1;
      first.set(code, (first.get(code) ?? 0) + 1);
    }
    expect(possible).toHaveLength(7);
    // five standard deviations on either side of the 1000 that are expected
    for (const code of possible) expect(Math.abs((first.get(code) ?? 0) - 1000), `action ${code}`).toBeLessThan(150);
  });

  it('tells which seed it drew', () => {
    const drawn = walkThrough(spaceOf({ one: wanderer }), {}, { runs: 1, maxSteps: 1 });
    expect(Number.isInteger(drawn.seed)).toBe(true);
  });

  it('finds a claim violated, with the run that leads there, once', () => {
    const space = spaceOf({ one: wanderer });
    const claims = { always: { 'stays below 4': ((world) => Number(world['one']?.context) < 4) as Claim } };
    const { findings } = walkThrough(space, claims, { runs: 100, maxSteps: 200, seed: 3 });
    expect(findings.map(({ kind, claim }) => [kind, claim])).toEqual([['always', 'stays below 4']]);
    expect(endOf(space, findings[0]?.actions ?? [])['one']?.context).toBe(4);
  });

  it('finds out what is possible, and goes on', () => {
    const space = spaceOf({ one: wanderer });
    const claims = { sometimes: { 'comes to -2': ((world) => world['one']?.context === -2) as Claim } };
    const { findings, steps } = walkThrough(space, claims, { runs: 3, maxSteps: 50, seed: 3 });
    expect(findings).toMatchObject([{ kind: 'sometimes', claim: 'comes to -2' }]);
    expect(steps).toBe(150);
    expect(endOf(space, findings[0]?.actions ?? [])['one']?.context).toBe(-2);
  });

  it('finds a deadlock, also where something could still go wrong', () => {
    const space = spaceOf(plainLesson(3, 2), { network: { drop: 1 } });
    const claims = { mayStopWhen: ((world) => world['s0']?.status === 'done') as Claim };
    const { findings } = walkThrough(space, claims, { runs: 200, seed: 1 });
    expect(findings).toMatchObject([{ kind: 'deadlock' }]);
    expect(endOf(space, findings[0]?.actions ?? [])['s0']?.context).not.toMatchObject({ round: 3 });
  });

  it('finds a failure', () => {
    const frail: PlainNode = { start: { state: 0, timers: ['x'] }, on: () => ({ state: 'no', status: 'error' }) };
    const { findings } = walkThrough(spaceOf({ one: frail }), {}, { runs: 1, seed: 1 });
    expect(findings).toMatchObject([{ kind: 'failure', error: 'no', run: 0 }]);
    expect(findings[0]?.actions).toHaveLength(1);
  });

  it('stays within the bounds', () => {
    const space = spaceOf(
      { one: wanderer },
      { within: (world: object) => Math.abs(Number((world as Parameters<Claim>[0])['one']?.context)) <= 1 },
    );
    const claims = { always: { 'within 1': ((world) => Math.abs(Number(world['one']?.context)) <= 1) as Claim } };
    const { findings, steps } = walkThrough(space, claims, { runs: 10, maxSteps: 100, seed: 1 });
    expect([findings.length, steps]).toEqual([0, 1000]);
  });
});

describe('a simulation by priorities', () => {
  it('keeps one node waiting for long, which a uniform choice hardly ever does', () => {
    const counting = (most: number): PlainNode => ({
      start: { state: 0, timers: ['x'] },
      on: (count: number) => (count < most ? { state: count + 1, timers: ['x'] } : undefined),
    });
    const space = () => spaceOf({ one: counting(30), other: counting(30), third: counting(30) });
    const claims = {
      ...mayStop,
      always: {
        'nobody is left behind': ((world) =>
          Number(world['one']?.context) < 30 || Number(world['other']?.context) > 0) as Claim,
      },
    };
    const found = (strategy: 'uniform' | 'pct') =>
      walkThrough(space(), claims, { runs: 200, seed: 5, strategy }).findings.length;
    expect([found('uniform'), found('pct')]).toEqual([0, 1]);
  });
});
