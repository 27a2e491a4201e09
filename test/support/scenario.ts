// A scenario is told once and played on every stage. It is a generator: where it yields actor refs, a stage whose actors are elsewhere waits until
// those have settled, and one where all shows on the next line goes on at once, so that there nothing may be late. Promises are waited for everywhere.
import { it } from 'vitest';
import {
  createActor,
  type Actor,
  type ActorOptions,
  type AnyActorLogic,
  type AnyActorRef,
  type AnyStateMachine,
  type Snapshot,
} from 'xstate';
import { settled } from 'troupe';
import type { Stage } from './stages.ts';

/** Goes on with what a promise gave. */
export type Scenario = Generator<AnyActorRef | readonly AnyActorRef[] | PromiseLike<unknown>, void, unknown>;

/** Declares tests that play a scenario, which holds what is expected, on a stage. */
export function showsOn(stage: Stage): (title: string, scenario: () => Scenario) => void {
  const declare: (title: string, body: () => Promise<void>) => void = it;
  return (title, scenario) => declare(title, () => play(stage, scenario()));
}

async function play(stage: Stage, scenario: Scenario): Promise<void> {
  try {
    let given: unknown;
    for (let step = scenario.next(); step.done !== true; step = scenario.next(given)) {
      const pause = step.value;
      if ('then' in pause) given = await pause;
      else if (!stage.sync) await quiet(...[pause].flat());
    }
  } finally {
    // what it holds is let go of, also when waiting fails
    scenario.return();
  }
}

/** Starts an actor that logs nowhere unless told otherwise; `using` stops it. */
export function run<TLogic extends AnyActorLogic>(
  logic: TLogic,
  options?: Partial<ActorOptions<TLogic>>,
): Actor<TLogic> & Disposable {
  return stoppable(createActor(logic as AnyActorLogic, { logger: () => {}, ...options }).start() as Actor<TLogic>);
}

/** `using` stops it. */
export function stoppable<TLogic extends AnyActorLogic>(actor: Actor<TLogic>): Actor<TLogic> & Disposable {
  return Object.assign(actor, { [Symbol.dispose]: () => void actor.stop() });
}

/** Where of a parent and a child the boundary runs. */
export const positions = ['the child elsewhere', 'all of it elsewhere'] as const;

export type Position = (typeof positions)[number];

/** A machine as it runs at a position: itself with these actors in the place of its own, or the one hosted whole. */
export function placed<TMachine extends AnyStateMachine>(
  position: Position,
  machine: TMachine,
  actors: Readonly<Record<string, AnyActorLogic>>,
  whole: AnyActorLogic,
): TMachine {
  // to a caller hosted logic is what it stands for; XState's types tell machines from other logic that does the same
  return (position === 'all of it elsewhere' ? whole : machine.provide({ actors: actors as never })) as TMachine;
}

/** Waits until these and their children have handled all that was sent to them, and what follows has come back. */
async function quiet(...actors: readonly AnyActorRef[]): Promise<void> {
  for (const actor of actors) {
    // an actor that ended in failure is quiet too
    const { status } = (await settled(actor).catch((): unknown => actor.getSnapshot())) as Snapshot<unknown>;
    if (status === 'active') {
      await quiet(
        ...childrenOf(actor).filter((child) => (child.getSnapshot() as Snapshot<unknown>).status === 'active'),
      );
      await settled(actor).catch(() => {});
    }
  }
}

function childrenOf(actor: AnyActorRef): AnyActorRef[] {
  return Object.values(namesOf(actor)).filter((child) => child !== undefined);
}

/** The child of that name; fails if there is none. */
export function childOf(actor: AnyActorRef, id: string): AnyActorRef {
  const child = namesOf(actor)[id];
  if (!child) throw new Error(`'${actor.id}' has no child '${id}'`);
  return child;
}

function namesOf(actor: AnyActorRef): Readonly<Record<string, AnyActorRef | undefined>> {
  const { children } = actor.getSnapshot() as { readonly children?: Readonly<Record<string, AnyActorRef>> };
  return children ?? {};
}

/** Errors that XState reports to nobody in particular, from here to the end of the scope. */
export function catchReports(): Disposable & { next(): Promise<unknown>; readonly errors: readonly unknown[] } {
  const others = process.listeners('uncaughtException');
  const errors: unknown[] = [];
  let told = () => {};
  const hear = (error: unknown) => {
    errors.push(error);
    told();
  };
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', hear);
  return {
    errors,
    async next() {
      if (errors.length === 0) await new Promise<void>((resolve) => (told = resolve));
      return errors.shift();
    },
    [Symbol.dispose]() {
      process.off('uncaughtException', hear);
      for (const other of others) process.on('uncaughtException', other);
    },
  };
}

/** Freezes plain data all the way down. */
export function deepFreeze<TValue>(value: TValue): TValue {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}
