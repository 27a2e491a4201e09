// The mailboxes of the actors on another node, as seen from here: how many events from here wait for each, and what happens when one is full. The far
// side tells which packets it has handled, and so room is made. An event that is refused is a dead letter and never throws; frames of an
// actor's life share the order of its events and are never refused.
import { addressOf, type NodeAddress } from './address.ts';
import type { DeadLetter } from './bus.ts';
import { sizeOf, type Encoded } from './codec.ts';
import type { TroupeError } from './errors.ts';
import { createLedger, type Entry, type Held, type Sender } from './ledger.ts';
import { DEFAULT_MAILBOX, fullError, isFull, type Fill, type MailboxLimits } from './mailbox-limits.ts';
import { createQueue, type Queue } from './queue.ts';
import { withSender } from './senders.ts';
import type { Outgoing, Output } from './wire.ts';

/** Where an event comes from, for who has to be told that it was refused. */
export interface Origin {
  readonly sender?: Sender | undefined;
  /** The mailbox was full. */
  refused?(error: TroupeError): void;
}

export interface Mailboxes {
  /** Sends a frame, if it is not an event that finds no room. */
  push(frame: Outgoing, origin: Origin | undefined): void;
  /** Sets the bounds of a channel's mailbox, or the usual ones again. */
  limit(to: string, limits: MailboxLimits | undefined): void;
  /** What waits for a channel; undefined if nothing does and its bounds are the usual ones. */
  fillOf(to: string): Fill | undefined;
  /** Runs `freed` whenever room was made in a channel's mailbox, until the returned function is called. */
  onFreed(to: string, freed: () => void): () => void;
  /** Whether somebody here waits to hear what was handled there. */
  readonly isAsking: boolean;
  posted(next: number): void;
  handled(next: number, held: Held | undefined): void;
  lost(first: number, next: number): void;
  /** Nothing goes this way any more. */
  end(error: TroupeError): void;
}

interface Box {
  readonly to: string;
  limits: MailboxLimits;
  /** What is on its way, and what is still here. */
  events: number;
  bytes: number;
  /** Frames that are still here, because the oldest of them may have to be dropped. */
  readonly queue: Queue<Queued>;
  /** Whether the queue counts among those who wait to hear of room. */
  isAsking: boolean;
  /** How many places are taken by what is on its way. */
  underWay: number;
  readonly freed: Set<() => void>;
  /** Why it takes no more, since it has been full: an error takes longer to make than an event to send. */
  full: TroupeError | undefined;
}

interface Queued {
  readonly frame: Outgoing;
  readonly origin: Origin | undefined;
  readonly bytes: number;
}

export function createMailboxes(
  node: NodeAddress,
  { post, bury }: { post(frame: Outgoing): void; bury(letter: DeadLetter): void },
): Mailboxes {
  const boxes = new Map<string, Box>();
  const ledger = createLedger();
  /** The one that was used last, for events mostly come in runs. */
  let latest: Box | undefined;
  /** How many wait to hear of room: those who asked to, and queues. */
  let asking = 0;

  return {
    push(frame, origin) {
      switch (frame.type) {
        case 'event':
        case 'send-to':
          pushEvent(frame, origin);
          return;
        case 'publish':
          publish(frame);
          return;
        case 'step':
          pushStep(frame, origin);
          return;
        case 'returned':
          take(frame.to, origin, 1, sizeOf(frame.body));
          post(frame);
          return;
        default: {
          const box = 'to' in frame ? boxes.get(frame.to) : undefined;
          if (box && box.queue.length > 0) box.queue.push({ frame, origin, bytes: 0 });
          else post(frame);
        }
      }
    },
    limit(to, limits) {
      const box = boxOf(to);
      box.limits = limits ?? DEFAULT_MAILBOX;
      dropIfIdle(box);
    },
    fillOf: (to) => boxes.get(to),
    onFreed(to, freed) {
      const box = boxOf(to);
      box.freed.add(freed);
      asking += 1;
      return () => {
        if (!box.freed.delete(freed)) return;
        asking -= 1;
        dropIfIdle(box);
      };
    },
    get isAsking() {
      return asking > 0;
    },
    posted: ledger.posted,
    handled(next, held) {
      free(ledger.handled(next, held));
    },
    lost(first, next) {
      const entries = ledger.lost(first, next);
      tell('lost', entries);
      free(entries);
    },
    end(error) {
      const { posted, waiting } = ledger.end();
      tell('maybe-handled', posted, error);
      const queued = [...boxes.values()].flatMap(({ to, queue }) =>
        [...queue]
          .filter(({ frame }) => isEvent(frame))
          .map(({ origin, bytes }) => ({ to, sender: origin?.sender, events: 1, places: 1, bytes })),
      );
      tell('unreachable', [...waiting, ...queued], error);
      const waiters = [...boxes.values()].flatMap(({ freed }) => [...freed]);
      boxes.clear();
      latest = undefined;
      for (const freed of waiters) freed();
    },
  };

  function boxOf(to: string): Box {
    if (latest?.to === to) return latest;
    let box = boxes.get(to);
    if (!box) {
      box = {
        to,
        limits: DEFAULT_MAILBOX,
        events: 0,
        bytes: 0,
        queue: createQueue(),
        isAsking: false,
        underWay: 0,
        freed: new Set(),
        full: undefined,
      };
      boxes.set(to, box);
    }
    latest = box;
    return box;
  }

  function dropIfIdle(box: Box): void {
    if (box.events === 0 && box.freed.size === 0 && box.limits === DEFAULT_MAILBOX && boxes.get(box.to) === box) {
      boxes.delete(box.to);
      if (latest === box) latest = undefined;
    }
  }

  function pushEvent(frame: EventFrame, origin: Origin | undefined): void {
    const box = boxOf(frame.to);
    const bytes = sizeOf(frame.body);
    const { limits } = box;
    if (isFull(box, bytes) && !makeRoom(box, bytes)) {
      refuse(box, origin);
      return;
    }
    box.events += 1;
    box.bytes += bytes;
    if (limits.overflow === 'drop-newest' || (box.queue.length === 0 && box.underWay < windowOf(limits)))
      sendEvent(box, frame, origin, bytes);
    else {
      box.queue.push({ frame, origin, bytes });
      noteQueue(box);
    }
  }

  /** What is published is no event for anybody, so nobody misses it when a node dies; but what is refused is told. */
  function publish(frame: Extract<Outgoing, { readonly type: 'publish' }>): void {
    const to = `topic ${frame.topic}`;
    const bytes = sizeOf(frame.body);
    if (isFull(boxes.get(to), bytes)) refuse(boxOf(to), undefined, 'Publish less at once.');
    else {
      take(to, undefined, 0, bytes);
      post(frame);
    }
  }

  /** What an actor puts out goes by its own way: whoever would overfill a mailbox by it has asked before. */
  function pushStep(frame: StepFrame, origin: Origin | undefined): void {
    for (const output of frame.out) {
      const to = targetOf(output, frame.to);
      if (to !== undefined) take(to, origin, 1, sizeOf(output.body));
    }
    // a snapshot takes a place of its own
    if (frame.body !== undefined) take(frame.to, origin, 0, sizeOf(frame.body));
    post(frame);
  }

  function take(to: string, origin: Origin | undefined, events: number, bytes: number): void {
    const box = boxOf(to);
    box.events += 1;
    box.underWay += 1;
    box.bytes += bytes;
    ledger.add(to, origin?.sender, events, 1, bytes);
  }

  function sendEvent(box: Box, frame: EventFrame, origin: Origin | undefined, bytes: number): void {
    box.underWay += 1;
    ledger.add(box.to, origin?.sender, 1, 1, bytes);
    post(frame);
  }

  /** Tells whether there is room now. For an event that would not fit into an empty mailbox none has to make room. */
  function makeRoom(box: Box, bytes: number): boolean {
    const { overflow, bytes: most } = box.limits;
    if (overflow === 'drop-newest' || bytes > most) return false;
    while (isFull(box, bytes)) if (!dropOldest(box)) return false;
    return true;
  }

  /** Refuses the oldest event that is still here; tells whether there was one. */
  function dropOldest(box: Box): boolean {
    sendLifecycle(box);
    const oldest = box.queue.shift();
    if (!oldest) return false;
    box.events -= 1;
    box.bytes -= oldest.bytes;
    sendLifecycle(box);
    noteQueue(box);
    refuse(box, oldest.origin);
    return true;
  }

  /** What waits for no room leaves as soon as no event is before it. */
  function sendLifecycle(box: Box): void {
    while (box.queue.first && !isEvent(box.queue.first.frame)) sendFirst(box);
  }

  function sendFirst(box: Box): void {
    const first = box.queue.shift();
    if (!first) return;
    const { frame, origin, bytes } = first;
    if (isEvent(frame)) sendEvent(box, frame, origin, bytes);
    else post(frame);
  }

  function refuse(box: Box, origin: Origin | undefined, mend?: string): void {
    const target = addressOf(node, box.to);
    const error = (box.full ??= fullError(target, box.limits, mend));
    bury({ reason: 'mailbox-full', target, count: 1, ...withSender(origin?.sender), error });
    // whoever awaits the answer to a question gets one of its own
    origin?.refused?.(fullError(target, box.limits));
  }

  function free(entries: readonly Entry[]): void {
    const freed = new Set<Box>();
    for (const { to, places, bytes } of entries) {
      const box = boxes.get(to);
      if (!box) continue;
      box.events -= places;
      box.underWay -= places;
      box.bytes -= bytes;
      freed.add(box);
    }
    for (const box of freed) {
      box.full = undefined;
      proceed(box);
      for (const tellFreed of [...box.freed]) tellFreed();
      dropIfIdle(box);
    }
  }

  function proceed(box: Box): void {
    const { queue, limits } = box;
    if (queue.length === 0) return;
    while (queue.first && (!isEvent(queue.first.frame) || box.underWay < windowOf(limits))) sendFirst(box);
    noteQueue(box);
  }

  /** What was sent may have been handled within the call, and more have been sent. */
  function noteQueue(box: Box): void {
    const isAsking = box.queue.length > 0;
    if (isAsking === box.isAsking) return;
    box.isAsking = isAsking;
    asking += isAsking ? 1 : -1;
  }

  function tell(reason: 'lost' | 'maybe-handled' | 'unreachable', entries: readonly Entry[], error?: unknown): void {
    const counts = new Map<string, { entry: Entry; count: number }>();
    for (const entry of entries) {
      const key = `${entry.to}\n${entry.sender?.address ?? ''}`;
      const known = counts.get(key);
      if (known) known.count += entry.events;
      else counts.set(key, { entry, count: entry.events });
    }
    for (const { entry, count } of counts.values()) {
      if (count === 0) continue;
      const target = addressOf(node, entry.to);
      bury({ reason, target, count, ...withSender(entry.sender), ...(error === undefined ? {} : { error }) });
    }
  }
}

type EventFrame = Extract<Outgoing, { readonly type: 'event' | 'send-to' }>;
type StepFrame = Extract<Outgoing, { readonly type: 'step' }>;

const isEvent = (frame: Outgoing): frame is EventFrame => frame.type === 'event' || frame.type === 'send-to';

/** The channels that the events in a frame are for, each as often as there are events for it. */
export function targetsOf(frame: Outgoing): readonly string[] {
  if (isEvent(frame) || frame.type === 'returned') return [frame.to];
  return frame.type === 'step' ? frame.out.flatMap((output) => targetOf(output, frame.to) ?? []) : [];
}

/** What is an event in what an actor puts out, and for which channel. */
function targetOf(output: Output<Encoded>, to: string): string | undefined {
  if (output.type === 'send') return output.to;
  return output.type === 'parent' || output.type === 'emit' ? to : undefined;
}

/** How many may be on their way where the oldest that are still here may be dropped. */
const windowOf = ({ events }: MailboxLimits): number => Math.floor(events / 2);
