// A question to an actor and its answer, by an event that carries the ref to reply to.
import type { ActorRef, AnyActorRef, EventObject, Snapshot } from 'xstate';
import { createDeferred } from './deferred.ts';
import { TroupeError } from './errors.ts';
import { mirrorOf } from './mirror.ts';
import { assertActorRef } from './recipient.ts';
import { sendAsking } from './refusal.ts';
import { wait } from './wait.ts';
import { watch } from './watch.ts';
import { createReceiver } from './xstate.ts';

/** The events an actor takes that carry a ref to reply to. */
export type Question<TEvent> = Extract<TEvent, { readonly replyTo: AnyActorRef }>;

/** What the actor replies to a question, as the question declares it. */
export type ReplyTo<TQuestion> = TQuestion extends {
  readonly replyTo: ActorRef<infer _TSnapshot, infer TReply, infer _TEmitted>;
}
  ? TReply
  : never;

/** How long an {@link ask} waits. */
export interface AskOptions {
  /**
   * How long to wait for the reply, in milliseconds; `Infinity` waits as long as the actor lives.
   *
   * @defaultValue 5000
   */
  readonly timeout?: number;
  /** Ends the wait, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

const ASK_TIMEOUT = 5000;

/**
 * Sends an actor an event that asks for a reply, and waits for it.
 *
 * @param ref - The actor to ask, wherever it lives.
 * @param question - Makes the event from the ref to reply to.
 * @returns The reply, of the type that the event's `replyTo` declares.
 *
 * @remarks
 * It always settles: with the reply; with the actor's error, or `ACTOR_DOWN`, if it ends before; with `ASK_TIMEOUT`; or with the signal's reason.
 * A rejected ask does not mean that the event was not handled.
 *
 * @throws `NOT_SERIALIZABLE` if the event cannot cross; `NOT_AN_ACTOR` if `ref` is none; `INVALID_ARGUMENT` for a `timeout` or `signal` that is none.
 *
 * @example
 * ```ts
 * import { ask, type Recipient } from 'troupe';
 * import { createActor, fromCallback } from 'xstate';
 *
 * type Question = { type: 'DOUBLE'; number: number; replyTo: Recipient<{ type: 'DOUBLED'; number: number }> };
 * const doubler = createActor(
 *   fromCallback<Question>(({ receive }) =>
 *     receive(({ number, replyTo }) => replyTo.send({ type: 'DOUBLED', number: 2 * number })),
 *   ),
 * ).start();
 * const { number } = await ask(doubler, (replyTo) => ({ type: 'DOUBLE', number: 21, replyTo }));
 * console.log(number); // 42
 * ```
 */
export function ask<TEvent extends EventObject, TType extends Question<TEvent>['type']>(
  ref: { send(event: TEvent): void } & AnyActorRef,
  question: (replyTo: AnyRecipient) => Extract<Question<TEvent>, { readonly type: TType }>,
  { timeout = ASK_TIMEOUT, signal }: AskOptions = {},
): Promise<ReplyTo<Extract<Question<TEvent>, { readonly type: TType }>>> {
  type Reply = ReplyTo<Extract<Question<TEvent>, { readonly type: TType }>>;
  const answered = async (over: AbortSignal): Promise<Reply> => {
    assertActorRef(ref, 'ask');
    const { replyTo, reply } = createReplyTo<Reply>();
    over.addEventListener('abort', () => replyTo.stop(), { once: true });
    const lost = watch(ref, { signal: over }).then((down): never => {
      throw down.type === 'failed' ? down.error : downError(ref, down.type);
    });
    // the reply may win, and then nobody waits for the actor's end any more
    lost.catch(() => {});
    // its error rejects this, and need not be reported besides
    const observed = ref.subscribe({ error: () => {} });
    over.addEventListener('abort', () => observed.unsubscribe(), { once: true });
    const release = mirrorOf(ref)?.line?.route.hold();
    if (release) over.addEventListener('abort', release, { once: true });
    const event = question(replyTo);
    const refused = createDeferred<never>();
    sendAsking(ref, event, (error) => refused.reject(fullError(ref, error)));
    return Promise.race([reply, lost, refused.promise]);
  };
  return wait(answered, {
    timeout,
    signal,
    timedOut: () =>
      new TroupeError(
        'ASK_TIMEOUT',
        `'${ref.id}' did not reply within ${timeout} ms. Ask with a longer timeout, or see whether it handles the event.`,
        {
          details: { actor: ref.id, timeout },
        },
      ),
  });
}

/** The ref to reply to, as a question's event takes it, whatever reply that event declares. */
// eslint-disable-next-line typescript/no-explicit-any -- which reply it is follows from the event that is made with it
export type AnyRecipient = ActorRef<Snapshot<unknown>, any>;

function createReplyTo<TReply>(): {
  readonly replyTo: AnyRecipient & { stop(): unknown };
  readonly reply: Promise<TReply>;
} {
  const { promise: reply, resolve } = createDeferred<TReply>();
  const replyTo = createReceiver((_, event) => resolve(event as TReply)).start();
  return { replyTo, reply };
}

function fullError({ id }: AnyActorRef, { details, cause }: TroupeError): TroupeError {
  return new TroupeError(
    'MAILBOX_FULL',
    `Cannot ask '${id}': its mailbox is full (${String(details['events'])} events, ${String(details['bytes'])} bytes). Await drained(ref) before you ask, or import it with a larger mailbox.`,
    { details: { ...details, actor: id }, ...(cause === undefined ? {} : { cause }) },
  );
}

/** What becomes of a question to an actor that has ended. */
export function downError(ref: AnyActorRef, how: 'stopped' | 'done' | 'unreachable'): TroupeError {
  const what = { stopped: 'has stopped', done: 'is done', unreachable: 'cannot be reached' }[how];
  return new TroupeError('ACTOR_DOWN', `'${ref.id}' ${what} and will not reply. Ask while it runs.`, {
    details: { actor: ref.id, down: how },
  });
}
