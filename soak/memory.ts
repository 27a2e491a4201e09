// The soak of memory links: short runs, each with one to three nodes below this one whose links lose, repeat, swap and delay packets by a seeded schedule. When
// the links are healed, every wait ends and every event is accounted for, exactly.
import {
  ask,
  createBus,
  createMemoryHost,
  isTroupeError,
  persist,
  settled,
  started,
  watch,
  type DeadLetter,
  type NodeAddress,
} from 'troupe';
import { injectFaults } from 'troupe/testing';
import { assign, createActor, setup, SimulatedClock, type ActorRefFrom, type AnyActorRef } from 'xstate';
import { mirrorOf } from '../src/mirror.ts';
import { refsOf } from '../src/refs.ts';
import { compare, countLetters, createAccountsMemory, openAccounts, WAITS } from './accounts.ts';
import * as workers from './actors.ts';
import { between, createRandom, pick, pickWeighted } from './random.ts';
import { comeTrue, createWaits } from './waits.ts';

type Worker = ActorRefFrom<typeof workers.worker>;

interface Life {
  readonly actor: Worker;
  readonly address: string;
  readonly node: NodeAddress;
  isOver: boolean;
}

const OPERATIONS = {
  TELL: 30,
  ASK: 8,
  MEET: 8,
  CHATTER: 10,
  QUERY: 3,
  SETTLE: 4,
  START: 2,
  PERSIST: 1,
  WATCH: 4,
  STOP: 2,
  LEAVE: 2,
  FAIL: 1,
  BEGIN: 4,
  FAULT: 15,
  HEAL: 3,
  TIME: 8,
} as const;

const FAULTS = ['drop', 'duplicate', 'reorder', 'delay', 'cut'] as const;
const PATIENCE = 1000;

/** One run; gives what was violated. */
export async function runOnMemory(seed: number): Promise<readonly string[]> {
  const random = createRandom(seed);
  const violations: string[] = [];
  const bus = createBus({ name: 'main' });
  const clock = new SimulatedClock();
  const faults = injectFaults({ bus, seed, clock });
  const accounts = openAccounts(createAccountsMemory(400));
  countLetters(bus, accounts, ({ reason, error }) => {
    if (!EXPECTED.has(reason)) violations.push(`an unexpected dead letter: ${reason} (${String(error)})`);
  });
  const nodes: NodeAddress[] = [];
  const alive = new Set<NodeAddress>();
  bus.nodes.subscribe(({ type, node }) => {
    if (type === 'up') alive.add(node);
    else if (type === 'down') alive.delete(node);
    if (type === 'up') nodes.push(node);
  });
  const hosts = Array.from({ length: between(random, 1, 3) }, (_, index) =>
    createMemoryHost({ bus, name: `host-${index + 1}` }),
  );
  const logic = hosts.map((host) => host.import(workers).worker);
  const collector = createActor(
    setup({ types: { events: {} as workers.Work } }).createMachine({
      context: { handled: 0 },
      on: {
        // whatever it is told, also what it is asked
        '*': {
          actions: assign(({ event, context }) => {
            accounts.handle(event.slot, event.number);
            return { handled: (context as { handled: number }).handled + 1 };
          }),
        },
      },
    }),
  ).start();
  // it is told of, so that letters name it
  const targets: string[] = [refsOf(bus).addressOf(collector)];
  const lives: Life[] = [];
  /** Ends as soon as the links are whole, or with its actor. */
  const due = createWaits();
  const downs = createWaits();
  /** Ends when it is cut short. */
  const asks = createWaits();
  const cutShort = new AbortController();

  const begin = (): void => {
    const actor = createActor(pick(random, logic), { input: { memory: accounts.memory } });
    actor.subscribe({ error: () => {} });
    actor.start();
    const { address, route } = mirrorOf(actor)?.line ?? {};
    if (!address || !route) throw new Error('It has no address.');
    targets.push(address);
    const life: Life = { actor, address, node: route.node, isOver: false };
    lives.push(life);
    void downs.follow(`watch of ${address}`, watch(actor)).then(() => (life.isOver = true));
  };
  const counted = (actor: AnyActorRef): workers.Counted => {
    const found = workers.account(bus, accounts, actor);
    if (!found) throw new Error('It has no address.');
    return found;
  };
  const operate = (): void => {
    const { actor, address, node } = pick(random, lives);
    const operation = pickWeighted(random, OPERATIONS);
    switch (operation) {
      case 'TELL': {
        const times = between(random, 1, 5);
        for (let time = 0; time < times; time += 1) actor.send({ ...counted(actor), type: 'TELL' });
        return;
      }
      case 'ASK':
        void asks
          .follow(
            `ask of ${address}`,
            ask(actor, (replyTo) => ({ ...counted(actor), type: 'ASK', replyTo }), {
              timeout: Infinity,
              signal: cutShort.signal,
            }),
          )
          .catch(() => {});
        return;
      case 'MEET': {
        const refs = [collector, ...lives.map((life) => life.actor).filter((ref) => ref !== actor)];
        const met = [pick(random, refs), pick(random, refs)];
        actor.send({ ...counted(actor), type: 'MEET', refs: [...new Set(met)] });
        return;
      }
      case 'CHATTER':
        actor.send({ ...counted(actor), type: 'CHATTER', count: between(random, 1, 5) });
        return;
      case 'QUERY':
        actor.send({ ...counted(actor), type: 'QUERY', patience: 1 });
        return;
      case 'SETTLE':
        void due.follow(`settled of ${address}`, settled(actor, undefined, { timeout: Infinity })).catch(() => {});
        return;
      case 'START':
        void due.follow(`started of ${address}`, started(actor, { timeout: Infinity })).catch(() => {});
        return;
      case 'PERSIST':
        if (actor.getSnapshot().status === 'active')
          void due.follow(`persist of ${address}`, persist(actor, { timeout: Infinity })).catch(() => {});
        return;
      case 'WATCH':
        void downs.follow(`another watch of ${address}`, watch(actor)).catch(() => {});
        return;
      case 'STOP':
        actor.stop();
        return;
      case 'LEAVE':
      case 'FAIL':
        actor.send({ ...counted(actor), type: operation });
        return;
      case 'BEGIN':
        if (lives.length < 12) begin();
        return;
      case 'FAULT': {
        const verb = pick(random, FAULTS);
        if (!alive.has(node)) return;
        if (verb === 'cut') {
          if (random() < 0.4) faults.cut(node);
        } else if (verb === 'delay') faults.delay(node, [0, between(random, 0, 20)]);
        else faults[verb](node, random() * 0.6);
        return;
      }
      case 'HEAL':
        if (alive.has(node)) faults.heal(node);
        return;
      case 'TIME':
        clock.increment(between(random, 1, 10));
        return;
      default:
    }
  };

  for (let index = between(random, 1, 4); index > 0; index -= 1) begin();
  const mayKill = random() < 0.2;
  for (let step = between(random, 10, 60); step > 0; step -= 1) {
    operate();
    if (mayKill && random() < 0.03) {
      const node = pick(random, lives).node;
      if (alive.has(node)) void due.follow(`kill of ${node}`, faults.kill(node));
    }
    const pause = random();
    if (pause < 0.2) await new Promise((resolve) => setImmediate(resolve));
    else if (pause < 0.7) for (let tick = between(random, 1, 8); tick > 0; tick -= 1) await Promise.resolve();
  }

  // ---- all is whole again: now everything comes to an end

  faults.heal();
  clock.increment(100);
  const compared = (isOver: boolean) =>
    compare(
      accounts,
      [bus.address, ...nodes],
      (node) => node === bus.address || alive.has(node),
      isOver ? [...targets, WAITS] : targets,
    );
  // an event on each link reveals what was lost before it
  for (const { actor, node } of lives) if (alive.has(node)) actor.send({ ...counted(actor), type: 'TELL' });
  const isQuiet = () => due.open.length === 0 && compared(false).length === 0;
  await comeTrue(isQuiet, PATIENCE);
  violations.push(...due.open.map((what) => `${what} never ended`), ...compared(false));
  if (violations.length === 0) {
    cutShort.abort(new Error('cut short'));
    await comeTrue(() => asks.open.length === 0, PATIENCE);
    violations.push(...asks.open.map((what) => `${what} never ended`));
    for (const { actor, address, node, isOver } of lives) {
      if (isOver || !alive.has(node) || actor.getSnapshot().status !== 'active') continue;
      const shown = await settled(actor, undefined, { timeout: PATIENCE }).catch((error: unknown) => {
        if (!isExpected(error)) violations.push(`settled of ${address} at the end: ${String(error)}`);
      });
      const handled = [bus.address, ...nodes].reduce((sum, sender) => {
        const slot = accounts.find(sender, address);
        return slot === undefined ? sum : sum + accounts.at(slot).handled;
      }, 0);
      if (shown && shown.context.handled !== handled)
        violations.push(`${address} shows ${String(shown.context.handled)} handled events, and has handled ${handled}`);
    }
    for (const { actor } of lives) actor.stop();
    collector.stop();
    await comeTrue(() => downs.open.length === 0 && compared(true).length === 0, PATIENCE);
    violations.push(...downs.open.map((what) => `${what} never ended`), ...compared(true));
  }
  const closing = createWaits();
  for (const host of hosts) void closing.follow('close', host.close({ timeout: PATIENCE }));
  await comeTrue(() => closing.open.length === 0, 2 * PATIENCE);
  violations.push(...closing.open.map(() => 'a host was never closed'));
  faults.close();
  await bus.close();
  return violations;
}

const EXPECTED: ReadonlySet<DeadLetter['reason']> = new Set([
  'no-such-actor',
  'stopped',
  'unreachable',
  'maybe-handled',
  'lost',
] as const);

/** What a worker fails with when it is told to, or when nobody had asked before whether its start was lost. */
const isExpected = (error: unknown): boolean => error instanceof RangeError || isTroupeError(error, 'ACTOR_DOWN');
