// Closing hosts while work comes, of nodes that hear, that are frozen and that are cut off: it ends in time, in order, and nothing is left.
import { describe, expect, it } from 'vitest';
import { createActor, fromCallback, setup, spawnChild, type EventObject } from 'xstate';
import { createMemoryHost, isTroupeError, started, watch } from 'troupe';
import { injectFaults } from 'troupe/testing';
import { rejectionOf } from '../support/observing.ts';
import { seeds, simulate } from '../support/simulating.ts';

type Note = { readonly type: 'NOTE'; readonly number: number };

describe('closing a host', () => {
  it.each(seeds(150))(
    'refuses work, drains, stops in reverse order, and ends at the deadline (seed %i)',
    async (seed) => {
      const most = [5, 50, 200][seed % 3] ?? 5;
      await simulate(
        seed,
        async (run) => {
          const faults = run.happens(0.4) ? injectFaults() : undefined;
          const begun: number[] = [];
          const ends: number[] = [];
          const handled = new Map<number, number[]>();
          const guest = setup({}).createMachine({ initial: 'a', states: { a: { after: { 1_000_000: 'b' } }, b: {} } });
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
          expect(host.close()).toBe(closed);
          expect(() => host.import({ worker })).toThrow(expect.objectContaining({ code: 'HOST_CLOSED' }));
          const late = createActor(hosted, { input: { name: 99 } });
          late.subscribe({ error: () => {} });
          late.start();
          expect(await rejectionOf(started(late))).toMatchObject({ code: 'HOST_CLOSED' });
          await closed;
          const took = run.time - began;
          const deadline = Math.min(timeout, abortsAfter);
          // 0 waits for nothing, and a timer takes a millisecond
          expect(took).toBeLessThanOrEqual(Math.max(1, deadline) + 0.001);
          if (trouble === 'none' && deadline > 20 * (most + 50)) {
            for (const [name, numbers] of sent) expect(handled.get(name)).toEqual(numbers);
            expect(ends).toEqual(workers.map((_, name) => workers.length - 1 - name));
          }
          for (const [name, numbers] of handled)
            expect(numbers).toEqual((sent.get(name) ?? []).filter((number) => numbers.includes(number)));
          for (const down of await Promise.all(downs)) {
            if (down.type === 'failed') expect(isTroupeError(down.error), String(down.error)).toBe(true);
            else expect(down.type).toBe('stopped');
          }
          expect(new Set(ends).size).toBe(ends.length);
          // nothing of it runs on
          await run.advance(5000);
          expect(new Set(ends)).toEqual(new Set(begun));
          faults?.heal();
        },
        { latency: [0, most] },
      );
    },
  );
});
