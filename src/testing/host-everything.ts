// Puts the actors of a program that knows nothing of it behind a boundary: each that is made from now on gets hosted logic in place of
// its own, and so runs in a memory host, behind the codec and the frames of a thread. Only troupe's own actors stay where they are.
import type { AnyActor, AnyActorLogic } from 'xstate';
import type { Bus } from '../bus.ts';
import { createClosing, type CloseOptions } from '../closing.ts';
import { TroupeError } from '../errors.ts';
import { hostBusOf } from '../host.ts';
import { isHosted } from '../hosted.ts';
import { createMemoryHost, type MemoryHost, type MemoryHostOptions } from '../memory-host.ts';
import { assertWord } from '../options.ts';
import { createPromptHost } from './prompt-host.ts';
import { currentBus } from '../realm.ts';
import { parentOf, replaceLogic } from '../xstate.ts';

type Mode = NonNullable<HostEverythingOptions['mode']>;

/** Which actors {@link hostEverything} hosts, and how. */
export interface HostEverythingOptions {
  /**
   * Hosts the actors that the program makes by `createActor`.
   *
   * @defaultValue `true`, unless `children` is
   */
  readonly roots?: boolean;
  /**
   * Hosts the actors that actors invoke and spawn; those of hosted ones too, each a node further away.
   *
   * @defaultValue `false`
   */
  readonly children?: boolean;
  /**
   * `'sync'`: all is delivered within the call, so that only what cannot cross breaks. `'async'`: actors start and stop within the call, and what is sent
   * to them and what they tell comes later; so a test also shows where it expects something on the line after `send`. `'thread'`: all comes later, as
   * with a thread, also that an actor begins and ends. That is what the `'async'` mode of `createMemoryHost` does, which is another than the one here.
   *
   * @defaultValue `'sync'`
   */
  readonly mode?: 'async' | 'sync' | 'thread';
}

/** What {@link hostEverything} began; whoever wants it to end closes it. */
export interface Hosting extends AsyncDisposable {
  /**
   * Actors made from now on stay where they are made; those that are hosted handle what was sent to them and stop. For a parent that still runs, the
   * loss of a child is a failure, `HOST_CLOSED`.
   *
   * @param options - As for any host; `timeout` counts for all of them together.
   */
  close(options?: CloseOptions): Promise<void>;
}

/**
 * Hosts all actors that this program makes from now on, to find today what would break across a thread.
 *
 * @param options - Which actors, and whether delivery waits.
 * @returns What ends it; a test setup file needs not.
 *
 * @remarks
 * For the setup file of a test suite: it changes no other line. Each actor runs in a memory host, with its own logger and clock; what is sent to
 * it, its input and its snapshots go through the codec as they would to a thread, so what cannot cross is refused with
 * `NOT_SERIALIZABLE` and the path to it. Its machine is at hand, so `can`, tags and meta are exact at once. All runs in this realm: what
 * actors share by closures and globals still works here, and would not in a thread. In the sync mode the ref of an actor further away than
 * the hosted ones of this program, such as a grandchild's, is reached a hop later all the same.
 *
 * Of two that are open at once an actor is hosted by the one that began first, if that takes it.
 *
 * @throws `INVALID_ARGUMENT` where neither roots nor children are to be hosted, and for another mode; `UNSUPPORTED_XSTATE` where this version of XState lacks the place to do it.
 *
 * @example
 * ```ts
 * import { hostEverything } from 'troupe/testing';
 *
 * hostEverything(); // in the setup file of your tests
 * ```
 */
export function hostEverything(options: HostEverythingOptions = {}): Hosting {
  const { children = false, roots = !children, mode = 'sync' } = options;
  if (!roots && !children)
    throw new TroupeError(
      'INVALID_ARGUMENT',
      'Cannot host everything: both roots and children are left out. Leave the options out for the roots.',
      { details: { roots, children } },
    );
  assertWord('mode', mode, Object.keys(HOSTS));
  /** One host for all actors of a bus that go by the same clock. */
  const places = new WeakMap<Bus, WeakMap<object, Place>>();
  const hosts: MemoryHost[] = [];

  const placeOf = ({ system, clock }: AnyActor): Place => {
    const bus = hostBusOf(system) ?? currentBus();
    const known = places.get(bus) ?? new WeakMap<object, Place>();
    places.set(bus, known);
    let place = known.get(clock);
    if (!place) {
      const host = HOSTS[mode]({ bus, clock });
      hosts.push(host);
      known.set(clock, (place = createPlace(host)));
    }
    return place;
  };
  const restore = replaceLogic((actor) => {
    const wanted = parentOf(actor) ? children : roots;
    const logic = actor.logic as AnyActorLogic;
    return wanted && !isHosted(logic) ? placeOf(actor).hosted(logic) : undefined;
  });

  const closing = createClosing(async (patience) => {
    restore();
    const impatient = new AbortController();
    if (patience.isOver) impatient.abort();
    else void patience.over.then(() => impatient.abort());
    // the outermost first: an actor that is stopped stops what is below it, and does not lose it
    for (const host of hosts) await host.close({ timeout: Infinity, signal: impatient.signal });
  });
  const hosting: Hosting = {
    close: closing.close,
    [Symbol.asyncDispose]: () => hosting.close(),
  };
  return hosting;
}

const HOSTS: Readonly<Record<Mode, (options: MemoryHostOptions) => MemoryHost>> = {
  sync: (options) => createMemoryHost({ ...options, mode: 'sync' }),
  async: createPromptHost,
  thread: createMemoryHost,
};

/** A host that is given logic one by one. */
interface Place {
  hosted(logic: AnyActorLogic): AnyActorLogic;
}

function createPlace(host: MemoryHost): Place {
  const module: Record<string, AnyActorLogic> = {};
  const imported: Readonly<Record<string, AnyActorLogic>> = host.import(module, { local: module });
  const names = new WeakMap<AnyActorLogic, string>();
  let count = 0;
  return {
    hosted(logic) {
      let name = names.get(logic);
      if (name === undefined) {
        name = `${nameOf(logic)}#${(count += 1)}`;
        names.set(logic, name);
        module[name] = logic;
      }
      // the module has this name: it was set when the logic was first seen
      return imported[name] as AnyActorLogic;
    },
  };
}

function nameOf({ config }: AnyActorLogic): string {
  const { id } = (config ?? {}) as { readonly id?: unknown };
  return typeof id === 'string' ? id : 'logic';
}
