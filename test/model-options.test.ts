// What `model` refuses, and what it does not: an option that does not say what is meant would silently explore another system.
import { supervise } from 'troupe';
import { model, type ExploreOptions, type SimulateOptions } from 'troupe/testing';
import { describe, expect, it } from 'vitest';
import {
  assign,
  createMachine,
  enqueueActions,
  fromCallback,
  fromPromise,
  setup,
  spawnChild,
  type AnyActorLogic,
} from 'xstate';

const fetching = fromPromise(async () => 4);
const clerk = setup({ actors: { look: fetching } }).createMachine({
  initial: 'idle',
  states: {
    idle: { on: { ASK: 'looking', 'order.*': {} } },
    looking: { invoke: { id: 'lookup', src: 'look', onDone: 'idle' }, after: { 500: 'idle' } },
  },
});
const quiet = createMachine({});
const listener = createMachine({ on: { '*': {} } });
const actors = { Ada: clerk, Bob: clerk, quiet, listener };

/** Options as a program in JavaScript may give them. */
const build = (options: object) => () => model({ actors, ...options } as never);
const refusal = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    const { code, message } = error as { readonly code: string; readonly message: string };
    return `${code}: ${message}`;
  }
  throw new Error('It should have been refused.');
};

describe('the options of a model', () => {
  it.each<[object, string]>([
    [
      { sometime: {} },
      "INVALID_ARGUMENT: Cannot take the option 'sometime': there is none of that name. The options are actors, stimuli,",
    ],
    [
      { actors: {} },
      'INVALID_ARGUMENT: Cannot take [object Object] for actors: there must be at least one. Give actor logic by name.',
    ],
    [
      { actors: undefined },
      'INVALID_ARGUMENT: Cannot take undefined for actors: it must be an object. Give its members by name.',
    ],
    [
      { actors: { Ada: 4 } },
      "INVALID_ARGUMENT: Cannot take 4 for 'Ada' of actors: it is no actor logic. Give it, or { logic, input }.",
    ],
    [
      { actors: { Ada: { logic: clerk, inputs: 4 } } },
      "INVALID_ARGUMENT: Cannot take the option 'inputs': there is none of that name. The options are logic, input.",
    ],
    [
      { actors: { 'Ada/till': clerk } },
      "INVALID_ARGUMENT: Cannot take 'Ada/till' for the name of an actor: it must be a text without a /. The / is for its children.",
    ],

    [
      { stimuli: { Eve: [] } },
      "NO_SUCH_ACTOR: Cannot take 'Eve' in stimuli: the system has no actor of that name. Its actors are Ada, Bob, quiet, listener.",
    ],
    [
      { stimuli: { Ada: { type: 'ASK' } } },
      "INVALID_ARGUMENT: Cannot take [object Object] for 'Ada' of stimuli: it must be a list of events. Put it in brackets.",
    ],
    [
      { stimuli: { Ada: ['ASK'] } },
      "INVALID_ARGUMENT: Cannot take 'ASK' for 'Ada' of stimuli: an event is an object with a type. Give it a type that is a text.",
    ],
    [
      { stimuli: { Ada: [{ type: 'ASKED' }] } },
      "INVALID_ARGUMENT: Cannot take 'ASKED' for 'Ada' of stimuli: no transition of its machine is for such an event. Its machine has ASK, order.*.",
    ],
    [
      { stimuli: { Ada: [{ type: 'orders' }] } },
      "INVALID_ARGUMENT: Cannot take 'orders' for 'Ada' of stimuli: no transition of its machine is for such an event.",
    ],
    [
      { stimuli: { quiet: [{ type: 'ASK' }] } },
      "INVALID_ARGUMENT: Cannot take 'ASK' for 'quiet' of stimuli: no transition of its machine is for such an event. Its machine has none for any.",
    ],

    [
      { network: 'none' },
      "INVALID_ARGUMENT: Cannot take 'none' for network: it must be an object. Give its members by name.",
    ],
    [{ network: { loss: 1 } }, "INVALID_ARGUMENT: Cannot take the option 'loss': there is none of that name."],
    [
      { network: { order: 'fifo' } },
      "INVALID_ARGUMENT: Cannot take 'fifo' for network.order: it must be per-pair or none or global. Leave it out for the default.",
    ],
    [
      { network: { drop: -1 } },
      'INVALID_ARGUMENT: Cannot take -1 for network.drop: it must be a whole number from 0 up, or Infinity. Leave it out for the default.',
    ],
    [{ network: { drop: 0.5 } }, 'INVALID_ARGUMENT: Cannot take 0.5 for network.drop: it must be a whole number'],
    [
      { network: { duplicate: Number.NaN } },
      'INVALID_ARGUMENT: Cannot take NaN for network.duplicate: it must be a whole number',
    ],
    [
      { network: { duplicate: '1' } },
      "INVALID_ARGUMENT: Cannot take '1' for network.duplicate: it must be a whole number",
    ],
    [
      { network: { order: 'none', delayUnhandled: 1 } },
      'INVALID_ARGUMENT: Cannot take 1 for network.delayUnhandled: it must be true or false.',
    ],
    [
      { network: { delayUnhandled: true } },
      "INVALID_ARGUMENT: Cannot take true for network.delayUnhandled: messages keep their order, and one that stays would hold back those behind it. Leave it out, or give order: 'none'.",
    ],
    [
      { network: { order: 'global', delayUnhandled: true } },
      'INVALID_ARGUMENT: Cannot take true for network.delayUnhandled: messages keep their order',
    ],

    [{ crash: {} }, 'INVALID_ARGUMENT: Cannot take undefined for crash.max: it must be told. Give a whole number.'],
    [{ crash: { max: -1 } }, 'INVALID_ARGUMENT: Cannot take -1 for crash.max: it must be a whole number'],
    [
      { crash: { max: 1, who: 'Ada' } },
      "INVALID_ARGUMENT: Cannot take 'Ada' for crash.who: it must be a list of names of actors. The names are those of the option actors.",
    ],
    [
      { crash: { max: 1, who: ['Eve'] } },
      "NO_SUCH_ACTOR: Cannot take 'Eve' in crash.who: the system has no actor of that name.",
    ],
    [
      { crash: { max: 1, restart: 'always' } },
      "INVALID_ARGUMENT: Cannot take 'always' for crash.restart: it must be initial or persisted or never.",
    ],
    [{ crash: { max: 1, most: 1 } }, "INVALID_ARGUMENT: Cannot take the option 'most': there is none of that name."],

    [
      { timers: 'soon' },
      "INVALID_ARGUMENT: Cannot take 'soon' for timers: it must be any-order or when-idle or by-delay.",
    ],

    [
      { invoked: { looks: [] } },
      "INVALID_ARGUMENT: Cannot take 'looks' for invoked: no machine invokes or spawns anything of that name. The names are look, lookup.",
    ],
    [
      { invoked: { look: { done: 4 } } },
      "INVALID_ARGUMENT: Cannot take [object Object] for 'look' of invoked: it must be a list of outcomes, a function of the input, or logic. Such as [{ done: 4 }, { error: new Error('no') }].",
    ],
    [
      { invoked: { look: [{ resolved: 4 }] } },
      "INVALID_ARGUMENT: Cannot take [object Object] for 'look' of invoked: each outcome must be one of done, error, event and next.",
    ],
    [
      { invoked: { look: [{ done: 4, error: 4 }] } },
      "INVALID_ARGUMENT: Cannot take [object Object] for 'look' of invoked: each outcome",
    ],
    [{ invoked: { look: [4] } }, "INVALID_ARGUMENT: Cannot take 4 for 'look' of invoked: each outcome must be one of"],
    [
      { invoked: { look: [{ event: 'ASK' }] } },
      "INVALID_ARGUMENT: Cannot take 'ASK' for 'look' of invoked: an event is an object with a type.",
    ],

    [
      { cells: { hand: '4' } },
      "INVALID_ARGUMENT: Cannot take '4' for 'hand' of cells: a cell holds a finite number. Give what it holds at first.",
    ],
    [{ cells: { hand: Number.NaN } }, "INVALID_ARGUMENT: Cannot take NaN for 'hand' of cells"],
    [{ cells: [4] }, 'INVALID_ARGUMENT: Cannot take [object Array] for cells: it must be an object.'],

    [
      { history: { begins: 0 } },
      "INVALID_ARGUMENT: Cannot take the option 'begins': there is none of that name. The options are initial, received, sent.",
    ],
    [
      { history: { initial: 0, received: 4 } },
      'INVALID_ARGUMENT: Cannot take 4 for history.received: it must be a function of the history and a message.',
    ],

    [
      { symmetric: ['Ada', 'Bob'] },
      "INVALID_ARGUMENT: Cannot take 'Ada' for symmetric: it must be a list of names of actors.",
    ],
    [
      { symmetric: [['Ada', 'Eve']] },
      "NO_SUCH_ACTOR: Cannot take 'Eve' in symmetric: the system has no actor of that name.",
    ],
    [{ symmetric: [[4]] }, 'INVALID_ARGUMENT: Cannot take 4 for symmetric: it must be the name of an actor.'],

    [{ mayFail: ['Eve'] }, "NO_SUCH_ACTOR: Cannot take 'Eve' in mayFail: the system has no actor of that name."],
    [{ mayFail: 'Ada' }, "INVALID_ARGUMENT: Cannot take 'Ada' for mayFail: it must be a list of names of actors."],
    [{ forget: { Eve: () => 0 } }, "NO_SUCH_ACTOR: Cannot take 'Eve' in forget: the system has no actor of that name."],
    [
      { forget: { Ada: 'context' } },
      "INVALID_ARGUMENT: Cannot take 'context' for forget of 'Ada': it must be a function of a snapshot. Give a function.",
    ],
    [
      { within: true },
      'INVALID_ARGUMENT: Cannot take true for within: it must be a claim. Leave it out for the default.',
    ],
    [{ mayStopWhen: true }, 'INVALID_ARGUMENT: Cannot take true for mayStopWhen: it must be a claim.'],
    [
      { always: () => true },
      'INVALID_ARGUMENT: Cannot take () => true for always: it must be an object. Give its members by name.',
    ],
    [
      { always: { 'it is so': true } },
      "INVALID_ARGUMENT: Cannot take true for 'it is so' of always: it must be a claim, a function of the snapshots that says whether it is so. Give a function.",
    ],
    [
      { eventually: { 'it is so': 4 } },
      "INVALID_ARGUMENT: Cannot take 4 for 'it is so' of eventually: it must be a claim",
    ],
    [
      { sometimes: { 'it is so': null } },
      "INVALID_ARGUMENT: Cannot take null for 'it is so' of sometimes: it must be a claim",
    ],
  ])('are refused where they cannot be meant: %o', (options, text) => {
    expect(refusal(build(options))).toContain(text);
  });

  it('are taken where they say what is meant', () => {
    const all = build({
      stimuli: { Ada: [{ type: 'ASK' }, { type: 'order.paid' }, { type: 'order' }], listener: [{ type: 'ANYTHING' }] },
      network: { order: 'none', drop: 0, duplicate: Infinity, delayUnhandled: true },
      crash: { max: 2, who: ['Ada'], restart: 'persisted' },
      timers: 'by-delay',
      invoked: { look: [{ done: 4 }, { error: 'none' }], lookup: () => [{ done: 4 }] },
      cells: { hand: -1 },
      history: { initial: 0, sent: (count: number) => count + 1 },
      symmetric: [['Ada', 'Bob']],
      mayFail: true,
      mayStopWhen: () => true,
      within: () => true,
      forget: { Ada: () => 0 },
      always: {},
    });
    expect(all).not.toThrow();
  });

  it.each<[string, AnyActorLogic]>([
    ['is spawned by spawnChild', createMachine({ entry: spawnChild(fetching, { id: 'look' }) })],
    ['is spawned in the context', createMachine({ context: ({ spawn }) => ({ it: spawn(fetching, { id: 'look' }) }) })],
    ['is spawned by assign', createMachine({ entry: assign({ it: ({ spawn }) => spawn(fetching, { id: 'look' }) }) })],
    [
      'is spawned by enqueueActions',
      createMachine({ entry: enqueueActions(({ enqueue }) => enqueue.spawnChild(fetching, { id: 'look' })) }),
    ],
    ['is invoked by id', createMachine({ invoke: { id: 'look', src: fetching } })],
    ['is within what is invoked', createMachine({ invoke: { src: clerk } })],
    ['is within what is supervised', supervise(clerk)],
    ['is within what is provided', setup({ actors: { clerk } }).createMachine({})],
  ])('let an actor be declared that %s', (_, logic) => {
    expect(build({ actors: { logic }, invoked: { look: [{ done: 4 }] } })).not.toThrow();
  });

  it('let a root be declared that is not run, and what stands for an actor', () => {
    expect(
      build({ actors: { bell: fromCallback(() => {}) }, invoked: { bell: [{ event: { type: 'RING' } }] } }),
    ).not.toThrow();
    expect(build({ actors: { clerk }, invoked: { look: clerk } })).not.toThrow();
  });

  it('are what they were when the model was made', () => {
    const options: { actors: typeof actors; always?: Record<string, () => boolean> } = { actors };
    const made = model(options);
    options.always = { 'it was not claimed': () => false };
    expect(() => made.explore()).not.toThrow();
    expect(made.explore().violations.map(({ kind }) => kind)).not.toContain('always');
  });
});

describe('how far a model is explored', () => {
  const small = model({ actors: { quiet } });

  it.each<[object, string]>([
    [
      { states: 4 },
      "Cannot take the option 'states': there is none of that name. The options are maxStates, maxDepth, seconds, stopAtFirst, onProgress.",
    ],
    [{ maxStates: 0 }, 'Cannot take 0 for maxStates: it must be a whole number from 1 up, or Infinity.'],
    [{ maxDepth: -1 }, 'Cannot take -1 for maxDepth: it must be a whole number from 0 up, or Infinity.'],
    [{ seconds: Number.NaN }, 'Cannot take NaN for seconds: it must be a number above 0.'],
    [{ seconds: 0 }, 'Cannot take 0 for seconds'],
    [{ stopAtFirst: 'yes' }, "Cannot take 'yes' for stopAtFirst: it must be true or false."],
    [{ onProgress: true }, 'Cannot take true for onProgress: it must be a function'],
  ])('is refused where it cannot be meant: %o', (limits, text) => {
    expect(refusal(() => small.explore(limits as ExploreOptions))).toContain(`INVALID_ARGUMENT: ${text}`);
  });

  it.each<[object, string]>([
    [
      { count: 4 },
      "Cannot take the option 'count': there is none of that name. The options are seed, runs, maxSteps, strategy.",
    ],
    [{ seed: 0.5 }, 'Cannot take 0.5 for seed: it must be a whole number.'],
    [{ runs: 0 }, 'Cannot take 0 for runs: it must be a whole number from 1 up.'],
    [{ maxSteps: Infinity }, 'Cannot take Infinity for maxSteps: it must be a whole number from 1 up.'],
    [{ strategy: 'fast' }, "Cannot take 'fast' for strategy: it must be uniform or pct."],
  ])('is refused for walks where it cannot be meant: %o', (how, text) => {
    expect(refusal(() => small.simulate(how as SimulateOptions))).toContain(`INVALID_ARGUMENT: ${text}`);
  });

  it('is refused for a schedule that is no text', () => {
    expect(refusal(() => small.replay(4 as never))).toContain('INVALID_ARGUMENT: Cannot take 4 for the schedule');
  });
});
