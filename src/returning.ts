// What goes back to the owner of an actor that has failed: events that it did not handle, for the next life that its owner's supervisor gives it. They go
// before the word that the actor is gone, in the order in which they came, and each is accounted for until it has arrived.
import { addressOf, localIdOf, nodeOf, type Address } from './address.ts';
import type { Bus } from './bus.ts';
import { viaOf } from './channels.ts';
import type { Encoded } from './codec.ts';
import type { Delivery } from './wire.ts';

export type EventsDelivery = Extract<Delivery, { readonly type: 'event' | 'events' }>;

/** Whose actor it was, and whether it is given another life. */
export interface Returning {
  readonly from: Address;
  readonly returns?: true;
}

/** Whether events are for the next life of an actor that has failed: others than its owner send to an address of one life. */
export function isForNextLife({ from, returns }: Returning, { via }: EventsDelivery): boolean {
  return returns === true && via === nodeOf(from);
}

/** Gives events back. */
export function giveBack(bus: Bus, { from }: Returning, frame: EventsDelivery, events: readonly unknown[]): void {
  const seen = frame.type === 'event' ? frame.seen : undefined;
  const origin = { sender: { address: nodeOf(from) } };
  for (const event of events) {
    let body: Encoded;
    try {
      body = bus.codec.encode(event, 'event');
    } catch (error) {
      // it has crossed before, but what it tells of may be gone
      const target = addressOf(bus.address, frame.to);
      bus.bury({ reason: 'not-serializable', target, count: 1, ...viaOf(frame), error });
      continue;
    }
    bus.route(nodeOf(from)).push({ type: 'returned', to: localIdOf(from), body, ...(seen && { seen }) }, origin);
  }
}

/** Gives all events back that come for an actor which could not be started, until its owner is done with it. */
export function giveAllBack(bus: Bus, owner: Returning, localId: string): void {
  if (!owner.returns) return;
  const unwatch = bus.route(nodeOf(owner.from)).watch({ down: () => shut(), resync: () => {} });
  const shut = (): void => {
    unwatch();
    bus.shut(localId);
  };
  const open = (): void => void bus.open(localId).subscribe(hear);
  const hear = (frame: Delivery): void => {
    if (frame.type === 'event' && isForNextLife(owner, frame)) giveBack(bus, owner, frame, [frame.body]);
    else if (frame.type === 'events' && isForNextLife(owner, frame)) giveBack(bus, owner, frame, frame.events);
    else {
      // all else is answered as for one that is gone
      bus.shut(localId);
      bus.redeliver(frame);
      if (frame.type === 'stop') unwatch();
      else open();
    }
  };
  open();
}
