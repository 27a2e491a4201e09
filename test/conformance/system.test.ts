// Names in a system: an actor that is registered on either side is found on both, as long as it runs. Each with a child elsewhere and the root here, and with
// both elsewhere.
import { afterAll, describe, expect, it } from 'vitest';
import { createActor, type AnyActor, type AnyActorRef } from 'xstate';
import { isTroupeError, settled } from 'troupe';
import * as names from '../../dist/test/fixtures/conformance/names.js';
import { childOf, placed, positions, run, showsOn, stoppable } from '../support/scenario.ts';
import { hostedStages, stages, urlOf, type Stage } from '../support/stages.ts';

const cases = stages.flatMap((stage) => positions.map((position) => ({ stage, position, where: stage.name })));

const hostedOn = (stage: Stage) => stage.host(names, urlOf('names'));

/** Who goes by a name; fails if nobody does. */
function named(actor: AnyActor, name: string): AnyActorRef {
  const found = actor.system.get(name) as AnyActorRef | undefined;
  if (!found) throw new Error(`nobody goes by '${name}'`);
  return found;
}

const namesIn = (actor: AnyActor) => Object.keys(actor.system.getAll()).toSorted();

afterAll(() => Promise.all(stages.map((stage) => stage.close())));

describe.each(cases)('a system, $position ($where)', ({ stage, position }) => {
  const shows = showsOn(stage);
  const hosted = hostedOn(stage);
  const logic = placed(position, names.chief, { club: hosted.club }, hosted.chief);

  shows('69 an actor that is invoked under a name is found by it', function* () {
    using chief = run(logic, { systemId: 'chief' });
    yield chief;
    const club = named(chief, 'club');
    const member = named(chief, 'member');
    expect(club).toBe(childOf(chief, 'club'));
    expect(member).toBe(childOf(club, 'member'));
    expect(named(chief, 'chief')).toBe(chief);
    expect(namesIn(chief)).toEqual(['chief', 'club', 'member', 'pet']);
    expect(chief.system.getAll()['member']).toBe(member);
    expect(chief.system.get('nobody')).toBeUndefined();
    member.send({ type: 'CALL' });
    yield member;
    expect(member.getSnapshot()).toMatchObject({ context: { calls: 1 } });
  });

  shows('69 an actor is sent to by its name', function* () {
    using chief = run(logic, { systemId: 'chief' });
    yield chief;
    const pet = named(chief, 'pet');
    chief.send({ type: 'CALL', name: 'pet' });
    yield [chief, pet];
    expect(pet.getSnapshot()).toMatchObject({ context: { calls: 1 } });
  });

  shows('69 an actor that is spawned later under a name is found by it too', function* () {
    using chief = run(logic);
    yield chief;
    const club = childOf(chief, 'club');
    club.send({ type: 'ADMIT' });
    yield [club, chief];
    expect(named(chief, 'second')).toBe(childOf(club, 'second'));
  });

  shows('70 an actor deep in the tree sends to an ancestor by its name', function* () {
    using chief = run(logic, { systemId: 'chief' });
    yield chief;
    const member = childOf(childOf(chief, 'club'), 'member');
    member.send({ type: 'GREET' });
    yield [member, chief];
    expect(chief.getSnapshot().context.greetings).toEqual(['member']);
  });

  shows('71 names of nested actors are free again when one above them stops', function* () {
    using chief = run(logic, { systemId: 'chief' });
    yield chief;
    const club = childOf(chief, 'club');
    club.send({ type: 'CLOSE' });
    yield [club, chief];
    expect(namesIn(chief)).toEqual(['chief', 'club']);
    expect(chief.system.get('member')).toBeUndefined();
    chief.send({ type: 'DISSOLVE' });
    yield [chief, club];
    expect(namesIn(chief)).toEqual(['chief']);
  });

  shows('71 all names below an actor are free again when it stops', function* () {
    using chief = run(logic, { systemId: 'chief' });
    yield chief;
    const club = childOf(chief, 'club');
    chief.send({ type: 'DISSOLVE' });
    yield [chief, club];
    expect(namesIn(chief)).toEqual(['chief']);
    chief.send({ type: 'HIRE_MEMBER' });
    yield chief;
    expect(named(chief, 'member')).toBe(childOf(chief, 'hired'));
  });

  shows('72 an actor that is to take a name that one elsewhere has fails where it is spawned', function* () {
    using chief = stoppable(createActor(logic));
    const errors: unknown[] = [];
    chief.subscribe({ error: (error) => void errors.push(error) });
    chief.start();
    yield chief;
    chief.send({ type: 'HIRE_MEMBER' });
    yield chief;
    expect(errors).toMatchObject([{ message: "Actor with system ID 'member' already exists." }]);
  });

  shows('72 an actor elsewhere that is to take a name that another has fails, and its parent hears why', function* () {
    const taken = placed(position, names.chief, { club: hosted.club }, hosted.chief);
    using chief = run(taken, { systemId: 'member' });
    yield chief;
    expect(chief.getSnapshot().status).toBe('active');
    expect(chief.getSnapshot().context.errors).toEqual(["Actor with system ID 'member' already exists."]);
    expect(named(chief, 'member')).toBe(chief);
  });

  shows('73 a parent that spawns with syncSnapshot hears of each snapshot', function* () {
    using keeper = run(placed(position, names.keeper, { pet: hosted.pet }, hosted.keeper));
    keeper.send({ type: 'CALL' });
    keeper.send({ type: 'CALL' });
    yield keeper;
    expect(keeper.getSnapshot().context.seen).toEqual([0, 1, 2]);
  });
});

describe.each(hostedStages.filter(({ sync }) => !sync))('a name that two take at once ($name)', (stage) => {
  it('72 is the caller’s, and the actor elsewhere fails with a code', async () => {
    const { club } = hostedOn(stage);
    const logic = placed('the child elsewhere', names.chief, { club }, club);
    using chief = run(logic);
    // the club elsewhere has not yet told of its member
    chief.send({ type: 'HIRE_MEMBER' });
    const { context } = await settled(chief, (snapshot) => snapshot.context.errors.length > 0);
    expect(context.errors).toEqual(['SYSTEM_ID_TAKEN']);
    expect(named(chief, 'member')).toBe(childOf(chief, 'hired'));
    expect(isTroupeError((childOf(chief, 'club').getSnapshot() as { error: unknown }).error, 'SYSTEM_ID_TAKEN')).toBe(
      true,
    );
  });
});
