// Persisting and restoring hosted actors: what comes of it is what XState makes of the same actors at home.
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  createActor,
  setup,
  spawnChild,
  type Actor,
  type AnyActor,
  type AnyActorLogic,
  type AnyActorRef,
  type AnyEventObject,
  type Snapshot,
} from 'xstate';
import {
  createBus,
  createMemoryHost,
  createThreads,
  persist,
  settled,
  started,
  type Bus,
  type ImportOptions,
  type Outgoing,
} from 'troupe';
import { versionOf } from '../dist/src/version.js';
import * as keepers from '../dist/test/fixtures/keepers.js';
import { collectDeadLetters, rejectionOf, until } from './support/observing.ts';
import { places, urlOf, type Place } from './support/places.ts';

const everywhere: readonly (Place & { readonly sync?: boolean })[] = [
  ...places,
  {
    where: 'on a memory host in sync mode',
    sync: true,
    open: (options) => {
      const host = createMemoryHost({ ...options, mode: 'sync' });
      return {
        host,
        load: ((_: string, imported?: ImportOptions<typeof keepers>) => host.import(keepers, imported)) as never,
        [Symbol.asyncDispose]: () => host.close(),
      };
    },
  },
];

const { promise, observable, callback, transition } = keepers;
const LOGIC = { promise, observable, callback, transition };

const running = new Set<AnyActor>();

/** An actor that is stopped before its host is closed. */
function start<TLogic extends AnyActorLogic>(logic: TLogic, options: object = {}): Actor<TLogic> {
  const actor = createActor(logic as AnyActorLogic, options);
  running.add(actor);
  return actor.start() as Actor<TLogic>;
}

/** An actor that is to be restored, and whose errors are expected. */
function restore<TLogic extends AnyActorLogic>(logic: TLogic, snapshot: unknown): Actor<TLogic> {
  const actor = createActor(logic as AnyActorLogic, { snapshot: snapshot as Snapshot<unknown> });
  actor.subscribe({ error: () => {} });
  running.add(actor);
  return actor as Actor<TLogic>;
}

function childOf(actor: AnyActorRef, id: string): AnyActorRef {
  const { children } = actor.getSnapshot() as { readonly children: Readonly<Record<string, AnyActorRef>> };
  return children[id] as AnyActorRef;
}

/** Whatever closes, after the actors of this test. */
function closing<TClosable extends AsyncDisposable>(closable: TClosable): TClosable {
  return {
    ...closable,
    async [Symbol.asyncDispose]() {
      for (const actor of running) actor.stop();
      running.clear();
      await closable[Symbol.asyncDispose]();
    },
  };
}

/** What the same logic persists at home. */
function persistAtHome(logic: AnyActorLogic, events: readonly AnyEventObject[], options: object = {}): unknown {
  const actor = start(logic, options);
  for (const event of events) actor.send(event);
  return actor.getPersistedSnapshot();
}

/** Without what is troupe's, anywhere in it. */
function plain(persisted: unknown): unknown {
  if (typeof persisted !== 'object' || persisted === null) return persisted;
  if (Array.isArray(persisted)) return persisted.map(plain);
  return Object.fromEntries(
    Object.entries(persisted)
      .filter(([key]) => key !== 'troupe')
      .map(([key, value]) => [key, plain(value)]),
  );
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze);
  return value;
}

const heardBy = (sleeper: AnyActorRef) =>
  (sleeper.getSnapshot() as { readonly context: { readonly heard: readonly string[] } }).context.heard;

const throughJson = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

const extraOf = (persisted: unknown) =>
  (persisted as { troupe?: { version?: string; delays?: { id: string; delay: number }[] } }).troupe;

/** A bus that notes the frames it sends to its memory host. */
function openNotingBus(): { readonly bus: Bus; readonly sent: Outgoing[] } {
  const sent: Outgoing[] = [];
  const bus = createBus({ name: 'noting' });
  const connect = bus.connect.bind(bus);
  const noted: Bus['connect'] = (...args) => {
    const route = connect(...args);
    return Object.create(route, {
      push: {
        value: (frame: Outgoing) => {
          sent.push(frame);
          route.push(frame);
        },
      },
    }) as typeof route;
  };
  onTestFinished(() => bus.close());
  return { bus: Object.assign(bus, { connect: noted }), sent };
}

const notes = (...texts: readonly string[]) => texts.map((text) => ({ type: 'NOTE', text }) as const);
const input = { owner: 'Ann' };

describe.each(everywhere)('persist $where', ({ open }) => {
  it('gives what the same machine persists at home, and its version', async () => {
    await using place = closing(open());
    const { diary } = place.load('keepers');
    const actor = start(diary, { input });
    const events = [...notes('a', 'b'), { type: 'CLOSE' } as const];
    for (const event of events) actor.send(event);
    const persisted = await persist(actor);
    expect(plain(persisted)).toEqual(persistAtHome(keepers.diary, events, { input }));
    expect(Object.keys(plain(persisted) as object)).toEqual(
      Object.keys(persistAtHome(keepers.diary, events, { input }) as object),
    );
    expect(extraOf(persisted)).toEqual({ version: expect.stringMatching(/^[\da-f]{16}$/) as unknown });
    expect(actor.getPersistedSnapshot()).toEqual(persisted);
  });

  it('gives children too, of which a context holds a ref', async () => {
    await using place = closing(open());
    const { writer } = place.load('keepers');
    const actor = start(writer);
    for (const event of notes('a')) actor.send(event);
    const persisted = await persist(actor);
    expect(plain(persisted)).toEqual(persistAtHome(keepers.writer, notes('a')));
    expect(throughJson(persisted)).toMatchObject({ context: { kept: { xstate$$type: 1, id: 'diary' } } });
    // its host has yet to make them
    expect(restore(writer, persisted).getSnapshot().children).toEqual({});
  });

  it.each([
    ['promise', 'it', []],
    ['observable', undefined, []],
    ['callback', { name: 'it' }, []],
    ['transition', undefined, [{ type: 'ADD', amount: 2 }]],
  ] as const)('gives what a %s persists, and nothing besides', async (name, given, events) => {
    await using place = closing(open());
    const logic: AnyActorLogic = place.load('keepers')[name];
    const original: AnyActorLogic = LOGIC[name];
    const actor = start(logic, { input: given });
    for (const event of events) actor.send(event);
    const atHome = persistAtHome(original, events, { input: given });
    const persisted = await persist(actor);
    expect(persisted).toEqual(atHome);
    const restored = start(logic, { snapshot: deepFreeze(throughJson(persisted)) });
    expect(await persist(restored)).toEqual(atHome);
  });

  it('persists a local machine with hosted actors at any depth', async () => {
    await using place = closing(open());
    const make = (diary: AnyActorLogic) => {
      const shelf = setup({ actors: { diary } }).createMachine({
        invoke: { src: 'diary', id: 'lowest', input: { owner: 'Cyd' } },
      });
      return setup({ actors: { diary, shelf } }).createMachine({
        invoke: [
          { src: 'diary', id: 'first', input: { owner: 'Ann' }, systemId: 'the first' },
          { src: 'diary', id: 'second', input: { owner: 'Bob' } },
          { src: 'shelf', id: 'shelf' },
        ],
      });
    };
    const run = (logic: AnyActorLogic, options: object = {}) => {
      const root = start(logic, options);
      return { root, first: childOf(root, 'first'), lowest: childOf(childOf(root, 'shelf'), 'lowest') };
    };
    const library = make(place.load('keepers').diary);
    const { root, first, lowest } = run(library);
    first.send({ type: 'NOTE', text: 'a' });
    lowest.send({ type: 'NOTE', text: 'b' });
    const persisted = await persist(root);

    const home = run(make(keepers.diary));
    home.first.send({ type: 'NOTE', text: 'a' });
    home.lowest.send({ type: 'NOTE', text: 'b' });
    expect(plain(persisted)).toEqual(home.root.getPersistedSnapshot());
    expect(plain(root.getPersistedSnapshot())).toEqual(home.root.getPersistedSnapshot());

    const again = run(library, { snapshot: deepFreeze(throughJson(persisted)) });
    await settled([again.first, again.lowest]);
    again.first.send({ type: 'NOTE', text: 'c' });
    home.first.send({ type: 'NOTE', text: 'c' });
    expect(plain(await persist(again.root))).toEqual(home.root.getPersistedSnapshot());
    expect(again.root.system.get('the first')).toBe(again.first);
  });

  it('restores in place and goes on, history included', async () => {
    await using place = closing(open());
    const { diary } = place.load('keepers');
    const actor = start(diary, { input });
    for (const event of notes('a')) actor.send(event);
    actor.send({ type: 'CLOSE' });
    const blob = deepFreeze(throughJson(await persist(actor)));
    actor.stop();

    const again = restore(diary, blob);
    expect(again.getSnapshot()).toMatchObject({ status: 'active', value: 'closed', context: { notes: ['a'] } });
    expect(again.getSnapshot().matches('closed')).toBe(true);
    expect(again.getSnapshot()).not.toHaveProperty('troupe');
    again.start();
    again.send({ type: 'OPEN' });
    again.send({ type: 'NOTE', text: 'b' });
    const snapshot = await settled(again);
    expect(snapshot).toMatchObject({ value: { open: 'right' }, context: { owner: 'Ann', notes: ['a', 'b'] } });
    expect(snapshot.hasTag('readable')).toBe(true);
    again.stop();
  });

  it('shows all of the restored state at once with the module at hand', async () => {
    await using place = closing(open());
    const { diary } = place.load('keepers', { local: keepers });
    const blob = deepFreeze(throughJson(persistAtHome(keepers.diary, notes('a'), { input }))) as Snapshot<unknown>;
    const snapshot = restore(diary, blob).getSnapshot();
    expect(snapshot.value).toEqual({ open: 'right' });
    expect(snapshot.hasTag('readable')).toBe(true);
    expect(snapshot.can({ type: 'CLOSE' })).toBe(true);
    expect(snapshot.can({ type: 'OPEN' })).toBe(false);
    expect(snapshot).not.toHaveProperty('troupe');
  });

  it('shows the restored children too with the module at hand, and leaves what it was given as it was', async () => {
    await using place = closing(open());
    const { writer } = place.load('keepers', { local: keepers });
    const blob = deepFreeze(throughJson(persistAtHome(keepers.writer, notes('a'))));
    const again = restore(writer, blob);
    const shown = again.getSnapshot() as unknown as {
      context: { kept: AnyActorRef };
      children: { diary: AnyActorRef };
    };
    expect(shown.context.kept).toBe(shown.children.diary);
    const atHome = restore(keepers.writer, throughJson(blob));
    const { context } = childOf(atHome, 'diary').getSnapshot() as { readonly context: unknown };
    expect(shown.children.diary.getSnapshot()).toMatchObject({ context });
    again.start();
    expect(plain(await persist(again))).toEqual(plain(blob));
  });

  it('restores from the snapshot of an actor as well', async () => {
    await using place = closing(open());
    const { diary } = place.load('keepers', { local: keepers });
    const first = start(diary, { input });
    for (const event of notes('a')) first.send(event);
    const again = restore(diary, await settled(first)).start();
    expect(plain(await persist(again))).toEqual(plain(await persist(first)));
  });

  it('goes from here to there and back', async () => {
    await using place = closing(open());
    const { diary, writer } = place.load('keepers');
    const there = start(writer, { snapshot: persistAtHome(keepers.writer, notes('a')) });
    for (const event of notes('b')) there.send(event);
    const persisted = await persist(there);
    const home = start(keepers.writer, { snapshot: throughJson(persisted) });
    for (const event of notes('c')) home.send(event);
    expect(home.getSnapshot()).not.toHaveProperty('troupe');
    expect(home.getPersistedSnapshot()).toEqual(persistAtHome(keepers.writer, notes('a', 'b', 'c')));

    const other = start(diary, { input });
    expect(start(keepers.diary, { snapshot: await persist(other) }).getPersistedSnapshot()).not.toHaveProperty(
      'troupe',
    );
  });

  it('tells a parent of the restored state as often as at home', async () => {
    await using place = closing(open());
    const told = async (diary: AnyActorLogic): Promise<readonly unknown[]> => {
      const heard: unknown[] = [];
      const parent = setup({ actors: { diary } }).createMachine({
        invoke: {
          src: 'diary',
          id: 'it',
          input,
          onSnapshot: {
            actions: ({ event }) =>
              heard.push((event.snapshot as unknown as { context: { notes: unknown } }).context.notes),
          },
        },
      });
      const first = start(parent);
      await settled(childOf(first, 'it'));
      heard.length = 0;
      const again = start(parent, { snapshot: throughJson(await persist(first)) });
      const child = childOf(again, 'it');
      await settled(child);
      child.send({ type: 'NOTE', text: 'a' });
      await settled(child);
      return heard;
    };
    expect(await told(place.load('keepers').diary)).toEqual(await told(keepers.diary));
  });

  it('keeps delayed events where that is asked for, and arms them again', async () => {
    await using place = closing(open());
    const { sleeper } = place.load('keepers');
    const house = setup({
      types: { events: {} as AnyEventObject, context: {} },
      actors: { sleeper },
    }).createMachine({
      invoke: { src: 'sleeper', id: 'sleeper' },
      on: { SNORED: '.loud' },
      initial: 'quiet',
      states: { quiet: {}, loud: {} },
    });
    const first = start(house);
    const persisted = await persist(first, { delays: true });
    const blob = (persisted as unknown as { children: { sleeper: { snapshot: object } } }).children.sleeper.snapshot;
    const delays = (extraOf(blob)?.delays ?? []).toSorted((left, right) => (left.id < right.id ? -1 : 1));
    expect(delays).toEqual(
      [
        { id: 'bell', source: ['bell'], target: ['bell'], event: { type: 'RING' } },
        { id: 'dream', source: [], target: [], event: { type: 'DREAM' } },
        { id: 'snore', source: [], target: 'parent', event: { type: 'SNORED' } },
        {
          id: 'xstate.after.60000.sleeper.asleep',
          source: [],
          target: [],
          event: { type: 'xstate.after.60000.sleeper.asleep' },
        },
      ].map((each) => ({ ...each, delay: expect.any(Number) as unknown })),
    );
    for (const { delay } of delays) expect(delay).toBeLessThanOrEqual(60_000);
    expect(extraOf(await persist(first))).toBeUndefined();

    const saved = throughJson(persisted) as unknown as { children: { sleeper: { snapshot: object } } };
    for (const each of extraOf(saved.children.sleeper.snapshot)?.delays ?? []) each.delay = 1;
    const again = start(house, { snapshot: deepFreeze(saved) });
    const child = childOf(again, 'sleeper');
    await settled(child, ({ value }: { readonly value: unknown }) => value === 'awake' && heardBy(child).length === 2);
    await settled(again, (snapshot) => snapshot.matches('loud'));
    expect(new Set(heardBy(child))).toEqual(new Set(['DREAM', 'RANG']));
  });

  it('arms them so that leaving the state and cancelling still work, and none twice', async () => {
    await using place = closing(open());
    const { sleeper } = place.load('keepers');
    const first = start(sleeper);
    const blob = throughJson(await persist(first, { delays: true }));
    const again = start(sleeper, { snapshot: blob });
    const idsOf = async () => (extraOf(await persist(again, { delays: true }))?.delays ?? []).map(({ id }) => id);
    const after = 'xstate.after.60000.sleeper.asleep';
    expect((await idsOf()).toSorted()).toEqual(['bell', 'dream', 'snore', after].toSorted());
    again.send({ type: 'HUSH' });
    expect(await idsOf()).not.toContain('dream');
    again.send({ type: 'NUDGE' });
    expect((await idsOf()).toSorted()).toEqual(['bell', 'snore']);

    for (const each of extraOf(blob)?.delays ?? []) each.delay = each.id === 'dream' ? 1 : 60_000;
    const third = start(sleeper, { snapshot: blob });
    await settled(third, ({ context }) => context.heard.includes('DREAM'));
    expect(await settled(third)).toMatchObject({ value: 'asleep', context: { heard: ['DREAM'] } });
  });

  it('arms nothing where delays were not asked for', async () => {
    await using place = closing(open());
    const { sleeper } = place.load('keepers');
    const again = start(sleeper, { snapshot: await persist(start(sleeper)) });
    expect(extraOf(await persist(again, { delays: true }))?.delays).toEqual([]);
  });

  it('starts what was persisted of a promise once more, with its input', async () => {
    await using place = closing(open());
    const imported = place.load('keepers').promise;
    const blob = await persist(start(imported, { input: 'tea' }));
    const begun: unknown[] = [];
    const again = restore(imported, blob);
    again.on('*', (event) => begun.push(event));
    again.start();
    await settled(again);
    expect(begun).toEqual([{ type: 'BEGUN', input: 'tea' }]);
    again.stop();
  });

  it('refuses what another version of the machine has persisted', async () => {
    await using place = closing(open());
    const { diary } = place.load('keepers');
    const persisted = await persist(start(diary, { input }));
    const { version } = extraOf(persisted) ?? {};
    const snapshot = { ...persisted, troupe: { version: '0123456789abcdef' } } as never;
    const actor = restore(diary, snapshot);
    actor.subscribe({ error: () => {} });
    actor.start();
    expect(await rejectionOf(started(actor))).toMatchObject({
      code: 'VERSION_MISMATCH',
      details: { name: 'diary', persisted: '0123456789abcdef', found: version },
    });
    const known = restore(place.load('keepers', { local: keepers }).diary, snapshot);
    expect(known.getSnapshot()).toMatchObject({ status: 'error', error: { code: 'VERSION_MISMATCH' } });
  });

  it('fails an actor whose states the machine does not have, as XState does', async () => {
    await using place = closing(open());
    const { diary } = place.load('keepers');
    const atHome = persistAtHome(keepers.diary, [], { input }) as object;
    const snapshot = { ...atHome, value: 'lent' } as never;
    const { error } = restore(keepers.diary, snapshot).getSnapshot() as { error?: Error };
    const actor = restore(diary, snapshot);
    actor.subscribe({ error: () => {} });
    actor.start();
    expect(await rejectionOf(started(actor))).toMatchObject({ message: error?.message });
  });

  it('restores an actor that is done, and says its output', async () => {
    await using place = closing(open());
    const { diary } = place.load('keepers');
    const actor = start(diary, { input });
    for (const event of notes('a')) actor.send(event);
    actor.send({ type: 'BURN' });
    await settled(actor);
    const persisted = actor.getPersistedSnapshot();
    expect(plain(persisted)).toEqual(persistAtHome(keepers.diary, [...notes('a'), { type: 'BURN' }], { input }));
    expect(await persist(actor)).toEqual(persisted);
    const heard: unknown[] = [];
    const again = restore(diary, deepFreeze(throughJson(persisted)));
    again.subscribe({
      next: ({ status, output }) => heard.push([status, output]),
      complete: () => heard.push('complete'),
    });
    again.start();
    expect(heard).toEqual([['done', 1], 'complete']);
  });

  it('rejects with the error of an actor that has failed', async () => {
    await using place = closing(open());
    const { diary } = place.load('keepers');
    const actor = createActor(diary, { input });
    actor.subscribe({ error: () => {} });
    actor.start();
    actor.send({ type: 'TEAR' });
    expect(await rejectionOf(persist(actor))).toMatchObject({ name: 'RangeError', message: 'torn' });
    expect(actor.getPersistedSnapshot()).toMatchObject({ status: 'error', error: { message: 'torn' } });
  });

  it('goes on from its snapshot when a framework starts again what it had stopped', async () => {
    await using place = closing(open());
    const { diary } = place.load('keepers');
    const actor = createActor(diary, { input }).start();
    for (const event of notes('a')) actor.send(event);
    const snapshot = await settled(actor);
    actor.stop();
    await settled(actor);
    Object.assign(actor, { _processingStatus: 0, _snapshot: snapshot });
    actor.start();
    actor.send({ type: 'NOTE', text: 'b' });
    expect(await settled(actor)).toMatchObject({ context: { notes: ['a', 'b'] } });
    actor.stop();
  });

  it('works at once with the eager import', async () => {
    await using place = closing(open());
    const { writer } = place.load('keepers', { persist: 'eager' });
    const actor = start(writer);
    await started(actor);
    expect(plain(actor.getPersistedSnapshot())).toEqual(persistAtHome(keepers.writer, []));
    const observed = start(place.load('keepers', { persist: 'eager' }).diary, { input });
    observed.subscribe(() => {});
    for (const event of notes('a', 'b')) observed.send(event);
    await settled(observed);
    const persisted = observed.getPersistedSnapshot();
    expect(plain(persisted)).toEqual(persistAtHome(keepers.diary, notes('a', 'b'), { input }));
    expect(extraOf(persisted)?.version).toBe(versionOf(keepers.diary));
  });

  it('tells the version of the machine also where nobody persisted', async () => {
    await using place = closing(open());
    const { diary, sleeper } = place.load('keepers');
    const actor = start(diary, { input });
    await settled(actor);
    const persisted = actor.getPersistedSnapshot();
    expect(extraOf(persisted)?.version).toBe(versionOf(keepers.diary));
    const wrong = restore(sleeper as AnyActorLogic, persisted);
    wrong.subscribe({ error: () => {} });
    wrong.start();
    await expect(settled(wrong)).rejects.toMatchObject({ code: 'VERSION_MISMATCH' });
  });

  it('needs nobody for what is known: a machine without children, or one that is not yet heard of but at hand', async () => {
    await using place = closing(open());
    const { diary } = place.load('keepers', { local: keepers });
    const atHome = persistAtHome(keepers.diary, [], { input });
    const actor = createActor(diary, { input });
    expect(plain(actor.getPersistedSnapshot())).toEqual(atHome);
    actor.start();
    expect(plain(actor.getPersistedSnapshot())).toEqual(atHome);
    for (const event of notes('a')) actor.send(event);
    await settled(actor);
    expect(plain(actor.getPersistedSnapshot())).toEqual(persistAtHome(keepers.diary, notes('a'), { input }));
    actor.stop();
  });

  it('refuses to host another machine than the one at hand', async () => {
    await using place = closing(open());
    const { diary } = place.load('keepers', { local: { diary: keepers.sleeper as never } });
    const actor = createActor(diary, { input });
    actor.subscribe({ error: () => {} });
    actor.start();
    const error = (await rejectionOf(started(actor))) as Error;
    expect(error).toMatchObject({ code: 'VERSION_MISMATCH', details: { name: 'diary' } });
    expect(error.message).toMatch(/'diary'.*local/);
  });

  it('ends by its signal', async () => {
    await using place = closing(open());
    const actor = start(place.load('keepers').diary, { input });
    const reason = new Error('enough');
    expect(await rejectionOf(persist(actor, { signal: AbortSignal.abort(reason) }))).toBe(reason);
  });

  it('refuses what is no actor', async () => {
    expect(await rejectionOf(persist({} as never))).toMatchObject({ code: 'NOT_AN_ACTOR' });
  });
});

describe.each(everywhere.filter(({ sync }) => sync))('getPersistedSnapshot $where', ({ open }) => {
  it('is exact also of an actor that was stopped', async () => {
    await using place = closing(open());
    const actor = start(place.load('keepers').diary, { input });
    for (const event of notes('a')) actor.send(event);
    actor.stop();
    expect(actor.getPersistedSnapshot()).toMatchObject({ status: 'stopped', context: { notes: ['a'] } });
  });

  it('is exact at once where the road is', async () => {
    await using place = closing(open());
    const { writer } = place.load('keepers');
    const actor = start(writer);
    for (const event of notes('a')) actor.send(event);
    expect(plain(actor.getPersistedSnapshot())).toEqual(persistAtHome(keepers.writer, notes('a')));
  });
});

describe.each(everywhere.filter(({ sync }) => !sync))('getPersistedSnapshot $where', ({ open }) => {
  it('says how to get what is not known at once', async () => {
    await using place = closing(open());
    const { diary, writer } = place.load('keepers');
    const actor = start(writer);
    await started(actor);
    expect(() => actor.getPersistedSnapshot()).toThrow(
      expect.objectContaining({ code: 'NOT_PERSISTED', message: expect.stringContaining('persist(actor)') as unknown }),
    );
    const parent = start(setup({ actors: { writer } }).createMachine({ invoke: { src: 'writer', id: 'it' } }));
    expect(() => parent.getPersistedSnapshot()).toThrow(expect.objectContaining({ code: 'NOT_PERSISTED' }));
    expect(() => createActor(diary, { input }).getPersistedSnapshot()).toThrow(
      expect.objectContaining({ code: 'NOT_PERSISTED', message: expect.stringContaining('local') as unknown }),
    );
  });
});

describe('persist over a memory link', () => {
  it('starts nothing for what was done, had failed or was stopped', async () => {
    const { bus, sent } = openNotingBus();
    await using host = closing(createMemoryHost({ bus }));
    const { diary } = host.import(keepers);
    using dead = collectDeadLetters(bus);
    const atHome = persistAtHome(keepers.diary, [], { input }) as object;
    for (const status of ['done', 'error', 'stopped']) {
      const actor = restore(diary, { ...atHome, status, error: new Error('it was') });
      actor.subscribe({ error: () => {} });
      actor.start();
      actor.send({ type: 'CLOSE' });
      await new Promise((resolve) => setImmediate(resolve));
      expect(actor.getPersistedSnapshot()).toMatchObject({ status });
      expect(actor.getSnapshot()).toMatchObject({ status });
    }
    expect(sent.filter(({ type }) => type === 'start')).toEqual([]);
    expect(dead.letters.map(({ reason }) => reason)).toEqual(['stopped', 'stopped', 'stopped']);
    start(diary, { input });
    expect(sent.filter(({ type }) => type === 'start')).toHaveLength(1);
  });

  it('asks its host once for each hosted actor, and for none that has ended', async () => {
    const { bus, sent } = openNotingBus();
    await using host = closing(createMemoryHost({ bus }));
    const { diary } = host.import(keepers);
    const parent = setup({ actors: { diary } }).createMachine({
      invoke: [
        { src: 'diary', id: 'first', input },
        { src: 'diary', id: 'second', input },
      ],
    });
    const actor = start(parent);
    childOf(actor, 'first').send({ type: 'BURN' });
    await settled(childOf(actor, 'first'));
    const persisted = await persist(actor);
    expect(persisted).toMatchObject({ children: { first: { snapshot: { status: 'done' } } } });
    const count = (wanted: string) => sent.filter(({ type }) => type === wanted).length;
    expect([count('persist'), count('start')]).toEqual([1, 2]);
    const again = start(parent, { snapshot: throughJson(persisted) });
    expect(plain(await persist(again))).toEqual(plain(persisted));
    expect([count('persist'), count('start')]).toEqual([2, 3]);
  });

  it('misses its deadline where nobody answers, and asks no more', async () => {
    const held: (() => void)[] = [];
    let isHeld = false;
    await using host = closing(
      createMemoryHost({
        schedule: (deliver) => (isHeld ? void held.push(deliver) : queueMicrotask(deliver)),
      }),
    );
    const actor = start(host.import(keepers).diary, { input });
    await started(actor);
    isHeld = true;
    expect(await rejectionOf(persist(actor, { timeout: 1 }))).toMatchObject({ code: 'PERSIST_TIMEOUT' });
    const abort = new AbortController();
    const waiting = rejectionOf(persist(actor, { signal: abort.signal }));
    abort.abort('enough');
    expect(await waiting).toBe('enough');
    isHeld = false;
    for (const deliver of held) deliver();
    expect(await persist(actor)).toMatchObject({ status: 'active' });
  });

  it('asks again when a frame was lost', async () => {
    let isLossy = false;
    await using host = closing(
      createMemoryHost({
        schedule: (deliver) => (isLossy ? void (isLossy = false) : queueMicrotask(deliver)),
      }),
    );
    const actor = start(host.import(keepers).diary, { input });
    await started(actor);
    isLossy = true;
    const persisting = persist(actor);
    await until('the request was lost', () => !isLossy);
    actor.send({ type: 'CLOSE' });
    expect(await persisting).toMatchObject({ value: 'closed' });
  });

  it('asks those too that were spawned meanwhile', async () => {
    await using host = closing(createMemoryHost());
    const parent = setup({ actors: { writer: host.import(keepers).writer } }).createMachine({
      entry: spawnChild('writer', { id: 'first' }),
      on: { MORE: { actions: spawnChild('writer', { id: 'second' }) } },
    });
    const actor = start(parent);
    const persisting = persist(actor);
    actor.send({ type: 'MORE' });
    const { children } = (await persisting) as unknown as { readonly children: object };
    expect(Object.keys(children)).toEqual(['first', 'second']);
  });

  it('cannot be answered at once by snapshots that do not travel', async () => {
    await using host = closing(createMemoryHost());
    const actor = start(host.import(keepers, { snapshots: 'none' }).transition);
    actor.send({ type: 'ADD', amount: 2 });
    await settled(actor);
    expect(() => actor.getPersistedSnapshot()).toThrow(expect.objectContaining({ code: 'NOT_PERSISTED' }));
    expect(await persist(actor)).toMatchObject({ context: { total: 2 } });
  });

  it('is not known of an actor that was stopped before its host had told what it did last', async () => {
    await using host = createMemoryHost();
    const actor = createActor(host.import(keepers).transition).start();
    await settled(actor);
    actor.stop();
    await expect(persist(actor)).rejects.toMatchObject({ code: 'NOT_PERSISTED' });
  });

  it('is not given once more of snapshots that do not travel', async () => {
    await using host = createMemoryHost();
    const actor = createActor(host.import(keepers, { snapshots: 'none' }).transition).start();
    expect(await persist(actor)).toMatchObject({ status: 'active' });
    expect(() => actor.getPersistedSnapshot()).toThrow(expect.objectContaining({ code: 'NOT_PERSISTED' }));
    actor.stop();
  });

  it('counts what was told, though an actor has moved on meanwhile', async () => {
    const held: (() => void)[] = [];
    let isHeld = false;
    await using near = closing(createMemoryHost({ name: 'near' }));
    await using far = closing(
      createMemoryHost({
        name: 'far',
        schedule: (deliver) => (isHeld ? void held.push(deliver) : queueMicrotask(deliver)),
      }),
    );
    const actors = { near: near.import(keepers).transition, far: far.import(keepers).transition };
    const parent = setup({ actors }).createMachine({
      invoke: [
        { src: 'near', id: 'near' },
        { src: 'far', id: 'far' },
      ],
    });
    const actor = start(parent);
    const child = childOf(actor, 'near');
    await started(childOf(actor, 'far'));
    isHeld = true;
    const persisting = persist(actor);
    child.send({ type: 'ADD', amount: 1 });
    expect(await settled(child)).toMatchObject({ context: { total: 1 } });
    isHeld = false;
    for (const deliver of held) deliver();
    expect(await persisting).toMatchObject({ children: { near: { snapshot: { context: { total: 0 } } } } });
  });

  it.each(['async', 'sync'] as const)('persists what is hosted below a hosted actor (%s)', async (mode) => {
    await using inner = closing(createMemoryHost({ name: 'inner', mode }));
    const make = (diary: AnyActorLogic) =>
      setup({ actors: { diary } }).createMachine({
        invoke: { src: 'diary', id: 'it', input },
        on: { NOTE: { actions: ({ self, event }) => childOf(self, 'it').send(event) } },
      });
    const nesting = make(inner.import(keepers).diary as AnyActorLogic);
    await using outer = closing(createMemoryHost({ name: 'outer', mode }));
    const hosted = outer.import({ nesting }).nesting;
    const actor = start(hosted);
    for (const event of notes('a')) actor.send(event);
    const atHome = persistAtHome(make(keepers.diary), notes('a'));
    const persisted = await persist(actor);
    expect(plain(persisted)).toEqual(atHome);
    expect(plain(actor.getPersistedSnapshot())).toEqual(atHome);
    const again = start(hosted, { snapshot: deepFreeze(throughJson(persisted)) });
    for (const event of notes('b')) again.send(event);
    expect(plain(await persist(again))).toEqual(persistAtHome(make(keepers.diary), notes('a', 'b')));
  });

  it('rejects with what XState says of an actor that cannot be persisted', async () => {
    await using host = closing(createMemoryHost());
    const inline = setup({}).createMachine({
      context: ({ spawn }) => ({ kept: spawn(keepers.callback as never, { input: { name: 'it' } as never }) }),
    });
    const actor = start(host.import({ inline }).inline);
    expect(await rejectionOf(persist(actor))).toMatchObject({ message: 'An inline child actor cannot be persisted.' });
  });
});

describe('persist in threads', () => {
  it('persists what runs in a thread of a thread', async () => {
    await using threads = closing(createThreads({ size: 1 }));
    const { prompter } = threads.import<typeof import('./fixtures/nested.ts')>(urlOf('nested'));
    const actor = start(prompter);
    const persisted = await persist(actor);
    expect(persisted).toMatchObject({
      value: 'prompting',
      children: { speaker: { src: 'speaker', snapshot: { status: 'active' } } },
    });
    const again = start(prompter, { snapshot: throughJson(persisted) });
    expect(plain(await persist(again))).toEqual(plain(persisted));
  });

  it('rejects with what a thread died of, before and while it is asked', async () => {
    await using threads = closing(createThreads({ size: 1 }));
    const { doomed } = threads.import<typeof import('./fixtures/doomed.ts')>(urlOf('doomed'));
    const actor = createActor(doomed);
    actor.subscribe({ error: () => {} });
    actor.start();
    await started(actor);
    actor.send({ type: 'EXIT' });
    const died = { code: 'THREAD_DIED' };
    expect(await rejectionOf(persist(actor))).toMatchObject(died);
    expect(await rejectionOf(persist(actor))).toMatchObject(died);
  });

  it('rejects with what a child failed its parent with while it was asked', async () => {
    await using threads = closing(createThreads({ size: 1 }));
    const { doomed } = threads.import<typeof import('./fixtures/doomed.ts')>(urlOf('doomed'));
    const parent = createActor(setup({ actors: { doomed } }).createMachine({ invoke: { src: 'doomed', id: 'it' } }));
    parent.subscribe({ error: () => {} });
    parent.start();
    const child = childOf(parent, 'it');
    await started(child);
    child.send({ type: 'EXIT' });
    expect(await rejectionOf(persist(parent))).toMatchObject({ code: 'THREAD_DIED' });
  });
});
