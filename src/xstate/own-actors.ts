// Actors that are troupe's and not the program's, and the place where the program's are given other logic.
import { Actor, type ActorOptions, type AnyActor, type AnyActorLogic, type AnyActorRef } from 'xstate';
import { setName, unsetName } from './names.ts';
import { lacks, unsupportedError, type System, type SystemSeams } from './seams.ts';

type OwnOptions = ActorOptions<AnyActorLogic> & { readonly parent?: AnyActorRef };

let ownIds = 0;

const ownSystems = new WeakSet<object>();

/**
 * Actors that troupe makes for itself take no session ids from the program's: whoever counts on those of XState finds the same with and without
 * hosting. A root's constructor makes its system, keeps it in `system` and asks it for an id, so its name is put in between by a setter that gives
 * way to the member. An XState that sets it in another way never calls the setter: then an id of XState's is used up, and all else is as before.
 */
const OwnActor = class extends Actor<AnyActorLogic> {};

Object.defineProperty(OwnActor.prototype, 'system', {
  set(this: AnyActor, system: System | undefined) {
    // the constructor blanks its members first
    if (!system) return;
    Object.defineProperty(this, 'system', { value: system, writable: true, enumerable: true, configurable: true });
    const it = system as unknown as SystemSeams;
    if (ownSystems.has(it) || typeof it._bookId !== 'function') return;
    ownSystems.add(it);
    const { _bookId: book } = it;
    const isIdle = making !== undefined && !making.logic;
    it._bookId = () => {
      // the others in the system are the program's, but for those of an actor that is only read
      if (!isIdle) it._bookId = book;
      return `troupe:${(ownIds++).toString(36)}`;
    };
  },
});

/** Whether an actor is troupe's and not the program's. */
export const isOwn = (actor: AnyActorRef): boolean => actor instanceof OwnActor;

/** While troupe makes an actor for itself: whoever replaces logic leaves that one alone, or all of them where no logic is named. */
let making: { readonly logic?: AnyActorLogic } | undefined;

/** Makes an actor that is troupe's and not the program's; the children that it makes are the program's again. */
export function createOwnActor(logic: AnyActorLogic, options: OwnOptions = {}): AnyActor {
  return asOwn({ logic }, () => new OwnActor(logic, options));
}

/** An actor that is never started, to read what it begins with: it concerns nobody, nor do its children. */
export function createIdle(logic: AnyActorLogic, options: OwnOptions): AnyActor {
  return asOwn({}, () => new OwnActor(logic, options));
}

function asOwn(marker: NonNullable<typeof making>, make: () => AnyActor): AnyActor {
  const outer = making;
  making = marker;
  try {
    return make();
  } finally {
    making = outer;
  }
}

/** What an actor's constructor calls when all but its snapshot is there. */
interface ActorPrototype {
  _initState(this: { logic: AnyActorLogic } & AnyActor, persisted: unknown): void;
}

const replacers = new Set<(actor: AnyActor) => AnyActorLogic | undefined>();

let restoreInit = () => {};

/**
 * Gives actors that the program makes from now on other logic than they were made with, until the returned function is called. `replace`
 * gives the logic, or nothing to leave an actor as it is. Of several the one that began first is asked first.
 */
export function replaceLogic(replace: (actor: AnyActor) => AnyActorLogic | undefined): () => void {
  if (replacers.size === 0) restoreInit = hookInit();
  replacers.add(replace);
  return () => {
    if (replacers.delete(replace) && replacers.size === 0) restoreInit();
  };
}

function hookInit(): () => void {
  const actors = Actor.prototype as unknown as ActorPrototype;
  const { _initState: initialize } = actors;
  if (typeof initialize !== 'function') throw unsupportedError(['_initState']);
  actors._initState = function initializeReplaced(persisted) {
    const marker = making;
    // what an actor of troupe's makes itself, such as its children, is the program's
    if (marker?.logic === this.logic) making = undefined;
    else if (!marker) for (const replace of replacers) takeLogic(this, replace(this));
    try {
      initialize.call(this, persisted);
    } finally {
      making = marker;
    }
  };
  return () => void (actors._initState = initialize);
}

function takeLogic(actor: { logic: AnyActorLogic } & AnyActor, logic: AnyActorLogic | undefined): void {
  if (!logic) return;
  const { system, systemId } = actor;
  // it has got its name already, and whoever was told of it took it for an actor of this place
  if (systemId !== undefined) unsetName(system, actor);
  actor.logic = logic;
  if (systemId !== undefined) setName(system, systemId, actor);
}

/** Has the actors of a system named by `book` from now on. */
export function bookSessions(system: AnyActorRef['system'], book: (own: () => string) => string): void {
  if (lacks('system._bookId')) return;
  const it = system as unknown as SystemSeams;
  const { _bookId: bookOwn } = it;
  it._bookId = () => book(bookOwn);
}
