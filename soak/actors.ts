// What runs in the soak: workers that count what they handle, answer, talk with each other across nodes, ask and watch each other, and have hosted children
// of their own. The same logic runs in threads and in memory hosts.
import { ask, createMemoryHost, watch, type Bus, type MemoryHost, type Recipient } from 'troupe';
import { assign, setup, stopChild, type ActorRefFrom, type AnyActorRef } from 'xstate';
import { hostBusOf } from '../src/host.ts';
import { mirrorOf } from '../src/mirror.ts';
import { countLetters, openAccounts, WAITS, type Accounts, type AccountsMemory } from './accounts.ts';

/** An event that is counted: in which account, and its number among those of its sender. */
export interface Counted {
  readonly slot: number;
  readonly number: number;
}

export type Work = Counted &
  (
    | { readonly type: 'TELL' }
    | { readonly type: 'ASK'; readonly replyTo: Recipient<{ readonly type: 'REPLY'; readonly number: number }> }
    /** Those whom it talks to from now on. */
    | { readonly type: 'MEET'; readonly refs: readonly AnyActorRef[] }
    /** Tells each of them so many. */
    | { readonly type: 'CHATTER'; readonly count: number }
    /** Asks and watches each of them. */
    | { readonly type: 'QUERY'; readonly patience: number }
    | { readonly type: 'SPAWN' }
    | { readonly type: 'ABANDON' }
    | { readonly type: 'LEAVE' }
    | { readonly type: 'FAIL' }
    | { readonly type: 'CRASH' }
  );

interface Input {
  readonly memory: AccountsMemory;
}

interface Office {
  readonly bus: Bus;
  readonly accounts: Accounts;
  /** Where children of its workers live. */
  nursery?: { readonly host: MemoryHost; readonly child: typeof child };
}

const offices = new WeakMap<Bus, Office>();
/** Numbers what is sent from this realm, so that what one node sends one actor is ascending. */
let latest = 0;

function officeOf({ system }: AnyActorRef, memory?: AccountsMemory): Office {
  const bus = hostBusOf(system);
  if (!bus) throw new Error('A worker runs in a host.');
  let office = offices.get(bus);
  if (!office && memory) {
    office = { bus, accounts: openAccounts(memory) };
    offices.set(bus, office);
    countLetters(bus, office.accounts);
  }
  if (!office) throw new Error('A worker is given the accounts.');
  return office;
}

/** Counts an event to an actor of another node, and gives what counts it there; undefined if it is none. */
export function account(bus: Bus, accounts: Accounts, ref: AnyActorRef): Counted | undefined {
  const address = mirrorOf(ref)?.line?.address;
  if (!address) return undefined;
  const slot = accounts.slotOf(bus.address, address);
  accounts.add(slot, 'sent');
  return { slot, number: (latest += 1) };
}

function tell({ bus, accounts }: Office, ref: AnyActorRef): void {
  const counted = account(bus, accounts, ref);
  if (counted) ref.send({ type: 'TELL', ...counted });
}

/** Each wait that is begun has to end. */
function countWait({ bus, accounts }: Office, wait: Promise<unknown>): void {
  const slot = accounts.slotOf(bus.address, WAITS);
  accounts.add(slot, 'sent');
  const settled = () => accounts.add(slot, 'handled');
  wait.then(settled, settled);
}

export const child = setup({
  types: {
    input: {} as Input,
    events: {} as { readonly type: 'TELL' } & Counted,
    context: {} as { readonly handled: number },
  },
}).createMachine({
  context: ({ input, self }) => {
    officeOf(self, input.memory);
    return { handled: 0 };
  },
  on: {
    TELL: {
      actions: assign({
        handled: ({ context, event, self }) => {
          officeOf(self).accounts.handle(event.slot, event.number);
          return context.handled + 1;
        },
      }),
    },
  },
});

function nurseryOf(office: Office): typeof child {
  office.nursery ??= (() => {
    const host = createMemoryHost({ bus: office.bus, name: 'nursery' });
    return { host, child: host.import({ child }).child };
  })();
  return office.nursery.child;
}

export const worker = setup({
  types: {
    input: {} as Input,
    events: {} as Work,
    context: {} as {
      readonly handled: number;
      readonly refs: readonly AnyActorRef[];
      readonly child: ActorRefFrom<typeof child> | undefined;
    },
  },
  actions: {
    count: assign({
      handled: ({ context, event, self }) => {
        officeOf(self).accounts.handle(event.slot, event.number);
        return context.handled + 1;
      },
    }),
  },
}).createMachine({
  context: ({ input, self }) => {
    officeOf(self, input.memory);
    return { handled: 0, refs: [], child: undefined };
  },
  initial: 'working',
  states: {
    working: {
      on: {
        TELL: { actions: 'count' },
        ASK: {
          actions: ['count', ({ event }) => event.replyTo.send({ type: 'REPLY', number: event.number })],
        },
        MEET: { actions: ['count', assign({ refs: ({ event }) => event.refs })] },
        CHATTER: {
          actions: [
            'count',
            ({ self, context: { refs, child: own }, event }) => {
              const office = officeOf(self);
              for (const ref of own ? [...refs, own] : refs)
                for (let count = 0; count < event.count; count += 1) tell(office, ref);
            },
          ],
        },
        QUERY: {
          actions: [
            'count',
            ({ self, context: { refs }, event }) => {
              const office = officeOf(self);
              for (const ref of refs) {
                const counted = account(office.bus, office.accounts, ref);
                if (!counted) continue;
                countWait(office, watch(ref));
                countWait(
                  office,
                  ask(
                    ref as Recipient<Work> & AnyActorRef,
                    (replyTo) => ({ type: 'ASK', ...counted, replyTo }) as Work & { readonly type: 'ASK' },
                    {
                      timeout: event.patience,
                    },
                  ),
                );
              }
            },
          ],
        },
        SPAWN: {
          actions: [
            'count',
            assign({
              child: ({ self, spawn, context }) =>
                context.child ??
                spawn(nurseryOf(officeOf(self)), { input: { memory: officeOf(self).accounts.memory } }),
            }),
          ],
        },
        ABANDON: {
          actions: ['count', stopChild(({ context }) => context.child as never), assign({ child: undefined })],
        },
        LEAVE: { target: 'gone', actions: 'count' },
        FAIL: {
          actions: [
            'count',
            () => {
              throw new RangeError('It was told to fail.');
            },
          ],
        },
        CRASH: { actions: ['count', () => process.exit(3)] },
      },
    },
    gone: { type: 'final' },
  },
});
