// Names in the system: whoever has a `systemId` on either side of a hosted actor is found by it on the other, and as long as it lives.
import { describe, expect, it } from 'vitest';
import { createActor, enqueueActions, setup, stopChild, type AnyActorRef, type InputFrom, type Snapshot } from 'xstate';
import {
  ask,
  createBus,
  createMemoryLink,
  createThreads,
  inThread,
  settled,
  watch,
  type Bus,
  type HostedModule,
  type Link,
} from 'troupe';
import { hostActors } from '../dist/src/host.js';
import { createHosted } from '../dist/src/hosted.js';
import { parsePacket, type RawFrame } from '../dist/src/wire.js';
import { fixtures, atOnce, places, urlOf } from './support/places.ts';
import { turns } from './support/nodes.ts';
import { until } from './support/observing.ts';
import { run } from './support/run.ts';

type OfficeInput = NonNullable<InputFrom<Named['office']>>;
type Named = typeof fixtures.named;

interface Opening {
  readonly type: 'OPEN';
  readonly id: string;
  readonly systemId?: string;
  readonly input: OfficeInput;
}

type StreetEvent =
  | Opening
  | { readonly type: 'PUT_UP' | 'TAKE_AWAY' | 'SHUT'; readonly name: string }
  | { readonly type: 'REPLACE'; readonly office: string; readonly name: string }
  | { readonly type: 'ANSWER'; readonly by: string };

/** A caller: it opens hosted offices and has desks of its own, all under the names that it is told; what its children fail with is noted. */
function openStreet(offices: Pick<HostedModule<Named>, 'office'>) {
  const errors: unknown[] = [];
  const answers: string[] = [];
  const street = setup({
    types: { events: {} as StreetEvent | { readonly type: `xstate.error.actor.${string}`; readonly error: unknown } },
    actors: { office: offices.office, desk: fixtures.named.desk },
  }).createMachine({
    on: {
      OPEN: {
        actions: enqueueActions(({ enqueue, event: { id, systemId, input } }) => {
          enqueue.spawnChild('office', { id, input, ...(systemId === undefined ? {} : { systemId }) });
        }),
      },
      PUT_UP: {
        actions: enqueueActions(({ enqueue, event: { name } }) => {
          enqueue.spawnChild('desk', { id: name, systemId: name });
        }),
      },
      TAKE_AWAY: { actions: stopChild(({ event }) => event.name) },
      REPLACE: {
        actions: enqueueActions(({ enqueue, event: { office, name } }) => {
          enqueue.stopChild(office);
          enqueue.spawnChild('desk', { id: name, systemId: name });
        }),
      },
      SHUT: { actions: stopChild(({ event }) => event.name) },
      ANSWER: { actions: ({ event }) => answers.push(event.by) },
      'xstate.error.actor.*': { actions: ({ event }) => errors.push(event.error) },
      'xstate.done.actor.*': {},
    },
  });
  const actor = createActor(street, { id: 'street', systemId: 'the street' }).start();
  const at = (name: string) => actor.system.get(name) as AnyActorRef | undefined;
  const child = (id: string) => (actor.getSnapshot().children as Record<string, AnyActorRef>)[id] as AnyActorRef;
  return {
    [Symbol.dispose]: () => void actor.stop(),
    actor,
    errors,
    answers,
    at,
    child,
    names: () => Object.keys(actor.system.getAll()).toSorted(),
    open: (id: string, input: Partial<OfficeInput> = {}, systemId?: string) => {
      actor.send({
        type: 'OPEN',
        id,
        input: { desks: [], ...input },
        ...(systemId === undefined ? {} : { systemId }),
      } satisfies Opening);
      return child(id);
    },
    /** Which names an office finds. */
    namesAt: async (office: AnyActorRef) =>
      (await askAny<{ names: readonly string[] }>(office, (replyTo) => ({ type: 'WHO_IS_THERE', replyTo }))).names,
  };
}

/** A ref that is found by name says nothing of the events that it takes. */
const askAny = ask as unknown as <TReply>(
  actor: AnyActorRef,
  question: (replyTo: AnyActorRef) => { readonly type: string },
) => Promise<TReply>;
const callOf = (actor: AnyActorRef) => askAny<{ by: string }>(actor, (from) => ({ type: 'CALL', from }));
const ring = (office: AnyActorRef, name: string) =>
  askAny<{ by: string }>(office, (from) => ({ type: 'RING', name, from }));

describe.each([...places, atOnce])('names in the system $where', ({ open }) => {
  it("lets the caller find a hosted machine's child and send to it", async () => {
    await using place = open();
    using street = openStreet(place.load('named'));
    await settled(street.open('office', { desks: ['front desk'] }));
    expect(street.names()).toEqual(['front desk', 'the street']);
    expect(await callOf(street.at('front desk') as AnyActorRef)).toEqual({ type: 'ANSWER', by: 'front desk' });
  });

  it('lets a hosted actor send to a named actor of the caller, its first action already', async () => {
    await using place = open();
    using street = openStreet(place.load('named'));
    street.actor.send({ type: 'PUT_UP', name: 'news-stand' });
    const office = street.open('office', { calls: 'news-stand', from: street.actor });
    await settled(office);
    await until('the news-stand has answered', () => street.answers.length > 0);
    expect(street.answers).toEqual(['news-stand']);
    expect(await ring(office, 'news-stand')).toEqual({ type: 'ANSWER', by: 'news-stand' });
  });

  it('tells of names that are set and unset later, both ways', async () => {
    await using place = open();
    using street = openStreet(place.load('named'));
    const office = street.open('office');
    await settled(office);
    street.actor.send({ type: 'PUT_UP', name: 'kiosk' });
    expect(await street.namesAt(office)).toEqual(['kiosk', 'the street']);
    office.send({ type: 'PUT_UP', name: 'back desk' });
    await settled(office);
    expect(street.names()).toEqual(['back desk', 'kiosk', 'the street']);
    expect(await street.namesAt(office)).toEqual(['back desk', 'kiosk', 'the street']);
    street.actor.send({ type: 'TAKE_AWAY', name: 'kiosk' });
    office.send({ type: 'TAKE_AWAY', name: 'back desk' });
    expect(await street.namesAt(office)).toEqual(['the street']);
    await settled(office);
    expect(street.names()).toEqual(['the street']);
    // each may have what the other had
    office.send({ type: 'PUT_UP', name: 'kiosk' });
    await settled(office);
    street.actor.send({ type: 'PUT_UP', name: 'back desk' });
    expect(await street.namesAt(office)).toEqual(['back desk', 'kiosk', 'the street']);
    expect(street.errors).toEqual([]);
  });

  it('lets hosted actors find each other, and the named children of each other', async () => {
    await using place = open();
    using street = openStreet(place.load('named'));
    const first = street.open('first', { desks: ['first desk'] }, 'first office');
    await settled(first);
    const second = street.open('second', { desks: ['second desk'] }, 'second office');
    await settled(second);
    const all = ['first desk', 'first office', 'second desk', 'second office', 'the street'];
    expect(await street.namesAt(first)).toEqual(all);
    expect(await street.namesAt(second)).toEqual(all);
    expect(street.names()).toEqual(all);
    expect(await ring(first, 'second desk')).toEqual({ type: 'ANSWER', by: 'second desk' });
    expect(await ring(second, 'first desk')).toEqual({ type: 'ANSWER', by: 'first desk' });
    expect(street.at('first office')).toBe(first);
  });

  it.each([
    ['is stopped', 'SHUT'],
    ['is done', 'CLOSE'],
    ['fails', 'BREAK'],
  ])('frees its names on all sides when a hosted actor %s', async (_, how) => {
    await using place = open();
    using street = openStreet(place.load('named'));
    const neighbour = street.open('neighbour');
    const office = street.open('office', { desks: ['front desk'] }, 'the office');
    await settled([neighbour, office]);
    expect(await street.namesAt(neighbour)).toEqual(['front desk', 'the office', 'the street']);
    if (how === 'SHUT') {
      // gone here before anything has travelled
      street.actor.send({ type: 'SHUT', name: 'office' });
    } else {
      office.send({ type: how });
      await watch(office);
    }
    expect(street.names()).toEqual(['the street']);
    expect(await street.namesAt(neighbour)).toEqual(['the street']);
    const again = street.open('again', { desks: ['front desk'] }, 'the office');
    await settled(again);
    expect(await street.namesAt(neighbour)).toEqual(['front desk', 'the office', 'the street']);
    expect(street.at('the office')).toBe(again);
  });

  it('lets one that replaces another in the same step have its names', async () => {
    await using place = open();
    const { office } = place.load('named');
    const parent = setup({ actors: { office } }).createMachine({
      initial: 'open',
      states: {
        open: {
          invoke: { src: 'office', id: 'office', systemId: 'the office', input: { desks: ['front desk'] } },
          on: { REPLACE: { target: 'open', reenter: true } },
        },
      },
    });
    using actor = run(parent);
    for (let times = 0; times < 3; times += 1) {
      await settled(actor.getSnapshot().children['office'] as AnyActorRef);
      expect(Object.keys(actor.system.getAll()).toSorted()).toEqual(['front desk', 'the office']);
      actor.send({ type: 'REPLACE' });
    }
    await settled(actor.getSnapshot().children['office'] as AnyActorRef);
    expect(await callOf(actor.system.get('front desk') as AnyActorRef)).toEqual({ type: 'ANSWER', by: 'front desk' });
    expect(actor.getSnapshot().status).toBe('active');
  });

  it('lets a local actor have the name of one that goes in the same step, also of one that nobody was shown', async () => {
    await using place = open();
    using street = openStreet(place.load('named', { snapshots: 'none' }));
    const office = street.open('office');
    office.send({ type: 'PUT_UP', name: 'back desk' });
    await settled(office);
    expect(street.names()).toEqual(['back desk', 'the street']);
    street.actor.send({ type: 'REPLACE', office: 'office', name: 'back desk' });
    expect(street.at('back desk')).toBe(street.child('back desk'));
    await settled(office);
    expect(street.names()).toEqual(['back desk', 'the street']);
  });

  it('does not change the order of what is seen', async () => {
    await using place = open();
    const { office } = place.load('named');
    const seen: string[] = [];
    const parent = setup({ actors: { office } }).createMachine({
      invoke: {
        src: 'office',
        id: 'office',
        input: ({ self }) => ({ desks: ['front desk'], calls: 'the parent', from: self }),
        onSnapshot: { actions: ({ system }) => seen.push(`snapshot ${system.get('front desk') ? 'and' : 'no'} desk`) },
      },
      on: { CALL: { actions: ({ system }) => seen.push(`call ${system.get('front desk') ? 'and' : 'no'} desk`) } },
    });
    const actor = createActor(parent, { systemId: 'the parent' }).start();
    await settled(actor.getSnapshot().children['office'] as AnyActorRef);
    expect(seen).toEqual(['call and desk', 'snapshot and desk']);
    actor.stop();
  });

  it('tells the names of a hosted root, which may be stopped and started at once', async () => {
    await using place = open();
    const { office } = place.load('named');
    const root = createActor(office, { id: 'root', systemId: 'the root', input: { desks: ['front desk'] } });
    root.start();
    await settled(root);
    root.stop();
    expect(root.system.getAll()).toEqual({});
    // as React does it
    Object.assign(root, { _processingStatus: 0, _snapshot: { ...root.getSnapshot(), status: 'active' } });
    root.start();
    await settled(root);
    expect(Object.keys(root.system.getAll()).toSorted()).toEqual(['front desk', 'the root']);
    root.send({ type: 'TAKE_AWAY', name: 'front desk' });
    await settled(root);
    expect(Object.keys(root.system.getAll())).toEqual(['the root']);
    root.stop();
    await settled(root);
  });

  it('tells what became of other names while it was stopped and started at once', async () => {
    await using place = open();
    const { office } = place.load('named');
    const street = setup({ actors: { desk: fixtures.named.desk, office } }).createMachine({
      invoke: [
        { src: 'desk', id: 'kiosk', systemId: 'kiosk' },
        { src: 'office', id: 'office', input: { desks: [] } },
      ],
    });
    const root = createActor(street).start();
    const refs = Object.values(root.getSnapshot().children) as AnyActorRef[];
    await settled(refs);
    // as React does it
    const snapshots = [root, ...refs].map((ref) => [ref, ref.getSnapshot() as unknown] as const);
    root.stop();
    for (const [ref, snapshot] of snapshots) Object.assign(ref, { _processingStatus: 0, _snapshot: snapshot });
    root.start();
    expect(await ring(refs[1] as AnyActorRef, 'kiosk')).toEqual({ type: 'ANSWER', by: 'kiosk' });
    root.stop();
    await settled(refs);
  });

  it("fails a hosted actor that takes a name of its caller's with XState's own error", async () => {
    await using place = open();
    using street = openStreet(place.load('named'));
    const office = street.open('office');
    await settled(office);
    street.actor.send({ type: 'PUT_UP', name: 'kiosk' });
    const kiosk = street.at('kiosk');
    office.send({ type: 'PUT_UP', name: 'kiosk' });
    expect(await watch(office)).toMatchObject({
      type: 'failed',
      error: { name: 'Error', message: "Actor with system ID 'kiosk' already exists." },
    });
    expect(street.errors).toMatchObject([{ message: "Actor with system ID 'kiosk' already exists." }]);
    expect(street.at('kiosk')).toBe(kiosk);
    street.open('other', { desks: ['kiosk'] });
    await until('the other has failed', () => street.errors.length > 1);
    expect(street.errors[1]).toMatchObject({ message: "Actor with system ID 'kiosk' already exists." });
  });

  it("fails a caller that takes a hosted actor's name with XState's own error", async () => {
    await using place = open();
    using street = openStreet(place.load('named'));
    await settled(street.open('office', { desks: ['front desk'] }));
    const failed = watch(street.actor);
    street.actor.subscribe({ error: () => {} });
    street.actor.send({ type: 'PUT_UP', name: 'front desk' });
    expect(await failed).toMatchObject({
      type: 'failed',
      error: { message: "Actor with system ID 'front desk' already exists." },
    });
  });
});

describe.each(places)('names that two take at once $where', ({ open }) => {
  it("are the caller's, and the hosted actor fails", async () => {
    await using place = open();
    using street = openStreet(place.load('named'));
    const office = street.open('office', {}, 'the office');
    const neighbour = street.open('neighbour');
    await settled([office, neighbour]);
    office.send({ type: 'PUT_UP', name: 'kiosk' });
    street.actor.send({ type: 'PUT_UP', name: 'kiosk' });
    const kiosk = street.at('kiosk');
    expect(await watch(office)).toMatchObject({
      type: 'failed',
      error: { code: 'SYSTEM_ID_TAKEN', details: { systemId: 'kiosk', actor: 'office' } },
    });
    const [error] = street.errors as [Error];
    expect(error.message).toMatch(
      /^Cannot let 'office' on '[^']+' name an actor 'kiosk': another took that systemId at the same time\. Give each a systemId of its own\.$/,
    );
    expect(street.at('kiosk')).toBe(kiosk);
    expect(street.names()).toEqual(['kiosk', 'the street']);
    expect(await ring(neighbour, 'kiosk')).toEqual({ type: 'ANSWER', by: 'kiosk' });
  });
});

describe('names that two hosted actors take at once', () => {
  it('are of the one whose word came first, and the other fails', async () => {
    await using threads = createThreads({ size: 2 });
    using street = openStreet(threads.import<Named>(urlOf('named')));
    const offices = [street.open('a'), street.open('b')];
    await settled(offices);
    for (const office of offices) office.send({ type: 'PUT_UP', name: 'kiosk' });
    await until('one has failed', () => street.errors.length > 0);
    expect(street.errors).toMatchObject([{ code: 'SYSTEM_ID_TAKEN' }]);
    const [loser] = offices.filter((office) => (office.getSnapshot() as Snapshot<unknown>).status === 'error');
    const [winner] = offices.filter((office) => office !== loser) as [AnyActorRef];
    expect(await ring(winner, 'kiosk')).toEqual({ type: 'ANSWER', by: 'kiosk' });
    expect(street.names()).toEqual(['kiosk', 'the street']);
  });
});

describe('names on a memory host in its sync mode', () => {
  it('are known within the call', async () => {
    await using place = atOnce.open();
    using street = openStreet(place.load('named'));
    const office = street.open(
      'office',
      { desks: ['front desk'], calls: 'the street', from: street.actor },
      'the office',
    );
    expect(street.names()).toEqual(['front desk', 'the office', 'the street']);
    office.send({ type: 'PUT_UP', name: 'back desk' });
    expect(street.names()).toEqual(['back desk', 'front desk', 'the office', 'the street']);
    office.send({ type: 'TAKE_AWAY', name: 'front desk' });
    expect(street.names()).toEqual(['back desk', 'the office', 'the street']);
    office.send({ type: 'RING', name: 'back desk', from: street.actor });
    expect(street.answers).toEqual(['back desk']);
    street.actor.send({ type: 'SHUT', name: 'office' });
    expect(street.names()).toEqual(['the street']);
  });
});

describe('names across threads', () => {
  it('are free when their thread has died', async () => {
    const { doomedOffice } = inThread<typeof import('./fixtures/doomed.ts')>(urlOf('doomed'));
    const parent = setup({ actors: { doomedOffice } }).createMachine({
      invoke: { src: 'doomedOffice', id: 'doomed', systemId: 'the doomed', onError: '.alone' },
      initial: 'together',
      states: { together: {}, alone: {} },
    });
    using actor = run(parent);
    const doomed = actor.getSnapshot().children['doomed'] as AnyActorRef;
    await settled(doomed);
    expect(Object.keys(actor.system.getAll()).toSorted()).toEqual(['doomed desk', 'the doomed']);
    doomed.send({ type: 'EXIT' });
    expect(await watch(doomed)).toMatchObject({ type: 'failed', error: { code: 'THREAD_DIED' } });
    expect(actor.system.getAll()).toEqual({});
  });

  it('reach through a thread that has threads of its own', async () => {
    const { headquarters } = inThread<typeof import('./fixtures/nested.ts')>(urlOf('nested'));
    const parent = setup({ actors: { headquarters, desk: fixtures.named.desk } }).createMachine({
      invoke: [
        { src: 'headquarters', id: 'headquarters', systemId: 'headquarters' },
        { src: 'desk', id: 'reception', systemId: 'reception' },
      ],
    });
    using actor = run(parent);
    const main = actor.getSnapshot().children['headquarters'] as AnyActorRef;
    const names = () => Object.keys(actor.system.getAll()).toSorted();
    await until('the far desk is known', () => names().includes('far desk'));
    const all = ['far desk', 'headquarters', 'reception', 'the branch'];
    expect(names()).toEqual(all);
    // headquarters pass it on to the branch
    expect(await askAny(main, (replyTo) => ({ type: 'WHO_IS_THERE', replyTo }))).toEqual({
      type: 'THERE_ARE',
      names: all,
    });
    expect(await ring(main, 'reception')).toEqual({ type: 'ANSWER', by: 'reception' });
    expect(await callOf(actor.system.get('far desk') as AnyActorRef)).toEqual({ type: 'ANSWER', by: 'far desk' });
    expect(await ring(actor.system.get('the branch') as AnyActorRef, 'far desk')).toEqual({
      type: 'ANSWER',
      by: 'far desk',
    });
    main.send({ type: 'CLOSE' });
    await until('the branch is closed', () => names().length === 2);
    expect(names()).toEqual(['headquarters', 'reception']);
    actor.stop();
    await settled(main);
  });
});

describe('names over a link', () => {
  it('cost nothing where there are none, and are told once each', async () => {
    await using here = createBus({ name: 'here' });
    await using there = createBus({ name: 'there' });
    const { office, frames } = await openLink(here, there);
    using parent = run(setup({ actors: { office } }).createMachine({ invoke: { src: 'office', id: 'office' } }));
    const actor = parent.getSnapshot().children['office'] as AnyActorRef;
    await settled(actor);
    expect(frames()).toEqual(['hello', 'hello', 'start input parent', 'settle', 'step whole fields', 'settled']);
    actor.send({ type: 'PUT_UP', name: 'kiosk' });
    await settled(actor);
    expect(frames()).toEqual(['events', 'settle', 'step name fields', 'settled']);
    actor.send({ type: 'TAKE_AWAY', name: 'kiosk' });
    await settled(actor);
    expect(frames()).toEqual(['events', 'settle', 'step name', 'settled']);
  });

  it('are told to a hosted actor by one frame each, and not when it goes', async () => {
    await using here = createBus({ name: 'here' });
    await using there = createBus({ name: 'there' });
    const { office: logic, frames } = await openLink(here, there);
    using street = openStreet({ office: logic });
    await settled(street.open('office', {}, 'the office'));
    expect(frames()).toEqual(['hello', 'hello', 'start input parent names', 'settle', 'step whole fields', 'settled']);
    street.actor.send({ type: 'PUT_UP', name: 'kiosk' });
    street.actor.send({ type: 'TAKE_AWAY', name: 'kiosk' });
    const office = street.child('office');
    await settled(office);
    expect(frames()).toEqual(['name systemId actor', 'name', 'settle', 'settled']);
    office.send({ type: 'PUT_UP', name: 'desk' });
    await settled(office);
    frames();
    street.actor.send({ type: 'SHUT', name: 'office' });
    await settled(office);
    expect(frames()).toEqual(['stop', 'ended']);
  });

  it('are told again when a packet was lost', async () => {
    await using here = createBus({ name: 'here' });
    await using there = createBus({ name: 'there' });
    const { office, packets, lose } = await openLink(here, there);
    using street = openStreet({ office });
    street.actor.send({ type: 'PUT_UP', name: 'old kiosk' });
    const actor = street.open('office', { desks: ['old desk'] }, 'the office');
    await settled(actor);
    // the caller's word is lost, and then the office's
    lose(1);
    street.actor.send({ type: 'TAKE_AWAY', name: 'old kiosk' });
    street.actor.send({ type: 'PUT_UP', name: 'kiosk' });
    await until('it is lost', () => packets.at(-1) === 'lost');
    // whatever comes next shows the gap
    await settled(actor);
    expect(await street.namesAt(actor)).toEqual(['kiosk', 'old desk', 'the office', 'the street']);
    lose(2);
    actor.send({ type: 'TAKE_AWAY', name: 'old desk' });
    actor.send({ type: 'PUT_UP', name: 'desk' });
    await until('it is lost', () => packets.at(-1) === 'lost');
    await settled(actor);
    expect(street.names()).toEqual(['desk', 'kiosk', 'the office', 'the street']);
  });
});

describe('a hosted root that is started again elsewhere', () => {
  it('has no names of its earlier life, whose last words come late', async () => {
    await using here = createBus({ name: 'here' });
    await using first = createBus({ name: 'first' });
    await using second = createBus({ name: 'second' });
    const held: (() => void)[] = [];
    let isHeld = false;
    const late = createMemoryLink({ schedule: (deliver) => (isHeld ? held.push(deliver) : queueMicrotask(deliver)) });
    const free = [first, second].map((there, index) => {
      const [up, down] = index === 0 ? late : createMemoryLink();
      const route = here.connect(up, { node: `${there.name}@1`, as: 'child' });
      hostActors(there, () => fixtures.named.office);
      void there.join(down);
      return { route, leave: async () => {} };
    });
    const logic = createHosted({ bus: here, source: '', name: 'office', place: () => free.shift() as never });
    const actor = createActor(logic).start();
    const before = (await settled(actor)) as Snapshot<unknown>;
    isHeld = true;
    actor.send({ type: 'PUT_UP', name: 'kiosk' });
    await until('the event waits', () => held.length > 0);
    for (const deliver of held.splice(0)) deliver();
    await until('the name is told', () => held.length > 0);
    actor.stop();
    await turns();
    // as React resets it
    Object.assign(actor, { _processingStatus: 0, _snapshot: before });
    actor.start();
    await settled(actor);
    isHeld = false;
    for (const deliver of held.splice(0)) deliver();
    await turns();
    expect(actor.system.getAll()).toEqual({});
    actor.send({ type: 'PUT_UP', name: 'kiosk' });
    expect((await settled(actor)) as Snapshot<unknown>).toMatchObject({ status: 'active' });
    expect(Object.keys(actor.system.getAll())).toEqual(['kiosk']);
    actor.stop();
  });
});

/** An office behind a link between two buses, what travels on the link, and a way to lose of that the packet after so many. */
async function openLink(here: Bus, there: Bus) {
  const packets: unknown[] = [];
  let countdown = 0;
  const [up, down] = createMemoryLink().map((link): Link => ({
    ...link,
    post(packet, transfer) {
      countdown -= 1;
      packets.push(countdown === 0 ? 'lost' : structuredClone(packet));
      if (countdown !== 0) link.post(packet, transfer);
    },
  })) as [Link, Link];
  const route = here.connect(up, { node: 'there@1', as: 'child' });
  await there.join(down);
  hostActors(there, (_, name) => fixtures.named[name as keyof Named]);
  const office = createHosted({
    bus: here,
    source: '',
    name: 'office',
    place: () => ({ route, leave: async () => {} }),
  }) as Named['office'];
  /** What has travelled since the last look, by type; of a step also what was put out, of a value that is no plain JSON its keys. */
  const frames = () => packets.splice(0).flatMap((packet) => parsePacket(packet).frames.map(kindsOf));
  return { office, packets, frames, lose: (which: number) => void (countdown = which) };
}

function kindsOf(frame: RawFrame): string {
  const { type, out = [], tagged = {} } = frame as { type: string; out?: readonly { type: string }[]; tagged?: object };
  return [type, ...out.map((output) => output.type), ...Object.keys(tagged)].join(' ');
}
