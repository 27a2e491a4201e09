// What the taps tell, as records: actors, messages, steps and what was done in them.
import type { AnyActorRef, AnyEventObject, Snapshot } from 'xstate';
import type { NodeAddress } from '../address.ts';
import type { Origin } from '../causal-order.ts';
import { familyOf } from '../family.ts';
import { lifeOf } from '../lives.ts';
import { mirrorOf } from '../mirror.ts';
import type { Inspected } from '../taps.ts';
import { statusOf } from '../xstate.ts';
import type { Cast, Entry } from './cast.ts';
import type { Cells } from './cells.ts';
import type { Endings } from './endings.ts';
import { guarded } from './guarded.ts';
import type { Messages } from './messages.ts';
import type { Nodes } from './nodes.ts';
import type { Pairing } from './pairing.ts';
import type { InspectorRecord, StateValue, TakenTransition } from './records.ts';
import type { Snapshots } from './snapshots.ts';

export interface Telling {
  /** Tells of a root and all below it, as they are. */
  family(root: AnyActorRef, at: number): void;
  /** Tells what happened. */
  show(inspected: Inspected, origin: Origin): void;
}

export interface TellingOptions {
  /** The node that is looked from. */
  readonly node: NodeAddress;
  readonly cast: Cast;
  readonly cells: Cells;
  readonly endings: Endings;
  readonly messages: Messages;
  readonly nodes: Nodes;
  readonly pairing: Pairing;
  readonly snapshots: Snapshots;
  /** A moment of the machine's clock, in the recording's. */
  timeOf(moment: number): number;
  put(record: InspectorRecord): void;
}

type Shown = Snapshot<unknown> & { readonly value?: StateValue };

/** What an inspection event may hold besides. */
interface Details {
  readonly sourceRef?: AnyActorRef;
  readonly event?: AnyEventObject;
  readonly snapshot?: Shown;
  readonly action?: { readonly type: string };
  readonly _transitions?: readonly ShownTransition[];
  readonly life?: number;
  readonly error?: string;
}

interface ShownTransition {
  readonly eventType?: string;
  readonly source?: { readonly id: string };
  readonly target?: readonly { readonly id: string }[];
}

export function createTelling(options: TellingOptions): Telling {
  const { node: here, cast, cells, endings, messages, nodes, pairing, snapshots, timeOf, put } = options;
  return {
    family(root, at) {
      for (const ref of familyOf(root)) guarded(() => tellState(ref, at));
    },
    show,
  };

  function tellState(ref: AnyActorRef, at: number): void {
    const entry = cast.enter(ref, here, at);
    const life = lifeOf(ref);
    if (life > 1) put({ type: 'life', at, actor: entry.key, life, error: '' });
    const mirror = mirrorOf(ref);
    // of what is elsewhere is told from there
    if (!mirror || mirror.received !== undefined) showState(entry, ref.getSnapshot() as Shown, at);
  }

  function showState(entry: Entry, snapshot: Shown, at: number): void {
    const { value } = snapshot;
    put({ type: 'step', at, actor: entry.key, event: '', ...(value === undefined ? {} : { value }) });
    snapshots.offer(entry, snapshot, at);
    endIfOver(entry, snapshot, at);
  }

  function endIfOver(entry: Entry, snapshot: Shown, at: number): void {
    const { ref } = entry;
    // of one elsewhere a life may have failed and another follow; its end is told by itself
    if (snapshot.status !== 'active' && statusOf(ref) !== undefined && !mirrorOf(ref)) endings.end(entry, snapshot, at);
  }

  function show(inspected: Inspected, origin: Origin): void {
    const at = timeOf(origin.at);
    nodes.see(origin.node, at);
    if (origin.after) pairing.arrived(origin.after, origin.after.came);
    const ref = inspected.actorRef as AnyActorRef;
    const details = inspected as Details;
    switch (inspected.type) {
      case '@xstate.actor':
        cast.enter(ref, origin.node, at);
        return;
      case '@troupe.known':
        known(cast.enter(ref, origin.node, at), details, at);
        return;
      case '@troupe.life':
        endings.lifeOver(cast.enter(ref, origin.node, at), details.life ?? 2, details.error ?? '', at);
        return;
      case '@xstate.event':
        if (!details.event) return;
        messages.sent(ref, details.event, details.sourceRef, origin, at);
        cells.look(false);
        return;
      case '@xstate.action':
        if (details.action) cast.enter(ref, origin.node, at).actions.push(details.action.type);
        return;
      case '@xstate.microstep':
        took(cast.enter(ref, origin.node, at), details._transitions ?? []);
        return;
      case '@xstate.snapshot':
        if (details.snapshot) stepped(ref, details.event ?? NO_EVENT, details.snapshot, origin, at);
        return;
      default:
    }
  }

  function known(entry: Entry, { life = 1, snapshot }: Details, at: number): void {
    cast.refresh(entry, at);
    if (!snapshot || entry.isEnded) return;
    if (life > 1 && statusOf(entry.ref) === undefined) put({ type: 'life', at, actor: entry.key, life, error: '' });
    showState(entry, snapshot, at);
  }

  function stepped(ref: AnyActorRef, event: AnyEventObject, snapshot: Shown, origin: Origin, at: number): void {
    const entry = cast.enter(ref, origin.node, at);
    const { transitions, actions, inbox } = entry;
    if (transitions.length > 0) entry.transitions = [];
    if (actions.length > 0) entry.actions = [];
    // its owner stops it and tells what was lost, from where the owner is
    if (event.type !== 'xstate.stop' && snapshot.status !== 'error') cast.refresh(entry, at, origin.node);
    const message = pairing.taken(inbox, event, event.type);
    if (message) messages.received(message, entry, at);
    const { value } = snapshot;
    put({
      type: 'step',
      at,
      actor: entry.key,
      event: event.type,
      ...(message ? { message: message.number } : {}),
      ...(value === undefined ? {} : { value }),
      ...(transitions.length > 0 ? { transitions } : {}),
      ...(actions.length > 0 ? { actions } : {}),
    });
    entry.lastDone = at;
    cells.look(false);
    if (entry.isEnded) return;
    snapshots.offer(entry, snapshot, at);
    endIfOver(entry, snapshot, at);
  }
}

function took(entry: Entry, transitions: readonly ShownTransition[]): void {
  for (const { eventType, source, target } of transitions) {
    // how a machine begins is no transition of its own
    if (typeof eventType !== 'string') continue;
    const taken: TakenTransition = {
      ...(source ? { source: source.id } : {}),
      event: eventType,
      ...(target && target.length > 0 ? { targets: target.map(({ id }) => id) } : {}),
    };
    entry.transitions.push(taken);
  }
}

const NO_EVENT: AnyEventObject = { type: '' };
