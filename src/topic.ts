// A topic: a named RxJS subject that reaches every linked node.
import type { AnyActorRef, EventObject } from 'xstate';
import { Subject } from 'rxjs/internal/Subject';
import type { Bus } from './bus.ts';
import { addressOf } from './address.ts';
import type { Encoded } from './codec.ts';
import type { Recipient } from './recipient.ts';
import { optionError } from './options.ts';
import { explainRefusal, refuseEvent } from './refusal.ts';
import { createReceiver, currentSource } from './xstate.ts';
import { currentBus } from './realm.ts';

/** An RxJS subject of that name on every linked node. */
export interface Topic<T> extends Subject<T> {
  /** An actor ref that may travel: what is sent to it is published here. */
  readonly ref: T extends EventObject ? Recipient<T> : never;
}

const topics = new WeakMap<Bus, Map<string, Topic<unknown>>>();

/**
 * The topic of a name: what is given to `next` on any node reaches the subscribers on every node that is linked with it.
 *
 * @param name - At least one character, of any kind; the same name is the same topic, on each node.
 * @param options - `bus` for another bus than the realm's.
 * @returns An RxJS `Subject`, the same each time, with an actor `ref` that may be sent to or be sent along.
 *
 * @remarks
 * Values of one publisher arrive in order, at most once. Who subscribes later misses what came before. `complete`, `error` and
 * `unsubscribe` end the topic on this node only. A thread that ends takes its subscriptions with it, and what it published last may be
 * missing; of an actor that is stopped, those that XState made of `fromObservable` and its like end, and those that its own code ends.
 *
 * @throws `INVALID_ARGUMENT` for a name that is none. From `next`: `NOT_SERIALIZABLE` if a value cannot cross, also while no other node is linked.
 *
 * @example
 * ```ts
 * import { topic } from 'troupe';
 *
 * const audience = topic<{ type: 'SAID'; line: string }>('audience');
 * audience.subscribe(({ line }) => console.log(line));
 * audience.next({ type: 'SAID', line: 'Ready!' });
 * ```
 */
export function topic<T>(name: string, { bus = currentBus() }: { readonly bus?: Bus } = {}): Topic<T> {
  assertName(name);
  const known = topics.get(bus) ?? new Map<string, Topic<unknown>>();
  topics.set(bus, known);
  const found = known.get(name) ?? createTopic(bus, name);
  known.set(name, found);
  // a name has one type by the word of those who use it, as a database column has
  return found as Topic<T>;
}

/** Any text will do: it is a key of maps and data in frames, and nothing is made of it. */
function assertName(name: unknown): void {
  if (typeof name === 'string' && name !== '') return;
  throw optionError(
    'the name of a topic',
    name,
    'it must be a string of at least one character',
    'Name what is told there.',
  );
}

function createTopic(bus: Bus, name: string): Topic<unknown> {
  const subject = new Subject<unknown>();
  const local = subject.next.bind(subject);
  let ref: AnyActorRef | undefined;
  // a subscriber who publishes in answer comes after the value that it answers, with every subscriber
  const waiting: Encoded[] = [];
  let isPublishing = false;
  const publish = (value: unknown) => {
    waiting.push(encode(value));
    if (isPublishing) return;
    isPublishing = true;
    try {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) bus.publish(name, next);
    } finally {
      isPublishing = false;
    }
  };
  const encode = (value: unknown): Encoded => {
    try {
      return bus.codec.encode(value, 'value');
    } catch (error) {
      throw explainRefusal(error, `a value to the topic '${name}'`);
    }
  };
  const take = (event: EventObject) => {
    try {
      publish(event);
    } catch (error) {
      refuseEvent(bus, currentSource(), { id: name }, addressOf(bus.address, name), error);
    }
  };
  bus.topic(name).subscribe({ next: local, complete: () => subject.complete() });
  return Object.defineProperties(subject, {
    next: { value: publish },
    ref: {
      get: () => (ref ??= createReceiver((_, event) => take(event), { id: name }).start()),
    },
  }) as Topic<unknown>;
}
