// What a step changed, actor by actor: state values and the keys of contexts, as text.
import type { Address, ActorState, Configuration } from '../node/node.ts';
import { orderTextOf, textOf, textOfState } from './text.ts';
import type { StateValue } from '../../../inspector/records.ts';
import type { Change } from './trace.ts';

/** The actors of a node that are not as they were, in order of address. */
export function changesOf(before: Configuration | undefined, after: Configuration): readonly Change[] {
  if (before?.key === after.key && before.crashed === after.crashed) return [];
  const was: ReadonlyMap<Address, ActorState> = before?.actors ?? new Map();
  const addresses = [...new Set([...was.keys(), ...after.actors.keys()])].toSorted();
  return addresses.flatMap((address) => changeOf(address, was.get(address), after.actors.get(address)) ?? []);
}

function changeOf(actor: Address, before: ActorState | undefined, after: ActorState | undefined): Change | undefined {
  const from = stateOf(before);
  const to = stateOf(after);
  const ended = endOf(before, after);
  const context = after ? changedKeys(contextOf(before), contextOf(after)) : {};
  if (before && after && from === to && !ended && before.life === after.life && Object.keys(context).length === 0) {
    return undefined;
  }
  return { actor, from, to, context, ...(ended ? { ended } : {}) };
}

/** The state value as text; empty for an actor that is not there, that is no machine, or a machine without states. */
export function stateOf(actor: ActorState | undefined): string {
  const { value } = (actor?.snapshot ?? {}) as { readonly value?: StateValue };
  const text = value === undefined ? '' : textOfState(value);
  return text === '{}' ? '' : text;
}

function endOf(before: ActorState | undefined, after: ActorState | undefined): Change['ended'] {
  const status = after?.snapshot.status ?? 'stopped';
  if (status === 'active' || status === before?.snapshot.status) return undefined;
  // one that had ended already is only let go of
  if (!after && before?.snapshot.status !== 'active') return undefined;
  return status === 'error' ? 'failed' : status;
}

type Context = Readonly<Record<string, unknown>>;

/** What an actor holds, by key; that of logic whose context is no object is called `context`. */
export function contextOf(actor: ActorState | undefined): Context {
  const { context } = (actor?.snapshot ?? {}) as { readonly context?: unknown };
  if (context === undefined) return {};
  return typeof context === 'object' && context !== null && !Array.isArray(context)
    ? (context as Context)
    : { context };
}

function changedKeys(before: Context, after: Context): Readonly<Record<string, string>> {
  const keys = [...new Set([...Object.keys(after), ...Object.keys(before)])];
  return Object.fromEntries(
    keys
      .filter((key) => before[key] !== after[key] && orderTextOf(before[key]) !== orderTextOf(after[key]))
      .map((key) => [key, textOf(after[key])]),
  );
}
