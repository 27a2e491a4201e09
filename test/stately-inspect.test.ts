// Stately's inspector, fed by a system whose actors run elsewhere: it is told of all of them, as plain data.
import type { StatelyInspectionEvent } from '@statelyai/inspect';
import { describe, expect, it, vi } from 'vitest';
import { createActor, createMachine, type AnyActorLogic } from 'xstate';
import { createMemoryHost, createThreads, inThread, type HostedModule } from 'troupe';
import * as inspected from '../dist/test/fixtures/inspected.js';
import { until } from './support/observing.ts';
import { urlOf } from './support/places.ts';
import { adapterWays, plainWays, type Way } from './support/stately.ts';

// Threads start slowly on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

type Inspected = typeof inspected;

const places: readonly {
  readonly where: string;
  open(local?: Partial<Inspected>): AsyncDisposable & { readonly module: HostedModule<Inspected> };
}[] = [
  {
    where: 'on a memory host',
    open(local) {
      const host = createMemoryHost();
      const module = host.import(inspected, local ? { local } : {});
      return { module, [Symbol.asyncDispose]: () => host.close() };
    },
  },
  {
    where: 'in a thread',
    open(local) {
      const host = createThreads({ size: 1 });
      const module = host.import<Inspected>(urlOf('inspected'), local ? { local } : {});
      return { module, [Symbol.asyncDispose]: () => host.close() };
    },
  },
];

/** What is looked at of the snapshots that it tells. */
interface Shown {
  readonly status: string;
  readonly value?: unknown;
  readonly context?: { readonly written?: number };
}

interface Told {
  events: readonly StatelyInspectionEvent[];
  actor(name: string): Extract<StatelyInspectionEvent, { readonly type: '@xstate.actor' }>;
  last(sessionId: string): Extract<StatelyInspectionEvent, { readonly type: '@xstate.snapshot' }> | undefined;
}

/** What the page is told of an office that is opened, has a letter written, and closes. */
async function tell(way: Way, logic: AnyActorLogic, id: string): Promise<Told> {
  const { inspect, events } = await way.open();
  const head = createActor(createMachine({ id: 'head', invoke: { src: logic, id, input: { name: 'Bob' } } }), {
    id: 'head',
    inspect,
  }).start();
  const ref = head.getSnapshot().children[id];
  ref?.send({ type: 'OPEN' });
  ref?.send({ type: 'WRITE', words: 'Dear Sir' });
  const told: Told = {
    events,
    actor(name) {
      const found = told.events.filter((event) => event.type === '@xstate.actor' && event.name === name);
      expect(found).toHaveLength(1);
      return found[0] as never;
    },
    last: (sessionId) =>
      told.events.findLast(
        (event): event is Extract<StatelyInspectionEvent, { readonly type: '@xstate.snapshot' }> =>
          event.type === '@xstate.snapshot' && event.sessionId === sessionId,
      ),
  };
  const snapshots = () => events.filter((event) => event.type === '@xstate.snapshot');
  await until(
    'the letter is written and the errand done',
    () =>
      ['WRITTEN', 'xstate.done.actor.errand'].every((type) => snapshots().some(({ event }) => event.type === type)) &&
      // a child's own snapshot comes after what its parent makes of what it was told
      snapshots().some(({ snapshot }) => (snapshot as Shown).status === 'done') &&
      snapshots().some(({ snapshot }) => {
        const { value, context } = snapshot as Shown;
        return value === 'waiting' && context?.written === 1;
      }),
  );
  // what is told of the end is another matter
  told.events = [...told.events];
  head.stop();
  return told;
}

const definitionOf = (event: { readonly definition?: string | undefined }) =>
  JSON.parse(event.definition ?? 'null') as unknown;

/** All that happened, by all that is told. */
function expectWhole({ events, actor, last }: Told): void {
  const head = actor('head');
  const office = actor('office');
  const scribe = actor('scribe');
  const bell = actor('bell');
  const errand = actor('errand');
  expect(office.parentId).toBe(head.sessionId);
  for (const each of [scribe, bell, errand]) expect(each.parentId).toBe(office.sessionId);
  expect(new Set(events.map(({ rootId }) => rootId))).toEqual(new Set([head.sessionId]));
  expect(new Set([head, office, scribe, bell, errand].map(({ sessionId }) => sessionId)).size).toBe(5);

  expect(definitionOf(office)).toMatchObject({
    id: 'office',
    initial: 'closed',
    states: { closed: { on: { OPEN: { target: 'opening' } } }, open: { states: { quiet: {}, fed: {} } } },
  });
  expect(definitionOf(scribe)).toMatchObject({ id: 'scribe', states: { waiting: {}, writing: {}, resting: {} } });

  const sent = events.flatMap((event) =>
    event.type === '@xstate.event' ? [[event.event.type, event.sourceId, event.sessionId]] : [],
  );
  expect(sent).toContainEqual(['OPEN', undefined, office.sessionId]);
  expect(sent).toContainEqual(['WRITE', office.sessionId, scribe.sessionId]);
  expect(sent).toContainEqual(['WRITTEN', scribe.sessionId, office.sessionId]);
  expect(sent).toContainEqual(['RANG', bell.sessionId, office.sessionId]);
  expect(sent.filter(([type]) => type === 'WRITE')).toHaveLength(2);

  expect(last(office.sessionId)?.snapshot).toMatchObject({
    status: 'active',
    value: { open: 'fed' },
    context: { written: 1 },
  });
  expect(last(scribe.sessionId)?.snapshot).toMatchObject({
    status: 'active',
    value: 'waiting',
    context: { written: 1 },
  });
  expect(last(errand.sessionId)?.snapshot).toMatchObject({ status: 'done', output: 'milk' });
}

describe.each(places)("Stately's inspector of actors $where", ({ open }) => {
  describe.each(plainWays)('by $by', (way) => {
    it.each([
      ['without the module at hand', undefined],
      ['with the module at hand', inspected],
    ])('is told of the whole system %s', async (_, local) => {
      await using place = open(local);
      // it is told of an actor at once, of which only its thread knows what it is made of: so that is told of the next
      if (!local) await tell(way, place.module.office as AnyActorLogic, 'office');
      const told = await tell(way, place.module.office as AnyActorLogic, 'office');
      expectWhole(told);
      expect(() => JSON.stringify(told.events)).not.toThrow();
    });
  });

  it.each(adapterWays)(
    'by $by is told of the whole system, and of its first machine what it is made of',
    async (way) => {
      await using place = open();
      const told = await tell(way, place.module.office as AnyActorLogic, 'office');
      expectWhole(told);
      expect(() => JSON.stringify(told.events)).not.toThrow();
    },
  );
});

describe("Stately's inspector of threads of threads", () => {
  it.each([...plainWays.slice(0, 1), ...adapterWays.slice(0, 1)])('is told of the whole system by $by', async (way) => {
    const { landlord } = inThread<typeof import('./fixtures/landlord.ts')>(urlOf('landlord'));
    const { actor, last } = await tell(way, landlord as AnyActorLogic, 'landlord');
    const [head, owner, office, scribe] = [actor('head'), actor('landlord'), actor('office'), actor('scribe')];
    expect([owner.parentId, office.parentId, scribe.parentId]).toEqual([
      head.sessionId,
      owner.sessionId,
      office.sessionId,
    ]);
    expect(definitionOf(scribe)).toMatchObject({ id: 'scribe', initial: 'waiting' });
    expect(last(scribe.sessionId)?.snapshot).toMatchObject({ value: 'waiting', context: { written: 1 } });
  });
});
