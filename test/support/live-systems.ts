// Systems that show each feature of a model, for the comparison with the real runtime.
import { supervise, watching, type Recipient, type WatchedDown } from 'troupe';
import { barrier, student } from 'troupe/actors';
import { openCell } from 'troupe/shared';
import {
  assign,
  cancel,
  enqueueActions,
  createMachine,
  fromCallback,
  fromEventObservable,
  fromObservable,
  fromPromise,
  fromTransition,
  raise,
  sendParent,
  sendTo,
  setup,
  spawnChild,
  stopChild,
  type AnyActorRef,
} from 'xstate';

type Arrive = { type: 'ARRIVE'; from: string; replyTo: Recipient<{ type: 'RELEASE' }> };

/** Works, arrives, and goes on when it is released. */
export const pupil = setup({
  types: {
    context: {} as { me: string; round: number; rounds: number; barrier?: Recipient<Arrive> | undefined },
    input: {} as { me: string; rounds: number; barrier?: Recipient<Arrive> },
    events: {} as { type: 'RELEASE' },
  },
  delays: { WORK: 100 },
}).createMachine({
  id: 'pupil',
  context: ({ input }) => ({ ...input, round: 1 }),
  initial: 'working',
  states: {
    working: { after: { WORK: 'waiting' } },
    waiting: {
      entry: sendTo(
        ({ context, system }) => context.barrier ?? (system.get('barrier') as Recipient<Arrive>),
        ({ context, self }) => ({ type: 'ARRIVE', from: context.me, replyTo: self }),
      ),
      on: {
        RELEASE: [
          { guard: ({ context }) => context.round === context.rounds, target: 'done' },
          { target: 'working', actions: assign({ round: ({ context }) => context.round + 1 }) },
        ],
      },
    },
    done: { type: 'final' },
  },
});

/** Releases all when all are there. */
export const hurdle = setup({
  types: {
    context: {} as { count: number; waiting: Arrive[] },
    input: {} as { count: number },
    events: {} as Arrive,
  },
}).createMachine({
  id: 'hurdle',
  context: ({ input }) => ({ ...input, waiting: [] }),
  on: {
    ARRIVE: [
      {
        guard: ({ context }) => context.waiting.length + 1 === context.count,
        actions: enqueueActions(({ context, event, enqueue }) => {
          for (const { replyTo } of [...context.waiting, event]) enqueue.sendTo(replyTo, { type: 'RELEASE' });
          enqueue.assign({ waiting: [] });
        }),
      },
      { actions: assign({ waiting: ({ context, event }) => [...context.waiting, event] }) },
    ],
  },
});

/** Pupils and their barrier, of which they have a ref, and which they know by name should they lose that. */
export function lesson(count: number, rounds: number): object {
  const names = Array.from({ length: count }, (_, index) => `s${index}`);
  const actors = Object.fromEntries(
    names.map((me) => [
      me,
      {
        logic: pupil,
        input: ({ actor }: { actor: (name: string) => AnyActorRef }) => ({
          me,
          rounds,
          barrier: actor('barrier'),
        }),
      },
    ]),
  );
  return { actors: { ...actors, barrier: { logic: hurdle, input: { count } } } };
}

/** A child that counts, tells its parent and others, and ends. */
const child = setup({
  types: {
    context: {} as { number: number; ticks: number },
    input: {} as { number: number },
    events: {} as { type: 'TICK' } | { type: 'END' } | { type: 'HOLD' },
    output: {} as number,
  },
}).createMachine({
  id: 'child',
  context: ({ input }) => ({ number: input.number, ticks: 0 }),
  entry: sendParent(({ context, self }) => ({ type: 'BORN', number: context.number, child: self })),
  initial: 'running',
  states: {
    running: {
      after: { 500: { actions: sendParent({ type: 'OLD' }), target: 'old' } },
      on: {
        TICK: { actions: [assign({ ticks: ({ context }) => (context.ticks + 1) % 3 }), sendParent({ type: 'TOCK' })] },
        HOLD: { actions: cancel('xstate.after.500.child.running') },
        END: 'ended',
      },
    },
    old: {
      entry: raise({ type: 'END' }, { delay: 50, id: 'rest' }),
      on: { END: 'ended', HOLD: { actions: cancel('rest') } },
    },
    ended: { type: 'final' },
  },
  output: ({ context }) => context.number + context.ticks,
});

/** A parent with all kinds of children, that speaks with a friend. */
const parent = setup({
  types: {
    context: {} as {
      made: number;
      tocks: number;
      outputs: unknown[];
      refs: AnyActorRef[];
      friend: AnyActorRef | undefined;
    },
    input: {} as { friend: AnyActorRef },
    events: {} as
      | { type: 'MAKE' | 'PASS' | 'STOP' | 'FETCH' | 'TOCK' | 'OLD' | 'HUSH' | 'LEARN' | 'LATER' }
      | { type: 'BORN'; number: number; child: AnyActorRef }
      | { type: 'NEWS'; of: string },
  },
  actors: {
    child,
    fetch: fromPromise<string, { made: number }>(async () => 'never run'),
    ear: fromCallback(() => {}),
    feed: fromObservable<number, unknown>(() => {
      throw new Error('never run');
    }),
  },
}).createMachine({
  id: 'parent',
  context: ({ input }) => ({ made: 0, tocks: 0, outputs: [], refs: [], friend: input.friend }),
  invoke: { id: 'ear', src: 'ear' },
  on: {
    MAKE: {
      guard: ({ context }) => context.made < 3,
      actions: [
        spawnChild('child', { id: 'kid', input: ({ context }) => ({ number: context.made }) }),
        assign({ made: ({ context }) => context.made + 1 }),
      ],
    },
    BORN: {
      actions: [
        assign({ refs: ({ context, event }) => [...context.refs, event.child].slice(-2) }),
        sendTo(
          ({ context, system }) => context.friend ?? (system.get('friend') as AnyActorRef),
          ({ event }) => ({ type: 'MEET', child: event.child }),
        ),
      ],
    },
    TOCK: { actions: assign({ tocks: ({ context }) => (context.tocks + 1) % 3 }) },
    OLD: {
      actions: sendTo(({ context, system }) => context.friend ?? (system.get('friend') as AnyActorRef), {
        type: 'OLD',
      }),
    },
    STOP: { actions: stopChild('kid') },
    PASS: { actions: sendTo(({ system }) => system.get('friend') as AnyActorRef, { type: 'HELLO' }) },
    HUSH: {
      actions: sendTo(({ context, system }) => context.friend ?? (system.get('friend') as AnyActorRef), {
        type: 'HUSH',
      }),
    },
    LATER: {
      actions: sendTo(
        ({ context, system }) => context.friend ?? (system.get('friend') as AnyActorRef),
        { type: 'LATE' },
        { delay: 300, id: 'late' },
      ),
    },
    NEWS: { actions: cancel('late') },
    'xstate.done.actor.kid': {
      actions: assign({
        outputs: ({ context, event }): unknown[] =>
          [...(context as { outputs: unknown[] }).outputs, (event as { output?: unknown }).output].slice(-2),
      }),
    },
  },
  initial: 'idle',
  states: {
    idle: {
      on: { FETCH: 'fetching', LEARN: 'learning' },
    },
    fetching: {
      invoke: {
        id: 'fetch',
        src: 'fetch',
        input: ({ context }) => ({ made: context.made }),
        onDone: {
          target: 'idle',
          actions: assign({ outputs: ({ context, event }) => [...context.outputs, event.output].slice(-2) }),
        },
        onError: {
          target: 'idle',
          actions: assign({ outputs: ({ context, event }) => [...context.outputs, String(event.error)].slice(-2) }),
        },
      },
      on: { STOP: 'idle' },
    },
    learning: {
      invoke: {
        id: 'feed',
        src: 'feed',
        onSnapshot: {
          actions: assign({ outputs: ({ context, event }) => [...context.outputs, event.snapshot.context].slice(-2) }),
        },
        onDone: 'idle',
      },
      after: { 700: 'idle' },
    },
  },
});

/** Holds refs of another's children, and sends to them. */
const friend = setup({
  types: {
    context: {} as { met: AnyActorRef[]; greetings: number },
    events: {} as { type: 'MEET'; child: AnyActorRef } | { type: 'HELLO' | 'OLD' | 'HUSH' | 'POKE' | 'LATE' },
  },
}).createMachine({
  id: 'friend',
  context: { met: [], greetings: 0 },
  on: {
    MEET: {
      actions: [
        assign({ met: ({ context, event }) => [...context.met, event.child].slice(-2) }),
        sendTo(({ event }) => event.child, { type: 'TICK' }),
      ],
    },
    HELLO: { actions: assign({ greetings: ({ context }) => (context.greetings + 1) % 3 }) },
    OLD: { actions: sendTo(({ context }) => context.met[0] as AnyActorRef, { type: 'END' }) },
    HUSH: {
      guard: ({ context }) => context.met.length > 0,
      actions: sendTo(({ context }) => context.met.at(-1) as AnyActorRef, { type: 'HOLD' }),
    },
    POKE: {
      guard: ({ context }) => context.met.length > 0,
      actions: sendTo(({ context }) => context.met.at(-1) as AnyActorRef, { type: 'TICK' }),
    },
  },
});

/** A parent and its friend. */
export const family: object = {
  actors: {
    parent: {
      logic: parent,
      input: ({ actor }: { actor: (name: string) => AnyActorRef }) => ({ friend: actor('friend') }),
    },
    friend,
  },
  stimuli: {
    parent: ['MAKE', 'PASS', 'STOP', 'FETCH', 'HUSH', 'LEARN', 'LATER'].map((type) => ({ type })),
    friend: [{ type: 'POKE' }],
  },
  invoked: {
    fetch: (input: { made: number }) => [{ done: `page ${input.made}` }, { error: new Error('no page') }],
    ear: [{ event: { type: 'NEWS', of: 'the day' } }],
    feed: [{ next: 1 }, { next: 2 }, { done: undefined }],
  },
};

/** Fails when it is told to. */
const frail = setup({
  types: {
    context: {} as { done: number; boss: AnyActorRef },
    input: {} as { boss: AnyActorRef },
    events: {} as { type: 'WORK' | 'BREAK' | 'REST' },
  },
}).createMachine({
  id: 'frail',
  context: ({ input }) => ({ done: 0, boss: input.boss }),
  entry: sendTo(({ context }) => context.boss, { type: 'HERE' }),
  initial: 'up',
  states: {
    up: {
      after: { 200: { actions: sendTo(({ context }) => context.boss, { type: 'TIRED' }) } },
      on: {
        WORK: {
          actions: [
            assign({ done: ({ context }) => (context.done + 1) % 3 }),
            sendTo(
              ({ context }) => context.boss,
              ({ context }) => ({ type: 'DID', count: context.done }),
            ),
          ],
        },
        BREAK: {
          actions: assign(() => {
            throw new Error('broken');
          }),
        },
        REST: 'resting',
      },
    },
    resting: { on: { WORK: 'up' } },
  },
});

/** Sends work, and what breaks. */
const boss = setup({
  types: {
    context: {} as { heard: string[]; worker: AnyActorRef },
    input: {} as { worker: AnyActorRef },
    events: {} as { type: 'HERE' | 'TIRED' | 'ORDER' | 'BREAK' | 'REST' } | { type: 'DID'; count: number },
  },
}).createMachine({
  id: 'boss',
  context: ({ input }) => ({ heard: [], worker: input.worker }),
  on: {
    HERE: { actions: assign({ heard: ({ context }) => [...context.heard, 'here'].slice(-3) }) },
    TIRED: { actions: assign({ heard: ({ context }) => [...context.heard, 'tired'].slice(-3) }) },
    DID: { actions: assign({ heard: ({ context, event }) => [...context.heard, String(event.count)].slice(-3) }) },
    ORDER: { actions: sendTo(({ context }) => context.worker, { type: 'WORK' }) },
    BREAK: { actions: sendTo(({ context }) => context.worker, { type: 'BREAK' }) },
    REST: { actions: sendTo(({ context }) => context.worker, { type: 'REST' }) },
  },
});

type SuperviseOptions = NonNullable<Parameters<typeof supervise>[1]>;

/** A supervised worker that is a node of its own. */
export function office(options: SuperviseOptions): object {
  const worker = supervise(frail, { onFailure: () => {}, ...options });
  return {
    actors: {
      boss: {
        logic: boss,
        input: ({ actor }: { actor: (name: string) => AnyActorRef }) => ({ worker: actor('worker') }),
      },
      worker: {
        logic: worker,
        input: ({ actor }: { actor: (name: string) => AnyActorRef }) => ({ boss: actor('boss') }),
      },
    },
    stimuli: { boss: ['ORDER', 'BREAK', 'REST'].map((type) => ({ type })) },
    mayFail: true,
  };
}

/** A manager with supervised children, who are watched from elsewhere. */
export function firm(options: SuperviseOptions): object {
  const worker = supervise(frail, { onFailure: () => {}, ...options });
  const manager = setup({
    types: {
      context: {} as { heard: string[]; outside: AnyActorRef },
      input: {} as { outside: AnyActorRef },
      events: {} as
        | { type: 'HERE' | 'TIRED' | 'ORDER' | 'BREAK' | 'REST' | 'HIRE' | 'FIRE' }
        | { type: 'DID'; count: number },
    },
    actors: { worker },
  }).createMachine({
    id: 'manager',
    context: ({ input }) => ({ heard: [], outside: input.outside }),
    initial: 'alone',
    states: {
      alone: { on: { HIRE: 'busy' } },
      busy: {
        invoke: { id: 'worker', src: 'worker', input: ({ self }) => ({ boss: self }), onError: 'sorry' },
        entry: sendTo(
          ({ context }) => context.outside,
          ({ self }) => ({ type: 'LOOK', at: self.getSnapshot().children['worker'] }),
        ),
        on: {
          FIRE: 'alone',
          ORDER: { actions: sendTo('worker', { type: 'WORK' }) },
          BREAK: { actions: sendTo('worker', { type: 'BREAK' }) },
        },
      },
      sorry: { on: { HIRE: 'busy' } },
    },
    on: {
      HERE: { actions: assign({ heard: ({ context }) => [...context.heard, 'here'].slice(-2) }) },
      TIRED: { actions: assign({ heard: ({ context }) => [...context.heard, 'tired'].slice(-2) }) },
      DID: { actions: assign({ heard: ({ context, event }) => [...context.heard, String(event.count)].slice(-2) }) },
    },
  });
  const outside = setup({
    types: { context: {} as { seen: number }, events: {} as { type: 'LOOK' } },
  }).createMachine({
    id: 'outside',
    context: { seen: 0 },
    on: { LOOK: { actions: assign({ seen: ({ context }) => (context.seen + 1) % 3 }) } },
  });
  return {
    actors: {
      manager: {
        logic: manager,
        input: ({ actor }: { actor: (name: string) => AnyActorRef }) => ({ outside: actor('outside') }),
      },
      outside,
    },
    stimuli: { manager: ['ORDER', 'BREAK', 'HIRE', 'FIRE'].map((type) => ({ type })) },
    mayFail: true,
  };
}

/** One that can end in each way, or crash. */
const patient = setup({
  types: {
    context: {} as { told: number },
    events: {} as { type: 'HEAL' | 'FAIL' | 'ASK'; replyTo?: AnyActorRef },
    output: {} as string,
  },
}).createMachine({
  id: 'patient',
  context: { told: 0 },
  initial: 'ill',
  states: {
    ill: {
      on: {
        HEAL: 'well',
        FAIL: {
          actions: assign(() => {
            throw new Error('lost');
          }),
        },
        ASK: {
          actions: [
            assign({ told: ({ context }) => (context.told + 1) % 3 }),
            sendTo(
              ({ event }) => event.replyTo as AnyActorRef,
              ({ context }) => ({ type: 'TOLD', count: context.told }),
            ),
          ],
        },
      },
    },
    well: { type: 'final' },
  },
  output: 'well',
});

const nurse = setup({
  types: {
    context: {} as { patient: AnyActorRef; heard: string[] },
    input: {} as { patient: AnyActorRef },
    events: {} as WatchedDown | { type: 'TOLD'; count: number } | { type: 'ASK' | 'LEAVE' | 'COME' },
  },
  actors: { watching },
}).createMachine({
  id: 'nurse',
  context: ({ input }) => ({ ...input, heard: [] }),
  initial: 'there',
  states: {
    there: {
      invoke: { id: 'watch', src: 'watching', input: ({ context }) => ({ actorRef: context.patient, id: 'patient' }) },
      on: { LEAVE: 'away', DOWN: 'away' },
    },
    away: { on: { COME: 'there' } },
  },
  on: {
    ASK: {
      actions: sendTo(
        ({ context }) => context.patient,
        ({ self }) => ({ type: 'ASK', replyTo: self }),
      ),
    },
    TOLD: { actions: assign({ heard: ({ context, event }) => [...context.heard, String(event.count)].slice(-3) }) },
  },
});

/** A patient whom a nurse watches. */
export const ward: object = {
  actors: {
    nurse: {
      logic: nurse,
      input: ({ actor }: { actor: (name: string) => AnyActorRef }) => ({ patient: actor('patient') }),
    },
    patient,
  },
  stimuli: {
    nurse: [{ type: 'ASK' }, { type: 'LEAVE' }, { type: 'COME' }],
    patient: [{ type: 'HEAL' }, { type: 'FAIL' }],
  },
  mayFail: true,
};

const howItEnded = ({ down }: WatchedDown): string =>
  down.type === 'done' ? `done ${String(down.output)}` : down.type === 'failed' ? String(down.error) : down.type;

/** Treats one patient after another, tells of each, and may come to watch one itself who is long gone. */
const clinic = setup({
  types: {
    context: {} as { visitor: AnyActorRef; heard: string },
    input: {} as { visitor: AnyActorRef },
    events: {} as
      | WatchedDown
      | { type: 'ADMIT' | 'SHOW' | 'HEAL' | 'FAIL' | 'DISMISS' }
      | { type: 'BACK'; of: AnyActorRef },
  },
  actors: { patient, watching },
}).createMachine({
  id: 'clinic',
  context: ({ input }) => ({ ...input, heard: '' }),
  type: 'parallel',
  states: {
    bed: {
      initial: 'empty',
      states: {
        empty: { on: { ADMIT: 'taken' } },
        taken: {
          invoke: { id: 'kid', src: 'patient', onDone: 'empty', onError: 'empty' },
          on: {
            SHOW: {
              actions: sendTo(
                ({ context }) => context.visitor,
                ({ self }) => ({ type: 'SEE', of: self.getSnapshot().children['kid'] }),
              ),
            },
            HEAL: { actions: sendTo('kid', { type: 'HEAL' }) },
            FAIL: { actions: sendTo('kid', { type: 'FAIL' }) },
            DISMISS: 'empty',
          },
        },
      },
    },
    desk: {
      initial: 'idle',
      states: {
        idle: { on: { BACK: 'asking' } },
        asking: {
          invoke: {
            id: 'watch',
            src: 'watching',
            input: ({ event }) => ({ actorRef: (event as unknown as { of: AnyActorRef }).of, id: 'of' }),
          },
          on: { DOWN: { target: 'idle', actions: assign({ heard: ({ event }) => howItEnded(event) }) } },
        },
      },
    },
  },
});

/** Has refs of patients, and watches them when it likes. */
const visitor = setup({
  types: {
    context: {} as { met: AnyActorRef | undefined; clinic: AnyActorRef; heard: string },
    input: {} as { clinic: AnyActorRef },
    events: {} as WatchedDown | { type: 'COME' | 'LEAVE' | 'FORGET' | 'RETURN' } | { type: 'SEE'; of: AnyActorRef },
  },
  actors: { watching },
}).createMachine({
  id: 'visitor',
  context: ({ input }) => ({ ...input, met: undefined, heard: '' }),
  initial: 'away',
  on: {
    SEE: { guard: ({ context }) => context.met === undefined, actions: assign({ met: ({ event }) => event.of }) },
    FORGET: { actions: assign({ met: undefined, heard: '' }) },
    RETURN: {
      guard: ({ context }) => context.met !== undefined,
      actions: [
        sendTo(
          ({ context }) => context.clinic,
          ({ context }) => ({ type: 'BACK', of: context.met }),
        ),
        assign({ met: undefined }),
      ],
    },
  },
  states: {
    away: { on: { COME: { guard: ({ context }) => context.met !== undefined, target: 'there' } } },
    there: {
      invoke: {
        id: 'watch',
        src: 'watching',
        input: ({ context }) => ({ actorRef: context.met as AnyActorRef, id: 'met' }),
      },
      on: { LEAVE: 'away', DOWN: { target: 'away', actions: assign({ heard: ({ event }) => howItEnded(event) }) } },
    },
  },
});

/** Patients who are children, and are watched from elsewhere before they end and after. */
export const hospital: object = {
  actors: {
    clinic: {
      logic: clinic,
      input: ({ actor }: { actor: (name: string) => AnyActorRef }) => ({ visitor: actor('visitor') }),
    },
    visitor: {
      logic: visitor,
      input: ({ actor }: { actor: (name: string) => AnyActorRef }) => ({ clinic: actor('clinic') }),
    },
  },
  stimuli: {
    clinic: ['ADMIT', 'SHOW', 'HEAL', 'FAIL', 'DISMISS'].map((type) => ({ type })),
    visitor: ['COME', 'LEAVE', 'FORGET', 'RETURN'].map((type) => ({ type })),
  },
};

/** Troupe's own students, who pass numbers on round their own barrier. */
export const school: object = {
  actors: {
    Alice: {
      logic: student,
      input: ({ actor }: { actor: (name: string) => AnyActorRef }) => ({ name: 'Alice', barrier: actor('barrier') }),
    },
    Bob: {
      logic: student,
      input: ({ actor }: { actor: (name: string) => AnyActorRef }) => ({ name: 'Bob', barrier: actor('barrier') }),
    },
    barrier: { logic: barrier, input: { parties: 2, timeout: 1000 } },
  },
  stimuli: {
    Alice: [{ type: 'HOLD_THIS', number: 4 }, { type: 'YOU_PASS_TO', name: 'Bob' }, { type: 'PASS_IT_ON' }],
    Bob: [{ type: 'HOLD_THIS', number: 7 }, { type: 'PASS_IT_ON' }, { type: 'WHATS_YOUR_NUMBER' }],
    barrier: [{ type: 'ABORT' }, { type: 'RESET' }],
  },
  invoked: { action: [{ done: undefined }, { error: new Error('no release') }] },
  mayFail: true,
};

const teller = setup({
  types: {
    context: {} as { last: number; other: AnyActorRef },
    input: {} as { other: AnyActorRef },
    events: {} as { type: 'TAKE' | 'GIVE' | 'LOOK' },
  },
}).createMachine({
  id: 'teller',
  context: ({ input }) => ({ last: 0, other: input.other }),
  on: {
    TAKE: {
      guard: () => openCell('purse of the bank').get() > 0,
      actions: [
        () => void openCell('purse of the bank').add(-1),
        sendTo(({ context }) => context.other, { type: 'LOOK' }),
      ],
    },
    GIVE: {
      guard: () => openCell('purse of the bank').get() < 3,
      actions: () => void openCell('purse of the bank').add(1),
    },
    LOOK: { actions: assign({ last: () => openCell('purse of the bank').get() }) },
  },
});

/** Two who share a cell. */
export const bank: object = {
  actors: {
    left: {
      logic: teller,
      input: ({ actor }: { actor: (name: string) => AnyActorRef }) => ({ other: actor('right') }),
    },
    right: {
      logic: teller,
      input: ({ actor }: { actor: (name: string) => AnyActorRef }) => ({ other: actor('left') }),
    },
  },
  stimuli: { left: [{ type: 'TAKE' }, { type: 'GIVE' }], right: [{ type: 'TAKE' }, { type: 'GIVE' }] },
  cells: { 'purse of the bank': 1 },
};

const step = setup({
  types: {
    context: {} as { number: number },
    input: {} as { number: number },
    events: {} as { type: 'HURRY' },
    output: {} as number,
  },
}).createMachine({
  id: 'step',
  context: ({ input }) => input,
  initial: 'first',
  states: {
    first: { after: { 100: 'second' }, on: { HURRY: 'done' } },
    second: { entry: sendParent({ type: 'HALF' }), after: { 200: 'done' }, on: { HURRY: 'done' } },
    done: { type: 'final' },
  },
  output: ({ context }) => context.number,
});

const works = setup({
  types: { context: {} as { halves: number; made: number[] }, events: {} as { type: 'HALF' | 'MORE' | 'HURRY' } },
  actors: { step, check: fromPromise(async () => {}) },
}).createMachine({
  id: 'works',
  context: { halves: 0, made: [] },
  initial: 'making',
  on: { HALF: { actions: assign({ halves: ({ context }) => (context.halves + 1) % 3 }) } },
  states: {
    making: {
      after: { 1000: 'late' },
      entry: sendTo(({ system }) => system.get('ledger') as AnyActorRef, { type: 'BEGUN' }),
      invoke: {
        id: 'step',
        src: 'step',
        input: ({ context }) => ({ number: context.made.length }),
        onDone: {
          target: 'checking',
          actions: assign({ made: ({ context, event }) => [...context.made, event.output].slice(-2) }),
        },
      },
      on: { HURRY: { actions: sendTo('step', { type: 'HURRY' }) } },
    },
    checking: { invoke: { id: 'check', src: 'check', onDone: 'making', onError: 'late' } },
    late: { on: { MORE: 'making' }, after: { 50: 'making' } },
  },
});

const ledger = setup({
  types: { context: {} as { begun: number }, events: {} as { type: 'BEGUN' } },
}).createMachine({
  id: 'ledger',
  context: { begun: 0 },
  on: { BEGUN: { actions: assign({ begun: ({ context }) => (context.begun + 1) % 4 }) } },
});

/** Works in steps that are children, and tells another of it. */
export const workshop: object = {
  actors: { works, ledger },
  stimuli: { works: [{ type: 'MORE' }, { type: 'HURRY' }] },
  invoked: { check: [{ done: undefined }, { error: new Error('bad') }] },
};

/** Roots of every kind, and one with children that are supervised, inline, declared or stand-ins. */
export const oddities: object = {
  actors: {
    job: fromPromise(async () => 'never run'),
    count: fromTransition((count: number, event: { type: 'ADD' | 'BREAK' }) => {
      if (event.type === 'BREAK') throw new Error('cannot count');
      return (count + 1) % 3;
    }, 0),
    wire: fromCallback(() => {}),
    sight: fromObservable<number, unknown>(() => {
      throw new Error('never run');
    }),
    manager: setup({
      types: {
        context: {} as { heard: unknown[] },
        events: {} as { type: 'HEARD' | 'AGAIN'; what?: string },
      },
      actors: {
        steady: supervise(
          fromPromise(async () => 'never run'),
          { onFailure: () => {}, backoff: 0, restart: { atMost: 2 } },
        ),
        machine: createMachine({ entry: () => {} }),
        double: fromPromise<number>(async () => 0),
        words: fromEventObservable<{ type: 'HEARD'; what: string }, unknown>(() => {
          throw new Error('never run');
        }),
      },
    }).createMachine({
      id: 'manager',
      context: { heard: [] },
      initial: 'open',
      on: { HEARD: { actions: assign({ heard: ({ context, event }) => [...context.heard, event.what].slice(-2) }) } },
      states: {
        open: {
          invoke: [
            { id: 'steady', src: 'steady', onDone: 'shut', onError: 'failed' },
            { id: 'machine', src: 'machine', onDone: 'shut' },
            { id: 'double', src: 'double' },
            { id: 'words', src: 'words' },
            { id: 'inline', src: fromPromise(async () => 1) as never, onError: 'failed' },
          ],
        },
        shut: { on: { AGAIN: 'open' } },
        failed: { on: { AGAIN: 'open' } },
      },
    }),
  },
  stimuli: { count: [{ type: 'ADD' }, { type: 'BREAK' }], manager: [{ type: 'AGAIN' }] },
  invoked: {
    job: [{ done: 'well' }, { error: new Error('badly') }],
    wire: [{ event: { type: 'RING' } }],
    sight: [{ next: 1 }, { done: undefined }, { error: new Error('blind') }],
    steady: [{ done: 1 }, { error: new Error('shaken') }],
    machine: [{ event: { type: 'HEARD', what: 'a machine' } }, { done: 2 }],
    double: setup({}).createMachine({
      id: 'double',
      after: { 10: '.over' },
      initial: 'on',
      states: { on: {}, over: { type: 'final' } },
    }),
    words: [{ event: { type: 'HEARD', what: 'words' } }],
    inline: [{ done: 3 }, { error: new Error('inline') }],
  },
  mayFail: true,
};

const dancer = setup({
  types: {
    context: {} as { me: number; all: AnyActorRef[]; turns: number; isThere: boolean },
    input: {} as { me: number; all: AnyActorRef[] },
    events: {} as { type: 'TURN' },
  },
}).createMachine({
  id: 'dancer',
  context: ({ input, self }) => ({ ...input, turns: 0, isThere: input.all[input.me] === self }),
  on: {
    TURN: {
      actions: [
        assign({ turns: ({ context }) => (context.turns + 1) % 3 }),
        sendTo(
          ({ context }) => context.all[(context.me + context.turns) % context.all.length] as AnyActorRef,
          { type: 'TURN' },
          { delay: 10 },
        ),
      ],
    },
  },
});

/** A ring of dancers, of whom each knows all, itself too. */
export const ring: object = {
  actors: Object.fromEntries(
    ['Ann', 'Ben', 'Cleo'].map((name, me, all) => [
      name,
      {
        logic: dancer,
        input: ({ actor }: { actor: (name: string) => AnyActorRef }) => ({ me, all: all.map((each) => actor(each)) }),
      },
    ]),
  ),
  stimuli: { Ann: [{ type: 'TURN' }] },
};

/** Says that it is there, and greets back. */
const guest = setup({
  types: { context: {} as { heard: number }, input: {} as { heard: number }, events: {} as { type: 'HELLO' } },
}).createMachine({
  id: 'guest',
  context: ({ input }) => ({ heard: input.heard }),
  on: { HELLO: { actions: assign({ heard: ({ context }) => (context.heard + 1) % 3 }) } },
});

/** Holds refs wherever one can be held: of itself, of children, and of others, one of whom is called as a child is. */
const keeper = setup({
  types: {
    context: {} as {
      friend: AnyActorRef | undefined;
      own: AnyActorRef | undefined;
      near: { readonly all: readonly (AnyActorRef | undefined)[]; readonly deep: { readonly ref?: AnyActorRef } };
      itself: AnyActorRef;
      isInvited: boolean;
      plain: { readonly list: readonly number[] };
    },
    input: {} as { guest: AnyActorRef; stranger: AnyActorRef },
    events: {} as { type: 'GREET' | 'GREET_DEEP' | 'INVITE' | 'WAIT' | 'LATER'; of?: AnyActorRef },
  },
  actors: { guest },
}).createMachine({
  id: 'keeper',
  context: ({ input, self, spawn }) => {
    const own = spawn('guest', { id: 'own', input: { heard: 0 } });
    return {
      friend: input.guest,
      own,
      near: { all: [input.stranger, own, input.guest, self], deep: { ref: input.stranger } },
      itself: self,
      isInvited: false,
      plain: { list: [1, 2] },
    };
  },
  on: {
    // from now on a child is called as the other actor
    INVITE: {
      guard: ({ context }) => !context.isInvited,
      actions: [spawnChild('guest', { id: 'guest', input: { heard: 1 } }), assign({ isInvited: true })],
    },
    GREET: {
      guard: ({ context }) => context.friend !== undefined,
      actions: [
        sendTo(({ context }) => context.friend as AnyActorRef, { type: 'HELLO' }),
        sendTo(({ context }) => context.own as AnyActorRef, { type: 'HELLO' }),
      ],
    },
    GREET_DEEP: {
      guard: ({ context }) => context.near.all[0] !== undefined && context.near.deep.ref !== undefined,
      actions: sendTo(({ context }) => context.near.all[0] as AnyActorRef, { type: 'HELLO' }),
    },
    WAIT: {
      actions: [
        sendTo(
          ({ self }): AnyActorRef => self,
          ({ self }) => ({ type: 'LATER', of: self }),
          { delay: 100, id: 'with a ref' },
        ),
        raise({ type: 'LATER' }, { delay: 200, id: 'without' }),
        sendTo(({ context }) => context.own as AnyActorRef, { type: 'HELLO' }, { delay: 300, id: 'to a child' }),
      ],
    },
  },
});

/** One who keeps refs of all kinds, and those of whom they are. */
export const keepsakes: object = {
  actors: {
    keeper: {
      logic: keeper,
      input: ({ actor }: { actor: (name: string) => AnyActorRef }) => ({
        guest: actor('guest'),
        stranger: actor('stranger'),
      }),
    },
    guest: { logic: guest, input: { heard: 0 } },
    stranger: { logic: guest, input: { heard: 0 } },
  },
  stimuli: { keeper: ['GREET', 'GREET_DEEP', 'INVITE', 'WAIT'].map((type) => ({ type })) },
};
