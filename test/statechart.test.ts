// Charts as they are drawn, laid out by the very elk that the page loads: where things are, and what they stand for.
import { createMachine, type AnyStateMachine } from 'xstate';
import { barrier, student } from 'troupe/actors';
import { afterAll, describe, expect, it } from 'vitest';
import { describeConfig } from '../src/inspection-records.ts';
import { activeStates } from '../src/inspector/chart/active.ts';
import type { DrawnBox, Drawing, Rectangle } from '../src/inspector/chart/drawing.ts';
import { createLayouter } from '../src/inspector/chart/layouter.ts';
import { outlineText } from '../src/inspector/chart/outline.ts';
import { isTaken } from '../src/inspector/chart/taken.ts';
import { cutText, textWidth } from '../src/inspector/chart/text-width.ts';
import { allStates, describeMachine } from '../src/inspector/definition.ts';
import type { MachineDefinition } from '../src/inspector/records.ts';
import { busy, crossing, editor, large } from './support/machines.ts';

// from the built files, beside which elk is
const { openElk } = (await import(
  new URL('../dist/src/cli/elk-thread.js', import.meta.url).href
)) as typeof import('../src/cli/elk-thread.ts');
const { renderChart } = (await import(new URL('../dist/src/inspector/chart/render.js', import.meta.url).href)) as {
  renderChart(drawing: Drawing, marks?: { active?: ReadonlySet<string>; lit?: readonly object[] }): string;
};

const layouter = createLayouter(openElk);
afterAll(() => layouter.close());

const told = (machine: unknown): MachineDefinition => {
  const definition = describeMachine(describeConfig(machine));
  if (!definition) throw new Error('no machine');
  return definition;
};

async function drawn(definition: MachineDefinition, direction: 'down' | 'right' = 'down'): Promise<Drawing> {
  const { drawing, problem } = await layouter.draw(definition, direction);
  if (!drawing) throw new Error(problem);
  return drawing;
}

const one = createMachine({ id: 'one', initial: 'only', states: { only: {} } });
const none = createMachine({ id: 'none', entry: 'begin', on: { GO: { actions: 'go' } } });
const circle = createMachine({
  id: 'circle',
  initial: 'a',
  states: { b: { on: { NEXT: 'c' } }, c: { on: { NEXT: 'a' } }, a: { on: { NEXT: 'b' } } },
});
const lost = createMachine({
  id: 'lost',
  initial: 'c',
  states: { alone: {}, a: { on: { TO: 'b' } }, b: { on: { TO: 'a', HOME: 'c' } }, c: {} },
});
const upwards = createMachine({
  id: 'upwards',
  initial: 'a',
  on: { ROOT: { target: '.a.b.c', actions: 'jump' }, SELF: '#upwards' },
  states: {
    a: {
      initial: 'b',
      on: { INTO: '.b.d', AROUND: { target: '#upwards.a', reenter: true } },
      states: {
        b: {
          initial: 'c',
          states: { c: { on: { OUT: '#upwards.a', TOP: '#upwards', UP: '#upwards.a.b' } }, d: { type: 'final' } },
          onDone: 'e',
        },
        e: {},
      },
    },
  },
});
const twice = createMachine({
  id: 'twice',
  type: 'parallel',
  on: { BOTH: { target: ['.l.b', '.r.b'] } },
  states: {
    l: { initial: 'a', states: { a: {}, b: {} } },
    r: { initial: 'a', states: { a: { on: { OVER: '#twice.l.b' } }, b: {} } },
  },
});

const machines = {
  student,
  barrier,
  editor,
  crossing,
  busy,
  large: large(60),
  one,
  none,
  circle,
  lost,
  upwards,
  twice,
} as Readonly<Record<string, AnyStateMachine>>;

const overlap = (left: Rectangle, right: Rectangle) =>
  left.x < right.x + right.width &&
  right.x < left.x + left.width &&
  left.y < right.y + right.height &&
  right.y < left.y + left.height;

const inside = (inner: Rectangle, outer: Rectangle) =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height;

describe('the drawing of a machine', () => {
  for (const [name, machine] of Object.entries(machines)) {
    for (const direction of ['down', 'right'] as const) {
      it(`has all in its place: ${name}, ${direction}`, async () => {
        const definition = told(machine);
        const drawing = await drawn(definition, direction);
        const boxes = new Map(drawing.boxes.map((box) => [box.state, box]));
        const box = (id: string) => boxes.get(id) as DrawnBox;
        const whole = { x: 0, y: 0, width: drawing.width, height: drawing.height };
        const labels = drawing.lines.flatMap(({ label }) => label ?? []);

        expect(boxes.size).toBe(allStates(definition).length);
        for (const state of allStates(definition)) {
          const children = state.states.map(({ id }) => box(id));
          for (const [index, child] of children.entries()) {
            expect(inside(child, box(state.id))).toBe(true);
            for (const other of children.slice(index + 1)) expect(overlap(child, other)).toBe(false);
          }
          const first = state.initial === undefined || state.type !== 'compound' ? undefined : box(state.initial);
          for (const child of first ? children : []) {
            const along = direction === 'down' ? 'y' : 'x';
            expect(first?.[along]).toBeLessThanOrEqual(child[along]);
          }
        }
        for (const [index, label] of labels.entries()) {
          expect(inside(label, whole)).toBe(true);
          for (const other of labels.slice(index + 1)) expect(overlap(label, other)).toBe(false);
          for (const state of drawing.boxes) expect(!state.isGroup && overlap(label, state)).toBe(false);
        }
        for (const { path, head } of drawing.lines) {
          expect(path).toMatch(/^M[\d.]+ [\d.]+[LQ]/);
          expect(head).toMatch(/^M.*Z$/);
        }
      });
    }

    it(`tells each transition once: ${name}`, async () => {
      const definition = told(machine);
      const { boxes, lines } = await drawn(definition);
      const rows = [...boxes, ...lines.flatMap(({ label }) => label ?? [])].flatMap((place) => place.rows);
      const shown = new Set(rows.map(({ transition }) => transition));
      for (const transition of allStates(definition).flatMap(({ transitions }) => transitions)) {
        expect(shown).toContain(transition);
        const drawnLines = lines.filter(({ transitions }) => transitions.includes(transition));
        expect(drawnLines).toHaveLength(transition.targets.length);
        const places = [...boxes, ...lines.flatMap(({ label }) => label ?? [])];
        expect(places.filter((place) => place.rows.some((row) => row.transition === transition))).toHaveLength(1);
      }
    });
  }

  it('has room for all text, and cuts what is too long for it with the whole as a title', async () => {
    const long = createMachine({
      initial: 'a'.repeat(300),
      states: {
        ['a'.repeat(300)]: {
          entry: Array.from({ length: 30 }, (_, index) => `action${index}`),
          on: { ['E'.repeat(200)]: { target: 'b', guard: 'g'.repeat(200), actions: 'x'.repeat(200) } },
        },
        b: {},
      },
    });
    for (const machine of [long, editor]) {
      const { boxes, lines } = await drawn(told(machine));
      for (const place of [...boxes, ...lines.flatMap(({ label }) => label ?? [])]) {
        for (const { spans } of place.rows) {
          const text = spans.map((span) => span.text).join('');
          expect(textWidth(text, 11.5)).toBeLessThanOrEqual(place.width - 8);
        }
      }
    }
    const { boxes, lines } = await drawn(told(long));
    const titles = [...boxes, ...lines.flatMap(({ label }) => label ?? [])].flatMap(({ rows }) =>
      rows.map((row) => row.title),
    );
    expect(titles).toEqual([
      expect.stringContaining('entry / action0, '),
      `${'E'.repeat(200)} [${'g'.repeat(200)}] / ${'x'.repeat(200)}`,
      `${'E'.repeat(200)} [${'g'.repeat(200)}] / ${'x'.repeat(200)}`,
    ]);
  });

  it('is a picture with a name, in which what is active and what was taken only has other classes', async () => {
    const definition = told(student);
    const drawing = await drawn(definition);
    const plain = renderChart(drawing);
    const marked = renderChart(drawing, {
      active: activeStates(definition, 'ready'),
      lit: [{ source: 'student', event: 'PASS_IT_ON', targets: ['student.ready'] }],
    });
    expect(plain).toMatch(/^<svg [^>]*role="img"[^>]*><title>Statechart of student<\/title><desc>/);
    expect(plain).not.toMatch(/chart-active|chart-lit/);
    expect(marked.match(/chart-active/g)).toHaveLength(2);
    expect(marked.match(/chart-lit/g)).toHaveLength(3); // the line, its label, and the row in it
    expect(marked.replaceAll(/ chart-(active|lit)|, now in ready/g, '')).toBe(plain);
  });
});

describe('a layout', () => {
  it('that fails is told, and the next has an elk of its own', async () => {
    let opened = 0;
    let closed = 0;
    const failing = createLayouter((listener) => {
      opened += 1;
      if (opened > 1) return openElk(listener);
      return {
        post: () => queueMicrotask(() => listener.failed(new Error('no elk today'))),
        close: () => (closed += 1),
      };
    });
    const definition = told(one);
    expect(await failing.draw(definition, 'down')).toEqual({ problem: 'no elk today' });
    expect((await failing.draw(definition, 'down')).drawing?.title).toBe('one');
    expect([opened, closed]).toEqual([2, 1]);
    failing.close();
  });

  it('that has no answer ends in time', async () => {
    const silent = createLayouter(() => ({ post: () => {}, close: () => {} }), 10);
    expect(await silent.draw(told(one), 'down')).toEqual({ problem: 'the layout took longer than 0.01 s' });
  });

  it('that elk refuses is told, and does no harm to the next', async () => {
    const { root } = told(one);
    const [state] = root.states;
    const endless = { ...root, states: [{ ...state, key: 7 as unknown as string }] } as typeof root;
    expect((await layouter.draw({ id: 'one', root: endless }, 'down')).problem).toBeTypeOf('string');
    expect((await layouter.draw(told(one), 'down')).drawing).toBeDefined();
  });
});

describe('the states that are active', () => {
  it('are those that the value names, and what they are in', () => {
    const value = { open: { text: 'dirty', view: { preview: 'wide' } } };
    expect([...activeStates(told(editor), value)].map((id) => id.replace('editor', ''))).toEqual([
      '',
      '.open',
      '.open.text',
      '.open.text.dirty',
      '.open.view',
      '.open.view.preview',
      '.open.view.preview.wide',
    ]);
    expect([...activeStates(told(none), {})]).toEqual(['none']);
  });

  it('are none without a value, and none of which the definition does not know', () => {
    expect(activeStates(told(editor), undefined).size).toBe(0);
    expect([...activeStates(told(editor), { gone: 'away' })]).toEqual(['editor']);
  });
});

describe('a machine in words', () => {
  it('has a line for each state and transition', () => {
    expect(outlineText(told(crossing))).toBe(
      `crossing
  red (initial)
    BUTTON / remember
    after 3000 ms → green
  green
    BUTTON [waitedLong] → yellow
    BUTTON / remember
    HOLD → green
    after 5000 ms → yellow
  yellow
    after 1000 ms → red
    always [isBroken] → dark
  dark
    MENDED → red
    * / ignore`,
    );
  });
});

describe('text', () => {
  it('is cut to its room, and not if it fits', () => {
    expect(cutText('short', 12, 100)).toBe('short');
    expect(cutText('much too long for it', 12, 60)).toMatch(/^much t?oo?…$/);
    expect(textWidth(cutText('W'.repeat(100), 12, 60), 12)).toBeLessThanOrEqual(60);
    expect(cutText('anything', 12, 0)).toBe('…');
  });
});

describe('a transition that was taken', () => {
  it('is found by where it leaves from, its event and its targets', () => {
    const [transition] = told(crossing).root.states[3]?.transitions ?? [];
    const taken = { source: 'crossing.dark', event: 'MENDED', targets: ['crossing.red'] };
    expect(transition && isTaken(taken, transition)).toBe(true);
    for (const other of [
      { ...taken, source: 'crossing.red' },
      { ...taken, event: 'X' },
      { ...taken, targets: [] },
    ]) {
      expect(transition && isTaken(other, transition)).toBe(false);
    }
  });
});
