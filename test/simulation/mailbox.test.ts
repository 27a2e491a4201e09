// Mailboxes in simulated runs: what was sent was handled, or somebody was told of it; and what is fed waits for room.
import { describe, expect, it } from 'vitest';
import { assign, createActor, setup } from 'xstate';
import { lastValueFrom, toArray } from 'rxjs';
import { createMemoryHost, drained, feed, settled, started } from 'troupe';
import { injectFaults } from 'troupe/testing';
import { runOnMemory } from '../../dist/soak/memory.js';
import { mirrorOf } from '../../dist/src/mirror.js';
import { lettersOf } from '../support/nodes.ts';
import { seeds, simulate } from '../support/simulating.ts';

type Note = { readonly type: 'NOTE'; readonly number: number };
const FAULTS = ['drop', 'duplicate', 'reorder', 'delay', 'cut', 'freeze', 'kill', 'heal', 'heal'] as const;

/** How much waits for an actor, of which what is built declares nothing. */
const fillOf = ({ route, to }: { readonly route: object; readonly to: string }): number =>
  (route as { fillOf(to: string): { readonly events: number } | undefined }).fillOf(to)?.events ?? 0;

const isRising = (numbers: readonly number[]) =>
  numbers.every((number, at) => at === 0 || number > (numbers[at - 1] ?? 0));

describe('mailboxes', () => {
  it.each(seeds(80))(
    'lose nothing without a word: sent is handled, a dead letter, or maybe handled (seed %i)',
    async (seed) => {
      expect(
        await simulate(
          seed,
          async (run) => {
            const faults = run.happens(0.7) ? injectFaults() : undefined;
            const letters = lettersOf(run.bus);
            const hosts = Array.from({ length: run.between(1, 2) }, (_, index) =>
              createMemoryHost({ name: `host-${index}` }),
            );
            const mailbox = { events: run.between(2, 12), overflow: run.pick(['drop-newest', 'drop-oldest'] as const) };
            const notaries = Array.from({ length: run.between(1, 3) }, () => {
              const handled: number[] = [];
              const notary = setup({ types: { events: {} as Note } }).createMachine({
                on: { NOTE: { actions: ({ event }) => handled.push(event.number) } },
              });
              const options = run.happens(0.6) ? { mailbox } : {};
              const actor = createActor(run.pick(hosts).import({ notary }, options).notary);
              actor.subscribe({ error: () => {} });
              return { actor: actor.start(), handled, sent: 0, isBounded: options.mailbox !== undefined };
            });
            if (run.happens(0.5)) await started(notaries.map(({ actor }) => actor)[0] ?? run.pick(notaries).actor);
            let isKilled = false;
            let most = 0;
            for (let step = run.between(5, 40); step > 0; step -= 1) {
              const notary = run.pick(notaries);
              for (let burst = run.between(1, 8); burst > 0; burst -= 1) {
                // to one that is stopped here XState itself drops it
                if (notary.actor.getSnapshot().status !== 'active') continue;
                notary.sent += 1;
                notary.actor.send({ type: 'NOTE', number: notary.sent });
                const { line } = mirrorOf(notary.actor) ?? {};
                if (notary.isBounded) most = Math.max(most, line ? fillOf(line) : 0);
              }
              if (run.happens(0.5)) await run.pause(run.pick([5, 50, 200]));
              if (!faults || !run.happens(0.3)) continue;
              const verb = run.pick(FAULTS);
              if (verb === 'kill') {
                if (!run.happens(0.2)) continue;
                isKilled = true;
                void faults.kill(notary.actor);
              } else if (verb === 'freeze') void faults.freeze(notary.actor);
              else if (verb === 'delay') faults.delay(notary.actor, [0, 100]);
              else if (verb === 'cut' || verb === 'heal') faults[verb](notary.actor);
              else faults[verb](notary.actor, 0.4);
            }
            faults?.heal();
            await run.advance(5000);
            const count = (sure: boolean) =>
              letters
                .filter(({ reason }) => (reason !== 'maybe-handled') === sure)
                .reduce((sum, letter) => sum + letter.count, 0);
            const [sent, handled] = [
              notaries.reduce((sum, each) => sum + each.sent, 0),
              notaries.reduce((sum, each) => sum + each.handled.length, 0),
            ];
            const what = `${sent} sent, ${handled} handled, ${count(true)} not, ${count(false)} maybe`;
            for (const each of notaries) run.must(isRising(each.handled), each.handled.join(' '));
            run.must(handled + count(true) <= sent, what);
            run.must(handled + count(true) + count(false) >= sent, what);
            run.must(isKilled || count(false) === 0, what);
            for (const { reason } of letters) run.must(faults !== undefined || reason === 'mailbox-full', reason);
            run.must(most <= mailbox.events, `${most} waited`);
            for (const { actor } of notaries) actor.stop();
          },
          { latency: [0, [5, 30, 150][seed % 3] ?? 5] },
        ),
      ).toEqual([]);
    },
  );

  it.each(seeds(40))('are fed at the pace of their actor, and refuse nothing (seed %i)', async (seed) => {
    expect(
      await simulate(
        seed,
        async (run) => {
          const faults = run.happens(0.5) ? injectFaults() : undefined;
          const letters = lettersOf(run.bus);
          const events = run.between(2, 10);
          let handled = 0;
          let outstanding = 0;
          const notary = setup({ types: { events: {} as Note, context: {} as { last: number } } }).createMachine({
            context: { last: 0 },
            on: {
              NOTE: {
                actions: [assign({ last: ({ event }) => event.number }), () => (handled += 1)],
              },
            },
          });
          const actor = createActor(createMemoryHost().import({ notary }, { mailbox: { events } }).notary).start();
          await started(actor);
          faults?.delay(actor, [0, run.between(1, 100)]);
          faults?.duplicate(actor, 0.3);
          const notes = Array.from({ length: run.between(10, 80) }, (_, index): Note => ({
            type: 'NOTE',
            number: index + 1,
          }));
          let fed = 0;
          const feeding = feed(actor, notes);
          feeding.subscribe(() => {
            fed += 1;
            outstanding = Math.max(outstanding, fed - handled);
          });
          await run.advance(60_000);
          run.mustBe([fed, handled, letters], [notes.length, notes.length, []], 'fed, handled, not');
          run.must(outstanding <= events, `${outstanding} waited`);
          await drained(actor);
          run.mustBe((await settled(actor)).context.last, notes.length, 'the last');
          run.mustBe(await lastValueFrom(feed(actor, []).pipe(toArray())), [], 'fed of nothing');
          actor.stop();
        },
        { latency: [0, [5, 30, 150][seed % 3] ?? 5] },
      ),
    ).toEqual([]);
  });

  it.each(seeds(25))(
    'balance when workers on several nodes talk, ask, stop, die and lose packets (seed %i)',
    async (seed) => {
      let violations: readonly string[] = ['it was never run'];
      expect(
        await simulate(seed, async () => {
          violations = await runOnMemory(seed);
        }),
      ).toEqual([]);
      expect(violations).toEqual([]);
    },
  );
});
