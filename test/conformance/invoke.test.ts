// An actor that a state invokes: what its parent, here, hears of it, and when it comes and goes.
import { afterAll, describe, expect, it } from 'vitest';
import { assign, createActor, fromTransition, sendTo, setup, toPromise, waitFor } from 'xstate';
import { inThread, settled, type HostedModule } from 'troupe';
import * as machines from '../../dist/test/fixtures/conformance/invoke.js';
import { childOf } from '../support/children.ts';
import { countThreads } from '../support/programs.ts';
import { stages, urlOf } from '../support/stages.ts';

const url = urlOf('invoke');

interface Said {
  readonly type: 'SAID' | 'HEARD';
  readonly words: string;
}

/** Somebody here who notes what the actors elsewhere do; no parent of theirs. */
function createDoor() {
  const words: string[] = [];
  const logic = fromTransition((count: number, event: { readonly type: 'NOTED'; readonly words: string }) => {
    words.push(event.words);
    return count + 1;
  }, 0);
  return { words, door: createActor(logic).start() };
}

/** A house that is kept until it is sold, with somebody in it who notes at that door. */
function keepLodger(lodger: typeof machines.lodger, door: ReturnType<typeof createDoor>['door']) {
  const kept = setup({ types: { events: {} as { readonly type: 'SELL' } }, actors: { lodger } }).createMachine({
    invoke: { src: 'lodger', id: 'lodger', input: { door } },
    initial: 'kept',
    states: { kept: { on: { SELL: 'sold' } }, sold: { type: 'final' } },
  });
  return createActor(kept).start();
}

describe.each(stages)('an invoked actor: $name', ({ host, sync, close }) => {
  afterAll(close);
  const { chatterbox, clerk, herald, lodger, house, lookUp, echo, numbers } = host(machines, url);

  it('30 answers at once with several events, which its parent hears in order', async () => {
    const parent = createActor(
      setup({
        types: { events: {} as Said, context: {} as { readonly heard: readonly string[] } },
        actors: { chatterbox },
      }).createMachine({
        context: { heard: [] },
        invoke: { src: 'chatterbox', id: 'child' },
        entry: sendTo('child', { type: 'ASK' }),
        on: { SAID: { actions: assign({ heard: ({ context, event }) => [...context.heard, event.words] }) } },
      }),
    ).start();
    const child = childOf(parent, 'child');
    if (!sync) await settled(child);
    expect(parent.getSnapshot().context.heard).toEqual(['one', 'two', 'three']);
    parent.stop();
  });

  it('31 speaks with the state that has invoked it', async () => {
    const parent = createActor(
      setup({
        types: {
          events: {} as
            | { readonly type: 'WANT'; readonly name: string }
            | { readonly type: 'URGE' }
            | { readonly type: 'FOUND'; readonly name: string },
          context: {} as { readonly found: string | undefined },
        },
        actors: { clerk },
      }).createMachine({
        context: { found: undefined },
        initial: 'open',
        states: {
          open: {
            invoke: { src: 'clerk', id: 'clerk' },
            on: {
              WANT: { actions: sendTo('clerk', ({ event }) => ({ type: 'LOOK_UP', name: event.name })) },
              URGE: { actions: sendTo('clerk', { type: 'ANSWER' }) },
              FOUND: { target: 'shut', actions: assign({ found: ({ event }) => event.name }) },
            },
          },
          shut: {},
        },
      }),
    ).start();
    const child = childOf(parent, 'clerk');
    parent.send({ type: 'URGE' });
    parent.send({ type: 'WANT', name: 'Ada' });
    if (!sync) await settled(child);
    expect(child.getSnapshot()).toMatchObject({ value: 'busy' });
    expect(parent.getSnapshot().value).toBe('open');
    parent.send({ type: 'URGE' });
    if (!sync) await waitFor(parent, (snapshot) => snapshot.matches('shut'));
    expect(parent.getSnapshot()).toMatchObject({ value: 'shut', context: { found: 'Ada' }, children: {} });
    expect(child.getSnapshot().status).toBe('stopped');
    parent.stop();
  });

  it('32 brings its parent straight to its final state', async () => {
    const parent = createActor(
      setup({
        types: { events: {} as { readonly type: 'ALL_IS_OVER' }, output: {} as string },
        actors: { herald },
      }).createMachine({
        initial: 'waiting',
        states: {
          waiting: { invoke: { src: 'herald', id: 'herald' }, on: { ALL_IS_OVER: 'over' } },
          over: { type: 'final' },
        },
        output: 'so it is',
      }),
    ).start();
    const { herald: child } = parent.getSnapshot().children; // over already where all is at once
    if (!sync) await toPromise(parent);
    expect(parent.getSnapshot()).toMatchObject({ status: 'done', value: 'over', output: 'so it is', children: {} });
    if (child) await settled(child);
  });

  it('33 is stopped when its parent reaches a final state', async () => {
    const { words, door } = createDoor();
    const parent = keepLodger(lodger, door);
    const child = childOf(parent, 'lodger');
    if (!sync) await settled(child);
    expect(words).toEqual(['moved in']);
    parent.send({ type: 'SELL' });
    expect(parent.getSnapshot().status).toBe('done');
    expect(child.getSnapshot().status).toBe('stopped');
    if (!sync) await settled(child);
    expect(words).toEqual(['moved in', 'moved out']);
    door.stop();
  });

  it('33 is stopped when its parent reaches a final state where both are elsewhere', async () => {
    const { words, door } = createDoor();
    const actor = createActor(house, { input: { door }, logger: () => {} }).start();
    actor.send({ type: 'SELL' });
    if (!sync) await settled(actor);
    expect(actor.getSnapshot().status).toBe('done');
    expect(words).toEqual(['moved in', 'moved out']);
    door.stop();
  });

  it('34 rejects, and its parent is told of the error as it was', async () => {
    const parent = createActor(
      setup({ types: { context: {} as { readonly error: unknown } }, actors: { lookUp } }).createMachine({
        context: { error: undefined },
        initial: 'asking',
        states: {
          asking: {
            invoke: {
              src: 'lookUp',
              input: 'Ada',
              onDone: 'happy',
              onError: { target: 'sorry', actions: assign({ error: ({ event }) => event.error }) },
            },
          },
          happy: {},
          sorry: {},
        },
      }),
    ).start();
    const { context } = await waitFor(parent, ({ value }) => value !== 'asking');
    expect(parent.getSnapshot()).toMatchObject({ status: 'active', value: 'sorry', children: {} });
    expect(context.error).toBeInstanceOf(Error);
    expect(context.error).toMatchObject({ name: 'LookUpError', message: 'there is no Ada', code: 'E_NOT_THERE' });
    parent.stop();
  });

  it('35 receives what its parent sends, as a callback', async () => {
    const { parent, child } = createParentOfEcho(echo);
    parent.send({ type: 'PASS', words: 'hello' });
    if (!sync) await settled(child);
    expect(parent.getSnapshot().context.heard).toEqual(['hello!', 'hello?']);
    parent.stop();
  });

  it('36 is disposed of, as a callback, when its state is left', async () => {
    const { words, door } = createDoor();
    const parent = createActor(
      setup({ types: { events: {} as { readonly type: 'GO' } }, actors: { lodger } }).createMachine({
        initial: 'in',
        states: { in: { invoke: { src: 'lodger', id: 'lodger', input: { door } }, on: { GO: 'out' } }, out: {} },
      }),
    ).start();
    const child = childOf(parent, 'lodger');
    if (!sync) await settled(child);
    parent.send({ type: 'GO' });
    if (!sync) await settled(child);
    expect(words).toEqual(['moved in', 'moved out']);
    expect(parent.getSnapshot()).toMatchObject({ status: 'active', value: 'out', children: {} });
    parent.stop();
    door.stop();
  });

  it('37 is a finite observable: its values come, then its end', async () => {
    const seen: unknown[] = [];
    const parent = createActor(
      setup({ actors: { numbers } }).createMachine({
        initial: 'counting',
        states: {
          counting: {
            invoke: {
              src: 'numbers',
              id: 'numbers',
              onSnapshot: { actions: ({ event }) => seen.push(event.snapshot.context) },
              onDone: { target: 'counted', actions: ({ event }) => seen.push(['done', event.output]) },
            },
          },
          counted: { type: 'final' },
        },
      }),
    ).start();
    if (!sync) await toPromise(parent);
    expect(parent.getSnapshot()).toMatchObject({ status: 'done', value: 'counted' });
    expect(seen).toEqual([undefined, 1, 2, 3, ['done', undefined]]);
  });

  it('38 hears events, and is heard, first in first out', async () => {
    const { parent, child } = createParentOfEcho(echo);
    parent.send({ type: 'PASS_ALL' });
    parent.send({ type: 'PASS', words: 'd' });
    if (!sync) await settled(child);
    expect(parent.getSnapshot().context.heard).toEqual(['a!', 'a?', 'b!', 'b?', 'c!', 'c?', 'd!', 'd?']);
    parent.stop();
  });
});

describe('an invoked actor in a thread of its own', () => {
  it('33 gives its thread back when its parent reaches a final state', async () => {
    const { words, door } = createDoor();
    using threads = countThreads();
    const { lodger } = inThread<typeof machines>(url);
    const parent = keepLodger(lodger, door);
    const child = childOf(parent, 'lodger');
    await settled(child);
    expect(threads.running).toBe(1);
    parent.send({ type: 'SELL' });
    await settled(child);
    expect(threads.running).toBe(0);
    expect(words).toEqual(['moved in', 'moved out']);
    door.stop();
  });
});

/** A parent that has its child say what it passes on, and notes what it hears. */
function createParentOfEcho(echo: HostedModule<typeof machines>['echo']) {
  const parent = createActor(
    setup({
      types: {
        events: {} as
          | { readonly type: 'PASS'; readonly words: string }
          | { readonly type: 'PASS_ALL' }
          | { readonly type: 'HEARD'; readonly words: string },
        context: {} as { readonly heard: readonly string[] },
      },
      actors: { echo },
    }).createMachine({
      context: { heard: [] },
      invoke: { src: 'echo', id: 'echo' },
      on: {
        PASS: { actions: sendTo('echo', ({ event }) => ({ type: 'SAY', words: event.words })) },
        PASS_ALL: { actions: ['a', 'b', 'c'].map((words) => sendTo('echo', { type: 'SAY', words })) },
        HEARD: { actions: assign({ heard: ({ context, event }) => [...context.heard, event.words] }) },
      },
    }),
  ).start();
  return { parent, child: childOf(parent, 'echo') };
}
