// The far half of inspection: what happens in the system of an actor that runs for somebody elsewhere, told as plain records in the order it happened, in
// among what the actor puts out. Nothing is recorded before its owner asks. What the owner's own XState tells by itself (that the actor was made, what
// was sent to it, that it was stopped) is left out; actors are told by their session ids, those of other systems as refs.
import type { AnyActorRef, AnyEventObject, Snapshot } from 'xstate';
import type { Bus } from './bus.ts';
import type { NodeAddress } from './address.ts';
import { onGone } from './inspected-refs.ts';
import {
  describeConfig,
  type ActorRecord,
  type InspectionRecord,
  type Party,
  type Stamp,
} from './inspection-records.ts';
import { runSoon } from './platform.ts';
import { describeSnapshot, diffFields, type Patch, type Told } from './snapshots.ts';
import { recordSystem, type Inspected, type TakeInspected } from './taps.ts';
import { onEnd, statusOf } from './xstate.ts';

export interface Recorder {
  /** Whether its owner wants to be told. */
  wish(wanted: boolean): void;
  /** Begins again: who is told has lost what came before. */
  restart(): void;
  /** Sends an event to a recorded actor. */
  send(sessionId: string, event: AnyEventObject): boolean;
}

/** What an inspection event may hold besides. */
interface Details {
  readonly sourceRef?: AnyActorRef;
  readonly event?: AnyEventObject;
  readonly snapshot?: Snapshot<unknown>;
  readonly action?: { readonly type: string; readonly params: unknown };
  readonly _transitions?: readonly {
    readonly eventType: string;
    readonly source?: { readonly id: string };
    readonly target?: readonly { readonly id: string }[];
    readonly reenter?: boolean;
  }[];
}

/** Records the system of `standIn`, which stands in for whoever started the actor with the session id `root`. */
export function createRecorder(
  bus: Bus,
  standIn: AnyActorRef,
  { root, owner }: { readonly root: string; readonly owner: NodeAddress },
  put: (record: InspectionRecord) => void,
): Recorder {
  const known = new Map<string, AnyActorRef>();
  const told = new Map<string, Told>();
  let stop: (() => void) | undefined;
  const take: TakeInspected = (inspected, { node, at, after }) => {
    const ref = inspected.actorRef as AnyActorRef;
    if (isOwnersBusiness(inspected, ref)) return;
    // what its owner has shown came before by itself
    const cause = after && after.node !== owner ? { after } : {};
    const stamp: Stamp = { ...(node === bus.address ? {} : { node }), at, ...cause };
    record(inspected, ref, stamp);
  };
  const restart = () => {
    known.clear();
    told.clear();
  };
  return {
    wish(wanted) {
      if (wanted === (stop !== undefined)) return;
      stop?.();
      stop = wanted ? recordSystem(bus, standIn, take) : undefined;
      restart();
    },
    restart,
    send(sessionId, event) {
      const ref = known.get(sessionId);
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
    switch (inspected.type) {
      case '@xstate.actor':
        describe('actor', ref, stamp);
        return;
      case '@xstate.event':
        put({
          ...stamp,
          type: 'event',
          source: sourceRef && party(sourceRef, stamp),
          actor: party(ref, stamp) ?? ref,
          event,
        });
        return;
      case '@xstate.action':
        if (action) {
          const { type, params } = action;
          put({ ...stamp, type: 'action', actor: introduce(ref, stamp), action: { type, params } });
        }
        return;
      case '@xstate.microstep':
        if (!snapshot) return;
        put({
          ...stamp,
          type: 'microstep',
          actor: introduce(ref, stamp),
          event,
          patch: change(ref, snapshot),
          transitions: _transitions.map(({ eventType, source, target, reenter = false }) => ({
            eventType,
            source: source?.id,
            target: target?.map(({ id }) => id),
            reenter,
          })),
        });
        return;
      case '@xstate.snapshot':
        if (snapshot)
          put({ ...stamp, type: 'snapshot', actor: introduce(ref, stamp), event, patch: change(ref, snapshot) });
        return;
      default:
    }
  }

  function change(ref: AnyActorRef, snapshot: Snapshot<unknown>): Patch {
    const before = told.get(ref.sessionId);
    const next = describeSnapshot(snapshot, before);
    told.set(ref.sessionId, next);
    return diffFields(before?.fields, next.fields);
  }

  function party(ref: AnyActorRef, stamp: Stamp): Party | undefined {
    if (ref === standIn) return undefined;
    return ref.system === standIn.system ? introduce(ref, stamp) : ref;
  }

  function introduce(ref: AnyActorRef, stamp: Stamp): string {
    if (!known.has(ref.sessionId)) describe('known', ref, stamp);
    return ref.sessionId;
  }

  function forgetAtEnd(ref: AnyActorRef, { node }: Stamp): void {
    const forget = () => {
      known.delete(ref.sessionId);
      told.delete(ref.sessionId);
      if (stop) put({ ...(node ? { node } : {}), at: 0, type: 'gone', actor: ref.sessionId });
    };
    // its last snapshot is still to be told
    if (statusOf(ref)) onEnd(ref, () => runSoon(forget));
    else onGone(ref, forget);
  }

  function describe(type: ActorRecord['type'], ref: AnyActorRef, stamp: Stamp): void {
    known.set(ref.sessionId, ref);
    forgetAtEnd(ref, stamp);
    const { id, sessionId, src, systemId, _parent: parent } = ref as AnyActorRef & { readonly systemId?: string };
    const config = describeConfig((ref as { readonly logic?: unknown }).logic);
    put({
      ...stamp,
      type,
      actor: sessionId,
      id,
      ...(typeof src === 'string' ? { src } : {}),
      ...(systemId === undefined ? {} : { systemId }),
      ...(parent && parent !== standIn ? { parent: parent.sessionId } : {}),
      ...(config === undefined ? {} : { config }),
    });
  }
}

/** For what happened without an event, which XState does not have happen. */
const NO_EVENT: AnyEventObject = { type: '' };
