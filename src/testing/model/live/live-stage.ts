// The stage of a live system: a place for each actor of a model, the lanes between each two of them, and who is called what. What happens on it is in `live-actions.ts`.
import type { AnyActorLogic, AnyActorRef, Snapshot } from 'xstate';
import { addressOf, nodeAddress, type NodeAddress } from '../../../address.ts';
import { TroupeError } from '../../../errors.ts';
import { isActorLogic } from '../../../host.ts';
import { createBus, refsOf } from '../../../refs.ts';
import type { RawFrame } from '../../../wire.ts';
import { createReceiver } from '../../../xstate.ts';
import type { LiveTime } from './live-clock.ts';
import { createLane, type Lane } from './live-lane.ts';
import { createLiveNames, type LiveNames } from './live-names.ts';
import { createLiveNode, rootAddress, type LiveNode, type Sending } from './live-node.ts';
import { liveText } from './live-text.ts';
import type { Address } from '../node/node.ts';
import type { Entry } from '../options.ts';

/** What of a model's options a live system goes by, whatever the types of its actors. */
export interface LiveOptions {
  readonly actors: Readonly<Record<string, AnyActorLogic | Entry<AnyActorLogic>>>;
  readonly network?: { readonly order?: 'per-pair' | 'none' | 'global'; readonly duplicate?: number } | undefined;
  readonly crash?: { readonly restart?: 'initial' | 'persisted' | 'never' } | undefined;
  readonly timers?: 'any-order' | 'when-idle' | 'by-delay' | undefined;
  readonly invoked?: Readonly<Record<string, unknown>> | undefined;
  readonly cells?: Readonly<Record<string, number>> | undefined;
}

/** Where an actor of a model is, from life to life. */
export interface Place {
  readonly name: string;
  readonly node: NodeAddress;
  readonly logic: AnyActorLogic;
  readonly given: unknown;
  life: LiveNode | undefined;
  /** Shown while it is down, too. */
  ref: AnyActorRef | undefined;
  saved: Snapshot<unknown> | undefined;
  used: number;
}

/** An event on its way, and which of all it was. */
export interface Note extends Sending {
  readonly number: number;
}

export interface LiveStage {
  readonly options: LiveOptions;
  readonly time: LiveTime;
  readonly names: LiveNames;
  readonly places: ReadonlyMap<string, Place>;
  readonly lanes: ReadonlyMap<string, Lane<Note>>;
  /** Events that were sent to other nodes since this was emptied. */
  readonly sent: Note[];
  /** Makes the next life of a node, with its lanes; its actor is still to be started. */
  make(place: Place): LiveNode;
  placeOf(name: string): Place;
  laneOf(from: string, to: string): Lane<Note>;
  /** The name of the node that an address is on. */
  nodeOf(address: Address): string;
  lifeOf(address: Address): LiveNode | undefined;
  textOf(value: unknown): string;
  close(): Promise<void>;
}

export function createStage(options: LiveOptions): LiveStage {
  const time: LiveTime = { now: 0 };
  const director = createBus({ name: 'live' });
  director.deadLetters.subscribe(() => {});
  const names = createLiveNames();
  const places = new Map<string, Place>();
  const lanes = new Map<string, Lane<Note>>();
  const sent: Note[] = [];
  let count = 0;

  for (const [index, [name, given]] of Object.entries(options.actors).entries()) {
    const entry: { readonly logic: AnyActorLogic; readonly input?: unknown } = isActorLogic(given)
      ? { logic: given }
      : given;
    const node = nodeAddress(/^[^/@]+$/.test(name) ? name : 'node', `live${index}`);
    places.set(name, {
      name,
      node,
      logic: entry.logic,
      given: entry.input,
      life: undefined,
      ref: undefined,
      saved: undefined,
      used: 0,
    });
  }
  /** Refs that inputs are made with, for actors that may not be there yet. */
  const strangers = new Map<string, AnyActorRef>();
  for (const { name, node } of places.values()) {
    const stranger = createReceiver(() => {}, { id: name });
    refsOf(director).alias(stranger, rootAddress(node));
    strangers.set(name, stranger);
  }
  for (const [from, to] of pairs()) lanes.set(laneKey(from.name, to.name), createLane<Note>(laneOptions(from, to)));

  return {
    options,
    time,
    names,
    places,
    lanes,
    sent,
    make,
    placeOf,
    laneOf,
    nodeOf,
    lifeOf: (address) => placeOf(nodeOf(address)).life,
    textOf: (value) => liveText(value, (ref) => names.nameOf(ref)),
    async close() {
      for (const place of places.values()) {
        await place.life?.kill();
        place.life = undefined;
      }
      await director.close({ timeout: 0 });
    },
  };

  function make(place: Place): LiveNode {
    const { name, node, logic, given, used, saved } = place;
    const input: unknown =
      typeof given === 'function' ? (given as (scope: object) => unknown)({ actor: strangerOf }) : given;
    const life = createLiveNode({
      director,
      node,
      name,
      logic,
      input,
      snapshot: saved,
      time,
      invoked: options.invoked ?? {},
      used,
      find: (other) => places.get(other)?.node,
    });
    place.life = life;
    place.ref = life.ref;
    connect(place, life);
    return life;
  }

  function connect(place: Place, { bus }: LiveNode): void {
    for (const other of places.values()) {
      if (other === place) continue;
      const [there, back] = [laneOf(other.name, place.name), laneOf(place.name, other.name)];
      bus.connect(there.open(back), { node: other.node, as: 'neighbour' });
    }
  }

  function strangerOf(name: string): AnyActorRef {
    const stranger = strangers.get(name);
    if (stranger) return stranger;
    throw new TroupeError(
      'INVALID_ARGUMENT',
      `Cannot make an input with the actor '${name}': there is none of that name. There are ${[...places.keys()].join(', ')}.`,
      { details: { name } },
    );
  }

  function laneOptions(from: Place, to: Place) {
    return {
      note: (frame: RawFrame): Note => {
        const sending = from.life?.sending ?? readSending(from, to, frame);
        const note = { ...sending, number: (count += 1) };
        sent.push(note);
        return note;
      },
      watching: (watch: { readonly to: string; readonly from: string }) => from.life?.note(watch),
    };
  }

  /** What an action has sent by itself, read from what leaves. */
  function readSending({ life }: Place, to: Place, frame: RawFrame): Sending {
    if (!life) throw new TypeError('A node that is down sends nothing.');
    const { events, body = (events as readonly unknown[] | undefined)?.[0], tagged, to: target } = frame;
    const event = (tagged === undefined ? body : life.bus.codec.reviveTree(tagged)) as Sending['event'];
    return { from: life.handling, to: refsOf(life.bus).at(addressOf(to.node, String(target)), to.name), event };
  }

  function pairs(): (readonly [Place, Place])[] {
    const all = [...places.values()];
    return all.flatMap((from) => all.filter((to) => to !== from).map((to) => [from, to] as const));
  }

  function laneOf(from: string, to: string): Lane<Note> {
    const lane = lanes.get(laneKey(from, to));
    if (lane) return lane;
    throw new TypeError(`There is no way from ${from} to ${to}.`);
  }

  function placeOf(name: string): Place {
    const place = places.get(name);
    if (place) return place;
    throw new TypeError(`There is no node ${name}.`);
  }

  function nodeOf(address: Address): string {
    for (const name of places.keys()) if (address === name || address.startsWith(`${name}/`)) return name;
    return address;
  }
}

const laneKey = (from: string, to: string) => JSON.stringify([from, to]);
