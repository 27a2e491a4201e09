// What may happen on the stage of a live system: a message passes or is lost, a delay ends, an outcome comes about, a node dies or begins anew. One thing at a time, and nothing by itself.
import { addressOf, localIdOf } from '../../../address.ts';
import type { HeldEvent, Lane } from './live-lane.ts';
import type { Sending } from './live-node.ts';
import type { LiveStage, Note, Place } from './live-stage.ts';
import type { Message } from '../options.ts';
import type { Action } from '../space/space.ts';

/** Has an action happen; gives why it cannot, if it cannot. */
export type Act = (action: Action) => Promise<string | undefined>;

/** How many microtasks what follows from an action may take. No part of the runtime takes half as many. */
const MICROTASKS = 40;

export function createActs(stage: LiveStage): Act {
  const { options, time, names, places, lanes, placeOf, laneOf, nodeOf, lifeOf, textOf } = stage;
  const { network = {}, crash = {} } = options;
  /** A message is there once, and stays. */
  const staysForEver = network.order === 'none' && network.duplicate === Infinity;
  return act;

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
    const lane = laneOf(nodeOf(message.from), nodeOf(message.to));
    const found = findIn(lane, message);
    if (typeof found === 'string') return found;
    lane.deliver(found, again || staysForEver);
    return undefined;
  }

  function drop(message: Message): string | undefined {
    const lane = laneOf(nodeOf(message.from), nodeOf(message.to));
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

  function endTimer({ actor, id, event, target = actor }: Action & { readonly type: 'timer' }): string | undefined {
    const text = textOf(event);
    const timer = [...(lifeOf(actor)?.clock.timers ?? [])].find(
      ({ delayed }) =>
        delayed &&
        names.nameOf(delayed.source) === actor &&
        names.nameOf(delayed.target) === target &&
        (delayed.id ?? '') === id &&
        textOf(delayed.event) === text,
    );
    if (!timer) return `no delay '${id}' of '${actor}' runs`;
    if (options.timers === 'by-delay') time.now = Math.max(time.now, timer.due);
    timer.end();
    return undefined;
  }

  async function tellDown({ watcher, target, down }: Action & { readonly type: 'down' }): Promise<string | undefined> {
    const actor = names.actorAt(watcher);
    const life = lifeOf(watcher);
    const waiting = actor && life?.watchers.get(actor);
    if (!life || !waiting) return `'${watcher}' watches nobody`;
    const gone = placeOf(nodeOf(target));
    if (!waiting.tell && waiting.watch && !gone.life) {
      // the link to its node would never come back, and here it may
      const { from, to } = waiting.watch;
      const body = life.bus.codec.encode(down);
      const frame = { type: 'down', to: localIdOf(from as never), from: addressOf(gone.node, to) };
      const lane = laneOf(gone.name, nodeOf(watcher));
      laneOf(nodeOf(watcher), gone.name).answer(frame.to);
      lane.inject(
        typeof body === 'string' ? { ...frame, body: JSON.parse(body) as unknown } : { ...frame, tagged: body.tree },
      );
    }
    await quiet();
    const { tell } = waiting;
    waiting.tell = undefined;
    tell?.();
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
    stage.make(place).start();
    for (const other of places.values()) if (other !== place) laneOf(other.name, place.name).begin();
    return undefined;
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
    const there = laneOf(nodeOf(from), nodeOf(to)).held.map(({ note }) => textOfMessage(note));
    return `no ${event.type} from ${from} to ${to} is on its way, but ${there.length > 0 ? there.join(', ') : 'nothing'}`;
  }
}

/** Resolves when all that follows at once has happened. */
export async function quiet(): Promise<void> {
  for (let task = 0; task < MICROTASKS; task += 1) await Promise.resolve();
}
