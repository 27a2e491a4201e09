// What must not compile does not, and nothing is silently any.
import { describe, expectTypeOf, it } from 'vitest';
import { createActor, setup, toPromise, type AnyActorRef, type SnapshotFrom } from 'xstate';
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
import type { clerk as plainClerk } from './fixtures/pen-pals.ts';

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
});
