// Watchers that are to be told that an actor has ended: once it has, and once nothing more of what its node sent to the watcher's is on its way, where messages keep their
// order. Each is told once, and before what was watched begins anew, be it the node or the next life of a supervised actor.
import { TroupeError } from '../../../errors.ts';
import type { Down } from '../../../down.ts';
import type { Configurations, Watch } from './configurations.ts';
import type { Interner } from './interner.ts';
import type { Network } from './network.ts';
import type { Address } from '../node/node.ts';
import { nodeOf } from '../node/refs.ts';
import { createPairTable } from './pair-table.ts';
import type { ActionCode, Words } from './space.ts';
import type { Subjects } from './subjects.ts';

/** Who is to be told that an actor has ended. */
export interface Downs {
  /** Lists what watchers may be told in a state. */
  list(words: Words, start: number, end: number, push: (code: ActionCode) => void): void;
  /** Whether somebody is still to be told of the end of an actor of that node, in the state that was listed last. */
  isUntold(node: number): boolean;
  /** The restarts by supervisors that wait until somebody is told, in the state that was listed last; also such as are not possible. */
  readonly heldBack: readonly ActionCode[];
  /** What was found so far that a watcher may be told of its target, by the number of the two. */
  codesOf(watch: number): readonly ActionCode[];
}

export function createDowns(
  names: readonly string[],
  subjects: Subjects,
  configurations: Configurations,
  watches: Interner<Watch>,
  network: Network,
  networkAt: number,
): Downs {
  const heldBack: ActionCode[] = [];
  const untold = new Uint8Array(names.length);
  /** By watch and configuration of the target's node: 0 if it goes on, else what is to be told, as the code of an action and one. */
  const known = createPairTable();
  const codes: ActionCode[][] = [];
  const revives: ActionCode[] = [];

  const codeFor = (watch: number, configuration: number): number => {
    const found = known.get(watch, configuration);
    if (found >= 0) return found;
    const { node, watcher, target, life } = watches.at(watch);
    const down = downOf(target, life, configuration);
    const code = down === undefined ? 0 : subjects.down(node, { type: 'down', watcher, down }, target) + 1;
    if (code > 0) (codes[watch] ??= []).push(code - 1);
    known.set(watch, configuration, code);
    return code;
  };
  const downOf = (target: Address, watched: number, id: number): Down | undefined => {
    const { configuration } = configurations.plan(id);
    if (configuration.crashed) return { type: 'failed', error: crashError(target) };
    const actor = configuration.actors.get(target);
    const over = actor?.supervised?.over;
    if (actor && over && watched <= actor.life) return { type: 'failed', error: over.error };
    const snapshot = actor?.snapshot;
    switch (snapshot?.status) {
      case 'active':
        return undefined;
      case 'done':
        return { type: 'done', output: snapshot.output };
      case 'error':
        return { type: 'failed', error: snapshot.error };
      default:
        return configuration.ends?.get(target) ?? { type: 'stopped' };
    }
  };
  const reviveOf = (watch: number, node: number): ActionCode =>
    (revives[watch] ??= subjects.revive(node, { type: 'restart', actor: watches.at(watch).target }));
  const placeOf = (address: Address): number => names.indexOf(nodeOf(address));
  const isOnItsWay = (words: Words, start: number, end: number, from: number, to: number): boolean => {
    if (!network.isOrdered) return false;
    const pair = from * names.length + to;
    for (let position = start + networkAt; position < end; position++) {
      if (subjects.pair(words[position] as number) === pair) return true;
    }
    return false;
  };

  return {
    list(words, start, end, push) {
      if (watches.count === 0) return;
      untold.fill(0);
      heldBack.length = 0;
      for (let node = 0; node < names.length; node++) {
        // a state's words are numbers of configurations
        for (const watch of configurations.plan(words[start + node] as number).watches) {
          const target = placeOf(watches.at(watch).target);
          if (target < 0) continue;
          const code = codeFor(watch, words[start + target] as number);
          if (code === 0) continue;
          untold[target] = 1;
          heldBack.push(reviveOf(watch, target));
          if (!isOnItsWay(words, start, end, target, node)) push(code - 1);
        }
      }
    },
    isUntold: (node) => untold[node] === 1,
    heldBack,
    codesOf: (watch) => codes[watch] ?? [],
  };
}

function crashError(target: Address): TroupeError {
  return new TroupeError('THREAD_DIED', `Actor '${target}' is gone: its node has crashed.`, {
    details: { actor: target },
  });
}
