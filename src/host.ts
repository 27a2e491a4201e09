// The far half: real actors, run for callers elsewhere. A caller's parent is stood in for by a tiny root actor, so that `sendParent`,
// `log` and `sendTo` work as at home and what they send leaves in order with the actor's steps.
import type { AnyActor, AnyActorLogic, AnyActorRef } from 'xstate';
import { addressOf, localIdOf, nameOf, nodeOf, type NodeAddress } from './address.ts';
import { assertSameVersion, openPersisted, type Persisted } from './blob.ts';
import type { Bus } from './bus.ts';
import { armDelays } from './delays.ts';
import { awaitStarts } from './early.ts';
import { createEndpoint, type Endpoint } from './endpoint.ts';
import { TroupeError } from './errors.ts';
import { rememberEnding } from './graves.ts';
import type { InspectionRecord } from './inspection-records.ts';
import { createRecorder } from './recorder.ts';
import type { Names } from './names.ts';
import { joinOwner } from './owner-names.ts';
import { refsOf } from './refs.ts';
import { giveAllBack } from './returning.ts';
import { versionOf } from './version.ts';
import type { Delivery, StartFrame } from './wire.ts';
import { bookSessions, createOwnActor, createRootBeside, createStandIn, isReportOf, type System } from './xstate.ts';

/** The channel at which a host takes requests. */
export const HOST_CHANNEL = '$host';

/** Finds the logic that a source exports under a name; at once if it has been loaded before. */
export type LoadLogic = (source: string, name: string) => AnyActorLogic | Promise<AnyActorLogic>;

/** What an event brings to start an actor with. */
interface StartBody {
  readonly input: unknown;
  readonly parent?: AnyActorRef;
  readonly snapshot?: Persisted;
  readonly names?: Names;
}

export interface HostingOptions {
  /** Gets a source ready before an actor of it is asked for. */
  readonly preload?: (source: string) => void;
  /** What delays go by; the realm's own timers if there is none. */
  readonly clock?: AnyActor['clock'] | undefined;
}

const nodes = new WeakMap<System, Bus>();

/** The bus of the node that a system's actors are hosted on; undefined if the program made its root itself. */
export function hostBusOf(system: System): Bus | undefined {
  return nodes.get(system);
}

/** Runs actors for whoever asks this bus to. */
export function hostActors(bus: Bus, load: LoadLogic, { preload, clock }: HostingOptions = {}): void {
  const early = awaitStarts(bus);
  bus.open(HOST_CHANNEL).subscribe((frame) => {
    if (frame.type === 'start') start({ bus, load, clock }, frame, early.started(frame.session));
    else if (frame.type === 'preload') preload?.(frame.source);
  });
}

interface Hosting extends Pick<HostingOptions, 'clock'> {
  readonly bus: Bus;
  readonly load: LoadLogic;
}

function start(hosting: Hosting, frame: StartFrame<unknown>, early: readonly Delivery[]): void {
  const { bus, load } = hosting;
  const refuse = (error: unknown) => refuseStart(bus, frame, error);
  try {
    const logic = load(frame.source, frame.name);
    if (logic instanceof Promise) {
      startLater(hosting, frame, logic, refuse, [...early]);
      return;
    }
    run(hosting, frame, logic);
  } catch (error) {
    refuse(error);
  }
  for (const delivery of early) bus.redeliver(delivery);
}

/** While a module loads, what is sent to the actor waits in order. */
function startLater(
  hosting: Hosting,
  frame: StartFrame<unknown>,
  loading: Promise<AnyActorLogic>,
  refuse: (error: unknown) => void,
  waiting: Delivery[],
): void {
  const { bus } = hosting;
  bus.open(frame.session).subscribe((delivery) => {
    bus.hold(delivery);
    waiting.push(delivery);
  });
  const proceed = (begin: () => void) => {
    try {
      begin();
    } catch (error) {
      refuse(error);
    }
    // at once, before anything else can arrive
    for (const delivery of waiting) bus.redeliver(delivery);
  };
  loading.then(
    (logic) => proceed(() => run(hosting, frame, logic)),
    (error: unknown) => proceed(() => refuse(error)),
  );
}

function run({ bus, clock }: Hosting, frame: StartFrame<unknown>, logic: AnyActorLogic): void {
  const { id, systemId, session, sessionId } = frame;
  const { input, parent, snapshot, names = [] } = frame.body as StartBody;
  assertVersionOf(frame, logic, bus.address);
  if (snapshot) assertSameVersion(snapshot, logic, frame.name, bus.address);
  const restored = snapshot && openPersisted(snapshot);
  // the stand-in speaks to the endpoint, which is made for the actor, which needs the stand-in
  let endpoint: Endpoint | undefined;
  const logger = (...args: unknown[]) => endpoint?.say('log', args);
  const system = { logger, ...(clock ? { clock } : {}) };
  const standIn = createStandIn((event) => {
    if (!isReportOf(id, event)) endpoint?.say('parent', event);
  }, system);
  nodes.set(standIn.system, bus);
  const early: InspectionRecord[] = [];
  const record = (each: InspectionRecord) => (endpoint ? endpoint.record(each) : early.push(each));
  let made: AnyActor | undefined;
  const recorder = createRecorder(bus, { root: sessionId, standIn, actor: () => made }, record);
  recorder.wish(frame.inspect);
  nameSessions(bus, standIn, sessionId);
  if (parent) refsOf(bus).alias(standIn, refsOf(bus).addressOf(parent));
  // names are known before the first action looks for one
  const owner = joinOwner(standIn, { bus, names, own: systemId, put: (output) => endpoint?.put(output) });
  const options = {
    ...system,
    id,
    input,
    ...(restored ? { snapshot: restored.snapshot } : {}),
    ...(systemId === undefined ? {} : { systemId }),
  };
  const actor: AnyActor = parent
    ? createOwnActor(logic, { ...options, parent: standIn })
    : createRootBeside(standIn, logic, options);
  made = actor;
  refsOf(bus).declare(actor, addressOf(bus.address, session));
  endpoint = createEndpoint(bus, actor, session, { ...frame, recorder, names: owner });
  for (const each of early) endpoint.record(each);
  // before it starts, for its start may bring it into another state, which cancels them
  if (restored) armDelays(actor, restored.extra.delays);
  owner.begin();
  actor.start();
}

/** The actor bears its caller's label, and those that it starts bear labels that no other node gives. */
function nameSessions(bus: Bus, standIn: AnyActor, sessionId: string): void {
  let label: string | undefined = sessionId;
  bookSessions(standIn.system, (own) => {
    const booked = label ?? `${bus.address}/${own()}`;
    label = undefined;
    return booked;
  });
}

/** The caller has made the first snapshot with the machine at hand, and asks it what can be. */
function assertVersionOf(
  { name, source, version }: StartFrame<unknown>,
  logic: AnyActorLogic,
  node: NodeAddress,
): void {
  if (version === undefined) return;
  const found = versionOf(logic);
  if (version === found) return;
  const where = URL.canParse(source) ? `${source} on '${nameOf(node)}'` : `'${nameOf(node)}'`;
  throw new TroupeError(
    'VERSION_MISMATCH',
    `Cannot host '${name}' of ${where}: it is not the machine that was given as local. Build both sides from one source, or leave local out.`,
    { details: { name, source, node, local: version, found } },
  );
}

/** The caller's half hears of it as of any error of an actor, and then says that it is done with it. */
function refuseStart(bus: Bus, frame: StartFrame<unknown>, error: unknown): void {
  const { from, session } = frame;
  rememberEnding(bus, session, { type: 'failed', error });
  bus.shut(session);
  const body = bus.codec.encode({ fields: { status: 'error', error } }, 'error');
  bus.route(nodeOf(from)).push({ type: 'step', to: localIdOf(from), out: [], body });
  giveAllBack(bus, frame, session);
}

/** Whether a value is something that an actor can be made of. */
export function isActorLogic(value: unknown): value is AnyActorLogic {
  const logic = value as Partial<AnyActorLogic> | null | undefined;
  return (
    typeof logic === 'object' &&
    typeof logic?.transition === 'function' &&
    typeof logic.getInitialSnapshot === 'function'
  );
}

/** Checks that an export is what can be hosted. */
export function assertActorLogic(
  value: unknown,
  name: string,
  source: string,
  exports: readonly string[],
): asserts value is AnyActorLogic {
  if (value === undefined) {
    throw new TroupeError(
      'NO_SUCH_EXPORT',
      `Cannot host '${name}' of ${source}: there is no such export. It exports ${exports.length > 0 ? exports.join(', ') : 'nothing'}.`,
      { details: { name, source, exports } },
    );
  }
  if (isActorLogic(value)) return;
  throw new TroupeError(
    'NOT_ACTOR_LOGIC',
    `Cannot host '${name}' of ${source}: it is no actor logic. Export a machine, or what fromPromise and its like return.`,
    { details: { name, source } },
  );
}
