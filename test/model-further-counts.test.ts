// Further systems of which others have counted the states, or a plain breadth-first search over hand-written pure functions, which knows nothing of XState or of the checker
// (see `support/plain-search.ts`, which compares random systems with it).
import { describe, expect, it } from 'vitest';
import { model, type Logics, type ModelOptions } from 'troupe/testing';
import { increments, threadsOf } from '../dist/test/fixtures/systems/increments.js';
import { philosophers } from '../dist/test/fixtures/systems/philosophers.js';
import { register } from '../dist/test/fixtures/systems/registers.js';

const explore = (options: unknown) => model(options as ModelOptions<Logics, unknown>).explore();

describe('a register', () => {
  // stateright: examples/single-copy-register.rs and examples/linearizable-register.rs, can_model_…
  it('is, as one copy with two clients, 93 states, and linearizable in each', () => {
    expect(explore(register('copy', 2, 1))).toMatchObject({ ok: true, complete: true, states: 93 });
  });

  it('is not linearizable where two servers have a copy each, which four steps show', () => {
    const { violations } = explore(register('copy', 2, 2));
    expect(violations).toMatchObject([{ kind: 'always', trace: { schedule: 'c0>s0 s0>c0 c0>s1 s1>c0' } }]);
  });

  it('is, replicated on two servers for two clients, 544 states, and linearizable in each', () => {
    expect(explore(register('replica', 2, 2))).toMatchObject({ ok: true, complete: true, states: 544, depth: 24 });
  });
});

describe('threads that add one', () => {
  // stateright: examples/increment.rs lists the 13 states, and the 8 that are left; the others were counted by the plain search
  it.each([
    [2, 13, 15, 8, 10],
    [3, 84, 112, 22, 32],
    [4, 755, 1157, 63, 103],
  ])(
    'are, %i of them, %i states, and fewer where it does not matter who is who',
    (count, states, generated, ...fewer) => {
      const options = increments(count, false);
      expect(explore(options)).toMatchObject({ states, generated });
      const symmetric = explore({ ...options, symmetric: [threadsOf(count)] });
      expect([symmetric.states, symmetric.generated]).toEqual(fewer);
      for (const { violations } of [explore(options), symmetric]) {
        expect(violations.map(({ kind, trace }) => [kind, trace?.steps.length])).toEqual([['always', 4]]);
      }
    },
  );

  it.each([
    [2, 17, 23, 9],
    [3, 61, 97, 13],
  ])('are, %i of them with a lock, %i states, and count right', (count, states, generated, fewer) => {
    const options = increments(count, true);
    expect(explore(options)).toMatchObject({ ok: true, complete: true, states, generated });
    expect(explore({ ...options, symmetric: [threadsOf(count)] })).toMatchObject({ ok: true, states: fewer });
  });
});

describe('dining philosophers', () => {
  // counted by the plain search
  it.each([
    [2, {}, 89, 199],
    [2, { network: { order: 'none' } }, 153, 327],
    [2, { network: { order: 'global' } }, 76, 111],
    [2, { network: { duplicate: 1 } }, 2835, 8081],
    [2, { timers: 'by-delay' }, 129, 273],
    [3, {}, 995, 3466],
    [4, {}, 10_305, 48_325],
  ])(
    'are, %i of them with %o, %i states, and may all wait for ever after four steps each',
    (count, how, states, generated) => {
      const report = explore({ ...philosophers(count, false), ...how });
      expect(report).toMatchObject({ complete: true, states, generated });
      expect(report.violations).toMatchObject([{ kind: 'deadlock' }]);
      expect(report.violations[0]?.trace?.steps).toHaveLength(4 * count);
    },
  );

  it.each([
    [2, {}, 90, 205],
    [2, { network: { order: 'none' } }, 148, 325],
    [3, {}, 1002, 3516],
    [3, { timers: 'when-idle' }, 123, 184],
  ])('are, %i of them of whom one is different with %o, %i states, and never stop', (count, how, states, generated) => {
    expect(explore({ ...philosophers(count, true), ...how })).toMatchObject({ ok: true, states, generated });
  });

  it('all come to eat where one is different', () => {
    const eventually = Object.fromEntries(
      ['p0', 'p1', 'p2'].map((name) => [
        `${name} eats`,
        (world: Readonly<Record<string, { readonly value: unknown }>>) => world[name]?.value === 'eating',
      ]),
    );
    expect(explore({ ...philosophers(3, true), eventually })).toMatchObject({ ok: true, complete: true });
    const kinds = explore({ ...philosophers(3, false), eventually }).violations.map(({ kind }) => kind);
    expect(kinds.toSorted()).toEqual(['deadlock', 'eventually', 'eventually', 'eventually']);
  });
});
