// The order of what leaves for a node. What an actor that runs for somebody elsewhere puts out waits for the end of its macrostep, so that it arrives with
// the snapshot; nothing else for the same node may overtake it. At any time one view at most holds output for a node, and whoever else has
// something for that node first has it sent.
import type { AnyActorRef } from 'xstate';
import type { NodeAddress } from './address.ts';
import type { Bus } from './bus.ts';
import type { Encoded } from './codec.ts';
import type { Output } from './wire.ts';

/** Takes what an actor puts out for its owner's node. */
export interface Outlet {
  readonly node: NodeAddress;
  put(output: Output<Encoded>): void;
}

/** Somebody with output for a node that waits. */
export interface Holder {
  flush(): void;
}

const outlets = new WeakMap<object, Outlet>();
const holders = new WeakMap<Bus, Map<NodeAddress, Holder>>();

/** Declares where the actors of a system put what they send to the node that they run for. */
export function openOutlet(actor: AnyActorRef, outlet: Outlet): void {
  outlets.set(actor.system, outlet);
}

/** Where `source` puts what it sends to `node`; undefined if it runs for nobody there. */
export function outletTo(source: AnyActorRef, node: NodeAddress): Outlet | undefined {
  const outlet = outlets.get(source.system);
  return outlet?.node === node ? outlet : undefined;
}

/** Has what waits for a node sent, before something of `next` leaves or waits; of `next` itself nothing is sent. */
export function sendEarlier(bus: Bus, node: NodeAddress, next?: Holder): void {
  const holder = holders.get(bus)?.get(node);
  if (holder && holder !== next) holder.flush();
}

/** Declares that `holder` has output for a node that waits. */
export function holdOutput(bus: Bus, node: NodeAddress, holder: Holder): void {
  sendEarlier(bus, node, holder);
  const known = holders.get(bus) ?? new Map<NodeAddress, Holder>();
  holders.set(bus, known.set(node, holder));
}

/** Declares that all its output for a node has left. */
export function releaseOutput(bus: Bus, node: NodeAddress, holder: Holder): void {
  const known = holders.get(bus);
  if (known?.get(node) === holder) known.delete(node);
}
