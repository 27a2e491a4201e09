// The far half of an actor's address: a real actor here, served to those who hold its ref elsewhere. Events come in by its channel
// in the order sent; each macrostep goes out to those who follow it (`audience.ts`). An actor that was started for somebody elsewhere
// has an owner, who alone hears what it tells its parent, logs, and sends to the owner's node, and by whose word it ends.
import type { AnyActorRef, AnyEventObject, Snapshot } from 'xstate';
import { addressOf, nodeOf, type Address } from './address.ts';
import { createAudience } from './audience.ts';
import type { Bus } from './bus.ts';
import { viaOf } from './channels.ts';
import type { Encoded } from './codec.ts';
import { afterDepartures } from './departures.ts';
import type { Down } from './down.ts';
import type { Seen } from './causal-order.ts';
import { faultOf } from './forged.ts';
import { rememberEnding } from './graves.ts';
import type { InspectionRecord } from './inspection-records.ts';
import { afterRestart, isBetweenLives, isSupervised, lifeOf, onLifeOver } from './lives.ts';
import type { NameChange } from './names.ts';
import { openOutlet } from './outlets.ts';
import type { OwnerNames } from './owner-names.ts';
import { encodePersisted } from './gather.ts';
import { runSoon } from './platform.ts';
import type { Recorder } from './recorder.ts';
import { explainUnshown, refuseEvent } from './refusal.ts';
import { giveBack, isForNextLife, type EventsDelivery } from './returning.ts';
import { follow, sendAs, takeShown } from './taps.ts';
import type { View } from './view.ts';
import { createWatchers } from './watchers.ts';
import type { Delivery, Output, SnapshotMode } from './wire.ts';
import { enqueue, onEnd, parentOf, relay, statusOf, stopActor, trackSources } from './xstate.ts';

export interface Owner {
  readonly from: Address;
  readonly wish: boolean;
  readonly snapshots: SnapshotMode;
  /** Tells who inspects there what happens here. */
  readonly recorder: Recorder;
  readonly persist?: 'eager';
  readonly returns?: true;
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
  const watchers = createWatchers(bus, address);
  const audience = createAudience(bus, actor, { isLasting: owner !== undefined, encode, unsendable });
  let down: Down | undefined;
  let isStopping = false;
  const kept: EventsDelivery[] = [];
  /** How the last life ended, told once more after a loss. */
  let lastFailure: Encoded | undefined;

  bus.open(localId).subscribe(hear);
  if (owner) {
    openOutlet(actor, { node: nodeOf(owner.from), put });
    // this hides its errors here: they are reported where its owner is
    audience.listen();
    followForOwner(owner);
  }
  trackSources(actor);
  onEnd(actor, ended);
  const unwatchLives = watchLives();
  if (statusOf(actor) === 'stopped') ended();
  return {
    address,
    put,
    say(type, value) {
      if (type === 'log') put({ type, body: encodeLine(bus, value as unknown[]) });
      else {
        const body = encode(value);
        const seen = takeShown(value as AnyEventObject);
        if (body !== undefined) put(seen ? { type, body, seen } : { type, body });
      }
    },
    record(record) {
      const view = viewOfOwner();
      view?.record(record);
      if (view) audience.flushSoon();
    },
  };

  // ---- what comes in

  function hear(frame: Delivery): void {
    switch (frame.type) {
      case 'event':
        takeAll(frame, [frame.body], frame.seen);
        return;
      case 'events':
        takeAll(frame, frame.events);
        return;
      case 'observe':
        observe(frame.from, frame.wish);
        return;
      case 'inspect':
        owner?.recorder.wish(frame.wish);
        audience.flushSoon();
        return;
      case 'send-to':
        sendTo(frame.actor, frame.body);
        return;
      case 'acknowledge':
        audience.of(frame.from)?.acknowledge();
        return;
      case 'settle':
        // what came between two lives has to be handled too
        afterLives(() => answer(frame.from, ({ to }) => ({ type: 'settled', to, request: frame.request })));
        return;
      case 'persist':
        // the answer leaves after the steps that it shows
        encodePersisted(bus, actor, frame.delays, (encodeAnswer) =>
          answer(frame.from, ({ to }) => ({ type: 'persisted', to, request: frame.request, body: encodeAnswer() })),
        );
        return;
      case 'watch':
        if (down) watchers.tell(frame.from, down);
        else watchers.add(frame.from);
        return;
      case 'unwatch':
        watchers.remove(frame.from);
        return;
      case 'name':
        owner?.names.hear(frame.body as NameChange);
        return;
      case 'stop':
        stop();
        return;
      default:
    }
  }

  /** What a handled event puts out leaves with its macrostep, so only the rest has to be looked for, once. */
  function takeAll(frame: EventsDelivery, events: readonly unknown[], seen?: Seen): void {
    const hasLives = isSupervised(actor);
    audience.during(() => {
      for (let index = 0; index < events.length; index += 1) {
        if (owner && down?.type === 'failed' && isForNextLife(owner, frame)) {
          giveBack(bus, owner, frame, events.slice(index));
          return;
        }
        if (hasLives && isBetweenLives(actor) && !down) {
          keep(index === 0 ? frame : { ...frame, type: 'events', events: events.slice(index) });
          return;
        }
        take(frame, events[index], seen);
      }
    });
  }

  /** What comes between two lives waits here, so that whoever sent it knows that it was not handled, and bounds it. */
  function keep(frame: EventsDelivery): void {
    bus.hold(frame);
    if (kept.push(frame) === 1) afterRestart(actor, takeKept);
  }

  function takeKept(): void {
    // some of it may end that life too, and then the rest waits again
    for (const frame of kept.splice(0)) bus.redeliver(frame);
  }

  /** Runs `proceed` when the actor is not between two lives, and has handled what came in between. */
  function afterLives(proceed: () => void): void {
    afterRestart(actor, () => {
      if (isBetweenLives(actor)) afterLives(proceed);
      else proceed();
    });
  }

  function take(frame: EventsDelivery, event: unknown, seen: Seen | undefined): void {
    const reason = statusOf(actor) === 'stopped' ? 'stopped' : faultOf(event);
    if (reason) bus.bury({ reason, target: address, count: 1, ...viaOf(frame) });
    else if (seen) {
      // its sender's inspectors were shown it
      follow(bus, seen, event as AnyEventObject);
      enqueue(actor, event as AnyEventObject);
    } else {
      const { sender } = viaOf(frame);
      const left = frame.type === 'event' ? frame.left : undefined;
      if (sender) sendAs(bus, event as AnyEventObject, { from: sender, left });
      relay(undefined, actor, event as AnyEventObject);
    }
  }

  /** To an actor here that is known by inspection alone. */
  function sendTo(sessionId: string, event: unknown): void {
    const reason = faultOf(event);
    if (!reason && owner) sendAs(bus, event as AnyEventObject, { from: nodeOf(owner.from) });
    if (reason || !owner?.recorder.send(sessionId, event as AnyEventObject))
      bus.bury({ reason: reason ?? 'no-such-actor', target: address, count: 1 });
  }

  function observe(from: Address, wish: boolean): void {
    const known = audience.of(from);
    if (wish || known?.isOwner) {
      const view = known ?? visit(from, true);
      view.wish = wish;
      if (wish) view.flush();
      shutIfOver(view);
    } else if (known) audience.shut(known);
  }

  /** After all that has to be told before. */
  function answer(from: Address, frame: (view: View) => Parameters<View['route']['push']>[0]): void {
    const view = audience.of(from) ?? visit(from, false);
    view.flush();
    view.route.push(frame(view));
    shutIfOver(view);
  }

  /** To who comes after the end there is nothing more to tell. */
  function shutIfOver(view: View): void {
    if (down && !view.isOwner) audience.shut(view);
  }

  function visit(from: Address, wish: boolean): View {
    return audience.open({ from, wish, mode: 'all', isOwner: false, isEager: false });
  }

  // ---- what goes out

  function followForOwner({ from, wish, snapshots, persist, recorder, names }: Owner): void {
    audience.open({
      from,
      wish,
      mode: snapshots,
      isOwner: true,
      isEager: persist === 'eager',
      // nobody else may stop it
      gone: stop,
      resync() {
        recorder.restart();
        names.repeat();
        if (lastFailure !== undefined) put({ type: 'life', body: lastFailure });
      },
    });
  }

  function viewOfOwner(): View | undefined {
    return owner && audience.of(owner.from);
  }

  function put(output: Output<Encoded>): void {
    // an owner who stopped it has let go of its names
    if (isStopping && output.type === 'name') return;
    const view = viewOfOwner();
    if (view) {
      view.put(output);
      audience.flushSoon();
    } else if (output.type === 'send' || output.type === 'parent') {
      bus.bury({ reason: 'unreachable', target: owner ? owner.from : address, count: 1 });
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

  /** Whoever watches observes one life; the owner tells those who watch where it is. */
  function watchLives(): () => void {
    let unwatch: (() => void) | undefined;
    const watchNext = () => void (unwatch = onLifeOver(actor, lifeOver));
    const lifeOver = (error: unknown) => {
      watchNext();
      lastFailure = encodeFailure(bus, error, lifeOf(actor));
      put({ type: 'life', body: lastFailure });
      for (const view of audience.all) if (view.isWaiting) view.flush();
      watchers.tellAll({ type: 'failed', error }, 'of a life');
    };
    watchNext();
    return () => unwatch?.();
  }

  function stop(): void {
    isStopping = true;
    stopActor(actor);
    sayEnded();
  }

  function ended(): void {
    if (down) return;
    const { status, output, error } = actor.getSnapshot() as Snapshot<unknown>;
    if (status === 'error') {
      // its last snapshot may be unsendable, and then the refusal is what it failed with
      for (const view of audience.all) view.stepped(actor.getSnapshot() as Snapshot<unknown>);
      finish({ type: 'failed', error });
      // XState lets the children of a machine that throws run on; here nobody could ever reach or stop them
      if (owner) stopChildren(actor);
    } else if (status === 'done') finish({ type: 'done', output });
    else finish({ type: 'stopped' });
  }

  function unsendable(error: unknown): void {
    fail(explainUnshown(error, actor, address));
  }

  /** Ends it as failed, whatever the actor itself says. */
  function fail(error: unknown): void {
    if (down) return;
    for (const view of audience.all) view.end({ status: 'error', error });
    finish({ type: 'failed', error });
    stopActor(actor);
  }

  function finish(how: Down): void {
    if (down) return;
    down = how;
    for (const view of [...audience.all]) {
      // an owner who stopped it knows already
      if (how.type === 'stopped' && !(view.isOwner && isStopping)) view.end({ status: 'stopped' });
      if (!view.isOwner) audience.shut(view);
    }
    watchers.tellAll(how);
    takeKept();
    if (!owner) close();
  }

  /** Tells the owner last: it may end this node as soon as it hears, so all else that has to leave from here must have left. */
  function sayEnded(): void {
    // a tick later, when what waits for its end to be posted to other nodes has been
    afterDepartures(actor, () => bus.afterWaiting(() => runSoon(sayLast)));
  }

  function sayLast(): void {
    const view = viewOfOwner();
    owner?.recorder.finish();
    if (view) {
      view.flush();
      view.route.push({ type: 'ended', to: view.to });
      audience.shut(view);
    }
    close();
  }

  function close(): void {
    unwatchLives();
    audience.deafen();
    bus.shut(localId);
    rememberEnding(bus, localId, down ?? { type: 'stopped' });
  }
}

/** Ends what an actor that is over started; what only was told to it is not its own. */
function stopChildren(actor: AnyActorRef): void {
  const { children = {} } = actor.getSnapshot() as { readonly children?: Readonly<Record<string, AnyActorRef>> };
  for (const child of Object.values(children)) if (parentOf(child) === actor) stopActor(child);
}

/** What a life failed with, or why that cannot cross, and which life came next. */
function encodeFailure(bus: Bus, error: unknown, next: number): Encoded {
  try {
    return bus.codec.encode({ error, next }, 'error');
  } catch (refusal) {
    return bus.codec.encode({ error: refusal, next }, 'error');
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
