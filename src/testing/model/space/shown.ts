// Shows a state as claims see it: the snapshots of all roots and the rest of the scene. One world and one scene for all states, changed by each call, for claims are asked
// about millions; what of the scene is asked for is made then.
import type { Snapshot } from 'xstate';
import type { ArmedTimer, Logics, Message, Scene, World } from '../options.ts';
import type { Parts } from './parts.ts';
import type { Words } from './space.ts';

/** A state as claims see it. */
export interface Shown<TLogics extends Logics, THistory> {
  readonly world: World<TLogics>;
  readonly scene: Scene<THistory>;
}

/** Shows states. */
export interface Show {
  /** Shows the state that `words` holds from `start` on; what it gives is valid until the next call, and while the words stay there. */
  at(words: Words, start: number, length: number): Shown<Logics, unknown>;
  /** What was looked at since this was last asked for: a bit for each node, and those of `looks`. */
  takeLooks(): number;
}

/** What is looked at besides nodes, of which there may be no more than that many bits are left. */
export const looks = { cells: 1 << 28, history: 1 << 29, rest: 1 << 30 } as const;

export function createShow({ names, nodes, configurations, subjects, extras, extraAt, networkAt }: Parts): Show {
  const snapshots: (Snapshot<unknown> | undefined)[] = [];
  let looked = 0;
  const world = {};
  for (const [node, name] of names.entries()) {
    const bit = node < 28 ? 1 << node : looks.rest;
    const get = (): unknown => {
      looked |= bit;
      return snapshots[node];
    };
    Object.defineProperty(world, name, { get, enumerable: true, configurable: true });
  }
  const shown = new Int32Array(names.length).fill(-1);
  let source: Words = new Uint32Array(0);
  let base = 0;
  let end = 0;
  const extra = (): number => (extraAt < 0 ? extras.initial : (source[base + extraAt] as number));
  const scene: Scene<unknown> = {
    get inFlight() {
      looked |= looks.rest;
      const messages: Message[] = [];
      for (let position = base + networkAt; position < end; position++) {
        const { occurrence } = subjects.at(source[position] as number);
        if (occurrence?.type === 'message') messages.push(occurrence.message);
      }
      return messages;
    },
    get timers() {
      looked |= looks.rest;
      return names.flatMap((_name, node): ArmedTimer[] =>
        configurations
          .plan(source[base + node] as number)
          .configuration.timers.map(({ actor, id, event }) => ({ actor, id, event })),
      );
    },
    get crashed() {
      looked |= looks.rest;
      return names.filter((_name, node) => configurations.isCrashed(source[base + node] as number));
    },
    get cells() {
      looked |= looks.cells;
      return extras.cells(extra());
    },
    get history() {
      looked |= looks.history;
      return extras.history(extra());
    },
  };
  // the snapshots are those of the actors' own logic, by their names
  const result = { world, scene } as unknown as Shown<Logics, unknown>;
  return {
    at(words, start, length) {
      source = words;
      base = start;
      end = start + length;
      for (let node = 0; node < names.length; node++) {
        const configuration = words[start + node] as number;
        if (shown[node] === configuration) continue;
        shown[node] = configuration;
        // asked anew each time: by this the node knows which of its configurations its refs are to show
        snapshots[node] = nodes[node]?.snapshotOf(configurations.plan(configuration).configuration);
      }
      return result;
    },
    takeLooks() {
      const all = looked;
      looked = 0;
      return all;
    },
  };
}
