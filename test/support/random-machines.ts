// Machines made at random from all that XState's actors do: to be stepped in two ways that must agree. An event leads only to later ones, so that every step ends.
/* oxlint-disable typescript/no-unsafe-return, typescript/no-unsafe-member-access, typescript/no-unnecessary-type-assertion -- machines made at random have no types */
import {
  assign,
  cancel,
  emit,
  enqueueActions,
  fromPromise,
  fromTransition,
  log,
  raise,
  sendParent,
  sendTo,
  setup,
  spawnChild,
  stopChild,
  type AnyActorLogic,
  type AnyActorRef,
  type AnyStateMachine,
} from 'xstate';

/** How many events there are: E0, E1, … */
const EVENTS = 5;

interface Context {
  readonly n: number;
  readonly refs: readonly AnyActorRef[];
  readonly seen: readonly unknown[];
  readonly outside: AnyActorRef | undefined;
}

/** A root machine with children of two more kinds, a promise and a transition function. */
export function createRandomMachine(random: () => number): AnyStateMachine {
  const work = fromPromise<unknown, unknown>(() => new Promise(() => {}));
  const tally = fromTransition((count: number, event: { readonly type: string }) => {
    if (event.type === 'E4') throw new Error('tally broke');
    return (count + 1) % 4;
  }, 0);
  const leaf = machineOf(random, 'leaf', { work, tally }, 2);
  const kid = machineOf(random, 'kid', { leaf, work, tally }, 3);
  return machineOf(random, 'root', { kid, leaf, work, tally }, 4);
}

function machineOf(
  random: () => number,
  id: string,
  actors: Readonly<Record<string, AnyActorLogic>>,
  size: number,
): AnyStateMachine {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const maybe = (chance: number) => random() < chance;
  const times = <T>(most: number, make: () => T): T[] =>
    Array.from({ length: Math.floor(random() * (most + 1)) }, make);
  const names = Object.keys(actors);
  const later = (from: number) => {
    const first = from + 1;
    return { type: `E${Math.min(EVENTS - 1, first + Math.floor(random() * Math.max(0, EVENTS - first)))}` };
  };
  const childIds = ['c0', 'c1'];
  const input = ({ context, self }: { context: Context; self: AnyActorRef }) => ({
    outside: context.outside,
    owner: self,
  });

  /** An action that sends nothing but events after `from`; -1 where the event is none of ours. */
  function actionOf(from: number): unknown {
    const event = later(from);
    const canSend = from < EVENTS - 1;
    const sends: (() => unknown)[] = [
      () => raise(event as never),
      () => sendTo(pick(childIds), event),
      () => sendTo(({ context }: { context: Context }) => context.refs[0] as AnyActorRef, event),
      () => sendTo(({ system }) => system.get('named') as AnyActorRef, event),
      () => (id === 'root' ? raise(event as never) : sendParent(event)),
      () => sendTo(({ self }) => self, event),
    ];
    const others: (() => unknown)[] = [
      () => assign({ n: ({ context }: { context: Context }) => (context.n + 1) % 3 } as never),
      () => assign({ n: ({ context }: { context: Context }) => (context.n + 1) % 3 } as never),
      () =>
        assign({
          seen: ({ context, event: seen }: { context: Context; event: { type: string; output?: unknown } }) =>
            [...context.seen, seen.type, seen.output ?? null].slice(-4),
        } as never),
      () => spawnChild(pick(names), { id: pick(childIds), input, ...(maybe(0.3) && { syncSnapshot: true }) } as never),
      () => spawnChild(pick(names), { id: pick(childIds), systemId: 'named', input } as never),
      () =>
        maybe(0.2)
          ? spawnChild(pick(names), { input } as never)
          : spawnChild(pick(names), { id: 'c2', input } as never),
      () => {
        const name = pick(names);
        const given = maybe(0.7) ? pick(childIds) : undefined;
        return assign({
          refs: ({
            context,
            spawn,
            self,
          }: {
            context: Context;
            spawn: (...args: unknown[]) => AnyActorRef;
            self: AnyActorRef;
          }) =>
            [
              spawn(name, {
                ...(given !== undefined && { id: given }),
                input: { outside: context.outside, owner: self },
              }),
              ...context.refs,
            ].slice(0, 2),
        } as never);
      },
      () => stopChild(pick(childIds)),
      () =>
        stopChild(
          ({ context, self }: { context: Context; self: AnyActorRef }) => (context.refs[0] ?? self) as AnyActorRef,
        ),
      () => raise(event as never, { delay: 10, id: pick(['t0', 't1']) }),
      () => sendTo(({ self }) => self, event, { delay: 20 }),
      () => sendTo(pick(childIds), event, { delay: 30, id: 't0' }),
      () => cancel(pick(['t0', 't1'])),
      () => log(({ context }: { context: Context }) => `n is ${context.n}`),
      () => emit({ type: 'NOTED' } as never),
      () =>
        sendTo(
          ({ context }: { context: Context }) => context.outside as AnyActorRef,
          ({ self, context }: { self: AnyActorRef; context: Context }) => ({
            type: 'OUT',
            self,
            ref: context.refs[0],
            n: context.n,
          }),
        ),
      () =>
        enqueueActions(({ enqueue, check }) => {
          if (check(isEven as never)) enqueue.assign({ n: 1 } as never);
          else enqueue.emit({ type: 'ODD' } as never);
        }),
      () =>
        assign(({ context }: { context: Context }) => {
          if (context.n === 2) throw new Error('two');
          return {};
        }),
    ];
    return canSend && maybe(0.4) ? pick(sends)() : pick(others)();
  }

  const isEven = ({ context }: { context: Context }) => context.n % 2 === 0;
  const guardOf = (): object => {
    if (maybe(0.6)) return {};
    return {
      guard: pick<unknown>([
        isEven,
        ({ context }: { context: Context }) => context.refs[0]?.getSnapshot().status === 'active',
        ({ context }: { context: Context }) => {
          if (context.n === 2 && context.refs.length > 1) throw new Error('no guard');
          return true;
        },
      ]),
    };
  };
  const actionsOf = (from: number, most = 2) => ({ actions: times(most, () => actionOf(from)) as never });

  function statesOf(prefix: string, count: number, depth: number): Record<string, unknown> {
    const keys = Array.from({ length: count }, (_, at) => `${prefix}${at}`);
    return Object.fromEntries(
      keys.map((key, at) => {
        if (at > 0 && at === count - 1 && maybe(0.6)) return [key, { type: 'final', output: { by: key } }];
        const target = () => ({ target: pick(keys), ...(maybe(0.2) && { reenter: true }) });
        const on = Object.fromEntries(
          Array.from({ length: EVENTS }, (_, number) => [
            `E${number}`,
            times(2, () => ({ ...guardOf(), ...(maybe(0.6) && target()), ...actionsOf(number) })),
          ]).filter(() => maybe(0.7)),
        ) as Record<string, unknown>;
        const invoke = maybe(0.35)
          ? [
              {
                src: pick(names),
                ...(maybe(0.7) && { id: pick(childIds) }),
                input,
                ...(maybe(0.2) && { systemId: 'named' }),
                ...(maybe(0.7) && { onDone: { ...target(), ...actionsOf(EVENTS) } }),
                ...(maybe(0.6) && { onError: { ...target(), ...actionsOf(EVENTS) } }),
                ...(maybe(0.3) && { onSnapshot: { actions: assign({ n: 2 } as never) } }),
              },
            ]
          : [];
        const nested = depth > 0 && maybe(0.4);
        const isParallel = nested && maybe(0.5);
        return [
          key,
          {
            on,
            invoke,
            ...(maybe(0.3) && { entry: times(2, () => actionOf(2)) }),
            ...(maybe(0.3) && { exit: times(2, () => actionOf(EVENTS)) }),
            ...(maybe(0.3) && { after: { [pick([5, 15])]: { ...target(), ...actionsOf(0) } } }),
            ...(maybe(0.15) && {
              always: {
                guard: ({ context }: { context: Context }) => context.n === 2,
                actions: assign({ n: 0 } as never),
                ...target(),
              },
            }),
            ...(nested &&
              !isParallel && { initial: `${key}_0`, states: withHistory(statesOf(`${key}_`, 2, depth - 1)) }),
            ...(isParallel && {
              type: 'parallel',
              states: {
                [`${key}_l`]: { initial: `${key}_l0`, states: statesOf(`${key}_l`, 2, depth - 1) },
                [`${key}_r`]: { initial: `${key}_r0`, states: statesOf(`${key}_r`, 2, depth - 1) },
              },
            }),
          },
        ];
      }),
    );
  }

  const withHistory = (states: Record<string, unknown>) =>
    maybe(0.5) ? { ...states, past: { type: 'history', history: pick(['shallow', 'deep']) } } : states;

  const states = statesOf('s', size, 1);
  // somewhere what was is taken up again
  for (const [key, state] of Object.entries(states) as [string, { states?: object; on?: Record<string, unknown> }][])
    if (state.states && 'past' in state.states)
      for (const other of Object.values(states) as { on?: Record<string, unknown> }[])
        if (other !== state && other.on && maybe(0.6)) other.on['E1'] = [{ target: `${key}.past` }];

  return setup({ actors: actors as never }).createMachine({
    id,
    context: ({ input: given }: { input: { outside?: AnyActorRef; owner?: AnyActorRef } | undefined }) => ({
      n: 0,
      refs: [],
      seen: [],
      outside: given?.outside,
    }),
    initial: 's0',
    states: states as never,
    output: ({ context }: { context: Context }) => ({ n: context.n, refs: context.refs }),
  } as never) as unknown as AnyStateMachine;
}
