// What one observer elsewhere has been told of an actor, and what it still has to be told: output in order, and the change of the snapshot. While the
// observer has nobody who would hear of each snapshot, steps are merged into the latest and at most one is under way.
import type { AnyActorRef, Snapshot } from 'xstate';
import { localIdOf, nodeOf, type Address } from './address.ts';
import type { Bus, Route } from './bus.ts';
import { sizeOf, type Encoded } from './codec.ts';
import { persistHere } from './gather.ts';
import { fullError, isFull } from './mailbox-limits.ts';
import { encodeRecords, type InspectionRecord } from './inspection-records.ts';
import { holdOutput, releaseOutput, sendEarlier } from './outlets.ts';
import { senderOf } from './senders.ts';
import { describeSnapshot, diffFields, encodePatch, type Patch, type Told } from './snapshots.ts';
import type { Output, SnapshotMode } from './wire.ts';

export interface ViewOptions {
  readonly from: Address;
  /** The one that the actor was started for. */
  readonly isOwner: boolean;
  readonly mode: SnapshotMode;
  /** Each snapshot comes with the persisted one. */
  readonly isEager: boolean;
  /** Somebody there hears of each snapshot. */
  readonly wish: boolean;
  /** The actor's state cannot be told. */
  unsendable(error: unknown): void;
}

export interface View {
  readonly from: Address;
  /** Its local id over there. */
  readonly to: string;
  readonly route: Route;
  readonly isOwner: boolean;
  wish: boolean;
  /** Whether something waits that no macrostep will bring along. */
  readonly isWaiting: boolean;
  put(output: Output<Encoded>): void;
  /** Takes up what happened, for who inspects; one output tells all that happened without another between. */
  record(record: InspectionRecord): void;
  /** The actor has taken a macrostep, or at least handled an event. */
  stepped(snapshot: Snapshot<unknown>): void;
  /** Sends what waits, now. */
  flush(): void;
  /** The last merged step has arrived. */
  acknowledge(): void;
  /** Begins again with the whole snapshot. */
  repeat(): void;
  /** Ends it with these fields, whatever the actor's snapshot says. */
  end(fields: Readonly<Record<string, unknown>>): void;
}

export function createView(bus: Bus, actor: AnyActorRef, options: ViewOptions): View {
  const { from, isOwner, mode, isEager, unsendable } = options;
  const route = bus.route(nodeOf(from));
  const to = localIdOf(from);
  const origin = { sender: senderOf(bus, actor) };
  let out: (Output<Encoded> | InspectionRecord[])[] = [];
  /** The snapshot that the far side has, and what was told of it. */
  let sent: Snapshot<unknown> | undefined;
  let told: Told | undefined;
  let behind = false;
  let underWay = false;
  /** A snapshot that was sent before its macrostep had ended, because something else had to leave after it. */
  let ahead: Snapshot<unknown> | undefined;

  const view: View = {
    from,
    to,
    route,
    isOwner,
    wish: options.wish,
    get isWaiting() {
      return out.length > 0 || (behind && !underWay);
    },
    put(output) {
      if (!hasRoomFor(output)) return;
      holdOutput(bus, route.node, view);
      out.push(output);
    },
    record(record) {
      const last = out.at(-1);
      if (Array.isArray(last)) last.push(record);
      else {
        holdOutput(bus, route.node, view);
        out.push([record]);
      }
    },
    stepped(snapshot) {
      if (ahead === snapshot) {
        ahead = undefined;
        if (out.length > 0) send('rest');
      } else if (
        snapshot.status !== 'active' ||
        sent === undefined ||
        out.length > 0 ||
        (view.wish && mode === 'all')
      ) {
        if (snapshot.status !== 'active' || out.length > 0 || !isFull(route.fillOf(to), 0)) send('step');
        else {
          // so many steps are on their way to who observes it that the latest must do
          behind = true;
          if (!underWay) sendMerged();
        }
      } else if (mode !== 'none') behind = true;
    },
    flush() {
      const snapshot = actor.getSnapshot() as Snapshot<unknown>;
      if (out.length === 0 && behind && !underWay) sendMerged();
      else if (out.length > 0 || behind || sent === undefined) {
        if (snapshot !== sent && view.wish && mode === 'all') ahead = snapshot;
        send('rest');
      }
    },
    acknowledge() {
      underWay = false;
      if (behind) sendMerged();
    },
    repeat() {
      sent = undefined;
      told = undefined;
      underWay = false;
      send('rest');
    },
    end(fields) {
      leave({ body: bus.codec.encode({ fields }, 'snapshot') });
    },
  };
  return view;

  /** What an actor emits or tells its parent finds the observer's mailbox full like any other event. */
  function hasRoomFor(output: Output<Encoded>): boolean {
    if (output.type !== 'emit' && output.type !== 'parent') return true;
    const fill = route.fillOf(to);
    if (!fill || !isFull(fill, sizeOf(output.body))) return true;
    bus.bury({
      reason: 'mailbox-full',
      target: from,
      count: 1,
      sender: senderOf(bus, actor).address as Address,
      error: fullError(from, fill.limits),
    });
    return false;
  }

  function sendMerged(): void {
    underWay = true;
    send('merged');
  }

  /** A macrostep (`step`) is told to an observer even if the snapshot is the same. */
  function send(kind: 'step' | 'merged' | 'rest'): void {
    behind = false;
    const merged = kind === 'merged';
    const snapshot = actor.getSnapshot() as Snapshot<unknown>;
    const withheld = mode === 'none' && sent !== undefined && snapshot.status === 'active';
    if (withheld || (snapshot === sent && !(kind === 'step' && view.wish))) {
      if (out.length > 0 || merged) leave({ merged });
      return;
    }
    let body: Encoded;
    const next = describeSnapshot(snapshot, told);
    try {
      body = encodePatch(bus.codec, withPersisted(diffFields(told?.fields, next.fields)));
    } catch (error) {
      // its state cannot be shown, so it cannot be served; whoever holds a ref must not wait for ever
      if (out.length > 0) leave({ merged });
      unsendable(error);
      return;
    }
    sent = snapshot;
    told = next;
    leave({ merged, body });
  }

  /** What cannot be persisted at once, for something hosted is below it, is left to be asked for. */
  function withPersisted(patch: Patch): Patch {
    if (!isEager) return patch;
    try {
      return { ...patch, persisted: persistHere(actor, false) };
    } catch {
      return patch;
    }
  }

  function leave({ merged = false, body }: { readonly merged?: boolean; readonly body?: Encoded }): void {
    sendEarlier(bus, route.node, view);
    releaseOutput(bus, route.node, view);
    const outputs = out;
    // a ref that is told of for the first time is something more to tell
    out = [];
    const leaving = outputs.map((output) =>
      Array.isArray(output) ? { type: 'inspect' as const, body: encodeRecords(bus.codec, output) } : output,
    );
    route.push({ type: 'step', to, out: leaving, merged, body }, origin);
  }
}
