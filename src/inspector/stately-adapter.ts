// What happens in a system of actors in the messages of Stately's inspectors, whose page knows one realm alone: ids that no other node gives, each message a copy of what
// was there when it happened, readable and without secrets. It takes XState's inspection events and gives messages; how they get to a page is the caller's affair.
import type { AnyActorLogic, AnyActorRef, AnyEventObject, InspectionEvent, Snapshot } from 'xstate';
import { isHosted } from '../hosted.ts';
import { assertNames, optionError } from '../options.ts';
import { runSoon } from '../platform.ts';
import { currentBus } from '../realm.ts';
import { isMachine } from '../version.ts';
import { createErrorEvent, onEnd, statusOf } from '../xstate.ts';
import { describeValue, type DescribeOptions } from './describe.ts';
import { isSecret, rememberRedacted } from './redact.ts';
import { describeDefinition, isDefined } from './stately-definition.ts';
import { createNames } from './stately-names.ts';
import { createQueue } from './stately-queue.ts';

/** A message as inspectors of Stately's send it. */
export type StatelyMessage = {
  /** `main/x:3`: the node that named the actor, and the name that it has there. */
  readonly sessionId: string;
  /** The root of the actor's system, named alike. */
  readonly rootId: string;
  /** When it was told, in milliseconds since 1970. */
  readonly createdAt: string;
  /** Counts the messages. */
  readonly id: string;
  /** The version of `@statelyai/inspect` whose messages these are like. */
  readonly _version: string;
} & (
  | {
      readonly type: '@xstate.actor';
      readonly name: string;
      readonly parentId: string | undefined;
      /** The machine's config as JSON, without its initial context. */
      readonly definition: string;
      readonly snapshot: Snapshot<unknown>;
    }
  | { readonly type: '@xstate.event'; readonly event: AnyEventObject; readonly sourceId: string | undefined }
  | { readonly type: '@xstate.snapshot'; readonly event: AnyEventObject; readonly snapshot: Snapshot<unknown> }
);

/** Options of {@link statelyAdapter}. */
export interface StatelyAdapterOptions {
  /** Takes each message, which is plain data: posts it to a window, writes it to a socket, or hands it to an adapter of `@statelyai/inspect`. What it throws is uncaught, and no actor's. */
  send(message: StatelyMessage): void;
  /**
   * Whether what stands under a key is kept secret, in contexts, events, input and output.
   *
   * @defaultValue keys that speak of passwords, secrets, tokens, credentials, cookies, authorization or keys to an API
   */
  redact?(key: string): boolean;
  /**
   * What ids of this node's actors begin with. Two programs that tell one page need two.
   *
   * @defaultValue the name of this node, `main`
   */
  readonly name?: string;
}

/** What {@link statelyAdapter} gives. */
export interface StatelyAdapter {
  /** To be given to `createActor` as `inspect`; several roots may share it. */
  readonly inspect: (event: InspectionEvent) => void;
}

const VERSION = '0.7.2';

/**
 * Tells an inspector of Stately's of a system whose actors run in many threads.
 *
 * @remarks
 * Beyond what `inspect` of `@statelyai/inspect` itself tells: no two nodes share an id, a snapshot is the one of its moment, a machine that runs elsewhere is told of with its states the first time, an actor that failed is told so, a `Map`, a `Set`, an `Error`, a `BigInt` can be
 * read, and secrets are left out, in output and definition, too. It opens nothing: the page of Stately's is theirs, and is loaded from their site by whoever opens it.
 *
 * @param options - Where messages go, and what they hold.
 * @returns What to give to `createActor`, for as many roots as there are.
 *
 * @throws `INVALID_ARGUMENT` if `send` is no function, or another option is out of range.
 *
 * @example
 * ```ts
 * import { student } from 'troupe/actors';
 * import { statelyAdapter, type StatelyMessage } from 'troupe/inspector';
 * import { createActor } from 'xstate';
 *
 * const messages: StatelyMessage[] = [];
 * const { inspect } = statelyAdapter({ send: (message) => void messages.push(message) });
 * createActor(student, { input: { name: 'Alice' }, inspect }).start();
 * ```
 */
export function statelyAdapter(options: StatelyAdapterOptions): StatelyAdapter {
  assertOptions(options);
  const { send, redact = isSecret, name } = options;
  const idOf = createNames(() => name ?? currentBus().name);
  const description: DescribeOptions = { redact: rememberRedacted(redact), labelOf: idOf, length: 65_536, depth: 10 };
  const { hold, know, put } = createQueue<StatelyMessage>((message) => {
    try {
      send(message);
    } catch (error) {
      // whoever is watched is not to be told of it
      queueMicrotask(() => {
        throw error;
      });
    }
  });
  /** Told of as failed: one failure may be told by its end, by XState, and by a host. */
  const failed = new WeakSet<AnyActorRef>();
  let count = 0;

  return {
    inspect(event) {
      // XState's own type of a ref leaves out what inspectors need
      const ref = event.actorRef as unknown as AnyActorRef;
      switch (event.type) {
        case '@xstate.actor':
          tellActor(ref, event.rootId);
          return;
        case '@xstate.event': {
          const sourceId = event.sourceRef && idOf(event.sourceRef);
          tell({ ...stamp(ref, event.rootId), type: '@xstate.event', event: describeEvent(event.event), sourceId });
          return;
        }
        case '@xstate.snapshot':
          know(ref);
          tellSnapshot(ref, event.rootId, event.event, event.snapshot);
          return;
        case '@xstate.microstep':
          know(ref);
          return;
        default:
      }
    },
  };

  function tell(message: StatelyMessage): void {
    put(() => message);
  }

  function tellActor(ref: AnyActorRef, rootId: string): void {
    const { _parent: parent, id, sessionId } = ref as AnyActorRef & { readonly _parent?: AnyActorRef };
    const { logic } = ref as unknown as { readonly logic: AnyActorLogic };
    const known = stamp(ref, rootId);
    // what stands in for an actor elsewhere has a snapshot and no end; of an actor that is being made none can be read yet
    const isHere = statusOf(ref) !== undefined;
    const snapshot = describeSnapshot(isHere ? undefined : (ref.getSnapshot() as Snapshot<unknown>));
    // XState names a root by its session
    const told = id === sessionId && isMachine(logic) ? logic.id : id;
    const parentId = parent && idOf(parent);
    if (isHosted(logic) && !isDefined(logic)) hold(ref);
    put(() => {
      const definition = describeDefinition(logic, description) ?? JSON.stringify({ id: told });
      return { ...known, type: '@xstate.actor', name: told, parentId, definition, snapshot };
    });
    if (isHere) onEnd(ref, () => runSoon(() => tellFailure(ref, rootId)));
  }

  /** XState tells no snapshot of an actor that threw. */
  function tellFailure(ref: AnyActorRef, rootId: string): void {
    know(ref);
    const snapshot = ref.getSnapshot() as Snapshot<unknown>;
    if (snapshot.status === 'error') tellSnapshot(ref, rootId, createErrorEvent(ref.id, snapshot.error), snapshot);
  }

  function tellSnapshot(ref: AnyActorRef, rootId: string, event: AnyEventObject, snapshot: Snapshot<unknown>): void {
    if (snapshot.status !== 'error') failed.delete(ref);
    else if (failed.has(ref)) return;
    else failed.add(ref);
    const told = { event: describeEvent(event), snapshot: describeSnapshot(snapshot) };
    tell({ ...stamp(ref, rootId), type: '@xstate.snapshot', ...told });
  }

  function stamp(ref: AnyActorRef, rootId: string) {
    count += 1;
    return {
      sessionId: idOf(ref),
      rootId: idOf({ sessionId: rootId }),
      createdAt: String(Date.now()),
      id: String(count),
      _version: VERSION,
    };
  }

  function describeEvent(event: AnyEventObject): AnyEventObject {
    // an event is an object with a type, whatever else it holds
    return JSON.parse(describeValue(event, description)) as AnyEventObject;
  }

  /** What can be shown of it; all else follows from the definition. */
  function describeSnapshot(snapshot: Snapshot<unknown> | undefined): Snapshot<unknown> {
    if (!snapshot) return { status: 'active', output: undefined, error: undefined };
    const shown = SHOWN.flatMap((key) => (key in snapshot ? [[key, (snapshot as never)[key]]] : []));
    const { tags, children } = snapshot as {
      readonly tags?: Iterable<string>;
      readonly children?: Readonly<Record<string, AnyActorRef | undefined>>;
    };
    const told = JSON.parse(describeValue(Object.fromEntries(shown), description)) as Snapshot<unknown>;
    return {
      ...told,
      ...(tags ? { tags: [...tags] } : {}),
      ...(children ? { children: describeChildren(children) } : {}),
    };
  }

  /** As XState writes refs, and whose they are. */
  function describeChildren(children: Readonly<Record<string, AnyActorRef | undefined>>): object {
    return Object.fromEntries(
      Object.entries(children).flatMap(([id, child]) =>
        child ? [[id, { xstate$$type: 1, id, sessionId: idOf(child) }]] : [],
      ),
    );
  }
}

function assertOptions(options: StatelyAdapterOptions): void {
  assertNames(options, ['send', 'redact', 'name'] satisfies readonly (keyof StatelyAdapterOptions)[]);
  const { send, redact, name } = options;
  if (typeof send !== 'function')
    throw optionError('send', send, 'it must be a function that takes a message', 'Give one.');
  if (redact !== undefined && typeof redact !== 'function')
    throw optionError('redact', redact, 'it must be a function that takes a key');
  if (name !== undefined && typeof name !== 'string') throw optionError('name', name, 'it must be a text');
}

const SHOWN = ['status', 'value', 'context', 'output', 'error', 'input'];
