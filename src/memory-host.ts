// A host in this realm: a node of its own behind a memory link. Everything crosses by the same frames and codec as between threads, so it shows
// in a test what a thread would do, without a thread.
import { Observable } from 'rxjs/internal/Observable';
import type { AnyActor } from 'xstate';
import { createIncarnation, nodeAddress } from './address.ts';
import { hostActors } from './host.ts';
import type { HostedModule, ImportOptions } from './hosted.ts';
import { assertHostOptions, createHost, type Host, type HostOptions } from './hosts.ts';
import type { Route } from './bus.ts';
import type { Link } from './links/link.ts';
import { createMemoryLink, type MemoryLinkOptions } from './links/memory.ts';
import { loadFrom } from './load.ts';
import { createBus } from './refs.ts';
import { currentBus } from './realm.ts';

/** The name, logger and bus of a memory host, and how its link delivers. */
export interface MemoryHostOptions extends HostOptions, MemoryLinkOptions {
  /**
   * What the delays of its actors go by, such as a `SimulatedClock` that a test moves on.
   *
   * @defaultValue the realm's own timers
   */
  readonly clock?: AnyActor['clock'];
}

/** A host in this realm; the types of what it imports follow from the module that it is given. */
export interface MemoryHost extends Host<object> {
  /** As {@link Host.import}, with the module itself as the source. */
  import<TModule extends object>(module: TModule, options?: ImportOptions<TModule>): HostedModule<TModule>;
  /** As {@link Host.import}, with the module itself as the source and its type named by the caller. */
  import<TModule extends object>(source: object, options?: ImportOptions<TModule>): HostedModule<TModule>;
}

/**
 * Makes a host in this realm, to which modules are given as objects.
 *
 * @param options - `mode` says whether what travels is delivered within the call, `schedule` lets a test hold deliveries back, and `clock` is
 * what delays go by; the others are those of every host.
 * @returns A host; its `import` takes the module itself. Its maker closes it, or holds it with `await using`.
 *
 * @remarks
 * What travels goes through the same codec and frames as between threads, in order: what cannot cross to a thread is refused here too. In the
 * `'async'` mode everything arrives in a later microtask, starts and stops included, and in the `'sync'` mode within the call. (The
 * `'async'` mode of `hostEverything` is another: it begins and ends actors within the call, and what it calls `'thread'` is this one's
 * `'async'`.) Cells work. It shares this realm's event loop and memory limit, so a crash of a thread, or two actors that truly run at
 * once, it cannot show.
 *
 * @throws `INVALID_ARGUMENT` for a name with `/` or `@`; from `import`, `HOST_CLOSED` after the end. An actor that is started
 * after the end fails with `HOST_CLOSED`; one whose name the module lacks with `NO_SUCH_EXPORT`, one that is no logic with `NOT_ACTOR_LOGIC`.
 *
 * @example
 * ```ts
 * import { createMemoryHost, settled } from 'troupe';
 * import { createActor, fromTransition } from 'xstate';
 *
 * const counter = fromTransition((count: number, _: { type: 'ADD' }) => count + 1, 0);
 * await using host = createMemoryHost();
 * const actor = createActor(host.import({ counter }).counter).start();
 * actor.send({ type: 'ADD' });
 * console.log((await settled(actor)).context); // 1
 * ```
 */
export function createMemoryHost(options: MemoryHostOptions = {}): MemoryHost {
  return createHostOver(createMemoryLink(options), options);
}

/** A memory host over a link that is given; `approach` makes of the way to it, and the way back, the one that its actors are reached by. */
export function createHostOver(
  [here, there]: readonly [Link, Link],
  options: MemoryHostOptions,
  approach: (there: Route, back: () => Route) => Route = (route) => route,
): MemoryHost {
  assertHostOptions(options);
  const bus = options.bus ?? currentBus();
  const name = options.name ?? 'memory';
  const modules: object[] = [];
  const far = createBus({ name });
  const node = nodeAddress(name, createIncarnation());
  const route = approach(bus.connect(here, { node, as: 'child' }), () => far.route(bus.address));
  // a link that never greets ends with this host, and so does what waits for it
  far.join(endingWith(there, () => void far.close({ timeout: 0 }))).catch(() => {});
  hostActors(
    far,
    (source, exported) => loadFrom({ ...modules[Number(source)] }, `a module given to '${name}'`)(source, exported),
    { clock: options.clock },
  );

  return createHost<object>({
    ...options,
    name,
    bus,
    prepare(module) {
      const known = modules.indexOf(module);
      return String(known === -1 ? modules.push(module) - 1 : known);
    },
    place: () => ({ route, leave: async () => {} }),
    async end(patience) {
      // hosts that its actors have opened
      await far.tenants.close(patience);
      here.close();
      await far.close();
      // its schedule may hold back the end too
      bus.disconnect(node);
    },
  });
}

/** A link whose end is the end of all at this side, as a thread's is: nothing may be told any more of what happens here in consequence. */
function endingWith(link: Link, end: () => void): Link {
  const packets = new Observable<unknown>((subscriber) =>
    link.packets.subscribe({
      next: (packet) => subscriber.next(packet),
      error(error) {
        end();
        subscriber.error(error);
      },
      complete() {
        end();
        subscriber.complete();
      },
    }),
  );
  return { ...link, packets };
}
