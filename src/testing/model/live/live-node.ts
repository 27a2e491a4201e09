// One node of a live system: an actor of a model, hosted by troupe's own host on a bus of its own. Its delays, the outcomes of what is not run, the ends that watchers are told of and the next lives of
// what is supervised wait here until a schedule says so; all else is the runtime's.
import {
  createActor,
  type AnyActor,
  type AnyActorLogic,
  type AnyActorRef,
  type AnyActorScope,
  type Snapshot,
} from 'xstate';
import { addressOf, type NodeAddress } from '../../../address.ts';
import type { Bus } from '../../../bus.ts';
import type { Policy } from '../../../failures.ts';
import { hostActors, isActorLogic } from '../../../host.ts';
import { createHosted, isHosted } from '../../../hosted.ts';
import { createMemoryLink } from '../../../links/memory.ts';
import { mirrorOf } from '../../../mirror.ts';
import { createBus, refsOf } from '../../../refs.ts';
import { isPlainObject } from '../../../object-kinds.ts';
import { persist } from '../../../persist.ts';
import { superviseBy } from '../../../supervise.ts';
import { supervisionOf } from '../../../supervision.ts';
import { replaceLogic, steerSystem } from '../../../xstate.ts';
import { createLiveClock, type LiveClock, type LiveTime } from './live-clock.ts';
import { WATCHING } from '../node/drives.ts';
import { createHands, type Hands } from './live-hands.ts';
import type { Watch } from './live-lane.ts';

/** The local id of the actor of each node: it is found by the same address in every life of the node. */
const ROOT = 'root';

export const rootAddress = (node: NodeAddress) => addressOf(node, ROOT);

/** What an actor that watches another waits for. */
export interface Watcher {
  /** What it has asked for, if the other is on another node. */
  watch: Watch | undefined;
  /** Tells its parent, once it knows. */
  tell: (() => void) | undefined;
}

/** An event that an actor sends to one of another node. */
export interface Sending {
  readonly from: AnyActorRef | undefined;
  readonly to: AnyActorRef;
  readonly event: { readonly type: string };
}

/** One life of a node: from a start to a crash. */
export interface LiveNode {
  readonly bus: Bus;
  readonly clock: LiveClock;
  readonly hands: Hands;
  readonly watchers: ReadonlyMap<AnyActorRef, Watcher>;
  /** The ref that whoever started it has. */
  readonly ref: AnyActor;
  /** The actor itself. */
  readonly root: AnyActorRef;
  /** What is being sent to another node at this moment; what an action sends by itself is not known. */
  readonly sending: Sending | undefined;
  /** Who handles something at this moment. */
  readonly handling: AnyActorRef;
  /** A watcher's request leaves at this moment. */
  note(watch: Watch): void;
  start(): void;
  persist(): Promise<Snapshot<unknown>>;
  kill(): Promise<void>;
}

export interface LiveNodeOptions {
  readonly director: Bus;
  readonly node: NodeAddress;
  readonly name: string;
  readonly logic: AnyActorLogic;
  readonly input: unknown;
  readonly snapshot: Snapshot<unknown> | undefined;
  readonly time: LiveTime;
  /** What stands for logic that is not run, by its name. */
  readonly invoked: Readonly<Record<string, unknown>>;
  /** The ids that earlier lives of it have used up. */
  readonly used: number;
  /** The actor of another node that is called so. */
  find(name: string): NodeAddress | undefined;
}

export function createLiveNode(options: LiveNodeOptions): LiveNode {
  const { director, node, name, time, find } = options;
  const clock = createLiveClock(time);
  const hands = createHands();
  const watchers = new Map<AnyActorRef, Watcher>();
  const logic = standIn(options.logic, options.name, options.name) ?? options.logic;
  const handling: AnyActorRef[] = [];
  let sending: Sending | undefined;
  let beginning: Watcher | undefined;
  let root: AnyActorRef | undefined;

  const bus = createBus({ name: node.slice(0, node.indexOf('@')) });
  const [here, there] = createMemoryLink({ mode: 'sync' });
  const route = director.connect(here, { node, as: 'child' });
  // it ends when this node is killed
  bus.join(there).catch(() => {});
  // what is lost is the schedule's doing
  bus.deadLetters.subscribe(() => {});
  for (let id = 0; id < options.used; id += 1) bus.createId();
  const stranger = () => refsOf(bus).find(rootAddress(node));
  hostActors(bus, () => prepared(logic, { lead, stranger }), { clock: clock.clock });
  const hosted = createHosted({
    bus: director,
    source: '',
    name,
    local: logic,
    session: ROOT,
    logger: () => {},
    place: () => ({ route, leave: async () => {} }),
  });
  const ref = createActor(hosted, {
    id: name,
    input: options.input,
    ...(options.snapshot && { snapshot: options.snapshot }),
  });
  // every snapshot is told, and no failure is reported besides
  ref.subscribe({ next: () => {}, error: () => {} });
  const restore = replaceLogic((actor) => {
    if (actor.system !== root?.system) return undefined;
    if (WATCHING in (actor.logic as object)) return watchingLed(actor.logic as AnyActorLogic);
    return standIn(actor.logic as AnyActorLogic, actor.src, actor.id);
  });

  return {
    bus,
    clock,
    hands,
    watchers,
    ref,
    get root() {
      return root ?? ref;
    },
    get sending() {
      return sending;
    },
    get handling() {
      return handling.at(-1) ?? root ?? ref;
    },
    note(watch) {
      if (beginning) beginning.watch = watch;
    },
    start: () => void ref.start(),
    persist: () => persist(ref, { delays: true }),
    async kill() {
      restore();
      there.abort?.(new Error('The node has crashed.'));
      await bus.close({ timeout: 0 });
    },
  };

  /** What is put in the place of logic that is not run. */
  function standIn(own: AnyActorLogic, src: unknown, id: string): AnyActorLogic | undefined {
    const { logic: inner, policy }: { logic: AnyActorLogic; policy?: Policy } = supervisionOf(own) ?? { logic: own };
    const called = typeof src === 'string' && !src.startsWith('xstate.invoke.') ? src : id;
    const declared = Object.hasOwn(options.invoked, called) ? options.invoked[called] : undefined;
    const isLed = declared !== undefined || isHosted(inner);
    const stand = isActorLogic(declared) ? declared : (hands.standInFor(inner) ?? (isLed ? hands.anything : undefined));
    return stand && policy ? superviseBy(stand, policy) : stand;
  }

  /** The same, and its requests are known to be its own. */
  function watchingLed(own: AnyActorLogic): AnyActorLogic {
    const start = (snapshot: unknown, scope: AnyActorScope) => {
      const watcher: Watcher = { watch: undefined, tell: undefined };
      watchers.set(scope.self as AnyActorRef, watcher);
      const outer = beginning;
      beginning = watcher;
      try {
        own.start?.(snapshot, scope);
      } finally {
        beginning = outer;
      }
    };
    return Object.create(own, { start: { value: start } }) as AnyActorLogic;
  }

  function lead(scope: AnyActorScope): void {
    if (root) return;
    root = scope.self as AnyActorRef;
    steerSystem(scope.system, {
      schedule: clock.schedule,
      find(systemId) {
        const other = find(systemId);
        if (other === undefined) return undefined;
        return other === node ? root : refsOf(bus).at(rootAddress(other), systemId);
      },
      relay(from, target, event, pass) {
        const watcher = from && watchers.get(from);
        if (watcher && event.type === 'DOWN') watcher.tell = () => pass();
        else if (mirrorOf(target)) {
          const outer = sending;
          sending = { from, to: target, event };
          try {
            pass();
          } finally {
            sending = outer;
          }
        } else {
          handling.push(target);
          try {
            pass();
          } finally {
            handling.pop();
          }
        }
      },
    });
  }
}

interface Preparation {
  /** Is told of the actor before it begins. */
  lead(scope: AnyActorScope): void;
  /** What stands for the actor in its own input, which is read before it is there. */
  stranger(): AnyActorRef | undefined;
}

/** The same logic, whose actor is seen before it begins, and finds itself in its input. */
function prepared(logic: AnyActorLogic, { lead, stranger }: Preparation): AnyActorLogic {
  const getInitialSnapshot = (scope: AnyActorScope, given: unknown): unknown => {
    const other = stranger();
    const self = scope.self as AnyActor;
    const input = other ? replaceIn(given, other, self) : given;
    if (input !== given) Object.assign(self.options, { input });
    lead(scope);
    return logic.getInitialSnapshot(scope, input);
  };
  const restoreSnapshot = (persisted: Snapshot<unknown>, scope: AnyActorScope): unknown => {
    lead(scope);
    return logic.restoreSnapshot?.(persisted, scope);
  };
  return Object.create(logic, {
    getInitialSnapshot: { value: getInitialSnapshot },
    ...(logic.restoreSnapshot && { restoreSnapshot: { value: restoreSnapshot } }),
  }) as AnyActorLogic;
}

/** Plain data with another in the place of one; the same, if that is not in it. */
function replaceIn(value: unknown, one: unknown, other: unknown): unknown {
  if (value === one) return other;
  if (typeof value !== 'object' || value === null || !(Array.isArray(value) || isPlainObject(value))) return value;
  const entries = Object.entries(value).map(([key, member]) => [key, replaceIn(member, one, other)] as const);
  if (entries.every(([key, member]) => member === (value as Readonly<Record<string, unknown>>)[key])) return value;
  return Array.isArray(value) ? entries.map(([, member]) => member) : Object.fromEntries(entries);
}
