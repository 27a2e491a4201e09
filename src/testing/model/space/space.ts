// A system as a space of states: what the initial state is, and what may follow each. A state is a short list of whole numbers, so that millions of them can be held and
// compared; what the numbers stand for is interned. This file is types alone: the words between what knows the system and what walks it.
import type { EventObject } from 'xstate';
import type { Down } from '../../../down.ts';
import type { Address, Configuration, StepNotes } from '../node/node.ts';
import type { Logics, Message, Outcome, Scene, World } from '../options.ts';
import type { Rearrangeable } from './rearrange.ts';

/** A state: numbers that stand for the nodes' configurations, the network, and the rest. Two states are the same if and only if their words are. */
export type Words = Uint32Array;

/** Names an action within one space, whatever the state: its kind and what it is about. */
export type ActionCode = number;

/** Something that may happen in a system. */
export type Action =
  /** A message arrives; `again` says that it stays on its way as well. */
  | { readonly type: 'deliver'; readonly message: Message; readonly again: boolean }
  /** A message is lost. */
  | { readonly type: 'drop'; readonly message: Message }
  /** A delay ends. */
  | {
      readonly type: 'timer';
      readonly actor: Address;
      readonly id: string;
      readonly event: EventObject;
      /** Whom the event is for, if that is not the actor itself. */
      readonly target?: Address;
    }
  /** A user does something. */
  | { readonly type: 'stimulus'; readonly actor: Address; readonly event: EventObject }
  /** What was declared becomes of an actor that is not run. */
  | {
      readonly type: 'outcome';
      readonly actor: Address;
      readonly src: string;
      readonly index: number;
      readonly outcome: Outcome;
    }
  /** A supervised actor begins its next life. */
  | { readonly type: 'revive'; readonly actor: Address }
  /** A watcher is told that an actor has ended. */
  | { readonly type: 'down'; readonly watcher: Address; readonly target: Address; readonly down: Down }
  | { readonly type: 'crash'; readonly node: string }
  | { readonly type: 'restart'; readonly node: string };

/** What may follow a state. */
export interface Space<TLogics extends Logics = Logics, THistory = unknown> {
  /** The names of the nodes, in the order in which the options give them. */
  readonly names: readonly string[];
  /** The initial state: all nodes started, what they sent on its way. */
  readonly initial: Words;
  /** What the nodes did as they started, in order. */
  readonly beginnings: readonly NodeStep[];
  /**
   * Calls `visit` for each action that may happen in a state and the state that follows, in a fixed order. `next` is scratch: it holds the state in its first `length`
   * words until `visit` returns. What lies outside of the bounds is left out, but `isBeyond` is told the action: it is possible all the same. An action that changes
   * nothing is visited, too, with the same state.
   */
  successors(
    state: Words,
    visit: (code: ActionCode, next: Words, length: number) => void,
    isBeyond?: (code: ActionCode) => void,
  ): void;
  /** What an action of a state is. */
  actionOf(state: Words, code: ActionCode): Action;
  /** What its node did; for a drop or a crash nothing. */
  stepOf(state: Words, code: ActionCode): NodeStep | undefined;
  /** The snapshots and the rest, as claims see them; valid until the next call. */
  show(state: Words): { readonly world: World<TLogics>; readonly scene: Scene<THistory> };
  /** Each step of a node that was ever evaluated, once: what coverage is gathered from. */
  readonly evaluated?: () => Iterable<NodeStep>;
  /** The configuration of a node. */
  configurationOf(state: Words, name: string): Configuration;
  /** Whether an action must happen in the end where it stays possible: a delivery, a delay, a restart, a promise. */
  isFair(code: ActionCode): boolean;
  /** Whether nothing more happens by itself: no message can arrive, no delay, restart or outcome is to come. A stimulus that would be handled counts as more to happen. */
  isQuiescent(state: Words): boolean;
  /** Its numbers and what they stand for; needed where actors are declared to be symmetric. */
  readonly rearrangeable?: Rearrangeable;
}

/** What one node did. */
export interface NodeStep {
  readonly node: string;
  readonly before: Configuration | undefined;
  readonly after: Configuration;
  readonly sends: readonly Message[];
  readonly notes: StepNotes;
}
