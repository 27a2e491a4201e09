// The tree of actors by the node that they run on. Only the rows in view are drawn; each is of the same height.
import { computed, signal, useComputed } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { nodeColour } from './colours.ts';
import { Icon } from './icons.tsx';
import { change, chosen, currentTimeline, moment, revision, settings, timeline } from './store.ts';
import { nameOf } from '../readings.ts';
import { actorAt, actorRow, ENDED_STAY, treeRows, type TreeRow } from './tree-rows.ts';

/** What actors are searched by; apart from the messages' filter. */
const search = signal('');

const closed = signal<ReadonlySet<string>>(new Set());
/** The row that the keyboard is at, where that is no actor. */
const active = signal<string | undefined>(undefined);
const place = signal({ top: 0, height: 800 });

const rows = computed(() =>
  treeRows(currentTimeline(), {
    moment: moment.value,
    filter: search.value,
    showEnded: settings.value.showEnded,
    closed: closed.value,
    chosen: chosen.value,
  }),
);

const ROW = 26;
const AROUND = 8;

export function Tree() {
  const box = useRef<HTMLDivElement>(null);
  const at = useComputed(() => active.value ?? (chosen.value === undefined ? undefined : actorRow(chosen.value)));

  useLayoutEffect(() => {
    const element = box.current as HTMLDivElement;
    const observer = new ResizeObserver(() => {
      place.value = { ...place.peek(), height: element.clientHeight };
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  // whoever chooses an actor elsewhere finds it here
  useEffect(() => chosen.subscribe((actor) => actor !== undefined && reveal(box.current, actorRow(actor))), []);

  const all = rows.value;
  const { top, height } = place.value;
  const first = Math.max(0, Math.floor(top / ROW) - AROUND);
  const shown = all.slice(first, Math.ceil((top + height) / ROW) + AROUND);

  return (
    <div class="tree">
      <div class="tree-search">
        <Icon name="search" />
        <input
          type="search"
          placeholder="Find actors"
          aria-label="Find actors by name, machine, state or kind"
          value={search.value}
          onInput={(event) => (search.value = event.currentTarget.value)}
        />
      </div>
      <div
        ref={box}
        class="tree-rows"
        role="tree"
        aria-label="Actors by node"
        aria-activedescendant={shown.some(({ key }) => key === at.value) ? idOf(at.value) : undefined}
        tabIndex={0}
        onKeyDown={(event) => onKey(event, all, at.value, box.current)}
        onScroll={(event) => (place.value = { ...place.peek(), top: event.currentTarget.scrollTop })}
      >
        <div role="presentation" class="tree-all" style={{ height: `${all.length * ROW}px` }}>
          {shown.map((row, index) => (
            <Row
              key={row.key}
              row={row}
              top={(first + index) * ROW}
              chosen={row.type === 'actor' && row.actor.key === chosen.value}
              active={row.key === at.value}
              moment={moment.value}
              revision={revision.value}
            />
          ))}
        </div>
      </div>
      {all.length === 0 && <p class="empty">{emptyText()}</p>}
      <label class="tree-ended">
        <input
          type="checkbox"
          checked={settings.value.showEnded}
          onChange={(event) => change({ showEnded: event.currentTarget.checked })}
        />
        Show all that ended
      </label>
    </div>
  );
}

function emptyText(): string {
  if (search.value !== '') return 'No actor has that in its name, machine, state or kind.';
  return timeline.value.actors.size === 0
    ? 'No actor yet.'
    : `All actors have ended more than ${ENDED_STAY / 1000} s ago.`;
}

interface RowProps {
  readonly row: TreeRow;
  readonly top: number;
  readonly chosen: boolean;
  readonly active: boolean;
  readonly moment: number | undefined;
  /** A row shows what its actor is now, and so is drawn again with each batch. */
  readonly revision: number;
}

function Row({ row, top, chosen: isChosen, active: isActive, moment: at }: RowProps) {
  const expandable =
    row.type === 'node' || row.type === 'cells' || row.type === 'more' || (row.type === 'actor' && row.parent);
  return (
    <div
      id={idOf(row.key)}
      role="treeitem"
      class={`tree-row tree-row-${row.type}${isChosen ? ' tree-chosen' : ''}${isActive ? ' tree-active' : ''}`}
      aria-level={row.level}
      aria-selected={isChosen}
      aria-expanded={expandable && 'open' in row ? row.open : undefined}
      style={{ transform: `translateY(${top}px)`, paddingLeft: `${row.level * 14 - 10}px` }}
      onClick={() => (row.type === 'actor' ? choose(row) : toggle(row))}
    >
      {expandable && 'open' in row ? (
        <span
          class={`tree-chevron${row.open ? ' tree-open' : ''}`}
          aria-hidden="true"
          onClick={(event) => {
            event.stopPropagation();
            toggle(row);
          }}
        >
          <Icon name="chevron" />
        </span>
      ) : (
        <span class="tree-chevron" />
      )}
      {row.type === 'node' && <NodeCells row={row} />}
      {row.type === 'actor' && <ActorCells row={row} at={at} />}
      {row.type === 'more' && (
        <span class="tree-more">{row.open ? `fewer that ended` : `and ${row.count} more ended`}</span>
      )}
      {row.type === 'cells' && (
        <>
          <span class="tree-name">Cells</span>
          <span class="tree-count">{row.cells}</span>
        </>
      )}
      {row.type === 'cell' && (
        <>
          <span class="tree-name" title={row.name}>
            {row.name}
          </span>
          <span class="tree-state" key={row.value}>
            {row.value}
          </span>
        </>
      )}
    </div>
  );
}

function NodeCells({ row: { node, name, actors, gone } }: { readonly row: Extract<TreeRow, { type: 'node' }> }) {
  const colour = nodeColour(node.node);
  return (
    <>
      <span class={`tree-node${gone ? ' tree-gone' : ''}`} style={{ background: colour }} />
      <span class="tree-name" style={{ color: gone ? undefined : colour }} title={node.node}>
        {name}
      </span>
      {gone ? (
        <span class={`tree-why${gone.error ? ' tree-bad' : ''}`} title={gone.error ?? 'It left.'}>
          {gone.error ?? 'left'}
        </span>
      ) : (
        <span class="tree-count" title={actors === 1 ? '1 actor is there' : `${actors} actors are there`}>
          {actors}
        </span>
      )}
    </>
  );
}

function ActorCells({
  row: { actor, gone },
  at,
}: {
  readonly row: Extract<TreeRow, { type: 'actor' }>;
  readonly at: number | undefined;
}) {
  const { state, waiting, restarts, failure, status, error } = actorAt(actor, at);
  const over = gone || status !== 'active';
  const { systemId, src } = actor.record;
  const name = nameOf(timeline.value, actor.key);
  const about = [
    actor.key,
    name !== actor.id && `id ${actor.id}`,
    systemId && `system id ${systemId}`,
    src && `logic ${src}`,
    actor.kind,
  ].filter(Boolean);
  return (
    <>
      <span class={`tree-dot tree-dot-${gone ? 'gone' : status}`} role="img" aria-label={gone ? 'gone' : status} />
      <span class={`tree-name${over ? ' tree-over' : ''}`} title={about.join('\n')}>
        {name}
      </span>
      {restarts > 0 && (
        <span class="tree-restarts" title={`Restarted ${restarts} times, last after: ${failure ?? ''}`}>
          <Icon name="restart" />
          {restarts}
        </span>
      )}
      {waiting > 0 && !over && (
        <span class={`tree-waiting${waiting >= MANY ? ' tree-many' : ''}`} title={`${waiting} events wait`}>
          {waiting}
        </span>
      )}
      {status === 'failed' ? (
        <span class="tree-state tree-bad" title={error}>
          failed
        </span>
      ) : (
        <span class="tree-state" key={state} title={state}>
          {state === '' ? (status === 'active' ? kindText(actor.kind) : status) : state}
        </span>
      )}
    </>
  );
}

const MANY = 100;
const kindText = (kind: string) => (kind === 'machine' ? '' : kind);
const idOf = (key: string | undefined) => (key === undefined ? undefined : `tree ${key}`.replaceAll(/[^\w-]/g, '_'));

function choose(row: Extract<TreeRow, { type: 'actor' }>): void {
  active.value = undefined;
  chosen.value = row.actor.key;
}

function toggle({ key }: TreeRow): void {
  const next = new Set(closed.value);
  if (!next.delete(key)) next.add(key);
  closed.value = next;
  if (!key.startsWith('actor ')) active.value = key;
}

/** The keys of a tree, as its pattern has them. */
function onKey(event: KeyboardEvent, all: readonly TreeRow[], at: string | undefined, box: HTMLElement | null): void {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const index = all.findIndex(({ key }) => key === at);
  const row = all[index];
  const opens = row && 'open' in row && (row.type !== 'actor' || row.parent);
  const go = (to: number) => {
    const next = all[Math.max(0, Math.min(all.length - 1, to))];
    if (!next) return;
    if (next.type === 'actor') choose(next);
    else active.value = next.key;
    reveal(box, next.key);
  };
  switch (event.key) {
    case 'ArrowDown':
      go(index + 1);
      break;
    case 'ArrowUp':
      go(index === -1 ? 0 : index - 1);
      break;
    case 'Home':
      go(0);
      break;
    case 'End':
      go(all.length - 1);
      break;
    case 'ArrowRight':
      if (opens && !row.open) toggle(row);
      else if (opens) go(index + 1);
      break;
    case 'ArrowLeft':
      if (opens && row.open) toggle(row);
      else if (row) go(all.findLastIndex((each, place_) => place_ < index && each.level < row.level));
      break;
    case 'Enter':
      if (row && opens && row.type !== 'actor') toggle(row);
      break;
    default:
      return;
  }
  event.preventDefault();
  event.stopPropagation();
}

function reveal(box: HTMLElement | null, key: string): void {
  const index = rows.peek().findIndex((row) => row.key === key);
  if (!box || index === -1) return;
  if (index * ROW < box.scrollTop) box.scrollTop = index * ROW;
  else if ((index + 1) * ROW > box.scrollTop + box.clientHeight) box.scrollTop = (index + 1) * ROW - box.clientHeight;
}
