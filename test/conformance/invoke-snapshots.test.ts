// Invoking: what a parent hears of its child's snapshots, when an invoked actor begins and ends, what it is given, and what is heard of its end. Each with
// the invoked actor elsewhere and its parent here, and with both elsewhere.
import { afterAll, describe, expect } from 'vitest';
import * as tallies from '../../dist/test/fixtures/conformance/tallies.js';
import { childOf, placed, positions, run, showsOn } from '../support/scenario.ts';
import { stages, urlOf } from '../support/stages.ts';

const cases = stages.flatMap((stage) => positions.map((position) => ({ stage, position, where: stage.name })));

afterAll(() => Promise.all(stages.map((stage) => stage.close())));

describe.each(cases)('invoking, $position ($where)', ({ stage, position }) => {
  const shows = showsOn(stage);
  const hosted = () => stage.host(tallies, urlOf('tallies'));
  const ADD = { type: 'TELL', event: { type: 'ADD', amount: 5 } } as const;
  const ADD_TWO = { type: 'TELL', event: { type: 'ADD_TWO' } } as const;
  const UNKNOWN = { type: 'TELL', event: { type: 'UNKNOWN' } } as const;

  shows('39 onSnapshot comes once for each macrostep of a machine, its first snapshot included', function* () {
    const { tally, observer } = hosted();
    const logic = placed(position, tallies.observer, { tally }, observer);
    using actor = run(logic, { logger: () => {} });
    yield actor;
    expect(actor.getSnapshot().context.seen).toEqual([0]);
    for (const event of [ADD, ADD_TWO, UNKNOWN]) actor.send(event);
    yield actor;
    expect(actor.getSnapshot().context.seen).toEqual([0, 5, 7, 7]);
  });

  shows('39 onSnapshot comes once for each step of a transition function', function* () {
    const { sum, overseer } = hosted();
    const logic = placed(position, tallies.overseer, { sum }, overseer);
    using actor = run(logic);
    for (const event of [ADD, UNKNOWN, ADD]) actor.send(event);
    yield actor;
    expect(actor.getSnapshot().context.seen).toEqual([0, 5, 5, 10]);
  });

  shows('40 onSnapshot comes no more once the child was stopped, whatever it is sent', function* () {
    const { tally, observer } = hosted();
    const logic = placed(position, tallies.observer, { tally }, observer);
    using actor = run(logic, { logger: () => {} });
    actor.send(ADD);
    yield actor;
    const child = childOf(actor, 'tally');
    actor.send({ type: 'CLOSE' });
    yield [actor, child];
    child.send({ type: 'ADD', amount: 1 });
    yield [actor, child];
    expect(actor.getSnapshot().value).toBe('closed');
    expect(actor.getSnapshot().context.seen).toEqual([0, 5]);
  });

  shows('41 a state that is left in the same macrostep starts nothing', function* () {
    const lines: unknown[] = [];
    const { tally, hasty } = hosted();
    const logic = placed(position, tallies.hasty, { tally }, hasty);
    const logger = (line: unknown) => lines.push(line);
    using actor = run(logic, { logger });
    actor.send({ type: 'GO' });
    yield actor;
    expect(actor.getSnapshot().value).toBe('there');
    expect(Object.keys(actor.getSnapshot().children)).toEqual([]);
    // had one been started before, this one's line would not be the first
    using other = run(tally, { logger, input: { from: 9 } });
    yield other;
    expect(lines).toEqual(['tally begins at 9']);
  });

  shows('42 a state that is left and entered again in the same macrostep invokes anew', function* () {
    const lines: unknown[] = [];
    const { tally, circling } = hosted();
    const logic = placed(position, tallies.circling, { tally }, circling);
    using actor = run(logic, { logger: (line: unknown) => lines.push(line) });
    actor.send(ADD);
    yield actor;
    const first = childOf(actor, 'tally');
    expect(first.getSnapshot()).toMatchObject({ status: 'active', context: { count: 5 } });
    actor.send({ type: 'AGAIN' });
    yield actor;
    const second = childOf(actor, 'tally');
    yield [first, second];
    expect(second).not.toBe(first);
    expect(first.getSnapshot()).toMatchObject({ status: 'stopped' });
    expect(second.getSnapshot()).toMatchObject({ status: 'active', context: { count: 0 } });
    actor.send(ADD);
    yield [actor, second];
    expect(second.getSnapshot()).toMatchObject({ context: { count: 5 } });
    expect(lines).toEqual(['tally begins at 0', 'tally begins at 0']);
  });

  shows('43 of two states that invoke the same logic, only the one whose actor is done hears so', function* () {
    const { tally, twins } = hosted();
    const logic = placed(position, tallies.twins, { tally }, twins);
    using actor = run(logic, { logger: () => {} });
    actor.send({ type: 'END_RIGHT' });
    yield actor;
    expect(actor.getSnapshot().value).toEqual({ left: 'busy', right: 'over' });
    expect(actor.getSnapshot().context.outputs).toEqual([2]);
    actor.send({ type: 'END_LEFT' });
    yield actor;
    expect(actor.getSnapshot().value).toEqual({ left: 'over', right: 'over' });
    expect(actor.getSnapshot().context.outputs).toEqual([2, 1]);
  });

  shows('44 an invoked actor is given input made of its parent’s context and event', function* () {
    const { tally, provider } = hosted();
    const logic = placed(position, tallies.provider, { tally }, provider);
    using actor = run(logic, { logger: () => {}, input: { base: 40 } });
    actor.send({ type: 'OPEN', more: 2 });
    yield actor;
    const child = childOf(actor, 'tally');
    yield child;
    expect(child.getSnapshot()).toMatchObject({ context: { count: 42 } });
  });
});
