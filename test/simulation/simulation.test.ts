// A simulation itself: its time, its chance, and what it does with a test that waits in vain.
import { describe, expect, it } from 'vitest';
import { assign, createActor, fromCallback, fromPromise, setup } from 'xstate';
import {
  ask,
  createBus,
  createMemoryHost,
  createMemoryLink,
  currentBus,
  settled,
  topic,
  watch,
  type Recipient,
} from 'troupe';
import { createSimulation, hostEverything, injectFaults, until } from 'troupe/testing';
import { collectDeadLetters, rejectionOf } from '../support/observing.ts';
import { seeds, simulate } from '../support/simulating.ts';

const never = (): Promise<never> => new Promise(() => {});

type Heard = { readonly type: 'HEARD'; readonly heard: readonly string[] };
type Told =
  | { readonly type: 'HEAR'; readonly word: string }
  | { readonly type: 'ASK'; readonly replyTo: Recipient<Heard> };
const gossip = setup({
  types: { context: {} as { heard: string[] }, events: {} as Told },
}).createMachine({
  context: { heard: [] },
  on: {
    HEAR: { actions: assign({ heard: ({ context, event }) => [...context.heard, event.word] }) },
    ASK: { actions: ({ context, event }) => event.replyTo.send({ type: 'HEARD', heard: context.heard }) },
  },
});

/** Three gossips on nodes of their own who pass on words in the order in which they come; gives what each has heard. */
async function gossiping(seed: number): Promise<{ readonly heard: string; readonly fingerprint: string }> {
  let heard = '';
  let fingerprint = '';
  await simulate(seed, async (run) => {
    const { between, pause, pick } = run;
    const faults = injectFaults();
    const teller = fromCallback<Told, { peers: Recipient<Told>[]; name: string }>(({ input, receive }) => {
      receive((event) => {
        if (event.type !== 'HEAR') return;
        for (const peer of input.peers) peer.send({ type: 'HEAR', word: `${event.word}${input.name}` });
      });
    });
    const hosts = ['a', 'b', 'c'].map((name) => createMemoryHost({ name }));
    const ear = createActor(createMemoryHost({ name: 'ear' }).import({ gossip }).gossip).start();
    const tellers = hosts.map((host) =>
      createActor(host.import({ teller }).teller, { input: { peers: [ear], name: host.name } }).start(),
    );
    await settled(tellers);
    for (const each of tellers) faults.drop(each, 0.1);
    for (let word = 0; word < 20; word += 1) {
      pick(tellers).send({ type: 'HEAR', word: String(word) });
      await pause(between(0, 20));
    }
    faults.heal();
    await settled(tellers);
    await until(() => true);
    heard = (await settled(ear)).context.heard.join(' ');
    fingerprint = run.fingerprint;
  });
  return { heard, fingerprint };
}

describe('a simulation', () => {
  it.each(seeds(20))('does the same again with the same seed, byte for byte (seed %i)', async (seed) => {
    const first = await gossiping(seed);
    expect(await gossiping(seed)).toEqual(first);
  });

  it('interleaves its nodes in another way with another seed', async () => {
    const runs = [];
    for (let seed = 1; seed <= 20; seed += 1) runs.push(await gossiping(seed));
    expect(new Set(runs.map(({ fingerprint }) => fingerprint)).size).toBe(20);
    expect(new Set(runs.map(({ heard }) => heard)).size).toBe(20);
  });

  it('has a day pass in no time, for timers of troupe, of XState and of the program alike', async () => {
    const began = process.hrtime.bigint();
    await using simulation = createSimulation({ seed: 1 });
    const day = 24 * 3_600_000;
    const pass = async () => {
      const sleeper = setup({}).createMachine({
        initial: 'a',
        states: { a: { after: { [day / 2]: 'b' } }, b: { type: 'final' } },
      });
      const actor = createActor(createMemoryHost().import({ sleeper }).sleeper).start();
      const before = new Date();
      await settled(actor, (snapshot) => snapshot.matches('b'), { timeout: day });
      await new Promise((resolve) => setTimeout(resolve, day / 2));
      expect(simulation.time).toBeGreaterThan(day);
      expect(Date.now() - before.getTime()).toBe(Math.floor(simulation.time));
      const idle = createActor(gossip).start();
      const late = await rejectionOf(settled(idle, () => false, { timeout: 1000 }));
      expect(late).toMatchObject({ code: 'SETTLE_TIMEOUT' });
      expect(simulation.time).toBeLessThan(day + 1100);
      const signal = AbortSignal.timeout(10);
      await simulation.advance(11);
      expect(signal.reason).toMatchObject({ name: 'TimeoutError' });
    };
    await simulation.run(pass, { timeout: 2 * day });
    expect(Number(process.hrtime.bigint() - began) / 1e6).toBeLessThan(2000);
  });

  it('runs intervals, and gives numbers by its seed', async () => {
    const draw = async () => {
      const drawn: unknown[] = [];
      await simulate(5, async (run) => {
        let ticks = 0;
        const timer = setInterval(() => (ticks += 1) === 3 && clearInterval(timer), 100);
        await run.advance(1000);
        drawn.push(
          ticks,
          Math.random(),
          crypto.randomUUID(),
          crypto.getRandomValues(new Uint8Array(2)),
          performance.now(),
        );
      });
      return drawn;
    };
    const drawn = await draw();
    expect(drawn[0]).toBe(3);
    expect(drawn[4]).toBe(1000);
    expect(await draw()).toEqual(drawn);
  });

  it('gives the realm its own time, chance and bus back', async () => {
    const before = [
      setTimeout,
      clearTimeout,
      setInterval,
      setImmediate,
      Date,
      Math.random,
      performance.now,
      AbortSignal.timeout,
    ];
    const bus = currentBus();
    const simulation = createSimulation({ seed: 1 });
    expect(currentBus()).toBe(simulation.bus);
    expect(setTimeout).not.toBe(before[0]);
    expect(simulation.close()).toBe(simulation.close());
    await simulation.close();
    expect([
      setTimeout,
      clearTimeout,
      setInterval,
      setImmediate,
      Date,
      Math.random,
      performance.now,
      AbortSignal.timeout,
    ]).toEqual(before);
    expect(currentBus()).toBe(bus);
    expect(Object.hasOwn(crypto, 'randomUUID')).toBe(false);
  });

  it('says so at once where it can go on no further while its test waits', async () => {
    await using simulation = createSimulation({ seed: 3 });
    const actor = createActor(createMemoryHost().import({ gossip }).gossip).start();
    const error = await rejectionOf(simulation.run(() => watch(actor)));
    expect(error).toMatchObject({ code: 'SIMULATION_AT_REST', details: { seed: 3 } });
    expect(simulation.time).toBeLessThan(200);
    // and can be gone on with
    expect(await simulation.run(async () => (await settled(actor)).status)).toBe('active');
  });

  it('says so where it goes on for ever', async () => {
    await using simulation = createSimulation({ seed: 3 });
    setInterval(() => {}, 50);
    expect(await rejectionOf(simulation.run(never, { timeout: 1000 }))).toMatchObject({
      code: 'SIMULATION_ENDLESS',
      details: { seed: 3, timeout: 1000 },
    });
  });

  it('ends a run by what nothing caught meanwhile', async () => {
    await using simulation = createSimulation({ seed: 3 });
    const failing = fromPromise(async () => {
      await simulation.advance(5);
      throw new RangeError('boom');
    });
    createActor(createMemoryHost().import({ failing }).failing).start();
    expect(await rejectionOf(simulation.run(never))).toMatchObject({ message: 'boom' });
  });

  it('is alone', async () => {
    await using _simulation = createSimulation({ seed: 3 });
    expect(() => createSimulation({ seed: 4 })).toThrow(
      expect.objectContaining({ code: 'SIMULATION_OPEN', details: { seed: 3 } }),
    );
  });

  it('refuses a seed, a latency and a name that are none, and takes no time then', () => {
    const before = setTimeout;
    for (const options of [{ seed: 0.5 }, { latency: -1 }, { latency: [2, 1] as const }, { name: 'a/b' }])
      expect(() => createSimulation(options)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
    expect(setTimeout).toBe(before);
  });

  it('lets time pass for several who wait at once, and by itself', async () => {
    await using simulation = createSimulation({ seed: 3 });
    const times: number[] = [];
    await Promise.all(
      [30, 10, 20].map(async (wait) => {
        await simulation.advance(wait);
        times.push(simulation.time);
      }),
    );
    expect(times).toEqual([10, 20, 30]);
  });

  it('carries what travels for links and channels of one’s own, and for hosts that others make', async () => {
    await simulate(9, async (run) => {
      const annex = createBus({ name: 'annex' });
      const [upper, lower] = createMemoryLink();
      run.bus.connect(upper, { node: 'annex@1', as: 'child' });
      await annex.join(lower);
      expect(run.time).toBeGreaterThan(0);
      const heard = new Promise((resolve) => topic('news', { bus: annex }).subscribe(resolve));
      topic('news').next('Good morning');
      const before = run.time;
      expect(await heard).toBe('Good morning');
      expect(run.time).toBeGreaterThan(before);
      await using _hosting = hostEverything({ mode: 'thread' });
      const actor = createActor(gossip).start();
      expect(await ask(actor, (replyTo) => ({ type: 'ASK', replyTo }))).toMatchObject({
        heard: [],
      });
    });
  });

  it('keeps its order on each way, and its latency', async () => {
    using dead = collectDeadLetters();
    await simulate(
      11,
      async (run) => {
        const actor = createActor(createMemoryHost().import({ gossip }).gossip).start();
        const before = run.time;
        await settled(actor);
        // there and back
        expect(run.time - before).toBe(200);
        for (let word = 0; word < 100; word += 1) actor.send({ type: 'HEAR', word: String(word) });
        expect((await settled(actor)).context.heard.map(Number)).toEqual(
          Array.from({ length: 100 }, (_, index) => index),
        );
      },
      { latency: 100 },
    );
    expect(dead.letters).toEqual([]);
  });
});
