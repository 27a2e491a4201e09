// What is known of the message that the pointer is on, or else of the one that is looked at.
import { nodeColour } from '../colours.ts';
import { nameOf } from '../../timeline.ts';
import { chosenMessage, revision, timeline } from '../store.ts';
import { slotOf, stateText, type Rows } from './rows.ts';
import { hovered } from './selected.ts';
import { durationText, timeText } from './text.ts';

const MOST_CHARACTERS = 2000;

export function Details({ rows, atTop }: { readonly rows: Rows; readonly atTop: boolean }) {
  void revision.value;
  const number = hovered.value ?? chosenMessage.value;
  const slot = number === undefined ? undefined : slotOf(rows, number);
  const message = slot === undefined ? undefined : rows.timeline.messages[slot];
  if (slot === undefined || !message) return null;
  const { at, received, done, dead, body } = message;
  const step = rows.timeline.records[rows.stepRecord[slot] as number];
  return (
    <aside class={`sequence-details${atTop ? ' is-top' : ''}`} aria-label="The message">
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
        <div>
          <dt>received</dt>
          <dd>
            {received === undefined ? (dead ? '–' : 'not yet') : `after ${durationText(Math.max(0, received - at))}`}
          </dd>
        </div>
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
    text = JSON.stringify(JSON.parse(body), undefined, 2);
  } catch {
    // shown as it came
  }
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}
