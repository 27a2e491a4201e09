// The near half of an actor that lives elsewhere. To everybody here it is a genuine XState actor; what is sent to it travels (`posting.ts`), and each
// macrostep that arrives runs through XState itself (`steps.ts`, `outputs.ts`). Here is its life: it is attached, observed, stopped, and resumed where
// that comes in the same tick. `hosted.ts` makes mirrors of actors that it starts, `remote.ts` of actors that an event brought a ref of.
import type { AnyActor, AnyActorLogic, AnyActorRef, AnyActorScope, AnyEventObject, Snapshot } from 'xstate';
import type { Address } from './address.ts';
import type { Bus, Route } from './bus.ts';
import { createDeferred, type Deferred } from './deferred.ts';
import { DEFAULT_MAILBOX, type MailboxLimits } from './mailbox-limits.ts';
import { openLine, type Line, type StartOf, type Wishes } from './line.ts';
import { createOutputs } from './outputs.ts';
import { persistedOf } from './persisted.ts';
import { runSoon } from './platform.ts';
import { createPosting } from './posting.ts';
import type { Received } from './received.ts';
import { createSteps } from './steps.ts';
import { isInspected, watchInspection } from './taps.ts';
import type { SnapshotMode } from './wire.ts';
import { isObserved, onEnd, onListenersChange, onObserversChange, parentOf, trackSources } from './xstate.ts';

export interface MirrorOptions {
  readonly bus: Bus;
  /** The same logic in this realm, where the caller gave it. */
  readonly local?: AnyActorLogic | undefined;
  /** Where `log` goes; the actor's own logger if there is none. */
  readonly logger?: ((...args: unknown[]) => void) | undefined;
  /** Whether this mirror started its actor: then it is told of every step, and stops it. */
  readonly owns: boolean;
  /** Which snapshots are told. */
  readonly snapshots?: SnapshotMode;
  /** How much may wait for the actor of what is sent from here. */
  readonly mailbox?: MailboxLimits | undefined;
}

export interface Mirror {
  readonly actor: AnyActor;
  readonly bus: Bus;
  readonly owns: boolean;
  readonly local: AnyActorLogic | undefined;
  readonly snapshots: SnapshotMode;
  readonly mailbox: MailboxLimits;
  /** What was heard last of the life that it mirrors, or mirrored last. */
  readonly received: Received | undefined;
  /** The connection to the life that it mirrors, or mirrored last. */
  readonly line: Line | undefined;
  /** Where the actor is, while it runs. */
  readonly address: Address | undefined;
  /** Connects to an actor. */
  attach(route: Route, localId: string, options?: AttachOptions): Line;
  /** While a stop may still be taken back: whether it is. */
  readonly parting: Promise<boolean> | undefined;
  /** Takes back a stop of this tick: the actor elsewhere never hears of it. Tells whether there was one. */
  resume(): boolean;
  transition(snapshot: Snapshot<unknown>, event: AnyEventObject, scope: AnyActorScope): Snapshot<unknown>;
  /** Fails the actor here, and stops the one elsewhere. */
  fail(error: unknown): void;
}

export interface AttachOptions {
  /** Makes the frame that starts the actor. */
  readonly start?: StartOf;
  /** Runs when the far side has been told to end the actor, or has ended it. */
  ending?(): void;
}

const mirrors = new WeakMap<object, Mirror>();

/** The mirror behind an actor ref; undefined if the actor lives here. */
export function mirrorOf(actor: AnyActorRef): Mirror | undefined {
  return mirrors.get(actor);
}

/** Makes an actor, whose logic is a mirror's, the mirror of an actor elsewhere. */
export function createMirror(actor: AnyActor, options: MirrorOptions): Mirror {
  const { bus, local, logger, owns, snapshots = 'all', mailbox = DEFAULT_MAILBOX } = options;
  const known = mirrors.get(actor);
  if (known) return known;
  let line: Line | undefined;
  /** A line whose actor was stopped in this tick, and is told of it when the tick ends. */
  let parting: { readonly line: Line; readonly isTakenBack: Deferred<boolean> } | undefined;
  let unwatch: (() => void) | undefined;
  /** Whether somebody listens to what the actor emits, where that does not come anyway. */
  let isHeard = false;

  const mirror: Mirror = {
    actor,
    bus,
    owns,
    local,
    snapshots,
    mailbox,
    get received() {
      return steps.received;
    },
    get line() {
      return line;
    },
    get address() {
      return line?.state === 'running' ? line.address : undefined;
    },
    get parting() {
      return parting?.isTakenBack.promise;
    },
    attach,
    resume,
    transition(snapshot, event, scope) {
      if (event.type !== 'xstate.stop') return steps.transition(snapshot, event, scope);
      part();
      // as XState leaves a machine that it stops
      const children = 'children' in snapshot ? { children: {} } : {};
      return { ...snapshot, ...children, status: 'stopped' } as Snapshot<unknown>;
    },
    fail: (error) => {
      if (line?.state === 'running') steps.fail(line, error);
    },
  };
  mirrors.set(actor, mirror);

  trackSources(actor);
  const posting = createPosting(mirror);
  const outputs = createOutputs(mirror, { logger, sendTo: posting.sendTo });
  const steps = createSteps(mirror, posting, outputs);
  actor.getPersistedSnapshot = () => persistedOf(mirror);
  onObserversChange(actor, tellWishes);
  if (!owns) {
    onListenersChange(actor, (heard) => {
      isHeard = heard;
      tellWishes();
    });
  }
  onEnd(actor, ended);
  return mirror;

  function wishes(): Wishes {
    const inspect = owns && isInspected(actor);
    return { observe: inspect || isHeard || isObserved(actor), inspect };
  }

  function tellWishes(): void {
    const wished = wishes();
    if (!wished.inspect) outputs.hide();
    line?.wish(wished);
  }

  function attach(route: Route, localId: string, { start, ending = () => {} }: AttachOptions = {}): Line {
    const opened: Line = openLine({
      bus,
      route,
      to: localId,
      owns,
      mailbox,
      wishes: wishes(),
      listener: {
        step: (step) => steps.hear(opened, step),
        lost: (error) => steps.lose(opened, error),
        down: (down) => steps.hearDown(opened, down),
        returned: (event, seen) => posting.takeBack(opened, event, seen),
        ending,
      },
    });
    if (line) onEnd(actor, ended);
    line = opened;
    steps.begin();
    watchInspectors();
    if (start) opened.start(start);
    posting.release(opened);
    return opened;
  }

  function watchInspectors(): void {
    if (!owns) return;
    unwatch = watchInspection(bus, actor, (newcomer) => {
      tellWishes();
      if (newcomer) outputs.retell(newcomer);
    });
  }

  function ended(): void {
    unwatch?.();
    posting.bury();
  }

  /** What restarts a root that was just stopped is a framework that tries its component twice: to the actor it is one life. */
  function part(): void {
    const leaving = line;
    if (!leaving || leaving.route.immediate || isTakenAway(actor)) leaving?.end();
    else {
      const parts = (parting = { line: leaving, isTakenBack: createDeferred<boolean>() });
      runSoon(() => {
        if (parting !== parts) return;
        parting = undefined;
        parts.isTakenBack.resolve(false);
        leaving.end();
      });
    }
  }

  function resume(): boolean {
    const parts = parting;
    parting = undefined;
    if (!parts) return false;
    const resumed = parts.line.state === 'running';
    parts.isTakenBack.resolve(resumed);
    if (resumed) {
      onEnd(actor, ended);
      watchInspectors();
      tellWishes();
      posting.release(parts.line);
    }
    return resumed;
  }
}

/** Whether a parent that goes on has stopped its child: what it does next must come after. A parent that was stopped itself does no more. */
function isTakenAway(actor: AnyActor): boolean {
  const parent = parentOf(actor)?.getSnapshot() as Snapshot<unknown> | undefined;
  return parent !== undefined && parent.status !== 'stopped';
}
