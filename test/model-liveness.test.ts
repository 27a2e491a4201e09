// What comes to hold on every fair run, on small graphs that are written down, and on hundreds of random ones against an oracle that follows the definition to the letter.
import { watching } from 'troupe';
import { model, type Invoked, type Scene, type Violation } from 'troupe/testing';
import { describe, expect, it } from 'vitest';
import {
  cancel,
  createMachine,
  fromPromise,
  raise,
  sendTo,
  setup,
  spawnChild,
  stopChild,
  type AnyActorLogic,
  type AnyActorRef,
} from 'xstate';
import { judgeAllEventually } from '../dist/src/testing/model/graph/eventually.js';
import { createLiveness, type Eventual } from '../dist/src/testing/model/graph/liveness.js';
import { createRandom } from '../dist/src/testing/random.js';
import { createGraphSpace, exploreSpace, type GraphOptions, type GraphStep } from './support/graph-space.ts';

const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));

describe('what must come to hold', () => {
  it('does where every run comes to it', () => {
    expect(check({ steps: [step(0, 1, 1), step(1, 2, 2)], fair: [1, 2] }, [2])).toEqual({
      verdict: 'holds',
      leavesBounds: false,
    });
  });

  it('does at once where it holds at the start', () => {
    expect(check({ steps: [step(0, 1, 0)], fair: [1] }, [0])).toEqual({ verdict: 'holds', leavesBounds: false });
  });

  it('does not where a run ends without it, and the shortest one is told', () => {
    const steps = [step(0, 1, 1), step(1, 2, 2), step(0, 3, 3), step(1, 4, 3)];
    expect(check({ steps, fair: [1, 2, 3, 4] }, [2])).toEqual({ verdict: 'violated', stem: [3], loop: [] });
  });

  it('does not where only what need not happen leads to it', () => {
    expect(check({ steps: [step(0, 1, 1)], fair: [] }, [1])).toEqual({ verdict: 'violated', stem: [], loop: [] });
  });

  it('does where something that is possible all the time leads to it', () => {
    const steps = [step(0, 1, 1), step(1, 2, 0), step(0, 3, 2), step(1, 3, 2)];
    expect(check({ steps, fair: [1, 2, 3] }, [2])).toMatchObject({ verdict: 'holds' });
  });

  it('does not where what leads to it is possible only now and then', () => {
    const steps = [step(0, 1, 1), step(1, 2, 0), step(0, 3, 2)];
    expect(check({ steps, fair: [1, 2, 3] }, [2])).toEqual({ verdict: 'violated', stem: [], loop: [1, 2] });
  });

  it('does not where a step that changes nothing may be all that ever happens', () => {
    expect(check({ steps: [step(0, 1, 0)], fair: [1] }, [1])).toEqual({ verdict: 'violated', stem: [], loop: [1] });
  });

  it('is not hidden by another run that comes by the same state and has it behind it', () => {
    // two ways join: one on which it held, one on which it did not
    const steps = [step(0, 1, 1), step(0, 2, 2), step(1, 3, 3), step(2, 3, 3)];
    expect(check({ steps, fair: [1, 2, 3] }, [1])).toEqual({ verdict: 'violated', stem: [2, 3], loop: [] });
  });

  it('is told by a cycle that does all that must happen, also where it takes more than one round', () => {
    // 1 and 2 are possible at both states; each is done by an edge of its own
    const steps = [step(0, 1, 1), step(0, 2, 0), step(1, 1, 0), step(1, 2, 1)];
    const found = check({ steps, fair: [1, 2] }, []);
    expect(found).toMatchObject({ verdict: 'violated', stem: [] });
    expect(found.verdict === 'violated' ? found.loop.join('') : '').toMatch(/^(?:112|121|211)$/);
  });

  it('takes what may become of one actor as one duty: each of its outcomes alone may never come', () => {
    const steps = [step(0, 1, 0), step(0, 2, 1)];
    const outcome = { type: 'outcome', actor: 'till/pay', src: 'pay' } as const;
    const actions = {
      1: { ...outcome, index: 0, outcome: { error: 'again' } },
      2: { ...outcome, index: 1, outcome: { done: 'paid' } },
    };
    expect(check({ steps, fair: [1, 2] }, [1])).toMatchObject({ verdict: 'holds' });
    expect(check({ steps, fair: [1, 2], actions }, [1])).toEqual({ verdict: 'violated', stem: [], loop: [1] });
    // both are possible now and then, which is not all the time
    const both = [step(0, 1, 2), step(0, 2, 2), step(0, 3, 1), step(1, 4, 0)];
    expect(check({ steps: both, fair: [1, 2, 3, 4], actions }, [2])).toMatchObject({ loop: [3, 4] });
  });

  it('does not where what leads to it is begun anew each time', () => {
    const steps: GraphStep[] = [step(0, 1, 1), { ...step(1, 2, 0), renews: [3] }, step(0, 3, 2), step(1, 3, 2)];
    expect(check({ steps, fair: [1, 2, 3] }, [2])).toEqual({ verdict: 'violated', stem: [], loop: [1, 2] });
    // it is left alone once it is begun: on the way into the round it does not count
    const once = [step(0, 1, 1), step(1, 2, 1), step(1, 3, 2)];
    expect(check({ steps: [{ ...step(0, 1, 1), renews: [3] }, ...once.slice(1)], fair: [1, 2, 3] }, [2])).toMatchObject(
      {
        verdict: 'holds',
      },
    );
  });

  it('does not take a run that goes on outside of the bounds for one that ends', () => {
    expect(check({ steps: [step(0, 1, 1), step(1, 2, -1)], fair: [1, 2] }, [])).toEqual({
      verdict: 'holds',
      leavesBounds: true,
    });
  });

  it('does not take a cycle for fair which what leads out of the bounds would have to leave', () => {
    const steps = [step(0, 1, 0), step(0, 2, -1)];
    expect(check({ steps, fair: [1, 2] }, [])).toEqual({ verdict: 'holds', leavesBounds: true });
  });

  it('is not decided where the exploration ended before it held', () => {
    const line = [step(0, 1, 1), step(1, 1, 2), step(2, 1, 3)];
    expect(check({ steps: line, fair: [1] }, [3], 2)).toEqual({ verdict: 'undecided' });
  });

  it('is decided by what was explored where nothing else matters', () => {
    const line = [step(0, 1, 1), step(1, 1, 2), step(2, 1, 3)];
    expect(check({ steps: line, fair: [1] }, [2], 2)).toMatchObject({ verdict: 'holds' });
    const round = [step(0, 1, 1), step(0, 2, 2), step(1, 1, 0), step(2, 1, 3)];
    expect(check({ steps: round, fair: [1] }, [3], 2)).toEqual({ verdict: 'violated', stem: [], loop: [1, 1] });
  });

  it('is judged for each claim by itself, also where another throws', () => {
    const space = createGraphSpace({ steps: [step(0, 1, 1), step(1, 1, 2)], fair: [1] });
    const explored = exploreSpace(space);
    const judged = judgeAllEventually(space, explored, {
      'it is 2': (_world, { history }) => history === 2,
      'it is 3': (_world, { history }) => history === 3,
      'it is what it cannot be': (_world, { history }) => {
        if (history === 1) throw new Error('It is 1.');
        return false;
      },
    });
    expect(Object.fromEntries(judged)).toEqual({
      'it is 2': { verdict: 'holds', leavesBounds: false },
      'it is 3': { verdict: 'violated', stem: [1, 1], loop: [] },
      'it is what it cannot be': { verdict: 'threw', state: 1, error: new Error('It is 1.') },
    });
  });

  it(`is what the definition says on 800 random graphs (seed ${seed})`, { timeout: 30_000 }, () => {
    const random = createRandom(seed);
    const verdicts = { holds: 0, stuck: 0, round: 0 };
    for (let graph = 0; graph < 800; graph++) {
      const options = randomGraph(random);
      const states = 1 + Math.max(0, ...options.steps.flatMap(({ from, to }) => [from, to]));
      const holding = Array.from({ length: states }, (_, state) => state).filter(() => random() < 0.2);
      const expected = byDefinition(options, holding);
      const found = check(options, holding);
      const fault = found.verdict === 'violated' ? faultOf(options, holding, found) : undefined;
      // all of it, so that a failure shows the graph
      expect({ options, holding, found, verdict: found.verdict, fault }).toEqual({
        ...{ options, holding, found },
        verdict: expected,
        fault: undefined,
      });
      verdicts[found.verdict !== 'violated' ? 'holds' : found.loop.length === 0 ? 'stuck' : 'round']++;
    }
    // a generator that makes one kind alone would show little
    for (const count of Object.values(verdicts)) expect(count).toBeGreaterThan(40);
  });

  it('is told in well under a second of half a million states and 3.7 million steps', { timeout: 30_000 }, () => {
    const options = grid(738);
    const space = createGraphSpace({ steps: [], fair: [1, 2, 3, 4, 5, 6, 7] });
    const liveness = createLiveness(space, options);
    const before = process.cpuUsage();
    expect(liveness.check(() => false)).toMatchObject({ verdict: 'violated' });
    expect(liveness.check((state) => state === options.count - 1)).toMatchObject({ verdict: 'violated' });
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(4);
  });
});

describe('what is begun anew before it comes', () => {
  /** Beats for ever, or only looks at the clock. */
  const pinger = (event: string) =>
    setup({ types: { input: {} as { dog: AnyActorRef }, context: {} as { dog: AnyActorRef } } }).createMachine({
      context: ({ input }) => input,
      initial: 'resting',
      states: {
        resting: {
          after: {
            100: { target: 'resting', reenter: true, actions: sendTo(({ context }) => context.dog, { type: event }) },
          },
        },
      },
    });
  const isCalm = (_world: unknown, { inFlight }: Scene<unknown>): boolean => inFlight.length < 2;
  const watched = (dog: AnyActorLogic, event = 'BEAT', invoked?: Readonly<Record<string, Invoked>>) =>
    model({
      actors: { dog, pinger: { logic: pinger(event), input: ({ actor }) => ({ dog: actor('dog') }) } },
      ...(invoked && { invoked }),
      within: isCalm,
      mayStopWhen: () => true,
      eventually: { 'the dog barks': ({ dog: { value } }) => value === 'barking' },
    }).explore({ maxStates: 1000 });
  const verdictOf = (...given: Parameters<typeof watched>): string =>
    watched(...given).violations.length > 0 ? 'violated' : 'holds';
  const states = (calm: object) => ({ initial: 'calm', states: { calm, barking: {} } });

  const restarting = createMachine(
    states({ after: { 500: 'barking' }, on: { BEAT: { target: 'calm', reenter: true }, LOOK: {} } }),
  );
  const cancelling = createMachine(
    states({
      entry: raise({ type: 'BARK' }, { delay: 500, id: 'bark' }),
      on: { BEAT: { actions: [cancel('bark'), raise({ type: 'BARK' }, { delay: 500, id: 'bark' })] }, BARK: 'barking' },
    }),
  );
  const patient = createMachine(states({ after: { 500: 'barking' }, on: { BEAT: {} } }));

  it('need never come: a delay that each heartbeat arms anew', () => {
    const { violations } = watched(restarting);
    expect(violations).toMatchObject([{ kind: 'eventually', claim: 'the dog barks' }]);
    const { trace } = violations[0] as Violation;
    expect(trace?.steps.slice(trace.loopsTo).map(({ action }) => action.type)).toEqual(['timer', 'deliver']);
    expect(trace?.toText()).toContain('BEAT');
    expect(verdictOf(cancelling)).toBe('violated');
  });

  it('must come where no heartbeat does, or where that arms nothing', () => {
    expect(verdictOf(restarting, 'LOOK')).toBe('holds');
    expect(verdictOf(cancelling, 'LOOK')).toBe('holds');
    expect(verdictOf(patient)).toBe('holds');
  });

  it('is so of a promise, and of a child that is stopped and spawned', () => {
    const alarm = fromPromise(() => Promise.resolve('woof'));
    const outcomes = { alarm: [{ done: 'woof' }] };
    const invoking = (reenter: boolean) =>
      setup({ actors: { alarm } }).createMachine({
        initial: 'calm',
        states: {
          calm: { invoke: { src: 'alarm', id: 'alarm', onDone: 'barking' }, on: { BEAT: { target: 'calm', reenter } } },
          barking: {},
        },
      });
    expect(verdictOf(invoking(true), 'BEAT', outcomes)).toBe('violated');
    expect(verdictOf(invoking(false), 'BEAT', outcomes)).toBe('holds');

    const puppy = createMachine({
      initial: 'calm',
      states: { calm: { after: { 500: 'bored' } }, bored: { type: 'final' } },
    });
    const breeding = (isAnew: boolean) =>
      setup({ actors: { puppy } }).createMachine({
        ...states({
          on: {
            BEAT: isAnew ? { actions: [stopChild('puppy'), spawnChild('puppy', { id: 'puppy' })] } : {},
            'xstate.done.actor.puppy': 'barking',
          },
        }),
        entry: spawnChild('puppy', { id: 'puppy' }),
      } as never);
    expect(verdictOf(breeding(true))).toBe('violated');
    expect(verdictOf(breeding(false))).toBe('holds');
  });

  it('is so of a watcher that is to tell of an end', () => {
    const alert = (reenter: boolean) =>
      setup({ actors: { watching } }).createMachine({
        initial: 'calm',
        states: {
          calm: {
            invoke: {
              src: 'watching',
              input: ({ self }) => ({
                actorRef: (self as unknown as AnyActorRef).system.get('burglar') as AnyActorRef,
                id: 'burglar',
              }),
            },
            on: { BEAT: { target: 'calm', reenter }, DOWN: 'barking' },
          },
          barking: {},
        },
      });
    const verdict = (reenter: boolean) => {
      const { violations } = model({
        actors: {
          dog: alert(reenter),
          pinger: { logic: pinger('BEAT'), input: ({ actor }) => ({ dog: actor('dog') }) },
          burglar: createMachine({ initial: 'gone', states: { gone: { type: 'final' } } }),
        },
        within: isCalm,
        mayStopWhen: () => true,
        eventually: { 'the dog barks': ({ dog: { value } }) => value === 'barking' },
      }).explore({ maxStates: 1000 });
      return violations.length;
    };
    expect([verdict(true), verdict(false)]).toEqual([1, 0]);
  });
});

function step(from: number, code: number, to: number): GraphStep {
  return { from, code, to };
}

function check(options: GraphOptions, holding: readonly number[], mostExpanded?: number): Eventual {
  const space = createGraphSpace(options);
  const explored = exploreSpace(space, mostExpanded, undefined, options.steps);
  return createLiveness(space, explored).check((index) => holding.includes(explored.wordsOf(index)[0] as number));
}

function randomGraph(random: () => number): GraphOptions {
  const pick = (below: number): number => Math.floor(random() * below);
  const states = 1 + pick(7);
  const codes = 1 + pick(4);
  const fill = 0.15 + 0.7 * random();
  const steps: GraphStep[] = [];
  for (let from = 0; from < states; from++) {
    for (let code = 0; code < codes; code++) {
      if (random() >= fill) continue;
      const renews = Array.from({ length: codes }, (_, each) => each).filter(() => random() < 0.1);
      steps.push({ from, code, to: random() < 0.05 ? -1 : pick(states), ...(random() < 0.5 && { renews }) });
    }
  }
  return { steps, fair: Array.from({ length: codes }, (_, code) => code).filter(() => random() < 0.8) };
}

/** Follows runs one step at a time, each with what it has done of its duties: from each state that is come to without the claim, whether some walk leads back to it and is fair. */
function byDefinition({ steps, fair }: GraphOptions, holding: readonly number[]): 'holds' | 'violated' {
  const without = (state: number): boolean => state >= 0 && !holding.includes(state);
  const isPossible = (state: number, code: number): boolean =>
    steps.some((each) => each.from === state && each.code === code);
  const eased = (state: number): number =>
    fair.reduce((mask, code, bit) => (isPossible(state, code) ? mask : mask | (1 << bit)), 0);
  const bitOf = (code: number): number => (fair.includes(code) ? 1 << fair.indexOf(code) : 0);
  const all = (1 << fair.length) - 1;
  const reached = new Set<number>();
  const reach = (state: number): void => {
    if (!without(state) || reached.has(state)) return;
    reached.add(state);
    for (const each of steps) if (each.from === state) reach(each.to);
  };
  reach(0);
  for (const start of reached) {
    if (eased(start) === all) return 'violated';
    const walked = new Set<string>();
    const walk = (state: number, mask: number): boolean => {
      if (!without(state) || walked.has(`${state} ${mask}`)) return false;
      walked.add(`${state} ${mask}`);
      return steps.some((each) => {
        if (each.from !== state) return false;
        // what is begun anew on the way is no longer what had to happen
        const ended = [each.code, ...(each.renews ?? [])].reduce((bits, code) => bits | bitOf(code), 0);
        const done = mask | ended | eased(each.to);
        return (each.to === start && done === all) || walk(each.to, done);
      });
    };
    if (walk(start, eased(start))) return 'violated';
  }
  return 'holds';
}

/** What is wrong with what is told: it must be a run of the graph on which the claim never holds, and which is fair. */
function faultOf(
  { steps, fair }: GraphOptions,
  holding: readonly number[],
  { stem, loop }: Eventual & { readonly verdict: 'violated' },
): string | undefined {
  let state = 0;
  const visited = new Set<number>();
  const ended = new Set<number>();
  for (const [index, code] of [...stem, ...loop].entries()) {
    if (index >= stem.length) visited.add(state);
    if (holding.includes(state)) return 'the claim holds on the way';
    const taken = steps.find((each) => each.from === state && each.code === code);
    if (taken === undefined) return 'a step is not possible';
    state = taken.to;
    if (index >= stem.length) for (const each of [code, ...(taken.renews ?? [])]) ended.add(each);
  }
  if (holding.includes(state)) return 'the claim holds in the end';
  if (loop.length === 0) visited.add(state);
  else if (state !== [...visited][0]) return 'it is no round';
  const neglected = fair.find((code) => {
    const isAlwaysPossible = [...visited].every((each) => steps.some((one) => one.from === each && one.code === code));
    return isAlwaysPossible && !ended.has(code);
  });
  return neglected === undefined ? undefined : 'it is not fair';
}

/** States in a square, with seven steps each that lead about: one large component. */
function grid(side: number) {
  const count = side * side;
  const starts = new Uint32Array(count + 1);
  const targets = new Uint32Array(count * 7);
  const codes = new Uint32Array(count * 7);
  for (let state = 0; state < count; state++) {
    starts[state] = state * 7;
    [1, side, side + 1, 2, 2 * side, count - 1, count - side].forEach((leap, place) => {
      targets[state * 7 + place] = (state + leap) % count;
      codes[state * 7 + place] = place + 1;
    });
  }
  starts[count] = count * 7;
  const edges = { expanded: count, count: count * 7, starts, targets, codes };
  return { count, edges, wordsOf: (state: number) => Uint32Array.of(state) };
}
