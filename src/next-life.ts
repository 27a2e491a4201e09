// The wait before the next life of a supervised actor: by the actor's clock, or a turn of the event loop where there is nothing to wait for. Whoever leads a clock by hand
// is asked instead, and told whose life it is.
import type { AnyActor } from 'xstate';
import { clearTimeout, setTimeout } from './surroundings.ts';

/** Is told of an actor whose next life is to begin, and begins it by `proceed` unless the returned function is called before. */
export type LeadNextLife = (actor: AnyActor, proceed: () => void) => () => void;

const leaders = new WeakMap<object, LeadNextLife>();

/** Has `lead` say when the next lives of actors that go by this clock begin. */
export function leadNextLives(clock: AnyActor['clock'], lead: LeadNextLife): void {
  leaders.set(clock, lead);
}

/** Runs `proceed` after the backoff, unless the returned function is called before. */
export function waitForNextLife(actor: AnyActor, delay: number, proceed: () => void): () => void {
  const { clock } = actor;
  const lead = leaders.get(clock);
  if (lead) return lead(actor, proceed);
  // not within the call, for what is under way in actors below still belongs to the life that is over; and after a turn of the event loop, or one that fails
  // at every start would let nothing else run
  const timer: unknown = delay > 0 ? clock.setTimeout(proceed, delay) : setTimeout(proceed, 0);
  return () => {
    if (delay > 0) clock.clearTimeout(timer);
    else clearTimeout(timer as Parameters<typeof clearTimeout>[0]);
  };
}
