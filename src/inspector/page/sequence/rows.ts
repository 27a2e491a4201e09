// What the sequence diagram and the log show, as rows in the order of time: each send, each receipt, and what else happened. Rows are numbers in typed arrays and point
// into the timeline; to add what is new costs what is new, and the tail that it reaches back into, for threads tell what they did in batches. No DOM.
import type { InspectorRecord, StateValue } from '../../records.ts';
import { messageNumbered, type MessageEntry, type Timeline } from '../../timeline.ts';
import type { Selection } from './selection.ts';

export interface Rows {
  readonly timeline: Timeline;
  length: number;
  /** When each row was; it never falls, and no receipt is before its send. */
  at: Float64Array;
  /** The place of each row's record in `timeline.records`. */
  record: Uint32Array;
  /** The place in `timeline.messages` of the message that a row is about, or -1. */
  slot: Int32Array;
  /** The row where each message was sent, where it was received or lost, and the record of the step that it led to if that changed a state; -1 for none. */
  sentRow: Int32Array;
  endRow: Int32Array;
  stepRecord: Int32Array;
  /** Who sent or was sent to without being told of as an actor: nodes whose plain code sent, mostly. */
  readonly others: Set<string>;
  /** The selections that are told when rows move. */
  readonly selections: Set<Selection>;
  /** How many records are in. */
  seen: number;
  messages: number;
  receipts: number;
  /** The state of each actor, in a place of its own, so that a change of it asks the map no second time. */
  readonly states: Map<string, { text: string | undefined }>;
}

export function createRows(timeline: Timeline): Rows {
  const rows: Rows = {
    timeline,
    length: 0,
    at: new Float64Array(64),
    record: new Uint32Array(64),
    slot: new Int32Array(64),
    sentRow: new Int32Array(64),
    endRow: new Int32Array(64),
    stepRecord: new Int32Array(64),
    others: new Set(),
    selections: new Set(),
    seen: 0,
    messages: 0,
    receipts: 0,
    states: new Map(),
  };
  extendRows(rows);
  return rows;
}

/** Takes in what the timeline has got since; gives the first row that is new or is another now. */
export function extendRows(rows: Rows): number {
  const { records } = rows.timeline;
  const before = rows.length;
  reserve(rows, records.length - rows.seen);
  let sorted = true;
  let earliest = Infinity;
  let last = before > 0 ? (rows.at[before - 1] as number) : -Infinity;
  for (let place = rows.seen; place < records.length; place += 1) {
    const record = records[place] as InspectorRecord;
    const slot = slotFor(rows, record, place);
    if (slot === undefined) continue;
    const sentAt = slot < 0 ? -Infinity : (rows.timeline.messages[slot] as MessageEntry).at;
    const at = Math.max(record.at, sentAt);
    rows.at[rows.length] = at;
    rows.record[rows.length] = place;
    rows.slot[rows.length] = slot;
    rows.length += 1;
    if (at < last) sorted = false;
    else last = at;
    if (at < earliest) earliest = at;
  }
  rows.seen = records.length;
  const first = sorted ? before : Math.min(before, rowsUntil(rows, earliest, before));
  if (!sorted) sortFrom(rows, first);
  noteEnds(rows, first);
  if (first < rows.length) for (const selection of rows.selections) selection.rewind(first);
  return first;
}

/** How many rows there were at a moment. */
export function rowsUntil(rows: Rows, moment: number, among = rows.length): number {
  let low = 0;
  let high = among;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows.at[middle] as number) <= moment) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function recordOf(rows: Rows, row: number): InspectorRecord {
  return rows.timeline.records[rows.record[row] as number] as InspectorRecord;
}

export function messageOf(rows: Rows, row: number): MessageEntry | undefined {
  const slot = rows.slot[row] as number;
  return slot < 0 ? undefined : rows.timeline.messages[slot];
}

/** The slot of a message by its number, if its row is in. */
export function slotOf({ timeline, messages }: Rows, number: number): number | undefined {
  const place = messageNumbered(timeline, number)?.place;
  return place === undefined || place >= messages ? undefined : place;
}

/** A state as one reads it: `ready`, `a.b`, `a, b.c`. */
export function stateText(value: StateValue | undefined): string {
  if (value === undefined || typeof value === 'string') return value ?? '';
  const parts = Object.entries(value).map(([key, inner]) => {
    const text = stateText(inner);
    return text === '' ? key : `${key}.${text}`;
  });
  return parts.join(', ');
}

/** The message that a record is a row for, -1 if for none, undefined if it is no row at all. */
function slotFor(rows: Rows, record: InspectorRecord, place: number): number | undefined {
  const { actors } = rows.timeline;
  switch (record.type) {
    case 'sent': {
      const slot = rows.messages;
      reserveMessage(rows, slot);
      rows.messages += 1;
      if (!actors.has(record.from)) rows.others.add(record.from);
      if (!actors.has(record.to)) rows.others.add(record.to);
      return slot;
    }
    case 'received': {
      const slot = slotOf(rows, record.message);
      if (slot !== undefined) rows.receipts += 1;
      return slot;
    }
    case 'dead-letter':
      return (record.message === undefined ? undefined : slotOf(rows, record.message)) ?? -1;
    case 'step': {
      if (record.value === undefined) return undefined;
      const state = typeof record.value === 'string' ? record.value : JSON.stringify(record.value);
      let known = rows.states.get(record.actor);
      if (!known) rows.states.set(record.actor, (known = { text: undefined }));
      const before = known.text;
      if (before === state) return undefined;
      known.text = state;
      const slot = record.message === undefined ? undefined : slotOf(rows, record.message);
      if (slot !== undefined) rows.stepRecord[slot] = place;
      // the first that is known of an actor is where it is, not where it went
      else if (before === undefined) return undefined;
      return slot ?? -1;
    }
    case 'actor':
      // who was there before anything happened needs no row
      return rows.messages > 0 ? -1 : undefined;
    case 'node':
      return rows.messages > 0 || !record.up ? -1 : undefined;
    case 'life':
    case 'ended':
    case 'gap':
      return -1;
    default:
      return undefined;
  }
}

/** Threads tell in batches, so that what is new may belong before what another told: by few rows mostly, which are moved one by one, for that is quickest then. */
function sortFrom(rows: Rows, first: number): void {
  const { at, record, slot, length } = rows;
  let moves = MOVES_PER_ROW * (length - first);
  for (let row = first + 1; row < length; row += 1) {
    const time = at[row] as number;
    if (time >= (at[row - 1] as number)) continue;
    const [place, message] = [record[row] as number, slot[row] as number];
    let to = row;
    for (; to > first && (at[to - 1] as number) > time; to -= 1) {
      at[to] = at[to - 1] as number;
      record[to] = record[to - 1] as number;
      slot[to] = slot[to - 1] as number;
    }
    at[to] = time;
    record[to] = place;
    slot[to] = message;
    moves -= row - to;
    if (moves < 0) {
      sortAllFrom(rows, first);
      return;
    }
  }
}

/** How far rows may be from their place, on average, to be moved one by one. */
const MOVES_PER_ROW = 16;

function sortAllFrom(rows: Rows, first: number): void {
  const at = rows.at.slice(first, rows.length);
  const record = rows.record.slice(first, rows.length);
  const slot = rows.slot.slice(first, rows.length);
  const order = Array.from(at, (_, index) => index);
  order.sort((one, other) => (at[one] as number) - (at[other] as number));
  for (const [index, from] of order.entries()) {
    rows.at[first + index] = at[from] as number;
    rows.record[first + index] = record[from] as number;
    rows.slot[first + index] = slot[from] as number;
  }
}

function noteEnds(rows: Rows, first: number): void {
  const { records } = rows.timeline;
  // where an end has moved it is found again below
  for (let row = first; row < rows.length; row += 1) {
    const slot = rows.slot[row] as number;
    if (slot < 0) continue;
    const { type } = records[rows.record[row] as number] as InspectorRecord;
    if (type === 'sent') rows.sentRow[slot] = row;
    else if (type === 'received') rows.endRow[slot] = row;
    else if (type === 'dead-letter' && !isReceipt(rows, rows.endRow[slot] as number, slot)) rows.endRow[slot] = row;
  }
}

/** Whether a message was received, though it is a dead letter too: it may have been handled. */
function isReceipt(rows: Rows, row: number, slot: number): boolean {
  return row >= 0 && rows.slot[row] === slot && recordOf(rows, row).type === 'received';
}

function reserve(rows: Rows, more: number): void {
  const needed = rows.length + more;
  if (needed <= rows.at.length) return;
  const size = Math.max(needed, rows.at.length * 2);
  rows.at = larger(rows.at, new Float64Array(size));
  rows.record = larger(rows.record, new Uint32Array(size));
  rows.slot = larger(rows.slot, new Int32Array(size));
}

function reserveMessage(rows: Rows, slot: number): void {
  if (slot >= rows.sentRow.length) {
    const size = rows.sentRow.length * 2;
    rows.sentRow = larger(rows.sentRow, new Int32Array(size));
    rows.endRow = larger(rows.endRow, new Int32Array(size));
    rows.stepRecord = larger(rows.stepRecord, new Int32Array(size));
  }
  rows.sentRow[slot] = -1;
  rows.endRow[slot] = -1;
  rows.stepRecord[slot] = -1;
}

function larger<TArray extends Float64Array | Uint32Array | Int32Array>(from: TArray, to: TArray): TArray {
  to.set(from);
  return to;
}
