// Persisting and rehydrating: what is kept, what is taken up again and what is not done twice. Each with the persisted machine's child elsewhere and itself here,
// and with both elsewhere. What was persisted passes through JSON and is frozen before it is used.
import { afterAll, describe, expect, it } from 'vitest';
import { createActor, fromTransition, waitFor, type AnyActorRef, type Snapshot } from 'xstate';
import { isTroupeError, persist, watch } from 'troupe';
import * as sleepers from '../../dist/test/fixtures/conformance/sleepers.js';
import { childOf, deepFreeze, placed, positions, run, showsOn, stoppable } from '../support/scenario.ts';
import { hostedStages, stages, urlOf, type Stage } from '../support/stages.ts';

type Persisted = Snapshot<unknown>;

const cases = stages.flatMap((stage) => positions.map((position) => ({ stage, position, where: stage.name })));

const hostedOn = (stage: Stage) => stage.host(sleepers, urlOf('sleepers'));

afterAll(() => Promise.all(stages.map((stage) => stage.close())));

describe.each(cases)('rehydration, $position ($where)', ({ stage, position }) => {
  const shows = showsOn(stage);
  const hosted = hostedOn(stage);
  const house = placed(position, sleepers.house, { sleeper: hosted.sleeper }, hosted.house);
  const street = placed(position, sleepers.street, { house: hosted.house }, hosted.street);
  const COUNT = { type: 'TELL', event: { type: 'COUNT' } } as const;
  const DREAM = { type: 'TELL', event: { type: 'DREAM' } } as const;
  const WAKE = { type: 'TELL', event: { type: 'WAKE' } } as const;

  shows('61 an actor that starts from a persisted state does not do again what it did on the way there', function* () {
    const lines: unknown[] = [];
    const logger = (line: unknown) => lines.push(line);
    using first = run(house, { logger });
    for (const event of [COUNT, DREAM]) first.send(event);
    yield first;
    const persisted = yield* stored(stage, first);
    expect(new Set(lines)).toEqual(new Set(['a house is built', 'a sleeper is born', 'awake', 'dreaming']));
    first.stop();
    using second = run(house, { logger, snapshot: persisted });
    yield second;
    expect(childOf(second, 'sleeper').getSnapshot()).toMatchObject({ value: 'dreaming', context: { sheep: 1 } });
    expect(lines).toHaveLength(4);
    second.send(WAKE);
    second.send(DREAM);
    yield second;
    expect(lines.slice(4)).toEqual(['awake', 'dreaming']);
  });

  shows('61 what is persisted is what XState itself persists', function* () {
    using actor = run(house);
    using local = run(sleepers.house);
    for (const event of [COUNT, COUNT, DREAM, COUNT]) {
      actor.send(event);
      local.send(event);
    }
    yield actor;
    const persisted = copied(yield persist(actor));
    expect(bare(persisted)).toEqual(copied(local.getPersistedSnapshot()));
    expect(copied(actor.getPersistedSnapshot())).toEqual(persisted);
  });

  shows('62 a rehydrated actor whose children were rehydrated is persisted as before', function* () {
    using first = run(house);
    for (const event of [COUNT, DREAM, COUNT]) first.send(event);
    yield first;
    const persisted = yield* stored(stage, first);
    using second = stoppable(createActor(house, { snapshot: persisted, logger: () => {} }));
    expect(bare(yield* stored(stage, second))).toEqual(bare(persisted));
    second.start();
    yield second;
    // starting tells the parent of one more snapshot
    second.send(COUNT);
    yield second;
    const again = yield* stored(stage, second);
    using third = run(house, { snapshot: again });
    yield third;
    const sleeper = childOf(third, 'sleeper');
    yield sleeper;
    expect(childOf(sleeper, 'dream').getSnapshot()).toMatchObject({ context: { depth: 2 } });
  });

  shows('64 snapshots of a rehydrated child go on coming', function* () {
    using first = run(house);
    for (const event of [COUNT, COUNT]) first.send(event);
    yield first;
    expect(first.getSnapshot().context.seen).toEqual([0, 1, 2]);
    const persisted = yield* stored(stage, first);
    using second = run(house, { snapshot: persisted });
    yield second;
    second.send(COUNT);
    yield second;
    expect(second.getSnapshot().context.seen).toEqual([0, 1, 2, 2, 3]);
  });

  shows('65 an actor deep in the tree is rehydrated where it was', function* () {
    using first = run(street);
    for (const event of [COUNT, DREAM, COUNT, COUNT]) first.send(event);
    yield first;
    yield childOf(first, 'house');
    const persisted = yield* stored(stage, first);
    first.stop();
    using second = run(street, { snapshot: persisted });
    yield second;
    const deep = [second as AnyActorRef];
    for (const id of ['house', 'sleeper', 'dream']) {
      const below = childOf(deep[0] as AnyActorRef, id);
      yield below;
      deep.unshift(below);
    }
    const [dream, sleeper] = deep as [AnyActorRef, AnyActorRef];
    expect(sleeper.getSnapshot()).toMatchObject({ value: 'dreaming', context: { sheep: 1 } });
    expect(dream.getSnapshot()).toMatchObject({ status: 'active', context: { depth: 2 } });
    second.send(COUNT);
    yield [second, sleeper, dream];
    expect(dream.getSnapshot()).toMatchObject({ context: { depth: 3 } });
  });

  shows('67 a promise that had not resolved is asked again, one that had is not', function* () {
    const recipient = placed(position, sleepers.recipient, { letter: hosted.letter }, hosted.recipient);
    using first = run(recipient);
    yield first;
    const waiting = yield* stored(stage, first);
    expect(waiting).toMatchObject({ value: 'waiting', children: { letter: { src: 'letter' } } });
    first.stop();
    using second = run(recipient, { snapshot: waiting });
    yield waitFor(second, (snapshot) => snapshot.value === 'reading');
    expect(second.getSnapshot().context.letters).toEqual(['come home']);
    const reading = yield* stored(stage, second);
    using third = run(recipient, { snapshot: reading });
    yield third;
    expect(third.getSnapshot()).toMatchObject({ value: 'reading', context: { letters: ['come home'] } });
    expect(third.getSnapshot().children).toEqual({});
  });

  shows('68 a promise is aborted when its state is left, and when it is stopped', function* () {
    using witness = run(fromTransition((count: number, { type }) => (type === 'ABORTED' ? count + 1 : count), 0));
    const logic = placed(position, sleepers.worker, { work: hosted.work }, hosted.worker);
    using actor = run(logic, { input: { witness } });
    yield actor;
    const work = childOf(actor, 'work');
    actor.send({ type: 'REST' });
    // an actor that was stopped has settled when nothing of it is left
    yield [actor, work];
    expect(witness.getSnapshot().context).toBe(1);
    using other = run(hosted.work, { input: { witness } });
    yield other;
    other.stop();
    yield other;
    expect(witness.getSnapshot().context).toBe(2);
  });
});

describe.each(stages)('rehydration ($name)', (stage) => {
  const shows = showsOn(stage);
  const hosted = hostedOn(stage);

  shows('63 an actor that was done is done at once', function* () {
    const lines: unknown[] = [];
    using first = run(hosted.sleeper, { logger: (line: unknown) => lines.push(line) });
    first.send({ type: 'COUNT' });
    first.send({ type: 'END' });
    yield first;
    expect(first.getSnapshot().status).toBe('done');
    const persisted = yield* stored(stage, first);
    lines.splice(0);
    const second = createActor(hosted.sleeper, { snapshot: persisted, logger: (line: unknown) => lines.push(line) });
    const completed: string[] = [];
    second.subscribe({ complete: () => completed.push('subscribed before') });
    second.start();
    second.subscribe({ complete: () => completed.push('subscribed after') });
    expect(second.getSnapshot()).toMatchObject({ status: 'done', value: 'gone', output: { sheep: 1 } });
    expect(completed).toEqual(['subscribed before', 'subscribed after']);
    yield second;
    expect(lines).toEqual([]);
  });

  shows('66 what a rehydrated snapshot matches, has and can is known at once', function* () {
    const { sleeper } = stage.host(sleepers, urlOf('sleepers'), { local: sleepers });
    using first = run(sleeper);
    first.send({ type: 'COUNT' });
    first.send({ type: 'DREAM' });
    yield first;
    const persisted = yield* stored(stage, first);
    using second = stoppable(createActor(sleeper, { snapshot: persisted, logger: () => {} }));
    const assertKnown = () => {
      const snapshot = second.getSnapshot();
      expect(snapshot.matches('dreaming')).toBe(true);
      expect(snapshot.hasTag('asleep')).toBe(true);
      expect(snapshot.can({ type: 'WAKE' })).toBe(true);
      expect(snapshot.can({ type: 'DREAM' })).toBe(false);
      expect(snapshot.context).toEqual({ sheep: 1, nights: [{ dreams: 0 }] });
    };
    assertKnown();
    second.start();
    assertKnown();
    yield second;
    assertKnown();
  });

  shows('66 history is rehydrated', function* () {
    using first = run(hosted.sleeper);
    first.send({ type: 'COUNT' });
    first.send({ type: 'DREAM' });
    yield first;
    const persisted = yield* stored(stage, first);
    using second = run(hosted.sleeper, { snapshot: persisted });
    second.send({ type: 'WAKE' });
    yield second;
    expect(second.getSnapshot().value).toEqual({ awake: 'counting' });
  });

  shows('67 a promise is asked again with the input it had, unless it had resolved', function* () {
    const asked: unknown[] = [];
    const open = (options: object) => {
      const actor = createActor(hosted.letter, options as { input: { words: string; days: number } });
      actor.on('WRITTEN', ({ words }) => asked.push(words));
      return stoppable(actor.start());
    };
    using first = open({ input: { words: 'one', days: Infinity } });
    yield first;
    const unresolved = yield* stored(stage, first);
    expect(unresolved).toMatchObject({ status: 'active', input: { words: 'one' } });
    using second = open({ snapshot: unresolved });
    yield second;
    expect(asked).toEqual(['one', 'one']);
    using third = open({ input: { words: 'two', days: 0 } });
    yield watch(third);
    const resolved = yield* stored(stage, third);
    using fourth = open({ snapshot: resolved });
    yield fourth;
    expect(fourth.getSnapshot()).toMatchObject({ status: 'done', output: 'two' });
    expect(asked).toEqual(['one', 'one', 'two']);
  });
});

describe.each(hostedStages)('rehydration of hosted actors ($name)', (stage) => {
  const shows = showsOn(stage);
  const hosted = hostedOn(stage);

  shows('63 an actor that was done starts nothing elsewhere', function* () {
    const persisted = deepFreeze({ status: 'done', output: { sheep: 3 }, value: 'gone', context: { sheep: 3 } });
    // whatever starts from here fails
    const { sleeper } = stage.host({} as typeof sleepers, urlOf('no-such-module'));
    const actor = createActor(sleeper, { snapshot: { ...persisted, children: {}, historyValue: {} } as never });
    const errors: unknown[] = [];
    actor.subscribe({ error: (error) => void errors.push(error) });
    actor.start();
    yield watch(actor).then((down) => expect(down).toMatchObject({ type: 'done', output: { sheep: 3 } }));
    expect(errors).toEqual([]);
  });

  shows('62 delays that were pending go on, where that was asked for', function* () {
    using first = run(hosted.dozer);
    yield first;
    const persisted = deepFreeze(copied(yield persist(first, { delays: true })));
    first.stop();
    expect(persisted).toMatchObject({ value: 'dozing' });
    using second = run(hosted.dozer, { snapshot: persisted });
    yield waitFor(second, (snapshot) => snapshot.matches('awake'));
  });

  it('61 what was persisted of another machine is refused', async () => {
    using first = run(hosted.sleeper);
    const persisted = copied(await persist(first));
    const actor = createActor(hosted.lightSleeper, { snapshot: persisted });
    actor.subscribe({ error: () => {} });
    actor.start();
    const down = await watch(actor);
    expect(down.type).toBe('failed');
    expect(down.type === 'failed' && isTroupeError(down.error, 'VERSION_MISMATCH')).toBe(true);
  });

  it('66 a machine that is another than the one at hand does not start', async () => {
    const { sleeper } = stage.host(sleepers, urlOf('sleepers'), {
      local: { sleeper: sleepers.lightSleeper as never },
    });
    const actor = createActor(sleeper);
    actor.subscribe({ error: () => {} });
    actor.start();
    const down = await watch(actor);
    expect(down.type).toBe('failed');
    expect(down.type === 'failed' && isTroupeError(down.error, 'VERSION_MISMATCH')).toBe(true);
  });
});

// What an actor is persisted as, having been stored and fetched, and so that nobody can change it. In this realm alone XState says what that is.
function* stored(stage: Stage, actor: AnyActorRef): Generator<Promise<unknown>, never, unknown> {
  return deepFreeze(copied(stage.name === 'local' ? actor.getPersistedSnapshot() : yield persist(actor))) as never;
}

const copied = (value: unknown): Persisted => JSON.parse(JSON.stringify(value)) as Persisted;

/** Without what is kept of hosted actors besides. */
function bare(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(bare);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'troupe')
      .map(([key, part]) => [key, bare(part)]),
  );
}
