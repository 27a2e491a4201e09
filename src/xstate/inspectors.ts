// Who inspects a system, and what they are shown.
import type { AnyActorRef } from 'xstate';
import { lacks, type SystemSeams } from './seams.ts';

/** Tells a system's inspectors of an event. */
export function tellInspectors(system: AnyActorRef['system'], event: object): void {
  if (!lacks('system._sendInspectionEvent')) (system as unknown as SystemSeams)._sendInspectionEvent(event);
}

const PROBE = new Error('Somebody inspects.');

const probe = {
  get type(): never {
    throw PROBE;
  },
};

/** Whether anybody inspects a system: XState copies an event only if somebody does. */
export function hasInspectors(system: AnyActorRef['system']): boolean {
  if (lacks('system._sendInspectionEvent')) return false;
  const show = intercepted.get(system) ?? (system as unknown as SystemSeams)._sendInspectionEvent;
  try {
    show(probe);
    return false;
  } catch (error) {
    if (error === PROBE) return true;
    throw error;
  }
}

/** Tells when an inspector of a system comes or goes. */
export function onInspectorsChange(system: AnyActorRef['system'], changed: () => void): void {
  if (lacks('system._sendInspectionEvent')) return;
  const it = system as unknown as SystemSeams;
  const { inspect } = it;
  it.inspect = (observer) => {
    const subscription = inspect(observer);
    changed();
    return {
      unsubscribe() {
        subscription.unsubscribe();
        changed();
      },
    };
  };
}

/** What XState itself does with an inspection event, by system. */
const intercepted = new WeakMap<object, (event: object) => void>();

/** Has the inspection events of a system pass by `take`, which may show them to the inspectors. */
export function interceptInspection(
  system: AnyActorRef['system'],
  take: (event: object, show: (event: object) => void) => void,
): void {
  if (lacks('system._sendInspectionEvent')) return;
  const it = system as unknown as SystemSeams;
  const show = it._sendInspectionEvent;
  intercepted.set(system, show);
  it._sendInspectionEvent = (event) => take(event, show);
}
