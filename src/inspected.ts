// The near half of inspection: the records that a host tells of a system become XState's own inspection events in the system of the caller's ref,
// so that any inspector shows one system. The actor that was started from here is its own ref; the others are shown by stand-ins.
import type { AnyActor, AnyActorLogic, AnyActorRef, AnyEventObject, Snapshot } from 'xstate';
import type { NodeAddress } from './address.ts';
import type { Origin } from './causal-order.ts';
import { createInspectedRef, noteTold, type InspectedRef } from './inspected-refs.ts';
import type { ActorRecord, InspectionRecord, Party, Transition, TransitionRecord } from './inspection-records.ts';
import { applyPatch, isEmpty, type Received } from './received.ts';
import { inject, type Inspected, type TakeInspected } from './taps.ts';
import { reviveTransition } from './transitions.ts';
import { isMachine } from './version.ts';

export interface InspectedSystem {
  /** Shows what a host tells. */
  take(records: readonly InspectionRecord[]): void;
  /** Tells who begins to look while others do how all is that they were told of. */
  retell(newcomer: TakeInspected): void;
  /** Forgets what was told, and takes nothing up until the host begins again. */
  end(): void;
}

export interface InspectedSystemOptions {
  /** The ref whose actor runs there. */
  readonly actor: AnyActor;
  readonly node: NodeAddress;
  /** The same logic in this realm, where the caller gave it. */
  readonly local?: AnyActorLogic | undefined;
  /** A moment here. */
  clock(): number;
  /** Sends an event to an actor of that system. */
  send(sessionId: string, event: AnyEventObject): void;
}

/** A stand-in, where its actor runs, and in which of its lives. */
interface Shown extends InspectedRef {
  readonly node: NodeAddress;
  life: number;
}

export function createInspectedSystem({ actor, local, node, clock, send }: InspectedSystemOptions): InspectedSystem {
  const refs = new Map<string, Shown>();
  let own: Received | undefined;
  /** What is on its way when inspectors leave and come back belongs to what they have left. */
  let hasBegun = false;

  return {
    take(records) {
      for (const record of records) if (hasBegun || record.type === 'begin') show(record);
    },
    retell(newcomer) {
      if (own) retell(newcomer, actor, node, { snapshot: shownOf(own) });
      for (const { ref, node: home, life } of refs.values())
        retell(newcomer, ref, home, { snapshot: ref.getSnapshot() as Snapshot<unknown>, life });
    },
    end,
  };

  function end(): void {
    hasBegun = false;
    own = undefined;
    for (const ref of refs.values()) ref.end();
    refs.clear();
  }

  function show(record: InspectionRecord): void {
    const { at, after, came, from } = record;
    const origin: Origin = { node: record.node ?? node, at, after, came, from };
    switch (record.type) {
      case 'begin':
        end();
        hasBegun = true;
        return;
      case 'known':
      case 'actor':
        introduce(record, origin.node);
        tell(origin, record.type === 'actor' ? '@xstate.actor' : '@troupe.known', record.actor, {});
        return;
      case 'state':
        noteLife(record);
        tell(origin, '@troupe.known', record.actor, { snapshot: change(record), life: record.life });
        return;
      case 'life':
        noteLife(record);
        tell(origin, '@troupe.life', record.actor, { life: record.life, error: record.error });
        return;
      case 'address':
        noteTold(refOf(record.actor), { address: record.address });
        tell(origin, '@troupe.known', record.actor, {});
        return;
      case 'gone':
        refs.get(record.actor)?.end();
        refs.delete(record.actor);
        return;
      case 'event':
        tell(origin, '@xstate.event', record.actor, {
          event: record.event,
          sourceRef: record.source && refOf(record.source),
        });
        return;
      case 'action':
        tell(origin, '@xstate.action', record.actor, { action: { params: undefined, ...record.action } });
        return;
      case 'microstep': {
        const known = record.actor === actor.sessionId ? local : undefined;
        tell(origin, '@xstate.microstep', record.actor, {
          event: record.event,
          snapshot: change(record),
          _transitions: record.transitions.map(
            (each) => (isMachine(known) ? reviveTransition(known, each) : undefined) ?? transitionOf(each),
          ),
        });
        return;
      }
      case 'snapshot':
        tell(origin, '@xstate.snapshot', record.actor, { event: record.event, snapshot: change(record) });
        return;
      default:
    }
  }

  function tell(origin: Origin, type: Inspected['type'], party: Party, details: object): void {
    inject(actor, { type, actorRef: refOf(party), ...details }, origin);
  }

  function retell(newcomer: TakeInspected, actorRef: AnyActorRef, home: NodeAddress, details: object): void {
    newcomer({ type: '@troupe.known', actorRef, ...details }, { node: home, at: clock() });
  }

  function noteLife({ actor: sessionId, life }: { readonly actor: string; readonly life: number }): void {
    const shown = refs.get(sessionId);
    if (shown) shown.life = life;
  }

  function introduce(record: ActorRecord, home: NodeAddress): void {
    const { actor: sessionId, config, parent } = record;
    if (sessionId === actor.sessionId) {
      noteTold(actor, record);
      // who looks at the ref's logic sees the machine that runs
      const { config: shown } = actor.logic as { readonly config: object };
      if (typeof config === 'object' && !('states' in shown)) Object.assign(shown, config);
    } else if (refs.has(sessionId)) {
      const { ref } = refs.get(sessionId) as InspectedRef;
      noteTold(ref, record);
      if (config !== undefined) Object.assign(ref, { logic: { config } });
    } else {
      const above = parent === undefined ? undefined : refOf(parent);
      const shown = createInspectedRef(record, above, actor.system, (event) => send(sessionId, event));
      refs.set(sessionId, { ...shown, node: home, life: 1 });
    }
  }

  function refOf(party: Party): AnyActorRef {
    if (typeof party !== 'string') return party;
    if (party === actor.sessionId) return actor;
    // told of before a loss, perhaps
    if (!refs.has(party)) introduce({ type: 'known', actor: party, id: party }, node);
    return refs.get(party)?.ref as AnyActorRef;
  }

  function change({
    actor: sessionId,
    patch,
  }: Extract<InspectionRecord, { readonly type: 'microstep' | 'snapshot' | 'state' }>): Snapshot<unknown> {
    if (sessionId !== actor.sessionId)
      return refs.get(sessionId)?.change(patch) ?? (actor.getSnapshot() as Snapshot<unknown>);
    // the snapshot after a step is mostly that of its last microstep
    if (own && isEmpty(patch)) return shownOf(own);
    const before = own ?? { fields: {}, snapshot: actor.getSnapshot() as Snapshot<unknown> };
    try {
      own = applyPatch(before, patch, local);
    } catch {
      // the machine at hand does not have that state: the actor fails for it, and whoever looks is shown what was told
      own = applyPatch(before, patch, undefined);
    }
    return shownOf(own);
  }

  function shownOf({ snapshot }: Received): Snapshot<unknown> {
    return isOver(actor) ? ({ ...snapshot, status: 'stopped' } as Snapshot<unknown>) : snapshot;
  }
}

/** In XState's shape, where state nodes are told by what bears their ids. */
function transitionOf({ eventType, reenter, source, target }: TransitionRecord): Transition {
  const taken: { -readonly [TKey in keyof Transition]: Transition[TKey] } = { eventType, reenter };
  if (source !== undefined) taken.source = { id: source };
  if (target) taken.target = target.map((id) => ({ id }));
  return taken;
}

/** Whether it was stopped from here: what it did before that may be told only afterwards, and its last state is that it was stopped. */
const isOver = (actor: AnyActor): boolean => (actor.getSnapshot() as Snapshot<unknown>).status === 'stopped';
