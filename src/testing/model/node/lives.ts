// Actors of a step, which do what XState's actors do and in the same order: an event is handled to its end before the next of its mailbox, what was put off is done when the new snapshot is
// there, then who observes is told, and last the parent. An error in a transition drops what it had put off.
import type { AnyActorRef, AnyEventObject, Snapshot } from 'xstate';
import { TroupeError } from '../../../errors.ts';
import { addressOf } from './canonical.ts';
import { assertDeclared, initialOf, restoredFrom, startChildren, transitionOf } from './drives.ts';
import { nodeOf } from './refs.ts';
import { countStep, refuse } from './refusing.ts';
import {
  createMailbox,
  NOT_STARTED,
  RUNNING,
  STOPPED,
  type Entry,
  type Live,
  type Mailbox,
  type Modelling,
  type Stage,
} from './stage.ts';
import { beginSupervised, startSupervised, transitionSupervised } from './supervised.ts';
import { cancelAll } from './timers.ts';
import { noteLife } from './watched-lives.ts';

const STOP: AnyEventObject = { type: 'xstate.stop' };

/** Makes the first snapshot of an actor. */
export function beginLife(modelling: Modelling, stage: Stage, live: Live, persisted?: Snapshot<unknown>): void {
  const { supervision } = live;
  if (supervision) {
    during(stage, live, () => beginSupervised(modelling, stage, live, supervision));
    return;
  }
  try {
    live.snapshot = during(stage, live, () =>
      persisted === undefined ? initialOf(modelling, stage, live) : restoredFrom(modelling, stage, live, persisted),
    );
  } catch (error) {
    live.snapshot = { status: 'error', output: undefined, error };
  }
}

/** Starts an actor that has its first snapshot. */
export function startLive(modelling: Modelling, stage: Stage, live: Live): void {
  if (live.status === RUNNING || !live.snapshot) return;
  stage.hasActed = true;
  if (live.systemId !== undefined) namesOf(modelling, stage)._set(live.systemId, live.ref);
  live.status = RUNNING;
  if (live.snapshot.status === 'done') {
    update(modelling, stage, live, live.snapshot);
    return;
  }
  if (live.snapshot.status === 'error') {
    fail(modelling, stage, live, live.snapshot.error);
    return;
  }
  assertDeclared(modelling, stage, live);
  if (live.drive === 'watcher') noteLife(modelling, stage, live);
  try {
    if (live.supervision) startSupervised(modelling, stage, live, live.supervision);
    else startChildren(live);
  } catch (error) {
    live.snapshot = { ...live.snapshot, status: 'error', error } as Snapshot<unknown>;
    fail(modelling, stage, live, error);
    return;
  }
  update(modelling, stage, live, live.snapshot);
  live.mailbox.isActive = true;
  flush(modelling, stage, live, live.mailbox);
}

/** Sends an event as XState's system does. */
export function relay(
  modelling: Modelling,
  stage: Stage,
  source: AnyActorRef | undefined,
  target: AnyActorRef,
  event: AnyEventObject,
): void {
  stage.hasActed = true;
  const sender = source ? modelling.findLive(stage, source) : stage.running.at(-1);
  const from = sender?.address ?? (source ? (addressOf(source) ?? '') : '');
  const live = modelling.findLive(stage, target);
  if (live) {
    deliver(modelling, stage, live, { event, from });
    return;
  }
  const to = addressOf(target);
  if (to === undefined || !modelling.refs.has(target)) {
    throw refuse(
      stage,
      new TroupeError(
        'NOT_MODELLED',
        `Cannot explore '${from}': it sends '${event.type}' to '${target.id}', an actor that is not of the model. Make that one of the model's actors, and give its ref by actor('…') in the input.`,
        { details: { actor: from, target: target.id } },
      ),
    );
  }
  if (nodeOf(to) === stage.node) stage.notes.lost.push({ to, event });
  else stage.sends.push({ from, to, event });
}

/** Puts an event into an actor's mailbox. */
export function deliver(modelling: Modelling, stage: Stage, live: Live, entry: Entry): void {
  if (live.status === STOPPED) {
    stage.notes.lost.push({ to: live.address, event: entry.event });
    return;
  }
  const { mailbox } = live;
  mailbox.waiting.push(entry);
  if (mailbox.isActive && !mailbox.isBusy) flush(modelling, stage, live, mailbox);
}

/** Stops an actor: what waits is dropped, what is handled is handled to its end. */
export function stopLive(modelling: Modelling, stage: Stage, live: Live): void {
  if (live.status === STOPPED) return;
  stage.hasActed = true;
  clear(live.mailbox);
  if (live.status === NOT_STARTED) live.status = STOPPED;
  else deliver(modelling, stage, live, { event: STOP, from: '' });
}

/** XState cannot clear the first of a mailbox that has not begun. */
function clear(mailbox: Mailbox): void {
  mailbox.waiting.length = mailbox.isBusy ? 0 : Math.min(mailbox.waiting.length, 1);
}

function flush(modelling: Modelling, stage: Stage, live: Live, mailbox: Mailbox): void {
  mailbox.isBusy = true;
  for (let entry = mailbox.waiting.shift(); entry; entry = mailbox.waiting.shift())
    handle(modelling, stage, live, entry);
  mailbox.isBusy = false;
}

/** Runs code of an actor's, which then is who sends. */
function during<T>(stage: Stage, live: Live, run: () => T): T {
  stage.running.push(live);
  try {
    return run();
  } finally {
    stage.running.pop();
  }
}

function handle(modelling: Modelling, stage: Stage, live: Live, entry: Entry): void {
  const { event, from } = entry;
  const { supervision } = live;
  countStep(stage, live);
  if (from !== '' && !supervision?.isDown) stage.notes.inner.push({ from, to: live.address, event });
  live.handling = event;
  live.hasLooked = false;
  let next: Snapshot<unknown>;
  try {
    next = during(stage, live, () =>
      supervision
        ? transitionSupervised(modelling, stage, live, supervision, entry)
        : transitionOf(modelling, stage, live, event),
    );
  } catch (error) {
    live.snapshot = { ...live.snapshot, status: 'error', error } as Snapshot<unknown>;
    fail(modelling, stage, live, error);
    return;
  }
  update(modelling, stage, live, next);
  if (event.type === STOP.type) end(modelling, stage, live);
}

function update(modelling: Modelling, stage: Stage, live: Live, snapshot: Snapshot<unknown>): void {
  if (live.snapshot !== snapshot) stage.hasActed = true;
  live.snapshot = snapshot;
  let now: Snapshot<unknown> = snapshot;
  for (let effect = live.deferred.shift(); effect; effect = live.deferred.shift()) {
    try {
      during(stage, live, effect);
    } catch (error) {
      live.deferred.length = 0;
      now = { ...snapshot, status: 'error', error } as Snapshot<unknown>;
      live.snapshot = now;
    }
  }
  // what was put off may have brought this very actor to its end
  now = live.snapshot;
  if (now.status === 'active') {
    const isMuted = live.supervision?.isMuted === true;
    if (live.supervision) live.supervision.isMuted = false;
    if (live.syncSnapshot && live.status === RUNNING && snapshot.status === 'active' && !isMuted)
      tellParent(modelling, stage, live, { type: `xstate.snapshot.${live.id}`, snapshot });
  } else if (now.status === 'done') {
    end(modelling, stage, live);
    tellParent(modelling, stage, live, { type: `xstate.done.actor.${live.id}`, output: now.output, actorId: live.id });
  } else if (now.status === 'error') fail(modelling, stage, live, now.error);
}

function tellParent(modelling: Modelling, stage: Stage, live: Live, event: AnyEventObject): void {
  const parent = live.parent === undefined ? undefined : modelling.liveAt(stage, live.parent);
  if (parent) deliver(modelling, stage, parent, { event, from: live.address });
  else if (live.parent !== undefined) stage.notes.lost.push({ to: live.parent, event });
}

/** An actor has failed: it ends, and its parent is told. That of a root nobody handles. */
function fail(modelling: Modelling, stage: Stage, live: Live, error: unknown): void {
  stage.hasActed = true;
  stage.failing.push({ actor: live.address, error });
  end(modelling, stage, live);
  if (live.parent === undefined) {
    const first = stage.failing.find((each) => each.error === error);
    stage.notes.failures.push(first ?? { actor: live.address, error });
  } else tellParent(modelling, stage, live, { type: `xstate.error.actor.${live.id}`, error, actorId: live.id });
}

function end(modelling: Modelling, stage: Stage, live: Live): void {
  if (live.status !== RUNNING) return;
  stage.hasActed = true;
  cancelAll(stage, live.ref);
  clear(live.mailbox);
  live.mailbox = createMailbox();
  live.status = STOPPED;
  namesOf(modelling, stage)._unregister(live.ref);
}

function namesOf(
  modelling: Modelling,
  stage: Stage,
): { _set(name: string, actor: AnyActorRef): void; _unregister(actor: AnyActorRef): void } {
  return modelling.systemOf(stage.node) as never;
}
