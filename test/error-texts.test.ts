// Every code of TroupeError: what provokes it, through the public surface, and its whole text. A code without a case does not compile.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import {
  createActor,
  createMachine,
  fromPromise,
  fromTransition,
  setup,
  toPromise,
  type AnyActorLogic,
  type AnyActorRef,
} from 'xstate';
import {
  ask,
  createBus,
  createMemoryHost,
  createMemoryLink,
  createThreads,
  drained,
  inThread,
  isTroupeError,
  persist,
  settled,
  started,
  supervise,
  watch,
  type Bus,
  type TroupeError,
  type TroupeErrorCode,
} from 'troupe';
import { arrive, barrier } from 'troupe/actors';
import { createCell, createLock, createSegment, openCell } from 'troupe/shared';
import { assertAlways, createSimulation, model, until as waitUntil, type Simulation } from 'troupe/testing';
import { createOtherXState } from './support/other-xstate.ts';
import { collectDeadLetters, rejectionOf, until } from './support/observing.ts';
import { fixtures, urlOf } from './support/places.ts';
import { run } from './support/run.ts';

/** What provokes an error, and its text. */
type Case = readonly [provoke: () => unknown, text: string];

const folder = mkdtempSync(join(tmpdir(), 'troupe-'));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');

/** The URL of a module that is written for this. */
function moduleOf(name: string, text: string): URL {
  writeFileSync(join(folder, name), text);
  return pathToFileURL(join(folder, name));
}

const counter = fromTransition((count: number, _: { readonly type: 'ADD' }) => count + 1, 0);
const toggle = createMachine({ id: 'toggle', initial: 'off', states: { off: { on: { TOGGLE: 'on' } }, on: {} } });

/** Logic with a child, whose state is therefore not all in its snapshot. */
const family = setup({ actors: { counter } }).createMachine({ invoke: { src: 'counter' } });

/** A system that can be explored. */
const lights = createMachine({
  id: 'light',
  initial: 'red',
  states: { red: { after: { 500: 'green' } }, green: { type: 'final' } },
});
const crossing = model({ actors: { light: lights } });

/** What it does is not up to the model alone. */
let isOpen = true;
const fence = createMachine({
  id: 'gate',
  initial: 'shut',
  states: { shut: { after: { 500: { guard: () => isOpen, target: 'open' } } }, open: {} },
});

function start<TLogic extends AnyActorLogic>(logic: TLogic, input?: unknown): AnyActorRef & { stop(): unknown } {
  const actor = createActor(logic as AnyActorLogic, { id: 'Ada', input });
  actor.subscribe({ error: () => {} });
  return actor.start();
}

/** The error with which an actor ends. */
async function failureOf(actor: AnyActorRef): Promise<unknown> {
  const down = await watch(actor);
  return down.type === 'failed' ? down.error : down;
}

const failureIn = (source: URL, name = 'it') =>
  failureOf(start(inThread<Record<string, AnyActorLogic>>(source, { name: 'crew' })[name] as AnyActorLogic));

const question = (replyTo: AnyActorRef) => ({ type: 'ADD', replyTo }) as never;

/** An actor that takes one event, and to which nothing is delivered. */
async function stuck(use: (actor: AnyActorRef) => unknown): Promise<unknown> {
  const host = createMemoryHost({ name: 'workshop', schedule: () => {} });
  const actor = start(host.import({ counter }, { mailbox: { events: 1 } }).counter);
  try {
    return await use(actor);
  } finally {
    await host.close({ timeout: 0 });
  }
}

/** What becomes of an actor in a thread that is told to do something. */
async function doom(type: 'EXIT' | 'THROW' | 'FILL'): Promise<unknown> {
  const limits = type === 'FILL' ? { resourceLimits: { maxOldGenerationSizeMb: 24 } } : {};
  const { doomed } = inThread<typeof import('./fixtures/doomed.ts')>(urlOf('doomed'), { name: 'crew', ...limits });
  const actor = start(doomed);
  await started(actor);
  actor.send({ type });
  return failureOf(actor);
}

/** A running actor that is hosted in this realm. */
async function hosted(use: (actor: AnyActorRef & { stop(): unknown }) => unknown, logic: AnyActorLogic = counter) {
  await using host = createMemoryHost({ name: 'workshop' });
  const actor = start(host.import<{ readonly it: AnyActorLogic }>({ it: logic }).it as AnyActorLogic);
  await started(actor);
  return await use(actor);
}

/** The error of what a link by hand brings. */
async function broughtBy(packet: string, errorOf: (bus: Bus) => unknown): Promise<unknown> {
  await using bus = createBus({ name: 'hub' });
  let error: unknown;
  bus.deadLetters.subscribe((letter) => (error ??= letter.error));
  const [near, far] = createMemoryLink();
  far.packets.subscribe();
  bus.connect(near, { node: 'annex@1', as: 'child' });
  const route = bus.route('annex@1');
  far.post(packet);
  await until('it has come', () => error !== undefined || route.down !== undefined);
  return error ?? route.down ?? errorOf(bus);
}

/** How a wait at a barrier ends that this breaks. */
async function broken(
  breakIt: (gate: AnyActorRef) => void,
  parties = 2,
  logic: AnyActorLogic = barrier,
): Promise<unknown> {
  const gate = createActor(logic, { id: 'gate', input: { parties } }).start();
  const waiting = rejectionOf(arrive(gate as never));
  breakIt(gate);
  return waiting;
}

/** The errors that only a program of its own has. */
async function told(code: TroupeErrorCode): Promise<unknown> {
  const source = moduleOf('logic.ts', 'export const machine: object = {};');
  const { typescript } = process.features as { readonly typescript?: string | false };
  const flags = typescript ? ['--no-experimental-strip-types'] : [];
  const file = join(import.meta.dirname, '../dist/test/fixtures/programs/tells-errors.js');
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, file, source.href], { timeout: 10_000 });
  const errors = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as TroupeError);
  const found = errors.find((error) => error.code === code);
  return found && Object.assign(new Error(found.message), { name: 'TroupeError', code });
}

async function unsupported(): Promise<unknown> {
  using xstate = createOtherXState();
  const { stdout } = await xstate.run('tells-xstate', ['_deferred', 'observers']);
  return Object.assign(new Error(stdout.trimEnd()), { name: 'TroupeError', code: 'UNSUPPORTED_XSTATE' });
}

async function named(): Promise<unknown> {
  await using host = createMemoryHost({ name: 'workshop' });
  const { office } = host.import(fixtures.named);
  const { desk } = fixtures.named;
  const street = setup({ actors: { office, desk } }).createMachine({
    invoke: { src: 'office', id: 'office', input: { desks: [] }, onError: {} },
    initial: 'empty',
    states: { empty: { on: { PUT_UP: 'full' } }, full: { invoke: { src: 'desk', id: 'kiosk', systemId: 'kiosk' } } },
  });
  using actor = run(street);
  const child = actor.getSnapshot().children['office'] as AnyActorRef;
  await started(child);
  child.send({ type: 'PUT_UP', name: 'kiosk' });
  actor.send({ type: 'PUT_UP' });
  return await failureOf(child);
}

const cases: Readonly<Record<TroupeErrorCode, readonly [Case, ...Case[]]>> = {
  ACTOR_DOWN: [
    [
      () => hosted((actor) => (actor.stop(), rejectionOf(ask(actor as never, question)))),
      "'Ada' has stopped and will not reply. Ask while it runs.",
    ],
    [
      () =>
        hosted(
          (actor) => rejectionOf(settled(actor, () => false)),
          fromPromise(async () => 1),
        ),
      "'Ada' has ended, and not where it was wanted. Judge its last snapshot too, or watch it.",
    ],
    [
      () =>
        hosted(async (actor) => {
          using dead = collectDeadLetters();
          actor.stop();
          actor.send({ type: 'ADD' });
          await until('it is a dead letter', () => dead.letters.length > 0);
          return dead.letters[0]?.error;
        }),
      "Cannot send 'ADD' to 'Ada': it has stopped. Watch it, and send only while it runs.",
    ],
    [
      async () => {
        const { recluse } = inThread<typeof import('./fixtures/leaves-bus.ts')>(urlOf('leaves-bus'), { name: 'crew' });
        const actor = start(recluse);
        await started(actor);
        actor.send({ type: 'WITHDRAW' });
        return failureOf(actor);
      },
      "Lost 'Ada' on 'crew-recluse-N'. The node 'crew-recluse-N' has closed its bus, and nothing more comes from there. Close a bus only at the end.",
    ],
  ],
  MAILBOX_FULL: [
    [
      () =>
        stuck((actor) => {
          actor.send({ type: 'ADD' });
          return rejectionOf(ask(actor as never, question));
        }),
      "Cannot ask 'Ada': its mailbox is full (1 events, 67108864 bytes). Await drained(ref) before you ask, or import it with a larger mailbox.",
    ],
  ],
  DRAIN_TIMEOUT: [
    [
      () =>
        stuck((actor) => {
          actor.send({ type: 'ADD' });
          return rejectionOf(drained(actor, { timeout: 5 }));
        }),
      "'Ada' had no room in its mailbox within 5 ms. Wait longer, or see what it is doing.",
    ],
  ],
  ASK_TIMEOUT: [
    [
      () => hosted((actor) => rejectionOf(ask(actor as never, question, { timeout: 5 }))),
      "'Ada' did not reply within 5 ms. Ask with a longer timeout, or see whether it handles the event.",
    ],
  ],
  SETTLE_TIMEOUT: [
    [
      () => hosted((actor) => rejectionOf(settled(actor, () => false, { timeout: 5 }))),
      "'Ada' did not settle where it was wanted within 5 ms. Wait longer, or see what it is doing.",
    ],
    [
      () => stuck((actor) => rejectionOf(settled(actor, undefined, { timeout: 5 }))),
      "'Ada' did not settle within 5 ms. Wait longer, or see what it is doing.",
    ],
    [
      () => stuck((actor) => rejectionOf(started(actor, { timeout: 5 }))),
      "'Ada' did not start within 5 ms. Wait longer, or see what its module does when it is loaded.",
    ],
  ],
  PERSIST_TIMEOUT: [
    [
      () => stuck((actor) => rejectionOf(persist(actor, { timeout: 5 }))),
      "'Ada' was not persisted within 5 ms. Wait longer, or see what it is doing.",
    ],
  ],
  NOT_PERSISTED: [
    [
      () => hosted((actor) => thrownBy(() => actor.getPersistedSnapshot()), family),
      "Cannot persist 'Ada' at once: its host has not told it. Await persist(actor) first, for it or the actor at the top, and take what that gives.",
    ],
    [
      () => hosted((actor) => (actor.stop(), rejectionOf(persist(actor)))),
      "Cannot persist 'Ada' at once: it was stopped, and what it did last is not known here. Persist it before it is stopped.",
    ],
  ],
  VERSION_MISMATCH: [
    [
      async () => {
        await using host = createMemoryHost({ name: 'workshop' });
        const local = { toggle: createMachine({ id: 'toggle', initial: 'on', states: { on: {} } }) };
        return failureOf(start(host.import({ toggle }, { local: local }).toggle as AnyActorLogic));
      },
      "Cannot host 'toggle' of 'workshop': it is not the machine that was given as local. Build both sides from one source, or leave local out.",
    ],
    [
      async () => {
        await using host = createMemoryHost({ name: 'workshop' });
        const { toggle: machine } = host.import({ toggle });
        const persisted = (await persist(start(machine))) as unknown as { readonly troupe: object };
        const snapshot = { ...persisted, troupe: { ...persisted.troupe, version: 'another' } } as never;
        const actor = createActor(machine, { snapshot });
        actor.subscribe({ error: () => {} });
        return failureOf(actor.start());
      },
      "Cannot restore 'toggle' on 'workshop': its snapshot was persisted by another version of the machine. Start it fresh, or bring the snapshot up to this version and take troupe.version out of it.",
    ],
  ],
  NOT_SERIALIZABLE: [
    [
      () => hosted((actor) => thrownBy(() => actor.send({ type: 'ADD', by: [() => {}] }))),
      "Cannot send 'ADD' to 'Ada': event.by[0] is a function. Send plain data; docs/wire.md lists what can cross.",
    ],
  ],
  BARRIER_BROKEN: [
    [
      () => broken((gate) => gate.send({ type: 'ABORT' })),
      "Cannot pass the barrier 'gate': it was aborted. Send it RESET to use it again.",
    ],
    [
      () => broken((gate) => gate.send({ type: 'RESET' })),
      "Cannot pass the barrier 'gate': it was reset while this party waited. Arrive again.",
    ],
    [
      () => broken((gate) => void arrive(gate as never, { signal: AbortSignal.abort() }).catch(() => {}), 3),
      "Cannot pass the barrier 'gate': a party went down or left while it waited. Send it RESET to use it again.",
    ],
    [
      () => broken((gate) => void arrive(gate as never, { timeout: 1 }).catch(() => {}), 3),
      "Cannot pass the barrier 'gate': a party waited too long. Send it RESET to use it again.",
    ],
    [
      () =>
        broken(
          () => {},
          1,
          barrier.provide({ actors: { action: fromPromise(() => Promise.reject(new Error('no chalk'))) } }),
        ),
      "Cannot pass the barrier 'gate': its action failed. Send it RESET to use it again.",
    ],
  ],
  HOST_CLOSED: [
    [
      async () => {
        const host = createMemoryHost({ name: 'workshop' });
        await host.close();
        return thrownBy(() => host.import({ counter }));
      },
      "The host 'workshop' is closed: it takes no more work. Close it when all is done.",
    ],
    [
      async () => {
        const host = createMemoryHost({ name: 'workshop' });
        const child = host.import({ counter }).counter;
        using actor = run(
          setup({ actors: { child } }).createMachine({ invoke: { src: 'child', id: 'Ada', onError: {} } }),
        );
        const ada = actor.getSnapshot().children['Ada'] as AnyActorRef;
        await host.close();
        return await failureOf(ada);
      },
      "The host 'workshop' was closed while 'Ada' ran in it. Stop it before, or handle its onError.",
    ],
  ],
  BUS_CLOSED: [
    [
      async () => {
        const bus = createBus({ name: 'hub' });
        await bus.close();
        return thrownBy(() => createMemoryHost({ bus }));
      },
      "The bus of 'hub' is closed. Make another, or close it later.",
    ],
    [
      async () => {
        const bus = createBus({ name: 'hub' });
        const { resident } = inThread<typeof import('./fixtures/residents.ts')>(urlOf('residents'), { bus });
        using actor = run(
          setup({ actors: { resident } }).createMachine({ invoke: { src: 'resident', id: 'Ada', onError: {} } }),
        );
        const ada = actor.getSnapshot().children['Ada'] as AnyActorRef;
        await bus.close();
        return await failureOf(ada);
      },
      "The bus of 'hub' was closed while 'Ada' ran in a thread of its own. Stop it before, or handle its onError.",
    ],
  ],
  THREAD_DIED: [
    [
      () => doom('EXIT'),
      "Lost 'Ada' on 'crew-doomed-N'. The thread 'crew-doomed-N' exited with code 7: process.exit was called in it, or it was terminated. Let its actors end by themselves.",
    ],
    [
      () => doom('THROW'),
      "Lost 'Ada' on 'crew-doomed-N'. The thread 'crew-doomed-N' died of an uncaught error: out of range, out of any actor. Catch it where it is thrown, outside of an actor.",
    ],
  ],
  OUT_OF_MEMORY: [
    [
      () => doom('FILL'),
      "Lost 'Ada' on 'crew-doomed-N'. The thread 'crew-doomed-N' ran out of memory. Give it more by resourceLimits, or keep less in its actors.",
    ],
  ],
  IMPORT_FAILED: [
    [
      () => failureIn(new URL('nowhere.js', pathToFileURL(`${folder}/`))),
      'Cannot import FOLDER/nowhere.js: there is no such file. Compile it, or give the URL of the compiled module.',
    ],
    [
      () => failureIn(moduleOf('throws.js', "throw new RangeError('the fuse has blown');")),
      'Cannot import FOLDER/throws.js: the fuse has blown. The cause is the error that the import threw.',
    ],
    [
      () => failureIn(moduleOf('throws-text.js', "throw 'sparks';")),
      'Cannot import FOLDER/throws-text.js: it threw sparks. Mend it there.',
    ],
    [
      () => failureIn(moduleOf('syntax.js', 'export const it = = 1;')),
      "Cannot import FOLDER/syntax.js: Unexpected token '='. Run node --check on it, and on what it imports, to see where.",
    ],
    [
      () => failureIn(moduleOf('lacks.js', "import { sink } from 'node:fs'; export const it = sink;")),
      "Cannot import FOLDER/lacks.js: The requested module 'node:fs' does not provide an export named 'sink'. The cause is the error that the import threw.",
    ],
  ],
  NO_SUCH_EXPORT: [
    [
      () => failureIn(moduleOf('exports.js', 'export const some = 1; export const thing = 2;')),
      "Cannot host 'it' of FOLDER/exports.js: there is no such export. It exports some, thing.",
    ],
  ],
  NOT_ACTOR_LOGIC: [
    [
      () => failureIn(moduleOf('answer.js', 'export const it = 42;')),
      "Cannot host 'it' of FOLDER/answer.js: it is no actor logic. Export a machine, or what fromPromise and its like return.",
    ],
  ],
  OWN_PROGRAM: [
    [
      () => told('OWN_PROGRAM'),
      "Cannot host a machine from DIST/test/fixtures/programs/tells-errors.js: it is this program's own file, which each thread would run again. Move the machine to a module of its own.",
    ],
  ],
  SOURCE_NOT_LOADABLE: [
    [
      () => told('SOURCE_NOT_LOADABLE'),
      'Cannot load FOLDER/logic.ts: this Node does not strip types and tsx is not installed. Compile it to FOLDER/logic.js, install tsx, or use Node 22.18 or newer.',
    ],
  ],
  NO_LOCAL_MODULE: [
    [
      () =>
        hosted(
          (actor) => thrownBy(() => (actor.getSnapshot() as { can(event: object): boolean }).can({ type: 'TOGGLE' })),
          toggle,
        ),
      "Cannot tell whether 'it' can take 'TOGGLE': its guards are elsewhere. Give the module at hand as `local` where it is imported.",
    ],
    [
      async () => {
        await using host = createMemoryHost();
        return thrownBy(() => host.import({ toggle }).toggle.provide({}));
      },
      "Cannot provide anything to 'toggle': its machine is elsewhere. Provide it in the module that is imported there, and export the result.",
    ],
  ],
  NOT_AN_ACTOR: [
    [
      () => rejectionOf(watch(null as never)),
      'Cannot watch: it was given null, not an actor ref. Give it what createActor returns or an event brought.',
    ],
    [
      () => rejectionOf(ask('Ada' as never, question)),
      'Cannot ask: it was given a string, not an actor ref. Give it what createActor returns or an event brought.',
    ],
    [
      () => rejectionOf(settled([{} as never])),
      'Cannot settle: it was given an object, not an actor ref. Give it what createActor returns or an event brought.',
    ],
  ],
  INVALID_ARGUMENT: [
    [
      () => rejectionOf(createMemoryHost().close({ timeout: Number.NaN })),
      'Cannot wait NaN ms: timeout must be a number of milliseconds from 0 up. Give Infinity to wait without a deadline.',
    ],
    [
      () => rejectionOf(createMemoryHost().close({ signal: {} as never })),
      'Cannot wait with the signal [object Object]: it is no AbortSignal. Give the signal of an AbortController.',
    ],
    [
      () => thrownBy(() => createThreads({ size: 0 })),
      'Cannot create 0 threads: size must be a whole number from 1 to 1024.',
    ],
    [
      () => thrownBy(() => inThread('./students.js')),
      "Cannot import './students.js': it is no absolute URL. Give new URL('./module.js', import.meta.url).",
    ],
    [
      () => thrownBy(() => inThread(urlOf('counter'), { snapshots: 'some' as never })),
      "Cannot take 'some' for snapshots: it must be all or latest or none. Leave it out for the default.",
    ],
    [
      () => hosted((actor) => thrownBy(() => actor.send({ type: 'xstate.stop' }))),
      "Cannot send 'xstate.stop' to 'Ada': only XState and troupe send events of that name, and none to another node. Give the event a type of your own.",
    ],
    [
      () => rejectionOf(settled(createActor(counter, { id: 'Ada' }))),
      "Cannot settle 'Ada': it was not started. Call start() first.",
    ],
  ],
  PROTOCOL_MISMATCH: [
    [
      () =>
        broughtBy(
          JSON.stringify({ seq: 0, frames: [{ type: 'hello', version: 0, node: 'annex@1', you: 'hub@1' }] }),
          () => undefined,
        ),
      "Cannot talk to 'annex': it sent version 0 where version N was expected. Install the same troupe on both sides.",
    ],
  ],
  BAD_FRAME: [
    [
      () => broughtBy('rubbish', () => undefined),
      "Cannot read what a link brought: it is not JSON. Let nothing but troupe post to a link's port.",
    ],
  ],
  SYSTEM_ID_TAKEN: [
    [
      named,
      "Cannot let 'office' on 'workshop' name an actor 'kiosk': another took that systemId at the same time. Give each a systemId of its own.",
    ],
  ],
  NO_SUCH_CELL: [
    [
      () => thrownBy(() => openCell('nobody made this')),
      "Cannot open cell 'nobody made this': no thread that shares memory with this one has made it, or it was unlinked. Known: no name at all. Make it first; shared memory does not reach other processes.",
    ],
  ],
  CELL_EXISTS: [
    [
      () => {
        using _first = createCell('one of a kind');
        return thrownBy(() => createCell('one of a kind'));
      },
      "Cannot create cell 'one of a kind': the name is taken. Open it with openCell('one of a kind'), or unlink it first.",
    ],
  ],
  CELL_CLOSED: [
    [
      () => {
        const segment = createSegment('shut', 8);
        segment.close();
        return thrownBy(() => segment.buffer);
      },
      "Cannot use segment 'shut': this handle was closed. Open another with openSegment('shut').",
    ],
  ],
  LOCK_TIMEOUT: [
    [
      async () => {
        using lock = createLock('held');
        using _held = await lock.acquire();
        return await rejectionOf(lock.acquire({ timeout: 5 }));
      },
      "Cannot acquire lock 'held': it was not free within 5 ms. Wait longer, or see who does not release it.",
    ],
  ],
  NOT_LOCKED: [
    [
      () => {
        using lock = createLock('free');
        return thrownBy(() => lock.release());
      },
      "Cannot release lock 'free': nobody holds it. Release it once, in the thread that acquired it.",
    ],
  ],
  CANNOT_BLOCK: [
    [
      async () => {
        using lock = createLock('own');
        using _held = await lock.acquire();
        return thrownBy(() => lock.acquireSync());
      },
      "Cannot wait for lock 'own': this thread holds it already, and cannot release it while it waits. Use await lock.acquire(), which does not block.",
    ],
  ],
  RESTARTS_EXHAUSTED: [
    [
      async () => {
        const frail = fromPromise(async () => {
          throw new Error('worn out');
        });
        const logic = supervise(frail, { restart: { atMost: 1 }, backoff: 0, onFailure: () => {} });
        return await rejectionOf(toPromise(createActor(logic, { id: 'Ada' }).start()));
      },
      "Cannot restart 'Ada' once more: there were 2 failures within 30000 ms, and atMost is 1. The last: worn out. Mend what fails, or allow more with restart: { atMost, within }.",
    ],
  ],
  SCHEDULE_MISMATCH: [
    [
      () => thrownBy(() => crossing.replay('t:lamp')),
      "Cannot follow the schedule at step 1 of 1, 't:lamp': there is no actor 'lamp'. There is light. What is possible there: t:light. If the machines have changed since it was written, explore them anew.",
    ],
  ],
  CLAIM_VIOLATED: [
    [
      () => thrownBy(() => assertAlways(crossing, 'it is red', ({ light }) => light.matches('red'))),
      [
        "✗ always 'it is red': it does not hold after 1 step",
        '   After step 1 light is done.',
        '',
        '      at first  light red',
        '   1. light     after 500 ms',
        '                light: red → green, done',
        '',
        '   schedule: t:light',
        '',
        'As a test, where `system` is the model:',
        '',
        "// found by exploring; it needs `import { expect, it } from 'vitest'`, and the model as `system`",
        `it("'it is red' does not hold", () => {`,
        "  const trace = system.replay('t:light');",
        "  expect(trace.last.light.value).toEqual('green');",
        "  expect(trace.last.light.status).toBe('done');",
        '});',
        '',
      ].join('\n'),
    ],
  ],
  NOT_EXHAUSTIVE: [
    [
      () => thrownBy(() => assertAlways(crossing, 'it is lit', ({ light }) => light.value !== '', { maxStates: 1 })),
      "Cannot say of 'it is lit': the search was NOT exhaustive, for maxStates was reached after 1 state, at depth 0; bound the system by `within`, `forget`, or smaller budgets and inputs. The last argument raises the limits: { maxStates, maxDepth, seconds }.",
    ],
  ],
  NO_SUCH_ACTOR: [
    [
      () => thrownBy(() => model({ actors: { light: lights }, mayFail: ['lamp' as never] })),
      "Cannot take 'lamp' in mayFail: the system has no actor of that name. Its actors are light.",
    ],
    [
      () =>
        thrownBy(() => model({ actors: { gate: { logic: fence, input: ({ actor }) => actor('lamp') } } }).explore()),
      "Cannot give the ref of 'lamp': the model has no such actor. It has gate.",
    ],
  ],
  NOT_SYMMETRIC: [
    [
      () =>
        thrownBy(() =>
          model({
            actors: { left: lights, right: lights },
            symmetric: [['left', 'right']],
            always: { 'the left one is red': ({ left }) => left.matches('red') },
          }).explore(),
        ),
      "Cannot let 'left' and 'right' stand for each other: the claim 'the left one is red' holds of one and not of the other. Take them out of 'symmetric', or have the machines treat them alike; keep names that have no order in a Set, as keys of an object, or in a list that is sorted.",
    ],
  ],
  NOT_MODELLED: [
    [
      () =>
        thrownBy(() =>
          model({
            actors: { clerk: createMachine({ invoke: { id: 'lookup', src: fromPromise(async () => 4) } }) },
          }).explore(),
        ),
      "Cannot explore 'clerk/lookup': it is a promise, which a model does not run. Say what may become of it: invoked: { lookup: [{ done: 'its output' }, { error: new Error('its failure') }] }.",
    ],
  ],
  IMPURE: [
    [
      () => {
        let count = 0;
        const machine = createMachine({ context: () => ({ count: (count += 1) }) });
        return thrownBy(() => model({ actors: { machine } }).explore());
      },
      "Cannot explore actor 'machine': its start was handled twice in the same state, and `context.count` differed. Keep clocks, random numbers and variables of the module out of its guards, assigns and other actions: pass them in with the events.",
    ],
  ],
  MODEL_DIFFERS: [
    [
      async () => {
        const replayed = rejectionOf(model({ actors: { gate: fence } }).replayLive('t:gate'));
        isOpen = false;
        return await replayed;
      },
      'The model and the live system differ after step 1, \'t:gate\', about \'gate\': its state is "open" in the model, and "shut" live. If the machines do nothing that the model does not know of, tell those who make troupe.',
    ],
  ],
  SIMULATION_AT_REST: [
    [
      () => simulated((simulation) => rejectionOf(simulation.run(() => new Promise(() => {})))),
      'The simulation (seed 7) came to rest at 0 ms while its test waits: no timer runs and nothing is on its way. See what was to end the wait; threads, files and sockets are no part of a simulation.',
    ],
  ],
  SIMULATION_ENDLESS: [
    [
      () =>
        simulated((simulation) => {
          setInterval(() => {}, 10);
          return rejectionOf(simulation.run(() => new Promise(() => {}), { timeout: 1000 }));
        }),
      'The simulation (seed 7) went on for 1000 ms of its time, and what its test waits for did not come. Run it with a longer timeout, or see what goes on for ever.',
    ],
  ],
  SIMULATION_OPEN: [
    [
      () => simulated(async () => thrownBy(() => createSimulation())),
      'Cannot begin a simulation: another one (seed 7) has the time of this realm. Close that one first, or hold it with await using.',
    ],
  ],
  UNTIL_TIMEOUT: [
    [
      () => rejectionOf(waitUntil(() => false, { timeout: 5 })),
      'Waited in vain until () => false: it did not hold within 5 ms. Wait longer, or see what keeps it from it.',
    ],
  ],
  UNSUPPORTED_XSTATE: [
    [
      unsupported,
      'Cannot host actors with this XState: it lacks _deferred, observers. Use xstate 5.33, or look for a newer troupe.',
    ],
  ],
};

async function simulated(attempt: (simulation: Simulation) => Promise<unknown>): Promise<unknown> {
  await using simulation = createSimulation({ seed: 7 });
  return await attempt(simulation);
}

function thrownBy(attempt: () => unknown): unknown {
  try {
    attempt();
  } catch (error) {
    return error;
  }
  throw new Error('It should have thrown.');
}

/** Numbers, folders and incarnations that differ from run to run are left out. */
const textOf = (message: string) =>
  message
    .replaceAll(pathToFileURL(folder).href, 'FOLDER')
    .replaceAll(new URL('../dist', import.meta.url).href, 'DIST')
    .replaceAll(/(crew-\w+)-\d+/g, '$1-N')
    .replaceAll(/version \d+ was/g, 'version N was')
    .replaceAll(/workshop@[^ :]+/g, 'WHERE');

describe('the text of an error', () => {
  it.each(
    Object.entries(cases).flatMap(([code, list]) =>
      list.map(([provoke, text], index) => ({
        name: index === 0 ? code : `${code}, ${index + 1}`,
        code,
        provoke,
        text,
      })),
    ),
  )('says what, where, why and the mend: $name', { timeout: 20_000 }, async ({ code, provoke, text }) => {
    const error = await provoke();
    if (!isTroupeError(error)) throw new Error(`${String(error)} is no TroupeError`, { cause: error });
    expect([error.code, textOf(error.message)]).toEqual([code, text]);
  });
});
