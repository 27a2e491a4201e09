// What a hosted machine's snapshot answers here is what it answers where it runs; and time passes there.
import { afterAll, describe, expect } from 'vitest';
import { createActor, SimulatedClock, type Actor, type EventFrom, type StateValue } from 'xstate';
import { isTroupeError, watch } from 'troupe';
import * as signs from '../../dist/test/fixtures/conformance/signs.js';
import { run, showsOn, stoppable } from '../support/scenario.ts';
import { hostedStages, stages, urlOf } from '../support/stages.ts';

type Shop = typeof signs.shop;

const events: readonly EventFrom<Shop>[] = [
  { type: 'PAY', amount: 0 },
  { type: 'PAY', amount: 2 },
  { type: 'LEAVE' },
  { type: 'ENTER' },
  { type: 'PAINT' },
  { type: 'SELL' },
  { type: 'ANYTHING' },
];

const values: readonly StateValue[] = [
  'inside',
  'outside',
  'sold',
  'nowhere',
  { inside: 'browsing' },
  { inside: 'painting' },
  { inside: { painting: 'brush' } },
  { inside: { painting: { brush: 'wet' } } },
  { inside: { painting: { brush: 'dry', wall: {} } } },
];

/** A way through the shop on which each guard holds and does not, and history is used. */
const path = ['PAINT', 'PAINT', 'SELL', 'LEAVE', 'SELL', 'ENTER', 'PAY', 'PAY', 'LEAVE', 'ANYTHING', 'SELL'] as const;

const eventOf = (type: (typeof path)[number]): EventFrom<Shop> => (type === 'PAY' ? { type, amount: 2 } : { type });

/** All that a snapshot says, without what its guards say. */
const said = (actor: Actor<Shop>) => {
  const snapshot = actor.getSnapshot();
  return {
    status: snapshot.status,
    value: snapshot.value,
    context: snapshot.context,
    matches: values.map((value) => snapshot.matches(value as never)),
    tags: [...snapshot.tags].toSorted(),
    hasTag: (['public', 'busy', 'none'] as const).map((tag) => snapshot.hasTag(tag as never)),
    meta: snapshot.getMeta(),
  };
};

const able = (actor: Actor<Shop>) => events.map((event) => actor.getSnapshot().can(event));

afterAll(() => Promise.all(stages.map((stage) => stage.close())));

describe.each(stages)('a snapshot ($name)', (stage) => {
  const shows = showsOn(stage);

  shows('74 with the machine at hand can, hasTag, matches and getMeta are what they are where it runs', function* () {
    const { shop } = stage.host(signs, urlOf('signs'), { local: signs });
    using here = run(signs.shop);
    using actor = stoppable(createActor(shop));
    // also before it starts
    expect(said(actor)).toEqual(said(here));
    expect(able(actor)).toEqual(able(here));
    actor.start();
    for (const type of path) {
      yield actor;
      expect(said(actor)).toEqual(said(here));
      expect(able(actor)).toEqual(able(here));
      here.send(eventOf(type));
      actor.send(eventOf(type));
    }
    yield actor;
    expect(said(actor)).toEqual(said(here));
    expect(actor.getSnapshot().status).toBe('done');
  });

  shows('74 its history is at hand too', function* () {
    const { shop } = stage.host(signs, urlOf('signs'), { local: signs });
    using here = run(signs.shop);
    using actor = run(shop);
    for (const type of ['PAINT', 'PAINT', 'LEAVE'] as const) {
      here.send(eventOf(type));
      actor.send(eventOf(type));
    }
    yield actor;
    const idsOf = (of: Actor<Shop>) =>
      (JSON.parse(JSON.stringify(of.getSnapshot())) as { historyValue: unknown }).historyValue;
    expect(idsOf(here)).not.toEqual({});
    expect(idsOf(actor)).toEqual(idsOf(here));
  });

  shows('75 a machine goes on after a delay, by the clock of the place where it runs', function* () {
    const { clock } = stage.host(signs, urlOf('signs'));
    // the caller's own clock stands still
    const options = stage.name === 'local' ? {} : { clock: new SimulatedClock() };
    using actor = run(clock, options);
    actor.send({ type: 'HURRY' });
    yield watch(actor);
    expect(actor.getSnapshot()).toMatchObject({
      status: 'done',
      context: { visited: ['first', 'second', 'third', 'last'] },
    });
  });
});

describe.each(hostedStages)('a snapshot without the machine at hand ($name)', (stage) => {
  const shows = showsOn(stage);

  shows('74 hasTag, matches and getMeta are what they are where it runs, and can says what it lacks', function* () {
    const { shop } = stage.host(signs, urlOf('signs'));
    using here = run(signs.shop);
    using actor = run(shop);
    for (const type of path) {
      yield actor;
      expect(said(actor)).toEqual(said(here));
      expect(codeOf(() => actor.getSnapshot().can({ type: 'LEAVE' }))).toBe('NO_LOCAL_MODULE');
      here.send(eventOf(type));
      actor.send(eventOf(type));
    }
    yield actor;
    expect(said(actor)).toEqual(said(here));
  });
});

function codeOf(attempt: () => unknown): unknown {
  try {
    attempt();
  } catch (error) {
    return isTroupeError(error) ? error.code : error;
  }
  return undefined;
}
