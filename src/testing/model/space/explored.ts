// What an exploration has found so far.
import type { EdgeRecorder } from './edges.ts';
import type { Judgement } from './judge.ts';
import type { ActionCode, Words } from './space.ts';
import type { Report } from '../trace/report.ts';

/** Something that was found out, and where. */
export interface Finding extends Judgement {
  /** The state where it is so, which is one of the nearest to the start. */
  readonly index: number;
}

/** The states that were found, by number: the initial one is 0, and none is nearer to the start than one before it. */
export interface Explored {
  /** How many states there are. */
  readonly count: number;
  /** How many of them, the first ones, had all their successors looked at. */
  readonly expanded: number;
  wordsOf(index: number): Words;
  /** The number of the state in the first `length` of `words`; -1 if it was not found. */
  indexOf(words: Words, length?: number): number;
  /** The state that one was first come to from, and by which action; the first one comes from itself. */
  parentOf(index: number): number;
  actionInto(index: number): ActionCode;
  /** The actions from the start to a state: a shortest way there. */
  wayTo(index: number): readonly ActionCode[];
  depthOf(index: number): number;
  /** The greatest depth of a state. */
  readonly depth: number;
  readonly generated: number;
  readonly seconds: number;
  /** `undefined` while it goes on. */
  readonly ended: Exclude<Report['ended'], 'aborted' | 'runs'> | undefined;
  readonly findings: readonly Finding[];
  /** The steps between states, where they were to be kept. */
  readonly edges: EdgeRecorder | undefined;
  /** The state from which something could not be explored at all, if the exploration threw. */
  readonly threwAt: number | undefined;
  /** How many bytes the states take. */
  readonly bytes: number;
}
