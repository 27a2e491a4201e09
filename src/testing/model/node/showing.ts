// What claims see of a node: the snapshot of its root. Of a node that has crashed that is one of which nothing holds any more.
import type { AnyActorLogic, Snapshot } from 'xstate';
import { isMachine } from '../../../version.ts';
import { GONE } from './refs.ts';

/** The snapshot that a crashed node shows: it is in no state, but its context can be read, for most claims are about those that are well. */
export function crashedSnapshot(logic: AnyActorLogic, last: Snapshot<unknown> | undefined): Snapshot<unknown> {
  if (!isMachine(logic)) return { ...last, ...GONE };
  const nothing = { value: {}, tags: new Set(), children: {}, matches: no, hasTag: no, can: no };
  return { ...last, ...GONE, ...nothing };
}

const no = () => false;
