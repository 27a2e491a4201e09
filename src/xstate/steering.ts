// Leading a system by hand: whoever runs actors step by step takes part in what they send, arms what they delay, and says who is found by a name that the system lacks.
import type { AnyActorRef, AnyEventObject } from 'xstate';
import type { System, SystemSeams } from './seams.ts';

/** A delayed event that an actor asks for; without an id it was given none. */
export interface Delayed {
  readonly source: AnyActorRef;
  readonly target: AnyActorRef;
  readonly event: AnyEventObject;
  readonly id: string | undefined;
}

export interface Steering {
  /** An event is sent in the system, from wherever: `pass` has it arrive, or another in its place. */
  relay(
    from: AnyActorRef | undefined,
    target: AnyActorRef,
    event: AnyEventObject,
    pass: (other?: AnyEventObject) => void,
  ): void;
  /** An event is to come later: `arm` sets the timer by the system's clock, before it returns. */
  schedule(delayed: Delayed, arm: () => void): void;
  /** Who has a name that nobody in the system has. */
  find(systemId: string): AnyActorRef | undefined;
}

/** Has a system led from now on; to be called before its actors start. */
export function steerSystem(system: System, { relay, schedule, find }: Steering): void {
  const it = system as unknown as SystemSeams & { get(systemId: string): AnyActorRef | undefined };
  const { _relay: relayed, get, scheduler } = it;
  const { schedule: arm } = scheduler;
  it._relay = (from, target, event) => relay(from, target, event, (other = event) => relayed(from, target, other));
  it.get = (systemId) => get(systemId) ?? find(systemId);
  scheduler.schedule = (source, target, event, delay, id) =>
    schedule({ source, target, event, id }, () => arm(source, target, event, delay, id));
}
