// The sequence diagram: lanes side by side, time downwards. What is in view is in the document and no more; it follows what happens while its end is in view.
import { messageNumbered } from '../../timeline.ts';
import { signal, useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { NodeKey } from '../../records.ts';
import { chosen, chosenMessage, live, lookAt, moment } from '../store.ts';
import { Details, Pointed } from './details.tsx';
import { draw, lifeline, ROW, type View } from './drawing.ts';
import { Heads } from './heads.tsx';
import { layOutLanes, type Group, type Lanes } from './lanes.ts';
import { slotOf, type Rows } from './rows.ts';
import { currentRows, helpers, hovered, nextMessage, useDiagram } from './selected.ts';
import type { Selection } from './selection.ts';
import { Arrow, Band, Bar, Column, Label, Lifeline, Mark } from './shapes.tsx';
import { timeText } from './text.ts';
import { Toolbar } from './toolbar.tsx';

const GUTTER = 66;
const HEADS = 52;
/** The view is drawn in steps of so many rows and pixels, and half a step or a whole one beyond it, so that scrolling shows no void. */
const STEP_ROWS = 12;
const STEP_WIDTH = 120;
/** How exactly labels are kept within the view. */
const STEP_EDGE = 24;
const BELOW = ROW;

/** The nodes that the user opened or closed. */
const opened = signal<ReadonlyMap<NodeKey, boolean>>(new Map());

export function Sequence() {
  const { rows, selection, done, among } = useDiagram(currentRows());
  const scroll = useScroll(rows, selection, done);
  const { width } = scroll;
  const lanes = useLanes(rows, among, width - GUTTER);
  useChosenInView(rows, lanes, scroll);
  const keys = (event: KeyboardEvent) => onKey(event, rows, selection);

  return (
    <div class="sequence">
      <Toolbar rows={rows} selection={selection} lanes={lanes} done={done} opened={opened} />
      <div class="sequence-frame">
        <div
          class="sequence-scroll"
          ref={scroll.element}
          tabIndex={0}
          role="group"
          aria-label="Sequence diagram. j and k go through its messages, Enter chooses who received one."
          onScroll={scroll.onScroll}
          onKeyDown={keys}
        >
          <div class="sequence-heads" style={{ width: `${GUTTER + lanes.width}px`, height: `${HEADS}px` }}>
            <div class="sequence-corner" style={{ width: `${GUTTER}px` }}>
              seconds
            </div>
            <Heads
              lanes={lanes}
              left={scroll.left - STEP_WIDTH}
              right={scroll.left + width + STEP_WIDTH}
              gutter={GUTTER}
              toggle={toggle}
            />
          </div>
          <Body rows={rows} selection={selection} lanes={lanes} scroll={scroll} />
        </div>
        {selection.length === 0 && <Nothing rows={rows} done={done} />}
        <Pointed rows={rows} atTop={scroll.pointerLow.value} />
      </div>
      <Details rows={rows} />
    </div>
  );
}

function Body(props: {
  readonly rows: Rows;
  readonly selection: Selection;
  readonly lanes: Lanes;
  readonly scroll: Scroll;
}) {
  const { rows, selection, lanes, scroll } = props;
  const { top, left, width, height } = scroll;
  // in steps, so that little is drawn anew while one scrolls
  const first = Math.max(0, Math.floor(top / ROW / STEP_ROWS - 0.5) * STEP_ROWS);
  const last = Math.min(selection.length, Math.ceil((top + height) / ROW / STEP_ROWS + 0.5) * STEP_ROWS);
  const from = Math.max(0, Math.floor(left / STEP_WIDTH - 1) * STEP_WIDTH);
  const to = Math.min(lanes.width, Math.ceil((left + width) / STEP_WIDTH + 1) * STEP_WIDTH);
  const edge = Math.ceil(left / STEP_EDGE) * STEP_EDGE;
  const view: View = {
    rows,
    selection,
    lanes,
    first,
    last,
    left: edge,
    right: Math.floor((left + width - GUTTER) / STEP_EDGE) * STEP_EDGE,
  };
  const now = moment.value;
  const later = now === undefined ? undefined : selection.until(now);
  const [actor, looked, pointed] = [chosen.value, chosenMessage.value, hovered.value];
  const total = Math.max(selection.length * ROW + BELOW, scroll.most + height);
  const shapes = useMemo(
    () => <Shapes view={view} from={from} to={to} later={later} />,
    [
      rows,
      rows.seen,
      selection,
      selection.length,
      lanes,
      first,
      last,
      from,
      to,
      edge,
      width,
      later,
      actor,
      looked,
      pointed,
    ],
  );
  const times = useMemo(
    () => <Times rows={rows} selection={selection} first={first} last={last} />,
    [rows, rows.seen, selection, selection.length, first, last],
  );

  return (
    <div class="sequence-body" style={{ width: `${GUTTER + lanes.width}px`, height: `${total}px` }}>
      <svg
        class="sequence-drawing"
        role="img"
        aria-label="Messages between actors; the log lists the same."
        width={Math.max(0, to - from)}
        height={Math.max(0, (last + 1 - first) * ROW)}
        style={{ transform: `translate(${GUTTER + from}px, ${first * ROW}px)` }}
        onPointerOver={(event) => scroll.onPointer(event)}
        onPointerLeave={() => (hovered.value = undefined)}
        onClick={(event) => {
          const number = messageUnder(event);
          if (number === undefined) chosenMessage.value = undefined;
          else lookAt(number);
        }}
      >
        {shapes}
      </svg>
      <div class="sequence-times" style={{ width: `${GUTTER}px` }}>
        {times}
        {now !== undefined && later !== undefined && later >= first && later <= last && (
          <span class="sequence-now" style={{ top: `${later * ROW}px` }}>
            {timeText(now)}
          </span>
        )}
      </div>
    </div>
  );
}

function Shapes(props: {
  readonly view: View;
  readonly from: number;
  readonly to: number;
  readonly later: number | undefined;
}) {
  const { view, from, to, later } = props;
  const { lanes, first, last } = view;
  const { messages, marks, bands, bars } = draw(view);
  const bottom = (last + 1 - first) * ROW;
  const [looked, pointed] = [chosenMessage.value, hovered.value];
  const isLit = (number: number): boolean => number === looked || number === pointed;
  return (
    <g transform={`translate(${-from} 0)`}>
      {lanes.groups
        .filter(({ x, width }) => x < to && x + width > from)
        .map((group) => (
          <Column key={group.node} group={group} top={0} height={bottom} />
        ))}
      {lanes.lanes
        .filter(({ x }) => x > from && x < to)
        .map((lane) => {
          const life = lifeline(view, lane);
          const y1 = Math.max(0, (life.from - first) * ROW);
          const y2 = Math.min(bottom, (life.to + 1 - first) * ROW);
          return y2 > y1 && <Lifeline key={lane.key} lane={lane} from={y1} to={y2} lit={lane.key === chosen.value} />;
        })}
      {bands.map((band) => (
        <Band key={band.key} band={band} />
      ))}
      {bars.map((bar) => (
        <Bar key={bar.key} bar={bar} />
      ))}
      {messages.map((shape) => (
        <Arrow key={shape.key} shape={shape} lit={isLit(shape.message.number)} />
      ))}
      {messages.map((shape) => (
        <Label key={shape.key} shape={shape} lit={isLit(shape.message.number)} />
      ))}
      {marks.map((mark) => (
        <Mark key={mark.key} mark={mark} />
      ))}
      {later !== undefined && later <= last && (
        <Later y={Math.max(0, (later - first) * ROW)} bottom={bottom} width={lanes.width} />
      )}
    </g>
  );
}

/** What comes after the moment that is looked at is dimmed. */
function Later({ y, bottom, width }: { readonly y: number; readonly bottom: number; readonly width: number }) {
  return (
    <g class="sequence-later">
      <rect x={0} y={y} width={width} height={Math.max(0, bottom - y)} />
      <line x1={0} x2={width} y1={y} y2={y} />
    </g>
  );
}

function Times(props: {
  readonly rows: Rows;
  readonly selection: Selection;
  readonly first: number;
  readonly last: number;
}) {
  const { rows, selection, first, last } = props;
  const times = [];
  let before = first > 0 ? timeText(rows.at[selection.row(first - 1)] as number) : '';
  for (let position = first; position < last; position += 1) {
    const text = timeText(rows.at[selection.row(position)] as number);
    if (text !== before) {
      times.push(
        <span key={position % (last - first + 1)} style={{ top: `${position * ROW}px` }}>
          {text}
        </span>,
      );
    }
    before = text;
  }
  return <>{times}</>;
}

function Nothing({ rows, done }: { readonly rows: Rows; readonly done: boolean }) {
  const text = !done
    ? 'Looking…'
    : rows.length === 0
      ? 'No message yet. They appear here as actors send them.'
      : 'No message matches the filter.';
  return <p class="sequence-nothing">{text}</p>;
}

function useLanes(rows: Rows, among: ReadonlySet<string> | undefined, available: number): Lanes {
  const { timeline, others } = rows;
  return useMemo(
    () =>
      layOutLanes(timeline, {
        others,
        opened: opened.value,
        chosen: chosen.value,
        helpers: helpers.value,
        only: among,
        available,
      }),
    [
      timeline,
      timeline.actors.size,
      timeline.nodes.size,
      others.size,
      opened.value,
      chosen.value,
      helpers.value,
      among,
      among?.size,
      available,
    ],
  );
}

/** The lanes of what is chosen come into view, if none of them is. */
function useChosenInView({ timeline }: Rows, lanes: Lanes, scroll: Scroll): void {
  const [actor, number] = [chosen.value, chosenMessage.value];
  useEffect(() => {
    const message = number === undefined ? undefined : messageNumbered(timeline, number);
    if (message) scroll.showAcross([message.from, message.to].map((sender) => lanes.of(sender)?.x));
  }, [number]);
  useEffect(() => {
    if (actor !== undefined) scroll.showAcross([lanes.of(actor)?.x]);
  }, [actor]);
}

function toggle({ node, collapsed }: Group): void {
  opened.value = new Map(opened.value).set(node, collapsed);
}

type Scroll = ReturnType<typeof useScroll>;

/** Where the view is. It stays at the end while it is there and the moment is live; it goes where the moment or the message is that is looked at. */
function useScroll(rows: Rows, selection: Selection, done: boolean) {
  const element = useRef<HTMLDivElement>(null);
  const size = useSignal({ width: 800, height: 400 });
  /** Where it was scrolled to; the signal tells that this was by the user, or is to be. */
  const place = useRef({ top: 0, left: 0 });
  const moved = useSignal(0);
  const follows = useSignal(true);
  const pointerLow = useSignal(false);
  /** Where to scroll to sideways, which nobody but a choice asks for. */
  const across = useRef<number | undefined>(undefined);
  const anchor = useRef({ rows, at: 0 });
  const { width, height } = size.value;
  void moved.value;
  const atEnd = live.value && follows.value;
  // by whole rows, so that none is half under the heads at the end
  const most = Math.max(0, Math.ceil((selection.length * ROW + BELOW - height) / ROW) * ROW);
  let top = Math.min(most, atEnd ? most : place.current.top);
  // another timeline: the row that was on top is another one now
  if (!atEnd && anchor.current.rows !== rows) top = Math.min(most, selection.until(anchor.current.at) * ROW);

  useLayoutEffect(() => {
    const { current } = element;
    if (!current) return undefined;
    const observer = new ResizeObserver(() => {
      size.value = { width: current.clientWidth, height: Math.max(ROW, current.clientHeight - HEADS) };
    });
    observer.observe(current);
    return () => observer.disconnect();
  }, []);

  const scrolled = useRef(0);
  useLayoutEffect(() => {
    const { current } = element;
    anchor.current = { rows, at: rows.at[selection.row(Math.floor(top / ROW))] ?? 0 };
    place.current = { ...place.current, top };
    if (!current) return;
    if (across.current !== undefined) current.scrollLeft = across.current;
    across.current = undefined;
    if (Math.abs(scrolled.current - top) < 0.5) return;
    scrolled.current = top;
    current.scrollTop = top;
  });

  const show = (position: number): void => {
    const y = position * ROW;
    if (y >= top + ROW && y <= top + height - ROW * 3) return;
    follows.value = false;
    place.current = { ...place.current, top: Math.max(0, Math.round((y - height * 0.4) / ROW) * ROW) };
    moved.value += 1;
  };

  const showAcross = (places: readonly (number | undefined)[]): void => {
    const known = places.filter((x) => x !== undefined);
    const { left } = place.current;
    const [from, to] = [Math.min(...known), Math.max(...known)];
    if (known.length === 0 || (from > left + 30 && to < left + width - GUTTER - 30)) return;
    const middle = to - from < width - GUTTER - 120 ? (from + to) / 2 : from + (width - GUTTER) / 2 - 60;
    across.current = Math.max(0, middle - (width - GUTTER) / 2);
    place.current = { ...place.current, left: across.current };
    moved.value += 1;
  };

  const now = moment.value;
  // where a moment is in a selection is known when all was looked at once
  const whole = useRef<Selection>(undefined);
  if (done) whole.current = selection;
  const isWhole = whole.current === selection;
  useEffect(() => {
    if (now === undefined) follows.value = true;
    else show(selection.until(now));
  }, [now, selection, isWhole]);

  // the strip with its details took the place of what it tells of
  const high = useRef(height);
  useEffect(() => {
    const [before, position] = [high.current, now === undefined ? undefined : selection.until(now)];
    high.current = height;
    if (position !== undefined && height < before && position * ROW <= top + before) show(position);
  }, [height]);

  return {
    element,
    top,
    most,
    left: place.current.left,
    width,
    height,
    pointerLow,
    showAcross,
    onScroll() {
      const { current } = element;
      if (!current) return;
      const { scrollTop, scrollLeft } = current;
      const { top: before, left } = place.current;
      // what we scrolled ourselves is no wish of the user's, and is drawn already
      if (Math.abs(scrollTop - before) < 1 && Math.abs(scrollLeft - left) < 1) return;
      if (scrollTop < before - 1) follows.value = false;
      if (scrollTop >= most - ROW) follows.value = true;
      scrolled.current = scrollTop;
      place.current = { top: scrollTop, left: scrollLeft };
      moved.value += 1;
    },
    onPointer(event: PointerEvent) {
      hovered.value = messageUnder(event);
      const box = element.current?.getBoundingClientRect();
      if (box) pointerLow.value = event.clientY > box.top + box.height / 2;
    },
  };
}

function messageUnder({ target }: Event): number | undefined {
  const number = target instanceof Element ? target.closest('[data-message]')?.getAttribute('data-message') : undefined;
  return number === undefined || number === null ? undefined : Number(number);
}

/** j and k go from message to message of those that are shown, Enter chooses who received it. */
function onKey(event: KeyboardEvent, rows: Rows, selection: Selection): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target !== event.currentTarget) return;
  if (event.key === 'j' || event.key === 'k') goToMessage(event.key === 'j' ? 1 : -1, rows, selection);
  else if (event.key === 'Enter') chooseReceiver(rows);
  else if (event.key === 'Escape') chosenMessage.value = undefined;
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function goToMessage(step: 1 | -1, rows: Rows, selection: Selection): void {
  const slot = chosenMessage.value === undefined ? undefined : slotOf(rows, chosenMessage.value);
  const from =
    slot === undefined ? selection.until(moment.value ?? Infinity) : selection.position(rows.sentRow[slot] as number);
  const next = nextMessage(rows, selection, from, step);
  if (next !== undefined) lookAt(next);
}

function chooseReceiver({ timeline }: Rows): void {
  const message = chosenMessage.value === undefined ? undefined : messageNumbered(timeline, chosenMessage.value);
  if (message && timeline.actors.has(message.to)) chosen.value = message.to;
}
