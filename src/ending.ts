// How an actor ended, for those who wait for it. React makes an actor that it has stopped look as if it had never been started, and may start it
// again in the same tick: to those who wait that is one life, and one that it leaves so is over.
import type { AnyActor, AnyActorRef, Observer, Snapshot } from 'xstate';
import { departed, hasDeparture } from './departures.ts';
import type { Down } from './down.ts';
import { mirrorOf } from './mirror.ts';
import { onEnd, statusOf } from './xstate.ts';

/** Registers what is to be undone when a wait ends, whatever the reason. */
export type AtEnd = (cleanUp: () => void) => void;

export interface Ending {
  readonly down: Exclude<Down, { readonly type: 'unreachable' }>;
  /** Resolves when a hosted actor, which may still be on its way out over there, says no more. */
  readonly gone: Promise<void> | undefined;
  /** Resolves when nothing of it is left, its place included. */
  readonly departed: Promise<void>;
}

/** Whether an actor has ended, also if React has reset it since so that it may start again. */
export function isOver(ref: AnyActorRef): boolean {
  const status = statusOf(ref);
  return status === 'stopped' || (status === 'not-started' && hasDeparture(ref as AnyActor));
}

/** Resolves when an actor is over and will not run on. Until then it is observed by `observer`, also after a restart, for React drops its observers. */
export async function whenOver(
  ref: AnyActorRef,
  atEnd: AtEnd,
  observer?: Observer<Snapshot<unknown>>,
): Promise<Ending> {
  for (;;) {
    // to observe a ref may bring the news of its end, so what waits for that is there before
    const ended = isOver(ref) ? endingOf(ref) : nextEnd(ref, atEnd);
    if (observer) {
      const subscription = ref.subscribe(observer);
      atEnd(() => subscription.unsubscribe());
    }
    const { isTakenBack, ...ending } = await ended;
    if (!(await isTakenBack)) return ending;
  }
}

/** An ending that may be none. */
interface PossibleEnding extends Ending {
  readonly isTakenBack: Promise<boolean> | undefined;
}

function nextEnd(ref: AnyActorRef, atEnd: AtEnd): Promise<PossibleEnding> {
  return new Promise((resolve) => {
    // told of at once: after a tick the actor may live another life
    atEnd(onEnd(ref, () => resolve(endingOf(ref))));
  });
}

function endingOf(ref: AnyActorRef): PossibleEnding {
  const mirror = mirrorOf(ref);
  return {
    down: downOf(ref.getSnapshot() as Snapshot<unknown>),
    gone: mirror?.line?.gone,
    departed: departed(ref as AnyActor),
    isTakenBack: mirror?.parting,
  };
}

function downOf(snapshot: Snapshot<unknown>): Ending['down'] {
  if (snapshot.status === 'done') return { type: 'done', output: snapshot.output };
  if (snapshot.status === 'error') return { type: 'failed', error: snapshot.error };
  return { type: 'stopped' };
}
