// What a space offers so that actors may stand for each other: its numbers and what they stand for, and a state put together anew from other numbers. This file is types
// alone: the words between the space, which knows how its states are laid out, and symmetry, which knows who becomes whom.
import type { Configuration } from '../node/node.ts';
import type { Message } from '../options.ts';
import type { Words } from './space.ts';

/** A space whose states can be put together anew. The first words of a state are the numbers of its nodes' configurations, one for each of `names`, in order. */
export interface Rearrangeable {
  /** What a number stands for as the configuration of the node at that place of `names`; and the number of one. */
  configuration(place: number, id: number): Configuration;
  idOfConfiguration(place: number, configuration: Configuration): number;
  /** What a number stands for as a message on its way; and the number of one. */
  message(id: number): Message;
  idOfMessage(message: Message): number;
  /** What a number stands for as that which `history` has gathered; and the number of it. */
  history(id: number): unknown;
  idOfHistory(history: unknown): number;
  /**
   * Writes into `into` the state that follows from the first `length` words of `state` when each node goes to another place and each number becomes another, with what has
   * no order put in its canonical one again, and returns its length. Cells that are named after a node (its name is a word in theirs) go with it.
   */
  rearrange(state: Words, length: number, rearrangement: Rearrangement, into: Words): number;
}

/** Who becomes whom, and what that makes of the numbers. */
export interface Rearrangement {
  /** Where each node goes: the one at place `i` becomes that at `places[i]`. */
  readonly places: readonly number[];
  /** Who is called what instead. */
  readonly names: Readonly<Record<string, string>>;
  /** The number that the configuration of the node at `place` has as one of the node at `places[place]`. */
  configuration(place: number, id: number): number;
  message(id: number): number;
  history(id: number): number;
}
