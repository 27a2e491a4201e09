// What one writes by hand: an XState actor in a bare worker. Events are posted in; what it emits, or its snapshots, are posted out.
import { parentPort, workerData } from 'node:worker_threads';
import { createActor, type AnyActorLogic, type AnyActorRef } from 'xstate';
import { counter, pinger, till } from '../actors.ts';
import type { GlueData, GlueMessage } from './messages.ts';

const actors: Readonly<Record<GlueData['logic'], AnyActorLogic>> = { counter, pinger, till };
const { logic, observed } = workerData as GlueData;
let actor = start();

parentPort?.on('message', (message: GlueMessage) => {
  if (message.type === 'COUNT') parentPort?.postMessage({ type: 'COUNTED', ...handledBy(actor) });
  else if (message.type === 'START') {
    actor.stop();
    actor = start();
  } else actor.send(message);
});

function start() {
  const started = createActor(actors[logic]).start();
  if (observed) {
    started.subscribe((snapshot) => {
      const { value, context } = snapshot as { readonly value?: unknown; readonly context: unknown };
      parentPort?.postMessage({ type: 'SNAPSHOT', value, context });
    });
  } else started.on('*', (event) => parentPort?.postMessage(event));
  return started;
}

function handledBy(ref: AnyActorRef): { readonly handled: number } {
  const { context } = ref.getSnapshot() as { readonly context: { readonly handled: number } };
  return { handled: context.handled };
}
