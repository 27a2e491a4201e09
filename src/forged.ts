// Events that only XState and troupe themselves may send: an actor believes an `xstate.done.actor.x` or `xstate.stop` whoever sent it. None
// of them ever crosses a link: what XState tells a parent or a child it tells a mirror or a stand-in on the same node.
import { TroupeError } from './errors.ts';

/** Whether an event of this type is sent by XState or troupe alone; `xstate.route` is one that anybody may send. */
export function isReserved(type: string): boolean {
  return (type.startsWith('xstate.') && type !== 'xstate.route') || type.startsWith('troupe.');
}

/** Why what a frame brought as an event must not be delivered; undefined if it may. */
export function faultOf(event: unknown): 'forged' | 'unreadable' | undefined {
  const { type } = (event ?? {}) as { readonly type?: unknown };
  if (typeof type !== 'string') return 'unreadable';
  return isReserved(type) ? 'forged' : undefined;
}

/** Throws `INVALID_ARGUMENT` for an event to an actor elsewhere that would be taken for XState's own. */
export function assertNotReserved({ type }: { readonly type: unknown }, actor: string): void {
  if (typeof type !== 'string' || !isReserved(type)) return;
  throw new TroupeError(
    'INVALID_ARGUMENT',
    `Cannot send '${type}' to '${actor}': only XState and troupe send events of that name, and none to another node. Give the event a type of your own.`,
    { details: { actor, event: type } },
  );
}
