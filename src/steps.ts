// What comes in to a mirror: each macrostep of the actor elsewhere runs through XState itself, as an entry of the mailbox, which does the rest: observers,
// `onDone`, `onError`, `onSnapshot`. Where nobody would hear of it, its snapshot is just set and its outputs are done.
import type { AnyActorScope, AnyEventObject, Snapshot } from 'xstate';
import { nameOf } from './address.ts';
import type { Persisted } from './blob.ts';
import type { Down } from './down.ts';
import { markRemote, TroupeError } from './errors.ts';
import type { Line } from './line.ts';
import type { Mirror } from './mirror.ts';
import type { Outputs } from './outputs.ts';
import { keepPersisted } from './persisted.ts';
import { isActive, type Posting } from './posting.ts';
import { applyPatch, type Received } from './received.ts';
import type { Patch } from './snapshots.ts';
import { now } from './surroundings.ts';
import { inject, isInspected } from './taps.ts';
import type { StepFrame } from './wire.ts';
import {
  createErrorEvent,
  forward,
  hookUpdates,
  isInit,
  isObserved,
  setSnapshot,
  statusOf,
  stopActor,
  undoReset,
} from './xstate.ts';

const STEP = Symbol('step');
const LINE = Symbol('line');
const QUIET = Symbol('quiet');

/** A step on its way through the mailbox. Its symbols are known in this file only, so nobody can forge one. */
interface StepEvent {
  readonly type: 'troupe.step';
  readonly [STEP]: StepFrame<unknown>;
  readonly [LINE]: Line;
  /** No observer hears of it. */
  readonly [QUIET]?: boolean;
}

const isStep = (event: AnyEventObject): event is StepEvent => event.type === 'troupe.step' && STEP in event;

/** Whether an entry of the mailbox is the failure of an actor elsewhere. */
export function bringsFailure(event: AnyEventObject): boolean {
  return isStep(event) && (event[STEP].body as Patch | undefined)?.fields?.['status'] === 'error';
}

export interface Steps {
  /** What was heard last of the life that is mirrored, or was last. */
  readonly received: Received | undefined;
  /** Another life begins, of which nothing has been heard. */
  begin(): void;
  hear(from: Line, step: StepFrame<unknown>): void;
  hearDown(from: Line, down: Down): void;
  lose(from: Line, error: TroupeError): void;
  /** Fails the actor here, and stops the one elsewhere. */
  fail(from: Line, error: unknown): void;
  /** What an entry of the mailbox makes of the snapshot. */
  transition(snapshot: Snapshot<unknown>, event: AnyEventObject, scope: AnyActorScope): Snapshot<unknown>;
}

export function createSteps(mirror: Mirror, { enqueue }: Posting, outputs: Outputs): Steps {
  const { actor, bus, local, owns } = mirror;
  let received: Received | undefined;
  /** While the actor starts, and while it takes a step, what comes goes through its mailbox and so stays in order. */
  let isBusy = false;

  hookUpdates(actor, {
    // the first snapshot is still on its way
    isMuted: (event) => {
      if (isInit(event)) return received === undefined && isActive(actor);
      // what is only forwarded from here changes nothing here
      return isStep(event) ? event[QUIET] === true : event.type !== 'xstate.stop';
    },
    updated: () => void (isBusy = false),
  });

  return {
    get received() {
      return received;
    },
    begin() {
      received = undefined;
      isBusy = true;
    },
    hear: hearStep,
    hearDown,
    lose,
    fail: (from, error) => enqueueFields(from, { status: 'error', error }),
    transition,
  };

  function hearStep(from: Line, step: StepFrame<unknown>): void {
    if (from.state !== 'running' || from !== mirror.line || statusOf(actor) !== 'running') {
      // a stopped actor emits nothing and tells its parent nothing, but what it sent to others goes on
      for (const output of step.out)
        if (output.type !== 'emit' && output.type !== 'parent') outputs.perform(output, from);
      if (isLast(step)) leaveReset(from);
      return;
    }
    const patch = step.body as Patch | undefined;
    const status = patch?.fields?.['status'];
    if (status === 'stopped') {
      for (const output of step.out) outputs.perform(output, from);
      from.end();
      stopActor(actor);
    } else if (patch && (isObserved(actor) || status !== undefined)) {
      enqueue({ type: 'troupe.step', [STEP]: step, [LINE]: from } satisfies StepEvent);
    } else if (isBusy || from.route.immediate) {
      // more may come while this is being handled, and so may an observer
      enqueue({ type: 'troupe.step', [STEP]: step, [LINE]: from, [QUIET]: !patch } satisfies StepEvent);
    } else {
      // nobody observes the snapshot, so it need not pass through the mailbox; it is set first, for those who hear the output may read it
      if (patch) {
        try {
          setSnapshot(actor, apply(actor.getSnapshot() as Snapshot<unknown>, patch));
        } catch (error) {
          // nobody who sent this could catch it; it fails the actor, as it does where XState makes the step
          enqueueFields(from, { status: 'error', error });
          return;
        }
      }
      for (const output of step.out) outputs.perform(output, from);
    }
    from.begun();
  }

  /** A ref that React has reset along with the actor that it stopped: when its actor is over there is no more to say than that. */
  function leaveReset(from: Line): void {
    if (owns || statusOf(actor) !== 'not-started') return;
    from.end();
    undoReset(actor);
    stopActor(actor);
  }

  /** How an actor ended whose node knows of it no more than that. */
  function hearDown(from: Line, down: Down): void {
    leaveReset(from);
    if (down.type === 'done') enqueueFields(from, { status: 'done', output: down.output });
    else if (down.type === 'failed') enqueueFields(from, { status: 'error', error: down.error });
    else if (from === mirror.line) stopActor(actor);
  }

  function lose(from: Line, error: TroupeError): void {
    leaveReset(from);
    const lost = new TroupeError(error.code, `Lost '${actor.id}' on '${nameOf(from.route.node)}'. ${error.message}`, {
      details: { ...error.details, actor: actor.id, address: from.address },
      cause: error.cause ?? error,
    });
    enqueueFields(from, { status: 'error', error: lost });
  }

  function enqueueFields(from: Line, fields: Readonly<Record<string, unknown>>): void {
    if (from !== mirror.line || statusOf(actor) !== 'running') return;
    const step = { type: 'step', to: '', out: [], body: { fields } } as const;
    enqueue({ type: 'troupe.step', [STEP]: step, [LINE]: from } satisfies StepEvent);
    if (!isInspected(actor)) return;
    // the far side cannot tell of it any more
    const snapshot = actor.getSnapshot() as Snapshot<unknown>;
    const event = createErrorEvent(actor.id, snapshot.error);
    inject(actor, { type: '@xstate.snapshot', actorRef: actor, event, snapshot }, { node: bus.address, at: now() });
  }

  function transition(snapshot: Snapshot<unknown>, event: AnyEventObject, scope: AnyActorScope): Snapshot<unknown> {
    if (!isStep(event)) {
      forward(actor, event);
      return snapshot;
    }
    const { [STEP]: step, [LINE]: from } = event;
    if (from !== mirror.line) return snapshot;
    isBusy = true;
    const isFailure = bringsFailure(event);
    for (const output of step.out) {
      // a supervisor drops what a life that failed put out last, but what happened in it is told
      if (isFailure && output.type === 'inspect') outputs.perform(output, from);
      else scope.defer(() => outputs.perform(output, from));
    }
    try {
      const next = step.body ? apply(snapshot, step.body) : snapshot;
      if (next.status !== 'active') from.end();
      return next;
    } catch (error) {
      isBusy = false;
      from.end();
      throw error;
    }
  }

  function apply(snapshot: Snapshot<unknown>, patch: Patch): Snapshot<unknown> {
    if (patch.fields?.['status'] === 'error' && mirror.line)
      markRemote(patch.fields['error'], actor.id, mirror.line.route.node);
    received = applyPatch(received ?? { fields: snapshot, snapshot }, patch, local);
    if (patch.persisted !== undefined) keepPersisted(mirror, patch.persisted as Persisted, received.snapshot);
    return received.snapshot;
  }
}

function isLast({ body }: StepFrame<unknown>): boolean {
  const status = (body as Patch | undefined)?.fields?.['status'];
  return status !== undefined && status !== 'active';
}
