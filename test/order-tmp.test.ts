// The order in which arrives what leaves a node for an actor elsewhere: the order sent, whoever of that node sent it and however. What actors
// show when they are hosted is compared with what the same actors show at home.
import { describe, expect, it } from 'vitest';
import { createActor, fromCallback, setup, type AnyActorLogic, type AnyActorRef } from 'xstate';
import { settled, started, watch } from 'troupe';
import type { Task } from './fixtures/writers.ts';
import { createRandom } from './support/nodes.ts';
import { until } from './support/observing.ts';
import { fixtures, places } from './support/places.ts';
import { run } from './support/run.ts';

/** A local actor, and what it is sent. */
function createHearer<T>(take: (event: never) => T): { readonly ref: AnyActorRef; readonly heard: readonly T[] } {
  const heard: T[] = [];
  const ref = createActor(fromCallback(({ receive }) => receive((event) => heard.push(take(event as never))))).start();
  return { ref, heard };
}

const hearNumbers = () => createHearer(({ number }: { readonly number: number }) => number);

/** Has writers of this logic write to a reader as a plan says, and gives the steps of each as an observer sees them. */
function startWriting(logics: readonly AnyActorLogic[], to: AnyActorRef, plan: (writers: AnyActorRef[]) => Task[]) {
  const steps = logics.map((): unknown[] => []);
  const writers = logics.map((logic, index) => {
    const actor = createActor(logic);
    actor.subscribe(({ context }: { context?: { done?: number } }) => steps[index]?.push(context?.done));
    return actor.start();
  });
  return { writers, steps, begin: () => writers[0]?.send({ type: 'DO', to, tasks: plan(writers) }) };
}

/** A tree of tasks that looks random: each writes some numbers, which count up, and may tell others to write in between. */
function createPlan(seed: number): (writers: AnyActorRef[]) => Task[] {
  return (writers) => {
    const random = createRandom(seed);
    let number = 0;
    const tasks = (depth: number): Task[] =>
      Array.from({ length: 2 + random(4) }, (): Task => {
        const kind = random(depth < 3 ? 3 : 2);
        if (kind === 2)
          return { how: 'tell', whom: writers[random(writers.length)] as AnyActorRef, tasks: tasks(depth + 1) };
        return { how: kind === 0 ? 'action' : 'code', number: number++ };
      });
    return tasks(0);
  };
}

describe.each(places)('order $where', ({ open }) => {
  it('holds among actors of one thread that write to the same one elsewhere in one turn', async () => {
    await using place = open();
    const { writer } = place.load('writers');
    const { ref: to, heard } = hearNumbers();
    const { writers, begin } = startWriting([writer, writer], to, ([, other]) => [
      { how: 'action', number: 0 },
      { how: 'tell', whom: other as AnyActorRef, tasks: [{ how: 'action', number: 1 }] },
      { how: 'action', number: 2 },
    ]);
    await started(writers[1] as AnyActorRef);
    begin();
    await settled(writers);
    expect(heard).toEqual([0, 1, 2]);
  });

  it.each(Array.from({ length: 8 }, (_, seed) => seed))(
    'is as at home for actions, plain code and callbacks that tell each other what to write (seed %i)',
    async (seed) => {
      await using place = open();
      const hosted = place.load('writers');
      const plan = createPlan(seed);
      const traces = [];
      for (const { writer, scribbler } of [fixtures.writers, hosted]) {
        const { ref, heard } = hearNumbers();
        const { writers, steps, begin } = startWriting([writer, scribbler, writer], ref, plan);
        await settled(writers);
        begin();
        await settled(writers);
        // the far side tells each step, and what it wrote with it
        traces.push({ heard: [...heard], steps: steps.map((each) => each.filter((done) => done !== undefined)) });
      }
      const [home, away] = traces;
      expect(away).toEqual(home);
      expect(home?.heard.length).toBeGreaterThan(0);
    },
  );

  it('is as at home towards an actor that is hosted elsewhere', async () => {
    await using place = open();
    await using other = open({ name: 'other' });
    const { writer } = place.load('writers');
    const { reader } = other.load('writers');
    const plan = createPlan(8);
    const atHome = hearNumbers();
    startWriting([fixtures.writers.writer, fixtures.writers.writer], atHome.ref, plan).begin();
    const to = createActor(reader).start();
    startWriting([writer, writer], to, plan).begin();
    const { context } = await settled(to, (snapshot) => snapshot.context.length === atHome.heard.length, {
      timeout: 4000,
    });
    expect(context).toEqual(atHome.heard);
  });

  it('holds for a callback that writes to its parent by its ref and by sendBack', async () => {
    await using place = open();
    const { child } = place.load('writers');
    const numbers: number[] = [];
    const parent = setup({
      types: { events: {} as { type: 'GO' } | { type: 'WRITTEN'; number: number } },
      actors: { child },
    }).createMachine({
      invoke: { src: 'child', id: 'child' },
      on: {
        GO: { actions: ({ self }) => self.getSnapshot().children['child']?.send({ type: 'GO', to: self }) },
        WRITTEN: { actions: ({ event }) => numbers.push(event.number) },
      },
    });
    using actor = run(parent);
    actor.send({ type: 'GO' });
    await settled(actor.getSnapshot().children['child'] as AnyActorRef);
    expect(numbers).toEqual([0, 1, 2, 3]);
  });

  it("holds among what the events of actors and of plain code on the caller's side bring", async () => {
    await using place = open();
    const { reader } = place.load('writers');
    const to = createActor(reader).start();
    const { writers, begin } = startWriting([fixtures.writers.writer, fixtures.writers.scribbler], to, (all) => [
      { how: 'code', number: 1 },
      { how: 'tell', whom: all[1] as AnyActorRef, tasks: [{ how: 'code', number: 2 }] },
      { how: 'action', number: 3 },
    ]);
    to.send({ type: 'WRITTEN', number: 0 });
    begin();
    to.send({ type: 'WRITTEN', number: 4 });
    writers[0]?.send({ type: 'DO', to, tasks: [{ how: 'action', number: 5 }] });
    expect((await settled(to)).context).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

describe.each(places)('the steps of an actor $where', ({ open }) => {
  it('are told to its owner once each, also while somebody elsewhere observes it', async () => {
    await using place = open();
    await using other = open({ name: 'other' });
    const { counter } = place.load('counter');
    const { onlooker } = other.load('writers');
    const { ref: tell, heard: seenElsewhere } = createHearer(({ count }: { readonly count: number }) => count);
    const actor = createActor(counter, { input: { from: 0 } });
    const seen: number[] = [];
    actor.start();
    await started(actor);
    actor.subscribe(({ context }) => seen.push(context));
    createActor(onlooker).start().send({ type: 'LOOK', at: actor, tell });
    await until('it is observed from elsewhere', () => seenElsewhere.length > 0);
    for (let round = 0; round < 3; round += 1) {
      actor.send({ type: 'ADD', amount: 1 });
      await settled(actor);
    }
    actor.send({ type: 'NOTHING' });
    actor.send({ type: 'ADD', amount: 1 });
    await settled(actor);
    await until('the other has seen it too', () => seenElsewhere.at(-1) === 4);
    expect(seen).toEqual([1, 2, 3, 3, 4]);
    expect(seenElsewhere).toEqual([0, 1, 2, 3, 3, 4]);
  });
});

describe.each(places)('the end of an actor $where', ({ open }) => {
  it('is told by watch after all that it has logged and sent: nothing arrives afterwards', async () => {
    const heard: string[] = [];
    await using place = open({ logger: (line: unknown) => heard.push(`log ${String(line)}`) });
    const { speaker } = place.load('writers');
    const { ref: to } = createHearer(({ words }: { readonly words: string }) => heard.push(`send ${words}`));
    const actor = createActor(speaker).start();
    await started(actor);
    const down = watch(actor).then(() => heard.push('down'));
    for (const words of ['a', 'b', 'c']) actor.send({ type: 'SAY', words, to });
    actor.stop();
    await down;
    await settled(actor);
    await place.host.close();
    expect(heard).toEqual(['log a', 'send a', 'log b', 'send b', 'log c', 'send c', 'down']);
  });

  it('is told by watch after its last words where it is done', { repeats: 200 }, async () => {
    const heard: string[] = [];
    await using place = open({ logger: () => {} });
    const { speaker } = place.load('writers');
    const { ref: to } = createHearer(({ number }: { readonly number: number }) => heard.push(`send ${number}`));
    const actor = createActor(speaker).start();
    const down = watch(actor).then(() => heard.push('down'));
    actor.send({ type: 'END', to });
    await down;
    expect(heard).toEqual(['send 1', 'down']);
  });
});
