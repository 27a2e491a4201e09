// What all hosts share: importing, refusing work after the end, and the order in which they end.
import type { AnyActor, AnyActorLogic } from 'xstate';
import type { Bus } from './bus.ts';
import { TroupeError } from './errors.ts';
import { createDeferred } from './deferred.ts';
import { departed } from './departures.ts';
import { isActorLogic } from './host.ts';
import { createHosted, createHostedModule, type HostedModule, type ImportOptions, type Place } from './hosted.ts';
import { createIntern } from './intern.ts';
import { mirrorOf } from './mirror.ts';
import { assertWord, optionError } from './options.ts';
import type { Source } from './source.ts';
import { assertTimeout, setDeadline } from './wait.ts';
import type { PersistMode, SnapshotMode } from './wire.ts';
import { parentOf, statusOf } from './xstate.ts';

/** What every host takes. */
export interface HostOptions {
  /** Names it in errors and addresses. */
  readonly name?: string;
  /**
   * Where the actors' `log` goes.
   *
   * @defaultValue the logger of each actor, which is `console.log` unless `createActor` was given another
   */
  readonly logger?: (...args: unknown[]) => void;
  /**
   * The message bus that it uses.
   *
   * @defaultValue the one of this realm
   */
  readonly bus?: Bus;
}

/** A place that starts actors for others. `TSource` is what it can import. */
export interface Host<TSource = Source> extends AsyncDisposable {
  /** Its name, in errors and addresses. */
  readonly name: string;
  /**
   * Imports a module's actor logic, to run here.
   *
   * @returns An object whose members are hosted logic, by export name, made once per name and options.
   *
   * @throws `HOST_CLOSED` after the end; for modules what `inThread` throws.
   */
  import<TModule extends object>(source: TSource, options?: ImportOptions<TModule>): HostedModule<TModule>;
  /**
   * Ends the host: it takes no more work, its actors handle what was sent to them, they stop in reverse order, and nothing of it is left.
   *
   * @param options - `timeout` in milliseconds, after which what still runs is ended at once; 5000 unless told otherwise, `Infinity` for no such end.
   */
  close(options?: { readonly timeout?: number }): Promise<void>;
}

/** What tells one kind of host from another. */
export interface HostKind<TSource> extends HostOptions {
  readonly name: string;
  readonly bus: Bus;
  /** Gets ready for a source, and gives what the far side calls it. */
  prepare(source: TSource): string;
  /** A place for one more actor of a source. */
  place(source: TSource): Place;
  /** Ends all places. */
  end(): Promise<void>;
}

const CLOSE_TIMEOUT = 5000;

/** A host of this kind. */
export function createHost<TSource>(kind: HostKind<TSource>): Host<TSource> {
  const { name, bus, logger } = kind;
  /** With how many places each has: one that is restarted may have the next before it has left the last. */
  const running = new Map<AnyActor, number>();
  const intern = createIntern<AnyActorLogic>();
  let ending: Promise<void> | undefined;

  const assertOpen = () => {
    if (ending)
      throw new TroupeError(
        'HOST_CLOSED',
        `The host '${name}' is closed: it takes no more work. Close it when all is done.`,
        { details: { host: name } },
      );
  };
  const placeFor = (source: TSource, actor: AnyActor): Place => {
    assertOpen();
    const place = kind.place(source);
    running.set(actor, (running.get(actor) ?? 0) + 1);
    return {
      ...place,
      leave() {
        const others = (running.get(actor) ?? 1) - 1;
        if (others > 0) running.set(actor, others);
        else running.delete(actor);
        return place.leave();
      },
    };
  };
  const end = async (timeout: number) => {
    const deadline = createDeadline(timeout);
    const actors = [...running.keys()].toReversed();
    const requests: (() => void)[] = [];
    await Promise.race([
      deadline.passed,
      Promise.all(
        actors.map(async (actor) => mirrorOf(actor)?.line?.settle((takeBack) => void requests.push(takeBack))),
      ),
    ]);
    for (const takeBack of requests) takeBack();
    for (const actor of actors) dismiss(actor, name);
    await Promise.race([deadline.passed, Promise.all(actors.map((actor) => departed(actor)))]);
    deadline.cancel();
    await kind.end();
  };

  const host: Host<TSource> = {
    name,
    import<TModule extends object>(source: TSource, options: ImportOptions<TModule> = {}) {
      assertOpen();
      assertImportOptions(options);
      const module = kind.prepare(source);
      return createHostedModule<TModule>((exported) =>
        intern([module, exported, options], () =>
          createHosted({
            bus,
            source: module,
            name: exported,
            local: localOf(options, exported),
            snapshots: options.snapshots,
            persist: options.persist,
            logger,
            place: (actor) => placeFor(source, actor),
          }),
        ),
      );
    },
    async close({ timeout = CLOSE_TIMEOUT } = {}) {
      assertTimeout(timeout);
      await (ending ??= end(timeout));
    },
    [Symbol.asyncDispose]: () => host.close(),
  };
  return host;
}

/** A root is stopped; to a parent, whose child is taken from it, that is a failure. */
function dismiss(actor: AnyActor, host: string): void {
  if (statusOf(actor) !== 'running') return;
  if (parentOf(actor)) {
    const error = new TroupeError(
      'HOST_CLOSED',
      `The host '${host}' was closed while '${actor.id}' ran in it. Stop it before, or handle its onError.`,
      {
        details: { host, actor: actor.id },
      },
    );
    mirrorOf(actor)?.fail(error);
  } else actor.stop();
}

function createDeadline(timeout: number): { readonly passed: Promise<void>; cancel(): void } {
  const passed = createDeferred<void>();
  return { passed: passed.promise, cancel: setDeadline(timeout, () => passed.resolve()) };
}

/** The export of that name in `local`, the module that the caller has at hand; throws `INVALID_ARGUMENT` if it has none. */
export function localOf<TModule>({ local }: ImportOptions<TModule>, name: string): AnyActorLogic | undefined {
  const logic = (local as Readonly<Record<string, unknown>> | undefined)?.[name];
  // it may be part of the module alone
  if (logic === undefined || isActorLogic(logic)) return logic;
  throw new TroupeError(
    'INVALID_ARGUMENT',
    `Cannot take local for '${name}': its export of that name is no actor logic. Give the module that is imported, or leave '${name}' out.`,
    { details: { option: 'local', name } },
  );
}

/** Throws `INVALID_ARGUMENT` for options that no host can take. */
export function assertHostOptions({ logger }: { readonly logger?: unknown }): void {
  if (logger === undefined || typeof logger === 'function') return;
  throw optionError('logger', logger, 'it must be a function that takes what is logged');
}

const SNAPSHOT_MODES: readonly SnapshotMode[] = ['all', 'latest', 'none'];
const PERSIST_MODES: readonly PersistMode[] = ['on-demand', 'eager'];

/** Throws `INVALID_ARGUMENT` for options that no import can take. */
export function assertImportOptions({
  snapshots,
  persist,
  local,
}: { readonly [TName in keyof ImportOptions]?: unknown }): void {
  assertWord('snapshots', snapshots, SNAPSHOT_MODES);
  assertWord('persist', persist, PERSIST_MODES);
  if (local === undefined || (typeof local === 'object' && local !== null)) return;
  throw optionError('local', local, 'it must be the module at hand', 'Leave it out where there is none.');
}
