// What docs/testing.md teaches, done: its code stands here and in fixtures/guide/lesson.ts line by line, but for where things are imported from.
import { readFileSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import { student, type Command } from 'troupe/actors';
import { model } from 'troupe/testing';
import 'troupe/testing/vitest';
import { initialTransition, transition } from 'xstate';
import { lesson, race } from '../dist/test/fixtures/guide/lesson.js';

vi.setConfig({ testTimeout: 60_000 }); // on a busy machine

const HOLD: Command = { type: 'HOLD_THIS', number: 4 };
const ASK: Command = { type: 'WHATS_YOUR_NUMBER' };
const PASS_TO: Command = { type: 'YOU_PASS_TO', name: 'Bob' };
const PASS: Command = { type: 'PASS_IT_ON' };
const THANKS: Command = { type: 'THANKS_FOR_HELPING' };

const linesOf = (actions: readonly { type: string; params: unknown }[]) =>
  actions.flatMap(({ type, params }) => (type === 'xstate.log' ? [(params as { value: string }).value] : []));

it.each<[before: Command[], command: Command, state: string, says: string[]]>([
  [[], HOLD, 'holding', ['[Alice]  A 4? Got it.']],
  [[], ASK, 'idle', ["[Alice]  I'm not holding anything."]],
  [[HOLD], ASK, 'holding', ['[Alice]  I have a 4']],
  [[HOLD], PASS, 'ready', ['[Alice]  Ready!']],
  [[HOLD, PASS], ASK, 'ready', []], // kept for later
  [[HOLD], THANKS, 'thanked', ["[Alice]  You're welcome!"]],
])('after %o, %o leads to %s', (before, command, state, says) => {
  let [snapshot] = initialTransition(student, { name: 'Alice' });
  for (const each of before) [snapshot] = transition(student, snapshot, each);
  const [next, actions] = transition(student, snapshot, command);
  expect(next.value).toBe(state);
  expect(linesOf(actions)).toEqual(says);
});

const alice = model({
  actors: { Alice: { logic: student, input: { name: 'Alice' } } },
  stimuli: { Alice: [HOLD, ASK, PASS_TO, PASS, THANKS] },
  invoked: { arrive: [{ done: 0 }] },
  within: ({ Alice }) => Alice.context.kept.length <= 2,
});

it('drops no command, empties its hand for a round, and can go home', () => {
  expect(alice).toHandleEveryEvent();
  expect(alice).toAlways('in a round the hand is empty', ({ Alice }) => !Alice.hasTag('busy') || !Alice.context.held);
  expect(alice).toReach('it goes home', ({ Alice }) => Alice.matches('thanked'));
});

it('never overwrites a number, and ends', () => {
  expect(lesson).toHold();
});

it('overwrites a number where nobody waits', async () => {
  const { scene } = race.replay('teacher>Alice teacher>Alice t:Alice/ready');
  expect(scene.cells).toEqual({ "Alice's hand": -1, "Bob's hand": 4 });

  await using run = await race.replayLive('teacher>Alice teacher>Alice t:Alice/ready');
  expect(run.last.Alice.value).toBe('passing');
});

it('does so on random walks', () => {
  const { violations } = race.simulate({ seed: 7, runs: 1000, strategy: 'pct' });
  expect(violations[0]?.claim).toBe('no number is overwritten');
});

it('is what the guide says', () => {
  const read = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8');
  const lines = (text: string) => text.split('\n').map((line) => line.trim());
  const done = new Set(lines(read('testing-guide.test.ts') + read('fixtures/guide/lesson.ts')));
  const guide = read('../docs/testing.md');
  expect(race.explore().toText()).toContain(/```text\n([\s\S]*?)```/.exec(guide)?.[1]);
  const code = [...guide.matchAll(/```ts\n([\s\S]*?)```/g)].flatMap(([, fence]) =>
    lines(fence ?? ''),
  );
  expect(code.length).toBeGreaterThan(50);
  expect(
    code.filter(
      (line) => !done.has(line.replace(/^export /, '')) && !done.has(line) && !/^(import |\/\/ [\w.-]+\.ts)/.test(line),
    ),
  ).toEqual([]);
});
