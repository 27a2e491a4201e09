// What must not compile does not, and nothing is silently any.
import { describe, expectTypeOf, it } from 'vitest';
import { createActorContext, useActor, useActorRef, useMachine, useSelector } from '@xstate/react';
import {
  assign,
  createActor,
  setup,
  toPromise,
  waitFor,
  type ActorRefFrom,
  type AnyActorRef,
  type EmittedFrom,
  type EventFromLogic,
  type InputFrom,
  type OutputFrom,
  type SnapshotFrom,
} from 'xstate';
import {
  ask,
  createMemoryHost,
  createThreads,
  inThread,
  serve,
  settled,
  started,
  topic,
  watch,
  type Down,
  type Hosted,
  type Recipient,
} from 'troupe';
import * as counters from './fixtures/counter.ts';
import type * as doors from './fixtures/door.ts';
import type { clerk as plainClerk, Letter, reader, writer } from './fixtures/pen-pals.ts';
import type { Shelf, shop as plainShop } from './fixtures/shop.ts';

const url = new URL('file:///nowhere.js');
const { door } = inThread<typeof doors>(url);
const { counter, doubled, echo, numbers } = inThread<typeof counters>(url);
const { clerk } = inThread<{ readonly clerk: typeof plainClerk }>(url);

describe('the types of an import', () => {
  it('name its exports, and only those that are actor logic', () => {
    // @ts-expect-error -- no such export
    void inThread<typeof doors>(url).window;
    const module = inThread<{ readonly door: typeof doors.door; readonly size: number; readonly make: () => void }>(
      url,
    );
    expectTypeOf(module).toHaveProperty('door');
    expectTypeOf<keyof typeof module>().toEqualTypeOf<'door'>();
    expectTypeOf(door).toEqualTypeOf<Hosted<typeof doors.door>>();
    expectTypeOf(door).not.toBeAny();
  });

  it('are the same from each kind of host', () => {
    const threads = createThreads();
    expectTypeOf(threads.import<typeof doors>(url).door).toEqualTypeOf<Hosted<typeof doors.door>>();
    const host = createMemoryHost();
    expectTypeOf(host.import(counters).counter).toEqualTypeOf<Hosted<typeof counters.counter>>();
    // @ts-expect-error -- threads take its URL, not the module
    void threads.import<typeof counters>(counters);
  });

  it('check the module at hand', () => {
    void inThread<typeof counters>(url, { local: counters, snapshots: 'latest' });
    expectTypeOf(inThread<typeof counters>(url)).not.toBeAny();
    // @ts-expect-error -- not that module
    void inThread<typeof counters>(url, { local: { counter: 1 } });
    // @ts-expect-error -- no such mode
    void inThread<typeof counters>(url, { snapshots: 'some' });
    // @ts-expect-error -- no number
    void createThreads({ size: '2' });
    // @ts-expect-error -- no actor logic
    serve({ counter: 1 });
  });
});

describe('the types of a hosted actor', () => {
  const actor = createActor(door, { input: { owner: 'Ada', code: '1' } });

  it('are those of its input', () => {
    expectTypeOf(actor).not.toBeAny();
    // @ts-expect-error -- a machine with input needs it
    createActor(door);
    // @ts-expect-error -- a wrong one
    createActor(door, { input: { owner: 1, code: '1' } });
    // @ts-expect-error -- one too many
    createActor(door, { input: { owner: 'Ada', code: '1', colour: 'red' } });
    // @ts-expect-error -- not a number
    createActor(doubled, { input: '21' });
  });

  it('are those of its events', () => {
    actor.send({ type: 'VISIT', name: 'Bob' });
    // @ts-expect-error -- no such event
    actor.send({ type: 'KNOCK' });
    // @ts-expect-error -- a wrong payload
    actor.send({ type: 'VISIT', name: 1 });
    // @ts-expect-error -- a payload is missing
    actor.send({ type: 'VISIT' });
    expectTypeOf(actor.send).parameter(0).toEqualTypeOf<doors.DoorEvent>();
    // @ts-expect-error -- no such event of a callback
    createActor(echo).send({ type: 'SHOUT' });
  });

  it('are those of its snapshot', () => {
    const snapshot = actor.getSnapshot();
    expectTypeOf(snapshot).toEqualTypeOf<SnapshotFrom<typeof doors.door>>();
    expectTypeOf(snapshot).not.toBeAny();
    expectTypeOf(snapshot.context).toEqualTypeOf<doors.Door>();
    expectTypeOf(snapshot.output).toEqualTypeOf<{ readonly visits: number } | undefined>();
    snapshot.matches({ standing: { leaf: { closed: 'locked' } } });
    // @ts-expect-error -- no such state
    snapshot.matches('fallen');
    // @ts-expect-error -- no such state within
    snapshot.matches({ standing: { leaf: 'ajar' } });
    // @ts-expect-error -- no such tag
    snapshot.hasTag('green');
    // @ts-expect-error -- no such event
    snapshot.can({ type: 'KNOCK' });
    // @ts-expect-error -- no such key
    void snapshot.context.colour;
    expectTypeOf(createActor(counter).getSnapshot().context).toEqualTypeOf<number>();
    expectTypeOf(createActor(numbers).getSnapshot().context).toEqualTypeOf<number | undefined>();
  });

  it('are those of what it emits', () => {
    actor.on('RANG', (event) => {
      expectTypeOf(event).not.toBeAny();
      expectTypeOf(event.type).toEqualTypeOf<'RANG'>();
      expectTypeOf(event.visitor).toEqualTypeOf<string>();
      // @ts-expect-error -- no such key
      void event.owner;
    });
    // @ts-expect-error -- it emits no such event
    actor.on('BARKED', () => {});
  });

  it('are those of its output, also for a parent', () => {
    expectTypeOf(toPromise(createActor(doubled, { input: 1 }))).toEqualTypeOf<Promise<number>>();
    setup({ actors: { doubled, door } }).createMachine({
      invoke: {
        src: 'doubled',
        input: 1,
        onDone: { actions: ({ event }) => expectTypeOf(event.output).toEqualTypeOf<number>() },
      },
    });
    setup({ actors: { doubled } }).createMachine({
      // @ts-expect-error -- a wrong input
      invoke: { src: 'doubled', input: 'one' },
    });
    setup({ actors: { doubled } }).createMachine({
      // @ts-expect-error -- no such actor
      invoke: { src: 'tripled' },
    });
  });
});

describe('the types of hosted logic', () => {
  it('are what XState takes from the original', () => {
    expectTypeOf<EventFromLogic<typeof door>>().toEqualTypeOf<doors.DoorEvent>();
    expectTypeOf<InputFrom<typeof door>>().toEqualTypeOf<{ readonly owner: string; readonly code: string }>();
    expectTypeOf<OutputFrom<typeof door>>().toEqualTypeOf<OutputFrom<typeof doors.door>>();
    expectTypeOf<EmittedFrom<typeof door>>().toEqualTypeOf<{ readonly type: 'RANG'; readonly visitor: string }>();
    expectTypeOf<SnapshotFrom<typeof door>>().toEqualTypeOf<SnapshotFrom<typeof doors.door>>();
  });

  it('let it stand where the original stands: a child of a machine, invoked or spawned', () => {
    const street = setup({
      types: { context: {} as { readonly second: ActorRefFrom<typeof door> | undefined } },
      actors: { door, counter },
    }).createMachine({
      context: { second: undefined },
      invoke: {
        src: 'door',
        id: 'first',
        input: { owner: 'Ada', code: '1' },
        onSnapshot: {
          actions: ({ event }) => {
            expectTypeOf(event.snapshot.context).toEqualTypeOf<doors.Door>();
            // @ts-expect-error -- no such state
            event.snapshot.matches('fallen');
          },
        },
        onDone: {
          actions: ({ event }) => expectTypeOf(event.output).toEqualTypeOf<{ readonly visits: number }>(),
        },
      },
      entry: [
        assign({
          second: ({ spawn }) => {
            // @ts-expect-error -- a wrong input
            spawn('door', { input: { owner: 1, code: '1' } });
            // @ts-expect-error -- no such actor
            spawn('window');
            const spawned = spawn('door', { input: { owner: 'Bob', code: '2' } });
            expectTypeOf(spawned.getSnapshot().context).toEqualTypeOf<doors.Door>();
            return spawned;
          },
        }),
        ({ context }) => {
          context.second?.send({ type: 'VISIT', name: 'Cyd' });
          // @ts-expect-error -- no such event
          context.second?.send({ type: 'KNOCK' });
        },
      ],
    });
    const { children } = createActor(street).getSnapshot();
    expectTypeOf(children).not.toBeAny();
    children['first']?.send({ type: 'REMOVE' });
  });

  it('fit a parent whose machine was written for the original', () => {
    const plain = setup({ actors: { counter: counters.counter } }).createMachine({
      invoke: { src: 'counter', input: { from: 1 } },
    });
    expectTypeOf(plain.provide({ actors: { counter } })).toEqualTypeOf<typeof plain>();
    // @ts-expect-error -- another logic
    void plain.provide({ actors: { counter: doubled } });
  });

  it('are those of a store', () => {
    const { shop } = inThread<{ readonly shop: typeof plainShop }>(url);
    const actor = createActor(shop, { input: { apples: 1 } });
    expectTypeOf(actor.getSnapshot().context).toEqualTypeOf<Shelf>();
    actor.send({ type: 'sell', count: 1 });
    actor.on('soldOut', (event) => expectTypeOf(event.at).toEqualTypeOf<number>());
    // @ts-expect-error -- a wrong payload
    actor.send({ type: 'sell', count: '1' });
    // @ts-expect-error -- no such event
    actor.send({ type: 'buy' });
    // @ts-expect-error -- a wrong input
    createActor(shop, { input: { apples: '1' } });
  });
});

describe('the types of waiting', () => {
  const actor = createActor(door, { input: { owner: 'Ada', code: '1' } });
  const count = createActor(counter);

  it('give one snapshot, or a tuple of them', () => {
    expectTypeOf(settled(actor)).toEqualTypeOf<Promise<SnapshotFrom<typeof actor>>>();
    expectTypeOf(settled(actor)).resolves.not.toBeAny();
    expectTypeOf(settled([actor, count])).toEqualTypeOf<
      Promise<readonly [SnapshotFrom<typeof actor>, SnapshotFrom<typeof count>]>
    >();
    expectTypeOf(settled([count, count].slice())).resolves.toEqualTypeOf<readonly SnapshotFrom<typeof count>[]>();
    expectTypeOf(started(actor)).toEqualTypeOf<Promise<SnapshotFrom<typeof actor>>>();
    void settled(actor, (snapshot) => snapshot.matches('standing'), { timeout: 1 });
    expectTypeOf(waitFor(actor, (snapshot) => snapshot.hasTag('shut'))).toEqualTypeOf<
      Promise<SnapshotFrom<typeof actor>>
    >();
    // @ts-expect-error -- no such tag
    void waitFor(actor, (snapshot) => snapshot.hasTag('green'));
    // @ts-expect-error -- no such state
    void settled(actor, (snapshot) => snapshot.matches('fallen'));
    // @ts-expect-error -- not a ref
    void settled({});
    expectTypeOf(watch(actor)).toEqualTypeOf<Promise<Down>>();
    // @ts-expect-error -- not a ref
    void watch('Bob');
  });

  it('give the reply that the event declares', () => {
    const asked = createActor(clerk);
    const doubledReply = ask(asked, (replyTo) => ({ type: 'DOUBLE', number: 1, replyTo }));
    expectTypeOf(doubledReply).toEqualTypeOf<Promise<{ readonly type: 'DOUBLED'; readonly number: number }>>();
    expectTypeOf(doubledReply).resolves.not.toBeAny();
    const speltReply = ask(asked, (replyTo) => ({ type: 'SPELL', number: 1, replyTo }));
    expectTypeOf(speltReply).resolves.toEqualTypeOf<{ readonly type: 'SPELT'; readonly letters: readonly string[] }>();
    // @ts-expect-error -- no such event
    void ask(asked, (replyTo) => ({ type: 'TRIPLE', number: 1, replyTo }));
    // @ts-expect-error -- a wrong payload
    void ask(asked, (replyTo) => ({ type: 'DOUBLE', number: 'one', replyTo }));
    // @ts-expect-error -- an event that asks for no reply
    void ask(asked, () => ({ type: 'REST' }));
    // @ts-expect-error -- an actor that can be asked nothing
    void ask(count, (replyTo) => ({ type: 'ADD', amount: 1, replyTo }));
  });
});

describe('the types of refs as data', () => {
  it('say which events they take', () => {
    type Said = { readonly type: 'SAID'; readonly line: string };
    const audience = topic<Said>('audience');
    expectTypeOf(audience.ref).toEqualTypeOf<Recipient<Said>>();
    audience.ref.send({ type: 'SAID', line: 'hi' });
    // @ts-expect-error -- it takes no such event
    audience.ref.send({ type: 'HEARD' });
    // @ts-expect-error -- nor such a payload
    audience.next({ type: 'SAID', line: 1 });
    const asked = createActor(clerk);
    // @ts-expect-error -- the counter takes no DOUBLED
    asked.send({ type: 'DOUBLE', number: 1, replyTo: createActor(counter) });
    expectTypeOf(asked).toExtend<AnyActorRef>();
  });

  it('are those of the actor that they stand for, in a context and in an event', () => {
    interface Desk {
      readonly reader: ActorRefFrom<typeof reader>;
      readonly writers: readonly ActorRefFrom<typeof writer>[];
      readonly audience: Recipient<Letter>;
    }
    const desks = setup({
      types: {
        context: {} as Desk,
        input: {} as Desk,
        events: {} as { readonly type: 'HIRE'; readonly writer: ActorRefFrom<typeof writer> },
      },
    }).createMachine({ context: ({ input }) => input });
    const pals = inThread<{ readonly reader: typeof reader; readonly writer: typeof writer }>(url);
    const { desk } = inThread<{ readonly desk: typeof desks }>(url);
    const [one, other] = [createActor(pals.reader), createActor(pals.writer)];

    // a hosted actor is a ref of its original
    const staffed = createActor(desk, { input: { reader: one, writers: [other], audience: one } });
    staffed.send({ type: 'HIRE', writer: other });
    other.send({ type: 'WRITE', to: one, from: 0, count: 1 });
    // @ts-expect-error -- a reader is no writer
    staffed.send({ type: 'HIRE', writer: one });
    // @ts-expect-error -- a writer takes no letters
    createActor(desk, { input: { reader: one, writers: [], audience: other } });

    const { context } = staffed.getSnapshot();
    expectTypeOf(context.reader).not.toBeAny();
    expectTypeOf(context.reader.getSnapshot().context.inOrder).toEqualTypeOf<boolean>();
    context.reader.send({ type: 'LETTER', number: 1 });
    context.audience.send({ type: 'LETTER', number: 1 });
    context.writers[0]?.send({ type: 'STOP' });
    // @ts-expect-error -- the reader takes no such event
    context.reader.send({ type: 'STOP' });
    // @ts-expect-error -- nor does the audience
    context.audience.send({ type: 'STOP' });
  });
});

describe('the types of React hooks with hosted logic', () => {
  it('are those of useActor', () => {
    const [snapshot, send, ref] = useActor(door, { input: { owner: 'Ada', code: '1' } });
    expectTypeOf(snapshot).toEqualTypeOf<SnapshotFrom<typeof doors.door>>();
    expectTypeOf(snapshot.context).toEqualTypeOf<doors.Door>();
    snapshot.matches({ standing: { leaf: { closed: 'locked' } } });
    // @ts-expect-error -- no such state within
    snapshot.matches({ standing: { leaf: 'ajar' } });
    send({ type: 'VISIT', name: 'Bob' });
    // @ts-expect-error -- no such event
    send({ type: 'KNOCK' });
    // @ts-expect-error -- nor for its ref
    ref.send({ type: 'KNOCK' });
    // @ts-expect-error -- a machine with input needs it
    useActor(door);
    // @ts-expect-error -- a wrong one
    useActor(door, { input: { owner: 1, code: '1' } });
    expectTypeOf(useActor(counter)[0].context).toEqualTypeOf<number>();
    expectTypeOf(useActor(doubled, { input: 1 })[0].output).toEqualTypeOf<number | undefined>();
  });

  it('are those of useActorRef and useSelector', () => {
    const ref = useActorRef(door, { input: { owner: 'Ada', code: '1' } }, ({ context }) =>
      expectTypeOf(context).toEqualTypeOf<doors.Door>(),
    );
    ref.on('RANG', ({ visitor }) => expectTypeOf(visitor).toEqualTypeOf<string>());
    expectTypeOf(useSelector(ref, ({ context }) => context.visitors)).toEqualTypeOf<readonly string[]>();
    expectTypeOf(useSelector(ref, (snapshot) => snapshot.hasTag('shut'))).toEqualTypeOf<boolean>();
    useSelector(ref, ({ context }) => {
      // @ts-expect-error -- no such key
      void context.colour;
    });
    // @ts-expect-error -- no such tag
    useSelector(ref, (snapshot) => snapshot.hasTag('green'));
    // @ts-expect-error -- no such event
    ref.send({ type: 'KNOCK' });
  });

  it('are those of a context of React', () => {
    const Door = createActorContext(door);
    expectTypeOf(Door.useSelector(({ context }) => context.owner)).toEqualTypeOf<string>();
    Door.useActorRef().send({ type: 'OPEN' });
    // @ts-expect-error -- no such event
    Door.useActorRef().send({ type: 'KNOCK' });
  });

  it('are those of useMachine, and of what provides a machine with an actor elsewhere', () => {
    const [snapshot, send] = useMachine(door, { input: { owner: 'Ada', code: '1' } });
    expectTypeOf(snapshot.context.owner).toEqualTypeOf<string>();
    send({ type: 'OPEN' });
    // @ts-expect-error -- no such event
    send({ type: 'KNOCK' });
    const house = setup({ actors: { door: {} as typeof doors.door } }).createMachine({
      invoke: { src: 'door', input: { owner: 'Ada', code: '1' } },
    });
    house.provide({ actors: { door } });
    // @ts-expect-error -- another machine
    house.provide({ actors: { door: clerk } });
  });
});
