// Which life of an actor is watched: whoever begins to watch a supervised one observes the life that is there then; while that waits for its next life, the next.
import type { Snapshot } from 'xstate';
import { isActorRef } from '../../../recipient.ts';
import { addressOf } from './canonical.ts';
import type { ActorState } from './node.ts';
import type { Live, Modelling, Stage } from './stage.ts';

/** What a watcher was given, and which life it watches: none if it is the first. */
export interface WatcherSnapshot {
  readonly input: { readonly actorRef?: unknown; readonly id?: unknown };
  readonly watched?: number;
}

/** How many lives of an actor are over. */
export const livesOver = ({ life, supervised }: Pick<ActorState, 'life' | 'supervised'>): number =>
  life + (supervised?.over ? 1 : 0);

/** A watcher that begins notes which life it watches. */
export function noteLife(modelling: Modelling, stage: Stage, watcher: Live): void {
  const snapshot = watcher.snapshot as unknown as WatcherSnapshot;
  const { actorRef } = snapshot.input;
  if (!isActorRef(actorRef)) return;
  const watched = livesOverOf(modelling, stage, actorRef);
  if (watched > 0) watcher.snapshot = { ...snapshot, watched } as unknown as Snapshot<unknown>;
}

function livesOverOf(modelling: Modelling, stage: Stage, ref: NonNullable<Live['ref']>): number {
  const live = modelling.findLive(stage, ref);
  if (live) return livesOver({ life: live.life, supervised: live.supervision });
  const address = addressOf(ref);
  if (address === undefined) return 0;
  stage.consulted.lives = true;
  return stage.circumstances.lifeOf?.(address) ?? 0;
}
