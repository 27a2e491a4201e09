// Names across nodes: an actor that has a `systemId` on either side of a hosted actor is found by it on the other. A caller's system and those of the sessions
// that it started form a tree; what is set or unset in one is told to its neighbours, who tell theirs. Between two that take a name at
// once the one above keeps it, and the hosted actor below fails. A system without names tells nothing.
import type { AnyActor, AnyActorLogic, AnyActorRef } from 'xstate';
import { addressOf, nameOf } from './address.ts';
import type { Bus, Route } from './bus.ts';
import type { Encoded } from './codec.ts';
import { TroupeError } from './errors.ts';
import { sendEarlier } from './outlets.ts';
import type { Output } from './wire.ts';
import { hookNames, namesIn, setName, unsetName, type System } from './xstate.ts';

/** Who is found by which name. */
export type Names = readonly (readonly [systemId: string, actor: AnyActorRef])[];

/** What one system tells another: that somebody is found by a name from now on, that nobody is, or, after a loss, all names that stand. */
export type NameChange = { readonly systemId: string; readonly actor?: AnyActorRef } | { readonly all: Names };

/** The system above or one of those below. */
interface Neighbour {
  /** The name of the hosted actor that stands between: each side has set it by itself. */
  readonly own: string | undefined;
  /** What was told from there. */
  readonly heard: Map<string, AnyActorRef>;
  tell(change: NameChange): void;
  /** A name that was told from there belongs to another here. */
  refuse(systemId: string): void;
}

/** What is known of a system and its neighbours. */
interface Directory {
  readonly system: System;
  /** The names that neighbours are told of. */
  readonly known: Map<string, AnyActorRef>;
  readonly neighbours: Set<Neighbour>;
  /** Tells of an actor that could not be told of when it got its name. */
  announce(systemId: string, actor: AnyActorRef): void;
  hear(from: Neighbour, change: NameChange): void;
  /** Those that a neighbour is to know. */
  namesFor(neighbour: Neighbour): Names;
}

interface Session extends Neighbour {
  readonly directory: Directory;
  join(): void;
  leave(): void;
}

const directories = new WeakMap<System, Directory>();
/** The latest session of each actor that is hosted elsewhere. */
const sessions = new WeakMap<AnyActorRef, Session>();
const hosted = new WeakSet<AnyActorLogic>();

// ---- the caller's side

/** Declares that actors of this logic are hosted elsewhere: others are told of their names once it is known where. */
export function expectSessions(logic: AnyActorLogic): void {
  hosted.add(logic);
}

/** The names that an actor has to know before it starts elsewhere; empty if there are none. */
export function namesFor(actor: AnyActor): { readonly names?: Names } {
  const { known } = directoryOf(actor.system);
  return known.size > 0 ? { names: [...known] } : {};
}

export interface SessionOptions {
  readonly bus: Bus;
  readonly route: Route;
  /** The session's local id over there. */
  readonly to: string;
  fail(error: unknown): void;
}

/**
 * Makes the session of a hosted actor a neighbour of its system until the actor ends, to be called just before it starts there; the returned
 * function, called just after, tells the others of the actor's own name.
 */
export function joinSession(actor: AnyActor, { bus, route, to, fail }: SessionOptions): () => void {
  const directory = directoryOf(actor.system);
  const { systemId: own } = actor;
  let unwatch: (() => void) | undefined;
  const session: Session = {
    directory,
    own,
    heard: new Map(),
    tell(change) {
      const body = bus.codec.encode(change, 'name');
      sendEarlier(bus, route.node);
      route.push({ type: 'name', to, body });
    },
    refuse(systemId) {
      const details = { systemId, actor: actor.id, address: addressOf(route.node, to) };
      fail(
        new TroupeError(
          'SYSTEM_ID_TAKEN',
          `Cannot let '${actor.id}' on '${nameOf(route.node)}' name an actor '${systemId}': another took that systemId at the same time. Give each a systemId of its own.`,
          { details },
        ),
      );
    },
    join() {
      directory.neighbours.add(session);
      unwatch = route.watch({ down() {}, resync: () => session.tell({ all: directory.namesFor(session) }) });
    },
    leave() {
      if (!directory.neighbours.delete(session)) return;
      unwatch?.();
      for (const [systemId, named] of session.heard) {
        if (directory.system.get(systemId) === named) unsetName(directory.system, named);
      }
    },
  };
  sessions.set(actor, session);
  session.join();
  return () => {
    if (own !== undefined) directory.announce(own, actor);
  };
}

/** Takes up the session of an actor again that was stopped and started before the session heard of it. */
export function rejoinSession(actor: AnyActor): void {
  const session = sessions.get(actor);
  if (!session) return;
  session.join();
  // what became of other names meanwhile was told to nobody
  session.tell({ all: session.directory.namesFor(session) });
  session.directory.hear(session, { all: [...session.heard] });
  if (session.own !== undefined) session.directory.announce(session.own, actor);
}

/** Takes up what the session of a hosted actor tells. */
export function hearName(actor: AnyActor, change: NameChange): void {
  const session = sessions.get(actor);
  // what an actor tells that is about to be stopped comes too late
  if (session?.directory.neighbours.has(session)) session.directory.hear(session, change);
}

// ---- the host's side

export interface OwnerOptions {
  readonly bus: Bus;
  /** Those that stand in the owner's system. */
  readonly names: Names;
  /** The name of the actor that is started for the owner. */
  readonly own: string | undefined;
  put(output: Output<Encoded>): void;
}

/** The owner of a session, as a neighbour of its system. */
export interface OwnerNames {
  /** Takes up what the owner tells. */
  hear(change: NameChange): void;
  /** Tells the owner once more what stands, for something may have been lost. */
  repeat(): void;
  /** Tells the owner what stands by now, and from now on each change. */
  begin(): void;
}

/** Makes the system of an owner a neighbour of that of the session which runs for it. */
export function joinOwner(root: AnyActorRef, { bus, names, own, put }: OwnerOptions): OwnerNames {
  const directory = directoryOf(root.system);
  const owner: Neighbour = {
    own,
    heard: new Map(),
    tell: (change) => put({ type: 'name', body: bus.codec.encode(change, 'name') }),
    // what the session told crosses with this, and is refused over there
    refuse: () => {},
  };
  directory.hear(owner, { all: names });
  return {
    hear: (change) => directory.hear(owner, change),
    repeat: () => owner.tell({ all: directory.namesFor(owner) }),
    begin() {
      for (const [systemId, actor] of directory.namesFor(owner)) owner.tell({ systemId, actor });
      directory.neighbours.add(owner);
    },
  };
}

// ---- a system among its neighbours

function directoryOf(system: System): Directory {
  let directory = directories.get(system);
  if (!directory) directories.set(system, (directory = createDirectory(system)));
  return directory;
}

function createDirectory(system: System): Directory {
  const known = new Map<string, AnyActorRef>();
  const neighbours = new Set<Neighbour>();
  /** Where the name comes from that is being set or unset right now. */
  let origin: Neighbour | undefined;

  const spread = (systemId: string, actor: AnyActorRef | undefined, from: Neighbour | undefined) => {
    for (const neighbour of [...neighbours]) {
      if (neighbour !== from && neighbour.own !== systemId) neighbour.tell(actor ? { systemId, actor } : { systemId });
    }
  };
  const announce = (systemId: string, actor: AnyActorRef, from?: Neighbour) => {
    known.set(systemId, actor);
    spread(systemId, actor, from);
  };
  // who hears of it may set names in turn, and these come from here
  const comingFrom = (from: Neighbour, change: () => void) => {
    origin = from;
    try {
      change();
    } finally {
      origin = undefined;
    }
  };
  const takeOrigin = () => {
    const from = origin;
    origin = undefined;
    return from;
  };

  for (const [systemId, actor] of namesIn(system)) if (!isElsewhere(actor)) known.set(systemId, actor);
  hookNames(system, {
    set(systemId, actor) {
      const from = takeOrigin();
      if (from || !isElsewhere(actor)) announce(systemId, actor, from);
    },
    left(actor, systemId) {
      let from = takeOrigin();
      const session = sessions.get(actor);
      if (session?.directory.system === system) session.leave();
      if (systemId === undefined || known.get(systemId) !== actor) return;
      known.delete(systemId);
      // XState lets go of the children of an actor that it stops, and where they live that is known
      for (const neighbour of neighbours) if (neighbour.heard.get(systemId) === actor) from ??= neighbour;
      spread(systemId, undefined, from);
    },
  });

  return {
    system,
    known,
    neighbours,
    announce: (systemId, actor) => {
      // it may be over again already
      if (system.get(systemId) === actor && known.get(systemId) !== actor) announce(systemId, actor);
    },
    namesFor: (neighbour) =>
      [...known].filter(([systemId, actor]) => systemId !== neighbour.own && neighbour.heard.get(systemId) !== actor),
    hear(from, change) {
      if (!('all' in change)) hearOne(from, change.systemId, change.actor);
      else {
        const all = new Map(change.all);
        for (const systemId of [...from.heard.keys()]) if (!all.has(systemId)) hearOne(from, systemId, undefined);
        for (const [systemId, actor] of all) hearOne(from, systemId, actor);
      }
    },
  };

  function hearOne(from: Neighbour, systemId: string, actor: AnyActorRef | undefined): void {
    const before = from.heard.get(systemId);
    const isStanding = before !== undefined && system.get(systemId) === before;
    if (before !== actor) {
      from.heard.delete(systemId);
      if (isStanding) comingFrom(from, () => unsetName(system, before));
    }
    if (!actor) return;
    const standing = system.get(systemId) as AnyActorRef | undefined;
    if (standing && standing !== actor) from.refuse(systemId);
    else {
      from.heard.set(systemId, actor);
      comingFrom(from, () => setName(system, systemId, actor));
    }
  }
}

/** XState does not say of a ref that it has logic, as every actor has. */
function isElsewhere(actor: AnyActorRef): boolean {
  return hosted.has((actor as unknown as { readonly logic: AnyActorLogic }).logic);
}
