// A run as the source of a vitest test: it replays the schedule, and expects the end to be what was found. It stands in a file that has the model and vitest's `expect` and `it`.
import { aboutText } from './about.ts';
import { sourceOf } from './source-text.ts';
import { changedKeys, type Run } from './run.ts';
import { contextOf } from './changes.ts';
import { countOf, keyOf, quote } from './text.ts';

/** The source, its last line ended. */
export function runToTest(run: Run, modelName = 'system'): string {
  const { steps, about, scene } = { ...run, scene: (run.steps.at(-1) ?? run.first).scene };
  const title = about ? aboutText(about) : `the schedule of ${countOf(steps.length, 'step')} leads where it led`;
  const crashed =
    scene.crashed.length === 0 ? [] : [`expect(trace.scene.crashed).toEqual(${sourceOf(scene.crashed)});`];
  const schedule = quote(steps.map(({ text }) => text).join(' '));
  const isShort = schedule.length + modelName.length < 80;
  const lines = [
    ...(isShort
      ? [`const trace = ${modelName}.replay(${schedule});`]
      : [`const trace = ${modelName}.replay(`, `  ${schedule},`, ');']),
    ...assertions(run),
    ...(Object.keys(scene.cells).length === 0 ? [] : [`expect(trace.scene.cells).toEqual(${sourceOf(scene.cells)});`]),
    ...crashed,
    ...(about?.kind === 'deadlock' && scene.inFlight.length === 0
      ? ['expect(trace.scene.inFlight).toEqual([]);', 'expect(trace.scene.timers).toEqual([]);']
      : []),
  ];
  return [
    `// found by exploring; it needs \`import { expect, it } from 'vitest'\`, and the model as \`${modelName}\``,
    `it(${quote(title)}, () => {`,
    ...lines.map((line) => `  ${line}`),
    '});',
    '',
  ].join('\n');
}

/** How the nodes that took part are at the end: their states, and what they hold under the keys that the run has changed of anyone. */
function assertions(run: Run): readonly string[] {
  const { names, steps, first, about } = run;
  const keys = changedKeys(run);
  const last = steps.at(-1) ?? first;
  return names.flatMap((name) => {
    const actor = last.configurations.get(name)?.actors.get(name);
    // where nothing more happens it matters of each where it is
    const tookPart =
      about?.kind === 'deadlock' ||
      steps.some(({ done, changes }) => done?.node === name || changes.some((each) => each.actor === name));
    if (!actor || !tookPart) return [];
    const { value, status, error } = actor.snapshot as {
      readonly value?: unknown;
      readonly status: string;
      readonly error?: unknown;
    };
    const held = Object.entries(contextOf(actor)).filter(([key]) => keys.has(key));
    const at = `trace.last${member(name)}`;
    const state = sourceOf(value);
    const isWhole = !isContextRecord(actor.snapshot);
    return [
      ...(value === undefined || state === undefined ? [] : [`expect(${at}.value).toEqual(${state});`]),
      ...(status === 'active' ? [] : [`expect(${at}.status).toBe(${quote(status)});`]),
      ...(status === 'error' && error instanceof Error
        ? [`expect(${at}.error).toHaveProperty('message', ${quote(error.message)});`]
        : []),
      ...held.flatMap(([key, what]) => {
        const source = sourceOf(what);
        // what has no source, such as a ref, cannot be written into a test
        return source === undefined ? [] : [`expect(${at}.context${isWhole ? '' : member(key)}).toEqual(${source});`];
      }),
    ];
  });
}

function isContextRecord(snapshot: object): boolean {
  const { context } = snapshot as { readonly context?: unknown };
  return typeof context === 'object' && context !== null && !Array.isArray(context);
}

function member(key: string): string {
  const name = keyOf(key);
  return name === key ? `.${key}` : `[${name}]`;
}
