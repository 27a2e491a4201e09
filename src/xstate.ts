// The one adapter to XState's private seams, for 5.33. Nothing else in troupe touches a member that XState does not document.
// `assertSeams` tries them at first use, so that a later XState that lacks one says so at once and by name; for some there is another way.
import {
  Actor,
  type ActorLogic,
  type ActorOptions,
  type AnyActor,
  type AnyActorLogic,
  type AnyActorRef,
  type AnyActorScope,
  type AnyEventObject,
  type Snapshot,
  type Subscription,
} from 'xstate';
import { TroupeError } from './errors.ts';
import { workerThreads } from './platform.ts';

/** What XState calls an actor's mailbox entry and life, and keeps to itself. */
interface Seams {
  _send(event: AnyEventObject): void;
  _snapshot: unknown;
  _processingStatus: 0 | 1 | 2;
  _parent?: AnyActorRef | undefined;
  _deferred: (() => void)[];
  _stop(): unknown;
  _actorScope: AnyActorScope;
  observers: Set<{ readonly next?: unknown }>;
  update(snapshot: unknown, event: AnyEventObject): void;
}

/** An event that is to come, as XState keeps it. */
export interface ScheduledEvent {
  readonly id: string;
  readonly source: AnyActorRef;
  readonly target: AnyActorRef;
  readonly event: AnyEventObject;
  readonly delay: number;
  readonly startedAt: number;
}

interface SystemSeams {
  _relay(source: AnyActorRef | undefined, target: AnyActorRef, event: AnyEventObject): void;
  _unregister(actor: AnyActorRef): void;
  _bookId(): string;
  _sendInspectionEvent(event: object): void;
  inspect(observer: unknown): Subscription;
  _set(systemId: string, actor: AnyActorRef): void;
  _logger: (...args: unknown[]) => void;
  readonly _snapshot: { _scheduledEvents: Record<string, ScheduledEvent> };
  readonly scheduler: {
    schedule(source: AnyActorRef, target: AnyActorRef, event: AnyEventObject, delay: number, id: string): void;
  };
}

/** An actor seen with its private members; `assertSeams` has checked that they are there. */
const seams = (actor: AnyActorRef) => actor as unknown as Seams;
const systemSeams = (actor: AnyActorRef) => actor.system as unknown as SystemSeams;

/** What this XState lacks that there is another way for, and what is different then. */
const REPLACEABLE: Readonly<Record<string, string>> = {
  _send: 'what is sent to a hosted actor passes through its own mailbox, so who sent it is not always known',
  update:
    'observers of a hosted actor may be told of a snapshot that is no news, and first of one that is only a placeholder',
  'system._sendInspectionEvent': 'inspectors see no actor of another node',
  'system._bookId': 'actors of two nodes may bear one session id',
  'system.scheduler': 'delayed events of hosted actors are not persisted',
  'system._set': 'an actor is found by its systemId on its own node only',
};

let lacking: ReadonlySet<string> | undefined;

/** Whether this XState lacks something that there is another way for. */
const lacks = (seam: string): boolean => lacking?.has(seam) ?? false;

/**
 * Tries once what troupe leans on in XState. What cannot be done without is an `UNSUPPORTED_XSTATE` that names it; for the rest there is another way,
 * and a warning says what is different.
 */
export function assertSeams(): void {
  if (lacking) return;
  const probe = createReceiver(() => {});
  const failed = trySeams(probe);
  const missing = failed.filter((seam) => !(seam in REPLACEABLE));
  if (missing.length > 0) throw unsupportedError(missing);
  lacking = new Set(failed);
  if (failed.length > 0 && workerThreads?.isMainThread !== false) {
    const effects = failed.map((seam) => `${seam} (${REPLACEABLE[seam]})`);
    console.warn(`troupe: this XState lacks ${effects.join('; ')}. Use xstate 5.33, or look for a newer troupe.`);
  }
  trackAllSources(probe);
}

/** The seams that do not do what they are leaned on for. The actor is sent one event and stopped. */
function trySeams(probe: AnyActor): readonly string[] {
  const it = seams(probe);
  const system = systemSeams(probe);
  const used = new Set<string>();
  const spy = (target: object, name: string, label = name) => {
    const members = target as Record<string, unknown>;
    const own = members[name];
    if (typeof own !== 'function') return;
    members[name] = (...args: unknown[]): unknown => {
      used.add(label);
      return own.apply(target, args) as unknown;
    };
  };
  spy(it, '_send');
  spy(it, 'update');
  for (const name of SYSTEM_SEAMS) spy(system, name, `system.${name}`);
  const { system: named } = probe;
  const systemId = 'troupe.probe';
  Object.assign(probe, { systemId });
  const statuses: unknown[] = [it._processingStatus];
  probe.start();
  statuses.push(it._processingStatus);
  probe.send({ type: 'troupe.probe' });
  const isFound = used.has('system._set') && named.get(systemId) === probe;
  const snapshot: unknown = { ...(probe.getSnapshot() as object) };
  it._snapshot = snapshot;
  const isSet = probe.getSnapshot() === snapshot;
  if (typeof it._stop === 'function') it._stop();
  else probe.stop();
  statuses.push(it._processingStatus);
  const works: Readonly<Record<string, boolean>> = {
    _send: used.has('_send'),
    update: used.has('update'),
    _snapshot: isSet,
    _processingStatus: statuses.join() === '0,1,2',
    _stop: typeof it._stop === 'function',
    _deferred: Array.isArray(it._deferred),
    _actorScope: typeof it._actorScope?.emit === 'function',
    observers: it.observers instanceof Set,
    'system._relay': used.has('system._relay'),
    'system._unregister': used.has('system._unregister'),
    'system._sendInspectionEvent': used.has('system._sendInspectionEvent') && typeof system.inspect === 'function',
    'system._bookId': typeof system._bookId === 'function',
    'system._set': isFound && named.get(systemId) === undefined && typeof named.getAll === 'function',
    'system._logger': typeof system._logger === 'function',
    'system.scheduler':
      typeof system.scheduler?.schedule === 'function' && typeof system._snapshot?._scheduledEvents === 'object',
  };
  return Object.keys(works).filter((seam) => !works[seam]);
}

const SYSTEM_SEAMS = ['_relay', '_unregister', '_sendInspectionEvent', '_set'] as const;

function unsupportedError(missing: readonly string[]): TroupeError {
  return new TroupeError(
    'UNSUPPORTED_XSTATE',
    `Cannot host actors with this XState: it lacks ${missing.join(', ')}. Use xstate 5.33, or look for a newer troupe.`,
    { details: { missing } },
  );
}

/**
 * Has `currentSource` know who sends in every system from now on. XState tells a target nothing of its sender, and a system cannot be seen before
 * its root starts, which is why this is at the one place that all actors pass. It changes nothing else.
 */
function trackAllSources(probe: AnyActorRef): void {
  const actors = Object.getPrototypeOf(probe) as { start(this: AnyActorRef): AnyActorRef };
  const { start } = actors;
  actors.start = function startTracked() {
    trackSources(this);
    return start.call(this);
  };
}

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

export type Status = 'not-started' | 'running' | 'stopped';

const STATUSES = ['not-started', 'running', 'stopped'] as const;

/** Where an actor is in its life; a stopped one may have been done or failed, which its snapshot tells. */
export function statusOf(actor: AnyActorRef): Status {
  return STATUSES[seams(actor)._processingStatus];
}

/** The actor that sends right now, while XState relays an event from it. */
let source: AnyActorRef | undefined;

/** Who is sending the event that is being relayed at this moment; undefined if it is plain code. */
export function currentSource(): AnyActorRef | undefined {
  return source;
}

const tracked = new WeakSet<object>();

/** From now on `currentSource` knows who sends in this actor's system. */
export function trackSources(actor: AnyActorRef): void {
  const system = systemSeams(actor);
  if (tracked.has(system)) return;
  tracked.add(system);
  const relayed = system._relay;
  system._relay = (from, target, event) => {
    const outer = source;
    source = from;
    try {
      relayed(from, target, event);
    } finally {
      source = outer;
    }
  };
}

const endings = new WeakMap<AnyActorRef, Set<() => void>>();
const registers = new WeakSet<object>();

/**
 * Tells once when an actor has stopped, is done or has failed; its snapshot says which. Unlike a subscription it is no observer, so it does not
 * change whether XState reports the actor's error. The returned function takes the request back.
 */
export function onEnd(actor: AnyActorRef, ended: () => void): () => void {
  const waiting = endings.get(actor) ?? new Set();
  endings.set(actor, waiting.add(ended));
  hookEndings(systemSeams(actor));
  if (statusOf(actor) === 'not-started') hookStop(actor);
  return () => waiting.delete(ended);
}

function hookEndings(system: SystemSeams): void {
  if (registers.has(system)) return;
  registers.add(system);
  const unregister = system._unregister;
  system._unregister = (each) => {
    unregister(each);
    if (statusOf(each) === 'stopped') tellEnd(each);
  };
}

function tellEnd(actor: AnyActorRef): void {
  const told = endings.get(actor);
  endings.delete(actor);
  for (const tell of told ?? []) tell();
}

/** An actor that is stopped before it was started is not unregistered. */
function hookStop(actor: AnyActorRef): void {
  const it = seams(actor);
  const stop = it._stop.bind(actor);
  it._stop = () => {
    const wasStarted = statusOf(actor) !== 'not-started';
    stop();
    if (!wasStarted) tellEnd(actor);
    return actor;
  };
}

/** A system, which all actors below one root share. */
export type System = AnyActorRef['system'];

/** What happens to the names in a system. */
export interface NameHooks {
  /** An actor is found under a name from now on. */
  set(systemId: string, actor: AnyActorRef): void;
  /** An actor has left, or is about to because it is being stopped; a name that it had is free again. */
  left(actor: AnyActorRef, systemId: string | undefined): void;
}

/** Takes part in what becomes of the names in a system; to be called once for each. What stands already is not told. */
export function hookNames(system: System, { set, left }: NameHooks): void {
  const it = system as unknown as SystemSeams;
  const { _set: setOwn, _unregister: unregister } = it;
  // an actor that was told of may have another name where it lives
  const names = new WeakMap<AnyActorRef, string>();
  for (const [systemId, actor] of namesIn(system)) names.set(actor, systemId);
  if (!lacks('system._set')) {
    it._set = (systemId, actor) => {
      const isNew = system.get(systemId) !== actor;
      setOwn(systemId, actor);
      if (!isNew) return;
      names.set(actor, systemId);
      set(systemId, actor);
    };
  }
  it._unregister = (actor) => {
    unregister(actor);
    const systemId = names.get(actor);
    names.delete(actor);
    left(actor, systemId);
  };
}

/** The names that stand in a system. */
export function namesIn(system: System): readonly (readonly [systemId: string, actor: AnyActorRef])[] {
  return lacks('system._set') ? [] : Object.entries(system.getAll() as Readonly<Record<string, AnyActorRef>>);
}

/** Has an actor, of whatever system, found under a name in this one; throws XState's own error if another has that name. */
export function setName(system: System, systemId: string, actor: AnyActorRef): void {
  if (!lacks('system._set')) (system as unknown as SystemSeams)._set(systemId, actor);
}

/** Has an actor found no more under the name that it was given in a system. */
export function unsetName(system: System, actor: AnyActorRef): void {
  (system as unknown as SystemSeams)._unregister(actor);
}

/** Has an actor run again that was reset to one that has not started; nothing of it is started anew. */
export function undoReset(actor: AnyActorRef): void {
  if (statusOf(actor) === 'not-started') seams(actor)._processingStatus = 1;
}

/** Stops an actor, also one that has a parent. */
export function stopActor(actor: AnyActorRef): void {
  seams(actor)._stop();
}

/** Emits an event to those who listen by `on`. */
export function emit(actor: AnyActorRef, event: AnyEventObject): void {
  seams(actor)._actorScope.emit(event);
}

/** The event by which XState tells an actor that another has failed it; unhandled, it fails the actor too. */
export function createErrorEvent(id: string, error: unknown): AnyEventObject {
  return { type: `xstate.error.actor.${id}`, error, actorId: id };
}

/** Whether an event is what XState tells a parent of its child by itself. */
export function isReportOf(id: string, event: AnyEventObject): boolean {
  return (
    event.type === `xstate.done.actor.${id}` ||
    event.type === `xstate.error.actor.${id}` ||
    event.type === `xstate.snapshot.${id}`
  );
}

/** Sends an event in an actor's system, in the name of `from`. */
export function relay(from: AnyActorRef | undefined, target: AnyActorRef, event: AnyEventObject): void {
  systemSeams(target)._relay(from, target, event);
}

/** Delivers user events of an actor elsewhere; gives back the way into its own mailbox, which no inspector sees. */
export function interceptMailbox(
  actor: AnyActorRef,
  deliver: (event: AnyEventObject) => void,
): (event: AnyEventObject) => void {
  if (lacks('_send')) {
    forwarded.set(actor, deliver);
    return actor.send.bind(actor);
  }
  const own = seams(actor)._send.bind(actor);
  seams(actor)._send = deliver;
  return own;
}

const forwarded = new WeakMap<AnyActorRef, (event: AnyEventObject) => void>();

/** Delivers a user event that came through the mailbox, where this XState knows no way round it. */
export function forward(actor: AnyActorRef, event: AnyEventObject): void {
  forwarded.get(actor)?.(event);
}

/** What becomes of the updates of an actor: XState makes one of each entry of the mailbox, and one when the actor starts. */
export interface UpdateHooks {
  /** Whether an update passes unannounced: the snapshot is set and what was deferred is done, and no observer hears of it. */
  isMuted?(event: AnyEventObject): boolean;
  /** After each update, also one that threw. */
  updated(): void;
}

/** The event of the update by which an actor starts. */
export const isInit = (event: AnyEventObject): boolean => event.type === 'xstate.init';

/** Takes part in an actor's updates; the returned function tells whether one is under way. */
export function hookUpdates(actor: AnyActorRef, { isMuted, updated }: UpdateHooks): () => boolean {
  if (lacks('update')) return () => false;
  const it = seams(actor);
  const update = it.update.bind(actor);
  let depth = 0;
  it.update = (snapshot, event) => {
    depth += 1;
    try {
      if (isMuted?.(event)) {
        it._snapshot = snapshot;
        for (let next = it._deferred.shift(); next; next = it._deferred.shift()) next();
      } else update(snapshot, event);
    } finally {
      depth -= 1;
      updated();
    }
  };
  return () => depth > 0;
}

/** Runs each time before an actor starts. */
export function beforeStart(actor: AnyActor, prepare: () => void): void {
  const start = actor.start.bind(actor);
  actor.start = () => {
    prepare();
    return start();
  };
}

/** Replaces an actor's snapshot without telling anybody. */
export function setSnapshot(actor: AnyActorRef, snapshot: unknown): void {
  seams(actor)._snapshot = snapshot;
}

/** Whether anybody would hear of a new snapshot. */
export function isObserved(actor: AnyActorRef): boolean {
  for (const observer of seams(actor).observers) if (observer.next) return true;
  return false;
}

/** Tells of each change in who observes an actor. */
export function onObserversChange(actor: AnyActor, changed: () => void): void {
  const subscribe = actor.subscribe.bind(actor) as (...observers: unknown[]) => Subscription;
  const watched = (...observers: unknown[]): Subscription => {
    const subscription = subscribe(...observers);
    changed();
    return {
      unsubscribe() {
        subscription.unsubscribe();
        changed();
      },
    };
  };
  (actor as { subscribe: unknown }).subscribe = watched;
}

/** Tells of each change in whether anybody listens by `on` to what an actor emits. */
export function onListenersChange(actor: AnyActor, changed: (isHeard: boolean) => void): void {
  const listen = actor.on.bind(actor) as (...listener: unknown[]) => Subscription;
  const listeners = new Set<Subscription>();
  const listened = (...listener: unknown[]): Subscription => {
    const subscription = listen(...listener);
    listeners.add(subscription);
    changed(true);
    return {
      unsubscribe() {
        subscription.unsubscribe();
        if (listeners.delete(subscription)) changed(listeners.size > 0);
      },
    };
  };
  (actor as { on: unknown }).on = listened;
}

export function parentOf(actor: AnyActorRef): AnyActorRef | undefined {
  return seams(actor)._parent;
}

/** The logger of an actor's system. */
export function loggerOf(actor: AnyActorRef): (...args: unknown[]) => void {
  return (actor as unknown as { logger?: (...args: unknown[]) => void }).logger ?? systemSeams(actor)._logger;
}

/** Tells a system's inspectors of an event. */
export function tellInspectors(system: AnyActorRef['system'], event: object): void {
  if (!lacks('system._sendInspectionEvent')) (system as unknown as SystemSeams)._sendInspectionEvent(event);
}

const PROBE = new Error('Somebody inspects.');
const probe = {
  get type(): never {
    throw PROBE;
  },
};

/** Whether anybody inspects a system: XState copies an event only if somebody does. */
export function hasInspectors(system: AnyActorRef['system']): boolean {
  if (lacks('system._sendInspectionEvent')) return false;
  const show = intercepted.get(system) ?? (system as unknown as SystemSeams)._sendInspectionEvent;
  try {
    show(probe);
    return false;
  } catch (error) {
    if (error === PROBE) return true;
    throw error;
  }
}

/** Tells when an inspector of a system comes or goes. */
export function onInspectorsChange(system: AnyActorRef['system'], changed: () => void): void {
  if (lacks('system._sendInspectionEvent')) return;
  const it = system as unknown as SystemSeams;
  const { inspect } = it;
  it.inspect = (observer) => {
    const subscription = inspect(observer);
    changed();
    return {
      unsubscribe() {
        subscription.unsubscribe();
        changed();
      },
    };
  };
}

/** What XState itself does with an inspection event, by system. */
const intercepted = new WeakMap<object, (event: object) => void>();

/** Has the inspection events of a system pass by `take`, which may show them to the inspectors. */
export function interceptInspection(
  system: AnyActorRef['system'],
  take: (event: object, show: (event: object) => void) => void,
): void {
  if (lacks('system._sendInspectionEvent')) return;
  const it = system as unknown as SystemSeams;
  const show = it._sendInspectionEvent;
  intercepted.set(system, show);
  it._sendInspectionEvent = (event) => take(event, show);
}

/** Has the actors of a system named by `book` from now on. */
export function bookSessions(system: AnyActorRef['system'], book: (own: () => string) => string): void {
  if (lacks('system._bookId')) return;
  const it = system as unknown as SystemSeams;
  const { _bookId: bookOwn } = it;
  it._bookId = () => book(bookOwn);
}

/** Delivers an event to an actor without a word to inspectors, who know of it. */
export function enqueue(actor: AnyActorRef, event: AnyEventObject): void {
  if (lacks('_send')) relay(undefined, actor, event);
  else seams(actor)._send(event);
}

/** The events that are to come in an actor's system. */
export function delaysIn(actor: AnyActorRef): readonly ScheduledEvent[] {
  return lacks('system.scheduler') ? [] : Object.values(systemSeams(actor)._snapshot._scheduledEvents);
}

/** Has an event come that is sent by an actor that has not started yet, or one below it. */
export function armDelay(armed: Omit<ScheduledEvent, 'startedAt'>): void {
  if (lacks('system.scheduler')) return;
  const { id, source: from, target, event, delay } = armed;
  const system = systemSeams(from);
  // a system that starts arms what is in its table, and what was armed before would come twice
  const root = rootOf(from);
  if (statusOf(root) !== 'not-started') system.scheduler.schedule(from, target, event, delay, id);
  else {
    system._snapshot._scheduledEvents[`${from.sessionId}.${id}`] = { ...armed, startedAt: Date.now() };
  }
}

function rootOf(actor: AnyActorRef): AnyActorRef {
  const parent = parentOf(actor);
  return parent ? rootOf(parent) : actor;
}

/**
 * Makes a root in the system of another actor. XState gives each root a system of its own, which nobody could inspect, or name the sessions of, before its
 * first actors are there; so this one is made as a child and loses its parent before its logic looks for one.
 */
export function createRootBeside(
  other: AnyActor,
  logic: AnyActorLogic,
  options: Partial<ActorOptions<AnyActorLogic>>,
): AnyActor {
  const getInitialSnapshot = (scope: AnyActorScope, input: unknown): unknown => {
    orphan(scope);
    return logic.getInitialSnapshot(scope, input);
  };
  const restoreSnapshot = (persisted: Snapshot<unknown>, scope: AnyActorScope): unknown => {
    orphan(scope);
    return logic.restoreSnapshot?.(persisted, scope);
  };
  const orphaning = Object.create(logic, {
    getInitialSnapshot: { value: getInitialSnapshot },
    ...(logic.restoreSnapshot ? { restoreSnapshot: { value: restoreSnapshot } } : {}),
  }) as AnyActorLogic;
  const actor = createOwnActor(orphaning, { ...options, parent: other });
  return Object.assign(actor, { logic, src: logic });
}

function orphan({ self }: AnyActorScope): void {
  seams(self as AnyActorRef)._parent = undefined;
}

/** A stand-in for a parent that lives elsewhere: what is sent to it is handed to `deliver`. Its children share its logger and clock. */
export function createStandIn(
  deliver: (event: AnyEventObject) => void,
  options: Pick<ActorOptions<AnyActorLogic>, 'logger' | 'clock'>,
): AnyActor {
  const standIn = createReceiver(forward, options).start();
  interceptMailbox(standIn, deliver);
  return standIn;
}

/** An actor, not yet started, that hands what it is sent to `receive`. */
export function createReceiver(
  receive: (actor: AnyActorRef, event: AnyEventObject) => void,
  options: ActorOptions<AnyActorLogic> = {},
): AnyActor {
  const logic: ActorLogic<Snapshot<unknown>, AnyEventObject> = {
    getInitialSnapshot: () => ({ status: 'active', output: undefined, error: undefined }),
    transition(snapshot, event, { self }) {
      if (event.type === 'xstate.stop') return { ...snapshot, status: 'stopped' } as Snapshot<unknown>;
      receive(self, event);
      return snapshot;
    },
    getPersistedSnapshot: (snapshot) => snapshot,
  };
  return createOwnActor(logic as AnyActorLogic, options);
}
