// Sending the events of a source at the pace of an actor elsewhere.
import type { AnyActorRef, EventObject } from 'xstate';
import { Observable } from 'rxjs/internal/Observable';
import { innerFrom } from 'rxjs/internal/observable/innerFrom';
import type { Subscription } from 'rxjs/internal/Subscription';
import type { ObservableInput } from 'rxjs/internal/types';
import { drained, hasRoom } from './drained.ts';
import { TroupeError } from './errors.ts';
import { DEFAULT_MAILBOX } from './mailbox-limits.ts';
import { mirrorOf } from './mirror.ts';
import { assertActorRef } from './recipient.ts';

/**
 * Sends an actor each event of a source, no faster than its mailbox has room.
 *
 * @param ref - The actor to send to, wherever it lives.
 * @param source - What RxJS can observe. An iterable or an async iterable, such as a generator or a stream, is only asked for its next event when there
 * is room. An observable cannot be asked to wait: what it brings meanwhile is kept in order, up to as many events as the mailbox may hold.
 * @returns An RxJS observable of the events, each when it has been sent; it begins when it is subscribed to, completes after the last event, and
 * sends no more once it is unsubscribed from.
 *
 * @remarks
 * That an event was sent does not say that it was handled: await `settled` for that. Nothing is dropped here; with other senders at work an event
 * may still find the mailbox full, and then is a dead letter as ever.
 *
 * @throws The observable fails with the source's error; `ACTOR_DOWN` if the actor has ended; `MAILBOX_FULL` if an observable brings more than can be kept;
 * `NOT_SERIALIZABLE` for an event that cannot cross. When it is called: `NOT_AN_ACTOR`; `INVALID_ARGUMENT` for a source that is none.
 *
 * @example
 * ```ts
 * import { createMemoryHost, feed, settled } from 'troupe';
 * import { lastValueFrom } from 'rxjs';
 * import { createActor, fromTransition } from 'xstate';
 *
 * const sum = fromTransition((total: number, { number }: { type: 'ADD'; number: number }) => total + number, 0);
 * function* numbers() {
 *   for (let number = 0; number < 10_000; number += 1) yield { type: 'ADD' as const, number };
 * }
 * await using host = createMemoryHost();
 * const adder = createActor(host.import({ sum }, { mailbox: { events: 1000 } }).sum).start();
 * await lastValueFrom(feed(adder, numbers()));
 * console.log((await settled(adder)).context); // 49995000
 * ```
 */
export function feed<TEvent extends EventObject>(
  ref: { send(event: TEvent): void } & AnyActorRef,
  source: ObservableInput<TEvent>,
): Observable<TEvent> {
  assertActorRef(ref, 'feed events');
  assertSource(ref, source);
  return new Observable<TEvent>((subscriber) => {
    const over = new AbortController();
    // before anything is sent: whoever wants no more may say so within the first event
    subscriber.add(() => over.abort());
    const send = (event: TEvent): void => {
      ref.send(event);
      subscriber.next(event);
    };
    const room = () => drained(ref, { signal: over.signal });
    const feeding = isIterable(source)
      ? feedIterable(source, { ref, room, send, over: over.signal })
      : feedAsync(isAsyncIterable(source) ? source : keepInOrder(ref, source, over.signal), {
          ref,
          room,
          send,
          over: over.signal,
        });
    feeding.then(
      () => subscriber.complete(),
      // whoever unsubscribed is told nothing any more
      (error: unknown) => subscriber.error(error),
    );
  });
}

interface Feeding<TEvent> {
  readonly ref: AnyActorRef;
  /** Resolves when there is room; rejects when the actor has ended. */
  room(): Promise<void>;
  send(event: TEvent): void;
  readonly over: AbortSignal;
}

/** Without a pause as long as there is room, so that the events leave together. */
async function feedIterable<TEvent>(
  events: Iterable<TEvent>,
  { ref, room, send, over }: Feeding<TEvent>,
): Promise<void> {
  for (const event of events) {
    if (!hasRoom(ref)) await room();
    if (over.aborted) return;
    send(event);
    // by who has it: a source without an end must not be asked for the next one
    if (over.aborted) return;
  }
}

async function feedAsync<TEvent>(
  events: AsyncIterable<TEvent>,
  { ref, room, send, over }: Feeding<TEvent>,
): Promise<void> {
  const iterator = events[Symbol.asyncIterator]();
  // it may be waiting for an event that never comes
  over.addEventListener('abort', () => void leave(iterator), { once: true });
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
    if (!hasRoom(ref)) await room();
    if (over.aborted) return;
    send(next.value);
  }
}

/** Lets go of a source; how that goes is no concern of whoever has unsubscribed. */
async function leave(iterator: AsyncIterator<unknown>): Promise<void> {
  try {
    await iterator.return?.();
  } catch {
    // nobody is left to be told
  }
}

/**
 * The events of an observable, or of anything else that RxJS knows.
 *
 * @yields Each in order, kept until it is asked for.
 */
async function* keepInOrder<TEvent>(
  ref: AnyActorRef,
  source: ObservableInput<TEvent>,
  over: AbortSignal,
): AsyncGenerator<TEvent> {
  const { events: most } = mirrorOf(ref)?.mailbox ?? DEFAULT_MAILBOX;
  const kept: TEvent[] = [];
  let end: { readonly error?: unknown } | undefined;
  let wake: (() => void) | undefined;
  let subscription: Subscription | undefined;
  const finish = (ended: { readonly error?: unknown }): void => {
    end ??= ended;
    subscription?.unsubscribe();
    wake?.();
  };
  subscription = innerFrom(source).subscribe({
    next(event) {
      if (kept.length >= most) finish({ error: overrun(ref, most) });
      else kept.push(event);
      wake?.();
    },
    error: (error: unknown) => finish({ error }),
    complete: () => finish({}),
  });
  // it may have ended before there was a subscription
  if (end) subscription.unsubscribe();
  over.addEventListener('abort', () => finish({}), { once: true });
  try {
    for (;;) {
      while (kept.length > 0) yield* kept.splice(0);
      if (end) break;
      await new Promise<void>((resolve) => (wake = resolve));
    }
    if ('error' in end) throw end.error;
  } finally {
    subscription.unsubscribe();
  }
}

function overrun({ id }: AnyActorRef, most: number): TroupeError {
  return new TroupeError(
    'MAILBOX_FULL',
    `Cannot feed '${id}': its source brought ${most} events more than it has handled. Slow the source down, or feed a generator, which waits.`,
    { details: { actor: id, events: most } },
  );
}

/** Of what is an object RxJS says itself, when it is subscribed to, if it cannot observe it. */
function assertSource({ id }: AnyActorRef, source: unknown): void {
  if ((typeof source === 'object' || typeof source === 'function') && source !== null) return;
  throw new TroupeError(
    'INVALID_ARGUMENT',
    `Cannot feed '${id}': it was given ${source === null ? 'null' : typeof source} for a source. Give an array, a generator, a stream or an observable of events.`,
    { details: { actor: id } },
  );
}

const isIterable = <T>(source: ObservableInput<T>): source is Iterable<T> & ObservableInput<T> =>
  Symbol.iterator in source;

const isAsyncIterable = <T>(source: ObservableInput<T>): source is AsyncIterable<T> => Symbol.asyncIterator in source;
