// A run as a Mermaid sequence diagram: a participant for each node, an arrow for each message as it arrives, notes for what else happens and for what changes. What goes on for ever
// is in a `loop` box. Names and values may hold anything.
import { escapeLabel, escapeText } from '../../../inspector/mermaid-text.ts';
import { aboutText } from './about.ts';
import { happeningOf } from './action-text.ts';
import { cellLines, changeText, isBare, toldChanges } from './consequences.ts';
import type { Message } from '../options.ts';
import { momentAfter, type Moment, type Run, type RunStep } from './run.ts';
import { textOfError, textOfEvent } from './text.ts';
import type { Change } from './trace.ts';

/** The diagram, its last line ended. */
export function runToMermaid(run: Run): string {
  const { names, steps, loopsTo, about } = run;
  const participants = new Map(names.map((name, index) => [name, `p${index + 1}`]));
  const all = [...participants.values()];
  const lines = names.map((name) => `participant ${participants.get(name)} as ${escapeText(name)}`);
  for (const [index, step] of steps.entries()) {
    if (index === loopsTo) lines.push('loop for ever');
    const before = momentAfter(run, index);
    const drawn = drawStep(step, before, (address) => participantOf(address, names, participants));
    lines.push(...(loopsTo !== undefined && step.number > loopsTo ? drawn.map((line) => `  ${line}`) : drawn));
  }
  if (loopsTo !== undefined && loopsTo < steps.length) lines.push('end');
  if (about) {
    const over = all.length < 2 ? all.join('') : `${all[0]},${all.at(-1)}`;
    lines.push(`Note over ${over}: ${escapeLabel(aboutText(about))}`);
  }
  return `${['sequenceDiagram', ...lines.map((line) => `  ${line}`)].join('\n')}\n`;
}

type Find = (address: string) => string;

function drawStep(step: RunStep, before: Moment, find: Find): readonly string[] {
  const { action, number, unhandled, done } = step;
  const what = `${number}. ${escapeLabel(whatOf(step))}`;
  if (action.type === 'drop') return [`${arrow(action.message, '--x', find)}: ${what}`];
  const drawn =
    action.type === 'deliver'
      ? `${arrow(action.message, '->>', find)}: ${what}`
      : `Note over ${find(ownerOf(step))}: ${what}`;
  // a promise that begins is of no matter to others
  const changed = toldChanges(step).filter((change) => !isBare(change) || change.ended);
  return [
    drawn,
    ...changed.map((change) => note(find(change.actor), textOfChange(change, step))),
    ...(done ? cellLines(done, before.scene.cells, step.scene.cells) : []).map((text) =>
      note(find(done?.node ?? ''), text),
    ),
    ...unhandled.map(({ actor, event }) => note(find(actor), `${event.type} is dropped`)),
    ...(action.type === 'deliver' && !done ? [note(find(action.message.to), 'not there: lost')] : []),
    ...(done?.notes.failures ?? [])
      .filter(({ actor }) => !changed.some((change) => change.actor === actor && change.ended === 'failed'))
      .map(({ actor, error }) => note(find(actor), `fails: ${textOfError(error)}`)),
  ];
}

const arrow = ({ from, to }: Message, head: string, find: Find) => `${find(from)}${head}${find(to)}`;

const note = (participant: string, text: string) => `Note over ${participant}: ${escapeLabel(text)}`;

/** A node is named by its participant, an actor within it by its address. */
function textOfChange(change: Change, step: RunStep): string {
  const text = changeText(change, step);
  return step.configurations.has(change.actor) ? text.slice(`${change.actor}: `.length) : text;
}

function whatOf({ action, configurations }: RunStep): string {
  const { what, who } = happeningOf(action);
  if (action.type === 'stimulus')
    return `user: ${what}${configurations.has(action.actor) ? '' : ` to ${action.actor}`}`;
  if (action.type !== 'deliver' && action.type !== 'drop') return configurations.has(who) ? what : `${who} ${what}`;
  const { from, to, event } = action.message;
  const inner = [
    ...(configurations.has(from) ? [] : [`from ${from}`]),
    ...(configurations.has(to) ? [] : [`to ${to}`]),
  ].join(' ');
  const told = what.slice(textOfEvent(event).length);
  return `${textOfEvent(event)}${inner === '' ? '' : ` ${inner}`}${told}`;
}

function ownerOf({ action }: RunStep): string {
  switch (action.type) {
    case 'deliver':
    case 'drop':
      return action.message.to;
    case 'down':
      return action.watcher;
    case 'crash':
    case 'restart':
      return action.node;
    default:
      return action.actor;
  }
}

function participantOf(address: string, names: readonly string[], participants: ReadonlyMap<string, string>): string {
  const name = names.find((each) => address === each || address.startsWith(`${each}/`)) ?? names[0] ?? '';
  return participants.get(name) ?? 'p1';
}
