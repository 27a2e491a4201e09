// What is started and stopped, and flooded, to see what grows.
import { fromTransition } from 'xstate';
import { collectGarbage } from './resources.ts';

export const counter = fromTransition((count: number, _: { readonly type: 'ADD' }) => count + 1, 0);

/** Its context is the heap of its thread, when it was measured last. */
export const meter = fromTransition((_: number, __: { readonly type: 'MEASURE' }) => collectGarbage(), 0);

/** Takes its time for each event, and tells whether they came in order. */
export const slow = fromTransition(
  (
    { handled, disorder, last }: { readonly handled: number; readonly disorder: number; readonly last: number },
    { number }: { readonly type: 'ADD'; readonly number: number },
  ) => {
    const until = performance.now() + 0.003;
    while (performance.now() < until);
    return { handled: handled + 1, disorder: disorder + (number > last ? 0 : 1), last: number };
  },
  { handled: 0, disorder: 0, last: -1 },
);
