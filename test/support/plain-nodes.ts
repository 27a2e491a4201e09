// Nodes of a system to be explored that are plain functions, to test what explores apart from what steps machines.
import type { AnyActorLogic, EventObject } from 'xstate';
import type { ArmedTimer, Outcome } from '../../src/testing/model/options.ts';
import type { Circumstances, Configuration, Node, Step } from '../../src/testing/model/node/node.ts';

/** A node before or after a step. */
export interface Plain {
  /** Plain data. */
  readonly state: unknown;
  /** Ids of delays that run, and with `by-delay` how long. */
  readonly timers?: readonly string[] | Readonly<Record<string, number>>;
  readonly status?: 'active' | 'done' | 'error';
  /** Children that it has, which are targets of watchers, and addresses that it speaks of. */
  readonly children?: readonly string[];
  readonly mentions?: readonly string[];
}

/** What it does by a step. */
export interface Plainly extends Plain {
  readonly sends?: readonly (readonly [to: string, event: EventObject])[];
  readonly cells?: Readonly<Record<string, number>>;
  readonly asks?: 'cells' | 'names';
}

/** How a node is made: what it is at first, and what becomes of it by an event. A delay that ends is an event of the delay's id; nothing given back is a no-op. */
export interface PlainNode {
  readonly start: Plainly;
  on?(state: never, event: EventObject, circumstances: Circumstances): Plainly | undefined;
  readonly outcomes?: readonly Outcome[];
  readonly watches?: readonly string[];
}

export const plainNodes = (nodes: Readonly<Record<string, PlainNode>>): Node[] =>
  Object.entries(nodes).map(([name, node]) => plainNode(name, node));

function plainNode(name: string, { start, on, outcomes = [], watches = [] }: PlainNode): Node {
  const configurationOf = (plain: Plain, crashed = false): Configuration => {
    const { state, timers = [], status = 'active', children = [], mentions = [] } = plain;
    const armed = Array.isArray(timers)
      ? (timers as string[]).map((id): ArmedTimer => ({ actor: name, id, event: { type: id } }))
      : Object.entries(timers as Record<string, number>).map(([id, remaining]) => ({
          actor: name,
          id,
          event: { type: id },
          remaining,
        }));
    const actor = (value: unknown, of: string) => ({
      logic: {} as AnyActorLogic,
      snapshot: { status: of, context: value, output: of === 'done' ? value : undefined, error: value } as never,
      src: '',
      life: 0,
    });
    return {
      key: JSON.stringify([state, armed, status, children, mentions, crashed]),
      actors: new Map(
        crashed
          ? []
          : [[name, actor(state, status)], ...children.map((child) => [child, actor(null, 'active')] as const)],
      ),
      timers: crashed ? [] : armed,
      crashed,
      mentions,
    };
  };
  const plainOf = (configuration: Configuration): Plain => {
    const [state, armed, status, children, mentions] = JSON.parse(configuration.key) as [
      unknown,
      { id: string; remaining?: number }[],
      Plain['status'],
      string[],
      string[],
    ];
    const timers = armed.some(({ remaining }) => remaining !== undefined)
      ? Object.fromEntries(armed.map(({ id, remaining }) => [id, remaining ?? 0]))
      : armed.map(({ id }) => id);
    return { state, timers, children, mentions, ...(status && { status }) };
  };
  const stepOf = (plainly: Plainly, isNoop = false): Step => ({
    next: configurationOf(plainly),
    isNoop,
    sends: (plainly.sends ?? []).map(([to, event]) => ({ from: name, to, event })),
    ...(plainly.cells && { cells: plainly.cells }),
    consulted: { cells: plainly.asks === 'cells', names: plainly.asks === 'names' },
    notes: {
      unhandled: [],
      lost: [],
      transitions: [],
      logged: [],
      emitted: [],
      inner: [],
      failures: [],
      touched: [],
    },
  });
  const handle = (plain: Plain, event: EventObject, circumstances: Circumstances): Step => {
    const next = on?.(plain.state as never, event, circumstances);
    return next === undefined ? stepOf(plain, true) : stepOf(next);
  };
  return {
    name,
    start: () => stepOf(start),
    step(configuration, occurrence, circumstances) {
      const plain = plainOf(configuration);
      switch (occurrence.type) {
        case 'message':
          return handle(plain, occurrence.message.event, circumstances);
        case 'stimulus':
          return handle(plain, occurrence.event, circumstances);
        case 'timer': {
          const { id, remaining = 0 } = configuration.timers[occurrence.index] ?? { id: '' };
          const entries = Object.entries((Array.isArray(plain.timers) ? {} : plain.timers) as Record<string, number>);
          const left = entries.filter(([each]) => each !== id).map(([each, ms]) => [each, ms - remaining] as const);
          const timers = Array.isArray(plain.timers)
            ? (plain.timers as string[]).filter((each) => each !== id)
            : Object.fromEntries(left);
          const before = { ...plain, timers };
          const next = on?.(plain.state as never, { type: id }, circumstances);
          return stepOf(next === undefined ? before : { timers, ...next });
        }
        case 'outcome':
          return handle(plain, { type: `outcome ${occurrence.index}` }, circumstances);
        case 'restart':
          return handle(plain, { type: 'restart' }, circumstances);
        case 'down':
          return handle(plain, { type: 'DOWN', down: occurrence.down } as EventObject, circumstances);
        case 'elapse': {
          const timers = Object.entries(plain.timers as Record<string, number>).map(
            ([id, ms]) => [id, ms - occurrence.milliseconds] as const,
          );
          return stepOf({ ...plain, timers: Object.fromEntries(timers) });
        }
      }
    },
    crash: () => configurationOf({ state: null }, true),
    restart: () => stepOf(start),
    spontaneous: (configuration) => [
      ...configuration.timers.map((_timer, index) => ({ type: 'timer' as const, index })),
      ...(configuration.crashed ? [] : outcomes).map((_outcome, index) => ({
        type: 'outcome' as const,
        actor: `${name}/task`,
        index,
      })),
    ],
    outcomeOf: (_configuration, { index }) => outcomes[index] ?? { done: undefined },
    watches: (configuration) =>
      configuration.crashed || plainOf(configuration).status !== 'active'
        ? []
        : (plainOf(configuration).mentions?.includes('told') === true ? [] : watches).map((target) => ({
            watcher: `${name}/watch`,
            target,
          })),
    rename: (configuration) => configuration,
    snapshotOf: (configuration) =>
      (configuration.actors.get(name)?.snapshot ?? { status: 'stopped', output: undefined, error: undefined }) as never,
  };
}
