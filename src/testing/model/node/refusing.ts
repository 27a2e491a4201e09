// What a step cannot go on after, whatever the machines make of the error that they are thrown.
import { TroupeError } from '../../../errors.ts';
import type { Live, Stage } from './stage.ts';

/** How many microsteps, and events, a step may take: no machine that comes to rest takes so many. */
const MOST = 2_000;

/** Ends a step that does not end by itself. */
export function countStep(stage: Stage, live: Live): void {
  stage.count += 1;
  if (stage.count <= MOST) return;
  throw refuse(
    stage,
    new TroupeError(
      'NOT_MODELLED',
      `Cannot explore '${live.address}': one step of it does not end. Its machine takes transition after transition, or it and another actor of '${stage.node}' send each other events for ever. Break the circle: let a delay, or another node, come in between.`,
      { details: { actor: live.address } },
    ),
  );
}

/** The step cannot be gone on after, whatever a machine would make of the error. */
export function refuse(stage: Stage, error: unknown): unknown {
  stage.refusal ??= { error };
  return error;
}
