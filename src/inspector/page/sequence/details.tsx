// What is known of the message that is looked at, in a strip below the diagram, and of the one that the pointer is on, beside it.
import { nodeColour } from '../colours.ts';
import { isForCode, nameOf } from '../../readings.ts';
import { Icon } from '../icons.tsx';
import { chosenMessage, revision, timeline } from '../store.ts';
import { slotOf, stateText, type Rows } from './rows.ts';
import { hovered } from './selected.ts';
import { durationText, timeText } from './text.ts';

const MOST_CHARACTERS = 2000;
/** A body that is no longer is shown in one line. */
const ONE_LINE = 76;

/** Of the message that is looked at. */
export function Details({ rows }: { readonly rows: Rows }) {
  return <Card rows={rows} number={chosenMessage.value} place="" label="The message" />;
}

/** Of the one that the pointer is on. */
export function Pointed({ rows, atTop }: { readonly rows: Rows; readonly atTop: boolean }) {
  if (hovered.value === chosenMessage.value) return null;
  return (
    <Card
      rows={rows}
      number={hovered.value}
      place={atTop ? ' is-pointed is-top' : ' is-pointed'}
      label="The message pointed at"
    />
  );
}

function Card(props: {
  readonly rows: Rows;
  readonly number: number | undefined;
  readonly place: string;
  readonly label: string;
}) {
  void revision.value;
  const { rows, number, place, label } = props;
  const slot = number === undefined ? undefined : slotOf(rows, number);
  const message = slot === undefined ? undefined : rows.timeline.messages[slot];
  if (slot === undefined || !message) return null;
  const { at, received, done, dead, body } = message;
  const step = rows.timeline.records[rows.stepRecord[slot] as number];
  const toCode = received === undefined && !dead && isForCode(rows.timeline, message);
  return (
    <aside class={`sequence-details${place}`} aria-label={label}>
      {place === '' && (
        <button
          type="button"
          class="button-small"
          title="Close (Esc)"
          aria-label="Close the message"
          onClick={() => (chosenMessage.value = undefined)}
        >
          <Icon name="close" />
        </button>
      )}
      <header>
        <strong>{message.event}</strong>
        <span>
          <Name sender={message.from} /> → <Name sender={message.to} />
        </span>
      </header>
      <dl>
        <div>
          <dt>sent</dt>
          <dd>{timeText(at)} s</dd>
        </div>
        {toCode && (
          <div>
            <dt>to</dt>
            <dd>plain code</dd>
          </div>
        )}
        {!toCode && !(dead && received === undefined) && (
          <div>
            <dt>received</dt>
            <dd>{received === undefined ? 'not yet' : `after ${durationText(Math.max(0, received - at))}`}</dd>
          </div>
        )}
        {received !== undefined && done !== undefined && (
          <div>
            <dt>handled in</dt>
            <dd>{durationText(Math.max(0, done - received))}</dd>
          </div>
        )}
        {step?.type === 'step' && (
          <div>
            <dt>led to</dt>
            <dd>{stateText(step.value)}</dd>
          </div>
        )}
        {dead && (
          <div class="is-bad">
            <dt>not delivered</dt>
            <dd>{dead.error === undefined ? dead.reason : `${dead.reason}: ${dead.error}`}</dd>
          </div>
        )}
      </dl>
      {body !== undefined && body !== '{}' && <pre>{bodyText(body)}</pre>}
    </aside>
  );
}

function Name({ sender }: { readonly sender: string }) {
  const of = timeline.value;
  const actor = of.actors.get(sender);
  const node = actor?.node ?? sender;
  return (
    <>
      {actor ? `${nameOf(of, sender)} ` : ''}
      <span class="sequence-node" style={{ color: nodeColour(node) }}>
        {nameOf(of, node)}
      </span>
    </>
  );
}

/** A body that was cut is no JSON any more. */
function bodyText(body: string): string {
  let text = body;
  try {
    text = JSON.stringify(JSON.parse(body), undefined, body.length > ONE_LINE ? 2 : 0);
  } catch {
    // shown as it came
  }
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}
