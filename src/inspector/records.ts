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
  readonly troupe: 'recording';
  readonly version: typeof RECORDING_VERSION;
  /** When `at: 0` was, in milliseconds since 1970. */
  readonly epoch: number;
  /** The node that was looked from. */
  readonly node: NodeKey;
  readonly title: string;
}

export const RECORDING_VERSION = 1;

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
  readonly up: boolean;
  /** Why it went, if it was not asked to. */
  readonly error?: string;
}

/** What a machine is made of; told once, before the first actor of it. */
export interface MachineRecord {
  readonly type: 'machine';
  /** A hash of the definition. */
  readonly machine: string;
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
  readonly parent?: ActorKey;
  readonly systemId?: string;
  readonly src?: string;
  /** What drives it, if it is a machine. */
  readonly machine?: string;
  /** What it can be told apart by when it is no machine: `promise`, `callback`, `observable`, `store`, `logic`. */
  readonly kind: 'machine' | 'promise' | 'callback' | 'observable' | 'transition' | 'store' | 'logic';
}

/** A message left. `message` numbers it; it is the same in `received`. */
export interface SentRecord {
  readonly type: 'sent';
  readonly message: number;
  readonly from: Sender;
  /** An actor, or the node whose plain code takes the answer that it asked for; of that no receipt is told. */
  readonly to: Sender;
  /** The event's type. */
  readonly event: string;
  /** The event's other fields as JSON, redacted, and cut if it is long. */
  readonly body?: string;
}

/** A message was taken out of a mailbox (`at`), and the step that it led to was over at `done`. */
export interface ReceivedRecord {
  readonly type: 'received';
  readonly message: number;
  readonly done?: number;
}

/** A macrostep of an actor. */
export interface StepRecord {
  readonly type: 'step';
  readonly actor: ActorKey;
  /** The type of the event that it took; `xstate.init` and the like are XState's own. Empty for how it was when somebody began to look. */
  readonly event: string;
  /** The message that brought it, if one did: delays, for one, bring none. */
  readonly message?: number;
  /** The machine's state value after it. */
  readonly value?: StateValue;
  readonly transitions?: readonly TakenTransition[];
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
  readonly targets?: readonly string[];
}

/** What an actor shows, at most ten times a second each: the whole, as JSON, redacted, and cut if it is long. */
export interface SnapshotRecord {
  readonly type: 'snapshot';
  readonly actor: ActorKey;
  /** `{ context, output, error, … }` without what the machine's definition says already. */
  readonly snapshot: string;
}

/** A supervised actor failed and lives again. */
export interface LifeRecord {
  readonly type: 'life';
  readonly actor: ActorKey;
  /** Which life begins: 2 is the first restart. */
  readonly life: number;
  readonly error: string;
}

export interface EndedRecord {
  readonly type: 'ended';
  readonly actor: ActorKey;
  readonly how: 'done' | 'stopped' | 'failed';
  readonly error?: string;
}

/** Events that are known not to have been delivered, or not known to have been. */
export interface DeadLetterRecord {
  readonly type: 'dead-letter';
  readonly reason: string;
  /** The actor they were for if it is known here, else its address. */
  readonly to: string;
  readonly from?: string;
  readonly count: number;
  /** The message, where it is known which. */
  readonly message?: number;
  readonly error?: string;
}

/** How many events wait for an actor; told when it changed, at most ten times a second each. */
export interface MailboxRecord {
  readonly type: 'mailbox';
  readonly actor: ActorKey;
  readonly waiting: number;
}

/** The value of a cell when it was looked at; without a value it is gone. */
export interface CellRecord {
  readonly type: 'cell';
  readonly cell: string;
  readonly value?: number;
}

/** How a node fares: measured twice a second. */
export interface GaugesRecord {
  readonly type: 'gauges';
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
  readonly reason: 'not-recorded' | 'dropped';
  /** How many records, where that is known. */
  readonly count?: number;
  /** When it began, in milliseconds since the epoch of the recording. */
  readonly since: number;
}

// ---- machines

/** A machine's states and transitions in the words of XState's config, functions by their names. */
export interface MachineDefinition {
  readonly id: string;
  readonly root: StateDefinition;
}

export interface StateDefinition {
  /** XState's id of the state node: `student.ready`. */
  readonly id: string;
  readonly key: string;
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  /** The id of the initial child. */
  readonly initial?: string;
  readonly history?: 'shallow' | 'deep';
  readonly description?: string;
  readonly tags: readonly string[];
  readonly entry: readonly string[];
  readonly exit: readonly string[];
  readonly invoke: readonly { readonly id?: string; readonly src: string }[];
  readonly transitions: readonly TransitionDefinition[];
  readonly states: readonly StateDefinition[];
}

export interface TransitionDefinition {
  /** The id of the state that it leaves. */
  readonly source: string;
  /** The event descriptor as XState has it in what it tells inspectors: `HOLD_THIS`, `xstate.after.500.student.ready`; empty for `always`. */
  readonly event: string;
  /** The same for a reader: `HOLD_THIS`, `after 500 ms`, `always`, `done: arrive`. */
  readonly label: string;
  /** Ids of states; none if it stays where it is. */
  readonly targets: readonly string[];
  readonly guard?: string;
  readonly actions: readonly string[];
  readonly reenter: boolean;
}
