// What is above the diagram: what it shows, and the way out of it as text.
import { useSignal, type Signal } from '@preact/signals';
import type { InspectorRecord, NodeKey } from '../../records.ts';
import { recordingToMermaid } from '../../sequence-mermaid.ts';
import { nameOf } from '../../readings.ts';
import { chosen, live, moment, revision } from '../store.ts';
import type { Lanes } from './lanes.ts';
import { recordOf, type Rows } from './rows.ts';
import { helpers, onlyChosen } from './selected.ts';
import type { Selection } from './selection.ts';
import { grouped } from './text.ts';

/** How many messages are copied. */
const MOST_COPIED = 200;

export function Toolbar(props: {
  readonly rows: Rows;
  readonly selection: Selection;
  readonly lanes: Lanes;
  readonly done: boolean;
  readonly opened: Signal<ReadonlyMap<NodeKey, boolean>>;
}) {
  const { rows, selection, lanes, done, opened } = props;
  // the rows grow in place, so that they are the same to whoever compares them
  void revision.value;
  const copied = useSignal<'' | 'copied' | 'not copied'>('');
  const actor = chosen.value === undefined ? undefined : rows.timeline.actors.get(chosen.value);
  const foldable = lanes.groups.filter(({ actors }) => actors > 1);
  const allClosed = foldable.every(({ collapsed }) => collapsed);
  const copy = async (): Promise<void> => {
    copied.value = (await toClipboard(mermaidOf(rows, selection))) ? 'copied' : 'not copied';
    setTimeout(() => (copied.value = ''), 2000);
  };

  return (
    <div class="sequence-toolbar" role="toolbar" aria-label="Sequence diagram">
      <strong>Sequence</strong>
      <span class="sequence-count">
        {grouped(rows.messages)} {rows.messages === 1 ? 'message' : 'messages'}
        {done ? '' : ', looking…'}
      </span>
      <span class="sequence-space" />
      <label class={actor ? '' : 'is-disabled'} title="Show the chosen actor's messages alone">
        <input
          type="checkbox"
          checked={onlyChosen.value}
          disabled={!actor && !onlyChosen.value}
          onChange={(event) => (onlyChosen.value = event.currentTarget.checked)}
        />
        <span>{actor ? `only ${nameOf(rows.timeline, actor.key)}` : 'only the chosen'}</span>
      </label>
      <label title="Lanes of their own for promises, callbacks and observables, which are else on the lane of who invoked them">
        <input
          type="checkbox"
          checked={helpers.value}
          onChange={(event) => (helpers.value = event.currentTarget.checked)}
        />
        promises too
      </label>
      {foldable.length > 0 && (
        <button
          type="button"
          onClick={() => (opened.value = new Map(foldable.map(({ node }) => [node, allClosed])))}
          title={allClosed ? 'A lane for each actor' : 'A lane for each node'}
        >
          {allClosed ? 'Unfold all' : 'Fold all'}
        </button>
      )}
      <button
        type="button"
        disabled={rows.messages === 0}
        title={`The latest ${MOST_COPIED} messages shown, as a Mermaid sequence diagram`}
        onClick={() => void copy()}
      >
        {copied.value === '' ? 'Copy as Mermaid' : copied.value}
      </button>
    </div>
  );
}

/** What is shown until the moment that is looked at, and the actors that it names. */
function mermaidOf(rows: Rows, selection: Selection): string {
  const until = live.value ? selection.length : selection.until(moment.value ?? Infinity);
  const records: InspectorRecord[] = [...rows.timeline.actors.values()].map(({ record }) => record);
  for (let position = 0; position < until; position += 1) {
    const record = recordOf(rows, selection.row(position));
    if (record.type !== 'actor') records.push(record);
  }
  return recordingToMermaid(records, { limit: MOST_COPIED });
}

async function toClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
