// Names across nodes: an actor that has a `systemId` on either side of a hosted actor is found by it on the other. A caller's system and those that
// its hosted actors run in form a tree; what is set or unset in one is told to its neighbours, who tell theirs. Between two that take a name at
// once the one above keeps it, and the hosted actor below fails. A system without names tells nothing. How a neighbour is told is in
// `hosted-names.ts` for those below and in `owner-names.ts` for the one above.
import type { AnyActor, AnyActorLogic, AnyActorRef } from 'xstate';
import { hookNames, namesIn, setName, unsetName, type System } from './xstate.ts';

/** Who is found by which name. */
export type Names = readonly (readonly [systemId: string, actor: AnyActorRef])[];

/** What one system tells another: that somebody is found by a name from now on, that nobody is, or, after a loss, all names that stand. */
export type NameChange = { readonly systemId: string; readonly actor?: AnyActorRef } | { readonly all: Names };

/** The system above or one of those below. */
export interface Neighbour {
  /** The name of the hosted actor that stands between: each side has set it by itself. */
  readonly own: string | undefined;
  /** What was told from there. */
  readonly heard: Map<string, AnyActorRef>;
  tell(change: NameChange): void;
  /** A name that was told from there belongs to another here. */
  refuse(systemId: string): void;
}

/** The system below in which a hosted actor runs, a neighbour from `join` to `leave`. */
export interface NeighbourBelow extends Neighbour {
  join(): void;
  leave(): void;
}

/** What is known of a system and its neighbours. */
export interface Directory {
  readonly system: System;
  /** The names that neighbours are told of. */
  readonly known: Map<string, AnyActorRef>;
  readonly neighbours: Set<Neighbour>;
  /** Where the hosted actors of this system run, or ran last. */
  readonly below: WeakMap<AnyActorRef, NeighbourBelow>;
  /** Tells of an actor that could not be told of when it got its name. */
  announce(systemId: string, actor: AnyActorRef): void;
  /** Takes back what was told of an actor that stays here, and is elsewhere in its next life. */
  retract(actor: AnyActorRef): void;
  hear(from: Neighbour, change: NameChange): void;
  /** Those that a neighbour is to know. */
  namesFor(neighbour: Neighbour): Names;
}

const directories = new WeakMap<System, Directory>();
const elsewhere = new WeakSet<AnyActorLogic>();

/** Declares that actors of this logic run elsewhere: others are told of their names once it is known where. */
export function declareElsewhere(logic: AnyActorLogic): void {
  elsewhere.add(logic);
}

/** The names that an actor has to know before it starts elsewhere; empty if there are none. */
export function namesFor(actor: AnyActor): { readonly names?: Names } {
  const { known } = directoryOf(actor.system);
  return known.size > 0 ? { names: [...known] } : {};
}

/** Takes up what is told from where a hosted actor runs. */
export function hearName(actor: AnyActor, change: NameChange): void {
  const directory = directories.get(actor.system);
  const neighbour = directory?.below.get(actor);
  // what an actor tells that is about to be stopped comes too late
  if (neighbour && directory?.neighbours.has(neighbour)) directory.hear(neighbour, change);
}

/** What is known of a system; from the first call on it is kept. */
export function directoryOf(system: System): Directory {
  let directory = directories.get(system);
  if (!directory) directories.set(system, (directory = createDirectory(system)));
  return directory;
}

function createDirectory(system: System): Directory {
  const known = new Map<string, AnyActorRef>();
  const neighbours = new Set<Neighbour>();
  const below = new WeakMap<AnyActorRef, NeighbourBelow>();
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
      below.get(actor)?.leave();
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
    below,
    announce: (systemId, actor) => {
      // it may be over again already
      if (system.get(systemId) === actor && known.get(systemId) !== actor) announce(systemId, actor);
    },
    retract(actor) {
      below.get(actor)?.leave();
      for (const [systemId, named] of [...known]) {
        if (named !== actor) continue;
        known.delete(systemId);
        spread(systemId, undefined, undefined);
      }
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
  return elsewhere.has((actor as unknown as { readonly logic: AnyActorLogic }).logic);
}
