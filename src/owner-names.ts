// The host's side of names across nodes: what is told to, and heard from, the system of the owner that an actor is run for. The names that
// stand there are set before the actor starts; those that it sets as it starts are told once its endpoint is there.
import type { AnyActorRef } from 'xstate';
import type { Bus } from './bus.ts';
import type { Encoded } from './codec.ts';
import { directoryOf, type NameChange, type Names, type Neighbour } from './names.ts';
import type { Output } from './wire.ts';

export interface OwnerOptions {
  readonly bus: Bus;
  /** Those that stand in the owner's system. */
  readonly names: Names;
  /** The name of the actor that is started for the owner. */
  readonly own: string | undefined;
  put(output: Output<Encoded>): void;
}

/** The owner's system, as a neighbour of the one that runs an actor for it. */
export interface OwnerNames {
  /** Takes up what the owner tells. */
  hear(change: NameChange): void;
  /** Tells the owner once more what stands, for something may have been lost. */
  repeat(): void;
  /** Tells the owner what stands by now, and from now on each change. */
  begin(): void;
}

/** Makes the system of an owner a neighbour of the one that runs an actor for it, whose root is given. */
export function joinOwner(root: AnyActorRef, { bus, names, own, put }: OwnerOptions): OwnerNames {
  const directory = directoryOf(root.system);
  const owner: Neighbour = {
    own,
    heard: new Map(),
    tell: (change) => put({ type: 'name', body: bus.codec.encode(change, 'name') }),
    // what was told from here crosses with this, and is refused over there
    refuse: () => {},
  };
  directory.hear(owner, { all: names });
  return {
    hear: (change) => directory.hear(owner, change),
    repeat: () => owner.tell({ all: directory.namesFor(owner) }),
    begin() {
      for (const [systemId, actor] of directory.namesFor(owner)) owner.tell({ systemId, actor });
      directory.neighbours.add(owner);
    },
  };
}
