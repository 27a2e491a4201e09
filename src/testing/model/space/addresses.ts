// The addresses of children, by number: to know which of them are spoken of where, so that a new actor never takes the address of one that somebody still speaks of. The
// addresses of roots are not needed: no actor is ever given one of them.
import { createInterner } from './interner.ts';
import type { Address } from '../node/node.ts';
import type { Message } from '../options.ts';
import type { Subjects, Values } from './subjects.ts';

/** The addresses of children, by number. */
export interface Addresses {
  /** The numbers of those among the given. */
  idsOf(addresses: readonly Address[]): readonly number[];
  /** The number of one; -1 if it was never met. */
  find(address: Address): number;
  /** The place of the node that an address is on. */
  node(id: number): number;
  /** Those of which a message speaks, its sender and its receiver among them. */
  ofMessage(message: number, subjects: Subjects): readonly number[];
  /** Those of which its event speaks. */
  ofEvent(message: number, subjects: Subjects): readonly number[];
}

export function createAddresses(names: readonly string[], { mentionsOf }: Values): Addresses {
  const addresses = createInterner<number>();
  const ofMessages: (readonly number[])[] = [];
  const ofEvents: (readonly number[])[] = [];
  const idOf = (address: Address): number =>
    addresses.idOf(address, () => names.indexOf(address.slice(0, address.indexOf('/'))));
  const idsOf = (all: readonly Address[]): readonly number[] => [
    ...new Set(all.filter((address) => address.includes('/')).map(idOf)),
  ];
  const spokenOfIn = ({ from, to, event }: Message): readonly number[] => idsOf([from, to, ...mentionsOf(event)]);
  return {
    idsOf,
    find: (address) => (address.includes('/') ? idOf(address) : -1),
    node: addresses.at,
    ofMessage(message, subjects) {
      const { occurrence } = subjects.at(message);
      return (ofMessages[message] ??= occurrence?.type === 'message' ? spokenOfIn(occurrence.message) : []);
    },
    ofEvent(message, subjects) {
      const { occurrence } = subjects.at(message);
      return (ofEvents[message] ??= occurrence?.type === 'message' ? idsOf(mentionsOf(occurrence.message.event)) : []);
    },
  };
}
