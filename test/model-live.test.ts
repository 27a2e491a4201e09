// A model and the real runtime, step for step: random schedules through systems that between them show all that a model knows.
import { describe, expect, it, vi } from 'vitest';
import { bank, family, firm, lesson, office, school, ward } from './support/live-systems.ts';
import { rehearseAtRandom, type Walks } from './support/rehearsing.ts';

// The machine may be busy with others.
vi.setConfig({ testTimeout: 60_000 });

/** How many times as many schedules are walked as by default. */
const scale = Number(process.env['TROUPE_SCHEDULES'] ?? 1);

const systems: readonly (readonly [what: string, options: object, walks?: Partial<Walks>])[] = [
  ['pupils and their barrier', lesson(3, 2)],
  ['pupils, with messages in any order', { ...lesson(3, 2), network: { order: 'none' } }],
  ['pupils, with one order for all', { ...lesson(3, 2), network: { order: 'global' } }],
  ['pupils, with losses and repeats', { ...lesson(2, 3), network: { drop: 2, duplicate: 2 } }],
  [
    'pupils, with losses and repeats in any order',
    { ...lesson(2, 3), network: { order: 'none', drop: 2, duplicate: 2 } },
  ],
  [
    'pupils, with messages that stay for ever',
    { ...lesson(2, 3), network: { order: 'none', drop: Infinity, duplicate: Infinity } },
  ],
  ['pupils who crash and begin anew', { ...lesson(3, 2), crash: { max: 2 } }],
  [
    'pupils who crash and go on',
    { ...lesson(3, 2, { byName: true }), crash: { max: 2, who: ['s0', 's1', 's2'], restart: 'persisted' } },
  ],
  ['pupils who crash for good', { ...lesson(3, 2), crash: { max: 2, restart: 'never' } }],
  ['pupils by the clock', { ...lesson(3, 3), timers: 'by-delay' }],
  ['a family', family],
  ['a family by the clock', { ...family, timers: 'by-delay' }],
  ['a family that crashes', { ...family, crash: { max: 2 } }],
  ['a worker who is restarted', office({ restart: { atMost: 3 }, backoff: 0 })],
  ['a worker who is resumed after a wait', office({ restart: { atMost: 3 }, backoff: 100, strategy: 'resume' })],
  ['a worker who is stopped', office({ strategy: 'stop' })],
  ['a firm of restarted workers', firm({ restart: { atMost: 2 }, backoff: 10 })],
  ['a firm of resumed workers', firm({ restart: { atMost: 2 }, backoff: 0, strategy: 'resume' })],
  ['a school', school],
  ['a school that crashes', { ...school, crash: { max: 1 } }],
  ['a bank with a cell', bank],
  ['a ward', ward],
  ['a ward that crashes', { ...ward, crash: { max: 2 } }],
];

describe('a model and the real runtime', () => {
  it.each(systems.map(([what, options, walks], index) => ({ what, options, walks, seed: index + 1 })))(
    'agree step for step about $what (seed $seed)',
    async ({ options, walks, seed }) => {
      const walked = await rehearseAtRandom(options, seed, { schedules: Math.ceil(60 * scale), steps: 40, ...walks });
      expect(walked.steps).toBeGreaterThan(walked.schedules);
    },
  );
});
