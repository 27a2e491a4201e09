// What a system to be explored is made of, and what is claimed of it: the options of `model`, and the types that claims are given. This file is types alone.
import type { AnyActorLogic, AnyActorRef, EventFromLogic, EventObject, InputFrom, SnapshotFrom } from 'xstate';

/** The actors of a system by name: each is a node of its own, with all that it spawns or invokes. */
export type Logics = Readonly<Record<string, AnyActorLogic>>;

/** Actor logic with what it starts with; where it needs an input, it must be given. */
export type Entry<TLogic extends AnyActorLogic> =
  undefined extends InputFrom<TLogic>
    ? TLogic | { readonly logic: TLogic; readonly input?: Given<TLogic> }
    : { readonly logic: TLogic; readonly input: Given<TLogic> };

/** An input, or a function that makes it; `actor` gives the ref of another actor of the system by its name. */
export type Given<TLogic extends AnyActorLogic> =
  | ((scope: InputScope) => InputFrom<TLogic>)
  // where any input will do, the function is to be known as one all the same
  | (unknown extends InputFrom<TLogic> ? NonNullable<unknown> | null | undefined : InputFrom<TLogic>);

/** What an input is made from. */
export interface InputScope {
  /** The ref of an actor of the system. Throws `NO_SUCH_ACTOR` if there is none of that name. */
  readonly actor: (name: string) => AnyActorRef;
}

/** The names of a system's actors. */
export type Name<TLogics extends Logics> = keyof TLogics & string;

/** The snapshots of all actors at one moment, by name. */
export type World<TLogics extends Logics> = { readonly [TName in keyof TLogics]: SnapshotFrom<TLogics[TName]> };

/** What is to be seen besides the snapshots. */
export interface Scene<THistory = undefined> {
  /** The messages on their way between nodes; those of one pair in the order sent. */
  readonly inFlight: readonly Message[];
  /** The delays that run. */
  readonly timers: readonly ArmedTimer[];
  /** The names of the nodes that have crashed and were not started again. */
  readonly crashed: readonly string[];
  /** What the cells hold, by name. */
  readonly cells: Readonly<Record<string, number>>;
  /** What the option `history` has gathered. */
  readonly history: THistory;
}

/** An event on its way from one actor to another, by their addresses: a name, or for a child `Alice/ready`. */
export interface Message {
  readonly from: string;
  readonly to: string;
  readonly event: EventObject;
}

/** A delayed event of an actor. */
export interface ArmedTimer {
  readonly actor: string;
  /** As XState has it, such as `xstate.after.500.light.green`; empty for a delayed event that was given none. */
  readonly id: string;
  readonly event: EventObject;
}

/** What is claimed of a moment: whether it is so. It must be a pure function. */
export type Claim<TLogics extends Logics, THistory = undefined> = (
  world: World<TLogics>,
  scene: Scene<THistory>,
) => boolean;

/** Claims by what they say: the name is read in reports. */
export type Claims<TLogics extends Logics, THistory = undefined> = Readonly<Record<string, Claim<TLogics, THistory>>>;

/** How messages travel between nodes. */
export interface NetworkOptions {
  /**
   * `'per-pair'`: those from one node to another arrive in the order sent, as troupe's links keep it. `'none'`: in any order. `'global'`: all arrive in
   * the order in which they were sent.
   *
   * @defaultValue `'per-pair'`
   */
  readonly order?: 'per-pair' | 'none' | 'global';
  /** How many messages may be lost in a run; `Infinity` for any number.
   * @defaultValue 0 */
  readonly drop?: number;
  /** How many times a message may be delivered once more; `Infinity` keeps each message for ever, as a set, until it is lost.
   * @defaultValue 0 */
  readonly duplicate?: number;
  /**
   * Whether a message that its receiver has no use for now stays on its way instead of being delivered for nothing. XState drops events that are not handled, so the default
   * is what really happens; with this an event is never too early. It holds where messages have no order.
   *
   * @defaultValue false
   */
  readonly delayUnhandled?: boolean;
}

/** Which nodes may crash. */
export interface CrashOptions<TName extends string = string> {
  /** How many crashes there may be in a run. */
  readonly max: number;
  /** Who may crash.
   * @defaultValue everyone */
  readonly who?: readonly TName[];
  /**
   * What becomes of a node that crashed: it starts again as new, it goes on from its last snapshot (delays armed again), or it stays away. The start is a step of its own: what
   * arrives before it is lost, what arrives afterwards reaches the new life.
   *
   * @defaultValue `'initial'`
   */
  readonly restart?: 'initial' | 'persisted' | 'never';
}

/** When delayed events come: at any moment, only when no message is on its way, or in the order of their delays. */
export type TimerOrder = 'any-order' | 'when-idle' | 'by-delay';

/** What may become of an actor that is not run: a promise is `done` or fails with `error`; a callback or an observable of events may send an `event`, an observable may show a `next`, at any time and as often as it likes. */
export type Outcome =
  | { readonly done: unknown }
  | { readonly error: unknown }
  | { readonly event: EventObject }
  | { readonly next: unknown };

/** What stands for an actor that cannot be explored: what may become of it, from its input if that matters, or logic that can be. */
export type Invoked = AnyActorLogic | readonly Outcome[] | ((input: never) => readonly Outcome[]);

/** Something that is gathered along a run and belongs to the state, for claims about what has happened: TLA's history variable. Its functions must be pure. */
export interface HistoryOptions<THistory> {
  readonly initial: THistory;
  /** A message was delivered; told before what was sent in consequence. */
  readonly received?: (history: THistory, message: Message) => THistory;
  /** A message was sent to another node. */
  readonly sent?: (history: THistory, message: Message) => THistory;
}

/** A system and what is claimed of it. */
export interface ModelOptions<TLogics extends Logics = Logics, THistory = undefined> {
  /** Actor logic by name, with its input where it takes one. */
  readonly actors: { readonly [TName in keyof TLogics]: Entry<TLogics[TName]> };
  /** What users may send, by the actor's name: whenever it would be handled, any number of times. */
  readonly stimuli?: { readonly [TName in keyof NoInfer<TLogics>]?: readonly EventFromLogic<TLogics[TName]>[] };
  /** How messages travel between nodes, and what may go wrong with them. */
  readonly network?: NetworkOptions;
  /** Which nodes may crash, and what becomes of them.
   * @defaultValue nobody crashes */
  readonly crash?: CrashOptions<Name<TLogics>>;
  /** When delayed events come.
   * @defaultValue `'any-order'` */
  readonly timers?: TimerOrder;
  /** What may become of promises, callbacks and observables, by the name that their logic has in the machine (`src`). They are never run. */
  readonly invoked?: Readonly<Record<string, Invoked>>;
  /** Cells of `troupe/shared` by name, with what they hold at first. With cells the machines' own actions are run, and see these. */
  readonly cells?: Readonly<Record<string, number>>;
  /** What is gathered along the way. */
  readonly history?: HistoryOptions<THistory>;
  /** Groups of actors of which each could stand for each: states that differ only in who is who are explored once. Claims must not tell them apart. */
  readonly symmetric?: readonly (readonly Name<TLogics>[])[];
  /** Where the system may come to rest. By default where all of its actors are done. */
  readonly mayStopWhen?: Claim<NoInfer<TLogics>, NoInfer<THistory>>;
  /** Actors that may fail; with `true` all. That of another is reported as a violation.
   * @defaultValue nobody */
  readonly mayFail?: true | readonly Name<TLogics>[];
  /** The bounds: a state for which this says no is left out, with all that would follow from it. */
  readonly within?: Claim<NoInfer<TLogics>, NoInfer<THistory>>;
  /** What to take into account of an actor's snapshot: two snapshots of which this gives equal values count as the same. */
  readonly forget?: {
    readonly [TName in keyof NoInfer<TLogics>]?: (snapshot: SnapshotFrom<TLogics[TName]>) => unknown;
  };
  /** What must hold at every moment. */
  readonly always?: Claims<NoInfer<TLogics>, NoInfer<THistory>>;
  /**
   * What must come to hold on every run in which each message arrives and each delay ends, unless something goes wrong for ever. A delay or promise that is called off has not to end,
   * also where it is begun anew at once: where only its length keeps it from that, let `timers` be `'by-delay'`.
   */
  readonly eventually?: Claims<NoInfer<TLogics>, NoInfer<THistory>>;
  /** What must be possible. */
  readonly sometimes?: Claims<NoInfer<TLogics>, NoInfer<THistory>>;
}
