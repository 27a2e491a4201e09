// Who elsewhere follows an actor here: a view each (`view.ts`), fed from one subscription to the actor. What waits in a view leaves when the tick ends; to
// those who are told at once, when the actor takes no step.
import type { AnyActorRef, AnyEventObject, Snapshot } from 'xstate';
import { nodeOf, type Address } from './address.ts';
import type { Bus } from './bus.ts';
import type { Encoded } from './codec.ts';
import { runSoon } from './platform.ts';
import { createView, type View, type ViewOptions } from './view.ts';
import { hookUpdates, statusOf } from './xstate.ts';

/** A view, and what it means when its node is gone or has lost something. */
export interface Follower extends Omit<ViewOptions, 'unsendable'> {
  gone?(): void;
  resync?(): void;
}

export interface Audience {
  /** The views of the moment. */
  readonly all: Iterable<View>;
  of(from: Address): View | undefined;
  /** Opens a view; its first frame tells all. */
  open(follower: Follower): View;
  shut(view: View): void;
  /** Follows the actor also while there is no view. */
  listen(): void;
  deafen(): void;
  /** Has what waits leave. */
  flushSoon(): void;
  /** Runs `task`, and only then looks for what is left to leave. */
  during(task: () => void): void;
}

export interface AudienceOptions {
  /** Whether the actor is followed also while there is no view. */
  readonly isLasting: boolean;
  /** The event for a link; undefined after its sender was told that it cannot cross. */
  encode(event: AnyEventObject): Encoded | undefined;
  /** The actor's state cannot be told. */
  unsendable(error: unknown): void;
}

export function createAudience(bus: Bus, actor: AnyActorRef, options: AudienceOptions): Audience {
  const views = new Map<Address, View>();
  /** What ends the wait for the end of a view's node. */
  const unwatch = new Map<Address, () => void>();
  const subscriptions: { unsubscribe(): void }[] = [];
  let isFlushing = false;
  let isHeld = false;
  /** Whether the actor takes a step right now; only known for the sake of those who are told at once. */
  let isStepping: (() => boolean) | undefined;

  const audience: Audience = {
    get all() {
      return views.values();
    },
    of: (from) => views.get(from),
    open(follower) {
      const { from, gone, resync } = follower;
      const view = createView(bus, actor, { ...follower, unsendable: options.unsendable });
      views.set(from, view);
      if (view.route.immediate) isStepping ??= hookUpdates(actor, { updated: flushSoon });
      listen();
      const down = () => {
        audience.shut(view);
        gone?.();
      };
      if (view.route.down) down();
      else {
        const watcher = {
          down,
          resync() {
            resync?.();
            view.repeat();
          },
        };
        unwatch.set(from, bus.route(nodeOf(from)).watch(watcher));
      }
      return view;
    },
    shut(view) {
      unwatch.get(view.from)?.();
      unwatch.delete(view.from);
      views.delete(view.from);
      if (views.size === 0 && !options.isLasting) deafen();
    },
    listen,
    deafen,
    flushSoon,
    during(task) {
      isHeld = true;
      try {
        task();
      } finally {
        isHeld = false;
      }
      flushSoon();
    },
  };
  return audience;

  /** Whoever serves an actor of somebody else's must not change who hears of its errors, so that is only while somebody elsewhere follows it. */
  function listen(): void {
    if (subscriptions.length > 0) return;
    subscriptions.push(actor.subscribe({ next: stepped, error: () => {} }), actor.on('*', emitted));
  }

  function deafen(): void {
    for (const subscription of subscriptions.splice(0)) subscription.unsubscribe();
  }

  function emitted(event: AnyEventObject): void {
    const body = options.encode(event);
    if (body === undefined) return;
    for (const view of views.values()) view.put({ type: 'emit', body });
    flushSoon();
  }

  function stepped(snapshot: Snapshot<unknown>): void {
    for (const view of views.values()) view.stepped(snapshot);
    flushSoon();
  }

  function flushSoon(): void {
    // after each step, and mostly nobody is told at once and the rest leave together
    if (!isStepping && (isFlushing || isHeld)) return;
    // its first step takes along what there is before it
    if (statusOf(actor) === 'not-started') return;
    let some = false;
    for (const view of views.values()) {
      if (!view.isWaiting) continue;
      if (!view.route.immediate) some = true;
      else if (!isStepping?.()) view.flush();
    }
    if (!some || isFlushing || isHeld) return;
    isFlushing = true;
    runSoon(() => {
      isFlushing = false;
      for (const view of views.values()) if (view.isWaiting) view.flush();
    });
  }
}
