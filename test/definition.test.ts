// What is told of a machine is compared with what XState itself makes of it.
import {
  and,
  assign,
  createMachine,
  fromCallback,
  fromPromise,
  not,
  or,
  raise,
  stateIn,
  type AnyStateMachine,
  type AnyStateNode,
} from 'xstate';
import { barrier, student } from 'troupe/actors';
import { describe, expect, it } from 'vitest';
import { describeConfig } from '../src/inspection-records.ts';
import { allStates, describeMachine } from '../src/inspector/definition.ts';
import { busy, crossing, editor, large } from './support/machines.ts';

const told = (machine: unknown) => {
  const definition = describeMachine(describeConfig(machine));
  if (!definition) throw new Error('no machine');
  return definition;
};

const odd = createMachine({
  initial: 'a.b',
  on: {
    OUT: '.a\\.b',
    'deep.*': { target: '#named.inner' },
    '*': { target: ['#left', '#right'] },
    FORBIDDEN: {},
    ALSO_FORBIDDEN: undefined,
  },
  states: {
    'a.b': { on: { NEXT: 'named.inner', AGAIN: { target: 'a\\.b', reenter: true } }, always: 'both' },
    named: {
      id: 'named',
      initial: 'inner',
      states: {
        inner: { on: { HERE: '.', DOWN: '.leaf', UP: '#(machine).both' }, initial: 'leaf', states: { leaf: {} } },
      },
      onDone: [{ guard: 'never', target: 'both' }, { actions: 'log' }],
    },
    both: {
      type: 'parallel',
      states: {
        l: { id: 'left', after: { 500: 'end', '1e3': { target: 'end' }, soon: { target: 'end', guard: 'ok' } } },
        r: {
          id: 'right',
          invoke: [
            { src: fromPromise(async () => 1), onDone: '#named', onError: { actions: 'log' } },
            { src: fromCallback(() => {}), id: 'own', onSnapshot: { actions: 'log' } },
          ],
        },
        end: {},
      },
    },
    past: { type: 'history', history: 'deep', target: 'named.inner' },
    shallow: { history: true },
    anywhere: { id: 'anywhere', route: {} },
    gone: { type: 'final' },
  },
} as never) as unknown as AnyStateMachine;

describe('the definition of a machine', () => {
  const machines = { student, barrier, odd, editor, crossing, busy, large: large(60) };
  for (const [name, machine] of Object.entries(machines) as [string, AnyStateMachine][]) {
    it(`has the ids, types, descriptors and targets that XState has: ${name}`, () => {
      const nodes: AnyStateNode[] = [];
      const walk = (node: AnyStateNode) => {
        nodes.push(node);
        Object.values(node.states).forEach(walk);
      };
      walk(machine.root as AnyStateNode);

      expect(allStates(told(machine)).map(({ states: _, ...state }) => state)).toMatchObject(
        nodes.map((node) => ({
          id: node.id,
          key: node.key,
          type: node.type,
          tags: node.tags,
          ...(node.type === 'compound' && { initial: node.initial.target[0]?.id }),
          invoke: node.invoke.map(({ id }) => ({ id })),
          transitions: [...[...node.transitions.values()].flat(), ...(node.always ?? [])].map((transition) => ({
            source: node.id,
            event: transition.eventType as string,
            targets: (transition.target ?? []).map(({ id }) => id),
            reenter: transition.reenter,
          })),
        })),
      );
    });
  }

  it('says delays, answers and transitions without an event in words', () => {
    const labels = new Map(allStates(told(odd)).map(({ id, transitions }) => [id, transitions.map((t) => t.label)]));
    expect(labels.get('left')).toEqual(['after 500 ms', 'after 1000 ms', 'after soon']);
    expect(labels.get('right')).toEqual(['done: 0.right', 'error: 0.right', 'snapshot: own']);
    expect(labels.get('(machine).a.b')).toEqual(['NEXT', 'AGAIN', 'always']);
    expect(labels.get('named')).toEqual(['done', 'done']);
    expect(told(student).root.states[2]?.transitions.at(-1)?.label).toBe('done: arrive');
  });

  it('names guards, and what they are combined of', () => {
    const inline = () => true;
    const guarded = {
      id: 'guards',
      on: {
        A: { guard: and(['x', not('y')]) },
        B: { guard: or([and(['x', 'y']), inline]) },
        C: { guard: not(and(['x', 'y'])) },
        D: { guard: stateIn('#guards.deep') },
        E: { guard: stateIn({ deep: 'er' }) },
        F: { guard: () => true },
        G: { guard: inline },
        H: { guard: { type: 'least', params: { count: 3 } } },
        I: { guard: { type: 'least', params: () => 3 } },
      },
    };
    expect(told(createMachine(guarded as never)).root.transitions.map(({ guard }) => guard)).toEqual([
      'x and not y',
      '(x and y) or inline',
      'not (x and y)',
      'in #guards.deep',
      'in {"deep":"er"}',
      'inline',
      'inline',
      'least(3)',
      'least',
    ]);
  });

  it('names actions, and leaves out those that have no name', () => {
    const machine = createMachine({
      entry: [assign({}), { type: 'say', params: { a: 1 } }, 'look', () => {}],
      exit: () => {},
      on: { GO: { actions: raise({ type: 'X' }) } },
    });
    const { root } = told(machine);
    expect([root.entry, root.exit, root.transitions[0]?.actions]).toEqual([['assign', 'say', 'look'], [], ['raise']]);
  });

  it('names machines that are invoked', () => {
    const machine = createMachine({
      invoke: [{ src: createMachine({ id: 'child', on: { A: {} } }) }, { src: 'provided' }],
    });
    expect(told(machine).root.invoke.map(({ src }) => src)).toEqual(['child', 'provided']);
  });

  it('has nothing to say of what is no machine', () => {
    for (const config of [undefined, null, 7, 'machine', [], {}, () => {}]) {
      expect(describeMachine(config)).toBeUndefined();
    }
    expect(describeMachine(describeConfig(fromPromise(async () => {})))).toBeUndefined();
  });

  it('reads what it can of a config that XState would refuse', () => {
    const broken = {
      id: 7,
      initial: 'nowhere',
      type: 'odd',
      on: { A: { target: 'nowhere' }, B: [null, 3, '.a'], C: [{ target: [7, '#none', '.a'] }], D: 'a' },
      after: 'soon',
      invoke: [null, { src: 3, onDone: 'a' }],
      entry: [7, null],
      tags: [1, 'x'],
      states: { a: null, b: [], c: { on: 'x', always: [[]], states: 'none' } },
    };
    const { root } = describeMachine(broken) ?? {};
    expect(root).toMatchObject({ id: '(machine)', type: 'compound', tags: ['x'], entry: [] });
    expect(root?.initial).toBeUndefined();
    expect(root?.transitions.map(({ event, targets }) => [event, targets])).toEqual([
      ['A', []],
      ['B', []],
      ['B', []],
      ['B', ['(machine).a']],
      ['C', ['(machine).a']],
      ['D', ['(machine).a']],
      ['xstate.done.actor.0.(machine)', ['(machine).a']],
    ]);

    let deep: object = {};
    for (let depth = 0; depth < 20_000; depth += 1) deep = { states: { in: deep } };
    expect(describeMachine(deep)).toBeUndefined();
  });
});
