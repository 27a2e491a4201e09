// A run as a recording of the inspector, so that its page shows it as if it had happened: who sent what to whom, and each machine's chart step by step. Its clock is made up: a step takes a second, so that the seconds are the steps' numbers.
import { describeFields } from '../../../inspector/describe.ts';
import { writeRecording } from '../../../inspector/recording.ts';
import { RECORDING_VERSION, type StateValue } from '../../../inspector/records.ts';
import { aboutText } from './about.ts';
import { changesOf } from './changes.ts';
import { findActor, innerMessages } from './consequences.ts';
import type { ActorState } from '../node/node.ts';
import type { Message } from '../options.ts';
import type { Moment, Run, RunStep } from './run.ts';
import type { Action, NodeStep } from '../space/space.ts';
import { createCast, createPost, createTape, DESCRIBED, type Cast, type Post, type Tape } from './tape.ts';
import { textOfError } from './text.ts';
import type { Change } from './trace.ts';

/** The lines of the recording. */
export function runToRecording(run: Run): string {
  const tape = createTape();
  const cast = createCast(tape);
  const telling = { tape, cast, post: createPost(tape, cast.keyOf) };
  if (run.steps.some(({ action }) => action.type === 'stimulus')) tape.tell({ type: 'node', node: USER, up: true });

  for (const name of run.names) cast.up(name);
  // all are there before anybody sends, so that nobody is told of before they are known
  for (const { before, after } of run.beginnings) cast.enter(before, after);
  for (const step of run.beginnings) tellSteps(telling, step, changesOf(step.before, step.after));
  tellCells(tape, {}, run.first);
  let before: Moment = run.first;
  for (const step of run.steps) {
    tape.begin(step.number);
    tellStep(telling, step, before);
    tellCells(tape, before.scene.cells, step);
    before = step;
  }
  const title = run.about ? aboutText(run.about) : 'a run of the model';
  const header = { troupe: 'recording', version: RECORDING_VERSION, epoch: 0, node: USER, title } as const;
  return writeRecording(header, tape.records).join('');
}

const USER = 'user@1';

interface Telling {
  readonly tape: Tape;
  readonly cast: Cast;
  readonly post: Post;
}

function tellStep(telling: Telling, { action, done, changes }: RunStep, before: Moment): void {
  const { tape, cast, post } = telling;
  if (action.type === 'drop') return post.lose(action.message, 'lost');
  if (action.type === 'crash') {
    const configuration = before.configurations.get(action.node);
    if (configuration) cast.down(action.node, configuration);
    return undefined;
  }
  if (action.type === 'restart') cast.up(action.node);
  if (action.type === 'revive') {
    const actor = findActor(action.actor, before.configurations);
    const { error } = (actor?.snapshot ?? {}) as { readonly error?: unknown };
    const life = (actor?.life ?? 0) + 2;
    tape.tell({ type: 'life', actor: cast.keyOf(action.actor), life, error: textOfError(error ?? 'failure') });
  }
  const message = messageOf(action);
  if (action.type === 'stimulus' && message) post.send(message);
  if (!done) return message && post.lose(message, 'stopped');
  const number = message && post.take(message, action.type === 'deliver' && action.again);
  cast.enter(done.before, done.after);
  return tellSteps(telling, done, changes, action, number);
}

/** What each actor of a node did, and whom it wrote to. */
function tellSteps(
  { tape, cast, post }: Telling,
  step: NodeStep,
  changes: readonly Change[],
  action?: Action,
  message?: number,
): void {
  const brought = action && eventOf(action);
  const { before, after, sends, notes } = step;
  for (const inner of innerMessages(step, action)) {
    post.send(inner);
    post.take(inner, false);
  }
  for (const [address, { snapshot }] of after.actors) {
    const transitions = notes.transitions.filter(({ actor }) => actor === address).map(({ taken }) => taken);
    const was = before?.actors.get(address);
    const isMeant = brought?.to === address;
    if (was?.snapshot === snapshot && transitions.length === 0 && !isMeant) continue;
    const { value } = snapshot as { readonly value?: StateValue };
    const actor = cast.keyOf(address);
    tape.tell({
      type: 'step',
      actor,
      event: isMeant ? brought.event.type : (transitions[0]?.event ?? (was ? '' : 'xstate.init')),
      ...(isMeant && message !== undefined ? { message } : {}),
      ...(value === undefined ? {} : { value }),
      transitions,
    });
    tape.tell({ type: 'snapshot', actor, snapshot: describeSnapshot(snapshot) });
  }
  for (const sent of sends) post.send(sent);
  for (const { to, event } of notes.lost) {
    tape.tell({ type: 'dead-letter', reason: 'stopped', to: cast.keyOf(to), count: 1, error: event.type });
  }
  cast.leave(changes, after);
}

function messageOf(action: Action): Message | undefined {
  if (action.type === 'deliver') return action.message;
  return action.type === 'stimulus' ? { from: USER, to: action.actor, event: action.event } : undefined;
}

function eventOf(action: Action): Pick<Message, 'to' | 'event'> | undefined {
  if (action.type === 'timer') return { to: action.actor, event: action.event };
  return messageOf(action);
}

function tellCells(tape: Tape, before: Readonly<Record<string, number>>, { scene }: Moment): void {
  for (const [cell, value] of Object.entries(scene.cells)) {
    if (before[cell] !== value) tape.tell({ type: 'cell', cell, value });
  }
}

const SHOWN = new Set(['status', 'context', 'output', 'error', 'input']);

const describeSnapshot = (snapshot: ActorState['snapshot']) =>
  describeFields(snapshot, { ...DESCRIBED, without: (key) => !SHOWN.has(key) }) ?? '{}';
