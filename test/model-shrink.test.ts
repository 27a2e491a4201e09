// Random runs to something wrong, made short: what is left is a run of the system, leads to the same, and holds little that need not be.
import { describe, expect, it } from 'vitest';
import { model } from 'troupe/testing';
import { openSpace } from '../dist/src/testing/model/open-space.js';
import type { Logics, ModelOptions, World } from '../dist/src/testing/model/options.js';
import { shrinkFinding } from '../dist/src/testing/model/graph/shrink-finding.js';
import { shrinkRun } from '../dist/src/testing/model/graph/shrink.js';
import { beginSimulation } from '../dist/src/testing/model/space/simulate.js';
import type { Space, Words } from '../dist/src/testing/model/space/space.js';
import { createRandom } from '../dist/src/testing/random.js';
import { lesson, namesOf } from '../dist/test/fixtures/systems/students.js';
import { createGraphSpace, type GraphStep } from './support/graph-space.ts';
import { createToySystem, type Toy, type ToySystem } from './support/toy-system.ts';

const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));

describe('a run that is made shorter', () => {
  const line = createGraphSpace({ steps: [0, 1, 2, 3].map((from) => ({ from, code: 1, to: from + 1 })), fair: [] });

  it('ends where it first goes wrong', () => {
    expect(shrinkRun(line, [1, 1, 1, 1], ([state]) => (state as number) >= 2)).toEqual([1, 1]);
  });

  it('is empty where it is wrong from the start', () => {
    expect(shrinkRun(line, [1, 1], () => true)).toEqual([]);
  });

  it('stays as it is where it leads to nothing wrong', () => {
    expect(shrinkRun(line, [1, 1], () => false)).toEqual([1, 1]);
  });

  it('goes round no more', () => {
    const steps = [
      { from: 0, code: 1, to: 1 },
      { from: 1, code: 2, to: 0 },
      { from: 1, code: 3, to: 2 },
    ];
    const run = [1, 2, 1, 2, 1, 2, 1, 3];
    for (const effort of [10, 100_000]) {
      const space = createGraphSpace({ steps, fair: [] });
      expect(shrinkRun(space, run, ([state]) => state === 2, { effort })).toEqual([1, 3]);
    }
  });

  it('goes round no more also where there is no time to look for other ways', () => {
    const steps = [0, 1, 2, 3, 4, 5].map((from) => ({ from, code: 1, to: from + 1 }));
    const space = createGraphSpace({ steps: [...steps, { from: 5, code: 2, to: 0 }], fair: [] });
    const run = [1, 1, 1, 1, 1, 2, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1, 1, 1];
    expect(shrinkRun(space, run, ([state]) => state === 6, { effort: run.length })).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it('takes a way that the run did not take', () => {
    // one step instead of three, by an action that the run has nowhere
    const steps = [
      { from: 0, code: 1, to: 1 },
      { from: 1, code: 1, to: 2 },
      { from: 2, code: 1, to: 3 },
      { from: 0, code: 9, to: 3 },
    ];
    expect(shrinkRun(createGraphSpace({ steps, fair: [] }), [1, 1, 1], ([state]) => state === 3)).toEqual([9]);
  });

  it('leaves out what others do that has nothing to do with it', () => {
    const system = desk(6);
    const random = createRandom(7);
    const run = randomRun(system.space, random, 3_000, isWrong(system));
    expect(run.length).toBeGreaterThan(20);
    const short = shrinkRun(system.space, run, isWrong(system));
    // two get the same number: each asks, the desk hears it, each hears the answer
    expect(short.length).toBe(6);
  });

  it('leaves out what it can also where there is little time for it', () => {
    const system = desk(6);
    const run = randomRun(system.space, createRandom(11), 3_000, isWrong(system));
    const short = shrinkRun(system.space, run, isWrong(system), { effort: 2_000 });
    expect(short.length).toBeLessThan(run.length);
    expect(isWrong(system)(follow(system.space, short))).toBe(true);
  });

  it(`is real, wrong and no longer, whatever the graph (seed ${seed})`, () => {
    const random = createRandom(seed);
    let shrunk = 0;
    for (let graph = 0; graph < 300; graph++) {
      const states = 3 + Math.floor(random() * 12);
      const steps: GraphStep[] = [];
      for (let from = 0; from < states; from++) {
        for (let code = 1; code <= 3; code++) {
          if (random() < 0.6) steps.push({ from, code, to: Math.floor(random() * states) });
        }
      }
      const space = createGraphSpace({ steps, fair: [] });
      const wrong = ([state]: Words): boolean => state === states - 1;
      const run = randomRun(space, random, 60, wrong);
      if (!wrong(follow(space, run))) continue;
      const short = shrinkRun(space, run, wrong, { effort: random() < 0.5 ? 20 : 10_000 });
      expect({ steps, run, short, isWrong: wrong(follow(space, short)) }).toMatchObject({ isWrong: true });
      expect(short.length).toBeLessThanOrEqual(run.length);
      if (short.length < run.length) shrunk++;
    }
    expect(shrunk).toBeGreaterThan(30);
  });
});

describe('what a random walk has found', { timeout: 30_000 }, () => {
  const names = namesOf(3);
  const options = {
    ...(lesson(3, 2) as ModelOptions<Logics, unknown>),
    network: { drop: 1, duplicate: 1 },
    always: {
      'nobody is done': (world: World<Logics>) =>
        names.every((name) => (world[name] as { readonly status: string }).status === 'active'),
      'nobody is ahead': (world: World<Logics>) => {
        const rounds = names.map((name) => (world[name] as unknown as { context: { round: number } }).context.round);
        if (new Set(rounds).size > 1) throw new Error('Somebody is ahead.');
        return true;
      },
    },
  };

  it('is thrown where it was thrown, though it is wrong elsewhere sooner', () => {
    const isLate = (world: World<Logics>): boolean => {
      if ((world['s0'] as unknown as Shown).status === 'done') throw new Error('Too late.');
      return (world['s1'] as unknown as Shown).context.round === 1;
    };
    const claimed = { ...options, always: { 'it is early': isLate } };
    const { space } = openSpace(claimed);
    const throws = (state: Words): boolean => {
      try {
        isLate(space.show(state).world);
        return false;
      } catch {
        return true;
      }
    };
    const actions = randomRun(space, createRandom(3), 200, throws);
    expect(throws(follow(space, actions))).toBe(true);
    const finding = { kind: 'always', claim: 'it is early', error: new Error('Too late.'), actions } as const;
    const short = shrinkFinding(space, claimed, finding);
    expect(throws(follow(space, short))).toBe(true);
  });

  interface Shown {
    readonly status: string;
    readonly context: { readonly round: number };
  }
  it.each<{ kind: string; claim?: string; isThere: (end: readonly Shown[], isQuiescent: boolean) => boolean }>([
    { kind: 'deadlock', isThere: (_end, isQuiescent) => isQuiescent },
    { kind: 'always', claim: 'nobody is done', isThere: (end) => end.some(({ status }) => status === 'done') },
    {
      kind: 'always',
      claim: 'nobody is ahead',
      isThere: (end) => new Set(end.map(({ context }) => context.round)).size > 1,
    },
  ])('is found by a run that is hardly longer than need be: $kind $claim', ({ kind, claim, isThere }) => {
    const { violations } = model(options).explore();
    const isSame = (each: { readonly kind: string; readonly claim: string }): boolean =>
      each.kind === kind && (claim === undefined || each.claim === claim);
    const least = violations.find(isSame)?.trace?.steps.length ?? 0;
    const { space } = openSpace(options);
    const claimed = options as unknown as ModelOptions<never, never>;
    const lengths: number[] = [];
    for (let walk = 0; walk < 12; walk++) {
      const simulation = beginSimulation(space, claimed, { seed: walk, runs: 40 });
      simulation.run();
      const finding = simulation.found().findings.find(isSame);
      if (finding === undefined) continue;
      const actions = shrinkFinding(space, claimed, finding);
      expect(actions.length).toBeLessThanOrEqual(finding.actions.length);
      lengths.push(actions.length);
      const end = follow(space, actions);
      const { world } = space.show(end);
      expect(
        isThere(
          names.map((name) => world[name] as unknown as Shown),
          space.isQuiescent(end),
        ),
      ).toBe(true);
    }
    expect(lengths.length).toBeGreaterThan(3);
    expect(Math.min(...lengths)).toBe(least);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(least + 2);
  });
});

/** Customers that ask for the next number and then take it, as two steps: two may take the same. They also chat, which changes nothing in the end. */
function desk(customers: number): ToySystem {
  interface Customer {
    readonly has: number;
    readonly chats: number;
  }
  const names = Array.from({ length: customers }, (_, index) => `customer ${index}`);
  const customer: Toy = {
    state: { has: -2, chats: 0 },
    ticks: ({ has, chats }: Customer) => [
      { state: { has, chats: (chats + 1) % 5 } },
      ...(has === -2 ? [{ state: { has: -1, chats }, sends: [['desk', { type: 'ASK' }] as const] }] : []),
    ],
    receive: ({ chats }: Customer, { number }) => ({
      state: { has: number, chats },
      sends: [['desk', { type: 'TAKE', number }]],
    }),
  };
  const counter: Toy = {
    state: { next: 0 },
    receive: ({ next }: { readonly next: number }, { type, from, number }) =>
      type === 'ASK'
        ? { state: { next }, sends: [[from, { type: 'NEXT', number: next }]] }
        : { state: { next: Math.max(next, (number as number) + 1) } },
  };
  return createToySystem({ ...Object.fromEntries(names.map((name) => [name, customer])), desk: counter });
}

function isWrong(system: ToySystem): (state: Words) => boolean {
  return (state) => {
    const { desk: _, ...customers } = system.statesOf(state) as Record<string, { readonly has: number }>;
    const numbers = Object.values(customers).flatMap(({ has }) => (has >= 0 ? [has] : []));
    return new Set(numbers).size < numbers.length;
  };
}

function randomRun(space: Space, random: () => number, most: number, wrong: (state: Words) => boolean): number[] {
  const run: number[] = [];
  let state: Words = space.initial;
  while (run.length < most && !wrong(state)) {
    const possible: { readonly code: number; readonly next: Words }[] = [];
    space.successors(state, (code, next, length) => possible.push({ code, next: next.slice(0, length) }));
    const chosen = possible[Math.floor(random() * possible.length)];
    if (chosen === undefined) break;
    run.push(chosen.code);
    state = chosen.next;
  }
  return run;
}

function follow(space: Space, run: readonly number[]): Words {
  let state: Words = space.initial;
  for (const wanted of run) {
    let after: Words | undefined;
    space.successors(state, (code, next, length) => {
      if (code === wanted) after = next.slice(0, length);
    });
    expect(after).toBeDefined();
    state = after as Words;
  }
  return state;
}
