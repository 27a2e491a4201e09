// The timeouts and signals of everything that waits.
import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createActor, fromTransition, type AnyActorRef } from 'xstate';
import { ask, createMemoryHost, createThreads, drained, persist, settled, started, watch } from 'troupe';
import { arrive, barrier } from 'troupe/actors';
import { rejectionOf } from './support/observing.ts';
import { urlOf } from './support/places.ts';
import { run } from './support/run.ts';

const counter = fromTransition(
  (count: number, _: { readonly type: 'ADD'; readonly replyTo: AnyActorRef }) => count + 1,
  0,
);

interface Patience {
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

/** All that waits for an actor, and for longer than it takes to handle what was sent. */
const waits: Readonly<Record<string, (ref: AnyActorRef, patience: Patience) => Promise<unknown>>> = {
  ask: (ref, patience) => ask(ref as never, (replyTo) => ({ type: 'ADD', replyTo }) as never, patience),
  settled: (ref, patience) => settled(ref, () => false, patience),
  started: (ref, patience) => started(ref, patience),
  persist: (ref, patience) => persist(ref, patience),
};

/** An actor to which nothing is delivered. */
function startStuck() {
  const posted: unknown[] = [];
  const host = createMemoryHost({ schedule: (deliver) => posted.push(deliver) });
  const actor = createActor(host.import({ counter }).counter, { id: 'Ada' }).start();
  return { actor, posted, [Symbol.asyncDispose]: () => host.close({ timeout: 0 }) };
}

describe('a timeout', () => {
  it.each([
    [Number.NaN, 'NaN'],
    [-1, '-1'],
    ['5', "'5'"],
    [null, 'null'],
    [{}, '[object Object]'],
  ])('is refused if it is no number of milliseconds: %s', async (value, given) => {
    using actor = run(counter);
    const timeout = value as number;
    const refused = {
      code: 'INVALID_ARGUMENT',
      message: `Cannot wait ${given} ms: timeout must be a number of milliseconds from 0 up. Give Infinity to wait without a deadline.`,
    };
    expect(await rejectionOf(settled(actor, undefined, { timeout }))).toMatchObject(refused);
    expect(await rejectionOf(started(actor, { timeout }))).toMatchObject(refused);
    expect(await rejectionOf(ask(actor, (replyTo) => ({ type: 'ADD', replyTo }), { timeout }))).toMatchObject(refused);
    expect(await rejectionOf(persist(actor, { timeout }))).toMatchObject(refused);
    expect(await rejectionOf(drained(actor, { timeout }))).toMatchObject(refused);
    expect(await rejectionOf(arrive(actor as never, { timeout }))).toMatchObject(refused);
    await using host = createMemoryHost();
    expect(await rejectionOf(host.close({ timeout }))).toMatchObject(refused);
    // and it is as open as before
    expect(() => host.import({ counter })).not.toThrow();
  });

  it('of a host that is closed may be Infinity: then it waits for what was sent', async () => {
    const lines: unknown[] = [];
    const threads = createThreads({ size: 1, logger: (line: unknown) => lines.push(line) });
    const { labourer } = threads.import<typeof import('./fixtures/programs/labourer.ts')>(urlOf('programs/labourer'));
    const actor = createActor(labourer).start();
    await started(actor);
    for (const milliseconds of [30, 20]) actor.send({ type: 'WORK', milliseconds });
    await threads.close({ timeout: Infinity });
    expect(lines).toEqual(['worked 30 ms', 'worked 20 ms']);
  });
});

describe('a timeout of 0', () => {
  it.each([
    ['ask', 'ASK_TIMEOUT'],
    ['settled', 'SETTLE_TIMEOUT'],
    ['started', 'SETTLE_TIMEOUT'],
    ['persist', 'PERSIST_TIMEOUT'],
  ])('ends the wait of %s for what does not answer', async (name, code) => {
    await using stuck = startStuck();
    expect(await rejectionOf((waits[name] as (typeof waits)['ask'])(stuck.actor, { timeout: 0 }))).toMatchObject({
      code,
      details: { timeout: 0 },
    });
  });

  it('leaves time for what is answered within the tick', async () => {
    await using host = createMemoryHost({ mode: 'sync' });
    const actor = createActor(host.import({ counter }).counter).start();
    expect(await settled(actor, undefined, { timeout: 0 })).toMatchObject({ context: 0 });
    expect(await started(actor, { timeout: 0 })).toMatchObject({ context: 0 });
    expect(await persist(actor, { timeout: 0 })).toMatchObject({ context: 0 });
    expect(await drained(actor, { timeout: 0 })).toBeUndefined();
  });

  it('is no wait at a barrier: who comes alone breaks it', async () => {
    const gate = createActor(barrier, { input: { parties: 2 } }).start();
    expect(await rejectionOf(arrive(gate, { timeout: 0 }))).toMatchObject({ code: 'BARRIER_BROKEN' });
  });
});

describe('a timeout of Infinity', () => {
  it.each(Object.entries(waits))('is ended by the end of what %s waits for', async (_, wait) => {
    await using stuck = startStuck();
    const waiting = wait(stuck.actor, { timeout: Infinity }).then(
      () => 'settled',
      () => 'settled',
    );
    await stuck[Symbol.asyncDispose]();
    expect(await waiting).toBe('settled');
  });
});

describe('a signal that was aborted before', () => {
  it.each(Object.entries({ ...waits, watch, drained }))(
    'rejects %s at once with its reason, and nothing is sent or kept',
    async (_, wait) => {
      await using stuck = startStuck();
      await Promise.resolve();
      const before = stuck.posted.length;
      const signal = AbortSignal.abort(new RangeError('enough'));
      let isRejected = false;
      const waiting = rejectionOf(wait(stuck.actor, { signal })).finally(() => (isRejected = true));
      for (let hops = 0; hops < 10; hops += 1) await Promise.resolve();
      expect(isRejected).toBe(true);
      expect(await waiting).toBe(signal.reason);
      expect(stuck.posted).toHaveLength(before);
      expect(getEventListeners(signal, 'abort')).toEqual([]);
      expect((Reflect.get(stuck.actor, 'observers') as Set<unknown>).size).toBe(0);
    },
  );
});

describe('a signal that is aborted meanwhile', () => {
  it.each(Object.entries({ ...waits, watch }))('rejects %s, and nothing is kept', async (_, wait) => {
    await using stuck = startStuck();
    const controller = new AbortController();
    const waiting = rejectionOf(wait(stuck.actor, { signal: controller.signal }));
    controller.abort(new RangeError('enough'));
    expect(await waiting).toBe(controller.signal.reason);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    expect((Reflect.get(stuck.actor, 'observers') as Set<unknown>).size).toBe(0);
  });
});

describe('a signal', () => {
  it.each([[null], ['stop'], [{}], [new AbortController()]])(
    'is refused if it is no AbortSignal: %s',
    async (value) => {
      using actor = run(counter);
      const signal = value as unknown as AbortSignal;
      const refused = { code: 'INVALID_ARGUMENT', message: expect.stringContaining('is no AbortSignal') as string };
      expect(await rejectionOf(settled(actor, undefined, { signal }))).toMatchObject(refused);
      for (const wait of Object.values(waits))
        expect(await rejectionOf(wait(actor, { signal }))).toMatchObject(refused);
      expect(await rejectionOf(watch(actor, { signal }))).toMatchObject(refused);
    },
  );
});
