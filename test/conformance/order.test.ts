// The order of what passes between a parent and a child: what a parent reads when it hears, what is delivered around the beginning and the end. Each with the
// child elsewhere and its parent here, and with both elsewhere.
import { afterAll, describe, expect } from 'vitest';
import { toPromise } from 'xstate';
import { settled } from 'troupe';
import * as clerks from '../../dist/test/fixtures/conformance/clerks.js';
import { childOf, placed, positions, run, showsOn } from '../support/scenario.ts';
import { stages, urlOf } from '../support/stages.ts';

const cases = stages.flatMap((stage) => positions.map((position) => ({ stage, position, where: stage.name })));

afterAll(() => Promise.all(stages.map((stage) => stage.close())));

describe.each(cases)('order, $position ($where)', ({ stage, position }) => {
  const shows = showsOn(stage);
  const hosted = () => stage.host(clerks, urlOf('clerks'));
  const office = (logger: (line: unknown) => void = () => {}) => {
    const { clerk, boss } = hosted();
    return run(placed(position, clerks.boss, { clerk }, boss), { logger });
  };

  shows('45 a parent that hears from its child reads the state after the step that told it', function* () {
    using boss = office();
    boss.send({ type: 'WORK', job: 'one' });
    boss.send({ type: 'WORK', job: 'two' });
    yield boss;
    expect(boss.getSnapshot().context.heard).toEqual([
      ['opening', ['opening']],
      ['one', ['opening', 'one']],
      ['two', ['opening', 'one', 'two']],
    ]);
  });

  shows('46 what is sent on entering a state reaches the actor that the state invokes', function* () {
    using boss = office();
    yield boss;
    expect(boss.getSnapshot().context.heard).toEqual([['opening', ['opening']]]);
  });

  shows(
    '47 what is sent on leaving a state is handled by the actor that the state invoked, before it stops',
    function* () {
      const lines: unknown[] = [];
      using boss = office((line) => lines.push(line));
      yield boss;
      const clerk = childOf(boss, 'clerk');
      boss.send({ type: 'WORK', job: 'one' });
      boss.send({ type: 'CLOSE' });
      yield [boss, clerk];
      expect(boss.getSnapshot().value).toBe('closed');
      expect(clerk.getSnapshot()).toMatchObject({ status: 'stopped' });
      expect(lines).toEqual(['worked on opening', 'worked on one', 'worked on closing']);
    },
  );

  shows('48 the last things that a child says are heard before that it is done', function* () {
    using boss = office();
    boss.send({ type: 'FINISH' });
    yield boss;
    expect(boss.getSnapshot().context.heard.slice(1)).toEqual(['this is', 'all', ['done', null, 'object']]);
  });
});

describe.each(stages)('output ($name)', (stage) => {
  const shows = showsOn(stage);

  shows('49 an actor may be done with null', function* () {
    const { nothing } = stage.host(clerks, urlOf('clerks'));
    using actor = run(nothing);
    const output = toPromise(actor);
    actor.send({ type: 'FINISH' });
    yield actor;
    expect(actor.getSnapshot()).toMatchObject({ status: 'done', output: null });
    expect(yield output).toBeNull();
    expect(yield settled(actor)).toMatchObject({ output: null });
  });
});
