// The supervisor of one actor, inside that actor: XState clears the mailbox of an actor in error, so an actor that is to live again must never come to
// that. Each life runs its logic in a scope of its own (`life-scope.ts`). When one fails it is judged (`verdict.ts`) and taken apart (`life-end.ts`), the
// snapshot that was shown stays, what comes meanwhile is held in order, and after the backoff an entry of the actor's own mailbox begins the next life.
import type { AnyActor, AnyActorLogic, AnyActorScope, AnyEventObject, Snapshot } from 'xstate';
import { addressOf } from './address.ts';
import { openPersisted, type Persisted } from './blob.ts';
import { armDelays } from './delays.ts';
import { messageOf, type FailureReport, type Policy } from './failures.ts';
import { isReserved } from './forged.ts';
import { hostBusOf } from './host.ts';
import { isHosted } from './hosted.ts';
import { entryOf, isEntry, postEntry, type LifeEntry } from './life-entries.ts';
import { STOP, takeApart } from './life-end.ts';
import { createLife, isOfOther, type Life } from './life-scope.ts';
import { restore, saveElsewhere, saveHere } from './life-state.ts';
import { declareSupervised, lifeOf, setBetweenLives, tellLifeOver } from './lives.ts';
import { mirrorOf } from './mirror.ts';
import { waitForNextLife } from './next-life.ts';
import { currentBus } from './realm.ts';
import { createPlaceholder } from './received.ts';
import { createQueue } from './queue.ts';
import { NO_FAILURES } from './restarts.ts';
import { bringsFailure } from './steps.ts';
import { judge } from './verdict.ts';
import { isMachine } from './version.ts';
import { setDeadline } from './wait.ts';
import { governUpdates, onEnd, setSnapshot, stopActor } from './xstate.ts';

/** How long a life that is over may take to say so, in milliseconds, before the next one begins all the same. */
const GONE_WITHIN = 5000;

/** The members of actor logic, for one actor. */
interface Supervisor {
  getInitialSnapshot(scope: AnyActorScope, input: unknown): Snapshot<unknown>;
  restoreSnapshot(scope: AnyActorScope, persisted: Snapshot<unknown>): Snapshot<unknown>;
  start(snapshot: Snapshot<unknown>): void;
  transition(snapshot: Snapshot<unknown>, event: AnyEventObject): Snapshot<unknown>;
}

const supervisors = new WeakMap<object, Map<AnyActorLogic, Supervisor>>();

/** The supervisor of the actor that a scope is of, which is of this logic. */
export function supervisorOf(scope: AnyActorScope, logic: AnyActorLogic, policy: Policy): Supervisor {
  const known = supervisors.get(scope.self) ?? new Map<AnyActorLogic, Supervisor>();
  supervisors.set(scope.self, known);
  let supervisor = known.get(logic);
  if (!supervisor) known.set(logic, (supervisor = createSupervisor(scope, logic, policy)));
  return supervisor;
}

function createSupervisor(first: AnyActorScope, logic: AnyActorLogic, policy: Policy): Supervisor {
  // XState made `self` of this logic, and logic cannot say so in its types
  const actor = first.self as unknown as AnyActor;
  const isElsewhere = isHosted(logic);
  const reports = !isElsewhere && !isMachine(logic);
  let scope = first;
  let life: Life = begin();
  /** `down`: until the next life. `ending`: the actor is given up. `over`: it has ended. */
  let state: 'up' | 'down' | 'ending' | 'over' = 'up';
  /** What it failed with before it was started. */
  let bornWith: { readonly error: unknown } | undefined;
  /** The last snapshot that was shown, and the one before. */
  let good: Snapshot<unknown> | undefined;
  let previous: Snapshot<unknown> | undefined;
  /** What the next life is restored from. */
  let saved: Persisted | undefined;
  /** The newest snapshot that was made, if it is not shown. */
  let newest: Snapshot<unknown> | undefined;
  /** What the actor is to fail with. */
  let outcome: { readonly error: unknown } | undefined;
  const waiting = createQueue<AnyEventObject>();
  let cancelTimer: (() => void) | undefined;
  /** Resolves when the life that is over says no more. */
  let parting: Promise<void> | undefined;
  /** Of the update that is under way: whether observers are not told of it, and of which event it is. */
  let isMuted = false;
  let handled: AnyEventObject | undefined;
  let isGoverned = false;

  return { getInitialSnapshot, restoreSnapshot, start, transition };

  function begin(): Life {
    const begun: Life = createLife({ scope, reports, failed: (error) => failedLater(begun, error) });
    return begun;
  }

  // ---- what XState calls

  function getInitialSnapshot(within: AnyActorScope, input: unknown): Snapshot<unknown> {
    renew(within);
    let initial: Snapshot<unknown>;
    try {
      initial = life.step(() => initialOf(input));
    } catch (error) {
      // XState starts it all the same, and then it is restarted
      bornWith = { error };
      initial = createPlaceholder(undefined, undefined).active;
    }
    govern();
    good = initial;
    return initial;
  }

  /** Logic that is supervised twice: its outer supervisor begins another life. */
  function renew(within: AnyActorScope): void {
    if (within === scope) return;
    scope = within;
    cancelTimer?.();
    cancelTimer = undefined;
    waiting.clear();
    outcome = undefined;
    state = 'up';
    life = begin();
    policy.tallyOf(actor).tally = NO_FAILURES;
  }

  function restoreSnapshot(within: AnyActorScope, persisted: Snapshot<unknown>): Snapshot<unknown> {
    renew(within);
    // what cannot be restored fails as it does without a supervisor: no restart would mend it
    const restored = life.step(() => restore(logic, persisted, life.scope));
    govern();
    good = restored;
    return restored;
  }

  function start(snapshot: Snapshot<unknown>): void {
    onEnd(actor, ended);
    if (state === 'over') {
      // a framework starts again what it has stopped
      const wasDown = cancelTimer !== undefined;
      life = begin();
      good = snapshot;
      state = 'up';
      cancelTimer = undefined;
      if (wasDown) {
        state = 'down';
        isMuted = true;
        post('next');
        return;
      }
    }
    try {
      if (bornWith) throw bornWith.error;
      life.hasBegun = true;
      life.step(() => logic.start?.(snapshot, life.scope));
    } catch (error) {
      const end = over(error);
      if (end) throw end.error;
      isMuted = true;
    } finally {
      bornWith = undefined;
    }
  }

  function transition(snapshot: Snapshot<unknown>, event: AnyEventObject): Snapshot<unknown> {
    if (event.type === STOP.type) return stop(snapshot);
    const entry = entryOf(event, logic);
    if (entry === undefined) return take(snapshot, event);
    if (typeof entry === 'object') {
      if (state === 'up') abandon(entry.over, entry.delay);
      // it waits for its next life, which is to begin with that of the other
      else if (state === 'down') postpone(entry.delay);
      return mute(snapshot);
    }
    if (entry === 'next') return state === 'down' ? goOn(snapshot) : mute(snapshot);
    if (entry === 'end') return outcome ? failedWith(snapshot, outcome.error) : mute(snapshot);
    const next = state === 'up' ? waiting.shift() : undefined;
    return next ? step(snapshot, next) : mute(snapshot);
  }

  // ---- steps

  function take(snapshot: Snapshot<unknown>, event: AnyEventObject): Snapshot<unknown> {
    if (state !== 'up') {
      // what XState tells of the life that is over is no concern of the next one
      if (!isReserved(event.type)) waiting.push(event);
      return mute(snapshot);
    }
    if (waiting.length === 0) return step(snapshot, event);
    // each entry of the mailbox handles one event, and none before those that have waited longer
    waiting.push(event);
    return step(snapshot, waiting.shift() ?? event);
  }

  function step(snapshot: Snapshot<unknown>, event: AnyEventObject): Snapshot<unknown> {
    if (isOfOther(life, event)) return mute(snapshot);
    const last = isElsewhere && policy.strategy === 'resume' && bringsFailure(event) ? saveElsewhere(actor) : undefined;
    let next: Snapshot<unknown>;
    try {
      next = life.step(() => succeeded(logic.transition(snapshot, event, life.scope) as Snapshot<unknown>));
    } catch (error) {
      return afterFailure(snapshot, error, last);
    }
    handled = event;
    life.hasShown = true;
    return show(next);
  }

  function goOn(snapshot: Snapshot<unknown>): Snapshot<unknown> {
    const persisted = saved;
    life = begin();
    state = 'up';
    cancelTimer = undefined;
    saved = undefined;
    const { input } = actor.options as { readonly input?: unknown };
    let fresh: Snapshot<unknown>;
    try {
      fresh = life.step(() => {
        const made = persisted ? restore(logic, persisted, life.scope) : initialOf(input);
        newest = made;
        setSnapshot(actor, made);
        if (persisted) armDelays(actor, openPersisted(persisted).extra.delays);
        if (made.status !== 'active') return made;
        life.hasBegun = true;
        logic.start?.(made, life.scope);
        // a hosted one with its module at hand may have been told more within the call
        return actor.getSnapshot() as Snapshot<unknown>;
      });
    } catch (error) {
      setSnapshot(actor, snapshot);
      return afterFailure(snapshot, error);
    }
    for (const _ of waiting) post('waiting');
    handled = { type: 'xstate.init', input };
    return show(fresh);
  }

  function show(next: Snapshot<unknown>): Snapshot<unknown> {
    previous = good;
    good = next;
    return next;
  }

  function mute(snapshot: Snapshot<unknown>): Snapshot<unknown> {
    isMuted = true;
    return snapshot;
  }

  function initialOf(input: unknown): Snapshot<unknown> {
    const initial = logic.getInitialSnapshot(life.scope, input) as Snapshot<unknown>;
    // of a hosted one that is only a placeholder, which is made when it is first read
    return isElsewhere ? initial : succeeded(initial);
  }

  /** Says what observers are told of each update. */
  function govern(): void {
    if (isGoverned) return;
    isGoverned = true;
    declareSupervised(actor);
    governUpdates(actor, (snapshot, event) => {
      const wasMuted = isMuted;
      // a hosted one is only told of what it knows; that its next life could not begin is told as its beginning
      const own = isElsewhere && isEntry(event) ? { type: 'xstate.init' } : event;
      const told = { snapshot, event: handled ?? own };
      isMuted = false;
      handled = undefined;
      if (state === 'up') {
        life.hasShown = true;
        if (waiting.length === 0) setBetweenLives(actor, false);
      }
      return wasMuted ? undefined : told;
    });
  }

  // ---- failures

  /** An effect has thrown, after the snapshot of its step was set. */
  function failedLater(failed: Life, error: unknown): void {
    if (failed !== life || life.isOver) return;
    newest = good;
    good = previous ?? good;
    setSnapshot(actor, good);
    isMuted = true;
    outcome = over(error);
    if (outcome) post('end');
  }

  function afterFailure(snapshot: Snapshot<unknown>, error: unknown, last?: Persisted): Snapshot<unknown> {
    const end = over(error, last);
    return end ? failedWith(snapshot, end.error) : mute(snapshot);
  }

  /** The life is over. Gives the error that the actor is to fail with, if there is to be no other. */
  function over(error: unknown, lastElsewhere?: Persisted): { readonly error: unknown } | undefined {
    const number = lifeOf(actor);
    // one that failed as it began has nothing to go on from
    const save = () => (isElsewhere ? lastElsewhere : life.hasShown && good ? saveHere(actor, logic, good) : undefined);
    const verdict = judge(actor, error, policy, save);
    const { action, delay, outcome: end } = verdict;
    saved = verdict.saved;
    const gone = (parting = endLife());
    state = end || action === 'stop' ? 'ending' : 'down';
    if (state === 'down') setBetweenLives(actor, true);
    report({ actor, error, life: number, action, delay });
    if (end) return end;
    tellLifeOver(actor, error, gone);
    if (action === 'stop') stopActor(actor);
    else {
      schedule(delay, gone);
      for (const companion of policy.companionsOf?.(actor) ?? []) {
        postEntry(companion, { over: error, delay });
      }
    }
    return undefined;
  }

  /** Another has failed, and this one is restarted with it. */
  function abandon(error: unknown, delay: number): void {
    saved = undefined;
    const gone = (parting = endLife());
    state = 'down';
    setBetweenLives(actor, true);
    tellLifeOver(actor, error, gone);
    schedule(delay, gone);
  }

  function postpone(delay: number): void {
    cancelTimer?.();
    schedule(delay, parting);
  }

  function report(failure: FailureReport): void {
    try {
      policy.report(failure);
    } catch (error) {
      console.warn(`troupe: onFailure of '${actor.id}' threw: ${messageOf(error)}`);
    }
  }

  /** `gone` resolves when what a hosted life did not handle has come back, for the next one. */
  function schedule(delay: number, gone: Promise<void> | undefined): void {
    let isOff = false;
    let cancelPatience: (() => void) | undefined;
    const startNext = () => {
      cancelPatience?.();
      if (!isOff) post('next');
      isOff = true;
    };
    const proceed = () => {
      if (isOff || !gone || mirrorOf(actor)?.line?.state === 'gone') {
        startNext();
        return;
      }
      void gone.then(startNext);
      // its thread may be busy with others
      cancelPatience = setDeadline(GONE_WITHIN, startNext);
    };
    const cancelWait = waitForNextLife(actor, delay, proceed);
    cancelTimer = () => {
      isOff = true;
      cancelPatience?.();
      cancelWait();
    };
  }

  function post(entry: LifeEntry): void {
    postEntry(actor, entry, logic);
  }

  /** Ends what the life has begun. Gives when a hosted one says no more. */
  function endLife(): Promise<void> | undefined {
    const unseen = newest;
    newest = undefined;
    return takeApart({ actor, logic, scope, life, good, newest: unseen });
  }

  // ---- the end

  function stop(snapshot: Snapshot<unknown>): Snapshot<unknown> {
    if (!life.isOver) return logic.transition(snapshot, STOP, life.scope) as Snapshot<unknown>;
    isMuted = false;
    return { ...snapshot, ...('children' in snapshot ? { children: {} } : {}), status: 'stopped' } as Snapshot<unknown>;
  }

  function ended(): void {
    life.isOver = true;
    state = 'over';
    cancelTimer?.();
    if (waiting.length > 0) {
      const bus = hostBusOf(actor.system) ?? currentBus();
      bus.bury({ reason: 'stopped', target: addressOf(bus.address, actor.sessionId), count: waiting.length });
      waiting.clear();
    }
    setBetweenLives(actor, false);
  }
}

function failedWith(snapshot: Snapshot<unknown>, error: unknown): Snapshot<unknown> {
  return { ...snapshot, status: 'error', output: undefined, error };
}

/** A snapshot that says that its actor has failed is a failure like any other. */
function succeeded(snapshot: Snapshot<unknown>): Snapshot<unknown> {
  if (snapshot.status === 'error') throw snapshot.error;
  return snapshot;
}
