// Groups: a supervisor of several children that share one budget of restarts, and, if one is told to be for all, each other's failures. It is a
// machine that invokes each child under its name; the children restart themselves (`supervisor.ts`).
import {
  assign,
  setup,
  type ActorLogic,
  type ActorRefFromLogic,
  type AnyActor,
  type AnyActorLogic,
  type AnyActorRef,
  type InputFrom,
  type OutputFrom,
  type Snapshot,
} from 'xstate';
import { childrenIn } from './delays.ts';
import { TroupeError } from './errors.ts';
import { isActorLogic } from './host.ts';
import { lifeOf } from './lives.ts';
import { assertWord, optionError } from './options.ts';
import { NO_FAILURES, type Tally } from './restarts.ts';
import { policyOf, superviseBy, type SuperviseOptions } from './supervise.ts';
import { parentOf, statusOf } from './xstate.ts';

/** How {@link superviseGroup} restarts. */
export interface GroupOptions extends SuperviseOptions {
  /**
   * Who is restarted when a child fails: the one that failed, or all of them, because they depend on each other.
   *
   * @defaultValue `'one-for-one'`
   */
  readonly group?: 'one-for-one' | 'one-for-all';
}

/** The snapshot of a group: its children under their names, and their outputs by name when all are done. */
export type GroupSnapshot<TChildren extends Record<string, AnyActorLogic>> = Snapshot<{
  readonly [TName in keyof TChildren]: OutputFrom<TChildren[TName]>;
}> & {
  readonly children: { readonly [TName in keyof TChildren]: ActorRefFromLogic<TChildren[TName]> };
};

/** The input of a group: that of each child under its name; a child that needs none may be left out. */
export type GroupInput<TChildren extends Record<string, AnyActorLogic>> = {
  readonly [TName in keyof TChildren as undefined extends InputFrom<TChildren[TName]> ? never : TName]: InputFrom<
    TChildren[TName]
  >;
} & {
  readonly [TName in keyof TChildren as undefined extends InputFrom<TChildren[TName]> ? TName : never]?: InputFrom<
    TChildren[TName]
  >;
};

/** A group as actor logic. */
export type GroupLogic<TChildren extends Record<string, AnyActorLogic>> = ActorLogic<
  GroupSnapshot<TChildren>,
  { readonly type: string },
  GroupInput<TChildren>
>;

/**
 * Makes actor logic of several children that are supervised together.
 *
 * @param children - The children's logic by name; each is started under its name, with its own input from the group's.
 * @param options - Those of {@link supervise}, and whether a failure of one restarts all.
 * @returns Logic of an actor whose `getSnapshot().children` holds the children by name.
 *
 * @remarks
 * All failures count in one budget. When there are too many, the child that failed last fails with `RESTARTS_EXHAUSTED`, and so does the group, which stops the others.
 * `'one-for-all'` restarts the others, too, after the same wait: they are the same actors in their next lives, and what was sent to them meanwhile is kept. One that is
 * done or was stopped stays so. The group is done when all its children are, with their outputs by name.
 *
 * @throws `INVALID_ARGUMENT` for an option that cannot be taken, and for children that are none, or have no names; `NOT_ACTOR_LOGIC` for a child that is no logic.
 *
 * @example
 * ```ts
 * import { superviseGroup } from 'troupe';
 * import { createActor, fromTransition } from 'xstate';
 *
 * const counter = fromTransition((count: number, _: { type: 'ADD' }) => count + 1, 0);
 * const counters = superviseGroup({ left: counter, right: counter }, { group: 'one-for-all' });
 * const actor = createActor(counters, { input: {} }).start();
 * actor.getSnapshot().children.left.send({ type: 'ADD' });
 * ```
 */
export function superviseGroup<const TChildren extends Record<string, AnyActorLogic>>(
  children: TChildren,
  { group = 'one-for-one', ...options }: GroupOptions = {},
): GroupLogic<TChildren> {
  assertWord('group', group, ['one-for-one', 'one-for-all']);
  if (typeof children !== 'object' || children === null || Array.isArray(children)) {
    throw optionError('children', children, 'it must be an object of actor logic by name', 'Give each child a name.');
  }
  const names = Object.keys(children);
  if (names.length === 0) {
    throw new TroupeError('INVALID_ARGUMENT', 'Cannot supervise a group without children. Give at least one by name.', {
      details: { option: 'children' },
    });
  }
  const tallies = new WeakMap<AnyActorRef, { readonly life: number; tally: Tally }>();
  const policy = {
    ...policyOf(options),
    isShared: true,
    tallyOf(actor: AnyActor) {
      const owner = parentOf(actor) ?? actor;
      let tally = tallies.get(owner);
      // a group that is restarted by its own supervisor begins to count anew
      if (tally?.life !== lifeOf(owner)) tallies.set(owner, (tally = { life: lifeOf(owner), tally: NO_FAILURES }));
      return tally;
    },
    ...(group === 'one-for-all' && { companionsOf }),
  };
  const actors = Object.fromEntries(
    Object.entries(children).map(([name, logic]) => {
      assertChild(name, logic);
      return [name, superviseBy(logic, policy)];
    }),
  );
  return createGroup(actors, names) as GroupLogic<TChildren>;
}

/** The others of its group that run. */
function companionsOf(actor: AnyActor): readonly AnyActor[] {
  const snapshot = parentOf(actor)?.getSnapshot() as Snapshot<unknown> | undefined;
  const others = Object.values(snapshot ? childrenIn(snapshot) : {});
  return others.filter((other) => other !== actor && statusOf(other) === 'running') as AnyActor[];
}

interface GroupContext {
  readonly input: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
}

function createGroup(actors: Record<string, AnyActorLogic>, names: readonly string[]): AnyActorLogic {
  return setup({
    types: { context: {} as GroupContext, input: undefined as Readonly<Record<string, unknown>> | undefined },
    actors,
  }).createMachine({
    id: 'group',
    context: ({ input }) => ({ input: input ?? {}, outputs: {} }),
    initial: 'running',
    states: {
      running: {
        invoke: names.map((name) => ({
          id: name,
          src: name,
          input: ({ context }: { readonly context: GroupContext }) => context.input[name],
          onDone: {
            actions: assign({
              outputs: ({ context, event }) => ({ ...context.outputs, [name]: (event as { output: unknown }).output }),
            }),
          },
        })),
        always: { guard: ({ context }) => names.every((name) => Object.hasOwn(context.outputs, name)), target: 'done' },
      },
      done: { type: 'final' },
    },
    output: ({ context }) => context.outputs,
  });
}

function assertChild(name: string, logic: unknown): void {
  if (isActorLogic(logic)) return;
  throw new TroupeError(
    'NOT_ACTOR_LOGIC',
    `Cannot supervise '${name}' in a group: it is no actor logic. Give a machine, what fromPromise and its like return, or hosted logic.`,
    { details: { name } },
  );
}
