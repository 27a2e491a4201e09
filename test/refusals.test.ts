// Bad input: each kind has its code, its text and the mend, and leaves nothing waiting.
import { describe, expect, it } from 'vitest';
import {
  assign,
  createActor,
  fromCallback,
  sendTo,
  setup,
  toPromise,
  waitFor,
  type AnyActorLogic,
  type AnyActorRef,
} from 'xstate';
import { createThreads, inThread, isTroupeError, settled, started, watch } from 'troupe';
import { collectDeadLetters, rejectionOf, until } from './support/observing.ts';
import { fixtures, places, urlOf } from './support/places.ts';
import { run } from './support/run.ts';

/** The error of an actor of this logic. */
async function failureOf(
  logic: AnyActorLogic,
  input?: unknown,
): Promise<Error & { code: string; details: Record<string, unknown> }> {
  const actor = createActor(logic, { id: 'it', input });
  actor.subscribe({ error: () => {} });
  const down = await watch(actor.start());
  if (down.type !== 'failed') throw new Error(`it should have failed, and is ${down.type}`);
  return down.error as never;
}

describe.each(places)('what cannot cross $where', ({ open }) => {
  it.each([
    { what: 'a function', value: () => {}, kind: 'function', text: /event\.deep\.list\[1\]/ },
    { what: 'a symbol', value: Symbol('no'), kind: 'symbol', text: /event\.deep\.list\[1\]/ },
  ])('is refused at the call: $what deep in an event', async ({ value, kind, text }) => {
    await using place = open();
    using dead = collectDeadLetters();
    const { keeper } = place.load('pen-pals');
    const actor = createActor(keeper).start();
    expect(() => actor.send({ type: 'KEEP', deep: { list: [1, value] } } as never)).toThrow(
      expect.objectContaining({
        name: 'TroupeError',
        code: 'NOT_SERIALIZABLE',
        message: expect.stringMatching(text) as string,
        details: { path: 'event.deep.list[1]', kind },
      }),
    );
    // nothing was posted, and the actor goes on
    actor.send({ type: 'KEEP', things: 1 });
    expect((await settled(actor)).context.things).toBe(1);
    expect(dead.letters).toEqual([]);
  });

  it.each([
    { whose: 'of its parent', isParent: true },
    { whose: 'of another system', isParent: false },
  ])('is, from an action $whose, a dead letter and an error in its mailbox', async ({ isParent }) => {
    await using place = open();
    using dead = collectDeadLetters();
    const { keeper } = place.load('pen-pals');
    const errors: unknown[] = [];
    const sending = setup({ actors: { keeper } }).createMachine({
      ...(isParent ? { invoke: { src: 'keeper', id: 'target' } } : {}),
      on: {
        SEND: {
          actions: [
            sendTo(({ event, self }) => (event['to'] ?? self.getSnapshot().children['target']) as AnyActorRef, {
              type: 'KEEP',
              things: { list: [1, Symbol('no')] },
            }),
            () => errors.push('and the rest of its effects run'),
          ],
        },
        'xstate.error.actor.*': { actions: ({ event }) => errors.push(event['error']) },
      },
    });
    using sender = run(sending);
    const target = createActor(keeper, { id: 'target' });
    sender.send({ type: 'SEND', to: isParent ? undefined : target.start() });
    expect(dead.letters).toMatchObject([{ reason: 'not-serializable', count: 1, error: { code: 'NOT_SERIALIZABLE' } }]);
    expect(errors).toMatchObject([
      'and the rest of its effects run',
      { code: 'NOT_SERIALIZABLE', details: { path: 'event.things.list[1]', kind: 'symbol' } },
    ]);
    expect(sender.getSnapshot().status).toBe('active');
  });

  it('is, from inside an action there, an error in the mailbox of the sender, whose other effects still run', async () => {
    await using place = open();
    const heard: unknown[] = [];
    const target = createActor(fromCallback(({ receive }) => receive((event) => heard.push(event)))).start();
    const { leaky } = place.load('failing');
    const sender = createActor(leaky).start();
    sender.send({ type: 'SEND', to: target });
    expect((await settled(sender)).context.errors).toEqual(['NOT_SERIALIZABLE event.deep.list[1]']);
    expect(heard).toEqual([{ type: 'FINE' }]);
  });

  it('is the same in a delayed send, and harms nobody else', async () => {
    await using place = open();
    const target = createActor(fixtures['pen-pals'].listener).start();
    const { leaksLater } = place.load('failing');
    const sender = createActor(leaksLater).start();
    sender.send({ type: 'PUSH', to: target });
    const { context } = await settled(sender, ({ context: { errors } }) => errors.length > 0, { timeout: 4000 });
    expect(context.errors).toEqual(['NOT_SERIALIZABLE event.callback']);
  });

  it('is not emitted: its sender is told, and what it emits after comes', async () => {
    await using place = open();
    const { leaky } = place.load('failing');
    const actor = createActor(leaky);
    const emitted: unknown[] = [];
    actor.on('*', (event) => emitted.push(event));
    actor.start().send({ type: 'EMIT' });
    expect((await settled(actor)).context.errors).toEqual(['NOT_SERIALIZABLE event.deep.list[1]']);
    expect(emitted).toEqual([{ type: 'FINE' }]);
  });

  it('is logged as its text', async () => {
    const lines: unknown[][] = [];
    await using place = open({ logger: (...values: unknown[]) => lines.push(values) });
    const { leaky } = place.load('failing');
    const actor = createActor(leaky).start();
    actor.send({ type: 'LOG' });
    await settled(actor);
    expect(lines).toHaveLength(1);
    expect(String(lines[0])).toContain('[object Object]');
  });

  it('fails an actor that keeps it in its context', async () => {
    await using place = open();
    const { leaky } = place.load('failing');
    const actor = createActor(leaky, { id: 'it' });
    actor.subscribe({ error: () => {} });
    actor.start().send({ type: 'KEEP' });
    const error = await rejectionOf(settled(actor));
    expect(error).toMatchObject({
      code: 'NOT_SERIALIZABLE',
      message: expect.stringMatching(
        /^Cannot show 'it' on '[^']+': context\.kept\.deep\[0\] is a function\. Keep it out of the context, or, .*`snapshots: 'none'`; /,
      ) as unknown,
      details: {
        path: 'context.kept.deep[0]',
        kind: 'function',
        actor: 'it',
        address: expect.stringContaining('@') as unknown,
      },
    });
  });

  it('harms nobody in a context that is not told', async () => {
    await using place = open();
    const { leaky } = place.load('failing', { snapshots: 'none' });
    const actor = createActor(leaky).start();
    actor.send({ type: 'KEEP' });
    expect((await settled(actor)).status).toBe('active');
  });

  it.each([
    { name: 'leaky', when: 'in a step', path: 'context.kept.deep[0]' },
    { name: 'leakyAtBirth', when: 'from the first', path: 'context.handlers.close' },
    { name: 'leakyState', when: 'as its state', path: 'context' },
  ] as const)('fails a child that keeps it in its context $when: onError of its parent names the key', async (each) => {
    await using place = open();
    const child = (place.load('failing') as unknown as Record<string, AnyActorLogic>)[each.name] as AnyActorLogic;
    using parent = run(
      setup({ actors: { child }, types: { context: {} as { readonly errors: readonly unknown[] } } }).createMachine({
        context: { errors: [] },
        initial: 'trusting',
        states: {
          trusting: {
            invoke: {
              src: 'child',
              id: 'child',
              onError: { target: 'sorry', actions: assign({ errors: ({ event }) => [event.error] }) },
            },
          },
          sorry: {},
        },
      }),
    );
    parent.getSnapshot().children['child']?.send({ type: 'KEEP' });
    const { context } = await waitFor(parent, (snapshot) => snapshot.matches('sorry'));
    const [error] = context.errors as readonly [Error];
    expect(error).toMatchObject({ code: 'NOT_SERIALIZABLE', details: { path: each.path, kind: 'function' } });
    expect(error.message).toContain(each.path);
    // what it says is no word of the wire's own
    expect(error.message).not.toMatch(/\bset\b|\bfields\b/);
  });

  it('fails an actor whose output it is', async () => {
    await using place = open();
    const { leaky } = place.load('failing');
    const actor = createActor(leaky);
    const failed = rejectionOf(toPromise(actor));
    actor.start().send({ type: 'END' });
    const error = await failed;
    expect(error).toMatchObject({ code: 'NOT_SERIALIZABLE', details: { kind: 'function' } });
    expect((error as Error).message).toMatch(/output/);
  });

  it('fails an actor at its start whose input it is', async () => {
    await using place = open();
    const { counter } = place.load('counter');
    const error = await failureOf(counter as AnyActorLogic, { from: () => 1 });
    expect(error).toMatchObject({ code: 'NOT_SERIALIZABLE', details: { path: 'input.input.from', kind: 'function' } });
  });

  it('does not travel by mutation: an event is what it was when it was sent', async () => {
    await using place = open();
    const { keeper } = place.load('pen-pals');
    const actor = createActor(keeper).start();
    const things = { list: [1, 2], deep: { n: 1 }, map: new Map([['a', 1]]) };
    const event = { type: 'KEEP', things } as const;
    actor.send(event);
    things.list.push(3);
    things.deep.n = 2;
    things.map.set('b', 2);
    expect((await settled(actor)).context.things).toEqual({ list: [1, 2], deep: { n: 1 }, map: new Map([['a', 1]]) });
    // not before its start either
    const later = createActor(keeper);
    const sent = { type: 'KEEP', things: { n: 1 } } as const;
    later.send(sent);
    (sent.things as { n: number }).n = 2;
    expect((await settled(later.start())).context.things).toEqual({ n: 1 });
  });
});

describe.each(places)('what cannot be hosted $where', ({ open }) => {
  it('is an export that is not there: the error names those that are', async () => {
    await using place = open();
    const module = place.load('odd-exports') as unknown as Record<string, AnyActorLogic>;
    const error = await failureOf(module['student'] as AnyActorLogic);
    expect(error).toMatchObject({
      code: 'NO_SUCH_EXPORT',
      details: { name: 'student', exports: ['answer', 'factory', 'logic', 'nothing'] },
    });
    expect(error.message).toContain("Cannot host 'student' of ");
    expect(error.message).toContain('It exports answer, factory, logic, nothing.');
  });

  it.each(['answer', 'factory', 'nothing'])('is an export that is no actor logic: %s', async (name) => {
    await using place = open();
    const module = place.load('odd-exports') as unknown as Record<string, AnyActorLogic>;
    const error = await failureOf(module[name] as AnyActorLogic);
    expect(error).toMatchObject({ code: 'NOT_ACTOR_LOGIC', details: { name } });
    expect(error.message).toContain('Export a machine, or what fromPromise and its like return.');
  });

  it('is anything on a host that is closed', async () => {
    const place = open({ name: 'the place' });
    const { counter } = place.load('counter');
    await place.host.close();
    const closed = "The host 'the place' is closed: it takes no more work. Close it when all is done.";
    expect(() => place.load('door')).toThrow(expect.objectContaining({ code: 'HOST_CLOSED', message: closed }));
    expect(await failureOf(counter as AnyActorLogic)).toMatchObject({
      code: 'HOST_CLOSED',
      message: closed,
      details: { host: 'the place' },
    });
    // closing it again is nothing
    await place.host.close();
  });
});

describe.each(places)('a module at hand that is refused $where', ({ open }) => {
  it.each([5, 'counter', null, () => {}])('is no object: %s', async (local) => {
    await using place = open();
    expect(() => place.load('counter', { local: local as never })).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining(' for local: it must be the module at hand. ') as string,
        details: expect.objectContaining({ option: 'local' }) as object,
      }),
    );
  });

  it('has an export that is no logic, as soon as that is used; it may lack one', async () => {
    await using place = open();
    const { doubled } = fixtures.counter;
    const module = place.load('counter', { local: { doubled, counter: 'none' as never } });
    expect(await toPromise(createActor(module.doubled, { input: 4 }).start())).toBe(8);
    expect(() => module.counter).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message:
          "Cannot take local for 'counter': its export of that name is no actor logic. Give the module that is imported, or leave 'counter' out.",
        details: { option: 'local', name: 'counter' },
      }),
    );
    expect(() => module.echo).not.toThrow();
  });
});

describe('what cannot be loaded in a thread', () => {
  const load = (url: URL | string) => inThread<{ readonly it: AnyActorLogic }>(url).it as AnyActorLogic;

  // some 100 ms on an idle machine; what is tested is that no timeout has to run out first
  it('is a module that is missing: well before any timeout, with the URL', { timeout: 4000 }, async () => {
    const url = urlOf('nowhere');
    const error = await failureOf(load(url));
    expect(error).toMatchObject({ code: 'IMPORT_FAILED', details: { source: url.href } });
    expect(error.message).toContain(`Cannot import ${url.href}: `);
    expect(error.cause).toMatchObject({ code: 'ERR_MODULE_NOT_FOUND' });
  });

  it('is a module that throws on import: the very error is the cause', async () => {
    const url = urlOf('throws-on-import');
    const error = await failureOf(load(url));
    expect(error).toMatchObject({ code: 'IMPORT_FAILED', details: { source: url.href } });
    expect(error.message).toContain('the fuse has blown');
    expect(error.cause).toMatchObject({ name: 'RangeError', message: 'the fuse has blown' });
  });

  it('is an export that the module lacks, by name', async () => {
    const error = await failureOf(load(urlOf('odd-exports')));
    expect(error).toMatchObject({ code: 'NO_SUCH_EXPORT', details: { source: urlOf('odd-exports').href } });
    expect(error.message).toContain('answer, factory, logic, nothing');
  });

  it('is what is no absolute URL', () => {
    for (const source of ['./students.js', 'students']) {
      expect(() => load(source)).toThrow(
        expect.objectContaining({
          code: 'INVALID_ARGUMENT',
          message: `Cannot import '${source}': it is no absolute URL. Give new URL('./module.js', import.meta.url).`,
        }),
      );
    }
  });

  it('leaves a host in use: another module still starts', async () => {
    await using threads = createThreads({ size: 1 });
    const { never } = threads.import<typeof import('./fixtures/throws-on-import.ts')>(urlOf('throws-on-import'));
    expect(await failureOf(never as AnyActorLogic)).toMatchObject({ code: 'IMPORT_FAILED' });
    const { doubled } = threads.import<typeof import('./fixtures/counter.ts')>(urlOf('counter'));
    expect(await toPromise(createActor(doubled, { input: 4 }).start())).toBe(8);
  });
});

describe('what is sent to an actor that has stopped', () => {
  it.each(places)('is a dead letter that says so $where', async ({ open }) => {
    await using place = open();
    using dead = collectDeadLetters();
    const { doubled, counter } = place.load('counter');
    const stopped = createActor(counter, { id: 'Ada' }).start();
    await started(stopped);
    stopped.stop();
    const done = createActor(doubled, { id: 'Bob', input: 1 }).start();
    await toPromise(done);
    stopped.send({ type: 'NOTHING' });
    (done as unknown as typeof stopped).send({ type: 'NOTHING' });
    await until('both are dead letters', () => dead.letters.length === 2);
    for (const [index, id] of ['Ada', 'Bob'].entries()) {
      const letter = dead.letters[index];
      expect(letter).toMatchObject({ reason: 'stopped', count: 1 });
      expect(isTroupeError(letter?.error, 'ACTOR_DOWN')).toBe(true);
      expect(String(letter?.error)).toContain(`Cannot send 'NOTHING' to '${id}': it has stopped.`);
    }
  });
});
