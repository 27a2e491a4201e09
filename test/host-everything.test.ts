// Hosting all that a program makes, without a change to it: what it shows of the boundary, how it ends, and what it leaves alone.
import { afterEach, describe, expect, it } from 'vitest';
import {
  assign,
  createActor,
  createMachine,
  fromCallback,
  fromTransition,
  log,
  sendParent,
  setup,
  SimulatedClock,
  waitFor,
  type Actor,
  type AnyActor,
  type AnyActorLogic,
  type AnyActorRef,
} from 'xstate';
import { ask, createMemoryHost, settled } from 'troupe';
import { hostEverything, type HostEverythingOptions, type Hosting } from 'troupe/testing';

let open: Hosting[] = [];
const host = (options?: HostEverythingOptions): Hosting => {
  const hosting = hostEverything(options);
  open.push(hosting);
  return hosting;
};
let roots: AnyActor[] = [];
const start = <TLogic extends AnyActorLogic>(logic: TLogic, options?: object): Actor<TLogic> => {
  const actor = createActor(logic, options as never);
  roots.push(actor);
  return actor.start();
};
afterEach(async () => {
  // before their hosts end, for a child that is taken from a parent is a failure
  for (const root of roots.toReversed()) root.stop();
  roots = [];
  for (const hosting of open.toReversed()) await hosting.close();
  open = [];
});

interface Thing {
  readonly colour: string;
}

const refusal = (code: string, text: string): Error =>
  expect.objectContaining({ code, message: expect.stringContaining(text) as string }) as Error;

/** Remembers the very thing that it was given, and those that it was told of. */
const keeper = setup({
  types: {
    context: {} as { thing: Thing; told: Thing[] },
    input: {} as Thing,
    events: {} as { type: 'TELL'; thing: Thing },
  },
}).createMachine({
  context: ({ input }) => ({ thing: input, told: [] }),
  on: { TELL: { actions: assign({ told: ({ context, event }) => [...context.told, event.thing] }) } },
});

const contextOf = (snapshot: unknown) => (snapshot as { context: { thing: Thing } }).context;
const keeperIn = (actor: AnyActorRef) => actor.system.get('keeper') as AnyActorRef;

const red: Thing = { colour: 'red' };

/** Whether an actor's context holds the same object that the test gave, which nothing does that came through the codec. */
const isAtHome = (actor: AnyActorRef): boolean => contextOf(actor.getSnapshot()).thing === red;

const below = (...generations: string[]) =>
  generations.reduceRight<typeof keeper>(
    (child) =>
      createMachine({
        context: { thing: red },
        invoke: { id: 'child', src: child, input: red },
      }) as unknown as typeof keeper,
    keeper,
  );
const childOf = (actor: AnyActorRef): AnyActorRef =>
  (actor.getSnapshot() as { children: Record<string, AnyActorRef> }).children['child'] as AnyActorRef;

describe('what is hosted', () => {
  it('is every root unless told otherwise, and what crosses is a copy', () => {
    expect(isAtHome(start(keeper, { input: red }))).toBe(true);
    host();
    const actor = start(keeper, { input: red });
    actor.send({ type: 'TELL', thing: red });
    expect(actor.getSnapshot().context).toEqual({ thing: red, told: [red] });
    expect(isAtHome(actor)).toBe(false);
    expect(actor.getSnapshot().can({ type: 'TELL', thing: red })).toBe(true);
  });

  it('is every child where that is asked for, those of hosted ones too', async () => {
    host({ children: true });
    const root = start(below('child', 'grandchild'));
    expect(isAtHome(root)).toBe(true);
    const child = childOf(root);
    const grandchild = childOf(child);
    // two nodes away there is no road within the call
    expect(contextOf(await settled(grandchild))).toEqual({ thing: red, told: [] });
    expect([isAtHome(child), isAtHome(grandchild)]).toEqual([false, false]);
    grandchild.send({ type: 'TELL', thing: red });
    expect(contextOf(await settled(grandchild))).toEqual({ thing: red, told: [red] });
  });

  it('is both where both are asked for, in one call or in two', () => {
    for (const calls of [[{ roots: true, children: true }], [{ roots: true }, { children: true }]]) {
      for (const options of calls) host(options);
      const root = start(below('child'));
      expect([isAtHome(root), isAtHome(childOf(root))]).toEqual([false, false]);
    }
  });

  it('finds a child by its systemId as at home', async () => {
    host({ children: true });
    const machine = createMachine({ invoke: { src: keeper, systemId: 'keeper', input: red } });
    const alone = start(machine);
    expect(contextOf(keeperIn(alone).getSnapshot())).toEqual({ thing: red, told: [] });
    const root = start(createMachine({ invoke: { src: machine } }));
    expect(contextOf(await settled(keeperIn(root)))).toEqual({ thing: red, told: [] });
  });

  it('is not what is hosted already, nor what troupe makes for itself', async () => {
    await using own = createMemoryHost({ mode: 'sync' });
    const logic = own.import({ keeper }).keeper;
    const [first, second] = [createActor(keeper, { input: red }), createActor(keeper, { input: red })];
    const step = Number(second.sessionId.slice(2)) - Number(first.sessionId.slice(2));
    host();
    const before = createActor(logic, { input: red });
    expect(before.logic).toBe(logic);
    before.start();
    const answering = createActor(
      fromCallback<{ type: 'WHO'; replyTo: AnyActorRef }>(({ receive }) =>
        receive(({ replyTo }) => replyTo.send({ type: 'ME' })),
      ),
    ).start();
    expect(await ask(answering, (replyTo) => ({ type: 'WHO', replyTo }))).toEqual({ type: 'ME' });
    const after = createActor(keeper, { input: red });
    // the program made two in between
    expect(Number(after.sessionId.slice(2)) - Number(before.sessionId.slice(2))).toBe(2 * step);
  });

  it('goes by the clock that the program gave', () => {
    host();
    const clock = new SimulatedClock();
    const lamp = createMachine({
      initial: 'lit',
      states: { lit: { after: { 1000: 'dark' } }, dark: {} },
    });
    const actor = start(lamp, { clock });
    clock.increment(999);
    expect(actor.getSnapshot().value).toBe('lit');
    clock.increment(1);
    expect(actor.getSnapshot().value).toBe('dark');
  });

  it('logs where the program says', () => {
    host();
    const said: unknown[] = [];
    start(createMachine({ entry: log('hello') }), { logger: (...words: unknown[]) => said.push(...words) });
    expect(said).toEqual(['hello']);
  });
});

describe('the modes', () => {
  /** What is known on the line after `start`, after `send` and in the end. */
  const play = async (mode: NonNullable<HostEverythingOptions['mode']>) => {
    host({ mode });
    let begun = false;
    let ended = false;
    const logic = fromCallback(({ receive }) => {
      begun = true;
      receive(() => {});
      return () => (ended = true);
    });
    const service = start(logic);
    const counter = createActor(fromTransition((count: number, _: { type: 'ADD' }) => count + 1, 0)).start();
    const seen: unknown[] = [begun];
    counter.send({ type: 'ADD' });
    seen.push(counter.getSnapshot().context);
    service.stop();
    seen.push(ended);
    seen.push((await settled(counter)).context);
    return seen;
  };

  it('sync: all is delivered within the call', async () => {
    expect(await play('sync')).toEqual([true, 1, true, 1]);
  });

  it('async: actors start and stop within the call, messages come later', async () => {
    expect(await play('async')).toEqual([true, 0, true, 1]);
  });

  it('async: what was sent before a stop is handled before it', () => {
    host({ mode: 'async' });
    const heard: unknown[] = [];
    const listener = fromCallback<{ type: string }>(({ receive }) => {
      receive(({ type }) => heard.push(type));
      return () => heard.push('stop');
    });
    const actor = start(listener);
    for (const type of ['A', 'B']) actor.send({ type });
    expect(heard).toEqual([]);
    actor.stop();
    expect(heard).toEqual(['A', 'B', 'stop']);
  });

  it('async: what an actor puts out as it starts is there after the start', () => {
    host({ children: true, mode: 'async' });
    const child = createMachine({ entry: sendParent({ type: 'HELLO' }) });
    const parent = createMachine({
      initial: 'alone',
      states: { alone: { on: { HELLO: 'greeted' } }, greeted: {} },
      invoke: { src: child },
    });
    expect(start(parent).getSnapshot().value).toBe('greeted');
  });

  it('thread: all comes later, also that an actor begins and ends', async () => {
    expect(await play('thread')).toEqual([false, 0, false, 1]);
  });

  it.each(['sync', 'async', 'thread'] as const)('a child reports to its parent: %s', async (mode) => {
    host({ roots: true, children: true, mode });
    const child = createMachine({
      initial: 'waiting',
      states: { waiting: { on: { GO: 'over' } }, over: { type: 'final' } },
      output: () => 42,
    });
    const parent = setup({ types: { context: {} }, actors: { child } }).createMachine({
      context: {},
      initial: 'busy',
      states: {
        busy: {
          invoke: {
            id: 'child',
            src: 'child',
            onDone: { target: 'idle', actions: assign({ answer: ({ event }) => event.output }) },
          },
          on: { GO: { actions: ({ self }) => childOf(self).send({ type: 'GO' }) } },
        },
        idle: {},
      },
    });
    const actor = start(parent);
    actor.send({ type: 'GO' });
    expect((await waitFor(actor, (snapshot) => snapshot.value === 'idle')).context).toEqual({ answer: 42 });
  });
});

describe('the end of it', () => {
  it('takes a child from a parent that still runs, which is a failure', async () => {
    const hosting = host({ children: true });
    const root = createActor(createMachine({ invoke: { src: keeper, input: red } }));
    const failed: unknown[] = [];
    root.subscribe({ error: (error) => failed.push(error) });
    root.start();
    await hosting.close();
    expect(failed).toEqual([expect.objectContaining({ code: 'HOST_CLOSED' })]);
  });

  it('leaves actors that are made from then on where they are made, and stops the others', async () => {
    const hosting = host();
    const actor = start(keeper, { input: red });
    await hosting.close();
    expect(actor.getSnapshot().status).toBe('stopped');
    expect(isAtHome(start(keeper, { input: red }))).toBe(true);
  });

  it('leaves another that began later as it is', async () => {
    const first = host();
    host({ children: true });
    await first.close();
    const root = start(below('child'));
    expect([isAtHome(root), isAtHome(childOf(root))]).toEqual([true, false]);
  });
});

describe('what would break across a thread', () => {
  it('is told where it is: a function in an input', () => {
    host();
    const failed: unknown[] = [];
    const actor = createActor(
      fromCallback(() => {}),
      { input: { report: { done: () => {} } } },
    );
    actor.subscribe({ error: (error) => failed.push(error) });
    actor.start();
    expect(failed).toEqual([refusal('NOT_SERIALIZABLE', 'report.done')]);
  });

  it('is told at the call: a function in an event', () => {
    host();
    const actor = start(keeper, { input: red });
    expect(() => actor.send({ type: 'TELL', thing: { colour: () => 'red' } as never })).toThrow(
      refusal('NOT_SERIALIZABLE', 'colour'),
    );
  });
});

describe('what it does not take', () => {
  it.each([
    [{ roots: false }, 'both roots and children are left out'],
    [{ mode: 'later' } as never, "Cannot take 'later' for mode: it must be sync or async or thread."],
  ])('%j', (options, text) => {
    expect(() => hostEverything(options)).toThrow(refusal('INVALID_ARGUMENT', text));
  });
});
