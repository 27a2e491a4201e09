// A model and the real runtime, step for step: random schedules through systems that between them show all that a model knows.
import { describe, expect, it, vi } from 'vitest';
import { assign, createMachine, setup, type AnyActorRef, type AnyMachineSnapshot } from 'xstate';
import { openCell } from 'troupe/shared';
import { model, type ModelOptions } from 'troupe/testing';
import type { Action } from '../dist/src/testing/model/space/space.js';
import type { Logics } from '../dist/src/testing/model/options.js';
import { rejectionOf } from './support/observing.ts';
import type { hurdle, pupil } from './support/live-systems.ts';
import {
  bank,
  family,
  firm,
  hospital,
  keepsakes,
  lesson,
  oddities,
  office,
  ring,
  school,
  ward,
  workshop,
} from './support/live-systems.ts';
import { rehearseAtRandom, type Walks } from './support/rehearsing.ts';

// The machine may be busy with others.
vi.setConfig({ testTimeout: 60_000 });

/** How many times as many schedules are walked as by default. */
const scale = Number(process.env['TROUPE_SCHEDULES'] ?? 1);

/** Of those with many different states, which take time to be stepped for the first time. */
const few: Partial<Walks> = { schedules: 20, steps: 25 };

type Kind = Action['type'];

const pupils: readonly Kind[] = ['deliver', 'timer'];
const faults: readonly Kind[] = [...pupils, 'drop'];
const crashes: readonly Kind[] = [...pupils, 'crash', 'restart'];
const all: readonly Kind[] = ['deliver', 'timer', 'stimulus'];

/** What they are, their options, what happens in them, and how many schedules are walked how far. */
const systems: readonly (readonly [what: string, options: object, kinds: readonly Kind[], walks?: Partial<Walks>])[] = [
  ['pupils and their barrier', lesson(3, 2), pupils],
  ['pupils, in any order', { ...lesson(3, 2), network: { order: 'none' } }, pupils],
  ['pupils, in one order for all', { ...lesson(3, 2), network: { order: 'global' } }, pupils],
  ['pupils, with faults', { ...lesson(2, 3), network: { drop: 2, duplicate: 2 } }, faults],
  ['pupils, with faults in any order', { ...lesson(2, 3), network: { order: 'none', drop: 2, duplicate: 2 } }, faults],
  [
    'pupils, with faults in one order',
    { ...lesson(2, 3), network: { order: 'global', drop: 2, duplicate: 2 } },
    faults,
  ],
  [
    'pupils, with messages that stay',
    { ...lesson(2, 3), network: { order: 'none', drop: Infinity, duplicate: Infinity } },
    faults,
  ],
  ['pupils who begin anew', { ...lesson(3, 2), crash: { max: 2 } }, crashes],
  ['pupils who go on', { ...lesson(3, 2), crash: { max: 2, restart: 'persisted' }, mayFail: true }, crashes],
  ['pupils who stay away', { ...lesson(3, 2), crash: { max: 2, restart: 'never' } }, [...pupils, 'crash']],
  ['pupils by the clock', { ...lesson(3, 3), timers: 'by-delay' }, pupils],
  ['a ring', ring, all],
  ['a family', family, [...all, 'outcome'], few],
  ['a family by the clock', { ...family, timers: 'by-delay' }, [...all, 'outcome'], few],
  ['a family that crashes', { ...family, crash: { max: 2 } }, [...all, 'outcome', 'crash', 'restart'], few],
  ['a workshop', workshop, [...all, 'outcome']],
  [
    'a workshop that goes on',
    { ...workshop, crash: { max: 3, restart: 'persisted' } },
    [...all, 'outcome', 'crash', 'restart'],
  ],
  [
    'a workshop that goes on by the clock',
    { ...workshop, timers: 'by-delay', crash: { max: 3, restart: 'persisted' } },
    [...all, 'outcome', 'crash', 'restart'],
  ],
  ['a worker who is restarted', office({ restart: { atMost: 3 }, backoff: 0 }), [...all, 'revive']],
  [
    'a worker who is resumed after a wait',
    office({ restart: { atMost: 3 }, backoff: 100, strategy: 'resume' }),
    [...all, 'revive'],
  ],
  ['a worker who is stopped', office({ strategy: 'stop' }), all],
  ['a firm of restarted workers', firm({ restart: { atMost: 2 }, backoff: 10 }), [...all, 'revive']],
  ['a firm of resumed workers', firm({ restart: { atMost: 2 }, backoff: 0, strategy: 'resume' }), [...all, 'revive']],
  [
    'a firm that crashes',
    { ...firm({ restart: { atMost: 2 }, backoff: 0 }), crash: { max: 2 } },
    [...all, 'revive', 'crash', 'restart'],
  ],
  ['a school', school, [...all, 'outcome']],
  ['a school that crashes', { ...school, crash: { max: 1 } }, [...all, 'outcome', 'down', 'crash', 'restart']],
  ['a bank with a cell', bank, ['deliver', 'stimulus']],
  ['oddities', oddities, ['outcome', 'revive', 'stimulus', 'timer']],
  ['a ward', ward, ['deliver', 'stimulus', 'down']],
  ['a ward that crashes', { ...ward, crash: { max: 2 } }, ['deliver', 'stimulus', 'down', 'crash', 'restart']],
  [
    'a family that goes on',
    { ...family, crash: { max: 2, restart: 'persisted' }, mayFail: true },
    [...all, 'outcome', 'crash', 'restart'],
    few,
  ],
  ['keepsakes', keepsakes, all],
  ['keepsakes after a crash', { ...keepsakes, crash: { max: 3, restart: 'persisted' } }, [...all, 'crash', 'restart']],
  ['a hospital', hospital, ['deliver', 'stimulus', 'down']],
  ['a hospital that crashes', { ...hospital, crash: { max: 2 } }, ['deliver', 'stimulus', 'down', 'crash', 'restart']],
];

describe('a model and the real runtime', () => {
  it.each(systems.map(([what, options, kinds, walks], index) => ({ what, options, kinds, walks, seed: index + 1 })))(
    'agree step for step about $what (seed $seed)',
    async ({ options, kinds, walks, seed }) => {
      const { schedules, steps } = { schedules: 40, steps: 30, ...walks };
      const walked = await rehearseAtRandom(options, seed, { schedules: Math.ceil(schedules * scale), steps });
      // all that can happen has
      expect(Object.keys(walked.kinds).toSorted()).toEqual(kinds.toSorted());
    },
  );
});

describe('a schedule on the real runtime', () => {
  const room = () => model(lesson(2, 1) as LessonOptions);

  it('leads to snapshots of real actors', async () => {
    await using run = await room().replayLive('t:s0 s0>barrier t:s1 s1>barrier barrier>s1');
    expect(run.steps).toEqual(['t:s0', 's0>barrier', 't:s1', 's1>barrier', 'barrier>s1']);
    expect(run.last.s0.value).toBe('waiting');
    expect(run.last.s1.matches('done')).toBe(true);
    expect(run.last.s1.status).toBe('done');
    expect(run.last.barrier.context.waiting).toEqual([]);
  });

  it('takes a few milliseconds, whatever the delays', async () => {
    const patient = createMachine({
      initial: 'waiting',
      states: { waiting: { after: { 86_400_000: 'done' } }, done: {} },
    });
    await using run = await model({ actors: { patient } }).replayLive('t:patient');
    expect(run.last.patient.value).toBe('done');
  });

  it('is refused at a step that is not possible, before anything is started', async () => {
    const error = await rejectionOf(room().replayLive('t:s0 s1>barrier'));
    expect(error).toMatchObject({ code: 'SCHEDULE_MISMATCH', details: { step: 2, word: 's1>barrier' } });
  });

  it('finds what a model does not know of: here an action that does more than it says', async () => {
    const error = await rejectionOf(model(gossip).replayLive('u:teller:TELL'));
    expect(error).toMatchObject({
      code: 'MODEL_DIFFERS',
      details: { step: 1, word: 'u:teller:TELL', actor: 'teller to hearer', model: 'nothing' },
    });
  });

  it('says which actor differs, and how', async () => {
    let calls = 0;
    const moody = setup({ types: { context: {} as { calls: number } } }).createMachine({
      context: { calls: 0 },
      on: { ASK: { actions: assign({ calls: () => Math.min((calls += 1), 3) }) } },
    });
    const mood = model({ actors: { moody }, stimuli: { moody: [{ type: 'ASK' }] } });
    // what is impure in a way that the model cannot see
    calls = 3;
    mood.replay('u:moody:ASK');
    calls = 0;
    const error = await rejectionOf(mood.replayLive('u:moody:ASK'));
    expect(error).toMatchObject({ code: 'IMPURE' });
  });

  it('leaves nothing behind', async () => {
    const before = process.getActiveResourcesInfo().length;
    const run = await room().replayLive('t:s0 s0>barrier');
    await run[Symbol.asyncDispose]();
    await rejectionOf(room().replayLive('t:s0 s1>barrier'));
    await rejectionOf(model(gossip).replayLive('u:teller:TELL'));
    expect(process.getActiveResourcesInfo()).toHaveLength(before);
    expect(run.last.s0.context.me).toBe('s0');
  });

  it('has cells of its own, which end with it', async () => {
    const name = 'purse of the bank';
    const run = await model(bank as ModelOptions<Logics>).replayLive('u:left:TAKE left>right');
    expect(openCell(name).get()).toBe(0);
    expect((run.last['right'] as AnyMachineSnapshot).context).toMatchObject({ last: 0 });
    await run[Symbol.asyncDispose]();
    expect(() => openCell(name)).toThrow(expect.objectContaining({ code: 'NO_SUCH_CELL' }));
  });

  it('may go on beside others', async () => {
    const schedules = ['t:s0', 't:s1', 't:s0 t:s1', ''];
    const runs = await Promise.all(schedules.map((schedule) => room().replayLive(schedule)));
    expect(runs.map(({ last }) => [last.s0.value, last.s1.value])).toEqual([
      ['waiting', 'working'],
      ['working', 'waiting'],
      ['waiting', 'waiting'],
      ['working', 'working'],
    ]);
    for (const run of runs) await run[Symbol.asyncDispose]();
  });
});

type LessonOptions = ModelOptions<{ s0: typeof pupil; s1: typeof pupil; barrier: typeof hurdle }>;

const hearer = createMachine({ on: { NEWS: {} } });

/** One whose action sends by itself, which a model that runs no actions does not see. */
const gossip = {
  actors: {
    teller: setup({}).createMachine({
      on: { TELL: { actions: ({ system }) => (system.get('hearer') as AnyActorRef).send({ type: 'NEWS' }) } },
    }),
    hearer,
  },
  stimuli: { teller: [{ type: 'TELL' }] },
};
