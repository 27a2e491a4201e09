// Errors: who is told, who is not, and what goes on.
import { afterAll, describe, expect } from 'vitest';
import { createActor, type AnyActorLogic } from 'xstate';
import { watch } from 'troupe';
import * as faults from '../../dist/test/fixtures/conformance/faults.js';
import { catchReports, childOf, placed, positions, run, showsOn, stoppable } from '../support/scenario.ts';
import { stages, urlOf } from '../support/stages.ts';

const broken = { name: 'RangeError', message: 'broken' };

const cases = stages.flatMap((stage) => positions.map((position) => ({ stage, position, where: stage.name })));

afterAll(() => Promise.all(stages.map((stage) => stage.close())));

describe.each(cases)('the error of a child, $position ($where)', ({ stage, position }) => {
  const shows = showsOn(stage);
  const hosted = () => stage.host(faults, urlOf('faults'));

  shows('54 an error in a child that its parent does not handle is told to who listens at the root', function* () {
    const { fragile, careless } = hosted();
    using actor = stoppable(createActor(placed(position, faults.careless, { fragile }, careless)));
    const errors: unknown[] = [];
    actor.subscribe({ error: (error) => void errors.push(error) });
    actor.start();
    yield actor;
    childOf(actor, 'fragile').send({ type: 'BREAK' });
    if (!stage.sync) yield watch(actor);
    expect(errors).toMatchObject([broken]);
    expect(errors[0]).toBeInstanceOf(RangeError);
    expect(actor.getSnapshot()).toMatchObject({ status: 'error', error: broken });
  });

  shows('55 the rejection of a promise that nobody handles is told to who listens to its grandparent', function* () {
    const { rejecting, parent, grandparent } = hosted();
    const near = faults.parent.provide({ actors: { rejecting } });
    for (const logic of [
      placed(position, faults.grandparent, { parent }, grandparent),
      placed(position, faults.grandparent, { parent: near }, grandparent),
    ]) {
      using actor = stoppable(createActor(logic));
      const errors: unknown[] = [];
      actor.subscribe({ error: (error) => void errors.push(error) });
      actor.start();
      yield watch(actor);
      expect(errors).toMatchObject([broken]);
      expect(actor.getSnapshot()).toMatchObject({ status: 'error', error: broken });
    }
  });

  shows('59 a parent that handles the error of a child goes on', function* () {
    const { fragile, brokenOnEntry, careful } = hosted();
    using actor = run(placed(position, faults.careful, { fragile, brokenOnEntry }, careful));
    yield actor;
    expect(actor.getSnapshot().context.errors).toEqual(['RangeError: broken']);
    const child = childOf(actor, 'fragile');
    child.send({ type: 'BREAK' });
    if (!stage.sync) yield watch(child);
    actor.send({ type: 'WORK' });
    yield actor;
    expect(actor.getSnapshot().status).toBe('active');
    expect(actor.getSnapshot().context).toEqual({ errors: ['RangeError: broken', 'RangeError: broken'], works: 1 });
  });
});

describe.each(stages)('an error ($name)', (stage) => {
  const shows = showsOn(stage);
  const hosted = () => stage.host(faults, urlOf('faults'));

  shows('56 an error is reported to nobody in particular, once, unless every observer listens to errors', function* () {
    using reports = catchReports();
    const { fragile } = hosted();
    using actor = run(fragile);
    const errors: unknown[] = [];
    actor.subscribe({ error: (error) => void errors.push(error) });
    actor.subscribe(() => {});
    actor.send({ type: 'BREAK' });
    yield reports.next().then((reported) => expect(reported).toMatchObject(broken));
    expect(errors).toMatchObject([broken]);

    using other = run(fragile);
    other.subscribe({ error: (error) => void errors.push(error) });
    other.send({ type: 'BREAK' });
    using last = run(fragile);
    last.send({ type: 'BREAK' });
    // the one that nobody observes is reported, and the one before it is not
    yield reports.next().then((reported) => expect(reported).toMatchObject(broken));
    expect(errors).toMatchObject([broken, broken]);
    expect(reports.errors).toEqual([]);
  });

  shows('57 an error in an action on entering the first state fails the actor', function* () {
    const actor = createActor(hosted().brokenOnEntry);
    const errors: unknown[] = [];
    actor.subscribe({ error: (error) => void errors.push(error) });
    actor.start();
    yield actor;
    expect(actor.getSnapshot()).toMatchObject({ status: 'error', error: broken });
    expect(errors).toMatchObject([broken]);
  });

  shows('57 an actor without a parent that sends to it on entering its first state fails', function* () {
    const actor = createActor(hosted().orphan);
    actor.subscribe({ error: () => {} });
    actor.start();
    yield actor;
    expect(actor.getSnapshot().status).toBe('error');
    expect((actor.getSnapshot().error as Error).message).toMatch(/Unable to send event to actor '#_parent'/);
  });

  shows('58 an error in a guard fails the actor, and says which', function* () {
    const actor = createActor(hosted().brokenGuard, { id: 'vase' });
    const local = createActor(faults.brokenGuard as AnyActorLogic, { id: 'vase' });
    for (const each of [actor, local]) {
      each.subscribe({ error: () => {} });
      each.start();
      each.send({ type: 'BREAK' });
    }
    yield actor;
    expect(actor.getSnapshot()).toMatchObject({ status: 'error', value: 'whole' });
    const [there, here] = [actor, local].map(
      (each) => ((each.getSnapshot() as { error: unknown }).error as Error).message,
    );
    expect(there).toContain('broken');
    expect(there).toBe(here);
  });

  shows('60 an observer that throws is reported, and the actor goes on', function* () {
    using reports = catchReports();
    using actor = run(hosted().fragile);
    yield actor;
    const seen: number[] = [];
    actor.subscribe(() => {
      throw new TypeError('what an observer does');
    });
    actor.subscribe(({ context }) => void seen.push(context.works));
    actor.send({ type: 'WORK' });
    actor.send({ type: 'WORK' });
    yield actor;
    expect(actor.getSnapshot()).toMatchObject({ status: 'active', context: { works: 2 } });
    expect(seen).toEqual([1, 2]);
    const reported = { name: 'TypeError', message: 'what an observer does' };
    yield reports.next().then((error) => expect(error).toMatchObject(reported));
    yield reports.next().then((error) => expect(error).toMatchObject(reported));
  });
});
