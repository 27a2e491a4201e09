// Where an actor is: `node@incarnation/local-id`. The incarnation is a fresh token for each start of a node, so an address never
// means a later actor by accident. An address alone routes a frame; names and session ids are labels for people.
import { TroupeError } from './errors.ts';
import { surroundings } from './surroundings.ts';

/** A node and its incarnation: `main@k3x9`. */
export type NodeAddress = `${string}@${string}`;

/** An actor, topic or request on a node: `main@k3x9/7`. */
export type Address = `${NodeAddress}/${string}`;

/** A token that no other start of a node has. */
export function createIncarnation(): string {
  const { randomWord } = surroundings();
  return [randomWord(), randomWord()].map((part) => part.toString(36)).join('');
}

/** Throws `INVALID_ARGUMENT` for a name that could not be told from the rest of an address. */
export function nodeAddress(name: string, incarnation: string): NodeAddress {
  if (!/^[^/@]+$/.test(name)) {
    throw new TroupeError(
      'INVALID_ARGUMENT',
      `Cannot name a node '${name}': a name has neither a slash nor an at sign. Leave them out.`,
      {
        details: { name },
      },
    );
  }
  return `${name}@${incarnation}`;
}

export function addressOf(node: NodeAddress, localId: string): Address {
  return `${node}/${localId}`;
}

/** The node of an address; node names hold no slash, so the first one parts it. */
export function nodeOf(address: Address): NodeAddress {
  return address.slice(0, address.indexOf('/')) as NodeAddress;
}

export function localIdOf(address: Address): string {
  return address.slice(address.indexOf('/') + 1);
}

/** The name in a node's address, for people: `main` of `main@k3x9`. */
export function nameOf(node: NodeAddress): string {
  return node.slice(0, node.lastIndexOf('@'));
}

/** Whether a value from a wire is an address. */
export function isAddress(value: unknown): value is Address {
  return typeof value === 'string' && /^[^/@]+@[^/@]+\/.+$/.test(value);
}
