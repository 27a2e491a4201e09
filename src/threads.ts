// Hosts whose actors run in threads: `inThread` gives each actor one of its own, `createThreads` shares a few among many.
import type { ResourceLimits, Worker } from 'node:worker_threads';
import { createIncarnation, nodeAddress, type NodeAddress } from './address.ts';
import type { Bus, Route } from './bus.ts';
import { TroupeError } from './errors.ts';
import { createHost, localOf, type Host, type HostOptions } from './hosts.ts';
import { createHosted, createHostedModule, type HostedModule, type ImportOptions, type Place } from './hosted.ts';
import { HOST_CHANNEL } from './host.ts';
import { intern } from './intern.ts';
import { createWorkerLink } from './links/worker.ts';
import { workerThreads } from './platform.ts';
import { currentBus } from './realm.ts';
import type { Greeting } from './serve.ts';
import { releaseOwned, shareDirectory } from './shared/directory.ts';
import { moduleUrl, type Source, type WorkerLike } from './source.ts';

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

export interface ThreadsOptions extends ThreadOptions {
  /**
   * How many threads; from 1 up.
   *
   * @defaultValue the number of processors, less one, but at least 1
   */
  readonly size?: number;
}

/**
 * Imports a module's actor logic to run each actor in a thread of its own.
 *
 * @remarks
 * The thread starts when the actor starts and has ended when `settled` resolves after the actor's end. Events, input, output and
 * snapshots have the types of the original. The same call gives the same logic again, so that it may stand in a component.
 *
 * @param source - The module's URL, or a factory of workers whose file calls `serve`.
 * @returns An object whose members are hosted logic, by export name.
 *
 * @throws `INVALID_ARGUMENT` if the source is no URL; `OWN_PROGRAM` if it is the file of this program.
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
  const bus = options.bus ?? currentBus();
  const module = moduleOf(source);
  return createHostedModule<TModule>((name) =>
    intern([bus, source, name, options], () =>
      createHosted({
        bus,
        source: module,
        name,
        local: localOf(options, name),
        snapshots: options.snapshots,
        logger: options.logger,
        place() {
          const thread = openThread(bus, makeWorker(factoryOf(source), options), `${options.name ?? 'thread'}-${name}`);
          const release = options.daemon ? undefined : thread.route.hold();
          return {
            route: thread.route,
            leave() {
              release?.();
              return thread.close();
            },
          };
        },
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
  const bus = options.bus ?? currentBus();
  const size = options.size ?? defaultSize();
  if (!Number.isSafeInteger(size) || size < 1) {
    throw new TroupeError(
      'INVALID_ARGUMENT',
      `Cannot create ${String(size)} threads: size must be a whole number from 1 up.`,
      { details: { size } },
    );
  }
  const sources = new Set<string>();
  const pools = new Map<Factory | undefined, Slot[]>();

  // a factory's workers serve what their file says, so they are threads apart; all modules share the rest
  const pool = (factory: Factory | undefined): Slot[] => {
    let slots = pools.get(factory);
    if (!slots) {
      slots = Array.from({ length: size }, (_, index) => ({ index, count: 0, thread: undefined }));
      pools.set(factory, slots);
      for (const slot of slots) warm(slot, factory);
    }
    return slots;
  };
  const warm = (slot: Slot, factory: Factory | undefined): Thread => {
    if (slot.thread && !slot.thread.route.down) return slot.thread;
    slot.count = 0;
    slot.thread = openThread(bus, makeWorker(factory, options), `${options.name ?? 'thread'}-${slot.index + 1}`);
    if (!factory) for (const source of sources) preload(slot.thread, source);
    return slot.thread;
  };
  pool(undefined);

  return createHost<Source>({
    ...options,
    bus,
    name: options.name ?? 'threads',
    prepare(source) {
      const slots = pool(factoryOf(source));
      const url = moduleOf(source);
      if (url !== SERVED && !sources.has(url)) {
        sources.add(url);
        for (const { thread } of slots) if (thread) preload(thread, url);
      }
      return url;
    },
    place(source): Place {
      const factory = factoryOf(source);
      const slot = pool(factory).reduce((least, each) => (each.count < least.count ? each : least));
      const thread = warm(slot, factory);
      const release = options.daemon ? undefined : thread.route.hold();
      slot.count += 1;
      return {
        route: thread.route,
        async leave() {
          release?.();
          if (slot.thread === thread) slot.count -= 1;
        },
      };
    },
    async end() {
      await Promise.all([...pools.values()].flat().map(async ({ thread }) => thread?.close()));
    },
  });
}

type Factory = () => WorkerLike;

interface Slot {
  readonly index: number;
  count: number;
  thread: Thread | undefined;
}

interface Thread {
  readonly route: Route;
  /** Ends the thread; resolves when nothing of it is left. */
  close(): Promise<void>;
}

const factoryOf = (source: Source): Factory | undefined => (typeof source === 'function' ? source : undefined);

/** What a thread is asked to import: a URL, unless its own file serves it. */
const moduleOf = (source: Source): string => (typeof source === 'function' ? SERVED : moduleUrl(source));

const SERVED = '';

function preload(thread: Thread, source: string): void {
  thread.route.push({ type: 'preload', to: HOST_CHANNEL, source });
}

function makeWorker(factory: Factory | undefined, { resourceLimits }: ThreadOptions): WorkerLike {
  if (factory) return factory();
  if (!workerThreads) {
    throw new TroupeError(
      'INVALID_ARGUMENT',
      'Cannot start a thread here: there is no node:worker_threads. Give a factory that makes a Web Worker.',
    );
  }
  return new workerThreads.Worker(new URL('./thread.js', import.meta.url), resourceLimits ? { resourceLimits } : {});
}

let threads = 0;

function openThread(bus: Bus, worker: WorkerLike, label: string): Thread {
  threads += 1;
  const name = `${label}-${threads}`;
  const node = nodeAddress(name, createIncarnation());
  // Node's own; a browser's worker will have a link of its own
  const { link, exited } = createWorkerLink(worker as Worker, name);
  const cells = shareDirectory(node);
  const greeting: Greeting = { cells };
  const route = bus.connect(link, { node, as: 'child', greeting, ports: cells.ports });
  const ended = exited.then(() => reportForgotten(bus, node));
  return {
    route,
    close() {
      link.close();
      return ended;
    },
  };
}

function reportForgotten(bus: Bus, node: NodeAddress): void {
  const names = releaseOwned(node);
  if (names.length > 0) bus.report({ type: 'cells-released', node, names });
}

function defaultSize(): number {
  const processors = globalThis.process?.getBuiltinModule?.('node:os').availableParallelism() ?? 2;
  return Math.max(1, processors - 1);
}
