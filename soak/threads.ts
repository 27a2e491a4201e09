// The soak of threads: a hundred actors on four threads, told, asked, watched, stopped and made anew, while threads are killed at random moments. It ends
// with every wait ended and every event accounted for, or says what was violated.
import {
  ask,
  createBus,
  createThreads,
  isTroupeError,
  settled,
  started as begun,
  watch,
  type DeadLetter,
  type Down,
  type NodeAddress,
} from 'troupe';
import { injectFaults } from 'troupe/testing';
import { createActor, type ActorRefFrom } from 'xstate';
import { mirrorOf } from '../src/mirror.ts';
import { compare, countLetters, createAccountsMemory, openAccounts, WAITS } from './accounts.ts';
import { account, type worker } from './actors.ts';
import { collectGarbage, resourcesNow } from './resources.ts';
import { between, createRandom, pick, pickWeighted } from './random.ts';
import { comeTrue, createWaits } from './waits.ts';

export interface ThreadSoakOptions {
  readonly seed: number;
  readonly seconds: number;
  readonly threads?: number;
  readonly actors?: number;
}

export interface Outcome {
  /** What was promised and did not hold. */
  readonly violations: readonly string[];
  readonly figures: Readonly<Record<string, string | number>>;
}

type Worker = ActorRefFrom<typeof worker>;

interface Life {
  readonly name: string;
  readonly actor: Worker;
  readonly address: string;
  isOver: boolean;
}

const OPERATIONS = {
  TELL: 60,
  ASK: 15,
  MEET: 8,
  CHATTER: 8,
  QUERY: 3,
  SPAWN: 2,
  ABANDON: 1,
  SETTLE: 2,
  WATCH: 3,
  STOP: 2,
  LEAVE: 1,
  FAIL: 1,
  CRASH: 0.02,
} as const;

const WORKERS = new URL('./actors.js', import.meta.url);
const BEAT = 2;
const PER_BEAT = 12;
/** A wait that is due and takes longer hangs. */
const PATIENCE = 15_000;

export async function soakThreads({ seed, seconds, threads = 4, actors = 100 }: ThreadSoakOptions): Promise<Outcome> {
  const random = createRandom(seed);
  const violations: string[] = [];
  const violate = (text: string) => {
    // the first tell it; thousands of the same do not tell more
    if (violations.length < 50) violations.push(text);
  };
  const before = await resourcesNow();
  const bus = createBus({ name: 'main' });
  const faults = injectFaults({ bus, seed });
  const accounts = openAccounts(createAccountsMemory(20_000 + seconds * 3000));
  const letters = new Map<DeadLetter['reason'], number>();
  countLetters(bus, accounts, ({ reason, count, error }) => {
    letters.set(reason, (letters.get(reason) ?? 0) + count);
    if (!EXPECTED.has(reason)) violate(`an unexpected dead letter: ${reason} (${String(error)})`);
  });
  const alive = new Set<NodeAddress>();
  const all: NodeAddress[] = [];
  const addresses: string[] = [];
  let deaths = 0;
  let started = 0;
  const waits = createWaits();
  const overdue = createWaits();
  const tally: Record<string, number> = {};
  const count = (what: string, by = 1) => (tally[what] = (tally[what] ?? 0) + by);
  let isEnding = false;

  const kill = (node: NodeAddress, when: string) => {
    count(`kills ${when}`);
    void overdue.follow(`kill of ${node}`, faults.kill(node)).catch((error: unknown) => violate(String(error)));
  };
  bus.nodes.subscribe(({ type, node }) => {
    if (type === 'up') {
      alive.add(node);
      all.push(node);
      // nodes within threads are met, too, and those are the threads' own
      if (!node.startsWith('thread')) return;
      started += 1;
      if (!isEnding && started > threads && random() < 0.15)
        setTimeout(() => !isEnding && kill(node, 'while it started'), between(random, 0, 80));
    } else if (type === 'down') {
      alive.delete(node);
      if (node.startsWith('thread')) deaths += 1;
    }
  });

  const host = createThreads({ bus, size: threads });
  const { worker: hosted } = host.import<typeof import('./actors.ts')>(WORKERS);
  const lives: Life[] = [];
  let names = 0;

  const begin = (index: number): void => {
    const name = `worker-${(names += 1)}`;
    const actor = createActor(hosted, { id: name, input: { memory: accounts.memory } });
    let isOver = false;
    // some are observed, and others nobody looks at
    if (random() < 0.3) {
      actor.subscribe({
        next: ({ status }) => {
          if (isOver && status === 'active') violate(`${name} showed something after its end`);
        },
        error: () => {},
      });
    } else actor.subscribe({ error: () => {} });
    actor.start();
    const address = mirrorOf(actor)?.line?.address ?? '';
    addresses.push(address);
    const life: Life = { name, actor, address, isOver: false };
    lives[index] = life;
    count('lives');
    let downs = 0;
    const hearDown = (down: Down): void => {
      count(`down ${down.type}`);
      if (down.type === 'failed' && !isExpected(down.error)) violate(`${name} failed with ${textOf(down.error)}`);
      isOver = life.isOver = true;
      if ((downs += 1) > 1) violate(`${name} was told to be down ${downs} times`);
      if (lives[index] === life && !isEnding) begin(index);
    };
    waits.follow(`watch of ${name}`, watch(actor)).then(hearDown, (error: unknown) => violate(textOf(error)));
  };
  for (let index = 0; index < actors; index += 1) begin(index);

  const operate = (life: Life): void => {
    const { actor, name } = life;
    const operation = pickWeighted(random, OPERATIONS);
    count(operation);
    if (operation === 'STOP') {
      actor.stop();
      return;
    }
    if (operation === 'SETTLE') {
      const wait = random() < 0.5 ? settled(actor) : begun(actor);
      void overdue.follow(`settled of ${name}`, wait).catch(() => {});
      return;
    }
    if (operation === 'WATCH') {
      const signal = random() < 0.3 ? AbortSignal.timeout(between(random, 1, 50)) : undefined;
      void waits.follow(`watch of ${name}`, watch(actor, signal ? { signal } : {})).catch(() => {});
      return;
    }
    if (operation === 'ASK') {
      const timeout = random() < 0.2 ? between(random, 0, 20) : Infinity;
      const reply = ask(actor, (replyTo) => ({ ...counted(actor), type: 'ASK', replyTo }), { timeout });
      void overdue.follow(`ask of ${name}`, reply).catch(() => {});
      return;
    }
    const refs = () => Array.from({ length: 3 }, () => pick(random, lives).actor).filter((ref) => ref !== actor);
    const times = operation === 'TELL' ? between(random, 1, 20) : 1;
    for (let time = 0; time < times; time += 1) {
      const base = counted(actor);
      if (operation === 'MEET') actor.send({ ...base, type: operation, refs: refs() });
      else if (operation === 'CHATTER') actor.send({ ...base, type: operation, count: between(random, 1, 30) });
      else if (operation === 'QUERY') actor.send({ ...base, type: operation, patience: 5000 });
      else actor.send({ ...base, type: operation });
    }
    count('sent', times);
  };
  const counted = (actor: Worker) => {
    const found = account(bus, accounts, actor);
    if (!found) throw new Error(`${actor.id} has no address.`);
    return found;
  };

  // ---- the load

  const start = performance.now();
  const elapsed = () => performance.now() - start;
  let nextKill = 300;
  let warm: number | undefined;
  while (elapsed() < seconds * 1000) {
    for (let each = 0; each < PER_BEAT; each += 1) operate(pick(random, lives));
    if (elapsed() > nextKill) {
      nextKill = elapsed() + between(random, 100, 500);
      if (alive.size > 0)
        kill(
          pick(
            random,
            [...alive].filter((node) => node.startsWith('thread')),
          ),
          'at work',
        );
    }
    if (warm === undefined && elapsed() > seconds * 300) warm = collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, BEAT));
    for (const what of overdue.olderThan(PATIENCE)) violate(`${what} has not ended for ${PATIENCE} ms`);
    if (violations.length >= 50) break;
  }
  const minutes = elapsed() / 60_000;
  isEnding = true;

  // ---- the end: what still runs comes to rest, and all is compared

  await comeTrue(() => overdue.open.length === 0, PATIENCE);
  for (const what of overdue.open) violate(`${what} never ended`);
  const faultsNow = (isOver: boolean) =>
    compare(
      accounts,
      [bus.address, ...all],
      (node) => node === bus.address || alive.has(node),
      isOver ? [...addresses, WAITS] : addresses,
    );
  await comeTrue(() => faultsNow(false).length === 0, PATIENCE);
  await Promise.all(
    lives.map(async ({ actor, address, isOver }) => {
      // one that was stopped shows what it showed then
      if (isOver || actor.getSnapshot().status !== 'active') return;
      const shown = (await settled(actor)).context.handled;
      const real = [bus.address, ...all].reduce(
        (sum, node) => sum + accounts.at(accounts.slotOf(node, address)).handled,
        0,
      );
      if (shown !== real) violate(`${actor.id} shows ${shown} handled events, and has handled ${real}`);
    }),
  ).catch((error: unknown) => violate(`settled at the end: ${String(error)}`));
  const atRest = collectGarbage();
  if (warm !== undefined && atRest - warm > HEAP_GROWTH)
    violate(`the heap has grown by ${mebibytes(atRest - warm)} MiB since ${mebibytes(warm)} after warm-up`);
  for (const { actor } of lives) actor.stop();
  await comeTrue(() => waits.open.length === 0, PATIENCE);
  for (const what of waits.open) violate(`${what} never ended`);
  await comeTrue(() => faultsNow(true).length === 0, PATIENCE);
  for (const fault of faultsNow(true)) violate(fault);
  const aliveAtEnd = alive.size;
  await host.close();
  await bus.close();
  faults.close();
  const after = await resourcesNow();
  if (alive.size > 0 && after.workers > before.workers)
    violate(`${after.workers - before.workers} threads are left of ${aliveAtEnd}`);
  for (const [type, number] of after.active)
    if (number > (before.active.get(type) ?? 0))
      violate(`${number - (before.active.get(type) ?? 0)} more of ${type} are left`);
  lives.length = 0;
  const end = collectGarbage();
  const kills = (tally['kills at work'] ?? 0) + (tally['kills while it started'] ?? 0);
  if (kills / minutes < LEAST_KILLS)
    violate(`only ${Math.round(kills / minutes)} threads a minute were killed: that proves too little`);

  const sums = { sent: 0, handled: 0, sure: 0, maybe: 0 };
  for (const [, each] of accounts.used())
    for (const key of Object.keys(sums) as (keyof typeof sums)[]) sums[key] += each.sent > 0 ? each[key] : 0;
  return {
    violations,
    figures: {
      seconds: Math.round(minutes * 60),
      kills,
      'kills a minute': Math.round(kills / minutes),
      deaths,
      'threads started': started,
      ...tally,
      ...Object.fromEntries([...letters].map(([reason, number]) => [`letters here: ${reason}`, number])),
      ...Object.fromEntries(waits.ended),
      ...Object.fromEntries(overdue.ended),
      'events sent': sums.sent,
      'events handled': sums.handled,
      'events known to be lost': sums.sure,
      'events maybe handled': sums.maybe,
      'heap after warm-up (MiB)': mebibytes(warm ?? 0),
      'heap at rest (MiB)': mebibytes(atRest),
      'heap after closing (MiB)': mebibytes(end),
    },
  };
}

/** A minute. */
const LEAST_KILLS = 100;

/** What the soak itself keeps to compare, and what the engine does. */
const HEAP_GROWTH = 8 * 2 ** 20;

const mebibytes = (bytes: number): number => Math.round((bytes / 2 ** 20) * 10) / 10;

const EXPECTED: ReadonlySet<DeadLetter['reason']> = new Set([
  'no-such-actor',
  'stopped',
  'unreachable',
  'maybe-handled',
] as const);

/** What an actor may fail with here: it was told to, or its thread died. */
const isExpected = (error: unknown): boolean => isTroupeError(error, 'THREAD_DIED') || error instanceof RangeError;

const textOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
