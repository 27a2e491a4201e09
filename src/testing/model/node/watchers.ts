// Actors that tell their parent once when another has ended. In a model they only say whom they watch; that the other has ended is an occurrence of its own.
import type { Snapshot } from 'xstate';
import type { Down } from '../../../down.ts';
import { isActorRef } from '../../../recipient.ts';
import { liveAt } from './births.ts';
import { addressOf } from './canonical.ts';
import { relay } from './lives.ts';
import type { Address, Node } from './node.ts';
import { RUNNING, type HeldActor, type Stage, type Modelling } from './stage.ts';
import type { WatcherSnapshot } from './watched-lives.ts';

/** Whom an actor watches, and which life; undefined if it is no watcher, or has told: it holds no ref then. */
export function watchOf({ address, drive, status, snapshot }: HeldActor): Watching | undefined {
  if (drive !== 'watcher' || status !== RUNNING || snapshot.status !== 'active') return undefined;
  const { input, watched } = snapshot as unknown as WatcherSnapshot;
  const target = isActorRef(input.actorRef) ? addressOf(input.actorRef) : undefined;
  return target === undefined ? undefined : { watcher: address, target, ...(watched && { life: watched }) };
}

type Watching = ReturnType<Node['watches']>[number];

/** A watcher tells its parent. */
export function tellDown(modelling: Modelling, stage: Stage, watcher: Address, down: Down): void {
  const live = liveAt(modelling, stage, watcher);
  if (!live?.snapshot || live.drive !== 'watcher') return;
  const { watched: _life, ...snapshot } = live.snapshot as unknown as WatcherSnapshot;
  const { input } = snapshot;
  if (!isActorRef(input.actorRef)) return;
  stage.hasActed = true;
  const { actorRef: _, ...rest } = input;
  live.snapshot = { ...snapshot, input: rest } as unknown as Snapshot<unknown>;
  if (live.parent !== undefined)
    relay(modelling, stage, live.ref, modelling.refs.at(live.parent), { type: 'DOWN', id: input.id, down });
}
