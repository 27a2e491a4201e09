// Messages in order, where one of them cannot be made yet: of a hosted machine its host tells what it is made of, and who draws it wants that with the first word.
import type { AnyActorRef } from 'xstate';
import { clearTimeout, setTimeout } from '../surroundings.ts';

/** How long it waits for what a host has to tell, in milliseconds. */
const PATIENCE = 1000;

export interface Queue<TMessage> {
  /** What comes from now on waits until this actor is known. */
  hold(ref: AnyActorRef): void;
  know(ref: AnyActorRef): void;
  /** Takes what makes a message when its turn comes. */
  put(make: () => TMessage): void;
}

/** Passes messages on in order; what comes after an actor that is not known yet waits for that, a second at most. */
export function createQueue<TMessage>(send: (message: TMessage) => void): Queue<TMessage> {
  const unknown = new Map<AnyActorRef, ReturnType<typeof setTimeout>>();
  const waiting: (() => TMessage)[] = [];

  function know(ref: AnyActorRef): void {
    const timer = unknown.get(ref);
    if (timer === undefined) return;
    clearTimeout(timer);
    unknown.delete(ref);
    if (unknown.size === 0) for (const make of waiting.splice(0)) send(make());
  }

  return {
    hold: (ref) =>
      void unknown.set(
        ref,
        setTimeout(() => know(ref), PATIENCE),
      ),
    know,
    put(make) {
      if (unknown.size === 0) send(make());
      else waiting.push(make);
    },
  };
}
