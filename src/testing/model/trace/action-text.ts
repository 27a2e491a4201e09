// What happened in a step, for a reader: who it happened to, and what.
import type { Action } from '../space/space.ts';
import { textOf, textOfError, textOfEvent } from './text.ts';

export interface Happening {
  /** An address, or two with an arrow. */
  readonly who: string;
  readonly what: string;
}

export function happeningOf(action: Action): Happening {
  switch (action.type) {
    case 'deliver': {
      const { message, again } = action;
      return {
        who: routeOf(message),
        what: `${textOfEvent(message.event)}${again ? ' (delivered, and will be again)' : ''}`,
      };
    }
    case 'drop':
      return { who: routeOf(action.message), what: `${textOfEvent(action.message.event)} (lost)` };
    case 'timer':
      return { who: action.actor, what: textOfTimer(action.id, action.event) };
    case 'stimulus':
      return { who: `user → ${action.actor}`, what: textOfEvent(action.event) };
    case 'outcome':
      return { who: action.actor, what: outcomeText(action) };
    case 'revive':
      return { who: action.actor, what: 'is restarted by its supervisor' };
    case 'down':
      return { who: action.watcher, what: `is told that ${action.target} ${downText(action.down)}` };
    case 'crash':
      return { who: action.node, what: 'crashes' };
    default:
      return { who: action.node, what: 'starts again after its crash' };
  }
}

/** A delayed event: `after 500 ms`, or the event where it is no transition's own. */
export function textOfTimer(id: string, event: { readonly type: string }): string {
  const after = /^xstate\.after\.(?<delay>[^.]+)\./u.exec(id)?.groups?.['delay'];
  if (after === undefined) return `${textOfEvent(event)} (delayed)`;
  return Number.isNaN(Number(after)) ? `after ${after}` : `after ${after} ms`;
}

/** What happened, in a clause. */
export function whatText(action: Action): string {
  const { who, what } = happeningOf(action);
  if (action.type !== 'deliver' && action.type !== 'stimulus') return `${who} ${what}`;
  const route = action.type === 'deliver' ? routeText(action.message) : `from a user to ${action.actor}`;
  return `${what} ${route}`;
}

export const routeText = ({ from, to }: { readonly from: string; readonly to: string }) => `from ${from} to ${to}`;

const routeOf = ({ from, to }: { readonly from: string; readonly to: string }) => `${from} → ${to}`;

function outcomeText({ src, outcome }: Action & { readonly type: 'outcome' }): string {
  const name = src === '' ? '' : `${src} `;
  if ('error' in outcome) return `${name}fails: ${textOfError(outcome.error)}`;
  if ('event' in outcome) return `${name}sends ${textOfEvent(outcome.event)}`;
  if ('next' in outcome) return `${name}shows ${textOf(outcome.next)}`;
  return `${name}is done${outcome.done === undefined ? '' : `: ${textOf(outcome.done)}`}`;
}

function downText(down: (Action & { readonly type: 'down' })['down']): string {
  switch (down.type) {
    case 'done':
      return down.output === undefined ? 'is done' : `is done: ${textOf(down.output)}`;
    case 'failed':
      return `has failed: ${textOfError(down.error)}`;
    case 'stopped':
      return 'was stopped';
    default:
      return 'is unreachable';
  }
}
