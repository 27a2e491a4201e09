// The checks of what `model` is given. What would silently explore another system than was meant is refused where it is said, by the name that it has there.
import type { AnyActorLogic } from 'xstate';
import { TroupeError } from '../../errors.ts';
import { assertNames, assertWord, optionError } from '../../options.ts';
import { isMachine, versionOf } from '../../version.ts';
import { assertCount, assertFunction, assertObject } from './check-values.ts';
import { eventsOf, mentionsEvent, sourcesOf } from './node/mentioned.ts';
import type { Invoked, Logics, ModelOptions } from './options.ts';

/** Throws `INVALID_ARGUMENT` or `NO_SUCH_ACTOR` for options that cannot be meant. */
export function assertModel(options: ModelOptions<Logics, unknown>): void {
  assertNames(options, NAMES);
  const logics = assertActors(options.actors);
  const names = Object.keys(logics);
  const assertName = (name: unknown, where: string) => {
    if (typeof name !== 'string') throw optionError(where, name, 'it must be the name of an actor', MEND);
    if (!Object.hasOwn(logics, name)) throw noSuchActor(name, where, names);
  };
  const assertList = (list: unknown, where: string) => {
    if (!Array.isArray(list)) throw optionError(where, list, 'it must be a list of names of actors', MEND);
    for (const name of list) assertName(name, where);
  };

  assertStimuli(options.stimuli, logics, assertName);
  assertNetwork(options.network);
  assertCrash(options.crash, assertList);
  assertWord('timers', options.timers, ['any-order', 'when-idle', 'by-delay']);
  assertInvoked(options.invoked, logics);
  assertCells(options.cells);
  assertHistory(options.history);
  if (options.symmetric !== undefined) assertSymmetric(options.symmetric, logics, assertList);
  if (options.mayFail !== undefined && options.mayFail !== true) assertList(options.mayFail, 'mayFail');
  for (const name of ['mayStopWhen', 'within'] as const) assertFunction(name, options[name], 'a claim');
  for (const [name, forget] of entriesOf('forget', options.forget)) {
    assertName(name, 'forget');
    assertFunction(`forget of '${name}'`, forget, 'a function of a snapshot', true);
  }
  for (const kind of ['always', 'eventually', 'sometimes'] as const) {
    for (const [name, claim] of entriesOf(kind, options[kind])) assertClaim(`'${name}' of ${kind}`, claim);
  }
}

/** Throws `INVALID_ARGUMENT` for what is no claim. */
export const assertClaim = (where: string, claim: unknown): void =>
  assertFunction(where, claim, 'a claim, a function of the snapshots that says whether it is so', true);

/** `NO_SUCH_ACTOR` for a name that no actor of the system has. */
function noSuchActor(name: string, where: string, names: readonly string[]): TroupeError {
  return new TroupeError(
    'NO_SUCH_ACTOR',
    `Cannot take '${name}' in ${where}: the system has no actor of that name. Its actors are ${names.join(', ')}.`,
    { details: { name, where, names } },
  );
}

const MEND = 'The names are those of the option actors.';

const NAMES: readonly (keyof ModelOptions<Logics, unknown>)[] = [
  'actors',
  'stimuli',
  'network',
  'crash',
  'timers',
  'invoked',
  'cells',
  'history',
  'symmetric',
  'mayStopWhen',
  'mayFail',
  'within',
  'forget',
  'always',
  'eventually',
  'sometimes',
];

/** The logic of each. */
function assertActors(actors: unknown): Readonly<Record<string, AnyActorLogic>> {
  const entries = entriesOf('actors', actors, true);
  if (entries.length === 0)
    throw optionError('actors', actors, 'there must be at least one', 'Give actor logic by name.');
  return Object.fromEntries(
    entries.map(([name, entry]) => {
      if (name === '' || name.includes('/'))
        throw optionError('the name of an actor', name, 'it must be a text without a /', 'The / is for its children.');
      if (isLogic(entry)) return [name, entry];
      const { logic } = (entry ?? {}) as { readonly logic?: unknown };
      if (!isLogic(logic))
        throw optionError(`'${name}' of actors`, entry, 'it is no actor logic', 'Give it, or { logic, input }.');
      assertNames(entry as object, ['logic', 'input']);
      return [name, logic];
    }),
  );
}

function assertStimuli(
  stimuli: unknown,
  logics: Readonly<Record<string, AnyActorLogic>>,
  assertName: (name: unknown, where: string) => void,
): void {
  for (const [name, events] of entriesOf('stimuli', stimuli)) {
    assertName(name, 'stimuli');
    const where = `'${name}' of stimuli`;
    if (!Array.isArray(events)) throw optionError(where, events, 'it must be a list of events', 'Put it in brackets.');
    for (const event of events as readonly unknown[]) {
      const { type } = (event ?? {}) as { readonly type?: unknown };
      if (typeof type !== 'string')
        throw optionError(where, event, 'an event is an object with a type', 'Give it a type that is a text.');
      const logic = logics[name];
      if (isMachine(logic) && !mentionsEvent(logic, type)) {
        throw optionError(
          where,
          type,
          'no transition of its machine is for such an event',
          `Its machine has ${listOf(eventsOf(logic), 'none for any')}.`,
        );
      }
    }
  }
}

function assertNetwork(network: ModelOptions['network']): void {
  if (network === undefined) return;
  assertObject('network', network);
  assertNames(network, ['order', 'drop', 'duplicate', 'delayUnhandled']);
  const { order, drop, duplicate, delayUnhandled } = network;
  assertWord('network.order', order, ['per-pair', 'none', 'global']);
  assertCount('network.drop', drop, { orInfinity: true });
  assertCount('network.duplicate', duplicate, { orInfinity: true });
  if (delayUnhandled !== undefined && typeof delayUnhandled !== 'boolean')
    throw optionError('network.delayUnhandled', delayUnhandled, 'it must be true or false');
  if (delayUnhandled && order !== 'none') {
    throw optionError(
      'network.delayUnhandled',
      delayUnhandled,
      `messages keep their order, and one that stays would hold back those behind it`,
      "Leave it out, or give order: 'none'.",
    );
  }
}

function assertCrash(crash: ModelOptions['crash'], assertList: (list: unknown, where: string) => void): void {
  if (crash === undefined) return;
  assertObject('crash', crash);
  assertNames(crash, ['max', 'who', 'restart']);
  if (crash.max === undefined) throw optionError('crash.max', undefined, 'it must be told', 'Give a whole number.');
  assertCount('crash.max', crash.max, { orInfinity: true });
  if (crash.who !== undefined) assertList(crash.who, 'crash.who');
  assertWord('crash.restart', crash.restart, ['initial', 'persisted', 'never']);
}

function assertInvoked(
  invoked: Readonly<Record<string, Invoked>> | undefined,
  logics: Readonly<Record<string, AnyActorLogic>>,
): void {
  const entries = entriesOf('invoked', invoked);
  if (entries.length === 0) return;
  const standIns = entries.flatMap(([, value]) => (isLogic(value) ? [value] : []));
  const { names, isOpen } = sourcesOf([...Object.values(logics), ...standIns]);
  for (const [name, value] of entries) {
    const where = `'${name}' of invoked`;
    if (!isOpen && !names.has(name) && !Object.hasOwn(logics, name)) {
      const known = [...names].filter((each) => !each.startsWith('xstate.')).toSorted();
      throw optionError(
        'invoked',
        name,
        'no machine invokes or spawns anything of that name',
        `The names are ${listOf(known, 'none')}.`,
      );
    }
    if (isLogic(value) || typeof value === 'function') continue;
    if (!Array.isArray(value))
      throw optionError(where, value, 'it must be a list of outcomes, a function of the input, or logic', OUTCOMES);
    for (const outcome of value as readonly unknown[]) assertOutcome(where, outcome);
  }
}

function assertOutcome(where: string, outcome: unknown): void {
  const keys = typeof outcome === 'object' && outcome !== null ? Object.keys(outcome) : [];
  const [key] = keys;
  if (keys.length !== 1 || !['done', 'error', 'event', 'next'].includes(String(key)))
    throw optionError(where, outcome, 'each outcome must be one of done, error, event and next', OUTCOMES);
  const { event } = outcome as { readonly event?: { readonly type?: unknown } };
  if (key === 'event' && typeof event?.type !== 'string')
    throw optionError(where, event, 'an event is an object with a type', 'Give it a type that is a text.');
}

const OUTCOMES = "Such as [{ done: 4 }, { error: new Error('no') }].";

function assertCells(cells: unknown): void {
  for (const [name, value] of entriesOf('cells', cells)) {
    if (!Number.isFinite(value))
      throw optionError(`'${name}' of cells`, value, 'a cell holds a finite number', 'Give what it holds at first.');
  }
}

function assertHistory(history: ModelOptions<Logics, unknown>['history']): void {
  if (history === undefined) return;
  assertObject('history', history);
  assertNames(history, ['initial', 'received', 'sent']);
  for (const name of ['received', 'sent'] as const)
    assertFunction(`history.${name}`, history[name], 'a function of the history and a message');
}

function assertSymmetric(
  groups: unknown,
  logics: Readonly<Record<string, AnyActorLogic>>,
  assertList: (list: unknown, where: string) => void,
): void {
  if (!Array.isArray(groups))
    throw optionError('symmetric', groups, 'it must be a list of groups', "Such as [['s0', 's1']].");
  const seen = new Set<string>();
  for (const group of groups as readonly unknown[]) {
    assertList(group, 'symmetric');
    const [first, ...others] = group as readonly string[];
    for (const name of group as readonly string[]) {
      if (seen.has(name)) throw optionError('symmetric', name, 'it stands there twice', 'Name each actor once.');
      seen.add(name);
    }
    for (const name of others) {
      if (isAlike(logics[name], logics[first as string])) continue;
      throw optionError(
        'symmetric',
        name,
        `its logic is not that of '${first}', and neither can stand for the other`,
        'Give both the same logic, or take it out of the group.',
      );
    }
  }
}

/** Two machines may be made by one function. */
function isAlike(left: AnyActorLogic | undefined, right: AnyActorLogic | undefined): boolean {
  const version = versionOf(left);
  return left === right || (version !== undefined && version === versionOf(right));
}

function entriesOf(option: string, value: unknown, isNeeded = false): readonly (readonly [string, unknown])[] {
  if (value === undefined && !isNeeded) return [];
  assertObject(option, value);
  return Object.entries(value);
}

const listOf = (names: readonly string[], none: string) => (names.length > 0 ? names.join(', ') : none);

const isLogic = (value: unknown): value is AnyActorLogic =>
  typeof value === 'object' && value !== null && 'getInitialSnapshot' in value && 'transition' in value;
