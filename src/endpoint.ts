// The far half of an actor's address: a real actor here, served to those who hold its ref elsewhere. Events come in by its channel
// in the order sent; each macrostep goes out as one step to each view (`view.ts`). An actor that was started for somebody elsewhere
// has an owner, who alone hears what it tells its parent, logs, and sends to the owner's node, and by whose word it ends.
import type { AnyActorRef, AnyEventObject, Snapshot } from 'xstate';
import { addressOf, localIdOf, nodeOf, type Address } from './address.ts';
import type { Bus } from './bus.ts';
import type { Encoded } from './codec.ts';
import { afterDepartures } from './departures.ts';
import type { Down } from './down.ts';
import type { Seen } from './causal-order.ts';
import { faultOf } from './forged.ts';
import { encodeDown, rememberEnding } from './graves.ts';
import type { InspectionRecord } from './inspection-records.ts';
import type { NameChange, OwnerNames } from './names.ts';
import { openOutlet } from './outlets.ts';
import { gather, persistHere } from './gather.ts';
import { runSoon } from './platform.ts';
import type { Recorder } from './recorder.ts';
import { refuseEvent } from './refusal.ts';
import { follow } from './taps.ts';
import { createView, type View } from './view.ts';
import type { Delivery, Output, SnapshotMode } from './wire.ts';
import { enqueue, hookUpdates, onEnd, parentOf, relay, statusOf, stopActor, trackSources } from './xstate.ts';

export interface Owner {
  readonly from: Address;
  readonly wish: boolean;
  readonly snapshots: SnapshotMode;
  /** Tells who inspects there what happens here. */
  readonly recorder: Recorder;
  readonly persist?: 'eager';
  /** Hears of the names in the owner's system, and tells of those here. */
  readonly names: OwnerNames;
}

export interface Endpoint {
  readonly address: Address;
  /** Takes up what the actor tells its parent or logs; what cannot cross is an error in its own mailbox. */
  say(type: 'parent' | 'log', value: unknown): void;
  /** Takes up what happened, for who inspects. */
  record(record: InspectionRecord): void;
  /** Adds to what the actor puts out for its owner. */
  put(output: Output<Encoded>): void;
}

/** Serves `actor` under a local id. With an owner the actor is one that was started for it. */
export function createEndpoint(bus: Bus, actor: AnyActorRef, localId: string, owner?: Owner): Endpoint {
  const address = addressOf(bus.address, localId);
  const views = new Map<Address, View>();
  /** What ends the wait for the end of a view's or a watcher's node. */
  const unwatch = new Map<Address, () => void>();
  const watchers = new Set<Address>();
  const subscriptions: { unsubscribe(): void }[] = [];
  let down: Down | undefined;
  let isFlushing = false;
  let isTaking = false;
  /** Whether the actor takes a step right now; only known for the sake of observers who are told at once. */
  let isStepping: (() => boolean) | undefined;
  let isStopping = false;

  bus.open(localId).subscribe(hear);
  if (owner) {
    openOutlet(actor, { node: nodeOf(owner.from), put });
    // this hides its errors here: they are reported where its owner is
    listen();
    addView(owner.from, owner.wish, owner.snapshots, true, owner.persist);
  }
  trackSources(actor);
  onEnd(actor, ended);
  if (statusOf(actor) === 'stopped') ended();
  return {
    address,
    put,
    say(type, value) {
      const body = type === 'log' ? encodeLine(bus, value as unknown[]) : encode(value);
      if (body !== undefined) put({ type, body });
    },
    record(record) {
      const view = owner && views.get(owner.from);
      view?.record(record);
      if (view) flushSoon();
    },
  };

  // ---- what comes in

  function hear(frame: Delivery): void {
    switch (frame.type) {
      case 'event':
        takeAll([frame.body], frame.seen);
        return;
      case 'events':
        takeAll(frame.events);
        return;
      case 'observe':
        observe(frame.from, frame.wish);
        return;
      case 'inspect':
        owner?.recorder.wish(frame.wish);
        flushSoon();
        return;
      case 'send-to':
        sendTo(frame.actor, frame.body);
        return;
      case 'acknowledge':
        views.get(frame.from)?.acknowledge();
        return;
      case 'settle': {
        const view = views.get(frame.from) ?? addView(frame.from, false, 'all', false);
        view.flush();
        view.route.push({ type: 'settled', to: view.to, request: frame.request });
        return;
      }
      case 'persist':
        answerPersist(frame.from, frame.request, frame.delays);
        return;
      case 'watch':
        if (down) tellDown(frame.from, down);
        else if (!watchers.has(frame.from)) {
          watchers.add(frame.from);
          watchNode(frame.from, () => watchers.delete(frame.from));
        }
        return;
      case 'unwatch':
        watchers.delete(frame.from);
        forgetNode(frame.from);
        return;
      case 'name':
        owner?.names.hear(frame.body as NameChange);
        return;
      case 'stop':
        isStopping = true;
        stopActor(actor);
        sayEnded();
        return;
      default:
    }
  }

  /** What a handled event puts out leaves with its macrostep, so only the rest has to be looked for, once. */
  function takeAll(events: readonly unknown[], seen?: Seen): void {
    isTaking = true;
    try {
      for (const event of events) take(event, seen);
    } finally {
      isTaking = false;
    }
    flushSoon();
  }

  function take(event: unknown, seen: Seen | undefined): void {
    const reason = statusOf(actor) === 'stopped' ? 'stopped' : faultOf(event);
    if (reason) bus.bury({ reason, target: address, count: 1 });
    else if (seen) {
      // its sender's inspectors were shown it
      follow(bus, seen);
      enqueue(actor, event as AnyEventObject);
    } else relay(undefined, actor, event as AnyEventObject);
  }

  /** To an actor here that is known by inspection alone. */
  function sendTo(sessionId: string, event: unknown): void {
    const reason = faultOf(event);
    if (reason || !owner?.recorder.send(sessionId, event as AnyEventObject))
      bus.bury({ reason: reason ?? 'no-such-actor', target: address, count: 1 });
  }

  function observe(from: Address, wish: boolean): void {
    const known = views.get(from);
    if (wish || known?.isOwner) {
      const view = known ?? addView(from, true, 'all', false);
      view.wish = wish;
      if (wish) view.flush();
    } else if (known) removeView(known);
  }

  /** What is hosted below it is persisted first. The answer leaves after the steps that it shows. */
  function answerPersist(from: Address, request: string, delays: boolean): void {
    const answer = (make: () => unknown) => {
      const view = views.get(from) ?? addView(from, false, 'all', false);
      view.flush();
      let body: Encoded;
      try {
        body = bus.codec.encode({ persisted: make() }, 'snapshot');
      } catch (error) {
        body = bus.codec.encode({ error });
      }
      view.route.push({ type: 'persisted', to: view.to, request, body });
    };
    gather(actor, {
      delays,
      done: (withAnswers) => answer(() => withAnswers(() => persistHere(actor, delays))),
      failed: (error) =>
        answer(() => {
          throw error;
        }),
    });
  }

  // ---- what goes out

  function addView(from: Address, wish: boolean, mode: SnapshotMode, isOwner: boolean, persist?: 'eager'): View {
    const view = createView(bus, actor, { from, wish, mode, isOwner, isEager: persist === 'eager', unsendable: fail });
    views.set(from, view);
    if (view.route.immediate) isStepping ??= hookUpdates(actor, { updated: flushSoon });
    listen();
    watchNode(
      from,
      () => {
        removeView(view);
        // the owner's node is gone, and nobody else may stop it
        if (isOwner) {
          isStopping = true;
          stopActor(actor);
          sayEnded();
        }
      },
      () => {
        if (isOwner) owner?.recorder.restart();
        if (isOwner) owner?.names.repeat();
        view.repeat();
      },
    );
    return view;
  }

  function removeView(view: View): void {
    forgetNode(view.from);
    views.delete(view.from);
    if (views.size === 0 && !owner) deafen();
  }

  /** Without an owner, being served must not change who hears of an error, so that is only while somebody elsewhere observes. */
  function listen(): void {
    if (subscriptions.length > 0) return;
    subscriptions.push(actor.subscribe({ next: stepped, error: () => {} }), actor.on('*', emitted));
  }

  function deafen(): void {
    for (const subscription of subscriptions.splice(0)) subscription.unsubscribe();
  }

  function watchNode(from: Address, gone: () => void, resync: () => void = () => {}): void {
    const route = bus.route(nodeOf(from));
    if (route.down) gone();
    else unwatch.set(from, route.watch({ down: gone, resync }));
  }

  function forgetNode(from: Address): void {
    unwatch.get(from)?.();
    unwatch.delete(from);
  }

  function put(output: Output<Encoded>): void {
    // an owner who stopped it has let go of its names
    if (isStopping && output.type === 'name') return;
    const view = owner && views.get(owner.from);
    if (view) {
      view.put(output);
      flushSoon();
    } else if (output.type === 'send' || output.type === 'parent') {
      bus.bury({ reason: 'unreachable', target: owner ? owner.from : address, count: 1 });
    }
  }

  function emitted(event: AnyEventObject): void {
    const body = encode(event);
    if (body === undefined) return;
    for (const view of views.values()) view.put({ type: 'emit', body });
    flushSoon();
  }

  function stepped(snapshot: Snapshot<unknown>): void {
    for (const view of views.values()) view.stepped(snapshot);
    flushSoon();
  }

  /**
   * Output without a macrostep (a delayed send, a promise that emits) and merged steps leave when the tick ends; to an observer who is told
   * at once, when the actor takes no step.
   */
  function flushSoon(): void {
    // its first step takes along what there is before it
    if (statusOf(actor) === 'not-started') return;
    let some = false;
    for (const view of views.values()) {
      if (!view.isWaiting) continue;
      if (!view.route.immediate) some = true;
      else if (!isStepping?.()) view.flush();
    }
    if (!some || isFlushing || isTaking) return;
    isFlushing = true;
    runSoon(() => {
      isFlushing = false;
      for (const view of views.values()) if (view.isWaiting) view.flush();
    });
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
    const { status, output, error } = actor.getSnapshot() as Snapshot<unknown>;
    if (status === 'error') {
      // its last snapshot may be unsendable, and then the refusal is what it failed with
      for (const view of views.values()) view.stepped(actor.getSnapshot() as Snapshot<unknown>);
      finish({ type: 'failed', error });
      // XState lets the children of a machine that throws run on; here nobody could ever reach or stop them
      if (owner) stopChildren(actor);
    } else if (status === 'done') finish({ type: 'done', output });
    else finish({ type: 'stopped' });
  }

  /** Ends it as failed, whatever the actor itself says. */
  function fail(error: unknown): void {
    if (down) return;
    for (const view of views.values()) view.end({ status: 'error', error });
    finish({ type: 'failed', error });
    stopActor(actor);
  }

  function finish(how: Down): void {
    if (down) return;
    down = how;
    for (const view of [...views.values()]) {
      // an owner who stopped it knows already
      if (how.type === 'stopped' && !(view.isOwner && isStopping)) view.end({ status: 'stopped' });
      if (!view.isOwner) removeView(view);
    }
    for (const from of watchers) {
      forgetNode(from);
      tellDown(from, how);
    }
    watchers.clear();
    if (!owner) close();
  }

  function tellDown(from: Address, how: Down): void {
    const body = encodeDown(bus, how);
    bus.route(nodeOf(from)).push({ type: 'down', to: localIdOf(from), from: address, body });
  }

  /** Tells the owner last: it may end this node as soon as it hears, so all else that has to leave from here must have left. */
  function sayEnded(): void {
    // a tick later, when what waits for its end to be posted to other nodes has been
    afterDepartures(actor, () => bus.afterWaiting(() => runSoon(sayLast)));
  }

  function sayLast(): void {
    const view = owner && views.get(owner.from);
    owner?.recorder.finish();
    if (view) {
      view.flush();
      view.route.push({ type: 'ended', to: view.to });
      removeView(view);
    }
    close();
  }

  function close(): void {
    deafen();
    bus.shut(localId);
    rememberEnding(bus, localId, down ?? { type: 'stopped' });
  }
}

/** Ends what an actor that is over started; what only was told to it is not its own. */
function stopChildren(actor: AnyActorRef): void {
  const { children = {} } = actor.getSnapshot() as { readonly children?: Readonly<Record<string, AnyActorRef>> };
  for (const child of Object.values(children)) if (parentOf(child) === actor) stopActor(child);
}

/** A log line must come through, also if something in it cannot. */
function encodeLine(bus: Bus, values: readonly unknown[]): Encoded {
  try {
    return bus.codec.encode(values, 'log');
  } catch {
    return bus.codec.encode(values.map(String), 'log');
  }
}
