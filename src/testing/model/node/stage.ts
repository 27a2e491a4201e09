// What a node is while a step is under way: its actors with their mailboxes, as XState has them, and what they have done so far. Nothing of it outlives the step. Beside
// XState's numbers this file is types alone.
import type { AnyActorLogic, AnyActorRef, AnyActorScope, AnyEventObject, Snapshot } from 'xstate';
import type { Down } from '../../../down.ts';
import type { Policy } from '../../../failures.ts';
import type { ActorState, Address, Circumstances, Configuration, RunningTimer, StepNotes } from './node.ts';
import type { System } from '../../../xstate.ts';
import type { Logics, Message, ModelOptions } from '../options.ts';
import type { Refs } from './refs.ts';

/** How an actor is driven. `machine`: by its pure logic. `declared`: it is not run, what may become of it was declared. `watcher`: it tells its parent when another has ended. */
export type Drive = 'machine' | 'declared' | 'watcher';

/** Where an actor is in its life, in XState's numbers. */
export const NOT_STARTED = 0;
export const RUNNING = 1;
export const STOPPED = 2;
export type LifeStatus = 0 | 1 | 2;

/** An event that waits, and who sent it; empty where it came from outside. */
export interface Entry {
  readonly event: AnyEventObject;
  readonly from: Address;
}

/** What a supervised actor is between steps. */
export interface Supervised {
  readonly policy: Policy;
  /** The next life has not begun yet. */
  readonly isDown: boolean;
  /** Failures that count. */
  readonly failures: readonly string[];
  /** What the next life goes on from. */
  readonly saved?: Saved;
  /** What the last life failed with, until the next begins. */
  readonly over?: { readonly error: unknown };
}

/** All that a configuration holds of an actor. */
export interface HeldActor extends ActorState {
  readonly address: Address;
  readonly id: string;
  readonly status: LifeStatus;
  readonly drive: Drive;
  readonly parent: Address | undefined;
  readonly isInline: boolean;
  readonly systemId: string | undefined;
  readonly syncSnapshot: boolean;
  /** Of one that is supervised, or not run: they need it again. */
  readonly input: unknown;
  /** Events that came before it was started, or while it was between two lives. */
  readonly waiting: readonly Entry[];
  readonly supervised: Supervised | undefined;
  /** Its canonical text, once somebody has asked. */
  text: ActorText | undefined;
}

/** The canonical text of an actor, and whom it speaks of. */
export interface ActorText {
  readonly text: string;
  readonly mentions: readonly Address[];
}

/** All that a configuration holds of a delayed event. */
export interface HeldTimer extends RunningTimer {
  readonly target: Address;
  /** XState still finds it by its id; a later one of that id, or the end of an earlier one, takes that away. */
  readonly isListed: boolean;
  /** It was given no id. */
  readonly isNameless: boolean;
}

/** A delayed event during a step. */
export interface StagedTimer {
  readonly source: AnyActorRef;
  readonly target: AnyActorRef;
  readonly id: string;
  readonly event: AnyEventObject;
  readonly remaining: number;
  readonly isListed: boolean;
  readonly isNameless: boolean;
  /** It was armed in this step. */
  readonly isNew?: boolean;
}

/** A configuration with what is needed to go on from it. */
export interface HeldConfiguration extends Configuration {
  readonly actors: ReadonlyMap<Address, HeldActor>;
  readonly timers: readonly HeldTimer[];
  /** Who is found by which name. */
  readonly names: ReadonlyMap<string, Address>;
  readonly ends: ReadonlyMap<Address, Down>;
  /** What it was before it crashed, where that is kept. */
  readonly kept?: HeldConfiguration;
}

/** An actor during a step. */
export interface Live {
  ref: AnyActorRef;
  readonly id: string;
  /** Where it is, unless a smaller address turns out to be free. */
  address: Address;
  /** The address of an actor of its id, whichever; of a root its own. */
  readonly base: Address;
  readonly isMade: boolean;
  /** It was given an id. */
  readonly isNamed: boolean;
  parent: Address | undefined;
  readonly logic: AnyActorLogic;
  readonly drive: Drive;
  readonly src: string;
  readonly isInline: boolean;
  readonly systemId: string | undefined;
  readonly syncSnapshot: boolean;
  input: unknown;
  /** What it was before the step. */
  readonly before: HeldActor | undefined;
  /** Made when it is needed. */
  scope: AnyActorScope | undefined;
  snapshot: Snapshot<unknown> | undefined;
  status: LifeStatus;
  life: number;
  supervision: Supervision | undefined;
  /** The event that is handled. */
  handling: AnyEventObject | undefined;
  /** Its machine has looked for transitions for that. */
  hasLooked: boolean;
  readonly deferred: (() => void)[];
  mailbox: Mailbox;
}

/** Events that wait, as XState's mailbox keeps them. */
export interface Mailbox {
  isActive: boolean;
  isBusy: boolean;
  waiting: Entry[];
}

/** A supervised actor during a step. */
export interface Supervision {
  readonly policy: Policy;
  isDown: boolean;
  failures: readonly string[];
  saved: Saved | undefined;
  /** What the last life failed with, until the next begins. */
  over: { readonly error: unknown } | undefined;
  /** Events that came while it was down. */
  waiting: Entry[];
  /** The life that is lived. */
  now: Life;
  /** It failed before it was started. */
  bornWith: { readonly error: unknown } | undefined;
  /** What it is to fail with. */
  outcome: { readonly error: unknown } | undefined;
  /** The snapshot before the last step. */
  previous: Snapshot<unknown> | undefined;
  /** Nobody is told of the step that is under way. */
  isMuted: boolean;
}

/** A life of a supervised actor. */
export interface Life {
  isOver: boolean;
  hasBegun: boolean;
  /** What a step puts off, until it has succeeded. */
  held: (() => void)[] | undefined;
}

/** What the next life of an actor goes on from. */
export interface Saved {
  readonly snapshot: Snapshot<unknown>;
  readonly delays: readonly { readonly id: string; readonly event: AnyEventObject; readonly delay: number }[];
}

/** A node while a step is under way. */
export interface Stage {
  readonly node: string;
  readonly circumstances: Circumstances;
  readonly before: HeldConfiguration | undefined;
  /** Of whom what happens speaks. */
  readonly brought: Set<Address>;
  readonly lives: Map<Address, Live>;
  /** Those that were made in this step, by the actors that XState made. */
  readonly made: Map<AnyActorRef, Live>;
  readonly names: Map<string, AnyActorRef>;
  timers: readonly StagedTimer[];
  readonly sends: Message[];
  cells: Readonly<Record<string, number>>;
  isWritten: boolean;
  consulted: { cells: boolean; names: boolean; lives?: boolean };
  /** Something was done that is more than looking. */
  hasActed: boolean;
  /** The actors whose logic is running, innermost last. */
  readonly running: Live[];
  /** How many events were handled, and how many microsteps taken. */
  count: number;
  /** Who has failed, in order. */
  readonly failing: { readonly actor: Address; readonly error: unknown }[];
  /** What the step cannot go on after, whatever the machines make of it. */
  refusal: { readonly error: unknown } | undefined;
  readonly notes: { -readonly [TKey in keyof StepNotes]: StepNotes[TKey][number][] };
}

/** An actor's empty mailbox. */
export const createMailbox = (): Mailbox => ({ isActive: false, isBusy: false, waiting: [] });

/** Options of whichever model. */
export type AnyModelOptions = ModelOptions<Logics, unknown>;

/** What the nodes of one model have in common, and what the parts of a step ask of each other. */
export interface Modelling {
  readonly options: AnyModelOptions;
  readonly names: readonly string[];
  /** Whether an actor may watch another: only then the ends of actors need to be remembered. */
  readonly mayWatch: boolean;
  readonly refs: Refs;
  systemOf(node: string): System;
  /** The step that is under way. */
  stage: Stage | undefined;
  /** What refs show while there is none, by node. */
  readonly shown: Map<string, HeldConfiguration>;
  /** The actor at an address in a step; undefined if none is there. */
  liveAt(stage: Stage, address: Address): Live | undefined;
  /** The actor of a ref in a step; undefined if it is of another node, or no longer there. */
  findLive(stage: Stage, ref: AnyActorRef): Live | undefined;
  /** Puts an event into an actor's mailbox. */
  deliver(stage: Stage, live: Live, entry: Entry): void;
  /** Stops an actor: what waits is dropped, what is handled is handled to its end. */
  stop(stage: Stage, live: Live): void;
  /** Puts off an effect of a supervised actor. */
  putOff(stage: Stage, live: Live, supervision: Supervision, effect: () => void): void;
}
