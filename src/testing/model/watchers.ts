// Actors that tell their parent once when another has ended. In a model they only say whom they watch; that the other has ended is an occurrence of its own.
import type { Snapshot } from 'xstate';
import type { Down } from '../../down.ts';
import { isActorRef } from '../../recipient.ts';
import { liveAt } from './births.ts';
import { addressOf } from './canonical.ts';
import { relay } from './lives.ts';
import type { Address } from './node.ts';
import { RUNNING, type HeldActor, type Stage, type Modelling } from './stage.ts';

/** What a watcher was given; it holds no ref once it has told. */
interface WatcherSnapshot {
  readonly input: { readonly actorRef?: unknown; readonly id?: unknown };
}

/** Whom an actor watches; undefined if it is no watcher, or has told. */
export function targetOf({ drive, status, snapshot }: HeldActor): Address | undefined {
  if (drive !== 'watcher' || status !== RUNNING || snapshot.status !== 'active') return undefined;
  const { actorRef } = (snapshot as unknown as WatcherSnapshot).input;
  return isActorRef(actorRef) ? addressOf(actorRef) : undefined;
}

/** A watcher tells its parent. */
export function tellDown(modelling: Modelling, stage: Stage, watcher: Address, down: Down): void {
  const live = liveAt(modelling, stage, watcher);
  if (!live?.snapshot || live.drive !== 'watcher') return;
  const { input } = live.snapshot as unknown as WatcherSnapshot;
  if (!isActorRef(input.actorRef)) return;
  stage.hasActed = true;
  const { actorRef: _, ...rest } = input;
  live.snapshot = { ...live.snapshot, input: rest } as unknown as Snapshot<unknown>;
  if (live.parent !== undefined)
    relay(modelling, stage, live.ref, modelling.refs.at(live.parent), { type: 'DOWN', id: input.id, down });
}
