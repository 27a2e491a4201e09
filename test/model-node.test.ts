// One node of a model: what XState's actors do within it, as data. The random comparison with XState itself is in `model-node-oracle.test.ts`; here is what each thing means.
/* oxlint-disable typescript/no-unsafe-assignment, typescript/no-unsafe-return, typescript/no-unsafe-call, typescript/no-unsafe-member-access, typescript/no-unnecessary-type-assertion -- machines without declared types are what is stepped */
import { describe, expect, it } from 'vitest';
import {
  assign,
  cancel,
  createMachine,
  emit,
  fromCallback,
  fromObservable,
  fromPromise,
  fromTransition,
  log,
  raise,
  sendParent,
  sendTo,
  setup,
  spawnChild,
  stopChild,
  type AnyActorRef,
  type AnyEventObject,
} from 'xstate';
import { isTroupeError, supervise, superviseGroup } from 'troupe';
import { createCell, openCell } from 'troupe/shared';
import type { Node } from './support/stepping.ts';
import { nodesOf, NONE, stepping } from './support/stepping.ts';

const receiver = createMachine({ id: 'receiver' });
const to = (name: string) =>
  sendTo(
    ({ system }) => system.get(name) as AnyActorRef,
    ({ self }) => ({ type: 'HELLO', from: self }),
  );

describe('messages', () => {
  it('go to other nodes by the names of the model, in order', () => {
    const speaker = createMachine({ on: { GO: { actions: [to('other'), to('third')] } } });
    const { send } = stepping({ speaker, other: receiver, third: receiver });
    const { sends } = send('GO');
    expect(sends.map(({ from, to: target }) => [from, target])).toEqual([
      ['speaker', 'other'],
      ['speaker', 'third'],
    ]);
  });

  it('of the start belong to the start', () => {
    const { start } = stepping({ eager: createMachine({ entry: to('other') }), other: receiver });
    expect(start.sends).toHaveLength(1);
  });

  it('bring refs that are the same object everywhere', () => {
    const keeper = createMachine({
      context: { from: null as unknown },
      on: { HELLO: { actions: assign({ from: ({ event }) => event['from'] as unknown }) } },
    });
    const speaker = createMachine({ on: { GO: { actions: to('keeper') } } });
    const [one, two] = nodesOf({ speaker, keeper }) as [Node, Node];
    const said = one.step(one.start(NONE).next, { type: 'stimulus', event: { type: 'GO' } }, NONE).sends[0];
    const again = one.step(one.start(NONE).next, { type: 'stimulus', event: { type: 'GO' } }, NONE).sends[0];
    expect(fromOf(said)).toBe(fromOf(again));
    const heard = two.step(two.start(NONE).next, { type: 'message', message: said as never }, NONE).next;
    expect(two.snapshotOf(heard)).toMatchObject({ context: { from: fromOf(said) } });
    expect(heard.mentions).toContain('speaker');
  });

  it('to an actor that has ended are told of as lost', () => {
    const brief = createMachine({ initial: 'a', states: { a: { on: { END: 'z' } }, z: { type: 'final' } } });
    const { send } = stepping({ brief });
    send('END');
    const { notes, isNoop } = send('END');
    expect(notes.lost).toEqual([{ to: 'brief', event: { type: 'END' } }]);
    expect(isNoop).toBe(true);
  });

  it('to an actor outside of the model cannot be modelled', () => {
    const foreign = {
      id: 'x',
      sessionId: 'x:1',
      send() {},
      get ref() {
        return this;
      },
    } as unknown as AnyActorRef;
    const speaker = createMachine({ on: { GO: { actions: sendTo(() => foreign, { type: 'HI' }) } } });
    const { send } = stepping({ speaker });
    expect(codeOf(() => send('GO'))).toBe('NOT_MODELLED');
  });

  it('for which there is no transition change nothing, and are told of', () => {
    const deaf = createMachine({ initial: 'a', states: { a: { on: { KNOWN: {}, GUARDED: { guard: () => false } } } } });
    const { send, current } = stepping({ deaf });
    const before = current();
    const step = send('NEWS');
    expect(step.isNoop).toBe(true);
    expect(step.next).toBe(before);
    expect(step.notes.unhandled).toEqual([{ actor: 'deaf', event: { type: 'NEWS' } }]);
    expect(send('GUARDED').notes.unhandled).toHaveLength(1);
    expect(send('KNOWN').notes.unhandled).toEqual([]);
  });

  it('that are handled without effect are no no-op where something is done', () => {
    const machine = createMachine({
      context: { n: 1 },
      on: { SAME: { actions: assign({ n: 1 }) }, DO: { actions: 'beep' } },
    });
    const { send } = stepping({ machine });
    expect(send('SAME').isNoop).toBe(false);
    expect(send('DO').isNoop).toBe(false);
  });
});

describe('children', () => {
  const child = setup({}).createMachine({
    id: 'child',
    initial: 'a',
    context: ({ input }: { input: unknown }) => ({ input }),
    states: {
      a: { on: { GO: 'b', FAIL: { actions: () => {}, target: 'broken' } } },
      b: { entry: sendParent({ type: 'WENT' }), on: { GO: 'c' } },
      broken: {
        entry: assign(() => {
          throw new Error('broke');
        }),
      },
      c: { type: 'final' },
    },
    output: 'gone',
  });

  it('that are invoked answer, end, and are told of as in XState', () => {
    const parent = setup({ types: { context: {} as AnyContext }, actors: { child } }).createMachine({
      context: { heard: [] as unknown[] },
      initial: 'x',
      states: {
        x: {
          invoke: {
            src: 'child',
            id: 'kid',
            input: 7,
            onDone: {
              target: 'y',
              actions: assign({ heard: ({ context, event }) => [...context.heard, event.output] }),
            },
          },
          on: {
            GO: { actions: sendTo('kid', { type: 'GO' }) },
            WENT: { actions: assign({ heard: ({ context }) => [...context.heard, 'went'] }) },
          },
        },
        y: {},
      },
    });
    const { send, root, current } = stepping({ parent });
    expect([...current().actors.keys()]).toEqual(['parent', 'parent/kid']);
    send('GO');
    const { notes } = send('GO');
    expect(root()).toMatchObject({ value: 'y', context: { heard: ['went', 'gone'] } });
    expect(notes.inner.map(({ from, to: target, event }) => [from, target, event.type])).toEqual([
      ['parent', 'parent/kid', 'GO'],
      ['parent/kid', 'parent', 'xstate.done.actor.kid'],
    ]);
    expect([...current().actors.keys()]).toEqual(['parent']);
  });

  it('that fail unhandled fail their parent, and the root is told of with who began it', () => {
    const parent = setup({ types: { context: {} as AnyContext }, actors: { child } }).createMachine({
      invoke: { src: 'child', id: 'kid' },
      on: { FAIL: { actions: sendTo('kid', { type: 'FAIL' }) } },
    });
    const { send, root } = stepping({ parent });
    const { notes } = send('FAIL');
    expect(root()).toMatchObject({ status: 'error', error: new Error('broke') });
    expect(notes.failures).toEqual([{ actor: 'parent/kid', error: new Error('broke') }]);
  });

  it('spawned in an assign are in the context as refs that show their snapshots', () => {
    const parent = setup({ types: { context: {} as AnyContext }, actors: { child } }).createMachine({
      context: { kid: null as AnyActorRef | null },
      on: {
        SPAWN: { actions: assign({ kid: ({ spawn }) => spawn('child', { id: 'kid', input: 1 }) as AnyActorRef }) },
        ASK: {
          guard: ({ context }) => (context.kid?.getSnapshot() as { value?: unknown })?.value === 'b',
          actions: log('it went'),
        },
        GO: { actions: sendTo(({ context }) => context.kid as AnyActorRef, { type: 'GO' }) },
      },
    });
    const { send, root, current, node } = stepping({ parent });
    send('SPAWN');
    const { kid } = (root() as unknown as { context: { kid: AnyActorRef } }).context;
    expect(kid).toBe((root() as unknown as { children: { kid: AnyActorRef } }).children.kid);
    expect(send('ASK').notes.logged).toEqual([]);
    const before = current();
    send('GO');
    expect(send('ASK').notes.logged).toEqual([{ actor: 'parent', text: 'it went' }]);
    node.snapshotOf(before);
    expect(kid.getSnapshot()).toMatchObject({ value: 'a' });
    node.snapshotOf(current());
    expect(kid.getSnapshot()).toMatchObject({ value: 'b' });
  });

  it('without an id have one that is the same each time', () => {
    const parent = setup({ types: { context: {} as AnyContext }, actors: { child } }).createMachine({
      entry: spawnChild('child', { input: 1 }),
    });
    const [one] = nodesOf({ parent }) as [Node];
    expect([...one.start(NONE).next.actors.keys()]).toEqual(['parent', 'parent/$child']);
    expect(one.start(NONE).next.key).toBe(one.start(NONE).next.key);
  });

  it('take the address of an earlier one when nobody speaks of that any more', () => {
    const parent = setup({ types: { context: {} as AnyContext }, actors: { child } }).createMachine({
      initial: 'x',
      context: { old: null as unknown },
      states: { x: { invoke: { src: 'child', id: 'kid' }, on: { AGAIN: { target: 'x', reenter: true } } } },
      on: {
        KEEP: {
          actions: assign({
            old: ({ self }) => (self.getSnapshot() as unknown as { children: Record<string, unknown> }).children['kid'],
          }),
        },
      },
    });
    const { send, current, node } = stepping({ parent });
    const first = current().key;
    expect(send('AGAIN').next.key).toBe(first);
    send('KEEP');
    send('AGAIN');
    expect([...current().actors.keys()]).toEqual(['parent', 'parent/kid', 'parent/kid~1']);
    const spoken = { cells: {}, isSpokenOf: (address: string) => address === 'parent/kid~1' };
    const step = node.step(current(), { type: 'stimulus', event: { type: 'AGAIN' } }, spoken);
    expect([...step.next.actors.keys()]).toEqual(['parent', 'parent/kid', 'parent/kid~2']);
    expect(step.consulted.names).toBe(true);
  });

  it('are found by their systemId before the actors of the model', () => {
    const parent = setup({ types: { context: {} as AnyContext }, actors: { child } }).createMachine({
      invoke: { src: 'child', id: 'kid', systemId: 'other', input: 0 },
      on: { GO: { actions: sendTo(({ system }) => system.get('other') as AnyActorRef, { type: 'GO' }) } },
    });
    const { send } = stepping({ parent, other: receiver });
    expect(send('GO').sends).toEqual([]);
  });

  it('of transition functions tell their snapshots to who asked for them', () => {
    const counter = fromTransition((count: number) => count + 1, 0);
    const parent = setup({ types: { context: {} as AnyContext }, actors: { counter } }).createMachine({
      context: { seen: [] as unknown[] },
      invoke: {
        src: 'counter',
        id: 'counter',
        onSnapshot: { actions: assign({ seen: ({ context, event }) => [...context.seen, event.snapshot.context] }) },
      },
      on: { ADD: { actions: sendTo('counter', { type: 'ADD' }) } },
    });
    const { send, root } = stepping({ parent });
    send('ADD');
    expect(root()).toMatchObject({ context: { seen: [0, 1] } });
  });

  it('that are stopped are gone', () => {
    const parent = setup({ types: { context: {} as AnyContext }, actors: { child } }).createMachine({
      entry: spawnChild('child', { id: 'kid', input: 0 }),
      on: { STOP: { actions: stopChild('kid') } },
    });
    const { send, current } = stepping({ parent });
    send('STOP');
    expect([...current().actors.keys()]).toEqual(['parent']);
  });
});

describe('delays', () => {
  const lamp = createMachine({
    id: 'lamp',
    initial: 'off',
    states: { off: { on: { ON: 'on' } }, on: { after: { 500: 'off' }, on: { KICK: { target: 'on', reenter: true } } } },
  });

  it('run while their state is active, and end when they are told to', () => {
    const { send, step, current, root } = stepping({ lamp });
    send('ON');
    expect(current().timers).toMatchObject([
      { actor: 'lamp', id: 'xstate.after.500.lamp.on', event: { type: 'xstate.after.500.lamp.on' } },
    ]);
    const armed = current().key;
    expect(send('KICK').next.key).toBe(armed);
    step({ type: 'timer', index: 0 });
    expect(root()).toMatchObject({ value: 'off' });
    expect(current().timers).toEqual([]);
  });

  it('can be called off by their id; one that a later one of its id has replaced cannot', () => {
    const machine = createMachine({
      on: {
        ARM: { actions: raise({ type: 'RANG' } as never, { delay: 10, id: 'bell' }) },
        OFF: { actions: cancel('bell') },
        RANG: { actions: log('rang') },
      },
    });
    const { send, step, current } = stepping({ machine });
    send('ARM');
    send('OFF');
    expect(current().timers).toEqual([]);
    send('ARM');
    send('ARM');
    expect(current().timers).toHaveLength(2);
    send('OFF');
    expect(current().timers).toHaveLength(1);
    expect(step({ type: 'timer', index: 0 }).notes.logged).toEqual([{ actor: 'machine', text: 'rang' }]);
  });

  it('have no remaining time unless they are to end in its order', () => {
    const twice = createMachine({
      entry: [raise({ type: 'B' } as never, { delay: 20 }), raise({ type: 'A' } as never, { delay: 5 })],
    });
    expect(
      stepping({ twice })
        .current()
        .timers.map((timer) => timer.remaining),
    ).toEqual([undefined, undefined]);
    const { current, step } = stepping({ twice }, { timers: 'by-delay' });
    expect(current().timers.map(({ event, remaining }) => [event.type, remaining])).toEqual([
      ['A', 5],
      ['B', 20],
    ]);
    step({ type: 'elapse', milliseconds: 5 });
    expect(current().timers.map(({ remaining }) => remaining)).toEqual([0, 15]);
  });
});

describe('actors that are not run', () => {
  const work = fromPromise<string, { readonly name: string }>(() => {
    throw new Error('was run');
  });
  const worker = setup({ types: { context: {} as AnyContext }, actors: { work } }).createMachine({
    context: { got: null as unknown },
    initial: 'busy',
    states: {
      busy: {
        invoke: {
          src: 'work',
          id: 'w',
          input: { name: 'Ada' },
          onDone: { target: 'idle', actions: assign({ got: ({ event }) => event.output }) },
          onError: 'failed',
        },
      },
      idle: {},
      failed: {},
    },
  });

  it('become what was declared, once', () => {
    const { step, spontaneous, root } = stepping(
      { worker },
      { invoked: { work: [{ done: 'ok' }, { error: new Error('no') }] } },
    );
    expect(spontaneous()).toEqual([
      { type: 'outcome', actor: 'worker/w', index: 0 },
      { type: 'outcome', actor: 'worker/w', index: 1 },
    ]);
    step({ type: 'outcome', actor: 'worker/w', index: 0 });
    expect(root()).toMatchObject({ value: 'idle', context: { got: 'ok' } });
    expect(spontaneous()).toEqual([]);
  });

  it('become what follows from their input', () => {
    const { step, root, node, current } = stepping(
      { worker },
      { invoked: { work: ((input: { name: string }) => [{ done: `${input.name} was here` }]) as never } },
    );
    expect(node.outcomeOf(current(), { type: 'outcome', actor: 'worker/w', index: 0 })).toEqual({
      done: 'Ada was here',
    });
    step({ type: 'outcome', actor: 'worker/w', index: 0 });
    expect(root()).toMatchObject({ context: { got: 'Ada was here' } });
  });

  it('can be stood in for by logic', () => {
    const { current } = stepping({ worker }, { invoked: { work: receiver } });
    expect(current().actors.get('worker/w')?.logic).toBe(receiver);
  });

  it('and were not declared are refused with what to write', () => {
    expect(() => stepping({ worker })).toThrow(/'worker\/w'.*it is a promise.*invoked: \{ work: \[\{ done:/);
  });

  it('send events for as long as they are there, and show values', () => {
    const ticks = fromCallback(() => {
      throw new Error('was run');
    });
    const numbers = fromObservable(() => {
      throw new Error('was run');
    });
    const parent = setup({ types: { context: {} as AnyContext }, actors: { ticks, numbers } }).createMachine({
      context: { n: 0, seen: [] as unknown[] },
      invoke: [
        { src: 'ticks', id: 'ticks' },
        {
          src: 'numbers',
          id: 'numbers',
          onSnapshot: { actions: assign({ seen: ({ context, event }) => [...context.seen, event.snapshot.context] }) },
        },
      ],
      on: { TICK: { actions: assign({ n: ({ context }) => context.n + 1 }) } },
    });
    const { step, root, spontaneous } = stepping(
      { parent },
      { invoked: { ticks: [{ event: { type: 'TICK' } }], numbers: [{ next: 4 }] } },
    );
    step({ type: 'outcome', actor: 'parent/ticks', index: 0 });
    step({ type: 'outcome', actor: 'parent/ticks', index: 0 });
    step({ type: 'outcome', actor: 'parent/numbers', index: 0 });
    expect(root()).toMatchObject({ context: { n: 2, seen: [undefined, 4] } });
    expect(spontaneous()).toHaveLength(2);
  });

  it('tell that another has ended when they watch it, once', () => {
    const watching = Object.assign(
      fromCallback(() => {
        throw new Error('was run');
      }),
      { [Symbol.for('troupe.watching')]: true },
    );
    const widow = setup({ types: { context: {} as AnyContext }, actors: { watching } }).createMachine({
      context: { down: null as unknown },
      invoke: {
        src: 'watching',
        id: 'eye',
        input: ({ self }) => ({ actorRef: (self as unknown as AnyActorRef).system.get('other'), id: 'o' }),
      },
      on: { DOWN: { actions: assign({ down: ({ event }) => event }) } },
    });
    const { step, node, current, root } = stepping({ widow, other: receiver });
    expect(node.watches(current())).toEqual([{ watcher: 'widow/eye', target: 'other' }]);
    step({ type: 'down', watcher: 'widow/eye', down: { type: 'stopped' } });
    expect(root()).toMatchObject({ context: { down: { type: 'DOWN', id: 'o', down: { type: 'stopped' } } } });
    expect(node.watches(current())).toEqual([]);
  });
});

describe('the text of a configuration', () => {
  const keeper = createMachine({
    context: { value: undefined as unknown },
    on: { KEEP: { actions: assign({ value: ({ event }) => event['value'] as unknown }) } },
  });
  const textOf = (value: unknown): string => {
    const { node, current } = stepping({ keeper });
    return node.step(current(), { type: 'stimulus', event: { type: 'KEEP', value } as AnyEventObject }, NONE).next.key;
  };

  it('does not depend on how a value came about', () => {
    expect(textOf({ a: 1, b: 2 })).toBe(textOf({ b: 2, a: 1 }));
    expect(textOf(new Set([1, 2]))).toBe(textOf(new Set([2, 1])));
    expect(
      textOf(
        new Map([
          ['a', 1],
          ['b', 2],
        ]),
      ),
    ).toBe(
      textOf(
        new Map([
          ['b', 2],
          ['a', 1],
        ]),
      ),
    );
    expect(textOf(new Error('no'))).toBe(textOf(new Error('no')));
  });

  it('tells apart what is different', () => {
    const loop: unknown[] = [];
    loop.push(loop);
    const values = [
      0,
      -0,
      '0',
      NaN,
      Infinity,
      0n,
      null,
      undefined,
      '',
      'null',
      true,
      [],
      {},
      [undefined],
      [null],
      [[]],
      ['a,b'],
      ['a', 'b'],
      // oxlint-disable-next-line no-sparse-arrays
      [,],
      { a: undefined },
      new Map(),
      new Set(),
      new Map([[1, 2]]),
      new Set([1]),
      new Set(['1']),
      new Date(0),
      new Date(1),
      'date(0)',
      new Date(NaN),
      new Error('a'),
      new TypeError('a'),
      Object.assign(new Error('a'), { code: 'X' }),
      new Error('a', { cause: 1 }),
      /a/,
      /a/g,
      new Uint8Array([1]),
      new Uint16Array([1]),
      loop,
      [[loop]],
      new (class Point {
        x = 1;
      })(),
      { x: 1 },
      Object.create(null),
    ];
    expect(new Set(values.map(textOf)).size).toBe(values.length);
  });

  it('remembers what a history state would take up', () => {
    const machine = createMachine({
      initial: 'on',
      states: {
        on: {
          initial: 'a',
          states: { a: { on: { NEXT: 'b' } }, b: {}, past: { type: 'history' } },
          on: { OFF: 'off' },
        },
        off: { on: { BACK: 'on.past' } },
      },
    });
    const one = stepping({ machine });
    one.send('OFF');
    const two = stepping({ machine });
    two.send('NEXT');
    two.send('OFF');
    expect(one.current().key).not.toBe(two.current().key);
    two.send('BACK');
    expect(two.root()).toMatchObject({ value: { on: 'b' } });
  });

  it.each([
    ['a function', () => {}, /event 'KEEP'|'keeper': context.value is a function/],
    ['a symbol', Symbol('s'), /context.value is a symbol/],
    ['a promise', Promise.resolve(), /context.value is a Promise/],
    ['a WeakMap', new WeakMap(), /context.value is a WeakMap/],
    ['something deep', { list: [{ 'a b': () => {} }] }, /context\.value\.list\[0\]\["a b"\] is a function/],
  ])('cannot be made where there is %s', (_, value, text) => {
    expect(() => textOf(value)).toThrow(text);
    expect(codeOf(() => textOf(value))).toBe('NOT_MODELLED');
  });

  it('is of what is not forgotten', () => {
    const counter = createMachine({
      context: { n: 0, ticks: 0 },
      on: { TICK: { actions: assign({ ticks: ({ context }) => context.ticks + 1 }) } },
    });
    const { send, current } = stepping(
      { counter },
      { forget: { counter: (({ context }: { context: { n: number } }) => context.n) as never } },
    );
    const before = current().key;
    send('TICK');
    expect(current().key).toBe(before);
  });
});

describe('machines that are not pure', () => {
  it('are refused where they change their context in place', () => {
    const machine = createMachine({
      context: { list: [] as number[] },
      on: {
        ADD: {
          actions: assign({
            list: ({ context }) => {
              context.list.push(1);
              return context.list;
            },
          }),
        },
      },
    });
    const { send } = stepping({ machine });
    expect(codeOf(() => send('ADD'))).toBe('IMPURE');
  });

  it('are refused where they read another node', () => {
    const nosy = createMachine({
      on: { LOOK: { guard: ({ context }) => (context as { ref: AnyActorRef }).ref.getSnapshot() !== undefined } },
      context: ({ input }: { input: unknown }) => ({ ref: input }),
    });
    const { send } = stepping({
      nosy: { logic: nosy, input: ({ actor }: { actor: (name: string) => AnyActorRef }) => actor('other') },
      other: receiver,
    });
    expect(() => send('LOOK')).toThrow(/reads the snapshot of 'other'/);
  });

  it('are refused where a step of theirs does not end', () => {
    const machine = createMachine({
      initial: 'a',
      states: { a: { on: { GO: 'b' } }, b: { always: 'c' }, c: { always: 'b' } },
    });
    expect(() => stepping({ machine }).send('GO')).toThrow(/does not end/);
  });

  it('fail where a guard or an assign throws', () => {
    const machine = createMachine({
      on: {
        GO: {
          guard: () => {
            throw new Error('no guard');
          },
        },
      },
    });
    const { send, root } = stepping({ machine });
    expect(send('GO').notes.failures).toHaveLength(1);
    expect(root()).toMatchObject({ status: 'error' });
  });
});

describe('cells', () => {
  const taker = createMachine({
    context: { got: 0 },
    on: {
      TAKE: {
        guard: () => openCell('tickets').get() > 0,
        actions: [() => void openCell('tickets').add(-1), assign({ got: ({ context }) => context.got + 1 })],
      },
      MAKE: { actions: () => void createCell('new one') },
      OPEN: { actions: () => void openCell('unknown') },
    },
  });
  const cells = { tickets: 1 };
  const withCells = (tickets: number) => ({ cells: { tickets }, isSpokenOf: () => false });

  it('are read and written as the step finds them, and each touch is told of', () => {
    const { node, current } = stepping({ taker }, { cells });
    const step = node.step(current(), { type: 'stimulus', event: { type: 'TAKE' } }, withCells(1));
    expect(step.cells).toEqual({ tickets: 0 });
    expect(step.consulted.cells).toBe(true);
    expect(step.notes.touched).toEqual([
      { cell: 'tickets', how: 'read' },
      { cell: 'tickets', how: 'write' },
    ]);
    const other = node.step(current(), { type: 'stimulus', event: { type: 'TAKE' } }, withCells(0));
    expect(other.cells).toBeUndefined();
    expect(other.notes.unhandled).toHaveLength(1);
  });

  it('do all that cells do', () => {
    const seen: unknown[] = [];
    const machine = createMachine({
      on: {
        GO: {
          actions: () => {
            const cell = openCell('n');
            seen.push(cell.exchange(5), cell.compareAndSet(4, 1), cell.compareAndSet(5, 6), cell.add(2), cell.get());
            cell.set(-0);
            seen.push(Object.is(cell.get(), 0));
          },
        },
      },
    });
    const { node, current } = stepping({ machine }, { cells: { n: 3 } });
    const step = node.step(
      current(),
      { type: 'stimulus', event: { type: 'GO' } },
      { cells: { n: 3 }, isSpokenOf: () => false },
    );
    expect(seen).toEqual([3, false, true, 8, 8, true]);
    expect(step.cells).toEqual({ n: 0 });
  });

  it('are unknown or not to be made as in reality: the actor fails', () => {
    const one = stepping({ taker }, { cells });
    expect(one.send('OPEN').notes.failures[0]?.error).toMatchObject({ code: 'NO_SUCH_CELL' });
    expect(codeOf(() => stepping({ taker }, { cells }).send('MAKE'))).toBe('NOT_MODELLED');
  });

  it('leave real cells alone', () => {
    const real = createCell('tickets', { initial: 9 });
    const { node, current } = stepping({ taker }, { cells });
    node.step(current(), { type: 'stimulus', event: { type: 'TAKE' } }, withCells(1));
    expect(openCell('tickets').get()).toBe(9);
    real.unlink();
  });

  it('are why custom actions are run; without them none is', () => {
    let count = 0;
    const machine = createMachine({ on: { GO: { actions: () => void (count += 1) } } });
    stepping({ machine }).send('GO');
    expect(count).toBe(0);
    stepping({ machine }, { cells: {} }).send('GO');
    expect(count).toBe(1);
  });
});

describe('supervised actors', () => {
  const fragile = createMachine({
    id: 'fragile',
    context: { n: 0 },
    on: {
      ADD: { actions: assign({ n: ({ context }) => context.n + 1 }) },
      FAIL: {
        actions: assign(() => {
          throw new Error('broke');
        }),
      },
    },
  });
  const quiet = { onFailure: () => {} };

  it('wait for their next life, in which they handle what came meanwhile', () => {
    const { send, root, spontaneous, step, current } = stepping({ fragile: supervise(fragile, quiet) });
    send('ADD');
    send('FAIL');
    expect(root()).toMatchObject({ status: 'active', context: { n: 1 } });
    expect(spontaneous()).toEqual([{ type: 'restart', actor: 'fragile' }]);
    send('ADD');
    send('ADD');
    expect(root()).toMatchObject({ context: { n: 1 } });
    step({ type: 'restart', actor: 'fragile' });
    expect(root()).toMatchObject({ context: { n: 2 } });
    expect(current().actors.get('fragile')?.life).toBe(1);
    expect(spontaneous()).toEqual([]);
  });

  it('go on from their last good state where they are resumed', () => {
    const { send, root, step } = stepping({ fragile: supervise(fragile, { ...quiet, strategy: 'resume' }) });
    send('ADD');
    send('FAIL');
    step({ type: 'restart', actor: 'fragile' });
    expect(root()).toMatchObject({ context: { n: 1 } });
  });

  it('fail when they were restarted too often, stop or escalate as they are told', () => {
    const once = stepping({ fragile: supervise(fragile, { ...quiet, restart: { atMost: 1 } }) });
    once.send('FAIL');
    once.step({ type: 'restart', actor: 'fragile' });
    expect(once.send('FAIL').notes.failures[0]?.error).toMatchObject({ code: 'RESTARTS_EXHAUSTED' });
    const stopping = stepping({ fragile: supervise(fragile, { ...quiet, strategy: 'stop' }) });
    stopping.send('FAIL');
    expect(stopping.root()).toMatchObject({ status: 'stopped' });
    const escalating = stepping({ fragile: supervise(fragile, { ...quiet, strategy: 'escalate' }) });
    expect(escalating.send('FAIL').notes.failures[0]?.error).toEqual(new Error('broke'));
  });

  it('of a group count their failures together, and are restarted together where they are told to', () => {
    const group = superviseGroup(
      { left: fragile, right: fragile },
      { ...quiet, group: 'one-for-all', restart: { atMost: 1 } },
    );
    const { step, spontaneous, current, root } = stepping({ group });
    const fail = (name: string) =>
      step({ type: 'message', message: { from: 'test', to: `group/${name}`, event: { type: 'FAIL' } } });
    fail('left');
    expect(spontaneous().map((each) => 'actor' in each && each.actor)).toEqual(['group/left', 'group/right']);
    // who watches either is told of the same
    for (const name of ['left', 'right'])
      expect(current().actors.get(`group/${name}`)?.supervised?.over).toEqual({ error: new Error('broke') });
    step({ type: 'restart', actor: 'group/left' });
    step({ type: 'restart', actor: 'group/right' });
    expect(current().actors.get('group/right')?.life).toBe(1);
    fail('right');
    expect(root()).toMatchObject({ status: 'error', error: { code: 'RESTARTS_EXHAUSTED' } });
  });

  it('lose their children and delays with their life', () => {
    const parent = setup({ types: { context: {} as AnyContext }, actors: { receiver } }).createMachine({
      entry: [spawnChild('receiver', { id: 'kid' }), raise({ type: 'LATE' } as never, { delay: 5 })],
      on: {
        FAIL: {
          actions: assign(() => {
            throw new Error('broke');
          }),
        },
      },
    });
    const { send, current, step } = stepping({ parent: supervise(parent, quiet) });
    expect(current().timers).toHaveLength(1);
    const before = [...current().actors.keys()];
    send('FAIL');
    expect(current().timers).toEqual([]);
    expect([...current().actors.values()].map(({ snapshot }) => snapshot.status)).not.toContain('error');
    step({ type: 'restart', actor: 'parent' });
    expect([...current().actors.keys()].at(-1)).toMatch(/^parent\/kid/);
    expect(before).toEqual(['parent', 'parent/kid']);
    expect(current().timers).toHaveLength(1);
  });
});

describe('crashes', () => {
  const work = fromPromise<string>(() => {
    throw new Error('was run');
  });
  const worker = setup({ types: { context: {} as AnyContext }, actors: { work, receiver } }).createMachine({
    id: 'worker',
    context: { n: 0 },
    entry: spawnChild('receiver', { id: 'kid' }),
    initial: 'idle',
    states: {
      idle: { on: { GO: 'busy' } },
      busy: { entry: assign({ n: 1 }), invoke: { src: 'work', id: 'w' }, after: { 10: 'idle' } },
    },
  });
  const invoked = { work: [{ done: 1 }] };

  it('lose everything, and start again as new', () => {
    const { node, send, current } = stepping({ worker }, { invoked });
    const first = current().key;
    send('GO');
    const crashed = node.crash(current());
    expect(crashed).toMatchObject({ crashed: true, timers: [] });
    expect(crashed.actors.size).toBe(0);
    expect(node.snapshotOf(crashed)).toMatchObject({ status: 'stopped', value: {} });
    expect(node.restart(crashed, 'initial', NONE).next.key).toBe(first);
  });

  it('go on from what was persisted: delays armed again, what was invoked is invoked once more', () => {
    const { node, send, current, step } = stepping({ worker }, { invoked, crash: { max: 1, restart: 'persisted' } });
    send('GO');
    const before = current();
    const again = node.restart(node.crash(before), 'persisted', NONE);
    expect(again.next.key).toBe(before.key);
    expect(again.notes.transitions).toEqual([]);
    step({ type: 'outcome', actor: 'worker/w', index: 0 });
    const done = node.restart(node.crash(current()), 'persisted', NONE).next;
    expect(node.spontaneous(done).filter(({ type }) => type === 'outcome')).toEqual([]);
  });
});

describe('renaming', () => {
  const friend = createMachine({
    context: {
      names: ['a', 'b'],
      mixed: ['b', 'a'],
      votes: { a: 1 } as Record<string, number>,
      who: null as unknown,
      set: new Set(['a']),
    },
    entry: [
      assign({ who: ({ system }) => system.get('b') as unknown }),
      spawnChild(receiver, { id: 'kid' }),
      raise({ type: 'LATE', by: 'a' } as never, { delay: 1 }),
    ],
  });

  it('gives the configuration of another with the names changed wherever they are', () => {
    const [a] = nodesOf({ a: friend, b: friend, c: friend }) as [Node];
    const before = a.start(NONE).next;
    const renamed = a.rename(before, { names: { a: 'b', b: 'a' }, sortsLists: true });
    expect([...renamed.actors.keys()]).toEqual(['b', 'b/kid']);
    expect(renamed.timers[0]).toMatchObject({ actor: 'b', event: { by: 'b' } });
    const { context } = (renamed.actors.get('b') as { snapshot: unknown }).snapshot as {
      context: Record<string, unknown> & { who: AnyActorRef };
    };
    expect(context['names']).toEqual(['a', 'b']);
    expect(context['mixed']).toEqual(['a', 'b']);
    expect(context['votes']).toEqual({ b: 1 });
    expect(context.who.id).toBe('a');
    expect(context['set']).toEqual(new Set(['b']));
    expect(a.rename(renamed, { names: { a: 'b', b: 'a' }, sortsLists: false }).key).not.toBe(before.key);
    expect(
      a.rename(a.rename(before, { names: { a: 'b', b: 'a' }, sortsLists: false }), {
        names: { a: 'b', b: 'a' },
        sortsLists: false,
      }).key,
    ).toBe(before.key);
  });
});

describe('what is told of a step', () => {
  it('are logs, emitted events and transitions, in order', () => {
    const machine = createMachine({
      id: 'teller',
      initial: 'a',
      states: {
        a: { on: { GO: { target: 'b', actions: [log('words'), emit({ type: 'NOTED' } as never)] } } },
        b: { always: 'c' },
        c: {},
      },
    });
    const { notes } = stepping({ machine }).send('GO');
    expect(notes.logged).toEqual([{ actor: 'machine', text: 'words' }]);
    expect(notes.emitted).toEqual([{ actor: 'machine', event: { type: 'NOTED' } }]);
    expect(notes.transitions.map(({ taken }) => taken)).toEqual([
      { source: 'teller.a', event: 'GO', targets: ['teller.b'] },
      { source: 'teller.b', event: '', targets: ['teller.c'] },
    ]);
  });

  it('shows the root as claims know it', () => {
    const machine = createMachine({ initial: 'a', states: { a: { tags: 'early', on: { GO: 'b' } }, b: {} } });
    const { root } = stepping({ machine });
    const snapshot = root() as never as {
      matches(value: string): boolean;
      hasTag(tag: string): boolean;
      can(event: object): boolean;
    };
    expect([
      snapshot.matches('a'),
      snapshot.hasTag('early'),
      snapshot.can({ type: 'GO' }),
      snapshot.can({ type: 'NO' }),
    ]).toEqual([true, true, true, false]);
  });
});

/** Contexts of machines that declare none. */
// oxlint-disable-next-line typescript/no-explicit-any -- whatever a machine puts there
type AnyContext = any;

const fromOf = (message: { readonly event: AnyEventObject } | undefined): unknown => message?.event['from'] as unknown;

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    return isTroupeError(error) ? error.code : String(error);
  }
  return undefined;
}
