// Who sends an event, for the dead letter that may become of it: the sender's address where others know of it, else its session on this node.
import type { AnyActorRef } from 'xstate';
import { addressOf, type Address } from './address.ts';
import type { Bus } from './bus.ts';
import type { Sender } from './ledger.ts';

const known = new WeakMap<Bus, (actor: AnyActorRef) => Address | undefined>();
const senders = new WeakMap<AnyActorRef, Sender>();

/** Says how the addresses that actors of a bus have are found. */
export function findAddressesBy(bus: Bus, find: (actor: AnyActorRef) => Address | undefined): void {
  known.set(bus, find);
}

/** An actor as a sender, the same each time. Its address is only made up when it is asked for. */
export function senderOf(bus: Bus, actor: AnyActorRef): Sender {
  let sender = senders.get(actor);
  if (!sender) {
    sender = {
      get address() {
        return known.get(bus)?.(actor) ?? addressOf(bus.address, actor.sessionId);
      },
    };
    senders.set(actor, sender);
  }
  return sender;
}

/** Who sent it, as a dead letter has it. */
export function withSender(sender: Sender | undefined): { readonly sender?: Address } {
  return sender ? { sender: sender.address as Address } : {};
}
