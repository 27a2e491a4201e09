// The collector: what happens in a program, wherever its actors run, as records for whoever looks; and nothing while nobody does.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  assign,
  createActor,
  createMachine,
  fromTransition,
  sendTo,
  setup,
  type Actor,
  type AnyActorLogic,
  type AnyActorRef,
} from 'xstate';
import { createMemoryHost, createThreads, currentBus, inThread, settled, supervise, type Host } from 'troupe';
import { barrier } from 'troupe/actors';
import { createCell } from 'troupe/shared';
import { inject, isInspected } from '../dist/src/taps.js';
import { hasInspectors } from '../dist/src/xstate.js';
import * as inspected from '../dist/test/fixtures/inspected.js';
import { lookAt, messagesOf, openCollector, type Look } from './support/collecting.ts';
import { createInspection } from './support/inspecting.ts';
import { turns } from './support/nodes.ts';
import { urlOf } from './support/places.ts';

// Threads start slowly on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

type Inspected = typeof inspected;

interface Opened {
  readonly office: AnyActorLogic;
  readonly failure: AnyActorLogic;
}

function opened<TSource>(host: Host<TSource>, source: TSource): Opened {
  const { office, failure } = kept(host).import<Inspected>(source);
  return { office: office as AnyActorLogic, failure: failure as AnyActorLogic };
}

/** A host that is closed after the test, when what runs in it was stopped. */
function kept<THost extends { close(): Promise<void> }>(host: THost): THost {
  onTestFinished(() => host.close());
  return host;
}

const places = [
  { where: 'on a memory host', open: () => opened(createMemoryHost(), inspected) },
  {
    where: 'on a memory host that delivers at once',
    open: () => opened(createMemoryHost({ mode: 'sync' }), inspected),
  },
  { where: 'in a thread', open: () => opened(createThreads({ size: 1 }), urlOf('inspected')) },
] as const;

/** Starts a root that is stopped with the test. */
function start(logic: AnyActorLogic, options: object): Actor<AnyActorLogic> {
  const root = createActor(logic, options as never).start();
  onTestFinished(() => void root.stop());
  return root;
}

const counter = setup({
  types: { events: {} as { type: 'ADD' } | { type: 'FAIL' }, context: {} as { count: number } },
}).createMachine({
  id: 'counter',
  context: { count: 0 },
  initial: 'even',
  on: {
    FAIL: {
      actions: () => {
        throw new RangeError('too far');
      },
    },
  },
  states: {
    even: {
      on: { ADD: { target: 'odd', actions: [assign({ count: ({ context }) => context.count + 1 })] } },
    },
    odd: { on: { ADD: { target: 'even', actions: assign({ count: ({ context }) => context.count + 1 }) } } },
  },
});

const headOf = (office: AnyActorLogic) =>
  createMachine({
    id: 'head',
    invoke: { src: office, id: 'office', input: { name: 'Bob' }, onDone: '.free' },
    initial: 'busy',
    states: { busy: {}, free: {} },
    on: { TOLD: {} },
  });

const childOf = (root: AnyActorRef, id: string): AnyActorRef =>
  (root.getSnapshot() as { readonly children: Record<string, AnyActorRef> }).children[id] as AnyActorRef;

const isAt = (look: Look, id: string, event: string) =>
  look.actor(id) !== undefined && look.steps(id).some((each) => each.event === event);

describe.each(places)('a collector of actors $where', ({ open }) => {
  it('tells all that is there when somebody begins to look, idle actors elsewhere too', async () => {
    const place = open();
    const collector = openCollector();
    const head = start(headOf(place.office), { id: 'head', inspect: collector.inspect });
    childOf(head, 'office').send({ type: 'OPEN' });
    await settled(childOf(head, 'office'));
    await turns();
    using look = lookAt(collector);
    await look.until('the scribe is told of', () => look.actor('scribe') !== undefined);
    const office = look.actor('office');
    expect(office).toMatchObject({ kind: 'machine', parent: look.key('head') });
    expect(look.actor('head')).toMatchObject({ kind: 'machine', node: currentBus().address });
    expect(look.actor('scribe')).toMatchObject({ kind: 'machine', parent: look.key('office'), node: office?.node });
    expect(look.actor('bell')).toMatchObject({ kind: 'callback', parent: look.key('office') });
    expect(office?.node).not.toBe(currentBus().address);
    expect(look.steps('office').at(-1)).toMatchObject({ event: '', value: { open: 'fed' } });
    expect(look.steps('scribe')).toMatchObject([{ event: '', value: 'waiting' }]);
    expect(look.snapshots('scribe')).toMatchObject([{ status: 'active', context: { written: 0 } }]);
    const nodes = new Set(look.of('node').map(({ node, up }) => up && node));
    expect(nodes).toContain(currentBus().address);
    expect(nodes).toContain(office?.node);
    // one actor each, wherever it is seen from
    expect(new Set(look.of('actor').map(({ actor }) => actor)).size).toBe(4);
    const machines = look.of('machine').map(({ machine, definition }) => [machine, definition.id]);
    expect(machines.find(([machine]) => machine === look.actor('scribe')?.machine)?.[1]).toBe('scribe');
    expect(machines.find(([machine]) => machine === look.actor('office')?.machine)?.[1]).toBe('office');
    expect(new Set(machines.map(String)).size).toBe(machines.length);
  });

  it('tells each message once, from whom and to whom, with its receipt and the step that it led to', async () => {
    const place = open();
    const collector = openCollector();
    const head = start(headOf(place.office), { id: 'head', inspect: collector.inspect });
    const ref = childOf(head, 'office');
    await settled(ref);
    using look = lookAt(collector);
    ref.send({ type: 'OPEN' });
    await look.until('it is fed', () => isAt(look, 'office', 'xstate.done.actor.errand'));
    ref.send({ type: 'WRITE', words: 'Dear Sir' });
    await look.until('it is written', () => isAt(look, 'office', 'WRITTEN'));
    ref.send({ type: 'TELL' });
    await look.until('it is told', () => isAt(look, 'head', 'TOLD'));
    ref.send({ type: 'CLOSE' });
    await look.until('it is over', () => isAt(look, 'head', 'xstate.done.actor.office'));
    const told = messagesOf(look).map(
      ({ from, to, event, received }) =>
        `${nameOf(look, from)} ${event} ${nameOf(look, to)} ${received ? 'handled' : 'lost'}`,
    );
    expect(told.toSorted(byText)).toEqual(
      [
        'main OPEN office handled',
        'office RING bell handled',
        'bell RANG office handled',
        'errand xstate.done.actor.errand office handled',
        'main WRITE office handled',
        'office WRITE scribe handled',
        'scribe WRITTEN office handled',
        'main TELL office handled',
        'office TOLD head handled',
        'main CLOSE office handled',
        'office xstate.done.actor.office head handled',
      ].toSorted(byText),
    );
    for (const { at, received, message, event } of messagesOf(look)) {
      expect(received?.at).toBeGreaterThanOrEqual(at);
      expect(received?.done).toBeGreaterThanOrEqual(received?.at ?? Infinity);
      expect(look.of('step').find((each) => each.message === message)?.event).toBe(event);
    }
    const written = look.steps('scribe').find(({ event }) => event === 'WRITE');
    expect(written).toMatchObject({
      value: 'waiting',
      transitions: [
        { source: 'scribe.waiting', event: 'WRITE', targets: ['scribe.writing'] },
        { source: 'scribe.writing', event: '', targets: ['scribe.waiting'] },
      ],
    });
    expect(written?.actions).toContain('dip');
    expect(look.of('ended').map(({ actor, how }) => [nameOf(look, actor), how])).toContainEqual(['errand', 'done']);
    await look.until('the office is told to have ended', () =>
      look.of('ended').some(({ actor }) => actor === look.key('office')),
    );
    const ends = look.of('ended').filter(({ actor }) => actor === look.key('office'));
    expect(ends).toMatchObject([{ how: 'done' }]);
    // its last step comes before its end
    expect(look.records.findIndex((each) => each === ends[0])).toBeGreaterThan(
      look.records.findLastIndex((each) => each.type === 'step' && each.actor === look.key('office')),
    );
  });

  it('costs nothing while nobody looks, and again when nobody looks any more', async () => {
    const place = open();
    const collector = openCollector();
    const head = start(headOf(place.office), { id: 'head', inspect: collector.inspect });
    const ref = childOf(head, 'office');
    await settled(ref);
    expect(hasInspectors(head.system)).toBe(false);
    const calls = vi.spyOn(collector, 'inspect');
    const look = lookAt(collector);
    ref.send({ type: 'OPEN' });
    await look.until('it has opened', () => isAt(look, 'office', 'OPEN'));
    expect(isInspected(head)).toBe(true);
    look.stop();
    expect(hasInspectors(head.system)).toBe(false);
    // nothing of it is recorded any more, here or elsewhere
    expect(isInspected(head)).toBe(false);
    await settled(ref);
    await turns();
    const count = look.records.length;
    ref.send({ type: 'WRITE', words: 'unseen' });
    await settled(ref);
    await turns();
    expect(look.records).toHaveLength(count);
    expect(calls).not.toHaveBeenCalled();
    // and somebody else may look
    using again = lookAt(collector);
    await again.until('it is told of again', () => again.actor('scribe') !== undefined);
    expect(again.key('scribe')).toBe(look.key('scribe'));
    expect(again.snapshots('scribe').at(-1)).toMatchObject({ context: { written: 1 } });
  });

  it('tells how an actor failed, once', async () => {
    const place = open();
    const collector = openCollector();
    const root = start(place.failure, { id: 'failure', inspect: collector.inspect });
    root.subscribe({ error: () => {} });
    using look = lookAt(collector);
    root.send({ type: 'FAIL' });
    await look.until('it has ended', () => look.of('ended').length > 0);
    await turns();
    expect(look.of('ended')).toMatchObject([
      { actor: look.key('failure'), how: 'failed', error: 'RangeError: too far' },
    ]);
    expect(messagesOf(look)[0]?.received).toBeDefined();
  });

  it('leaves inspectors of the user undisturbed, and they it', async () => {
    const place = open();
    const collector = openCollector();
    const alone = createInspection();
    const handing = createInspection();
    const roots = [
      start(headOf(place.office), { id: 'head', inspect: collector.inspect }),
      start(headOf(place.office), {
        id: 'other head',
        inspect: (event: never) => {
          handing.inspect(event);
          collector.inspect(event);
        },
      }),
    ];
    const subscription = roots[0]?.system.inspect(alone.inspect);
    expect(roots.map(({ system }) => hasInspectors(system))).toEqual([true, true]);
    const openAll = async () => {
      for (const root of roots) childOf(root, 'office').send({ type: 'TELL' });
      await settled(roots.map((root) => childOf(root, 'office')));
      await turns();
    };
    await openAll();
    const look = lookAt(collector);
    await openAll();
    look.stop();
    await openAll();
    for (const { events } of [alone, handing]) {
      const told = events.filter((each) => each.type === '@xstate.snapshot' && each.event.type === 'TELL');
      expect(told).toHaveLength(3);
      expect(events.some(({ type }) => type.startsWith('@troupe'))).toBe(false);
    }
    expect(look.of('sent').filter(({ event }) => event === 'TELL')).toHaveLength(2);
    subscription?.unsubscribe();
    expect(hasInspectors((roots[0] as AnyActorRef).system)).toBe(false);
  });
});

describe('a collector of several roots', () => {
  it('shows them as one, with the messages between them and the cells that they share', async () => {
    const host = kept(createThreads({ size: 3 }));
    const { passer } = host.import<Inspected>(urlOf('inspected'));
    const collector = openCollector();
    using cell = createCell('a hand to look at', { initial: 2 });
    const ids = ['one', 'two', 'three'];
    const ring = ids.map((id) => start(passer as AnyActorLogic, { id, inspect: collector.inspect }));
    let homes = 0;
    const home = start(createMachine({ id: 'home', on: { HOME: { actions: () => void (homes += 1) } } }), {
      id: 'home',
      inspect: collector.inspect,
    });
    await settled(ring);
    using look = lookAt(collector);
    expect(look.of('cell')).toMatchObject([{ cell: 'a hand to look at', value: 2 }]);
    const HOPS = 500;
    for (const name of ['red', 'blue']) ring[0]?.send({ type: 'TOKEN', name, hop: 0, last: HOPS, ring, home });
    cell.set(5);
    await look.until('the tokens are home', () => homes === 2 && isAt(look, 'home', 'HOME'));
    await look.until('all was told', () => messagesOf(look).every(({ received }) => received));
    const messages = messagesOf(look);
    expect(messages).toHaveLength(2 * (HOPS + 1) + 2);
    expect(new Set(messages.map(({ message }) => message)).size).toBe(messages.length);
    for (const name of ['red', 'blue']) {
      const own = messages.flatMap((each) => {
        const { name: found, hop } = JSON.parse(each.body ?? '{}') as { name?: string; hop?: number };
        return found === name ? [{ ...each, hop: hop ?? -1 }] : [];
      });
      expect(own.map(({ hop }) => hop)).toEqual(Array.from({ length: HOPS + 1 }, (_, hop) => hop));
      for (const [index, { from, to, at, hop, received }] of own.entries()) {
        expect(nameOf(look, to)).toBe(ids[hop % 3]);
        expect(nameOf(look, from)).toBe(hop === 0 ? 'main' : ids[(hop - 1) % 3]);
        expect(received?.at).toBeGreaterThanOrEqual(at);
        // it was this very one: the next is sent in the step that it led to
        const next = own[index + 1]?.at ?? received?.done ?? Number.NaN;
        expect(next).toBeGreaterThanOrEqual(received?.at ?? Infinity);
        expect(next).toBeLessThanOrEqual(received?.done ?? -Infinity);
      }
    }
    const nodes = new Set(ids.map((id) => look.actor(id)?.node));
    expect(nodes.size).toBe(3);
    expect(look.of('cell').at(-1)).toMatchObject({ value: 5 });
    cell.unlink();
    await look.until('the cell is gone', () => look.of('cell').at(-1)?.value === undefined);
  });

  it('tells what plain code of a thread asks, from when it left its thread, and what it is answered', async () => {
    const host = kept(createThreads({ size: 1 }));
    const { student } = host.import<typeof import('../dist/test/fixtures/promising.js')>(
      new URL('../dist/test/fixtures/promising.js', import.meta.url),
    );
    const collector = openCollector();
    const gate = start(barrier, { id: 'gate', input: { parties: 1 }, inspect: collector.inspect });
    const alice = start(student, { id: 'Alice', input: { name: 'Alice', barrier: gate }, inspect: collector.inspect });
    await settled(alice);
    using look = lookAt(collector);
    await look.until('its thread knows that somebody looks', () =>
      look.of('gauges').some(({ node }) => node === look.actor('Alice')?.node),
    );
    alice.send({ type: 'PASS_IT_ON' });
    const arrivals = () => messagesOf(look).filter(({ event, received }) => event === 'READY' && received);
    // it arrives from within a promise, which XState knows nothing of
    await look.until('Alice has arrived twice', () => arrivals().length === 2);
    const home = look.actor('Alice')?.node;
    for (const { from, at, received } of arrivals()) {
      expect(from).toBe(home);
      expect(received?.at).toBeGreaterThan(at);
    }
    // and so is the answer
    const answers = messagesOf(look).filter(({ event }) => event === 'RELEASED');
    expect(answers.map(({ from, to }) => [from, to])).toEqual([
      [look.key('gate'), home],
      [look.key('gate'), home],
    ]);
    expect(look.of('actor').filter(({ id }) => id.startsWith('troupe:'))).toEqual([]);
  });

  it('takes up roots that come while somebody looks, and those that are adopted', async () => {
    const collector = openCollector();
    using look = lookAt(collector);
    const late = start(counter, { id: 'late', inspect: collector.inspect });
    const plain = start(counter, { id: 'plain' });
    plain.send({ type: 'ADD' });
    collector.adopt(plain);
    plain.send({ type: 'ADD' });
    late.send({ type: 'ADD' });
    await look.until('they are told of', () => isAt(look, 'plain', 'ADD') && isAt(look, 'late', 'ADD'));
    expect(look.steps('plain').map(({ event, value }) => [event, value])).toEqual([
      ['', 'odd'],
      ['ADD', 'even'],
    ]);
    expect(look.steps('late').map(({ event }) => event)).toEqual(['xstate.init', 'ADD']);
    expect(look.of('actor').filter(({ id }) => id === 'late')).toHaveLength(1);
    late.stop();
    await look.until('its end is told', () => look.of('ended').length === 1);
    expect(look.of('ended')).toMatchObject([{ actor: look.key('late'), how: 'stopped' }]);
    expect(hasInspectors(plain.system)).toBe(false);
  });

  it('tells anew of one that is begun again', async () => {
    const collector = openCollector();
    const root = start(counter, { id: 'again', inspect: collector.inspect });
    using look = lookAt(collector);
    // as React's bindings do with a component that is tried twice
    const persisted = root.getPersistedSnapshot();
    root.stop();
    await look.until('its end is told', () => look.of('ended').length === 1);
    Object.assign(root, { _processingStatus: 0 });
    (root as unknown as { _initState(snapshot: unknown): void })._initState(persisted);
    root.start();
    root.send({ type: 'ADD' });
    await look.until('it is told of again', () => isAt(look, 'again', 'ADD'));
    await look.until('its snapshot is due', () => JSON.stringify(look.snapshots('again').at(-1)).includes('"count":1'));
    expect(look.of('actor').map(({ actor }) => actor)).toEqual([look.key('again'), look.key('again')]);
  });

  it('keeps nothing of what ended while somebody looks', async () => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    const collector = openCollector();
    const unseen = createActor(createMachine({ id: 'unseen' })).start();
    const teller = start(
      setup({}).createMachine({ id: 'teller', on: { TELL: { actions: sendTo(unseen, ({ event }) => event) } } }),
      { id: 'teller', inspect: collector.inspect },
    );
    using look = lookAt(collector);
    const things = Array.from({ length: 50 }, () => {
      const root = createActor(counter, { inspect: collector.inspect }).start();
      const event = { type: 'TELL', about: {} };
      teller.send(event);
      root.send({ type: 'ADD' });
      root.stop();
      return [new WeakRef<object>(root), new WeakRef<object>(event)];
    });
    await look.until('their ends are told', () => look.of('ended').length === 50);
    await turns();
    gc();
    await turns();
    gc();
    expect(things.filter(([root]) => root?.deref()).length).toBeLessThan(5);
    expect(things.filter(([, event]) => event?.deref()).length).toBeLessThan(5);
  });

  it('shows nothing of the look before', async () => {
    const collector = openCollector();
    const root = start(counter, { id: 'counter', inspect: collector.inspect });
    const look = lookAt(collector);
    const at = performance.now();
    // it waits for a cause that never comes
    inject(
      root,
      { type: '@xstate.snapshot', actorRef: root, event: { type: 'OLD' }, snapshot: root.getSnapshot() },
      { node: 'effect@1', at, after: { node: 'cause@1', at } },
    );
    look.stop();
    using again = lookAt(collector);
    root.send({ type: 'ADD' });
    await again.until('what came after it is told', () => isAt(again, 'counter', 'ADD'));
    expect(again.steps('counter').map(({ event }) => event)).toEqual(['', 'ADD']);
    expect(look.of('step').map(({ event }) => event)).toEqual(['']);
  });

  it('keeps no root alive', async () => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    const collector = openCollector();
    const roots = Array.from({ length: 50 }, () => {
      const root = createActor(counter, { inspect: collector.inspect }).start();
      root.send({ type: 'ADD' });
      return new WeakRef(root);
    });
    await turns();
    gc();
    await turns();
    gc();
    expect(roots.filter((each) => each.deref()).length).toBeLessThan(5);
    using look = lookAt(collector);
    expect(look.of('actor').length).toBeLessThan(5);
  });
});

describe('a collector of threads', () => {
  it('tells all that is there to each who looks, while others do', async () => {
    const host = kept(createThreads({ size: 1 }));
    const { office } = host.import<Inspected>(urlOf('inspected'));
    const collectors = [openCollector(), openCollector()] as const;
    const root = start(office as AnyActorLogic, {
      id: 'office',
      input: { name: 'Bob' },
      inspect: collectors[0].inspect,
    });
    collectors[1].adopt(root);
    await settled(root);
    const everybody = (look: Look) => look.snapshots('scribe').length > 0 && look.actor('bell')?.kind === 'callback';
    using first = lookAt(collectors[0]);
    await first.until('all are told of', () => first.actor('scribe') !== undefined && everybody(first));
    using second = lookAt(collectors[1]);
    await second.until('all are told of', () => second.actor('scribe') !== undefined && everybody(second));
    expect(second.actor('scribe')).toMatchObject({ kind: 'machine', node: first.actor('scribe')?.node });
    first.stop();
    // whoever it is that looks already
    const subscription = root.system.inspect(() => {});
    onTestFinished(() => subscription.unsubscribe());
    second.stop();
    using third = lookAt(collectors[0]);
    await third.until('all are told of', () => third.actor('scribe') !== undefined && everybody(third));
  });

  it('tells of threads below threads', async () => {
    const { landlord } = inThread<typeof import('./fixtures/landlord.ts')>(urlOf('landlord'));
    const collector = openCollector();
    const root = start(landlord as AnyActorLogic, { id: 'landlord', inspect: collector.inspect });
    root.send({ type: 'OPEN' });
    await settled(root);
    using look = lookAt(collector);
    await look.until('the scribe is told of', () => look.actor('scribe') !== undefined);
    root.send({ type: 'WRITE', words: 'Dear Sir' });
    await look.until('it is written', () => isAt(look, 'office', 'WRITTEN'));
    await look.until('its threads fare', () => new Set(look.of('gauges').map(({ node }) => node)).size === 3);
    expect(look.actor('office')).toMatchObject({ parent: look.key('landlord'), kind: 'machine' });
    expect(look.actor('scribe')).toMatchObject({ parent: look.key('office'), node: look.actor('office')?.node });
    const homes = ['landlord', 'office'].map((id) => look.actor(id)?.node);
    expect(new Set([...homes, currentBus().address]).size).toBe(3);
    expect(new Set(look.of('actor').map(({ actor }) => actor)).size).toBe(look.actor('errand') ? 5 : 4);
    const writes = messagesOf(look).filter(({ event }) => event === 'WRITE');
    expect(writes.map(({ from, to }) => [nameOf(look, from), nameOf(look, to)])).toEqual([
      ['main', 'landlord'],
      ['landlord', 'office'],
      ['office', 'scribe'],
    ]);
    expect(writes.every(({ received }) => received)).toBe(true);
  });

  it('tells of a thread that died, of its actors, and of what they did not handle', async () => {
    const { failure, office } = inThread<Inspected>(urlOf('inspected'));
    const collector = openCollector();
    const root = start(failure as AnyActorLogic, { id: 'failure', inspect: collector.inspect });
    const other = start(office as AnyActorLogic, { id: 'office', input: { name: 'Bob' }, inspect: collector.inspect });
    root.subscribe({ error: () => {} });
    await settled([root, other]);
    using look = lookAt(collector);
    await look.until('it is told of', () => look.actor('failure')?.kind === 'machine');
    root.send({ type: 'CRASH' });
    root.send({ type: 'FAIL' });
    await look.until('its end is told', () => look.of('ended').length > 0);
    await look.until('its node is gone', () => look.of('node').some(({ up }) => !up));
    await look.until('the letters have come', () => look.of('dead-letter').length > 0);
    expect(look.of('ended')).toMatchObject([{ actor: look.key('failure'), how: 'failed' }]);
    expect(look.of('ended')[0]?.error).toContain("Lost 'failure'");
    const down = look.of('node').filter(({ up }) => !up);
    expect(down).toMatchObject([{ node: look.actor('failure')?.node }]);
    expect(down[0]?.error).toBeTruthy();
    expect(look.of('dead-letter')).toMatchObject([{ reason: 'maybe-handled', to: look.key('failure'), count: 2 }]);
  });

  it('tells of a restart, wherever its supervisor is', async () => {
    const host = kept(createThreads({ size: 1 }));
    const { hardy, frail } = host.import<typeof import('./fixtures/frail.ts')>(urlOf('frail'));
    const collector = openCollector();
    const roots = [
      start(hardy as AnyActorLogic, { id: 'there', inspect: collector.inspect }),
      start(supervise(frail as AnyActorLogic, { backoff: 0, onFailure: () => {} }), {
        id: 'here',
        inspect: collector.inspect,
      }),
    ];
    await settled(roots);
    using look = lookAt(collector);
    for (const root of roots) {
      root.send({ type: 'ADD' });
      root.send({ type: 'FAIL' });
      root.send({ type: 'ADD' });
    }
    await settled(roots);
    await look.until('both live again', () => new Set(look.of('life').map(({ actor }) => actor)).size === 2);
    await look.until('all was told', () => ['here', 'there'].every((id) => look.snapshots(id).at(-1)?.['context']));
    expect(look.of('life').map(({ life, error }) => [life, error])).toEqual([
      [2, 'RangeError: frail'],
      [2, 'RangeError: frail'],
    ]);
    expect(look.of('ended')).toEqual([]);
    await look.until('what waited was handled', () =>
      ['here', 'there'].every((id) => look.steps(id).filter(({ event }) => event === 'ADD').length === 2),
    );
    // also what came back from the life that failed
    await look.until('nothing waits', () => messagesOf(look).every(({ received }) => received));
    expect(look.of('sent')).toHaveLength(6);
    // and to those who begin to look now
    look.stop();
    using later = lookAt(collector);
    await later.until('the lives are told', () => later.of('life').length >= 2);
    expect(new Set(later.of('life').map(({ actor, life }) => `${nameOf(later, actor)} ${life}`))).toEqual(
      new Set(['there 2', 'here 2']),
    );
  });

  it('measures them while somebody looks', async () => {
    const host = kept(createThreads({ size: 2 }));
    const { office } = host.import<Inspected>(urlOf('inspected'));
    const collector = openCollector();
    const root = start(office as AnyActorLogic, { id: 'office', input: { name: 'Bob' }, inspect: collector.inspect });
    await settled(root);
    using look = lookAt(collector);
    await look.until('each is measured twice', () => {
      const counts = look.of('gauges').map(({ node }) => node);
      return counts.filter((node) => node === look.actor('office')?.node).length >= 2 && new Set(counts).size === 3;
    });
    for (const { delay, busy, heap } of look.of('gauges')) {
      expect(delay.p50).toBeLessThanOrEqual(delay.p99);
      expect(delay.p99).toBeLessThanOrEqual(delay.max);
      expect(busy).toBeGreaterThanOrEqual(0);
      expect(busy).toBeLessThanOrEqual(1);
      expect(heap).toBeGreaterThan(1e6);
    }
    expect(JSON.stringify(look.records)).not.toContain('troupe.inspector');
  });

  it('counts what waits for a busy one', async () => {
    const host = kept(createThreads({ size: 1 }));
    const { office } = host.import<Inspected>(urlOf('inspected'));
    const collector = openCollector();
    const root = start(office as AnyActorLogic, { id: 'office', input: { name: 'Bob' }, inspect: collector.inspect });
    for (let each = 0; each < 10; each += 1) root.send({ type: 'WRITE', words: 'too early' });
    using look = lookAt(collector);
    // sent before its thread has even started
    expect(look.of('mailbox')).toMatchObject([{ actor: look.key('office'), waiting: 10 }]);
    for (let each = 0; each < 5; each += 1) root.send({ type: 'WRITE', words: 'too early' });
    await look.until('nothing waits any more', () => look.of('mailbox').at(-1)?.waiting === 0);
    const counts = look.of('mailbox').map(({ waiting }) => waiting);
    expect(Math.max(...counts)).toBeLessThanOrEqual(15);
    const times = look.of('mailbox').map(({ at }) => at);
    for (const [index, at] of times.slice(1).entries())
      expect(at - (times[index] ?? Number.NaN)).toBeGreaterThanOrEqual(99);
  });
});

describe('what a collector tells of values', () => {
  /** An actor that holds what it is given. */
  const holder = fromTransition(
    (_: unknown, event: { readonly type: string; readonly thing?: unknown }) => event.thing,
    null,
  );

  async function tellOf(thing: unknown, redact?: (key: string) => boolean) {
    const collector = openCollector(redact ? { redact } : {});
    const root = start(holder as AnyActorLogic, { id: 'holder', inspect: collector.inspect });
    using look = lookAt(collector);
    root.send({ type: 'HOLD', thing });
    await look.until('it is told', () => look.snapshots('holder').length > 1);
    const sent = JSON.parse(look.of('sent')[0]?.body ?? '{}') as { readonly thing?: unknown };
    const shown = look.snapshots('holder').at(-1)?.['context'];
    expect(shown).toEqual(sent.thing);
    return shown;
  }

  it('keeps secrets by their keys', async () => {
    const secrets = {
      name: 'Bob',
      password: 'hush',
      'api-key': 'hush',
      nested: [{ authToken: 'hush', cookies: { session: 'hush' } }],
      map: new Map([['client_secret', 'hush']]),
      error: Object.assign(new Error('no'), { credentials: 'hush' }),
    };
    expect(JSON.stringify(await tellOf(secrets))).not.toContain('hush');
    expect(await tellOf(secrets)).toMatchObject({ name: 'Bob', password: '[redacted]' });
    expect(await tellOf({ name: 'Bob', age: 4 }, (key) => key === 'name')).toEqual({ name: '[redacted]', age: 4 });
  });

  it('keeps what a machine begins with out of its definition', async () => {
    const collector = openCollector();
    start(createMachine({ id: 'keeper', context: { hidden: 'hush', password: 'hush' } }), {
      id: 'keeper',
      inspect: collector.inspect,
    });
    using look = lookAt(collector);
    expect(JSON.stringify(look.of('machine'))).not.toContain('hush');
    expect(look.snapshots('keeper')).toMatchObject([{ context: { hidden: 'hush', password: '[redacted]' } }]);
  });

  it('tells readably what JSON lacks', async () => {
    const circle: Record<string, unknown> = { name: 'circle' };
    circle['self'] = circle;
    class Socket {
      readonly open = true;
    }
    const other = start(counter, { id: 'other' });
    expect(
      await tellOf({
        map: new Map<unknown, unknown>([
          ['a', 1],
          [{ b: 2 }, 2],
        ]),
        set: new Set([1]),
        error: new RangeError('too far', { cause: 'wind' }),
        big: 10n,
        nan: Number.NaN,
        date: new Date(0),
        call: function ring() {},
        symbol: Symbol('sign'),
        bytes: new Uint8Array(3),
        socket: new Socket(),
        ref: other,
        list: [undefined],
        circle,
      }),
    ).toEqual({
      map: {
        '[Map of 2]': [
          ['a', 1],
          [{ b: 2 }, 2],
        ],
      },
      set: { '[Set of 1]': [1] },
      error: { '[RangeError]': 'too far', cause: 'wind' },
      big: '10n',
      nan: '[NaN]',
      date: '1970-01-01T00:00:00.000Z',
      call: '[function ring]',
      symbol: '[Symbol(sign)]',
      bytes: '[Uint8Array of 3 bytes]',
      socket: { '[class]': 'Socket', open: true },
      ref: `[actor other ${other.sessionId}]`,
      list: ['[undefined]'],
      circle: { name: 'circle', self: '[circular]' },
    });
  });

  it('is not impressed by hostile ones', async () => {
    const hostile = {
      get trap() {
        throw new Error('a trap');
      },
      json: {
        toJSON() {
          throw new Error('no json');
        },
      },
      proxy: new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error('no keys');
          },
        },
      ),
      fine: 1,
      get worse(): never {
        // oxlint-disable-next-line typescript/only-throw-error -- it is hostile
        throw {
          get message() {
            throw new Error('worse');
          },
          toString() {
            throw new Error('worst');
          },
        };
      },
    };
    expect(await tellOf(hostile)).toEqual({
      trap: '[unreadable] Error: a trap',
      json: '[unreadable] Error: no json',
      proxy: '[unreadable] Error: no keys',
      fine: 1,
      worse: '[unreadable] an error that cannot be read',
    });
  });

  it('cuts what is long, deep or wide', async () => {
    let deep: unknown = 'bottom';
    for (let each = 0; each < 10_000; each += 1) deep = { deep };
    const wide = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`key${index}`, index]));
    const long = 'x'.repeat(1e6);
    const all = Array.from({ length: 1000 }, () => ({ long, wide, deep }));
    const collector = openCollector();
    const root = start(holder as AnyActorLogic, { id: 'holder', inspect: collector.inspect });
    using look = lookAt(collector);
    const begin = performance.now();
    root.send({ type: 'HOLD', all, thing: { deep, wide, long, all } });
    await look.until('it is told', () => look.snapshots('holder').length > 1);
    expect(performance.now() - begin).toBeLessThan(1000);
    expect(look.of('sent')[0]?.body?.length).toBeLessThan(20_000);
    expect(look.of('snapshot').at(-1)?.snapshot.length).toBeLessThan(40_000);
    for (const each of look.of('sent')) expect(() => JSON.parse(each.body ?? '{}') as unknown).not.toThrow();
  });
});

describe('how much a collector tells', () => {
  it('is at most ten snapshots a second of an actor, the latest, and all steps', () => {
    let time = 1000;
    const tasks: (() => void)[] = [];
    const collector = openCollector({
      clock: () => time,
      schedule: (task) => {
        tasks.push(task);
        return () => void tasks.splice(tasks.indexOf(task), 1);
      },
    });
    const root = start(counter, { id: 'counter', inspect: collector.inspect });
    using look = lookAt(collector);
    for (let each = 0; each < 1000; each += 1) {
      root.send({ type: 'ADD' });
      time += 1;
      if (each % 50 === 49) for (const task of tasks.splice(0)) task();
    }
    time += 100;
    for (const task of tasks.splice(0)) task();
    const counts = look.snapshots('counter').map(({ context }) => (context as { readonly count: number }).count);
    expect(counts.length).toBeLessThanOrEqual(12);
    expect(counts.length).toBeGreaterThanOrEqual(10);
    expect(counts.at(-1)).toBe(1000);
    expect(look.steps('counter')).toHaveLength(1001);
    // a batch each time, and the first at once
    expect(look.batches.length).toBeLessThanOrEqual(22);
  });
});

describe('what a collector sends', () => {
  it('goes to the actor of a key, wherever it runs', async () => {
    const host = kept(createThreads({ size: 1 }));
    const { office } = host.import<Inspected>(urlOf('inspected'));
    const collector = openCollector();
    const root = start(office as AnyActorLogic, { id: 'office', input: { name: 'Bob' }, inspect: collector.inspect });
    root.send({ type: 'OPEN' });
    await settled(root);
    const look = lookAt(collector);
    await look.until('the scribe is told of', () => look.actor('scribe') !== undefined);
    collector.send(look.key('scribe'), { type: 'WRITE', words: 'by hand' });
    await look.until('it is written', () => isAt(look, 'office', 'WRITTEN'));
    const write = messagesOf(look).find(({ event }) => event === 'WRITE');
    expect(nameOf(look, write?.from ?? '')).toBe('main');
    expect(write?.received).toBeDefined();
    expect(() => collector.send('x:nobody', { type: 'WRITE' })).toThrow(/Cannot send to 'x:nobody'/);
    expect(() => collector.send(look.key('scribe'), { type: 'xstate.stop' })).toThrow(/only XState/);
    expect(() => collector.look(() => {})).toThrow(/look twice/);
    look.stop();
  });
});

describe('dead letters while somebody looks', () => {
  it('name the actor and the message', async () => {
    const host = kept(createMemoryHost());
    const collector = openCollector();
    const root = start(host.import(inspected).office as AnyActorLogic, {
      id: 'office',
      input: { name: 'Bob' },
      inspect: collector.inspect,
    });
    await settled(root);
    using look = lookAt(collector);
    await look.until('it is told of', () => look.actor('office')?.kind === 'machine');
    root.stop();
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    onTestFinished(() => void vi.restoreAllMocks());
    root.send({ type: 'OPEN' });
    await look.until('it is told', () => look.of('dead-letter').length > 0);
    const [sent] = look.of('sent');
    expect(look.of('dead-letter')).toMatchObject([
      { reason: 'stopped', to: look.key('office'), count: 1, message: sent?.message },
    ]);
  });

  it('do not silence the console of who does not listen', async () => {
    const collector = openCollector();
    start(counter, { id: 'counter', inspect: collector.inspect });
    using look = lookAt(collector);
    expect((currentBus().deadLetters as unknown as { readonly observed: boolean }).observed).toBe(false);
    expect(look.of('dead-letter')).toEqual([]);
  });
});

const byText = (left: string, right: string): number => (left < right ? -1 : 1);

function nameOf(look: Look, key: string): string {
  const actor = look.of('actor').findLast((each) => each.actor === key);
  return actor?.id ?? (key.includes('@') && !key.includes('/') ? (key.split('@')[0] as string) : `unknown ${key}`);
}
