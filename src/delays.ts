// Delayed events as data. XState's persisted snapshot has none, and a restored machine does not arm its `after` again; so a hosted actor's blob may
// tell which were still to come, whose they are and for whom, and its host arms them when it restores the actor.
import type { AnyActorRef, AnyEventObject, Snapshot } from 'xstate';
import { persistRefs } from './blob.ts';
import { mirrorOf } from './mirror.ts';
import { isActorRef } from './recipient.ts';
import { armDelay, delaysIn, parentOf } from './xstate.ts';

/** The ids of children that lead from the hosted actor to one in its session; an empty path is the actor itself. */
export type Path = readonly string[];

/** An event that is still to come. */
export interface Delay {
  /** By this id it can be cancelled. */
  readonly id: string;
  readonly source: Path;
  readonly target: Path | 'parent';
  readonly event: AnyEventObject;
  /** What remains of the delay, in milliseconds. */
  readonly delay: number;
}

/** What is still to come from an actor and those below it; what goes to anybody else, or holds a ref, is left out: a blob cannot name it. */
export function describeDelays(actor: AnyActorRef): readonly Delay[] {
  const paths = new Map<AnyActorRef, Path>();
  collectPaths(actor, [], paths);
  const parent = parentOf(actor);
  const now = Date.now();
  return delaysIn(actor).flatMap(({ id, source, target, event, delay, startedAt }) => {
    const from = mirrorOf(source) ? undefined : paths.get(source);
    const to = target === parent ? 'parent' : paths.get(target);
    if (!from || !to || persistRefs(event) !== event) return [];
    return [{ id, source: from, target: to, event, delay: Math.max(0, startedAt + delay - now) }];
  });
}

/** Arms the delays of an actor that is about to start from a persisted snapshot. What they name and is not there is passed over. */
export function armDelays(actor: AnyActorRef, delays: unknown): void {
  if (!Array.isArray(delays)) return;
  for (const each of delays as readonly Partial<Delay>[]) {
    const { id, event, delay } = each;
    const source = find(actor, each.source);
    const target = each.target === 'parent' ? parentOf(actor) : find(actor, each.target);
    if (!source || !target || typeof id !== 'string' || typeof delay !== 'number' || typeof event?.type !== 'string')
      continue;
    armDelay({ id, source, target, event, delay });
  }
}

/** Down to the children that are hosted elsewhere; what is below those is theirs. */
function collectPaths(actor: AnyActorRef, path: Path, paths: Map<AnyActorRef, Path>): void {
  if (paths.has(actor)) return;
  paths.set(actor, path);
  if (path.length > 0 && mirrorOf(actor)) return;
  for (const [id, child] of Object.entries(childrenOf(actor))) collectPaths(child, [...path, id], paths);
}

function find(actor: AnyActorRef, path: unknown): AnyActorRef | undefined {
  if (!Array.isArray(path)) return undefined;
  return (path as Path).reduce<AnyActorRef | undefined>((found, id) => found && childrenOf(found)[id], actor);
}

/** The children of an actor, by id. */
export function childrenOf(actor: AnyActorRef): Readonly<Record<string, AnyActorRef>> {
  return childrenIn(actor.getSnapshot() as Snapshot<unknown>);
}

/** The children that a snapshot shows, by id. */
export function childrenIn(snapshot: Snapshot<unknown>): Readonly<Record<string, AnyActorRef>> {
  const { children } = snapshot as Snapshot<unknown> & { readonly children?: unknown };
  if (typeof children !== 'object' || children === null) return {};
  return Object.fromEntries(Object.entries(children).filter(([, child]) => isActorRef(child)));
}
