// One node of a system that is explored: a root actor with all that it spawns or invokes, as data. What happens to it is an occurrence, what it does in consequence a
// step; nothing is run but the machines' own pure parts. This file is types alone: the words between what steps a node and what explores a system of them.
import type { AnyActorLogic, EventObject, Snapshot } from 'xstate';
import type { Down } from '../../../down.ts';
import type { TakenTransition } from '../../../inspector/records.ts';
import type { ArmedTimer, Message, Outcome } from '../options.ts';

/** Where an actor is: `Alice`, or for a child `Alice/ready`; `Alice/ready~1` for a later one of that id while the one before is still spoken of. */
export type Address = string;

/** A node between two steps. Immutable, and so is all that it holds. */
export interface Configuration {
  /** Canonical text: two configurations of one node are the same if and only if their keys are equal. */
  readonly key: string;
  /** The actors that are there, also those that have ended while their parent still holds them; the root first. Empty when the node has crashed. */
  readonly actors: ReadonlyMap<Address, ActorState>;
  /** The delays that run; in the order in which they would end where that matters, else in a canonical one. */
  readonly timers: readonly RunningTimer[];
  /** Whether the node has crashed: it does nothing until it is started again. */
  readonly crashed: boolean;
  /** The addresses of all actors that are spoken of here, in any context, event or input: its own and others', sorted. */
  readonly mentions: readonly Address[];
  /** How actors of it have ended that are not there any more, until they are let go of: whoever watches them is told. That one was stopped is not remembered. */
  readonly ends?: ReadonlyMap<Address, Down>;
}

/** An actor of a configuration. */
export interface ActorState {
  readonly logic: AnyActorLogic;
  readonly snapshot: Snapshot<unknown>;
  /** The name of its logic where its parent made it; empty for a root, or logic without a name. */
  readonly src: string;
  /** How often it was restarted by a supervisor. */
  readonly life: number;
  /** Of one that is supervised; `over` is what its last life failed with, until the next begins. */
  readonly supervised?: { readonly over?: { readonly error: unknown } | undefined } | undefined;
}

export interface RunningTimer extends ArmedTimer {
  /** Whom its event is for. */
  readonly target?: Address;
  /** Milliseconds to go; only where `timers` is `'by-delay'`. */
  readonly remaining?: number;
}

/** Something that may happen to a node. It is plain data: its canonical text tells it from others. */
export type Occurrence =
  | { readonly type: 'message'; readonly message: Message }
  | { readonly type: 'stimulus'; readonly event: EventObject }
  /** One of `configuration.timers` ends, by its place there. */
  | { readonly type: 'timer'; readonly index: number }
  /** What was declared of an actor that is not run, by its place in the declaration. */
  | { readonly type: 'outcome'; readonly actor: Address; readonly index: number }
  /** A supervised actor that failed begins its next life. */
  | { readonly type: 'restart'; readonly actor: Address }
  /** A watched actor of whatever node has ended. */
  | { readonly type: 'down'; readonly watcher: Address; readonly down: Down }
  /** Time passes, of which no timer has less to go; only where `timers` is `'by-delay'`. */
  | { readonly type: 'elapse'; readonly milliseconds: number };

/** What a step may depend on besides the node and the occurrence. */
export interface Circumstances {
  /** What the cells hold, by name. */
  readonly cells: Readonly<Record<string, number>>;
  /** Whether another node, or a message on its way, speaks of an actor of that address: a new actor then takes another. */
  readonly isSpokenOf: (address: Address) => boolean;
  /** Which life of an actor of another node somebody who begins to watch it would watch: how many are over. */
  readonly lifeOf?: (address: Address) => number;
}

/** What became of a node by an occurrence. */
export interface Step {
  readonly next: Configuration;
  /** Nothing changed and nothing was done. */
  readonly isNoop: boolean;
  /** What was sent to other nodes, in order. */
  readonly sends: readonly Message[];
  /** What the cells hold now, if any was written. */
  readonly cells?: Readonly<Record<string, number>>;
  /** Which circumstances it asked for: where neither, it is the same in all. */
  readonly consulted: { readonly cells: boolean; readonly names: boolean; readonly lives?: boolean };
  /** What began with this step and may come of itself: where something of its name might have come before, that has ended, and this is another. Not there if nothing did. */
  readonly begun?: Begun;
  readonly notes: StepNotes;
}

/** What a step has begun. */
export interface Begun {
  /** Delays that were armed, by their places in the configuration that follows. */
  readonly timers: readonly number[];
  /** Actors that are not run and were started, those that watch another, and supervised ones whose life has ended. */
  readonly actors: readonly Address[];
}

/** What a report tells of a step. */
export interface StepNotes {
  /** Events for which an actor had no transition, and whether `*` or a `forbidden` one took none either. XState drops them. */
  readonly unhandled: readonly { readonly actor: Address; readonly event: EventObject }[];
  /** Events of this node that found their actor ended. */
  readonly lost: readonly { readonly to: Address; readonly event: EventObject }[];
  /** The transitions of machines, in the order taken. */
  readonly transitions: readonly { readonly actor: Address; readonly taken: TakenTransition }[];
  /** What was logged, and what was emitted. */
  readonly logged: readonly { readonly actor: Address; readonly text: string }[];
  readonly emitted: readonly { readonly actor: Address; readonly event: EventObject }[];
  /** What happened within the node: who sent what to whom, in the order of handling. */
  readonly inner: readonly Message[];
  /** Errors that nobody within the node has handled: the root has failed with the last. */
  readonly failures: readonly { readonly actor: Address; readonly error: unknown }[];
  /** How often cells were read or written, in order: more than once means that another thread could come between. */
  readonly touched: readonly { readonly cell: string; readonly how: 'read' | 'write' }[];
}

/** Who is called what instead: names of nodes, all of which are known to it. Addresses, refs, and strings and keys that are exactly a name are renamed. */
export interface Renaming {
  readonly names: Readonly<Record<string, string>>;
  /** Whether a list of names that is in order is a set, whose order says nothing: it is put in order again. */
  readonly sortsLists: boolean;
}

/** Steps one node: everything is a pure function of its arguments. */
export interface Node {
  readonly name: string;
  /** The node as it is started; what it sends as it starts belongs to the initial state. */
  start(circumstances: Circumstances): Step;
  step(configuration: Configuration, occurrence: Occurrence, circumstances: Circumstances): Step;
  /** The node as a crash leaves it; what a persisted restart needs is kept. */
  crash(configuration: Configuration): Configuration;
  /** Starts a crashed node again. */
  restart(crashed: Configuration, how: 'initial' | 'persisted', circumstances: Circumstances): Step;
  /** What may happen to it by itself: timers (all of them; who may end first is the explorer's matter), outcomes, restarts. In a fixed order. */
  spontaneous(
    configuration: Configuration,
  ): readonly (Occurrence & { readonly type: 'timer' | 'outcome' | 'restart' })[];
  /** What was declared that may become of an actor. */
  outcomeOf(configuration: Configuration, occurrence: Occurrence & { readonly type: 'outcome' }): Outcome;
  /** Who watches whom, over all nodes, and which life of it: how many were over before, none if nothing is said. Each is told once that this one ended. */
  watches(
    configuration: Configuration,
  ): readonly { readonly watcher: Address; readonly target: Address; readonly life?: number }[];
  /** The configuration without the ends of those actors of which nobody speaks. */
  forgetEnds?(configuration: Configuration, isSpokenOf: (address: Address) => boolean): Configuration;
  /** The configuration with other names in it, as one of the node that its own name then is: for actors that may stand for each other. */
  rename(configuration: Configuration, renaming: Renaming): Configuration;
  /** The snapshot of the root, as claims see it: refs in it show what they stand for in the world that is shown (see `show`). */
  snapshotOf(configuration: Configuration): Snapshot<unknown>;
}
