// troupe's adapter for Stately's inspectors: what their own conversion gets wrong or leaks. That all is told, by every way, is in stately-inspect.test.ts.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { StatelyInspectionEvent } from '@statelyai/inspect';
import { describe, expect, it, vi } from 'vitest';
import { createActor, createMachine, fromPromise, setup, type AnyActorLogic } from 'xstate';
import { createThreads, inThread } from 'troupe';
import { statelyAdapter, type StatelyAdapterOptions } from 'troupe/inspector';
import { createNames } from '../dist/src/inspector/stately-names.js';
import type * as inspected from './fixtures/inspected.ts';
import { until } from './support/observing.ts';
import { urlOf } from './support/places.ts';

vi.setConfig({ testTimeout: 30_000 });

type Told<TType extends StatelyInspectionEvent['type']> = Extract<StatelyInspectionEvent, { readonly type: TType }>;

/** An adapter that keeps what it tells, as JSON would have it. */
function record(options: Omit<StatelyAdapterOptions, 'send'> = {}) {
  const events: StatelyInspectionEvent[] = [];
  const { inspect } = statelyAdapter({
    ...options,
    // it must be what the package's own adapters take
    send: (message) => void events.push(JSON.parse(JSON.stringify(message satisfies StatelyInspectionEvent)) as never),
  });
  return {
    events,
    inspect,
    of: <TType extends StatelyInspectionEvent['type']>(type: TType) =>
      events.filter((event): event is Told<TType> => event.type === type),
    actor: (name: string) =>
      events.find((event): event is Told<'@xstate.actor'> => event.type === '@xstate.actor' && event.name === name),
    snapshotsOf: (sessionId: string | undefined) =>
      events.flatMap((event) =>
        event.type === '@xstate.snapshot' && event.sessionId === sessionId ? [event.snapshot as Shown] : [],
      ),
  };
}

interface Shown {
  readonly status: string;
  readonly value?: unknown;
  readonly context?: Readonly<Record<string, unknown>>;
  readonly error?: Readonly<Record<string, unknown>>;
}

const definitionOf = (event: Told<'@xstate.actor'> | undefined): string => event?.definition ?? '';

describe('the adapter for inspectors of Stately', () => {
  it('names actors after their nodes, so that no two threads share an id', async () => {
    await using threads = createThreads({ size: 2, name: 'offices' });
    const { office } = threads.import<typeof inspected>(urlOf('inspected'));
    const told = record();
    const roots = ['north', 'south'].map((id) =>
      createActor(office, { id, input: { name: id }, inspect: told.inspect }).start(),
    );
    await until(
      'both have their scribes',
      () => told.of('@xstate.actor').filter(({ name }) => name === 'scribe').length === 2,
    );
    const ids = told.of('@xstate.actor').map(({ sessionId }) => sessionId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => /^main\/x:\w+$/.test(id))).toHaveLength(2);
    expect(new Set(ids.map((id) => id.slice(0, id.indexOf('/'))))).toEqual(
      new Set(['main', 'offices-1-1', 'offices-2-2']),
    );
    for (const { rootId } of told.events) expect(rootId).toMatch(/^main\/x:\w+$/);
    for (const root of roots) root.stop();
  });

  it('tells nodes apart that bear one name', () => {
    const idOf = createNames(() => 'main');
    const ids = ['x:0', 'worker@one/x:0', 'worker@two/x:0', 'main@three/x:0', 'worker@one/x:1'];
    expect(ids.map((sessionId) => idOf({ sessionId }))).toEqual([
      'main/x:0',
      'worker/x:0',
      'worker#2/x:0',
      'main#2/x:0',
      'worker/x:1',
    ]);
  });

  it('is told apart from another program by a name of its own', () => {
    const told = record({ name: 'shop' });
    createActor(createMachine({ id: 'till' }), { inspect: told.inspect }).start();
    expect(told.actor('till')?.sessionId).toMatch(/^shop\/x:\w+$/);
  });

  it('keeps secrets, wherever they are', async () => {
    const login = fromPromise(async () => ({ apiKey: 'hush', of: 'Bob' }));
    const machine = setup({ actors: { login } }).createMachine({
      id: 'session',
      context: { user: { name: 'Bob', passwordHash: 'hush' }, cookies: new Map([['refreshToken', 'hush']]) },
      initial: 'password',
      // a state and an event may bear such a name
      states: { password: { meta: { secret: 'hush', hint: 'a word' }, on: { TOKEN: 'token' } }, token: {} },
      invoke: { src: 'login', id: 'login', input: { credentials: 'hush', realm: 'here' } },
    });
    const told = record();
    const actor = createActor(machine, { inspect: told.inspect }).start();
    actor.send({ type: 'TOKEN', accessToken: 'hush', from: 'Alice' });
    await until('the login is done', () =>
      told.snapshotsOf(told.actor('login')?.sessionId).some(({ status }) => status === 'done'),
    );
    const text = JSON.stringify(told.events);
    expect(text).not.toContain('hush');
    for (const open of ['Bob', 'a word', 'here', 'Alice']) expect(text).toContain(open);
    expect(JSON.parse(definitionOf(told.actor('session')))).toMatchObject({
      states: { password: { on: { TOKEN: 'token' } }, token: {} },
    });
    expect(definitionOf(told.actor('session'))).not.toContain('context');
  });

  it('keeps what one says is secret, and nothing else', () => {
    const told = record({ redact: (key) => key === 'shoeSize' });
    const machine = createMachine({ id: 'feet', context: { shoeSize: 43, token: 'open' } });
    const actor = createActor(machine, { inspect: told.inspect }).start();
    expect(told.snapshotsOf(told.actor('feet')?.sessionId)).toMatchObject([
      { context: { shoeSize: '[redacted]', token: 'open' } },
    ]);
    actor.stop();
  });

  it('shows what JSON has no words for', () => {
    const ring: unknown[] = [];
    ring.push(ring);
    const context = {
      map: new Map<unknown, unknown>([['one', 1]]),
      pairs: new Map<unknown, unknown>([[{ key: 1 }, 2n]]),
      set: new Set(['a', 'b']),
      error: Object.assign(new RangeError('too far', { cause: new Error('no map') }), { code: 'FAR' }),
      date: new Date(0),
      bytes: new Uint8Array([1, 255]),
      nothing: undefined,
      odd: [Number.NaN, undefined, Symbol('s'), function named() {}],
      ring,
      throws: Object.defineProperty({}, 'broken', {
        enumerable: true,
        get() {
          throw new Error('not now');
        },
      }),
    };
    const told = record();
    createActor(createMachine({ id: 'odd', context }), { inspect: told.inspect }).start();
    expect(told.snapshotsOf(told.actor('odd')?.sessionId)[0]?.context).toEqual({
      map: { '[Map of 1]': [['one', 1]] },
      pairs: { '[Map of 1]': [[{ key: 1 }, '2n']] },
      set: { '[Set of 2]': ['a', 'b'] },
      error: { '[RangeError]': 'too far', cause: { '[Error]': 'no map' }, code: 'FAR' },
      date: '1970-01-01T00:00:00.000Z',
      bytes: '[Uint8Array of 2 bytes]',
      odd: ['[NaN]', '[undefined]', '[Symbol(s)]', '[function named]'],
      ring: ['[circular]'],
      throws: { broken: '[unreadable] Error: not now' },
    });
  });

  it('shows each snapshot as it was, also of an actor that was done at once', () => {
    const quick = createMachine({ id: 'quick', initial: 'over', states: { over: { type: 'final' } } });
    const told = record();
    createActor(createMachine({ id: 'slow', invoke: { src: quick, id: 'quick' } }), { inspect: told.inspect }).start();
    const shown = told.actor('quick');
    expect(shown?.snapshot).toMatchObject({ status: 'active' });
    expect(told.snapshotsOf(shown?.sessionId)).toMatchObject([{ status: 'done', value: 'over' }]);
  });

  it.each(['here', 'in a thread'])('tells once that an actor failed, and by what, %s', async (where) => {
    const failing = createMachine({
      id: 'failure',
      on: {
        FAIL: {
          actions: () => {
            throw new RangeError('too far');
          },
        },
      },
    });
    const logic: AnyActorLogic = where === 'here' ? failing : inThread<typeof inspected>(urlOf('inspected')).failure;
    const told = record();
    const actor = createActor(logic, { id: 'failure', inspect: told.inspect });
    actor.subscribe({ error: () => {} });
    actor.start().send({ type: 'FAIL' });
    const failures = () =>
      told.snapshotsOf(told.actor('failure')?.sessionId).filter(({ status }) => status === 'error');
    await until('it has failed', () => failures().length > 0);
    expect(failures()).toMatchObject([{ error: { '[RangeError]': 'too far' } }]);
  });

  it('tells of a thread that died', async () => {
    const { failure } = inThread<typeof inspected>(urlOf('inspected'));
    const told = record();
    const actor = createActor(failure, { id: 'failure', inspect: told.inspect });
    actor.subscribe({ error: () => {} });
    actor.start().send({ type: 'CRASH' });
    await until('it has failed', () =>
      told.snapshotsOf(told.actor('failure')?.sessionId).some(({ status }) => status === 'error'),
    );
    expect(told.snapshotsOf(told.actor('failure')?.sessionId).at(-1)?.error).toMatchObject({ code: 'THREAD_DIED' });
  });

  it('gives a definition that makes the same states', async () => {
    const { office } = inThread<typeof inspected>(urlOf('inspected'));
    const told = record();
    const actor = createActor(office, { id: 'office', input: { name: 'Bob' }, inspect: told.inspect }).start();
    await until('the office is told of', () => told.actor('office') !== undefined);
    const again = createMachine(JSON.parse(definitionOf(told.actor('office'))) as object);
    expect(Object.keys(again.states)).toEqual(['closed', 'opening', 'open', 'over']);
    expect(Object.keys(again.states['open']?.states ?? {})).toEqual(['quiet', 'fed']);
    expect(again.events).toEqual(expect.arrayContaining(['OPEN', 'WRITE', 'DISMISS']));
    actor.stop();
  });

  it('counts its messages, and keeps their order while it waits to hear what a machine is made of', async () => {
    const { office } = inThread<typeof inspected>(urlOf('inspected'));
    const told = record();
    const head = createMachine({ id: 'head', invoke: { src: office, id: 'office', input: { name: 'Bob' } } });
    const actor = createActor(head, { inspect: told.inspect }).start();
    await until('the scribe is told of', () => told.actor('scribe') !== undefined);
    expect(told.events.map(({ id }) => Number(id))).toEqual(told.events.map((_, index) => index + 1));
    expect(
      told
        .of('@xstate.actor')
        .slice(0, 3)
        .map(({ name }) => name),
    ).toEqual(['head', 'office', 'scribe']);
    expect(definitionOf(told.actor('office'))).toContain('opening');
    actor.stop();
  });

  it.each([
    [{}, 'Cannot take undefined for send: it must be a function that takes a message. Give one.'],
    [{ send() {}, redact: /key/ }, 'Cannot take [object RegExp] for redact: it must be a function that takes a key.'],
    [{ send() {}, name: 7 }, 'Cannot take 7 for name: it must be a text.'],
    [{ send() {}, filter() {} }, "Cannot take the option 'filter': there is none of that name."],
  ])('refuses what is no option of its: %j', (options, text) => {
    expect(() => statelyAdapter(options as never)).toThrow(text);
  });

  it('never throws into an actor what its transport throws', async () => {
    const script = `
      import { createActor, createMachine } from 'xstate';
      import { statelyAdapter } from 'troupe/inspector';
      let uncaught = 0;
      process.on('uncaughtException', ({ message }) => { uncaught += message === 'closed' ? 1 : 100; });
      const { inspect } = statelyAdapter({ send() { throw new Error('closed'); } });
      const actor = createActor(createMachine({ initial: 'off', states: { off: { on: { GO: 'on' } }, on: {} } }), { inspect }).start();
      actor.send({ type: 'GO' });
      setImmediate(() => console.log(actor.getSnapshot().status, actor.getSnapshot().value, uncaught));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    // an actor, its start, the snapshot of that, an event, and the snapshot of that
    expect(stdout).toBe('active on 5\n');
  });
});
