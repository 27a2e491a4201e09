// The far half of inspection: what happens in the system of an actor that runs for somebody elsewhere, told as plain records in the order it happened, in
// among what the actor puts out. Nothing is recorded before its owner asks. What the owner's own XState tells by itself (that the actor was made, what
// was sent to it, that it was stopped) is left out; actors are told by their session ids, those of other systems as refs.
import type { AnyActorRef, AnyEventObject, Snapshot } from 'xstate';
import type { Bus } from './bus.ts';
import type { Address } from './address.ts';
import { textOfError } from './failures.ts';
import { familyOf } from './family.ts';
import { onGone, toldOf } from './inspected-refs.ts';
import {
  describeConfig,
  describeTransition,
  type ActorRecord,
  type InspectionRecord,
  type Party,
  type Stamp,
  type Transition,
} from './inspection-records.ts';
import { lifeOf, onLifeOver } from './lives.ts';
import { kindOfLogic } from './logic-kinds.ts';
import { mirrorOf } from './mirror.ts';
import { runSoon } from './platform.ts';
import { refsOf } from './refs.ts';
import { describeSnapshot, diffFields, type Patch, type Told } from './snapshots.ts';
import { now } from './surroundings.ts';
import { recordSystem, type Inspected, type TakeInspected } from './taps.ts';
import { createErrorEvent, onEnd, statusOf } from './xstate.ts';

export interface Recorder {
  /** Whether its owner wants to be told. */
  wish(wanted: boolean): void;
  /** Begins again: who is told has lost what came before. */
  restart(): void;
  /** Tells what there is still to tell of actors that have ended. */
  finish(): void;
  /** Sends an event to a recorded actor. */
  send(sessionId: string, event: AnyEventObject): boolean;
}

export interface RecorderOptions {
  /** The session id of the actor that runs for somebody elsewhere. */
  readonly root: string;
  /** Stands in for whoever started it, in the system that is recorded. */
  readonly standIn: AnyActorRef;
  /** The actor itself, once it is made. */
  actor(): AnyActorRef | undefined;
}

/** An actor that was told of. */
interface Known {
  readonly ref: AnyActorRef;
  /** What another node had told of it when it was told of. */
  about: object | undefined;
  /** What was told of its snapshot. */
  told?: Told;
  /** The snapshot of which that was told. */
  shown?: Snapshot<unknown>;
  /** Waits no more for its end. */
  readonly release: () => void;
}

/** What an inspection event may hold besides. */
interface Details {
  readonly sourceRef?: AnyActorRef;
  readonly event?: AnyEventObject;
  readonly snapshot?: Snapshot<unknown>;
  readonly action?: { readonly type: string; readonly params: unknown };
  readonly _transitions?: readonly Transition[];
}

/** Records what happens in the system of an actor that runs for somebody elsewhere. */
export function createRecorder(
  bus: Bus,
  { root, standIn, actor: rootActor }: RecorderOptions,
  put: (record: InspectionRecord) => void,
): Recorder {
  const known = new Map<string, Known>();
  /** Actors that have ended, while the rest of their last step is told. */
  const ending = new Map<AnyActorRef, Stamp>();
  /** Ends what is done while its owner wishes to be told. */
  let stop: (() => void) | undefined;
  let isWished = false;
  const take: TakeInspected = (inspected, { node, at, after, came, from }) => {
    const ref = inspected.actorRef as AnyActorRef;
    if (isOwnersBusiness(inspected, ref)) return;
    try {
      record(inspected, ref, { node: node === bus.address ? undefined : node, at, after, came, from });
    } catch {
      // whatever it is that cannot be told, who did it goes on as if nobody looked
    }
  };
  const restart = () => {
    for (const { release } of known.values()) release();
    known.clear();
    ending.clear();
    if (!isWished) return;
    put({ at: now(), type: 'begin' });
    const there = rootActor();
    if (there && statusOf(there) === 'running') for (const each of familyOf(there)) tellState(each, {});
  };
  return {
    wish(wanted) {
      if (wanted === isWished) return;
      isWished = wanted;
      stop?.();
      stop = undefined;
      // what is there is told before what happens, which others below begin to tell as soon as they are asked
      restart();
      if (!wanted) return;
      const unwatch = refsOf(bus).watch(addressed);
      const unrecord = recordSystem(bus, standIn, take);
      stop = () => {
        unwatch();
        unrecord();
      };
    },
    restart,
    finish: forgetEnded,
    send(sessionId, event) {
      const ref = known.get(sessionId)?.ref;
      ref?.send(event);
      return ref !== undefined;
    },
  };

  function isOwnersBusiness(inspected: Inspected, ref: AnyActorRef): boolean {
    if (ref === standIn) return true;
    if (ref.sessionId !== root) return false;
    const type = (inspected.event as AnyEventObject | undefined)?.type;
    if (inspected.type === '@xstate.actor') return true;
    return inspected.type === '@xstate.event' ? type === 'xstate.init' : type === 'xstate.stop';
  }

  function record(inspected: Inspected, ref: AnyActorRef, stamp: Stamp): void {
    const { event = NO_EVENT, sourceRef, snapshot, action, _transitions = [] } = inspected as Details;
    const { node, at, after, came, from } = stamp;
    switch (inspected.type) {
      case '@xstate.actor':
        describe('actor', ref, stamp);
        return;
      case '@xstate.event': {
        const source = sourceRef && party(sourceRef, stamp);
        put({ type: 'event', node, at, after, came, from, source, actor: party(ref, stamp) ?? ref, event });
        return;
      }
      case '@xstate.action':
        if (action) {
          const { type, params } = action;
          put({
            type: 'action',
            node,
            at,
            after,
            actor: introduce(ref, stamp),
            action: params === undefined ? { type } : { type, params },
          });
        }
        return;
      case '@xstate.microstep': {
        if (!snapshot) return;
        const actor = introduce(ref, stamp);
        const told = _transitions.map(describeTransition);
        put({ type: 'microstep', node, at, after, actor, event, patch: change(ref, snapshot), transitions: told });
        return;
      }
      case '@xstate.snapshot':
        if (snapshot) {
          const actor = introduce(ref, stamp);
          put({ type: 'snapshot', node, at, after, actor, event, patch: change(ref, snapshot) });
        }
        return;
      case '@troupe.known':
        introduce(ref, stamp);
        tellMore(ref, stamp);
        if (snapshot) tellState(ref, stamp, snapshot, (inspected as { readonly life?: number }).life);
        return;
      case '@troupe.life': {
        const { life, error } = inspected as unknown as { readonly life: number; readonly error: string };
        put({ ...stamp, type: 'life', actor: introduce(ref, stamp), life, error });
        return;
      }
      default:
    }
  }

  /** Tells how an actor is that was there before. */
  function tellState(
    ref: AnyActorRef,
    stamp: Partial<Stamp>,
    snapshot?: Snapshot<unknown>,
    life: number = lifeOf(ref),
  ): void {
    const moment = { ...stamp, at: stamp.at ?? now() };
    const actor = introduce(ref, moment);
    try {
      const patch = change(ref, snapshot ?? (ref.getSnapshot() as Snapshot<unknown>));
      put({ ...moment, type: 'state', actor, life, patch });
    } catch {
      // it is being made right now, and will tell of itself
    }
  }

  function addressed(ref: AnyActorRef, address: Address): void {
    if (known.get(ref.sessionId)?.ref === ref) put({ at: now(), type: 'address', actor: ref.sessionId, address });
  }

  function change(ref: AnyActorRef, snapshot: Snapshot<unknown>): Patch {
    const actor = known.get(ref.sessionId);
    // the snapshot after a step is mostly that of its last microstep
    if (actor?.shown === snapshot) return NO_CHANGE;
    const [next, patch] = difference(snapshot, actor?.told);
    if (actor) {
      actor.told = next;
      actor.shown = snapshot;
    }
    return patch;
  }

  function party(ref: AnyActorRef, stamp: Stamp): Party | undefined {
    if (ref === standIn) return undefined;
    return ref.system === standIn.system ? introduce(ref, stamp) : ref;
  }

  function introduce(ref: AnyActorRef, stamp: Stamp): string {
    if (known.get(ref.sessionId)?.ref !== ref) describe('known', ref, stamp);
    return ref.sessionId;
  }

  function forgetEnded(): void {
    for (const [ref, stamp] of ending) forget(ref, stamp);
    ending.clear();
  }

  /** Tells of an actor's end, when all that belongs to it has been told. */
  function forget(ref: AnyActorRef, { node }: Stamp): void {
    const actor = known.get(ref.sessionId);
    if (!isWished || actor?.ref !== ref) return;
    const stamp = { ...(node ? { node } : {}), at: now() };
    const { status, error } = ref.getSnapshot() as Snapshot<unknown>;
    // of an actor that threw XState tells no snapshot; of one that runs elsewhere is told from there
    if (status === 'error' && actor.told?.fields['status'] !== 'error' && !mirrorOf(ref)) {
      const patch = change(ref, ref.getSnapshot() as Snapshot<unknown>);
      put({ ...stamp, type: 'snapshot', actor: ref.sessionId, event: createErrorEvent(ref.id, error), patch });
    }
    known.delete(ref.sessionId);
    put({ ...stamp, type: 'gone', actor: ref.sessionId });
  }

  function watchEnd(ref: AnyActorRef, stamp: Stamp): () => void {
    const ended = () => {
      if (ending.size === 0) runSoon(forgetEnded);
      ending.set(ref, stamp);
    };
    const status = statusOf(ref);
    if (status === undefined) return onGone(ref, ended);
    if (status !== 'stopped') return onEnd(ref, ended);
    ended();
    return () => {};
  }

  function describe(type: ActorRecord['type'], ref: AnyActorRef, stamp: Stamp): void {
    const unwatch = [watchEnd(ref, stamp), watchLives(ref)];
    const release = () => unwatch.forEach((each) => each());
    known.set(ref.sessionId, { ref, about: toldOf(ref), release });
    tellOf(type, ref, stamp);
  }

  /** Its own node has told more of an actor. */
  function tellMore(ref: AnyActorRef, stamp: Stamp): void {
    const actor = known.get(ref.sessionId);
    const about = toldOf(ref);
    if (!actor || actor.about === about) return;
    actor.about = about;
    tellOf('known', ref, stamp);
  }

  function tellOf(type: ActorRecord['type'], ref: AnyActorRef, stamp: Stamp): void {
    const { id, sessionId, src, systemId, _parent: parent } = ref as AnyActorRef & { readonly systemId?: string };
    const { logic } = ref as { readonly logic?: unknown };
    const told = toldOf(ref);
    const config = told?.config ?? describeConfig(logic);
    const address = told?.address ?? (statusOf(ref) === undefined ? undefined : refsOf(bus).knownAddressOf(ref));
    put({
      ...stamp,
      type,
      actor: sessionId,
      id,
      ...(typeof src === 'string' ? { src } : {}),
      ...(systemId === undefined ? {} : { systemId }),
      ...(parent && parent !== standIn ? { parent: parent.sessionId } : {}),
      ...(config === undefined ? {} : { config }),
      kind: told?.kind ?? kindOfLogic(logic),
      ...(statusOf(ref) === 'stopped' ? { isOver: true as const } : {}),
      ...(address === undefined ? {} : { address }),
    });
  }

  /** Of the actor that runs for its owner that is told anyway, and of one elsewhere it is told from there. */
  function watchLives(ref: AnyActorRef): () => void {
    if (ref.sessionId === root || statusOf(ref) === undefined) return () => {};
    let unwatch: (() => void) | undefined;
    const watchNext = () => {
      unwatch = onLifeOver(ref, (error) => {
        watchNext();
        put({ at: now(), type: 'life', actor: ref.sessionId, life: lifeOf(ref), error: textOfError(error) });
      });
    };
    watchNext();
    return () => unwatch?.();
  }
}

/** Of a snapshot that cannot be read no more is told than how its actor is. */
function difference(snapshot: Snapshot<unknown>, before: Told | undefined): readonly [Told, Patch] {
  try {
    const next = describeSnapshot(snapshot, before);
    return [next, diffFields(before?.fields, next.fields)];
  } catch {
    const fields = { status: snapshot.status, context: '[unreadable]' };
    return [{ fields }, { whole: true, fields }];
  }
}

const NO_CHANGE: Patch = {};

/** For what happened without an event, which XState does not have happen. */
const NO_EVENT: AnyEventObject = { type: '' };
