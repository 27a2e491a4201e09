// The student as a table: where it is, what it is told, where that leads and what it says. No threads, no time.
import { describe, expect, it } from 'vitest';
import { assign, createActor, fromPromise, fromTransition, initialTransition, transition, waitFor } from 'xstate';
import { TroupeError } from 'troupe';
import { barrier, student, type Command, type Said } from 'troupe/actors';

const HOLD = (number: number): Command => ({ type: 'HOLD_THIS', number });
const ASK: Command = { type: 'WHATS_YOUR_NUMBER' };
const PASS_TO = (name: string): Command => ({ type: 'YOU_PASS_TO', name });
const PASS: Command = { type: 'PASS_IT_ON' };
const THANKS: Command = { type: 'THANKS_FOR_HELPING' };

// What the barrier's answer becomes inside the machine; XState's types leave such events out of what may be sent.
const arrived = (id: string) => ({ type: `xstate.done.actor.${id}`, output: 0, actorId: id }) as never;
const ALL_READY = arrived('ready');
const ALL_PASSED = arrived('passing');
const broken = new TroupeError('BARRIER_BROKEN', 'Cannot pass the barrier: it was aborted.');
const BROKEN = (id: string) => ({ type: `xstate.error.actor.${id}`, error: broken, actorId: id }) as never;

type Student = typeof student;

const lines = (actions: readonly { readonly type: string; readonly params: unknown }[]) =>
  actions.flatMap(({ type, params }) => (type === 'xstate.log' ? [(params as { value: string }).value] : []));

/** Tells Alice these in turn: where the last one led, what she said then, and all that she said. */
function tell(commands: readonly Command[], machine: Student = student) {
  let [snapshot, actions] = initialTransition(machine, { name: 'Alice' });
  const said: string[] = [];
  for (const command of commands) {
    [snapshot, actions] = transition(machine, snapshot, command);
    said.push(...lines(actions));
  }
  return { snapshot, state: snapshot.value, says: lines(actions), said, actions };
}

const idle: Command[] = [];
const holding4 = [HOLD(4)];
const ready4 = [HOLD(4), PASS_TO('Bob'), PASS];
const passing4 = [...ready4, ALL_READY];

describe('student', () => {
  it('begins idle and silent', () => {
    expect(tell(idle)).toMatchObject({ state: 'idle', said: [] });
  });

  const table: [where: string, before: Command[], command: Command, state: string, words: string[]][] = [
    ['idle', idle, HOLD(4), 'holding', ['A 4? Got it.']],
    ['idle', idle, ASK, 'idle', ["I'm not holding anything."]],
    ['idle', idle, PASS_TO('Bob'), 'idle', ['I pass to Bob? Got it.']],
    ['idle', idle, PASS, 'ready', ['Ready!']],
    ['idle', idle, THANKS, 'thanked', ["You're welcome!"]],

    ['holding', holding4, HOLD(3), 'holding', ["A 3? I'll just drop this 4."]],
    ['holding', holding4, ASK, 'holding', ['I have a 4']],
    ['holding', holding4, PASS_TO('Bob'), 'holding', ['I pass to Bob? Got it.']],
    ['holding', holding4, PASS, 'ready', ['Ready!']],
    ['holding', holding4, THANKS, 'thanked', ["You're welcome!"]],

    ['ready', ready4, HOLD(3), 'ready', []],
    ['ready', ready4, ASK, 'ready', []],
    ['ready', ready4, PASS_TO('Charlie'), 'ready', []],
    ['ready', ready4, PASS, 'ready', []],
    ['ready', ready4, THANKS, 'ready', []],
    ['ready, with a number and someone to pass to', ready4, ALL_READY, 'passing', ['Go!', 'Here, Bob!']],
    ['ready, with nobody to pass to', [HOLD(4), PASS], ALL_READY, 'passing', ['Go!', '...']],
    ['ready, with no number', [PASS_TO('Bob'), PASS], ALL_READY, 'passing', ['Go!', '...']],

    ['passing', passing4, HOLD(3), 'passing', []],
    ['passing', passing4, ASK, 'passing', []],
    ['passing', passing4, PASS_TO('Charlie'), 'passing', []],
    ['passing', passing4, PASS, 'passing', []],
    ['passing', passing4, THANKS, 'passing', []],
    ['passing', passing4, ALL_PASSED, 'idle', []],
  ];
  for (const [where, before, command, state, words] of table) {
    it(`${where} × ${command.type} → ${state}, says ${JSON.stringify(words)}`, () => {
      expect(tell([...before, command])).toMatchObject({ state, says: words.map((each) => `[Alice]  ${each}`) });
    });
  }

  it('drops the number that it held for a new one', () => {
    expect(tell([HOLD(4), HOLD(3), ASK]).says).toEqual(['[Alice]  I have a 3']);
  });

  it('is busy during a round, and only then', () => {
    const busy = [idle, holding4, ready4, passing4, [...passing4, ALL_PASSED]].map((each) =>
      tell(each).snapshot.hasTag('busy'),
    );
    expect(busy).toEqual([false, false, true, true, false]);
  });

  it('keeps its hand empty from Ready! to the end of the round', () => {
    expect([ready4, passing4].map((each) => tell(each).snapshot.context.held)).toEqual([null, null]);
  });

  it('has let go of its number once it passed it on, or had nobody to pass it to', () => {
    expect(tell(ready4).snapshot.context.readied).toBe(4);
    expect(tell(passing4).snapshot.context.readied).toBeNull();
    expect(tell([HOLD(4), PASS, ALL_READY]).snapshot.context.readied).toBeNull();
  });

  it('arrives twice in a round: before it passes, and after', () => {
    const arrivals = [ready4, passing4, [...passing4, ALL_PASSED]].map((each) =>
      tell(each).actions.flatMap((action) => (action.type === 'xstate.spawnChild' ? [action.params.src] : [])),
    );
    expect(arrivals).toEqual([['arrive'], ['arrive'], []]);
  });

  it('takes up afterwards what it was told during a round, in order', () => {
    expect(tell([...ready4, HOLD(7), ASK, ALL_READY, PASS_TO('Charlie'), ALL_PASSED])).toMatchObject({
      state: 'holding',
      says: ['[Alice]  A 7? Got it.', '[Alice]  I have a 7', '[Alice]  I pass to Charlie? Got it.'],
    });
  });

  it('takes it up once', () => {
    const { said } = tell([...ready4, ASK, ALL_READY, ALL_PASSED, PASS, ALL_READY, ALL_PASSED]);
    expect(said.filter((line) => line.includes('holding'))).toHaveLength(1);
  });

  it('keeps again, in order, what follows the next round among it', () => {
    const second = [...ready4, HOLD(7), PASS, ASK, HOLD(8), ALL_READY, ALL_PASSED];
    expect(tell(second)).toMatchObject({ state: 'ready', says: ['[Alice]  A 7? Got it.', '[Alice]  Ready!'] });
    expect(tell([...second, ALL_READY, ALL_PASSED])).toMatchObject({
      state: 'holding',
      says: ["[Alice]  I'm not holding anything.", '[Alice]  A 8? Got it.'],
    });
  });

  it('is done when thanked, also when it was told so during a round', () => {
    expect(tell([THANKS]).snapshot.status).toBe('done');
    expect(tell([...ready4, THANKS, ASK, ALL_READY, ALL_PASSED])).toMatchObject({
      state: 'thanked',
      says: ["[Alice]  You're welcome!"],
      snapshot: { status: 'done' },
    });
  });

  it.each([
    ['ready', ready4],
    ['passing', passing4],
  ])('fails, when %s, with the error of a broken barrier', (state, before) => {
    const { snapshot, says } = tell([...before, BROKEN(state)]);
    expect(snapshot).toMatchObject({ status: 'error', error: broken });
    expect(says).toEqual([]);
  });

  it('speaks to its audience, when it has one, and not to its logger', () => {
    const heard: string[] = [];
    const logged: unknown[] = [];
    const audience = createActor(fromTransition((_, { line }: Said) => void heard.push(line), undefined)).start();
    const alice = createActor(student, {
      input: { name: 'Alice', audience },
      logger: (...line) => logged.push(line),
    }).start();
    alice.send(HOLD(4));
    expect({ heard, logged }).toEqual({ heard: ['[Alice]  A 4? Got it.'], logged: [] });
  });

  it('logs each line as one string', () => {
    const logged: unknown[][] = [];
    createActor(student, { input: { name: 'Alice' }, logger: (...line) => logged.push(line) })
      .start()
      .send(HOLD(4));
    expect(logged).toEqual([['[Alice]  A 4? Got it.']]);
  });

  it('waits for nobody when it was given no barrier', async () => {
    const { promise, logged } = wholeRound(student);
    await promise;
    expect(logged).toEqual(['Ready!', 'Go!', '...'].map((each) => `[Alice]  ${each}`));
  });

  it('passes only when its arrival has come through, so that any barrier may be provided', async () => {
    let open = () => {};
    const gate = new Promise<number>((resolve) => (open = () => resolve(0)));
    const { promise, logged } = wholeRound(student.provide({ actors: { arrive: fromPromise(() => gate) } }));
    expect(logged).toEqual(['[Alice]  Ready!']);
    open();
    await promise;
    expect(logged).toHaveLength(3);
  });
});

const hands = new Map<string, number>();
/** Students whose hands are in this map, in everyone's reach. */
const elsewhere = student.provide({
  actions: {
    look: assign({ held: ({ context }) => hands.get(context.name) ?? null }),
    hold: ({ context: { name, held } }) => void (held === null ? hands.delete(name) : hands.set(name, held)),
    give: (_, { to, number }) => void hands.set(to, number),
  },
});

describe('a student whose hand is elsewhere', () => {
  const started = (...commands: Command[]) => {
    hands.clear();
    const logged: string[] = [];
    const actor = createActor(elsewhere, {
      input: { name: 'Alice' },
      logger: (line: string) => logged.push(line),
    }).start();
    for (const command of commands) actor.send(command);
    return { actor, logged };
  };

  it('puts a number there', () => {
    started(HOLD(4));
    expect([...hands]).toEqual([['Alice', 4]]);
  });

  it('says and keeps to what it finds there when asked', () => {
    const { actor, logged } = started(HOLD(4));
    hands.set('Alice', 9);
    actor.send(ASK);
    hands.delete('Alice');
    actor.send(ASK);
    expect(logged.slice(1)).toEqual(['[Alice]  I have a 9', "[Alice]  I'm not holding anything."]);
    expect(actor.getSnapshot().value).toBe('idle');
  });

  it('takes what is there, empties it, and puts it into the hand of the next', () => {
    const { actor } = started(HOLD(4), PASS_TO('Bob'));
    hands.set('Alice', 9);
    actor.send(PASS);
    expect([...hands]).toEqual([]);
    actor.send(ALL_READY);
    expect([...hands]).toEqual([['Bob', 9]]);
    hands.set('Alice', 6);
    actor.send(ALL_PASSED);
    expect(actor.getSnapshot()).toMatchObject({ value: 'holding', context: { held: 6 } });
  });
});

describe('three students at a barrier', () => {
  const names = ['Alice', 'Bob', 'Charlie'];
  const gather = (gate = createActor(barrier, { input: { parties: 3 } }).start()) => {
    hands.clear();
    const logged: string[] = [];
    const logger = (line: string) => logged.push(line);
    const students = names.map((name) => createActor(elsewhere, { input: { name, barrier: gate }, logger }).start());
    const everyone = (command: Command) => students.forEach((each) => each.send(command));
    const [alice, bob, charlie] = students as [(typeof students)[0], (typeof students)[0], (typeof students)[0]];
    students.forEach((each, index) => each.send(HOLD(4 + index)));
    alice.send(PASS_TO('Bob'));
    bob.send(PASS_TO('Charlie'));
    return { gate, logged, students, everyone, charlie };
  };
  const rest = (students: ReturnType<typeof gather>['students']) =>
    Promise.all(students.map((each) => waitFor(each, (snapshot) => !snapshot.hasTag('busy'))));

  it('pass on their numbers, round after round, and none is overwritten', async () => {
    const { students, everyone, charlie } = gather();
    everyone(PASS);
    await rest(students);
    expect(names.map((name) => hands.get(name))).toEqual([undefined, 4, 5]);
    charlie.send(PASS_TO('Alice'));
    everyone(PASS);
    await rest(students);
    expect(names.map((name) => hands.get(name))).toEqual([5, undefined, 4]);
  });

  it('do so as well when the second round is asked for during the first', async () => {
    const { students, everyone, charlie } = gather();
    charlie.send(PASS_TO('Alice'));
    everyone(PASS);
    everyone(PASS);
    await rest(students);
    expect(names.map((name) => hands.get(name))).toEqual([5, 6, 4]);
  });

  it('say no Go! before every Ready!', async () => {
    const { students, everyone, logged } = gather();
    everyone(PASS);
    await rest(students);
    const round = logged.flatMap((line) => line.match(/Ready!|Go!/) ?? []);
    expect(round).toEqual(['Ready!', 'Ready!', 'Ready!', 'Go!', 'Go!', 'Go!']);
  });

  it('fail with BARRIER_BROKEN, all that wait, when one of them is stopped', async () => {
    const { students, everyone } = gather(createActor(barrier, { input: { parties: 4 } }).start());
    const [alice, bob, charlie] = students as [(typeof students)[0], (typeof students)[0], (typeof students)[0]];
    const ends = [bob, charlie].map((each) => new Promise((resolve) => each.subscribe({ error: resolve })));
    everyone(PASS);
    alice.stop();
    for (const end of ends) expect(await end).toMatchObject({ code: 'BARRIER_BROKEN', details: { reason: 'down' } });
  });
});

/** Alice's logged lines, and a promise of the end of her round. */
function wholeRound(machine: Student) {
  const logged: string[] = [];
  const alice = createActor(machine, { input: { name: 'Alice' }, logger: (line: string) => logged.push(line) }).start();
  alice.send(PASS);
  const promise = new Promise<void>((resolve) => alice.subscribe((snapshot) => !snapshot.hasTag('busy') && resolve()));
  return { promise, logged };
}
