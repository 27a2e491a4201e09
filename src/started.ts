// Waiting for the first snapshot of a hosted actor.
import type { AnyActorRef, SnapshotFrom } from 'xstate';
import { mirrorOf } from './mirror.ts';
import { assertActorRef } from './recipient.ts';
import { settled, type SettledOptions } from './settled.ts';
import { wait } from './wait.ts';
import { TroupeError } from './errors.ts';
import { statusOf } from './xstate.ts';

/**
 * Waits for the first snapshot of an actor that was started: until then a hosted actor shows a placeholder that matches nothing.
 *
 * @param ref - Any started actor ref; of a local one the snapshot is there at once.
 * @returns The snapshot that it has by then.
 *
 * @throws What `settled` throws; the actor's error if it failed to start.
 *
 * @example
 * ```ts
 * import { inThread, started } from 'troupe';
 * import { createActor } from 'xstate';
 *
 * const { student } = inThread<typeof import('troupe/actors')>(import.meta.resolve('troupe/actors'));
 * const snapshot = await started(createActor(student, { input: { name: 'Alice' } }).start());
 * console.log(snapshot.value); // 'idle'
 * ```
 */
export function started<TRef extends AnyActorRef>(
  ref: TRef,
  { timeout = Infinity, signal }: SettledOptions = {},
): Promise<SnapshotFrom<TRef>> {
  const timedOut = () =>
    new TroupeError(
      'SETTLE_TIMEOUT',
      `'${ref.id}' did not start within ${timeout} ms. Wait longer, or see what its module does when it is loaded.`,
      {
        details: { actor: ref.id, timeout },
      },
    );
  const first = async (over: AbortSignal): Promise<SnapshotFrom<TRef>> => {
    assertActorRef(ref, 'wait for the start');
    const mirror = mirrorOf(ref);
    const all = () => settled(ref, undefined, { signal: over });
    if (!mirror?.owns || statusOf(ref) === 'not-started') return all();
    await Promise.race([mirror.line?.first, all()]);
    // one that failed has shown a snapshot too, but did not start
    return statusOf(ref) === 'running' ? (ref.getSnapshot() as SnapshotFrom<TRef>) : all();
  };
  return wait(first, { timeout, signal, timedOut });
}
