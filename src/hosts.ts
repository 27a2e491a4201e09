// What all hosts share: importing, refusing work after the end, and the order in which they end.
import type { AnyActor, AnyActorLogic } from 'xstate';
import type { Bus } from './bus.ts';
import { createClosing, type CloseOptions, type Patience } from './closing.ts';
import { TroupeError } from './errors.ts';
import { isActorLogic } from './host.ts';
import { createHosted, createHostedModule, type HostedModule, type ImportOptions, type Place } from './hosted.ts';
import { createIntern } from './intern.ts';
import { assertMailbox } from './mailbox-limits.ts';
import { assertWord, optionError } from './options.ts';
import { createResidents } from './residents.ts';
import type { Source } from './source.ts';
import type { PersistMode, SnapshotMode } from './wire.ts';

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
   * @param options - After `timeout`, 5 s unless told otherwise, or when `signal` is aborted, what still runs is ended at once.
   * @returns The same promise each time. It resolves when nothing is left, however the end came; the least patient of several calls decides.
   *
   * @throws `INVALID_ARGUMENT` for a `timeout` or `signal` that is none; then the host stays open.
   *
   * @example
   * ```ts
   * import { createThreads } from 'troupe';
   *
   * const threads = createThreads({ size: 2 });
   * const enough = new AbortController();
   * const closed = threads.close({ timeout: 30_000, signal: enough.signal });
   * enough.abort(); // not so long after all: what still runs is ended now
   * await closed; // and no thread is left
   * ```
   */
  close(options?: CloseOptions): Promise<void>;
}

/** What tells one kind of host from another. */
export interface HostKind<TSource> extends HostOptions {
  readonly name: string;
  readonly bus: Bus;
  /** Gets ready for a source, and gives what the far side calls it. */
  prepare(source: TSource): string;
  /** A place for one more actor of a source. */
  place(source: TSource): Place;
  /** Ends all places, whether or not an actor is in them. */
  end(patience: Patience): Promise<void>;
}

/** A host of this kind. */
export function createHost<TSource>(kind: HostKind<TSource>): Host<TSource> {
  const { name, bus, logger } = kind;
  const residents = createResidents((actor) => closedWith(actor, name));
  const intern = createIntern<AnyActorLogic>();
  let isOpen = true;

  const assertOpen = () => {
    if (!isOpen) throw closedError(name);
  };
  const placeFor = (source: TSource, actor: AnyActor): Place => {
    assertOpen();
    return residents.admit(actor, kind.place(source));
  };
  const drain = (patience: Patience) => {
    isOpen = false;
    return residents.drain(patience);
  };
  const closing = createClosing(async (patience) => {
    await drain(patience);
    await residents.dismiss(patience);
    await kind.end(patience);
    await residents.gone();
    remove();
  });
  const remove = bus.tenants.add({ drain, close: closing.closeWithin });

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
            mailbox: options.mailbox,
            logger,
            place: (actor) => placeFor(source, actor),
          }),
        ),
      );
    },
    close: closing.close,
    [Symbol.asyncDispose]: () => host.close(),
  };
  return host;
}

function closedError(host: string): TroupeError {
  return new TroupeError(
    'HOST_CLOSED',
    `The host '${host}' is closed: it takes no more work. Close it when all is done.`,
    { details: { host } },
  );
}

function closedWith(actor: AnyActor, host: string): TroupeError {
  return new TroupeError(
    'HOST_CLOSED',
    `The host '${host}' was closed while '${actor.id}' ran in it. Stop it before, or handle its onError.`,
    { details: { host, actor: actor.id } },
  );
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
  mailbox,
}: { readonly [TName in keyof ImportOptions]?: unknown }): void {
  assertWord('snapshots', snapshots, SNAPSHOT_MODES);
  assertWord('persist', persist, PERSIST_MODES);
  assertMailbox(mailbox);
  if (local === undefined || (typeof local === 'object' && local !== null)) return;
  throw optionError('local', local, 'it must be the module at hand', 'Leave it out where there is none.');
}
