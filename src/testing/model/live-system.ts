// A model's actors on the real runtime: each on a node of its own, and between each two nodes troupe's buses, frames and codec, with what is on its way held back. Actions happen one by one, as they are
// told; nothing happens by itself, and no time passes but what is told.
import type { AnyActorLogic, AnyActorRef, Snapshot } from 'xstate';
import { addressOf, localIdOf, nodeAddress, type NodeAddress } from '../../address.ts';
import { TroupeError } from '../../errors.ts';
import { isActorLogic } from '../../host.ts';
import { createBus, refsOf } from '../../refs.ts';
import { createCell, type Cell } from '../../shared/cell.ts';
import type { RawFrame } from '../../wire.ts';
import { createReceiver } from '../../xstate.ts';
import type { LiveTime } from './live-clock.ts';
import { createLane, type HeldEvent, type Lane } from './live-lane.ts';
import { createLiveNames, type LiveNames } from './live-names.ts';
import { createLiveNode, rootAddress, type LiveNode, type Sending } from './live-node.ts';
import { liveText } from './live-text.ts';
import type { Address } from './node.ts';
import type { Entry, Message } from './options.ts';
import type { Action } from './space.ts';

/** What of a model's options a live system goes by, whatever the types of its actors. */
export interface LiveOptions {
  readonly actors: Readonly<Record<string, AnyActorLogic | Entry<AnyActorLogic>>>;
  readonly network?: { readonly order?: 'per-pair' | 'none' | 'global'; readonly duplicate?: number } | undefined;
  readonly crash?: { readonly restart?: 'initial' | 'persisted' | 'never' } | undefined;
  readonly timers?: 'any-order' | 'when-idle' | 'by-delay' | undefined;
  readonly invoked?: Readonly<Record<string, unknown>> | undefined;
  readonly cells?: Readonly<Record<string, number>> | undefined;
}

export interface Live extends AsyncDisposable {
  /** The names of the nodes, in the order of the options. */
  readonly names: readonly string[];
  readonly refs: LiveNames;
  /** The name of the node that an address is on. */
  nodeOf(address: Address): string;
  /** A node, unless it is down. */
  node(name: string): LiveNode | undefined;
  /** The snapshot of a node's actor, as whoever started it sees it; of one that is down the last. */
  snapshotOf(name: string): Snapshot<unknown>;
  /** What is on its way from one node to another, in the order sent. */
  onTheWay(from: string, to: string): readonly Sending[];
  cellsNow(): Readonly<Record<string, number>>;
  /** What the last action had sent to other nodes, in order. */
  readonly sent: readonly Sending[];
  /** An event as text, in which actors bear the names of the model. */
  textOf(value: unknown): string;
  /** Has something happen, and all that follows from it at once. Gives why it cannot, if it cannot. */
  perform(action: Action): Promise<string | undefined>;
}

/** How many microtasks what follows from an action may take. No part of the runtime takes half as many. */
const MICROTASKS = 40;

interface Place {
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

interface Note extends Sending {
  readonly number: number;
}

/** Starts all actors of a model. What they send as they start is on its way. */
export async function createLive(options: LiveOptions): Promise<Live> {
  const { network = {}, crash = {}, invoked = {}, cells = {} } = options;
  /** A message is there once, and stays. */
  const staysForEver = network.order === 'none' && network.duplicate === Infinity;
  const time: LiveTime = { now: 0 };
  const director = createBus({ name: 'live' });
  director.deadLetters.subscribe(() => {});
  const names = createLiveNames();
  const places = new Map<string, Place>();
  const lanes = new Map<string, Lane<Note>>();
  const held: Cell[] = [];
  let sent: Note[] = [];
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

  const live: Live = {
    names: [...places.keys()],
    refs: names,
    nodeOf: nodeNameOf,
    node: (name) => places.get(name)?.life,
    snapshotOf: (name) => placeOf(name).ref?.getSnapshot() as Snapshot<unknown>,
    onTheWay: (from, to) => laneOf(from, to).held.map(({ note }) => note),
    cellsNow: () => Object.fromEntries(held.map((cell) => [cell.name, cell.get()])),
    get sent() {
      return sent;
    },
    textOf,
    async perform(action) {
      sent = [];
      const why = await act(action);
      if (why === undefined) await quiet();
      return why;
    },
    async [Symbol.asyncDispose]() {
      for (const place of places.values()) {
        await place.life?.kill();
        place.life = undefined;
      }
      for (const cell of held) cell.unlink();
      await director.close({ timeout: 0 });
    },
  };
  try {
    for (const [name, initial] of Object.entries(cells)) held.push(createCell(name, { initial }));
    for (const place of places.values()) connect(place, make(place));
    for (const place of places.values()) place.life?.start();
    for (const lane of lanes.values()) lane.begin();
    await quiet();
  } catch (error) {
    await live[Symbol.asyncDispose]();
    throw error;
  }
  return live;

  // ---- nodes

  function make(place: Place): LiveNode {
    const { name, node, logic, given, used, saved } = place;
    const input: unknown =
      typeof given === 'function' ? (given as (scope: object) => unknown)({ actor: strangerOf }) : given;
    place.life = createLiveNode({
      director,
      node,
      name,
      logic,
      input,
      snapshot: saved,
      time,
      invoked,
      used,
      find: (other) => places.get(other)?.node,
    });
    place.ref = place.life.ref;
    return place.life;
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

  // ---- what happens

  async function act(action: Action): Promise<string | undefined> {
    switch (action.type) {
      case 'deliver':
        return deliver(action.message, action.again);
      case 'drop':
        return drop(action.message);
      case 'timer':
        return endTimer(action);
      case 'stimulus': {
        const { life } = placeOf(action.actor);
        life?.ref.send(action.event);
        return life ? undefined : `'${action.actor}' is down`;
      }
      case 'outcome': {
        const actor = names.actorAt(action.actor);
        const hand = actor && lifeOf(action.actor)?.hands.of(actor);
        if (!hand) return `there is no actor '${action.actor}' of which something is to become`;
        return hand(action.outcome) ? undefined : `'${action.actor}' is no actor of which that could become`;
      }
      case 'revive': {
        const actor = names.actorAt(action.actor);
        const begin = actor && lifeOf(action.actor)?.clock.nextLives.get(actor as never);
        begin?.();
        return begin ? undefined : `'${action.actor}' waits for no next life`;
      }
      case 'down':
        return tellDown(action);
      case 'crash':
        return crashNode(placeOf(action.node));
      default:
        return restartNode(placeOf(action.node));
    }
  }

  function deliver(message: Message, again: boolean): string | undefined {
    const lane = laneOf(nodeNameOf(message.from), nodeNameOf(message.to));
    const found = findIn(lane, message);
    if (typeof found === 'string') return found;
    lane.deliver(found, again || staysForEver);
    return undefined;
  }

  function drop(message: Message): string | undefined {
    const lane = laneOf(nodeNameOf(message.from), nodeNameOf(message.to));
    const found = lane.held.filter((each) => isOf(each, message));
    // where a message stays for ever, it is lost for ever
    for (const each of staysForEver ? found : found.slice(0, 1)) lane.drop(each);
    return found.length > 0 ? undefined : notOnTheWay(message);
  }

  function findIn(lane: Lane<Note>, message: Message): HeldEvent<Note> | string {
    const found = lane.held.find((each) => isOf(each, message));
    if (!found) return notOnTheWay(message);
    const { order = 'per-pair' } = network;
    const first = order === 'global' ? earliest() : order === 'per-pair' ? lane.held[0] : found;
    if (!first || isOf(first, message)) return first ?? found;
    return `${textOfMessage(first.note)} is to arrive before it`;
  }

  function earliest(): HeldEvent<Note> | undefined {
    const heads = [...lanes.values()].flatMap((lane) => lane.held.slice(0, 1));
    return heads.toSorted((one, other) => one.note.number - other.note.number)[0];
  }

  function endTimer({ actor, id, event }: Action & { readonly type: 'timer' }): string | undefined {
    const text = textOf(event);
    for (const timer of lifeOf(actor)?.clock.timers ?? []) {
      const { delayed } = timer;
      if (!delayed || names.nameOf(delayed.source) !== actor) continue;
      if ((delayed.id ?? '') !== id || textOf(delayed.event) !== text) continue;
      if (options.timers === 'by-delay') time.now = Math.max(time.now, timer.due);
      timer.end();
      return undefined;
    }
    return `no delay '${id}' of '${actor}' runs`;
  }

  async function tellDown({ watcher, target, down }: Action & { readonly type: 'down' }): Promise<string | undefined> {
    const actor = names.actorAt(watcher);
    const life = lifeOf(watcher);
    const waiting = actor && life?.watchers.get(actor);
    if (!life || !waiting) return `'${watcher}' watches nobody`;
    const gone = placeOf(nodeNameOf(target));
    if (!waiting.tell && waiting.watch && !gone.life) {
      // the link to its node would never come back, and here it may
      const { from, to } = waiting.watch;
      const body = life.bus.codec.encode(down);
      const frame = { type: 'down', to: localIdOf(from as never), from: addressOf(gone.node, to) };
      const lane = laneOf(gone.name, nodeNameOf(watcher));
      laneOf(nodeNameOf(watcher), gone.name).answer(frame.to);
      lane.inject(
        typeof body === 'string' ? { ...frame, body: JSON.parse(body) as unknown } : { ...frame, tagged: body.tree },
      );
    }
    await quiet();
    const { tell } = waiting;
    waiting.tell = undefined;
    // of a child that is forgotten a model knows no more than that, as a node does after many others have ended
    tell?.(down.type === 'stopped' && target.includes('/') ? down : undefined);
    return tell ? undefined : `'${watcher}' has nothing to tell`;
  }

  async function crashNode(place: Place): Promise<string | undefined> {
    const { life } = place;
    if (!life) return `'${place.name}' is down`;
    place.saved = crash.restart === 'persisted' ? await life.persist() : undefined;
    place.used = Number.parseInt(life.bus.createId(), 36);
    place.life = undefined;
    for (const other of places.values()) {
      if (other === place) continue;
      laneOf(other.name, place.name).shut();
      laneOf(place.name, other.name).forget();
    }
    await life.kill();
    names.release(place.name);
    return undefined;
  }

  function restartNode(place: Place): string | undefined {
    if (place.life) return `'${place.name}' is not down`;
    const life = make(place);
    connect(place, life);
    life.start();
    for (const other of places.values()) if (other !== place) laneOf(other.name, place.name).begin();
    return undefined;
  }

  // ---- who and what

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

  function nodeNameOf(address: Address): string {
    for (const name of places.keys()) if (address === name || address.startsWith(`${name}/`)) return name;
    return address;
  }

  function lifeOf(address: Address): LiveNode | undefined {
    return placeOf(nodeNameOf(address)).life;
  }

  function textOf(value: unknown): string {
    return liveText(value, (ref) => names.nameOf(ref));
  }

  function isOf({ note }: HeldEvent<Note>, { from, to, event }: Message): boolean {
    return (
      names.nameOf(note.to) === to &&
      (!note.from || names.nameOf(note.from) === from) &&
      textOf(note.event) === textOf(event)
    );
  }

  function textOfMessage({ from, to, event }: Sending): string {
    return `${event.type} from ${from ? names.nameOf(from) : 'nobody'} to ${names.nameOf(to)}`;
  }

  function notOnTheWay({ from, to, event }: Message): string {
    const there = laneOf(nodeNameOf(from), nodeNameOf(to)).held.map(({ note }) => textOfMessage(note));
    return `no ${event.type} from ${from} to ${to} is on its way, but ${there.length > 0 ? there.join(', ') : 'nothing'}`;
  }
}

const laneKey = (from: string, to: string) => JSON.stringify([from, to]);

/** Resolves when all that follows at once has happened. */
async function quiet(): Promise<void> {
  for (let task = 0; task < MICROTASKS; task += 1) await Promise.resolve();
}
