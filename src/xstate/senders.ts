// Who sends: XState tells a target nothing of its sender.
import { Actor, type AnyActorRef, type AnyEventObject } from 'xstate';
import { systemSeams, type System, type SystemSeams } from './seams.ts';

/**
 * Has `currentSource` know who sends in every system from now on. XState tells a target nothing of its sender, and a system cannot be seen before
 * its root starts, which is why this is at the one place that all actors pass. It changes nothing else.
 */
export function trackAllSources(): void {
  const actors = Actor.prototype as unknown as { start(this: AnyActorRef): AnyActorRef };
  const { start } = actors;
  actors.start = function startTracked() {
    trackSources(this);
    return start.call(this);
  };
}

/** The actor that sends right now, while XState relays an event from it. */
let source: AnyActorRef | undefined;

/** Who is sending the event that is being relayed at this moment; undefined if it is plain code. */
export function currentSource(): AnyActorRef | undefined {
  return source;
}

const tracked = new WeakSet<object>();

/** From now on `currentSource` knows who sends in this actor's system. */
export function trackSources(actor: AnyActorRef): void {
  const system = systemSeams(actor);
  if (tracked.has(system)) return;
  tracked.add(system);
  const relayed = system._relay;
  system._relay = (from, target, event) => {
    const outer = source;
    source = from;
    try {
      relayed(from, target, event);
    } finally {
      source = outer;
    }
  };
}

/** A system as one life of an actor sees it: the same, but what `mayRelay` does not let pass is not sent. */
export function viewSystem(
  system: System,
  mayRelay: (from: AnyActorRef | undefined, target: AnyActorRef, event: AnyEventObject) => boolean,
): System {
  const relay: SystemSeams['_relay'] = (from, target, event) => {
    if (mayRelay(from, target, event)) (system as unknown as SystemSeams)._relay(from, target, event);
  };
  return Object.create(system, { _relay: { value: relay } }) as System;
}
