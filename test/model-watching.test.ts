// Whoever watches a supervised actor in a model observes one life, as `watch` does: it is told that this one has failed, also where the next begins behind the same ref.
import { describe, expect, it } from 'vitest';
import { supervise, watching, type WatchedDown } from 'troupe';
import { model, type ModelOptions } from 'troupe/testing';
import { assign, createMachine, setup, type AnyActorLogic, type AnyActorRef } from 'xstate';
import { rehearseAtRandom } from './support/rehearsing.ts';

const fail = assign(() => {
  throw new Error('ill');
});
const frail = createMachine({ id: 'frail', after: { 100: { actions: fail } } });
const quiet = { onFailure: () => {} };

interface Nurse {
  readonly patient: AnyActorRef;
  readonly told: readonly string[];
}

const told = ({ down }: WatchedDown): string => {
  const message = down.type === 'failed' ? (down.error as Error).message : '';
  return message === 'ill' ? 'ill' : message === '' ? down.type : 'given up';
};

/** Notes each end that it is told of, and watches on; that is another watch. */
const nurse = setup({
  types: { context: {} as Nurse, events: {} as WatchedDown, input: {} as { patient: AnyActorRef } },
  actors: { watching },
}).createMachine({
  id: 'nurse',
  context: ({ input: { patient } }) => ({ patient, told: [] }),
  initial: 'watching',
  states: {
    watching: {
      invoke: { src: 'watching', id: 'eye', input: ({ context }) => ({ actorRef: context.patient, id: 'patient' }) },
      on: {
        DOWN: [
          {
            guard: ({ event }) => told(event) === 'ill',
            target: 'watching',
            reenter: true,
            actions: assign({ told: ({ context, event }) => [...context.told, told(event)] }),
          },
          { target: 'over', actions: assign({ told: ({ context, event }) => [...context.told, told(event)] }) },
        ],
      },
    },
    over: { type: 'final' },
  },
});

const ward = {
  actors: {
    nurse: { logic: nurse, input: ({ actor }) => ({ patient: actor('patient') }) },
    patient: supervise(frail, { ...quiet, restart: { atMost: 2 } }),
  },
  mayFail: ['patient'],
} satisfies ModelOptions<{ nurse: typeof nurse; patient: typeof frail }>;

describe('a watcher of a supervised actor', () => {
  it('is told of the end of each life, once, and last that there is no other', () => {
    const report = model({
      ...ward,
      mayStopWhen: ({ nurse: { context } }) => context.told.join() === 'ill,ill,given up',
      eventually: { 'she knows all': ({ nurse: { context } }) => context.told.length === 3 },
    }).explore({ maxStates: 1000 });
    expect(report.violations.map(({ claim, why }) => `${claim}: ${why}`)).toEqual([]);
    expect(report.complete).toBe(true);
  });

  it('is told before the next life begins, and one that begins in between watches that', () => {
    const { trace } = model({
      ...ward,
      always: { 'she is not told twice': ({ nurse: { context } }) => context.told.length < 2 },
    }).explore({ maxStates: 1000 }).violations[0] as { trace: { schedule: string } };
    expect(trace.schedule).toBe('t:patient d:nurse/eye v:patient t:patient d:nurse/eye');
  });

  it('may be of its own node', () => {
    const home = parentOf({ ward: supervise(frail, { ...quiet, restart: { atMost: 1 } }) }, 'ward');
    expect(endsOf(home)).toEqual({ 'it knows that all was in vain': 'never', 'it knows that it is ill': 'always' });
  });

  it('is told of one that its supervisor stops with what it failed with', () => {
    const home = parentOf({ ward: supervise(frail, { ...quiet, strategy: 'stop' }) }, 'ward');
    expect(endsOf(home)).toEqual({ 'it knows that all was in vain': 'never', 'it knows that it is ill': 'always' });
  });

  it('is told by the real runtime of the same', async () => {
    const { kinds } = await rehearseAtRandom(ward, 1, { schedules: 20, steps: 12 });
    expect(Object.keys(kinds).toSorted()).toEqual(['down', 'revive', 'timer']);
  });
});

interface Home {
  readonly children: Readonly<Record<string, AnyActorRef>>;
  readonly told: string;
}

/** Spawns children, and watches one of them. */
function parentOf(logics: Readonly<Record<string, AnyActorLogic>>, watched: string) {
  const ids = Object.keys(logics);
  return setup({
    types: { context: {} as Home, events: {} as WatchedDown },
    actors: { watching, ...logics },
  } as never).createMachine({
    context: ({ spawn }: { spawn: (src: string, options: { id: string }) => AnyActorRef }) => ({
      children: Object.fromEntries(ids.map((id) => [id, spawn(id, { id })])),
      told: '',
    }),
    invoke: {
      src: 'watching',
      id: 'eye',
      input: ({ context }: { context: Home }) => ({ actorRef: context.children[watched], id: watched }),
    },
    on: {
      DOWN: { actions: assign(({ event }: { event: WatchedDown }) => ({ told: told(event) })) },
      'xstate.error.actor.*': {},
    },
  } as never);
}

/** What such a parent comes to know in every run, or in none. */
function endsOf(home: AnyActorLogic): Readonly<Record<string, 'always' | 'never' | 'sometimes'>> {
  const knows =
    (what: string) =>
    ({ home }: { home: { context?: unknown } }) =>
      (home.context as Home).told === what;
  const claims = { 'it knows that it is ill': knows('ill'), 'it knows that all was in vain': knows('given up') };
  const options = { actors: { home }, mayStopWhen: () => true };
  const { violations } = model({ ...options, eventually: claims }).explore({ maxStates: 1000 });
  const { reached } = model({ ...options, sometimes: claims }).explore({ maxStates: 1000 });
  const become = (claim: string) =>
    reached[claim] === undefined ? 'never' : violations.some((each) => each.claim === claim) ? 'sometimes' : 'always';
  return Object.fromEntries(Object.keys(claims).map((claim) => [claim, become(claim)]));
}
