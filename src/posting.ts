// What goes out from a mirror: the events sent to its actor are encoded at the call, refused there if they cannot cross, held back until it is known
// where the actor is, and delivered in the order in which they were sent. What comes too late is a dead letter.
import type { AnyActor, AnyActorRef, AnyEventObject, Snapshot } from 'xstate';
import { addressOf, type Address } from './address.ts';
import type { DeadLetter } from './bus.ts';
import type { Seen } from './causal-order.ts';
import { sizeOf, type Encoded } from './codec.ts';
import { TroupeError } from './errors.ts';
import { assertNotReserved, faultOf } from './forged.ts';
import type { Sender } from './ledger.ts';
import type { Line } from './line.ts';
import { isSupervised } from './lives.ts';
import type { Mirror } from './mirror.ts';
import { fullError, isFull } from './mailbox-limits.ts';
import type { Origin } from './mailboxes.ts';
import { outletTo, sendEarlier } from './outlets.ts';
import { createQueue } from './queue.ts';
import { explainRefusal, refusedOf, refuseEvent } from './refusal.ts';
import { senderOf, withSender } from './senders.ts';
import { departureOf, takeShown } from './taps.ts';
import type { Outgoing } from './wire.ts';
import { currentSource, interceptMailbox, statusOf } from './xstate.ts';

export interface Posting {
  /** The way into the mailbox of the mirror itself. */
  enqueue(event: AnyEventObject): void;
  /** Sends what was held back. */
  release(line: Line): void;
  /** Holds back what the life of the actor on a line did not handle, before what was sent later. */
  takeBack(from: Line, event: unknown, seen: Seen | undefined): void;
  /** What is held back has nowhere to go any more. */
  bury(): void;
  /** Sends an event to another actor of the system that runs there. */
  sendTo(sessionId: string, event: AnyEventObject): void;
}

export function createPosting(mirror: Mirror): Posting {
  const { actor, bus, mailbox } = mirror;
  const waiting = createQueue<Waiting>();
  let waitingBytes = 0;
  /** What was sent before and has come back, and goes before the rest. */
  const returned: Omit<Waiting, 'origin'>[] = [];
  /** Of what comes back no more is known than that it was sent here. */
  const fromHere: Origin = { sender: { address: bus.address } };
  // what `send` has encoded already, for the `_send` that XState calls within it
  let checkedEvent: AnyEventObject | undefined;
  let checked: Encoded = '';

  const enqueue = interceptMailbox(actor, deliver);
  const send = actor.send.bind(actor);
  actor.send = (event: AnyEventObject) => {
    // a stopped actor drops what comes, whatever it is
    if (statusOf(actor) !== 'stopped') {
      checked = encodeEvent(event);
      checkedEvent = event;
    }
    send(event);
  };

  return {
    enqueue,
    release({ route, to }) {
      waitingBytes = 0;
      for (const { body, seen } of returned.splice(0)) route.push(eventFrame(to, body, seen), fromHere);
      for (const { body, origin, seen } of waiting.clear()) route.push(eventFrame(to, body, seen), origin);
    },
    takeBack,
    bury() {
      waitingBytes = 0;
      for (const _ of returned.splice(0)) buryOne('stopped', fromHere);
      for (const { origin } of waiting.clear()) buryOne('stopped', origin);
    },
    sendTo(sessionId, event) {
      const { line } = mirror;
      if (line?.state !== 'running') buryOne('stopped', undefined);
      else line.route.push({ type: 'send-to', to: line.to, actor: sessionId, body: encodeEvent(event) });
    },
  };

  function deliver(event: AnyEventObject): void {
    const { line } = mirror;
    const source = currentSource();
    const status = statusOf(actor);
    // it may have ended over there while its end is still in the mailbox here
    const isOver = status === 'running' && (line ? line.state !== 'running' : !isActive(actor)) && !isSupervised(actor);
    if (status === 'stopped' || isOver) {
      // XState says what it thinks of that
      if (status === 'stopped') enqueue(event);
      buryOne('stopped', originOf(event, source), stoppedError(actor, event));
      return;
    }
    let encoded: Encoded;
    try {
      encoded = checkedEvent === event ? checked : encodeEvent(event);
    } catch (error) {
      refuseEvent(bus, source, actor, target(), error);
      return;
    } finally {
      checkedEvent = undefined;
    }
    const origin = originOf(event, source);
    if (line?.state !== 'running' || status === 'not-started') {
      keep({ body: encoded, origin, seen: takeShown(event) });
      return;
    }
    const { to, route } = line;
    const outlet = source && outletTo(source, route.node);
    const seen = takeShown(event);
    if (!outlet) {
      sendEarlier(bus, route.node);
      route.push(eventFrame(to, encoded, seen, seen ? undefined : departureOf(bus)), origin);
    } else if (isFull(route.fillOf(to), sizeOf(encoded))) refuse(origin);
    else outlet.put({ type: 'send', to, body: encoded, seen });
  }

  /** Holds an event back until it is known where the actor is. */
  function keep(event: Waiting): void {
    const { body, origin } = event;
    const size = sizeOf(body);
    const { overflow } = mailbox;
    const isOverfull = () => isFull({ events: waiting.length, bytes: waitingBytes, limits: mailbox }, size);
    // for one that would not fit into an empty one none has to make room
    const isWorthIt = overflow === 'drop-oldest' && size <= mailbox.bytes;
    while (isWorthIt && waiting.length > 0 && isOverfull()) {
      const oldest = waiting.shift();
      if (!oldest) break;
      waitingBytes -= sizeOf(oldest.body);
      refuse(oldest.origin);
    }
    if (isOverfull()) {
      refuse(origin);
      return;
    }
    waitingBytes += size;
    waiting.push(event);
  }

  function takeBack(from: Line, event: unknown, seen: Seen | undefined): void {
    const reason = faultOf(event) ?? (statusOf(actor) === 'stopped' ? 'stopped' : undefined);
    if (reason) {
      buryOne(reason, fromHere);
      return;
    }
    let body: Encoded;
    try {
      body = bus.codec.encode(event, 'event');
    } catch (error) {
      refuseEvent(bus, undefined, actor, target(), error);
      return;
    }
    const { line } = mirror;
    // the next life did not wait for it any longer, and there may never be another
    if (line && line !== from && line.state === 'running') line.route.push(eventFrame(line.to, body, seen), fromHere);
    else returned.push({ body, seen });
  }

  function refuse(origin: Origin | undefined): void {
    const error = fullError(target(), mailbox);
    buryOne('mailbox-full', origin, error);
    origin?.refused?.(error);
  }

  function buryOne(reason: DeadLetter['reason'], origin: Origin | undefined, error?: TroupeError): void {
    bus.bury({ reason, target: target(), count: 1, ...withSender(origin?.sender), ...(error && { error }) });
  }

  function originOf(event: AnyEventObject, source: AnyActorRef | undefined): Origin | undefined {
    const refused = refusedOf(event);
    if (refused) return { sender: source && senderOf(bus, source), refused };
    return source && originBy(senderOf(bus, source));
  }

  function encodeEvent(event: AnyEventObject): Encoded {
    assertNotReserved(event, actor.id);
    try {
      return bus.codec.encode(event, 'event');
    } catch (error) {
      throw explainRefusal(error, `'${event.type}' to '${actor.id}'`);
    }
  }

  function target(): Address {
    return mirror.line?.address ?? addressOf(bus.address, actor.sessionId);
  }
}

/** An event that is held back until it is known where its actor is. */
interface Waiting {
  readonly body: Encoded;
  readonly origin: Origin | undefined;
  readonly seen: Seen | undefined;
}

function eventFrame(to: string, body: Encoded, seen: Seen | undefined, left?: number): Outgoing {
  if (left !== undefined) return { type: 'event', to, body, left };
  return seen ? { type: 'event', to, body, seen } : { type: 'event', to, body };
}

const origins = new WeakMap<Sender, Origin>();

/** The same each time, for each event has one. */
function originBy(sender: Sender): Origin {
  let origin = origins.get(sender);
  if (!origin) origins.set(sender, (origin = { sender }));
  return origin;
}

/** One that is restored from its end never begins. */
export function isActive(actor: AnyActor): boolean {
  return (actor.getSnapshot() as Snapshot<unknown>).status === 'active';
}

function stoppedError(actor: AnyActor, event: AnyEventObject): TroupeError {
  return new TroupeError(
    'ACTOR_DOWN',
    `Cannot send '${event.type}' to '${actor.id}': it has stopped. Watch it, and send only while it runs.`,
    { details: { actor: actor.id, event: event.type } },
  );
}
