// A hosted actor as the child of a plain machine: invoked, spawned, sent to, forwarded to, stopped and replaced.
import { describe, expect, it } from 'vitest';
import {
  assign,
  createActor,
  createMachine,
  enqueueActions,
  forwardTo,
  sendTo,
  setup,
  spawnChild,
  stopChild,
  waitFor,
  type AnyActorRef,
} from 'xstate';
import { settled, watch } from 'troupe';
import { places } from './support/places.ts';
import { run } from './support/run.ts';

describe.each(places)('a hosted child $where', ({ open }) => {
  it('is invoked with input, and its output is what its parent is told', async () => {
    await using place = open();
    const { doubled } = place.load('counter');
    const parent = setup({
      types: { context: {} as { readonly result: number } },
      actors: { doubled },
    }).createMachine({
      context: { result: 0 },
      invoke: {
        src: 'doubled',
        input: 21,
        onDone: { target: '.done', actions: assign({ result: ({ event }) => event.output }) },
      },
      initial: 'busy',
      states: { busy: {}, done: {} },
    });
    using actor = run(parent);
    expect((await waitFor(actor, (snapshot) => snapshot.matches('done'))).context.result).toBe(42);
  });

  it('fails its parent where that does not handle the error', async () => {
    await using place = open();
    const { rejecting } = place.load('counter');
    const parent = createActor(createMachine({ invoke: { src: rejecting, input: 'no' } }));
    parent.subscribe({ error: () => {} });
    const down = watch(parent);
    parent.start();
    expect(await down).toMatchObject({ type: 'failed', error: { name: 'RangeError', message: 'no' } });
  });

  it('is spawned, is sent to and forwarded to, and sends to its parent', async () => {
    await using place = open({ logger: () => {} });
    const { clerk } = place.load('offices');
    const parent = setup({
      types: {
        context: {} as { readonly pile: readonly number[] },
        events: {} as
          | { readonly type: 'PAPER'; readonly number: number }
          | { readonly type: 'ASK' }
          | { readonly type: 'PILE'; readonly pile: readonly number[] },
      },
      actors: { clerk },
    }).createMachine({
      context: { pile: [] },
      entry: [
        spawnChild('clerk', { id: 'clerk', input: { pile: [0] } }),
        sendTo('clerk', { type: 'PAPER', number: 1 }),
      ],
      on: {
        PAPER: { actions: forwardTo('clerk') },
        ASK: { actions: sendTo('clerk', { type: 'REPORT' }) },
        PILE: { actions: assign({ pile: ({ event }) => event.pile }) },
      },
    });
    using actor = run(parent);
    actor.send({ type: 'PAPER', number: 2 });
    actor.send({ type: 'PAPER', number: 3 });
    actor.send({ type: 'ASK' });
    expect((await waitFor(actor, ({ context }) => context.pile.length > 0)).context.pile).toEqual([0, 1, 2, 3]);
  });

  it('handles what its parent sent on leaving before it is stopped', async () => {
    const lines: unknown[] = [];
    await using place = open({ logger: (line: unknown) => lines.push(line) });
    const { clerk } = place.load('offices');
    const parent = setup({ actors: { clerk } }).createMachine({
      initial: 'open',
      states: {
        open: {
          invoke: { src: 'clerk', id: 'clerk' },
          entry: sendTo('clerk', { type: 'PAPER', number: 1 }),
          exit: sendTo('clerk', { type: 'PAPER', number: 2 }),
          on: { CLOSE: 'closed' },
        },
        closed: {},
      },
    });
    using actor = run(parent);
    const child = actor.getSnapshot().children['clerk'] as AnyActorRef;
    actor.send({ type: 'CLOSE' });
    expect(child.getSnapshot()).toMatchObject({ status: 'stopped' });
    await settled(child);
    expect(lines).toEqual(['paper 1', 'paper 2']);
  });

  it('is another when its state is entered again, and the earlier one is heard no more', async () => {
    await using place = open();
    const { tool } = place.load('offices');
    const heard: string[] = [];
    const parent = setup({ actors: { tool } }).createMachine({
      initial: 'using',
      states: {
        using: {
          invoke: { src: 'tool', id: 'tool' },
          on: { AGAIN: { target: 'using', reenter: true }, REST: 'resting', USE: { actions: forwardTo('tool') } },
        },
        resting: {},
      },
      on: { '*': { actions: ({ event }) => heard.push(`${event.type} ${String(event['uses'] ?? '')}`.trim()) } },
    });
    using actor = run(parent);
    await settled(actor.getSnapshot().children['tool'] as AnyActorRef);
    actor.send({ type: 'USE' });
    await settled(actor.getSnapshot().children['tool'] as AnyActorRef);
    actor.send({ type: 'AGAIN' });
    await settled(actor.getSnapshot().children['tool'] as AnyActorRef);
    actor.send({ type: 'USE' });
    await settled(actor.getSnapshot().children['tool'] as AnyActorRef);
    expect(heard).toEqual(['TAKEN', 'USED 1', 'TAKEN', 'USED 1']);
    const last = actor.getSnapshot().children['tool'] as AnyActorRef;
    actor.send({ type: 'USE' });
    actor.send({ type: 'REST' });
    await settled(last);
    expect(heard).toHaveLength(4);
  });

  it('can be stopped and spawned under the same id in one step', async () => {
    await using place = open({ logger: () => {} });
    const { clerk } = place.load('offices');
    const parent = setup({ actors: { clerk } }).createMachine({
      entry: spawnChild('clerk', { id: 'clerk', input: { pile: [1] } }),
      on: {
        REPLACE: { actions: [stopChild('clerk'), spawnChild('clerk', { id: 'clerk', input: { pile: [2] } })] },
      },
    });
    using actor = run(parent);
    const first = actor.getSnapshot().children['clerk'] as AnyActorRef;
    actor.send({ type: 'REPLACE' });
    const second = actor.getSnapshot().children['clerk'] as AnyActorRef;
    expect(second).not.toBe(first);
    expect(await settled(second)).toMatchObject({ context: { pile: [2] } });
    expect(await watch(first)).toEqual({ type: 'stopped' });
  });

  it('is not started where it is stopped in the same step', async () => {
    await using place = open();
    const { tool } = place.load('offices');
    const parent = setup({ actors: { tool } }).createMachine({
      initial: 'passing',
      states: { passing: { invoke: { src: 'tool', id: 'tool' }, always: 'past' }, past: {} },
      on: { TAKEN: { actions: () => expect.unreachable() } },
    });
    using actor = run(parent);
    expect(actor.getSnapshot().children['tool']).toBeUndefined();
    await place.host.close();
    expect(actor.getSnapshot()).toMatchObject({ status: 'active', value: 'past' });
  });

  it('tells each snapshot to onSnapshot, the first one being its own', async () => {
    await using place = open();
    const { counter } = place.load('counter');
    const counts: unknown[] = [];
    const parent = setup({ actors: { counter } }).createMachine({
      invoke: {
        src: 'counter',
        id: 'counter',
        input: { from: 3 },
        onSnapshot: { actions: ({ event }) => counts.push(event.snapshot.context) },
      },
      on: { ADD: { actions: forwardTo('counter') } },
    });
    using actor = run(parent);
    actor.send({ type: 'ADD', amount: 1 });
    actor.send({ type: 'ADD', amount: 2 });
    await settled(actor.getSnapshot().children['counter'] as AnyActorRef);
    expect(counts).toEqual([3, 4, 6]);
  });

  it('is found by its systemId on either side, and free again when it is gone', async () => {
    await using place = open();
    const { courier } = place.load('offices');
    const answers: unknown[] = [];
    const parent = setup({ actors: { courier } }).createMachine({
      initial: 'one',
      states: {
        one: { invoke: { src: 'courier', id: 'first', systemId: 'the courier' }, on: { NEXT: 'two' } },
        two: { invoke: { src: 'courier', id: 'second', systemId: 'the courier' } },
      },
      on: {
        ASK: {
          actions: sendTo(
            ({ system }) => system.get('the courier') as AnyActorRef,
            ({ self }) => ({ type: 'WHO_AM_I', replyTo: self }),
          ),
        },
        YOU_ARE: { actions: ({ event }) => answers.push(event) },
      },
    });
    using actor = run(parent);
    for (const type of ['ASK', 'NEXT', 'ASK'] as const) {
      actor.send({ type });
      const { first, second } = actor.getSnapshot().children;
      await settled((second ?? first) as AnyActorRef);
    }
    expect(answers).toEqual([
      { type: 'YOU_ARE', id: 'first', inSystem: true },
      { type: 'YOU_ARE', id: 'second', inSystem: true },
    ]);
  });

  it('sends to a sibling that it was told of, in order with what it tells its parent', async () => {
    await using place = open();
    const { courier } = place.load('offices');
    const heard: unknown[] = [];
    const parent = setup({ actors: { courier } }).createMachine({
      invoke: { src: 'courier', id: 'courier' },
      on: {
        GO: {
          actions: enqueueActions(({ enqueue, self }) => {
            for (const words of ['a', 'b', 'c']) enqueue.sendTo('courier', { type: 'BRING', to: self, words });
          }),
        },
        BROUGHT: { actions: ({ event }) => heard.push(event['words']) },
      },
    });
    using actor = run(parent);
    actor.send({ type: 'GO' });
    await settled(actor.getSnapshot().children['courier'] as AnyActorRef);
    expect(heard).toEqual(['a', 'b', 'c']);
  });

  it('is done to its parent also if it was done at birth', async () => {
    await using place = open();
    const { stillborn } = place.load('teller');
    const parent = setup({ actors: { stillborn } }).createMachine({
      invoke: { src: 'stillborn', onDone: '.told' },
      initial: 'waiting',
      states: { waiting: {}, told: {} },
    });
    const told = await waitFor(createActor(parent).start(), (snapshot) => snapshot.matches('told'));
    expect(told.status).toBe('active');
  });

  it('is handled by onError when it fails, and its parent goes on', async () => {
    await using place = open();
    const { failsInAction } = place.load('failing');
    const parent = setup({
      types: { context: {} as { readonly error: unknown } },
      actors: { failsInAction },
    }).createMachine({
      context: { error: undefined },
      invoke: {
        src: 'failsInAction',
        id: 'child',
        onError: { target: '.sorry', actions: assign({ error: ({ event }) => event.error }) },
      },
      on: { PUSH: { actions: forwardTo('child') } },
      initial: 'trying',
      states: { trying: {}, sorry: {} },
    });
    using actor = run(parent);
    actor.send({ type: 'PUSH' });
    const { status, context } = await waitFor(actor, (snapshot) => snapshot.matches('sorry'));
    expect(status).toBe('active');
    expect(context.error).toMatchObject({ name: 'Spill', litres: 3 });
  });
});
