// `watch` of actors that end in every way, at any moment, seen from their owner's node and from others: one word of the end, and nothing of them after it.
import { describe, expect, it } from 'vitest';
import { createActor, sendTo, setup, type AnyActorRef } from 'xstate';
import { createMemoryHost, isTroupeError, settled, started, watch, type Recipient } from 'troupe';
import { injectFaults } from 'troupe/testing';
import { seeds, simulate } from '../support/simulating.ts';

type Order =
  | { readonly type: 'TICK'; readonly to: Recipient<Tick> }
  | { readonly type: 'FAIL' }
  | { readonly type: 'LEAVE' };
type Tick = { readonly type: 'TICKED'; readonly from: string };

/** Tells whom it is told to, and ends as it is told to. */
const mortal = setup({
  types: { events: {} as Order, input: {} as { name: string }, context: {} as { name: string } },
}).createMachine({
  context: ({ input }) => input,
  initial: 'alive',
  states: {
    alive: {
      on: {
        TICK: {
          actions: sendTo(
            ({ event }) => event.to,
            ({ context }) => ({ type: 'TICKED', from: context.name }),
          ),
        },
        FAIL: {
          actions: () => {
            throw new RangeError('told to fail');
          },
        },
        LEAVE: 'gone',
      },
    },
    gone: { type: 'final' },
  },
});

describe('watch', () => {
  it.each(seeds(80, 464))(
    'tells of each end once, whoever watches and whenever, and nothing comes after it (seed %i)',
    async (seed) => {
      expect(
        await simulate(
          seed,
          async (run) => {
            const faults = run.happens(0.6) ? injectFaults() : undefined;
            const hosts = Array.from({ length: run.between(1, 3) }, (_, index) =>
              createMemoryHost({ name: `host-${index}` }),
            );
            let watched = 0;
            const downs: Promise<void>[] = [];
            /** Whether anything may still come of an actor, where `place` is. */
            const ended = new Set<string>();
            const notes: string[] = [];
            const follow = (place: string, name: string, ref: AnyActorRef) => {
              watched += 1;
              // of one that its owner had ended before, what it had sent to a third node may still be on its way there
              const isLate =
                place !== 'main' && mortals.find(({ id }) => id === name)?.getSnapshot().status !== 'active';
              const judge = async (): Promise<void> => {
                const down = await watch(ref);
                if (!isLate) ended.add(`${place} ${name}`);
                notes.push(`${place} ${name} ${down.type}`);
                if (down.type === 'failed') run.must(isExpected(down.error), String(down.error));
                else run.must(down.type === 'stopped' || down.type === 'done', down.type);
              };
              downs.push(judge());
            };
            /** An ear on each node; in this realm all of them can note in one list. */
            const earAt = (place: string) =>
              setup({
                types: {
                  events: {} as Tick | { readonly type: 'WATCH'; readonly ref: AnyActorRef; readonly name: string },
                },
              }).createMachine({
                on: {
                  TICKED: {
                    actions: ({ event }) => {
                      if (ended.has(`${place} ${event.from}`)) notes.push(`${place} heard ${event.from} after its end`);
                    },
                  },
                  WATCH: { actions: ({ event }) => follow(place, event.name, event.ref) },
                },
              });
            const own = createActor(earAt('main')).start();
            const ears = hosts.map((host, index) =>
              createActor(host.import({ ear: earAt(`ear-${index}`) }).ear).start(),
            );
            for (const ear of ears) ear.subscribe({ error: () => {} });
            const mortals = Array.from({ length: run.between(1, 4) }, (_, index) => {
              const name = `mortal-${index}`;
              const actor = createActor(run.pick(hosts).import({ mortal }).mortal, { id: name, input: { name } });
              actor.subscribe({
                next: (snapshot) => {
                  if (snapshot.status === 'active' && ended.has(`main ${name}`))
                    notes.push(`main saw ${name} after its end`);
                },
                error: () => {},
              });
              return actor.start();
            });
            if (run.happens(0.7)) await Promise.all([...mortals, ...ears].map((actor) => started(actor)));
            const everyEar = [own, ...ears] as const;
            for (let step = run.between(5, 40); step > 0; step -= 1) {
              const actor = run.pick(mortals);
              const action = run.between(1, 100);
              if (action <= 40) actor.send({ type: 'TICK', to: run.pick(everyEar) as unknown as Recipient<Tick> });
              else if (action <= 50) follow('main', actor.id, actor);
              else if (action <= 65) run.pick(everyEar).send({ type: 'WATCH', ref: actor, name: actor.id });
              else if (action <= 68) actor.send({ type: 'FAIL' });
              else if (action <= 71) actor.send({ type: 'LEAVE' });
              else if (action <= 74) actor.stop();
              else if (action <= 75) void run.pick(hosts).close({ timeout: run.between(0, 300) });
              else if (action <= 77 && faults) void faults.kill(actor);
              else if (action <= 80 && faults) faults.drop(actor, 0.5);
              else if (action <= 82 && faults) faults.duplicate(actor, 0.5);
              else if (action <= 84 && faults) faults.reorder(actor, 0.5);
              else if (action <= 86 && faults) void faults.freeze(actor);
              else if (action <= 87 && faults) faults.cut(actor);
              else if (action <= 89 && faults) faults.heal(actor);
              if (run.happens(0.6)) await run.pause(20);
            }
            faults?.heal();
            await run.advance(5000);
            for (const actor of mortals) {
              // also when it was gone already
              actor.stop();
              follow('main', actor.id, actor);
            }
            await settled(own);
            await run.advance(5000);
            await Promise.all(downs);
            for (const note of notes) run.must(!note.endsWith('after its end'), note);
            run.must(notes.length === watched, `${notes.length} of ${watched} told`);
          },
          { latency: [0, [5, 10, 50][seed % 3] ?? 10] },
        ),
      ).toEqual([]);
    },
  );
});

/** What an actor fails with that is told to, whose node was killed, or whose host was closed. */
const isExpected = (error: unknown) =>
  (error instanceof Error && error.message.includes('told to fail')) ||
  isTroupeError(error, 'THREAD_DIED') ||
  isTroupeError(error, 'HOST_CLOSED') ||
  // of a watch that is begun at a node that is closed
  isTroupeError(error, 'BUS_CLOSED') ||
  isTroupeError(error, 'ACTOR_DOWN');
