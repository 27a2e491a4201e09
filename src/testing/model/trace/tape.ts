// The records of a made-up recording: their times, who is in it and which messages are on their way.
import type { ActorKey, InspectorRecord, Sender } from '../../../inspector/records.ts';
import { describeFields } from '../../../inspector/describe.ts';
import { kindOfLogic } from '../../../logic-kinds.ts';
import { machineOf } from './machines.ts';
import type { Address, Configuration } from '../node/node.ts';
import type { Message } from '../options.ts';
import type { Change } from './trace.ts';
import { addressOf, orderTextOf, textOfError } from './text.ts';

/** A record that is given its time. */
export type Untimed = InspectorRecord extends infer TRecord
  ? TRecord extends { readonly at: number }
    ? Omit<TRecord, 'at'>
    : never
  : never;

export interface Tape {
  readonly records: readonly InspectorRecord[];
  /** Adds what happens next. */
  tell(record: Untimed): void;
  /** A step begins: the seconds are the steps' numbers. */
  begin(step: number): void;
}

export function createTape(): Tape {
  const records: InspectorRecord[] = [];
  let [at, told] = [0, 0];
  return {
    records,
    tell(record) {
      told += 1;
      // all of a step is over before the next, however much it is
      records.push({ ...record, at: at + Math.min(told, 999) });
    },
    begin(step) {
      [at, told] = [step * 1000, 0];
    },
  };
}

/** Who is in a recording, under keys that are never given again. */
export interface Cast {
  /** The actor of an address: the one that is there, or was last. */
  keyOf(address: Address): ActorKey;
  /** A node is up. */
  up(name: string): void;
  down(name: string, before: Configuration): void;
  /** The actors that a configuration has and an earlier one had not. */
  enter(before: Configuration | undefined, after: Configuration): void;
  /** Those of some changes that have ended. */
  leave(changes: readonly Change[], after: Configuration): void;
}

export function createCast({ tell }: Tape): Cast {
  const keys = new Map<Address, ActorKey>();
  const machines = new Set<string>();
  const incarnations = new Map<string, number>();
  let next = 1;
  const keyOf = (address: Address) => keys.get(address) ?? address;
  const nodeOf = (address: Address) => {
    const name = [...incarnations.keys()].find((each) => address === each || address.startsWith(`${each}/`)) ?? address;
    return `${name}@${incarnations.get(name) ?? 1}`;
  };
  return {
    keyOf,
    up(name) {
      incarnations.set(name, (incarnations.get(name) ?? 0) + 1);
      tell({ type: 'node', node: nodeOf(name), up: true });
    },
    down(name, before) {
      const error = 'crash';
      for (const [address, { snapshot }] of before.actors) {
        if (snapshot.status === 'active') tell({ type: 'ended', actor: keyOf(address), how: 'failed', error });
      }
      tell({ type: 'node', node: nodeOf(name), up: false, error });
    },
    enter(before, after) {
      for (const [address, { logic, src }] of after.actors) {
        if (before?.actors.has(address)) continue;
        const machine = machineOf(logic);
        if (machine && !machines.has(machine.hash)) {
          machines.add(machine.hash);
          tell({ type: 'machine', machine: machine.hash, definition: machine.definition });
        }
        keys.set(address, `a${next}`);
        next += 1;
        const node = nodeOf(address);
        const isRoot = node.startsWith(`${address}@`);
        const [parent, id] = isRoot ? [undefined, address] : splitAddress(address);
        tell({
          type: 'actor',
          actor: keyOf(address),
          id,
          node,
          kind: kindOfLogic(logic),
          ...(parent === undefined ? {} : { parent: keyOf(parent) }),
          ...(src === '' ? {} : { src }),
          ...(machine ? { machine: machine.hash } : {}),
        });
      }
    },
    leave(changes, after) {
      for (const { actor, ended: how } of changes) {
        const { error } = (after.actors.get(actor)?.snapshot ?? {}) as { readonly error?: unknown };
        const said = how === 'failed' && error !== undefined ? { error: textOfError(error) } : {};
        if (how) tell({ type: 'ended', actor: keyOf(actor), how, ...said });
      }
    },
  };
}

/** The parent's address, and the child's id. */
function splitAddress(address: Address): [parent: Address, id: string] {
  const at = address.lastIndexOf('/');
  return [address.slice(0, at), address.slice(at + 1).replace(/~\d+$/u, '')];
}

/** The messages of a recording: which of those on their way it is that arrives. */
export interface Post {
  send(message: Message): void;
  /** One arrives; its number. One that `stays` is on its way once more. */
  take(message: Message, stays: boolean): number;
  lose(message: Message, reason: string): void;
}

export function createPost({ tell }: Tape, keyOf: (address: Sender) => Sender): Post {
  const onTheWay: { readonly text: string; readonly number: number }[] = [];
  let next = 1;
  const send = (message: Message) => {
    const body = describeFields(message.event, DESCRIBED);
    const { from, to, event } = message;
    tell({
      type: 'sent',
      message: next,
      from: keyOf(from),
      to: keyOf(to),
      event: event.type,
      ...(body === undefined ? {} : { body }),
    });
    onTheWay.push({ text: textFor(message), number: next });
    next += 1;
  };
  const find = (message: Message): number => {
    const text = textFor(message);
    let place = onTheWay.findIndex((each) => each.text === text);
    // it cannot be delivered without having been sent, unless it stays on its way for ever
    if (place < 0) {
      send(message);
      place = onTheWay.length - 1;
    }
    const [found] = onTheWay.splice(place, 1);
    return found?.number ?? 0;
  };
  return {
    send,
    take(message, stays) {
      const number = find(message);
      tell({ type: 'received', message: number });
      if (stays) send(message);
      return number;
    },
    lose(message, reason) {
      const number = find(message);
      tell({
        type: 'dead-letter',
        reason,
        to: keyOf(message.to),
        from: keyOf(message.from),
        count: 1,
        message: number,
      });
    },
  };
}

const textFor = ({ from, to, event }: Message) => orderTextOf([from, to, event]);

export const DESCRIBED = {
  // it is the program's own test that is read
  redact: () => false,
  labelOf: (ref: object) => addressOf(ref) ?? '',
  without: (key: string) => key === 'type',
};
