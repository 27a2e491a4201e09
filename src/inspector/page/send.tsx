// Sends an event to the chosen actor, where the program allows that: those that it can take in its present state are offered.
import { useSignal } from '@preact/signals';
import type { ActorEntry } from '../timeline.ts';
import { latest, nameOf } from '../readings.ts';
import type { Connection } from './connection.ts';
import { Icon } from './icons.tsx';
import { eventsOffered, readEvent } from './offered.ts';
import { currentTimeline } from './store.ts';

export interface SendProps {
  readonly actor: ActorEntry;
  readonly connection: Connection;
}

export function Send({ actor, connection }: SendProps) {
  const type = useSignal('');
  const fields = useSignal('');
  const result = useSignal<{ readonly text: string; readonly kind: 'good' | 'bad' | 'wait' } | undefined>(undefined);
  const definition = currentTimeline().machines.get(actor.record.machine ?? '');
  const offered = definition ? eventsOffered(definition, latest(actor.steps)?.value) : [];

  const submit = async () => {
    let event: { readonly type: string };
    try {
      event = readEvent(type.value, fields.value);
    } catch (error) {
      result.value = { text: (error as Error).message, kind: 'bad' };
      return;
    }
    result.value = { text: `Sending ${event.type}…`, kind: 'wait' };
    try {
      await connection.send(actor.key, event);
      result.value = { text: `${event.type} was sent.`, kind: 'good' };
    } catch (error) {
      result.value = { text: (error as Error).message, kind: 'bad' };
    }
  };

  return (
    <form
      class="send"
      aria-label={`Send an event to ${nameOf(currentTimeline(), actor.key)}`}
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {offered.length > 0 && (
        <div class="send-offered" role="group" aria-label="Events that it can take now">
          {offered.map(({ event, guards }) => (
            <button
              type="button"
              key={event}
              class={`send-event${type.value === event ? ' send-chosen' : ''}`}
              aria-pressed={type.value === event}
              title={guards.length > 0 ? `Its guard may refuse it: ${guards.join(', ')}` : `Fill in ${event}`}
              onClick={() => (type.value = event)}
            >
              {event}
              {guards.length > 0 && <span class="send-guard">[{guards.join(', ')}]</span>}
            </button>
          ))}
        </div>
      )}
      <div class="send-fields">
        <input
          class="send-type"
          placeholder="event type"
          aria-label="Type of the event"
          value={type.value}
          spellcheck={false}
          autocomplete="off"
          onInput={(event) => (type.value = event.currentTarget.value)}
        />
        <input
          class="send-json"
          placeholder="{ further fields as JSON }"
          aria-label="Further fields of the event, as JSON"
          value={fields.value}
          spellcheck={false}
          autocomplete="off"
          onInput={(event) => (fields.value = event.currentTarget.value)}
        />
        <button type="submit" class="button button-accent">
          <Icon name="send" />
          Send
        </button>
      </div>
      <p class={`send-result send-${result.value?.kind ?? 'none'}`} role="status">
        {result.value?.text}
      </p>
    </form>
  );
}
