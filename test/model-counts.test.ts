// Systems of which it is known how many states they have: by a formula, or because others have counted them. And the plainest of searches, which knows nothing of what the checker
// does to be quick, counts the same.
import { describe, expect, it } from 'vitest';
import { searchNaively } from '../dist/bench/naive-search.js';
import { paxos } from '../dist/test/fixtures/systems/paxos.js';
import { pingPong } from '../dist/test/fixtures/systems/ping-pong.js';
import { lesson, lessonInOneNode, orbitsOf, statesOf } from '../dist/test/fixtures/systems/students.js';
import { twoPhaseCommit } from '../dist/test/fixtures/systems/two-phase-commit.js';

describe('the plainest search', () => {
  it('counts as it should', () => {
    expect(searchNaively(lesson(3, 3))).toEqual({ states: 160, generated: 355, violated: [] });
    expect(searchNaively(pingPong(1, { duplicate: Infinity, drop: Infinity })).states).toBe(14);
    expect(searchNaively(pingPong(5, {})).states).toBe(11);
    expect(searchNaively(twoPhaseCommit(3)).states).toBe(288);
    expect(searchNaively(paxos(1))).toMatchObject({ states: 265, generated: 482 });
  });
});

void [lessonInOneNode, orbitsOf, statesOf];
