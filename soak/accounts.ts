// What was sent and what became of it, in shared memory, by the node that sent and the actor that it was for: so it survives the threads that counted. A
// handler counts as the first thing it does; what is numbered tells there whether it came twice or out of order.
import { isAddress, nodeOf, type Address, type NodeAddress } from '../src/address.ts';
import type { Bus, DeadLetter } from 'troupe';

/** The memory of the accounts, which travels to each thread. */
export interface AccountsMemory {
  readonly keys: BigUint64Array<SharedArrayBuffer>;
  readonly counts: Int32Array<SharedArrayBuffer>;
}

/** What is counted of each pair: `sure` of what was certainly not handled, `maybe` of what may have been. */
export const COUNTS = ['sent', 'handled', 'sure', 'maybe', 'last', 'disorder'] as const;
export type Count = (typeof COUNTS)[number];
export type Account = Readonly<Record<Count, number>>;

const WIDTH = 8;

export interface Accounts {
  readonly memory: AccountsMemory;
  /** Where what `sender` sends to `target` is counted: the same in each thread. */
  slotOf(sender: string, target: string): number;
  /** The same, where something was counted. */
  find(sender: string, target: string): number | undefined;
  add(slot: number, count: Count, amount?: number): void;
  /** Counts an event that is being handled. */
  handle(slot: number, number: number): void;
  at(slot: number): Account;
  /** The accounts that are in use, by their slots. */
  used(): Generator<readonly [slot: number, account: Account]>;
}

/** Memory for so many pairs. */
export function createAccountsMemory(pairs: number): AccountsMemory {
  const size = 2 ** Math.ceil(Math.log2(pairs * 2));
  return {
    keys: new BigUint64Array(new SharedArrayBuffer(size * BigUint64Array.BYTES_PER_ELEMENT)),
    counts: new Int32Array(new SharedArrayBuffer(size * WIDTH * Int32Array.BYTES_PER_ELEMENT)),
  };
}

export function openAccounts(memory: AccountsMemory): Accounts {
  const { keys, counts } = memory;
  const accounts: Accounts = {
    memory,
    slotOf(sender, target) {
      const key = hash(`${sender} ${target}`);
      const mask = keys.length - 1;
      for (let tries = 0, slot = Number(key & BigInt(mask)); tries <= mask; tries += 1, slot = (slot + 1) & mask) {
        const found = Atomics.compareExchange(keys, slot, 0n, key);
        if (found === 0n || found === key) return slot;
      }
      throw new Error('The accounts are full: give them more memory.');
    },
    find(sender, target) {
      const key = hash(`${sender} ${target}`);
      const mask = keys.length - 1;
      for (let slot = Number(key & BigInt(mask)); keys[slot] !== 0n; slot = (slot + 1) & mask)
        if (keys[slot] === key) return slot;
      return undefined;
    },
    add: (slot, count, amount = 1) => void Atomics.add(counts, indexOf(slot, count), amount),
    handle(slot, number) {
      accounts.add(slot, 'handled');
      if (Atomics.exchange(counts, indexOf(slot, 'last'), number) >= number) accounts.add(slot, 'disorder');
    },
    at: (slot) =>
      Object.fromEntries(COUNTS.map((count) => [count, Atomics.load(counts, indexOf(slot, count))])) as Account,
    *used() {
      for (let slot = 0; slot < keys.length; slot += 1)
        if (Atomics.load(keys, slot) !== 0n) yield [slot, accounts.at(slot)];
    },
  };
  return accounts;
}

/** Counts the dead letters of a node. `told` hears of each. */
export function countLetters(bus: Bus, accounts: Accounts, told: (letter: DeadLetter) => void = () => {}): void {
  bus.deadLetters.subscribe((letter) => {
    const { target, sender = bus.address, count, reason } = letter;
    const slot = accounts.slotOf(sender.includes('/') ? nodeOf(sender as Address) : sender, target);
    accounts.add(slot, reason === 'maybe-handled' ? 'maybe' : 'sure', count);
    told(letter);
  });
}

/** Why an account does not balance; undefined if it does. Of a sender that died only so much is known as it had counted. */
function faultOf({ sent, handled, sure, maybe, disorder }: Account, isSenderAlive: boolean): string | undefined {
  // a reply is the asker's, who counts none
  if (sent === 0 && handled === 0) return undefined;
  if (disorder > 0) return `${disorder} events came twice or out of order`;
  if (handled > sent - sure) return `${handled + sure - sent} more were handled or declared lost than were sent`;
  if (isSenderAlive && handled < sent - sure - maybe) return `nothing tells of ${sent - sure - maybe - handled} events`;
  return undefined;
}

/** What the accounts of these senders and targets say that must not be. */
export function compare(
  accounts: Accounts,
  senders: readonly NodeAddress[],
  isAlive: (node: NodeAddress) => boolean,
  targets: readonly string[],
): string[] {
  const names = new Map<number, readonly [sender: NodeAddress, target: string]>();
  const faults: string[] = [];
  /** Who they are is looked for where there is something to say of them. */
  const nameOf = (slot: number) => {
    if (names.size > 0) return names.get(slot);
    for (const sender of senders)
      for (const target of targets) {
        const found = accounts.find(sender, target);
        if (found !== undefined) names.set(found, [sender, target]);
      }
    return names.get(slot);
  };
  for (const [slot, each] of accounts.used()) {
    if (!faultOf(each, true) && each.maybe === 0) continue;
    const [sender = 'a node within a thread', target = 'something there'] = nameOf(slot) ?? [];
    const isSenderAlive = isAlive(sender as NodeAddress);
    const text = `${sender} → ${target}: ${JSON.stringify(each)}`;
    const fault = faultOf(each, isSenderAlive);
    if (fault) faults.push(`${fault}: ${text}`);
    // the first knows each death; between two others a link may end though both live
    else if (sender === senders[0] && each.maybe > 0 && isAddress(target) && isAlive(nodeOf(target)))
      faults.push(`its node lives, and may have handled something: ${text}`);
  }
  return faults;
}

/** In the accounts, the target of each wait. */
export const WAITS = 'waits';

/** Where a slot has a count. */
const indexOf = (slot: number, count: Count): number => slot * WIDTH + COUNTS.indexOf(count);

/** Two hashes of 32 bits as one of 64, never 0. */
function hash(text: string): bigint {
  let [low, high] = [0x811c9dc5, 0x9e3779b9];
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code, 0x85ebca6b) ^ (high >>> 15);
  }
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0) || 1n;
}
