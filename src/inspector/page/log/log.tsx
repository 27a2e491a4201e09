// The event log: a line for each message, and for what else happened, as the filter has it. Only the lines in view are in the document; it follows what happens while
// its end is in view.
import { batch, useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { nodeColour } from '../colours.ts';
import { recordOf, type Rows } from '../sequence/rows.ts';
import { currentMatcher, currentRows, useSelection } from '../sequence/selected.ts';
import type { Selection } from '../sequence/selection.ts';
import { grouped, timeText } from '../sequence/text.ts';
import { chosen, chosenMessage, filter, live, lookAt, moment, revision } from '../store.ts';
import { FILTER_HINT } from './filter.ts';
import { lineOf, type Line } from './line.ts';

const LINE = 22;
const BEYOND = 6;

export function Log() {
  const known = currentRows();
  const matches = currentMatcher();
  const takes = (row: number): boolean => {
    const record = recordOf(known, row);
    if (record.type === 'received') return false;
    return matches(record);
  };
  const { rows, selection, done } = useSelection(known, takes, [filter.value]);
  return (
    <div class="log">
      <div class="log-head">
        <strong>Log</strong>
        <input
          class="log-filter"
          data-key="filter"
          type="search"
          placeholder="filter: words, from:Alice, is:dead-letter, -word"
          aria-label="Filter the log and the diagram"
          aria-describedby="log-hint"
          spellcheck={false}
          value={filter.value}
          onInput={(event) => (filter.value = event.currentTarget.value)}
        />
        <span class="log-hits" role="status">
          {filter.value.trim() === ''
            ? `${grouped(selection.length)} ${selection.length === 1 ? 'entry' : 'entries'}`
            : `${grouped(selection.length)} of ${grouped(entriesOf(rows))}${done ? '' : ' …'}`}
        </span>
        <p class="log-hint" id="log-hint">
          {FILTER_HINT}
        </p>
      </div>
      <Lines rows={rows} selection={selection} done={done} />
    </div>
  );
}

/** All rows but the receipts. */
function entriesOf(rows: Rows): number {
  return rows.length - rows.receipts;
}

function Lines(props: { readonly rows: Rows; readonly selection: Selection; readonly done: boolean }) {
  const { rows, selection, done } = props;
  // the rows grow in place, so that they are the same to whoever compares them
  void revision.value;
  const element = useRef<HTMLDivElement>(null);
  const height = useSignal(300);
  /** Where it is scrolled to; the signal tells that this was by the user. */
  const place = useRef(0);
  const moved = useSignal(0);
  const follows = useSignal(true);
  const seen = useRef<{ moment: number | undefined; selection: Selection | undefined; isWhole: boolean }>({
    moment: undefined,
    selection: undefined,
    isWhole: false,
  });
  // where a moment is in a selection is known when all was looked at once
  const isWhole = done || (seen.current.selection === selection && seen.current.isWhole);

  void moved.value;
  const now = moment.value;
  const until = now === undefined ? selection.length : selection.until(now);
  const most = Math.max(0, selection.length * LINE - height.value);
  const atEnd = live.value && follows.value;
  let top = Math.min(most, atEnd ? most : place.current);
  if (seen.current.moment !== now || seen.current.selection !== selection || seen.current.isWhole !== isWhole) {
    // the moment is another one: its line is brought into view if it is out of it
    const y = (until - 1) * LINE;
    if (now !== undefined && (y < top || y > top + height.value - LINE)) {
      top = Math.max(0, Math.min(most, y - height.value * 0.6));
    }
    if (now === undefined && seen.current.moment !== undefined) {
      top = most;
      follows.value = true;
    }
  }

  useLayoutEffect(() => {
    const { current } = element;
    if (!current) return undefined;
    const observer = new ResizeObserver(() => (height.value = Math.max(LINE, current.clientHeight)));
    observer.observe(current);
    return () => observer.disconnect();
  }, []);

  useLayoutEffect(() => {
    seen.current = { moment: now, selection, isWhole };
    if (!element.current || Math.abs(place.current - top) < 0.5) return;
    place.current = top;
    element.current.scrollTop = top;
  });

  const first = Math.max(0, Math.floor(top / LINE) - BEYOND);
  const last = Math.min(selection.length, Math.ceil((top + height.value) / LINE) + BEYOND);
  const lines = [];
  for (let position = first; position < last; position += 1) {
    lines.push(
      <Row
        key={position % (last - first + 1)}
        line={lineOf(rows, selection.row(position))}
        later={position >= until}
      />,
    );
  }
  return (
    <div
      class="log-scroll"
      ref={element}
      tabIndex={0}
      role="group"
      aria-label="Log"
      onScroll={() => {
        if (!element.current) return;
        const { scrollTop } = element.current;
        // what was scrolled here is drawn already
        if (Math.abs(scrollTop - place.current) < 1) return;
        if (scrollTop < place.current - 1) follows.value = false;
        if (scrollTop >= most - LINE) follows.value = true;
        place.current = scrollTop;
        moved.value += 1;
      }}
    >
      {selection.length === 0 && (
        <p class="log-nothing">
          {!done ? 'Looking…' : rows.length === 0 ? 'Nothing has happened yet.' : 'Nothing matches the filter.'}
        </p>
      )}
      <div class="log-lines" style={{ height: `${selection.length * LINE}px` }}>
        <div style={{ transform: `translateY(${first * LINE}px)` }}>{lines}</div>
      </div>
    </div>
  );
}

function Row({ line, later }: { readonly line: Line; readonly later: boolean }) {
  const isChosen = line.message !== undefined && line.message === chosenMessage.value;
  const choose = (): void =>
    batch(() => {
      if (line.actor !== undefined) chosen.value = line.actor;
      if (line.message !== undefined) lookAt(line.message);
      else {
        chosenMessage.value = undefined;
        moment.value = line.at;
      }
    });
  return (
    <button
      type="button"
      class={`log-line is-${line.kind}${isChosen ? ' is-chosen' : ''}${later ? ' is-later' : ''}`}
      onClick={choose}
    >
      <span class="log-time">{timeText(line.at)}</span>
      <span class="log-who">
        {line.from !== undefined && (
          <>
            <Name line={line.from} />
            <span class="log-to"> → </span>
          </>
        )}
        {line.to !== undefined && <Name line={line.to} />}
      </span>
      <span class="log-what" title={line.what}>
        {line.what}
      </span>
      <span class="log-latency">{line.latency}</span>
      <span class="log-body">
        {line.state !== '' && <em>{`→ ${line.state} `}</em>}
        {line.body}
      </span>
    </button>
  );
}

function Name({ line }: { readonly line: NonNullable<Line['from']> }) {
  return <span style={{ color: nodeColour(line.node) }}>{line.name}</span>;
}
