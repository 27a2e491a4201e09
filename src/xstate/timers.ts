// The delayed events of a system.
import type { AnyActorRef } from 'xstate';
import { rootOf, statusOf } from './life.ts';
import { lacks, systemSeams, type ScheduledEvent } from './seams.ts';

/** The events that are to come in an actor's system. */
export function delaysIn(actor: AnyActorRef): readonly ScheduledEvent[] {
  return lacks('system.scheduler') ? [] : Object.values(systemSeams(actor)._snapshot._scheduledEvents);
}

/** Has an event come that is sent by an actor that has not started yet, or one below it. */
export function armDelay(armed: Omit<ScheduledEvent, 'startedAt'>): void {
  if (lacks('system.scheduler')) return;
  const { id, source: from, target, event, delay } = armed;
  const system = systemSeams(from);
  // a system that starts arms what is in its table, and what was armed before would come twice
  const root = rootOf(from);
  if (statusOf(root) !== 'not-started') system.scheduler.schedule(from, target, event, delay, id);
  else {
    system._snapshot._scheduledEvents[`${from.sessionId}.${id}`] = { ...armed, startedAt: Date.now() };
  }
}

/** Calls off all that is to come from an actor. */
export function cancelDelays(actor: AnyActorRef): void {
  if (!lacks('system.scheduler')) systemSeams(actor).scheduler.cancelAll(actor);
}
