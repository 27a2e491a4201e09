// Inspecting: whoever inspects the root sees one system, whatever of it runs elsewhere. Each with the root's child elsewhere, and with all of it elsewhere.
import { afterAll, describe, expect } from 'vitest';
import type { ActorRefLike, AnyActorRef, InspectionEvent } from 'xstate';
import * as cast from '../../dist/test/fixtures/conformance/cast.js';
import { until } from '../support/observing.ts';
import { childOf, placed, positions, run, showsOn } from '../support/scenario.ts';
import { stages, urlOf } from '../support/stages.ts';

const cases = stages.flatMap((stage) => positions.map((position) => ({ stage, position, where: stage.name })));

afterAll(() => Promise.all(stages.map((stage) => stage.close())));

describe.each(cases)('inspecting, $position ($where)', ({ stage, position }) => {
  const shows = showsOn(stage);
  const hosted = stage.host(cast, urlOf('cast'));
  const logic = placed(position, cast.play, { lead: hosted.lead }, hosted.play);

  // a play in two cues, from the first to the last word
  function* perform(machine: typeof cast.play): Generator<AnyActorRef | Promise<unknown>, Performance, unknown> {
    const seen: InspectionEvent[] = [];
    using actor = run(machine, { id: 'play', inspect: (event) => void seen.push(event) });
    yield actor;
    const lead = childOf(actor, 'lead');
    for (const words of ['to be', 'or not']) {
      actor.send({ type: 'CUE', words });
      yield actor;
    }
    actor.send({ type: 'CURTAIN' });
    yield actor;
    // to the sync stages all has been told by now
    if (!stage.sync && machine === logic) {
      yield until(`${SEEN} events have been inspected`, () => seen.length >= SEEN);
      yield actor;
    }
    return { seen: [...seen], actor, lead };
  }

  shows('76 whoever inspects sees of each actor what he sees when all of them are here', function* () {
    const there = yield* perform(logic);
    const here = yield* perform(cast.play);
    expect(here.seen).toHaveLength(SEEN);
    expect(briefly(there.seen, stage.sync)).toEqual(briefly(here.seen, stage.sync));
  });

  shows('76 each actor is told of once, under an id of its own, below one root', function* () {
    const { seen, actor, lead: there } = yield* perform(logic);
    const actors = seen.filter((event) => event.type === '@xstate.actor').map(({ actorRef }) => actorRef);
    expect(actors.map(pathOf)).toEqual(['play', 'play/lead', 'play/lead/prompter']);
    expect(new Set(actors.map(({ sessionId }) => sessionId)).size).toBe(3);
    expect(new Set(seen.map(({ actorRef }) => actorRef.sessionId)).size).toBe(3);
    expect(new Set(seen.map(({ rootId }) => rootId))).toEqual(new Set([actor.sessionId]));
    expect(actors[0]).toBe(actor);
    // the ref that was made here, wherever its actor runs
    if (position === 'the child elsewhere') expect(actors[1]).toBe(there);
  });

  shows('76 an event is told of before what comes of it, and a cause before its effect', function* () {
    const { seen } = yield* perform(logic);
    const told = seen.map((event) => `${event.type} ${pathOf(event.actorRef)} ${typeOf(event)}`);
    const order = [
      '@xstate.actor play ',
      '@xstate.event play CUE',
      '@xstate.event play/lead LINE',
      '@xstate.event play/lead/prompter READ',
      '@xstate.snapshot play/lead/prompter READ',
    ].map((each) => told.indexOf(each));
    expect(order).not.toContain(-1);
    expect(order).toEqual(order.toSorted((left, right) => left - right));
    expect(told.indexOf('@xstate.event play/lead LINE')).toBeLessThan(told.indexOf('@xstate.snapshot play/lead LINE'));
    expect(told.indexOf('@xstate.snapshot play/lead LINE')).toBeGreaterThan(
      told.indexOf('@xstate.microstep play/lead LINE'),
    );
    expect(told.indexOf('@xstate.event play SPOKEN')).toBeLessThan(told.indexOf('@xstate.snapshot play SPOKEN'));
  });

  shows('76 nothing of how the actors are reached is seen', function* () {
    const { seen } = yield* perform(logic);
    const events = seen.flatMap((event) => ('event' in event ? [event.event.type] : []));
    expect(events.filter((type) => type.startsWith('troupe'))).toEqual([]);
    expect(seen.filter(({ actorRef }) => !/^play(\/lead(\/prompter)?)?$/.test(pathOf(actorRef)))).toEqual([]);
  });
});

/** How much there is to see of a performance. */
const SEEN = 61;

interface Performance {
  readonly seen: readonly InspectionEvent[];
  readonly actor: AnyActorRef;
  readonly lead: AnyActorRef;
}

/** The ids of an actor and all above it. */
function pathOf(actor: ActorRefLike): string {
  const { id, _parent: parent } = actor as AnyActorRef;
  return parent ? `${pathOf(parent)}/${id}` : id;
}

const typeOf = (event: InspectionEvent) => ('event' in event ? event.event.type : '');

/** What was seen of each actor, in order; unless that is exact, what is sent to an actor may be seen before it has handled what came before. */
function briefly(seen: readonly InspectionEvent[], exact: boolean): Readonly<Record<string, readonly unknown[]>> {
  const byActor: Record<string, unknown[]> = {};
  for (const event of seen) {
    const path = pathOf(event.actorRef);
    const key = exact || event.type !== '@xstate.event' ? path : `sent to ${path}`;
    (byActor[key] ??= []).push(brief(event));
  }
  return byActor;
}

function brief(event: InspectionEvent): unknown {
  switch (event.type) {
    case '@xstate.event':
      return { type: event.type, event: event.event, from: event.sourceRef && pathOf(event.sourceRef) };
    case '@xstate.action':
      return { type: event.type, action: event.action.type };
    case '@xstate.snapshot':
    case '@xstate.microstep': {
      const { status, value, context } = event.snapshot as unknown as Record<string, unknown>;
      return { type: event.type, event: typeOf(event), snapshot: { status, value, context } };
    }
    default:
      return { type: event.type };
  }
}
