// What the chosen actor shows, at the moment looked at, with what its last change changed.
import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { StateValue } from '../records.ts';
import type { ActorEntry } from '../timeline.ts';
import { countUntil, latest } from '../readings.ts';
import { changesBetween, parseSnapshot, type Change } from './changes.ts';
import { Icon } from './icons.tsx';
import { JsonTree } from './json-tree.tsx';
import { moment, revision } from './store.ts';
import { ago } from './times.ts';

const NONE: ReadonlyMap<string, Change> = new Map();

export function Snapshot({ actor }: { readonly actor: ActorEntry }) {
  void revision.value;
  const at = moment.value ?? Infinity;
  const count = countUntil(actor.snapshots, at);
  const now = actor.snapshots[count - 1];
  const before = actor.snapshots[count - 2];
  const state = latest(actor.steps, at)?.value;
  const isEnded = actor.ended !== undefined && actor.ended.at <= at;
  const read = useMemo(() => {
    if (!now) return undefined;
    const value = parseSnapshot(now.snapshot);
    if ('value' in value && isOutdated(value.value, state, isEnded)) value.value = withoutState(value.value as object);
    const earlier = before && parseSnapshot(before.snapshot);
    return {
      value,
      changes: earlier && 'value' in value && 'value' in earlier ? changesBetween(earlier.value, value.value) : NONE,
    };
  }, [now?.snapshot, before?.snapshot, state, isEnded]);
  const error = isEnded ? actor.ended?.error : undefined;

  return (
    <div class="snapshot">
      <header class="pane-head">
        <h2>Snapshot</h2>
        {now && (
          <span
            class="pane-about"
            title="Snapshots come at most ten times a second for each actor: fast changes between two are not seen."
          >
            {moment.value === undefined ? `${count} so far` : `${ago(at - now.at)} before this moment`}
          </span>
        )}
        <span class="pane-space" />
        {now && <Copy text={now.snapshot} />}
      </header>
      <div class="pane-body snapshot-body" tabIndex={0} role="region" aria-label="Snapshot of the actor">
        {error !== undefined && (
          <p class="snapshot-error" role="alert">
            {error}
          </p>
        )}
        {!now && (
          <p class="empty">
            {actor.snapshots.length > 0
              ? 'It had not shown a snapshot yet at this moment.'
              : 'It has not shown a snapshot yet.'}
          </p>
        )}
        {read &&
          ('value' in read.value ? (
            <JsonTree value={read.value.value} changes={read.changes} label="Snapshot" />
          ) : (
            <>
              <p class="snapshot-cut">It is too long to be told whole, and was cut:</p>
              <pre class="snapshot-text">{read.value.text}</pre>
            </>
          ))}
      </div>
    </div>
  );
}

/** Whether a snapshot says of its actor's state what is so no more: snapshots come more seldom than steps. */
function isOutdated(snapshot: unknown, state: StateValue | undefined, isEnded: boolean): boolean {
  if (typeof snapshot !== 'object' || snapshot === null) return false;
  const { status, value } = snapshot as { readonly status?: unknown; readonly value?: unknown };
  if (status === 'active' && isEnded) return true;
  return value !== undefined && state !== undefined && JSON.stringify(value) !== JSON.stringify(state);
}

function withoutState(snapshot: object): object {
  return Object.fromEntries(Object.entries(snapshot).filter(([key]) => key !== 'status' && key !== 'value'));
}

function Copy({ text }: { readonly text: string }) {
  const done = useSignal(false);
  const copy = async () => {
    await navigator.clipboard.writeText(pretty(text));
    done.value = true;
    setTimeout(() => (done.value = false), 1500);
  };
  return (
    <button
      type="button"
      class="button-small"
      title="Copy the snapshot as JSON"
      aria-label={done.value ? 'Copied' : 'Copy the snapshot as JSON'}
      onClick={() => void copy()}
    >
      <Icon name={done.value ? 'check' : 'copy'} />
    </button>
  );
}

function pretty(text: string): string {
  const read = parseSnapshot(text);
  return 'value' in read ? JSON.stringify(read.value, null, 2) : text;
}
