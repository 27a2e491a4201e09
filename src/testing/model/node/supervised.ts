// Supervised actors of a model: a failure ends a life, and whatever comes then waits for the next, which begins when it is said to. As in a real supervisor the effects of a step wait
// until it has succeeded, and what was begun in a life ends with it. Failures are counted without their window, for a model has no clock.
import type { AnyActorLogic, AnyEventObject, Snapshot } from 'xstate';
import { exhaustedError, messageOf, notPersistedError, type Policy } from '../../../failures.ts';
import { supervisionOf } from '../../../supervision.ts';
import { isMachine } from '../../../version.ts';
import { initialOf, startChildren, transitionOf } from './drives.ts';
import type { Address } from './node.ts';
import { scopeOf } from './scopes.ts';
import {
  NOT_STARTED,
  STOPPED,
  type Entry,
  type Life,
  type Live,
  type Modelling,
  type Saved,
  type Stage,
  type Supervised,
  type Supervision,
} from './stage.ts';
import { cancelAll, schedule } from './timers.ts';
import { isActorRef } from '../../../recipient.ts';

/** The logic under a supervisor, with how it is supervised. */
export function unwrap(logic: AnyActorLogic): { readonly logic: AnyActorLogic; readonly policy?: Policy } {
  return supervisionOf(logic) ?? { logic };
}

/** A supervised actor at the beginning of a step. */
export function reviveSupervision(
  { policy, isDown, failures, saved, over: ended }: Supervised,
  hasBegun: boolean,
  waiting: readonly Entry[] = [],
): Supervision {
  return {
    ...{ policy, isDown, failures, saved, over: ended },
    waiting: [...waiting],
    now: { isOver: isDown, hasBegun, held: undefined },
    bornWith: undefined,
    outcome: undefined,
    previous: undefined,
    isMuted: false,
  };
}

/** What a supervised actor is after a step. */
export function stay(supervision: Supervision, before: Supervised | undefined): Supervised {
  const { policy, isDown, failures, saved, over: ended } = supervision;
  const isSame = before?.isDown === isDown && before.failures === failures;
  if (isSame && before.saved === saved && before.over === ended) return before;
  return { policy, isDown, failures, ...(saved && { saved }), ...(ended && { over: ended }) };
}

/** Puts off an effect of a supervised actor. */
export function defer(
  modelling: Modelling,
  stage: Stage,
  live: Live,
  supervision: Supervision,
  effect: () => void,
): void {
  const { now } = supervision;
  if (now.held) now.held.push(effect);
  else live.deferred.push(() => guarded(modelling, stage, live, supervision, now, effect));
}

/** Makes the first snapshot of a supervised actor. */
export function beginSupervised(modelling: Modelling, stage: Stage, live: Live, supervision: Supervision): void {
  let made: Snapshot<unknown> | undefined;
  try {
    live.snapshot = tried(modelling, stage, live, supervision, () => {
      made = initialOf(modelling, stage, live);
      return succeeded(made);
    });
  } catch (error) {
    supervision.bornWith = { error };
    live.snapshot = { ...made, status: 'active', output: undefined, error: undefined } as Snapshot<unknown>;
  }
}

/** Starts the logic of a supervised actor; throws if it is not to live on. */
export function startSupervised(modelling: Modelling, stage: Stage, live: Live, supervision: Supervision): void {
  const { bornWith, now } = supervision;
  supervision.bornWith = undefined;
  try {
    if (bornWith) throw bornWith.error;
    now.hasBegun = true;
    tried(modelling, stage, live, supervision, () => startChildren(live));
  } catch (error) {
    const end = over(modelling, stage, live, supervision, error);
    if (end) throw end.error;
    supervision.isMuted = true;
  }
}

const NEXT: AnyEventObject = { type: 'troupe.life' };
const END: AnyEventObject = { type: 'troupe.life' };
/** What another has failed with, by the event that tells a companion, which is restarted with it. */
const failing = new WeakMap<AnyEventObject, { readonly error: unknown }>();

/** Begins the next life of an actor. */
export function revive(modelling: Modelling, stage: Stage, address: Address): void {
  const live = modelling.liveAt(stage, address);
  if (live?.supervision?.isDown) modelling.deliver(stage, live, { event: NEXT, from: '' });
}

/** What an event makes of a supervised actor. */
export function transitionSupervised(
  modelling: Modelling,
  stage: Stage,
  live: Live,
  supervision: Supervision,
  entry: Entry,
): Snapshot<unknown> {
  const snapshot = live.snapshot as Snapshot<unknown>; // whoever handles events has begun
  const { event } = entry;
  if (event.type === 'xstate.stop') return stop(modelling, stage, live, supervision, snapshot);
  if (event === END) return failedWith(snapshot, supervision.outcome?.error);
  if (event === NEXT) return goOn(modelling, stage, live, supervision, snapshot);
  const another = failing.get(event);
  if (another) {
    if (!supervision.isDown) {
      takeApart(modelling, stage, live, supervision);
      supervision.over = another;
    }
    supervision.isDown = true;
    supervision.saved = undefined;
    return mute(supervision, snapshot);
  }
  if (supervision.isDown) {
    if (!event.type.startsWith('xstate.')) {
      stage.hasActed = true;
      supervision.waiting.push(entry);
    }
    return mute(supervision, snapshot);
  }
  try {
    const next = tried(modelling, stage, live, supervision, () =>
      succeeded(transitionOf(modelling, stage, live, event)),
    );
    supervision.previous = snapshot;
    return next;
  } catch (error) {
    return afterFailure(modelling, stage, live, supervision, snapshot, error);
  }
}

function goOn(
  modelling: Modelling,
  stage: Stage,
  live: Live,
  supervision: Supervision,
  snapshot: Snapshot<unknown>,
): Snapshot<unknown> {
  const { saved } = supervision;
  stage.hasActed = true;
  supervision.now = { isOver: false, hasBegun: false, held: undefined };
  supervision.isDown = false;
  supervision.saved = undefined;
  supervision.over = undefined;
  live.life += 1;
  try {
    tried(modelling, stage, live, supervision, () => {
      live.snapshot = saved ? restored(modelling, stage, live, saved) : succeeded(initialOf(modelling, stage, live));
      if (live.snapshot.status !== 'active') return;
      supervision.now.hasBegun = true;
      startChildren(live);
    });
  } catch (error) {
    live.snapshot = snapshot;
    return afterFailure(modelling, stage, live, supervision, snapshot, error);
  }
  live.mailbox.waiting.push(...supervision.waiting);
  supervision.waiting = [];
  supervision.previous = snapshot;
  return live.snapshot as Snapshot<unknown>;
}

function restored(modelling: Modelling, stage: Stage, live: Live, { snapshot, delays }: Saved): Snapshot<unknown> {
  const { logic, ref } = live;
  for (const { id, event, delay } of delays) schedule(stage, { source: ref, target: ref, event, delay, id });
  // XState writes into what it restores from
  const copy = structuredClone(snapshot);
  return (logic.restoreSnapshot?.(copy, scopeOf(modelling, stage, live)) ?? copy) as Snapshot<unknown>;
}

/** Runs a step of a life: what it puts off is done later if it succeeds, and never if it fails. */
function tried<T>(modelling: Modelling, stage: Stage, live: Live, supervision: Supervision, run: () => T): T {
  const { now } = supervision;
  const held: (() => void)[] = (now.held = []);
  try {
    const result = run();
    now.held = undefined;
    for (const effect of held) defer(modelling, stage, live, supervision, effect);
    return result;
  } finally {
    now.held = undefined;
  }
}

function guarded(
  modelling: Modelling,
  stage: Stage,
  live: Live,
  supervision: Supervision,
  life: Life,
  effect: () => void,
): void {
  if (life.isOver) return;
  try {
    effect();
  } catch (error) {
    live.snapshot = supervision.previous ?? live.snapshot;
    supervision.isMuted = true;
    supervision.outcome = over(modelling, stage, live, supervision, error);
    if (supervision.outcome) modelling.deliver(stage, live, { event: END, from: '' });
  }
}

function afterFailure(
  modelling: Modelling,
  stage: Stage,
  live: Live,
  supervision: Supervision,
  snapshot: Snapshot<unknown>,
  error: unknown,
): Snapshot<unknown> {
  const end = over(modelling, stage, live, supervision, error);
  return end ? failedWith(snapshot, end.error) : mute(supervision, snapshot);
}

/** The life is over. Gives what the actor is to fail with, if there is to be no other. */
function over(
  modelling: Modelling,
  stage: Stage,
  live: Live,
  supervision: Supervision,
  error: unknown,
): { readonly error: unknown } | undefined {
  const { policy, now } = supervision;
  const { strategy, limit } = policy;
  stage.hasActed = true;
  let end: { readonly error: unknown } | undefined;
  let saved: Saved | undefined;
  if (strategy === 'escalate') end = { error };
  else if (strategy !== 'stop') {
    // with no limit nothing needs to be counted
    const failures = Number.isFinite(limit.atMost) ? [...supervision.failures, messageOf(error)] : [];
    supervision.failures = failures;
    const all = policy.isShared ? failuresOfGroup(modelling, stage, live) : failures;
    if (all.length > limit.atMost) {
      const counted = { failures: all.map((message) => ({ at: 0, message })), attempt: 0 };
      end = { error: exhaustedError(live.ref as never, counted, limit, error) };
    } else if (strategy === 'resume' && now.hasBegun) {
      try {
        saved = save(stage, live);
      } catch (cause) {
        end = { error: notPersistedError(live.ref as never, error, cause) };
      }
    }
  }
  takeApart(modelling, stage, live, supervision);
  supervision.saved = saved;
  supervision.over = end ? undefined : { error };
  supervision.isDown = !end && strategy !== 'stop';
  if (!end && strategy === 'stop') modelling.stop(stage, live);
  if (supervision.isDown) {
    for (const companion of policy.companionsOf?.(live.ref as never) ?? []) {
      const it = modelling.findLive(stage, companion);
      const event: AnyEventObject = { type: 'troupe.life' };
      failing.set(event, { error });
      if (it) modelling.deliver(stage, it, { event, from: '' });
    }
  }
  return end;
}

function failuresOfGroup(modelling: Modelling, stage: Stage, { parent, supervision }: Live): readonly string[] {
  const addresses = new Set([...(stage.before?.actors.keys() ?? []), ...stage.lives.keys()]);
  return [...addresses].toSorted().flatMap((address) => {
    const live = modelling.liveAt(stage, address);
    return live?.parent === parent && live?.supervision?.policy === supervision?.policy
      ? (live?.supervision?.failures ?? [])
      : [];
  });
}

function save(stage: Stage, { logic, ref, snapshot }: Live): Saved {
  return {
    snapshot: logic.getPersistedSnapshot(snapshot),
    delays: stage.timers
      .filter(({ source, target, isListed, isNameless }) => source === ref && target === ref && isListed && !isNameless)
      .map(({ id, event, remaining }) => ({ id, event, delay: remaining })),
  };
}

/** Ends what a life has begun. */
function takeApart(modelling: Modelling, stage: Stage, live: Live, { now }: Supervision): void {
  now.isOver = true;
  const { snapshot } = live;
  if (now.hasBegun && snapshot && live.drive === 'machine') {
    const effects: (() => void)[] = [];
    const last = {
      ...scopeOf(modelling, stage, live),
      defer: (effect: () => void) => void effects.push(effect),
      emit: () => {},
    };
    effects.push(() => void live.logic.transition(snapshot, { type: 'xstate.stop' }, last));
    for (let effect = effects.shift(); effect; effect = effects.shift()) {
      try {
        effect();
      } catch {
        // it is past helping
      }
    }
  }
  for (const child of childrenOf(snapshot)) {
    const it = isActorRef(child) ? modelling.findLive(stage, child) : undefined;
    if (it && it.parent === live.address && it.status !== STOPPED) {
      if (it.status === NOT_STARTED) unsetNames(stage, it);
      modelling.stop(stage, it);
    }
  }
  cancelAll(stage, live.ref);
}

function unsetNames({ names }: Stage, { ref }: Live): void {
  for (const [name, each] of names) if (each === ref) names.delete(name);
}

function childrenOf(snapshot: Snapshot<unknown> | undefined): readonly unknown[] {
  const { children } = (snapshot ?? {}) as { readonly children?: object };
  return children ? Object.values(children) : [];
}

function stop(
  modelling: Modelling,
  stage: Stage,
  live: Live,
  supervision: Supervision,
  snapshot: Snapshot<unknown>,
): Snapshot<unknown> {
  if (!supervision.now.isOver) return transitionOf(modelling, stage, live, { type: 'xstate.stop' });
  supervision.isMuted = false;
  return { ...snapshot, ...(isMachine(live.logic) && { children: {} }), status: 'stopped' } as Snapshot<unknown>;
}

function mute(supervision: Supervision, snapshot: Snapshot<unknown>): Snapshot<unknown> {
  supervision.isMuted = true;
  return snapshot;
}

const failedWith = (snapshot: Snapshot<unknown>, error: unknown): Snapshot<unknown> => ({
  ...snapshot,
  status: 'error',
  output: undefined,
  error,
});

/** A snapshot that says that its actor has failed is a failure like any other. */
function succeeded(snapshot: Snapshot<unknown>): Snapshot<unknown> {
  if (snapshot.status === 'error') throw snapshot.error;
  return snapshot;
}
