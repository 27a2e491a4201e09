// The messages: who sent what to whom, when it was taken and what became of it otherwise. To what actor one was sent may be known only later, when its own
// node has told of it.
import type { AnyActorRef, AnyEventObject } from 'xstate';
import { nodeOf, type Address, type NodeAddress } from '../address.ts';
import type { Bus } from '../bus.ts';
import type { Origin } from '../causal-order.ts';
import { isReserved } from '../forged.ts';
import type { ToldLetter } from '../gauges.ts';
import { mirrorOf } from '../mirror.ts';
import type { Cast, Entry } from './cast.ts';
import { describeFields } from './describe.ts';
import type { Message, Pairing } from './pairing.ts';
import type { InspectorRecord, NodeKey } from './records.ts';
import type { Redact } from './redact.ts';

export interface Messages {
  /** XState says that an event is sent; not all of those are messages. */
  sent(ref: AnyActorRef, event: AnyEventObject, source: AnyActorRef | undefined, origin: Origin, at: number): void;
  received(message: Message, entry: Entry, done: number): void;
  /** What was sent last here: a letter that is written within the call is about it. */
  readonly last: Sent | undefined;
  /** A letter was written, maybe about a message. */
  tellLetter(letter: ToldLetter, at: number, about?: Sent): void;
  /** Says by now whom those are for of which only an address was known. */
  resolve(): void;
}

export interface Sent {
  readonly message: Message;
  readonly to: Entry;
}

export interface MessagesOptions {
  readonly bus: Bus;
  readonly cast: Cast;
  readonly pairing: Pairing;
  /** Messages are numbered through all sessions. */
  readonly numbering: { next: number };
  readonly redact: Redact;
  /** The recording's clock, and a moment of the machine's clock in it. */
  readonly clock: () => number;
  timeOf(moment: number): number;
  put(record: InspectorRecord): void;
}

const BODY_LENGTH = 4096;

/** The ids that troupe's own actors have, here and elsewhere. */
const OWN_ID = /^troupe:[\da-z]+$/;

export function createMessages(options: MessagesOptions): Messages {
  const { bus, cast, pairing, numbering, redact, clock, timeOf, put } = options;
  /** Messages to actors of which only an address is known. */
  const unaddressed: { readonly record: { to: string }; readonly message: Message; readonly ref: AnyActorRef }[] = [];
  let lastSent: Sent | undefined;
  return {
    sent,
    received,
    get last() {
      return lastSent;
    },
    tellLetter,
    resolve,
  };

  function sent(
    ref: AnyActorRef,
    event: AnyEventObject,
    source: AnyActorRef | undefined,
    origin: Origin,
    at: number,
  ): void {
    const { type } = event;
    if (type === 'xstate.init' || type === 'xstate.stop') {
      cast.enter(ref, origin.node, at, type === 'xstate.init');
      return;
    }
    // delays, and what a promise tells itself
    if (source === ref && isReserved(type)) return;
    // where nobody was shown that it was sent, it comes with the time
    const sentAt = origin.left === undefined ? at : Math.min(at, timeOf(origin.left));
    const from = source ? (plainCodeOf(source) ?? cast.enter(source, origin.node, at).key) : senderOf(origin);
    const asker = plainCodeOf(ref);
    const isUnknown = asker !== undefined || isUnknownElsewhere(ref);
    const to = isUnknown ? undefined : cast.enter(ref, origin.node, at);
    const message: Message = {
      number: numbering.next,
      at: sentAt,
      came: origin.left === undefined ? origin.came : origin.at,
      type,
      stamp: { node: origin.node, at: origin.at },
      to: to?.isInside ? to.inbox : undefined,
    };
    numbering.next += 1;
    const body = describeFields(event, { redact, labelOf: cast.labelOf, length: BODY_LENGTH, without: isType });
    const record = {
      type: 'sent' as const,
      at: sentAt,
      message: message.number,
      from,
      to: to?.key ?? asker ?? ref.id,
      event: type,
      ...(body === undefined ? {} : { body }),
    };
    const hasCome = message.came !== undefined || (to !== undefined && !isElsewhere(to, origin.node));
    // what plain code takes, or an actor that nobody looks at, is not told
    if (asker === undefined && (!to || (to.isInside && !to.isEnded))) pairing.sent(message, event, hasCome);
    if (to) lastSent = { message, to };
    else if (asker === undefined) unaddressed.push({ record, message, ref });
    put(record);
  }

  function senderOf({ from, node }: Origin): string {
    if (from === undefined) return node;
    if (!from.includes('/')) return from;
    return cast.at(from as Address)?.key ?? nodeOf(from as Address);
  }

  /** The node whose plain code asked and takes the answer by this ref, if it is one of troupe's own. */
  function plainCodeOf(ref: AnyActorRef): NodeKey | undefined {
    if (!OWN_ID.test(ref.id)) return undefined;
    const address = mirrorOf(ref)?.address;
    return address === undefined ? bus.address : nodeOf(address);
  }

  /** A ref of an actor elsewhere whose own node may be about to tell of it. */
  function isUnknownElsewhere(ref: AnyActorRef): boolean {
    const mirror = mirrorOf(ref);
    return mirror !== undefined && !mirror.owns && mirror.address !== undefined && !cast.at(mirror.address);
  }

  function received(message: Message, entry: Entry, done: number): void {
    const { number, at: sentAt, came } = message;
    // its own node knows when it came; here it waited for the step before
    const taken = came === undefined ? entry.lastDone : timeOf(came);
    const at = Math.max(sentAt, taken <= done ? taken : sentAt);
    put({ type: 'received', at, message: number, done: Math.max(at, done) });
    // what was sent before it has been taken, too
    if (message.stamp.node === bus.address) entry.early = 0;
  }

  function resolve(): void {
    for (const { record, message, ref } of unaddressed.splice(0)) {
      const entry = cast.enter(ref, nodeOf(mirrorOf(ref)?.address ?? (`${bus.address}/` as Address)), clock());
      record.to = entry.key;
      if (entry.isInside) pairing.address(message, entry.inbox);
    }
  }

  /** What was taken meanwhile is not what a letter is about. */
  function isLost({ message, to }: Sent): boolean {
    return pairing.lost(message) || !to.isInside || to.isEnded;
  }

  function tellLetter(letter: ToldLetter, at: number, about?: Sent): void {
    const { reason, target, sender, count, error } = letter;
    const entry = target.includes('/') ? cast.at(target as Address) : undefined;
    const from = sender?.includes('/') ? cast.at(sender as Address)?.key : undefined;
    const isAbout = about !== undefined && about.to === entry && count === 1 && about === lastSent && isLost(about);
    if (isAbout) lastSent = undefined;
    else if (entry) pairing.lostOf(entry.inbox, count);
    put({
      type: 'dead-letter',
      at,
      reason,
      to: entry?.key ?? target,
      ...(sender === undefined ? {} : { from: from ?? sender }),
      count,
      ...(isAbout ? { message: about.message.number } : {}),
      ...(error === undefined ? {} : { error }),
    });
  }
}

/** Whether what is sent to an actor from a node goes over a link. */
function isElsewhere({ ref, told }: Entry, node: NodeAddress): boolean {
  const mirror = mirrorOf(ref);
  if (!mirror) return told.node !== node;
  return !mirror.line || nodeOf(mirror.line.address) !== node;
}

const isType = (key: string): boolean => key === 'type';
