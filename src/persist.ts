// Persisting actors of which some are hosted: their hosts are asked, and then XState persists as ever.
import type { AnyActorRef, Snapshot } from 'xstate';
import { TroupeError } from './errors.ts';
import { gather } from './gather.ts';
import { assertActorRef } from './recipient.ts';
import { wait } from './wait.ts';

/** What {@link persist} tells, and how long it waits. */
export interface PersistOptions {
  /**
   * Whether the delayed events of the hosted actors that are still to come are told too, with what remains of their delays; their hosts arm
   * them again when the actors are restored. XState's own persisted snapshot has no delays: a restored machine stays in a state with `after`
   * until another event comes.
   *
   * @defaultValue false
   */
  readonly delays?: boolean;
  /**
   * How long to wait, in milliseconds.
   *
   * @defaultValue Infinity: as long as the actors live
   */
  readonly timeout?: number;
  /** Ends the wait, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Persists an actor, with all that is hosted below it.
 *
 * @param actor - A hosted actor, or a local one with hosted actors anywhere below it.
 * @returns What `actor.getPersistedSnapshot()` of XState gives, the hosted actors' included: plain data, to be given as `snapshot` to `createActor`.
 *
 * @remarks
 * Each hosted actor is persisted when it has handled every event that this thread sent it before the call; several are not persisted at
 * one moment, for no moment is common to two threads. The persisted snapshot of a hosted actor is the one that XState makes of the same
 * logic, and for a machine one key more, `troupe`, which XState passes over: so it restores a local actor, and a local actor's restores a
 * hosted one. It holds a hash of the machine's structure, and a host whose machine has another refuses it with `VERSION_MISMATCH`. A
 * restored machine starts its children again from what was persisted of them; work that was under way then, as a promise's, is done again.
 *
 * `actor.getPersistedSnapshot()` itself gives, after this, the same as long as the actor's snapshot stays the same, but not for an actor
 * whose snapshots do not travel (`snapshots: 'none'`), of which only what `persist` returns counts. Without it XState's own call works too where nothing is to be asked: for
 * an actor that is done or has failed, for one without children, with `persist: 'eager'` where it was imported, and on a memory host
 * that delivers at once. Elsewhere it throws `NOT_PERSISTED`.
 *
 * Persist an actor before it is stopped. Afterwards that is possible only where its host delivers at once: elsewhere what it did between
 * the last step that was heard of and its stop is not known here, whatever was persisted before.
 *
 * Of delayed events those are told that a hosted actor, or an actor below it in its thread, sends to one of them or to the parent; one to
 * anybody else, one that holds a ref, and those of local actors are left out.
 *
 * @throws The actor's error if it has failed, or XState's own for what it cannot persist; `PERSIST_TIMEOUT` after `timeout`; the signal's
 * reason; `NOT_PERSISTED` if a hosted actor was stopped and its host does not deliver at once, or if one was never started and its module is
 * not at hand; `NOT_SERIALIZABLE` if its state cannot cross; `NOT_AN_ACTOR`; `INVALID_ARGUMENT` for a `timeout` or `signal` that is none.
 *
 * @example
 * ```ts
 * import { inThread, persist } from 'troupe';
 * import { createActor } from 'xstate';
 *
 * const { student } = inThread<typeof import('troupe/actors')>(import.meta.resolve('troupe/actors'));
 * const alice = createActor(student, { input: { name: 'Alice' } }).start();
 * alice.send({ type: 'HOLD_THIS', number: 4 });
 * const saved = JSON.stringify(await persist(alice));
 *
 * const again = createActor(student, { snapshot: JSON.parse(saved), input: { name: 'Alice' } }).start();
 * ```
 */
export function persist(
  actor: AnyActorRef,
  { delays = false, timeout = Infinity, signal }: PersistOptions = {},
): Promise<Snapshot<unknown>> {
  const begin = async (over: AbortSignal): Promise<Snapshot<unknown>> => {
    assertActorRef(actor, 'persist');
    throwFailed(actor);
    const atEnd = (takeBack: () => void) => over.addEventListener('abort', takeBack, { once: true });
    // its error rejects this, and need not be reported besides
    const observed = actor.subscribe({ error: () => {} });
    atEnd(() => observed.unsubscribe());
    return new Promise((resolve, reject) => {
      gather(actor, {
        delays,
        atEnd,
        done(withAnswers) {
          try {
            throwFailed(actor);
            resolve(withAnswers(() => actor.getPersistedSnapshot()));
          } catch (error) {
            reject(error);
          }
        },
        failed: reject,
      });
    });
  };
  const timedOut = () =>
    new TroupeError(
      'PERSIST_TIMEOUT',
      `'${actor.id}' was not persisted within ${timeout} ms. Wait longer, or see what it is doing.`,
      {
        details: { actor: actor.id, timeout },
      },
    );
  return wait(begin, { timeout, signal, timedOut });
}

function throwFailed(actor: AnyActorRef): void {
  const { status, error } = actor.getSnapshot() as Snapshot<unknown>;
  if (status === 'error') throw error;
}
