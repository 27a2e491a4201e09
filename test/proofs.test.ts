// What troupe is made of, explored in every order of what may happen: the students and the barrier that run in threads, and its protocols as machines. Of each claim, something that breaks it is
// explored, too, so that it is known to be able to fail.
import { describe, expect, it, vi } from 'vitest';
import { enqueueActions } from 'xstate';
import { barrier } from 'troupe/actors';
import { model, type ModelOptions, type Report } from 'troupe/testing';
import { asking } from '../dist/test/fixtures/systems/asking.js';
import { barrierEndings } from '../dist/test/fixtures/systems/barrier-endings.js';
import { credits } from '../dist/test/fixtures/systems/credits.js';
import { lessonOfDemo3 } from '../dist/test/fixtures/systems/demo-3.js';
import { restarting } from '../dist/test/fixtures/systems/restarting.js';

// The largest takes seconds, and more on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const explore = (options: unknown): Report => model(options as ModelOptions).explore();

/** That every claim holds in every order; with how many states that is. */
function holds(options: unknown, states?: number): void {
  const report = explore(options);
  expect(report.violations.map(({ kind, claim, why }) => `${kind}: ${claim}: ${why}`)).toEqual([]);
  expect(report.complete).toBe(true);
  if (states !== undefined) expect(report.states).toBe(states);
}

/** The claims that do not hold, each with the length of the shortest way there. */
const broken = (options: unknown) =>
  Object.fromEntries(explore(options).violations.map(({ claim, trace }) => [claim, trace?.steps.length]));

describe("demo 3's own students, in a circle, with two rounds asked for at once", () => {
  it.each([
    [2, 403],
    [3, 6615],
    [4, 145_395],
  ] as const)('%i of them overwrite no number, invent none, and all go home', (students, states) => {
    holds(lessonOfDemo3({ students }), states);
  });

  it('do so, too, when they are told the numbers first', () => {
    holds(lessonOfDemo3({ students: 3, isTold: true }));
  });

  it('overwrite a number when they arrive once in a round instead of twice', () => {
    expect(broken(lessonOfDemo3({ students: 2, isHasty: true }))).toEqual({ 'no number is overwritten': 15 });
    expect(broken(lessonOfDemo3({ students: 3, isHasty: true }))).toEqual({ 'no number is overwritten': 21 });
  });

  it('overwrite a number when there is no barrier', () => {
    const report = explore(lessonOfDemo3({ students: 2, hasBarrier: false }));
    expect(report.violations).toMatchObject([{ claim: 'no number is overwritten' }]);
    const trace = report.violations[0]?.trace;
    expect(trace?.schedule).toBe('teacher>Alice teacher>Alice t:Alice/ready');
    expect(trace?.scene.cells).toEqual({ "Alice's hand": -1, "Bob's hand": 4 }); // where Bob's 5 was
  });

  it('do not all go home when one of them never comes to the barrier', () => {
    expect(broken(lessonOfDemo3({ students: 2, absent: 'Bob' }))).toHaveProperty('everybody goes home');
  });

  it('overwrite, or invent, nothing that the claims would not see', () => {
    const { always } = lessonOfDemo3({ students: 2 });
    const student = (readied: number | null) => ({ value: 'idle', status: 'active', context: { readied, next: null } });
    const see = (hands: readonly [number, number], readied: number | null = null) => {
      const world = { Alice: student(readied), Bob: student(null) };
      const scene = { cells: { "Alice's hand": hands[0], "Bob's hand": hands[1] }, inFlight: [] };
      return Object.entries(always ?? {}).flatMap(([name, claim]) =>
        claim(world as never, scene as never) ? [] : [name],
      );
    };
    expect(see([4, 5])).toEqual([]);
    expect(see([-1, 5], 4)).toEqual([]);
    expect(see([-1, 5])).toEqual(['no number is overwritten']);
    expect(see([4, 5], 4)).toEqual(['no number is invented']);
    expect(see([4, 7], 5)).toEqual(['no number is invented']);
  });
});

describe('the barrier, with a timeout', () => {
  it('answers each arrival once, and all alike, whenever it is aborted and reset, and whenever one of them dies', () => {
    holds(barrierEndings({ parties: 2, words: ['ABORT', 'RESET'], dies: true }));
    holds(barrierEndings({ parties: 3, words: ['ABORT', 'RESET'], dies: true }), 1615);
  });

  it('answers twice if it forgets who has been answered', () => {
    const logic = barrier.provide({ actions: { dismiss: () => {} } } as never);
    expect(Object.keys(broken(barrierEndings({ parties: 2, words: ['ABORT', 'RESET'], logic })))).toContain(
      'each arrival is answered at most once',
    );
  });

  it('lets some through where others are turned away if it tells only those who came last', () => {
    const release = enqueueActions(({ context, enqueue }) => {
      const { waiting, generation } = context as unknown as { waiting: { replyTo: never }[]; generation: number };
      enqueue.sendTo(waiting[0]?.replyTo as never, { type: 'RELEASED', index: 0, generation });
      for (const { replyTo } of waiting.slice(1)) enqueue.sendTo(replyTo, { type: 'BROKEN', reason: 'abort' });
    });
    const logic = barrier.provide({ actions: { release } } as never);
    expect(Object.keys(broken(barrierEndings({ parties: 2, logic })))).toContain(
      'all who live are released, or all are turned away',
    );
  });

  it('keeps waiting for ever who waits for one who died before it came, if there is no timeout', () => {
    expect(Object.keys(broken(barrierEndings({ parties: 2, dies: true, hasTimeout: false })))).toContain(
      'each arrival of one who lives is answered',
    );
    holds({ ...barrierEndings({ parties: 2, dies: false, hasTimeout: false }), sometimes: {} });
  });
});

describe('ask', () => {
  it('settles, and once, whatever comes first: reply, end, failure, crash, deadline, signal, or a full mailbox', () => {
    holds(asking({}));
    holds(asking({ network: { drop: 1 } }));
  });

  it('settles without a deadline as long as nothing is lost, for the end of the one who is asked is an answer, too', () => {
    holds(asking({ hasDeadline: false }));
  });

  it('does not settle without deadline and watch, or where the question is lost and there is no deadline', () => {
    expect(broken(asking({ hasDeadline: false, isWatching: false }))).toHaveProperty('it settles');
    expect(broken(asking({ hasDeadline: false, network: { drop: 1 } }))).toHaveProperty('it settles');
  });

  it('settles twice if the race is not ended', () => {
    expect(broken(asking({ isForgetful: true }))).toHaveProperty('it settles once');
  });
});

describe('a supervised actor', () => {
  const letters = [false, true, false, true, false];

  it('handles in its next life what waits, in order, and never tries again what it failed with', () => {
    holds(restarting({ letters }));
    holds(restarting({ letters, supervision: { strategy: 'resume' } }));
  });

  it('loses what waits if it is not supervised, is stopped, or may not be restarted as often', () => {
    const lost = 'each letter that is whole is done';
    expect(broken(restarting({ letters, supervision: null }))).toHaveProperty([lost]);
    expect(broken(restarting({ letters, supervision: { strategy: 'stop' } }))).toHaveProperty([lost]);
    expect(broken(restarting({ letters, supervision: { restart: { atMost: 1 } } }))).toHaveProperty([lost]);
  });

  it('tries twice what a sender sends twice, which the claim sees', () => {
    expect(broken({ ...restarting({ letters: [true] }), network: { duplicate: 1 } })).toHaveProperty([
      'no letter is tried twice',
    ]);
  });
});

describe('the credit of a mailbox', () => {
  it.each([
    ['two places', {}],
    ['four places', { limit: 4, fed: 6, pushed: 3 }],
    ['the oldest making room', { overflow: 'drop-oldest', limit: 4, fed: 6, pushed: 3 }],
    ['a packet that is lost', { drop: 1 }],
    ['two packets that are lost', { drop: 2, limit: 4, fed: 6, pushed: 3 }],
    ['the oldest making room, and a packet that is lost', { overflow: 'drop-oldest', limit: 4, drop: 1 }],
  ] as const)('is never overdrawn and comes back, with %s', (_, options) => {
    holds(credits(options));
  });

  it('does not come back if what was lost is forgotten, or the other side says nothing unasked', () => {
    const back = 'all credit comes back, and nobody waits';
    expect(broken(credits({ drop: 1, forgetsLost: true }))).toHaveProperty([back]);
    expect(broken(credits({ isSilent: true }))).toHaveProperty([back]);
  });
});
