// The state around a node at one moment, for steps that depend on more than the node: what the cells hold, and which of its children's addresses are spoken of elsewhere, in
// other nodes or in messages on their way. Looked up only when it is asked for.
import { createInterner } from './interner.ts';
import type { Parts } from './parts.ts';
import type { Words } from './space.ts';
import type { Moment } from './steps.ts';
import { createTuples } from './tuples.ts';
import { livesOver } from '../node/watched-lives.ts';

/** A moment that can be set to another. */
export interface MovableMoment extends Moment {
  /** Sets it to a state around a node; the message at the place `without` does not count, for it has arrived. */
  at(words: Words, start: number, end: number, extra: number, node: number, without: number): void;
}

export function createMoment({
  configurations,
  subjects,
  addresses,
  extras,
  names,
  networkAt,
  nodes,
}: Parts): MovableMoment {
  const sets = createTuples(10);
  const lives = createInterner<undefined>();
  let source: Words = new Uint32Array(0);
  let base = 0;
  let stop = 0;
  let rest = extras.initial;
  let self = 0;
  let arrived = -1;

  /** The numbers of the addresses of this node's children that are spoken of around it, in order. */
  const spokenOf = (): Uint32Array => {
    const found = new Set<number>();
    const note = (mentioned: readonly number[]): void => {
      for (const address of mentioned) if (addresses.node(address) === self) found.add(address);
    };
    for (let node = 0; node < nodes.length; node++) {
      if (node !== self) note(configurations.plan(source[base + node] as number).mentions);
    }
    for (let position = base + networkAt; position < stop; position++) {
      if (position !== arrived) note(addresses.ofMessage(source[position] as number, subjects));
    }
    return Uint32Array.from(found).toSorted();
  };

  return {
    at(words, start, end, extra, node, without) {
      source = words;
      base = start;
      stop = end;
      rest = extra;
      self = node;
      arrived = without;
    },
    circumstances: {
      get cells() {
        return extras.cells(rest);
      },
      isSpokenOf: (address) => {
        const id = addresses.find(address);
        return id >= 0 && spokenOf().includes(id);
      },
      lifeOf(address) {
        const slash = address.indexOf('/');
        const place = names.indexOf(slash < 0 ? address : address.slice(0, slash));
        const actor =
          place < 0 ? undefined : configurations.plan(source[base + place] as number).configuration.actors.get(address);
        return actor ? livesOver(actor) : 0;
      },
    },
    livesId() {
      const texts = nodes.map((_, node) =>
        node === self ? '' : configurations.plan(source[base + node] as number).lives,
      );
      return lives.idOf(texts.join('\n'), () => undefined);
    },
    cellsId: () => extras.cellsId(rest),
    spokenOfId() {
      const set = spokenOf();
      const known = sets.find(set, set.length);
      return known >= 0 ? known : sets.add(set, set.length);
    },
  };
}
