// The caller's half: actor logic whose actor runs in another place. XState makes a genuine actor of it; starting that actor starts
// the real one there, stopping it stops the real one after all that was sent before. The logic is pure until then: reading
// a snapshot, or making an actor that is never started, starts nothing.
import type {
  ActorLogic,
  AnyActor,
  AnyActorLogic,
  AnyActorRef,
  AnyEventObject,
  AnyStateMachine,
  EmittedFrom,
  ActorSystem,
  EventFromLogic,
  InputFrom,
  Snapshot,
  SnapshotFrom,
} from 'xstate';
import { addressOf } from './address.ts';
import type { Bus, Route } from './bus.ts';
import { HOST_CHANNEL } from './host.ts';
import { setDeparture } from './departures.ts';
import { TroupeError } from './errors.ts';
import { asPersisted, assertSameVersion } from './blob.ts';
import { nameSession } from './early.ts';
import { DEFAULT_MAILBOX, type MailboxOptions } from './mailbox-limits.ts';
import { isSupervised } from './lives.ts';
import { createMirror, mirrorOf } from './mirror.ts';
import { keepRestored, takeRestored } from './persisted.ts';
import { joinHosted, rejoinHosted } from './hosted-names.ts';
import { declareElsewhere, namesFor } from './names.ts';
import { refsOf } from './refs.ts';
import { cannotKnowOf, createPlaceholder } from './received.ts';
import { resumeRemotes } from './remote.ts';
import { showRestored } from './restore.ts';
import { isMachine, versionOf } from './version.ts';
import { assertSeams, beforeStart, parentOf, setSnapshot, statusOf } from './xstate.ts';
import type { PersistMode, SnapshotMode } from './wire.ts';

/**
 * Actor logic that runs elsewhere, with the events, input, output, snapshots and emitted events of the original.
 *
 * @remarks
 * It stands wherever the original does, also in a machine's `provide` and in `useMachine`, which is why a hosted machine has the type of the
 * machine. What only the machine itself can do it cannot: its own `provide` throws `NO_LOCAL_MODULE`.
 *
 * @example
 * ```ts
 * import type { Hosted } from 'troupe';
 * import { createActor, fromTransition } from 'xstate';
 *
 * const counter = fromTransition((count: number, _: { type: 'ADD' }) => count + 1, 0);
 * const run = (logic: Hosted<typeof counter>) => createActor(logic).start();
 * ```
 */
export type Hosted<TLogic extends AnyActorLogic> = TLogic extends AnyStateMachine
  ? TLogic
  : ActorLogic<
      SnapshotFrom<TLogic>,
      EventFromLogic<TLogic>,
      InputFrom<TLogic>,
      ActorSystem<{ actors: Record<string, AnyActorRef> }>,
      EmittedFrom<TLogic>
    >;

/** The actor logic among a module's exports, hosted; the other exports are left out. */
export type HostedModule<TModule> = {
  readonly [
    TName in keyof TModule as TModule[TName] extends AnyActorLogic ? TName : never
  ]: TModule[TName] extends AnyActorLogic ? Hosted<TModule[TName]> : never;
};

/** How a module's actors are hosted. */
export interface ImportOptions<TModule = object> {
  /**
   * The module at hand, with each export that is used: then the initial snapshot, `can`, meta and tags are exact at once. Without it a snapshot's `can` throws
   * `NO_LOCAL_MODULE`, and the first snapshot comes from the host.
   */
  readonly local?: Partial<TModule>;
  /**
   * Which snapshots travel: `'all'` of them while somebody observes, only the `'latest'` at any time, or `'none'` between the first and the last.
   *
   * @defaultValue `'all'`
   */
  readonly snapshots?: SnapshotMode;
  /**
   * When an actor's persisted snapshot travels. `'on-demand'`: when `persist` asks for it. `'eager'`: with each snapshot, so that `getPersistedSnapshot()`
   * gives at once what belongs to the snapshot that is shown. That costs: the whole state is made and crosses with each step, where else only what
   * changed of it does. What is below the actor is told as of that step. An actor with others below it that are hosted in turn, and were not
   * imported so too or have not been heard of, still has to be asked.
   *
   * @defaultValue `'on-demand'`
   */
  readonly persist?: PersistMode;
  /**
   * How much of what this thread sends may wait for each of its actors, and what becomes of what finds no room: a dead letter either way, `mailbox-full`. A send
   * never throws for it. What others send to the actor, who got its ref in an event, has the usual bounds.
   *
   * @defaultValue 2^20 events or 64 MiB, and `'drop-newest'`
   */
  readonly mailbox?: MailboxOptions;
}

/** A place for one actor: taken when it starts, given back when it is gone. */
export interface Place {
  readonly route: Route;
  /** The actor was told to stop, or has ended; `leave` follows when it is gone. */
  stopping?(): void;
  /** Gives the place back; resolves when nothing of it is left. */
  leave(): Promise<void>;
}

export interface HostedOptions {
  readonly bus: Bus;
  /** What the host imports: a URL, or the empty string for what it serves. */
  readonly source: string;
  readonly name: string;
  readonly local?: AnyActorLogic | undefined;
  readonly snapshots?: SnapshotMode | undefined;
  readonly persist?: PersistMode | undefined;
  readonly mailbox?: MailboxOptions | undefined;
  readonly logger?: ((...args: unknown[]) => void) | undefined;
  /** The local id that each actor has where it runs, one at a time; by default each has one of its own. */
  readonly session?: string | undefined;
  /** Finds a place for an actor; throws if there is none. */
  place(actor: AnyActor): Place;
}

type BareLogic = ActorLogic<Snapshot<unknown>, AnyEventObject, unknown>;

const hosted = new WeakSet<AnyActorLogic>();

/** Whether logic was made here, so that its actors run elsewhere already. */
export function isHosted(logic: AnyActorLogic): boolean {
  return hosted.has(logic);
}

/** Declares that actors of this logic, which wraps other, run where those of the other do. */
export function declareHostedLike(logic: AnyActorLogic, wrapped: AnyActorLogic): void {
  if (!hosted.has(wrapped)) return;
  hosted.add(logic);
  declareElsewhere(logic);
}

/** Logic whose actors run in the places that `place` gives. */
export function createHosted(options: HostedOptions): AnyActorLogic {
  assertSeams();
  const { bus, source, name, local, logger, snapshots = 'all', persist } = options;
  const mailbox = options.mailbox && { ...DEFAULT_MAILBOX, ...options.mailbox };
  const can = cannotKnowOf(name);
  const prepare = (self: unknown) =>
    createMirror(self as AnyActor, { bus, local, logger, owns: true, snapshots, mailbox });

  const logic: BareLogic & { readonly config: { readonly id: string }; provide(): never } = {
    // an object that stays the same, for those who compare logic by it
    config: { id: name, ...configOf(local) },
    provide() {
      throw new TroupeError(
        'NO_LOCAL_MODULE',
        `Cannot provide anything to '${name}': its machine is elsewhere. Provide it in the module that is imported there, and export the result.`,
        { details: { name } },
      );
    },
    getInitialSnapshot({ self }, input) {
      // XState made `self` of this logic, and logic cannot say so in its types
      const actor = self as unknown as AnyActor;
      prepare(actor);
      const { initial, active } = createPlaceholder(local, input, can);
      // its supervisor begins another life of it
      if (statusOf(actor) === 'running') return active;
      beforeStart(actor, () => {
        if (actor.getSnapshot() === initial) setSnapshot(actor, active);
      });
      return initial;
    },
    restoreSnapshot(blob, { self }) {
      const mirror = prepare(self);
      const persisted = asPersisted(blob);
      if (isMachine(local)) assertSameVersion(persisted, local, name, bus.address);
      const shown = showRestored(persisted, local, can);
      // by the snapshot that is shown it is found again when the actor starts
      keepRestored(mirror, persisted, shown);
      return shown;
    },
    start(snapshot, { self }) {
      // what was restored from its end has nothing to do elsewhere
      if (snapshot.status !== 'active') return;
      const actor = self as unknown as AnyActor;
      const mirror = prepare(actor);
      if (mirror.resume()) {
        rejoinHosted(actor);
        resumeRemotes(actor.getSnapshot() as Parameters<typeof resumeRemotes>[0]);
        return;
      }
      const parent = parentOf(actor);
      const { input } = actor.options as { readonly input?: unknown };
      // whatever may be refused is refused before a place is taken
      // from what it was restored from, or from where it was when a framework that starts it again had stopped it
      const persisted = takeRestored(mirror, snapshot);
      const body = bus.codec.encode(
        { input, parent, ...(persisted ? { snapshot: persisted } : {}), ...namesFor(actor) },
        'input',
      );
      const version = versionOf(local);
      const place = options.place(actor);
      // the far side addresses actors of other callers too
      const session = options.session ?? nameSession(bus);
      const { systemId } = actor;
      refsOf(bus).declare(actor, addressOf(place.route.node, session));
      const announce = joinHosted(actor, { bus, route: place.route, to: session, fail: mirror.fail });
      const life = mirror.attach(place.route, session, {
        ending: () => place.stopping?.(),
        start: ({ from, wish, inspect }) => ({
          type: 'start',
          to: HOST_CHANNEL,
          session,
          from,
          source,
          name,
          id: actor.id,
          sessionId: actor.sessionId,
          ...(systemId === undefined ? {} : { systemId }),
          snapshots,
          ...(persist === 'eager' ? { persist } : {}),
          ...(version === undefined ? {} : { version }),
          ...(isSupervised(actor) && { returns: true as const }),
          wish,
          inspect,
          body,
        }),
      });
      announce();
      setDeparture(
        actor,
        life.gone.then(() => place.leave()),
      );
    },
    transition: (snapshot, event, scope) => mirrorOf(scope.self)?.transition(snapshot, event, scope) ?? snapshot,
    getPersistedSnapshot: (snapshot) => snapshot,
  };
  declareElsewhere(logic);
  hosted.add(logic);
  return logic;
}

/** What inspectors are shown of a machine; other logic has nothing to show. */
function configOf(logic: AnyActorLogic | undefined): object {
  return logic && 'config' in logic && typeof logic.config === 'object' ? { ...logic.config } : {};
}

/** An object whose members are hosted logic, one each and made at first use. */
export function createHostedModule<TModule>(create: (name: string) => AnyActorLogic): HostedModule<TModule> {
  const made = new Map<string, AnyActorLogic>();
  return new Proxy(Object.create(null) as HostedModule<TModule>, {
    get(_, name) {
      // `then` is asked for by `await`, which must not take this for a promise
      if (typeof name !== 'string' || name === 'then') return undefined;
      let logic = made.get(name);
      if (!logic) made.set(name, (logic = create(name)));
      return logic;
    },
  });
}
