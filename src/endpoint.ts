// The far half of an actor's address: a real actor here, served to those who hold its ref elsewhere. Events come in by its channel
// in the order sent; each macrostep goes out as one step to each view: what it put out, in order, then what changed in its snapshot.
// What nobody observes is merged: then at most one step is under way to a view. An actor that was started for somebody elsewhere
// has an owner, who alone hears what it tells its parent, logs, and sends to the owner's node.
import type { AnyActorRef, AnyEventObject, Snapshot } from 'xstate';
import { localIdOf, nodeOf, addressOf, type Address, type NodeAddress } from './address.ts';
import type { Bus, Route } from './bus.ts';
import type { Encoded } from './codec.ts';
import { runSoon } from './platform.ts';
import { refuseEvent } from './refusal.ts';
import { describeSnapshot, diffFields, encodePatch, type Told } from './snapshots.ts';
import type { Down } from './down.ts';
import { bury as remember } from './graves.ts';
import type { Delivery, Output, SnapshotMode } from './wire.ts';
import { onEnd, relay, statusOf, stopActor, trackSources } from './xstate.ts';

export interface Owner {
  readonly from: Address;
  readonly wish: boolean;
  readonly snapshots: SnapshotMode;
}

export interface Endpoint {
  readonly address: Address;
  /** Takes up what the actor puts out for its owner. */
  put(output: Output<Encoded>): void;
  /** The same for a value that is still to be encoded; one that cannot cross is an error in the sender's mailbox. */
  say(type: 'parent' | 'log', value: unknown): void;
  /** Ends it as failed, whatever the actor itself says. */
  fail(error: unknown): void;
}

interface View {
  readonly from: Address;
  readonly route: Route;
  /** Its local id over there. */
  readonly to: string;
  readonly mode: SnapshotMode;
  readonly isOwner: boolean;
  readonly unwatch: () => void;
  wish: boolean;
  /** The snapshot that the far side has, and what was told of it. */
  sent: Snapshot<unknown> | undefined;
  told: Told | undefined;
  out: Output<Encoded>[];
  behind: boolean;
  underWay: boolean;
}

/** By an actor's system: where actors that run for somebody elsewhere put what they send to that node. */
const outlets = new WeakMap<object, Endpoint & { readonly node: NodeAddress }>();

/** Where `source` puts what it sends to `node`, so that it arrives in order with its steps; undefined if it runs for nobody there. */
export function outletTo(source: AnyActorRef, node: NodeAddress): Endpoint | undefined {
  const outlet = outlets.get(source.system);
  return outlet?.node === node ? outlet : undefined;
}

/** Serves `actor` under a local id. With an owner the actor is one that was started for it, and ends by its word. */
export function createEndpoint(bus: Bus, actor: AnyActorRef, localId: string, owner?: Owner): Endpoint {
  const address = addressOf(bus.address, localId);
  const views = new Map<Address, View>();
  const watchers = new Map<Address, () => void>();
  let down: Down | undefined;
  let flushing = false;
  let isTaking = false;

  const endpoint: Endpoint & { readonly node: NodeAddress } = {
    address,
    node: nodeOf(owner?.from ?? address),
    put(output) {
      const view = owner && views.get(owner.from);
      if (!view) return;
      view.out.push(output);
      flushSoon();
    },
    say(type, value) {
      const encoded = type === 'log' ? encodeLine(bus, value as unknown[]) : encode(value);
      if (encoded !== undefined) endpoint.put({ type, body: encoded });
    },
    fail,
  };
  bus.open(localId).subscribe(hear);
  if (owner) {
    outlets.set(actor.system, endpoint);
    addView(owner.from, owner.wish, owner.snapshots, true);
  }
  // for an owner its own half decides what becomes of an error; without one, being served must not change who hears of it
  const subscription = owner && actor.subscribe({ next: stepped, error: () => {} });
  let observation: { unsubscribe(): void } | undefined;
  let emissions: { unsubscribe(): void } | undefined = owner && actor.on('*', emitted);
  trackSources(actor);
  onEnd(actor, ended);
  if (statusOf(actor) === 'stopped') ended();
  return endpoint;

  // ---- what comes in

  function hear(frame: Delivery): void {
    switch (frame.type) {
      case 'event':
        takeAll([frame.body]);
        return;
      case 'events':
        takeAll(frame.events);
        return;
      case 'observe':
        observe(frame.from, frame.wish);
        return;
      case 'acknowledge': {
        const view = views.get(frame.from);
        if (!view) return;
        view.underWay = false;
        if (view.behind) sendMerged(view);
        return;
      }
      case 'settle': {
        const view = views.get(frame.from) ?? addView(frame.from, false, 'all', false);
        if (view.out.length > 0 || view.behind || view.sent === undefined) send(view);
        view.route.push({ type: 'settled', to: localIdOf(frame.from), request: frame.request });
        return;
      }
      case 'watch': {
        const route = bus.route(nodeOf(frame.from));
        if (down) tellDown(route, frame.from, down);
        else if (!watchers.has(frame.from))
          watchers.set(frame.from, route.watch({ down: () => watchers.delete(frame.from), resync: () => {} }));
        return;
      }
      case 'unwatch':
        watchers.get(frame.from)?.();
        watchers.delete(frame.from);
        return;
      case 'stop':
        stopActor(actor);
        sayEnded();
        return;
      default:
    }
  }

  /** What a handled event puts out leaves with its macrostep, so only the rest has to be looked for, once. */
  function takeAll(events: readonly unknown[]): void {
    isTaking = true;
    for (const event of events) take(event as AnyEventObject);
    isTaking = false;
    for (const view of views.values()) if (view.out.length > 0 || (view.behind && !view.underWay)) flushSoon();
  }

  function take(event: AnyEventObject): void {
    if (statusOf(actor) === 'stopped') bus.bury({ reason: 'stopped', target: address, count: 1 });
    else relay(undefined, actor, event);
  }

  function observe(from: Address, wish: boolean): void {
    const view = views.get(from);
    if (!wish && view && !view.isOwner) {
      removeView(view);
      return;
    }
    if (!wish) {
      if (view) view.wish = false;
      return;
    }
    const seen = view ?? addView(from, true, 'all', false);
    seen.wish = true;
    if (seen.behind || seen.sent === undefined) send(seen);
  }

  // ---- what goes out

  function addView(from: Address, wish: boolean, mode: SnapshotMode, isOwner: boolean): View {
    const route = bus.route(nodeOf(from));
    const unwatch = route.watch({
      down: () => {
        removeView(view);
        // nobody is left who could stop it
        if (isOwner) {
          stopActor(actor);
          sayEnded();
        }
      },
      resync: () => {
        view.sent = undefined;
        view.told = undefined;
        view.underWay = false;
        send(view);
      },
    });
    const view: View = {
      from,
      route,
      to: localIdOf(from),
      mode,
      isOwner,
      unwatch,
      wish,
      sent: undefined,
      told: undefined,
      out: [],
      behind: false,
      underWay: false,
    };
    views.set(from, view);
    if (!isOwner && !observation) {
      observation = actor.subscribe({ next: stepped, error: () => {} });
      emissions ??= actor.on('*', emitted);
    }
    return view;
  }

  function removeView(view: View): void {
    view.unwatch();
    views.delete(view.from);
    if ([...views.values()].some((each) => !each.isOwner)) return;
    observation?.unsubscribe();
    observation = undefined;
    if (owner) return;
    emissions?.unsubscribe();
    emissions = undefined;
  }

  function emitted(event: AnyEventObject): void {
    const encoded = encode(event);
    if (encoded === undefined) return;
    for (const view of views.values()) view.out.push({ type: 'emit', body: encoded });
    flushSoon();
  }

  function stepped(snapshot: Snapshot<unknown>): void {
    for (const view of views.values()) {
      const ends = snapshot.status !== 'active';
      if (ends || view.sent === undefined || view.out.length > 0 || (view.wish && view.mode === 'all'))
        send(view, 'step');
      else if (view.mode !== 'none') {
        view.behind = true;
        if (!view.underWay) flushSoon();
      }
    }
  }

  /** Output without a macrostep (a delayed send, a promise that emits) and merged steps leave when the tick ends. */
  function flushSoon(): void {
    if (flushing || isTaking) return;
    flushing = true;
    runSoon(() => {
      flushing = false;
      for (const view of views.values()) {
        if (view.out.length > 0) send(view);
        else if (view.behind && !view.underWay) sendMerged(view);
      }
    });
  }

  function sendMerged(view: View): void {
    view.underWay = true;
    send(view, 'merged');
  }

  /** Sends what a view lacks. A macrostep (`step`) is told to an observer even if the snapshot is the same. */
  function send(view: View, kind: 'step' | 'merged' | 'rest' = 'rest'): void {
    const { out, route, to, mode, sent } = view;
    view.out = [];
    view.behind = false;
    const merged = kind === 'merged';
    const snapshot = actor.getSnapshot() as Snapshot<unknown>;
    const withheld = mode === 'none' && sent !== undefined && snapshot.status === 'active';
    if (withheld || (snapshot === sent && !(kind === 'step' && view.wish))) {
      if (out.length > 0 || merged) route.push({ type: 'step', to, out, merged, body: undefined });
      return;
    }
    try {
      const told = describeSnapshot(snapshot, view.told);
      const body = encodePatch(bus.codec, diffFields(view.told?.fields, told.fields));
      view.sent = snapshot;
      view.told = told;
      route.push({ type: 'step', to, out, merged, body });
    } catch (error) {
      // its state cannot be shown, so it cannot be served; whoever holds a ref must not wait for ever
      if (out.length > 0) route.push({ type: 'step', to, out, merged, body: undefined });
      fail(error);
    }
  }

  /** The encoded value, or undefined after the sender was told that it cannot cross. */
  function encode(value: unknown): Encoded | undefined {
    try {
      return bus.codec.encode(value, 'event');
    } catch (error) {
      refuseEvent(bus, actor, actor, address, error);
      return undefined;
    }
  }

  // ---- the end

  function ended(): void {
    if (down) return;
    const snapshot = actor.getSnapshot() as Snapshot<unknown>;
    if (snapshot.status === 'error') for (const view of [...views.values()]) send(view);
    if (snapshot.status === 'error') finish({ type: 'failed', error: snapshot.error });
    else if (snapshot.status === 'done') finish({ type: 'done', output: snapshot.output });
    else finish({ type: 'stopped' });
  }

  function fail(error: unknown): void {
    if (down) return;
    tellEnd({ status: 'error', error });
    finish({ type: 'failed', error });
    stopActor(actor);
  }

  /** Tells every view but an owner who stopped it himself. */
  function tellEnd(fields: Readonly<Record<string, unknown>>): void {
    const body = bus.codec.encode({ fields }, 'snapshot');
    for (const view of views.values()) {
      if (view.isOwner && fields['status'] === 'stopped') continue;
      view.route.push({ type: 'step', to: view.to, out: view.out.splice(0), body });
    }
  }

  function finish(how: Down): void {
    if (down) return;
    down = how;
    if (how.type === 'stopped') tellEnd({ status: 'stopped' });
    for (const view of [...views.values()]) if (!view.isOwner) removeView(view);
    for (const [from, unwatch] of watchers) {
      unwatch();
      tellDown(bus.route(nodeOf(from)), from, how);
    }
    watchers.clear();
    if (!owner) close();
  }

  function tellDown(route: Route, from: Address, how: Down): void {
    route.push({ type: 'down', to: localIdOf(from), from: address, body: encodeDown(bus, how) });
  }

  /** The owner's word is the last: what the actor still put out leaves before it. */
  function sayEnded(): void {
    const view = owner && views.get(owner.from);
    if (view) {
      if (view.out.length > 0) view.route.push({ type: 'step', to: view.to, out: view.out.splice(0) });
      view.route.push({ type: 'ended', to: view.to });
      removeView(view);
    }
    close();
  }

  function close(): void {
    subscription?.unsubscribe();
    emissions?.unsubscribe();
    bus.shut(localId);
    remember(bus, localId, down ?? { type: 'stopped' });
  }
}

/** An ending for the wire; an output that cannot cross is said to be so. */
function encodeDown(bus: Bus, how: Down): Encoded {
  try {
    return bus.codec.encode(how, 'output');
  } catch (error) {
    return bus.codec.encode({ type: 'failed', error } satisfies Down);
  }
}

/** A log line must come through, also if something in it cannot. */
function encodeLine(bus: Bus, values: readonly unknown[]): Encoded {
  try {
    return bus.codec.encode(values, 'log');
  } catch {
    return bus.codec.encode(values.map(String), 'log');
  }
}
