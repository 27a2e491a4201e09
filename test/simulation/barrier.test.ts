// The barrier under parties that come when they like, from several nodes, with timeouts, aborts, resets and deaths: everyone who waits is answered once, all the same, or released
// one by one in the order of arrival.
import { describe, expect, it } from 'vitest';
import { createActor, fromCallback, fromPromise, type ActorRefFrom, type AnyActorRef } from 'xstate';
import { ask, createMemoryHost, started, type Recipient } from 'troupe';
import { barrier, type Broken, type Ready, type Released } from 'troupe/actors';
import { injectFaults } from 'troupe/testing';
import { seeds, simulate } from '../support/simulating.ts';

type Answer = Released | Broken;
type Gate = ActorRefFrom<typeof barrier>;

interface Arrival {
  readonly at: number;
  readonly timeout: number | undefined;
  readonly answers: { readonly at: number; readonly answer: Answer }[];
  /** It left, or died, before it was answered. */
  leftAt: number;
}

describe('the barrier', () => {
  it.each(seeds(100))(
    'answers everyone once: a whole generation in its order, or all that wait alike (seed %i)',
    async (seed) => {
      expect(
        await simulate(
          seed,
          async (run) => {
            const parties = run.between(1, 4);
            const mayBreak = run.happens(0.7);
            const faults = mayBreak && run.happens(0.4) ? injectFaults() : undefined;
            const isHosted = run.happens(0.5);
            const [usual, takes] = [run.pick([Infinity, Infinity, 500]), run.between(0, 30)];
            const action = fromPromise(async () => {
              if (takes > 10) await run.advance(takes);
              if (mayBreak && takes > 28) throw new RangeError('the action failed');
            });
            const logic = barrier.provide({ actors: { action } });
            const gate = createActor(isHosted ? createMemoryHost({ name: 'gate' }).import({ logic }).logic : logic, {
              id: 'gate',
              input: { parties, timeout: mayBreak ? usual : Infinity },
            }).start() as Gate;
            const arrivals: Arrival[] = [];
            const arrive = (timeout: number | undefined): { readonly arrival: Arrival; readonly ref: AnyActorRef } => {
              const arrival: Arrival = { at: run.time, timeout, answers: [], leftAt: Infinity };
              arrivals.push(arrival);
              const ear = fromCallback<Answer>(({ receive }) => {
                receive((answer) => arrival.answers.push({ at: run.time, answer }));
              });
              const ref = createActor(ear).start();
              gate.send({
                type: 'READY',
                replyTo: ref as unknown as Ready['replyTo'],
                ...(timeout !== undefined && { timeout }),
              });
              return { arrival, ref };
            };
            // parties that run elsewhere, and arrive by asking
            const hosts = Array.from({ length: run.between(1, 2) }, (_, index) =>
              createMemoryHost({ name: `host-${index}` }),
            );
            const elsewhere: Arrival[] = [];
            const party = fromPromise<void, { gate: Recipient<Ready>; rounds: number }>(async ({ input, signal }) => {
              for (let round = 0; round < input.rounds; round += 1) {
                const arrival: Arrival = { at: run.time, timeout: undefined, answers: [], leftAt: Infinity };
                elsewhere.push(arrival);
                try {
                  const answer = (await ask(input.gate as never, (replyTo) => ({ type: 'READY', replyTo }) as never, {
                    timeout: Infinity,
                    signal,
                  })) as Answer;
                  arrival.answers.push({ at: run.time, answer });
                  if (answer.type === 'BROKEN' && !mayBreak) return;
                } catch {
                  arrival.leftAt = run.time;
                  return;
                }
                await run.pause(50);
              }
            });
            const guests = Array.from({ length: run.between(0, 3) }, () => {
              const guest = createActor(run.pick(hosts).import({ party }).party, {
                input: { gate: gate, rounds: run.between(1, 5) },
              });
              guest.subscribe({ error: () => {} });
              return guest.start();
            });
            await started(gate);
            for (let step = run.between(5, 40); step > 0; step -= 1) {
              const { arrival, ref } = arrive(mayBreak && run.happens(0.2) ? run.between(0, 200) : undefined);
              if (mayBreak && run.happens(0.1)) {
                await run.pause(20);
                if (arrival.answers.length === 0) arrival.leftAt = run.time;
                ref.stop();
              }
              if (mayBreak && run.happens(0.05)) gate.send({ type: 'ABORT' });
              if (mayBreak && run.happens(0.15)) gate.send({ type: 'RESET' });
              const [guest] = guests;
              if (guest && mayBreak && run.happens(0.05)) guest.stop();
              if (guest && faults && run.happens(0.03)) void faults.kill(guest);
              if (run.happens(0.7)) await run.pause(run.pick([5, 30, 300]));
            }
            await run.advance(2000);
            // whoever still waits
            gate.send({ type: 'ABORT' });
            await run.advance(1000);

            const released = new Map<number, number[]>();
            for (const { answers, leftAt } of [...arrivals, ...elsewhere]) {
              run.must(answers.length <= 1, `answered ${answers.length} times`);
              run.must(leftAt < Infinity || answers.length === 1, `answered ${answers.length} times`);
              for (const { answer } of answers) {
                if (answer.type !== 'RELEASED') continue;
                released.set(answer.generation, [...(released.get(answer.generation) ?? []), answer.index]);
              }
            }
            const left = [...arrivals, ...elsewhere].filter(({ leftAt }) => leftAt < Infinity).length;
            for (const [generation, indices] of released) {
              const what = `generation ${generation}: ${indices.join(' ')}`;
              run.must(new Set(indices).size === indices.length, what);
              run.must(Math.max(...indices) < parties, what);
              run.must(indices.length + left >= parties, what);
              // who comes from here is served in order
              const here = arrivals.flatMap(({ answers }) =>
                answers.flatMap(({ answer }) =>
                  answer.type === 'RELEASED' && answer.generation === generation ? [answer.index] : [],
                ),
              );
              run.mustBe(
                here,
                here.toSorted((one, other) => one - other),
                'in order',
              );
            }
            if (!mayBreak) {
              // all but the last, whom the abort in the end told
              const broken = [...arrivals, ...elsewhere].filter(({ answers }) => answers[0]?.answer.type === 'BROKEN');
              run.must(broken.length < parties, `${broken.length} of ${parties} broken`);
              run.mustBe(released.size, Math.floor((arrivals.length + elsewhere.length) / parties), 'generations');
            }
            if (isHosted) return;
            // here nothing travels: at the moment of a break nobody goes on waiting, and a timeout is punctual
            for (const { at, answers } of arrivals) {
              const [first] = answers;
              if (first?.answer.type !== 'BROKEN' || first.at === at) continue;
              // who came while the action ran waits for the next generation, which a reset begins
              if (first.answer.reason === 'reset' && takes > 10) continue;
              for (const other of arrivals)
                if (other.at < first.at && other.leftAt > first.at)
                  run.must(
                    (other.answers[0]?.at ?? Infinity) <= first.at,
                    `one waits on when ${first.answer.reason} breaks it`,
                  );
              if (first.answer.reason !== 'timeout') continue;
              const punctual = (arrival: Arrival) =>
                Math.abs(arrival.at + Math.max(1, arrival.timeout ?? usual) - first.at) < 0.001;
              run.must(
                [...arrivals, ...elsewhere].some((arrival) => punctual(arrival) || arrival.timeout === undefined),
                'a timeout is late',
              );
            }
            gate.stop();
          },
          { latency: [0, [5, 30][seed % 2] ?? 5] },
        ),
      ).toEqual([]);
    },
  );
});
