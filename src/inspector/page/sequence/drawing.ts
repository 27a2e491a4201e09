// What of the sequence diagram is in view, as shapes: arrows from the row of a send to the row of its receipt, marks on lanes, bars while a message is handled. It looks
// at the rows in view and a bounded number before them, however long the diagram is. Each row holds one text at most on a side of a lane, so that no two overlap. No DOM.
import type { NodeKey, Sender } from '../../records.ts';
import type { MessageEntry } from '../../timeline.ts';
import { isForCode, nameOf } from '../../readings.ts';
import type { Group, Lane, Lanes } from './lanes.ts';
import { messageOf, recordOf, rowsUntil, stateText, type Rows } from './rows.ts';
import type { Selection } from './selection.ts';
import { cut, durationText, grouped } from './text.ts';

export const ROW = 20;
/** Where its line is in a row, so that the label above that is in the row, too. */
export const MIDDLE = 15;
/** An arrow over more rows than this is drawn as its two ends. */
export const BREAK = 60;

export interface MessageShape {
  readonly key: string;
  readonly message: MessageEntry;
  /** `start` and `end` are the two ends of a long one; a message that waits has no end yet. */
  readonly form: 'whole' | 'start' | 'end' | 'waiting' | 'lost';
  /** A loop, to the right or, where there is no room, to the left. */
  readonly loop: 1 | -1 | 0;
  readonly node: NodeKey;
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  readonly label: string;
  /** How long it took, or why it was lost; beside the label. */
  readonly latency: string;
  readonly labelX: number;
  readonly labelY: number;
  readonly anchor: 'start' | 'end';
}

export interface MarkShape {
  readonly key: string;
  /** `led` is the state that a message led to. */
  readonly kind: 'state' | 'led' | 'started' | 'done' | 'stopped' | 'failed' | 'restart' | 'lost';
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly anchor: 'start' | 'end';
}

/** Something that is told across lanes: a node that went, a gap. */
export interface BandShape {
  readonly key: string;
  readonly kind: 'died' | 'left' | 'came' | 'gap' | 'lost';
  readonly x: number;
  readonly width: number;
  readonly y: number;
  readonly text: string;
  readonly textX: number;
  readonly anchor: 'start' | 'end';
}

export interface BarShape {
  readonly key: string;
  readonly node: NodeKey;
  readonly x: number;
  readonly y: number;
  readonly height: number;
}

export interface Drawing {
  readonly messages: readonly MessageShape[];
  readonly marks: readonly MarkShape[];
  readonly bands: readonly BandShape[];
  readonly bars: readonly BarShape[];
}

export interface View {
  readonly rows: Rows;
  readonly selection: Selection;
  readonly lanes: Lanes;
  /** The positions in view. */
  readonly first: number;
  readonly last: number;
  readonly left: number;
  readonly right: number;
}

/** Shapes of rows so far apart may have the same key, so that what goes out of view at one end is used again at the other. */
function keyOf({ first, last }: View, position: number): number {
  return position % (last - first + BREAK + 1);
}

/** The shapes in view; `y` is counted from the first position. */
export function draw(view: View): Drawing {
  const { rows, selection, lanes, first, last } = view;
  const messages: MessageShape[] = [];
  const marks: MarkShape[] = [];
  const bands: BandShape[] = [];
  const bars: BarShape[] = [];
  const middle = (position: number) => (position - first) * ROW + MIDDLE;

  for (let position = Math.max(0, first - BREAK); position < Math.min(last, selection.length); position += 1) {
    const row = selection.row(position);
    const record = recordOf(rows, row);
    const inView = position >= first;
    if (record.type === 'sent') {
      const shape = drawSent(view, row, position, middle);
      if (shape && (inView || Math.max(shape.y1, shape.y2) >= 0)) messages.push(shape);
    } else if (record.type === 'received') {
      drawReceived(row, position, inView);
    } else if (inView) {
      drawOther(row, position);
    }
  }
  return { messages, marks, bands, bars };

  function drawReceived(row: number, position: number, inView: boolean): void {
    const message = messageOf(rows, row);
    const lane = message && lanes.of(message.to);
    if (!message || !lane) return;
    const y = middle(position);
    if (message.done !== undefined) {
      const until = Math.min(selection.until(message.done) - 1, position + BREAK);
      const height = Math.max(7, (until - position) * ROW + 4);
      if (y + height > 0 && lane.key === message.to) {
        bars.push({ key: `b${keyOf(view, position)}`, node: lane.node, x: lane.x, y: y - 2, height });
      }
    }
    if (!inView) return;
    if (isFar(row, position)) {
      const shape = drawEnd(view, message, position, y);
      if (shape) messages.push(shape);
    }
    const step = rows.stepRecord[rows.slot[row] as number] as number;
    const record = step < 0 ? undefined : rows.timeline.records[step];
    if (record?.type === 'step' && lane.key === message.to) {
      const from = lanes.of(message.from);
      // a loop leaves the other side to it
      const side = from === lane ? { ...lane, x: lane.x + loopSide(view, lane, message.event) } : from;
      marks.push(markBeside(view, lane, side, y, 'led', `l${keyOf(view, position)}`, stateText(record.value)));
    }
  }

  /** Whether the send of what ends in a row is too far above, or not shown. */
  function isFar(row: number, position: number): boolean {
    const sent = positionOf(selection, rows.sentRow[rows.slot[row] as number] as number);
    return sent === undefined || position - sent > BREAK;
  }

  function drawOther(row: number, position: number): void {
    const record = recordOf(rows, row);
    const y = middle(position);
    const key = `o${keyOf(view, position)}`;
    switch (record.type) {
      case 'dead-letter': {
        const reason = record.count > 1 ? `${record.count} × ${record.reason}` : record.reason;
        const message = messageOf(rows, row);
        const lane = lanes.of(record.to) ?? (message && lanes.of(message.to));
        const from = record.from ?? message?.from;
        // where an arrow ends in a cross the reason is told with its name
        if (message && lane && lanes.of(message.from) && rows.endRow[rows.slot[row] as number] === row) {
          const shape = isFar(row, position) ? drawEnd(view, message, position, y) : undefined;
          if (shape) messages.push({ ...shape, form: 'lost' });
        } else if (lane)
          marks.push(markBeside(view, lane, from === undefined ? undefined : lanes.of(from), y, 'lost', key, reason));
        else bands.push(bandOver(undefined, 'lost', y, key, `${reason}, to ${record.to}`));
        return;
      }
      case 'ended': {
        const lane = lanes.of(record.actor);
        const text = record.error === undefined ? record.how : `${record.how}: ${record.error}`;
        if (lane) marks.push(markBeside(view, lane, undefined, y, record.how, key, named(lane, record.actor, text)));
        return;
      }
      case 'life': {
        const lane = lanes.of(record.actor);
        const text = `life ${record.life}: ${record.error}`;
        if (lane) marks.push(markBeside(view, lane, undefined, y, 'restart', key, named(lane, record.actor, text)));
        return;
      }
      case 'actor': {
        const lane = lanes.of(record.actor);
        if (lane)
          marks.push(markBeside(view, lane, undefined, y, 'started', key, named(lane, record.actor, 'started')));
        return;
      }
      case 'step': {
        const lane = lanes.of(record.actor);
        const text = `${eventText(record.event)} → ${stateText(record.value)}`;
        if (lane) marks.push(markBeside(view, lane, undefined, y, 'state', key, named(lane, record.actor, text)));
        return;
      }
      case 'node': {
        const group = lanes.groups.find(({ node }) => node === record.node);
        const name = nameOf(rows.timeline, record.node);
        const kind = record.up ? 'came' : record.error === undefined ? 'left' : 'died';
        bands.push(bandOver(group, kind, y, key, `${name} ${nodeText(record)}`));
        return;
      }
      case 'gap': {
        const lasted = durationText(Math.max(0, record.at - record.since));
        const what = record.reason === 'dropped' ? 'more happened than is kept' : 'nobody looked';
        const count = record.count === undefined ? '' : `, ${grouped(record.count)} records`;
        bands.push(bandOver(undefined, 'gap', y, key, `${what} for ${lasted}${count}`));
        return;
      }
      default:
    }
  }

  /** Over a node's lanes, or else over all; a text that is longer goes to where there is room. */
  function bandOver(
    group: Group | undefined,
    kind: BandShape['kind'],
    y: number,
    key: string,
    text: string,
  ): BandShape {
    const { x, width } = group ?? { x: 0, width: lanes.width };
    const short = cut(text, 110);
    const right = x + widthOf(short) > lanes.width && x + width > lanes.width / 2;
    const textX = right ? Math.min(x + width, view.right) - 8 : Math.max(x, view.left) + 8;
    return { key, kind, x, width, y, text: short, textX, anchor: right ? 'end' : 'start' };
  }

  function named(lane: Lane, actor: Sender, text: string): string {
    return lane.key === actor ? text : `${nameOf(rows.timeline, actor)} ${text}`;
  }
}

/** From where to where a lifeline goes, in positions; it is open where the actor is not known to have ended. */
export function lifeline(view: View, lane: Lane): { readonly from: number; readonly to: number } {
  const { rows, selection } = view;
  const { actors, nodes } = rows.timeline;
  const actor = actors.get(lane.key);
  const gone = nodes.get(lane.node)?.changes.at(-1);
  const ended = actor?.ended?.at ?? (gone && !gone.up ? gone.at : undefined);
  const to = ended === undefined ? Infinity : selection.position(rowsUntil(rows, ended)) - 0.3;
  // the smallest step before it: what happens at the very moment when it starts is beside its line
  const from = actor ? selection.position(rowsUntil(rows, actor.since - 1e-6)) : 0;
  return { from: from === 0 ? -1 : from + 0.7, to };
}

function drawSent(
  view: View,
  row: number,
  position: number,
  middle: (position: number) => number,
): MessageShape | undefined {
  const { rows, selection } = view;
  const message = messageOf(rows, row);
  const from = message && view.lanes.of(message.from);
  if (!message || !from) return undefined;
  const to = view.lanes.of(message.to);
  const end = positionOf(selection, rows.endRow[rows.slot[row] as number] as number);
  const y1 = middle(position);
  const self = to === from;
  const direction = self ? loopSide(view, from, message.event) : !to || to.x > from.x ? 1 : -1;
  const far = to?.x ?? from.x + 90;
  const base = {
    key: `m${keyOf(view, position)}`,
    message,
    loop: self ? direction : (0 as const),
    node: from.node,
    x1: from.x,
    y1,
    ...labelOf(view, message, from, to, direction),
    labelY: y1 - 4,
    anchor: direction === 1 ? ('start' as const) : ('end' as const),
  };
  if (end === undefined && to && !message.dead && isForCode(rows.timeline, message)) {
    return { ...base, form: 'whole', x2: far, y2: y1 + ROW * (self ? 0.7 : 0.2) };
  }
  if (end === undefined) {
    const x2 = from.x + direction * (self ? 22 : Math.min(46, Math.abs(far - from.x) * 0.45));
    return { ...base, form: 'waiting', x2, y2: y1 + 2 };
  }
  if (end - position > BREAK) {
    const x2 = from.x + direction * (self ? 22 : 46);
    return { ...base, form: 'start', x2, y2: y1 + ROW * 0.3 };
  }
  const lost = recordOf(rows, selection.row(end)).type === 'dead-letter';
  return { ...base, form: lost ? 'lost' : 'whole', x2: far, y2: middle(end) };
}

/** The end of a message whose send is far above. */
function drawEnd(view: View, message: MessageEntry, position: number, y: number): MessageShape | undefined {
  const to = view.lanes.of(message.to);
  if (!to) return undefined;
  const from = view.lanes.of(message.from);
  const direction = !from || from.x >= to.x ? 1 : -1;
  const x1 = to.x + direction * 46;
  return {
    key: `e${keyOf(view, position)}`,
    message,
    form: 'end',
    loop: 0,
    node: from?.node ?? to.node,
    x1,
    y1: y - ROW * 0.8,
    x2: to.x,
    y2: y,
    ...labelOf(view, message, from, to, direction),
    labelX: x1 + direction * 4,
    labelY: y - 4,
    anchor: direction === 1 ? 'start' : 'end',
  };
}

/** A mark's text is not cut shorter than this. */
const LEAST = 40;

/** How wide a text is, roughly. */
function widthOf(text: string): number {
  return text.length * 6.4 + 16;
}

function loopSide({ lanes }: View, lane: Lane, event: string): 1 | -1 {
  return lane.x + 28 + widthOf(event) + 48 > lanes.width && lane.x > lanes.width / 2 ? -1 : 1;
}

/** Where a text begins that would run out of the view at its end, if it begins in it. */
function withinView({ left, right }: View, x: number, width: number): number {
  if (x < left || x > right) return x;
  return width > 0 ? Math.max(left + 4, Math.min(x, right - width)) : Math.min(right - 4, Math.max(x, left - width));
}

function labelOf(view: View, message: MessageEntry, from: Lane | undefined, to: Lane | undefined, direction: number) {
  const { timeline } = view.rows;
  // a lane may stand for others, too
  const tellsWho = from === to && /^xstate\.(?:done|error)\./u.test(message.event);
  const nameOn = (lane: Lane | undefined, key: Sender): string =>
    !lane || lane.key === key ? '' : nameOf(timeline, key);
  const sender = tellsWho ? '' : nameOn(from, message.from);
  const receiver = nameOn(to, message.to);
  const who = receiver !== '' ? `${sender} → ${receiver}: `.trimStart() : sender !== '' ? `${sender}: ` : '';
  const { received, at, event, dead } = message;
  const start = (from?.x ?? 0) + direction * (from === to ? 28 : 11);
  // where the sender is out of view its label is at the edge, as far as the arrow goes
  const far = to?.x ?? start;
  const label = `${who}${cut(eventText(event), 40)}`;
  const latency = received === undefined ? cut(dead?.reason ?? '', 30) : durationText(Math.max(0, received - at));
  const labelX =
    from === to
      ? start
      : direction === 1
        ? Math.max(start, Math.min(view.left + 6, far - 20))
        : Math.min(start, Math.max(view.right - 6, far + 20));
  return { label, latency, labelX: withinView(view, labelX, direction * widthOf(`${label}  ${latency}`)) };
}

/** A mark on a lane, its text on the side from which no arrow comes, or else where there is room. */
function markBeside(
  view: View,
  lane: Lane,
  from: Lane | undefined,
  y: number,
  kind: MarkShape['kind'],
  key: string,
  text: string,
): MarkShape {
  const short = cut(text, 48);
  const [before, after] = [lane.x - view.left, view.right - lane.x];
  const right = from ? from.x < lane.x : widthOf(short) < after || before < after;
  const room = right ? after : before;
  // of a lane that is in view itself
  const most = room > LEAST ? Math.max(LEAST, room - 12) / 5.6 : 48;
  return { key, kind, x: lane.x, y, text: cut(short, Math.floor(most)), anchor: right ? 'start' : 'end' };
}

/** What a node did. Only a death is bad, and has a reason. */
function nodeText({ up, error }: { readonly up: boolean; readonly error?: string }): string {
  return up ? 'is there' : error === undefined ? 'left' : `died: ${error}`;
}

/** XState's own events, said shorter. */
export function eventText(event: string): string {
  const after = /^xstate\.after\.(\d+)\./u.exec(event);
  if (after) return `after ${durationText(Number(after[1]))}`;
  return event.replace(/^xstate\.(done|error|snapshot)\.(?:actor|state)\./u, '$1: ');
}

function positionOf(selection: Selection, row: number): number | undefined {
  if (row < 0) return undefined;
  const position = selection.position(row);
  return position < selection.length && selection.row(position) === row ? position : undefined;
}
