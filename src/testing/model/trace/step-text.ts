// A step of a schedule as a word, and a word as what it asks for: `s0>barrier` a delivery, with `!` behind it where the message stays on its way, with `~` where it is lost; `t:s0` a timer, `u:s0:CLICK`
// what a user does, `o:s0/fetch#1` the first outcome that was declared, `v:` a next life, `d:` a watcher is told, `c:` a crash, `r:` a restart. `:TYPE` says of several which, `#2` of several of one type.
import { orderTextOf } from './text.ts';
import type { Action } from '../space/space.ts';

export type StepKind = 'deliver' | 'again' | 'drop' | Exclude<Action['type'], 'deliver' | 'drop'>;

/** What a word of a schedule says, as far as it does. */
export interface StepForm {
  readonly kind: StepKind;
  /** Whose step it is; of a message who sent it. */
  readonly actor: string;
  readonly to?: string;
  /** The type of the event, or the id of the timer. */
  readonly what?: string;
  /** Which of several, from 1. */
  readonly place?: number;
}

/** All that can be said of an action. */
export function formOf(action: Action): StepForm {
  switch (action.type) {
    case 'deliver':
    case 'drop': {
      const { from: actor, to, event } = action.message;
      const kind = action.type === 'drop' ? 'drop' : action.again ? 'again' : 'deliver';
      return { kind, actor, to, what: event.type };
    }
    case 'timer':
      return { kind: 'timer', actor: action.actor, what: nameOfTimer(action.id) || action.event.type };
    case 'stimulus':
      return { kind: 'stimulus', actor: action.actor, what: action.event.type };
    case 'outcome':
      return { kind: 'outcome', actor: action.actor, place: action.index + 1 };
    case 'revive':
      return { kind: 'revive', actor: action.actor };
    case 'down':
      return { kind: 'down', actor: action.watcher };
    default:
      return { kind: action.type, actor: action.node };
  }
}

/** Those of some actions that a word may mean, in an order that depends on nothing but them. */
export function meantBy(form: StepForm, actions: readonly Action[]): readonly Action[] {
  const what = form.kind === 'timer' && form.what !== undefined ? nameOfTimer(form.what) : form.what;
  const meant = actions.filter((action) => {
    const all = formOf(action);
    return (
      all.kind === form.kind &&
      all.actor === form.actor &&
      (form.to === undefined || all.to === form.to) &&
      (what === undefined || all.what === what) &&
      (form.kind !== 'outcome' || form.place === undefined || all.place === form.place)
    );
  });
  return meant.length < 2 ? meant : inOrder(meant);
}

/** The shortest word for one of the actions that are possible somewhere. */
export function wordOf(action: Action, possible: readonly Action[]): string {
  const { what, ...all } = formOf(action);
  if (all.kind === 'outcome') return write(all);
  // what a user does is read more easily with its name
  const long: StepForm = what === undefined ? all : { ...all, what };
  if (all.kind !== 'stimulus' && meantBy(all, possible).length < 2) return write(all);
  const meant = meantBy(long, possible);
  return write(meant.length < 2 ? long : { ...long, place: meant.indexOf(action) + 1 });
}

/** What a word says; undefined if it is none. */
export function readWord(word: string): StepForm | undefined {
  try {
    const delivery = DELIVERY.exec(word)?.groups;
    if (delivery) {
      return {
        kind: delivery['end'] === '!' ? 'again' : delivery['end'] === '~' ? 'drop' : 'deliver',
        actor: decode(delivery['from']),
        to: decode(delivery['to']),
        ...restOf(delivery),
      };
    }
    const other = OTHER.exec(word)?.groups;
    const kind = other && KINDS[other['kind'] as keyof typeof KINDS];
    return kind && { kind, actor: decode(other['actor']), ...restOf(other) };
  } catch {
    // a percent sign that encodes nothing
    return undefined;
  }
}

const KINDS = { t: 'timer', u: 'stimulus', o: 'outcome', v: 'revive', d: 'down', c: 'crash', r: 'restart' } as const;

// `~` followed by a digit is part of the address of a later child of one name
const ADDRESS = String.raw`(?:[^\s>:#!~]|~(?=\d))+`;
const REST = String.raw`(?::(?<what>[^\s>:#!~]+))?(?:#(?<place>[1-9]\d*))?`;
const DELIVERY = new RegExp(`^(?<from>${ADDRESS})>(?<to>${ADDRESS})${REST}(?<end>[!~]?)$`, 'u');
const OTHER = new RegExp(`^(?<kind>[tuovdcr]):(?<actor>${ADDRESS})${REST}$`, 'u');

type Groups = Readonly<Record<string, string | undefined>>;

const decode = (part: string | undefined) => decodeURIComponent(part ?? '');

const restOf = ({ what, place }: Groups) => ({
  ...(what === undefined ? {} : { what: decode(what) }),
  ...(place === undefined ? {} : { place: Number(place) }),
});

function write({ kind, actor, to, what, place }: StepForm): string {
  const letter = Object.entries(KINDS).find(([, each]) => each === kind)?.[0];
  const who = to === undefined ? `${letter}:${encodeAddress(actor)}` : `${encodeAddress(actor)}>${encodeAddress(to)}`;
  const rest = `${what === undefined ? '' : `:${encode(what)}`}${place === undefined ? '' : `#${place}`}`;
  return `${who}${rest}${kind === 'again' ? '!' : kind === 'drop' ? '~' : ''}`;
}

const encodeAddress = (address: string) =>
  address
    .split('/')
    .map((part) => {
      const [, name = part, later = ''] = /^(.*?)(~\d+)?$/su.exec(part) ?? [];
      return `${encode(name)}${later}`;
    })
    .join('/');

const bytes = new TextEncoder();

const encode = (name: string) =>
  name.replaceAll(/[^\p{L}\p{N}_.$-]/gu, (character) =>
    Array.from(bytes.encode(character), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );

/** XState's own delays without what all of them begin with. */
const nameOfTimer = (id: string) => id.replace(/^xstate\./u, '');

/** By the whole of their events; those that are equal in that, too, as they come. */
function inOrder(actions: readonly Action[]): readonly Action[] {
  const texts = new Map(actions.map((action) => [action, orderTextOf(eventOf(action))]));
  const textFor = (action: Action) => texts.get(action) ?? '';
  return actions.toSorted((left, right) =>
    textFor(left) < textFor(right) ? -1 : textFor(left) > textFor(right) ? 1 : 0,
  );
}

function eventOf(action: Action): unknown {
  if (action.type === 'deliver' || action.type === 'drop') return action.message.event;
  if (action.type === 'timer' || action.type === 'stimulus') return action.event;
  return action.type === 'down' ? action.target : undefined;
}
