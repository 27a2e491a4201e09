// What must not grow: memory, over many actors, many threads, and a flood of events.
import { createBus, createThreads, inThread, settled, type DeadLetter } from 'troupe';
import { createActor, type ActorRefFrom } from 'xstate';
import type * as growing from './growing.ts';
import { collectGarbage, resourcesNow } from './resources.ts';
import type { Outcome } from './threads.ts';

type Growing = typeof growing;

const GROWING = new URL('./growing.js', import.meta.url);
const MEBIBYTE = 2 ** 20;

/** How much more the second half may leave behind than the first one did: what the engine itself keeps. */
const TOLERANCE = 1.5 * MEBIBYTE;

/** Starts and stops so many actors on two threads, some dozens at a time. */
export async function growByActors(count: number): Promise<Outcome> {
  await using bus = createBus({ name: 'main' });
  await using host = createThreads({ bus, size: 2 });
  const { counter, meter } = host.import<Growing>(GROWING);
  const meters = [0, 1].map((index) => createActor(meter, { id: `meter-${index}` }).start());
  const heaps = async () => [collectGarbage(), ...(await Promise.all(meters.map(heapOf)))];
  const spend = async (actors: number): Promise<number[]> => {
    for (let begun = 0; begun < actors; begun += BATCH) {
      const batch = Array.from({ length: BATCH }, () => createActor(counter).start());
      for (const actor of batch) actor.send({ type: 'ADD' });
      for (const actor of batch) actor.stop();
      await Promise.all(batch.map((actor) => settled(actor)));
    }
    return heaps();
  };
  // what is kept of the latest, such as how they ended, is full then
  const warm = await spend(Math.max(count / 5, 500));
  const half = await spend(count / 2);
  const whole = await spend(count / 2);
  const violations = whole.flatMap((heap, index) => {
    const growth = heap - (half[index] ?? 0);
    return growth <= TOLERANCE
      ? []
      : [`${PLACES[index]}: ${mebibytes(growth)} MiB more after the second ${count / 2} actors than after the first`];
  });
  return {
    violations,
    figures: {
      actors: count,
      ...Object.fromEntries(
        PLACES.map((place, index) => [
          `heap in ${place} (MiB): warm, half, whole`,
          [warm, half, whole].map((each) => mebibytes(each[index] ?? 0)).join(', '),
        ]),
      ),
    },
  };
}

const BATCH = 50;
const PLACES = ['this thread', 'thread 1', 'thread 2'];

async function heapOf(meter: ActorRefFrom<typeof growing.meter>): Promise<number> {
  meter.send({ type: 'MEASURE' });
  return (await settled(meter)).context;
}

/** Starts and ends so many threads, a few at a time. */
export async function growByThreads(count: number): Promise<Outcome> {
  const before = await resourcesNow();
  const bus = createBus({ name: 'main' });
  const { counter } = inThread<Growing>(GROWING, { bus });
  const spend = async (threads: number): Promise<number> => {
    for (let begun = 0; begun < threads; begun += 1) {
      const actor = createActor(counter).start();
      actor.send({ type: 'ADD' });
      await settled(actor);
      actor.stop();
      await settled(actor);
    }
    return collectGarbage();
  };
  const warm = await spend(Math.ceil(count / 5));
  const half = await spend(Math.ceil(count / 2));
  const whole = await spend(Math.ceil(count / 2));
  await bus.close();
  const after = await resourcesNow();
  const violations: string[] = [];
  if (whole - half > TOLERANCE)
    violations.push(`${mebibytes(whole - half)} MiB more after the second ${count / 2} threads than after the first`);
  if (after.workers > before.workers) violations.push(`${after.workers - before.workers} threads are left`);
  for (const [type, number] of after.active)
    if (number > (before.active.get(type) ?? 0))
      violations.push(`${number - (before.active.get(type) ?? 0)} more of ${type} are left`);
  return {
    violations,
    figures: { threads: count, 'heap (MiB): warm, half, whole': [warm, half, whole].map(mebibytes).join(', ') },
  };
}

/** Sends so many events in one synchronous loop to an actor that takes its time. */
export async function flood(
  events: number,
  mailbox: { readonly events: number; readonly bytes: number },
): Promise<Outcome> {
  const letters = new Map<DeadLetter['reason'], number>();
  await using bus = createBus({ name: 'main' });
  bus.deadLetters.subscribe(({ reason, count }) => letters.set(reason, (letters.get(reason) ?? 0) + count));
  await using host = createThreads({ bus, size: 1 });
  const { slow } = host.import<Growing>(GROWING, { mailbox, snapshots: 'latest' });
  const actor = createActor(slow).start();
  await settled(actor);
  collectGarbage();
  const baseline = memoryNow();
  let most = 0;
  for (let number = 0; number < events; number += 1) {
    actor.send({ type: 'ADD', number });
    if (number % 10_000 === 0) most = Math.max(most, memoryNow() - baseline);
  }
  most = Math.max(most, memoryNow() - baseline);
  const { context } = await settled(actor, undefined, { timeout: 120_000 });
  const lost = [...letters.values()].reduce((sum, count) => sum + count, 0);
  const violations: string[] = [];
  if (context.handled + lost !== events)
    violations.push(`${events} were sent, ${context.handled} handled, and ${lost} told to be lost`);
  if (context.disorder > 0) violations.push(`${context.disorder} came out of order`);
  const bound = Math.min(mailbox.bytes, mailbox.events * EVENT_BYTES) + SLACK;
  if (most > bound) violations.push(`${mebibytes(most)} MiB were taken, where ${mebibytes(bound)} MiB are the bound`);
  return {
    violations,
    figures: {
      events,
      handled: context.handled,
      ...Object.fromEntries([...letters].map(([reason, count]) => [`letters: ${reason}`, count])),
      'most memory (MiB)': mebibytes(most),
    },
  };
}

/** As it is encoded, in two bytes a character. */
const EVENT_BYTES = 64;
/** What the engine takes besides: for garbage that it has not collected, here and in the thread. */
const SLACK = 96 * MEBIBYTE;

function memoryNow(): number {
  // what was posted to a thread and not yet taken is in neither heap
  return process.memoryUsage.rss();
}

const mebibytes = (bytes: number): number => Math.round((bytes / MEBIBYTE) * 10) / 10;
