// The bar at the top: what is looked at, how the connection stands, and what can be done with the recording.
import { useComputed } from '@preact/signals';
import type { Connection, ConnectionState } from './connection.ts';
import { chooseRecording, saveRecording } from './files.ts';
import { helpOpen } from './help.tsx';
import { Icon, type IconName } from './icons.tsx';
import { loaded, type Intake } from './intake.ts';
import { change, currentTimeline, goLive, live, pause, settings, timeline, type Settings } from './store.ts';

export interface ToolbarProps {
  readonly connection: Connection;
  readonly intake: Intake;
}

export function Toolbar({ connection, intake }: ToolbarProps) {
  const counts = useComputed(() => {
    const { actors, nodes } = currentTimeline();
    return { actors: actors.size, nodes: nodes.size, any: currentTimeline().records.length > 0 };
  });
  const { theme } = settings.value;
  const { title } = timeline.value.header;
  return (
    <>
      <Mark />
      <h1 class="toolbar-title" title={title}>
        {title === '' ? 'troupe' : title}
      </h1>
      {loaded.value ? (
        <span class="toolbar-state toolbar-file">
          <span class="toolbar-light" />
          Recording
        </span>
      ) : (
        <State state={connection.state.value} />
      )}
      <span class="toolbar-space" />
      <button
        type="button"
        class={`button${live.value ? '' : ' button-on'}`}
        title="What is shown is frozen, what happens is still recorded (space)"
        disabled={!counts.value.any}
        onClick={live.value ? pause : goLive}
      >
        <Icon name={live.value ? 'pause' : 'play'} />
        <span class="button-text">{live.value ? 'Pause' : 'Resume'}</span>
      </button>
      <Action
        icon="clear"
        text="Clear"
        title="Forget what happened until now"
        disabled={!counts.value.any || loaded.value !== undefined}
        action={() => {
          goLive();
          intake.clear();
        }}
      />
      <Action
        icon="save"
        text="Save"
        title="Save what is recorded as a file (NDJSON)"
        disabled={!counts.value.any}
        action={() => saveRecording(timeline.value)}
      />
      <Action
        icon="open"
        text="Open"
        title="Open a recording; or drop its file on the page"
        action={() => chooseRecording(intake)}
      />
      <span class="toolbar-rule" />
      <button
        type="button"
        class="button button-icon"
        title={`Colours: ${THEMES[theme].text}`}
        aria-label={`Colours: ${THEMES[theme].text}. Change`}
        onClick={() => change({ theme: THEMES[theme].next })}
      >
        <Icon name={theme} />
      </button>
      <button
        type="button"
        class="button button-icon"
        title="Keys (?)"
        aria-label="Keys"
        aria-haspopup="dialog"
        onClick={() => (helpOpen.value = true)}
      >
        <Icon name="help" />
      </button>
    </>
  );
}

const THEMES: Readonly<Record<Settings['theme'], { readonly text: string; readonly next: Settings['theme'] }>> = {
  auto: { text: 'as the system has them', next: 'light' },
  light: { text: 'light', next: 'dark' },
  dark: { text: 'dark', next: 'auto' },
};

interface ActionProps {
  readonly icon: IconName;
  readonly text: string;
  readonly title: string;
  readonly disabled?: boolean;
  readonly action: () => void;
}

function Action({ icon, text, title, disabled = false, action }: ActionProps) {
  return (
    <button type="button" class="button" title={title} disabled={disabled} onClick={action}>
      <Icon name={icon} />
      <span class="button-text">{text}</span>
    </button>
  );
}

function State({ state }: { readonly state: ConnectionState }) {
  const { text, kind } = STATES[state.type];
  return (
    <span class={`toolbar-state toolbar-${kind}`} role="status">
      <span class="toolbar-light" />
      {text}
    </span>
  );
}

const STATES: Readonly<Record<ConnectionState['type'], { readonly text: string; readonly kind: string }>> = {
  none: { text: 'Not connected', kind: 'off' },
  connecting: { text: 'Connecting…', kind: 'wait' },
  live: { text: 'Connected', kind: 'live' },
  lost: { text: 'Connection lost, trying again…', kind: 'wait' },
  ended: { text: 'The program has ended', kind: 'off' },
  refused: { text: 'Refused', kind: 'bad' },
};

function Mark() {
  return (
    <svg class="toolbar-mark" viewBox="0 0 16 16" width="20" height="20" aria-hidden="true">
      <path d="M5.6 5.6l4.8 4.8M11 5.2 8 8" />
      <circle cx="4" cy="4" r="2.6" />
      <circle cx="12" cy="12" r="2.6" />
      <circle cx="12" cy="4" r="1.6" />
    </svg>
  );
}
