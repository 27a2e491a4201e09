// Waiting until actors have handled what was sent to them.
import type { AnyActorRef, SnapshotFrom } from 'xstate';
import { TroupeError } from './errors.ts';
import { createDeferred } from './deferred.ts';
import { isOver, whenOver, type AtEnd } from './ending.ts';
import { afterRestart, isBetweenLives, lifeOf } from './lives.ts';
import { mirrorOf } from './mirror.ts';
import { assertActorRef } from './recipient.ts';
import { wait } from './wait.ts';
import { statusOf } from './xstate.ts';

/** How long `settled` and {@link started} wait. */
export interface SettledOptions {
  /**
   * How long to wait, in milliseconds.
   *
   * @defaultValue Infinity: as long as the actor lives
   */
  readonly timeout?: number;
  /** Ends the wait, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** The snapshots of the refs, in their order. */
export type SnapshotsOf<TRefs extends readonly AnyActorRef[]> = {
  readonly [TIndex in keyof TRefs]: SnapshotFrom<TRefs[TIndex]>;
};

/**
 * Waits until actors have handled every event that this thread sent them before the call.
 *
 * @param refs - One actor ref or several, local ones too.
 * @param where - What the snapshot must satisfy besides; it is judged only from then on.
 * @returns The snapshot, or the snapshots in the order of the refs.
 *
 * @remarks
 * When it resolves, all that the actors have logged, sent or emitted to this thread meanwhile has arrived. It does not wait for what other
 * actors, timers or promises do in consequence. An actor that is done or was stopped settles when nothing of it is left, its
 * thread included if it had one of its own: Python's `join`. One that failed or was lost rejects with its error.
 *
 * XState's `waitFor` right after `send` may judge the snapshot from before the event; this does not.
 *
 * @throws `SETTLE_TIMEOUT` after `timeout`; the signal's reason; `NOT_AN_ACTOR`; `INVALID_ARGUMENT` if an actor was never started, or for a `timeout` or `signal` that is none; the actor's error.
 *
 * @example
 * ```ts
 * import { inThread, settled } from 'troupe';
 * import { createActor } from 'xstate';
 *
 * const { student } = inThread<typeof import('troupe/actors')>(import.meta.resolve('troupe/actors'));
 * const alice = createActor(student, { input: { name: 'Alice' } }).start();
 * alice.send({ type: 'HOLD_THIS', number: 4 });
 * const snapshot = await settled(alice, (student) => student.matches('holding'), { timeout: 1000 });
 * ```
 */
export function settled<TRef extends AnyActorRef>(
  refs: TRef,
  where?: (snapshot: SnapshotFrom<TRef>) => boolean,
  options?: SettledOptions,
): Promise<SnapshotFrom<TRef>>;
/**
 * Waits until each of several actors has settled; `where` judges the snapshot of each. It rejects as soon as one of them does, with what
 * the form for one ref throws.
 *
 * @returns The snapshots, in the order of the refs.
 */
export function settled<const TRefs extends readonly AnyActorRef[]>(
  refs: TRefs,
  where?: (snapshot: SnapshotFrom<TRefs[number]>) => boolean,
  options?: SettledOptions,
): Promise<SnapshotsOf<TRefs>>;
export function settled(
  refs: AnyActorRef | readonly AnyActorRef[],
  where?: (snapshot: never) => boolean,
  { timeout = Infinity, signal }: SettledOptions = {},
): Promise<unknown> {
  const all = Array.isArray(refs) ? (refs as readonly AnyActorRef[]) : [refs as AnyActorRef];
  const judge = where as ((snapshot: unknown) => boolean) | undefined;
  // one wait for all: when one rejects, nobody waits for the others any more
  const settle = (over: AbortSignal) => {
    const cleanUps: (() => void)[] = [];
    // one listener, however many refs
    over.addEventListener('abort', () => cleanUps.forEach((cleanUp) => cleanUp()), { once: true });
    return Promise.all(
      all.map(async (ref) => {
        assertActorRef(ref, 'settle');
        return settleOne(ref, judge, (cleanUp) => void cleanUps.push(cleanUp));
      }),
    );
  };
  const timedOut = () => timeoutError(all, timeout, judge !== undefined);
  return wait(settle, { timeout, signal, timedOut }).then((snapshots) =>
    Array.isArray(refs) ? snapshots : snapshots[0],
  );
}

async function settleOne(
  ref: AnyActorRef,
  where: ((snapshot: unknown) => boolean) | undefined,
  atEnd: AtEnd,
): Promise<unknown> {
  if (statusOf(ref) === 'not-started' && !isOver(ref)) throw notStarted(ref);
  const mirror = mirrorOf(ref);
  // one that was stopped in this tick may be started again in it, and then it runs on
  if (mirror?.parting) await mirror.parting;
  const found = createDeferred<unknown>();
  const judge = (snapshot: unknown) => {
    try {
      if (where?.(snapshot)) found.resolve(snapshot);
    } catch (error) {
      found.reject(error);
    }
  };
  // judged from before it settles, so that no snapshot after that is missed
  let judging = false;
  const ended = endOf(ref, atEnd, where && ((snapshot) => judging && judge(snapshot)));
  ended.catch(() => {});
  for (let life = 0; statusOf(ref) === 'running' && life !== lifeOf(ref);) {
    // what is held for its next life is handled there
    if (isBetweenLives(ref)) await Promise.race([restarted(ref, atEnd), ended]);
    life = lifeOf(ref);
    await Promise.race([mirror?.line?.settle(atEnd), ended]);
  }
  if (isOver(ref) && !(await mirror?.parting)) await ended;
  if (!where) return ref.getSnapshot();
  judging = true;
  // not the one that it settled with: another may have come before this goes on, and was not judged
  judge(ref.getSnapshot());
  return Promise.race([found.promise, endElsewhere(ref, ended)]);
}

/** Resolves when an actor that is between two lives has handled what came meanwhile. */
function restarted(ref: AnyActorRef, atEnd: AtEnd): Promise<void> {
  return new Promise((resolve) => atEnd(afterRestart(ref, resolve)));
}

/** Resolves when the actor is over and nothing of it is left; rejects with its error if it failed. */
async function endOf(ref: AnyActorRef, atEnd: AtEnd, next?: (snapshot: unknown) => void): Promise<void> {
  // with an observer of its errors they are rejections of this wait, and not reported besides
  const { down, departed } = await whenOver(ref, atEnd, { ...(next && { next }), error: () => {} });
  await departed;
  if (down.type === 'failed') throw down.error;
}

/** Rejects when the actor has ended: its last snapshot was judged before. */
async function endElsewhere(ref: AnyActorRef, ended: Promise<void>): Promise<never> {
  await ended;
  throw new TroupeError(
    'ACTOR_DOWN',
    `'${ref.id}' has ended, and not where it was wanted. Judge its last snapshot too, or watch it.`,
    { details: { actor: ref.id } },
  );
}

function notStarted(ref: AnyActorRef): TroupeError {
  return new TroupeError('INVALID_ARGUMENT', `Cannot settle '${ref.id}': it was not started. Call start() first.`, {
    details: { actor: ref.id },
  });
}

function timeoutError(refs: readonly AnyActorRef[], timeout: number, wanted: boolean): TroupeError {
  const names = refs.map(({ id }) => `'${id}'`).join(', ');
  const what = wanted ? 'did not settle where it was wanted' : 'did not settle';
  return new TroupeError(
    'SETTLE_TIMEOUT',
    `${names} ${what} within ${timeout} ms. Wait longer, or see what it is doing.`,
    {
      details: { actors: refs.map(({ id }) => id), timeout },
    },
  );
}
