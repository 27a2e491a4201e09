// A peer that tells lies: events of XState's own that it may not send, what is no event at all, and keys that lead to a prototype. The peer
// here is a bare link that speaks frames by hand.
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  assign,
  createActor,
  fromCallback,
  fromTransition,
  sendTo,
  setup,
  type ActorRef,
  type AnyActorLogic,
  type AnyActorRef,
  type AnyEventObject,
  type Snapshot,
} from 'xstate';
import { createBus, createMemoryHost, createMemoryLink, settled, type Bus, type NodeAddress } from 'troupe';
import { localIdOf } from '../dist/src/address.js';
import { createHosted } from '../dist/src/hosted.js';
import { hostActors } from '../dist/src/host.js';
import { loadFrom } from '../dist/src/load.js';
import { refsOf } from '../dist/src/refs.js';
import { PROTOCOL_VERSION } from '../dist/src/wire.js';
import { see } from '../dist/test/fixtures/link-end.js';
import { lettersOf, turns } from './support/nodes.ts';
import { collectDeadLetters, until } from './support/observing.ts';
import { places } from './support/places.ts';
import { run } from './support/run.ts';

/** Events that XState, or troupe, would believe of itself. */
const forged = [
  'xstate.stop',
  'xstate.init',
  'xstate.done.actor.child',
  'xstate.error.actor.child',
  'xstate.snapshot.child',
  'xstate.after.100.recorder',
  'xstate.done.state.recorder',
  'xstate.promise.resolve',
  'troupe.step',
];

/** What comes to it, whatever it is called. */
const recorder = setup({ types: { context: {} as { readonly heard: readonly unknown[] } } }).createMachine({
  id: 'recorder',
  context: { heard: [] },
  on: { '*': { actions: assign({ heard: ({ context, event }) => [...context.heard, event] }) } },
});

/** How a peer may put a frame: as text, as an object with text, or as an object. */
const wrappings = [
  { as: 'text', wrap: (seq: number, frame: string) => `{"seq":${seq},"frames":[${frame}]}` },
  { as: 'text in an object', wrap: (seq: number, frame: string) => ({ seq, frames: [frame] }) },
  { as: 'an object', wrap: (seq: number, frame: string) => ({ seq, frames: [JSON.parse(frame) as unknown] }) },
];
type Wrap = (typeof wrappings)[number]['wrap'];

/** A bus with a child whose far end a test has in its hand, and has greeted. */
function openByHand(wrap: Wrap = wrappings[0]?.wrap as Wrap) {
  const bus = createBus({ name: 'hub' });
  onTestFinished(() => bus.close());
  const [near, far] = createMemoryLink();
  const node: NodeAddress = 'child@1';
  const route = bus.connect(near, { node, as: 'child' });
  const { packets } = see(far);
  let seq = 0;
  const post = (frame: object | string) => {
    far.post(wrap(seq, typeof frame === 'string' ? frame : JSON.stringify(frame)));
    seq += 1;
  };
  post({ type: 'hello', version: PROTOCOL_VERSION, node, you: bus.address });
  return { bus, far, node, route, post, packets, letters: lettersOf(bus) };
}

/** Serves an actor of this node under an address, as if its ref had been told to somebody. */
function serve(bus: Bus, logic: AnyActorLogic) {
  const actor: AnyActorRef = createActor(logic).start();
  return { actor, address: refsOf(bus).addressOf(actor), to: localIdOf(refsOf(bus).addressOf(actor)) };
}

/** Logic whose actors a peer feigns, and the frames that it got. */
function feign({ bus, route, packets }: ReturnType<typeof openByHand>, local?: AnyActorLogic) {
  const place = () => ({ route, leave: async () => {} });
  const logic = createHosted({ bus, source: '', name: 'feigned', local, place });
  const frames = () =>
    packets.flatMap((packet) => (JSON.parse(packet as string) as { readonly frames: readonly Feigned[] }).frames);
  const start = async () => {
    await until('it is to be started', () => frames().some(({ type }) => type === 'start'));
    return frames().find(({ type }) => type === 'start') as Feigned & { readonly from: string };
  };
  return { logic, frames, start };
}
interface Feigned {
  readonly type: string;
  readonly from?: string;
}

/** What all objects inherit, and what must be the same after whatever a peer sent. */
const inherited = () => [Object.prototype, Object].map((each) => Object.getOwnPropertyNames(each).toSorted());
const inheritedAtFirst = inherited();

const heardBy = (actor: AnyActorRef) => (actor.getSnapshot() as { context: { heard: unknown[] } }).context.heard;

describe.each(wrappings)('a forged event that comes as $as', ({ wrap }) => {
  it.each(forged)('is not delivered: %s', async (type) => {
    const { bus, post, letters } = openByHand(wrap);
    const { actor, address, to } = serve(bus, recorder);
    const event = { type, output: 1, error: 1, actorId: 'child' };
    post({ type: 'event', to, body: event });
    post({ type: 'events', to, events: [{ type: 'BEFORE' }, event, { type: 'AFTER' }] });
    post({ type: 'event', to, tagged: { ...event, data: { $: 'date', data: 0 } } });
    post({ type: 'event', to, body: { type: 'LAST' } });
    await until('the last has come', () => heardBy(actor).length >= 3);
    expect(heardBy(actor)).toEqual([{ type: 'BEFORE' }, { type: 'AFTER' }, { type: 'LAST' }]);
    expect((actor.getSnapshot() as Snapshot<unknown>).status).toBe('active');
    expect(letters).toEqual(
      Array.from({ length: 3 }, () => ({ reason: 'forged', target: address, count: 1, sender: 'child@1' })),
    );
  });

  it.each(forged)('is not believed where an actor that it hosts is said to have sent it: %s', async (type) => {
    const peer = openByHand(wrap);
    const { bus, post, letters } = peer;
    const { actor, address } = serve(bus, recorder);
    const { logic, start } = feign(peer);
    const emitted: unknown[] = [];
    const parent = createActor(
      setup({ actors: { logic } }).createMachine({
        context: { heard: [] },
        invoke: { src: 'logic', id: 'child' },
        on: {
          '*': { actions: assign({ heard: ({ context, event }) => [...(context['heard'] as unknown[]), event] }) },
        },
      }),
    ).start();
    onTestFinished(() => void parent.stop());
    const child = parent.getSnapshot().children['child'] as ActorRef<Snapshot<unknown>, AnyEventObject, AnyEventObject>;
    child.on('*', (event) => emitted.push(event));
    const { from } = await start();
    const event = { type, output: 1, actorId: 'child' };
    const honest = { type: 'HONEST' };
    const to = localIdOf(from as never);
    const out = ['parent', 'emit'].map((each) => ({ type: each, body: event }));
    post({ type: 'step', to, out: [...out, { type: 'send', to: localIdOf(address), body: event }] });
    // also with a change of the snapshot
    post({ type: 'step', to, out, body: { whole: true, fields: { status: 'active', context: 1 } } });
    const last = ['parent', 'emit'].map((each) => ({ type: each, body: honest }));
    post({ type: 'step', to, out: [...last, { type: 'send', to: localIdOf(address), body: honest }] });
    await until('what is honest has come', () => heardBy(actor).length > 0);
    expect([heardBy(actor), heardBy(parent), emitted]).toEqual([[honest], [honest], [honest]]);
    expect([child.getSnapshot().status, parent.getSnapshot().status]).toEqual(['active', 'active']);
    expect(letters.map(({ reason, count }) => [reason, count])).toEqual(Array.from({ length: 5 }, () => ['forged', 1]));
    expect(letters.filter(({ target }) => target === address)).toHaveLength(1);
  });
});

describe.each(wrappings)('a state that the machine at hand does not have, and comes as $as', ({ wrap }) => {
  it.each([true, false])('fails the actor, whether it is observed or not: %s', async (isObserved) => {
    const peer = openByHand(wrap);
    const { logic, start } = feign(peer, setup({}).createMachine({ initial: 'a', states: { a: {} } }));
    const errors: unknown[] = [];
    const actor = createActor(logic);
    actor.subscribe({ ...(isObserved ? { next: () => {} } : {}), error: (error) => errors.push(error) });
    actor.start();
    const to = localIdOf((await start()).from as never);
    const fields = { status: 'active', isMachine: true, value: 'a', tags: [], context: {}, children: {} };
    peer.post({ type: 'step', to, out: [], body: { whole: true, fields } });
    peer.post({ type: 'step', to, out: [], body: { fields: { value: 'nowhere' } } });
    await until('it has failed', () => errors.length > 0);
    expect(errors).toMatchObject([{ message: expect.stringContaining('nowhere') as string }]);
    expect(actor.getSnapshot()).toMatchObject({ status: 'error', error: errors[0] });
    await until('the one elsewhere is stopped', () => String(peer.packets.at(-1)).includes('"stop"'));
  });
});

describe.each(wrappings)('what is no event, and comes as $as', ({ wrap }) => {
  it.each(['null', '1', '"STOP"', '[]', '{}', '{"type":1}', '{"type":null}'])('harms nobody: %s', async (event) => {
    const { bus, post, letters } = openByHand(wrap);
    const { actor, address, to } = serve(bus, recorder);
    post(`{"type":"event","to":"${to}","body":${event}}`);
    post(`{"type":"events","to":"${to}","events":[${event},{"type":"LAST"}]}`);
    await until('the last has come', () => heardBy(actor).length > 0);
    expect(heardBy(actor)).toEqual([{ type: 'LAST' }]);
    expect(letters).toEqual(
      Array.from({ length: 2 }, () => ({ reason: 'unreadable', target: address, count: 1, sender: 'child@1' })),
    );
  });

  it.each([
    { type: 'unreadable', error: { code: 'ACTOR_DOWN' } },
    { type: 'no such frame' },
    { type: '__proto__' },
    { type: 'event', to: 4 },
    { type: 'observe', wish: true },
    { type: 'watch', from: { length: 1 } },
    { type: 'start', session: 1, from: 'child@1/eye', source: '', name: 'a', id: 'a' },
    { type: 'steps', steps: { length: 1 } },
    { type: 'publish' },
    { type: 'introduction', for: 'hub@1' },
  ])('is told as a loss where it is no frame at all: $type', async (frame) => {
    const { bus, node, post, letters } = openByHand(wrap);
    const { actor, to } = serve(bus, recorder);
    post({ ...(frame.type === 'publish' || frame.type === 'introduction' ? {} : { to }), ...frame });
    post({ type: 'event', to, body: { type: 'LAST' } });
    await until('the last has come', () => heardBy(actor).length > 0);
    expect(letters).toMatchObject([{ reason: 'unreadable', target: node, count: 1, error: { code: 'BAD_FRAME' } }]);
  });

  it('is told as a loss where it should be a list of events, and what the actor says later still comes', async () => {
    const peer = openByHand(wrap);
    const { bus, node, post, letters, packets } = peer;
    const talker = fromTransition((count: number, event: AnyEventObject) => count + (event.type === 'ADD' ? 1 : 0), 0);
    const { to } = serve(bus, talker);
    post({ type: 'observe', to, from: `${node}/eye`, wish: true });
    post({ type: 'events', to, events: 7 });
    post({ type: 'event', to, body: { type: 'ADD' } });
    await until('it is told', () => packets.some((packet) => String(packet).includes('"context":1')));
    expect(letters).toMatchObject([{ reason: 'unreadable', error: { code: 'BAD_FRAME' } }]);
  });
});

describe.each(places)("an event of XState's own that is sent to a hosted actor $where", ({ open }) => {
  it.each(forged)('is refused at the call: %s', async (type) => {
    await using place = open();
    using dead = collectDeadLetters();
    const { keeper } = place.load('pen-pals');
    const actor = createActor(keeper, { id: 'Bob' }).start();
    expect(() => actor.send({ type } as never)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringMatching(
          new RegExp(`^Cannot send '${type}' to 'Bob': .* Give the event a type of your own\\.$`),
        ) as string,
        details: { actor: 'Bob', event: type },
      }),
    );
    actor.send({ type: 'KEEP', things: 1 });
    expect((await settled(actor)).context.things).toBe(1);
    expect(dead.letters).toEqual([]);
  });

  it('is, from inside an action, a dead letter and an error in the mailbox of its sender', async () => {
    await using place = open();
    using dead = collectDeadLetters();
    const { keeper } = place.load('pen-pals');
    const target = createActor(keeper, { id: 'target' }).start();
    const errors: unknown[] = [];
    using sender = run(
      setup({}).createMachine({
        on: {
          SEND: {
            actions: [sendTo(target, { type: 'xstate.stop' } as never), () => errors.push('the rest of its effects')],
          },
          'xstate.error.actor.*': { actions: ({ event }) => errors.push(event['error']) },
        },
      }),
    );
    sender.send({ type: 'SEND' });
    expect(errors).toMatchObject(['the rest of its effects', { code: 'INVALID_ARGUMENT' }]);
    expect(dead.letters).toMatchObject([{ reason: 'forged', count: 1 }]);
    target.send({ type: 'KEEP', things: 1 });
    expect((await settled(target)).context.things).toBe(1);
  });
});

describe('xstate.route', () => {
  it('is an event like any other', async () => {
    await using host = createMemoryHost();
    const { routed } = host.import({
      routed: setup({}).createMachine({
        initial: 'one',
        states: { one: { id: 'one' }, two: { id: 'two', route: {} } },
      }),
    });
    const actor = createActor(routed).start();
    actor.send({ type: 'xstate.route', to: '#two' });
    expect((await settled(actor)).value).toBe('two');
  });
});

describe.each(wrappings)('keys that lead to a prototype, in what comes as $as', ({ wrap }) => {
  /** JSON text with such keys, and a list as the tagged tree has it. */
  const evil = '"__proto__":{"polluted":1},"constructor":{"polluted":1,"prototype":{"polluted":1}}';
  const evilList =
    '{"$":"object","data":["type","LAST","__proto__",{"polluted":1},"constructor",{"prototype":{"polluted":1}}]}';

  it('are data in an event', async () => {
    const { bus, post } = openByHand(wrap);
    const { actor, to } = serve(bus, recorder);
    post(`{"type":"event","to":"${to}","body":{"type":"E",${evil}},${evil}}`);
    post(`{"type":"events","to":"${to}","events":[{"type":"E","deep":{${evil}}}],${evil}}`);
    post(`{"type":"event","to":"${to}","tagged":{"type":"E","at":{"$":"date","data":0},${evil}}}`);
    post(`{"type":"event","to":"${to}","tagged":${evilList}}`);
    await until('the last has come', () => heardBy(actor).length === 4);
    for (const event of heardBy(actor) as Record<string, unknown>[]) {
      expect(Object.getPrototypeOf(event)).toBe(Object.prototype);
      expect(event['polluted']).toBeUndefined();
    }
    expect(inherited()).toEqual(inheritedAtFirst);
  });

  it('are data in the patches of a snapshot', async () => {
    const peer = openByHand(wrap);
    const { logic, start } = feign(peer);
    const actor = createActor(logic).start();
    const { from } = await start();
    const to = localIdOf(from as never);
    const step = (patch: string) => peer.post(`{"type":"steps","to":"${to}","steps":[${patch}]}`);
    step(
      `{"whole":true,"fields":{"status":"active","isMachine":true,"value":"a","tags":[],"context":{"n":0}},${evil}}`,
    );
    step(`{"set":{"n":1,${evil}},"unset":["__proto__","toString"],${evil}}`);
    step(`{"fields":{"meta":{${evil}},${evil}},"set":{"n":2,"deep":{${evil}}}}`);
    step(`{"set":{"n":3,${evil}},"unset":["constructor"]}`);
    await until('the last has come', () => (actor.getSnapshot() as { context: { n?: number } }).context.n === 3);
    const snapshot = actor.getSnapshot() as unknown as Record<string, unknown> & { matches(value: string): boolean };
    const context = snapshot['context'] as Record<string, unknown>;
    for (const object of [snapshot, context, context['deep'] as object])
      expect(Object.getPrototypeOf(object)).toBe(Object.prototype);
    expect([snapshot['polluted'], context['polluted'], snapshot.matches('a')]).toEqual([undefined, undefined, true]);
    expect(Object.hasOwn(context, 'constructor')).toBe(false);
    actor.stop();
    expect(inherited()).toEqual(inheritedAtFirst);
  });

  it('are data in an input, and no names of exports', async () => {
    const bus = createBus({ name: 'far' });
    onTestFinished(() => bus.close());
    const inputs: unknown[] = [];
    const logic = fromCallback(({ input }) => void inputs.push(input));
    hostActors(bus, loadFrom({ logic }, 'the test'));
    const [near, far] = createMemoryLink();
    const { packets } = see(near);
    const joined = bus.join(far);
    let seq = 0;
    const post = (frame: string) => near.post(wrap(seq++, frame));
    const hello = { type: 'hello', version: PROTOCOL_VERSION, node: 'hub@1', you: 'far@1' };
    post(`${JSON.stringify(hello).slice(0, -1)},"greeting":{"fine":1,${evil}},${evil}}`);
    const greeting = (await joined) as Record<string, unknown>;
    expect([Object.getPrototypeOf(greeting), greeting['polluted']]).toEqual([Object.prototype, undefined]);
    const start = (session: string, name: string, body: string) =>
      post(
        `{"type":"start","to":"$host","session":"${session}","from":"hub@1/eye","source":"","name":"${name}","id":"a","snapshots":"all","wish":true,${body},${evil}}`,
      );
    start('1', 'logic', `"body":{"input":{"a":1,${evil}},${evil}}`);
    start('2', 'logic', `"tagged":{"input":{"a":{"$":"date","data":0},${evil}},${evil}}`);
    for (const name of ['__proto__', 'constructor', 'toString']) start(name, name, '"body":{}');
    const refusals = () =>
      packets
        .map(String)
        .join('')
        .match(/NO_SUCH_EXPORT/g) ?? [];
    await until('all was answered', () => inputs.length === 2 && refusals().length >= 3);
    for (const input of inputs as Record<string, unknown>[]) {
      expect(Object.getPrototypeOf(input)).toBe(Object.prototype);
      expect(input['polluted']).toBeUndefined();
    }
    await turns();
    expect(inherited()).toEqual(inheritedAtFirst);
  });
});

describe('keys that lead to a prototype, in a context', () => {
  it.each(places)('come whole and go again $where', async ({ open }) => {
    await using place = open();
    const { keeper } = place.load('pen-pals');
    const actor = createActor(keeper).start();
    const evil = JSON.parse('{"__proto__":{"polluted":1},"constructor":2,"toString":3}') as object;
    actor.send({ type: 'KEEP', things: evil });
    const { things } = (await settled(actor)).context as { readonly things: Record<string, unknown> };
    expect(Object.keys(things)).toEqual(['__proto__', 'constructor', 'toString']);
    expect([things['polluted'], Object.getPrototypeOf(things)]).toEqual([undefined, Object.prototype]);
    expect(inherited()).toEqual(inheritedAtFirst);
  });

  it('come and go as keys of the context itself', async () => {
    await using host = createMemoryHost();
    const swap = fromTransition(
      (_: object, event: { readonly type: 'BE'; readonly text: string }) => JSON.parse(event.text) as object,
      {},
    );
    const { it: hosted } = host.import({ it: swap });
    const actor = createActor(hosted).start();
    const texts = [
      '{"a":1}',
      '{"a":1,"__proto__":{"polluted":1},"constructor":2,"toString":3}',
      '{"a":1,"__proto__":{"polluted":2},"constructor":2}',
      '{"a":1}',
      '{"a":2,"valueOf":1}',
    ];
    const seen: string[] = [];
    actor.subscribe(({ context }) => seen.push(JSON.stringify(context)));
    for (const text of texts) actor.send({ type: 'BE', text });
    await settled(actor);
    expect(seen.slice(-texts.length)).toEqual(texts);
    expect(Object.getPrototypeOf(actor.getSnapshot().context)).toBe(Object.prototype);
    expect(inherited()).toEqual(inheritedAtFirst);
  });
});
