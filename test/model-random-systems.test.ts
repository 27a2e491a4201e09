// Random systems of small machines, explored by the checker and by the plainest of searches over the same tables: as many states, steps and layers, the same shortest ways, the same
// answer to whether something comes to hold.
import { describe, expect, it } from 'vitest';
import { model } from 'troupe/testing';
import { createMachine, sendTo, type AnyActorRef, type AnyStateMachine } from 'xstate';
import { createRandom } from '../dist/src/testing/random.js';
import {
  canDoWithout,
  searchPlainly,
  type PlainOptions,
  type Row,
  type Send,
  type Tables,
  type Whole,
} from './support/plain-search.ts';

describe('random systems', () => {
  it.each(Array.from({ length: 25 }, (_, index) => index * 10 + 1))(
    'are what a plain search finds: seeds %i and the nine after it',
    (first) => {
      let compared = 0;
      for (let seed = first; seed < first + 10; seed++) {
        const system = createSystem(seed);
        const plain = plainly(system);
        if (!plain) continue;
        compared++;
        expect({ seed, ...checked(system) }).toEqual({ seed, ...plain });
      }
      // the others are too large, or begin out of bounds
      expect(compared).toBeGreaterThan(2);
    },
  );
});

interface System {
  readonly tables: Tables;
  readonly options: PlainOptions;
  /** An actor and one of its states, of which things are claimed. */
  readonly who: string;
  readonly where: number;
}

function createSystem(seed: number): System {
  const random = createRandom(seed);
  const number = (below: number) => Math.floor(random() * below);
  const isSo = (chance: number) => random() < chance;
  const one = <T>(list: readonly T[]): T => list[number(list.length)] as T;
  const names = ['p', 'q', 'r'].slice(0, 2 + number(2));
  const hasEnds = isSo(0.3);
  const tableOf = (name: string): Row[] => {
    const size = 2 + number(2);
    const others = names.filter((other) => other !== name);
    const sends = (chance: number): Send[] =>
      Array.from(
        { length: Number(isSo(chance)) + Number(isSo(chance * chance)) },
        () => [one(others), one(EVENTS)] as const,
      );
    return Array.from({ length: size }, (_, state) => {
      const entry = sends(state === 0 ? 0.5 : 0.25);
      if (hasEnds && state === size - 1) return { entry, on: {}, after: [], isFinal: true };
      const handled = EVENTS.filter(() => isSo(0.5));
      const delays = isSo(0.6) ? [] : isSo(0.3) ? [10, 20] : [one([10, 20])];
      return {
        entry,
        on: Object.fromEntries(handled.map((type) => [type, { target: number(size), sends: sends(0.2) }])),
        after: delays.map((delay) => ({ delay, target: number(size), sends: sends(0.3) })),
        isFinal: false,
      };
    });
  };
  const tables = Object.fromEntries(names.map((name) => [name, tableOf(name)]));
  const order = one(['none', 'per-pair', 'global'] as const);
  const clicked = EVENTS.filter((type) => tables['p']?.some(({ on }) => type in on)).slice(0, Number(isSo(0.3)));
  const who = one(names);
  return {
    tables,
    options: {
      order,
      drop: isSo(0.1) ? Infinity : one([0, 0, 1, 2]),
      duplicate: order === 'none' && isSo(0.15) ? Infinity : one([0, 0, 1]),
      delayUnhandled: order === 'none' && isSo(0.3),
      timers: one(['any-order', 'when-idle', 'by-delay']),
      crashes: Number(isSo(0.3)),
      restart: one(['initial', 'persisted', 'never']),
      stimuli: { p: clicked },
      mostMessages: 3,
    },
    who,
    where: number(tables[who]?.length ?? 1),
  };
}

const EVENTS = ['A', 'B', 'C'];

interface Found {
  readonly states: number;
  readonly generated: number;
  readonly depth: number;
  /** How many steps the shortest way has to where it holds, and to where it rests; undefined if there is none. */
  readonly reached: number | undefined;
  readonly deadlock: number | undefined;
  readonly comesToHold: boolean;
}

function plainly({ tables, options, who, where }: System): Found | undefined {
  const graph = searchPlainly(tables, options, 300);
  if (!graph) return undefined;
  const { states, generated, depths, rests } = graph;
  const holds = ({ at }: Whole) => at[who] === where;
  return {
    states: states.length,
    generated,
    depth: depths.at(-1) ?? 0,
    reached: depths[states.findIndex(holds)],
    deadlock: depths[rests.indexOf(true)],
    comesToHold: !canDoWithout(graph, holds),
  };
}

function checked({ tables, options, who, where }: System): Found {
  const { order, drop, duplicate, delayUnhandled, timers, crashes, restart, stimuli, mostMessages } = options;
  const names = Object.keys(tables);
  const holds = (world: Readonly<Record<string, { readonly value?: unknown }>>): boolean =>
    world[who]?.value === `s${where}`;
  const system = model({
    actors: Object.fromEntries(names.map((name) => [name, machineOf(tables[name] ?? [])])),
    network: { order, drop, duplicate, ...(order === 'none' ? { delayUnhandled } : {}) },
    timers,
    crash: { max: crashes, restart },
    stimuli: { p: (stimuli['p'] ?? []).map((type) => ({ type })) },
    within: (_: unknown, { inFlight }: { readonly inFlight: readonly unknown[] }) => inFlight.length <= mostMessages,
    sometimes: { holds },
    eventually: { holds },
  });
  const { states, generated, depth, reached, violations } = system.explore();
  const schedules = violations.flatMap(({ trace }) => (trace ? [trace.schedule] : []));
  expect(schedules.map((schedule) => system.replay(schedule).schedule)).toEqual(schedules);
  return {
    states,
    generated,
    depth,
    reached: reached['holds']?.steps.length,
    deadlock: violations.find(({ kind }) => kind === 'deadlock')?.trace?.steps.length,
    comesToHold: !violations.some(({ kind }) => kind === 'eventually'),
  };
}

function machineOf(table: readonly Row[]): AnyStateMachine {
  const told = (sends: readonly Send[]) =>
    // by name, for a node that goes on from its last snapshot has lost the refs in its context; each name is an actor's
    sends.map(([to, type]) => sendTo(({ system }) => system.get(to) as AnyActorRef, { type }));
  return createMachine({
    initial: 's0',
    states: Object.fromEntries(
      table.map(({ entry, on, after, isFinal }, state) => [
        `s${state}`,
        isFinal
          ? { type: 'final', entry: told(entry) }
          : {
              entry: told(entry),
              on: mapped(on, ({ target, sends }) => ({ target: `s${target}`, reenter: true, actions: told(sends) })),
              after: Object.fromEntries(
                after.map(({ delay, target, sends }) => [
                  delay,
                  { target: `s${target}`, reenter: true, actions: told(sends) },
                ]),
              ),
            },
      ]),
    ),
  });
}

const mapped = <T, U>(record: Readonly<Record<string, T>>, by: (each: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(record).map(([key, each]) => [key, by(each)]));
