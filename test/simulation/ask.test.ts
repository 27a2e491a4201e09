// `ask` among nodes that stop, die, freeze, and hear nothing of each other: it always settles, in time, and with what there was to tell.
import { describe, expect, it } from 'vitest';
import { createActor, setup } from 'xstate';
import { ask, createMemoryHost, isTroupeError, started, type Recipient } from 'troupe';
import { injectFaults } from 'troupe/testing';
import { seeds, simulate } from '../support/simulating.ts';

type Reply = { readonly type: 'REPLY'; readonly number: number };
type Question = {
  readonly type: 'QUESTION';
  readonly number: number;
  readonly how: 'now' | 'twice' | 'later' | 'never' | 'fail' | 'leave';
  readonly delay: number;
  readonly replyTo: Recipient<Reply>;
};
type Forward = { readonly type: 'FORWARD'; readonly question: Question; readonly to: Recipient<Question> };

const respondent = setup({ types: { events: {} as Question | Forward } }).createMachine({
  initial: 'here',
  states: {
    here: {
      on: {
        QUESTION: [
          { guard: ({ event }) => event.how === 'leave', target: 'gone' },
          {
            actions: [
              ({ event }) => {
                if (event.how === 'fail') throw new RangeError('told to fail');
              },
              ({ event: { how, number, replyTo, delay } }) => {
                const reply = () => replyTo.send({ type: 'REPLY', number });
                if (how === 'later') setTimeout(reply, delay);
                if (how === 'now' || how === 'twice') reply();
                if (how === 'twice') reply();
              },
            ],
          },
        ],
        FORWARD: { actions: ({ event }) => event.to.send(event.question) },
      },
    },
    gone: { type: 'final' },
  },
});

const HOWS = ['now', 'now', 'now', 'twice', 'later', 'later', 'never', 'fail', 'leave'] as const;
/** Unless told otherwise. */
const USUAL = 5000;
const FAULTS = ['drop', 'duplicate', 'reorder', 'delay', 'cut', 'freeze', 'kill', 'heal'] as const;

describe('ask', () => {
  it.each(seeds(80))('always settles, and no later than it may (seed %i)', async (seed) => {
    const latency = [0, [5, 10, 100][seed % 3] ?? 10] as const;
    expect(
      await simulate(
        seed,
        async (run) => {
          const faults = run.happens(0.6) ? injectFaults() : undefined;
          const hosts = Array.from({ length: run.between(1, 3) }, (_, index) =>
            createMemoryHost({ name: `host-${index}` }),
          );
          const actors = Array.from({ length: run.between(1, 4) }, (_, index) => {
            const actor = createActor(run.pick(hosts).import({ respondent }).respondent, { id: `actor-${index}` });
            actor.subscribe({ error: () => {} });
            return actor.start();
          });
          if (run.happens(0.7)) await Promise.all(actors.map((actor) => started(actor)));
          const asks: Promise<void>[] = [];
          const everything = new AbortController();
          for (let number = run.between(3, 20); number > 0; number -= 1) {
            const actor = run.pick(actors);
            const timeout = run.pick([USUAL, run.between(0, 300), Infinity]);
            const enough = new AbortController();
            const abortsAt = run.happens(0.3) ? run.time + run.between(0, 200) : Infinity;
            if (abortsAt < Infinity) setTimeout(() => enough.abort('enough'), abortsAt - run.time);
            const began = run.time;
            const how = run.pick(HOWS);
            // some are forwarded by another, and answered from elsewhere
            const [via, to] = [run.pick(actors), actor];
            const question = (replyTo: Recipient<Reply>): Question => ({
              type: 'QUESTION',
              number,
              how,
              delay: run.between(0, 300),
              replyTo,
            });
            const signal = AbortSignal.any([enough.signal, everything.signal]);
            const options = { signal, ...(timeout !== USUAL && { timeout }) };
            const asked = run.happens(0.3) ? via : to;
            const answer: Promise<unknown> =
              asked === to
                ? ask(to, (replyTo) => question(replyTo), options)
                : ask(via, (replyTo) => ({ type: 'FORWARD', question: question(replyTo), to }) as never, options);
            const limit = Math.max(1, timeout);
            const soon = (at: number) => Math.abs(run.time - at) < 1e-6;
            const judge = async (): Promise<void> => {
              try {
                run.mustBe(await answer, { type: 'REPLY', number }, 'the reply');
                run.must(['now', 'twice', 'later'].includes(how), `a reply to ${how}`);
              } catch (error) {
                if (error === 'enough')
                  run.must(soon(Math.max(abortsAt, began + 1)), `aborted at ${run.time}, not ${abortsAt}`);
                else if (isTroupeError(error, 'ASK_TIMEOUT'))
                  run.must(soon(began + limit), `no reply after ${run.time - began}`);
                else if (error === 'everything')
                  run.must(
                    faults !== undefined || asked.getSnapshot().status === 'active',
                    'nobody told of the end of whom it asked',
                  );
                else run.must(isExpected(error), String(error));
              }
              run.must(run.time < began + limit + 1e-6, `settled after ${run.time - began}, not ${limit}`);
              run.must(run.time < Math.max(abortsAt, began + 1) + 1e-6, `settled after it was aborted`);
            };
            asks.push(judge());
            await run.pause(60);
            if (run.happens(0.05)) run.pick(actors).stop();
            if (run.happens(0.02)) void run.pick(hosts).close({ timeout: run.between(0, 300) });
            if (!faults || !run.happens(0.3)) continue;
            const verb = run.pick(FAULTS);
            const target = run.pick(actors);
            if (verb === 'kill') void (run.happens(0.3) && faults.kill(target));
            else if (verb === 'freeze') void faults.freeze(target);
            else if (verb === 'delay') faults.delay(target, [0, 100]);
            else if (verb === 'cut' || verb === 'heal') faults[verb](target);
            else faults[verb](target, 0.5);
          }
          // without faults too: what is asked without a deadline settles only by the answer, the actor's end, or this
          await run.advance(6000);
          everything.abort('everything');
          await Promise.all(asks);
          faults?.heal();
          for (const actor of actors) actor.stop();
        },
        { latency },
      ),
    ).toEqual([]);
  });
});

/** What an actor fails with that is told to, whose node was killed, or whose host was closed. */
const isExpected = (error: unknown): boolean =>
  (error instanceof Error && error.message === 'told to fail') ||
  (isTroupeError(error) && ['ACTOR_DOWN', 'THREAD_DIED', 'HOST_CLOSED'].includes(error.code));
