// Emitted events: who hears them, what is read meanwhile, and that each kind of logic can emit.
import { afterAll, describe, expect } from 'vitest';
import { createActor, type AnyActorLogic, type AnyActorRef } from 'xstate';
import * as heralds from '../../dist/test/fixtures/conformance/heralds.js';
import { childOf, placed, positions, run, showsOn, stoppable } from '../support/scenario.ts';
import { stages, urlOf } from '../support/stages.ts';

const CRY = (words: string) => ({ type: 'CRY', words }) as const;

const heardBy = (actor: AnyActorRef, type: string) => {
  const heard: unknown[] = [];
  const subscription = actor.on(type as never, (event: unknown) => void heard.push(event));
  return { heard, unsubscribe: () => subscription.unsubscribe() };
};

afterAll(() => Promise.all(stages.map((stage) => stage.close())));

describe.each(stages)('emitting ($name)', (stage) => {
  const shows = showsOn(stage);
  const hosted = () => stage.host(heralds, urlOf('heralds'));

  shows('50 whoever listens by type hears each emitted event of that type until he listens no more', function* () {
    using actor = run(hosted().herald);
    const { heard, unsubscribe } = heardBy(actor, 'CRIED');
    const other = heardBy(actor, 'CRIED');
    actor.send(CRY('one'));
    actor.send(CRY('two'));
    yield actor;
    unsubscribe();
    actor.send(CRY('three'));
    yield actor;
    const cried = ['one', 'two', 'three'].map((words) => ({ type: 'CRIED', words }));
    expect(heard).toEqual(cried.slice(0, 2));
    expect(other.heard).toEqual(cried);
  });

  for (const observed of [false, true]) {
    const title = '51 a listener reads the snapshot from after the step that emitted';
    shows(observed ? `${title}, of an actor that is observed too` : title, function* () {
      using actor = run(hosted().herald);
      const read: number[] = [];
      if (observed) actor.subscribe(({ context }) => void read.push(-context.cries));
      actor.on('CRIED', () => void read.push(actor.getSnapshot().context.cries));
      yield actor;
      read.length = 0;
      for (const words of ['one', 'two', 'three']) actor.send(CRY(words));
      yield actor;
      // observers are told after listeners
      expect(read).toEqual(observed ? [1, -1, 2, -2, 3, -3] : [1, 2, 3]);
    });
  }

  shows('52 whoever listens to * hears all, after those who listen by type', function* () {
    using actor = run(hosted().herald);
    const heard: string[] = [];
    actor.on('*', ({ type }) => void heard.push(`* ${type}`));
    actor.on('CRIED', ({ type }) => void heard.push(type));
    actor.on('BREATHED', ({ type }) => void heard.push(type));
    actor.send(CRY('one'));
    yield actor;
    expect(heard).toEqual(['CRIED', '* CRIED', 'BREATHED', '* BREATHED']);
  });

  const kinds = [
    { kind: 'a promise', name: 'promising', input: { words: 'one' } },
    { kind: 'an observable', name: 'observable', input: { words: 'one' } },
    { kind: 'a callback', name: 'calling', input: { words: 'one' } },
    { kind: 'a transition function', name: 'stepping', event: CRY('one') },
    { kind: 'a callback that is sent an event', name: 'calling', event: CRY('one') },
  ] as const;

  for (const { kind, name, ...given } of kinds) {
    shows(`53 events are emitted by ${kind}`, function* () {
      const logic = hosted()[name] as AnyActorLogic;
      using actor = stoppable(createActor(logic, 'input' in given ? { input: given.input } : {}));
      const { heard } = heardBy(actor, '*');
      actor.start();
      if ('event' in given) actor.send(given.event);
      yield actor;
      expect(heard).toEqual([{ type: 'CRIED', words: 'one' }, { type: 'BREATHED' }]);
    });
  }
});

const cases = stages.flatMap((stage) => positions.map((position) => ({ stage, position, where: stage.name })));

describe.each(cases)('an emitting child, $position ($where)', ({ stage, position }) => {
  const shows = showsOn(stage);

  shows('50 whoever listens to a child hears what it emits', function* () {
    const { herald, town } = stage.host(heralds, urlOf('heralds'));
    using actor = run(placed(position, heralds.town, { herald }, town));
    yield actor;
    const child = childOf(actor, 'herald');
    const { heard, unsubscribe } = heardBy(child, 'CRIED');
    child.send(CRY('one'));
    yield child;
    unsubscribe();
    child.send(CRY('two'));
    yield child;
    expect(heard).toEqual([{ type: 'CRIED', words: 'one' }]);
  });
});
