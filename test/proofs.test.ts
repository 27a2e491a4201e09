// What troupe is made of, explored in every order of what may happen: the students and the barrier that run in threads, and its protocols as machines. Of each claim, something that breaks it is
// explored, too, so that it is known to be able to fail. And the page that tells of it says what is found.
import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { model, type Report } from 'troupe/testing';
import { lessonOfDemo3 } from '../dist/test/fixtures/systems/demo-3.js';
import {
  brokenRowOf,
  claimsOf,
  drawingOf,
  rowOf,
  SECTIONS,
  type AnyOptions,
} from '../dist/test/fixtures/systems/proofs.js';

// The largest takes seconds, and more on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const page = readFileSync(new URL('../docs/proofs.md', import.meta.url), 'utf8');

const explore = (options: AnyOptions): Report => model(options).explore();

describe.each(SECTIONS)('$title', (section) => {
  it.each(section.holds)('$what: all that is claimed holds', (each) => {
    const report = explore(each.options);
    expect(report.violations.map(({ kind, claim, why }) => `${kind}: ${claim}: ${why}`)).toEqual([]);
    expect(report).toMatchObject({ ok: true, complete: true });
    expect(page).toContain(rowOf(each, report));
  });

  it.each(section.breaks)('$what: it is found that it does not hold, $claim', (each) => {
    const report = explore(each.options);
    expect(report.violations.map(({ claim }) => claim)).toContain(each.claim);
    expect(page).toContain(brokenRowOf(each, report));
    expect(page).toContain(each.isDrawn ? drawingOf(each, report) : '');
  });

  it('is told with its claims', () => {
    expect(page).toContain(section.about);
    for (const claim of claimsOf(section)) expect(page).toContain(`- ${claim}\n`);
  });
});

describe('the shortest way to an overwritten number without the barrier', () => {
  const lesson = model(lessonOfDemo3({ students: 2, hasBarrier: false }));

  it('is three steps, after which a hand holds what another has put there', () => {
    const trace = lesson.explore({ stopAtFirst: true }).violations[0]?.trace;
    expect(trace?.schedule).toBe('teacher>Alice teacher>Alice t:Alice/ready');
    expect(trace?.scene.cells).toEqual({ "Alice's hand": -1, "Bob's hand": 4 });
    expect(trace?.toText()).toContain("Bob's hand is written: 5 → 4");
    expect(trace?.toMermaid()).toContain("Bob's hand is written: 5 → 4");
  });

  it('is found by walking at random, too', () => {
    const { violations } = lesson.simulate({ seed: 7, runs: 100 });
    expect(violations).toMatchObject([{ claim: 'no number is overwritten' }]);
  });
});

describe('what is claimed of numbers', () => {
  it('sees one that is gone, one that is twice, and one that nobody gave', () => {
    const { always } = lessonOfDemo3({ students: 2 });
    const student = (readied: number | null) => ({ value: 'idle', status: 'active', context: { readied, next: null } });
    const found = (hands: readonly [number, number], readied: number | null = null) => {
      const world = { Alice: student(readied), Bob: student(null) };
      const scene = { cells: { "Alice's hand": hands[0], "Bob's hand": hands[1] }, inFlight: [] };
      return Object.entries(always ?? {}).flatMap(([name, claim]) =>
        claim(world as never, scene as never) ? [] : [name],
      );
    };
    expect(found([4, 5])).toEqual([]);
    expect(found([-1, 5], 4)).toEqual([]);
    expect(found([-1, 5])).toEqual(['no number is overwritten']);
    expect(found([4, 5], 4)).toEqual(['no number is invented']);
    expect(found([4, 7], 5)).toEqual(['no number is invented']);
  });
});
