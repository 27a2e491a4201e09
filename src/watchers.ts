// Who elsewhere waits for the end of an actor here, each told once. Whose node is gone waits no more.
import { localIdOf, nodeOf, type Address } from './address.ts';
import type { Bus } from './bus.ts';
import type { Down } from './down.ts';
import { encodeDown } from './graves.ts';

export interface Watchers {
  add(from: Address): void;
  remove(from: Address): void;
  /** Tells one who need not have been added. */
  tell(from: Address, down: Down): void;
  /** Tells all, who then wait no more. Whoever asks again was told of one life and has not heard it, and is told again until the next one ends. */
  tellAll(down: Down, of?: 'of a life'): void;
}

/** Those who watch the actor at an address of this node. */
export function createWatchers(bus: Bus, address: Address): Watchers {
  /** With what ends the wait for the end of the watcher's node. */
  const waiting = new Map<Address, () => void>();
  let told: { readonly down: Down; readonly to: ReadonlySet<Address> } | undefined;
  const watchers: Watchers = {
    add(from) {
      if (told?.to.has(from)) {
        watchers.tell(from, told.down);
        return;
      }
      const route = bus.route(nodeOf(from));
      if (route.down || waiting.has(from)) return;
      waiting.set(from, route.watch({ down: () => waiting.delete(from), resync() {} }));
    },
    remove(from) {
      waiting.get(from)?.();
      waiting.delete(from);
    },
    tell(from, down) {
      bus.route(nodeOf(from)).push({ type: 'down', to: localIdOf(from), from: address, body: encodeDown(bus, down) });
    },
    tellAll(down, of) {
      const all = [...waiting.keys()];
      told = of && all.length > 0 ? { down, to: new Set(all) } : undefined;
      for (const from of all) {
        watchers.remove(from);
        watchers.tell(from, down);
      }
    },
  };
  return watchers;
}
