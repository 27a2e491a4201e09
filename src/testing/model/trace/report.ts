// What an exploration found: a verdict that says what it rests on, the shortest way to each violation, and what was never reached.
import type { Logics } from '../options.ts';
import type { Trace } from './trace.ts';

/** What was found. */
export interface Report<TLogics extends Logics = Logics, THistory = unknown> {
  /** Nothing was violated in what was explored: see `complete` for how much that says. */
  readonly ok: boolean;
  /** Whether every state within the bounds was explored. */
  readonly complete: boolean;
  /** Why it ended: all was explored, or what ran out. */
  readonly ended: 'explored' | 'maxStates' | 'maxDepth' | 'seconds' | 'aborted' | 'first-violation' | 'runs';
  /** How many states are different. */
  readonly states: number;
  /** How many were come by: the initial one and each successor, repeats included. */
  readonly generated: number;
  /** The length of the longest shortest way. */
  readonly depth: number;
  readonly seconds: number;
  /** What is wrong, each with the shortest way to it; at most one for each claim. */
  readonly violations: readonly Violation<TLogics, THistory>[];
  /** The shortest way to each claim of `sometimes` that was found to hold. */
  readonly reached: Readonly<Record<string, Trace<TLogics, THistory>>>;
  readonly coverage: Coverage;
  /** The whole as text, as it is printed. */
  toText(): string;
}

/** What is wrong. */
export interface Violation<TLogics extends Logics = Logics, THistory = unknown> {
  /** `failure`: an actor failed and nobody handled it. `deadlock`: nothing more happens, and the system may not stop there. */
  readonly kind: 'always' | 'eventually' | 'sometimes' | 'deadlock' | 'failure';
  /** The name of the claim; for the other kinds a sentence. */
  readonly claim: string;
  /** What is the case instead, in a sentence or two. */
  readonly why: string;
  /** The shortest way there; none where something was never reached. */
  readonly trace?: Trace<TLogics, THistory>;
  /** What a claim, or an actor, threw. */
  readonly error?: unknown;
}

/** What of the machines was seen. */
export interface Coverage {
  /** By the machine's id, or the address of an actor that runs it where it has none: ids of states that no actor ever entered. */
  readonly statesNeverEntered: Readonly<Record<string, readonly string[]>>;
  /** As before: transitions that were never taken, as text such as `ready: READY -> go`; those of the machine itself begin with its name. */
  readonly transitionsNeverTaken: Readonly<Record<string, readonly string[]>>;
  /** Events that came where nothing handled them and were dropped: whose, which, in which state, and how many different steps did so. */
  readonly unhandled: readonly {
    readonly actor: string;
    readonly event: string;
    readonly state: string;
    readonly steps: number;
    /** No state of its machine is for such an event: it may be misspelt, or meant for another. */
    readonly isUnknown?: true;
  }[];
  /** Macrosteps that touched cells more than once: another thread could come between, which is not explored. */
  readonly torn: readonly { readonly actor: string; readonly event: string; readonly cells: readonly string[] }[];
}
