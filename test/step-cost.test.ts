// What a macrostep costs on a link: of a context with twenty keys only the one that changed travels, and that weighs hardly more than an event
// that carries the key and its value.
import { describe, expect, it } from 'vitest';
import { assign, createActor, fromTransition, setup, type AnyActorLogic, type AnyEventObject } from 'xstate';
import { createBus, createMemoryLink, settled, type Link } from 'troupe';
import { createHosted } from '../dist/src/hosted.js';
import { hostActors } from '../dist/src/host.js';
import { loadFrom } from '../dist/src/load.js';

const columns = Array.from({ length: 20 }, (_, index) => `column${index + 1}`);

/** A machine whose event brings the keys that it changes; it has been in a state with history, has tags and meta, and runs a child. */
const wide = machineOf({ column7: 0, ...Object.fromEntries(columns.map((column) => [column, 0])) });
const narrow = machineOf({ column7: 0 });

interface Columns {
  readonly column7: unknown;
  readonly [column: string]: unknown;
}

function machineOf(context: Columns) {
  return setup({
    types: { context: {} as Columns, events: {} as AnyEventObject },
    actors: { idle: fromTransition((state: number) => state, 0) },
    actions: {
      set: assign(({ event: { type: _, ...changes } }) => changes),
    },
  }).createMachine({
    context,
    invoke: { src: 'idle', id: 'idle' },
    initial: 'first',
    states: {
      first: {
        initial: 'deep',
        states: { deep: {}, memory: { type: 'history' } },
        on: { GO: 'second' },
      },
      second: { tags: 'shown', meta: { title: 'a long text that need not travel again' } },
    },
    on: { SET: { actions: 'set' } },
  });
}

interface Weighed {
  /** Characters of the packets with the events, and of those with the steps. */
  readonly events: number;
  readonly steps: number;
}

/** Hosts a machine, sends it events, and weighs the packets of both ways. */
async function weigh(
  logic: AnyActorLogic,
  events: readonly AnyEventObject[],
  { atOnce, before = [] }: { readonly atOnce: boolean; readonly before?: readonly AnyEventObject[] },
): Promise<Weighed> {
  await using hub = createBus({ name: 'main' });
  await using annex = createBus();
  const [near, far] = createMemoryLink();
  const posted = { events: 0, steps: 0 };
  const route = hub.connect(weighing(near, 'events'), { node: 'annex@1a2b3c4d5e6f', as: 'child' });
  await annex.join(weighing(far, 'steps'));
  hostActors(annex, loadFrom({ logic }, 'the test'));
  const actor = createActor(
    createHosted({ bus: hub, source: '', name: 'logic', place: () => ({ route, leave: async () => {} }) }),
  ).start();
  let seen = 0;
  actor.subscribe(() => (seen += 1));
  for (const event of before) actor.send(event);
  await settled(actor);
  seen = 0;
  Object.assign(posted, { events: 0, steps: 0 });
  for (const event of events) {
    actor.send(event);
    if (!atOnce) await settled(actor);
  }
  await settled(actor);
  expect(seen).toBe(events.length);
  const weight = { ...posted };
  actor.stop();
  await settled(actor);
  return weight;

  /** A settled actor was asked whether it is; that is no part of either weight. */
  function weighing(link: Link, kind: keyof typeof posted): Link {
    return {
      ...link,
      post(packet, transfer) {
        if (typeof packet !== 'string') throw new Error('only text is weighed');
        const { seq, frames } = JSON.parse(packet) as { seq: number; frames: readonly { readonly type: string }[] };
        const counted = frames.filter(({ type }) => type !== 'settle' && type !== 'settled');
        if (counted.length > 0) posted[kind] += JSON.stringify({ seq, frames: counted }).length;
        link.post(packet, transfer);
      },
    };
  }
}

const inSecond = [{ type: 'GO' }];
const count = 50;

/** Values that differ from each other. */
const kinds: readonly { readonly kind: string; of(index: number): unknown }[] = [
  { kind: 'a number', of: (index) => index + 0.5 },
  { kind: 'a boolean', of: (index) => index % 2 === 0 },
  { kind: 'a short text', of: (index) => `${index}` },
  { kind: 'a text', of: (index) => `a text of some length ${index}` },
  { kind: 'a list', of: (index) => [index, 2, 3] },
  { kind: 'an object', of: (index) => ({ x: index, y: 2 }) },
  { kind: 'a date', of: (index) => new Date(index) },
  { kind: 'undefined or not', of: (index) => (index % 2 === 0 ? undefined : index) },
];

describe('a step that changes one of twenty keys', () => {
  it.each(kinds.flatMap((kind) => [false, true].map((atOnce) => ({ ...kind, atOnce }))))(
    'weighs at most 1.3 times as much as an event with that key: $kind, many at once: $atOnce',
    async ({ of, atOnce }) => {
      const events = Array.from({ length: count }, (_, index) => ({ type: 'SET', column7: of(index) }));
      const weight = await weigh(wide, events, { atOnce, before: inSecond });
      expect(weight.events).toBeGreaterThan(count * 20);
      expect(weight.steps / weight.events).toBeLessThanOrEqual(1.3);
    },
  );

  it('weighs as much as one that changes the only key', async () => {
    const events = Array.from({ length: count }, (_, index) => ({ type: 'SET', column7: index }));
    for (const atOnce of [false, true]) {
      const options = { atOnce, before: inSecond };
      expect((await weigh(wide, events, options)).steps).toBe((await weigh(narrow, events, options)).steps);
    }
  });

  it('weighs next to nothing if it changes none', async () => {
    const events = Array.from({ length: count }, () => ({ type: 'NOTHING' }));
    const { steps } = await weigh(wide, events, { atOnce: true, before: inSecond });
    expect(steps / count).toBeLessThan(5);
  });
});
