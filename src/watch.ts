// Watching an actor: exactly one answer, also if it was gone already.
import type { AnyActorRef } from 'xstate';
import { addressOf, localIdOf } from './address.ts';
import type { Down } from './down.ts';
import { isOver, whenOver } from './ending.ts';
import { markRemote, type TroupeError } from './errors.ts';
import { onLifeOver } from './lives.ts';
import { mirrorOf, type Mirror } from './mirror.ts';
import { assertActorRef } from './recipient.ts';
import { assertSignal } from './wait.ts';
import { statusOf } from './xstate.ts';

export type { Down } from './down.ts';

/**
 * Waits for the end of an actor.
 *
 * @param ref - Any actor ref: one of this thread, a hosted one, or one that an event brought.
 * @param options - `signal` ends the wait, which then rejects with the signal's reason.
 * @returns How it ended. It resolves at once if the actor is gone already. After it resolved nothing of that actor arrives.
 *
 * @throws `NOT_AN_ACTOR` if `ref` is none; `INVALID_ARGUMENT` for a `signal` that is none.
 *
 * @remarks
 * It observes one life: a supervised actor that is restarted has `failed`, though its ref goes on, and a watch that is begun afterwards is about the next life.
 *
 * It keeps nothing alive and hides no error: an actor that fails and is only watched is reported as XState reports it.
 *
 * @example
 * ```ts
 * import { watch } from 'troupe';
 * import { createActor, fromPromise } from 'xstate';
 *
 * const actor = createActor(fromPromise(async () => 42)).start();
 * const down = await watch(actor);
 * if (down.type === 'done') console.log(down.output); // 42
 * ```
 */
export function watch(ref: AnyActorRef, { signal }: { readonly signal?: AbortSignal } = {}): Promise<Down> {
  return new Promise((resolve, reject) => {
    assertActorRef(ref, 'watch');
    assertSignal(signal);
    signal?.throwIfAborted();
    let cancel: (() => void) | undefined;
    const abort = () => {
      cancel?.();
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', abort, { once: true });
    const done = (down: Down) => {
      signal?.removeEventListener('abort', abort);
      resolve(down);
    };
    const mirror = mirrorOf(ref);
    cancel =
      mirror && !mirror.owns && statusOf(ref) !== 'stopped' ? watchElsewhere(mirror, done) : watchHere(ref, done);
  });
}

function watchHere(ref: AnyActorRef, done: (down: Down) => void): () => void {
  const cleanUps: (() => void)[] = [];
  let isTold = false;
  const cancel = () => {
    isTold = true;
    for (const cleanUp of cleanUps) cleanUp();
  };
  const tell = async (down: Down, gone: Promise<void> | undefined) => {
    if (isTold) return;
    cancel();
    // what a hosted actor says on its way out comes before its end
    await gone;
    if (!isCancelled) done(down);
  };
  let isCancelled = false;
  if (!isOver(ref)) cleanUps.push(onLifeOver(ref, (error, gone) => void tell({ type: 'failed', error }, gone)));
  const tellEnd = async () => {
    const { down, gone } = await whenOver(ref, (cleanUp) => void cleanUps.push(cleanUp));
    await tell(down, gone);
  };
  void tellEnd();
  return () => {
    isCancelled = true;
    cancel();
  };
}

/** Asks the node of the actor, which answers when it ends; if the node itself is gone, so is the actor. */
function watchElsewhere({ actor, bus, line }: Mirror, done: (down: Down) => void): () => void {
  if (!line) {
    done({ type: 'stopped' });
    return () => {};
  }
  const { address } = line;
  // of a node that is gone the nodes above may know how it ended
  const route = line.route.down ? bus.route(line.route.node) : line.route;
  const to = localIdOf(address);
  const id = bus.createId();
  const from = addressOf(bus.address, id);
  const ask = () => route.push({ type: 'watch', to, from });
  const forget = () => {
    unwatch();
    bus.shut(id);
  };
  const finish = (down: Down) => {
    forget();
    done(down);
  };
  bus.open(id).subscribe((frame) => {
    if (frame.type !== 'down') return;
    const down = frame.body as Down;
    if (down.type === 'failed') markRemote(down.error, actor.id, route.node);
    finish(down);
  });
  const lose = (error: TroupeError) =>
    finish(error.details['orderly'] === true ? { type: 'stopped' } : { type: 'failed', error });
  const unwatch = route.watch({ down: lose, resync: ask });
  if (route.down) lose(route.down);
  else ask();
  return () => {
    forget();
    route.push({ type: 'unwatch', to, from });
  };
}
