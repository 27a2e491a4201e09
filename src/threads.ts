// Hosts whose actors run in threads: `inThread` gives each actor one of its own, `createThreads` shares a few among many.
import type { ResourceLimits } from 'node:worker_threads';
import type { AnyActor, AnyActorLogic } from 'xstate';
import type { Bus } from './bus.ts';
import { TroupeError } from './errors.ts';
import { HOST_CHANNEL } from './host.ts';
import { createHosted, createHostedModule, type HostedModule, type ImportOptions, type Place } from './hosted.ts';
import { assertHostOptions, assertImportOptions, createHost, localOf, type Host, type HostOptions } from './hosts.ts';
import { createIntern, type Intern } from './intern.ts';
import { openThread, type Factory, type Thread } from './open-thread.ts';
import { currentBus } from './realm.ts';
import { createResidents, type Residents } from './residents.ts';
import { moduleUrl, type Source } from './source.ts';
import { clearTimeout, setTimeout } from './surroundings.ts';

/** What a thread may use and how long it lives. */
export interface ThreadOptions extends HostOptions {
  /** Limits of a thread's memory, in MiB, as `node:worker_threads` has them. */
  readonly resourceLimits?: ResourceLimits;
  /**
   * A daemon thread does not keep the process alive. Another keeps it alive while an actor runs in it, and no longer.
   *
   * @defaultValue false
   */
  readonly daemon?: boolean;
}

/** How many threads {@link createThreads} starts, and what each may use. */
export interface ThreadsOptions extends ThreadOptions {
  /**
   * How many threads; from 1 to 1024.
   *
   * @defaultValue the number of processors, less one, but at least 1
   */
  readonly size?: number;
}

/**
 * Imports a module's actor logic to run each actor in a thread of its own.
 *
 * @remarks
 * The thread starts when the actor starts and has ended when `settled` resolves after the actor's end. An actor that was stopped, or is done,
 * has 5 s to end over there; then its thread is terminated, whatever it is doing. A bus that is closed ends its threads too. Events, input, output and
 * snapshots have the types of the original. The same call gives the same logic again, so that it may stand in a component.
 *
 * @param source - The module's URL, or a factory of workers whose file calls `serve`.
 * @returns An object whose members are hosted logic, by export name.
 *
 * @throws `INVALID_ARGUMENT` if the source is no absolute URL, or an option is out of range; `OWN_PROGRAM` if it is the file of this program.
 * What only the thread can find out makes the actor fail: `IMPORT_FAILED`, `NO_SUCH_EXPORT`, `NOT_ACTOR_LOGIC`, `SOURCE_NOT_LOADABLE`;
 * later `THREAD_DIED` and `OUT_OF_MEMORY`.
 *
 * @example
 * ```ts
 * import { inThread, settled } from 'troupe';
 * import { createActor } from 'xstate';
 *
 * const { student } = inThread<typeof import('troupe/actors')>(import.meta.resolve('troupe/actors'));
 * const alice = createActor(student, { id: 'Alice', input: { name: 'Alice' } }).start();
 * alice.send({ type: 'HOLD_THIS', number: 4 });
 * console.log((await settled(alice)).value);
 * ```
 */
export function inThread<TModule extends object>(
  source: Source,
  options: ThreadOptions & ImportOptions<TModule> = {},
): HostedModule<TModule> {
  assertHostOptions(options);
  assertImportOptions(options);
  // logic is kept by its bus, so the bus is no part of the key
  const { bus = currentBus(), ...rest } = options;
  const module = moduleOf(source);
  return createHostedModule<TModule>((name) =>
    tableOf(bus)([source, name, rest], () =>
      createHosted({
        bus,
        source: module,
        name,
        local: localOf(options, name),
        snapshots: options.snapshots,
        persist: options.persist,
        mailbox: options.mailbox,
        logger: options.logger,
        place: (actor) =>
          lodgersOf(bus).admit(
            actor,
            placeIn(openThread(bus, `${options.name ?? 'thread'}-${name}`, factoryOf(source), options), options),
          ),
      }),
    ),
  );
}

/**
 * Starts threads that share the actors of many, each actor in the thread that has the fewest.
 *
 * @remarks
 * The threads start at once and modules are loaded into all of them when they are imported, so that actors start warm. A thread that
 * died is replaced when its place is needed. `close` refuses new actors, lets the running ones handle what was sent to them, stops
 * them in reverse order, and ends the threads.
 *
 * @param options - How many threads, what each may use, and where the actors' `log` goes.
 * @returns A host; its `import` takes a module's URL, or a factory of workers whose file calls {@link serve}. Its maker closes it,
 * or holds it with `await using`.
 *
 * @throws `INVALID_ARGUMENT` if `size` is no whole number from 1 to 1024, or where there are no threads; from `import`, `HOST_CLOSED` after the end and
 * what {@link inThread} throws. An actor that is started after the end fails with `HOST_CLOSED`, and one whose thread or module fails
 * does so with the codes of {@link inThread}.
 *
 * @example
 * ```ts
 * import { createThreads } from 'troupe';
 * import { createActor } from 'xstate';
 *
 * await using threads = createThreads({ size: 2 });
 * const { student } = threads.import<typeof import('troupe/actors')>(import.meta.resolve('troupe/actors'));
 * const students = ['Alice', 'Bob'].map((name) => createActor(student, { id: name, input: { name } }).start());
 * ```
 */
export function createThreads(options: ThreadsOptions = {}): Host {
  assertHostOptions(options);
  const bus = options.bus ?? currentBus();
  const size = options.size ?? defaultSize();
  if (!Number.isSafeInteger(size) || size < 1 || size > MOST_THREADS) {
    throw new TroupeError(
      'INVALID_ARGUMENT',
      `Cannot create ${String(size)} threads: size must be a whole number from 1 to ${MOST_THREADS}.`,
      { details: { size } },
    );
  }
  const sources = new Set<string>();
  // a factory's workers serve what their file says, so they are threads apart; all modules share the rest
  const crews = new Map<Factory | undefined, Member[]>();

  const open = (factory: Factory | undefined, index: number): Member => {
    const thread = openThread(bus, `${options.name ?? 'thread'}-${index + 1}`, factory, options);
    if (!factory) for (const source of sources) preload(thread, source);
    return { ...thread, actors: 0 };
  };
  const crewOf = (factory: Factory | undefined): Member[] => {
    let crew = crews.get(factory);
    if (!crew) {
      crew = [];
      crews.set(factory, crew);
      while (crew.length < size) crew.push(open(factory, crew.length));
    }
    return crew;
  };
  crewOf(undefined);

  return createHost<Source>({
    ...options,
    bus,
    name: options.name ?? 'threads',
    prepare(source) {
      const crew = crewOf(factoryOf(source));
      const url = moduleOf(source);
      if (url !== SERVED && !sources.has(url)) {
        sources.add(url);
        for (const thread of crew) preload(thread, url);
      }
      return url;
    },
    place(source) {
      const factory = factoryOf(source);
      const crew = crewOf(factory);
      let thread = crew.reduce((least, each) => (each.actors < least.actors ? each : least));
      if (thread.route.down) {
        const index = crew.indexOf(thread);
        // it may have left its bus and live on
        void thread.close();
        crew[index] = thread = open(factory, index);
      }
      return placeAmong(thread, options);
    },
    async end() {
      await Promise.all([...crews.values()].flat().map((thread) => thread.close()));
    },
  });
}

/** A thread of a host, and how many actors run in it. */
interface Member extends Thread {
  actors: number;
}

/** More threads than any machine has processors: who asks for more has made a mistake. */
const MOST_THREADS = 1024;

/** How long an actor that was stopped, and is alone in its thread, may take to end: as long as a host that is closed. */
const STOP_TIMEOUT = 5000;

/** A whole thread: it ends with its actor, and at the deadline also if the actor does not answer. */
function placeIn(thread: Thread, { daemon }: ThreadOptions): Place {
  // held until the thread has ended, whatever ends it
  const release = daemon ? undefined : thread.route.hold();
  let deadline: ReturnType<typeof setTimeout> | undefined;
  return {
    route: thread.route,
    stopping() {
      if (deadline || thread.route.down) return;
      deadline = setTimeout(() => void thread.close(), STOP_TIMEOUT);
      // it is the thread that holds the process, not this timer
      deadline.unref();
    },
    leave() {
      clearTimeout(deadline);
      release?.();
      return thread.close();
    },
  };
}

/** A place in a thread that has others. */
function placeAmong(thread: Member, { daemon }: ThreadOptions): Place {
  const release = daemon ? undefined : thread.route.hold();
  thread.actors += 1;
  return {
    route: thread.route,
    async leave() {
      release?.();
      thread.actors -= 1;
    },
  };
}

const lodgers = new WeakMap<Bus, Residents>();

/** The actors on a bus that have threads of their own. When the bus is closed, it is closed to them as a host would be. */
function lodgersOf(bus: Bus): Residents {
  let residents = lodgers.get(bus);
  if (!residents) {
    residents = createResidents((actor) => closedWith(actor, bus));
    lodgers.set(bus, residents);
    bus.tenants.add({ drain: residents.drain, close: residents.dismiss });
  }
  return residents;
}

function closedWith({ id }: AnyActor, { name }: Bus): TroupeError {
  return new TroupeError(
    'BUS_CLOSED',
    `The bus of '${name}' was closed while '${id}' ran in a thread of its own. Stop it before, or handle its onError.`,
    { details: { bus: name, actor: id } },
  );
}

const tables = new WeakMap<Bus, Intern<AnyActorLogic>>();

/** The logic made for a bus, which is the same for the same import as long as the bus lives. */
function tableOf(bus: Bus): Intern<AnyActorLogic> {
  let table = tables.get(bus);
  if (!table) tables.set(bus, (table = createIntern()));
  return table;
}

const factoryOf = (source: Source): Factory | undefined => (typeof source === 'function' ? source : undefined);

/** What a thread is asked to import: a URL, unless its own file serves it. */
const moduleOf = (source: Source): string => (typeof source === 'function' ? SERVED : moduleUrl(source));

const SERVED = '';

function preload(thread: Thread, source: string): void {
  thread.route.push({ type: 'preload', to: HOST_CHANNEL, source });
}

function defaultSize(): number {
  const processors = globalThis.process?.getBuiltinModule?.('node:os').availableParallelism() ?? 2;
  return Math.max(1, processors - 1);
}
