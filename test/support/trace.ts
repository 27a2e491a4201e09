// What an actor shows, in order: to those who subscribe and listen to it, and to a parent that invoked it. The same machine run here
// and run elsewhere must leave the same trace.
import { createActor, setup, type AnyActorLogic, type AnyEventObject, type Snapshot } from 'xstate';
import { settled } from 'troupe';

type Trace = readonly (readonly unknown[])[];

interface Run {
  readonly input?: unknown;
  readonly events?: readonly AnyEventObject[];
  /** Whether it ends by itself, or is only to handle what it was sent. */
  readonly ends: boolean;
  /** It does everything while it starts: what a parent then reads of it depends on how near it is. */
  readonly atOnce?: boolean;
}

/** What a root actor of this logic shows to an observer and a listener. */
export async function traceRoot(logic: AnyActorLogic, { input, events = [], ends }: Run): Promise<Trace> {
  const trace: unknown[][] = [];
  const actor = createActor(logic, { id: 'it', input });
  // what a listener reads of the actor is from after the step that emitted
  actor.on('*', (event) => trace.push(['emit', event, brief(actor.getSnapshot())]));
  const over = new Promise<void>((resolve) => {
    actor.subscribe({
      next: (snapshot) => trace.push(['next', brief(snapshot)]),
      error: (error: unknown) => {
        trace.push(['error', String(error)]);
        resolve();
      },
      complete: () => {
        trace.push(['complete']);
        resolve();
      },
    });
  });
  actor.start();
  for (const event of events) actor.send(event);
  if (ends) await over;
  await settled(actor).catch(() => {});
  trace.push(['at last', brief(actor.getSnapshot())]);
  return trace;
}

/** What a child of this logic makes its parent see. */
export async function traceChild(
  child: AnyActorLogic,
  { input, events = [], ends, atOnce = false }: Run,
): Promise<Trace> {
  const trace: unknown[][] = [];
  let end = () => {};
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });
  const parent = setup({ actors: { child } }).createMachine({
    invoke: {
      src: 'child',
      id: 'it',
      input: input as never,
      onSnapshot: { actions: ({ event }) => trace.push(['snapshot', brief(event.snapshot)]) },
      onDone: {
        actions: ({ event }) => {
          trace.push(['done', event.output]);
          end();
        },
      },
      onError: {
        actions: ({ event }) => {
          trace.push(['error', String(event.error)]);
          end();
        },
      },
    },
    on: {
      '*': {
        actions: ({ event, self }) => {
          // what a parent reads of its child is from after the step that told it
          const it: unknown = self.getSnapshot().children['it']?.getSnapshot();
          trace.push(atOnce ? ['told', event] : ['told', event, brief(it)]);
        },
      },
    },
  });
  const actor = createActor(parent).start();
  const it = actor.getSnapshot().children['it'];
  for (const event of events) it?.send(event);
  if (ends) await over;
  else if (it) await settled(it);
  actor.stop();
  return trace;
}

function brief(snapshot: unknown): unknown {
  const { status, value, context, output } = snapshot as Snapshot<unknown> & { value?: unknown; context?: unknown };
  return { status, value, context, output };
}
