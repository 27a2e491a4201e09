// Closing hosts while work comes, of nodes that hear, that are frozen and that are cut off: it ends in time, in order, and nothing is left.
import { describe, expect, it } from 'vitest';
import { createActor, fromCallback, setup, spawnChild, type EventObject } from 'xstate';
import { createMemoryHost, isTroupeError, started, watch } from 'troupe';
import { injectFaults } from 'troupe/testing';
import { rejectionOf } from '../support/observing.ts';
import { seeds, simulate } from '../support/simulating.ts';

type Note = { readonly type: 'NOTE'; readonly number: number };

describe('closing a host', () => {
  it.each(seeds(80))(
    'refuses work, drains, stops in reverse order, and ends at the deadline (seed %i)',
    async (seed) => {
      const most = [5, 50, 200][seed % 3] ?? 5;
      expect(
        await simulate(
          seed,
          async (run) => {
            const faults = run.happens(0.4) ? injectFaults() : undefined;
            const begun: number[] = [];
            const ends: number[] = [];
            const handled = new Map<number, number[]>();
            const guest = setup({}).createMachine({
              initial: 'a',
              states: { a: { after: { 1_000_000: 'b' } }, b: {} },
            });
            const annex = createMemoryHost({ name: 'annex' });
            const { guest: hostedGuest } = annex.import({ guest });
            // what is invoked is told of a stop
            const lifetime = fromCallback<EventObject, number>(({ input }) => {
              begun.push(input);
              return () => void ends.push(input);
            });
            const worker = setup({
              types: { events: {} as Note, input: {} as { name: number }, context: {} as { name: number } },
              actors: { lifetime, guest: run.happens(0.5) ? hostedGuest : guest },
            }).createMachine({
              context: ({ input }) => input,
              entry: spawnChild('guest', { id: 'guest' }),
              invoke: { src: 'lifetime', input: ({ context }) => context.name },
              on: {
                NOTE: {
                  actions: ({ context, event }) => {
                    handled.set(context.name, [...(handled.get(context.name) ?? []), event.number]);
                  },
                },
              },
              after: { 2_000_000: {} },
            });
            const host = createMemoryHost({ name: 'crowd' });
            const hosted = host.import({ worker }).worker;
            const workers = Array.from({ length: run.between(1, 5) }, (_, name) => {
              const actor = createActor(hosted, { id: `worker-${name}`, input: { name } });
              actor.subscribe({ error: () => {} });
              return actor.start();
            });
            const isMet = run.happens(0.7);
            if (isMet) await Promise.all(workers.map((each) => started(each)));
            const downs = workers.map((each) => watch(each));
            const sent = new Map<number, number[]>();
            for (let number = 1; number <= run.between(0, 30); number += 1) {
              const name = run.between(0, workers.length - 1);
              sent.set(name, [...(sent.get(name) ?? []), number]);
              workers[name]?.send({ type: 'NOTE', number });
              if (run.happens(0.2)) await run.pause(most);
            }
            const [first] = workers;
            const trouble = isMet && faults && first ? run.pick(['freeze', 'cut', 'drop', 'none'] as const) : 'none';
            if (faults && first && trouble === 'freeze') void faults.freeze(first);
            if (faults && first && trouble === 'cut') faults.cut(first);
            if (faults && first && trouble === 'drop') faults.drop(first, 0.5);
            const timeout = run.pick([0, 10, 300, 5000]);
            const signal = new AbortController();
            const abortsAfter = run.happens(0.2) ? run.between(1, 300) : Infinity;
            if (abortsAfter < Infinity) setTimeout(() => signal.abort(), abortsAfter);
            const began = run.time;
            const closed = host.close({ timeout, signal: signal.signal });
            run.must(host.close() === closed, 'another promise of the same end');

            const late = createActor(hosted, { input: { name: 99 } });
            late.subscribe({ error: () => {} });
            late.start();
            run.must(isTroupeError(await rejectionOf(started(late)), 'HOST_CLOSED'), 'a closed host took work');
            await closed;
            const took = run.time - began;
            const deadline = Math.min(timeout, abortsAfter);
            // 0 waits for nothing, and a timer takes a millisecond
            run.must(took <= Math.max(1, deadline) + 0.001, `took ${took}, and had ${deadline}`);
            if (trouble === 'none' && deadline > 20 * (most + 50)) {
              for (const [name, numbers] of sent) run.mustBe(handled.get(name), numbers, 'handled');
              run.mustBe(
                ends,
                workers.map((_, name) => workers.length - 1 - name),
                'the order of ends',
              );
            }
            for (const [name, numbers] of handled)
              run.mustBe(
                numbers,
                (sent.get(name) ?? []).filter((number) => numbers.includes(number)),
                'handled in order',
              );
            for (const down of await Promise.all(downs)) {
              if (down.type === 'failed') run.must(isTroupeError(down.error), String(down.error));
              else run.must(down.type === 'stopped', down.type);
            }
            run.must(new Set(ends).size === ends.length, 'one ended twice');
            // nothing of it runs on
            await run.advance(5000);
            run.mustBe(ends.length, begun.length, 'ended, of those that had begun');
            faults?.heal();
          },
          { latency: [0, most] },
        ),
      ).toEqual([]);
    },
  );
});
