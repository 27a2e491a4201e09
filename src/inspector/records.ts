// What is told of a system that somebody looks at: flat records, each about one thing that happened, in causal order. The collector makes them, the
// server sends them, the page draws them, a recording holds one a line. All that is drawn follows from them. This file is types alone.

/** Names an actor within a recording; it is never given to another. */
export type ActorKey = string;

/** A node by its address, `name@incarnation`; no actor's key looks so. */
export type NodeKey = string;

/** The {@link ActorKey} of an actor, or the {@link NodeKey} of the node whose plain code sent. */
export type Sender = string;

/** The first line of a recording, and what a page is told first. */
export interface RecordingHeader {
  /** What tells a recording from other files. */
  readonly troupe: 'recording';
  /** Which form of records follows; it rises when one of them means something else. */
  readonly version: 1;
  /** When `at: 0` was, in milliseconds since 1970. */
  readonly epoch: number;
  /** The node that was looked from. */
  readonly node: NodeKey;
  /** What the page is called: the name of the program's file unless told otherwise. */
  readonly title: string;
}

export const RECORDING_VERSION: RecordingHeader['version'] = 1;

/** One thing that happened; `at` is in milliseconds since the epoch of the recording, with fractions. */
export type InspectorRecord = { readonly at: number } & (
  | NodeRecord
  | MachineRecord
  | ActorRecord
  | SentRecord
  | ReceivedRecord
  | StepRecord
  | SnapshotRecord
  | LifeRecord
  | EndedRecord
  | DeadLetterRecord
  | MailboxRecord
  | CellRecord
  | GaugesRecord
  | GapRecord
);

/** A node came (`up`) or went; an orderly end is no failure. */
export interface NodeRecord {
  readonly type: 'node';
  readonly node: NodeKey;
  /** Whether it came. */
  readonly up: boolean;
  /** Why it went, if it was not asked to. */
  readonly error?: string;
}

/** What a machine is made of; told once, before the first actor of it. */
export interface MachineRecord {
  readonly type: 'machine';
  /** A hash of the definition. */
  readonly machine: string;
  /** Its states and transitions. */
  readonly definition: MachineDefinition;
}

/** An actor came, or was there when somebody began to look. It is told again when that has changed: it lives on another node now, or more is known of it. */
export interface ActorRecord {
  readonly type: 'actor';
  readonly actor: ActorKey;
  /** Its id as XState has it, `Alice`; its machine's if it is a root that was given none. */
  readonly id: string;
  /** Where it runs. */
  readonly node: NodeKey;
  /** Absent for a root. */
  readonly parent?: ActorKey;
  /** Its name in its system, if it was given one. */
  readonly systemId?: string;
  /** The name of the logic that its parent made it from, where it has one. */
  readonly src?: string;
  /** The hash of what drives it, if it is a machine and known. */
  readonly machine?: string;
  /** What it can be told apart by when it is no machine: `promise`, `callback`, `observable`, `store`, `logic`. */
  readonly kind: 'machine' | 'promise' | 'callback' | 'observable' | 'transition' | 'store' | 'logic';
}

/** A message left. `message` numbers it; it is the same in `received`. */
export interface SentRecord {
  readonly type: 'sent';
  /** Its number, which no other message of the recording has. */
  readonly message: number;
  /** Who sent it. */
  readonly from: Sender;
  /** Whom it is for: an actor, or the node whose plain code takes the answer that it asked for; of that no receipt is told. */
  readonly to: Sender;
  /** The event's type. */
  readonly event: string;
  /** The event's other fields as JSON, redacted, and cut if it is long. */
  readonly body?: string;
}

/** A message was taken out of a mailbox (`at`), and the step that it led to was over at `done`. */
export interface ReceivedRecord {
  readonly type: 'received';
  /** The number that it was sent with. */
  readonly message: number;
  /** When its step was over, in milliseconds since the epoch of the recording; absent where that is not known. */
  readonly done?: number;
}

/** A macrostep of an actor. */
export interface StepRecord {
  readonly type: 'step';
  /** Who made it. */
  readonly actor: ActorKey;
  /** The type of the event that it took; `xstate.init` and the like are XState's own. Empty for how it was when somebody began to look. */
  readonly event: string;
  /** The message that brought it, if one did: delays, for one, bring none. */
  readonly message?: number;
  /** The machine's state value after it. */
  readonly value?: StateValue;
  /** Those that it took, in order. */
  readonly transitions?: readonly TakenTransition[];
  /** The types of the actions that it ran, in order. */
  readonly actions?: readonly string[];
}

/** A state value as XState has it. */
export type StateValue = string | { readonly [key: string]: StateValue | undefined };

/** A transition that was taken, in the words of its {@link TransitionDefinition}. */
export interface TakenTransition {
  /** The id of the state that it leaves. */
  readonly source?: string;
  /** The event descriptor; empty for `always`. */
  readonly event: string;
  /** Ids of states; absent if it stays where it is. */
  readonly targets?: readonly string[];
}

/** What an actor shows, at most ten times a second each: the whole, as JSON, redacted, and cut if it is long. */
export interface SnapshotRecord {
  readonly type: 'snapshot';
  /** Whose it is. */
  readonly actor: ActorKey;
  /** `{ context, output, error, … }` without what the machine's definition says already. */
  readonly snapshot: string;
}

/** A supervised actor failed and lives again. */
export interface LifeRecord {
  readonly type: 'life';
  /** Who lives again. */
  readonly actor: ActorKey;
  /** Which life begins: 2 is the first restart. */
  readonly life: number;
  /** What it failed with, as text. */
  readonly error: string;
}

/** An actor came to its end. */
export interface EndedRecord {
  readonly type: 'ended';
  /** Who ended. */
  readonly actor: ActorKey;
  /** By itself, because it was stopped, or by an error. */
  readonly how: 'done' | 'stopped' | 'failed';
  /** What it failed with, as text. */
  readonly error?: string;
}

/** Events that are known not to have been delivered, or not known to have been. */
export interface DeadLetterRecord {
  readonly type: 'dead-letter';
  /** Why, in the words of `currentBus().deadLetters`: `stopped`, `maybe-handled`. */
  readonly reason: string;
  /** The actor they were for if it is known here, else its address. */
  readonly to: string;
  /** Who sent them, where that is known: an actor, a node, or an address. */
  readonly from?: string;
  /** How many events. */
  readonly count: number;
  /** The message, where it is known which. */
  readonly message?: number;
  /** What went wrong, as text, where more is known than the reason. */
  readonly error?: string;
}

/** How many events wait for an actor; told when it changed, at most ten times a second each. */
export interface MailboxRecord {
  readonly type: 'mailbox';
  /** Whose mailbox. */
  readonly actor: ActorKey;
  /** How many. */
  readonly waiting: number;
}

/** The value of a cell when it was looked at; without a value it is gone. */
export interface CellRecord {
  readonly type: 'cell';
  /** Its name. */
  readonly cell: string;
  /** The number that it held. */
  readonly value?: number;
}

/** How a node fares: measured twice a second. */
export interface GaugesRecord {
  readonly type: 'gauges';
  /** Which node. */
  readonly node: NodeKey;
  /** Delay of its event loop since the last, in milliseconds. */
  readonly delay: { readonly p50: number; readonly p99: number; readonly max: number };
  /** The share of time that its event loop was busy, 0 to 1. */
  readonly busy: number;
  /** Used heap, in bytes. */
  readonly heap: number;
}

/** Something is missing here, and why: nobody looked, or more happened than is kept. */
export interface GapRecord {
  readonly type: 'gap';
  /** Nobody looked, or it was more than is kept. */
  readonly reason: 'not-recorded' | 'dropped';
  /** How many records, where that is known. */
  readonly count?: number;
  /** When it began, in milliseconds since the epoch of the recording. */
  readonly since: number;
}

// ---- machines

/** A machine's states and transitions in the words of XState's config, functions by their names. */
export interface MachineDefinition {
  /** Its id as XState has it. */
  readonly id: string;
  /** The state that holds all others. */
  readonly root: StateDefinition;
}

/** A state of a machine, with all that is within. */
export interface StateDefinition {
  /** XState's id of the state node: `student.ready`. */
  readonly id: string;
  /** Its name among its siblings: `ready`. */
  readonly key: string;
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  /** The id of the initial child. */
  readonly initial?: string;
  /** How much of what was is taken up again, for a history state. */
  readonly history?: 'shallow' | 'deep';
  /** What the machine says of it. */
  readonly description?: string;
  readonly tags: readonly string[];
  /** The names of the actions on entry, in order. */
  readonly entry: readonly string[];
  /** The names of the actions on exit, in order. */
  readonly exit: readonly string[];
  /** The actors that it invokes, by the names of their logic. */
  readonly invoke: readonly { readonly id?: string; readonly src: string }[];
  /** Those that it takes, for each event in the order in which they are tried. */
  readonly transitions: readonly TransitionDefinition[];
  /** Its children, in order. */
  readonly states: readonly StateDefinition[];
}

/** A transition of a machine, as it is written there. */
export interface TransitionDefinition {
  /** The id of the state that it leaves. */
  readonly source: string;
  /** The event descriptor as XState has it in what it tells inspectors: `HOLD_THIS`, `xstate.after.500.student.ready`; empty for `always`. */
  readonly event: string;
  /** The same for a reader: `HOLD_THIS`, `after 500 ms`, `always`, `done: arrive`. */
  readonly label: string;
  /** Ids of states; none if it stays where it is. */
  readonly targets: readonly string[];
  /** The guard's name, with the values of its params if they are plain: `isAtLeast(4)`; `inline` if it has no name. */
  readonly guard?: string;
  /** The names of its actions, in order. */
  readonly actions: readonly string[];
  /** Whether the state is left and entered again where it need not be. */
  readonly reenter: boolean;
}
