// A plain actor that runs as long as its scope: it stops before the host of its children closes.
import { createActor, type Actor, type AnyActorLogic } from 'xstate';

/** Starts an actor of this logic; `using` stops it. */
export function run<TLogic extends AnyActorLogic>(logic: TLogic): Actor<TLogic> & Disposable {
  const actor = createActor(logic as AnyActorLogic).start() as Actor<TLogic>;
  return Object.assign(actor, { [Symbol.dispose]: () => void actor.stop() });
}
