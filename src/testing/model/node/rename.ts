// A configuration with other names in it: what it would be if actors that may stand for each other had changed places.
import type { AnyActorRef } from 'xstate';
import { addressOf } from './canonical.ts';
import { createConfiguration, createCrashed } from './configuration.ts';
import type { Address, Renaming } from './node.ts';
import { nodeOf } from './refs.ts';
import { rewrite, type Rewriting } from './rewrite.ts';
import type { HeldActor, HeldConfiguration, Modelling } from './stage.ts';

/** The configuration of the node `node` with other names in it. */
export function renameConfiguration(
  modelling: Modelling,
  node: string,
  configuration: HeldConfiguration,
  renaming: Renaming,
): HeldConfiguration {
  const { kept, crashed } = configuration;
  if (crashed) return createCrashed(kept && renameConfiguration(modelling, node, kept, renaming));
  const place = (address: Address) => renameAddress(address, renaming);
  const by = rewritingOf(modelling, renaming);
  const actors = new Map<Address, HeldActor>();
  for (const [address, actor] of configuration.actors) {
    const { parent, id, snapshot, input, waiting, supervised } = actor;
    const to = place(address);
    actors.set(to, {
      ...actor,
      text: undefined,
      address: to,
      id: id === address ? to : id,
      parent: parent === undefined ? undefined : place(parent),
      snapshot: rewrite(snapshot, by),
      input: rewrite(input, by),
      waiting: waiting.map(({ event, from }) => ({ event: rewrite(event, by), from: place(from) })),
      supervised: supervised && {
        ...supervised,
        ...(supervised.saved && { saved: rewrite(supervised.saved, by) }),
        ...(supervised.over && { over: rewrite(supervised.over, by) }),
      },
    });
  }
  const timers = configuration.timers.map((timer) => ({
    ...timer,
    actor: place(timer.actor),
    target: place(timer.target),
    event: rewrite(timer.event, by),
  }));
  const names = new Map([...configuration.names].map(([name, address]) => [name, place(address)]));
  const ends = new Map([...configuration.ends].map(([address, down]) => [place(address), rewrite(down, by)]));
  return createConfiguration(modelling, place(node), { actors, timers, names, ends });
}

/** An event with other names in it. */
export const renameValue = <T>(modelling: Modelling, value: T, renaming: Renaming): T =>
  rewrite(value, rewritingOf(modelling, renaming));

/** An address with another name in it. */
export function renameAddress(address: Address, { names }: Renaming): Address {
  const node = nodeOf(address);
  const name = newName(names, node);
  return name === node ? address : `${name}${address.slice(node.length)}`;
}

function rewritingOf(modelling: Modelling, renaming: Renaming): Rewriting {
  const { names, sortsLists } = renaming;
  const nameOf = (value: unknown): string | undefined => {
    const name = typeof value === 'object' && value !== null ? addressOf(value) : value;
    return typeof name === 'string' && Object.hasOwn(names, name) ? name : undefined;
  };
  return {
    ref(ref: AnyActorRef) {
      const address = addressOf(ref);
      return address === undefined ? ref : modelling.refs.at(renameAddress(address, renaming));
    },
    text: (text) => newName(names, text),
    list(after, before) {
      if (!sortsLists) return after;
      // sorted as texts, or in the order in which the model gives its actors
      const order = [inOrder, inOrderOf(names)].find((each) => isAscending(before.map(nameOf), each));
      return order === undefined
        ? after
        : after.toSorted((left, right) => order(nameOf(left) ?? '', nameOf(right) ?? ''));
    },
  };
}

const newName = (names: Renaming['names'], name: string): string =>
  Object.hasOwn(names, name) ? (names[name] ?? name) : name;

const inOrder: Order = (left, right) => (left < right ? -1 : Number(left > right));

type Order = (left: string, right: string) => number;

function inOrderOf(names: Renaming['names']): Order {
  const places = new Map(Object.keys(names).map((name, place) => [name, place]));
  return (left, right) => (places.get(left) ?? 0) - (places.get(right) ?? 0);
}

/** Whether all are names, and in order. */
const isAscending = (names: readonly (string | undefined)[], order: Order) =>
  names.every((name, at) => name !== undefined && (at === 0 || order(names[at - 1] ?? '', name) <= 0));
