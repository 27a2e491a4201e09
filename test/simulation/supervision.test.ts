// Supervision in a time of its own: how often, how soon, and what becomes of the events that wait, against a model of ten lines.
import { describe, expect, it } from 'vitest';
import { createActor, setup, type AnyActorRef } from 'xstate';
import {
  createMemoryHost,
  isTroupeError,
  settled,
  supervise,
  superviseGroup,
  watch,
  type FailureReport,
  type SuperviseOptions,
} from 'troupe';
import { seeds, simulate, type Run } from '../support/simulating.ts';

type Event = { readonly type: 'NOTE'; readonly number: number } | { readonly type: 'FAIL'; readonly number: number };

/** Notes the numbers of what it handles, and fails when it is told to. */
const noting = (handled: number[]) =>
  setup({ types: { events: {} as Event } }).createMachine({
    on: {
      NOTE: { actions: ({ event }) => handled.push(event.number) },
      FAIL: {
        actions: ({ event }) => {
          handled.push(-event.number);
          throw new RangeError('told to fail');
        },
      },
    },
  });

interface Sent {
  readonly at: number;
  readonly event: Event;
}

interface Policy {
  readonly restart: { readonly atMost: number; readonly within: number };
  readonly backoff: { readonly first: number; readonly most: number; readonly factor: number; readonly jitter: number };
}

function drawPolicy({ between, pick, random }: Run): Policy {
  return {
    restart: { atMost: between(0, 5), within: between(50, 3000) },
    backoff: {
      first: between(2, 100),
      most: between(100, 1000),
      factor: pick([1, 2, 3.5]),
      jitter: pick([0, 0.5, 1, random()]),
    },
  };
}

/** What is handled, and when what fails, if the wait before each next life is known. */
function predict(sent: readonly Sent[], { restart: { atMost, within }, backoff }: Policy, waits: readonly number[]) {
  const handled: number[] = [];
  const failures: number[] = [];
  const bounds: (readonly [number, number])[] = [];
  let attempt = -1;
  let upAt = 0;
  for (const { at, event } of sent) {
    // what comes between two lives is handled when the next one begins
    const now = Math.max(at, upAt);
    handled.push(event.type === 'FAIL' ? -event.number : event.number);
    if (event.type === 'NOTE') continue;
    const last = failures.at(-1);
    attempt = last === undefined || now - last >= within ? 0 : attempt + 1;
    failures.push(now);
    if (failures.filter((failure) => now - failure < within).length > atMost)
      return { handled, failures, bounds, isExhausted: true };
    const whole = Math.min(backoff.most, backoff.first * backoff.factor ** attempt);
    bounds.push([whole * (1 - backoff.jitter), whole]);
    upAt = now + Math.max(1, waits[failures.length - 1] ?? Number.NaN);
  }
  return { handled, failures, bounds, isExhausted: false };
}

async function sendAtRandom(run: Run, actor: AnyActorRef, until: () => boolean): Promise<Sent[]> {
  const sent: Sent[] = [];
  for (let number = run.between(5, 40); number > 0 && !until(); number -= 1) {
    const event: Event = { type: run.happens(0.25) ? 'FAIL' : 'NOTE', number };
    sent.push({ at: run.time, event });
    actor.send(event);
    if (run.happens(0.7)) await run.pause(run.pick([5, 50, 500, 2000]));
  }
  return sent;
}

describe('supervision', () => {
  it.each(seeds(100))('restarts as often and as soon as it may, and hands on what waits (seed %i)', async (seed) => {
    expect(
      await simulate(seed, async (run) => {
        const policy = drawPolicy(run);
        const handled: number[] = [];
        const reports: (FailureReport & { readonly at: number })[] = [];
        const options: SuperviseOptions = {
          ...policy,
          onFailure: (report) => reports.push({ ...report, at: run.time }),
        };
        const actor = createActor(supervise(noting(handled), options));
        let error: unknown;
        actor.subscribe({ error: (found) => (error = found) });
        actor.start();
        const downs: string[] = [];
        const sent = await sendAtRandom(run, actor, () => {
          if (run.happens(0.3)) void watch(actor).then(({ type }) => downs.push(type));
          return actor.getSnapshot().status !== 'active';
        });
        await run.advance(60_000);
        const predicted = predict(
          sent,
          policy,
          reports.map(({ delay }) => delay),
        );
        run.mustBe(handled, predicted.handled, 'handled');
        run.mustBe(
          reports.map(({ at }) => at.toFixed(6)),
          predicted.failures.map((at) => at.toFixed(6)),
          'failed at',
        );
        run.mustBe(
          reports.map(({ life }) => life),
          reports.map((_, index) => index + 1),
          'lives',
        );
        for (const [index, [least, most]] of predicted.bounds.entries()) {
          const { delay = Number.NaN } = reports[index] ?? {};
          run.must(delay >= least && delay <= most, `waits ${delay}, of ${least} to ${most}`);
        }
        run.mustBe(isTroupeError(error, 'RESTARTS_EXHAUSTED'), predicted.isExhausted, 'exhausted');
        run.mustBe(actor.getSnapshot().status, predicted.isExhausted ? 'error' : 'active', 'its status');
        actor.stop();
        await run.advance(1);
        for (const type of downs) run.must(type === 'failed' || type === 'stopped', type);
      }),
    ).toEqual([]);
  });

  it.each(seeds(60))(
    'of hosted actors, on either side, hands on all that waits, in order, and never again what failed (seed %i)',
    async (seed) => {
      expect(
        await simulate(
          seed,
          async (run) => {
            const host = createMemoryHost();
            const handled: number[] = [];
            const options: SuperviseOptions = {
              restart: { atMost: Infinity },
              backoff: { first: run.between(2, 50), most: 1000 },
              onFailure: () => {},
            };
            const [inside, outside] = [run.happens(0.5), run.happens(0.5)];
            const logic = noting(handled);
            const hosted = host.import({ logic: inside ? supervise(logic, options) : logic }).logic;
            const actor = createActor(outside || !inside ? supervise(hosted, options) : hosted).start();
            const sent = await sendAtRandom(run, actor, () => false);
            await settled(actor);
            run.mustBe(
              handled,
              sent.map(({ event }) => (event.type === 'FAIL' ? -event.number : event.number)),
              'handled',
            );
            actor.stop();
          },
          { latency: [0, [5, 50, 200][seed % 3] ?? 5] },
        ),
      ).toEqual([]);
    },
  );

  it.each(seeds(60))('of groups restarts one or all, within one budget (seed %i)', async (seed) => {
    expect(
      await simulate(seed, async (run) => {
        const policy = drawPolicy(run);
        const handled: Record<'a' | 'b' | 'c', number[]> = { a: [], b: [], c: [] };
        const begun: Record<'a' | 'b' | 'c', number[]> = { a: [], b: [], c: [] };
        const logicOf = (name: keyof typeof handled) => {
          const logic = noting(handled[name]);
          return setup({ types: { events: {} as Event } }).createMachine({
            ...logic.config,
            entry: () => void begun[name].push(run.time),
          } as never) as typeof logic;
        };
        const group = run.pick(['one-for-one', 'one-for-all'] as const);
        const failures: number[] = [];
        const actor = createActor(
          superviseGroup(
            { a: logicOf('a'), b: logicOf('b'), c: logicOf('c') },
            { ...policy, group, onFailure: () => failures.push(run.time) },
          ),
          { input: {} },
        );
        let error: unknown;
        actor.subscribe({ error: (found) => (error = found) });
        actor.start();
        const { children } = actor.getSnapshot();
        const sent: Record<'a' | 'b' | 'c', number[]> = { a: [], b: [], c: [] };
        for (let number = run.between(5, 40); number > 0 && error === undefined; number -= 1) {
          const name = run.pick(['a', 'b', 'c'] as const);
          const type = run.happens(0.2) ? 'FAIL' : 'NOTE';
          sent[name].push(type === 'FAIL' ? -number : number);
          children[name].send({ type, number });
          if (run.happens(0.7)) await run.pause(run.pick([5, 50, 500, 2000]));
        }
        await run.advance(60_000);
        for (const name of ['a', 'b', 'c'] as const) {
          run.mustBe(
            handled[name],
            error === undefined ? sent[name] : sent[name].slice(0, handled[name].length),
            'handled',
          );
        }
        const { atMost, within } = policy.restart;
        const isOver = (index: number) =>
          failures.slice(0, index + 1).filter((at) => (failures[index] ?? 0) - at < within).length > atMost;
        run.mustBe(
          failures.findIndex((_, index) => isOver(index)),
          error === undefined ? -1 : failures.length - 1,
          'too many',
        );
        run.must(error === undefined || isTroupeError(error, 'RESTARTS_EXHAUSTED'), 'it failed of something else');
        const failed = (name: keyof typeof handled) => handled[name].filter((number) => number < 0).length;
        if (error === undefined && group === 'one-for-one')
          for (const name of ['a', 'b', 'c'] as const) run.mustBe(begun[name].length, 1 + failed(name), 'lives');
        if (error === undefined && group === 'one-for-all')
          for (const name of ['a', 'b', 'c'] as const) run.mustBe(begun[name].at(-1), begun.a.at(-1), 'began together');
        actor.stop();
      }),
    ).toEqual([]);
  });
});
