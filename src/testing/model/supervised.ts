import type { AnyActorLogic } from 'xstate';
import type { Policy } from '../../failures.ts';
import type { Supervised, Supervision } from './stage.ts';

export function unwrap(logic: AnyActorLogic): { readonly logic: AnyActorLogic; readonly policy?: Policy } {
  return { logic };
}

export function reviveSupervision({ policy, isDown, failures, saved }: Supervised): Supervision {
  return { policy, isDown, failures, saved, waiting: [], held: undefined, isOver: false };
}
import type { Modelling } from './modelling.ts';
import type { Address } from './node.ts';
import type { Stage } from './stage.ts';

export function stay(supervision: Supervision, before: Supervised | undefined): Supervised {
  const { policy, isDown, failures, saved } = supervision;
  if (before && before.isDown === isDown && before.failures === failures && before.saved === saved) return before;
  return { policy, isDown, failures, ...(saved && { saved }) };
}

export function revive(_: Modelling, __: Stage, ___: Address): void {}
