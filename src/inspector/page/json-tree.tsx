// A value as a tree that opens and closes, with what changed marked. What is closed is not drawn, and of a long list only its beginning.
import { signal } from '@preact/signals';
import { pathKey, type Change, type Path } from './changes.ts';
import { Icon } from './icons.tsx';

/** Paths that were opened or closed by hand, so that the next snapshot is shown the same way. */
const opened = signal<ReadonlyMap<string, boolean>>(new Map());
/** How much of long lists is shown, by path. */
const lengths = signal<ReadonlyMap<string, number>>(new Map());

export interface JsonTreeProps {
  readonly value: unknown;
  readonly changes: ReadonlyMap<string, Change>;
  readonly label: string;
}

export function JsonTree({ value, changes, label }: JsonTreeProps) {
  const fields = isParent(value) ? Object.entries(value) : [];
  return (
    <ul class="json" aria-label={label}>
      {isParent(value) ? (
        fields.map(([key, each]) => <Field key={key} name={key} value={each} path={[key]} changes={changes} />)
      ) : (
        <li>
          <Leaf value={value} />
        </li>
      )}
    </ul>
  );
}

interface FieldProps {
  readonly name: string;
  readonly value: unknown;
  readonly path: Path;
  readonly changes: ReadonlyMap<string, Change>;
}

function Field({ name, value, path, changes }: FieldProps) {
  const key = pathKey(path);
  const changed = changes.get(key);
  const className = `json-name${changed ? ` json-${changed}` : ''}`;
  if (!isParent(value) || Object.keys(value).length === 0) {
    return (
      // a new key draws it anew, and so starts the fading of its mark again
      <li class={changed ? 'json-lit' : undefined} key={changed ? JSON.stringify(value) : undefined}>
        <span class={className}>{name}</span>
        <Leaf value={value} />
        {changed === 'new' && <span class="visually-hidden"> (new)</span>}
        {changed === 'changed' && <span class="visually-hidden"> (changed)</span>}
      </li>
    );
  }
  const open = opened.value.get(key) ?? path.length <= OPEN_LEVELS;
  const entries = Object.entries(value);
  const length = lengths.value.get(key) ?? FIRST;
  return (
    <li>
      <button
        type="button"
        class="json-toggle"
        aria-expanded={open}
        onClick={() => (opened.value = new Map(opened.value).set(key, !open))}
      >
        <span class={`json-chevron${open ? ' json-open' : ''}`}>
          <Icon name="chevron" />
        </span>
        <span class={className}>{name}</span>
        <span class="json-about">{aboutParent(value)}</span>
      </button>
      {open && (
        <ul>
          {entries.slice(0, length).map(([each, within]) => (
            <Field key={each} name={each} value={within} path={[...path, each]} changes={changes} />
          ))}
          {entries.length > length && (
            <li>
              <button
                type="button"
                class="json-more"
                onClick={() => (lengths.value = new Map(lengths.value).set(key, length + MORE))}
              >
                {entries.length - length} more
              </button>
            </li>
          )}
        </ul>
      )}
    </li>
  );
}

function Leaf({ value }: { readonly value: unknown }) {
  const text = JSON.stringify(value) ?? 'undefined';
  return (
    <span
      class={`json-value json-${value === null ? 'null' : typeof value}`}
      title={text.length > LONG ? text : undefined}
    >
      {text.length > LONG ? `${text.slice(0, LONG)}…` : text}
    </span>
  );
}

const OPEN_LEVELS = 1;
const FIRST = 50;
const MORE = 200;
const LONG = 300;
const SHORT = 48;

const isParent = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** What is within, in short. */
function aboutParent(value: object): string {
  const entries = Object.entries(value);
  if (entries.length <= 4 && !entries.some(([, each]) => isParent(each))) {
    const text = JSON.stringify(value);
    if (text.length <= SHORT) return text;
  }
  if (Array.isArray(value)) return value.length === 1 ? '1 item' : `${value.length} items`;
  const names = entries.slice(0, 4).map(([name]) => name);
  return `{ ${names.join(', ')}${entries.length > 4 ? ', …' : ''} }`;
}
