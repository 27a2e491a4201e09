// How an actor is driven in a model: by its pure logic where it has some, else by what was declared to become of it. Promises, callbacks, observables and actors that run elsewhere are
// never run.
import type { AnyActorLogic, AnyEventObject, Snapshot } from 'xstate';
import { TroupeError } from '../../../errors.ts';
import { isActorLogic } from '../../../host.ts';
import { isHosted } from '../../../hosted.ts';
import { kindOfLogic } from '../../../logic-kinds.ts';
import { isMachine } from '../../../version.ts';
import type { Invoked, Outcome } from '../options.ts';
import { refuse } from './refusing.ts';
import { scopeOf } from './scopes.ts';
import type { Drive, Live, Modelling, Stage } from './stage.ts';

/** The mark of logic whose actors tell their parent when another actor has ended. */
export const WATCHING: symbol = Symbol.for('troupe.watching');

/** Its logic in the model, and how that is driven. */
export function driveOf(
  modelling: Modelling,
  logic: AnyActorLogic,
  src: string,
  id: string,
): { readonly logic: AnyActorLogic; readonly drive: Drive } {
  const declared = declaredFor(modelling, src, id);
  if (declared !== undefined) {
    return isActorLogic(declared) ? { logic: declared, drive: ownDrive(declared) } : { logic, drive: 'declared' };
  }
  return { logic, drive: ownDrive(logic) };
}

function ownDrive(logic: AnyActorLogic): Drive {
  if (WATCHING in logic) return 'watcher';
  if (isMachine(logic) && !isHosted(logic)) return 'machine';
  const kind = kindOfLogic(logic);
  if (kind === 'transition' || kind === 'store') return isHosted(logic) ? 'declared' : 'machine';
  return kind === 'logic' && !isHosted(logic) && logic.start === undefined ? 'machine' : 'declared';
}

function declaredFor({ options: { invoked } }: Modelling, src: string, id: string): Invoked | undefined {
  const name = src === '' ? id : src;
  return invoked && Object.hasOwn(invoked, name) ? invoked[name] : undefined;
}

/** What was declared that may become of an actor, from its input. */
export function outcomesOf(
  modelling: Modelling,
  { src, id, snapshot }: { readonly src: string; readonly id: string; readonly snapshot: Snapshot<unknown> },
): readonly Outcome[] | undefined {
  const declared = declaredFor(modelling, src, id);
  if (typeof declared === 'function') {
    const outcomes: (input: never) => readonly Outcome[] = declared;
    return outcomes((snapshot as { readonly input?: unknown }).input as never);
  }
  return Array.isArray(declared) ? (declared as readonly Outcome[]) : undefined;
}

/** Refuses an actor that starts and is neither driven by pure logic nor declared. */
export function assertDeclared(modelling: Modelling, stage: Stage, live: Live): void {
  if (live.drive !== 'declared' || !live.snapshot) return;
  if (outcomesOf(modelling, { ...live, snapshot: live.snapshot })) return;
  const name = live.src === '' ? live.id : live.src;
  const key = /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name) ? name : JSON.stringify(name);
  const kind = isHosted(live.logic) ? 'hosted actor' : kindOfLogic(live.logic);
  const [what, example] = DECLARATIONS[kind] ?? ['logic of its own kind', '[{ done: undefined }]'];
  throw refuse(
    stage,
    new TroupeError(
      'NOT_MODELLED',
      `Cannot explore '${live.address}': it is ${what}, which a model does not run. Say what may become of it: invoked: { ${key}: ${example} }.`,
      { details: { actor: live.address, src: name } },
    ),
  );
}

const DECLARATIONS: Readonly<Record<string, readonly [what: string, example: string]>> = {
  promise: ['a promise', "[{ done: 'its output' }, { error: new Error('its failure') }]"],
  callback: ['a callback', "[{ event: { type: 'ITS_EVENT' } }]"],
  observable: ['an observable', "[{ next: 'its value' }, { done: undefined }]"],
  'hosted actor': ['an actor that runs elsewhere', 'theMachineItself'],
};

/** The first snapshot of an actor. */
export function initialOf(modelling: Modelling, stage: Stage, live: Live): Snapshot<unknown> {
  const { logic, drive, input } = live;
  if (drive === 'machine') return logic.getInitialSnapshot(scopeOf(modelling, stage, live), input) as Snapshot<unknown>;
  return { status: 'active', output: undefined, error: undefined, context: undefined, input } as Snapshot<unknown>;
}

/** The first snapshot of an actor that goes on from a persisted one. */
export function restoredFrom(
  modelling: Modelling,
  stage: Stage,
  live: Live,
  persisted: Snapshot<unknown>,
): Snapshot<unknown> {
  if (live.drive !== 'machine') return persisted;
  const scope = scopeOf(modelling, stage, live);
  return (live.logic.restoreSnapshot?.(persisted, scope) ?? persisted) as Snapshot<unknown>;
}

/** A machine starts the children that it began with. */
export function startChildren({ logic, drive, snapshot }: Live): void {
  if (drive === 'machine' && isMachine(logic)) (logic as unknown as { start(snapshot: unknown): void }).start(snapshot);
}

/** What an event makes of an actor's snapshot. */
export function transitionOf(modelling: Modelling, stage: Stage, live: Live, event: AnyEventObject): Snapshot<unknown> {
  const snapshot = live.snapshot as Snapshot<unknown>; // whoever handles events has begun
  if (live.drive === 'machine')
    return live.logic.transition(snapshot, event, scopeOf(modelling, stage, live)) as Snapshot<unknown>;
  if (event.type === 'xstate.stop') return { ...snapshot, ...NO_INPUT, status: 'stopped' } as Snapshot<unknown>;
  const become = becoming.get(event);
  return become ? become(snapshot) : snapshot;
}

const NO_INPUT: object = { input: undefined };

/** What an event, which nobody else can have made, makes of the actor that it is declared for. */
const becoming = new WeakMap<AnyEventObject, (snapshot: Snapshot<unknown>) => Snapshot<unknown>>();

/** The event by which an actor that is not run becomes what was declared. */
export function becomeBy(outcome: Exclude<Outcome, { readonly event: unknown }>): AnyEventObject {
  const event = { type: 'troupe.outcome' };
  becoming.set(event, (snapshot) => {
    if (snapshot.status !== 'active') return snapshot;
    if ('next' in outcome) return { ...snapshot, context: outcome.next } as Snapshot<unknown>;
    const rest = { ...snapshot, input: undefined };
    return 'done' in outcome
      ? { ...rest, status: 'done', output: outcome.done }
      : { ...rest, status: 'error', error: outcome.error };
  });
  return event;
}
