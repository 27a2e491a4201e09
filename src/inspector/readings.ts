// What is asked of a timeline: what was when, who is called what, and who works for whom.
import type { Sender } from './records.ts';
import type { ActorEntry, Timeline } from './timeline.ts';

/** The last of some things that had happened at a moment; the very last if no moment is given. */
export function latest<TTimed extends { readonly at: number }>(
  things: readonly TTimed[],
  moment = Infinity,
): TTimed | undefined {
  return things[countUntil(things, moment) - 1];
}

/** How many of some things, in the order of their times, had happened at a moment. */
export function countUntil(things: readonly { readonly at: number }[], moment: number): number {
  let low = 0;
  let high = things.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((things[middle] as { readonly at: number }).at <= moment) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Who is called what: the id of an actor, or its machine's where it has none of its own; the name of a node; else the key itself. */
export function nameOf({ actors, machines, nodes }: Timeline, sender: Sender): string {
  const actor = actors.get(sender);
  if (!actor) return nodes.get(sender)?.name ?? (sender.split('@')[0] || sender);
  const { id, record } = actor;
  if (!SESSION_ID.test(id)) return id;
  return (record.machine === undefined ? undefined : machines.get(record.machine)?.id) ?? record.src ?? id;
}

/** What XState numbers actors by that were given no id. */
const SESSION_ID = /^x:\d+$/u;

/** Whether an actor works for the one that invoked it: such come and go all the time. */
export function isHelper({ kind }: ActorEntry): boolean {
  return kind === 'promise' || kind === 'callback' || kind === 'observable';
}

const DEEPEST = 16;

/** Whose work an actor does: a promise or callback that of who invoked it, all others their own. */
export function helped({ actors }: Timeline, key: Sender): Sender {
  let owner = key;
  // a recording may come from anywhere, and its parents go round
  for (let depth = 0; depth < DEEPEST; depth += 1) {
    const actor = actors.get(owner);
    if (!actor || !isHelper(actor) || actor.parent === undefined) return owner;
    // on another node it is to be seen there
    if (actors.get(actor.parent)?.node !== actor.node) return owner;
    owner = actor.parent;
  }
  return key;
}

/** Whether a message is for the plain code of a node, which has no mailbox: it is there as soon as it was sent. */
export function isForCode({ actors, nodes }: Timeline, { to }: { readonly to: Sender }): boolean {
  return !actors.has(to) && nodes.has(to);
}

/** When an actor ended, by itself or with its node, as far as that was so at a moment. */
export function endOf({ nodes }: Timeline, { ended, node }: ActorEntry, moment = Infinity): number | undefined {
  if (ended && ended.at <= moment) return ended.at;
  const change = latest(nodes.get(node)?.changes ?? [], moment);
  return change && !change.up ? change.at : undefined;
}
