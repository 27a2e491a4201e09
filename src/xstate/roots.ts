// The roots that a program starts, for who looks at a program that does not know of it.
import type { Actor, AnyActorRef } from 'xstate';
import { parentOf, statusOf } from './life.ts';
import { isOwn } from './own-actors.ts';

/** Tells of each root that is about to start, of those of the program and not of troupe's own. `actors` is XState's class, of which a program may have two. */
export function watchRoots(actors: typeof Actor, starts: (root: AnyActorRef) => void): void {
  const prototype = actors.prototype as unknown as { start(this: AnyActorRef): AnyActorRef };
  const { start } = prototype;
  prototype.start = function startWatched() {
    if (!parentOf(this) && !isOwn(this) && statusOf(this) === 'not-started') starts(this);
    return start.call(this);
  };
}
