// A mirror's connection to one life of an actor elsewhere: what the far side must know of the wishes here, what is asked of it, and when it is gone.
// The one who started the actor hears of all of its steps and stops it; others hear while they observe it or wait for it.
import { addressOf, localIdOf, type Address } from './address.ts';
import type { Persisted } from './blob.ts';
import type { Bus, Route } from './bus.ts';
import type { Seen } from './causal-order.ts';
import { createDeferred } from './deferred.ts';
import type { Down } from './down.ts';
import { TroupeError } from './errors.ts';
import { DEFAULT_MAILBOX, type MailboxLimits } from './mailbox-limits.ts';
import { runSoon } from './platform.ts';
import type { Delivery, Outgoing, StepFrame } from './wire.ts';

/** What a mirror does about what its line brings. */
export interface LineListener {
  step(step: StepFrame<unknown>): void;
  /** The far side is gone without a word of the actor's own. */
  lost(error: TroupeError): void;
  /** The actor was gone before anybody here heard of it. */
  down(down: Down): void;
  /** The actor has failed, and did not handle this. */
  returned(event: unknown, seen: Seen | undefined): void;
  /** The far side was told to end the actor, or has ended it. */
  ending(): void;
}

export interface Line {
  readonly route: Route;
  readonly address: Address;
  /** The actor's local id over there. */
  readonly to: string;
  /** `ending`: it is over here, and over there it may still be on its way out. */
  readonly state: 'running' | 'ending' | 'gone';
  /** Resolves with the first snapshot; never if the actor is gone before. */
  readonly first: Promise<void>;
  /** Resolves when the far side is gone, whatever the reason. */
  readonly gone: Promise<void>;
  /** Resolves when the actor has handled what was sent before, or is gone. `atEnd` is given what takes the request back. */
  settle(atEnd: (takeBack: () => void) => void): Promise<void>;
  /**
   * Asks for the actor's persisted snapshot of when it has handled what was sent before. `answered` is told it once, or undefined if the actor is
   * gone; the returned function takes the request back.
   */
  persist(delays: boolean, answered: (answer: Answer | undefined) => void): () => void;
  /** Says whether anybody here hears of each snapshot, and of all that happens. */
  wish(wishes: Wishes): void;
  /** A step has been heard. */
  begun(): void;
  /** Starts the actor, by the first frame that it is told. */
  start(frame: StartOf): void;
  /** The actor is over for everybody here; the far side is told. */
  end(): void;
}

export interface Wishes {
  readonly observe: boolean;
  readonly inspect: boolean;
}

/** What a host says when it is asked for a persisted snapshot. */
export type Answer = { readonly persisted: Persisted } | { readonly error: unknown };

/** A request that is under way. */
interface Request {
  /** Asks, by an id of its own each time: the answer to what was asked before a loss does not count, for what it is to follow may have been lost. */
  ask(): void;
  answer(body: unknown): void;
}

/** Makes the frame that starts an actor, given the address that is to hear of it. */
export type StartOf = (line: { readonly from: Address; readonly wish: boolean; readonly inspect: boolean }) => Outgoing;

export interface LineOptions {
  readonly bus: Bus;
  readonly route: Route;
  readonly to: string;
  readonly owns: boolean;
  /** How much may wait for the actor of what is sent from here. */
  readonly mailbox: MailboxLimits;
  /** What is wished when it opens; who does not own the actor says so later. */
  readonly wishes: Wishes;
  readonly listener: LineListener;
}

export function openLine({ bus, route, to, owns, mailbox, wishes, listener }: LineOptions): Line {
  const first = createDeferred<void>();
  const gone = createDeferred<void>();
  const requests = new Map<string, Request>();
  let state: Line['state'] = 'running';
  let wish = owns && wishes.observe;
  let { inspect } = wishes;
  /** The local address that the far side answers to, while it is listened at. */
  let from: Address | undefined;
  let unwatch: (() => void) | undefined;
  let count = 0;

  if (mailbox !== DEFAULT_MAILBOX) route.limit(to, mailbox);
  return {
    route,
    to,
    address: addressOf(route.node, to),
    get state() {
      return state;
    },
    first: first.promise,
    gone: gone.promise,
    settle,
    persist,
    wish: tellWish,
    begun: () => first.resolve(),
    start(frame) {
      route.push(frame({ from: listen(), wish, inspect }));
      // not while the actor starts
      if (route.down) runSoon(() => route.down && lose(route.down));
    },
    end,
  };

  /** Each time at an address of its own, so that no frame from before is taken for one of now. */
  function listen(): Address {
    if (from) return from;
    const id = bus.createId();
    from = addressOf(bus.address, id);
    bus.open(id).subscribe(hear);
    unwatch = route.watch({ down: lose, resync: sayAgain });
    return from;
  }

  function deafen(): void {
    if (!from) return;
    unwatch?.();
    bus.shut(localIdOf(from));
    from = undefined;
  }

  function hear(frame: Delivery): void {
    switch (frame.type) {
      case 'step':
        hearStep(frame);
        return;
      case 'steps':
        for (const body of frame.steps) hearStep({ type: 'step', to: frame.to, out: NOTHING, body });
        return;
      case 'settled':
        requests.get(frame.request)?.answer(undefined);
        return;
      case 'persisted':
        requests.get(frame.request)?.answer(frame.body);
        return;
      case 'returned':
        listener.returned(frame.body, frame.seen);
        return;
      case 'ended':
        finish();
        return;
      case 'down':
        hearDown(frame.body as Down);
        return;
      case 'unreadable':
        lose(frame.error);
        return;
      default:
    }
  }

  function hearStep(step: StepFrame<unknown>): void {
    if (step.merged && from) route.push({ type: 'acknowledge', to, from });
    listener.step(step);
  }

  function hearDown(down: Down): void {
    // of an actor that was started from here that means that its start was lost, for its own end it would have told
    if (owns) lose(unknownError());
    else if (state === 'running') {
      state = 'gone';
      listener.down(down);
      finish();
    }
  }

  function tellWish({ observe, inspect: inspecting }: Wishes): void {
    if (state !== 'running') return;
    if (inspecting !== inspect) {
      inspect = inspecting;
      route.push({ type: 'inspect', to, from: listen(), wish: inspect });
    }
    if (observe === wish) return;
    wish = observe;
    if (route.down) lose(route.down);
    else if (wish || owns) route.push({ type: 'observe', to, from: listen(), wish });
    else retire();
  }

  /** A ref that nobody observes or waits for any more needs no frames. */
  function retire(): void {
    if (owns || wish || requests.size > 0 || state !== 'running' || !from) return;
    route.push({ type: 'observe', to, from, wish: false });
    deafen();
  }

  function settle(atEnd: (takeBack: () => void) => void): Promise<void> {
    const settled = createDeferred<void>();
    atEnd(
      request(
        (id) => (answerTo) => ({ type: 'settle', to, from: answerTo, request: id }),
        () => settled.resolve(),
      ),
    );
    return settled.promise;
  }

  function persist(delays: boolean, answered: (answer: Answer | undefined) => void): () => void {
    return request(
      (id) => (answerTo) => ({ type: 'persist', to, from: answerTo, request: id, delays }),
      (body) => answered(body as Answer | undefined),
    );
  }

  /** Sends a request; the returned function takes it back. It is answered once, without a body when the actor is gone. */
  function request(
    frameOf: (id: string) => (from: Address) => Outgoing,
    answered: (body: unknown) => void,
  ): () => void {
    if (state !== 'gone' && route.down) lose(route.down);
    if (state === 'gone') {
      answered(undefined);
      return () => {};
    }
    const release = route.hold();
    let id = '';
    const close = () => {
      if (!requests.delete(id)) return;
      release();
      retire();
    };
    const asked: Request = {
      ask() {
        requests.delete(id);
        id = (count++).toString(36);
        requests.set(id, asked);
        route.push(frameOf(id)(listen()));
      },
      answer(body) {
        close();
        answered(body);
      },
    };
    asked.ask();
    return close;
  }

  /** After a loss: what the far side must know, once more. All of it may safely be heard twice. */
  function sayAgain(): void {
    if (!from) return;
    if (state === 'ending') route.push({ type: 'stop', to, from });
    else {
      route.push({ type: 'observe', to, from, wish });
      if (owns) route.push({ type: 'inspect', to, from, wish: inspect });
    }
    for (const each of [...requests.values()]) each.ask();
  }

  function end(): void {
    if (state !== 'running') return;
    listener.ending();
    if (!owns) finish();
    else {
      state = 'ending';
      route.push({ type: 'stop', to, from: listen() });
      if (route.down) finish();
    }
  }

  function lose(error: TroupeError): void {
    const wasRunning = state === 'running';
    state = 'gone';
    if (wasRunning) listener.lost(error);
    finish();
  }

  function finish(): void {
    state = 'gone';
    if (mailbox !== DEFAULT_MAILBOX) route.limit(to, undefined);
    deafen();
    gone.resolve();
    for (const { answer } of [...requests.values()]) answer(undefined);
  }

  function unknownError(): TroupeError {
    return new TroupeError(
      'ACTOR_DOWN',
      'Its node does not know it: it has ended, or the request to start it was lost. Start another.',
      {
        details: { address: addressOf(route.node, to) },
      },
    );
  }
}

const NOTHING: readonly never[] = [];
