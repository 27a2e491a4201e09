// A root actor of XState's own that is led step by step: its delays end when they are told to, its promises settle by hand, and all that it does is written down.
/* oxlint-disable typescript/no-unsafe-assignment, typescript/no-unnecessary-type-assertion -- machines made at random have no types */
import {
  createActor,
  fromTransition,
  type AnyActor,
  type AnyActorRef,
  type AnyEventObject,
  type AnyStateMachine,
} from 'xstate';

interface Scheduled {
  readonly source: AnyActorRef;
  readonly target: AnyActorRef;
  readonly id: string | undefined;
  readonly event: AnyEventObject;
  readonly entry: object;
  readonly key: string;
  readonly run: () => void;
}

interface SystemSeams {
  readonly _snapshot: { readonly _scheduledEvents: Record<string, object> };
  readonly scheduler: {
    schedule(source: AnyActorRef, target: AnyActorRef, event: AnyEventObject, delay: number, id?: string): void;
  };
  _relay(source: AnyActorRef | undefined, target: AnyActorRef, event: AnyEventObject): void;
}

/** What happened in a step, in order. */
export interface Happened {
  readonly out: AnyEventObject[];
  readonly logged: string[];
  readonly emitted: { readonly actor: AnyActorRef; readonly event: AnyEventObject }[];
  readonly transitions: {
    readonly actor: AnyActorRef;
    readonly source: string;
    readonly event: string;
    readonly targets: readonly string[] | undefined;
  }[];
}

export interface RealNode {
  readonly root: AnyActor;
  readonly outside: AnyActor;
  /** All that were ever made, in order. */
  readonly actors: () => readonly AnyActorRef[];
  readonly timers: () => readonly (Scheduled & { readonly isListed: boolean })[];
  /** What happened since the last time. */
  happened(): Happened;
  start(): void;
  send(actor: AnyActorRef, event: AnyEventObject): void;
  /** Settles a promise. */
  settle(actor: AnyActorRef, outcome: { readonly done: unknown } | { readonly error: unknown }): void;
}

export function createRealNode(machine: AnyStateMachine): RealNode {
  let happened = nothing();
  const outside = createActor(
    fromTransition((_: unknown, event: AnyEventObject) => void happened.out.push(event), undefined),
    { id: 'outside' },
  ).start();
  const timeouts = new Map<number, Scheduled>();
  const actors: AnyActorRef[] = [];
  let last = 0;
  let scheduling: Omit<Scheduled, 'run' | 'entry' | 'key'> | undefined;
  const root = createActor(machine, {
    id: 'root',
    input: { outside },
    logger: (...words) => happened.logged.push(words.join(' ')),
    clock: {
      setTimeout(run) {
        last += 1;
        if (!scheduling) throw new Error('A timer that nobody scheduled.');
        const { source, id } = scheduling;
        const scheduled = Object.entries(system._snapshot._scheduledEvents);
        const found = scheduled.findLast(([key]) =>
          id === undefined ? key.startsWith(source.sessionId) : key === `${source.sessionId}.${id}`,
        );
        timeouts.set(last, { ...scheduling, run, key: found?.[0] ?? '', entry: found?.[1] ?? {} });
        return last;
      },
      clearTimeout: (number: number) => void timeouts.delete(number),
    },
    inspect(event) {
      const actor = event.actorRef as AnyActorRef;
      if (event.type === '@xstate.actor') {
        actors.push(actor);
        actor.on('*' as never, (emitted: AnyEventObject) => happened.emitted.push({ actor, event: emitted }));
      } else if (event.type === '@xstate.microstep') {
        for (const { source, eventType, target } of event._transitions) {
          happened.transitions.push({
            actor,
            source: source.id,
            event: eventType,
            targets: target?.map(({ id }) => id),
          });
        }
      }
    },
  });
  root.subscribe({ error: () => {} });
  const system = root.system as unknown as SystemSeams;
  const { schedule } = system.scheduler;
  system.scheduler.schedule = (source, target, event, delay, id) => {
    scheduling = { source, target, event, id };
    schedule(source, target, event, delay, ...(id === undefined ? [] : [id]));
    scheduling = undefined;
  };
  return {
    root: root as unknown as AnyActor,
    outside: outside as unknown as AnyActor,
    actors: () => actors,
    timers: () =>
      [...timeouts].map(([number, timer]) => ({
        ...timer,
        isListed: system._snapshot._scheduledEvents[timer.key] === timer.entry,
        run() {
          timeouts.delete(number);
          timer.run();
        },
      })),
    happened() {
      const all = happened;
      happened = nothing();
      return all;
    },
    start: () => void root.start(),
    send: (actor, event) => actor.send(event as never),
    settle(actor, outcome) {
      system._relay(
        actor,
        actor,
        'done' in outcome
          ? { type: 'xstate.promise.resolve', data: outcome.done }
          : { type: 'xstate.promise.reject', data: outcome.error },
      );
    },
  };
}

const nothing = (): Happened => ({ out: [], logged: [], emitted: [], transitions: [] });
