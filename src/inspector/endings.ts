// How actors end, and how supervised ones begin another life: told once, after all that they did before, with the message that they failed at.
import type { AnyActorRef, Snapshot } from 'xstate';
import type { NodeAddress } from '../address.ts';
import { textOfError } from '../failures.ts';
import { onGone } from '../inspected-refs.ts';
import { lifeOf, onLifeOver } from '../lives.ts';
import { mirrorOf } from '../mirror.ts';
import { runSoon } from '../platform.ts';
import { onEnd, statusOf } from '../xstate.ts';
import type { Cast, Entry } from './cast.ts';
import type { Mailboxes } from './mailboxes.ts';
import type { Messages } from './messages.ts';
import type { Nodes } from './nodes.ts';
import type { Pairing } from './pairing.ts';
import type { InspectorRecord } from './records.ts';
import type { Snapshots } from './snapshots.ts';

export interface Endings {
  /** Waits for the end of an actor that is told of for the first time, or is seen by another stand-in. */
  watch(entry: Entry): void;
  /** What an actor shows says that it is over. */
  end(entry: Entry, snapshot: Snapshot<unknown>, at: number): void;
  lifeOver(entry: Entry, life: number, error: string, at: number): void;
}

export interface EndingsOptions {
  readonly cast: Cast;
  readonly pairing: Pairing;
  readonly messages: Messages;
  readonly snapshots: Snapshots;
  readonly mailboxes: Mailboxes;
  readonly nodes: Nodes;
  readonly clock: () => number;
  /** Runs a task among what the taps tell, in its order. */
  inOrder(task: () => void): void;
  put(record: InspectorRecord): void;
}

export function createEndings(options: EndingsOptions): Endings {
  const { cast, pairing, messages, snapshots, mailboxes, nodes, clock, inOrder, put } = options;
  return { watch, end, lifeOver };

  function watch(entry: Entry): void {
    const { ref, release } = entry;
    const status = statusOf(ref);
    const mirror = mirrorOf(ref);
    if (status === undefined) {
      release.push(onGone(ref, () => gone(entry, ref)));
      return;
    }
    // of one that only a ref is known of its own node tells
    if (mirror && !mirror.owns) return;
    if (status === 'stopped') {
      // it was told of late, for it waited for its cause
      endSoon(entry);
      return;
    }
    release.push(onEnd(ref, () => endSoon(entry)));
    watchLives(entry);
  }

  function watchLives(entry: Entry): void {
    const { ref } = entry;
    let unwatch: (() => void) | undefined;
    const watchNext = () => {
      unwatch = onLifeOver(ref, (error) => {
        watchNext();
        const next = lifeOf(ref);
        inOrder(() => lifeOver(entry, next, textOfError(error), clock()));
      });
    };
    watchNext();
    entry.release.push(() => unwatch?.());
  }

  function lifeOver(entry: Entry, life: number, error: string, at: number): void {
    entry.transitions = [];
    entry.actions = [];
    tellFailedAt(entry, at);
    entry.lastDone = at;
    put({ type: 'life', at, actor: entry.key, life, error });
  }

  /** Of a step that failed XState tells no snapshot. */
  function tellFailedAt(entry: Entry, at: number): void {
    const message = pairing.takenFirst(entry.inbox);
    if (message) messages.received(message, entry, at);
  }

  /** When the rest of its last step has been told. */
  function endSoon(entry: Entry): void {
    const at = clock();
    const { ref } = entry;
    const endNow = () => {
      // a framework may have begun it again
      if (!entry.isEnded && statusOf(ref) === 'stopped') end(entry, ref.getSnapshot() as Snapshot<unknown>, at);
    };
    const line = mirrorOf(ref)?.line;
    // what it did last may be told after its end
    if (line) void line.gone.then(() => runSoon(() => inOrder(endNow)));
    else runSoon(() => inOrder(endNow));
  }

  function end(entry: Entry, { status, error }: Snapshot<unknown>, at: number): void {
    if (status === 'error') endAs(entry, 'failed', at, textOfError(error));
    else endAs(entry, status === 'done' ? 'done' : 'stopped', at);
  }

  function endAs(entry: Entry, how: 'done' | 'stopped' | 'failed', at: number, error?: string): void {
    if (entry.isEnded) return;
    const { key, ref, inbox } = entry;
    if (how === 'failed') {
      tellFailedAt(entry, at);
      if (statusOf(ref) === 'stopped') snapshots.offer(entry, ref.getSnapshot() as Snapshot<unknown>, at);
    }
    snapshots.finish(entry);
    mailboxes.forget(entry);
    pairing.end(inbox);
    cast.leave(entry);
    put({
      type: 'ended',
      at: Math.max(at, entry.lastDone),
      actor: key,
      how,
      ...(error === undefined ? {} : { error }),
    });
  }

  /** Nothing more comes of a stand-in: its node is gone, or its host has nothing more to tell of it, or begins anew. */
  function gone(entry: Entry, ref: AnyActorRef): void {
    runSoon(() => {
      inOrder(() => {
        if (entry.isEnded || entry.ref !== ref) return;
        const last = ref.getSnapshot() as Snapshot<unknown>;
        const why = nodes.failureOf(entry.told.node as NodeAddress);
        if (last.status !== 'active') end(entry, last, clock());
        else if (why === undefined) endAs(entry, 'stopped', clock());
        else endAs(entry, 'failed', clock(), why);
      });
    });
  }
}
