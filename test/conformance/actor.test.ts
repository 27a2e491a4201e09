// An actor as a child: what it and its parent hear of each other. The parent runs here and its child on the stage, unless said otherwise.
import { afterAll, describe, expect, it } from 'vitest';
import {
  assign,
  createActor,
  sendTo,
  setup,
  spawnChild,
  stopChild,
  toPromise,
  waitFor,
  type ActorRefFrom,
} from 'xstate';
import { settled, started, watch } from 'troupe';
import * as machines from '../../dist/test/fixtures/conformance/actor.js';
import { childOf } from '../support/children.ts';
import { stages, urlOf } from '../support/stages.ts';

const url = urlOf('actor');

describe.each(stages)('an actor and its parent: $name', ({ host, sync, close }) => {
  afterAll(close);
  const { ponger, match, tally, phoenix, guest, mayfly, pond, doomed } = host(machines, url);

  it('21 speaks with its parent, and its parent with it', async () => {
    const parent = createActor(
      setup({
        types: {
          events: {} as { readonly type: 'PONG'; readonly number: number },
          context: {} as { readonly heard: readonly number[] },
          children: {} as { ponger: 'ponger' },
        },
        actors: { ponger },
      }).createMachine({
        context: { heard: [] },
        invoke: { src: 'ponger', id: 'ponger' },
        entry: sendTo('ponger', { type: 'PING', number: 1 }),
        on: {
          PONG: {
            actions: [
              assign({ heard: ({ context, event }) => [...context.heard, event.number] }),
              sendTo('ponger', ({ event }) => ({ type: 'PING', number: event.number + 1 })),
            ],
          },
        },
        initial: 'playing',
        states: {
          playing: { always: { guard: ({ context }) => context.heard.length === 5, target: 'over' } },
          over: { type: 'final' },
        },
      }),
      { logger: () => {} },
    ).start();
    if (!sync) await toPromise(parent);
    expect(parent.getSnapshot()).toMatchObject({ status: 'done', context: { heard: [1, 2, 3, 4, 5] } });
  });

  it('21 speaks with its parent where both are elsewhere', async () => {
    const actor = createActor(match, { logger: () => {} }).start();
    actor.send({ type: 'SERVE' });
    if (!sync) await toPromise(actor);
    expect(actor.getSnapshot().output).toEqual([1, 2, 3, 4, 5]);
  });

  it('22 shows its parent, which handles its event, the snapshot from after it sent that', async () => {
    const parent = createActor(
      setup({
        types: {
          events: {} as { readonly type: 'COUNTED' },
          context: {} as { readonly read: readonly unknown[] },
          children: {} as { tally: 'tally' },
        },
        actors: { tally },
      }).createMachine({
        context: { read: [] },
        invoke: { src: 'tally', id: 'tally' },
        on: {
          COUNTED: {
            actions: assign({
              read: ({ context, self }) => {
                const child = childOf(self, 'tally') as ActorRefFrom<typeof tally>;
                return [...context.read, child.getSnapshot().context.count];
              },
            }),
          },
        },
      }),
    ).start();
    const child = childOf(parent, 'tally');
    child.send({ type: 'COUNT' });
    child.send({ type: 'COUNT' });
    if (!sync) await settled(child);
    expect(parent.getSnapshot().context.read).toEqual([1, 2]);
    parent.stop();
  });

  it('23 tells those who listen to it its last snapshot before its parent hears of its end', async () => {
    const seen: unknown[] = [];
    const parent = createActor(
      setup({ actors: { tally } }).createMachine({
        initial: 'busy',
        states: {
          busy: {
            invoke: {
              src: 'tally',
              id: 'tally',
              onDone: { target: 'free', actions: ({ event }) => seen.push(['parent', event.output]) },
            },
          },
          free: {},
        },
      }),
    ).start();
    const child = childOf(parent, 'tally');
    if (!sync) await started(child);
    child.subscribe({
      next: ({ status, context, value }) => seen.push([status, context.count, value]),
      complete: () => seen.push(['complete']),
    });
    for (let count = 0; count < 3; count += 1) child.send({ type: 'COUNT' });
    if (!sync) await settled(child);
    expect(seen).toEqual([
      ['active', 1, 'counting'],
      ['active', 2, 'counting'],
      ['done', 3, 'full'],
      ['complete'],
      ['parent', 3],
    ]);
    expect(parent.getSnapshot().value).toBe('free');
    parent.stop();
  });

  it('24 tells those who listen to it nothing after it was stopped', async () => {
    const parent = createActor(
      setup({ types: { events: {} as { readonly type: 'LEAVE' } }, actors: { tally } }).createMachine({
        initial: 'busy',
        states: { busy: { invoke: { src: 'tally', id: 'tally' }, on: { LEAVE: 'free' } }, free: {} },
      }),
    ).start();
    const child = childOf(parent, 'tally');
    if (!sync) await started(child);
    const seen: unknown[] = [];
    child.subscribe({ next: ({ context }) => seen.push(context.count), complete: () => seen.push('complete') });
    child.send({ type: 'COUNT' });
    if (!sync) await settled(child);
    parent.send({ type: 'LEAVE' });
    child.send({ type: 'COUNT' });
    await settled(child);
    expect(seen).toEqual([1, 'complete']);
    expect(child.getSnapshot()).toMatchObject({ status: 'stopped', context: { count: 1 } });
    parent.stop();
  });

  it('25 is spawned once where the initial state says so', async () => {
    const lines: unknown[] = [];
    const parent = createActor(
      setup({
        types: { context: {} as { readonly child: ActorRefFrom<typeof ponger> } },
        actors: { ponger },
      }).createMachine({
        context: ({ spawn }) => ({ child: spawn('ponger', { id: 'ponger' }) }),
      }),
      { logger: (...args: unknown[]) => void lines.push(...args) },
    );
    parent.getSnapshot();
    parent.subscribe(() => {});
    parent.start();
    const { child } = parent.getSnapshot().context;
    if (!sync) await settled(child);
    expect(lines).toEqual(['born']);
    expect(parent.getSnapshot().children).toEqual({ ponger: child });
    parent.stop();
    await settled(child);
    expect(lines).toEqual(['born']);
  });

  it('26 is replaced by another of its name within one step of its parent', async () => {
    const parent = createActor(
      setup({
        types: {
          events: {} as
            | { readonly type: 'TOLD'; readonly life: number }
            | { readonly type: 'REPLACE' }
            | { readonly type: 'ASK'; readonly times: number },
          context: {} as { readonly heard: readonly (number | string)[] },
          children: {} as { bird: 'phoenix' },
        },
        actors: { phoenix },
      }).createMachine({
        context: { heard: [] },
        entry: spawnChild('phoenix', { id: 'bird', input: { life: 1 } }),
        on: {
          TOLD: { actions: assign({ heard: ({ context, event }) => [...context.heard, event.life] }) },
          REPLACE: {
            actions: [
              stopChild('bird'),
              spawnChild('phoenix', { id: 'bird', input: { life: 2 } }),
              sendTo('bird', { type: 'TELL' }),
              assign({ heard: ({ context }) => [...context.heard, 'replaced'] }),
            ],
          },
        },
      }),
      { logger: () => {} },
    ).start();
    const first = childOf(parent, 'bird');
    const down = watch(first);
    first.send({ type: 'TELL' });
    if (!sync) await settled(first);
    expect(parent.getSnapshot().context.heard).toEqual([1]);

    // what these would have it tell may be under way when it is replaced
    for (let count = 0; count < 20; count += 1) first.send({ type: 'TELL' });
    parent.send({ type: 'REPLACE' });
    const second = childOf(parent, 'bird');
    expect(second).not.toBe(first);
    second.send({ type: 'TELL' });
    first.send({ type: 'TELL' });
    if (!sync) await settled([first, second]);
    const { heard } = parent.getSnapshot().context;
    expect(heard.slice(heard.indexOf('replaced'))).toEqual(['replaced', 2, 2]);
    expect(await down).toMatchObject({ type: 'stopped' });
    expect(second.getSnapshot()).toMatchObject({ status: 'active', context: { life: 2 } });
    expect(parent.getSnapshot().children).toEqual({ bird: second });
    parent.stop();
  });

  it('27 is given its parent as input, and speaks with it by that', async () => {
    const parent = createActor(
      setup({
        types: {
          events: {} as machines.Hello | { readonly type: 'FINE' },
          context: {} as { readonly known: boolean | undefined },
          children: {} as { guest: 'guest' },
        },
        actors: { guest },
      }).createMachine({
        context: { known: undefined },
        invoke: { src: 'guest', id: 'guest', input: ({ self }) => ({ hostess: self }) },
        on: {
          HELLO: {
            actions: [
              assign({ known: ({ event, self }) => event.from === self.getSnapshot().children['guest'] }),
              sendTo(({ event }) => event.from, { type: 'HOW_ARE_YOU' }),
            ],
          },
          FINE: '.greeted',
        },
        initial: 'waiting',
        states: { waiting: {}, greeted: {} },
      }),
    ).start();
    if (!sync) await waitFor(parent, (snapshot) => snapshot.matches('greeted'));
    expect(parent.getSnapshot()).toMatchObject({ value: 'greeted', context: { known: true } });
    parent.stop();
  });

  it('28 may be over while its parent starts', async () => {
    const parent = createActor(
      setup({
        types: { context: {} as { readonly heard: string | undefined } },
        actors: { mayfly },
      }).createMachine({
        context: { heard: undefined },
        invoke: {
          src: 'mayfly',
          onDone: { target: '.quiet', actions: assign({ heard: ({ event }) => event.output }) },
        },
        initial: 'humming',
        states: { humming: {}, quiet: { type: 'final' } },
      }),
    ).start();
    if (!sync) await toPromise(parent);
    expect(parent.getSnapshot()).toMatchObject({ status: 'done', value: 'quiet', context: { heard: 'it was nice' } });
  });

  it('28 may be over while its parent starts where both are elsewhere', async () => {
    const actor = createActor(pond).start();
    if (!sync) await toPromise(actor);
    expect(actor.getSnapshot()).toMatchObject({ status: 'done', value: 'quiet', output: 'it was nice' });
  });

  it('29 fails, and its parent that has spawned it handles that', async () => {
    const parent = createActor(
      setup({ types: { context: {} as { readonly error: unknown } }, actors: { doomed } }).createMachine({
        context: { error: undefined },
        entry: spawnChild('doomed', { id: 'doomed', input: 'no' }),
        initial: 'hoping',
        states: { hoping: {}, sorry: {} },
        on: {
          'xstate.error.actor.doomed': {
            target: '.sorry',
            actions: assign({ error: ({ event }) => event['error'] as unknown }),
          },
        },
      }),
    ).start();
    const { context, status } = await waitFor(parent, (snapshot) => snapshot.matches('sorry'));
    expect(status).toBe('active');
    expect(context.error).toBeInstanceOf(Error);
    expect(context.error).toMatchObject({ name: 'TypeError', message: 'no' });
    parent.stop();
  });
});
