// The refs of a model: one for each address, for as long as the model lives, so that they can be compared by `===`. Which snapshot a ref shows depends on what is being looked at: the
// step that is under way, or else the configurations that are shown.
import type { AnyActorRef, Snapshot } from 'xstate';
import { createRefMaker, type ModelledRefs, type System } from '../../../xstate.ts';
import { addressOf, declareAddress } from './canonical.ts';
import type { Address } from './node.ts';

export interface Refs {
  /** The ref of an address. */
  at(address: Address): AnyActorRef;
  /** Whether a ref is of this model. */
  has(ref: AnyActorRef): boolean;
  /** Turns an actor that XState makes into a ref of this model, which has no address yet. */
  readonly adopt: ReturnType<typeof createRefMaker>['adopt'];
}

/** Makes the refs of one model. */
export function createRefs(by: ModelledRefs, systemOf: (node: string) => System): Refs {
  const { createRef, adopt } = createRefMaker(by);
  const refs = new Map<Address, AnyActorRef>();
  const at = (address: Address): AnyActorRef => {
    const known = refs.get(address);
    if (known) return known;
    const up = parentAddressOf(address);
    const ref = createRef({
      id: idOf(address),
      sessionId: address,
      parent: up === undefined ? undefined : at(up),
      system: systemOf(nodeOf(address)),
    });
    refs.set(address, ref);
    declareAddress(ref, address);
    return ref;
  };
  return {
    at,
    adopt,
    has: (ref) => refs.get(addressOf(ref) ?? '') === ref,
  };
}

/** The node that an address is on. */
export function nodeOf(address: Address): string {
  const at = address.indexOf('/');
  return at < 0 ? address : address.slice(0, at);
}

export function parentAddressOf(address: Address): Address | undefined {
  const at = address.lastIndexOf('/');
  return at < 0 ? undefined : address.slice(0, at);
}

/** The address of a child by its id; of one without an id, by the name of its logic. */
export function childAddress(parent: Address, id: string | undefined, src: string): Address {
  return `${parent}/${id === undefined ? `$${encode(src)}` : encode(id).replace(/^\$/, '%24')}`;
}

/** An address for the `k`th actor of it. */
export const numbered = (base: Address, k: number): Address => (k === 0 ? base : `${base}~${k}`);

/** The id of the actor at an address: one that was given none has its address for it, as in XState it has its session's. */
function idOf(address: Address): string {
  const at = address.lastIndexOf('/');
  if (at < 0) return address;
  const part = address.slice(at + 1);
  if (part.startsWith('$')) return address;
  const mark = part.indexOf('~');
  return decode(mark < 0 ? part : part.slice(0, mark));
}

const encode = (part: string) => part.replace(/[%/~]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

const decode = (part: string) =>
  part.replace(/%([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));

/** What a ref shows of an actor that is no longer there. */
export const GONE: Snapshot<unknown> = { status: 'stopped', output: undefined, error: undefined };
