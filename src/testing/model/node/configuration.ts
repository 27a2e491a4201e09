// Configurations: what a node is between two steps, with the text that tells it from others. The text of an actor is made once for as long as the actor stays as it is.
import type { Down } from '../../../down.ts';
import { logicText, textOf } from './canonical.ts';
import type { Address } from './node.ts';
import {
  RUNNING,
  type ActorText,
  type HeldActor,
  type HeldConfiguration,
  type HeldTimer,
  type Modelling,
  type Supervised,
} from './stage.ts';
import { namedRefusal } from './values.ts';

interface Parts {
  readonly actors: ReadonlyMap<Address, HeldActor>;
  readonly timers: readonly HeldTimer[];
  readonly names: ReadonlyMap<string, Address>;
  readonly ends: ReadonlyMap<Address, Down>;
}

/** A configuration of these parts. */
export function createConfiguration(modelling: Modelling, node: string, parts: Parts): HeldConfiguration {
  const actors = sorted(parts.actors);
  const names = sorted(parts.names);
  const mentions = new Set<Address>();
  const isTimed = modelling.options.timers === 'by-delay';
  const texts: string[] = [];
  for (const [address, actor] of actors) {
    const text = address === node ? rootText(modelling, node, actor) : textOfActor(actor);
    texts.push(text.text);
    for (const each of text.mentions) mentions.add(each);
  }
  const timers = timersOf(parts.timers, isTimed, mentions);
  if (names.size > 0) texts.push(JSON.stringify([...names]));
  for (const address of names.values()) mentions.add(address);
  const ends = sorted(parts.ends);
  for (const [address, down] of ends) texts.push(`${JSON.stringify(address)} ended: ${textOf(down, mentions)}`);
  return {
    key: `${texts.join('\n')}\n${timers.map(({ text }) => text).join('\n')}`,
    actors,
    timers: timers.map(({ timer }) => timer),
    names,
    ends,
    crashed: false,
    mentions: [...mentions].toSorted(),
  };
}

/** A node that has crashed; `kept` is what it goes on from when it is started again. */
export function createCrashed(kept: HeldConfiguration | undefined): HeldConfiguration {
  return {
    key: kept ? `crashed\n${kept.key}` : 'crashed',
    actors: new Map(),
    timers: [],
    names: new Map(),
    ends: new Map(),
    crashed: true,
    mentions: kept?.mentions ?? [],
    ...(kept && { kept }),
  };
}

const sorted = <T>(map: ReadonlyMap<string, T>): ReadonlyMap<string, T> =>
  map.size < 2 ? map : new Map([...map].toSorted(([left], [right]) => (left < right ? -1 : 1)));

/** The text of an actor, and whom it speaks of. */
export const textOfActor = (actor: HeldActor): ActorText => (actor.text ??= writeActor(actor, actor.snapshot));

/** The text of an actor made anew, to see whether something in it was changed. */
export const freshTextOf = (actor: HeldActor): string => writeActor(actor, actor.snapshot).text;

function rootText({ options: { forget } }: Modelling, node: string, actor: HeldActor): ActorText {
  const forgetful = forget && Object.hasOwn(forget, node) ? forget[node] : undefined;
  if (!forgetful) return textOfActor(actor);
  const { mentions } = textOfActor(actor);
  const { status } = actor.snapshot;
  return { text: writeActor(actor, [status, forgetful(actor.snapshot)]).text, mentions };
}

function writeActor(actor: HeldActor, shown: unknown): ActorText {
  const {
    address,
    logic,
    drive,
    src,
    isInline,
    systemId,
    syncSnapshot,
    status,
    life,
    input,
    waiting,
    supervised,
    parent,
  } = actor;
  const mentions = new Set<Address>();
  // who has outlived its parent still reports to that, and to nobody else at its address
  if (parent !== undefined) mentions.add(parent);
  try {
    const what = drive === 'machine' && isInline ? logicText(logic) : '';
    const rare = [
      drive === 'machine' ? '' : drive,
      src === '' ? what : src,
      systemId ?? '',
      syncSnapshot ? 's' : '',
      status === RUNNING ? '' : String(status),
      life === 0 ? '' : String(life),
      input === undefined ? '' : textOf(input, mentions),
      waiting.length === 0 ? '' : textOf(waiting, mentions),
      supervised ? textOfSupervised(supervised, mentions) : '',
    ];
    const text = `${JSON.stringify(address)}${JSON.stringify(rare)}${textOf(shown, mentions)}`;
    return { text, mentions: [...mentions] };
  } catch (error) {
    throw namedRefusal(error, address, '');
  }
}

function textOfSupervised({ isDown, failures, saved, over }: Supervised, mentions: Set<Address>): string {
  return textOf([isDown, failures, saved, ...(over ? [over.error] : [])], mentions);
}

/** Delayed events in their order where that matters, else in one that does not depend on how they came about. */
function timersOf(
  timers: readonly HeldTimer[],
  isTimed: boolean,
  mentions: Set<Address>,
): { readonly text: string; readonly timer: HeldTimer }[] {
  const written = timers.map((each) => {
    const { remaining, ...rest } = each;
    // the very same where it can be: whoever gave it finds it again
    const timer: HeldTimer = isTimed || remaining === undefined ? each : rest;
    mentions.add(timer.actor).add(timer.target);
    return { text: textOfTimer(timer, mentions), timer };
  });
  return isTimed
    ? written.toSorted((left, right) => (left.timer.remaining ?? 0) - (right.timer.remaining ?? 0))
    : written.toSorted((left, right) => (left.text < right.text ? -1 : Number(left.text > right.text)));
}

function textOfTimer(timer: HeldTimer, mentions: Set<Address>): string {
  const { actor, target, id, event, remaining, isListed, isNameless } = timer;
  try {
    return `${JSON.stringify([actor, target, id, remaining ?? '', isListed, isNameless])}${textOf(event, mentions)}`;
  } catch (error) {
    throw namedRefusal(error, actor, `delayed event '${event.type}'`);
  }
}
