import { createMachine, sendTo, type ActorSystem, type ActorSystemInfo, type AnyActorRef } from 'xstate';
import { isTroupeError } from 'troupe';
import { describe, expect, it } from 'vitest';
import { actionsOf } from '../dist/src/testing/model/trace/schedule.js';
import type { Action, Space } from '../dist/src/testing/model/space/space.js';
import { meantBy, readWord, wordOf } from '../dist/src/testing/model/trace/step-text.js';
import { createTrace } from '../dist/src/testing/model/trace/trace-of.js';
import { lesson } from './support/lesson.ts';
import { spaceOf } from './support/spaces.ts';

/** Why a schedule cannot be followed, without the list of what is possible. */
function problemOf(space: Space, schedule: string): string {
  try {
    actionsOf(space, schedule);
  } catch (error) {
    if (!isTroupeError(error, 'SCHEDULE_MISMATCH')) throw error;
    return error.message
      .replace(/\. (?:What|Nothing) is possible there.*$/u, '')
      .replace('Cannot follow the schedule at ', '');
  }
  throw new Error('It can be followed.');
}

const door = ({ system }: { readonly system: ActorSystem<ActorSystemInfo> }) => system.get('door') as AnyActorRef;

const follow = (space: Space, schedule: string) => createTrace(space, actionsOf(space, schedule));

const deliver = (type: string, fields: object = {}, route = ['a', 'b']): Action => ({
  type: 'deliver',
  again: false,
  message: { from: route[0] as string, to: route[1] as string, event: { type, ...fields } },
});

describe('a schedule', () => {
  it('leads along the actions that it names, and a trace of them tells it again', () => {
    const space = lesson({ drop: 1, duplicate: 1, crash: 1 });
    const schedule = 't:s0 s0>barrier! s0>barrier barrier>s0~ c:barrier barrier>s1 t:s1 s1>barrier r:barrier';
    expect(follow(space, schedule).schedule).toBe(schedule);
  });

  it('leads nowhere when it is empty', () => {
    expect(actionsOf(lesson(), ' \n')).toEqual([]);
  });

  it('may be broken into lines', () => {
    const space = lesson();
    expect(actionsOf(space, 't:s0\n  t:s1\ts0>barrier ')).toEqual(actionsOf(space, 't:s0 t:s1 s0>barrier'));
  });

  it('may say more than it must', () => {
    const space = lesson({ drop: 1 });
    const long =
      't:s0:after.WORK.pupil.working t:s1:xstate.after.WORK.pupil.working#1 s0>barrier:ARRIVE s1>barrier:ARRIVE#1~';
    expect(follow(space, long).schedule).toBe('t:s0 t:s1 s0>barrier s1>barrier~');
  });

  it('names actors by whatever name they have', () => {
    const name = "Alice's > hand: 1/2 ~#!%🎭";
    const lamp = createMachine({ initial: 'off', states: { off: { on: { 'a b>c': 'on' } }, on: {} } });
    const space = spaceOf({ actors: { [name]: { logic: lamp } }, stimuli: { [name]: [{ type: 'a b>c' }] } });
    const [code] = actionsOf(space, 'u:Alice%27s%20%3E%20hand%3A%201/2%20%7E%23%21%25%F0%9F%8E%AD:a%20b%3Ec');
    const trace = createTrace(space, [code as number]);
    expect(trace.last).toMatchObject({ [name]: { value: 'on' } });
    expect(trace.schedule).toBe('u:Alice%27s%20%3E%20hand%3A%201/2%20%7E%23%21%25%F0%9F%8E%AD:a%20b%3Ec');
  });
});

describe('the word for a step', () => {
  it.each<[string, Action, readonly Action[]]>([
    ['a>b', deliver('X'), []],
    ['a>b:X', deliver('X'), [deliver('Y')]],
    ['a>b', deliver('X'), [deliver('X', {}, ['b', 'a'])]],
    ['a>b:X#2', deliver('X', { n: 2 }), [deliver('X', { n: 1 }), deliver('Y')]],
    ['a>b:X#1', deliver('X', { n: 1 }), [deliver('X', { n: 2 })]],
    ['a>b!', { ...deliver('X'), again: true } as Action, [deliver('X')]],
    ['a>b~', { type: 'drop', message: { from: 'a', to: 'b', event: { type: 'X' } } }, [deliver('X')]],
    ['Alice/ready~1>b', deliver('X', {}, ['Alice/ready~1', 'b']), []],
    ['a>Bob/child~12!', { ...deliver('X', {}, ['a', 'Bob/child~12']), again: true } as Action, []],
    ['t:a', { type: 'timer', actor: 'a', id: 'xstate.after.5.a.x', event: { type: 'xstate.after.5.a.x' } }, []],
    [
      't:a:after.5.a.x',
      { type: 'timer', actor: 'a', id: 'xstate.after.5.a.x', event: { type: 'xstate.after.5.a.x' } },
      [{ type: 'timer', actor: 'a', id: '', event: { type: 'REMIND' } }],
    ],
    [
      't:a:REMIND',
      { type: 'timer', actor: 'a', id: '', event: { type: 'REMIND' } },
      [{ type: 'timer', actor: 'a', id: 'later', event: { type: 'REMIND' } }],
    ],
    ['u:a:CLICK', { type: 'stimulus', actor: 'a', event: { type: 'CLICK' } }, []],
    [
      'u:a:CLICK#2',
      { type: 'stimulus', actor: 'a', event: { type: 'CLICK', at: 'right' } as never },
      [{ type: 'stimulus', actor: 'a', event: { type: 'CLICK', at: 'left' } as never }],
    ],
    ['o:a/fetch#2', { type: 'outcome', actor: 'a/fetch', src: 'fetch', index: 1, outcome: { done: 1 } }, []],
    ['v:a/frail', { type: 'revive', actor: 'a/frail' }, []],
    ['d:a/watch', { type: 'down', watcher: 'a/watch', target: 'b', down: { type: 'stopped' } }, []],
    ['c:a', { type: 'crash', node: 'a' }, []],
    ['r:a', { type: 'restart', node: 'a' }, []],
  ])('is no longer than it must be to be told from others: %s', (word, action, others) => {
    const possible = [...others, action];
    expect(wordOf(action, possible)).toBe(word);
    const form = readWord(word);
    const meant = form ? meantBy(form, possible) : [];
    expect(form?.place === undefined || form.kind === 'outcome' ? meant : [meant[form.place - 1]]).toEqual([action]);
  });

  it('counts those of one type in an order that their fields alone make', () => {
    const [one, two] = [deliver('X', { b: 1, a: 2 }), deliver('X', { a: 2, b: 0 })];
    expect([wordOf(one, [one, two]), wordOf(one, [two, one])]).toEqual(['a>b:X#2', 'a>b:X#2']);
  });

  it.each([
    '',
    'a',
    'a>',
    '>b',
    'a>b>c',
    'x:a',
    't:',
    't:a>b',
    'a>b#0',
    'a>b:X!~',
    'a>b%',
    'a>b%C3',
    't:a#x',
    'a > b',
    't:a!',
  ])('is none of its like: %j', (word) => {
    expect(readWord(word)).toBeUndefined();
  });
});

describe('a schedule that does not fit', () => {
  it.each([
    [
      't:s0 s0-barrier',
      "step 2 of 2, 's0-barrier': that is no step. A step is a delivery such as a>b, or t:a for a timer, u:a:EVENT for a user's event, o:a/child#1 for an outcome, v: d: c: r: for a next life, a down, a crash, a restart",
    ],
    ['t:s7', "step 1 of 1, 't:s7': there is no actor 's7'. There are s0, s1 and barrier"],
    ['t:s0 s0>gate', "step 2 of 2, 's0>gate': there is no actor 'gate'. There are s0, s1 and barrier"],
    ['v:s0/child', "step 1 of 1, 'v:s0/child': there is no actor 's0/child' at that moment. In s0 there are s0"],
    ['s0>barrier t:s0', "step 1 of 2, 's0>barrier': no message from s0 to barrier is on its way"],
    ['t:s0 s0>barrier:HELLO', "step 2 of 2, 's0>barrier:HELLO': no HELLO from s0 to barrier is on its way, but ARRIVE"],
    ['t:s0 s0>barrier~', "step 2 of 2, 's0>barrier~': no message may be lost there"],
    ['t:s0 s0>barrier:ARRIVE!', "step 2 of 2, 's0>barrier:ARRIVE!': no ARRIVE message may be delivered twice there"],
    ['t:s0 s0>barrier#2', "step 2 of 2, 's0>barrier#2': there is no such message from s0 to barrier number 2, but 1"],
    ['t:s0 t:s0', "step 2 of 2, 't:s0': no timer of 's0' can end at that moment"],
    [
      't:s0:after.9.pupil.working',
      "step 1 of 1, 't:s0:after.9.pupil.working': no timer after.9.pupil.working of 's0' can end at that moment, but after.WORK.pupil.working",
    ],
    ['u:s0:CLICK', "step 1 of 1, 'u:s0:CLICK': 's0' takes nothing that a user may send at that moment"],
    ['o:s0#1', "step 1 of 1, 'o:s0#1': nothing can become of 's0' at that moment"],
    ['v:s0', "step 1 of 1, 'v:s0': 's0' waits for no restart by a supervisor at that moment"],
    ['d:s0', "step 1 of 1, 'd:s0': 's0' has nothing to be told at that moment"],
    ['c:s0', "step 1 of 1, 'c:s0': 's0' cannot crash at that moment"],
    ['r:s0', "step 1 of 1, 'r:s0': 's0' is not down, or is not started again"],
  ])('says at which step and why: %s', (schedule, problem) => {
    expect(problemOf(lesson(), schedule)).toBe(problem);
  });

  it('says that a node has crashed', () => {
    expect(problemOf(lesson({ crash: 1 }), 'c:s0 t:s0')).toBe("step 2 of 2, 't:s0': 's0' has crashed");
  });

  it('says that a step leads out of the bounds', () => {
    const lamp = createMachine({ initial: 'off', states: { off: { after: { 5: 'on' } }, on: {} } });
    const space = spaceOf({ actors: { lamp: { logic: lamp } }, within: (world) => world.lamp.value === 'off' });
    expect(problemOf(space, 't:lamp')).toBe(
      "step 1 of 1, 't:lamp': it leads out of the bounds, to what `within` leaves out",
    );
  });

  it('says which message must arrive before', () => {
    const greeter = createMachine({
      entry: [sendTo(door, { type: 'HELLO' }), sendTo(door, { type: 'BYE' })],
    });
    const space = spaceOf({ actors: { greeter: { logic: greeter }, door: { logic: createMachine({}) } } });
    expect(problemOf(space, 'greeter>door:BYE')).toBe(
      "step 1 of 1, 'greeter>door:BYE': before BYE, HELLO from greeter to door must arrive",
    );
  });

  it('says that it could mean several', () => {
    const greeter = createMachine({
      entry: [1, 2, 2].map((number) => sendTo(door, { type: 'HELLO', number })),
    });
    const space = spaceOf({
      actors: { greeter: { logic: greeter }, door: { logic: createMachine({}) } },
      network: { order: 'none' },
    });
    expect(problemOf(space, 'greeter>door')).toBe(
      "step 1 of 1, 'greeter>door': 2 times there is such a message from greeter to door: it does not say which",
    );
    expect(follow(space, 'greeter>door#2 greeter>door#1').schedule).toBe('greeter>door:HELLO#2 greeter>door:HELLO#1');
  });

  it('lists what is possible there', () => {
    expect(() => actionsOf(lesson({ drop: 1 }), 't:s0 t:s2')).toThrow(
      'What is possible there: s0>barrier s0>barrier~ t:s1. If the machines have changed since it was written, explore them anew.',
    );
  });

  it('says that nothing is possible where that is so', () => {
    const still = spaceOf({ actors: { still: { logic: createMachine({}) } } });
    expect(() => actionsOf(still, 't:still')).toThrow('Nothing is possible there.');
  });

  it('tells a program the step, the word and what is possible', () => {
    let caught: unknown;
    try {
      actionsOf(lesson(), 't:s0 x');
    } catch (error) {
      caught = error;
    }
    expect(caught).toMatchObject({
      code: 'SCHEDULE_MISMATCH',
      details: { step: 2, word: 'x', possible: ['s0>barrier', 't:s1'] },
    });
  });
});
