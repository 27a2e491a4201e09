// What all hosts share: importing, refusing work after the end, and the order in which they end.
import type { AnyActor, AnyActorLogic } from 'xstate';
import type { Bus } from './bus.ts';
import { TroupeError } from './errors.ts';
import { createDeferred } from './deferred.ts';
import {
  createHosted,
  createHostedModule,
  departed,
  type HostedModule,
  type ImportOptions,
  type Place,
} from './hosted.ts';
import { intern } from './intern.ts';
import { mirrorOf } from './mirror.ts';
import { clearTimeout, setTimeout } from './platform.ts';
import type { Source } from './source.ts';
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
   * @param options - `timeout` in milliseconds, after which what still runs is ended at once; 5000 unless told otherwise.
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
  const running = new Set<AnyActor>();
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
    running.add(actor);
    return {
      route: place.route,
      leave() {
        running.delete(actor);
        return place.leave();
      },
    };
  };
  const end = async (timeout: number) => {
    const deadline = createDeadline(timeout);
    const actors = [...running].toReversed();
    await Promise.race([deadline.passed, Promise.all(actors.map(async (actor) => mirrorOf(actor)?.session?.settle()))]);
    for (const actor of actors) dismiss(actor, name);
    await Promise.race([deadline.passed, Promise.all(actors.map((actor) => departed(actor)))]);
    deadline.cancel();
    await kind.end();
  };

  const host: Host<TSource> = {
    name,
    import<TModule extends object>(source: TSource, options: ImportOptions<TModule> = {}) {
      assertOpen();
      const module = kind.prepare(source);
      return createHostedModule<TModule>((exported) =>
        intern([host, module, exported, options], () =>
          createHosted({
            bus,
            source: module,
            name: exported,
            local: localOf(options, exported),
            snapshots: options.snapshots,
            logger,
            place: (actor) => placeFor(source, actor),
          }),
        ),
      );
    },
    close: ({ timeout = CLOSE_TIMEOUT } = {}) => (ending ??= end(timeout)),
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
  const timer = setTimeout(() => passed.resolve(), timeout);
  return { passed: passed.promise, cancel: () => clearTimeout(timer) };
}

/** The logic at hand of that name. */
export function localOf<TModule>({ local }: ImportOptions<TModule>, name: string): AnyActorLogic | undefined {
  return (local as Readonly<Record<string, AnyActorLogic>> | undefined)?.[name];
}
