// The lives of an actor. A supervised actor that fails is given another life behind the same ref: who watches it is told that the life which they saw
// begin is over, and what is sent to it in between is held for the next one. An actor that nobody supervises has one life.
import type { AnyActorRef } from 'xstate';

/** A life is over and the actor goes on. `gone` resolves when nothing more of that life arrives; it has by now if there is none. */
export type LifeOver = (error: unknown, gone: Promise<void> | undefined) => void;

interface Lives {
  count: number;
  readonly watchers: Set<LifeOver>;
  /** Runs when what came in between two lives has been handled; undefined while the actor is not between two lives. */
  between: (() => void)[] | undefined;
  isSupervised: boolean;
}

const known = new WeakMap<AnyActorRef, Lives>();

function livesOf(actor: AnyActorRef): Lives {
  let lives = known.get(actor);
  if (!lives) known.set(actor, (lives = { count: 1, watchers: new Set(), between: undefined, isSupervised: false }));
  return lives;
}

/** Which life of an actor this is, from 1. */
export function lifeOf(actor: AnyActorRef): number {
  return known.get(actor)?.count ?? 1;
}

/** Tells once when the present life of an actor is over because it failed and is begun again; the end of the actor itself is told by `onEnd`. */
export function onLifeOver(actor: AnyActorRef, told: LifeOver): () => void {
  const { watchers } = livesOf(actor);
  watchers.add(told);
  return () => watchers.delete(told);
}

/** Tells that a life is over; from now on the actor is in its next one. */
export function tellLifeOver(actor: AnyActorRef, error: unknown, gone?: Promise<void>): void {
  const lives = livesOf(actor);
  lives.count += 1;
  const told = [...lives.watchers];
  lives.watchers.clear();
  for (const tell of told) tell(error, gone);
}

/** Declares that an actor may be given another life. */
export function declareSupervised(actor: AnyActorRef): void {
  livesOf(actor).isSupervised = true;
}

/** Whether what cannot be delivered to an actor now is to be held for its next life. */
export function isSupervised(actor: AnyActorRef): boolean {
  return known.get(actor)?.isSupervised === true;
}

/** Whether an actor is between two lives, or has not yet handled what came in between. */
export function isBetweenLives(actor: AnyActorRef): boolean {
  return known.get(actor)?.between !== undefined;
}

/** Declares whether an actor is between two lives. */
export function setBetweenLives(actor: AnyActorRef, isBetween: boolean): void {
  const lives = livesOf(actor);
  if (isBetween) lives.between ??= [];
  else {
    const { between = [] } = lives;
    lives.between = undefined;
    for (const proceed of between) proceed();
  }
}

/** Runs `proceed` when an actor is not between two lives: at once if it is not. The returned function takes the request back. */
export function afterRestart(actor: AnyActorRef, proceed: () => void): () => void {
  const between = known.get(actor)?.between;
  if (!between) {
    proceed();
    return () => {};
  }
  between.push(proceed);
  return () => {
    const at = between.indexOf(proceed);
    if (at >= 0) between.splice(at, 1);
  };
}
