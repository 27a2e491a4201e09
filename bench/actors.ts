// The actors that are measured. Every arm runs these, hosted or by hand.
import { assign, emit, fromTransition, sendTo, setup } from 'xstate';
import { supervise, type Recipient } from 'troupe';

export interface Pong {
  readonly type: 'PONG';
  readonly number: number;
}

export type PingerEvent =
  | { readonly type: 'PING'; readonly number: number }
  | { readonly type: 'ASK'; readonly number: number; readonly replyTo: Recipient<Pong> };

/** Answers each ping, and counts it: to whoever listens, or to whoever asks. */
export const pinger = setup({
  types: { context: {} as { readonly handled: number }, events: {} as PingerEvent, emitted: {} as Pong },
  actions: { count: assign({ handled: ({ context }) => context.handled + 1 }) },
}).createMachine({
  context: { handled: 0 },
  on: {
    PING: { actions: ['count', emit(({ event }) => ({ type: 'PONG', number: event.number }) as const)] },
    ASK: {
      actions: [
        'count',
        sendTo(
          ({ event }) => event.replyTo,
          ({ event }) => ({ type: 'PONG', number: event.number }) as const,
        ),
      ],
    },
  },
});

/** Adds up: the least that logic can do. */
export const counter = fromTransition(
  ({ handled }: { readonly handled: number }, event: { readonly type: 'ADD'; readonly amount: number }) => ({
    handled: handled + event.amount,
  }),
  { handled: 0 },
);

export type TillEvent =
  | { readonly type: 'OPEN'; readonly clerk: string }
  | { readonly type: 'SCAN'; readonly sku: string; readonly price: number; readonly quantity: number }
  | { readonly type: 'PAY'; readonly amount: number }
  | { readonly type: 'CLOSE' };

interface TillContext {
  readonly handled: number;
  readonly clerk: string;
  readonly items: number;
  readonly total: number;
  readonly sold: number;
  readonly seal: number;
}

const MOST_ITEMS = 100;
const SEAL_TURNS = 1000;

export type FrailEvent =
  | { readonly type: 'FAIL' }
  | { readonly type: 'ASK'; readonly number: number; readonly replyTo: Recipient<Pong> };

/** Answers, and fails when it is told to. */
export const frail = fromTransition((state: null, event: FrailEvent) => {
  if (event.type === 'FAIL') throw new Error('It was told to fail.');
  event.replyTo.send({ type: 'PONG', number: event.number });
  return state;
}, null);

/** As often as it is told to, and at once. */
export const RESTART = { restart: { atMost: Infinity }, backoff: 0, onFailure: () => {} } as const;

/** The same, and lives again where it is. */
export const steady = supervise(frail, RESTART);

/** A till: nested states, guards, and in each action a little work for the processor. */
export const till = setup({
  types: { context: {} as TillContext, events: {} as TillEvent },
  guards: {
    fits: ({ context, event }) => event.type === 'SCAN' && context.items + event.quantity <= MOST_ITEMS,
    covers: ({ context, event }) => event.type === 'PAY' && event.amount >= context.total,
  },
  actions: {
    count: assign({ handled: ({ context }) => context.handled + 1 }),
    open: assign({ clerk: ({ event }) => (event.type === 'OPEN' ? event.clerk : '') }),
    add: assign(({ context, event }) => {
      if (event.type !== 'SCAN') return {};
      const { price, quantity, sku } = event;
      return {
        items: context.items + quantity,
        total: context.total + price * quantity,
        seal: sealOf(context.seal, sku),
      };
    }),
    sell: assign(({ context }) => ({ sold: context.sold + context.total, items: 0, total: 0 })),
  },
}).createMachine({
  id: 'till',
  context: { handled: 0, clerk: '', items: 0, total: 0, sold: 0, seal: 0 },
  initial: 'closed',
  on: { '*': { actions: 'count' } },
  states: {
    closed: { on: { OPEN: { target: 'open', actions: ['count', 'open'] } } },
    open: {
      initial: 'empty',
      on: { CLOSE: { target: 'closed', actions: 'count' } },
      states: {
        empty: { on: { SCAN: { guard: 'fits', target: 'selling', actions: ['count', 'add'] } } },
        selling: {
          on: {
            SCAN: { guard: 'fits', actions: ['count', 'add'] },
            PAY: [{ guard: 'covers', target: 'empty', actions: ['count', 'sell'] }, { actions: 'count' }],
          },
        },
      },
    },
  },
});

interface Wide {
  readonly handled: number;
  readonly [column: string]: unknown;
}

type Step = { readonly type: 'STEP'; readonly handled: number };

const NINETEEN = Object.fromEntries(
  Array.from({ length: 19 }, (_, index) => [`column${index + 1}`, { title: `column ${index + 1}`, width: index }]),
);

/** Counts in one key of its context, beside whatever else is there; a teller emits an event with that key besides. */
const countsIn = (context: Wide, tells = false) =>
  setup({
    types: { context: {} as Wide, events: {} as Step, emitted: {} as Step },
    actions: {
      count: assign({ handled: ({ context: { handled } }) => handled + 1 }),
      tell: emit(({ context: { handled } }) => ({ type: 'STEP' as const, handled })),
    },
  }).createMachine({ context, on: { STEP: { actions: tells ? ['count', 'tell'] : 'count' } } });

/** Of twenty keys, each event changes one. */
export const twentyKeys = countsIn({ handled: 0, ...NINETEEN });

/** The same, and tells of it by an event. */
export const teller = countsIn({ handled: 0, ...NINETEEN }, true);

/** There is one key, and each event changes it. */
export const oneKey = countsIn({ handled: 0 });

/** One sale, of eight events. */
export const SALE: readonly TillEvent[] = [
  { type: 'OPEN', clerk: 'Alice' },
  { type: 'SCAN', sku: 'bread-white-500', price: 220, quantity: 1 },
  { type: 'SCAN', sku: 'milk-whole-1000', price: 119, quantity: 2 },
  { type: 'SCAN', sku: 'eggs-free-range-10', price: 349, quantity: 1 },
  { type: 'SCAN', sku: 'coffee-beans-250', price: 599, quantity: 3 },
  { type: 'PAY', amount: 5 },
  { type: 'PAY', amount: 5000 },
  { type: 'CLOSE' },
];

function sealOf(seed: number, text: string): number {
  let seal = seed;
  for (let turn = 0; turn < SEAL_TURNS; turn += 1)
    seal = Math.imul(seal ^ text.charCodeAt(turn % text.length), 16_777_619);
  return seal >>> 0;
}
