// A run as numbered lines: on the left what it happened to, on the right what happened and, below, what followed from it.
import { happeningOf } from './action-text.ts';
import { stateOf } from './changes.ts';
import { cellLines, consequencesOf, doneLines } from './consequences.ts';
import { momentAfter, type Run } from './run.ts';
import { listOf, stepsFrom } from './text.ts';

/** How wide the left may be. */
const WIDEST = 32;

/** The lines, the last one ended. */
export function runToText(run: Run): string {
  const { steps } = run;
  const happenings = steps.map(({ action }) => happeningOf(action));
  const figures = String(steps.length).length;
  const widths = happenings.map(({ who }) => who.length).filter((width) => width <= WIDEST);
  const width = Math.max(START.length, ...widths);
  const indent = ' '.repeat(figures + 2 + width + 2);

  const lines = [startOf(run), ...beginningsOf(run)].map((line, index) =>
    index === 0 ? `${' '.repeat(figures + 2)}${START.padEnd(width)}  ${line}` : `${indent}${line}`,
  );
  for (const [index, step] of steps.entries()) {
    const { who, what } = happenings[index] as (typeof happenings)[number];
    const number = `${String(step.number).padStart(figures)}. `;
    // one that is too long stands alone
    if (who.length > width) lines.push(`${number}${who}`, `${indent}${what}`);
    else lines.push(`${number}${who.padEnd(width)}  ${what}`);
    for (const line of consequencesOf(step, momentAfter(run, index))) lines.push(`${indent}${line}`);
  }
  if (run.loopsTo !== undefined) lines.push(loopText(run.loopsTo, steps.length));
  return `${lines.join('\n')}\n`;
}

const START = 'at first';

function beginningsOf({ beginnings, first }: Run): readonly string[] {
  const { cells } = first.scene;
  return beginnings.flatMap((step) => [...cellLines(step, cells, cells), ...doneLines(step)]);
}

/** Who is where: `s0, s1 and s2 working; barrier filling`. */
function startOf({ first }: Run): string {
  const states = new Map<string, string[]>();
  for (const { actors } of first.configurations.values()) {
    for (const [address, actor] of actors) {
      const state = stateOf(actor) || actor.snapshot.status;
      const others = states.get(state);
      if (others) others.push(address);
      else states.set(state, [address]);
    }
  }
  return Array.from(states, ([state, who]) => `${listOf(who)} ${state}`).join('; ');
}

/** What goes on for ever at the end of a run. */
function loopText(loopsTo: number, length: number): string {
  const then = loopsTo === 0 ? 'at first' : `after step ${loopsTo}`;
  return length === loopsTo
    ? 'Nothing more happens.'
    : `Now all is as it was ${then}, and ${stepsFrom(loopsTo + 1, length)} may happen again for ever.`;
}
