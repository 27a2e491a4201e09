// Threads: which actor runs in which, what becomes of it when its thread dies, and that nothing is left.
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { createActor, fromCallback, setup, toPromise, waitFor, type AnyActorLogic } from 'xstate';
import {
  createBus,
  createMemoryHost,
  createThreads,
  currentBus,
  inThread,
  isTroupeError,
  settled,
  started,
  watch,
} from 'troupe';
import { openCell } from 'troupe/shared';
import { rejectionOf, until } from './support/observing.ts';
import { countThreads, runProgram } from './support/programs.ts';
import { urlOf } from './support/places.ts';
import { run } from './support/run.ts';

type Residents = typeof import('./fixtures/residents.ts');
type Whisper = import('./fixtures/programs/asker.ts').Whisper;
type Doomed = typeof import('./fixtures/doomed.ts');

describe('inThread', () => {
  it('gives each actor a thread of its own, which ends with it: settled joins it', async () => {
    using threads = countThreads();
    const { resident } = inThread<Residents>(urlOf('residents'));
    const actors = [1, 2].map(() => createActor(resident).start());
    const snapshots = await settled(actors);
    expect(new Set(snapshots.map(({ context }) => context.thread)).size).toBe(2);
    expect(threads.running).toBe(2);
    for (const actor of actors) actor.stop();
    await settled(actors);
    expect(threads.running).toBe(0);
  });

  it('ends the thread of an actor that is done, and of one that failed', async () => {
    using threads = countThreads();
    const { visitor } = inThread<Residents>(urlOf('residents'));
    const done = createActor(visitor).start();
    expect(await toPromise(done)).toBeGreaterThan(0);
    await settled(done);
    expect(threads.running).toBe(0);
    const { failsInPromise } = inThread<typeof import('./fixtures/failing.ts')>(urlOf('failing'));
    const failing = createActor(failsInPromise);
    failing.subscribe({ error: () => {} });
    await rejectionOf(settled(failing.start(), () => false));
    expect(threads.running).toBe(0);
    expect(threads.started).toBe(2);
  });

  it('starts no thread before the actor starts, nor for one that never does', async () => {
    using threads = countThreads();
    const { resident } = inThread<Residents>(urlOf('residents'));
    const actor = createActor(resident);
    expect(actor.getSnapshot().status).toBe('active');
    actor.stop();
    await settled(
      createActor(inThread<Residents>(urlOf('residents')).visitor).start(),
      ({ status }) => status === 'done',
    );
    expect(threads.started).toBe(1);
  });

  it('is the same logic for the same module and options', () => {
    expect(inThread<Residents>(urlOf('residents')).resident).toBe(inThread<Residents>(urlOf('residents')).resident);
    expect(inThread<Residents>(urlOf('residents'), { daemon: true }).resident).not.toBe(
      inThread<Residents>(urlOf('residents')).resident,
    );
  });

  it("runs what a worker's own file serves", async () => {
    using threads = countThreads();
    type Served = typeof import('./fixtures/served.worker.ts');
    const { tally, ...rest } = inThread<Served>(() => new Worker(urlOf('served.worker')));
    const actor = createActor(tally).start();
    actor.send({ type: 'COUNT' });
    expect((await settled(actor)).context).toBe(1);
    actor.stop();
    await settled(actor);
    expect(threads.running).toBe(0);
    expect(rest).toEqual({});
  });

  it("names what a worker's own file serves, where it is asked for something else", async () => {
    const { nobody } = inThread<{ nobody: AnyActorLogic }>(() => new Worker(urlOf('served.worker')));
    const actor = createActor(nobody as AnyActorLogic);
    actor.subscribe({ error: () => {} });
    expect(await watch(actor.start())).toMatchObject({
      type: 'failed',
      error: { code: 'NO_SUCH_EXPORT', details: { exports: ['tally', 'whereabouts'] } },
    });
    await rejectionOf(settled(actor));
  });

  it('ends a thread that was stopped while it was still starting', async () => {
    using threads = countThreads();
    const { resident } = inThread<Residents>(urlOf('residents'));
    const actor = createActor(resident).start();
    actor.stop();
    expect(await settled(actor)).toMatchObject({ status: 'stopped' });
    expect(threads.running).toBe(0);
  });
});

describe('createThreads', () => {
  it('starts its threads at once, and each actor in the one that has the fewest', async () => {
    using counted = countThreads();
    await using threads = createThreads({ size: 2 });
    const { resident } = threads.import<Residents>(urlOf('residents'));
    const actors = Array.from({ length: 4 }, () => createActor(resident).start());
    const where = (await settled(actors)).map(({ context }) => context.thread);
    const [first, second] = where;
    expect(where).toEqual([first, second, first, second]);
    expect(counted.started).toBe(2);
    // both of the second thread go, so the next two come there
    actors[1]?.stop();
    actors[3]?.stop();
    await settled(actors);
    const next = [createActor(resident).start(), createActor(resident).start()];
    expect((await settled(next)).map(({ context }) => context.thread)).toEqual([second, second]);
    expect(counted.started).toBe(2);
  });

  it('has loaded a module before the first actor of it starts', async () => {
    await using threads = createThreads({ size: 1 });
    const { visitor, early } = threads.import<Residents>(urlOf('residents'));
    await toPromise(createActor(visitor).start());
    expect(await toPromise(createActor(early).start())).toBe(true);
  });

  it.each([0, -1, 1.5, Number.NaN, '2', 1025, 2 ** 40])('refuses %s threads', (size) => {
    expect(() => createThreads({ size: size as number })).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: `Cannot create ${size} threads: size must be a whole number from 1 to 1024.`,
      }),
    );
  });

  it("runs what a worker's own file serves, in as many threads", async () => {
    await using threads = createThreads({ size: 2 });
    const { whereabouts } = threads.import<typeof import('./fixtures/served.worker.ts')>(
      () => new Worker(urlOf('served.worker')),
    );
    const found = await Promise.all([1, 2].map(() => toPromise(createActor(whereabouts).start())));
    expect(new Set(found).size).toBe(2);
  });
});

describe('closing a host of threads', () => {
  it('lets its actors handle what was sent, stops them in reverse order, and leaves no thread', async () => {
    using counted = countThreads();
    const lines: unknown[] = [];
    const threads = createThreads({ size: 2, logger: (line: unknown) => lines.push(line) });
    const { talker } = threads.import<Residents>(urlOf('residents'));
    const ended: string[] = [];
    for (const name of ['Ada', 'Bob', 'Cyd']) {
      const actor = createActor(talker, { id: name, input: { name } });
      actor.subscribe({ complete: () => ended.push(name) });
      actor.start();
      for (let n = 0; n < 3; n += 1) actor.send({ type: 'SAY', words: `${n}` });
    }
    await threads.close();
    expect(lines.filter((line) => String(line).startsWith('Bob'))).toEqual(['Bob: 0', 'Bob: 1', 'Bob: 2']);
    expect(lines).toHaveLength(9);
    expect(ended).toEqual(['Cyd', 'Bob', 'Ada']);
    expect(counted.running).toBe(0);
  });

  it('ends what does not end by itself at the deadline', async () => {
    using counted = countThreads();
    const threads = createThreads({ size: 1 });
    const { doomed } = threads.import<Doomed>(urlOf('doomed'));
    const actor = createActor(doomed);
    await started(actor.start());
    actor.send({ type: 'BLOCK' });
    await threads.close({ timeout: 20 });
    expect(counted.running).toBe(0);
    expect(await watch(actor)).toEqual({ type: 'stopped' });
  });

  it('fails a child whose parent lives on, and tells why', async () => {
    const threads = createThreads({ size: 1, name: 'workshop' });
    const { resident } = threads.import<Residents>(urlOf('residents'));
    const errors: unknown[] = [];
    const parent = setup({ actors: { resident } }).createMachine({
      invoke: {
        src: 'resident',
        id: 'child',
        onError: { target: '.sorry', actions: ({ event }) => errors.push(event.error) },
      },
      initial: 'fine',
      states: { fine: {}, sorry: {} },
    });
    using actor = run(parent);
    await threads.close();
    await waitFor(actor, (snapshot) => snapshot.matches('sorry'));
    expect(errors).toMatchObject([{ code: 'HOST_CLOSED', details: { host: 'workshop', actor: 'child' } }]);
  });

  it('keeps nothing of an actor that is still starting', async () => {
    using counted = countThreads();
    const threads = createThreads({ size: 1 });
    const { resident } = threads.import<Residents>(urlOf('residents'));
    const actor = createActor(resident).start();
    await threads.close();
    expect(actor.getSnapshot().status).toBe('stopped');
    expect(counted.running).toBe(0);
  });
});

describe('options that no host can take', () => {
  it.each([5, 'console', null])('are refused: logger %s', (value) => {
    using counted = countThreads();
    const logger = value as unknown as () => void;
    const refused: unknown = expect.objectContaining({
      code: 'INVALID_ARGUMENT',
      details: expect.objectContaining({ option: 'logger' }) as object,
    });
    expect(() => inThread<Residents>(urlOf('residents'), { logger })).toThrow(refused);
    expect(() => createThreads({ logger })).toThrow(refused);
    expect(() => createMemoryHost({ logger })).toThrow(refused);
    expect(counted.started).toBe(0);
  });

  it.each([
    ['snapshots', 'x'],
    ['snapshots', 5],
    ['snapshots', null],
    ['persist', 'x'],
    ['persist', null],
    ['persist', true],
  ])('are refused: %s %s', async (option, value) => {
    const options = { [option]: value } as object;
    const refused: unknown = expect.objectContaining({
      code: 'INVALID_ARGUMENT',
      details: expect.objectContaining({ option }) as object,
    });
    expect(() => inThread<Residents>(urlOf('residents'), options)).toThrow(refused);
    await using host = createMemoryHost();
    expect(() => host.import({}, options)).toThrow(refused);
  });

  it.each([[undefined], [null], [{}], [{ postMessage: () => {} }]])(
    'are refused: a factory that gives %s',
    async (made) => {
      const factory = (() => made) as unknown as () => Worker;
      const refused = { code: 'INVALID_ARGUMENT', message: expect.stringContaining('which is no Worker') as string };
      await using threads = createThreads({ size: 1 });
      expect(() => threads.import(factory)).toThrow(expect.objectContaining(refused));
      const actor = createActor(inThread<{ readonly it: AnyActorLogic }>(factory).it as AnyActorLogic);
      actor.subscribe({ error: () => {} });
      expect(await watch(actor.start())).toMatchObject({ type: 'failed', error: refused });
    },
  );
});

describe('a bus that is closed', () => {
  it('ends the threads that were started on it', async () => {
    using counted = countThreads();
    const bus = createBus();
    const threads = createThreads({ size: 2, bus });
    const actors = [
      threads.import<Residents>(urlOf('residents')),
      inThread<Residents>(urlOf('residents'), { bus }),
    ].map(({ resident }) => createActor(resident));
    for (const actor of actors) {
      actor.subscribe({ error: () => {} });
      await started(actor.start());
    }
    expect(counted.running).toBe(3);
    await bus.close();
    expect(counted.running).toBe(0);
    for (const actor of actors) expect(await watch(actor)).toEqual({ type: 'stopped' });
    // there is nothing left to wait for
    await threads.close();
  });

  it('starts no thread that stays', async () => {
    using counted = countThreads();
    const bus = createBus();
    await bus.close();
    expect(() => createThreads({ size: 2, bus })).toThrow(expect.objectContaining({ code: 'BUS_CLOSED' }));
    const actor = createActor(inThread<Residents>(urlOf('residents'), { bus }).resident);
    actor.subscribe({ error: () => {} });
    expect(await watch(actor.start())).toMatchObject({ type: 'failed', error: { code: 'BUS_CLOSED' } });
    // Node tells of a new thread later
    await until('both starts are known', () => counted.started === 2);
    await until('what was started has ended', () => counted.running === 0);
  });
});

describe('a thread and cells', () => {
  it('gives back the names that it made when it has ended, and says so', async () => {
    const changes: unknown[] = [];
    const subscription = currentBus().nodes.subscribe((change) => changes.push(change));
    const { cellMaker } = inThread<typeof import('./fixtures/programs/cell-maker.ts')>(urlOf('programs/cell-maker'));
    const names = ['left behind', 'left behind too'];
    const actor = createActor(cellMaker, { input: names }).start();
    await settled(actor, ({ status }) => status === 'done');
    await settled(actor);
    subscription.unsubscribe();
    expect(changes).toContainEqual({
      type: 'cells-released',
      node: expect.stringContaining('cellMaker') as string,
      names,
    });
    expect(() => openCell('left behind')).toThrow(expect.objectContaining({ code: 'NO_SUCH_CELL' }));
  });

  it('fails whoever starts an actor in it if it made some before it joined', async () => {
    await using threads = createThreads({ size: 1 });
    let greeted: Promise<unknown> | undefined;
    let made = 0;
    const { visitor } = threads.import<typeof import('./fixtures/programs/early-cells.worker.ts')>(() => {
      made += 1;
      const worker = new Worker(urlOf('programs/early-cells.worker'));
      greeted = Promise.race([once(worker, 'message'), once(worker, 'exit')]);
      return worker;
    });
    // it has failed to join before anybody asks for an actor, and lives on to say so
    await greeted;
    for (const _ of [1, 2]) {
      const actor = createActor(visitor);
      actor.subscribe({ error: () => {} });
      expect(await watch(actor.start())).toMatchObject({
        type: 'failed',
        error: { code: 'INVALID_ARGUMENT', message: expect.stringContaining("'too early'") as string },
      });
    }
    expect(made).toBe(1);
  });
});

describe('a thread that waits for the one that started it', () => {
  it('lives on when it has its answer', async () => {
    await using threads = createThreads({ size: 1 });
    const { resident } = threads.import<Residents>(urlOf('residents'));
    const { asker } = threads.import<typeof import('./fixtures/programs/asker.ts')>(urlOf('programs/asker'));
    using teller = run(
      fromCallback<Whisper>(({ receive }) => receive(({ replyTo }) => replyTo.send({ type: 'HUSH' }))),
    );
    const beside = createActor(resident).start();
    const asking = createActor(asker, { input: { whom: teller } }).start();
    expect(await toPromise(asking)).toBe('HUSH');
    for (let nudges = 1; nudges <= 20; nudges += 1) {
      beside.send({ type: 'NUDGE' });
      expect((await settled(beside)).context.nudges).toBe(nudges);
    }
  });
});

describe('a thread that dies', () => {
  const die = async (event: 'EXIT' | 'THROW' | 'FILL', threads: ReturnType<typeof createThreads>) => {
    const { doomed } = threads.import<Doomed>(urlOf('doomed'));
    const actor = createActor(doomed, { id: 'doomed' });
    actor.subscribe({ error: () => {} });
    await started(actor.start());
    const down = watch(actor);
    actor.send({ type: event });
    const how = await down;
    if (how.type !== 'failed') throw new Error(`it is ${how.type}`);
    return how.error as Error & { readonly code: string };
  };

  it('by process.exit fails all actors in it', async () => {
    await using threads = createThreads({ size: 1, name: 'crew' });
    const { bystander } = threads.import<Doomed>(urlOf('doomed'));
    const beside = createActor(bystander, { id: 'beside' });
    beside.subscribe({ error: () => {} });
    await started(beside.start());
    const error = await die('EXIT', threads);
    expect(error).toMatchObject({
      name: 'TroupeError',
      code: 'THREAD_DIED',
      details: { exitCode: 7, actor: 'doomed' },
    });
    expect(error.message).toMatch(
      /Lost 'doomed' on 'crew-.*'\. The thread 'crew-.*' exited with code 7: process\.exit was called in it, or it was terminated\. Let its actors end by themselves\./,
    );
    expect(await watch(beside)).toMatchObject({ type: 'failed', error: { code: 'THREAD_DIED' } });
    expect(isTroupeError(await rejectionOf(settled(beside)), 'THREAD_DIED')).toBe(true);
  });

  it('of an error outside of any actor fails with that error as its cause', async () => {
    await using threads = createThreads({ size: 1 });
    const error = await die('THROW', threads);
    expect(error).toMatchObject({
      code: 'THREAD_DIED',
      cause: { name: 'RangeError', message: 'out of range, out of any actor' },
    });
    expect(error.message).toContain('died of an uncaught error: out of range, out of any actor');
  });

  it('of exhausted memory says so', async () => {
    await using threads = createThreads({ size: 1, resourceLimits: { maxOldGenerationSizeMb: 24 } });
    const error = await die('FILL', threads);
    expect(error).toMatchObject({ code: 'OUT_OF_MEMORY' });
    expect(error.message).toContain('ran out of memory. Give it more by resourceLimits, or keep less in its actors.');
  }, 20_000);

  it('is replaced when its place is needed', async () => {
    using counted = countThreads();
    await using threads = createThreads({ size: 1 });
    const { resident } = threads.import<Residents>(urlOf('residents'));
    const before = createActor(resident);
    before.subscribe({ error: () => {} });
    const { context } = await started(before.start());
    await die('EXIT', threads);
    const after = createActor(resident).start();
    expect((await settled(after)).context.thread).not.toBe(context.thread);
    expect(counted.started).toBe(2);
    expect(counted.running).toBe(1);
  });

  it('is an error that the parent of an invoked actor can handle, and invoke it again', async () => {
    await using threads = createThreads({ size: 1 });
    const { doomed } = threads.import<Doomed>(urlOf('doomed'));
    const parent = setup({ actors: { doomed } }).createMachine({
      initial: 'first',
      states: {
        first: {
          invoke: { src: 'doomed', id: 'doomed', onError: 'second' },
          on: { GO: { actions: ({ self }) => self.getSnapshot().children['doomed']?.send({ type: 'EXIT' }) } },
        },
        second: { invoke: { src: 'doomed', id: 'doomed' } },
      },
    });
    using actor = run(parent);
    actor.send({ type: 'GO' });
    const { children } = await waitFor(actor, (snapshot) => snapshot.matches('second'));
    expect(await settled(children['doomed'] as NonNullable<(typeof children)['doomed']>)).toMatchObject({
      status: 'active',
    });
  });
});

describe('a program', () => {
  it('exits by itself, and nothing is left of hosts, threads and actors', async () => {
    expect((await runProgram('leaves-nothing')).lines).toEqual(['THREAD_DIED', 'nothing is left']);
  });

  it('exits by itself while an idle host is still open', async () => {
    expect((await runProgram('forgets')).lines).toEqual(['forgotten']);
  });

  it('is kept alive by an actor in a thread', async () => {
    expect((await runProgram('daemon')).lines).toEqual(['the program is over', 'ding']);
  });

  it('is not kept alive by an actor in a daemon thread', async () => {
    expect((await runProgram('daemon', 'daemon')).lines).toEqual(['the program is over']);
  });
});

describe('a TypeScript source', () => {
  const source = `
    export const it: object = {
      transition: (snapshot: unknown) => snapshot,
      getInitialSnapshot: () => ({ status: 'active', output: undefined, error: undefined, context: 'typed' }),
      getPersistedSnapshot: (snapshot: unknown) => snapshot,
    };
  `;

  it.each(['logic.mts', 'logic.mjs'])('is loaded by the tsx that the program has installed: %s', async (asked) => {
    const folder = await mkdtemp(join(tmpdir(), 'troupe-'));
    try {
      // the least that is like tsx: what it gives to require is not for import
      const tsx = {
        'package.json': '{ "exports": { "./esm/api": { "import": "./api.mjs", "require": "./api.cjs" } } }',
        'api.cjs': "exports.register = () => { throw new Error('This is for require.') }",
        'api.mjs': `
          import { register as hook } from 'node:module';
          const load = '(url, context, next) => next(url, url.includes(".mts") ? { ...context, format: "module" } : context)';
          export const register = () => hook('data:text/javascript,export const load = ' + encodeURIComponent(load));
        `,
      };
      await mkdir(join(folder, 'node_modules', 'tsx'), { recursive: true });
      for (const [name, text] of Object.entries(tsx)) await writeFile(join(folder, 'node_modules', 'tsx', name), text);
      // it has no types, so that nothing need be stripped
      await writeFile(join(folder, 'logic.mts'), source.replaceAll(/: (object|unknown)/g, ''));
      const url = pathToFileURL(join(folder, asked));
      const actor = createActor(inThread<{ readonly it: AnyActorLogic }>(url).it as AnyActorLogic).start();
      expect(await started(actor)).toMatchObject({ context: 'typed' });
      actor.stop();
      await settled(actor);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.each(['logic.ts', 'logic.js'])('is loaded, or refused with the mend, where %s is asked for', async (asked) => {
    const folder = await mkdtemp(join(tmpdir(), 'troupe-'));
    try {
      // far from any node_modules, so that no tsx is found
      await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
      await writeFile(join(folder, 'logic.ts'), source);
      const url = pathToFileURL(join(folder, asked));
      const actor = createActor(inThread<{ readonly it: AnyActorLogic }>(url).it as AnyActorLogic);
      actor.subscribe({ error: () => {} });
      actor.start();
      const loaded = { context: 'typed' };
      const refused = {
        code: 'SOURCE_NOT_LOADABLE',
        details: { source: url.href, typescript: pathToFileURL(join(folder, 'logic.ts')).href },
        message: expect.stringContaining(
          'this Node does not strip types and tsx is not installed. Compile it',
        ) as string,
      };
      // which of the two depends on the Node that runs this
      const { typescript } = process.features as { readonly typescript?: string | false };
      const found: unknown = await started(actor).catch((error: unknown) => error);
      expect(found).toMatchObject(typescript ? loaded : refused);
      actor.stop();
      await settled(actor).catch(() => {});
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
