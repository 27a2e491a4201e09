// States that differ only in who is who are one: counts that are known from elsewhere, runs that are real all the same, and nodes that only seem to be alike.
import { describe, expect, it } from 'vitest';
import { assign, sendTo, setup, type AnyActorRef } from 'xstate';
import { symmetricGroups } from '../dist/src/testing/model/graph/symmetric-groups.js';
import { createSymmetry, type Symmetry } from '../dist/src/testing/model/graph/symmetry.js';
import type { Rearrangeable } from '../dist/src/testing/model/space/rearrange.js';
import type { Violation } from '../dist/src/testing/model/trace/report.js';
import type { Trace } from '../dist/src/testing/model/trace/trace.js';
import type { Space, Words } from '../dist/src/testing/model/space/space.js';
import { isTroupeError, type TroupeError } from 'troupe';
import { model } from 'troupe/testing';
import { openSpace } from '../dist/src/testing/model/open-space.js';
import type { InputScope, Logics, ModelOptions } from '../dist/src/testing/model/options.js';
import { lesson, namesOf, orbitsOf } from '../dist/test/fixtures/systems/students.js';
import { resourcesOf, twoPhaseCommit } from '../dist/test/fixtures/systems/two-phase-commit.js';
import { exploreSpace, type Explored } from './support/graph-space.ts';
import { createToySystem, type Toy, type ToySystem } from './support/toy-system.ts';

describe('states up to who is who', { timeout: 30_000 }, () => {
  it.each([
    { students: 3, rounds: 1, all: 34, different: 13 },
    { students: 3, rounds: 3, all: 160, different: 51 },
    { students: 4, rounds: 3, all: 606, different: 87 },
    { students: 5, rounds: 3, all: 2_320, different: 136 },
    { students: 3, rounds: 10, all: 601, different: barrierFormula(3, 10) },
  ])('of $students students in $rounds rounds are $different', ({ students, rounds, all, different }) => {
    expect(exploreSpace(course(students, rounds).space).count).toBe(all);
    expect(exploreUpToSymmetry(course(students, rounds)).count).toBe(different);
  });

  it.each([
    { students: 6, rounds: 3, different: 200 },
    { students: 7, rounds: 2, different: barrierFormula(7, 2) },
  ])('of $students students, too many to try all exchanges, are $different', ({ students, rounds, different }) => {
    expect(exploreUpToSymmetry(course(students, rounds)).count).toBe(different);
  });

  it('of a two-phase commit of 6 managers, too many to try all exchanges, are 553', () => {
    expect(exploreUpToSymmetry(commit(6)).count).toBe(553);
  });

  it.each([
    { managers: 3, all: 288, different: 80 },
    { managers: 5, all: 8_832, different: 314 },
  ])('of a two-phase commit of $managers are $different', ({ managers, all, different }) => {
    expect(exploreSpace(commit(managers).space).count).toBe(all);
    expect(exploreUpToSymmetry(commit(managers)).count).toBe(different);
  });

  it('stand for all that there are: each one, exchanged, is among them', () => {
    const system = course(4, 2);
    const whole = exploreSpace(system.space);
    const part = exploreUpToSymmetry(system);
    const shapes = new Set(statesOf(part).map((words) => shapeOf(system, words)));
    expect(new Set(statesOf(whole).map((words) => shapeOf(system, words)))).toEqual(shapes);
    expect(shapes.size).toBe(part.count);
  });

  it.each([4, 6])('lie on runs that are real, also with %i students', (students) => {
    const system = course(students, 2);
    const symmetry = symmetryOf(system);
    const explored = exploreSpace(system.space, Infinity, symmetry);
    for (let state = 0; state < explored.count; state++) {
      const end = follow(system, symmetry.realRun(pathTo(explored, state)));
      expect(shapeOf(system, end)).toBe(shapeOf(system, explored.wordsOf(state)));
    }
  });

  it('keep the order of a list that is a queue', () => {
    const everyone = exploreSpace(queue(3).space);
    const different = exploreUpToSymmetry(queue(3));
    // every order of arrival is as good as any other
    expect(everyone.count).toBeGreaterThan(different.count * 4);
    expect(exploreUpToSymmetry(queue(3, 'sorted')).count).toBeLessThan(different.count + 1);
  });
});

describe('machines up to who is who', { timeout: 30_000 }, () => {
  it.each<Pick<ModelOptions, 'network' | 'crash' | 'timers'>>([
    {},
    { network: { order: 'none', drop: 1, duplicate: 1 } },
    { network: { order: 'global' }, timers: 'when-idle' },
    { network: { order: 'none', duplicate: Infinity } },
    { crash: { max: 1, who: ['x', 'y', 'z'] }, network: { drop: 1 } },
    { crash: { max: 1, who: ['desk'], restart: 'persisted' }, timers: 'by-delay' },
  ])('are as many as others make of all their states, with %j', (conditions) => {
    const options = { ...callers(['x', 'y', 'z']), ...conditions } as ModelOptions<Logics, unknown>;
    const { space } = openSpace(options);
    const whole = exploreSpace(space);
    // what is left of budgets is a word of its own, and the same whoever is who
    const hasBudget = conditions.crash !== undefined || conditions.network?.drop !== undefined;
    const textOf = (words: Words, of: Space): string =>
      `${hasBudget ? budgetOf(of, words) : ''} ${leastText(of, words, ['x', 'y', 'z'])}`;
    const shapes = new Set(statesOf(whole).map((words) => textOf(words, space)));
    const opened = openSpace({ ...options, symmetric: [['x', 'y', 'z']] });
    const part = exploreSpace(opened.space, Infinity, opened.symmetry);
    expect(part.count).toBe(shapes.size);
    expect(part.count).toBeLessThan(whole.count / 3);
    for (let state = 0; state < part.count; state += 7) {
      const end = follow(opened, (opened.symmetry as Symmetry).realRun(pathTo(part, state)));
      expect(textOf(end, opened.space)).toBe(textOf(part.wordsOf(state), opened.space));
    }
  });

  it.each([
    [lesson(4, 3), namesOf(4), orbitsOf(4, 3)],
    [lesson(6, 2), namesOf(6), orbitsOf(6, 2)],
    [twoPhaseCommit(3), resourcesOf(3), 80],
    [twoPhaseCommit(6), resourcesOf(6), 553],
  ])('are as many as is known (%#)', (options, names, count) => {
    expect(model({ ...(options as ModelOptions), symmetric: [names] }).explore()).toMatchObject({
      ok: true,
      complete: true,
      states: count,
    });
  });

  it('go wrong on runs that are real', () => {
    const { violations } = model({
      ...(lesson(4, 2) as ModelOptions),
      symmetric: [namesOf(4)],
      always: {
        'at most two are done': (world) =>
          namesOf(4).filter((name) => (world[name] as { readonly status: string }).status === 'done').length <= 2,
      },
    }).explore();
    // the trace could not be made of steps that are not possible
    const { last, steps } = (violations[0] as Violation).trace as Trace;
    expect(namesOf(4).filter((name) => (last[name] as { readonly status: string }).status === 'done')).toHaveLength(3);
    expect(steps).toHaveLength(4 * 2 * 2 + 4 + 3);
  });
});

describe('nodes that only seem to be alike', () => {
  it('are found out where one does something else', () => {
    const students = course(3, 2, (self, round) => self === 's2' && round === 2);
    const error = failureOf(() => exploreUpToSymmetry(students));
    expect(error.code).toBe('NOT_SYMMETRIC');
    expect(error.details['actors']).toContain('s2');
    expect(error.message).toMatch(/^Cannot let 's\d' and 's\d' stand for each other: /);
    expect(error.message).toContain("the delayed 'TICK' of 's");
    expect(error.message).toContain("Take them out of 'symmetric'");
  });

  it('are found out where one begins otherwise', () => {
    const error = failureOf(() => symmetryOf(course(3, 2, undefined, (self) => (self === 's1' ? 2 : 1))));
    expect(error).toMatchObject({ code: 'NOT_SYMMETRIC', details: { actors: ['s0', 's1'] } });
    expect(error.message).toContain('they begin differently: ');
  });

  it('are found out where another node prefers one', () => {
    const error = failureOf(() => exploreUpToSymmetry(course(3, 2, undefined, undefined, 's1')));
    expect(error.code).toBe('NOT_SYMMETRIC');
    expect(error.details['actors']).toContain('s1');
    expect(error.details['event']).toMatch(/'ARRIVE' from 's\d' to 'barrier'/);
  });

  it('are found out where a claim tells them apart', () => {
    const space = (): unknown =>
      exploreUpToSymmetry(course(3, 1), {
        's0 arrives first': (world) => {
          const { barrier } = world as { readonly barrier: { readonly arrived: readonly string[] } };
          return barrier.arrived[0] === undefined || barrier.arrived.includes('s0');
        },
      });
    expect(failureOf(space)).toMatchObject({ code: 'NOT_SYMMETRIC', details: { claim: 's0 arrives first' } });
  });

  it('are found out where a claim tells them apart only when nothing is new to either', () => {
    const counter: Toy = { state: 0, ticks: (state: number) => [{ state: (state + 1) % 8 }] };
    const counters = createToySystem({ one: counter, other: counter, bystander: { state: 0 } });
    const explore = (): unknown =>
      exploreUpToSymmetry(counters, {
        'not 3 and 5': (world) => {
          const { one, other } = world as { readonly one: number; readonly other: number };
          return one !== 3 || other !== 5;
        },
      });
    expect(failureOf(explore)).toMatchObject({ code: 'NOT_SYMMETRIC', details: { claim: 'not 3 and 5' } });
  });

  it('are found out where a set and a queue are both kept as lists, and it is told how to keep a set', () => {
    const error = failureOf(() => exploreUpToSymmetry(queue(3, 'both')));
    expect(error.code).toBe('NOT_SYMMETRIC');
    expect(error.message).toContain('keep names that have no order in a Set');
  });
});

describe('groups of symmetric actors', () => {
  const student = setup({}).createMachine({});
  const barrier = setup({}).createMachine({ id: 'barrier' });
  const actors = { s0: student, s1: { logic: student }, s2: student, barrier };

  it('are their places', () => {
    expect(symmetricGroups({ actors, symmetric: [['s2', 's0']] })).toEqual([[0, 2]]);
  });

  it('are none where something must come to hold in the end', () => {
    expect(symmetricGroups({ actors, symmetric: [['s0', 's1']], eventually: { 'all is well': () => true } })).toEqual(
      [],
    );
  });

  it.each([
    [[['s0', 'barrier']], "Cannot take 's0', 'barrier' as 'symmetric': 's0' and 'barrier' have different logic. "],
    [
      [
        ['s0', 's1'],
        ['s1', 's2'],
      ],
      "Cannot take 's1', 's2' as 'symmetric': 's1' is named more than once. ",
    ],
    [[['s0', 's0']], "Cannot take 's0', 's0' as 'symmetric': 's0' is named more than once. "],
    [[['s0', 's7']], "Cannot take 's0', 's7' as 'symmetric': there is no actor 's7': the actors are 's0', "],
  ])('cannot be %j', (groups, text) => {
    const error = failureOf(() => symmetricGroups({ actors, symmetric: groups }));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', details: { option: 'symmetric', group: groups.at(-1) } });
    expect(error.message).toContain(text);
  });

  it('may all fail, or crash, or none', () => {
    const group = { actors, symmetric: [['s0', 's1']] };
    expect(symmetricGroups({ ...group, mayFail: ['s1', 's0'], crash: { who: ['s0', 's1'] } })).toEqual([[0, 1]]);
    expect(failureOf(() => symmetricGroups({ ...group, mayFail: ['s1'] })).message).toContain(
      "'mayFail' names 's1' and not 's0'",
    );
    expect(failureOf(() => symmetricGroups({ ...group, crash: { who: ['s0'] } })).message).toContain(
      "'crash.who' names 's0' and not 's1'",
    );
  });
});

function failureOf(act: () => unknown): TroupeError {
  try {
    act();
  } catch (error) {
    if (isTroupeError(error)) return error;
    throw error;
  }
  throw new Error('Nothing was thrown.');
}

/** All nodes but the last are exchanged. */
function symmetryOf(
  { space, nodes, renames }: ToySystem,
  claims: Readonly<Record<string, (world: unknown) => boolean>> = {},
): Symmetry {
  const group = nodes.slice(0, -1).map((_, place) => place);
  return createSymmetry({ space, nodes, renames, groups: [group], claims });
}

function exploreUpToSymmetry(system: ToySystem, claims?: Parameters<typeof symmetryOf>[1]): Explored {
  return exploreSpace(system.space, Infinity, symmetryOf(system, claims));
}

/** Each calls the desk after a while, is called back in the order of the calls, and may be hung up on. */
function callers(names: readonly string[]): ModelOptions {
  const caller = setup({ types: { context: {} as { me: string; desk: AnyActorRef } } }).createMachine({
    context: ({ input }) => input as never,
    initial: 'idle',
    states: {
      idle: { after: { 10: 'calling' } },
      calling: {
        entry: sendTo(
          ({ context }) => context.desk,
          ({ context: { me }, self }) => ({ type: 'CALL', name: me, replyTo: self }),
        ),
        on: { BACK: 'talking' },
      },
      talking: { after: { 20: 'over' } },
      over: { type: 'final' },
    },
  });
  interface Call {
    readonly type: 'CALL';
    readonly name: string;
    readonly replyTo: AnyActorRef;
  }
  const desk = setup({
    types: { context: {} as { names: string[]; last: AnyActorRef | undefined }, events: {} as Call },
  }).createMachine({
    context: { names: [], last: undefined },
    on: {
      CALL: {
        actions: [
          sendTo(({ event }) => event.replyTo, { type: 'BACK' }),
          assign(({ context, event }) => ({ names: [...context.names, event.name].slice(-2), last: event.replyTo })),
        ],
      },
    },
  });
  const actors: ModelOptions['actors'] = {
    ...Object.fromEntries(
      names.map((me) => [me, { logic: caller, input: ({ actor }: InputScope) => ({ me, desk: actor('desk') }) }]),
    ),
    desk,
  };
  return { actors, mayStopWhen: () => true };
}

/** A state as text, with the names exchanged in whichever way makes it least: written by hand, so that it owes nothing to what is tested. */
function leastText(space: Space, words: Words, names: readonly string[]): string {
  const { inFlight, crashed } = space.show(words).scene;
  const messages = inFlight.map(
    ({ from, to, event }) => `${from}>${to} ${JSON.stringify({ ...event, replyTo: undefined })}`,
  );
  const keys = space.names.map((name) => [name, space.configurationOf(words, name).key] as const);
  const texts = ordersOf(names).map((order) => {
    const exchanged = (text: string): string =>
      text.replaceAll(/\b[xyz]\b/g, (name) => order[names.indexOf(name)] ?? name);
    return JSON.stringify([
      keys
        .map(([name, key]) => [exchanged(name), exchanged(key)])
        .toSorted(([one], [other]) => ((one as string) < (other as string) ? -1 : 1)),
      // those of one pair in the order sent
      messages
        .map(exchanged)
        .toSorted((one, other) => (pairOf(one) < pairOf(other) ? -1 : Number(pairOf(one) > pairOf(other)))),
      crashed.map(exchanged).toSorted(),
    ]);
  });
  return texts.toSorted()[0] as string;
}

/** The word after those of the nodes. */
function budgetOf(space: Space, words: Words): string {
  return String(words[space.names.length]);
}

const pairOf = (message: string): string => message.split(' ')[0] as string;

const ordersOf = (names: readonly string[]): string[][] =>
  names.length === 0
    ? [[]]
    : names.flatMap((name) => ordersOf(names.filter((other) => other !== name)).map((rest) => [name, ...rest]));

function pathTo(explored: Explored, state: number): number[] {
  const path: number[] = [];
  for (let at = state; at !== 0; at = explored.parentOf(at)) path.push(explored.actionInto(at));
  return path.toReversed();
}

function follow({ space }: { readonly space: Space }, run: readonly number[]): Words {
  let state: Words = space.initial;
  for (const wanted of run) {
    let after: Words | undefined;
    space.successors(state, (code, next, length) => {
      if (code === wanted) after = next.slice(0, length);
    });
    state = after as Words;
  }
  return state;
}

const statesOf = (explored: Explored): Words[] =>
  Array.from({ length: explored.count }, (_, index) => explored.wordsOf(index));

/** What is left of a state when names are forgotten: each student with what is on its way to and from it, and whether it has arrived, in order. */
function shapeOf(system: ToySystem, words: Words): string {
  const { barrier, ...students } = system.statesOf(words) as Record<string, { readonly arrived: readonly string[] }>;
  const rearrangeable = system.space.rearrangeable as Rearrangeable;
  const messages = [...words.slice(system.nodes.length)].map((id) => rearrangeable.message(id));
  const shapes = Object.entries(students).map(([name, state]) =>
    JSON.stringify({
      state,
      hasArrived: (barrier as { readonly arrived: readonly string[] }).arrived.includes(name),
      to: messages.filter(({ to }) => to === name).map(({ event }) => event),
      from: messages.filter(({ from }) => from === name).map(({ event }) => event),
    }),
  );
  return shapes.toSorted().join();
}

/** The known number of states of a course up to who is who. */
function barrierFormula(students: number, rounds: number): number {
  const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k);
  return choose(students + 2, 2) - 1 + (rounds - 1) * (choose(students + 3, 3) - 1) + students + 1;
}

interface StudentState {
  readonly phase: 'working' | 'waiting' | 'done';
  readonly round: number;
}

/** Students that work, arrive at a barrier, and are released, round by round. The barrier keeps who has arrived as a sorted list. */
function course(
  students: number,
  rounds: number,
  isLazy: (self: string, round: number) => boolean = () => false,
  firstRound: (self: string) => number = () => 1,
  preferred?: string,
): ToySystem {
  const names = Array.from({ length: students }, (_, index) => `s${index}`);
  const student = (name: string): Toy => ({
    state: { phase: 'working', round: firstRound(name) },
    ticks: ({ phase, round }: StudentState, self) =>
      phase === 'working'
        ? [{ state: { phase: 'waiting', round }, sends: isLazy(self, round) ? [] : [['barrier', { type: 'ARRIVE' }]] }]
        : [],
    receive: ({ round }: StudentState) => ({
      state: round === rounds ? { phase: 'done', round } : { phase: 'working', round: round + 1 },
    }),
  });
  const barrier: Toy = {
    state: { arrived: [] },
    receive: ({ arrived }: { readonly arrived: readonly string[] }, { from }) => {
      const all = [...arrived, from].toSorted();
      if (from === preferred && arrived.length === 0) return { state: { arrived: all, isEarly: true } };
      if (all.length < students) return { state: { arrived: all } };
      return { state: { arrived: [] }, sends: names.map((name) => [name, { type: 'RELEASE' }] as const) };
    },
  };
  return createToySystem({ ...Object.fromEntries(names.map((name) => [name, student(name)])), barrier });
}

/** Two-phase commit as Gray and Lamport have it: all that was ever sent stays to be seen. */
function commit(managers: number): ToySystem {
  const names = Array.from({ length: managers }, (_, index) => `rm${index}`);
  const manager: Toy = {
    state: 'working',
    ticks: (state) =>
      state === 'working' ? [{ state: 'prepared', sends: [['tm', { type: 'PREPARED' }]] }, { state: 'aborted' }] : [],
    receive: (_state, { type }) => ({ state: type === 'COMMIT' ? 'committed' : 'aborted' }),
  };
  interface Transaction {
    readonly phase: string;
    readonly prepared: readonly string[];
  }
  const all = (type: string) => names.map((name) => [name, { type }] as const);
  const tm: Toy = {
    state: { phase: 'init', prepared: [] },
    ticks: ({ phase, prepared }: Transaction) => {
      if (phase !== 'init') return [];
      const abort = { state: { phase: 'aborted', prepared }, sends: all('ABORT') };
      if (prepared.length < managers) return [abort];
      return [abort, { state: { phase: 'committed', prepared }, sends: all('COMMIT') }];
    },
    receive: (state: Transaction, { from }) =>
      state.phase === 'init'
        ? { state: { ...state, prepared: [...new Set([...state.prepared, from])].toSorted() } }
        : { state },
  };
  return createToySystem({ ...Object.fromEntries(names.map((name) => [name, manager])), tm }, { isSet: true });
}

/** A counter where customers are served in the order in which they came; it keeps that, or a set of who is there, or both, as lists. */
function queue(customers: number, keeps: 'order' | 'sorted' | 'both' = 'order'): ToySystem {
  const names = Array.from({ length: customers }, (_, index) => `c${index}`);
  const customer: Toy = {
    state: 'away',
    ticks: (state) => (state === 'away' ? [{ state: 'there', sends: [['counter', { type: 'COME' }]] }] : []),
    receive: () => ({ state: 'served' }),
  };
  const counter: Toy = {
    state: {},
    receive: ({ waiting = [] }: { readonly waiting?: readonly string[] }, { from }) => {
      const all = [...waiting, from];
      const sorted = all.toSorted();
      const state = keeps === 'order' ? all : sorted;
      return { state: keeps === 'both' ? { waiting: all, sorted } : { waiting: state } };
    },
    ticks: ({ waiting = [] }: { readonly waiting?: readonly string[] }) => {
      const [first, ...rest] = waiting;
      if (first === undefined) return [];
      const state = keeps === 'both' ? { waiting: rest, sorted: rest.toSorted() } : { waiting: rest };
      return keeps === 'sorted' ? [] : [{ state, sends: [[first, { type: 'SERVED' }]] }];
    },
  };
  return createToySystem({ ...Object.fromEntries(names.map((name) => [name, customer])), counter });
}
