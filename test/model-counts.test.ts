// Systems of which it is known how many states they have: by a formula, or because others have counted them. And the plainest of searches, which knows nothing of what the checker
// does to be quick, counts the same.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { model, type Logics, type ModelOptions } from 'troupe/testing';
import { searchNaively } from '../dist/bench/naive-search.js';
import { openSpace } from '../dist/src/testing/model/open-space.js';
import { paxos } from '../dist/test/fixtures/systems/paxos.js';
import { pingPong } from '../dist/test/fixtures/systems/ping-pong.js';
import { changedChoice, choice, crash, timer, unhandled } from '../dist/test/fixtures/systems/small.js';
import { lesson, lessonInOneNode, namesOf, orbitsOf, statesOf } from '../dist/test/fixtures/systems/students.js';
import { resourcesOf, twoPhaseCommit } from '../dist/test/fixtures/systems/two-phase-commit.js';

/** All of its states, and that nothing is wrong in any of them. */
function explored(options: unknown) {
  const { ok, complete, states, generated } = model(options as ModelOptions<Logics, unknown>).explore();
  return { ok, complete, states, generated };
}

/** How many ways there are from the start to an end. */
function ordersOf(options: unknown): number {
  const { space } = openSpace(options as ModelOptions<Logics, unknown>);
  const known = new Map<string, number>();
  const from = (state: Uint32Array): number => {
    const key = state.join();
    let orders = known.get(key);
    if (orders === undefined) {
      const following: Uint32Array[] = [];
      space.successors(state, (_, next, length) => void following.push(next.slice(0, length)));
      orders = following.length === 0 ? 1 : following.reduce((sum, each) => sum + from(each), 0);
      known.set(key, orders);
    }
    return orders;
  };
  return from(space.initial);
}

const all = (states: number, generated: number) => ({ ok: true, complete: true, states, generated });
const lossy = { duplicate: Infinity, drop: Infinity };

describe('students at a barrier', () => {
  it.each([
    [3, 1, 34],
    [3, 3, 160],
    [3, 10, 601],
    [4, 3, 606],
    [5, 3, 2320],
    [6, 3, 8982],
  ])('are, %i of them in %i rounds, %i states', (students, rounds, states) => {
    expect(statesOf(students, rounds)).toBe(states);
    expect(explored(lesson(students, rounds))).toMatchObject({ ok: true, complete: true, states });
  });

  it('can go through three rounds, three of them, in 1,524,096,000 orders, which 160 states stand for', () => {
    expect(ordersOf(lesson(3, 3))).toBe(1_524_096_000);
    expect(readFileSync(new URL('../README.md', import.meta.url), 'utf8')).toContain(
      '1,524,096,000 orders, 160 states',
    );
  });

  it('come by 355, three of them in three rounds', () => {
    expect(explored(lesson(3, 3))).toEqual(all(160, 355));
  });

  it.each([
    [3, 51],
    [4, 87],
    [5, 136],
  ])('are, %i of them, %i states where it does not matter who is who', (students, states) => {
    expect(orbitsOf(students, 3)).toBe(states);
    expect(explored({ ...lesson(students, 3), symmetric: [namesOf(students)] }).states).toBe(states);
  });

  it.each([
    [3, 22],
    [6, 190],
  ])('are, %i of them in one node, %i states', (students, states) => {
    expect(explored(lessonInOneNode(students, 3))).toMatchObject({ ok: true, complete: true, states });
  });

  it('are fewer where their timers wait for messages', () => {
    expect(explored({ ...lesson(3, 3), timers: 'when-idle' }).states).toBe(79);
    expect(explored({ ...lesson(6, 3), timers: 'when-idle' }).states).toBe(955);
  });
});

describe('those who send a number back and forth', () => {
  it.each([
    ['to 1, where messages come again and are lost', 1, lossy, 14],
    ['to 5, where messages come again and are lost', 5, lossy, 4094],
    ['to 5, where messages come again', 5, { duplicate: Infinity }, 11],
    ['to 5', 5, {}, 11],
  ])('are, %s, as many states as others have counted', (_, most, network, states) => {
    expect(explored(pingPong(most, network))).toMatchObject({ ok: true, complete: true, states });
  });
});

describe('two-phase commit', () => {
  it.each([
    [3, 288],
    [5, 8832],
  ])('is, with %i resource managers, %i states', (resources, states) => {
    expect(explored(twoPhaseCommit(resources))).toMatchObject({ ok: true, complete: true, states });
  });

  it.each([
    [3, 80],
    [5, 314],
  ])('is, with %i of them, %i states where it does not matter who is who', (resources, states) => {
    const symmetric = [resourcesOf(resources)];
    expect(explored({ ...twoPhaseCommit(resources), symmetric })).toMatchObject({ ok: true, complete: true, states });
  });
});

describe('Paxos', () => {
  it('is, with two clients, as many states as others have counted, and linearizable in each', () => {
    expect(explored(paxos(2))).toEqual(all(16_668, 32_971));
  });

  it('is no longer linearizable where what is of no use is dropped, for a second PUT_OK then counts', () => {
    const options = paxos(2);
    const report = model({ ...options, network: { order: 'none' } }).explore({ stopAtFirst: true });
    expect(report.violations).toMatchObject([{ kind: 'always', claim: 'what is read is linearizable' }]);
    expect(report.violations[0]?.trace?.steps).toHaveLength(12);
  });
});

describe('the smallest systems', () => {
  it.each([
    ['a timer', timer, 2],
    ['a choice of three', choice, 4],
    ['a choice that takes back another', changedChoice, 9],
    ['a crash of one of three', crash, 4],
    [
      'a message of no use in a set of messages',
      unhandled({ order: 'none', duplicate: Infinity, delayUnhandled: true }),
      2,
    ],
    ['a message of no use among others', unhandled({ order: 'none', delayUnhandled: true }), 2],
    ['a message of no use before another', unhandled({ order: 'per-pair' }), 3],
  ])('are, with %s, as many states as others have counted', (_, options, states) => {
    expect(explored(options)).toMatchObject({ ok: true, complete: true, states });
  });
});

describe('the plainest search', () => {
  it.each([
    ['students', lesson(3, 3)],
    ['a number back and forth', pingPong(3, lossy)],
    ['two-phase commit', twoPhaseCommit(3)],
    ['Paxos', paxos(1)],
  ])('counts the same: %s', (_, options) => {
    const { states, generated, violated } = searchNaively(options);
    expect(violated).toEqual([]);
    expect(explored(options)).toEqual(all(states, generated));
  });
});
