// The bus of this realm: made at first use, one for all that does not name another.
import type { Bus } from './bus.ts';
import { createBus } from './refs.ts';

let current: Bus | undefined;

/**
 * The message bus of this realm, which hosts, topics and refs use unless they are told of another.
 *
 * @returns The same bus each time, until {@link replaceBus} gives another.
 *
 * @example
 * ```ts
 * import { currentBus } from 'troupe';
 *
 * currentBus().deadLetters.subscribe(({ reason, target }) => console.error(reason, target));
 * ```
 */
export function currentBus(): Bus {
  current ??= createBus({ name: 'main' });
  return current;
}

/**
 * Replaces the bus of this realm, for a test that wants one of its own; what was made before keeps the old one.
 *
 * @returns The bus that was current before, if one was; the caller closes whichever is done with.
 *
 * @example
 * ```ts
 * import { createBus, replaceBus } from 'troupe';
 *
 * replaceBus(createBus({ name: 'test' }));
 * ```
 */
export function replaceBus(bus: Bus | undefined): Bus | undefined {
  const before = current;
  current = bus;
  return before;
}
