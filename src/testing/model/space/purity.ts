// Machines must be pure: the same event in the same state does the same. A clock, a random number or a variable of the module would make a search meaningless, so each step
// is taken twice, and what differs is told with the path to it.
import { TroupeError } from '../../../errors.ts';
import type { Address, Configuration, Step } from '../node/node.ts';
import type { Message } from '../options.ts';
import type { Subject, Values } from './subjects.ts';

/** Throws `IMPURE` if two steps from the same differ. */
export function assertSame(name: string, subject: Subject | undefined, one: Step, two: Step, { textOf }: Values): void {
  const differs =
    one.next.key === two.next.key
      ? one.sends.length === two.sends.length
        ? differentSend(one.sends, two.sends, textOf)
        : `it sent ${one.sends.length} messages once, and ${two.sends.length} the other time`
      : whereDifferent(one.next, two.next, textOf);
  const differentCells = textOf(one.cells) === textOf(two.cells) ? undefined : 'it wrote different numbers into cells';
  const why = differs ?? differentCells;
  if (why === undefined) return;
  throw new TroupeError(
    'IMPURE',
    `Cannot explore actor '${name}': ${whatHappened(subject)} was handled twice in the same state, and ${why}. Keep clocks, random numbers and variables of the module out of its guards, assigns and other actions: pass them in with the events.`,
    { details: { actor: name, why } },
  );
}

/** Throws `IMPURE` for two steps that differ, taken in states that count as the same: they differ only in the order of what has none. */
export function assertSameInAnyOrder(
  name: string,
  subject: Subject,
  [one, two]: readonly [Step, Step],
  isSame: boolean,
  { textOf }: Values,
): void {
  if (isSame && textOf(one.cells) === textOf(two.cells)) return;
  const differs =
    one.next.key !== two.next.key
      ? whereDifferent(one.next, two.next, textOf)
      : (differentSend(one.sends, two.sends, textOf) ?? 'it did something else');
  throw new TroupeError(
    'IMPURE',
    `Cannot explore actor '${name}': ${whatHappened(subject)} was handled in two states that count as the same, and ${differs}: it goes by the order in which keys came into an object, or members into a Set or a Map. Keep what has an order in a list.`,
    { details: { actor: name, why: differs } },
  );
}

/** The error for a function of `history` that gave two different values. */
export function impureHistory(what: 'received' | 'sent', { from, to, event }: Message): TroupeError {
  return new TroupeError(
    'IMPURE',
    `Cannot gather a history: \`${what}\` was told twice of '${event.type}' from '${from}' to '${to}' with the same history, and gave two different values. Compute the next history from its arguments alone, and do not change the one given.`,
    { details: { actor: to, why: what } },
  );
}

function whatHappened(subject: Subject | undefined): string {
  const action = subject?.action;
  switch (action?.type) {
    case 'deliver':
      return `event '${action.message.event.type}' from '${action.message.from}'`;
    case 'timer':
    case 'stimulus':
      return `event '${action.event.type}'`;
    case 'outcome':
      return `outcome ${action.index + 1} of '${action.actor}'`;
    case 'revive':
      return `the restart of '${action.actor}'`;
    case 'down':
      return `the end of '${action.target}'`;
    case 'restart':
      return 'its restart';
    default:
      return 'its start';
  }
}

function differentSend(one: readonly Message[], two: readonly Message[], textOf: Values['textOf']): string | undefined {
  for (const [index, message] of one.entries()) {
    const other = two[index];
    if (other === undefined || textOf(message) === textOf(other)) continue;
    const path = message.to === other.to ? pathOf(message.event, other.event, 'event', textOf) : undefined;
    if (path === undefined) return `it sent to '${message.to}' once, and to '${other.to}' the other time`;
    return `what it sent to '${message.to}' differed in \`${path}\``;
  }
  return undefined;
}

function whereDifferent(one: Configuration, two: Configuration, textOf: Values['textOf']): string {
  for (const [address, { snapshot }] of one.actors) {
    const other = two.actors.get(address)?.snapshot;
    if (other === undefined) return `'${address}' was there only once`;
    const path = pathOf(shownOf(snapshot), shownOf(other), '', textOf);
    if (path !== undefined) return `\`${path}\`${ofWhom(address)} differed`;
  }
  for (const address of two.actors.keys()) if (!one.actors.has(address)) return `'${address}' was there only once`;
  return textOf(one.timers) === textOf(two.timers) ? 'its state differed' : 'its delays differed';
}

const ofWhom = (address: Address): string => (address.includes('/') ? ` of '${address}'` : '');

/** What tells two snapshots apart; the rest of one is the machine and functions. */
function shownOf(snapshot: object): Readonly<Record<string, unknown>> {
  const { status, value, context, output, error } = snapshot as Readonly<Record<string, unknown>>;
  return { status, value, context, output, error };
}

/** The path to the first thing in which two values differ; `undefined` if they do not. */
function pathOf(one: unknown, two: unknown, path: string, textOf: Values['textOf']): string | undefined {
  if (Object.is(one, two) || textOf(one) === textOf(two)) return undefined;
  if (!isBranch(one) || !isBranch(two)) return path;
  for (const key of new Set([...Object.keys(one), ...Object.keys(two)])) {
    const step = Array.isArray(one) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
    const found = pathOf(one[key], two[key], step, textOf);
    if (found !== undefined) return found;
  }
  return path;
}

const isBranch = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' &&
  value !== null &&
  (Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype);
