// Where an actor is in its life, and when it ends.
import type { AnyActor, AnyActorRef } from 'xstate';
import { seams, systemSeams, type SystemSeams } from './seams.ts';

type Status = 'not-started' | 'running' | 'stopped';

const STATUSES = ['not-started', 'running', 'stopped'] as const;

/** Where an actor is in its life; a stopped one may have been done or failed, which its snapshot tells. */
export function statusOf(actor: AnyActorRef): Status {
  return STATUSES[seams(actor)._processingStatus];
}

const endings = new WeakMap<AnyActorRef, Set<() => void>>();

const registers = new WeakSet<object>();

/**
 * Tells once when an actor has stopped, is done or has failed; its snapshot says which. Unlike a subscription it is no observer, so it does not
 * change whether XState reports the actor's error. The returned function takes the request back.
 */
export function onEnd(actor: AnyActorRef, ended: () => void): () => void {
  const waiting = endings.get(actor) ?? new Set();
  endings.set(actor, waiting.add(ended));
  hookEndings(systemSeams(actor));
  if (statusOf(actor) === 'not-started') hookStop(actor);
  return () => waiting.delete(ended);
}

function hookEndings(system: SystemSeams): void {
  if (registers.has(system)) return;
  registers.add(system);
  const unregister = system._unregister;
  system._unregister = (each) => {
    unregister(each);
    if (statusOf(each) === 'stopped') tellEnd(each);
  };
}

function tellEnd(actor: AnyActorRef): void {
  const told = endings.get(actor);
  endings.delete(actor);
  for (const tell of told ?? []) tell();
}

/** An actor that is stopped before it was started is not unregistered. */
function hookStop(actor: AnyActorRef): void {
  const it = seams(actor);
  const stop = it._stop.bind(actor);
  it._stop = () => {
    const wasStarted = statusOf(actor) !== 'not-started';
    stop();
    if (!wasStarted) tellEnd(actor);
    return actor;
  };
}

/** Has an actor run again that was reset to one that has not started; nothing of it is started anew. */
export function undoReset(actor: AnyActorRef): void {
  if (statusOf(actor) === 'not-started') seams(actor)._processingStatus = 1;
}

/** Stops an actor, also one that has a parent. */
export function stopActor(actor: AnyActorRef): void {
  seams(actor)._stop();
}

/** Runs each time before an actor starts. */
export function beforeStart(actor: AnyActor, prepare: () => void): void {
  const start = actor.start.bind(actor);
  actor.start = () => {
    prepare();
    return start();
  };
}

export function parentOf(actor: AnyActorRef): AnyActorRef | undefined {
  return seams(actor)._parent;
}

export function rootOf(actor: AnyActorRef): AnyActorRef {
  const parent = parentOf(actor);
  return parent ? rootOf(parent) : actor;
}

/** The logger of an actor's system. */
export function loggerOf(actor: AnyActorRef): (...args: unknown[]) => void {
  return (actor as unknown as { logger?: (...args: unknown[]) => void }).logger ?? systemSeams(actor)._logger;
}
