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
  const sleeping = asleep.get(system);
  if (sleeping) return sleeping.others > 0;
  const show = intercepted.get(system) ?? (system as unknown as SystemSeams)._sendInspectionEvent;
  try {
    show(probe);
    return false;
  } catch (error) {
    if (error === PROBE) return true;
    throw error;
  }
}

/** What a root is made with. */
type Inspector = ((event: never) => void) | { readonly next?: unknown };

/** Systems whose first inspector sleeps, and how many others there are. */
const asleep = new WeakMap<object, { others: number }>();

/**
 * Has the inspector that a root was made with sleep from now on: for itself nobody is told anything, as if the root had been made without one. It may still be
 * called while others look. To be called with the first event of the system, when nobody can have come yet; tells whether it was that root's.
 */
export function putToSleep(root: AnyActorRef, inspector: unknown): boolean {
  const { options } = root as { readonly options?: { readonly inspect?: Inspector } };
  const inspect = options?.inspect;
  const given = typeof inspect === 'object' ? inspect.next : inspect;
  if (given !== inspector || lacks('system._sendInspectionEvent')) return false;
  const { system } = root;
  if (asleep.has(system)) return true;
  const it = system as unknown as SystemSeams;
  const { inspect: add, _sendInspectionEvent: show } = it;
  const sleeping = { others: 0 };
  asleep.set(system, sleeping);
  it.inspect = (observer) => {
    const subscription = add(observer);
    sleeping.others += 1;
    let isThere = true;
    return {
      unsubscribe() {
        subscription.unsubscribe();
        if (isThere) sleeping.others -= 1;
        isThere = false;
      },
    };
  };
  it._sendInspectionEvent = (event) => {
    if (sleeping.others > 0) show(event);
  };
  return true;
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
