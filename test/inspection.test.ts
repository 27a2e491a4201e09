// Inspection: whoever inspects the caller's system is shown all that happens in it, wherever its actors run, as one system.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  assign,
  createActor,
  createMachine,
  enqueueActions,
  setup,
  stopChild,
  type Actor,
  type AnyActorLogic,
  type AnyActorRef,
  type InspectionEvent,
} from 'xstate';
import {
  createMemoryHost,
  createMemoryLink,
  createThreads,
  inThread,
  settled,
  type Host,
  type HostedModule,
  type Link,
} from 'troupe';
import { createIncarnation, nodeAddress } from '../dist/src/address.js';
import { hostActors } from '../dist/src/host.js';
import { createHosted } from '../dist/src/hosted.js';
import { createBus } from '../dist/src/refs.js';
import * as inspected from '../dist/test/fixtures/inspected.js';
import { createInspection, describeInspected, idOf, refOf, type Inspection } from './support/inspecting.ts';
import { turns } from './support/nodes.ts';
import { collectDeadLetters, until } from './support/observing.ts';
import { urlOf } from './support/places.ts';

// Threads start slowly on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

type Inspected = typeof inspected;

interface Opened extends AsyncDisposable {
  readonly module: HostedModule<Inspected>;
}

const opened = <TSource>(host: Host<TSource>, source: TSource): Opened => ({
  module: host.import<Inspected>(source),
  [Symbol.asyncDispose]: () => host.close(),
});

const places = [
  { where: 'on a memory host', open: () => opened(createMemoryHost(), inspected) },
  {
    where: 'on a memory host that delivers at once',
    open: () => opened(createMemoryHost({ mode: 'sync' }), inspected),
  },
  { where: 'in a thread', open: () => opened(createThreads({ size: 1 }), urlOf('inspected')) },
] as const;

/** Starts an actor that is inspected; it stops with the test. */
function start(
  logic: AnyActorLogic,
  id: string,
  input?: unknown,
): { readonly ref: AnyActorRef; readonly inspection: Inspection } {
  const inspection = createInspection();
  const ref = createActor(logic, { id, input, inspect: inspection.inspect }).start();
  onTestFinished(() => void ref.stop());
  return { ref, inspection };
}

/** Everything that an office does, one thing after the other. */
const DAY = [
  { type: 'OPEN' },
  { type: 'WRITE', words: 'Dear Sir' },
  { type: 'TELL' },
  { type: 'RING' },
  { type: 'DISMISS' },
  { type: 'CLOSE' },
] as const;

/** Runs an office through its day below a head in this realm. */
async function runDay(office: AnyActorLogic) {
  const { ref: head, inspection } = start(
    createMachine({
      id: 'head',
      invoke: { src: office, id: 'office', input: { name: 'Bob' }, onDone: '.free' },
      initial: 'busy',
      states: { busy: {}, free: {} },
      on: { TOLD: {} },
    }),
    'head',
  );
  const { office: ref } = (head.getSnapshot() as { readonly children: Record<'office', AnyActorRef> }).children;
  const has = (id: string, test: (event: Extract<InspectionEvent, { type: '@xstate.snapshot' }>) => boolean) =>
    until(`'${id}' has come that far`, () =>
      inspection.of('@xstate.snapshot').some((event) => idOf(event.actorRef) === id && test(event)),
    );
  await has('office', () => true);
  for (const event of DAY) {
    ref.send(event);
    // each thing by itself, so that it does not matter how long it takes to arrive
    await has('office', (shown) => shown.event.type === event.type);
    if (event.type === 'OPEN') await has('errand', ({ snapshot }) => snapshot.status === 'done');
  }
  await turns();
  return { inspection, head, office: ref };
}

const twice = (value: unknown) => [value, value];

const isMaking = ({ type }: InspectionEvent) => type === '@xstate.actor';

describe.each(places)('inspection of an actor $where', ({ open }) => {
  it('shows of each actor what would be shown of it at home, in order', async () => {
    const home = await runDay(inspected.office);
    await using place = open();
    const away = await runDay(place.module.office);
    for (const id of ['head', 'office', 'scribe', 'bell', 'errand']) {
      expect(away.inspection.about(id).map(describeInspected)).toEqual(
        home.inspection.about(id).map(describeInspected),
      );
    }
    expect(away.inspection.events).toHaveLength(home.inspection.events.length);
  });

  it('shows one system: each actor once, each by its own label, all below one root', async () => {
    await using place = open();
    const { inspection, head, office } = await runDay(place.module.office);
    const made = inspection.of('@xstate.actor').map(refOf);
    expect(new Set(made.map(idOf))).toEqual(new Set(['bell', 'errand', 'head', 'office', 'scribe']));
    expect(made).toHaveLength(5);
    expect(new Set(made.map(({ sessionId }) => sessionId)).size).toBe(made.length);
    expect(new Set(inspection.events.map(({ rootId }) => rootId))).toEqual(new Set([head.sessionId]));
    for (const event of inspection.about('office')) expect(event.actorRef).toBe(office);
    for (const ref of made) {
      expect(rootOf(ref)).toBe(head);
      expect(parentOf(ref)?.id).toBe(ref === head ? undefined : ref === office ? 'head' : 'office');
      // it stays the same object
      for (const event of inspection.about(ref.id)) expect(event.actorRef).toBe(ref);
    }
  });

  it('shows nothing of how it is done', async () => {
    await using place = open();
    const { inspection } = await runDay(place.module.office);
    const known = new Set(inspection.of('@xstate.actor').map(refOf));
    for (const event of inspection.events) {
      expect(describeInspected(event)).not.toContain('troupe');
      expect(known).toContain(event.actorRef);
      const source = event.type === '@xstate.event' ? event.sourceRef : undefined;
      expect(source === undefined || known.has(source as AnyActorRef)).toBe(true);
    }
  });

  it('shows an actor that was not invoked but started by itself', async () => {
    await using place = open();
    const { ref, inspection } = start(place.module.office, 'office', { name: 'Bob' });
    ref.send({ type: 'OPEN' });
    await until('it has opened', () => inspection.about('errand').length > 3);
    for (const event of inspection.about('office')) expect(event.actorRef).toBe(ref);
    const [scribe] = inspection.about('scribe').map(refOf);
    expect(scribe && parentOf(scribe)).toBe(ref);
    expect(inspection.events.every(({ rootId }) => rootId === ref.sessionId)).toBe(true);
  });

  it('shows each snapshot as the actor has it then', async () => {
    await using place = open();
    const { inspection } = await runDay(place.module.office);
    const written = inspection
      .of('@xstate.snapshot')
      .filter(({ actorRef }) => idOf(actorRef) === 'office')
      .map(
        ({ snapshot }) =>
          (snapshot as unknown as { readonly context: { readonly written: number; readonly name: string } }).context,
      );
    expect(written[0]).toEqual({ written: 0, name: 'Bob' });
    expect(written.at(-1)).toEqual({ written: 1, name: 'Bob' });
    const [scribe] = inspection.about('scribe').map(refOf);
    expect(scribe?.getSnapshot()).toMatchObject({ status: 'stopped', value: 'waiting', context: { written: 1 } });
  });

  it('tells by name what cannot cross, and the actor is none the wiser', async () => {
    await using place = open();
    using dead = collectDeadLetters();
    const { ref, inspection } = start(place.module.hoarder, 'hoarder');
    ref.send({ type: 'HOARD' });
    ref.send({ type: 'HOARD' });
    expect(await settled(ref)).toMatchObject({ status: 'active', context: { kept: 2 } });
    const wraps = () =>
      inspection.of('@xstate.action').flatMap(({ action }) => (action.type === 'wrap' ? [action.params] : []));
    await until(
      'all is shown',
      () => inspection.about('shelf').filter((each) => each.type === '@xstate.snapshot').length === 3,
    );
    expect(wraps()).toEqual(twice({ using: '[function paper]', colour: 'red' }));
    const kept = inspection.of('@xstate.event').filter(({ event }) => event.type === 'KEEP');
    expect(kept.map(({ event }) => event)).toEqual(twice({ type: 'KEEP', thing: '[Socket]' }));
    // the shelf itself got the real thing
    expect(inspection.about('shelf').at(-1)).toMatchObject({ snapshot: { context: 2 } });
    expect(dead.letters).toEqual([]);
  });

  it('reaches a child over there by the ref that is shown of it', async () => {
    await using place = open();
    const { ref, inspection } = start(place.module.office, 'office', { name: 'Bob' });
    ref.send({ type: 'OPEN' });
    await until('the scribe is shown', () => inspection.about('scribe').length > 2);
    const [scribe] = inspection.about('scribe').map(refOf);
    scribe?.send({ type: 'WRITE', words: 'Dear Sir' });
    await until(
      'it has written',
      () =>
        (scribe?.getSnapshot() as { readonly context: { readonly written: number } } | undefined)?.context.written ===
        1,
    );
    const sent = inspection.of('@xstate.event').filter(({ event }) => event.type === 'WRITE');
    expect(sent.map(describeInspected)).toEqual(['@xstate.event scribe from undefined: WRITE']);
    expect(await settled(ref)).toMatchObject({ context: { written: 1 } });
  });

  it('can begin late, cease, and begin again', async () => {
    await using place = open();
    const { ref, inspection: none } = start(place.module.office, 'office', { name: 'Bob' });
    ref.send({ type: 'OPEN' });
    await settled(ref);
    const shown = none.events.length;
    const first = createInspection();
    const subscription = ref.system.inspect(first.inspect);
    ref.send({ type: 'WRITE', words: 'one' });
    await until('it is shown', () => first.about('scribe').some(({ type }) => type === '@xstate.snapshot'));
    expect(none.events.length).toBeGreaterThan(shown);
    subscription.unsubscribe();
    const before = first.events.length;
    ref.send({ type: 'WRITE', words: 'two' });
    await settled(ref);
    await turns();
    expect(first.events).toHaveLength(before);
  });

  it('shows only what happens while somebody looks', async () => {
    await using place = open();
    const ref = createActor(place.module.office as AnyActorLogic, { id: 'office', input: { name: 'Bob' } }).start();
    onTestFinished(() => void ref.stop());
    ref.send({ type: 'OPEN' });
    await settled(ref);
    const looks: Inspection[] = [];
    for (const words of ['one', 'two']) {
      const look = createInspection();
      looks.push(look);
      const subscription = ref.system.inspect(look.inspect);
      ref.send({ type: 'WRITE', words });
      await until('it is shown', () =>
        look.about('office').some((each) => each.type === '@xstate.snapshot' && each.event.type === 'WRITTEN'),
      );
      subscription.unsubscribe();
      ref.send({ type: 'WRITE', words: 'unseen' });
      await settled(ref);
      await turns();
    }
    const [one, two] = looks.map(({ events }) => events.map(describeInspected));
    expect(two).toEqual(one);
    expect(one).toContain('@xstate.event scribe from office: WRITE');
    for (const { look: seen, written } of looks.map((each, index) => ({ look: each, written: 2 * index + 1 }))) {
      const last = seen.about('scribe').findLast((each) => each.type === '@xstate.snapshot');
      expect(last).toMatchObject({ snapshot: { status: 'active', value: 'waiting', context: { written } } });
      expect(parentOf(refOf(last as InspectionEvent))).toBe(ref);
    }
  });

  it('shows a failed actor as failed, last', async () => {
    await using place = open();
    const { ref, inspection } = start(place.module.failure, 'failure');
    const error = new Promise((resolve) => ref.subscribe({ error: resolve }));
    ref.send({ type: 'FAIL' });
    await error;
    await until('it is shown', () =>
      inspection.of('@xstate.snapshot').some(({ snapshot }) => snapshot.status === 'error'),
    );
    const failed = inspection.of('@xstate.snapshot').filter(({ snapshot }) => snapshot.status === 'error');
    expect(failed).toHaveLength(1);
    expect(failed[0]).toMatchObject({ actorRef: ref, snapshot: { error: { name: 'RangeError', message: 'too far' } } });
    expect(inspection.events.at(-1)).toBe(failed[0]);
  });

  it('shows several roots to one inspector, each with what is below it', async () => {
    await using place = open();
    const inspection = createInspection();
    const roots = ['one', 'two', 'three'].map((id) =>
      createActor(place.module.office as AnyActorLogic, {
        id,
        input: { name: id },
        inspect: inspection.inspect,
      }).start(),
    );
    for (const root of roots) {
      onTestFinished(() => void root.stop());
      root.send({ type: 'OPEN' });
    }
    await until(
      'all are open',
      () => inspection.about('errand').filter((each) => each.type === '@xstate.snapshot').length === 6,
    );
    const made = inspection.of('@xstate.actor');
    expect(new Set(made.map((event) => refOf(event).sessionId)).size).toBe(12);
    for (const root of roots) {
      const below = made.filter(({ rootId }) => rootId === root.sessionId);
      expect(below.map((event) => refOf(event).id).toSorted()).toEqual(
        ['bell', 'errand', 'scribe', root.id].toSorted(),
      );
      for (const event of below) expect(rootOf(refOf(event))).toBe(root);
    }
  });
});

describe('inspection of an actor that is told of at once', () => {
  it('shows all in the order in which it happens at home', async () => {
    const home = await runDay(inspected.office);
    await using host = createMemoryHost({ mode: 'sync' });
    const away = await runDay(host.import(inspected).office);
    const inOrder = ({ inspection }: { readonly inspection: Inspection }) =>
      // the children of an actor elsewhere are made when it starts, not when it is made
      inspection.events.filter((event) => !isMaking(event)).map(describeInspected);
    expect(inOrder(away)).toEqual(inOrder(home));
    for (const { inspection } of [home, away]) {
      const made = new Set<unknown>();
      for (const event of inspection.events) {
        if (isMaking(event)) made.add(event.actorRef);
        expect(made).toContain(event.actorRef);
      }
    }
  });

  it('shows a child that ends as soon as it begins', async () => {
    const summer = (logic: AnyActorLogic) => {
      const { ref, inspection } = start(logic, 'pond');
      ref.send({ type: 'SUMMER', count: 3 });
      return inspection.events.map(describeInspected);
    };
    await using host = createMemoryHost({ mode: 'sync' });
    expect(summer(host.import(inspected).pond)).toEqual(summer(inspected.pond));
  });
});

describe('inspection of threads', () => {
  it('shows no effect before its cause', async () => {
    await using host = createThreads({ size: 3 });
    const { passer } = host.import<Inspected>(urlOf('inspected'));
    const HOPS = 300;
    const TOKENS = ['red', 'blue'];
    const ids = ['one', 'two', 'three'];
    for (let run = 0; run < 20; run += 1) {
      const inspection = createInspection();
      let homes = 0;
      const machine = setup({ actors: { passer } }).createMachine({
        id: 'table',
        invoke: ids.map((id) => ({ src: 'passer', id }) as const),
        on: {
          GO: {
            actions: enqueueActions(({ self, enqueue }) => {
              const { children } = self.getSnapshot() as { readonly children: Record<string, AnyActorRef> };
              const ring = ids.map((id) => children[id] as AnyActorRef);
              // more than one, so that all threads have something to tell at any time
              for (const name of TOKENS)
                enqueue.sendTo(ring[0] as AnyActorRef, { type: 'TOKEN', name, hop: 0, last: HOPS, ring, home: self });
            }),
          },
          HOME: { actions: () => void (homes += 1) },
        },
      });
      const table = createActor(machine, { id: 'table', inspect: inspection.inspect });
      using _end = { [Symbol.dispose]: () => void table.stop() };
      table.start();
      const passers = Object.values(table.getSnapshot().children) as AnyActorRef[];
      table.send({ type: 'GO' });
      await until('the tokens are home', () => homes === TOKENS.length);
      await settled(passers);
      for (const name of TOKENS) expect(orderOf(name, inspection.events)).toEqual(orderAtHome(HOPS, ids));
    }
  });

  it('shows the threads of threads as one system with the rest', async () => {
    const { landlord } = inThread<typeof import('./fixtures/landlord.ts')>(urlOf('landlord'));
    const inspection = createInspection();
    const head = createActor(
      createMachine({ id: 'head', invoke: { src: landlord as AnyActorLogic, id: 'landlord' } }),
      {
        id: 'head',
        inspect: inspection.inspect,
      },
    ).start();
    onTestFinished(() => void head.stop());
    const { landlord: ref } = head.getSnapshot().children as Record<'landlord', AnyActorRef>;
    ref.send({ type: 'OPEN' });
    ref.send({ type: 'WRITE', words: 'Dear Sir' });
    ref.send({ type: 'CLOSE' });
    await until('the landlord is told of the end', () =>
      inspection
        .about('landlord')
        .some((each) => each.type === '@xstate.snapshot' && each.event.type === 'xstate.done.actor.office'),
    );
    const made = inspection.of('@xstate.actor').map(refOf);
    expect(new Set(made.map(idOf))).toEqual(new Set(['bell', 'errand', 'head', 'landlord', 'office', 'scribe']));
    expect(made).toHaveLength(6);
    expect(new Set(made.map(({ sessionId }) => sessionId)).size).toBe(6);
    for (const each of made) expect(rootOf(each)).toBe(head);
    expect(new Set(inspection.events.map(({ rootId }) => rootId))).toEqual(new Set([head.sessionId]));
    const [office] = inspection.about('office').map(refOf);
    expect(office && parentOf(office)).toBe(ref);
    const home = createInspection();
    const local = createActor(inspected.office, {
      id: 'office',
      input: { name: 'upstairs' },
      inspect: home.inspect,
    }).start();
    local.send({ type: 'OPEN' });
    local.send({ type: 'WRITE', words: 'Dear Sir' });
    local.send({ type: 'CLOSE' });
    await turns();
    expect(inspection.about('scribe').map(describeInspected)).toEqual(home.about('scribe').map(describeInspected));
    // sent by its parent, where at home it is sent by nobody
    const sent = (each: Inspection) =>
      each
        .about('office')
        .filter(({ type }) => type === '@xstate.microstep')
        .map(describeInspected);
    expect(sent(inspection).filter((line) => !line.includes('errand'))).toEqual(
      sent(home).filter((line) => !line.includes('errand')),
    );
  });

  it('shows an actor as failed whose thread is lost', async () => {
    const { failure } = inThread<Inspected>(urlOf('inspected'));
    const { ref, inspection } = start(failure as AnyActorLogic, 'failure');
    const error = new Promise((resolve) => ref.subscribe({ error: resolve }));
    ref.send({ type: 'CRASH' });
    expect(await error).toMatchObject({ code: 'THREAD_DIED' });
    await turns();
    const last = inspection.about('failure').findLast(({ type }) => type === '@xstate.snapshot');
    expect(last).toMatchObject({ actorRef: ref, snapshot: { status: 'error', error: { code: 'THREAD_DIED' } } });
  });
});

describe('inspection while nobody looks', () => {
  it('costs no frame', async () => {
    const before = await playDay(() => undefined);
    expect(before.filter((frame) => frame.includes('inspect') || frame.includes('seen'))).toEqual([]);
    const after = await playDay((ref) => {
      const look = createInspection();
      const subscription = ref.system.inspect(look.inspect);
      subscription.unsubscribe();
      return look;
    });
    // beside what begins and ceases
    expect(after.filter((frame) => !frame.includes('inspect') && !frame.includes('"observe"'))).toEqual(before);
  });

  it('sends nothing more once nobody does', async () => {
    const { packets, ref } = openOffice();
    const look = createInspection();
    const subscription = ref.system.inspect(look.inspect);
    ref.start();
    ref.send({ type: 'OPEN' });
    await settled(ref);
    expect(packets.some((packet) => packet.includes('"type":"inspect","tagged"'))).toBe(true);
    subscription.unsubscribe();
    await settled(ref);
    const begin = packets.length;
    ref.send({ type: 'WRITE', words: 'one' });
    await settled(ref);
    expect(packets.slice(begin).join()).not.toMatch(/"inspect"|"seen"/);
  });
});

describe('inspection of a root that is stopped', () => {
  it('leaves it stopped, whatever its host still has to tell', async () => {
    await using host = createMemoryHost();
    const counter = setup({}).createMachine({
      context: { count: 0 },
      on: { ADD: { actions: assign({ count: ({ context }) => (context as { count: number }).count + 1 }) } },
    });
    const seen: string[] = [];
    const actor = createActor(host.import({ counter }).counter, {
      inspect(event) {
        if (event.type === '@xstate.snapshot') seen.push(event.snapshot.status);
      },
    }).start();
    await settled(actor);
    actor.send({ type: 'ADD' });
    actor.stop();
    await settled(actor);
    expect(seen).toEqual(['active', 'stopped', 'stopped']);
  });
});

describe('inspection of many', () => {
  it('leaves nothing behind of children that are gone', async () => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    const COUNT = 1000;
    const there: WeakRef<AnyActorRef>[] = [];
    const here: WeakRef<AnyActorRef>[] = [];
    const mayfly = createMachine({
      initial: 'flying',
      entry: ({ self }) => void there.push(new WeakRef(self)),
      states: { flying: { on: { LAND: 'gone' } }, gone: { type: 'final' } },
    });
    const pond = setup({
      types: {
        events: {} as { type: 'SPAWN'; id: string } | { type: `xstate.done.actor.${string}`; actorId: string },
        context: {} as { seen: number },
      },
      actors: { mayfly },
    }).createMachine({
      context: { seen: 0 },
      on: {
        SPAWN: {
          actions: enqueueActions(({ event, enqueue }) => {
            if (event.type !== 'SPAWN') return;
            enqueue.spawnChild('mayfly', { id: event.id });
            enqueue.sendTo(event.id, { type: 'LAND' });
          }),
        },
        'xstate.done.actor.*': {
          actions: [
            assign({ seen: ({ context }) => context.seen + 1 }),
            stopChild(({ event }) => (event as { readonly actorId: string }).actorId),
          ],
        },
      },
    });
    await using host = createMemoryHost();
    const ref = createActor(host.import({ pond }).pond, {
      id: 'pond',
      inspect(event) {
        if (event.type === '@xstate.actor' && refOf(event).id !== 'pond') here.push(new WeakRef(refOf(event)));
      },
    }).start();
    for (let each = 0; each < COUNT; each += 1) {
      ref.send({ type: 'SPAWN', id: `mayfly-${each}` });
      // not all at once: each snapshot holds all children
      if (each % 50 === 0) await settled(ref);
    }
    expect((await settled(ref)).context.seen).toBe(COUNT);
    await turns();
    expect([there.length, here.length]).toEqual([COUNT, COUNT]);
    const alive = (refs: readonly WeakRef<AnyActorRef>[]) => refs.filter((each) => each.deref()).length;
    await until('they are collected', () => {
      gc();
      return alive(there) + alive(here) < 10;
    }).catch(() => {});
    // the last may be held by what still runs
    expect(Math.max(alive(there), alive(here))).toBeLessThan(10);
    ref.stop();
  });
});

// ---- helpers

const parentOf = (ref: AnyActorRef): AnyActorRef | undefined => (ref as { readonly _parent?: AnyActorRef })._parent;

function rootOf(ref: AnyActorRef): AnyActorRef {
  const parent = parentOf(ref);
  return parent ? rootOf(parent) : ref;
}

/** What a token did, in the order shown: where it was sent, and where it was handled. */
function orderOf(name: string, events: readonly InspectionEvent[]): string[] {
  return events.flatMap((each) => {
    if (each.type !== '@xstate.event' && each.type !== '@xstate.microstep') return [];
    const token = each.event as unknown as inspected.Token;
    return token.type === 'TOKEN' && token.name === name ? [`${each.type} ${token.hop} ${idOf(each.actorRef)}`] : [];
  });
}

const orderAtHome = (hops: number, ids: readonly string[]): string[] =>
  Array.from({ length: hops + 1 }, (_, hop) => hop).flatMap((hop) => [
    `@xstate.event ${hop} ${ids[hop % ids.length]}`,
    `@xstate.microstep ${hop} ${ids[hop % ids.length]}`,
  ]);

interface Watched {
  readonly ref: Actor<AnyActorLogic>;
  /** What was posted, either way. */
  readonly packets: readonly string[];
}

/** An office, not yet started, over a link that can be read. */
function openOffice(): Watched {
  const near = createBus({ name: 'near' });
  const far = createBus({ name: 'far' });
  const packets: string[] = [];
  const read = (link: Link): Link => ({
    ...link,
    post(packet, transfer) {
      packets.push(typeof packet === 'string' ? packet : JSON.stringify(packet));
      link.post(packet, transfer);
    },
  });
  const [up, down] = createMemoryLink();
  const route = near.connect(read(up), { node: nodeAddress('far', createIncarnation()), as: 'child' });
  void far.join(read(down));
  hostActors(far, () => inspected.office);
  const logic = createHosted({
    bus: near,
    source: '',
    name: 'office',
    place: () => ({ route, leave: async () => {} }),
  });
  const ref = createActor(logic, { id: 'office', input: { name: 'Bob' } });
  onTestFinished(async () => {
    ref.stop();
    await near.close();
    await far.close();
  });
  return { ref, packets };
}

/** The frames of an office's day; `look` may look at the actor when it has started. */
async function playDay(look: (ref: AnyActorRef) => void): Promise<readonly string[]> {
  const { ref, packets } = openOffice();
  ref.start();
  await settled(ref);
  look(ref);
  for (const event of DAY) {
    if (event.type === 'TELL') continue;
    await settled(ref);
    await turns();
    ref.send(event);
  }
  await settled(ref);
  const frames = packets.flatMap((packet) => (JSON.parse(packet) as { readonly frames: readonly object[] }).frames);
  const known = new Map<string, string>();
  // addresses and labels differ from run to run
  const said = (id: string): string => {
    if (!known.has(id)) known.set(id, `#${known.size}`);
    return known.get(id) as string;
  };
  return frames
    .map((frame) => {
      // what only says that nobody inspects
      const { inspect, ...rest } = frame as { readonly inspect?: boolean };
      return JSON.stringify(inspect ? frame : rest);
    })
    .map((frame) => frame.replaceAll(/(near|far)@[^"/]*/g, said).replaceAll(/"x:\d+"/g, '"x:n"'));
}
