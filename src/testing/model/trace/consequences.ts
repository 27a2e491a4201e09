// What a step led to, a line each for a reader: who changed, what was sent, and what came to nothing.
import { textOfTimer } from './action-text.ts';
import { stateOf } from './changes.ts';
import { isMachine } from '../../../version.ts';
import type { ActorState, Configuration } from '../node/node.ts';
import type { Message } from '../options.ts';
import type { Moment, RunStep } from './run.ts';
import type { Action, NodeStep } from '../space/space.ts';
import { cut, listOf, orderTextOf, textOf, textOfError, textOfEvent } from './text.ts';
import type { Change } from './trace.ts';

/** How long the line of a change may be. */
const MOST_CHARACTERS = 160;

/** What followed from a step, in sentences. */
export function consequencesOf(step: RunStep, before: Moment): readonly string[] {
  const { action, done, scene } = step;
  const told = toldChanges(step);
  const failed = new Set(told.flatMap(({ actor, ended }) => (ended === 'failed' ? [actor] : [])));
  const lines = [
    ...told.map((change) => changeText(change, step)),
    ...armedLines(step, before),
    ...(done ? [...cellLines(done, before.scene.cells, scene.cells), ...doneLines(done, action, failed)] : []),
  ];
  const isLost = action.type === 'deliver' && !done;
  if (isLost) lines.push(`lost: ${action.message.to} is not there`);
  const says = action.type === 'deliver' || action.type === 'timer' || action.type === 'stimulus';
  return lines.length === 0 && says ? ['nothing changes'] : lines;
}

/**
 * The changes that are not told by the action itself: of a node that crashes all is gone, and of a promise that is done its end. That what is no machine was stopped follows from
 * the state of who invoked it.
 */
export const toldChanges = ({ action, changes }: RunStep): readonly Change[] =>
  changes.filter((change) => {
    const { actor, to, ended } = change;
    if (action.type === 'crash' || (ended === 'stopped' && isBare(change))) return false;
    return action.type !== 'outcome' || actor !== action.actor || to !== '';
  });

/** Whether nothing is known of an actor but that it came or went. */
export const isBare = ({ from, to, context }: Change): boolean =>
  from === '' && to === '' && Object.keys(context).length === 0;

/** What a step did to the cells that it touched. */
export function cellLines({ notes }: NodeStep, before: Cells, after: Cells): readonly string[] {
  const ways = new Map<string, Set<string>>();
  for (const { cell, how } of notes.touched) {
    const all = ways.get(cell);
    if (all) all.add(how);
    else ways.set(cell, new Set([how]));
  }
  return Array.from(ways, ([cell, how]) => {
    const [was, is] = [before[cell], after[cell]];
    if (!how.has('write')) return `${cell} is read: ${is}`;
    const verb = how.has('read') ? 'is read and written' : 'is written';
    return `${cell} ${verb}: ${was === undefined || was === is ? is : `${was} → ${is}`}`;
  });
}

type Cells = Readonly<Record<string, number>>;

/** What a node did besides changing, by an action or as it started; `told` are the actors whose failure was. */
export function doneLines(step: NodeStep, action?: Action, told: ReadonlySet<string> = new Set()): readonly string[] {
  const { before, sends, notes } = step;
  const { unhandled, lost, failures, logged, emitted } = notes;
  return [
    ...innerMessages(step, action)
      // what ends a child is told of the child
      .filter(({ event }) => !event.type.startsWith('xstate.'))
      .map(({ from, to, event }) => `${from} → ${to}  ${textOfEvent(event)}`),
    ...sendLines(sends),
    ...emitted.map(({ actor, event }) => `${actor} emits ${textOfEvent(event)}`),
    ...logged.map(({ actor, text }) => `${actor} logs ${textOf(text)}`),
    ...unhandled.map(({ actor, event }) => unhandledText(actor, event, before)),
    ...lost.map(({ to, event }) => `${to} has ended, and ${textOfEvent(event)} is lost`),
    ...failures
      .filter(({ actor }) => !told.has(actor))
      .map(({ actor, error }) => `${actor} fails: ${textOfError(error)}`),
  ];
}

/** What was sent within a node. Of a delay that ends, what the actor sends itself is told as the delay's. */
export const innerMessages = ({ notes }: NodeStep, action?: Action): readonly Message[] =>
  notes.inner.filter(
    ({ from, to, event }) => from !== to || action?.type !== 'timer' || event.type !== action.event.type,
  );

/** What was sent, in order; one event to several in a row is told once. */
function sendLines(sends: readonly Message[]): readonly string[] {
  const groups: { readonly key: string; readonly message: Message; readonly to: string[] }[] = [];
  for (const message of sends) {
    const key = `${message.from} ${orderTextOf(message.event)}`;
    const last = groups.at(-1);
    if (last?.key === key) last.to.push(message.to);
    else groups.push({ key, message, to: [message.to] });
  }
  return groups.map(({ message, to }) => {
    const times = (name: string) => to.filter((each) => each === name).length;
    const names = [...new Set(to)].map((name) => (times(name) === 1 ? name : `${name} (${times(name)} times)`));
    return `${message.from} sends ${textOfEvent(message.event)} to ${listOf(names)}`;
  });
}

function unhandledText(actor: string, event: { readonly type: string }, before: Configuration | undefined): string {
  const state = stateOf(before?.actors.get(actor));
  return `${actor} drops ${textOfEvent(event)}: ${state === '' ? 'it' : state} has no use for it`;
}

/** A change as `barrier: filling → releasing, waiting: ['s0']`. */
export function changeText(change: Change, { configurations, done }: RunStep): string {
  const { actor, to, context, ended } = change;
  const after = findActor(actor, configurations);
  const { output, error } = (after?.snapshot ?? {}) as { readonly output?: unknown; readonly error?: unknown };
  const state = to === '' ? '' : wayOf(change, after, done).join(' → ');
  const end =
    ended === 'done' && output !== undefined
      ? `done with ${textOf(output)}`
      : ended === 'failed' && error !== undefined
        ? `failed: ${textOfError(error)}`
        : ended;
  const keys = Object.entries(context).map(([key, text]) => `${key}: ${text}`);
  const parts = [...(state === '' ? [] : [state]), ...(end === undefined ? [] : [end]), ...keys];
  return cut(parts.length === 0 ? `${actor} begins` : `${actor}: ${parts.join(', ')}`, MOST_CHARACTERS);
}

/** The states that it went through, those included that it has left again in the same step. */
function wayOf(
  { actor, from, to }: Change,
  state: ActorState | undefined,
  done: NodeStep | undefined,
): readonly string[] {
  const way = [from];
  const taken = done?.notes.transitions.filter((each) => each.actor === actor) ?? [];
  const machine = state && isMachine(state.logic) ? state.logic.id : '';
  // of regions side by side each goes a way of its own
  const isPlain = !from.startsWith('{') && !to.startsWith('{');
  for (const target of isPlain ? taken.flatMap(({ taken: { targets } }) => targets ?? []) : []) {
    if (target.startsWith(`${machine}.`)) way.push(target.slice(machine.length + 1));
  }
  way.push(to);
  // what is entered by way of its parent is told once
  return way.filter((each, index) => {
    const next = way[index + 1];
    return each !== '' && each !== next && !next?.startsWith(`${each}.`);
  });
}

export function findActor(address: string, configurations: ReadonlyMap<string, Configuration>) {
  for (const { actors } of configurations.values()) {
    const found = actors.get(address);
    if (found) return found;
  }
  return undefined;
}

/** Delays that a step began, where they are not told by the state. */
function armedLines({ scene, action }: RunStep, before: Moment): readonly string[] {
  const nameOf = ({ actor, id, event }: (typeof scene.timers)[number]) => `${actor} ${id} ${orderTextOf(event)}`;
  const ran = before.scene.timers.map(nameOf);
  if (action.type === 'timer') ran.splice(ran.indexOf(nameOf(action)), 1);
  return scene.timers.flatMap((timer) => {
    const at = ran.indexOf(nameOf(timer));
    if (at >= 0) ran.splice(at, 1);
    // `after` belongs to its state, which is told
    if (at >= 0 || timer.id.startsWith('xstate.after.')) return [];
    return [`${timer.actor} waits to send ${textOfTimer(timer.id, timer.event)}`];
  });
}
