import { describe, expect, it } from 'vitest';
import type { AnyActorLogic, EventObject } from 'xstate';
import { createSpace, type Engine } from '../dist/src/testing/model/space/space-of.js';
import type { ModelOptions } from '../src/testing/model/options.ts';
import type { Action, ActionCode, Words } from '../src/testing/model/space/space.ts';
import { plainNodes, type PlainNode } from './support/plain-nodes.ts';

type Options = Omit<ModelOptions<Record<string, AnyActorLogic>, unknown>, 'actors'>;

const spaceOf = (nodes: Readonly<Record<string, PlainNode>>, options: Options = {}): Engine =>
  createSpace<Record<string, AnyActorLogic>, unknown>({ ...options, actors: {} }, plainNodes(nodes));

/** An action as a line of text. */
function textOf(action: Action): string {
  switch (action.type) {
    case 'deliver':
      return `${action.message.from}>${action.message.to} ${action.message.event.type}${action.again ? ' again' : ''}`;
    case 'drop':
      return `${action.message.from}>${action.message.to} ${action.message.event.type} lost`;
    case 'timer':
      return `${action.actor} ${action.id}`;
    case 'stimulus':
      return `${action.actor} ${action.event.type}`;
    case 'outcome':
      return `${action.actor} outcome ${action.index}`;
    case 'revive':
      return `${action.actor} revived`;
    case 'down':
      return `${action.watcher} told ${action.down.type}`;
    case 'crash':
    case 'restart':
      return `${action.node} ${action.type}`;
  }
}

interface Next {
  readonly code: ActionCode;
  readonly state: Words;
}

function after(space: Engine, state: Words): Map<string, Next> {
  const found = new Map<string, Next>();
  space.successors(state, (code, next, length) => {
    found.set(textOf(space.actionOf(state, code)), { code, state: next.slice(0, length) });
  });
  return found;
}

const textsAfter = (space: Engine, state: Words): string[] => [...after(space, state).keys()];

/** The state after these actions. */
function walk(space: Engine, ...texts: string[]): Words {
  let state = space.initial;
  for (const text of texts) {
    const next = after(space, state).get(text);
    if (next === undefined) throw new Error(`no ${text} among ${textsAfter(space, state).join(', ')}`);
    state = next.state;
  }
  return state;
}

const send = (to: string, type: string, more: object = {}): readonly [string, EventObject] => [to, { type, ...more }];

/** Gathers the types of all that it gets. */
const ear: PlainNode = { start: { state: [] }, on: (heard: string[], { type }) => ({ state: [...heard, type] }) };
const heard = (space: Engine, state: Words, name = 'ear'): unknown =>
  (space.show(state).world as Record<string, { readonly context: unknown }>)[name]?.context;

describe('the space of a system', () => {
  it('begins with what its nodes send as they start on its way', () => {
    const space = spaceOf({ mouth: { start: { state: 0, sends: [send('ear', 'A'), send('ear', 'B')] } }, ear });
    const { scene } = space.show(space.initial);
    expect(scene.inFlight.map(({ event }) => event.type)).toEqual(['A', 'B']);
    expect(space.beginnings.map(({ node, sends }) => [node, sends.length])).toEqual([
      ['mouth', 2],
      ['ear', 0],
    ]);
  });

  it('tells of an action what it is and what its node did', () => {
    const space = spaceOf({ mouth: { start: { state: 0, sends: [send('ear', 'A')] } }, ear });
    const [first] = after(space, space.initial).values();
    const code = first?.code ?? -1;
    expect(space.actionOf(space.initial, code)).toEqual({
      type: 'deliver',
      message: { from: 'mouth', to: 'ear', event: { type: 'A' } },
      again: false,
    });
    const step = space.stepOf(space.initial, code);
    expect(step).toMatchObject({ node: 'ear', before: space.configurationOf(space.initial, 'ear') });
    expect(step?.after).toBe(space.configurationOf(walk(space, 'mouth>ear A'), 'ear'));
    expect(space.stepOf(space.initial, code + 1)).toBeUndefined();
  });

  it('gives an action the same code in every state', () => {
    const space = spaceOf({ one: { start: { state: 0, timers: ['x', 'y'] }, on: (state) => ({ state }) } });
    const before = after(space, space.initial).get('one y')?.code;
    expect(after(space, walk(space, 'one x')).get('one y')?.code).toBe(before);
  });

  it('lets successors of other states be asked for while it visits', () => {
    const space = spaceOf({
      one: { start: { state: 0, timers: ['x'] }, on: () => ({ state: 1, timers: [] }) },
      other: { start: { state: 0, timers: ['y'] }, on: () => ({ state: 1, timers: [] }) },
    });
    const seen: string[] = [];
    space.successors(space.initial, (code, next, length) => {
      const state = next.slice(0, length);
      seen.push(`${textOf(space.actionOf(space.initial, code))}, then ${textsAfter(space, state).join()}`);
    });
    expect(seen).toEqual(['one x, then other y', 'other y, then one x']);
  });

  it('leaves out what lies beyond the bounds, and tells of it', () => {
    const space = spaceOf(
      { one: { start: { state: 0, timers: ['x', 'y'] }, on: (_state, { type }) => ({ state: type }) } },
      { within: (world) => (world as Record<string, { context: unknown }>)['one']?.context !== 'x' },
    );
    const beyond: ActionCode[] = [];
    const inside: ActionCode[] = [];
    space.successors(
      space.initial,
      (code) => inside.push(code),
      (code) => beyond.push(code),
    );
    expect(inside.map((code) => textOf(space.actionOf(space.initial, code)))).toEqual(['one y']);
    expect(beyond.map((code) => textOf(space.actionOf(space.initial, code)))).toEqual(['one x']);
    expect(space.isQuiescent(walk(space, 'one y'))).toBe(false);
  });
});

describe('a message to nobody', () => {
  it('is an error that names who there is', () => {
    const nodes = { one: { start: { state: 0, sends: [send('two/child', 'A')] } } };
    expect(() => spaceOf(nodes)).toThrow(
      "Cannot deliver 'A' from 'one' to 'two/child': the model has no such actor. It has 'one'. Add it to `actors`.",
    );
  });
});

describe('messages on their way', () => {
  const talk = {
    mouth: { start: { state: 0, sends: [send('ear', 'A'), send('ear', 'B')] } },
    nose: { start: { state: 0, sends: [send('ear', 'C')] } },
    ear,
  };

  it('arrive from each node in the order in which it sent them', () => {
    const space = spaceOf(talk);
    expect(textsAfter(space, space.initial)).toEqual(['mouth>ear A', 'nose>ear C']);
    expect(textsAfter(space, walk(space, 'mouth>ear A'))).toEqual(['mouth>ear B', 'nose>ear C']);
  });

  it('arrive in any order where they have none', () => {
    const space = spaceOf(talk, { network: { order: 'none' } });
    expect(textsAfter(space, space.initial)).toEqual(['mouth>ear A', 'mouth>ear B', 'nose>ear C']);
    expect(heard(space, walk(space, 'mouth>ear B', 'nose>ear C', 'mouth>ear A'))).toEqual(['B', 'C', 'A']);
  });

  it('arrive in the order of all where that is global', () => {
    const space = spaceOf(talk, { network: { order: 'global' } });
    expect(textsAfter(space, space.initial)).toEqual(['mouth>ear A']);
    expect(heard(space, walk(space, 'mouth>ear A', 'mouth>ear B', 'nose>ear C'))).toEqual(['A', 'B', 'C']);
  });

  it('make the same state by whichever way they came there', () => {
    const both = (order: 'none' | 'per-pair') =>
      spaceOf(
        {
          left: { start: { state: 0, timers: ['x'] }, on: () => ({ state: 1, sends: [send('ear', 'A')] }) },
          right: { start: { state: 0, timers: ['y'] }, on: () => ({ state: 1, sends: [send('ear', 'B')] }) },
          ear,
        },
        { network: { order } },
      );
    for (const order of ['none', 'per-pair'] as const) {
      const space = both(order);
      expect(walk(space, 'left x', 'right y')).toEqual(walk(space, 'right y', 'left x'));
    }
  });

  it('arrive once where they are equal, and one of them stays', () => {
    const space = spaceOf(
      { mouth: { start: { state: 0, sends: [send('ear', 'A'), send('ear', 'A')] } }, ear },
      { network: { order: 'none' } },
    );
    expect(textsAfter(space, space.initial)).toEqual(['mouth>ear A']);
    expect(textsAfter(space, walk(space, 'mouth>ear A'))).toEqual(['mouth>ear A']);
    expect(textsAfter(space, walk(space, 'mouth>ear A', 'mouth>ear A'))).toEqual([]);
  });

  it('are lost, or arrive once more, as often as the budgets say', () => {
    const space = spaceOf(
      { mouth: { start: { state: 0, sends: [send('ear', 'A'), send('ear', 'B')] } }, ear },
      { network: { drop: 1, duplicate: 1 } },
    );
    expect(textsAfter(space, space.initial)).toEqual(['mouth>ear A', 'mouth>ear A again', 'mouth>ear A lost']);
    expect(textsAfter(space, walk(space, 'mouth>ear A again'))).toEqual(['mouth>ear A', 'mouth>ear A lost']);
    expect(textsAfter(space, walk(space, 'mouth>ear A lost'))).toEqual(['mouth>ear B', 'mouth>ear B again']);
    expect(heard(space, walk(space, 'mouth>ear A again', 'mouth>ear A', 'mouth>ear B lost'))).toEqual(['A', 'A']);
  });

  it('stay for ever where they may arrive any number of times, until they are lost', () => {
    const once: PlainNode = { start: { state: 0 }, on: (count: number) => (count < 2 ? { state: 2 } : undefined) };
    const space = spaceOf(
      { mouth: { start: { state: 0, sends: [send('ear', 'A'), send('ear', 'A')] } }, ear: once },
      { network: { order: 'none', duplicate: Infinity, drop: Infinity } },
    );
    expect(space.show(space.initial).scene.inFlight).toHaveLength(1);
    expect(textsAfter(space, space.initial)).toEqual(['mouth>ear A again', 'mouth>ear A lost']);
    const arrived = walk(space, 'mouth>ear A again');
    expect(walk(space, 'mouth>ear A again', 'mouth>ear A again')).toEqual(arrived);
    expect(space.isFair(after(space, arrived).get('mouth>ear A again')?.code ?? -1)).toBe(true);
    expect(space.isQuiescent(arrived)).toBe(true);
    expect(textsAfter(space, walk(space, 'mouth>ear A lost'))).toEqual([]);
  });

  it('wait until they are of use where they are to be delayed, and arrive for nothing otherwise', () => {
    const nodes = {
      mouth: { start: { state: 0, sends: [send('ear', 'EARLY'), send('ear', 'OPEN')] } },
      ear: {
        start: { state: 'closed' },
        on: (state: string, { type }: EventObject) =>
          type === 'OPEN' ? { state: 'open' } : state === 'open' ? { state: 'heard' } : undefined,
      },
    };
    const delayed = spaceOf(nodes, { network: { order: 'none', delayUnhandled: true } });
    expect(textsAfter(delayed, delayed.initial)).toEqual(['mouth>ear OPEN']);
    expect(heard(delayed, walk(delayed, 'mouth>ear OPEN', 'mouth>ear EARLY'))).toBe('heard');
    const real = spaceOf(nodes, { network: { order: 'none' } });
    expect(textsAfter(real, walk(real, 'mouth>ear EARLY'))).toEqual(['mouth>ear OPEN']);
    expect(heard(real, walk(real, 'mouth>ear EARLY', 'mouth>ear OPEN'))).toBe('open');
  });
});

describe('delays in a space', () => {
  const two = {
    mouth: {
      start: { state: 0, timers: ['x'], sends: [send('ear', 'A')] },
      on: () => ({ state: 1, sends: [send('ear', 'B')] }),
    },
    ear,
  };

  it('end at any moment', () => {
    const space = spaceOf(two);
    expect(textsAfter(space, space.initial)).toEqual(['mouth>ear A', 'mouth x']);
  });

  it('end only when nothing can arrive, where they wait for that', () => {
    const space = spaceOf(two, { timers: 'when-idle' });
    expect(textsAfter(space, space.initial)).toEqual(['mouth>ear A']);
    expect(textsAfter(space, walk(space, 'mouth>ear A'))).toEqual(['mouth x']);
  });

  it('end in the order of their delays, of all nodes, where time counts', () => {
    const timed = (timers: Record<string, number>): PlainNode => ({
      start: { state: [], timers },
      on: (ended: string[], { type }) => ({ state: [...ended, type] }),
    });
    const space = spaceOf({ one: timed({ a: 30, b: 10 }), other: timed({ c: 10, d: 25 }) }, { timers: 'by-delay' });
    expect(textsAfter(space, space.initial)).toEqual(['one b', 'other c']);
    expect(textsAfter(space, walk(space, 'one b'))).toEqual(['other c']);
    expect(textsAfter(space, walk(space, 'one b', 'other c'))).toEqual(['other d']);
    expect(textsAfter(space, walk(space, 'one b', 'other c', 'other d'))).toEqual(['one a']);
    // of one node those that were armed earlier end first
    const tied = spaceOf({ one: timed({ x: 10, y: 10 }) }, { timers: 'by-delay' });
    expect(textsAfter(tied, tied.initial)).toEqual(['one x']);
    expect(textsAfter(tied, walk(tied, 'one x'))).toEqual(['one y']);
    expect(space.configurationOf(walk(space, 'other c', 'one b', 'other d'), 'one').timers).toMatchObject([
      { id: 'a', remaining: 5 },
    ]);
  });
});

describe('what users and the world do in a space', () => {
  it('offers a stimulus only where it is handled', () => {
    const space = spaceOf(
      { lamp: { start: { state: 'off' }, on: (state, { type }) => (state === type ? undefined : { state: type }) } },
      { stimuli: { lamp: [{ type: 'on' }, { type: 'off' }] } },
    );
    expect(textsAfter(space, space.initial)).toEqual(['lamp on']);
    expect(textsAfter(space, walk(space, 'lamp on'))).toEqual(['lamp off']);
    expect(space.isFair(after(space, space.initial).get('lamp on')?.code ?? -1)).toBe(false);
    expect(space.isQuiescent(space.initial)).toBe(false);
  });

  it('offers each declared outcome, of which an end is fair and an event is not', () => {
    const space = spaceOf({
      one: {
        start: { state: 0 },
        on: (_state, { type }) => ({ state: type }),
        outcomes: [{ done: 1 }, { error: 2 }, { event: { type: 'E' } }],
      },
    });
    const next = after(space, space.initial);
    expect([...next.keys()]).toEqual(['one/task outcome 0', 'one/task outcome 1', 'one/task outcome 2']);
    expect([...next.values()].map(({ code }) => space.isFair(code))).toEqual([true, true, false]);
    expect(heard(space, walk(space, 'one/task outcome 1'), 'one')).toBe('outcome 1');
  });
});

describe('crashes in a space', () => {
  const three = { a: ear, b: ear, c: ear };

  it('happen to as many nodes as the budget says, and to those that may', () => {
    const space = spaceOf(three, { crash: { max: 1, who: ['a', 'c'], restart: 'never' } });
    expect(textsAfter(space, space.initial)).toEqual(['a crash', 'c crash']);
    const crashed = walk(space, 'c crash');
    expect(textsAfter(space, crashed)).toEqual([]);
    expect(space.show(crashed).scene.crashed).toEqual(['c']);
  });

  it('are followed by a new start, and never more than the budget says in a run', () => {
    const space = spaceOf({ a: ear }, { crash: { max: 1 } });
    const crashed = walk(space, 'a crash');
    expect(textsAfter(space, crashed)).toEqual(['a restart']);
    expect(space.isFair(after(space, crashed).get('a restart')?.code ?? -1)).toBe(true);
    expect(space.isQuiescent(crashed)).toBe(false);
    expect(textsAfter(space, walk(space, 'a crash', 'a restart'))).toEqual([]);
  });

  it('lose what arrives meanwhile, and what arrives later reaches the new life', () => {
    const space = spaceOf(
      { mouth: { start: { state: 0, sends: [send('ear', 'A'), send('ear', 'B')] } }, ear },
      { crash: { max: 1, who: ['ear'] } },
    );
    const state = walk(space, 'ear crash', 'mouth>ear A', 'ear restart', 'mouth>ear B');
    expect(heard(space, state)).toEqual(['B']);
    const lost = after(space, walk(space, 'ear crash')).get('mouth>ear A')?.code ?? -1;
    expect(space.stepOf(walk(space, 'ear crash'), lost)).toBeUndefined();
  });
});

describe('watchers in a space', () => {
  const watching: PlainNode = {
    start: { state: 'watching' },
    watches: ['other'],
    on: (state, { type }) => (type === 'DOWN' ? { state: 'told', mentions: ['told'] } : { state: type }),
  };

  it('are told that an actor has ended, after all that it sent', () => {
    const space = spaceOf({
      one: watching,
      other: {
        start: { state: 0, timers: ['x'] },
        on: () => ({ state: 7, status: 'done', sends: [send('one', 'A')] }),
      },
    });
    expect(textsAfter(space, space.initial)).toEqual(['other x']);
    expect(textsAfter(space, walk(space, 'other x'))).toEqual(['other>one A']);
    const ended = walk(space, 'other x', 'other>one A');
    expect(textsAfter(space, ended)).toEqual(['one/watch told done']);
    expect(space.isFair(after(space, ended).get('one/watch told done')?.code ?? -1)).toBe(true);
    expect(textsAfter(space, walk(space, 'other x', 'other>one A', 'one/watch told done'))).toEqual([]);
  });

  it('are told of a crash before the node that they watch starts again', () => {
    const space = spaceOf({ one: watching, other: ear }, { crash: { max: 1, who: ['other'] } });
    expect(textsAfter(space, walk(space, 'other crash'))).toEqual(['one/watch told failed']);
    expect(textsAfter(space, walk(space, 'other crash', 'one/watch told failed'))).toEqual(['other restart']);
  });
});

describe('what a step depends on besides its node', () => {
  it('is what cells hold, where it asked for that, and what it writes is part of the state', () => {
    const counter: PlainNode = {
      start: { state: 0, timers: ['x'] },
      on: (_state, _event, { cells }) => ({
        state: cells['count'],
        timers: ['x'],
        cells: { count: (cells['count'] ?? 0) + 1 },
        asks: 'cells',
      }),
    };
    const space = spaceOf({ one: counter, other: counter }, { cells: { count: 5 } });
    const state = walk(space, 'one x', 'other x', 'one x');
    expect([heard(space, state, 'one'), heard(space, state, 'other')]).toEqual([7, 6]);
    expect(space.show(state).scene.cells).toEqual({ count: 8 });
  });

  it('is which addresses others speak of, where it asked for that', () => {
    const space = spaceOf({
      one: {
        start: { state: '', timers: ['x', 'y'] },
        on: (_state, _event, { isSpokenOf }) => ({ state: isSpokenOf('one/child'), asks: 'names' }),
      },
      other: {
        start: { state: 0, timers: ['forget'], mentions: ['one/child'] },
        on: () => ({ state: 1, timers: [] }),
      },
    });
    expect(heard(space, walk(space, 'one x'), 'one')).toBe(true);
    expect(heard(space, walk(space, 'other forget', 'one x'), 'one')).toBe(false);
  });

  it('is what was gathered along the way: what was received before what was sent', () => {
    const space = spaceOf(
      {
        a: { start: { state: 0, sends: [send('b', 'ASK')] } },
        b: { start: { state: 0 }, on: () => ({ state: 1, sends: [send('a', 'REPLY')] }) },
      },
      {
        history: {
          initial: [] as string[],
          received: (history, { event }) => [...(history as string[]), `received ${event.type}`],
          sent: (history, { event }) => [...(history as string[]), `sent ${event.type}`],
        },
      },
    );
    expect(space.show(space.initial).scene.history).toEqual(['sent ASK']);
    expect(space.show(walk(space, 'a>b ASK')).scene.history).toEqual(['sent ASK', 'received ASK', 'sent REPLY']);
  });
});

describe('a machine that is not pure', () => {
  it('is named, with the event and the first thing that differs', () => {
    let clock = 0;
    const space = spaceOf({
      one: { start: { state: { at: 0 }, timers: ['x'] }, on: () => ({ state: { list: [1, { at: ++clock }] } }) },
    });
    expect(() => textsAfter(space, space.initial)).toThrow(
      /Cannot explore actor 'one': event 'x' was handled twice in the same state, and `context\.list\[1\]\.at` differed\./,
    );
    let sent = 0;
    const sender = spaceOf({
      one: { start: { state: 0, timers: ['x'] }, on: () => ({ state: 1, sends: [send('one', 'A', { id: ++sent })] }) },
    });
    expect(() => textsAfter(sender, sender.initial)).toThrow(/what it sent to 'one' differed in `event\.id`/);
  });

  it('is found out when it starts, too, and so is a history', () => {
    let starts = 0;
    const nodes = plainNodes({ one: ear }).map((node) => ({
      ...node,
      start: () => plainNodes({ one: { start: { state: ++starts } } })[0]?.start({} as never) as never,
    }));
    expect(() => createSpace({ actors: {} }, nodes)).toThrow(/Cannot explore actor 'one': its start/);
    let told = 0;
    const space = spaceOf(
      { mouth: { start: { state: 0, sends: [send('ear', 'A')] } }, ear },
      { history: { initial: 0, received: () => ++told } },
    );
    expect(() => textsAfter(space, space.initial)).toThrow(/`received` was told twice of 'A' from 'mouth' to 'ear'/);
  });
});
