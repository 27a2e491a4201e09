// Arriving as a machine, and watching as logic: what whoever invokes them is told, with real actors in this thread.
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  createActor,
  fromCallback,
  fromPromise,
  setup,
  SimulatedClock,
  toPromise,
  waitFor,
  type AnyActorRef,
  type OutputFrom,
  type Snapshot,
} from 'xstate';
import { watching, type WatchedDown } from 'troupe';
import { arriving, barrier, student, type Ready } from 'troupe/actors';

const open = (parties: number) => createActor(barrier, { id: 'gate', input: { parties } }).start();
type Gate = ReturnType<typeof open>;

const come = (gate: Gate | null, timeout?: number) => {
  const party = createActor(arriving, { input: { barrier: gate, ...(timeout !== undefined && { timeout }) } });
  party.subscribe({ error: () => {} });
  return party.start();
};
const endOf = (party: ReturnType<typeof come>) =>
  toPromise(party).catch(({ code, details }: { code?: string; details?: object }) => ({ code, ...details }));

const statusOf = (ref: AnyActorRef | undefined) => (ref?.getSnapshot() as Snapshot<unknown> | undefined)?.status;

describe('arriving', () => {
  it('is done with the index of each party, in the order they came', async () => {
    const gate = open(2);
    expect(await Promise.all([endOf(come(gate)), endOf(come(gate))])).toEqual([0, 1]);
    expectTypeOf<OutputFrom<typeof arriving>>().toEqualTypeOf<number>();
  });

  it('waits for nobody where there is no barrier, but never ends at once', async () => {
    const party = come(null);
    expect(party.getSnapshot().status).toBe('active');
    expect(await endOf(party)).toBe(0);
  });

  it('fails with BARRIER_BROKEN when the barrier breaks, and when it is broken', async () => {
    const gate = open(2);
    const ends = [endOf(come(gate))];
    gate.send({ type: 'ABORT' });
    ends.push(endOf(come(gate)));
    const broken = { code: 'BARRIER_BROKEN', reason: 'abort' };
    expect(await Promise.all(ends)).toEqual([broken, broken]);
  });

  it("waits by the barrier's clock, for as long as it was told", async () => {
    const clock = new SimulatedClock();
    const gate = createActor(barrier, { input: { parties: 2 }, clock }).start();
    const end = endOf(come(gate, 10));
    clock.increment(10);
    expect(await end).toEqual({ code: 'BARRIER_BROKEN', reason: 'timeout' });
  });

  it('fails when the barrier ends, or has ended', async () => {
    const gate = open(2);
    const ends = [endOf(come(gate))];
    gate.stop();
    ends.push(endOf(come(gate)));
    const down = { code: 'ACTOR_DOWN', actor: 'gate', down: 'stopped' };
    expect(await Promise.all(ends)).toEqual([down, down]);
  });

  it('leaves nobody who watches behind, however it ends', async () => {
    const gate = open(2);
    const [through, broken] = [come(open(1)), come(gate)];
    const watchers = [through, broken].map((party) => party.getSnapshot().children['barrier']);
    gate.send({ type: 'ABORT' });
    await Promise.all([through, broken].map(endOf));
    expect(watchers.map((watcher) => statusOf(watcher))).toEqual(['stopped', 'stopped']);
  });

  it('breaks the barrier for the others when it is stopped', async () => {
    const gate = open(3);
    const [leaver, other] = [come(gate), come(gate)];
    leaver.stop();
    expect(await endOf(other)).toEqual({ code: 'BARRIER_BROKEN', reason: 'down' });
  });

  it('arrives anew when it is restored', async () => {
    const gate = open(2);
    const party = come(gate);
    const persisted = party.getPersistedSnapshot();
    party.stop();
    await waitFor(gate, ({ context }) => context.broken);
    gate.send({ type: 'RESET' });
    // what a persisted ref is revived as is another matter
    const again = createActor(arriving, {
      input: { barrier: gate },
      snapshot: { ...persisted, context: { barrier: gate } } as never,
    });
    again.start();
    expect(await Promise.all([endOf(again), endOf(come(gate))])).toEqual([0, 1]);
  });

  it('may be a promise for a student', async () => {
    const hasty = student.provide({ actors: { arrive: fromPromise(async () => 0) } });
    const alice = createActor(hasty, { input: { name: 'Alice' }, logger: () => {} }).start();
    alice.send({ type: 'PASS_IT_ON' });
    expect(alice.getSnapshot().hasTag('busy')).toBe(true);
    await waitFor(alice, (snapshot) => !snapshot.hasTag('busy'));
  });
});

describe('watching', () => {
  const watch = (actorRef: AnyActorRef) => {
    const told: WatchedDown[] = [];
    const machine = setup({
      types: { events: {} as WatchedDown | { readonly type: 'LEAVE' } },
      actors: { watching },
    }).createMachine({
      initial: 'on',
      states: {
        on: { invoke: { src: 'watching', input: { actorRef, id: 'it' } }, on: { LEAVE: 'off' } },
        off: {},
      },
      on: { DOWN: { actions: ({ event }) => told.push(event) } },
    });
    const nurse = createActor(machine).start();
    return { told, nurse };
  };

  const patient = () => createActor(fromCallback(() => {})).start();
  const turn = () => new Promise((resolve) => setTimeout(resolve));

  it('tells once how an actor ended, also one that had ended before', async () => {
    const actor = patient();
    const before = watch(actor);
    actor.stop();
    const after = watch(actor);
    const expected = [{ type: 'DOWN', id: 'it', down: { type: 'stopped' } }];
    await expect.poll(() => [before.told, after.told]).toEqual([expected, expected]);
    await turn();
    expect([before.told, after.told]).toEqual([expected, expected]);
  });

  it('tells the output, or the error', async () => {
    const done = watch(createActor(fromPromise(async () => 42)).start());
    const failing = createActor(fromPromise(() => Promise.reject(new Error('no'))));
    failing.subscribe({ error: () => {} });
    const failed = watch(failing.start());
    await expect.poll(() => done.told).toMatchObject([{ down: { type: 'done', output: 42 } }]);
    await expect.poll(() => failed.told).toMatchObject([{ down: { type: 'failed', error: { message: 'no' } } }]);
  });

  it('tells nothing once it was stopped', async () => {
    const actor = patient();
    const { told, nurse } = watch(actor);
    nurse.send({ type: 'LEAVE' });
    actor.stop();
    await turn();
    expect(told).toEqual([]);
  });

  it('is known by its mark', () => {
    expect(Reflect.get(watching, Symbol.for('troupe.watching'))).toBe(true);
  });

  it('can be told of by whoever is a party itself', () => {
    // a Ready takes any recipient of the answers
    expectTypeOf<{ type: 'READY'; replyTo: ReturnType<typeof come> }>().toExtend<Ready>();
  });
});
