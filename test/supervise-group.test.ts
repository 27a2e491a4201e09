// Groups of supervised children: one budget, and one for one or one for all.
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  createActor,
  fromPromise,
  setup,
  SimulatedClock,
  toPromise,
  type ActorRefFromLogic,
  type AnyActorLogic,
} from 'xstate';
import { settled, supervise, superviseGroup, watch, type FailureReport, type GroupOptions } from 'troupe';
import { rejectionOf } from './support/observing.ts';
import { places } from './support/places.ts';
import { frail } from '../dist/test/fixtures/frail.js';

function quiet(options: GroupOptions = {}): GroupOptions & { readonly reports: FailureReport[] } {
  const reports: FailureReport[] = [];
  return { backoff: 10, onFailure: (report) => reports.push(report), ...options, reports };
}

function open(options: GroupOptions) {
  const clock = new SimulatedClock();
  const actor = createActor(superviseGroup({ left: frail, right: frail }, options), {
    clock,
    input: { left: { from: 1 }, right: { from: 2 } },
  }).start();
  const { left, right } = actor.getSnapshot().children;
  const counts = () => [left.getSnapshot().context.count, right.getSnapshot().context.count];
  return { clock, actor, left, right, counts };
}

describe('a supervised group', () => {
  it('starts its children under their names, each with its own input', () => {
    const { actor, left, right, counts } = open(quiet());
    expect([left.id, right.id, counts()]).toEqual(['left', 'right', [1, 2]]);
    expectTypeOf(left).toEqualTypeOf<ActorRefFromLogic<typeof frail>>();
    actor.stop();
    expect([left.getSnapshot().status, right.getSnapshot().status]).toEqual(['stopped', 'stopped']);
  });

  it('restarts the one that failed, one for one', () => {
    const { clock, left, right, counts } = open(quiet());
    for (const each of [left, right]) each.send({ type: 'ADD' });
    left.send({ type: 'FAIL' });
    clock.increment(10);
    expect(counts()).toEqual([1, 3]);
  });

  it('restarts all of them, one for all, and keeps what is sent to them meanwhile', async () => {
    const options = quiet({ group: 'one-for-all' });
    const { clock, actor, left, right, counts } = open(options);
    for (const each of [left, right]) each.send({ type: 'ADD' });
    const down = watch(right);
    left.send({ type: 'FAIL' });
    for (const each of [left, right]) each.send({ type: 'ADD' });
    expect(counts()).toEqual([2, 3]);
    expect(await down).toMatchObject({ type: 'failed', error: { message: 'frail' } });
    clock.increment(10);
    expect(counts()).toEqual([2, 3]);
    right.send({ type: 'ADD' });
    expect(counts()).toEqual([2, 4]);
    expect(actor.getSnapshot().children.right).toBe(right);
    expect(options.reports.map(({ actor: { id } }) => id)).toEqual(['left']);
  });

  it.each(['one-for-one', 'one-for-all'] as const)('counts all failures in one budget, %s', (group) => {
    const { clock, actor, left, right } = open(quiet({ group, restart: { atMost: 2 } }));
    const errors: unknown[] = [];
    actor.subscribe({ error: (error) => errors.push(error) });
    for (const each of [left, right]) {
      each.send({ type: 'FAIL' });
      clock.increment(10);
    }
    expect(errors).toEqual([]);
    left.send({ type: 'FAIL' });
    expect(errors).toMatchObject([
      { code: 'RESTARTS_EXHAUSTED', cause: { message: 'frail' }, details: { failures: ['frail', 'frail', 'frail'] } },
    ]);
    expect(right.getSnapshot().status).toBe('stopped');
  });

  it('is done when all its children are, with their outputs by name', async () => {
    const logic = fromPromise(async ({ input }: { input: number }) => input * 2);
    const actor = createActor(superviseGroup({ one: logic, two: logic }), { input: { one: 1, two: 2 } });
    const output = toPromise(actor);
    actor.start();
    expect(await output).toEqual({ one: 2, two: 4 });
    expectTypeOf(output).resolves.toEqualTypeOf<{ readonly one: number; readonly two: number }>();
  });

  it('is restarted as a whole by its own supervisor, and counts anew', () => {
    const clock = new SimulatedClock();
    const inner = superviseGroup({ left: frail, right: frail }, quiet({ restart: { atMost: 1 } }));
    const actor = createActor(supervise(inner, quiet({ restart: { atMost: 1 } })), { clock, input: {} });
    const errors: unknown[] = [];
    actor.subscribe({ error: (error) => errors.push(error) });
    actor.start();
    for (let n = 0; n < 4; n += 1) {
      expect(errors).toEqual([]);
      actor.getSnapshot().children.left.send({ type: 'FAIL' });
      clock.increment(10);
    }
    expect(errors).toMatchObject([
      { code: 'RESTARTS_EXHAUSTED', cause: { code: 'RESTARTS_EXHAUSTED', cause: { message: 'frail' } } },
    ]);
  });

  it('gives a chain of causes through nested groups', async () => {
    const clock = new SimulatedClock();
    const fails = setup({}).createMachine({
      entry: () => {
        throw new RangeError('at birth');
      },
    });
    const none = { restart: { atMost: 0 } };
    const inner: AnyActorLogic = superviseGroup({ fails }, quiet(none));
    const actor = createActor(superviseGroup({ inner }, quiet(none)), { clock, input: {} });
    const failed = rejectionOf(toPromise(actor));
    actor.start();
    expect(await failed).toMatchObject({
      code: 'RESTARTS_EXHAUSTED',
      details: { actor: 'inner' },
      cause: { code: 'RESTARTS_EXHAUSTED', details: { actor: 'fails' }, cause: { message: 'at birth' } },
    });
  });

  it('refuses options that it cannot take', () => {
    expect(() => superviseGroup({ frail }, { group: 'all' as never })).toThrow("Cannot take 'all' for group");
    expect(() => superviseGroup({})).toThrow('Cannot supervise a group without children.');
    for (const none of [null, undefined, 'frail'])
      expect(() => superviseGroup(none as never)).toThrow(
        `Cannot take ${typeof none === 'string' ? "'frail'" : none} for children: it must be an object of actor logic by name. Give each child a name.`,
      );
    expect(() => superviseGroup([frail] as never)).toThrow('for children');
    expect(() => superviseGroup({ frail: {} as never })).toThrow("Cannot supervise 'frail' in a group");
    expect(() => superviseGroup({ frail }, { backoff: -1 })).toThrow('Cannot take -1 for backoff');
  });
});

describe.each(places)('a supervised group of what is hosted $where', ({ open: openPlace }) => {
  it('restarts all of them, one for all', async () => {
    await using place = openPlace();
    const hosted = place.load('frail').frail;
    const options = quiet({ group: 'one-for-all', backoff: 0 });
    const actor = createActor(superviseGroup({ left: hosted, right: hosted }, options), { input: {} }).start();
    const { left, right } = actor.getSnapshot().children;
    for (const each of [left, right]) each.send({ type: 'ADD' });
    const downs = [watch(left), watch(right)];
    left.send({ type: 'FAIL' });
    expect(await Promise.all(downs)).toMatchObject([{ type: 'failed' }, { type: 'failed' }]);
    const counts: unknown[] = [];
    for (const each of [left, right]) {
      each.send({ type: 'ADD' });
      counts.push((await settled(each)).context.count);
    }
    expect(counts).toEqual([1, 1]);
    actor.stop();
  });
});
