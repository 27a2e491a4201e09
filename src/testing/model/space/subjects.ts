// What happens to nodes, by number: the messages that were ever on their way, and delays, outcomes and the like, each named without regard to the state that it happens in. The
// number of a message stands for it in a state's network, too.
import { TroupeError } from '../../../errors.ts';
import { codeOf, kinds, type Kind } from './codes.ts';
import { createInterner } from './interner.ts';
import type { Address, Occurrence, RunningTimer } from '../node/node.ts';
import type { Message, Outcome } from '../options.ts';
import type { Action, ActionCode } from './space.ts';

/** What of values this needs to know. */
export interface Values {
  /** Text that two values have in common if and only if they are equal. */
  readonly textOf: (value: unknown) => string;
  /** The addresses of all actors that a value speaks of, sorted. */
  readonly mentionsOf: (value: unknown) => readonly Address[];
}

/** What happens to a node, whatever the state. */
export interface Subject {
  /** The place of the node that it happens to. */
  readonly node: number;
  readonly action: Action | { readonly type: 'elapse' };
  /** What the node is told; not for a timer, whose place differs from state to state, nor for a crash and what ends one. */
  readonly occurrence?: Occurrence;
}

/** The messages and all else that happens, by number. */
export interface Subjects {
  at(id: number): Subject;
  /** The place of the node that it happens to. */
  target(id: number): number;
  /** Of a message: a number for the two nodes that it is between. */
  pair(id: number): number;
  message(message: Message): number;
  /** A delay; `ordinal` tells those apart that are alike otherwise. */
  timer(node: number, timer: RunningTimer, ordinal: number): ActionCode;
  outcome(
    node: number,
    occurrence: Occurrence & { readonly type: 'outcome' },
    src: string,
    outcome: Outcome,
  ): ActionCode;
  revive(node: number, occurrence: Occurrence & { readonly type: 'restart' }): ActionCode;
  down(node: number, occurrence: Occurrence & { readonly type: 'down' }, target: Address): ActionCode;
  stimulus(node: number, occurrence: Occurrence & { readonly type: 'stimulus' }): ActionCode;
  crash(node: number): ActionCode;
  restart(node: number): ActionCode;
  /** Not an action, but a part of one: time passes for a node. */
  elapse(node: number, milliseconds: number): number;
}

export function createSubjects(names: readonly string[], { textOf }: Values): Subjects {
  const places = new Map(names.map((name, place) => [name, place]));
  const targets: number[] = [];
  const pairs: number[] = [];
  const subjects = createInterner<Subject>();

  const placeOf = (address: Address): number => {
    const slash = address.indexOf('/');
    return places.get(slash < 0 ? address : address.slice(0, slash)) ?? -1;
  };
  const idOf = (text: string, subject: Subject, pair = 0): number =>
    subjects.idOf(text, (id) => {
      targets[id] = subject.node;
      pairs[id] = pair;
      return subject;
    });
  const named = (kind: Kind, text: string, subject: Subject): ActionCode =>
    codeOf(kind, idOf(`${kind} ${text}`, subject));
  const nameOf = (node: number): string => names[node] ?? '';

  return {
    at: subjects.at,
    target: (id) => targets[id] as number,
    pair: (id) => pairs[id] as number,
    message(message) {
      const { from, to, event } = message;
      const node = placeOf(to);
      if (node < 0) throw noSuchNode(message, names);
      return idOf(
        `m ${from} ${to} ${textOf(event)}`,
        { node, action: { type: 'deliver', message, again: false }, occurrence: { type: 'message', message } },
        placeOf(from) * names.length + node,
      );
    },
    timer(node, { actor, id, event, target = actor }, ordinal) {
      const text = `${actor} ${id} ${textOf(event)} ${target} ${ordinal}`;
      const action: Action = { type: 'timer', actor, id, event, ...(target !== actor && { target }) };
      return named(kinds.timer, text, { node, action });
    },
    outcome(node, occurrence, src, outcome) {
      const { actor, index } = occurrence;
      const kind = 'done' in outcome || 'error' in outcome ? kinds.outcome : kinds.free;
      const action: Action = { type: 'outcome', actor, src, index, outcome };
      return named(kind, `${actor} ${index} ${src} ${textOf(outcome)}`, { node, action, occurrence });
    },
    revive(node, occurrence) {
      const { actor } = occurrence;
      return named(kinds.revive, actor, { node, action: { type: 'revive', actor }, occurrence });
    },
    down(node, occurrence, target) {
      const { watcher, down } = occurrence;
      const action: Action = { type: 'down', watcher, target, down };
      return named(kinds.down, `${watcher} ${target} ${textOf(down)}`, { node, action, occurrence });
    },
    stimulus(node, occurrence) {
      const { event } = occurrence;
      const actor = nameOf(node);
      return named(kinds.stimulus, `${actor} ${textOf(event)}`, {
        node,
        action: { type: 'stimulus', actor, event },
        occurrence,
      });
    },
    crash: (node) => named(kinds.crash, nameOf(node), { node, action: { type: 'crash', node: nameOf(node) } }),
    restart: (node) => named(kinds.restart, nameOf(node), { node, action: { type: 'restart', node: nameOf(node) } }),
    elapse: (node, milliseconds) =>
      idOf(`e ${node} ${milliseconds}`, {
        node,
        action: { type: 'elapse' },
        occurrence: { type: 'elapse', milliseconds },
      }),
  };
}

function noSuchNode({ from, to, event }: Message, names: readonly string[]): TroupeError {
  const known = names.map((name) => `'${name}'`).join(', ');
  return new TroupeError(
    'NO_SUCH_ACTOR',
    `Cannot deliver '${event.type}' from '${from}' to '${to}': the model has no such actor. It has ${known}. Add it to \`actors\`.`,
    { details: { from, to, event: event.type } },
  );
}
