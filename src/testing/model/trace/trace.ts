// A run of a system, step by step: what happened, what changed, and the schedule that leads there again.
import type { Action } from '../space/space.ts';
import type { Address } from '../node/node.ts';
import type { Logics, Message, Scene, World } from '../options.ts';

/** A run of a system from its start: a counterexample, an example, or what a schedule led to. */
export interface Trace<TLogics extends Logics = Logics, THistory = unknown> {
  /** The steps as one line of text, which `replay` takes. */
  readonly schedule: string;
  /** The steps in order. */
  readonly steps: readonly TraceStep<TLogics, THistory>[];
  /** The snapshots at the start, and at the end. */
  readonly first: World<TLogics>;
  readonly last: World<TLogics>;
  /** What is to be seen at the end besides the snapshots. */
  readonly scene: Scene<THistory>;
  /** After the last step all is as it was after this many steps, and may go round for ever. */
  readonly loopsTo?: number;
  /** Numbered lines, a step each. */
  toText(): string;
  /** A sequence diagram for Mermaid. */
  toMermaid(): string;
  /** The source of a vitest test that replays the schedule; `modelName` is what the test calls the model. */
  toTest(modelName?: string): string;
  /** A recording that `troupe inspect` shows: NDJSON. */
  toRecording(): string;
}

/** One step of a run. */
export interface TraceStep<TLogics extends Logics = Logics, THistory = unknown> {
  /** From 1. */
  readonly number: number;
  /** Its part of the schedule. */
  readonly text: string;
  readonly action: Action;
  /** The snapshots after it. */
  readonly world: World<TLogics>;
  readonly scene: Scene<THistory>;
  /** The actors whose state or context changed, in order of address. */
  readonly changes: readonly Change[];
  /** What was sent to other nodes in consequence. */
  readonly sent: readonly Message[];
  /** Events that were dropped because nothing handled them. */
  readonly unhandled: readonly { readonly actor: Address; readonly event: { readonly type: string } }[];
}

/** What changed of one actor by a step. */
export interface Change {
  readonly actor: Address;
  /** Its state value before and after, as text; the same if it stayed. Empty for one that was not there, or is no machine. */
  readonly from: string;
  readonly to: string;
  /** The keys of the context that changed, with what they hold now, as text. */
  readonly context: Readonly<Record<string, string>>;
  /** How it ended, if it did. */
  readonly ended?: 'done' | 'failed' | 'stopped';
}
