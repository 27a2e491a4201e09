// Why a step of a schedule is not possible where it should happen, for whoever has a schedule of older machines in hand.
import { TroupeError } from '../../../errors.ts';
import type { Possible } from './schedule.ts';
import type { Action, Space, Words } from '../space/space.ts';
import { formOf, meantBy, readWord, wordOf, type StepForm } from './step-text.ts';
import { count, listOf } from './text.ts';

export interface Mismatch {
  readonly space: Space;
  readonly state: Words;
  readonly possible: readonly Possible[];
  readonly word: string;
  /** Which step, from 1, of how many. */
  readonly number: number;
  readonly total: number;
}

export function mismatch(at: Mismatch): TroupeError {
  const { possible, word, number, total } = at;
  const words = possible.map(({ action }, _, all) =>
    wordOf(
      action,
      all.map((each) => each.action),
    ),
  );
  const more = words.length > MOST_SHOWN ? `, and ${count(words.length - MOST_SHOWN)} more` : '';
  const there =
    words.length === 0
      ? 'Nothing is possible there'
      : `What is possible there: ${words.slice(0, MOST_SHOWN).join(' ')}${more}`;
  return new TroupeError(
    'SCHEDULE_MISMATCH',
    `Cannot follow the schedule at step ${number} of ${total}, '${word}': ${whyOf(at)}. ${there}. If the machines have changed since it was written, explore them anew.`,
    { details: { step: number, word, possible: words } },
  );
}

const MOST_SHOWN = 20;

function whyOf(at: Mismatch): string {
  const { space, state } = at;
  const form = readWord(at.word);
  if (!form) {
    return "that is no step. A step is a delivery such as a>b, or t:a for a timer, u:a:EVENT for a user's event, o:a/child#1 for an outcome, v: d: c: r: for a next life, a down, a crash, a restart";
  }
  const beyond: Action[] = [];
  space.successors(
    state,
    () => {},
    (code) => beyond.push(space.actionOf(state, code)),
  );
  if (meantBy(form, beyond).length > 0) return 'it leads out of the bounds, to what `within` leaves out';
  return (
    unknownActor(at, form) ?? (form.to === undefined ? whyNot(at, form) : whyNoMessage(at, { ...form, to: form.to }))
  );
}

function unknownActor({ space, state }: Mismatch, { kind, actor, to }: StepForm): string | undefined {
  for (const address of to === undefined ? [actor] : [actor, to]) {
    const name = nodeOf(space, address);
    if (name === undefined)
      return `there is no actor '${address}'. There ${space.names.length === 1 ? 'is' : 'are'} ${listOf(space.names)}`;
    // a message may be of or for one that is there no longer
    if (to !== undefined || kind === 'crash' || kind === 'restart') continue;
    const { actors, crashed } = space.configurationOf(state, name);
    if (crashed) return `'${name}' has crashed`;
    if (!actors.has(address)) {
      return `there is no actor '${address}' at that moment. In ${name} there are ${listOf([...actors.keys()])}`;
    }
  }
  return undefined;
}

/** Names may hold a slash. */
const nodeOf = ({ names }: Space, address: string) =>
  names.find((name) => address === name || address.startsWith(`${name}/`));

function whyNoMessage(at: Mismatch, form: StepForm & { readonly to: string }): string {
  const { space, state, possible } = at;
  const { actor: from, to, what, kind } = form;
  const onTheWay = space.show(state).scene.inFlight.filter((message) => message.from === from && message.to === to);
  const route = `from ${from} to ${to}`;
  if (onTheWay.length === 0) return `no message ${route} is on its way`;
  const types = [...new Set(onTheWay.map(({ event }) => event.type))];
  if (what !== undefined && !types.includes(what)) {
    return `no ${what} ${route} is on its way, but ${listOf(types)}`;
  }
  const ofKind = meantBy({ kind, actor: from, to }, actionsOf(possible));
  if (ofKind.length === 0 && kind !== 'deliver') {
    const delivered = meantBy({ kind: 'deliver', actor: from, to }, actionsOf(possible)).length > 0;
    if (delivered)
      return `no${what === undefined ? '' : ` ${what}`} message may be ${kind === 'drop' ? 'lost' : 'delivered twice'} there`;
  }
  if (ofKind.length === 0) {
    return `${what ?? listOf(types)} ${route} is on its way, and can${kind === 'drop' ? ' not be lost' : 'not arrive'} at that moment`;
  }
  const heads = [...new Set(ofKind.map((action) => formOf(action).what))];
  if (what !== undefined && !heads.includes(what))
    return `before ${what}, ${listOf(heads as string[])} ${route} must arrive`;
  return several(form, `message ${route}`, at);
}

function whyNot(at: Mismatch, form: StepForm): string {
  const { actor, kind, what, place } = form;
  const all = meantBy({ kind, actor }, actionsOf(at.possible));
  const some = all.map((action) => formOf(action));
  const whats = listOf([...new Set(some.flatMap((each) => each.what ?? []))]);
  switch (kind) {
    case 'timer':
      if (all.length === 0) return `no timer of '${actor}' can end at that moment`;
      if (meantBy({ kind, actor, ...(what === undefined ? {} : { what }) }, actionsOf(at.possible)).length === 0)
        return `no timer ${what} of '${actor}' can end at that moment, but ${whats}`;
      return several(form, `timer of '${actor}'`, at);
    case 'stimulus':
      if (all.length === 0) return `'${actor}' takes nothing that a user may send at that moment`;
      if (!some.some((each) => what === undefined || each.what === what))
        return `'${actor}' takes no ${what} of a user at that moment, but ${whats}`;
      return several(form, `event that a user may send to '${actor}'`, at);
    case 'outcome':
      if (all.length === 0) return `nothing can become of '${actor}' at that moment`;
      if (place === undefined) return `of ${all.length} outcomes of '${actor}' it does not say which: add #1 and so on`;
      return `'${actor}' has no outcome ${place} at that moment, but ${listOf(some.map((each) => String(each.place)))}`;
    case 'revive':
      return `'${actor}' waits for no restart by a supervisor at that moment`;
    case 'down':
      return all.length === 0
        ? `'${actor}' has nothing to be told at that moment`
        : several(form, `end that '${actor}' can be told of`, at);
    case 'crash':
      return `'${actor}' cannot crash at that moment`;
    default:
      return `'${actor}' is not down, or is not started again`;
  }
}

/** The word fits, and more than one; or it asks for one more than there are. */
function several(form: StepForm, one: string, { possible }: Mismatch): string {
  const { place, ...open } = form;
  const { length } = meantBy(open, actionsOf(possible));
  if (place === undefined) return `${length} times there is such a ${one}: it does not say which`;
  return `there is no such ${one} number ${place}, but ${length}`;
}

const actionsOf = (possible: readonly Possible[]) => possible.map(({ action }) => action);
