// The rows of the recording that is shown and what a view selects of them, kept up with the store's signals. Long work is done a few milliseconds a frame.
import { signal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { InspectorRecord, Sender } from '../../records.ts';
import type { Timeline } from '../../timeline.ts';
import { helped } from '../../readings.ts';
import { createMatcher, parseFilter } from '../log/filter.ts';
import { chosen, filter, revision, timeline } from '../store.ts';
import { createRows, extendRows, messageOf, recordOf, type Rows } from './rows.ts';
import { createSelection, type Selection } from './selection.ts';

/** Whether the diagram shows the chosen actor's messages alone. */
export const onlyChosen = signal(false);

/** Whether promises, callbacks and observables have lanes of their own. */
export const helpers = signal(false);

/** The message that the pointer is on. */
export const hovered = signal<number | undefined>(undefined);

/** How long a frame may go on selecting, in milliseconds. */
const BUDGET = 4;
/** How often what is found so far is drawn, in milliseconds: to draw costs more than to look. */
const DRAWN_EVERY = 120;

let known: Rows | undefined;
let coming: Rows | undefined;

/** Takes in what there is of a timeline that is to be shown later, so that nothing waits for it then. */
export function prepareRows(of: Timeline): void {
  if (coming?.timeline === of) extendRows(coming);
  else coming = createRows(of);
}

/** Takes in what a timeline has got since, if its rows are looked at. */
export function growRows(of: Timeline): void {
  if (known?.timeline === of) extendRows(known);
}

/** The rows of the timeline as it is now; whoever calls it in a render is rendered again when there are more. */
export function currentRows(): Rows {
  const current = timeline.value;
  void revision.value;
  if (coming?.timeline === current) {
    known = coming;
    coming = undefined;
  }
  if (known?.timeline === current) extendRows(known);
  else known = createRows(current);
  return known;
}

let matcher: { readonly of: Timeline; readonly text: string; readonly matches: (record: InspectorRecord) => boolean };

/** The filter that is set, as a function that is the same until another is set. */
export function currentMatcher(): (record: InspectorRecord) => boolean {
  const [of, text] = [timeline.value, filter.value];
  if (matcher?.of !== of || matcher.text !== text) {
    matcher = { of, text, matches: createMatcher(of, parseFilter(text)) };
  }
  return matcher.matches;
}

interface Selected {
  readonly rows: Rows;
  readonly selection: Selection;
  readonly done: boolean;
}

/**
 * A selection that lasts as long as its key; `done` is whether all rows were looked at. Where the same recording has other rows, for its beginning was folded, it is the
 * one of the rows before until that of the new ones is done: whoever looks on sees nothing of it.
 */
export function useSelection(of: Rows, takes: (row: number) => boolean, key: readonly unknown[]): Selected {
  const more = useMemo(() => signal(0), []);
  // read, so that the view is rendered again when there is more to look at
  void more.value;
  const selection = useMemo(() => createSelection(of, takes), [of, ...key]);
  useEffect(() => () => selection.close(), [selection]);
  const until = performance.now() + BUDGET;
  const done = selection.advance(() => performance.now() > until);
  useEffect(() => {
    if (done) return undefined;
    const next = performance.now() + DRAWN_EVERY;
    let frame = requestAnimationFrame(function advance() {
      const enough = performance.now() + BUDGET;
      if (selection.advance(() => performance.now() > enough) || enough > next) more.value += 1;
      else frame = requestAnimationFrame(advance);
    });
    return () => cancelAnimationFrame(frame);
  });
  const shown = useRef<Selected & { readonly key: readonly unknown[] }>(undefined);
  const before = shown.current;
  const isSame =
    before?.done === true &&
    before.rows.timeline.header === of.timeline.header &&
    before.key.every((each, index) => each === key[index]);
  if (!before || done || before.rows === of || !isSame) shown.current = { rows: of, selection, done, key };
  return shown.current as Selected;
}

/** The rows of the diagram: what matches the filter, and is the chosen actor's if that is asked for. `among` is who takes part in them, where not all do. */
export function useDiagram(rows: Rows) {
  const matches = currentMatcher();
  const actor = onlyChosen.value ? chosen.value : undefined;
  const withHelpers = helpers.value;
  const restricted = actor !== undefined || filter.value.trim() !== '';
  const words = filter.value;
  const among = useMemo(() => new Set<Sender>(), [rows, words, actor, withHelpers]);
  const owner = (sender: Sender): Sender => (withHelpers ? sender : helped(rows.timeline, sender));
  const takes = (row: number): boolean => {
    const record = recordOf(rows, row);
    const slot = rows.slot[row] as number;
    // a step that a message led to is told beside its receipt
    if (record.type === 'step' && slot >= 0) return false;
    // what comes and goes on another's lane would hide what that one does
    if (!withHelpers && isComing(record) && helped(rows.timeline, record.actor) !== record.actor) return false;
    if (!restricted) return true;
    const senders = participants(rows, row, record);
    if (
      actor !== undefined &&
      senders.length > 0 &&
      !senders.some((sender) => sender === actor || owner(sender) === actor)
    )
      return false;
    if (!matches(record)) return false;
    for (const sender of senders) among.add(sender);
    return true;
  };
  const selected = useSelection(rows, takes, [words, actor, withHelpers]);
  const shown = useRef(among);
  if (selected.rows === rows) shown.current = among;
  return { ...selected, among: restricted ? shown.current : undefined };
}

/** Goes to the next message of a selection, or the one before, from the one that is looked at or the row given. */
export function nextMessage(rows: Rows, selection: Selection, from: number, step: 1 | -1): number | undefined {
  for (let position = from + step; position >= 0 && position < selection.length; position += step) {
    const row = selection.row(position);
    if (recordOf(rows, row).type === 'sent') return messageOf(rows, row)?.number;
  }
  return undefined;
}

function isComing(record: InspectorRecord): record is Extract<InspectorRecord, { type: 'actor' | 'ended' }> {
  return record.type === 'actor' || (record.type === 'ended' && record.how !== 'failed');
}

function participants(rows: Rows, row: number, record: InspectorRecord): readonly Sender[] {
  const message = messageOf(rows, row);
  if (message) return [message.from, message.to];
  if (record.type === 'dead-letter') return [record.to, ...(record.from === undefined ? [] : [record.from])];
  return 'actor' in record ? [record.actor] : [];
}
