// The words of a chart: what stands in a state's box and on a transition's line, cut to what can be read, with the whole as a title. One transition is one row,
// or two where its actions would make it too wide.
import type { StateDefinition, TransitionDefinition } from '../records.ts';
import { cutText, textWidth } from './text-width.ts';

/** A line of text in several voices. */
export interface Row {
  readonly spans: readonly Span[];
  readonly width: number;
  /** The whole, where the row shows less. */
  readonly title?: string;
  /** The transition that it tells of. */
  readonly transition?: TransitionDefinition;
}

export interface Span {
  readonly voice: 'event' | 'guard' | 'quiet';
  readonly text: string;
}

/** How far the lines of all text but the titles of states are apart. */
export const ROW_HEIGHT = 15;

const TEXT_SIZE = 11.5;

const WIDEST = 210;

/** A transition as one line of text: `READY [isLast] / enter`. */
export function transitionText({ label, guard, actions, targets }: TransitionDefinition): string {
  const condition = guard === undefined ? '' : ` [${guard}]`;
  const effect = actions.length > 0 ? ` / ${actions.join(', ')}` : targets.length > 0 ? '' : ' ignored';
  return `${label}${condition}${effect}`;
}

/** A transition for its line, or for the box of the state that it stays in. */
export function transitionRows(transition: TransitionDefinition): Row[] {
  const { label, guard, actions, targets } = transition;
  const head: Span[] = [{ voice: 'event', text: label }];
  if (guard !== undefined) head.push({ voice: 'guard', text: ` [${guard}]` });
  const effect = actions.length > 0 ? `/ ${actions.join(', ')}` : targets.length > 0 ? undefined : 'ignored';
  const row = (spans: readonly Span[]) => rowOf(spans, { transition, whole: transitionText(transition) });
  if (effect === undefined) return [row(head)];
  const quiet: Span = { voice: 'quiet', text: effect };
  const together = [...head, { ...quiet, text: ` ${effect}` }];
  return widthOf(together) <= WIDEST ? [row(together)] : [row(head), row([quiet])];
}

/** What a state does by itself, and those of its transitions that lead nowhere else. */
export function stateRows(state: StateDefinition, stays: (transition: TransitionDefinition) => boolean): Row[] {
  const told = (word: string, what: readonly string[]) =>
    what.length === 0
      ? []
      : [
          rowOf(
            [
              { voice: 'quiet', text: `${word} / ` },
              { voice: 'event', text: what.join(', ') },
            ],
            { whole: `${word} / ${what.join(', ')}` },
          ),
        ];
  return [
    ...told('entry', state.entry),
    ...told('exit', state.exit),
    ...state.invoke.flatMap(({ src }) => told('invoke', [src])),
    ...(state.tags.length > 0 ? [rowOf([{ voice: 'quiet', text: `tags: ${state.tags.join(', ')}` }])] : []),
    ...state.transitions.filter(stays).flatMap(transitionRows),
  ];
}

function rowOf(
  spans: readonly Span[],
  { transition, whole }: { transition?: TransitionDefinition; whole?: string } = {},
): Row {
  let left = WIDEST;
  const cut: Span[] = [];
  for (const span of spans) {
    const text = cutText(span.text, TEXT_SIZE, left);
    cut.push({ ...span, text });
    left -= textWidth(text, TEXT_SIZE);
    if (text !== span.text) break;
  }
  const isCut = cut.length < spans.length || cut.at(-1)?.text !== spans.at(-1)?.text;
  return {
    spans: cut,
    width: widthOf(cut),
    ...(isCut && whole !== undefined ? { title: whole } : {}),
    ...(transition === undefined ? {} : { transition }),
  };
}

const widthOf = (spans: readonly Span[]) => spans.reduce((sum, { text }) => sum + textWidth(text, TEXT_SIZE), 0);
