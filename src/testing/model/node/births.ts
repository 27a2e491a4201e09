// How actors come into a step: from the configuration that it begins with, or because XState made them. A new one takes the smallest address that nobody speaks of any more.
import type { AnyActor, AnyActorLogic, AnyActorRef } from 'xstate';
import { madeWith } from '../../../xstate.ts';
import { addressOf } from './canonical.ts';
import { driveOf } from './drives.ts';
import type { Address } from './node.ts';
import { childAddress, numbered, parentAddressOf } from './refs.ts';
import { createMailbox, NOT_STARTED, RUNNING, type HeldActor, type Live, type Modelling, type Stage } from './stage.ts';
import { reviveSupervision, unwrap } from './supervised.ts';

/** The actor at an address in a step; undefined if none is there. */
export function liveAt(modelling: Modelling, stage: Stage, address: Address): Live | undefined {
  const known = stage.lives.get(address);
  if (known) return known;
  const held = stage.before?.actors.get(address);
  if (!held) return undefined;
  const live = revive(modelling, held);
  stage.lives.set(address, live);
  return live;
}

function revive(modelling: Modelling, held: HeldActor): Live {
  const { address, id, status, logic, drive, parent, src, isInline, systemId, syncSnapshot, input, snapshot, life } =
    held;
  const mailbox = createMailbox();
  mailbox.isActive = status === RUNNING;
  const waitsForLife = held.supervised?.isDown === true;
  if (!waitsForLife) mailbox.waiting = [...held.waiting];
  return {
    ...{ id, address, status, logic, drive, parent, src, isInline, systemId, syncSnapshot, input, snapshot, life },
    ref: modelling.refs.at(address),
    base: address,
    isMade: false,
    isNamed: true,
    before: held,
    scope: undefined,
    supervision:
      held.supervised && reviveSupervision(held.supervised, status === RUNNING, waitsForLife ? held.waiting : []),
    handling: undefined,
    hasLooked: false,
    deferred: [],
    mailbox,
  };
}

/** Takes up an actor that XState makes. */
export function bear(modelling: Modelling, stage: Stage, actor: AnyActor): void {
  const { id, parent, src, input, systemId, syncSnapshot } = madeWith(actor);
  const above = parent && modelling.findLive(stage, parent);
  const up = above?.address ?? (parent ? (addressOf(parent) ?? stage.node) : stage.node);
  const isInline = typeof src !== 'string';
  const name = isInline || src.startsWith('xstate.invoke.') ? '' : src;
  const base = childAddress(up, id, name === '' ? 'actor' : name);
  const address = choose(stage, base);
  const ids = { id: id ?? address, sessionId: address };
  modelling.refs.adopt(actor, ids);
  add(modelling, stage, {
    ref: actor,
    ids,
    base,
    isMade: true,
    isNamed: id !== undefined,
    parent: up,
    original: actor.logic as AnyActorLogic,
    src: name,
    isInline: isInline || name === '',
    input,
    systemId,
    syncSnapshot,
  });
}

/** Puts the root into a step that begins without a configuration. */
export function bearRoot(modelling: Modelling, stage: Stage, original: AnyActorLogic, input: unknown): Live {
  const { node } = stage;
  return add(modelling, stage, {
    ref: modelling.refs.at(node),
    ids: { id: node, sessionId: node },
    base: node,
    isMade: false,
    isNamed: true,
    parent: undefined,
    original,
    src: '',
    isInline: false,
    input,
    systemId: undefined,
    syncSnapshot: false,
  });
}

interface Newborn extends Pick<
  Live,
  'ref' | 'base' | 'isMade' | 'isNamed' | 'parent' | 'src' | 'isInline' | 'input' | 'systemId' | 'syncSnapshot'
> {
  readonly ids: { readonly id: string; readonly sessionId: Address };
  readonly original: AnyActorLogic;
}

function add(modelling: Modelling, stage: Stage, { ids, original, ...newborn }: Newborn): Live {
  const { id, sessionId: address } = ids;
  const { logic: inner, policy } = unwrap(original);
  const { ref, base, isMade, isNamed, parent, src, isInline, input, systemId, syncSnapshot } = newborn;
  const { logic, drive } = driveOf(modelling, inner, src, id);
  const live: Live = {
    ...{ ref, id, address, base, isMade, isNamed, parent, logic, drive, src, isInline, systemId, syncSnapshot, input },
    before: undefined,
    scope: undefined,
    snapshot: undefined,
    status: NOT_STARTED,
    life: 0,
    supervision: policy && reviveSupervision({ policy, isDown: false, failures: [] }, false),
    handling: undefined,
    hasLooked: false,
    deferred: [],
    mailbox: createMailbox(),
  };
  stage.lives.set(address, live);
  if (isMade) stage.made.set(ref, live);
  return live;
}

/** The smallest address of which nobody speaks. */
function choose(stage: Stage, base: Address): Address {
  for (let k = 0; ; k += 1) {
    const address = numbered(base, k);
    if (!stage.lives.has(address) && isFree(stage, address)) return address;
  }
}

function isFree({ before, brought, circumstances, consulted }: Stage, address: Address): boolean {
  if (before && (before.actors.has(address) || before.mentions.includes(address))) return false;
  // who is spoken of in what has just come may be kept
  if (brought.has(address)) return false;
  consulted.names = true;
  return !circumstances.isSpokenOf(address);
}

/** The addresses that actors of a step have in the end: one that was made while an earlier one of its id was still there takes the address of that, if it is not spoken of any more. */
export function lastAddresses(
  stage: Stage,
  made: readonly Live[],
  isTaken: (address: Address) => boolean,
): ReadonlyMap<Address, Address> {
  const last = new Map<Address, Address>();
  const given = new Set<Address>();
  // the id of one that was given none is its address, and so stays as it is, with that of all above
  const fixed = new Set<Address>();
  for (const { address, isNamed } of made) {
    for (let each = isNamed ? undefined : address; each !== undefined; each = parentAddressOf(each)) fixed.add(each);
  }
  for (const { address, base, parent } of made) {
    const up = parent === undefined ? undefined : (last.get(parent) ?? parent);
    const own = up === undefined || up === parent ? base : `${up}${base.slice(parent?.length)}`;
    const wanted = !fixed.has(address)
      ? smallest(stage, own, address, (each) => isTaken(each) || given.has(each))
      : address;
    given.add(wanted);
    last.set(address, wanted);
  }
  return last;
}

function smallest(stage: Stage, base: Address, now: Address, isTaken: (address: Address) => boolean): Address {
  for (let k = 0; ; k += 1) {
    const address = numbered(base, k);
    // that was asked when it was given
    if (address === now) return address;
    if (isTaken(address)) continue;
    stage.consulted.names = true;
    if (!stage.circumstances.isSpokenOf(address)) return address;
  }
}

/** The refs of a step's actors as they are for good. */
export function lastRefs(
  modelling: Modelling,
  stage: Stage,
  last: ReadonlyMap<Address, Address>,
): (ref: AnyActorRef) => AnyActorRef {
  const refs = new Map<AnyActorRef, AnyActorRef>();
  for (const [made, { address }] of stage.made) refs.set(made, modelling.refs.at(last.get(address) ?? address));
  return (ref) => refs.get(ref) ?? ref;
}
