// Why a run is a violation: who is where at its end, and what went wrong on the way, in a sentence or two.
import type { StateValue } from '../../../inspector/records.ts';
import { routeText, whatText } from './action-text.ts';
import { contextOf, stateOf } from './changes.ts';
import { activeStates, machineOf } from './machines.ts';
import type { ActorState } from '../node/node.ts';
import type { Message } from '../options.ts';
import { changedKeys, type Moment, type Run, type RunStep } from './run.ts';
import { countOf, cut, listOf, stepsFrom, textOf, textOfError, textOfEvent } from './text.ts';
import type { Violation } from './report.ts';

type Found = Pick<Violation, 'kind' | 'error'>;

/** How long what is said of everyone may be. */
const MOST_CHARACTERS = 600;
const MOST_LOSSES = 5;

/** What is the case instead of what was claimed. */
export function whyOf({ kind, error }: Found, run: Run): string {
  const when = run.steps.length === 0 ? 'At the start' : `After step ${run.steps.length}`;
  // an actor's error is no claim's
  if (error !== undefined && kind !== 'failure') return `${when} the claim throws ${textOfError(error)}`;
  switch (kind) {
    case 'deadlock':
      return [`${when} nothing more happens${after(everyoneIn(run, 'waits in'))}.`, ...lossesOf(run)].join(' ');
    case 'failure':
      return failureOf(run, error);
    case 'eventually':
      return neverHolds(run, when);
    default:
      return `${when} ${everyoneIn(run, 'is in') || 'all actors are where they began'}.`;
  }
}

/** Why a claim of `sometimes` is a violation: there is no run to show. */
export const whyNowhere = (states: number): string =>
  states === 1
    ? 'It does not hold in the only state that there is.'
    : `It holds in none of ${countOf(states, 'state')}.`;

function neverHolds(run: Run, when: string): string {
  const { loopsTo, steps } = run;
  if (loopsTo === undefined || loopsTo === steps.length) {
    return `${when} nothing more has to happen, and it has not come to hold${after(everyoneIn(run, 'is in'))}. ${lossesOf(run).join(' ')}`.trim();
  }
  const round = stepsFrom(loopsTo + 1, steps.length).replace('s', 'S');
  return `${round} can go round for ever, and it never comes to hold${after(everyoneIn(run, 'is in'))}.`;
}

function failureOf({ steps, beginnings }: Run, error: unknown): string {
  const last = steps.at(-1);
  const failures = last ? last.done?.notes.failures : beginnings.flatMap(({ notes }) => notes.failures);
  const actor = failures?.at(-1)?.actor ?? last?.done?.node ?? 'An actor';
  const said = textOfError(error ?? failures?.at(-1)?.error);
  return `${actor} fails ${last ? `in step ${last.number} (${whatText(last.action)})` : 'as it starts'}: ${said}`;
}

/** What is said after a colon, if there is anything. */
const after = (text: string) => (text === '' ? '' : `: ${text}`);

/** All actors with their states, and what they hold under the keys that the run has changed of anyone; those of whom the same is to be said together. */
function everyoneIn(run: Run, verb: 'is in' | 'waits in'): string {
  const last: Moment = run.steps.at(-1) ?? run.first;
  const keys = changedKeys(run);
  const said = new Map<string, string[]>();
  const say = (who: string, what: string) => {
    const others = said.get(what);
    if (others) others.push(who);
    else said.set(what, [who]);
  };
  for (const [name, { actors, crashed }] of last.configurations) {
    if (crashed) say(name, 'has crashed');
    for (const [address, actor] of actors) {
      const { status } = actor.snapshot;
      const state = stateOf(actor);
      const ended = status === 'done' ? 'is done' : status === 'error' ? 'has failed' : 'was stopped';
      const held = Object.entries(contextOf(actor)).filter(([key]) => keys.has(key));
      const context = held.map(([key, value]) => `${key}: ${textOf(value)}`).join(', ');
      const awaited = verb === 'is in' ? [] : awaitedBy(actor);
      const hope = awaited.length === 0 ? '' : ` for ${listOf(awaited, 'or')}`;
      if (status !== 'active') say(address, ended);
      else if (state !== '') say(address, `${verb} ${state}${hope}${context === '' ? '' : ` (${context})`}`);
      // a machine without states
      else if (hope !== '') say(address, `waits${hope}${context === '' ? '' : ` (${context})`}`);
      // of what is no machine there is only what it holds
      else if (context !== '') say(address, `has ${context}`);
    }
  }
  const cells = Object.entries(last.scene.cells).filter(([cell, value]) => run.first.scene.cells[cell] !== value);
  for (const [cell, value] of cells) say(cell, `holds ${value}`);
  const parts = Array.from(said, ([what, who]) => `${listOf(who)} ${who.length > 1 ? plural(what) : what}`);
  return cut(parts.join('; '), MOST_CHARACTERS);
}

const MOST_AWAITED = 4;

/** What would bring a machine on from where it is; neither delays nor what it does by itself, for those would have happened. */
function awaitedBy({ logic, snapshot }: ActorState): readonly string[] {
  const { value } = snapshot as { readonly value?: StateValue };
  const machine = machineOf(logic);
  if (!machine || value === undefined) return [];
  // those of the inner states are tried first
  const labels = activeStates(machine.definition, value)
    .toReversed()
    .flatMap(({ transitions }) =>
      transitions.flatMap(({ event, label }) => (event === '' || event.startsWith('xstate.after.') ? [] : [label])),
    );
  const all = [...new Set(labels)];
  return all.length > MOST_AWAITED ? [...all.slice(0, MOST_AWAITED - 1), 'others'] : all;
}

const plural = (what: string) =>
  what.replace(
    /^(?:is|waits|has|holds|was)\b/u,
    (verb) => ({ is: 'are', waits: 'wait', has: 'have', holds: 'hold', was: 'were' })[verb] ?? verb,
  );

/** What was lost on the way, and what cannot arrive any more: that is mostly why somebody waits. */
function lossesOf({ steps, first }: Run): readonly string[] {
  const losses = steps.flatMap(lossesIn);
  const left = (steps.at(-1) ?? first).scene.inFlight;
  const told = losses.length > MOST_LOSSES ? ['…', ...losses.slice(-MOST_LOSSES)] : losses;
  const sentences = told.length === 0 ? [] : [`Before that ${listOf(told)}.`];
  return left.length === 0 ? sentences : [...sentences, `${listOf(left.map(messageText))} cannot arrive.`];
}

function lossesIn({ action, number, unhandled, done }: RunStep): readonly string[] {
  const at = `in step ${number}`;
  if (action.type === 'drop') return [`${messageText(action.message)} was lost ${at}`];
  if (action.type === 'crash') return [`${action.node} crashed ${at}`];
  if (action.type === 'deliver' && !done) return [`${messageText(action.message)} came ${at} when nobody was there`];
  return [
    ...unhandled.map(({ actor, event }) => `${actor} dropped ${event.type} ${at}`),
    ...(done?.notes.lost ?? []).map(({ to, event }) => `${event.type} came to ${to} ${at} when it had ended`),
  ];
}

const messageText = (message: Message) => `${textOfEvent(message.event)} ${routeText(message)}`;
