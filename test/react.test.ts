// Hosted logic in React: the hooks of `@xstate/react`, which know nothing of troupe, do what they do with plain logic.
import { Activity, createElement, StrictMode, useState } from 'react';
import { flushSync } from 'react-dom';
import { describe, expect, it, onTestFinished } from 'vitest';
import { useActor, useActorRef, useMachine, useSelector } from '@xstate/react';
import { setup, type ActorRefFrom, type AnyActorRef } from 'xstate';
import { ask, createMemoryHost, inThread, settled, started, supervise, watch, type HostedModule } from 'troupe';
import * as sheets from '../dist/test/fixtures/sheet.js';
import { turns } from './support/nodes.ts';
import { rejectionOf, until } from './support/observing.ts';
import { Boundary, show } from './support/page.ts';
import { urlOf } from './support/places.ts';
import { countThreads } from './support/programs.ts';

type Sheets = typeof import('./fixtures/sheet.ts');
type Sheet = HostedModule<Sheets>['sheet'];

interface Opened {
  readonly sheet: Sheet;
  /** How often its actor was started over there. */
  readonly starts: () => number;
  /** How often one is that is stopped and started in the same tick. */
  readonly restarts: number;
}

/** Each place opens a sheet for one test. */
const kinds: readonly { readonly where: string; open(): Opened }[] = [
  { where: 'on a memory host', open: () => openMemory('async') },
  { where: 'on a memory host in its sync mode', open: () => openMemory('sync') },
  { where: 'supervised, on a memory host', open: () => superviseSheet(openMemory('async')) },
  { where: 'supervised, on a memory host in its sync mode', open: () => superviseSheet(openMemory('sync')) },
  {
    where: 'in a thread',
    open() {
      const threads = countThreads();
      onTestFinished(() => threads[Symbol.dispose]());
      let starts = 0;
      const { sheet } = inThread<Sheets>(urlOf('sheet'), { logger: () => (starts += 1) });
      return { sheet, starts: () => Math.max(starts, threads.started), restarts: 1 };
    },
  },
];

/** To React it is the same whether one that does not fail is supervised. */
const superviseSheet = (opened: Opened): Opened => ({
  ...opened,
  sheet: supervise(opened.sheet, { strategy: 'escalate', onFailure: () => {} }),
});

function openMemory(mode: 'async' | 'sync'): Opened {
  let starts = 0;
  const host = createMemoryHost({ mode, logger: () => (starts += 1) });
  onTestFinished(() => host.close());
  return { sheet: host.import<Sheets>(sheets).sheet, starts: () => starts, restarts: mode === 'sync' ? 2 : 1 };
}

describe.each(kinds)('React with hosted logic $where', ({ open }) => {
  it('shows the snapshots of useActor, and sends', async () => {
    const { sheet, starts } = open();
    let send: AnyActorRef['send'] = () => {};
    const View = () => {
      const [snapshot, sending] = useActor(sheet);
      send = sending as typeof send;
      return `${String(snapshot.context['column1'])} ${snapshot.matches('frozen') ? 'frozen' : 'open'}`;
    };
    const page = show(createElement(View));
    await page.shows('0 open');
    send({ type: 'SET', column: 'column1', value: 4 });
    await page.shows('4 open');
    send({ type: 'FREEZE' });
    await page.shows('4 frozen');
    expect(starts()).toBe(1);
  });

  it('shows those of useMachine', async () => {
    const { sheet, starts } = open();
    let send: AnyActorRef['send'] = () => {};
    const View = () => {
      // it takes machines only, and a hosted machine has the type of its machine
      const [snapshot, sending] = useMachine(sheet);
      send = sending as typeof send;
      return JSON.stringify(snapshot.value);
    };
    const page = show(createElement(View));
    await page.shows('"open"');
    send({ type: 'FREEZE' });
    await page.shows('"frozen"');
    expect(starts()).toBe(1);
  });

  it('tells the observer of useActorRef, and does not render for it', async () => {
    const { sheet } = open();
    const seen: unknown[] = [];
    const emitted: unknown[] = [];
    let renders = 0;
    let ref: ActorRefFrom<Sheet> | undefined;
    const observe = ({ context }: { readonly context: Readonly<Record<string, unknown>> }) =>
      void seen.push(context['column2']);
    const View = () => {
      renders += 1;
      ref = useActorRef(sheet, {}, observe);
      return 'there';
    };
    const page = show(createElement(View));
    await page.shows('there');
    await until('the first snapshot is there', () => seen.length > 0);
    ref?.on('CHANGED', ({ column }) => emitted.push(column));
    ref?.send({ type: 'SET', column: 'column2', value: 1 });
    ref?.send({ type: 'SET', column: 'column2', value: 2 });
    await until('the last snapshot is there', () => seen.includes(2));
    expect(seen).toEqual([0, 1, 2]);
    expect(emitted).toEqual(['column2', 'column2']);
    expect(renders).toBe(1);
  });

  it('renders only who selected the key that changed', async () => {
    const { sheet } = open();
    const renders: Record<string, number> = {};
    let ref: ActorRefFrom<Sheet> | undefined;
    const Cell = ({ of, column }: { readonly of: ActorRefFrom<Sheet>; readonly column: string }) => {
      renders[column] = (renders[column] ?? 0) + 1;
      return `${String(useSelector(of, ({ context }) => context[column]))} `;
    };
    const View = () => {
      ref = useActorRef(sheet);
      return sheets.columns.map((column) => createElement(Cell, { key: column, of: ref as never, column }));
    };
    const page = show(createElement(View));
    const texts = sheets.columns.map(() => '0');
    await page.shows(`${texts.join(' ')} `);
    const before = { ...renders };
    for (let value = 1; value <= 3; value += 1) {
      ref?.send({ type: 'SET', column: 'column5', value });
      texts[4] = String(value);
      await page.shows(`${texts.join(' ')} `);
    }
    // an event that changes nothing is a step too
    ref?.send({ type: 'NOTHING' });
    await settled(ref as ActorRefFrom<Sheet>);
    expect(renders).toEqual({ ...before, column5: (before['column5'] ?? 0) + 3 });
  });

  it('selects from the children of a snapshot', async () => {
    const { sheet, starts } = open();
    let ref: ActorRefFrom<Sheet> | undefined;
    const Count = ({ of }: { readonly of: AnyActorRef }) =>
      String(useSelector(of, ({ context }: { readonly context: unknown }) => context));
    const View = () => {
      ref = useActorRef(sheet);
      const child = useSelector(ref, ({ children }) => (children as Record<string, AnyActorRef>)['tally']);
      return child ? createElement(Count, { of: child }) : 'not yet';
    };
    const page = show(createElement(View));
    await page.shows('0');
    ref?.send({ type: 'COUNT' });
    ref?.send({ type: 'COUNT' });
    await page.shows('2');
    expect(starts()).toBe(1);
  });

  it.each([
    { hook: 'useActor', event: 'FAIL', code: 'E_SPILL' },
    { hook: 'useSelector', event: 'FAIL', code: 'E_SPILL' },
    { hook: 'useActor', event: 'LEAK', code: 'NOT_SERIALIZABLE' },
    { hook: 'useSelector', event: 'LEAK', code: 'NOT_SERIALIZABLE' },
  ] as const)('brings an error of the actor to a boundary by $hook: $code', async ({ hook, event, code }) => {
    const { sheet, starts } = open();
    let ref: ActorRefFrom<Sheet> | undefined;
    const Acting = () => {
      const [snapshot, , actor] = useActor(sheet);
      ref = actor;
      return JSON.stringify(snapshot.value);
    };
    const Selecting = () => {
      ref = useActorRef(sheet);
      return JSON.stringify(useSelector(ref, ({ value }) => value));
    };
    const View = hook === 'useActor' ? Acting : Selecting;
    const page = show(createElement(Boundary, undefined, createElement(View)));
    await page.shows('"open"');
    ref?.send({ type: event });
    await page.shows(`failed: ${code}`);
    expect(starts()).toBe(1);
  });

  it('starts one actor, however often it renders', async () => {
    const { sheet, starts } = open();
    let again = () => {};
    let ref: ActorRefFrom<Sheet> | undefined;
    const refs = new Set<unknown>();
    const View = () => {
      const [renders, setRenders] = useState(1);
      again = () => setRenders(renders + 1);
      const [snapshot, , actor] = useActor(sheet);
      ref = actor;
      refs.add(actor);
      return `${renders} ${JSON.stringify(snapshot.value)}`;
    };
    const page = show(createElement(View));
    await page.shows('1 "open"');
    again();
    await page.shows('2 "open"');
    page.render(createElement(View));
    again();
    await page.shows('3 "open"');
    await settled(ref as ActorRefFrom<Sheet>);
    expect(refs.size).toBe(1);
    expect(starts()).toBe(1);
  });

  it('goes on under StrictMode, which stops and starts its actor in the same tick; in the sync mode that is heard at once', async () => {
    const { sheet, starts, restarts } = open();
    let ref: ActorRefFrom<Sheet> | undefined;
    const View = () => {
      const [snapshot, , actor] = useActor(sheet);
      ref = actor;
      return `${String(snapshot.context['column1'])} ${String(useSelector(actor, ({ context }) => context['column2']))}`;
    };
    const page = show(createElement(StrictMode, undefined, createElement(View)));
    await page.shows('0 0');
    ref?.send({ type: 'SET', column: 'column1', value: 1 });
    ref?.send({ type: 'SET', column: 'column2', value: 2 });
    await page.shows('1 2');
    await settled(ref as ActorRefFrom<Sheet>);
    expect(starts()).toBe(restarts);
    page.unmount();
    await settled(ref as ActorRefFrom<Sheet>);
    expect(starts()).toBe(restarts);
  });

  it('ends the actor with its component: settled joins it', async () => {
    using threads = countThreads();
    const { sheet, starts } = open();
    let ref: ActorRefFrom<Sheet> | undefined;
    const View = () => {
      const [snapshot, , actor] = useActor(sheet);
      ref = actor;
      return JSON.stringify(snapshot.value);
    };
    const page = show(createElement(View));
    await page.shows('"open"');
    page.unmount();
    expect(page.text).toBe('');
    await settled(ref as ActorRefFrom<Sheet>);
    expect(threads.running).toBe(0);
    expect(starts()).toBe(1);
    expect(await rejectionOf(settled(ref as ActorRefFrom<Sheet>, () => false))).toMatchObject({ code: 'ACTOR_DOWN' });
  });

  it('starts another actor for a component that is shown again', async () => {
    const { sheet, starts } = open();
    const View = () => {
      const [snapshot, send] = useActor(sheet);
      if (snapshot.context['column1'] === 0) queueMicrotask(() => send({ type: 'SET', column: 'column1', value: 9 }));
      return String(snapshot.context['column1']);
    };
    const page = show(createElement(View));
    await page.shows('9');
    page.render(undefined);
    await page.shows('');
    page.render(createElement(View));
    await page.shows('9');
    expect(starts()).toBe(2);
  });
});

describe.each(kinds)('a machine of the page that invokes hosted logic $where', ({ open }) => {
  it('keeps its child under StrictMode', async () => {
    const { sheet, starts, restarts } = open();
    const office = setup({ actors: { sheet } }).createMachine({ invoke: { src: 'sheet', id: 'sheet' } });
    let child: ActorRefFrom<Sheet> | undefined;
    const Column = ({ of }: { readonly of: ActorRefFrom<Sheet> }) =>
      String(useSelector(of, ({ context }) => context.column1));
    const View = () => {
      const [{ children }] = useMachine(office);
      child = children['sheet'];
      return child ? createElement(Column, { of: child }) : 'no child';
    };
    const page = show(createElement(StrictMode, undefined, createElement(View)));
    await page.shows('0');
    child?.send({ type: 'SET', column: 'column1', value: 7 });
    await page.shows('7');
    expect(starts()).toBe(restarts);
    page.unmount();
    await settled(child as ActorRefFrom<Sheet>);
    expect(starts()).toBe(restarts);
  });
});

describe.each(kinds)('an Activity of React with hosted logic $where', ({ open }) => {
  const openView = (sheet: Sheet) => {
    let ref: ActorRefFrom<Sheet> | undefined;
    const Count = ({ of }: { readonly of: AnyActorRef }) =>
      String(useSelector(of, ({ context }: { readonly context: unknown }) => context));
    const View = () => {
      ref = useActorRef(sheet);
      const column = useSelector(ref, ({ context }) => context.column1);
      const child = useSelector(ref, ({ children }) => (children as Record<string, AnyActorRef>)['tally']);
      return [`${String(column)} `, child ? createElement(Count, { key: 'count', of: child }) : 'not yet'];
    };
    const page = show(undefined);
    const turn = (mode: 'visible' | 'hidden') =>
      flushSync(() => page.render(createElement(Activity, { mode, children: createElement(View) })));
    turn('visible');
    return { page, turn, send: (event: Parameters<ActorRefFrom<Sheet>['send']>[0]) => ref?.send(event) };
  };

  it('goes on, children included, when it is hidden and shown in the same tick', async () => {
    const { sheet, starts, restarts } = open();
    const { page, turn, send } = openView(sheet);
    await page.shows('0 0');
    send({ type: 'SET', column: 'column1', value: 3 });
    send({ type: 'COUNT' });
    await page.shows('3 1');
    turn('hidden');
    turn('visible');
    if (restarts === 2) await page.shows('0 0');
    send({ type: 'COUNT' });
    await page.shows(restarts === 2 ? '0 1' : '3 2');
    expect(starts()).toBe(restarts);
  });

  it('is started anew when it is shown later', async () => {
    const { sheet, starts } = open();
    const { page, turn, send } = openView(sheet);
    await page.shows('0 0');
    send({ type: 'SET', column: 'column1', value: 3 });
    send({ type: 'COUNT' });
    await page.shows('3 1');
    turn('hidden');
    await turns();
    turn('visible');
    await page.shows('0 0');
    send({ type: 'COUNT' });
    await page.shows('0 1');
    expect(starts()).toBe(2);
  });
});

/** A component that has an actor, and the means to hide it and to show it again. */
function showActor(sheet: Sheet) {
  let ref: ActorRefFrom<Sheet> | undefined;
  const View = () => {
    ref = useActorRef(sheet);
    return 'shown';
  };
  const page = show(undefined);
  const turn = (mode: 'visible' | 'hidden') =>
    flushSync(() => page.render(createElement(Activity, { mode, children: createElement(View) })));
  turn('visible');
  return { actor: ref as unknown as ActorRefFrom<Sheet>, unmount: page.unmount, turn };
}

/** What a wait comes to, in a word. */
const outcomeOf = (wait: Promise<unknown>) =>
  wait.then(
    (value) => (value as { readonly status?: unknown }).status ?? (value as { readonly type: unknown }).type,
    (error: unknown) => (error as { readonly code?: unknown }).code,
  );

const waitsFor = (actor: ActorRefFrom<Sheet>) => [
  settled(actor),
  started(actor),
  settled(actor, () => false),
  watch(actor),
  ask(actor as AnyActorRef, (replyTo) => ({ type: 'NOTHING', replyTo }), { timeout: Infinity }),
];

describe.each(kinds)('waiting for the actor of a component with hosted logic $where', ({ open }) => {
  it('ends when the component is unmounted, and at once after that', async () => {
    const { actor, unmount } = showActor(open().sheet);
    const starting = waitsFor(actor).map(outcomeOf);
    unmount();
    const over = ['active', 'active', 'ACTOR_DOWN', 'stopped', 'ACTOR_DOWN'];
    expect(await Promise.all(starting)).toEqual(over);
    expect(await Promise.all(waitsFor(actor).map(outcomeOf))).toEqual(over);
  });

  it('ends when the component is unmounted after its actor was heard of', async () => {
    const { actor, unmount } = showActor(open().sheet);
    await settled(actor);
    const running = waitsFor(actor).map(outcomeOf);
    unmount();
    expect(await Promise.all(running)).toEqual(['active', 'active', 'ACTOR_DOWN', 'stopped', 'ACTOR_DOWN']);
  });
});

const goesOn = kinds.filter(({ where }) => !where.endsWith('in its sync mode'));

describe.each(goesOn)('waiting for an actor that is stopped and started in one tick $where', ({ open }) => {
  it('is waiting for one life', async () => {
    const { actor, turn } = showActor(open().sheet);
    await settled(actor);
    const down = watch(actor);
    const filled = settled(actor, ({ context }) => context.column1 === 3);
    turn('hidden');
    const meanwhile = settled(actor);
    const downMeanwhile = watch(actor);
    turn('visible');
    expect((await meanwhile).context.column1).toBe(0);
    actor.send({ type: 'SET', column: 'column1', value: 3 });
    expect((await filled).context.column1).toBe(3);
    actor.subscribe({ error: () => {} });
    actor.send({ type: 'FAIL' });
    const failed = { type: 'failed', error: { name: 'Spill' } };
    expect([await down, await downMeanwhile]).toMatchObject([failed, failed]);
  });

  it('ends for a child that is wanted otherwise, when the component is unmounted', async () => {
    const { actor, unmount } = showActor(open().sheet);
    const child = (await started(actor)).children['tally'] as AnyActorRef;
    const wanted = outcomeOf(settled(child, () => false));
    await settled(child);
    unmount();
    expect(await wanted).toBe('ACTOR_DOWN');
  });
});

describe('inThread within a component', () => {
  it('gives the same logic at each render, so that its thread goes on', async () => {
    using threads = countThreads();
    let ref: ActorRefFrom<Sheet> | undefined;
    let again = () => {};
    const View = () => {
      const [renders, setRenders] = useState(1);
      again = () => setRenders(renders + 1);
      const { sheet } = inThread<Sheets>(urlOf('sheet'), { snapshots: 'all', logger: silent });
      const [snapshot, , actor] = useActor(sheet);
      ref = actor;
      return `${renders} ${String(snapshot.context['column1'])}`;
    };
    const page = show(createElement(View));
    await page.shows('1 0');
    ref?.send({ type: 'SET', column: 'column1', value: 5 });
    await page.shows('1 5');
    again();
    await page.shows('2 5');
    await settled(ref as ActorRefFrom<Sheet>);
    expect(threads.started).toBe(1);
    page.unmount();
    await settled(ref as ActorRefFrom<Sheet>);
    expect(threads.running).toBe(0);
  });

  it('brings what its thread could not do to a boundary', async () => {
    using threads = countThreads();
    const View = () => {
      const { sheet } = inThread<Sheets>(urlOf('no-such-module'));
      const [snapshot] = useActor(sheet);
      return JSON.stringify(snapshot.value);
    };
    const page = show(createElement(Boundary, undefined, createElement(View)));
    await page.shows('failed: IMPORT_FAILED');
    await until('its thread has ended', () => threads.running === 0);
    expect(threads.started).toBe(1);
  });
});

const silent = () => {};
